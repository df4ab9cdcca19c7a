"""What a shopper will be worth: orders still to come times the value of one, from an order log alone.

Orders: BG/NBD, a Poisson buyer whose rate is Gamma-distributed and who may quit after each order
(Fader, Hardie & Lee 2005, Marketing Science 24(2)). That gives the many zeros. Value of an order:
Gamma–gamma, so that few orders say little and the tail stays heavy (Fader & Hardie 2013, "The
gamma-gamma model of monetary value"). A trend carries over how far the same model was off in the
stretch just before; seasons move all shoppers together and neither law knows of them.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from magnetar.kernel.chance import Floats

FEWEST = 30
"""Shoppers who came back, below which the laws keep their prior shape."""
TRUST = 0.5
"""Share of the recent error, on the logarithmic scale, that is carried over."""
MOST_TREND = 2.0
_PENALTY = 0.01
"""Weight of a squared logarithm of each parameter: keeps a fit on few shoppers finite."""


@dataclass(frozen=True, slots=True)
class Histories:
    """What every shopper did, a row each; days are days of the log."""

    again: Floats
    """Days with an order after the first."""
    last: Floats
    """Days from the first order to the last; 0 where there was one."""
    age: Floats
    """Days from the first order to the end."""
    spend: Floats
    """Mean value of a day's orders, currency units; above 0."""

    def __len__(self) -> int:
        return len(self.again)


def histories(
    shopper: NDArray[np.int64], day: Floats, value: Floats, until: float, shoppers: int
) -> tuple[Histories, NDArray[np.int64]]:
    """Histories of those who ordered before a day, and their rows.

    Args:
        shopper: (orders,), in [0, shoppers).
        day: (orders,), days since any beginning; an order's lines may be several rows.
        value: (orders,), currency units; returns are negative and lower the day's value.
        until: what happened on this day or later is not looked at. NaN days and values are left out.

    Returns:
        A row for each shopper with an order, and (rows,) the shopper of each row.

    Raises:
        ValueError: the columns differ in length, or a shopper is out of range.
    """
    if not len(shopper) == len(day) == len(value):
        raise ValueError(
            f"shopper, day and value need one row per order, found {len(shopper)}, {len(day)} and {len(value)}"
        )
    if len(shopper) and (shopper.min() < 0 or shopper.max() >= shoppers):
        raise ValueError(f"shoppers lie in [0, {shoppers}), found {shopper.min()} to {shopper.max()}")
    kept = (day < until) & np.isfinite(day) & np.isfinite(value)
    shopper, whole, value = shopper[kept], np.floor(day[kept]).astype(np.int64), value[kept]
    if not len(shopper):
        return Histories(*np.zeros((4, 0))), np.zeros(0, np.int64)
    low, high = int(whole.min()), int(whole.max()) + 1
    bought = value > 0.0
    visit = np.unique(shopper[bought] * (high - low) + whole[bought] - low)
    who, when = visit // (high - low), visit % (high - low) + low
    count = np.bincount(who, minlength=shoppers)
    rows = np.flatnonzero(count)
    first, last = np.full(shoppers, high), np.full(shoppers, low)
    np.minimum.at(first, who, when)
    np.maximum.at(last, who, when)
    total = np.bincount(shopper, value, shoppers)[rows]
    spend = np.maximum(total, 0.01) / count[rows]
    return (
        Histories(
            (count[rows] - 1).astype(np.float64),
            (last - first)[rows].astype(np.float64),
            np.maximum(until - first[rows], 1e-9),
            spend,
        ),
        rows,
    )


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A fitted law; what is not fitted is a shop whose shoppers come back every few months."""

    rate_shape: float = 0.5
    rate_days: float = 40.0
    quit_a: float = 0.8
    quit_b: float = 3.0
    spend_shape: float = 2.0
    spend_tail: float = 3.0
    spend_scale: float = 50.0
    trend: float = 1.0
    """Factor on the orders to come: how the shop is doing against what its shoppers' habits say."""

    @classmethod
    def fit(cls, known: Histories) -> Lifetime:
        """The most likely law for some histories; the default where hardly anybody came back."""
        start = cls()
        if len(known):
            start = replace(start, spend_scale=float(np.median(known.spend)))
        if (known.again > 0).sum() < FEWEST:
            return start
        first = np.log([start.rate_shape, start.rate_days, start.quit_a, start.quit_b])
        habits = minimize(lambda x: _unlikely_habits(np.exp(x), known), first, method="L-BFGS-B", bounds=[(-6, 9)] * 4)
        first = np.log([start.spend_shape, start.spend_tail, start.spend_scale])
        spends = minimize(
            lambda x: _unlikely_spend(np.exp(x), known), first, method="L-BFGS-B", bounds=[(-4, 4), (0.05, 4), (-8, 18)]
        )
        return cls(*np.exp(habits.x).tolist(), *np.exp(spends.x).tolist())

    def alive(self, known: Histories) -> Floats:
        """(shoppers,), chance that a shopper has not quit."""
        odds = self.quit_a / (self.quit_b + np.maximum(known.again - 1.0, 0.0))
        idle = np.log((self.rate_days + known.age) / (self.rate_days + known.last))
        grown = odds * np.exp(np.minimum((self.rate_shape + known.again) * idle, 700.0))
        return np.where(known.again > 0.0, 1.0 / (1.0 + grown), 1.0)

    def orders(self, known: Histories, days: float) -> Floats:
        """(shoppers,), order days expected within so many days; 0 or more."""
        if not len(known):
            return np.zeros(0)
        a = self.quit_a if abs(self.quit_a - 1.0) > 1e-4 else 1.0 + 1e-4  # the formula has a hole there, not the law
        shape, x = self.rate_shape + known.again, known.again
        end = self.rate_days + known.age
        series = hyp2f1(shape, self.quit_b + x, a + self.quit_b + x - 1.0, days / (end + days))
        expected = (a + self.quit_b + x - 1.0) / (a - 1.0) * (1.0 - (end / (end + days)) ** shape * series)
        return self.trend * np.maximum(np.nan_to_num(expected), 0.0) * self.alive(known)

    def spend(self, known: Histories) -> Floats:
        """(shoppers,), expected value of an order day, currency units: drawn to everybody's where little is known."""
        weight = self.spend_shape * (known.again + 1.0)
        usual = self.spend_scale * self.spend_shape
        return (usual + weight * known.spend) / (weight + self.spend_tail - 1.0)

    def value(self, known: Histories, days: float) -> Floats:
        """(shoppers,), currency units expected within so many days."""
        return self.orders(known, days) * self.spend(known)

    def newcomer(self, days: float) -> float:
        """What somebody is worth who ordered for the first time a moment ago, that order aside."""
        usual = self.spend_scale * self.spend_shape / (self.spend_tail - 1.0)
        one = Histories(np.zeros(1), np.zeros(1), np.full(1, 1e-9), np.full(1, usual))
        return float(self.value(one, days)[0])


