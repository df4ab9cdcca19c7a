"""How long orders wait: what a log that ends in the middle of things says of delays.

Of a click an hour before the end only quick orders are known. Corrected by the product-limit
estimator for right-truncated times: Lagakos, Barraj & De Gruttola (1988), Biometrika 75(3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats
from magnetar.kernel.clock import DAY, HOUR


@dataclass(frozen=True, slots=True)
class Waiting:
    """The distribution of the time from a click to its order."""

    delay: NDArray[np.int64]
    """(steps,), microseconds, rising."""
    share: Floats
    """(steps,), share of orders that come by then; the last is 1."""

    def by(self, age: NDArray[np.int64]) -> Floats:
        """Share of orders that have come so long after their click."""
        place = np.searchsorted(self.delay, age, side="right")
        return np.where(place > 0, self.share[np.maximum(place - 1, 0)], 0.0)


def waiting_of(delay: NDArray[np.int64], room: NDArray[np.int64]) -> Waiting:
    """Fit delays.

    Args:
        delay: (orders,), microseconds from click to order, ≥ 0.
        room: (orders,), microseconds from click to the end of the log, ≥ delay.

    Returns:
        The product-limit estimate; where there are fewer than ten orders, four hours on average.

    >>> waiting = waiting_of(np.repeat([10, 30], [6, 6]), np.full(12, 100))
    >>> waiting.by(np.array([5, 10, 29, 30])).tolist()
    [0.0, 0.5, 0.5, 1.0]
    """
    if len(delay) < 10:
        share = np.arange(1, 41) / 40.0
        return Waiting((-4.0 * HOUR * np.log(1.0 - share + 0.0125)).astype(np.int64).clip(0, DAY), share)
    steps, count = np.unique(delay, return_counts=True)
    shorter = np.searchsorted(np.sort(delay), steps, side="right")  # delays up to each step …
    too_short = np.searchsorted(np.sort(room), steps, side="left")  # … but not of clicks with less room than it
    at_risk = np.maximum(shorter - too_short, count)
    left = 1.0 - count / at_risk
    share = np.append(np.cumprod(left[::-1])[::-1][1:], 1.0)
    return Waiting(steps, share)
