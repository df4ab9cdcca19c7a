"""A shot as it is painted: a drawn panel, a still or a clip from a provider, with its words and the label over it.

The embedded picture is a drawn comic panel, and says so; the camera moves all the time at an even pace.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.drama import backdrop
from magnetar.capabilities.creative.drama.bible import Bible, Place, Prop, Role
from magnetar.capabilities.creative.drama.board import Shot
from magnetar.capabilities.creative.drama.figure import BOTTOM, FACES, LEFT, TOP, portrait
from magnetar.capabilities.creative.drama.lettering import Placed, Sheet, letter
from magnetar.capabilities.creative.drama.pen import INK, Layer, Pen, Plate, shade
from magnetar.capabilities.creative.planes import Bytes, Planes, even
from magnetar.kernel.chance import Chance

DRAWN = "drawn comic panels; no picture model was used"
_UNITS = {"one": 212.0, "two": 186.0, "close": 322.0}
_FACE_Y = {"one": 1020.0, "two": 1130.0, "close": 1150.0}
_PLACES = {"left": 330.0, "right": 750.0, "middle": 540.0}


class Ground(Protocol):
    """What moves below the words."""

    def paint(self, canvas: Planes, frame: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Panel:
    """A shot that can be painted."""

    ground: Ground
    placed: tuple[Placed, ...]
    frames: int

    def play(self, canvas: Planes) -> Iterator[int]:
        """Paint every frame in order."""
        for frame in range(self.frames):
            self.ground.paint(canvas, frame)
            for one in self.placed:
                if frame >= one.start:
                    share = 1.0 if one.start < 0 else min(1.0, (frame - one.start + 1) / one.frames)
                    one.sprite.blend(canvas, one.x, one.y, share)
            yield frame


@functools.lru_cache(maxsize=6)
def place_picture(place: Place, time: str, weather: str, width: int, height: int) -> Bytes:
    """A place's picture; the same for all shots there."""
    return backdrop.backdrop(place, time, weather, width, height)


@dataclass(frozen=True, slots=True)
class _Actor:
    faces: tuple[Layer, ...]
    x: float
    """Of the head's middle."""
    y: float
    unit: float
    speaks: bool
    phase: float


