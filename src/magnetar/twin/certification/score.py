"""How good the forecasts were: coverage, rank correlation, bias and error, with worlds as the unit of chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from magnetar.capabilities.measurement import Interval, mean_interval
from magnetar.kernel.chance import Chance, Floats

COVERED = 0.8


def bounds(forecast: Floats) -> tuple[Floats, Floats]:
    """The 80 % interval of each forecast: of 10m − 1 runs, the m-th from below and from above.

    If what comes is exchangeable with the runs, its rank is uniform, and 8m of its 10m places lie inside.

    Args:
        forecast: (runs, …).

    Raises:
        ValueError: the number of runs is not one less than a multiple of ten.

    >>> low, high = bounds(np.arange(19.0))
    >>> float(low), float(high)
    (1.0, 17.0)
    """
    runs = len(forecast)
    if runs < 9 or (runs + 1) % 10:
        raise ValueError(f"runs must be 9, 19, 29, …, found {runs}")
    ordered = np.sort(forecast, axis=0)
    cut = (runs + 1) // 10
    return ordered[cut - 1], ordered[runs - cut]


def covered(forecast: Floats, actual: Floats, chance: Chance) -> Floats:
    """Whether each outcome fell into its 80 % interval, 1 or 0, ties with runs broken by lot.

    Counting every tie as inside would flatter forecasts of small counts and of nothing at all.
    Source: randomised probability integral transform, Brockwell (2007); Czado, Gneiting & Held (2009), Biometrics 65.

    Args:
        forecast: (runs, …), 10m − 1 runs.
        actual: (…).
    """
    runs = len(forecast)
    bounds(forecast)
    below, same = (forecast < actual).sum(axis=0), (forecast == actual).sum(axis=0)
    draw = chance.uniforms(max(actual.size, 1))[: actual.size].reshape(actual.shape)
    rank = below + np.floor(draw * (same + 1))
    cut = (runs + 1) // 10
    return ((rank >= cut) & (rank <= runs - cut)).astype(float)


def inclusive(forecast: Floats, actual: Floats) -> Floats:
    """The same with every tie counted as inside."""
    low, high = bounds(forecast)
    return ((actual >= low) & (actual <= high)).astype(float)


def ranks(values: Floats) -> Floats:
    """Ranks from 1, the mean of their places for equals.

    >>> ranks(np.array([3.0, 1.0, 3.0])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2.0)[place]


def rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's; NaN where a side is all the same or has fewer than three values.

    >>> rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0]))
    0.5
    """
    if len(one) < 3:
        return float("nan")
    first, second = ranks(one), ranks(other)
    first, second = first - first.mean(), second - second.mean()
    size = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / size if size > 0.0 else float("nan")


def over_worlds(values: Sequence[float]) -> Interval:
    """Mean of one figure per world with its Student interval; worlds without the figure are left out."""
    found = np.array([value for value in values if np.isfinite(value)])
    return mean_interval(found)


def relative_error(forecast: Floats, actual: Floats) -> float:
    """Sum of absolute errors over the sum of what came; NaN where nothing came."""
    whole = float(actual.sum())
    return float(np.abs(forecast - actual).sum()) / whole if whole > 0.0 else float("nan")


def relative_bias(forecast: Floats, actual: Floats) -> float:
    """Sum of errors over the sum of what came; NaN where nothing came."""
    whole = float(actual.sum())
    return float((forecast - actual).sum()) / whole if whole > 0.0 else float("nan")
