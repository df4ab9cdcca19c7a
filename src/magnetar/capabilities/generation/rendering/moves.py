"""Moves over a still: zoom, pan, and a shift that is larger in the middle than at the rim (a guess at depth).

A move is told by three smooth curves of time. The still is never shown smaller than the frame, so no edge appears.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.generation.rendering.framing import Box, clamped, kept_together, seen_through
from magnetar.kernel.chance import Chance

Picture = NDArray[np.uint8]
Floats32 = NDArray[np.float32]
ROOM = 1.22
"""The still is prepared so much larger than the frame; moves stay within that room."""
_HINTS = {  # words of a prompt that ask for a move: zoom from, zoom to, across, down
    "zoom out": (1.18, 1.0, 0.0, 0.0), "拉远": (1.18, 1.0, 0.0, 0.0), "pull back": (1.18, 1.0, 0.0, 0.0),
    "zoom in": (1.0, 1.18, 0.0, 0.0), "推近": (1.0, 1.18, 0.0, 0.0), "push in": (1.0, 1.18, 0.0, 0.0),
    "pan left": (1.1, 1.1, -1.0, 0.0), "左移": (1.1, 1.1, -1.0, 0.0),
    "pan right": (1.1, 1.1, 1.0, 0.0), "右移": (1.1, 1.1, 1.0, 0.0),
    "tilt up": (1.1, 1.1, 0.0, -1.0), "上移": (1.1, 1.1, 0.0, -1.0),
    "tilt down": (1.1, 1.1, 0.0, 1.0), "下移": (1.1, 1.1, 0.0, 1.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Move:
    """How the view travels over a still."""

    zoom_from: float
    zoom_to: float
    across: float
    """−1 to 1: the share of the free room that the view travels to the right."""
    down: float
    depth: float
    """Share of the frame's width that the middle shifts against the rim."""


def choose_move(prompt: str, chance: Chance) -> Move:
    """The move that the prompt names, else one by chance.

    >>> choose_move("a cup, zoom in slowly", Chance(1)).zoom_to
    1.18
    """
    low = prompt.lower()
    depth = 0.012 + 0.014 * float(chance.of("depth").uniforms(1)[0])
    for words, (start, end, across, down) in _HINTS.items():
        if words in low:
            return Move(start, end, across, down, depth)
    shape, side, more = map(float, chance.of("move").uniforms(3))
    sign = 1.0 if side < 0.5 else -1.0
    if shape < 0.4:
        return Move(1.0, 1.1 + 0.08 * more, 0.25 * sign, 0.0, depth)
    if shape < 0.65:
        return Move(1.1 + 0.08 * more, 1.0, 0.25 * sign, 0.0, depth)
    if shape < 0.85:
        return Move(1.08, 1.12, sign, 0.1, depth)
    return Move(1.08, 1.12, 0.1, sign, depth)


class View:
    """Frames of one move over one still."""

    def __init__(self, still: Picture, width: int, height: int, move: Move, faces: Sequence[Box] = ()) -> None:
        """`still` is (rows, columns, 3) RGB and is scaled to fill the frame with room around it.

        Args:
            faces: as shares of the still; the view never cuts one that fits into it.
        """
        scale = ROOM * max(width / still.shape[1], height / still.shape[0])
        size = max(width, round(still.shape[1] * scale)), max(height, round(still.shape[0] * scale))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        self._still = np.ascontiguousarray(cv2.resize(still, size, interpolation=way))
        self._move, self._size = move, (width, height)
        rows, columns = self._still.shape[:2]
        whole = min(columns / width, rows / height)
        self._around = kept_together(faces, whole * width / columns, whole * height / rows)
        self._faces, self._closest = tuple(faces), math.inf
        if self._around is not None:  # no nearer than shows the faces, with what the guessed depth shifts
            x, y, right, bottom = self._around
            self._closest = max(
                1.0,
                min(
                    whole * width * (1 - move.depth) / max(1.0, (right - x) * columns),
                    whole * height / max(1.0, (bottom - y) * rows),
                ),
            )
        across = (np.arange(width, dtype=np.float32) - (width - 1) / 2)[None, :]
        down = (np.arange(height, dtype=np.float32) - (height - 1) / 2)[:, None]
        near = np.exp(-2.2 * ((across / (width / 2)) ** 2 + (down / (height / 2)) ** 2), dtype=np.float32)
        self._across = np.ascontiguousarray(np.broadcast_to(across, (height, width)))
        self._down = np.ascontiguousarray(np.broadcast_to(down, (height, width)))
        self._near = near - np.float32(near.mean())

    def at(self, share: float) -> Picture:
        """(height, width, 3) RGB at a share of the move's time, in [0, 1]."""
        middle_x, middle_y, step, swing = self._window(share)
        shift = self._near * np.float32(2 * swing * self._move.depth * self._size[0])
        map_x = self._across * np.float32(step) + np.float32(middle_x) - shift
        map_y = self._down * np.float32(step) + np.float32(middle_y)
        return cv2.remap(self._still, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)  # pyright: ignore[reportReturnType]

    def faces_at(self, share: float) -> list[Box]:
        """Where the still's faces lie in the frame of that share, to a percent or two of the guessed depth."""
        middle_x, middle_y, step, _ = self._window(share)
        across, down = step * self._size[0], step * self._size[1]
        rows, columns = self._still.shape[:2]
        return seen_through(self._faces, (columns, rows), (middle_x - across / 2, middle_y - down / 2, across, down))

    def _window(self, share: float) -> tuple[float, float, float, float]:
        """The middle of the view in the still, the still's points for each of the frame's, and the swing."""
        width, height = self._size
        move = self._move
        eased = share * share * (3 - 2 * share) * 0.35 + share * 0.65  # starts and ends a little slower
        zoom = min(move.zoom_from + (move.zoom_to - move.zoom_from) * eased, self._closest)
        rows, columns = self._still.shape[:2]
        step = min(columns / width, rows / height) / zoom
        free = max(0.0, columns / 2 - step * width / 2 - 2), max(0.0, rows / 2 - step * height / 2 - 2)
        swing = eased - 0.5
        x = (columns - 1) / 2 + 2 * swing * move.across * min(free[0], 0.16 * width)
        y = (rows - 1) / 2 + 2 * swing * move.down * min(free[1], 0.16 * height)
        if self._around is not None:
            left, top, right, bottom = self._around
            spare = move.depth * width / 2
            x += (left + right) / 2 * columns - columns / 2
            half_x, half_y = step * width / 2, step * height / 2
            x = clamped(x, half_x, left * columns - spare, right * columns + spare)
            y = clamped(y, half_y, top * rows, bottom * rows)
            x, y = min(max(x, half_x), columns - half_x), min(max(y, half_y), rows - half_y)
        return x, y, step, swing
