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
SETTLED_DAYS = 90.0
LEANING = np.full(4, 0.7)


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


def fit_loyalty(known: Histories, centres: Floats = CENTRES, widths: Floats = WIDTHS) -> Floats:
    """The most probable (r, alpha, a, b) under log-normal priors.

    Args:
        known: the shoppers.
        centres: (4,), logs of the priors' medians.
        widths: (4,), standard deviations of the logs; wide by default.

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
        prior = 0.5 * float((((logs - centres) / widths) ** 2).sum())
        return _misfit(r, alpha, a, b, known.repeats, known.last, known.age) + prior

    return np.exp(minimise(misfit, centres.copy(), rounds=400, close=1e-8))


def fit_newcomers(known: Histories, span: float, everybody: Floats) -> Floats:
    """The loyalty of true newcomers, (4,).

    Who shows up in a log's first weeks is an old shopper more often than not, and a busy one. True newcomers are
    those that came after the first `SETTLED_DAYS` of clock time; their fit leans on that of everybody.

    Args:
        known: all shoppers.
        span: clock time of the whole log.
        everybody: (4,), of `fit_loyalty` on all of them.
    """
    late = known.age < span - SETTLED_DAYS
    those = Histories(known.shopper[late], known.repeats[late], known.last[late], known.age[late])
    return fit_loyalty(those, np.log(everybody), LEANING)


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


def arrivals_ahead(first: Floats, clock: Floats, fit: Floats, ahead: Floats) -> Floats:
    """How the rate of first purchases goes on, against its mean over the last eight weeks.

    In a log's first weeks every shopper looks new. Shoppers from before the log show up at a rate that falls as
    the gamma mixture empties, in proportion to (alpha / (alpha + t)) ** (r + 1); true newcomers keep coming.
    Both shares are fitted by non-negative Poisson likelihood.

    Args:
        first: (days,), first purchases on each day.
        clock: (days,), the shop's time at the end of each day.
        fit: (4,), of `fit_loyalty`.
        ahead: (n,), clock times after the log.

    Returns:
        (n,), dimensionless; 1 is the mean of the last eight weeks.
    """
    r, alpha = float(fit[0]), float(fit[1])
    pace = np.diff(clock, prepend=0.0)
    old = (alpha / (alpha + clock - pace / 2)) ** (r + 1)
    shares = np.array([0.5, 0.5])
    basis = np.stack([pace, pace * old])
    whole = np.maximum(basis.sum(axis=1), 1e-12)
    shares *= first.sum() / whole
    for _ in range(500):  # expectation and maximisation: each first purchase is shared out between the two causes
        mean = np.maximum(shares @ basis, 1e-12)
        shares = shares * (basis @ (first / mean)) / whole
    recent = slice(-56, None)
    now = float((shares @ basis)[recent].sum() / max(float(pace[recent].sum()), 1e-12))
    return (shares[0] + shares[1] * (alpha / (alpha + ahead)) ** (r + 1)) / max(now, 1e-12)


def buy_again_share(fit: Floats, days: float) -> float:
    """Share of new shoppers who buy again within some clock days of their first purchase.

    A second purchase needs that they stayed, b / (a + b), and that the gamma-mixed rate rings at least once.
    """
    r, alpha, a, b = fit
    return float(b / (a + b) * (1.0 - (alpha / (alpha + days)) ** r))
