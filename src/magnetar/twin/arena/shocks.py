"""Days on which the market moves: drift on every day, and at least one shock of four.

Which shocks strike, when, and whom, is drawn for each day; the drop of traffic, if it comes, comes at noon.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Chance, Floats
from magnetar.twin.arena.accounts import OPPORTUNITIES
from magnetar.twin.arena.episode import Draw
from magnetar.twin.arena.taste import TasteDay
from magnetar.twin.arena.traffic import counts_of

TRAFFIC, RIVALS, OVERRATED = 0.6, 1.5, 1.3
"""Traffic from noon on, what rivals bid, and what is predicted, as factors."""
CHANCE = 0.5
"""Of each shock, apart from the others."""
TURN = 0.6
"""Radians by which tastes turn over a day."""
WANDER = 0.2
"""Log-spread of a seat's level between morning and night, a random walk."""
LEAVERS = 4


@dataclass(frozen=True, slots=True)
class Struck:
    """The first tick of each shock; the number of ticks where it does not come."""

    traffic: int
    rivals: int
    overrated: int
    left: int


class Shocks:
    """Drift and shocks on top of the taste family's values."""

    name = "shocks"

    def open(self, seed: int, opportunities: int = OPPORTUNITIES, seats: int = 48, ticks: int = 48) -> ShockedDay:
        """The day of one seed."""
        return ShockedDay(self.name, Chance(seed).of("arena", self.name), opportunities, seats, ticks)


class ShockedDay(TasteDay):
    unbiased = False

    def __init__(self, family: str, chance: Chance, opportunities: int, seats: int, ticks: int) -> None:
        super().__init__(family, chance, opportunities, seats, ticks)
        self.struck = _struck(chance.of("shocks"), ticks)
        share = self.counts / max(self.opportunities, 1)
        share[self.struck.traffic :] *= TRAFFIC
        self.counts: NDArray[np.int64] = counts_of(share, self.opportunities)
        self.start = np.concatenate([[0], np.cumsum(self.counts)])
        self.misled = chance.of("misled").uniforms(seats) < 0.5
        """(seats,), whose predictions the new model overrates."""
        strong = np.argsort(-self.level.mean(axis=1) - np.log(self.target))[: max(1, seats // 3)]
        order = chance.of("leavers").order(len(strong))
        self.leavers = strong[order[: min(LEAVERS, seats - 1)]]
        """Some of the third of the seats that bid highest."""
        turned = chance.of("turned").normals(*self.product.shape)
        self._turned: Floats = (
            turned
            * np.linalg.norm(self.product, axis=1, keepdims=True)
            / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
        )
        self._wander = np.cumsum(chance.of("wander").normals(ticks, seats), axis=0) * (WANDER / math.sqrt(ticks))

    def draw(self, tick: int) -> Draw:
        angle = TURN * tick / max(self.ticks - 1, 1)
        product = math.cos(angle) * self.product + math.sin(angle) * self._turned
        overrated = np.where(self.misled & (tick >= self.struck.overrated), OVERRATED, 1.0)
        return self.fill(tick, product, self.level + self._wander[tick][:, None], overrated)

    def rival_factor(self, tick: int) -> Floats:
        factor = np.full(self.seats, RIVALS if tick >= self.struck.rivals else 1.0)
        if tick >= self.struck.left:
            factor[self.leavers] = 0.0
        return factor


def _struck(chance: Chance, ticks: int) -> Struck:
    """Noon for the traffic, the middle half of the day for the rivals and the leavers, from a sixth on for the model."""
    comes = chance.of("which").uniforms(4) < CHANCE
    if not comes.any():
        comes[chance.of("at least").integers(4, 1)] = True
    when = chance.of("when").uniforms(4)
    at = [
        ticks // 2,
        int(ticks * (0.25 + 0.5 * when[1])),
        int(ticks * (1 / 6 + 0.5 * when[2])),
        int(ticks * (0.25 + 0.5 * when[3])),
    ]
    return Struck(*(tick if one else ticks for tick, one in zip(at, comes.tolist(), strict=True)))
