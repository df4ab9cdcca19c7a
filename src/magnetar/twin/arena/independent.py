"""Values that are independent between seats given the tick: AuctionNet's default generator, by our own code.

Source: Su et al. (2024), "AuctionNet", NeurIPS Datasets and Benchmarks, arXiv 2412.10798, and what its
published code does (`neuripsPvGen`, the truncated normal of its conversions).
"""

from __future__ import annotations

import math

import numpy as np

from magnetar.kernel.chance import Chance, Floats, fold, mix
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.arena.accounts import OPPORTUNITIES, accounts, selling_power
from magnetar.twin.arena.episode import Draw, Episode
from magnetar.twin.arena.shapes import truncated_normal
from magnetar.twin.arena.traffic import bumpy, counts_of, daily_curve

MEAN = 0.0005 * 500_000 / OPPORTUNITIES
"""Mean predicted conversion probability; see `accounts`."""
CATEGORIES = 6
BLOCK = 8
"""Ticks over which a category's factor holds."""
PLACES = 257
_32, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


class Independent:
    """Every seat's value is a normal draw of its own; no shopper stands behind it."""

    name = "independent"

    def open(self, seed: int, opportunities: int = OPPORTUNITIES, seats: int = 48, ticks: int = 48) -> IndependentDay:
        """The day of one seed."""
        return IndependentDay(Chance(seed).of("arena", self.name), opportunities, seats, ticks)


class IndependentDay(Episode):
    """The truth around a value is cut on two sides by bounds of the seat: its predictions are off by up to some 10 %."""

    unbiased = False

    def __init__(self, chance: Chance, opportunities: int, seats: int, ticks: int) -> None:
        usual = daily_curve(ticks)
        counts = counts_of(bumpy(usual, chance.of("traffic")), opportunities)
        super().__init__("independent", chance, counts, usual, *accounts(chance, seats, opportunities))
        category = np.arange(seats) % CATEGORIES
        blocks = -(-ticks // BLOCK)
        taste = 1.0 + 0.7 * (2.0 * chance.of("category").uniforms(blocks, CATEGORIES) - 1.0)
        own = selling_power(chance.of("seat"), self.target, 0.5)
        level = usual * ticks
        level = 0.75 + 0.25 * level / level.mean()  # busy hours are a little better
        self.mean: Floats = MEAN * level[:, None] * taste[np.arange(ticks) // BLOCK][:, category] * own
        self.spread: Floats = self.mean * (0.5 + 0.1 * (2.0 * chance.of("spread").uniforms(ticks, seats) - 1.0))
        self.doubt = np.clip(0.15 + 0.06 * chance.of("sigma").normals(seats), 0.02, 0.3)
        bounds = chance.of("bounds").uniforms(2, seats)
        self.table = truncated_normal(-2.0 * bounds[0], 2.0 * bounds[1], PLACES)
        self._values = chance.of("values")

    def draw(self, tick: int) -> Draw:
        shape = (int(self.counts[tick]), self.seats)
        value, sigma, truth = (np.empty(shape, np.float32) for _ in range(3))
        _fill(
            self._values.of(tick).key, self.mean[tick], self.spread[tick], self.doubt, self.table, value, sigma, truth
        )
        return Draw(value, sigma, truth)


@compiled
def _fill(
    key: np.uint64, mean: Array, spread: Array, doubt: Array, table: Array, value: Array, sigma: Array, truth: Array
) -> None:
    """Normal values clipped to [0, 1], and the truth around each by the seat's truncated normal."""
    places = table.shape[1] - 1
    for row in range(value.shape[0]):
        stream = fold(key, row)
        for seat in range(value.shape[1]):
            bits = mix(stream ^ np.uint64(seat))
            first = (float(bits >> _32) + 0.5) * (1.0 / 4294967296.0)
            second = (float(bits & _LOW) + 0.5) * (1.0 / 4294967296.0)
            z = math.sqrt(-2.0 * math.log(first)) * math.cos(2.0 * math.pi * second)
            p = min(1.0, max(0.0, mean[seat] + spread[seat] * z))
            at = float(mix(bits) >> np.uint64(11)) * (1.0 / 9007199254740992.0) * places
            place = int(at)
            away = table[seat, place] + (at - place) * (table[seat, place + 1] - table[seat, place])
            value[row, seat] = p
            sigma[row, seat] = doubt[seat] * p
            truth[row, seat] = min(1.0, p * (1.0 + doubt[seat] * away))
