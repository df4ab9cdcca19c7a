"""Intervals: for a mean of pairs, a ratio of means, and a share."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Floats

_Z = 1.959963984540054
"""The 0.975 quantile of the standard normal."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval; NaN where it is not defined."""

    mean: float
    low: float
    high: float
    n: int

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def student_quantile(freedom: int) -> float:
    """The 0.975 quantile of Student's t, within 0.1 %.

    Source: Abramowitz & Stegun 26.7.5 (expansion about the normal quantile).

    >>> [round(student_quantile(n), 2) for n in (1, 2, 3, 9, 19, 10_000)]
    [12.71, 4.3, 3.18, 2.26, 2.09, 1.96]
    """
    if freedom == 1:
        return math.tan(math.pi * 0.475)
    if freedom == 2:
        return 0.95 * math.sqrt(2.0 / (1.0 - 0.95**2))
    if freedom == 3:
        return 3.182446305284263  # where the expansion is still 0.12 % short
    z, n = _Z, float(freedom)
    terms = (
        z,
        (z**3 + z) / 4 / n,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96 / n**2,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384 / n**3,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160 / n**4,
    )
    return sum(terms)


def mean_interval(values: Floats) -> Interval:
    """Mean with a Student interval; the values are independent, e.g. one per pair.

    One value has a mean and no interval; none has nothing.
    """
    values = np.asarray(values, np.float64)
    count = len(values)
    if count == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    mean = float(values.mean())
    if count == 1:
        return Interval(mean, math.nan, math.nan, 1)
    half = student_quantile(count - 1) * float(values.std(ddof=1)) / math.sqrt(count)
    return Interval(mean, mean - half, mean + half, count)


def ratio_interval(over: Floats, under: Floats) -> Interval:
    """Ratio of two paired means with a jackknife Student interval over pairs; undefined where `under` sums to nothing.

    Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 11; with few pairs a
    percentile bootstrap would be far too narrow.

    >>> ratio_interval(np.array([2.0, 4.0, 6.0]), np.array([1.0, 2.0, 3.0]))
    Interval(mean=2.0, low=2.0, high=2.0, n=3)
    """
    over, under = np.asarray(over, np.float64), np.asarray(under, np.float64)
    count = len(over)
    if count == 0 or under.sum() <= 0:
        return Interval(math.nan, math.nan, math.nan, count)
    value = float(over.sum() / under.sum())
    rest = under.sum() - under
    if count == 1 or rest.min() <= 0:
        return Interval(value, math.nan, math.nan, count)
    without = (over.sum() - over) / rest
    error = math.sqrt((count - 1) / count * float(((without - without.mean()) ** 2).sum()))
    half = student_quantile(count - 1) * error
    return Interval(value, value - half, value + half, count)


def share_interval(successes: int, trials: int) -> Interval:
    """Share with Wilson's interval (1927); trials are taken to be independent.

    >>> share = share_interval(8, 10)
    >>> round(share.low, 3), round(share.high, 3)
    (0.49, 0.943)
    """
    if trials == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    share, z = successes / trials, _Z
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half), trials)
