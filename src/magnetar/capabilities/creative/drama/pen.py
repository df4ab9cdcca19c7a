"""Ink and flat colour: smooth shapes with outlines on a picture that may be see-through, and layers that a camera moves.

Shapes are drawn with soft edges onto zeros, which leaves colours multiplied by their cover: ready to be laid over
anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.planes import RGB, Bytes, Planes

INK: RGB = (26, 24, 34)
Points = Sequence[tuple[float, float]]
_SHIFT = 4


def smooth(points: Points, steps: int = 8, closed: bool = True) -> NDArray[np.float64]:
    """A curve through the points (Catmull and Rom, 1974).

    >>> smooth([(0, 0), (2, 0)], 2, closed=False).tolist()
    [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]
    """
    place = np.asarray(points, float)
    around = (
        np.concatenate([place[-1:], place, place[:2]]) if closed else np.concatenate([place[:1], place, place[-1:]])
    )
    t = (np.arange(steps) / steps)[:, None]
    count = len(place) if closed else len(place) - 1
    curve = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in (around[n : n + 4] for n in range(count))
    ]
    if not closed:
        curve.append(place[-1:])
    return np.concatenate(curve)


class Pen:
    """Draws on a picture in units of its own: a point (x, y) lands at (left + x·unit, top + y·unit)."""

    def __init__(
        self, width: int, height: int, unit: float = 1.0, left: float = 0.0, top: float = 0.0, ground: RGB | None = None
    ) -> None:
        self.rgb: Bytes = np.zeros((height, width, 3), np.uint8)
        self.alpha: Bytes = np.zeros((height, width), np.uint8)
        if ground is not None:
            self.rgb[:] = ground
            self.alpha[:] = 255
        self.unit, self.left, self.top = unit, left, top

    def _at(self, points: Any) -> NDArray[np.int32]:
        place = np.asarray(points, float) * self.unit + (self.left, self.top)
        return np.rint(place * (1 << _SHIFT)).astype(np.int32)

    def fill(self, points: Any, colour: RGB, *, curve: bool = False, line: float = 0.0, ink: RGB = INK) -> None:
        """A filled shape, with an outline where `line` (in units) is above 0."""
        shape = self._at(smooth(points) if curve else points)
        cv2.fillPoly(self.rgb, [shape], colour, cv2.LINE_AA, _SHIFT)
        cv2.fillPoly(self.alpha, [shape], 255, cv2.LINE_AA, _SHIFT)
        if line:
            self._stroke(shape, ink, line, closed=True)

    def stroke(
        self, points: Any, colour: RGB = INK, line: float = 0.02, *, curve: bool = True, closed: bool = False
    ) -> None:
        """A line."""
        self._stroke(self._at(smooth(points, closed=closed) if curve else points), colour, line, closed)

    def _stroke(self, shape: NDArray[np.int32], colour: RGB, line: float, closed: bool) -> None:
        wide = max(1, round(line * self.unit))
        cv2.polylines(self.rgb, [shape], closed, colour, wide, cv2.LINE_AA, _SHIFT)
        cv2.polylines(self.alpha, [shape], closed, 255, wide, cv2.LINE_AA, _SHIFT)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: RGB, *, line: float = 0.0, ink: RGB = INK) -> None:
        """An ellipse about (x, y)."""
        turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        self.fill(np.column_stack([x + rx * np.cos(turn), y + ry * np.sin(turn)]), colour, line=line, ink=ink)

    def box(
        self, x: float, y: float, right: float, bottom: float, colour: RGB, *, line: float = 0.0, ink: RGB = INK
    ) -> None:
        """A rectangle."""
        self.fill([(x, y), (right, y), (right, bottom), (x, bottom)], colour, line=line, ink=ink)

    def glow(self, x: float, y: float, radius: float, colour: RGB, strength: float) -> None:
        """Light about a point, added to what is there."""
        px, py, r = self.left + x * self.unit, self.top + y * self.unit, max(2.0, radius * self.unit)
        x0, y0, x1, y1 = (
            max(0, int(px - r)),
            max(0, int(py - r)),
            min(self.rgb.shape[1], int(px + r)),
            min(self.rgb.shape[0], int(py + r)),
        )
        if x0 >= x1 or y0 >= y1:
            return
        rows, columns = np.ogrid[y0:y1, x0:x1]
        far = ((columns - px) ** 2 + (rows - py) ** 2) / r**2
        light = (np.clip(1 - far, 0, 1) ** 2 * strength).astype(np.float32)[..., None]
        part = self.rgb[y0:y1, x0:x1].astype(np.float32)
        self.rgb[y0:y1, x0:x1] = np.clip(part + (np.asarray(colour, np.float32) - part * 0.35) * light, 0, 255).astype(
            np.uint8
        )

    def down(self, y: float, bottom: float, above: RGB, below: RGB) -> None:
        """A gradient over the whole width."""
        y0, y1 = round(self.top + y * self.unit), round(self.top + bottom * self.unit)
        rows = np.linspace(0, 1, max(1, y1 - y0))[:, None]
        colours = np.asarray(above) * (1 - rows) + np.asarray(below) * rows
        low, high = max(0, y0), min(self.rgb.shape[0], y1)
        self.rgb[low:high] = colours[low - y0 : high - y0, None].astype(np.uint8)
        self.alpha[low:high] = 255


def shade(colour: RGB, light: float) -> RGB:
    """A colour darker (below 1) or lighter (above)."""
    if light <= 1:
        red, green, blue = (round(part * light) for part in colour)
    else:
        red, green, blue = (round(part + (255 - part) * min(1.0, light - 1)) for part in colour)
    return red, green, blue


class Layer:
    """A see-through picture as planes, which a camera can move and enlarge."""

    __slots__ = ("alpha", "half", "height", "u", "v", "width", "y")

    def __init__(self, rgb: Bytes, alpha: Bytes) -> None:
        """Make a layer.

        Args:
            rgb: (height, width, 3), multiplied by cover; both sides even.
            alpha: (height, width), cover.
        """
        self.height, self.width = alpha.shape
        cover = np.maximum(alpha, 1).astype(np.float32)[..., None]
        straight = np.where(
            alpha[..., None] > 0, np.minimum(rgb * (255.0 / cover), 255), np.asarray(INK, np.float32)
        ).astype(np.uint8)
        planes = Planes.from_rgb(np.ascontiguousarray(straight))
        self.alpha = alpha
        self.half: Bytes = np.asarray(
            cv2.resize(alpha, (self.width // 2, self.height // 2), interpolation=cv2.INTER_AREA), np.uint8
        )
        self.y = _times(planes.y, alpha)
        self.u, self.v = _times(planes.u, self.half), _times(planes.v, self.half)

    def lay(self, canvas: Planes, x: float, y: float, scale: float) -> None:
        """Lay the layer over a picture with its corner at (x, y), so many times as large."""
        left, top = max(0, int(x) // 2 * 2), max(0, int(y) // 2 * 2)
        right = min(canvas.width, (int(x + self.width * scale) // 2 + 1) * 2)
        bottom = min(canvas.height, (int(y + self.height * scale) // 2 + 1) * 2)
        if right - left < 2 or bottom - top < 2:
            return
        size = (right - left, bottom - top)
        covers = (
            _warp(self.alpha, x - left, y - top, scale, size),
            _warp(self.half, (x - left) / 2, (y - top) / 2, scale, (size[0] // 2, size[1] // 2)),
        )
        for number, (mine, theirs) in enumerate(zip((self.y, self.u, self.v), canvas.all(), strict=True)):
            step = 2 if number else 1
            part = theirs[top // step : bottom // step, left // step : right // step]
            paint = _warp(mine, (x - left) / step, (y - top) / step, scale, (size[0] // step, size[1] // step))
            under = cv2.multiply(part, 255 - covers[min(number, 1)], scale=1 / 255)
            part[...] = cv2.add(under, paint)


def _times(plane: Bytes, alpha: Bytes) -> Bytes:
    return np.asarray(cv2.multiply(plane, alpha, scale=1 / 255), np.uint8)


def _warp(plane: Bytes, x: float, y: float, scale: float, size: tuple[int, int]) -> Bytes:
    matrix = np.array([[scale, 0, x], [0, scale, y]], np.float64)
    return np.asarray(
        cv2.warpAffine(plane, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0),
        np.uint8,
    )


class Plate:
    """A ground that fills the frame, larger than it, for a camera to move over."""

    __slots__ = ("planes",)

    def __init__(self, rgb: Bytes) -> None:
        self.planes = Planes.from_rgb(np.ascontiguousarray(rgb))

    @classmethod
    def of(cls, planes: Planes) -> Plate:
        """A plate of a picture that is ready."""
        made = cls.__new__(cls)
        made.planes = planes
        return made

    def show(self, canvas: Planes, x: float, y: float, scale: float) -> None:
        """Paint the frame with the part of the plate whose corner is at (x, y) of the plate, enlarged by `scale`."""
        for number, (mine, theirs) in enumerate(zip(self.planes.all(), canvas.all(), strict=True)):
            step = 2 if number else 1
            matrix = np.array([[1 / scale, 0, x / step], [0, 1 / scale, y / step]], np.float64)
            size = (theirs.shape[1], theirs.shape[0])
            theirs[...] = cv2.warpAffine(
                mine, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
            )
