"""The shop's rhythm: open weekdays, the level of orders over the year, and paths of that level ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.twin.calibration import wave as waves
from magnetar.twin.calibration.columns import Flags, Orders
from magnetar.twin.calibration.wave import Wave, fit_wave, level

CENTRES = np.array([0.25, 0.7, 0.15, 3.5, 0.08])
"""Prior medians of the scales of orders a day; chosen on origins inside the training weeks (docs)."""
TREND = 0.4
BASKET_CENTRES = np.array([0.1, 0.7, 0.08, 8.0, 0.05])
"""Prior medians of the scales of order size."""
BASKET_TREND = 0.15
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
    wave: Wave
    """Log of orders a day on a mean weekday."""
    dispersion: float
    """Variance of a day's orders beyond Poisson, as a share of the squared mean."""

    def factor(self, day: Ints) -> Floats:
        """How the weekday changes a day, 0 where the shop is closed."""
        return self.weekday[(self.first_weekday + day) % 7]


def fit_rhythm(orders: Floats, first_weekday: int) -> Rhythm:
    """Learn the rhythm from the orders of each day.

    Args:
        orders: (days,), orders a day from the log's first day on; at least one is positive.
        first_weekday: of the first day, Monday is 0.
    """
    days = len(orders)
    numbers = np.arange(days)
    kind = (first_weekday + numbers) % 7
    recent = numbers >= days - MEMORY_DAYS
    chosen = [recent & (kind == name) for name in range(7)]
    weekday = np.array([orders[those].mean() if np.any(those) else 0.0 for those in chosen])
    weekday[weekday < 0.05 * weekday.max()] = 0.0
    weekday = weekday / weekday.mean()
    typical = weekday[kind] * orders[orders > 0].mean() * np.mean(weekday > 0)
    closed = (orders == 0) & (typical >= 8.0)
    open_share = np.where(closed, 0.0, weekday[kind])
    week = (days - 1 - numbers) // 7
    count = int(week.max()) + 1
    counted = np.bincount(week, weights=np.where(open_share > 0, orders, 0.0), minlength=count)[::-1]
    exposed = np.bincount(week, weights=open_share, minlength=count)[::-1]
    middle = np.bincount(week, weights=numbers + 0.5, minlength=count)[::-1] / np.bincount(week, minlength=count)[::-1]
    used = exposed > 1.0 / 7
    seen = np.log((counted[used] + 0.5) / exposed[used])
    spread = (1.0 / (counted[used] + 0.5)).astype(np.float64)
    wave = fit_wave(middle[used] / 7, seen, spread, CENTRES, TREND)
    mean = np.exp(level(wave, numbers)[0]) * open_share
    busy = mean > 0
    beyond = ((orders[busy] - mean[busy]) ** 2 - mean[busy]).sum() / max(float((mean[busy] ** 2).sum()), 1e-12)
    dispersion = float(np.clip(beyond - wave.scales[4] ** 2, 1e-4, 1.0))
    return Rhythm(days, weekday, first_weekday, closed, wave, dispersion)


def fit_size(orders: Orders, size: Floats, first: int, end: int) -> Wave:
    """Learn how the log of order size (value or pieces) drifts over the weeks.

    Args:
        size: (orders,), one amount an order; those at 0 are left out.
        first: first day of the log.
        end: the day after the last one.
    """
    positive = size > 0
    week = (end - 1 - orders.day[positive]) // 7
    logs = np.log(size[positive])
    names, code, count = np.unique(week, return_inverse=True, return_counts=True)
    seen = np.bincount(code, logs) / count
    spread = max(float(logs.var()), 1e-4) / count
    middle = (end - first - 7.0 * names - 3.5) / 7
    back = slice(None, None, -1)
    return fit_wave(middle[back], seen[back], spread[back], BASKET_CENTRES, BASKET_TREND)


def paths(rhythm: Rhythm, horizon: int, runs: int, chance: Chance) -> Floats:
    """Possible mean orders of each of the days after the log.

    Returns:
        (runs, horizon), orders a day, 0 on closed weekdays; the day's own noise is not in it.
    """
    ahead = rhythm.days + np.arange(horizon)
    return np.exp(waves.paths(rhythm.wave, rhythm.days, horizon, runs, chance)) * rhythm.factor(ahead)


def clock(rhythm: Rhythm) -> Floats:
    """The shop's own time at the end of each day that was read, (days,).

    It runs fast in busy seasons and stands still when the shop is closed; one unit is one mean day.
    """
    days = np.arange(rhythm.days)
    pace = np.exp(level(rhythm.wave, days)[0]) * rhythm.factor(days) * ~rhythm.closed
    return np.cumsum(pace / pace.mean())