class Drawn:
    """A drawn panel."""

    def __init__(
        self, shot: Shot, bible: Bible, sheet: Sheet, height: int, frames: int, mouths: NDArray[np.int64]
    ) -> None:
        """Draw what does not change.

        Args:
            mouths: (frames,), how far the speaker's mouth is open, 0 to 2.
        """
        self.shot, self.frames, self.mouths, self.fps = shot, frames, mouths, sheet.fps
        self.width, self.height, self.scale = sheet.width, height, sheet.scale
        place = bible.place(shot.place)
        chance = Chance(place.seed).of("shot", shot.cue.text if shot.cue else shot.kind)
        self.blinks = {
            round(one * sheet.fps) + n * round(2.7 * sheet.fps)
            for n in range(1 + frames // round(2.7 * sheet.fps))
            for one in chance.of("blink").uniforms(1) + 0.8
        }
        rgb = place_picture(place, shot.time, shot.weather, sheet.width, height)
        mood = shot.cast[0].mood if shot.cast else ""
        if shot.cast or shot.kind == "card":
            rgb = backdrop.soften(rgb, 0.011 if shot.size == "close" and shot.cast else 0.003)
        if shot.kind == "card":
            rgb = (rgb * np.float32(0.52)).astype(np.uint8)
        elif mood in ("shocked", "angry") and shot.size == "close":
            rgb = backdrop.focus_lines(rgb, 0.5, 0.56, (250, 248, 240) if mood == "shocked" else (150, 24, 28), chance)
        self.plate = Plate(rgb)
        self.tint = np.asarray(_light(shot, backdrop.outside(place)), np.float32)
        self.actors = [self._actor(bible, number) for number in range(len(shot.cast))]
        self.props = (
            [self._prop(bible.prop(one), number) for number, one in enumerate(shot.props[:2])]
            if shot.kind in ("act", "tell")
            else []
        )
        self.weather = (
            _weather(shot.weather, sheet.width, height, chance) if shot.weather and backdrop.outside(place) else None
        )

    def _actor(self, bible: Bible, number: int) -> _Actor:
        shot, standing = self.shot, self.shot.cast[number]
        role: Role = bible.role(standing.role)
        look = "close" if shot.size == "close" else "two" if len(shot.cast) > 1 else "one"
        turned = {"left": 1, "right": -1}.get(standing.place, 1 if role.seed % 2 else -1)
        unit = _UNITS[look] * self.scale * (0.8 if role.age < 12 else 1.0)
        speaks = standing.role == shot.speaker and not shot.voice_over
        faces: list[Layer] = []
        for face in FACES if speaks else (FACES[0], FACES[0], FACES[0], FACES[3]):
            if faces and face is FACES[0]:
                faces.append(faces[0])
                continue
            pen = portrait(role, standing.mood, face, unit, turned)
            faces.append(Layer((pen.rgb * self.tint).astype(np.uint8), pen.alpha))
        x = _PLACES[standing.place]
        if look == "close":
            x = 540 + (x - 540) * 0.42
        elif look == "two":
            x = 540 + (x - 540) * 1.2
        return _Actor(tuple(faces), x * self.scale, _FACE_Y[look] * self.scale, unit, speaks, number * 1.7)

    def _prop(self, prop: Prop, number: int) -> tuple[Layer, float, float]:
        alone, told = not self.shot.cast, self.shot.kind == "tell"
        side = even((460 if alone else 240 if told else 330) * self.scale)
        pen = prop_picture(prop, side)
        if alone:
            x, y = 540.0, 1000.0 + number * 490
        else:  # above the heads, where an action has no words
            x, y = (760.0 if len(self.shot.props) == 1 else 330.0 + 420 * number), 640.0 if told else 540.0
        return Layer(pen.rgb, pen.alpha), x * self.scale - side / 2, y * self.scale - side / 2

    def paint(self, canvas: Planes, frame: int) -> None:
        along = frame / max(1, self.frames - 1)
        zoom, slide = _camera(self.shot, along)
        wide, tall = self.width / zoom, self.height / zoom
        spare = self.plate.planes.width - wide
        x = spare / 2 + slide * min(spare / 2, self.width * backdrop.MARGIN)
        y = (self.plate.planes.height - tall) / 2
        self.plate.show(canvas, x, y, zoom)
        for one in self.actors:
            self._act(canvas, one, frame, zoom, slide)
        for number, (layer, px, py) in enumerate(self.props):
            bob = 7 * self.scale * np.sin(frame / self.fps * 2.2 + number)
            layer.lay(canvas, px - slide * 26 * self.scale, py + bob, 1.0 + 0.05 * along)
        if self.weather is not None:
            _fall(canvas, self.weather, self.shot.weather, frame, self.fps, self.scale)

    def _act(self, canvas: Planes, one: _Actor, frame: int, zoom: float, slide: float) -> None:
        mouth = int(self.mouths[min(frame, len(self.mouths) - 1)]) if one.speaks and len(self.mouths) else 0
        shut = any(0 <= frame - blink < max(2, round(0.12 * self.fps)) for blink in self.blinks)
        layer = one.faces[3 if shut and not mouth else mouth]
        near = 1 + (zoom - 1) * 1.5
        t = frame / self.fps
        breath = 4 * self.scale * np.sin(t * 2.4 + one.phase) + (
            5 * self.scale * abs(np.sin(t * 7.5)) if mouth else 0.0
        )
        middle = self.width / 2
        x = middle + (one.x - middle) * near - slide * 0.10 * self.width
        y = self.height * 0.55 + (one.y - self.height * 0.55) * near + breath
        lift = max(0.0, self.height + 6 - (y + BOTTOM * one.unit * near))  # nobody floats above the frame's foot
        layer.lay(canvas, x + LEFT * one.unit * near, y + lift + TOP * one.unit * near, near)


def _camera(shot: Shot, along: float) -> tuple[float, float]:
    """(zoom, slide from −1 to 1) at a share of the shot; never at rest, at an even pace."""
    side = 1 if sum(map(ord, shot.cue.text if shot.cue else shot.kind)) % 2 else -1
    if shot.kind in ("card", "promo"):
        return 1.0 + 0.17 * along, side * (1.6 * along - 0.8)
    if shot.move == "in":
        return 1.02 + 0.13 * along, side * (0.9 * along - 0.45)
    if shot.move == "out":
        return 1.15 - 0.13 * along, side * (0.9 * along - 0.45)
    way = 1 if shot.move == "right" else -1
    return 1.03 + 0.02 * along, way * (2.0 * along - 1.0)


def _light(shot: Shot, outside: bool) -> tuple[float, float, float]:
    told = (backdrop.TINTS if outside else backdrop.INDOOR_TINTS)[shot.time]
    red, green, blue = (0.45 + 0.55 * part for part in told)
    dim = 0.8 if shot.kind == "card" else 1.0
    return red * dim, green * dim, blue * dim


def prop_picture(prop: Prop, side: int) -> Pen:
    """A prop in a frame of its own."""
    pen = Pen(side, side, side / 100)
    paper = shade(prop.colour, 1.62) if sum(prop.colour) < 420 else shade(prop.colour, 0.42)
    pen.box(2, 2, 98, 98, paper, line=3)
    for n in range(9):
        pen.stroke([(4, 14 + n * 11), (96, 4 + n * 11)], shade(paper, 0.94), 1.2, curve=False)
    c = prop.colour
    if prop.kind == "letter":
        body = (236, 216, 172) if sum(c) < 500 else c
        pen.fill([(16, 36), (82, 26), (86, 70), (20, 80)], body, line=1.6)
        pen.stroke([(16, 36), (54, 58), (82, 26)], INK, 1.6, curve=False)
        pen.oval(53, 57, 8, 8, c if sum(c) < 500 else (176, 44, 44), line=1.4)
    elif prop.kind == "watch":
        pen.stroke([(50, 8), (38, 20), (50, 28)], shade(c, 0.7), 2.4)
        pen.oval(50, 58, 31, 31, c, line=1.8)
        pen.oval(50, 58, 24, 24, (250, 248, 240), line=1.4)
        for n in range(12):
            a = n * np.pi / 6
            pen.stroke(
                [(50 + 20 * np.cos(a), 58 + 20 * np.sin(a)), (50 + 22.5 * np.cos(a), 58 + 22.5 * np.sin(a))],
                INK,
                1.4,
                curve=False,
            )
        pen.stroke([(50, 58), (36, 53)], INK, 2.2, curve=False)
        pen.stroke([(50, 58), (62, 70)], INK, 1.6, curve=False)
    elif prop.kind == "phone":
        pen.fill([(36, 14), (68, 18), (63, 88), (31, 84)], (36, 38, 46), line=1.8)
        pen.fill([(38, 21), (65, 24.5), (61, 79), (34, 75.5)], (120, 180, 226))
    elif prop.kind == "key":
        pen.oval(34, 40, 17, 17, c, line=1.8)
        pen.oval(34, 40, 8, 8, paper, line=1.4)
        pen.fill([(45, 48), (49, 44), (86, 80), (80, 86), (74, 80), (70, 84), (65, 79), (69, 74)], c, line=1.6)
    elif prop.kind == "cup":
        pen.stroke([(70, 44), (88, 48), (84, 66), (68, 68)], INK, 3)
        pen.fill([(26, 36), (74, 36), (68, 80), (32, 80)], c, line=1.8)
        pen.oval(50, 36, 24, 6, (92, 60, 40), line=1.4)
    else:
        pen.stroke([(36, 40), (40, 20), (60, 20), (64, 40)], INK, 3)
        pen.fill([(20, 40), (80, 40), (86, 86), (14, 86)], c, line=1.8)
        pen.box(44, 46, 56, 54, shade(c, 1.3), line=1.4)
    return pen


def _weather(kind: str, width: int, height: int, chance: Chance) -> Bytes:
    """(height + period, width), how much lighter; repeats after the period."""
    period = height // 2
    tile = np.zeros((period, width), np.uint8)
    scale = width / 1080
    for x, y, size in chance.of("weather").uniforms(70, 3):
        px, py = int(x * width), int(y * period)
        if kind == "rain":
            long = round((60 + 70 * size) * scale)
            cv2.line(
                tile,
                (px, py),
                (px - round(long * 0.14), py + long),
                int(46 + 50 * size),
                max(1, round(2.4 * scale)),
                cv2.LINE_AA,
            )
            cv2.line(
                tile,
                (px, py - period),
                (px - round(long * 0.14), py - period + long),
                int(46 + 50 * size),
                max(1, round(2.4 * scale)),
                cv2.LINE_AA,
            )
        else:
            cv2.circle(tile, (px, py), max(1, round((4 + 7 * size) * scale)), int(110 + 90 * size), -1, cv2.LINE_AA)
    return np.ascontiguousarray(np.tile(tile, (4, 1))[: height + period])


def _fall(canvas: Planes, tile: Bytes, kind: str, frame: int, fps: int, scale: float) -> None:
    period = len(tile) - canvas.height
    start = period - 1 - int(frame / fps * (1500 if kind == "rain" else 260) * scale) % period
    canvas.y[...] = np.minimum(cv2.add(canvas.y, tile[start : start + canvas.height]), 235)


class Still:
    """A picture from a provider, over which the camera moves."""

    def __init__(self, shot: Shot, rgb: Bytes, width: int, height: int, frames: int) -> None:
        self.shot, self.frames, self.width, self.height = shot, frames, width, height
        self.plate = Plate(
            cover(rgb, even(width * (1 + 2 * backdrop.MARGIN)), even(height * (1 + 2 * backdrop.MARGIN)))
        )

    def paint(self, canvas: Planes, frame: int) -> None:
        zoom, slide = _camera(self.shot, frame / max(1, self.frames - 1))
        spare = self.plate.planes.width - self.width / zoom
        self.plate.show(
            canvas,
            spare / 2 + slide * min(spare / 2, self.width * backdrop.MARGIN),
            (self.plate.planes.height - self.height / zoom) / 2,
            zoom,
        )


class Clip:
    """A clip from a provider, read as it is shown; where the words last longer, its last picture is enlarged slowly."""

    def __init__(self, path: Path, width: int, height: int, out_fps: int) -> None:
        self._box: Any = av.open(str(path))
        self._frames: Any = self._box.decode(self._box.streams.video[0])
        rate = self._box.streams.video[0].average_rate
        self.fps, self.out_fps = float(rate) if rate else 24.0, out_fps
        self.width, self.height = width, height
        self._at, self._now, self._ended = -1, Planes.filled(width, height, (0, 0, 0)), 0

    def paint(self, canvas: Planes, frame: int) -> None:
        place = int(frame * self.fps / self.out_fps)
        while self._at < place and not self._ended:
            told = next(self._frames, None)
            if told is None:
                self._ended = frame
                self._box.close()
                break
            self._at += 1
            if self._at == place or self._at == 0:
                self._now = Planes.from_rgb(cover(told.to_ndarray(format="rgb24"), self.width, self.height))
        if not self._ended:
            canvas.paste(self._now)
            return
        zoom = 1 + 0.0016 * (frame - self._ended + 1)
        plate = Plate.of(self._now)
        plate.show(canvas, canvas.width * (1 - 1 / zoom) / 2, canvas.height * (1 - 1 / zoom) / 2, zoom)


def cover(rgb: Bytes, width: int, height: int) -> Bytes:
    """A picture enlarged and cropped about its middle to fill a frame."""
    scale = max(width / rgb.shape[1], height / rgb.shape[0])
    size = (max(width, round(rgb.shape[1] * scale)), max(height, round(rgb.shape[0] * scale)))
    big = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(big[y : y + height, x : x + width], np.uint8)


def build(
    shot: Shot,
    bible: Bible,
    sheet: Sheet,
    height: int,
    frames: int,
    start: int,
    mouths: NDArray[np.int64],
    ground: Any = None,
) -> Panel:
    """A shot, ready to be painted.

    Args:
        start: frame at which its words begin.
        ground: a still or a clip from a provider; None draws the panel.
    """
    placed = letter(sheet, shot, bible, start)
    return Panel(ground or Drawn(shot, bible, sheet, height, frames, mouths), tuple(placed), frames)
