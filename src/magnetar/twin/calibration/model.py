"""The fitted shop: everything the simulation needs, learnt from a log that ends at one day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Chance, Floats
from magnetar.twin.calibration.assortment import Assortment, assortment_of
from magnetar.twin.calibration.baskets import NEWCOMER, Kinds, Pools, kinds_of, pools_of
from magnetar.twin.calibration.columns import OrderLog, Orders, orders_of, per_day
from magnetar.twin.calibration.giving_back import Fates, fates_of
from magnetar.twin.calibration.loyalty import (
    Histories,
    arrivals_ahead,
    expected_rate,
    fit_loyalty,
    fit_newcomers,
    histories,
    still_here,
)
from magnetar.twin.calibration.rhythm import Rhythm, clock, fit_rhythm, fit_size, paths
from magnetar.twin.calibration.simulate import Past, People, Weeks, empty_weeks, run_weeks
from magnetar.twin.calibration.wave import Wave, level
from magnetar.twin.calibration.wave import paths as log_paths

LINE_BUDGET = 40_000_000
"""Simulated lines at most; larger shops get fewer runs, but at least `FEWEST`."""
FEWEST = 40


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as learnt from its log."""

    log: OrderLog
    orders: Orders
    first: int
    """First day of the log, days since 1970-01-01."""
    end: int
    """The day after the last one read."""
    horizon: int
    """Days ahead it was prepared for."""
    rhythm: Rhythm
    worth: Wave
    """Drift of the log of order value."""
    bulk: Wave
    """Drift of the log of pieces in an order."""
    known: Histories
    loyalty: Floats
    """(4,), r, alpha, a, b of `loyalty.fit_loyalty`."""
    newcomers: Floats
    """(4,), the same of true newcomers."""
    kinds: Kinds
    pools: Pools
    fates: Fates
    shelf: Assortment

    @property
    def people(self) -> People:
        """The shoppers as the simulation reads them."""
        whole = float(expected_rate(self.known, self.loyalty).sum())
        share = self.kinds.newcomers
        arrivals = whole * share / max(1.0 - share, 1e-6) if whole > 0 else 1.0
        time = clock(self.rhythm)
        fresh = per_day(self.orders.day[self.kinds.kind == NEWCOMER], None, self.first, self.end)
        ahead = time[-1] + (time[-1] - time[max(len(time) - 57, 0)]) / min(56, len(time)) * np.arange(self.horizon)
        decline = arrivals_ahead(fresh, time, self.loyalty, ahead) if fresh.any() else np.ones(self.horizon)
        guests = self.kinds.guests if len(self.known.shopper) else 1.0
        return People(
            still_here(self.known, self.loyalty),
            self.known.repeats,
            self.known.age,
            self.loyalty,
            self.newcomers,
            arrivals * decline,
            guests,
        )


def fit_shop(log: OrderLog, end: int, horizon: int) -> Shop:
    """Learn a shop from the lines before day `end`, ready to look `horizon` days ahead."""
    log = log.between(int(log.day[0]), end)
    orders = orders_of(log)
    first = int(orders.day.min())
    rhythm = fit_rhythm(per_day(orders.day, None, first, end), (first + 3) % 7)
    time = clock(rhythm)
    known = histories(orders.shopper, orders.day - first, time)
    loyalty = fit_loyalty(known)
    kinds = kinds_of(orders, end)
    return Shop(
        log=log,
        orders=orders,
        first=first,
        end=end,
        horizon=horizon,
        rhythm=rhythm,
        worth=fit_size(orders, orders.value, first, end),
        bulk=fit_size(orders, orders.pieces.astype(float), first, end),
        known=known,
        loyalty=loyalty,
        newcomers=fit_newcomers(known, float(time[-1]), loyalty),
        kinds=kinds,
        pools=pools_of(orders, kinds, known.shopper, end),
        fates=fates_of(log, orders, end),
        shelf=assortment_of(log, orders, end, horizon),
    )


def simulate(shop: Shop, runs: int, seed: int) -> Weeks:
    """Play the days after the log.

    Args:
        shop: as fitted; its horizon is played.
        runs: wanted; a large shop gets fewer (`LINE_BUDGET`).
        seed: of every draw.
    """
    # The key goes in as 64 unsigned bits: as a plain int, numba reads it by the type of the first one it met.
    chance = Chance(seed).of("calibrate")
    mean_lines = float(shop.orders.lines.mean())
    levels = paths(shop.rhythm, shop.horizon, runs, chance.of("rhythm"))
    work = float(np.median(levels.sum(axis=1))) * mean_lines
    fewer = int(np.clip(LINE_BUDGET / max(work, 1.0), min(FEWEST, runs), runs))
    levels = levels[:fewer]
    new = int(np.ceil(shop.shelf.arrivals_per_day * shop.horizon))
    out = empty_weeks(fewer, shop.horizon, shop.shelf.products + new)
    # Past orders are brought to the level 0 of their drift, and drawn ones to the level of their day.
    then, days = shop.orders.day - shop.first, np.arange(shop.rhythm.days)
    value = shop.orders.value / np.exp(level(shop.worth, days)[0])[then]
    pieces = shop.orders.pieces / np.exp(level(shop.bulk, days)[0])[then]
    value_level = np.exp(log_paths(shop.worth, shop.rhythm.days, shop.horizon, fewer, chance.of("worth")))
    pieces_level = np.exp(log_paths(shop.bulk, shop.rhythm.days, shop.horizon, fewer, chance.of("bulk")))
    past = Past(shop.orders.lines, pieces, value, shop.orders.value, shop.orders.start, shop.orders.line_quantity)
    run_weeks(
        chance.of("weeks").key,
        levels,
        value_level,
        pieces_level,
        shop.rhythm.dispersion,
        shop.people,
        past,
        shop.pools,
        shop.fates,
        shop.shelf,
        out,
    )
    return out
