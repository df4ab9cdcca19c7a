"""The tools that the product drawings share: shapes, light and shadow on an 800 x 800 sheet.

Shapes are polygons in sheet units. A fill lights them from the top left, so that flat
outlines read as soft solid things, and may cast a shadow on what lies below.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 800
SHARP = 2
"""Pixels drawn per sheet unit before the picture is scaled down."""

Point = tuple[float, float]
Colour = tuple[float, float, float]
Texture = Callable[[np.ndarray, np.ndarray], np.ndarray]

WHITE: Colour = (0.98, 0.98, 0.97)
BLACK: Colour = (0.13, 0.14, 0.15)
STEEL: Colour = (0.76, 0.78, 0.80)
WOOD: Colour = (0.78, 0.60, 0.41)
GOLD: Colour = (0.82, 0.66, 0.40)


def colour(code: str) -> Colour:
    """'9dbdb0' as three numbers in [0, 1]."""
    return (int(code[0:2], 16) / 255, int(code[2:4], 16) / 255, int(code[4:6], 16) / 255)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour `share` of the way from first to second."""
    return tuple(a + (b - a) * share for a, b in zip(first, second, strict=True))  # type: ignore[return-value]


def lighter(base: Colour, share: float = 0.35) -> Colour:
    """The colour moved towards white."""
    return mix(base, (1.0, 1.0, 1.0), share)


def darker(base: Colour, share: float = 0.3) -> Colour:
    """The colour moved towards a warm black."""
    return mix(base, (0.08, 0.07, 0.08), share)


@dataclass(frozen=True)
class Shape:
    """Polygons that add to (True) or cut from (False) a mask, in order."""

    parts: tuple[tuple[bool, tuple[Point, ...]], ...]

    def __add__(self, other: Shape) -> Shape:
        return Shape(self.parts + other.parts)

    def __sub__(self, other: Shape) -> Shape:
        return Shape(self.parts + tuple((not add, points) for add, points in other.parts))

    def change(self, move: Callable[[float, float], Point]) -> Shape:
        """The shape with every point moved by a function."""
        return Shape(tuple((add, tuple(move(x, y) for x, y in points)) for add, points in self.parts))

    def turn(self, degrees: float, x: float, y: float) -> Shape:
        """The shape turned clockwise about a point."""
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return self.change(lambda px, py: (x + (px - x) * c - (py - y) * s, y + (px - x) * s + (py - y) * c))

    def shift(self, dx: float, dy: float) -> Shape:
        """The shape moved."""
        return self.change(lambda px, py: (px + dx, py + dy))

    def flip(self, x: float = 400.0) -> Shape:
        """The shape mirrored about a vertical line."""
        return self.change(lambda px, py: (2 * x - px, py))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        points = [point for add, polygon in self.parts if add for point in polygon]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return min(xs), min(ys), max(xs), max(ys)


def poly(*points: Point) -> Shape:
    """A polygon."""
    return Shape(((True, tuple(points)),))


def oval(x: float, y: float, rx: float, ry: float | None = None) -> Shape:
    """An ellipse about a centre; a circle where ry is left out."""
    ry = rx if ry is None else ry
    steps = [2 * math.pi * k / 96 for k in range(96)]
    return poly(*((x + rx * math.cos(a), y + ry * math.sin(a)) for a in steps))


