"""How things move: easing, and the way a picture travels through its window."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

import cv2
import numpy as np

from magnetar.capabilities.creative.planes import Box, Bytes, Planes


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

    Panning blends neighbouring rows or columns (one weighted sum a plane). A square plate is zoomed by
    resizing it to whole even sizes that grow by the same number of pixels each frame: exact, centred and
    free of jitter, at under half the cost of a general warp, which other plates get.
    """

    plate: Planes
    window: Box
    way: Way
    frames: int
    _room: list[Bytes] = field(default_factory=list[Bytes], compare=False)
    """Memory that every frame of a zoom is resized into."""

    def paint(self, canvas: Planes, frame: int) -> None:
        """Paint the window's content at one frame."""
        target = canvas.view(self.window)
        share = frame / max(1, self.frames - 1)
        if self.way in (Way.CLOSER, Way.AWAY):
            self._zoom(target, share)
        else:
            self._pan(target, share)

    def _zoom(self, target: Planes, share: float) -> None:
        """CLOSER grows from the window's width to the plate's; AWAY shrinks."""
        if self.way is Way.AWAY:
            share = 1.0 - share
        spare = (self.plate.width - target.width) // 2
        per_frame = max(1, spare // max(1, self.frames - 1))
        if 3 * spare < 2 * (self.frames - 1):  # a long scene, by less than a pixel a frame
            self._warp(target, (target.width + 2 * share * spare) / self.plate.width)
            return
        grown = min(spare, round(share * (self.frames - 1)) * per_frame)
        if self.plate.width != self.plate.height:
            self._warp(target, (target.width + 2 * grown) / self.plate.width)
            return
        if not self._room:
            self._room.extend(np.empty_like(plane) for plane in self.plate.all())
        for number, (source, plane) in enumerate(zip(self.plate.all(), target.all(), strict=True)):
            # chroma moves every other frame: then its middle stays on its own grid
            side = (target.width + 2 * (grown - grown % 2)) // 2 if number else target.width + 2 * grown
            whole = self._room[number][:side, :side]
            cv2.resize(source, (side, side), dst=whole, interpolation=cv2.INTER_LINEAR)
            x, y = (side - plane.shape[1]) // 2, (side - plane.shape[0]) // 2
            np.copyto(plane, whole[y : y + plane.shape[0], x : x + plane.shape[1]])

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
            part = place - int(place)
            cv2.addWeighted(first, 1.0 - part, second, part, 0.0, dst=plane)
