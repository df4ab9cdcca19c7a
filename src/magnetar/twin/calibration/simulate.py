"""The shop's next weeks, many times over: each order finds its buyer, its basket and its fate.

How many orders a day brings comes from the rhythm; who places them follows from everybody's purchase rate. For
Poisson processes that share one clock this split is exact: given the number of orders, each belongs to a
shopper with a chance in proportion to the shopper's rate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magnetar.kernel.chance import Floats, Ints, fold, uniform
from magnetar.kernel.compiled import compiled
from magnetar.twin.calibration.assortment import Assortment
from magnetar.twin.calibration.baskets import Pools
from magnetar.twin.calibration.draws import beta, gamma, pick, poisson
from magnetar.twin.calibration.giving_back import Fates

BINS = 512
"""Histogram bins; lines are counted one by one, pieces and values on a log scale (`log_bin`)."""


class People(NamedTuple):
    """The shoppers at the end of the log, as a kernel reads them."""

    here: Floats
    """(shoppers,), chance of not having left."""
    repeats: Ints
    age: Floats
    loyalty: Floats
    """(4,), r, alpha, a, b of the shoppers in the log."""
    newcomers: Floats
    """(4,), the same of those yet to come."""
    arrivals: Floats
    """(days,), rate at which newcomers order, in the unit of the shoppers' rates."""
    guests: float
    """Share of orders without a shopper."""


class Past(NamedTuple):
    """Past orders that baskets are drawn from; arrays are (orders,) or (orders + 1,) for `start`."""

    lines: Ints
    pieces: Floats
    """Without the drift of their time; times `pieces_level` they are pieces."""
    value: Floats
    """Without the drift of their time; times `value_level` it is currency units."""
    paid: Floats
    """Currency units, as it was."""
    start: Ints
    line_quantity: Ints


class Weeks(NamedTuple):
    """What the simulated weeks brought."""

    orders: Ints
    """(runs, days)."""
    gross: Floats
    """(runs, days), currency units."""
    returned: Floats
    """(runs, days), currency units given back on the day."""
    pieces: Ints
    """(runs, days)."""
    lines: Ints
    """(runs, BINS), orders by number of lines."""
    sizes: Ints
    """(runs, BINS), orders by pieces, on a log scale."""
    values: Ints
    """(runs, BINS), orders by value, on a log scale."""
    returns: Ints
    """(runs,), orders of which something came back."""
    known_buyers: Ints
    """(runs,), shoppers of the log who bought again."""
    new_buyers: Ints
    """(runs,), shoppers who bought for the first time."""
    known_orders: Ints
    """(runs,), orders of shoppers of the log."""
    named_orders: Ints
    """(runs,), orders of all shoppers but guests."""
    units: Ints
    """(runs, products + new products), pieces sold."""
    sold: Ints
    """(runs, products + new products), lines sold."""


@compiled
def log_bin(amount: float) -> int:
    """The histogram bin of an amount: 24 bins for each factor of e."""
    return min(int(24.0 * np.log1p(max(amount, 0.0))), BINS - 1)


@compiled
def _add(tree: Floats, place: int, weight: float) -> None:
    place += 1
    while place < len(tree):
        tree[place] += weight
        place += place & -place


@compiled
def _find(tree: Floats, target: float) -> int:
    """The shopper in whose part of the running sum the target falls (Fenwick 1994, SPE 24(3))."""
    place, step = 0, 1
    while step * 2 < len(tree):
        step *= 2
    while step > 0:
        if place + step < len(tree) and tree[place + step] <= target:
            place += step
            target -= tree[place]
        step //= 2
    return place


