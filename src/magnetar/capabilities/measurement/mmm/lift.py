"""Lift tests: what a randomised experiment found a channel to bring, as evidence for the model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.measurement.mmm.series import Series
from magnetar.capabilities.measurement.mmm.shapes import Shape, adstock, saturate
from magnetar.kernel.chance import Floats


@dataclass(frozen=True, slots=True)
class LiftTest:
    """A holdout or geo experiment on one channel, its result scaled to the whole market."""

    channel: str
    first: int
    last: int
    """Periods of the test, both included."""
    increment: float
    """Outcome with the channel's spend less outcome without it, summed from `first` to `until`."""
    error: float
    """Standard error of the increment; positive."""
    kept: float = 0.0
    """Share of the spend that the side without it still got, in [0, 1)."""
    until: int = -1
    """Last period in which the increment was counted; −1 for `last`."""

    @property
    def end(self) -> int:
        return self.last if self.until < 0 else self.until


def check(tests: Sequence[LiftTest], series: Series) -> None:
    """Refuse tests that do not fit the series.

    Raises:
        ValueError: an unknown channel, a window outside the series or without spend, an error that is not positive,
            or a kept share outside [0, 1).
    """
    for test in tests:
        where = f"lift test of {test.channel!r}, periods {test.first} to {test.last}"
        if test.channel not in series.channels:
            raise ValueError(f"{where}: no such channel; the series has {', '.join(series.channels)}")
        if not 0 <= test.first <= test.last <= test.end < len(series):
            raise ValueError(f"{where}, counted until {test.end}: the series has periods 0 to {len(series) - 1}")
        if not (math.isfinite(test.increment) and math.isfinite(test.error) and test.error > 0):
            raise ValueError(
                f"{where}: a finite increment and a positive error are needed, found {test.increment} ± {test.error}"
            )
        if not 0.0 <= test.kept < 1.0:
            raise ValueError(f"{where}: the kept share lies in [0, 1), found {test.kept}")
        if not series.spend[test.first : test.last + 1, series.channels.index(test.channel)].sum() > 0:
            raise ValueError(f"{where}: the channel spent nothing then, so there was nothing to hold back")


def seen(test: LiftTest, spend: Floats, shape: Shape, unit: float) -> float:
    """The sum of effects that the test would see, in shares of the largest effect of a period."""
    without = spend.copy()
    without[test.first : test.last + 1] *= test.kept
    window = slice(test.first, test.end + 1)
    half = shape.half * unit
    with_it = saturate(adstock(spend, shape.carry)[window], half, shape.slope)
    return float(np.sum(with_it - saturate(adstock(without, shape.carry)[window], half, shape.slope)))
