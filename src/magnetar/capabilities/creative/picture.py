"""A product picture, made ready for the film: opened safely, sharpened, extended to a seamless studio.

Anything that cannot be opened gives None and a reason; the film then uses scenes without a picture.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from magnetar.capabilities.creative.planes import RGB, Box, Bytes, Planes, yuv_of

MOST_PIXELS = 60_000_000
SIDES = (0.75, 1.6)
"""Width over height that scenes are made for; pictures beyond are cropped to it about their middle."""
BLANK = 12
"""Of 255: a picture that changes less than this in every channel shows nothing."""
WORKING = 1600
SOFT = 1200
"""Pictures smaller than this are enlarged by the film."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A product picture in RGB, with the box that its subject seems to fill."""

    pixels: Bytes
    subject: tuple[float, float, float, float]
    """x, y, right, bottom as shares of the sides."""
    colour: RGB | None = None
    """The subject's own strong colour, where it has one."""

    @property
    def width(self) -> int:
        return self.pixels.shape[1]

    @property
    def height(self) -> int:
        return self.pixels.shape[0]


def open_picture(path: Path, paper: RGB) -> Picture | str:
    """Open a picture file; where it is see-through the paper colour shows. Returns the reason where it cannot be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    return f"{opened.width} x {opened.height} pixels are too many"
                if min(opened.size) < 16:
                    return f"{opened.width} x {opened.height} pixels are too few"
                opened.draft("RGB", (WORKING, WORKING))
                picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except FileNotFoundError:
        return "no such file"
    except Exception as error:  # Pillow's decoders raise errors of many kinds on a broken file
        return f"not readable as a picture ({type(error).__name__})"
    if max(picture.size) > WORKING:
        picture.thumbnail((WORKING, WORKING), Image.Resampling.LANCZOS)
    flat = Image.new("RGB", picture.size, paper)
    flat.paste(picture, mask=picture.getchannel("A"))
    pixels = _crop(np.asarray(flat))
    if _even(pixels):
        return "一片空白 blank: all of it has one colour"
    if min(pixels.shape[:2]) < SOFT:  # it will be enlarged: sharpen a little first
        pixels = np.asarray(cv2.addWeighted(pixels, 1.45, cv2.GaussianBlur(pixels, (0, 0), 1.1), -0.45, 0), np.uint8)
    subject = _subject(pixels)
    return Picture(pixels, subject, _colour(pixels, subject))


def _even(pixels: Bytes) -> bool:
    """Whether every colour channel hardly changes over the picture."""
    highest, lowest = pixels.max(axis=0).max(axis=0), pixels.min(axis=0).min(axis=0)
    return bool((highest.astype(int) - lowest < BLANK).all())


def _crop(pixels: Bytes) -> Bytes:
    height, width = pixels.shape[:2]
    wide, tall = min(width, int(height * SIDES[1])), min(height, int(width / SIDES[0]))
    x, y = (width - wide) // 2, (height - tall) // 2
    return np.ascontiguousarray(pixels[y : y + tall, x : x + wide])


def _subject(pixels: Bytes) -> tuple[float, float, float, float]:
    """The box of what stands out from the picture's left and right edge colours, row by row."""
    small = cv2.resize(pixels, (96, 96), interpolation=cv2.INTER_AREA).astype(np.float32)
    edge = np.concatenate((small[:, :3], small[:, -3:]), axis=1).mean(axis=1, keepdims=True)
    far = np.abs(small - edge).sum(axis=2)
    marked = far > max(36.0, float(np.percentile(far, 60)))
    rows, columns = np.flatnonzero(marked.mean(axis=1) > 0.08), np.flatnonzero(marked.mean(axis=0) > 0.08)
    if len(rows) < 8 or len(columns) < 8:
        return 0.1, 0.1, 0.9, 0.9
    return columns[0] / 96, rows[0] / 96, (columns[-1] + 1) / 96, (rows[-1] + 1) / 96


