"""A product picture, made ready for the film: opened safely, sharpened, extended to a seamless studio.

Anything that cannot be opened gives None and a reason; the film then uses scenes without a picture.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from magnetar.capabilities.creative.planes import RGB, Box, Bytes, Planes, even

MOST_PIXELS = 60_000_000
SIDES = (0.75, 1.6)
"""Width over height that scenes are made for; pictures beyond are cropped to it about their middle."""
WORKING = 1600


@dataclass(frozen=True, slots=True)
class Picture:
    """A product picture in RGB, with the box that its subject seems to fill."""

    pixels: Bytes
    subject: tuple[float, float, float, float]
    """x, y, right, bottom as shares of the sides."""

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
    return Picture(pixels, _subject(pixels))


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


def fill(picture: Picture, width: int, height: int, closer: float = 1.0, at: tuple[float, float] = (0.5, 0.5)) -> Planes:
    """The picture covering a plate of a size.

    Args:
        closer: 1 shows as much as fits, 1.3 shows 1 / 1.3 of it.
        at: the point, in shares of the picture, that should lie in the middle.
    """
    scale = max(width / picture.width, height / picture.height) * closer
    wide, tall = width / scale, height / scale
    x = min(max(at[0] * picture.width - wide / 2, 0.0), picture.width - wide)
    y = min(max(at[1] * picture.height - tall / 2, 0.0), picture.height - tall)
    back = np.array([[1 / scale, 0, x + 0.5 / scale - 0.5], [0, 1 / scale, y + 0.5 / scale - 0.5]], np.float64)
    way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    if scale < 0.7:
        whole = cv2.resize(picture.pixels, None, fx=scale, fy=scale, interpolation=way)
        left, top = min(round(x * scale), whole.shape[1] - width), min(round(y * scale), whole.shape[0] - height)
        shown = np.ascontiguousarray(whole[max(0, top) : max(0, top) + height, max(0, left) : max(0, left) + width])
        if shown.shape[:2] != (height, width):
            shown = cv2.resize(shown, (width, height))
    else:
        shown = cv2.warpAffine(
            picture.pixels, back, (width, height), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
    if scale > 1.2:
        shown = cv2.addWeighted(shown, 1.5, cv2.GaussianBlur(shown, (0, 0), 1.2 * scale / 1.35), -0.5, 0)
    return Planes.from_rgb(np.asarray(shown, np.uint8))


def studio(picture: Picture, width: int, height: int, window: Box) -> tuple[Planes, RGB, RGB]:
    """A frame-filling backdrop that continues the picture above and below its window.

    Returns:
        The backdrop, and the mean colours above and below the window.
    """
    rows = max(4, picture.height // 24)
    top, bottom = picture.pixels[:rows], picture.pixels[-rows:]
    strips: list[Bytes] = []
    for part in (top, bottom):
        line = part.reshape(rows, picture.width, 3).mean(axis=0, keepdims=True).astype(np.float32)
        smooth = cv2.GaussianBlur(cv2.resize(line, (width, 1)), (0, 0), width / 12, borderType=cv2.BORDER_REPLICATE)
        strips.append(np.asarray(smooth, np.float32).reshape(width, 3))
    share = np.clip((np.arange(height) - window.y) / max(1, window.height), 0.0, 1.0)[:, None, None]
    noise = _grain(height, width)
    whole = strips[0][None] * (1 - share) + strips[1][None] * share + noise
    planes = Planes.from_rgb(np.clip(whole, 0, 255).astype(np.uint8))
    above, below = (tuple(int(c) for c in strip.mean(axis=0)) for strip in strips)
    return planes, above, below  # pyright: ignore[reportReturnType]


def _grain(height: int, width: int) -> Bytes:
    """Ordered dither of under one grey level, so that slow gradients show no bands."""
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16.0
    return np.tile(bayer, (-(-height // 4), -(-width // 4)))[:height, :width, None]  # pyright: ignore[reportReturnType]


def window_height(picture: Picture, width: int, least: int, most: int) -> int:
    """How tall a full-width window shows all of the picture, within limits."""
    return even(min(max(width * picture.height / picture.width, least), most))
