"""A few days' levels and what they say of the next ones.

Levels are logarithms. They wander from day to day, weekends differ by something, and each day has
noise of its own: a Gaussian process whose three sizes are not known. Instead of one choice of
sizes, every draw takes one by its posterior weight, so that a week of data does not claim to know
its own volatility. Source: Rasmussen & Williams (2006), chapters 2 and 5; local level models,
Durbin & Koopman (2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Chance, Floats

_STEPS = (0.01, 0.02, 0.04, 0.08, 0.16)
_NOISE = (0.01, 0.02, 0.04, 0.08, 0.16)
_STEP_SCALE, _NOISE_SCALE = 0.05, 0.05
"""Half-normal priors on the daily step and the daily noise."""
_WIDE = 3.0


@dataclass(frozen=True, slots=True)
class Level:
    """Levels to come: a mixture of Gaussians over the days ahead."""

    weight: Floats
    """(sizes,), posterior weight of each choice of sizes."""
    mean: Floats
    """(sizes, ahead)."""
    root: Floats
    """(sizes, ahead, ahead), square roots of the covariances."""

    def draw(self, chance: Chance) -> Floats:
        """(ahead,), one path of levels."""
        size = int(np.searchsorted(np.cumsum(self.weight), chance.of("size").uniforms(1)[0]))
        size = min(size, len(self.weight) - 1)
        return self.mean[size] + self.root[size] @ chance.of("path").normals(self.mean.shape[1])


def expect(level: Floats, error: Floats, weekend: Floats, ahead: Floats, apart: float) -> Level:
    """What some days' levels say of the next ones.

    Args:
        level: (days,), logarithms.
        error: (days,), standard deviation of each as a measurement, ≥ 0.
        weekend: (days,), 1 on days off, else 0.
        ahead: (ahead,), the same of the days to come.
        apart: standard deviation of how far days off may lie from others, before anything is seen.

    Raises:
        ValueError: there is no day, or a level is not finite.

    >>> calm = expect(np.zeros(7), np.zeros(7), np.zeros(7), np.zeros(2), 0.1)
    >>> bool(abs(calm.weight @ calm.mean[:, 0]) < 1e-6)
    True
    """
    days, more = len(level), len(ahead)
    if not days or not np.all(np.isfinite(level)) or not len(error) == len(weekend) == days:
        raise ValueError(f"levels must be finite and some, each with its error and weekday, found {level}")
    time = np.arange(days + more, dtype=float)
    off = np.concatenate([weekend, ahead])
    walk = np.minimum(time[:, None], time[None, :]) + 1.0
    scores, means, roots = [], [], []
    centre = float(level.mean())
    for step in _STEPS:
        for noise in _NOISE:
            full = step**2 * walk + apart**2 * np.outer(off, off) + _WIDE**2 + noise**2 * np.eye(days + more)
            seen = full[:days, :days] + np.diag(error**2 + 1e-10)
            across = full[days:, :days]
            lower = np.linalg.cholesky(seen)
            white = np.linalg.solve(lower, level - centre)
            gain = np.linalg.solve(lower, across.T)
            scores.append(
                -0.5 * float(white @ white)
                - float(np.log(np.diag(lower)).sum())
                - 0.5 * (step / _STEP_SCALE) ** 2
                - 0.5 * (noise / _NOISE_SCALE) ** 2
            )
            means.append(centre + gain.T @ white)
            roots.append(np.linalg.cholesky(full[days:, days:] - gain.T @ gain + 1e-10 * np.eye(more)))
    weight = np.exp(np.array(scores) - max(scores))
    return Level(weight / weight.sum(), np.array(means), np.array(roots))
