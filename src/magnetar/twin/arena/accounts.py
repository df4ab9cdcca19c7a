"""Who sits in a market: budgets, targets and native strategies of its seats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Chance, Floats
from magnetar.twin.arena.natives import MIX

OPPORTUNITIES = 96_000
"""A day of the default size; budgets are drawn for it and scale with the day."""
BUDGET = (2_000.0, 4_850.0)
TARGET = (60.0, 130.0)
"""Ranges of AuctionNet: currency a day, and currency per conversion."""


def accounts(
    chance: Chance, seats: int, opportunities: int, unequal: float = 0.0
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Budgets, targets and strategies, uniform in AuctionNet's ranges; the strategies in a random order.

    AuctionNet's budgets are for 500,000 opportunities of a mean value of 0.0005. Here 96,000 come by
    at a mean value of 500 / 96 times that, so that a day has the same money and the same conversions.
    With `unequal` budgets are log-normal about the middle of the range, with that log-spread.
    """
    size = opportunities / OPPORTUNITIES
    if unequal:
        budget = 0.5 * size * sum(BUDGET) * np.exp(unequal * chance.of("budget").normals(seats))
    else:
        budget = size * (BUDGET[0] + (BUDGET[1] - BUDGET[0]) * chance.of("budget").uniforms(seats))
    target = TARGET[0] + (TARGET[1] - TARGET[0]) * chance.of("target").uniforms(seats)
    return budget, target, np.array(MIX)[chance.of("native").order(seats) % len(MIX)]


def selling_power(chance: Chance, target: Floats, swing: float) -> Floats:
    """(seats,), factor on a seat's values in [1 − swing, 1 + swing]: what sells less easily has a higher target.

    AuctionNet draws the two apart, which leaves a few seats that can never win; a seller whose target
    lies that far below the market would have left.
    """
    high = (target - TARGET[0]) / (TARGET[1] - TARGET[0])
    return 1.0 + swing * (1.0 - 2.0 * (0.6 * high + 0.4 * chance.uniforms(len(target))))
