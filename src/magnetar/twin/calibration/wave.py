"""A level that moves from week to week: a yearly wave, a damped local level and a gentle trend.

The weeks before the log's end lean on the same season a year earlier, wherever the log has it. What the log does
not show stays wide in the paths instead of being filled with a habit of the trade.

Source:
    Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, ch. 4 (periodic and exponential kernels)
    and 5.4.1 (marginal likelihood).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.twin.calibration.minimise import minimise

YEAR = 365.2425 / 7  # weeks
WIDTHS = np.array([0.4, 0.3, 0.5, 0.4, 0.7])
"""Standard deviations of the priors of the log scales, as `Wave.scales` lists them."""
FLAT = 100.0
"""Prior variance of the mean level: next to no opinion."""


@dataclass(frozen=True, slots=True)
class Wave:
    """A fitted level; logs, so that everything multiplies."""

    weeks: Floats
    """(n,), middles of the weeks that were read, in weeks from the log's first day."""
    seen: Floats
    """(n,), the log level of each week."""
    spread: Floats
    """(n,), variance of `seen` from sampling alone."""
    scales: Floats
    """(5,): size and smoothness of the yearly wave, size and length (weeks) of the local level, weekly noise."""
    trend: float
    """Prior standard deviation of the growth in a year."""


def fit_wave(weeks: Floats, seen: Floats, spread: Floats, centres: Floats, trend: float) -> Wave:
    """Learn the scales of a level.

    Args:
        weeks: (n,), see `Wave`.
        seen: (n,).
        spread: (n,), positive.
        centres: (5,), medians of the log-normal priors of the scales.
        trend: see `Wave`.

    Returns:
        The level with its most probable scales.
    """

    def misfit(logs: Floats) -> float:
        covariance = _kernel(weeks, weeks, np.exp(logs), trend) + np.diag(spread + np.exp(2 * logs[4])) + FLAT
        try:
            root = np.linalg.cholesky(covariance)
        except np.linalg.LinAlgError:
            return np.inf
        white = np.linalg.solve(root, seen - seen.mean())
        prior = np.sum(((logs - np.log(centres)) / WIDTHS) ** 2)
        return 0.5 * float(white @ white + prior) + float(np.log(np.diag(root)).sum())

    scales = np.exp(minimise(misfit, np.log(centres), step=0.3, rounds=250, close=1e-5))
    return Wave(weeks, seen, spread, scales, trend)


def _kernel(left: Floats, right: Floats, scales: Floats, trend: float) -> Floats:
    gap = np.abs(left[:, None] - right[None, :])
    yearly = scales[0] ** 2 * np.exp(-2.0 * np.sin(np.pi * gap / YEAR) ** 2 / scales[1] ** 2)
    local = scales[2] ** 2 * np.exp(-gap / scales[3])
    return yearly + local + (trend / YEAR) ** 2 * np.outer(left, right)


def level(wave: Wave, days: Ints) -> tuple[Floats, Floats]:
    """The log level on some days: its mean (n,) and covariance (n, n), without the weekly noise.

    Args:
        days: (n,), counted from the log's first day; days beyond the log are the forecast.
    """
    known = len(wave.weeks)
    everything = np.concatenate([wave.weeks, (days + 0.5) / 7])
    everything = everything - wave.weeks.mean()
    joint = _kernel(everything, everything, wave.scales, wave.trend) + FLAT
    noise = np.diag(wave.spread + wave.scales[4] ** 2)
    weights = np.linalg.solve(joint[:known, :known] + noise, joint[:known, known:])
    centre = wave.seen.mean()
    covariance = joint[known:, known:] - joint[known:, :known] @ weights
    return centre + weights.T @ (wave.seen - centre), (covariance + covariance.T) / 2


def paths(wave: Wave, first: int, horizon: int, runs: int, chance: Chance) -> Floats:
    """Possible log levels of the days from `first` on, weekly noise included, (runs, horizon)."""
    mean, covariance = level(wave, first + np.arange(horizon))
    worth, directions = np.linalg.eigh(covariance)
    root = directions * np.sqrt(np.clip(worth, 0.0, None))
    smooth = mean + chance.of("level").normals(runs, horizon) @ root.T
    weekly = chance.of("week").normals(runs, horizon // 7 + 1)[:, np.arange(horizon) // 7]
    return smooth + wave.scales[4] * weekly
