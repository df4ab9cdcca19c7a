"""How things move: easing, and the way a picture travels through its window."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

import cv2
import numpy as np

from magnetar.capabilities.creative.planes import Box, Bytes, Planes
from magnetar.kernel.compiled import Array, compiled


def ease_out(share: float) -> float:
    """Fast first, then settling (quintic); 0 → 0, 1 → 1."""
    rest = 1.0 - min(max(share, 0.0), 1.0)
    return 1.0 - rest**5


def ease_in_out(share: float) -> float:
    """Slow, fast, slow (cubic)."""
    share = min(max(share, 0.0), 1.0)
    return 4 * share**3 if share < 0.5 else 1 - (-2 * share + 2) ** 3 / 2


def glide(share: float, ramp: float = 0.25) -> float:
    """Even speed with a soft start and a soft end, so that a slow camera neither jerks nor stops dead.

    Args:
        share: time, 0 to 1.
        ramp: part of the time spent on speeding up, and again on slowing down; below 0.5.

    >>> [round(glide(t), 3) for t in (0.0, 0.5, 1.0)]
    [0.0, 0.5, 1.0]
    """
    share = min(max(share, 0.0), 1.0)
    if share > 0.5:
        return 1.0 - glide(1.0 - share, ramp)
    top = 1.0 / (1.0 - ramp)
    return top * (share * share / (2 * ramp) if share < ramp else share - ramp / 2)


class Way(enum.Enum):
    """Where a picture travels."""

    CLOSER = "closer"
    AWAY = "away"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Travel:
    """A picture larger than its window, and the way it takes.

    Panning blends neighbouring rows or columns. A zoom cuts the plate's middle out and resizes it to the window: by the
    same whole number of pixels each frame, so that it is centred and free of jitter at under half the cost of a general
    warp, which only a long scene gets, that comes nearer by less than a pixel a frame.
    """

    plate: Planes
    window: Box
    way: Way
    frames: int
    _room: list[Bytes] = field(default_factory=list[Bytes], compare=False)
    """Memory that every frame of a zoom is resized into."""
    _held: list[float] = field(default_factory=list[float], compare=False)
    """At which scale each plane lies in it."""

    def paint(self, canvas: Planes, frame: int) -> None:
        """Paint the window's content at one frame."""
        target = canvas.view(self.window)
        if self.way in (Way.CLOSER, Way.AWAY):
            self._zoom(target, frame)
        else:
            self._pan(target, frame / max(1, self.frames - 1))

    def _zoom(self, target: Planes, frame: int) -> None:
        """CLOSER shows all of the plate's width first and as much as fits the window last; AWAY the other way round."""
        spare, last = (self.plate.width - target.width) // 2, max(1, self.frames - 1)
        frame = min(max(frame, 0), last)
        if self.way is Way.AWAY:
            frame = last - frame
        if self._slow(target):
            self._warp(target, target.width / (self.plate.width - 2 * spare * frame / last))
            return
        if not self._room:
            sizes = zip(self.plate.all(), target.all(), strict=True)
            self._room.extend(np.empty((source.shape[0], plane.shape[1]), np.uint8) for source, plane in sizes)
            self._held.extend([0.0] * 3)
        cut = frame * (spare // last)
        for number, (source, plane) in enumerate(zip(self.plate.all(), target.all(), strict=True)):
            # chroma moves every other frame: then its middle stays on its own grid
            away = (cut - cut % 2) // 2 if number else cut
            self._resize(number, source[:, away : source.shape[1] - away], plane)

    def _slow(self, target: Planes) -> bool:
        """Whether whole pixels a frame would be too fast, or the window would reach beyond the plate."""
        spare = (self.plate.width - target.width) // 2
        return spare < self.frames - 1 or target.height * self.plate.width > self.plate.height * target.width

    def _resize(self, number: int, source: Bytes, plane: Bytes) -> None:
        """Resize a part of the plate, as wide as the window shows, to the window; rows about its middle."""
        (rows, columns), scale = plane.shape, plane.shape[1] / source.shape[1]
        held = self._held[number] == scale
        self._held[number] = scale
        needed = min(source.shape[0], int(rows / scale) + 4)
        top = (source.shape[0] - needed) // 2
        part, room = source[top : source.shape[0] - top], self._room[number]
        wide = room[: part.shape[0], :columns]
        if not held:
            cv2.resize(part, (columns, part.shape[0]), dst=wide, interpolation=cv2.INTER_LINEAR)
        _stretch(wide, scale, plane)

    def _warp(self, target: Planes, scale: float) -> None:
        for source, plane in zip(self.plate.all(), target.all(), strict=True):
            rows, columns = plane.shape
            x, y = (source.shape[1] - 1 - (columns - 1) / scale) / 2, (source.shape[0] - 1 - (rows - 1) / scale) / 2
            back = np.array([[1 / scale, 0, x], [0, 1 / scale, y]])
            cv2.warpAffine(
                source, back, (columns, rows), dst=plane, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )  # fmt: skip

    def _pan(self, target: Planes, share: float) -> None:
        spare_x, spare_y = self.plate.width - target.width, self.plate.height - target.height
        along = glide(share)
        if self.way in (Way.LEFT, Way.UP):
            along = 1.0 - along
        sideways = self.way in (Way.LEFT, Way.RIGHT)
        for number, (source, plane) in enumerate(zip(self.plate.all(), target.all(), strict=True)):
            step = 2 if number else 1
            rows, columns = plane.shape
            if sideways:
                place = along * max(0, spare_x // step - 1)
                x, y = int(place), spare_y // step // 2
                first, second = source[y : y + rows, x : x + columns], source[y : y + rows, x + 1 : x + 1 + columns]
            else:
                place = along * max(0, spare_y // step - 1)
                x, y = spare_x // step // 2, int(place)
                first, second = source[y : y + rows, x : x + columns], source[y + 1 : y + 1 + rows, x : x + columns]
            _between(first, second, np.uint16(round((place - int(place)) * 256)), plane)


@compiled
def _stretch(source: Array, scale: float, out: Array) -> None:
    """Rows of a picture at a scale, about its middle; each lies between two of them, at a 256th."""
    last = source.shape[0] - 2
    for row in range(out.shape[0]):
        place = round(256 * ((row + 0.5 - out.shape[0] / 2) / scale + source.shape[0] / 2 - 0.5))
        above = min(max(place >> 8, 0), last)
        share = np.uint16(min(max(place - 256 * above, 0), 256))
        rest = np.uint16(np.uint16(256) - share)
        ones, others, line = source[above], source[above + 1], out[row]
        for column in range(len(line)):
            line[column] = np.uint8(
                np.uint16(np.uint16(ones[column]) * rest + np.uint16(others[column]) * share + np.uint16(128))
                >> np.uint16(8)
            )


@compiled
def _between(first: Array, second: Array, share: Array, out: Array) -> None:
    """A share of 256 of the second picture, and the rest of the first."""
    rest = np.uint16(np.uint16(256) - share)
    for row in range(out.shape[0]):
        ones, others, line = first[row], second[row], out[row]
        for place in range(len(line)):
            line[place] = np.uint8(
                np.uint16(np.uint16(ones[place]) * rest + np.uint16(others[place]) * share + np.uint16(128))
                >> np.uint16(8)
            )