@compiled
def run_weeks(
    key: np.uint64,
    levels: Floats,
    value_level: Floats,
    pieces_level: Floats,
    dispersion: float,
    people: People,
    past: Past,
    pools: Pools,
    fates: Fates,
    shelf: Assortment,
    out: Weeks,
) -> None:
    """Simulate every run; `levels` (runs, days) are mean orders a day, the other
    levels scale what the orders hold, and the results go to `out`."""
    known = len(people.here)
    days = levels.shape[1]
    for run in range(levels.shape[0]):
        stream = fold(key, run)
        room = known + int(levels[run].sum() * 2.0) + 64
        tree = np.zeros(room + 1)
        leave = np.zeros(room)
        basket = np.full(room, -1)
        bought = np.zeros(known, np.bool_)
        rate = np.zeros(room)
        whole = 0.0
        at = fold(stream, 1)
        for who in range(known):
            mine = fold(at, who)
            if uniform(mine, 0) < people.here[who]:
                shape = people.loyalty[0] + people.repeats[who]
                rate[who] = gamma(fold(mine, 1), shape) / (people.loyalty[1] + people.age[who])
                leave[who] = beta(fold(mine, 2), people.loyalty[2], people.loyalty[3] + people.repeats[who] + 1.0)
                _add(tree, who, rate[who])
                whole += rate[who]
        # An order of the log meets what a mature one met after the same time: a first return, or a further one.
        at = fold(stream, 2)
        for row in range(len(fates.age)):
            same = fates.touched if fates.delay[row] >= 0 else fates.mature
            if len(same) == 0:
                continue
            other = same[int(uniform(at, row) * len(same))]
            seen = fates.age[row] + 1
            first, last = fates.delay[other] - seen, fates.last[other] - seen
            if fates.delay[row] < 0 and 0 <= first < days:
                out.returned[run, first] += fates.share[other] * past.paid[row]
                out.returns[run] += 1
            elif fates.delay[row] >= 0 and first < 0 and 0 <= last < days:
                out.returns[run] += 1
        count = known
        new_products = out.units.shape[1] - shelf.products
        appeal = np.zeros(new_products)
        at, running = fold(stream, 3), 0.0
        for place in range(new_products):
            running += shelf.new_weight[int(uniform(at, place) * len(shelf.new_weight))]
            appeal[place] = running
        for day in range(days):
            here = fold(fold(stream, 4), day)
            mean = levels[run, day]
            if mean <= 0.0:
                continue
            mean *= gamma(fold(here, 1), 1.0 / dispersion) * dispersion
            orders = poisson(fold(here, 2), mean)
            out.orders[run, day] = orders
            fresh_share = min(shelf.new_per_day * (day + 0.5), 0.9)
            on_sale = min(new_products, int(np.ceil(shelf.arrivals_per_day * (day + 1.0))))
            if on_sale == 0:
                fresh_share = 0.0
            for number in range(orders):
                mine = fold(fold(here, 3), number)
                # The buyer.
                buyer, kind = -1, 0
                if uniform(mine, 0) >= people.guests:
                    out.named_orders[run] += 1
                    target = uniform(mine, 1) * (people.arrivals[day] + whole)
                    if target < people.arrivals[day] or whole <= 1e-12:
                        kind = 1
                        if count < room:
                            buyer = count
                            count += 1
                            rate[buyer] = gamma(fold(mine, 10), people.newcomers[0]) / people.newcomers[1]
                            leave[buyer] = beta(fold(mine, 11), people.newcomers[2], people.newcomers[3])
                            _add(tree, buyer, rate[buyer])
                            whole += rate[buyer]
                        out.new_buyers[run] += 1
                    else:
                        kind = 2
                        buyer = min(_find(tree, target - people.arrivals[day]), count - 1)
                        if buyer < known:
                            out.known_orders[run] += 1
                            if not bought[buyer]:
                                bought[buyer] = True
                                out.known_buyers[run] += 1
                    if buyer >= 0 and rate[buyer] > 0.0 and uniform(mine, 2) < leave[buyer]:
                        _add(tree, buyer, -rate[buyer])
                        whole = max(whole - rate[buyer], 0.0)
                        rate[buyer] = 0.0
                # The basket.
                row = -1
                if kind == 2:
                    own = 0
                    if buyer < known:
                        own = pools.own_start[buyer + 1] - pools.own_start[buyer]
                    elif basket[buyer] >= 0:
                        own = 1
                    if uniform(mine, 3) * (own + pools.concentration) < own:
                        if buyer < known:
                            row = pools.own_rows[pools.own_start[buyer] + int(uniform(mine, 4) * own)]
                        else:
                            row = basket[buyer]
                if row < 0:
                    row = pools.rows[pick(pools.cumulative, pools.begins[kind], pools.ends[kind], uniform(mine, 4))]
                if buyer >= 0:
                    basket[buyer] = row
                value = past.value[row] * value_level[run, day]
                pieces = max(int(past.pieces[row] * pieces_level[run, day] + 0.5), 1)
                out.gross[run, day] += value
                out.pieces[run, day] += pieces
                out.lines[run, min(past.lines[row], BINS - 1)] += 1
                out.sizes[run, log_bin(pieces)] += 1
                out.values[run, log_bin(value)] += 1
                # What comes back.
                fate, worth = row, value
                if fates.age[row] < fates.patience and len(fates.mature) > 0:
                    fate = fates.mature[int(uniform(mine, 5) * len(fates.mature))]
                if fates.delay[fate] >= 0 and day + fates.delay[fate] < days:
                    out.returned[run, day + fates.delay[fate]] += fates.share[fate] * worth
                    out.returns[run] += 1
                if uniform(mine, 6) < fates.stray_rate:
                    out.returned[run, day] += fates.stray_value[int(uniform(mine, 7) * len(fates.stray_value))]
                # The products.
                for place in range(past.start[row], past.start[row + 1]):
                    line = fold(fold(mine, 8), place)
                    quantity = past.line_quantity[place]
                    if uniform(line, 0) < fresh_share:
                        product = shelf.products + pick(appeal, 0, on_sale, uniform(line, 1))
                    else:
                        size = np.searchsorted(shelf.edges, quantity, side="right")
                        drawn = pick(shelf.cumulative, shelf.begins[size], shelf.ends[size], uniform(line, 1))
                        product = shelf.product[drawn]
                    out.units[run, product] += quantity
                    out.sold[run, product] += 1


def empty_weeks(runs: int, days: int, products: int) -> Weeks:
    """Room for the results."""

    def table(width: int) -> Ints:
        return np.zeros((runs, width), np.int64)

    def row() -> Ints:
        return np.zeros(runs, np.int64)

    return Weeks(
        table(days),
        np.zeros((runs, days)),
        np.zeros((runs, days)),
        table(days),
        table(BINS),
        table(BINS),
        table(BINS),
        row(),
        row(),
        row(),
        row(),
        row(),
        table(products),
        table(products),
    )
