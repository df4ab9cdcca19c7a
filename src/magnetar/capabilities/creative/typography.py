"""Text set in a box: the largest size that fits, lines broken well, drawn once as a soft-edged shape."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from magnetar.capabilities.creative.linebreak import atoms, break_lines, trim
from magnetar.capabilities.creative.planes import RGB, Box, Bytes, Sprite
from magnetar.capabilities.creative.typeface import BOLD, Typeface

_THIN = "\u2009"
_TALL = 1.18
"""Height of one line in font sizes: Han characters and Latin descenders."""
_SIDE_BY_SIDE = re.compile(
    r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%℃])(?=[\u4e00-\u9fff])"
)  # a thin space between Chinese and Latin letters (CLREQ 3.2.2)


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece of text looks."""

    size: int
    least: int
    """The smallest size that is still read on a telephone."""
    lines: int = 1
    weight: int = BOLD
    leading: float = 1.24
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Setting:
    """Text that has been set: its lines, its size and the box of its ink."""

    text: str
    lines: tuple[str, ...]
    size: int
    weight: int
    sprite: Sprite
    box: Box
    """Where the ink is, for checks."""
    origin: tuple[int, int]
    """Where the sprite's corner goes."""
    colour: RGB
    shortened: bool = False
    leading: float = 1.24
    align: str = "left"


def set_text(
    face: Typeface, text: str, box: Box, style: Style, colour: RGB, *, scale: float = 1.0, anchor: str = "top"
) -> Setting:
    """Set a text in a box.

    The size is taken down from the style's until the text fits; a text that does not fit at the least size is
    cut after its last piece that does and ends in an ellipsis, which the setting tells.

    Args:
        box: pixels; the text stays inside.
        scale: of the style's sizes; 1 for 1080 pixels across.
        anchor: top, middle or bottom of the box.

    Raises:
        BadInput: the font lacks a character.
    """
    face.require(text)
    shortened = False
    size, lines = _fit(face, text, box, style, scale)
    if lines is None:
        shortened = True
        size = max(4, round(style.least * scale))
        pieces = atoms(text)
        low, high = 1, len(pieces)
        while low < high:
            middle = (low + high + 1) // 2
            if _lines(face, trim("".join(pieces[:middle])) + "…", box, style, size) is None:
                high = middle - 1
            else:
                low = middle
        lines = _lines(face, trim("".join(pieces[:low])) + "…", box, style, size)
        while lines is None:  # a single word wider than the box
            text = text[: len(text) - 1]
            lines = _lines(face, text + "…", box, style, size) if text else ["…"]
    lines = [_spaced(line) for line in lines]
    alpha = draw(face, lines, size, style)
    tall, wide = alpha.shape
    x = {"left": box.x, "centre": (box.x + box.right - wide) // 2, "right": box.right - wide}[style.align]
    y = {"top": box.y, "middle": (box.y + box.bottom - tall) // 2, "bottom": box.bottom - tall}[anchor]
    x, y = max(x - x % 2, 0), max(y - y % 2, 0)
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    ink = Box(x, y, x + wide, y + tall)
    if len(rows) and len(columns):
        ink = Box(x + int(columns[0]), y + int(rows[0]), x + int(columns[-1]) + 1, y + int(rows[-1]) + 1)
    return Setting(
        text,
        tuple(lines),
        size,
        style.weight,
        Sprite(alpha, colour),
        ink,
        (x, y),
        colour,
        shortened,
        style.leading,
        style.align,
    )


def _fit(face: Typeface, text: str, box: Box, style: Style, scale: float) -> tuple[int, list[str] | None]:
    """The largest size at which the text fits; a size that saves a line is taken where it costs under a sixth."""
    largest, least = max(4, round(style.size * scale)), max(4, round(style.least * scale))
    first: tuple[int, list[str]] | None = None
    size = largest
    while size >= least:
        lines = _lines(face, text, box, style, size)
        if lines is not None:
            if first is None:
                first = (size, lines)
            elif len(lines) < len(first[1]):
                return size, lines
            if len(first[1]) == 1 or size < first[0] * 5 / 6:
                break
        size -= max(1, size // 24)
    return first if first else (least, None)


def _lines(face: Typeface, text: str, box: Box, style: Style, size: int) -> list[str] | None:
    font = face.sized(size, style.weight)
    most = min(style.lines, max(1, int((box.height - size * 1.12) // (size * style.leading)) + 1))
    if size * 1.12 > box.height:
        return None
    return break_lines(text, box.width - 2, lambda piece: font.getlength(_spaced(piece)), most)


def _spaced(line: str) -> str:
    return _SIDE_BY_SIDE.sub(_THIN, line.replace(_THIN, ""))


def draw(face: Typeface, lines: list[str], size: int, style: Style) -> Bytes:
    font = face.sized(size, style.weight)
    widths = [font.getlength(line) for line in lines]
    wide = round(max(widths, default=0)) + 3
    ascent = round(size * 0.94)
    step = round(size * style.leading)
    tall = step * (len(lines) - 1) + round(size * _TALL)
    sheet = Image.new("L", (wide + wide % 2, tall + tall % 2), 0)
    pen = ImageDraw.Draw(sheet)
    for number, (line, width) in enumerate(zip(lines, widths, strict=True)):
        x = {"left": 0.0, "centre": (wide - width) / 2, "right": wide - width}[style.align]
        pen.text((x, ascent + number * step), line, fill=255, font=font, anchor="ls")
    return np.asarray(sheet, np.uint8)
