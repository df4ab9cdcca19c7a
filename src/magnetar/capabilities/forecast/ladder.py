"""The ladder: how much dearer each better slot is than the next, and what a bid over the entry price then gets and pays."""

from __future__ import annotations

import numpy as np

from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled, inlined

STEPS = 16
"""Places of the exposure table for each unit of log(bid / entry price)."""
REACH = 64
"""Places of the table: bids up to e⁴ times the entry price; beyond, the last place stands."""
GAPS = 0.02 * 1.3 ** np.arange(20)
"""Mean log-price gaps that are tried."""
DRAWS = 64
"""Ladders over which a table is averaged."""


@inlined
def place_of(ratio: float) -> float:
    """Where a log-ratio lies in the table, as a real number within it."""
    return min(max(ratio * STEPS, 0.0), REACH - 1.0)


@compiled
def meet(
    bid: Array, price: Array, slot: Array, exposed: Array, cost: Array, met: Array, shown: Array, paid: Array
) -> None:
    """Count what was won by log(bid / entry price) and slot, what came on screen, and how often the own bid was paid."""
    slots = shown.shape[0]
    for row in range(bid.shape[0]):
        got = slot[row]
        if got <= 0 or got > slots:
            continue
        shown[got - 1, 0] += 1.0
        if exposed[row]:
            shown[got - 1, 1] += 1.0
            if bid[row] > 0.0:
                paid[0] += 1.0
                if cost[row] >= bid[row] * 0.9999:
                    paid[1] += 1.0
        if price[row] > 0.0 and bid[row] > 0.0:
            met[int(place_of(np.log(bid[row] / price[row]))), got] += 1.0


@compiled
def fit_gaps(met: Array, draws: Array, tried: Array, gaps: Array) -> None:
    """Likelihood of which slot was got, one gap after another from the last slot upwards."""
    slots = met.shape[1] - 1
    count = draws.shape[0]
    climbed = np.zeros(count)
    for upper in range(slots - 2, -1, -1):  # the gap from slot upper + 2 to slot upper + 1
        best, chosen = -np.inf, gaps[upper]
        total = 0.0
        for one in range(met.shape[0]):
            for got in range(1, slots + 1):
                total += met[one, got]
        if total < 20.0:
            return
        for option in range(tried.shape[0]):
            gap = tried[option]
            fit = -((np.log(gap) - np.log(0.15)) ** 2)  # a weak prior about a gap of 15 %
            for one in range(met.shape[0]):
                above, below = 0.0, 0.0  # got slot upper + 1 or a better one; got a worse one
                for got in range(1, slots + 1):
                    if got <= upper + 1:
                        above += met[one, got]
                    else:
                        below += met[one, got]
                if above + below <= 0.0:
                    continue
                ratio = (one + 0.5) / STEPS
                inside = 0.5
                for draw in range(count):
                    if climbed[draw] + gap * draws[draw, upper] <= ratio:
                        inside += 1.0
                share = inside / (count + 1.0)
                fit += above * np.log(share) + below * np.log(1.0 - share)
            if fit > best:
                best, chosen = fit, gap
        gaps[upper] = chosen
        for draw in range(count):
            climbed[draw] += chosen * draws[draw, upper]


@compiled
def tabulate(exposure: Array, gaps: Array, draws: Array, first: bool, gain: Array, charge: Array) -> None:
    """Expected exposure, and expected charge over the entry price, of a bid at each place of the table."""
    slots, count = exposure.shape[0], draws.shape[0]
    for place in range(gain.shape[0]):
        ratio = (place + 0.5) / STEPS
        shown, paid = 0.0, 0.0
        for draw in range(count):
            climbed, slot, price = 0.0, slots - 1, 1.0
            while slot > 0:
                climbed += gaps[slot - 1] * draws[draw, slot - 1]
                if climbed > ratio:
                    break
                slot -= 1
                price = np.exp(climbed)
            shown += exposure[slot]
            paid += exposure[slot] * (np.exp(ratio) if first else price)
        gain[place], charge[place] = shown / count, paid / count


def exponentials(count: int, width: int) -> Floats:
    """(count, width) unit exponentials, evenly spread: a Kronecker sequence through the inverse distribution."""
    golden = 1.0 / np.array([_plastic(width) ** (place + 1) for place in range(width)])
    return -np.log1p(-((0.5 + np.outer(np.arange(1, count + 1), golden)) % 1.0))


def _plastic(width: int) -> float:
    """The root of xᵈ⁺¹ = x + 1 (Roberts 2018), whose powers fill a cube of d dimensions evenly."""
    root = 2.0
    for _ in range(30):
        root = (1.0 + root) ** (1.0 / (width + 1))
    return root
