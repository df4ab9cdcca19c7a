"""What rivals run: simple controllers, all seats at once. They are part of the twin, not of the platform.

A seat bids multiplier × target × value. The controllers know their own spend, what their predictions
promised for the impressions they got, what is left of the budget, and an ordinary day's traffic.
"""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.auction import FIRST_PRICE
from magnetar.kernel.chance import Floats
from magnetar.twin.arena.episode import Episode

FIXED, PID, PACING, DUAL, GREEDY, TARGET = range(6)
NAMES = ("fixed", "pid", "pacing", "dual", "greedy", "target")
MIX = (PID, PACING, DUAL, PACING, TARGET, DUAL, PID, FIXED, PACING, DUAL, TARGET, GREEDY)
"""Strategies of a market in the shares of this list."""
FLOOR, CEILING = 0.05, 2.5
GREEDIEST = 3.0
SHADE = (0.6, 0.95)
"""Under first price a seat bids a share of what it would bid under second price; where in this range is its habit."""


class Natives:
    """Multipliers of all seats, moved once a tick."""

    def __init__(self, episode: Episode) -> None:
        seats = episode.seats
        self.kind = episode.native
        self.budget, self.target = episode.budget, episode.target
        self._passed = np.cumsum(episode.usual)
        chance = episode.chance.of("natives")
        self.multiplier = np.exp(0.12 * chance.of("start").normals(seats)) * 0.95
        """(seats,); they start near where they ended the day before, with an error of 12 %."""
        self.multiplier[self.kind == FIXED] = 0.8 + 0.4 * chance.of("fixed").uniforms(int((self.kind == FIXED).sum()))
        self.gain = 0.7 + 0.6 * chance.of("gain").uniforms(seats)
        """How briskly each seat steers."""
        self.money = np.ones(seats)
        self.cost = self.multiplier.copy()
        """The budget multiplier and the target multiplier of the seats that keep two."""
        self.price, self.promise = np.full(seats, 0.5), np.full(seats, 0.5)
        """Dual prices of budget and target, in units of 1 / target."""
        first_price = episode.rule == FIRST_PRICE
        self._shade = SHADE[0] + (SHADE[1] - SHADE[0]) * chance.of("shade").uniforms(seats) if first_price else 1.0
        self._spent, self._promised = np.zeros(seats), np.zeros(seats)
        self._integral = np.zeros(seats)

    @property
    def bids(self) -> Floats:
        """(seats,), currency bid for a unit of target × value."""
        return self.multiplier * self._shade

    def learn(self, tick: int, spend: Floats, promised: Floats) -> None:
        """Move every multiplier after a tick.

        Args:
            tick: the one that has passed.
            spend: (seats,), currency charged in it.
            promised: (seats,), conversions that were predicted for the impressions on screen.
        """
        self._spent += spend
        self._promised += promised
        share = self._passed[tick] - (self._passed[tick - 1] if tick else 0.0)
        rate = np.maximum(self.budget * share, 1e-9)
        worth = self.target * self._promised
        ahead = np.clip(spend / rate - 1.0, -1.0, 1.0)
        behind = np.clip((self.budget * self._passed[tick] - self._spent) / np.maximum(self.budget, 1e-9), -0.2, 0.2)
        slack = np.clip((worth - self._spent) / np.maximum(0.05 * self.budget + self._spent, 1e-9), -0.5, 0.5)
        gain = self.gain
        # PID: the more cautious of two errors
        error = np.minimum(5.0 * behind, 2.0 * slack)
        self._integral = np.clip(self._integral + error, -5.0, 5.0)
        pid = self.multiplier * np.exp(gain * np.clip(0.2 * error + 0.01 * self._integral, -0.3, 0.3))
        # two multipliers, the smaller bids
        self.money = np.clip(self.money * np.exp(gain * (-0.15 * ahead + 0.5 * behind)), FLOOR, GREEDIEST)
        self.cost = np.clip(self.cost * np.exp(gain * 0.25 * slack), FLOOR, CEILING)
        pacing = np.minimum(self.money, self.cost)
        # dual mirror descent on a budget price and a target price
        self.price = np.clip(self.price * np.exp(gain * 0.15 * ahead), 0.02, 20.0)
        tick_slack = np.clip((self.target * promised - spend) / rate, -1.0, 1.0)
        self.promise = np.clip(self.promise * np.exp(-gain * 0.2 * tick_slack), 0.02, 20.0)
        dual = (1.0 + self.promise) / (self.price + self.promise)
        kind = self.kind
        moved = np.select(
            [kind == PID, kind == PACING, kind == DUAL, kind == GREEDY, kind == TARGET],
            [pid, pacing, dual, self.money, self.cost],
            self.multiplier,
        )
        self.multiplier = np.clip(moved, FLOOR, np.where(kind == GREEDY, GREEDIEST, CEILING))
