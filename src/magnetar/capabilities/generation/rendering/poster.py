"""A typographic poster of a prompt: a gradient, a few shapes, the words. Nothing in it pretends to depict them."""

from __future__ import annotations

import colorsys
import unicodedata
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from magnetar.capabilities.generation.rendering.framing import Box, covered, cut_out, least_covering, seen_through
from magnetar.capabilities.generation.rendering.marking import Font, font, knows_chinese
from magnetar.kernel.chance import Chance

MOST_LINES = 9
NOTE = ("提示词排版示意图", "typographic picture of the prompt, no image model")


def paint_poster(
    prompt: str, width: int, height: int, chance: Chance, behind: Image.Image | None = None, faces: Sequence[Box] = ()
) -> Image.Image:
    """A poster.

    Args:
        behind: a picture that lies, cropped and darkened, under the words.
        faces: its faces, as shares of it; they are not cut where they fit, nor written over where there is room.
    """
    avoid: list[Box] = []
    if behind is None:
        canvas = _ground(width, height, chance)
        _shapes(canvas, chance.of("shapes"))
    else:
        avoid = seen_through(faces, behind.size, cut_out(behind.size, (width, height), faces))
        canvas = fill(behind, width, height, faces).filter(ImageFilter.GaussianBlur(min(width, height) / 300))
        canvas = Image.blend(canvas, Image.new("RGB", canvas.size, (12, 14, 22)), 0.45)
    _words(canvas, prompt, avoid)
    return canvas


def fill(picture: Image.Image, width: int, height: int, faces: Sequence[Box] = ()) -> Image.Image:
    """A picture scaled and cropped to fill a frame: about its middle, or so that its faces are seen."""
    scale = max(width / picture.width, height / picture.height)
    size = max(width, round(picture.width * scale)), max(height, round(picture.height * scale))
    scaled = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    left, top = (scaled.width - width) // 2, (scaled.height - height) // 2
    if faces:
        part = cut_out(scaled.size, (width, height), faces)
        left, top = min(round(part[0]), scaled.width - width), min(round(part[1]), scaled.height - height)
    return scaled.crop((left, top, left + width, top + height))


def _ground(width: int, height: int, chance: Chance) -> Image.Image:
    hue, turn = map(float, chance.of("hue").uniforms(2))
    colours = [
        np.array(colorsys.hls_to_rgb((hue + shift * (0.08 + 0.12 * turn)) % 1.0, light, 0.55)) * 255
        for shift, light in ((0, 0.16), (1, 0.34), (2, 0.52))
    ]
    angle = 0.6 + 0.8 * float(chance.of("angle").uniforms(1)[0])
    across, down = np.meshgrid(np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32))
    place = (np.cos(angle) * across + np.sin(angle) * down) / (np.cos(angle) + np.sin(angle))
    low = np.clip(2 * place, 0, 1)[..., None]
    high = np.clip(2 * place - 1, 0, 1)[..., None]
    mixed = colours[0] * (1 - low) + colours[1] * low
    mixed = mixed * (1 - high) + colours[2] * high
    return Image.fromarray(mixed.astype(np.uint8), "RGB")


