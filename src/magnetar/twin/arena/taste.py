"""Latent taste × product × scene: a shopper stands behind every opportunity, so seats' values move together.

value = level × exp(scene + the shopper's readiness + taste · product + a draw of its own): log-normal,
correlated between seats that sell to the same people, and some opportunities are good for everybody.
"""

from __future__ import annotations

import math

import numpy as np

from magnetar.kernel.chance import Chance, Floats, fold, mix, normal, uniform
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.arena.accounts import OPPORTUNITIES, accounts, selling_power
from magnetar.twin.arena.episode import Draw, Episode
from magnetar.twin.arena.traffic import bumpy, counts_of, daily_curve

SCENES = 4
"""Feed, live, search, mall."""
SCENE_SHARE = (0.52, 0.14, 0.14, 0.20)
SCENE_LEVEL = (-0.15, 0.1, 0.35, 0.0)
"""Log of how ready to buy people are there."""
DIMENSIONS = 4
TASTE = 0.45
"""Log-spread that a shopper's taste gives to the value of an average product."""
READY = 0.45
"""Log-spread of shoppers' readiness to buy, common to all seats."""
OWN = 0.3
"""Log-spread between seats on one opportunity that nothing else explains."""
UNEQUAL = 0.6
"""Log-spread of budgets: some are gone by noon at their target, some are more than there is to buy."""
LEVEL = 0.0024
"""Mean conversion probability over all opportunities and seats at the default size of a day."""


class Taste:
    """Correlated log-normal values."""

    name = "taste"

    def open(self, seed: int, opportunities: int = OPPORTUNITIES, seats: int = 48, ticks: int = 48) -> TasteDay:
        """The day of one seed."""
        return TasteDay(self.name, Chance(seed).of("arena", self.name), opportunities, seats, ticks)


class TasteDay(Episode):
    """Predictions are right on average: truth = value × a log-normal error of mean 1."""

    def __init__(self, family: str, chance: Chance, opportunities: int, seats: int, ticks: int) -> None:
        usual = daily_curve(ticks)
        counts = counts_of(bumpy(usual, chance.of("traffic"), swing=0.3), opportunities)
        super().__init__(family, chance, counts, usual, *accounts(chance, seats, opportunities, UNEQUAL))
        vectors = chance.of("products").normals(seats, DIMENSIONS)
        self.product: Floats = vectors * (TASTE / math.sqrt(DIMENSIONS))
        """(seats, dimensions)."""
        scene = np.array(SCENE_LEVEL) + 0.25 * chance.of("scene").normals(seats, SCENES)
        spread = (self.product**2).sum(axis=1) + READY**2 + OWN**2
        own = np.log(selling_power(chance.of("level"), self.target, 0.3))
        self.level: Floats = math.log(LEVEL) + own[:, None] + scene - 0.5 * spread[:, None]
        """(seats, scenes), log of the value of an opportunity with an average shopper."""
        self.doubt = np.clip(0.12 + 0.04 * chance.of("sigma").normals(seats), 0.04, 0.25)
        """(seats,), log-spread of the predictions' error."""
        hour = (np.arange(ticks) + 0.5) / ticks
        late = np.clip((hour - 0.75) * 4.0, 0.0, 1.0)  # evenings: more live rooms
        mixed = np.array(SCENE_SHARE) * np.stack([1.0 - 0.2 * late, 1.0 + late, 1.0 - 0.2 * late, np.ones(ticks)], 1)
        self.scenes: Floats = np.cumsum(mixed / mixed.sum(axis=1, keepdims=True), axis=1)
        """(ticks, scenes), cumulated shares."""
        self._values = chance.of("values")

    def draw(self, tick: int) -> Draw:
        return self.fill(tick, self.product, self.level, np.ones(self.seats))

    def fill(self, tick: int, product: Floats, level: Floats, overrated: Floats) -> Draw:
        """The tick's columns with products, levels and miscalibration as they stand in it."""
        shape = (int(self.counts[tick]), self.seats)
        value, sigma, truth = (np.empty(shape, np.float32) for _ in range(3))
        _fill(self._values.of(tick).key, self.scenes[tick], product, level, self.doubt, overrated, value, sigma, truth)
        return Draw(value, sigma, truth)


@compiled
def _fill(
    key: np.uint64, scenes: Array, product: Array, level: Array, doubt: Array, overrated: Array,
    value: Array, sigma: Array, truth: Array,
) -> None:  # fmt: skip
    seats, dimensions = product.shape
    taste = np.empty(dimensions)
    for row in range(value.shape[0]):
        shopper = fold(key, row)
        at = uniform(shopper, 1)
        scene = 0
        while scene < scenes.shape[0] - 1 and at >= scenes[scene]:
            scene += 1
        ready = READY * normal(shopper, 2)
        for dimension in range(dimensions):
            taste[dimension] = normal(shopper, 3 + dimension)
        pairs = fold(shopper, 0)
        for seat in range(seats):
            bits = mix(pairs ^ np.uint64(seat))
            first = (float(bits >> np.uint64(32)) + 0.5) * (1.0 / 4294967296.0)
            second = (float(bits & np.uint64(0xFFFFFFFF)) + 0.5) * (1.0 / 4294967296.0)
            radius = math.sqrt(-2.0 * math.log(first))
            turn = 2.0 * math.pi * second
            log = level[seat, scene] + ready + OWN * radius * math.cos(turn)
            for dimension in range(dimensions):
                log += product[seat, dimension] * taste[dimension]
            p = min(1.0, math.exp(log))
            error = doubt[seat] * radius * math.sin(turn) - 0.5 * doubt[seat] * doubt[seat]
            told = min(1.0, p * overrated[seat])
            value[row, seat] = told
            sigma[row, seat] = doubt[seat] * told
            truth[row, seat] = min(1.0, p * math.exp(error))