def box(x0: float, y0: float, x1: float, y1: float, r: float = 0.0) -> Shape:
    """A rectangle with rounded corners."""
    r = min(r, (x1 - x0) / 2, (y1 - y0) / 2)
    if r <= 0:
        return poly((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    points: list[Point] = []
    for cx, cy, start in ((x1 - r, y0 + r, -90), (x1 - r, y1 - r, 0), (x0 + r, y1 - r, 90), (x0 + r, y0 + r, 180)):
        for k in range(13):
            a = math.radians(start + 7.5 * k)
            points.append((cx + r * math.cos(a), cy + r * math.sin(a)))
    return poly(*points)


def curve(points: Sequence[Point], closed: bool = False, steps: int = 14) -> list[Point]:
    """A Catmull-Rom curve through points."""
    n = len(points)
    out: list[Point] = []
    for k in range(n if closed else n - 1):
        if closed:
            a, b, c, d = (points[(k + j) % n] for j in (-1, 0, 1, 2))
        else:
            a, b, c, d = points[max(k - 1, 0)], points[k], points[k + 1], points[min(k + 2, n - 1)]
        for j in range(steps):
            t = j / steps
            out.append(
                tuple(  # type: ignore[arg-type]
                    0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t**2 + (3 * q - p - 3 * r + s) * t**3)
                    for p, q, r, s in zip(a, b, c, d, strict=True)
                )
            )
    return out if closed else [*out, points[-1]]


def blob(*points: Point) -> Shape:
    """A closed smooth outline through points."""
    return poly(*curve(points, closed=True))


def line(points: Sequence[Point], width: float, smooth: bool = True) -> Shape:
    """A round-ended stroke along points."""
    path = curve(points) if smooth and len(points) > 2 else list(points)
    parts: list[tuple[bool, tuple[Point, ...]]] = []
    for (x0, y0), (x1, y1) in itertools.pairwise(path):
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        nx, ny = (y0 - y1) / length * width / 2, (x1 - x0) / length * width / 2
        parts.append((True, ((x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny))))
    for x, y in path:
        parts.append((True, tuple(_circle(x, y, width / 2))))
    return Shape(tuple(parts))


def _circle(x: float, y: float, r: float) -> list[Point]:
    return [(x + r * math.cos(k * math.pi / 12), y + r * math.sin(k * math.pi / 12)) for k in range(24)]


def lathe(x: float, profile: Sequence[tuple[float, float]], tilt: float = 0.14, smooth: bool = True) -> Shape:
    """The outline of a turned thing about a vertical axis: (height y, radius) from top to bottom.

    tilt is how much of a circle is seen from above: 0 from the side, 1 from the top.
    """
    side = curve([(r, y) for y, r in profile], steps=8) if smooth else [(r, y) for y, r in profile]
    (top_r, top_y), (low_r, low_y) = side[0], side[-1]
    arc = [math.pi * k / 32 for k in range(33)]
    return poly(
        *((x - top_r * math.cos(a), top_y - tilt * top_r * math.sin(a)) for a in arc),
        *((x + r, y) for r, y in side),
        *((x + low_r * math.cos(a), low_y + tilt * low_r * math.sin(a)) for a in arc),
        *((x - r, y) for r, y in reversed(side)),
    )


def stripes(period: float, depth: float, degrees: float = 0.0) -> Texture:
    """Soft parallel lines; degrees 0 gives horizontal ones."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return lambda x, y: depth * np.sin((x * s + y * c) * 2 * np.pi / period)


def grid(period: float, depth: float) -> Texture:
    """A fine woven grid."""
    return lambda x, y: depth * np.sin(x * 2 * np.pi / period) * np.sin(y * 2 * np.pi / period)


def knit(period: float = 15.0, depth: float = 0.06) -> Texture:
    """Columns of knitted stitches."""

    def texture(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        slant = np.abs((x / period) % 1.0 - 0.5) * period * 1.1
        return depth * (np.sin((y - slant) * 2 * np.pi / (period * 0.72)) + 0.8 * np.cos(x * 2 * np.pi / period))

    return texture


def grain(depth: float = 0.05, period: float = 26.0, degrees: float = 0.0) -> Texture:
    """Wood grain along the horizontal, or turned by degrees."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def texture(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        along, across = x * c + y * s, -x * s + y * c
        wave = across + 5 * np.sin(along / 90) + 2.5 * np.sin(along / 37 + across / 21)
        return depth * (np.sin(wave * 2 * np.pi / period) + 0.6 * np.sin(wave * 2 * np.pi / (period * 0.37) + 1.3))

    return texture


def speckle(depth: float = 0.12, cell: float = 5.0, share: float = 0.06) -> Texture:
    """Sparse dark dots, as in stoneware glaze."""

    def texture(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        i, j = np.floor(x / cell), np.floor(y / cell)
        noise = np.abs(np.sin(i * 127.1 + j * 311.7) * 43758.5453) % 1.0
        near = ((x / cell) % 1.0 - 0.5) ** 2 + ((y / cell) % 1.0 - 0.5) ** 2 < 0.16
        return -depth * ((noise < share) & near)

    return texture


def fleecy(depth: float = 0.07, cell: float = 7.0) -> Texture:
    """Short pile."""
    return lambda x, y: depth * np.sin(x / cell * 5 + 2 * np.sin(y / cell * 3)) * np.sin(y / cell * 6 + x / cell)


class Sheet:
    """A picture being painted."""

    def __init__(self, low: Colour, high: Colour, spot: Colour | None = None) -> None:
        side = SIDE * SHARP
        v = np.linspace(0, 1, side, dtype=np.float32)[:, None]
        u = np.linspace(0, 1, side, dtype=np.float32)[None, :]
        wall = np.clip((v - 0.70) / 0.16, 0, 1)
        wall = wall * wall * (3 - 2 * wall)
        glow = np.exp(-(((u - 0.46) / 0.42) ** 2) - ((v - 0.42) / 0.40) ** 2)[..., None]
        high_a, low_a = np.array(high, np.float32), np.array(low, np.float32)
        self.pixels = high_a + (low_a - high_a) * wall[..., None] + (1 - high_a) * 0.45 * glow
        self.pixels *= (1 - 0.05 * (u + v - 0.7))[..., None]
        if spot is not None:
            self.fill(oval(400, 372, 285), spot, puff=0, alpha=0.45, light="v")

    def fill(
        self,
        shape: Shape,
        base: Colour,
        *,
        to: Colour | None = None,
        along: float = 90.0,
        light: str = "soft",
        puff: float = 0.30,
        round_by: float = 0.0,
        drop: float = 0.0,
        alpha: float = 1.0,
        texture: Texture | None = None,
        within: Shape | None = None,
    ) -> None:
        """Paint a shape.

        Args:
            to: second colour of a gradient in the direction `along` (90 runs downwards).
            light: 'soft' (a little lighter above), 'cyl' (an upright round body), 'flat',
                'bar' (a lying round body), 'ball' or 'v' (a stronger fall-off downwards).
            puff: how rounded the edges look, 0 for a cut-out.
            round_by: width of the rounding in sheet units; a share of the size unless given.
            drop: length of the shadow it casts on what is below, in sheet units.
            within: paint only inside this other shape.
        """
        x0, y0, x1, y1 = shape.bounds
        pad = 4 + 3 * drop
        left, top = (max(0, math.floor((e - pad) * SHARP)) for e in (x0, y0))
        right, bottom = (min(SIDE * SHARP, math.ceil((e + pad) * SHARP)) for e in (x1, y1))
        if right - left < 2 or bottom - top < 2:
            return
        mask = self._mask(shape, left, top, right, bottom)
        if within is not None:
            mask = mask * self._mask(within, left, top, right, bottom)
        view = self.pixels[top:bottom, left:right]
        if drop:
            cast = np.roll(mask, (int(drop * 0.7 * SHARP), int(drop * 0.35 * SHARP)), (0, 1))
            view *= 1 - 0.34 * _blur(cast, drop * 0.55 * SHARP)[..., None] * np.array([0.92, 0.97, 1.0], np.float32)
        ys = (np.arange(top, bottom, dtype=np.float32) / SHARP)[:, None]
        xs = (np.arange(left, right, dtype=np.float32) / SHARP)[None, :]
        u = np.clip((xs - x0) / max(x1 - x0, 1e-6), 0, 1)
        v = np.clip((ys - y0) / max(y1 - y0, 1e-6), 0, 1)
        lum = _light(light, u, v)
        if puff:
            size = round_by or min(26.0, 0.10 * min(x1 - x0, y1 - y0) + 2)
            step = max(1, int(size * 0.5 * SHARP))
            soft = _blur(np.pad(mask, step), size * 0.7 * SHARP)
            near, far = soft[: -2 * step, : -2 * step], soft[2 * step :, 2 * step :]
            lum = lum + puff * (far - near)
        if texture is not None:
            lum = lum + texture(xs, ys)
        tone = np.array(base, np.float32)
        if to is not None:
            c, s = math.cos(math.radians(along)), math.sin(math.radians(along))
            share = np.clip((u - 0.5) * c + (v - 0.5) * s + 0.5, 0, 1)[..., None]
            tone = tone + (np.array(to, np.float32) - tone) * share
        lum = np.broadcast_to(lum, mask.shape)[..., None]
        lit = np.where(lum > 0, tone + (1 - tone) * np.minimum(lum, 1), tone * (1 + np.maximum(lum, -0.9)))
        cover = (mask * alpha)[..., None]
        view *= 1 - cover
        view += lit.astype(np.float32) * cover

    def ground(self, x: float, y: float, rx: float, ry: float = 0.0, strength: float = 0.5) -> None:
        """Lay the shadow of something that stands at (x, y): a dark contact inside a wide soft one."""
        ry = ry or rx * 0.12
        for wide, dark, blur in ((1.22, 0.42, 20.0), (1.0, 0.55, 7.0)):
            pad = 3 * blur
            cx, cy = x + (wide - 1) * rx * 0.45, y + (wide - 1) * ry
            left, top = (max(0, int(e * SHARP)) for e in (cx - rx * wide - pad, cy - ry * wide - pad))
            right, bottom = (min(SIDE * SHARP, int(e * SHARP)) for e in (cx + rx * wide + pad, cy + ry * wide + pad))
            mask = self._mask(oval(cx, cy, rx * wide, ry * wide), left, top, right, bottom)
            shade = _blur(mask, blur * SHARP)[..., None] * strength * dark
            self.pixels[top:bottom, left:right] *= 1 - shade * np.array([0.95, 1.0, 1.03], np.float32)

    def shine(self, shape: Shape, alpha: float = 0.5, within: Shape | None = None) -> None:
        """A white reflection."""
        self.fill(shape, (1.0, 1.0, 1.0), light="flat", puff=0, alpha=alpha, within=within)

    def glow(self, x: float, y: float, r: float, tone: Colour, strength: float = 0.6) -> None:
        """Light spreading from a lamp."""
        left, top = (max(0, int((e - r) * SHARP)) for e in (x, y))
        right, bottom = (min(SIDE * SHARP, int((e + r) * SHARP)) for e in (x, y))
        ys = (np.arange(top, bottom, dtype=np.float32) / SHARP)[:, None]
        xs = (np.arange(left, right, dtype=np.float32) / SHARP)[None, :]
        far = np.clip(1 - np.hypot(xs - x, ys - y) / r, 0, 1)
        cover = (strength * far**2)[..., None]
        view = self.pixels[top:bottom, left:right]
        view += (np.array(tone, np.float32) - view) * cover

    def image(self) -> Image.Image:
        """The finished picture."""
        pixels = (np.clip(self.pixels, 0, 1) * 255 + 0.5).astype(np.uint8)
        return Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS)

    @staticmethod
    def _mask(shape: Shape, left: int, top: int, right: int, bottom: int) -> np.ndarray:
        image = Image.new("L", (max(1, right - left), max(1, bottom - top)))
        pen = ImageDraw.Draw(image)
        for add, points in shape.parts:
            pen.polygon([(x * SHARP - left, y * SHARP - top) for x, y in points], fill=255 if add else 0)
        return np.asarray(image, np.float32) / 255


def _blur(mask: np.ndarray, radius: float) -> np.ndarray:
    """Gaussian blur; wide ones are done on a smaller copy."""
    image = Image.fromarray((np.clip(mask, 0, 1) * 255).astype(np.uint8))
    factor = max(1, int(radius / 5))
    if factor > 1:
        small = image.resize((max(2, image.width // factor), max(2, image.height // factor)), Image.Resampling.BOX)
        small = small.filter(ImageFilter.GaussianBlur(radius / factor))
        image = small.resize(image.size, Image.Resampling.BICUBIC)
    else:
        image = image.filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(image, np.float32) / 255


def _light(kind: str, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    if kind == "cyl":
        return 0.26 * np.exp(-(((u - 0.27) / 0.15) ** 2)) - 0.34 * u**2.6 - 0.16 * np.exp(-((u / 0.10) ** 2)) + 0 * v
    if kind == "bar":
        return 0.26 * np.exp(-(((v - 0.27) / 0.15) ** 2)) - 0.34 * v**2.6 - 0.16 * np.exp(-((v / 0.10) ** 2)) + 0 * u
    if kind == "ball":
        return 0.34 - 0.62 * np.hypot(u - 0.32, v - 0.28)
    if kind == "v":
        return 0.16 - 0.32 * v + 0 * u
    if kind == "flat":
        return 0 * u + 0 * v
    return 0.07 - 0.12 * v - 0.04 * u


DRAWINGS: dict[str, Callable[..., None]] = {}


def drawing(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function that draws the kinds of thing named."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        for name in names:
            DRAWINGS[name] = function
        return function

    return register
