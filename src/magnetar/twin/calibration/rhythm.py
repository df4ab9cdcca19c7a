"""The shop's rhythm: open weekdays, the level of orders over the year, and paths of that level ahead.

The level is a Gaussian process on the weeks: a yearly wave (the weeks before the log's end lean on the same
season a year earlier, wherever the log has it), a damped local level and a gentle trend. What the log does not
show stays wide in the paths instead of being filled with a habit of the trade.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.twin.calibration.columns import Flags
from magnetar.twin.calibration.minimise import minimise

YEAR = 365.2425 / 7  # weeks
CENTRES = np.log([0.25, 0.7, 0.15, 3.5, 0.08])
WIDTHS = np.array([0.4, 0.3, 0.5, 0.4, 0.7])
"""Priors of the scales, as `Rhythm.scales` lists them; chosen on origins inside the training weeks (docs)."""
TREND = 0.4
"""Standard deviation of the yearly growth of the log level."""
MEMORY_DAYS = 182
"""The weekday pattern is that of the last half year."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A fitted rhythm; days are counted from the first day of the log."""

    days: int
    """Days that were read."""
    weekday: Floats
    """(7,), Monday first; how a day of the week differs from the mean day, mean 1; 0 is closed."""
    first_weekday: int
    closed: Flags
    """(days,), days without an order although the weekday is usually open."""
    scales: Floats
    """(5,): size and smoothness of the yearly wave, size and length (weeks) of the local level, weekly noise."""
    weeks: Floats
    """(n,), middles of the weeks that were read, in weeks from the first day."""
    seen: Floats
    """(n,), log of orders a day in those weeks, for a mean weekday."""
    spread: Floats
    """(n,), variance of `seen` from counting alone."""
    dispersion: Floats
    """(1,), variance of a day's orders beyond Poisson, as a share of the squared mean."""

    def factor(self, day: Ints) -> Floats:
        """How the weekday changes a day, 0 where the shop is closed."""
        return self.weekday[(self.first_weekday + day) % 7]


def fit_rhythm(orders: Floats, first_weekday: int) -> Rhythm:
    """Learn the rhythm from the orders of each day.

    Args:
        orders: (days,), orders a day from the log's first day on; at least one is positive.
        first_weekday: of the first day, Monday is 0.

    Returns:
        The rhythm; hyperparameters are the most probable ones under log-normal priors (`CENTRES`, `WIDTHS`).

    Source:
        Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, ch. 4 (periodic and exponential
        kernels) and 5.4.1 (marginal likelihood).
    """
    days = len(orders)
    numbers = np.arange(days)
    kind = (first_weekday + numbers) % 7
    recent = numbers >= days - MEMORY_DAYS
    weekday = np.array(
        [orders[recent & (kind == name)].mean() if np.any(recent & (kind == name)) else 0.0 for name in range(7)]
    )
    weekday[weekday < 0.05 * weekday.max()] = 0.0
    weekday = weekday / weekday.mean()
    typical = weekday[kind] * orders[orders > 0].mean() * np.mean(weekday > 0)
    closed = (orders == 0) & (typical >= 8.0)
    open_share = np.where(closed, 0.0, weekday[kind])
    week = (days - 1 - numbers) // 7
    count = int(week.max()) + 1
    counted = np.bincount(week, weights=np.where(open_share > 0, orders, 0.0), minlength=count)[::-1]
    exposed = np.bincount(week, weights=open_share, minlength=count)[::-1]
    middle = (
        np.bincount(week, weights=numbers + 0.5, minlength=count)[::-1] / np.bincount(week, minlength=count)[::-1] / 7
    )
    used = exposed > 1.0 / 7
    seen = np.log((counted[used] + 0.5) / exposed[used])
    spread = (1.0 / (counted[used] + 0.5)).astype(np.float64)
    weeks = middle[used]

    def misfit(logs: Floats) -> float:
        covariance = _kernel(weeks, weeks, np.exp(logs)) + np.diag(spread + np.exp(2 * logs[4]))
        covariance += 100.0
        try:
            root = np.linalg.cholesky(covariance)
        except np.linalg.LinAlgError:
            return np.inf
        white = np.linalg.solve(root, seen - seen.mean())
        prior = np.sum(((logs - CENTRES) / WIDTHS) ** 2)
        return 0.5 * float(white @ white + prior) + float(np.log(np.diag(root)).sum())

    scales = np.exp(minimise(misfit, CENTRES.copy(), step=0.3, rounds=250, close=1e-5))
    fitted = Rhythm(days, weekday, first_weekday, closed, scales, weeks, seen, spread, np.zeros(1))
    mean = np.exp(level(fitted, numbers)[0]) * open_share
    busy = mean > 0
    beyond = ((orders[busy] - mean[busy]) ** 2 - mean[busy]).sum() / max(float((mean[busy] ** 2).sum()), 1e-12)
    fitted.dispersion[0] = float(np.clip(beyond - scales[4] ** 2, 1e-4, 1.0))
    return fitted


