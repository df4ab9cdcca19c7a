"""How a day's opportunities spread over its ticks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Chance, Floats

_HOURS = np.array(
    [30, 20, 14, 11, 10, 13, 22, 36, 44, 47, 50, 58, 70, 62, 52, 50, 52, 58, 68, 82, 96, 100, 84, 54], np.float64
)
"""Requests by hour: a lunch peak and a long evening, the shape of short-video traffic. Assumed, not measured."""


def daily_curve(ticks: int) -> Floats:
    """(ticks,), each tick's share of an ordinary day; sums to 1.

    >>> curve = daily_curve(48)
    >>> round(float(curve.sum()), 9), int(curve.argmax())
    (1.0, 42)
    """
    hour = (np.arange(ticks) + 0.5) * 24.0 / ticks
    curve = np.interp(hour, np.arange(26) - 0.5, np.concatenate([_HOURS[-1:], _HOURS, _HOURS[:1]]))
    return curve / curve.sum()


def counts_of(share: Floats, opportunities: int) -> NDArray[np.int64]:
    """(ticks,), whole opportunities that follow a curve; they sum to the rounded total of `share` × `opportunities`.

    >>> counts_of(np.array([0.5, 0.25, 0.25]), 10).tolist()
    [5, 3, 2]
    """
    edges = np.rint(np.cumsum(share) * opportunities).astype(np.int64)
    return np.diff(np.concatenate([[0], edges]))


def bumpy(curve: Floats, chance: Chance, blocks: int = 12, swing: float = 0.4) -> Floats:
    """A curve times a random factor in [1 − swing, 1 + swing] for each block of ticks; sums to 1 again.

    Source: AuctionNet draws its traffic so, by blocks of four ticks.
    """
    factor = 1.0 + swing * (2.0 * chance.uniforms(blocks) - 1.0)
    curve = curve * factor[np.arange(len(curve)) * blocks // len(curve)]
    return curve / curve.sum()
