"""Pictures as the encoder takes them: a luma plane and two half-size chroma planes (BT.709, limited range).

Everything is painted straight into planes; no RGB frame exists while a film is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.compiled import Array, compiled

Bytes = NDArray[np.uint8]
RGB = tuple[int, int, int]

_KR, _KB = 0.2126, 0.0722  # ITU-R BT.709
_KG = 1.0 - _KR - _KB
_LUMA, _CHROMA = 219.0 / 255.0, 224.0 / 255.0
_TO_YUV = np.array(
    [
        [_LUMA * _KR, _LUMA * _KG, _LUMA * _KB, 16.0],
        [-_CHROMA * _KR / (2 * (1 - _KB)), -_CHROMA * _KG / (2 * (1 - _KB)), _CHROMA / 2, 128.0],
        [_CHROMA / 2, -_CHROMA * _KG / (2 * (1 - _KR)), -_CHROMA * _KB / (2 * (1 - _KR)), 128.0],
    ]
)
_TO_RGB = np.linalg.inv(_TO_YUV[:, :3])
BT709 = 1
"""The code of this matrix, primaries and transfer in H.264's colour description."""


def bound_threads(count: int = 1) -> None:
    """Let OpenCV use so many threads; films share the machine."""
    cv2.setNumThreads(count)


def even(value: float) -> int:
    """The nearest even number, so that luma and chroma stay on one grid."""
    return round(value / 2.0) * 2


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, from (x, y) to (right, bottom), all even."""

    x: int
    y: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.x

    @property
    def height(self) -> int:
        return self.bottom - self.y

    def moved(self, dx: int = 0, dy: int = 0) -> Box:
        """The same rectangle elsewhere."""
        return Box(self.x + dx, self.y + dy, self.right + dx, self.bottom + dy)

    def within(self, other: Box) -> bool:
        """Whether this rectangle lies wholly inside the other."""
        return self.x >= other.x and self.y >= other.y and self.right <= other.right and self.bottom <= other.bottom

    def overlaps(self, other: Box) -> bool:
        """Whether the two share a pixel."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def cut(self, other: Box) -> Box:
        """What the two share; empty where they do not."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Box(x, y, max(x, min(self.right, other.right)), max(y, min(self.bottom, other.bottom)))


class Planes:
    """One picture: y (height, width), u and v (height / 2, width / 2), uint8."""

    __slots__ = ("u", "v", "y")

    def __init__(self, y: Bytes, u: Bytes, v: Bytes) -> None:
        self.y, self.u, self.v = y, u, v

    @classmethod
    def filled(cls, width: int, height: int, colour: RGB) -> Planes:
        """A picture of one colour."""
        y, u, v = to_yuv(colour)
        half = (height // 2, width // 2)
        return cls(np.full((height, width), y, np.uint8), np.full(half, u, np.uint8), np.full(half, v, np.uint8))

    @classmethod
    def from_rgb(cls, picture: Bytes) -> Planes:
        """A picture from (height, width, 3) RGB with even sides."""
        yuv = cv2.transform(picture, _TO_YUV)
        half = (picture.shape[1] // 2, picture.shape[0] // 2)
        u, v = (cv2.resize(np.ascontiguousarray(yuv[..., n]), half, interpolation=cv2.INTER_AREA) for n in (1, 2))
        return cls(_bytes(np.ascontiguousarray(yuv[..., 0])), _bytes(u), _bytes(v))

    @property
    def width(self) -> int:
        return self.y.shape[1]

    @property
    def height(self) -> int:
        return self.y.shape[0]

    @property
    def box(self) -> Box:
        return Box(0, 0, self.width, self.height)

    def all(self) -> tuple[Bytes, Bytes, Bytes]:
        """The three planes."""
        return self.y, self.u, self.v

    def view(self, box: Box) -> Planes:
        """A part of the picture, sharing its memory."""
        half = np.s_[box.y // 2 : box.bottom // 2, box.x // 2 : box.right // 2]
        return Planes(self.y[box.y : box.bottom, box.x : box.right], self.u[half], self.v[half])

    def paste(self, other: Planes, x: int = 0, y: int = 0) -> None:
        """Copy another picture into this one."""
        part = self.view(Box(x, y, x + other.width, y + other.height))
        for mine, theirs in zip(part.all(), other.all(), strict=True):
            np.copyto(mine, theirs)

    def copy(self) -> Planes:
        """The same picture in its own memory."""
        return Planes(self.y.copy(), self.u.copy(), self.v.copy())

    def to_rgb(self) -> Bytes:
        """The picture as (height, width, 3) RGB."""
        size = (self.width, self.height)
        u, v = (cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (self.u, self.v))
        yuv = np.dstack((self.y, u, v)).astype(np.float32) - np.array([16, 128, 128], np.float32)
        return np.clip(yuv @ _TO_RGB.T.astype(np.float32) + 0.5, 0, 255).astype(np.uint8)


def yuv_of(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 3) RGB as (n, 3) BT.709, not rounded."""
    return (colours @ _TO_YUV[:, :3].T + _TO_YUV[:, 3]).astype(np.float32)


