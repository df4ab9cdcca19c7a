"""How much of a day is still to come, for one bidder that counts what it meets tick by tick.

The day is level × curveᵏ. The curve is yesterday's where it is known, else the rhythm that people
share (low before dawn, high in the evening); how much of it applies, k from 0 (flat) to 1¼, is
judged by how well each k explains the ticks so far.
"""

from __future__ import annotations

import numpy as np

from magnetar.kernel.chance import Floats

_STRENGTHS = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.25])
_SPREAD = 0.35
"""Log-spread of a tick's count about the day's rhythm: traffic comes in bursts."""


_HOURS = np.array([
    0.60, 0.35, 0.22, 0.16, 0.15, 0.20, 0.36, 0.60, 0.80, 0.88, 0.95, 1.05,
    1.28, 1.20, 1.00, 0.95, 0.97, 1.06, 1.22, 1.50, 1.85, 2.00, 1.75, 1.15,
])  # fmt: skip


def rhythm(ticks: int) -> Floats:
    """(ticks,), how active people are over a day, mean 1: a trough before dawn, a small peak at noon, a high evening."""
    hour = (np.arange(ticks) + 0.5) * 24.0 / ticks
    curve = np.interp(hour, np.arange(-1, 25) + 0.5, np.concatenate([_HOURS[-1:], _HOURS, _HOURS[:1]]))
    return curve / curve.mean()


class Volume:
    """Counts by tick, seen and to come."""

    def __init__(self, ticks: int, curve: Floats | None = None, keep: float = 0.9) -> None:
        self.ticks = ticks
        self.curve = rhythm(ticks) if curve is None or not np.all(curve > 0.0) else curve / curve.mean()
        self._belief = np.log(np.array([0.5, 1.0, 1.0, 1.0, 1.0, 0.5])) if curve is None else np.log(
            np.array([0.1, 0.2, 0.5, 1.0, 4.0, 1.0])
        )  # fmt: skip
        self.keep = keep
        self.counts: Floats = np.zeros(ticks)
        self.weights: Floats = np.zeros(ticks)
        """(ticks,), how much each tick seen says of the level to come."""

    def observe(self, tick: int, count: int) -> None:
        """A tick brought so many; more ticks than planned count to the last."""
        self.weights *= self.keep
        place = min(tick, self.ticks - 1)
        self.counts[place] += count
        self.weights[place] = 1.0

    def forget(self) -> None:
        """Only the last tick says what the level is now."""
        self.weights[self.weights < 1.0] *= 0.05

    def ahead(self, tick: int) -> float:
        """Expected in the ticks from `tick` to the end; 0 when nothing has been seen."""
        return float(self.expected(tick).sum())

    def expected(self, tick: int) -> Floats:
        """(ticks to come,), expected in each tick from `tick` on."""
        seen = self.counts > 0.0
        if not seen.any() or tick >= self.ticks:
            return np.zeros(max(self.ticks - tick, 0))
        log = np.log(self.counts[seen])
        shape = _STRENGTHS[:, None] * np.log(self.curve)[None, :]
        rest = log[None, :] - shape[:, seen]
        rest = rest - rest.mean(axis=1, keepdims=True)
        belief = self._belief - (rest**2).sum(axis=1) / (2.0 * _SPREAD**2)
        belief = np.exp(belief - belief.max())
        weights = self.weights[seen]
        level = (weights * self.counts[seen] / np.exp(shape[:, seen])).sum(axis=1) / max(float(weights.sum()), 1e-12)
        return (belief * level) @ np.exp(shape[:, tick:]) / belief.sum()
