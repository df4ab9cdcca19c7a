"""A market day after a shop's own order log, as `magnetar twin calibrate` keeps it.

The log gives traffic by hour, how unequal shoppers are, how unequal products sell, how prices spread
and how much is ordered; it is silent on predictions, rivals and ad prices, which are assumed as in `taste`.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from magnetar.kernel.chance import Chance, Floats, fold, mix, normal
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.arena.accounts import OPPORTUNITIES
from magnetar.twin.arena.episode import Draw, Episode
from magnetar.twin.arena.natives import MIX
from magnetar.twin.arena.shapes import gamma_quantile
from magnetar.twin.arena.traffic import counts_of
from magnetar.twin.calibration import Calibration, load_calibration

COST_SHARE = 0.2
"""A seat pays this share of its product's price for an order."""
DOUBT = 0.1
OWN = 0.7
"""Log-spread between products for one shopper: most want one thing rather than another."""
POPULAR = 0.2
"""A seat's level goes with its product's sales to this power; the rest of what sells is reach."""
FEWEST, MOST = 10.0, 60.0
"""Orders a day that a seat's budget is meant for: a quarter of what the shop sells, within these."""
MEAN = 0.55
"""Orders that all exposures would bring at random, as a share of what all budgets are meant for; the best of many do better."""
PLACES = 513


class Calibrated:
    """The days of one calibration."""

    def __init__(self, folder: Path) -> None:
        self.name = f"calibrated:{folder}"
        self.calibration: Calibration = load_calibration(folder)

    def open(self, seed: int, opportunities: int = OPPORTUNITIES, seats: int = 48, ticks: int = 48) -> CalibratedDay:
        """The day of one seed."""
        return CalibratedDay(
            self.name, self.calibration, Chance(seed).of("arena", "calibrated"), opportunities, seats, ticks
        )


class CalibratedDay(Episode):
    """Predictions are right on average."""

    def __init__(
        self, family: str, found: Calibration, chance: Chance, opportunities: int, seats: int, ticks: int
    ) -> None:
        hourly = np.maximum(np.array(found.hourly), 0.02 / 24)
        usual = hourly[np.arange(ticks) * 24 // ticks]
        usual = usual / usual.sum()
        noise = math.log1p(max(found.day_dispersion, 0.0))
        busy = usual * np.exp(math.sqrt(noise) * chance.of("hours").normals(24)[np.arange(ticks) * 24 // ticks])
        spread = min(1.2, max(0.1, found.price_log_sd))
        price = np.exp(found.price_log_mean + spread * chance.of("price").normals(seats))
        size = opportunities / OPPORTUNITIES
        orders = size * min(MOST, max(FEWEST, found.orders_per_day_now / 4.0))
        target = COST_SHARE * price
        budget = orders * target * np.exp(0.5 * chance.of("budget").normals(seats))
        native = np.array(MIX)[chance.of("native").order(seats) % len(MIX)]
        super().__init__(family, chance, counts_of(busy / busy.sum(), opportunities), usual, budget, target, native)
        rank = 1.0 + chance.of("rank").order(seats)
        popularity = rank ** (-POPULAR * found.popularity_exponent)
        worth = popularity / price  # who pays more for an order sells to fewer people
        mean = orders * seats / (opportunities * float(self.exposure.sum())) * MEAN
        self.level: Floats = mean * worth / worth.mean()
        self.ready = gamma_quantile(min(20.0, max(0.3, found.purchase_shape)), PLACES)
        """Quantiles of a shopper's readiness, mean 1, as unequal as the shop's shoppers."""
        self._values = chance.of("values")

    def draw(self, tick: int) -> Draw:
        shape = (int(self.counts[tick]), self.seats)
        value, sigma, truth = (np.empty(shape, np.float32) for _ in range(3))
        _fill(self._values.of(tick).key, self.level, self.ready, OWN, DOUBT, value, sigma, truth)
        return Draw(value, sigma, truth)


@compiled
def _fill(
    key: np.uint64, level: Array, ready: Array, own: float, doubt: float, value: Array, sigma: Array, truth: Array
) -> None:
    places = ready.shape[0] - 1
    for row in range(value.shape[0]):
        shopper = fold(key, row)
        at = float(mix(shopper) >> np.uint64(11)) * (1.0 / 9007199254740992.0) * places
        place = int(at)
        here = ready[place] + (at - place) * (ready[place + 1] - ready[place])
        pairs, errors = fold(shopper, 1), fold(shopper, 2)
        for seat in range(value.shape[1]):
            p = min(1.0, here * level[seat] * math.exp(own * normal(pairs, seat) - 0.5 * own * own))
            value[row, seat] = p
            sigma[row, seat] = doubt * p
            truth[row, seat] = min(1.0, p * math.exp(doubt * normal(errors, seat) - 0.5 * doubt * doubt))
