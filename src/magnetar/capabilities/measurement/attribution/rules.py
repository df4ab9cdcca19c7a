"""Rules that look at one order at a time: last touch, first touch, linear, time decay, position-based.

Each order's value is shared among its touches by weights and paid out in whole micros: the first k
touches together get the rounded value of their weights, so that nothing is lost and nobody is more
than a micro off.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from magnetar.capabilities.measurement.attribution.journeys import Journeys
from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.compiled import Array, compiled, inlined

LAST, FIRST, LINEAR, DECAY, POSITION = range(5)

ENDS = 0.4
"""What position-based gives the first and the last touch each; those between share the rest."""


def credit_touches(journeys: Journeys, rule: int, half_life: int) -> tuple[Ints, Floats]:
    """Micros and orders credited to each touch under one of the rules above.

    Args:
        half_life: microseconds in which a touch loses half its weight under time decay; positive.

    Returns:
        (touches,) micros, whose sum is the value of all touched orders exactly, and (touches,) orders,
        whose sum is their number up to rounding. Rows are `Journeys.at`'s.

    Raises:
        ValueError: the half-life is not positive.
    """
    if half_life <= 0:
        raise ValueError(f"the half-life must be positive, found {half_life}")
    micros, orders = np.zeros(len(journeys.at), np.int64), np.zeros(len(journeys.at))
    _credit(journeys.at, journeys.start, journeys.stop, journeys.value, rule, float(half_life), micros, orders)
    return micros, orders


def share_out(total: int, shares: Floats) -> Ints:
    """Whole micros by shares that are not negative; they sum to the total exactly.

    >>> share_out(10, np.array([1.0, 1.0, 1.0])).tolist(), share_out(-10, np.array([0.0, 3.0])).tolist()
    ([3, 4, 3], [0, -10])

    Raises:
        ValueError: a share is negative or not finite, or all are 0 and there is something to share.
    """
    shares = np.asarray(shares, np.float64)
    if not np.all(np.isfinite(shares)) or (len(shares) and shares.min() < 0):
        raise ValueError(f"shares must be finite and not negative, found {shares.tolist()}")
    if total and not shares.sum() > 0:
        raise ValueError(f"{total} micros cannot be shared out: all shares are 0")
    out = np.zeros(len(shares), np.int64)
    if total:
        _pay(abs(total), 1 if total > 0 else -1, shares, shares.sum(), out)
    return out


@inlined
def _pay(value: int, sign: int, weights: Array, whole: float, out: Array) -> None:
    """Add whole micros to each place by weight; the last place with a weight takes what is left."""
    given, gathered, left = 0, 0.0, whole
    last = weights.shape[0] - 1
    while last > 0 and weights[last] == 0.0:
        last -= 1
    for place in range(last + 1):
        gathered += weights[place]
        upto = value if place == last else min(value, int(np.floor(value * (gathered / left) + 0.5)))
        upto = max(upto, given)
        out[place] += sign * (upto - given)
        given = upto


@compiled
def _credit(
    at: Array, start: Array, stop: Array, value: Array, rule: int, half_life: float, micros: Array, orders: Array
) -> Any:
    for order in range(start.shape[0]):
        low, high = start[order], stop[order]
        count = high - low
        if count == 0:
            continue
        if rule == LAST or rule == FIRST or count == 1:
            touch = low if rule == FIRST else high - 1
            micros[touch] += value[order]
            orders[touch] += 1.0
            continue
        weights = np.empty(count)
        for place in range(count):
            if rule == LINEAR:
                weights[place] = 1.0
            elif rule == DECAY:
                weights[place] = 2.0 ** ((at[low + place] - at[high - 1]) / half_life)
            elif count == 2:
                weights[place] = 0.5
            elif place == 0 or place == count - 1:
                weights[place] = ENDS
            else:
                weights[place] = (1.0 - 2.0 * ENDS) / (count - 2)
        whole = weights.sum()
        for place in range(count):
            orders[low + place] += weights[place] / whole
        sign = 1 if value[order] >= 0 else -1
        _pay(sign * value[order], sign, weights, whole, micros[low:high])
