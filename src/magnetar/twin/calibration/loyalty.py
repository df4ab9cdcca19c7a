"""How shoppers come back and drift away: the MBG/NBD model.

A shopper buys at a Poisson rate that differs between shoppers (gamma) and may leave after each purchase, also
the first, with a chance that differs too (beta). Time is the shop's own clock (`rhythm.clock`).

Source:
    Fader, Hardie & Lee (2005), Marketing Science 24(2) (BG/NBD); Batislam, Denizel & Filiztekin (2007), IJRM
    24(3) (leaving after the first purchase).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.compiled import compiled
from magnetar.twin.calibration.minimise import minimise

CENTRES = np.log([0.8, 60.0, 0.8, 3.0])
WIDTHS = np.array([1.5, 1.5, 1.5, 1.5])


@dataclass(frozen=True, slots=True)
class Histories:
    """What is known of each shopper at the end of the log; arrays are (shoppers,)."""

    shopper: Ints
    repeats: Ints
    """Days with a purchase after the first such day."""
    last: Floats
    """Clock time between the first and the last purchase."""
    age: Floats
    """Clock time between the first purchase and the end."""


def histories(shopper: Ints, day: Ints, clock: Floats) -> Histories:
    """Summarise orders by shopper.

    Args:
        shopper: (orders,), codes, -1 for guests, who are left out.
        day: (orders,), counted from the log's first day.
        clock: (days,), the shop's time at the end of each day.
    """
    known = shopper >= 0
    visits = np.unique(shopper[known] * len(clock) + day[known])
    who, when = visits // len(clock), visits % len(clock)
    names, start, count = np.unique(who, return_index=True, return_counts=True)
    first, last = clock[when[start]], clock[when[start + count - 1]]
    return Histories(names, count - 1, last - first, clock[-1] - first)


@compiled
def _misfit(r: float, alpha: float, a: float, b: float, repeats: Ints, last: Floats, age: Floats) -> float:
    total = 0.0
    base = math.lgamma(a + b) - math.lgamma(b) - math.lgamma(a) + r * math.log(alpha) - math.lgamma(r)
    for row in range(len(repeats)):
        x = float(repeats[row])
        common = base + math.lgamma(r + x) - math.lgamma(a + b + x + 1.0)
        here = math.lgamma(a) + math.lgamma(b + x + 1.0) - (r + x) * math.log(alpha + age[row])
        gone = math.lgamma(a + 1.0) + math.lgamma(b + x) - (r + x) * math.log(alpha + last[row])
        top = max(here, gone)
        total += common + top + math.log(math.exp(here - top) + math.exp(gone - top))
    return -total


def fit_loyalty(known: Histories) -> Floats:
    """The most probable (r, alpha, a, b) under wide log-normal priors.

    Returns:
        (4,): gamma shape and rate (clock days) of the purchase rate, and the beta parameters of leaving. With
        no shopper at all these are the priors' centres.

    >>> fit_loyalty(Histories(np.arange(0), np.arange(0), np.zeros(0), np.zeros(0))).round(1)
    array([ 0.8, 60. ,  0.8,  3. ])
    """

    def misfit(logs: Floats) -> float:
        if np.any(np.abs(logs) > 12):
            return np.inf
        r, alpha, a, b = np.exp(logs)
        prior = 0.5 * float((((logs - CENTRES) / WIDTHS) ** 2).sum())
        return _misfit(r, alpha, a, b, known.repeats, known.last, known.age) + prior

    return np.exp(minimise(misfit, CENTRES.copy(), rounds=400, close=1e-8))


def still_here(known: Histories, fit: Floats) -> Floats:
    """The chance that each shopper has not left, (shoppers,).

    Source:
        Batislam et al. (2007), their P(active | x, t_x, T).
    """
    r, alpha, a, b = fit
    odds = a / (b + known.repeats) * ((alpha + known.age) / (alpha + known.last)) ** (r + known.repeats)
    return 1.0 / (1.0 + odds)


def expected_rate(known: Histories, fit: Floats) -> Floats:
    """Purchases expected of each shopper in the next unit of clock time, (shoppers,)."""
    return still_here(known, fit) * (fit[0] + known.repeats) / (fit[1] + known.age)


def buy_again_share(fit: Floats, days: float) -> float:
    """Share of new shoppers who buy again within some clock days of their first purchase.

    A second purchase needs that they stayed, b / (a + b), and that the gamma-mixed rate rings at least once.
    """
    r, alpha, a, b = fit
    return float(b / (a + b) * (1.0 - (alpha / (alpha + days)) ** r))
