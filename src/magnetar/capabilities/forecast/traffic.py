"""Traffic of the rest of the day: a daily curve learned from the log, scaled by how today goes.

The curve is an exponential average over days of each tick's pages; today's level is the ratio of
pages seen so far to what the curve expected, shrunk to 1 while little has been seen.
"""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.shoppers import Served
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Floats
from magnetar.kernel.clock import MINUTE

TICKS_PER_DAY = 48
TICK = 30 * MINUTE
_WEIGHT = 0.35
"""Weight of the newest day in the curve."""
_CONFIDENT = 0.1
"""Share of a day's pages after which today's own level counts as much as the curve's."""


class Traffic:
    """Pages by half-hour: seen and to come."""

    def __init__(self, bus: Bus) -> None:
        self.curve: Floats = np.zeros(TICKS_PER_DAY)
        self.today: Floats = np.zeros(TICKS_PER_DAY)
        self._days = 0
        self._clock = bus.clock
        bus.subscribe(Served, self.on_served)

    def on_served(self, event: Served) -> None:
        self.today[event.tick % TICKS_PER_DAY] += len(event.request)

    def new_day(self) -> None:
        """Learn the day that ended."""
        if self.today.any():
            weight = 1.0 if self._days == 0 else _WEIGHT
            self.curve += weight * (self.today - self.curve)
            self._days += 1
        self.today = np.zeros(TICKS_PER_DAY)

    def remaining(self, tick: int) -> float:
        """Pages expected from a tick of the day to its end, that tick included.

        On the first day, with no curve yet, the ticks to come are taken to be like those seen.
        """
        place = tick % TICKS_PER_DAY
        seen = float(self.today[:place].sum())
        if self._days == 0:
            return seen / max(place, 1) * (TICKS_PER_DAY - place) if place else 1.0
        expected, ahead = float(self.curve[:place].sum()), float(self.curve[place:].sum())
        prior = _CONFIDENT * float(self.curve.sum())
        return ahead * (seen + prior) / (expected + prior)

    def share_passed(self, tick: int, remaining: float) -> float:
        """Share of today's pages that came before a tick, in [0, 1], with so many still to come."""
        seen = float(self.today[: tick % TICKS_PER_DAY].sum())
        return seen / max(seen + remaining, 1.0)