def _shapes(canvas: Image.Image, chance: Chance) -> None:
    size = min(canvas.size)
    layer = Image.new("L", canvas.size, 0)
    paint = ImageDraw.Draw(layer)
    for x, y, r, strength in chance.uniforms(5, 4):
        radius = size * (0.12 + 0.3 * r)
        middle = x * canvas.width, y * canvas.height
        box = middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius
        if strength < 0.5:
            paint.ellipse(box, fill=round(14 + 36 * strength))
        else:
            paint.ellipse(box, outline=round(40 + 50 * strength), width=max(2, size // 120))
    canvas.paste(Image.new("RGB", canvas.size, (255, 255, 255)), mask=layer)


def _words(canvas: Image.Image, prompt: str, avoid: Sequence[Box] = ()) -> None:
    width, height = canvas.size
    paint = ImageDraw.Draw(canvas)
    text = _drawable(prompt)
    for share in (0.5, 0.3, 0.18):  # smaller words where larger ones would lie over a face
        size, lines = _fit(text, (round(width * 0.84), round(height * share)), min(width, height))
        drawn, step = font(size, 700), round(size * 1.35)
        top = max(round(height * 0.22), (height - step * len(lines)) // 2)
        if not avoid:
            break
        wide = max((drawn.getlength(line) for line in lines), default=0.0) / width
        above = (step // 2) / height
        tops = [
            top / height,
            *(0.18 + 0.02 * at for at in range(36) if 0.18 + 0.02 * at + step * len(lines) / height <= 0.88),
        ]
        places = [(0.08, one - above, 0.08 + wide, one + step * len(lines) / height) for one in tops]
        best = least_covering(places, avoid)
        top = round(tops[best] * height)
        if not covered(places[best], avoid):
            break
    paint.rectangle((round(width * 0.08), top - step // 2, round(width * 0.08) + max(3, size // 2), top - step // 2 + max(3, size // 9)), fill=(255, 255, 255))  # fmt: skip
    for at, line in enumerate(lines):
        place = round(width * 0.08), top + at * step
        paint.text((place[0] + max(1, size // 24), place[1] + max(1, size // 24)), line, font=drawn, fill=(0, 0, 0))
        paint.text(place, line, font=drawn, fill=(255, 255, 255))
    note = " · ".join(NOTE) if knows_chinese() else NOTE[1]
    small = font(max(9, min(width, height) // 42), 400)
    while small.getlength(note) > width * 0.9 and " · " in note:
        note = note.partition(" · ")[0]
    paint.text((round(width * 0.08), round(height * 0.9)), note, font=small, fill=(235, 238, 245))


def _drawable(prompt: str) -> str:
    """The prompt with what cannot be drawn left out: controls, marks that steer direction, emoji and private signs."""
    kept = "".join(
        " " if letter.isspace() else letter
        for letter in prompt
        if letter.isspace() or (unicodedata.category(letter)[0] != "C" and ord(letter) < 0x1F000 and not 0xFE00 <= ord(letter) <= 0xFE0F)
    )  # fmt: skip
    if not knows_chinese():
        kept = "".join(letter for letter in kept if ord(letter) < 0x250)
    return " ".join(kept.split())


def _fit(text: str, room: tuple[int, int], short_side: int) -> tuple[int, Sequence[str]]:
    """The largest size at which the text fits, and its lines; what is too long ends in an ellipsis."""
    size = max(12, short_side // 9)
    least = max(10, short_side // 26)
    while True:
        lines = _break(text, font(size, 700), room[0])
        most = max(1, min(MOST_LINES, int(room[1] / (size * 1.35))))
        if len(lines) <= most:
            return size, lines
        if size <= least:
            return size, [*lines[: most - 1], lines[most - 1].rstrip()[:-1] + "…"]
        size = max(least, round(size * 0.88))


def _break(text: str, drawn: Font, width: int) -> list[str]:
    """Lines no wider than `width`: between words where there are spaces, anywhere between Han characters."""
    lines, line = list[str](), ""
    for piece in _pieces(text[:600]):
        if drawn.getlength(line + piece) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while drawn.getlength(line) > width and len(line) > 1:  # a word longer than a line
            cut = max(1, int(len(line) * width / drawn.getlength(line)))
            while cut > 1 and drawn.getlength(line[:cut]) > width:
                cut -= 1
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    pieces, piece = list[str](), ""
    for letter in text:
        if ord(letter) >= 0x2E80:
            closing = unicodedata.category(letter) in ("Po", "Pe", "Pf")
            if closing and pieces and not piece:
                pieces[-1] += letter  # a line does not begin with a full stop
                continue
            pieces += [piece, letter] if piece else [letter]
            piece = ""
        elif letter == " ":
            pieces.append(piece + letter)
            piece = ""
        else:
            piece += letter
    return [one for one in (*pieces, piece) if one]