def to_yuv(colour: RGB) -> tuple[int, int, int]:
    """One colour in limited-range BT.709.

    >>> to_yuv((255, 255, 255)), to_yuv((0, 0, 0))
    ((235, 128, 128), (16, 128, 128))
    """
    y, u, v = (_TO_YUV @ np.array([*colour, 1.0])).round().astype(int)
    return int(y), int(u), int(v)


class Sprite:
    """A shape with soft edges and one colour, or with a picture of its own, ready to be blended."""

    __slots__ = ("_cover", "_paint", "height", "width")

    def __init__(self, alpha: Bytes, colour: RGB | Planes) -> None:
        """Make a sprite.

        Args:
            alpha: (height, width), how much of the sprite shows; both sides even.
            colour: its colour, or a picture of the same size.
        """
        self.height, self.width = alpha.shape
        half = _bytes(cv2.resize(alpha, (self.width // 2, self.height // 2), interpolation=cv2.INTER_AREA))
        self._cover = [_bytes(alpha), half]
        paint: Any = colour.all() if isinstance(colour, Planes) else to_yuv(colour)
        self._paint = [np.asarray(value, np.uint8) for value in paint]

    def blend(self, canvas: Planes, x: int, y: int, opacity: float = 1.0) -> Box:
        """Blend the sprite onto a picture with its corner at (x, y); returns the box that was touched."""
        x, y = x - x % 2, y - y % 2
        whole = Box(x, y, x + self.width, y + self.height)
        box = whole.cut(canvas.box)
        if box.width <= 0 or box.height <= 0:
            return box
        strength = np.uint16(round(opacity * 256))
        for number, plane in enumerate(canvas.view(box).all()):
            step = 2 if number else 1
            inside = np.s_[
                (box.y - y) // step : (box.bottom - y) // step, (box.x - x) // step : (box.right - x) // step
            ]
            cover, paint = self._cover[min(number, 1)][inside], self._paint[number]
            if paint.ndim:
                _cover_with(plane, cover, paint[inside], strength)
            else:
                _colour_in(plane, cover, np.uint16(paint), strength)
        return box


@compiled
def _cover_with(plane: Array, cover: Array, paint: Array, strength: Array) -> None:
    """Blend a picture in: (plane · (255 − cover) + paint · cover) / 255, rounded, in 16 bits; strength of 256."""
    for row in range(plane.shape[0]):
        line, covers, paints = plane[row], cover[row], paint[row]
        for place in range(len(line)):
            share = (np.uint16(covers[place]) * strength) >> np.uint16(8)
            total = np.uint16(
                np.uint16(line[place]) * (np.uint16(255) - share) + share * np.uint16(paints[place]) + np.uint16(128)
            )
            line[place] = np.uint8(np.uint16(total + (total >> np.uint16(8))) >> np.uint16(8))


@compiled
def _colour_in(plane: Array, cover: Array, colour: Array, strength: Array) -> None:
    """The same with one colour."""
    for row in range(plane.shape[0]):
        line, covers = plane[row], cover[row]
        for place in range(len(line)):
            share = (np.uint16(covers[place]) * strength) >> np.uint16(8)
            total = np.uint16(np.uint16(line[place]) * (np.uint16(255) - share) + share * colour + np.uint16(128))
            line[place] = np.uint8(np.uint16(total + (total >> np.uint16(8))) >> np.uint16(8))


def rounded(width: int, height: int, radius: float, margin: int = 0, blur: float = 0.0) -> Bytes:
    """The alpha of a rectangle with round corners, four times oversampled; `blur` makes a shadow of it."""
    over = 1 if blur else 4 if max(width, height) < 400 else 2
    mask = np.zeros(((height + 2 * margin) * over, (width + 2 * margin) * over), np.uint8)
    x0, y0, x1, y1 = (n * over for n in (margin, margin, margin + width, margin + height))
    r = max(1, round(radius * over))
    cv2.rectangle(mask, (x0 + r, y0), (x1 - r - 1, y1 - 1), 255, -1)
    cv2.rectangle(mask, (x0, y0 + r), (x1 - 1, y1 - r - 1), 255, -1)
    for cx, cy in ((x0 + r, y0 + r), (x1 - r - 1, y0 + r), (x0 + r, y1 - r - 1), (x1 - r - 1, y1 - r - 1)):
        cv2.circle(mask, (cx, cy), r, 255, -1)
    if blur:  # a shadow is soft: a quarter of its size is enough to blur
        size = (mask.shape[1], mask.shape[0])
        small = cv2.resize(mask, (size[0] // 4, size[1] // 4), interpolation=cv2.INTER_AREA)
        return _bytes(cv2.resize(cv2.GaussianBlur(small, (0, 0), blur / 4), size, interpolation=cv2.INTER_LINEAR))
    return _bytes(cv2.resize(mask, (width + 2 * margin, height + 2 * margin), interpolation=cv2.INTER_AREA))


def _bytes(array: Any) -> Bytes:
    return np.asarray(array, np.uint8)