def _colour(pixels: Bytes, subject: tuple[float, float, float, float]) -> RGB | None:
    """The mean of the subject's most saturated hue, where at least a seventh of it is coloured."""
    rows, columns = pixels.shape[:2]
    x, y, right, bottom = subject
    part = pixels[int(y * rows) : int(bottom * rows), int(x * columns) : int(right * columns)]
    small = np.asarray(cv2.resize(part, (64, 64), interpolation=cv2.INTER_AREA), np.uint8)
    hue, saturation, value = (np.asarray(plane) for plane in cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2HSV)))
    strong = (saturation > 70) & (value > 50)
    if strong.mean() < 1 / 7:
        return None
    counts = np.bincount(hue[strong] // 10, weights=saturation[strong].astype(float), minlength=18)
    marked = strong & (hue // 10 == int(counts.argmax()))
    red, green, blue = small[marked].mean(axis=0)
    return round(float(red)), round(float(green)), round(float(blue))


def fill(
    picture: Picture, width: int, height: int, closer: float = 1.0, at: tuple[float, float] = (0.5, 0.5)
) -> Planes:
    """The picture covering a plate of a size.

    Args:
        closer: 1 shows as much as fits, 1.3 shows 1 / 1.3 of it.
        at: the point, in shares of the picture, that should lie in the middle.
    """
    scale = max(width / picture.width, height / picture.height) * closer
    wide, tall = min(picture.width, round(width / scale)), min(picture.height, round(height / scale))
    x = min(max(round(at[0] * picture.width - wide / 2), 0), picture.width - wide)
    y = min(max(round(at[1] * picture.height - tall / 2), 0), picture.height - tall)
    part = np.ascontiguousarray(picture.pixels[y : y + tall, x : x + wide])
    shown = cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA)
    return Planes.from_rgb(np.asarray(shown, np.uint8))


def widened(picture: Picture, aspect: float, air: float = 1.0) -> Picture:
    """The picture with its surroundings continued at the sides, and above and below where `air` is more than 1.

    Args:
        aspect: wanted width over height; a picture that is wide enough gets no wider.
        air: wanted height in heights of the picture.
    """
    rows, columns = picture.pixels.shape[:2]
    tall = round(rows * air)
    wide = max(columns, round(tall * aspect))
    top, left = (tall - rows) // 2, (wide - columns) // 2
    if wide == columns and tall == rows:
        return picture
    sides = (top, tall - rows - top, left, wide - columns - left)
    whole = np.asarray(cv2.copyMakeBorder(picture.pixels, *sides, cv2.BORDER_REPLICATE), np.uint8)
    small = cv2.resize(whole, (wide // 8, tall // 8), interpolation=cv2.INTER_AREA)
    soft = np.asarray(cv2.resize(cv2.GaussianBlur(small, (0, 0), 5.0), (wide, tall)), np.uint8)
    inside = np.zeros((tall, wide), np.float32)
    inside[top : top + rows, left : left + columns] = 1.0
    ramp = max(8, columns // 14)
    for axis, before, length in ((0, top, rows), (1, left, columns)):
        if before:
            place = np.arange(inside.shape[axis], dtype=np.float32) - before
            edge = np.clip(np.minimum(place, length - 1 - place) / ramp, 0.0, 1.0)
            inside *= edge[:, None] if axis == 0 else edge[None, :]
    pixels = np.asarray(cv2.blendLinear(whole, soft, inside, 1 - inside), np.uint8)
    x, y, right, bottom = picture.subject
    subject = ((x * columns + left) / wide, (y * rows + top) / tall, (right * columns + left) / wide, (bottom * rows + top) / tall)  # fmt: skip
    return Picture(pixels, subject, picture.colour)


def studio(picture: Picture, width: int, height: int, window: Box) -> tuple[Planes, RGB, RGB]:
    """A frame-filling backdrop that continues the picture above and below its window.

    Returns:
        The backdrop, and the mean colours above and below the window.
    """
    rows = max(4, picture.height // 24)
    top, bottom = picture.pixels[:rows], picture.pixels[-rows:]
    strips: list[NDArray[np.float32]] = []
    for part in (top, bottom):
        line = part.reshape(rows, picture.width, 3).mean(axis=0, keepdims=True).astype(np.float32)
        smooth = cv2.GaussianBlur(cv2.resize(line, (width, 1)), (0, 0), width / 12, borderType=cv2.BORDER_REPLICATE)
        strips.append(np.asarray(smooth, np.float32).reshape(width, 3))
    share = np.clip((np.arange(height) - window.y) / max(1, window.height), 0.0, 1.0).astype(np.float32)
    (high, low), grain = (yuv_of(strip) for strip in strips), _grain(height, width)
    planes: list[Bytes] = []
    for number in range(3):
        step = 2 if number else 1
        rows = share[::step, None]
        plane = rows * (low[::step, number] - high[::step, number])[None]
        plane += high[::step, number][None] + grain[: plane.shape[0], : plane.shape[1]]
        planes.append(plane.astype(np.uint8))
    above, below = (tuple(int(c) for c in strip.mean(axis=0)) for strip in strips)
    return Planes(*planes), above, below  # pyright: ignore[reportReturnType]


def _grain(height: int, width: int) -> NDArray[np.float32]:
    """Ordered dither of under one grey level, so that slow gradients show no bands."""
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16.0
    return np.tile(bayer, (-(-height // 4), -(-width // 4)))[:height, :width]
