"""The best bid for a worth: what gains most, given entry prices and the ladder above them."""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.forecast.ladder import place_of
from magnetar.kernel.compiled import Array, compiled, inlined

WORTHS = 48
"""Worths for which the best bid is tabulated, in steps of 1/8 on the log scale about the entry price."""
_WORTH_STEP = 8.0
_WORTH_FROM = -2.0


@compiled
def best_bids(gain: Array, charge: Array, residual: Array, best: Array) -> None:
    """For each log(worth / entry price expected), the log(bid / entry price expected) that gains most."""
    tried = WORTHS * 2
    for one in range(best.shape[0]):
        worth = np.exp(_WORTH_FROM + one / _WORTH_STEP)
        most, chosen = -1.0, _WORTH_FROM + one / _WORTH_STEP
        for option in range(tried + 1):  # from the worth itself down to e⁻³ of it
            at = _WORTH_FROM + one / _WORTH_STEP - 3.0 * option / tried
            expected = 0.0
            for place in range(residual.shape[0]):
                ratio = at - residual[place]
                if ratio < 0.0:
                    break  # residuals ascend: the others are out of reach, too
                where = int(place_of(ratio))
                expected += worth * gain[where] - np.exp(residual[place]) * charge[where]
            if expected > most * (1.0 + 1e-9) + 1e-15:
                most, chosen = expected, at
        best[one] = chosen


@inlined
def log_bid(worth: float, expected: float, best: Array) -> float:
    """The logarithm of the best bid for a log-worth, between places of the table by straight line."""
    place = (worth - expected - _WORTH_FROM) * _WORTH_STEP
    last = best.shape[0] - 1
    if place <= 0.0:
        return worth + best[0] - _WORTH_FROM  # far below the market: shaded as at its edge
    if place >= last:
        return expected + best[last]
    low = int(place)
    return expected + best[low] + (place - low) * (best[low + 1] - best[low])


@compiled
def shade(worth: Array, value: Array, level: float, slope: float, best: Array, out: Array) -> None:
    """The best bid for every worth, currency."""
    for row in range(worth.shape[0]):
        if worth[row] > 0.0 and value[row] > 0.0:
            out[row] = np.exp(log_bid(np.log(worth[row]), level + slope * np.log(value[row]), best))
