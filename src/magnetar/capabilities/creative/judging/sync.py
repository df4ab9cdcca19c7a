"""Whether sound and picture belong together: lengths, starts, and the measured offset to what the manifest tells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.judging.defects import Defect, defect
from magnetar.capabilities.creative.judging.evidence import levels, outlined
from magnetar.capabilities.creative.judging.sound import Heard
from magnetar.capabilities.creative.loudness import RATE, Sound

SYNC_S = 0.020
LENGTH_S, LENGTH_OURS_S = 0.120, SYNC_S + 1024 / RATE
"""How much longer sound or picture may last; ours end within an audio frame."""
REACH_S = 0.42
ALIKE = 0.75
"""Correlation of the outlines below which the sound is another one than was made."""
_WINDOW_S, _STEP_S = 4.0, 2.0


def check_lengths(heard: Heard, picture_start_s: float, picture_s: float, ours: bool) -> list[Defect]:
    """Sound and picture start together and last as long as each other."""
    found: list[Defect] = []
    late = heard.start_s - picture_start_s
    if abs(late) > SYNC_S:
        found.append(defect("sync", 0.0, f"sound starts {1000 * late:+.0f} ms from the picture"))
    if abs(heard.seconds - picture_s) > (LENGTH_OURS_S if ours else LENGTH_S):
        found.append(defect("sync", 0.0, f"sound lasts {heard.seconds:.3f} s, picture {picture_s:.3f} s"))
    return found


def check_offset(heard: Heard, picture_start_s: float, outline: str, picture_late_s: float) -> list[Defect]:
    """The sound against its outline, the picture against its cuts.

    Args:
        outline: see evidence.py; the sound as it was made, from the film's first frame on.
        picture_late_s: how much later than told the scenes change.
    """
    told = outlined(outline)
    if len(told) < 50:
        return []
    lead = round((heard.start_s - picture_start_s) * RATE)
    for start, end in _windows(len(told)):
        late, alike = shift(heard.sound, told[start:end], start, lead)
        if alike < ALIKE:
            return [defect("sync", start / 100, f"the sound is another one than was made (correlation {alike:.2f})")]
        offset = late - picture_late_s
        if abs(offset) > SYNC_S:
            return [defect("sync", start / 100, f"sound {1000 * offset:+.0f} ms from the picture, at most ±20 ms")]
    return []


def shift(sound: Sound, told: NDArray[np.float64], first: int, lead: int = 0) -> tuple[float, float]:
    """How much later than told a sound is, and how alike the two are at that.

    Args:
        sound: (channels, samples) at 48 kHz.
        told: levels in dB every 10 ms.
        first: number of the first of them from the film's start.
        lead: samples by which the sound starts after the film.

    Returns:
        Seconds, and the correlation of the changes of level, at most 1.
    """
    hop = RATE // 100
    fine = RATE // 1000
    lags = np.arange(-round(REACH_S * 1000), round(REACH_S * 1000) + 1)
    middle = (first + np.arange(len(told))) * hop + hop // 2 - lead
    spread = np.arange(lags[0], lags[-1] + 1 + 10 * (len(told) - 1)) * fine + middle[0]
    low = min(max(0, int(spread[0]) - hop), sound.shape[1])  # the rest of a long film is not looked at
    every = levels(sound[:, low : max(low, int(spread[-1]) + hop)], spread.astype(np.int64) - low)
    grid = np.arange(len(told)) * 10
    heard = every[grid[None] + np.arange(len(lags))[:, None]]
    alike = _correlation(np.diff(heard, axis=1), np.diff(told))
    best = int(alike.argmax())
    return float(lags[best]) / 1000, float(alike[best])


def _correlation(rows: NDArray[np.float64], one: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = np.clip(rows, -12, 12)
    one = np.clip(one, -12, 12)
    rows = rows - rows.mean(axis=1, keepdims=True)
    one = one - one.mean()
    return (rows @ one) / np.maximum(np.sqrt((rows**2).sum(axis=1) * (one**2).sum()), 1e-9)


def _windows(length: int) -> Sequence[tuple[int, int]]:
    wide, step = round(_WINDOW_S * 100), round(_STEP_S * 100)
    if length <= wide + step:
        return [(0, length)]
    return [(start, start + wide) for start in range(0, length - wide + 1, step)]
