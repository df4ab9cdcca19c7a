"""How long after the click conversions arrive: a histogram of delays that does not mistake youth for speed.

A platform that is three days old has seen no delay of a week, whatever the law. So each stretch of
the delay has its own trials, the clicks that are old enough to have had it (in part, while they are
in the middle of it), and a Gamma–Poisson share: (conversions + strength · prior) / (expected +
strength). Until a stretch has trials its prior speaks. Source: the life-table (actuarial) estimate of a right-truncated law, Kaplan & Meier
(1958), JASA 53; the prior is ours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats
from magnetar.kernel.clock import DAY, HOUR
from magnetar.vocabulary.campaigns import Horizon

EDGES = np.array([0.0, 0.25, 0.5, 1, 2, 4, 8, 16, 24, 48, 96, 168, 336, 720]) * HOUR
"""Where the stretches of the histogram begin and end, microseconds; what comes later is not counted."""
_STARTS = EDGES[1:-1]
STRENGTH = 20.0
"""Conversions' worth of trust in the prior law."""
_UNTIL = {Horizon.D1: 1.0 * DAY, Horizon.D7: 7.0 * DAY}


class DelayLaw:
    """The law of the time from click to conversion for one kind of conversion."""

    def __init__(self, prior_mean: float = 4.0 * HOUR) -> None:
        """`prior_mean`, microseconds: before anything is seen the law is exponential with this mean."""
        self.prior: Floats = np.diff(-np.expm1(-EDGES / prior_mean))
        self.prior /= self.prior.sum()
        self.hits: Floats = np.zeros(len(self.prior))
        self.trials: Floats = np.zeros(len(self.prior))
        """Clicks that are past every stretch."""
        self.waited = STRENGTH * prior_mean
        self.arrived = STRENGTH
        self._young: Floats = np.zeros((0, 2))
        """(batches, 2), when clicks were made and how many, while they are young enough to bring conversions."""
        self._fresh, self._refreshed = 0.0, 0
        self._shares: Floats = np.ones(len(Horizon))
        self._stale = True
        """Whether something happened since the shares were reckoned; most laws are never asked for a share."""

    @property
    def mean(self) -> float:
        """Mean delay, microseconds."""
        return self.waited / self.arrived

    def clicked(self, count: float) -> None:
        """So many clicks since the last refresh; they are trials of each stretch as they grow old enough."""
        self._fresh += count

    def landed(self, delay: NDArray[np.int64]) -> None:
        """Conversions arrived after these delays, microseconds."""
        if len(delay):
            delay = np.maximum(delay, 0)
            place = np.searchsorted(_STARTS, delay, side="right")  # `np.histogram` takes ten times as long
            self.hits += np.bincount(place[delay <= EDGES[-1]], minlength=len(self.hits))
            self.waited += float(delay.sum())
            self.arrived += len(delay)

    def refresh(self, now: int) -> None:
        """Let clicks grow old; bring the shares up to date."""
        if self._fresh > 0.0:
            middle = (min(self._refreshed, now) + now) / 2 if self._refreshed else now
            self._young = np.append(self._young, [[middle, self._fresh]], axis=0)
        self._fresh, self._refreshed = 0.0, now
        if len(self._young) and now - self._young[0, 0] >= EDGES[-1]:
            old = now - self._young[:, 0] >= EDGES[-1]
            self.trials += self._young[old, 1].sum()
            self._young = self._young[~old]
        self._stale = True

    def decay(self, keep: float) -> None:
        """Forget a share of the evidence; shares stay what they are until the next refresh."""
        self._reckon()
        self.hits *= keep
        self.trials *= keep
        self._young[:, 1] *= keep
        self.waited, self.arrived = self.waited * keep, self.arrived * keep

    def share(self, horizon: Horizon) -> float:
        """Share of what arrives in the end that arrives within the horizon, in [0, 1]; grows with the horizon."""
        self._reckon()
        return float(self._shares[horizon])

    def _reckon(self) -> None:
        """Bring the shares up to the last refresh."""
        if not self._stale:
            return
        self._stale = False
        age = self._refreshed - self._young[:, 0]
        passed = np.clip((age[:, None] - EDGES[:-1]) / np.diff(EDGES), 0.0, 1.0)
        trials = self.trials + (self._young[:, 1:] * passed).sum(axis=0)
        expected = float((self.prior * trials).sum())
        rate = float(self.hits.sum()) / expected if expected > 0.0 else 0.0
        share = (self.hits + STRENGTH * self.prior) / (rate * trials + STRENGTH)
        arrived = np.append(0.0, np.cumsum(share))
        arrived /= arrived[-1]
        for horizon, until in _UNTIL.items():
            self._shares[horizon] = np.interp(until, EDGES, arrived)
        left = np.linspace(0.0, DAY, 97)  # a click comes at any time of the day, so that much of the day is left
        self._shares[Horizon.D0] = np.interp(left, EDGES, arrived).mean()

    # ---- carried over

    def state(self) -> dict[str, NDArray[np.float64]]:
        """What was learned, as arrays."""
        self._reckon()
        return {
            "hits": self.hits,
            "trials": self.trials,
            "sums": np.array([self.waited, self.arrived, self._fresh, self._refreshed]),
            "young": self._young,
            "shares": self._shares,
        }

    def restore(self, state: dict[str, NDArray[np.float64]]) -> None:
        """Take up what `state` gave."""
        self.hits, self.trials = state["hits"].copy(), state["trials"].copy()
        self.waited, self.arrived, self._fresh, refreshed = state["sums"].tolist()
        self._refreshed = int(refreshed)
        self._young, self._shares, self._stale = state["young"].copy(), state["shares"].copy(), False
