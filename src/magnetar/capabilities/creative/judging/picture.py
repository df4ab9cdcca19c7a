"""What is wrong with a film's pictures, by their luma alone: black, empty, frozen, repeated; and when scenes change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.judging.defects import Defect, defect

Luma = NDArray[np.uint8]
DARK, BRIGHT_SHARE = 40, 0.002
"""A picture with fewer pixels above this luma than this share is black; text alone is more."""
EMPTY_STD = 2.0
STILL = 1.0
"""Mean change of luma in the liveliest of all 16-pixel blocks below which a frame repeats the one before."""
LIVELY, MOVING = 3.0, 0.75
"""In ours every frame moves at least so. Where that share of the frames does, a still one repeats the one before;
a film about a picture of a single colour moves less, and only long stretches are counted."""
FROZEN_OURS_S, FROZEN_S = 0.5, 1.5
"""A still stretch of this length is frozen."""
STILL_BYTES, STILL_SHARE = 40, 0.00016
"""A packet of no more bytes than this, plus this share of its pixels, repeats the frame before."""
FROZEN_PACKETS_S = 1.2
_ACROSS = 270
_BLOCK = 16


@dataclass(slots=True)
class Pictures:
    """What was measured, frame after frame."""

    times: list[float] = field(default_factory=list[float])
    bright: list[float] = field(default_factory=list[float])
    spread: list[float] = field(default_factory=list[float])
    mean: list[float] = field(default_factory=list[float])
    lively: list[float] = field(default_factory=list[float])
    """Change of the liveliest block since the frame before; infinite for the first."""
    moved: list[float] = field(default_factory=list[float])
    """Mean change since the frame before."""
    _before: Luma | None = None

    def add(self, luma: Luma, time: float) -> None:
        """Measure one frame.

        Args:
            luma: (height, width), limited or full range.
            time: seconds.
        """
        step = max(1, luma.shape[1] // _ACROSS)
        small = np.ascontiguousarray(luma[::step, ::step])
        self.times.append(time)
        self.bright.append(float((small > DARK).mean()))
        mean, spread = cv2.meanStdDev(small)
        self.mean.append(float(mean[0, 0]))
        self.spread.append(float(spread[0, 0]))
        if self._before is None or self._before.shape != small.shape:
            self.lively.append(float("inf"))
            self.moved.append(float("inf"))
        else:
            change = cv2.absdiff(small, self._before)
            tall, wide = (max(1, side // _BLOCK) for side in change.shape)
            blocks = cv2.resize(change.astype(np.float32), (wide, tall), interpolation=cv2.INTER_AREA)
            self.lively.append(float(blocks.max()))
            self.moved.append(float(blocks.mean()))
        self._before = small


def check_pictures(seen: Pictures, fps: float, ours: bool, every: bool) -> list[Defect]:
    """Black, empty, frozen and repeated frames.

    Args:
        every: every frame was measured, not key frames only; without it nothing is said about motion.
    """
    found: list[Defect] = []
    bad = [bright < BRIGHT_SHARE or spread < EMPTY_STD for bright, spread in zip(seen.bright, seen.spread, strict=True)]
    for start, end in stretches(bad):
        detail = f"{end - start} frames, mean luma {seen.mean[start]:.0f}"
        found.append(defect("cover" if start == 0 else "black or empty", seen.times[start], detail))
        if start == 0:
            found.append(defect("black or empty", seen.times[start], detail))
    if not every:
        return found
    still = [value < STILL for value in seen.lively]
    moving = ours and np.mean(np.array(seen.lively) >= LIVELY) >= MOVING
    longest = FROZEN_OURS_S if moving else FROZEN_S
    for start, end in stretches(still):
        length = end - start
        if length / fps >= longest:
            found.append(defect("frozen", seen.times[start], f"nothing moves for {length / fps:.2f} s"))
        elif moving and not any(bad[start:end]):
            found.append(defect("repeated frame", seen.times[start], f"{length} frames repeat the one before"))
    return found


def check_packets(times: Sequence[float], sizes: Sequence[int], pixels: int, fps: float) -> list[Defect]:
    """Frozen stretches without decoding: a run of frames that carry next to no bits.

    Args:
        times, sizes: seconds and bytes of the packets, in the order of showing.
        pixels: of one picture.
    """
    small = [size <= STILL_BYTES + STILL_SHARE * pixels for size in sizes]
    return [
        defect("frozen", times[start], f"nothing moves for {(end - start) / fps:.2f} s")
        for start, end in stretches(small)
        if (end - start) / fps > FROZEN_PACKETS_S
    ]


def stretches(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """(first, one after the last) of each run of true ones.

    >>> stretches([False, True, True, False, True])
    [(1, 3), (4, 5)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(flags, np.int8), [0]])))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def cut_shift(seen: Pictures, cuts: Sequence[float], fps: float, reach: int = 14) -> float | None:
    """How many seconds later than told the scenes change, by the middle one; None where no change can be told.

    A change is where the picture begins to move several times as much as just before; a hard cut is over in one frame,
    a slide begins slowly and is seen a frame late.
    """
    moved = np.array(seen.moved)
    shifts: list[int] = []
    for cut in cuts:
        middle = round(cut * fps)
        low, high = max(4, middle - reach), min(len(moved) - 3, middle + reach + 1)
        for place in range(low, high):
            quiet = float(np.median(moved[place - 3 : place]))
            if moved[place + 1] > max(4.0, 4 * quiet) and moved[place + 1] > 1.5 * moved[place - 1]:
                shifts.append(place - middle + int(moved[place + 2] < 0.5 * moved[place + 1]))
                break
    return float(np.median(shifts)) / fps if shifts else None