def fitted(
    shopper: NDArray[np.int64], day: Floats, value: Floats, until: float, shoppers: int, horizon: float
) -> tuple[Lifetime, Histories, NDArray[np.int64]]:
    """The law by a day, with its trend, and the histories it stands on.

    The trend is how the stretch of `horizon` days before compares with what a law fitted before it
    expected of the same shoppers; TRUST of it is carried over.
    """
    known, rows = histories(shopper, day, value, until, shoppers)
    law = Lifetime.fit(known)
    earlier, before = histories(shopper, day, value, until - horizon, shoppers)
    if (earlier.again > 0).sum() < FEWEST:
        return law, known, rows
    expected = float(Lifetime.fit(earlier).value(earlier, horizon).sum())
    came = spent(shopper, day, value, until - horizon, until, shoppers)[before].sum()
    if expected <= 0.0 or came <= 0.0:
        return law, known, rows
    trend = float(np.clip((came / expected) ** TRUST, 1.0 / MOST_TREND, MOST_TREND))
    return replace(law, trend=trend), known, rows


def spent(shopper: NDArray[np.int64], day: Floats, value: Floats, since: float, until: float, shoppers: int) -> Floats:
    """(shoppers,), currency units spent in [since, until), returns taken off, at least 0."""
    here = (day >= since) & (day < until) & np.isfinite(value)
    return np.maximum(np.bincount(shopper[here], value[here], shoppers), 0.0)


def gini(score: Floats, value: Floats) -> float:
    """How well a score ranks value: area between the Lorenz curve by score and the diagonal, over the best possible.

    1 is the order of the values themselves, 0 no order; NaN where all values are equal.

    >>> gini(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 5.0]))
    1.0
    """

    def area(order: NDArray[np.int64]) -> float:
        share = np.cumsum(value[order]) / value.sum()
        return float(share.sum() / len(value) - (len(value) + 1) / (2 * len(value)))

    if not len(value) or value.sum() <= 0.0 or np.ptp(value) == 0.0:
        return math.nan
    ties = np.arange(len(value)) * 7919 % len(value)  # equal scores in an order that says nothing
    return area(np.lexsort((ties, -score))) / area(np.argsort(-value, kind="stable"))


def _unlikely_habits(law: Floats, known: Histories) -> float:
    """Mean negative log-likelihood of when shoppers came."""
    r, alpha, a, b = law
    x = known.again
    first = gammaln(r + x) - gammaln(r) + r * math.log(alpha)
    first += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    stays = -(r + x) * np.log(alpha + known.age)
    quits = math.log(a) - np.log(b + np.maximum(x, 1.0) - 1.0) - (r + x) * np.log(alpha + known.last)
    likely = first + np.where(x > 0.0, np.logaddexp(stays, quits), stays)
    return float(-likely.mean() + _PENALTY * np.square(np.log(law / astuple(Lifetime())[:4])).sum())


def _unlikely_spend(law: Floats, known: Histories) -> float:
    """Mean negative log-likelihood of what shoppers paid on average."""
    p, q, v = law
    x, m = known.again + 1.0, known.spend
    likely = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * math.log(v)
    likely += (p * x - 1.0) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(v + m * x)
    return float(-likely.mean() + _PENALTY * np.square(np.log(law[:2] / np.array([2.0, 3.0]))).sum())