def _kernel(left: Floats, right: Floats, scales: Floats) -> Floats:
    gap = np.abs(left[:, None] - right[None, :])
    yearly = scales[0] ** 2 * np.exp(-2.0 * np.sin(np.pi * gap / YEAR) ** 2 / scales[1] ** 2)
    local = scales[2] ** 2 * np.exp(-gap / scales[3])
    middle = left.mean() if len(left) >= len(right) else right.mean()
    trend = (TREND / YEAR) ** 2 * np.outer(left - middle, right - middle)
    return yearly + local + trend


def level(rhythm: Rhythm, days: Ints) -> tuple[Floats, Floats]:
    """The log of orders a day on a mean weekday: its mean and covariance over some days.

    Args:
        days: (n,), counted from the log's first day; days beyond the log are the forecast.

    Returns:
        Mean (n,) and covariance (n, n), without the weekly noise.
    """
    at = (days + 0.5) / 7
    everything = np.concatenate([rhythm.weeks, at])
    joint = _kernel(everything, everything, rhythm.scales) + 100.0
    known = len(rhythm.weeks)
    noise = np.diag(rhythm.spread + rhythm.scales[4] ** 2)
    centre = rhythm.seen.mean()
    weights = np.linalg.solve(joint[:known, :known] + noise, joint[:known, known:])
    mean = centre + weights.T @ (rhythm.seen - centre)
    covariance = joint[known:, known:] - joint[known:, :known] @ weights
    return mean, (covariance + covariance.T) / 2


def paths(rhythm: Rhythm, horizon: int, runs: int, chance: Chance) -> Floats:
    """Possible mean orders of each of the days after the log.

    Args:
        horizon: days ahead.
        runs: paths wanted.

    Returns:
        (runs, horizon), orders a day, 0 on closed weekdays; the day's own noise is not in it.
    """
    days = rhythm.days + np.arange(horizon)
    mean, covariance = level(rhythm, days)
    worth, directions = np.linalg.eigh(covariance)
    root = directions * np.sqrt(np.clip(worth, 0.0, None))
    smooth = mean + chance.of("level").normals(runs, horizon) @ root.T
    weekly = chance.of("week").normals(runs, horizon // 7 + 1)[:, np.arange(horizon) // 7]
    return np.exp(smooth + rhythm.scales[4] * weekly) * rhythm.factor(days)


def clock(rhythm: Rhythm) -> Floats:
    """The shop's own time at the end of each day that was read, (days,).

    It runs fast in busy seasons and stands still when the shop is closed; one unit is one mean day.
    """
    days = np.arange(rhythm.days)
    pace = np.exp(level(rhythm, days)[0]) * rhythm.factor(days) * ~rhythm.closed
    return np.cumsum(pace / pace.mean())
