"""What is wrong with a film's pictures, by their luma alone: black, empty, frozen, repeated; and when scenes change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.judging.defects import Defect, defect

Luma = NDArray[np.uint8]
Chroma = Callable[[], "tuple[Luma, ...]"]
"""Gives a frame's colour planes, where they are asked for."""
DARK, BRIGHT_SHARE = 40, 0.002
"""A picture with fewer pixels above this luma than this share is black; text alone is more."""
EMPTY_STD = 2.0
STILL = 1.4
"""A frame of ours may repeat the one before where the liveliest of its 16-pixel blocks changes by less in the mean."""
STIR_SHARE, LEAST_STIR, MOST_STIR = 0.55, 0.04, 0.25
"""It does where the mean square of all changes is less than this share of what the slowest twentieth of the film's
frames have, within these bounds. The stillest frame of a good film has 0.75 of that; repeated frames that were encoded
again mostly a tenth."""
STILL_THEIRS, BUSY_SHARE, STILL_BUSY = 1.0, 0.1, 2.0
"""Change of the liveliest block in a film that is not ours, where only long stretches are counted; this share of the
film's middle one where that is more, but no more than the last: an encoder goes on sharpening a busy picture."""
BREAKS_OFF = 2.5
"""Where frames repeat, motion stops from one frame to the next: by at least this factor. What comes to rest by itself
(a headline that eases in over a plain picture) slows down gradually and repeats nothing."""
FLAT_SHARE = 0.6
"""A film that stands still in more of its frames is about a picture of one colour: only long stretches count there."""
PUMPED, PUMPED_STIR = 4.0, 1.0
"""A key frame within a still stretch sharpens the picture by no more than this."""
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
    stirred: list[float] = field(default_factory=list[float])
    """Mean square of the changes since the frame before."""
    _before: Luma | None = None
    _coloured: Chroma | None = None
    """Colour planes of the frame before."""

    def add(self, luma: Luma, time: float, chroma: Chroma | None = None) -> None:
        """Measure one frame.

        Args:
            luma: (height, width), limited or full range.
            time: seconds.
            chroma: asked only where luma shows no structure or no motion.
        """
        step = max(1, luma.shape[1] // _ACROSS)
        small = np.ascontiguousarray(luma[::step, ::step])
        self.times.append(time)
        mean, spread = cv2.meanStdDev(small)
        bright, wide = float((small > DARK).mean()), float(spread[0, 0])
        if wide < EMPTY_STD and chroma is not None:
            bright, wide = _with_colours(bright, wide, chroma())
        self.bright.append(bright)
        self.mean.append(float(mean[0, 0]))
        self.spread.append(wide)
        if self._before is None or self._before.shape != small.shape:
            lively = moved = stirred = float("inf")
        else:
            lively, moved, stirred = _change(small, self._before)
            if lively < STILL and chroma is not None and self._coloured is not None:
                changes = [_change(*_thinned(now, then)) for now, then in zip(chroma(), self._coloured(), strict=False) if now.shape == then.shape]  # fmt: skip
                lively = max([lively, *(one[0] for one in changes)])
                stirred = max([stirred, *(one[2] for one in changes)])
        self.lively.append(lively)
        self.moved.append(moved)
        self.stirred.append(stirred)
        self._before, self._coloured = small, chroma


def _with_colours(bright: float, spread: float, planes: Sequence[Luma]) -> tuple[float, float]:
    """A picture of one brightness is neither black nor empty where its colours differ."""
    wide = max([0.0, *(float(cv2.meanStdDev(np.ascontiguousarray(one))[1][0, 0]) for one in planes)])
    return (1.0, wide) if wide >= EMPTY_STD else (bright, spread)


def _thinned(now: Luma, then: Luma) -> tuple[Luma, Luma]:
    step = max(1, 2 * now.shape[1] // _ACROSS)
    return np.ascontiguousarray(now[::step, ::step]), np.ascontiguousarray(then[::step, ::step])


def _change(now: Luma, then: Luma) -> tuple[float, float, float]:
    """Mean change of the liveliest block, of all blocks, and mean square of all changes."""
    change = cv2.absdiff(now, then)
    tall, wide = (max(1, side // _BLOCK) for side in change.shape)
    blocks = cv2.resize(change.astype(np.float32), (wide, tall), interpolation=cv2.INTER_AREA)
    return float(blocks.max()), float(blocks.mean()), cv2.norm(change) ** 2 / change.size


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
    if not every or not bad:
        return found
    still = _still(seen, ours)
    moving = ours and bool(np.mean(still) < FLAT_SHARE)
    longest = FROZEN_OURS_S if moving else FROZEN_S
    for start, end in stretches(still):
        length = end - start
        if length / fps >= longest:
            found.append(defect("frozen", seen.times[start], f"nothing moves for {length / fps:.2f} s"))
        elif moving and not any(bad[start:end]) and _breaks_off(seen.stirred, start):
            found.append(defect("repeated frame", seen.times[start], f"{length} frames repeat the one before"))
    return found


def _breaks_off(stirred: Sequence[float], start: int) -> bool:
    """Whether motion stops at this frame instead of coming to rest.

    >>> _breaks_off([2.0, 1.5, 0.1, 0.1], 2), _breaks_off([0.4, 0.2, 0.15, 0.1], 2)
    (True, False)
    """
    return start == 0 or stirred[start - 1] >= BREAKS_OFF * stirred[start]


def _still(seen: Pictures, ours: bool) -> list[bool]:
    """Which frames repeat the one before; a key frame inside such a stretch, which only sharpens it, does as well."""
    lively, stirred = np.array(seen.lively), np.array(seen.stirred)
    if ours:
        others = stirred[stirred >= LEAST_STIR]
        floor = float(np.quantile(others, 0.05)) if len(others) else 0.0
        still = (lively < STILL) & (stirred < np.clip(STIR_SHARE * floor, LEAST_STIR, MOST_STIR))
    else:
        still = lively < np.clip(BUSY_SHARE * float(np.median(lively)), STILL_THEIRS, STILL_BUSY)
    inside = np.zeros_like(still)
    inside[1:-1] = still[:-2] & still[2:] & (lively[1:-1] < PUMPED) & (stirred[1:-1] < PUMPED_STIR)
    return list(still | inside)


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
