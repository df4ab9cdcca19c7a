"""What shoppers do, in compiled loops: come, scroll, click, order, send back, follow, tire, leave."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from magnetar.kernel.chance import exponential, fold, mix, uniform
from magnetar.kernel.compiled import Array, compiled, inlined
from magnetar.twin.bazaar.population import DIMENSIONS, Truth

PENDING = 1 << 15
"""Room for orders and returns under way."""
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
_ORDERED, _RETURNED = 0, 1


class State(NamedTuple):
    """What changes as the days pass."""

    seen: Array
    """(shoppers, items) uint8, views of each item by each shopper, fading daily."""
    need: Array
    """(shoppers, categories), appetite for a category in [0, 1]: falls with a purchase and recovers."""
    purse: Array
    """(shoppers,), spent lately, currency units, fading daily."""
    loyalty: Array
    """(shoppers,), factor on coming back; falls with dull pages and rises with good ones."""
    follows: Array
    """(shoppers, merchants) bool."""


class Pending(NamedTuple):
    """Orders that are about to be placed and goods that are about to come back."""

    kind: Array
    due: Array
    clicked: Array
    request: Array
    shopper: Array
    scene: Array
    item: Array
    group: Array
    quantity: Array
    value: Array
    count: Array
    """(1,), how many rows are in use."""


@inlined
def _logistic(utility: float) -> float:
    return 1.0 / (1.0 + math.exp(-utility))


@compiled
def come(
    luck: np.uint64,
    tick: int,
    rate: float,
    activity: Array,
    loyalty: Array,
    scene_edges: Array,
    leaning: Array,
    need: Array,
    start: int,
    length: int,
    shopper: Array,
    scene: Array,
    wanted: Array,
    request: Array,
    at: Array,
) -> int:
    """Who opens pages in a tick; returns how many. `rate` is mean sessions per unit of activity."""
    count = 0
    categories = leaning.shape[1]
    for person in range(activity.shape[0]):
        mine = fold(fold(luck, person), tick)
        if uniform(mine, 0) >= 1.0 - math.exp(-rate * activity[person] * loyalty[person]):
            continue
        pages = 1 + int(exponential(mine, 1) / 0.62)  # about 2 pages more on average
        moment = start + int(uniform(mine, 2) * length)
        for page in range(min(pages, 12)):
            if count == shopper.shape[0]:
                return count
            where = 0
            draw = uniform(mine, 10 + page)
            while where < 3 and draw >= scene_edges[where]:
                where += 1
            shopper[count], scene[count] = person, where
            wanted[count] = -1
            if where == 2:  # a search follows leaning and need
                best = -1e300
                for category in range(categories):
                    gumbel = -math.log(1e-12 - math.log(1e-12 + uniform(mine, 100 + page * 64 + category)))
                    score = leaning[person, category] + math.log(0.05 + need[person, category]) + gumbel
                    if score > best:
                        best, wanted[count] = score, category
            request[count] = mix(mine ^ np.uint64(1000 + page))
            at[count] = moment + page * 20_000_000
            count += 1
    return count


@compiled
def shop(
    luck: np.uint64,
    request: Array,
    shopper: Array,
    scene: Array,
    at: Array,
    item: Array,
    group: Array,
    truth: Truth,
    state: State,
    merchant: Array,
    category: Array,
    price: Array,
    click_base: Array,
    order_base: Array,
    weights: Array,
    promotion: float,
    coupon: float,
    depth: Array,
    clicks: Array,
    pending: Pending,
) -> int:
    """Scroll, click and decide to buy on every page; returns the number of clicks.

    `weights`: taste in clicks, taste in orders, wear, quantity tail, order delay (µs). `clicks` is
    (room, 2): page and position. Draws are keyed by page and item, so that the same item shown to
    the same shopper on the same page meets the same luck in every arm, wherever it stands.
    """
    taste_weight, liking_weight, wear, tail, delay = weights[0], weights[1], weights[2], weights[3], weights[4]
    clicked = 0
    for page in range(request.shape[0]):
        person, where = shopper[page], scene[page]
        mine = fold(luck, request[page])
        patience = 0.905 if where < 2 else 0.86
        looks = 1 + int(math.log(1.0 - uniform(mine, 1)) / math.log(patience))
        looks = min(looks, item.shape[1])
        depth[page] = looks
        pleased = 0
        for position in range(looks):
            what = item[page, position]
            if what < 0:
                depth[page] = position
                break
            match = 0.0
            for axis in range(DIMENSIONS):
                match += truth.taste[person, axis] * truth.vector[what, axis]
            views = state.seen[person, what]
            if views < 255:
                state.seen[person, what] = views + 1
            seller = merchant[what]
            followed = seller >= 0 and state.follows[person, seller]
            utility = click_base[where] + taste_weight * match + truth.appeal[what]
            utility -= wear * math.log2(1.0 + views)
            if followed:
                utility += 0.6
            chance = fold(mine, what)
            if uniform(chance, 1) >= _logistic(utility):
                continue
            pleased += 1
            if clicked < clicks.shape[0]:
                clicks[clicked, 0], clicks[clicked, 1] = page, position
                clicked += 1
            if price[what] <= 0.0:
                continue
            kind = category[what]
            appetite = state.need[person, kind]
            utility = order_base[where] + liking_weight * match + truth.quality[what] + promotion
            utility -= truth.sensitivity[person] * (truth.log_price[what] + math.log(1.0 - coupon))
            utility += 1.2 * math.log(0.02 + appetite) - state.purse[person] / truth.wallet[person]
            if followed:
                utility += 0.4
            if uniform(chance, 2) >= _logistic(utility):
                continue
            pieces = min(int((1.0 - uniform(chance, 3)) ** (-1.0 / tail)), 30)
            paid = price[what] * (1.0 - coupon) * pieces
            state.need[person, kind] = appetite * 0.25
            state.purse[person] += paid
            if seller >= 0 and uniform(chance, 4) < 0.15:
                state.follows[person, seller] = True
            row = pending.count[0]
            if row >= pending.kind.shape[0]:
                continue
            pending.kind[row] = _ORDERED
            pending.clicked[row] = at[page]
            pending.due[row] = at[page] + int(delay * exponential(chance, 5))
            pending.request[row], pending.shopper[row], pending.scene[row] = request[page], person, where
            pending.item[row], pending.group[row] = what, group[page, position]
            pending.quantity[row], pending.value[row] = pieces, round(paid * 100.0) * 10_000  # whole cents
            pending.count[0] = row + 1
        loyalty = state.loyalty[person]
        state.loyalty[person] = min(1.3, max(0.3, loyalty + 0.02 * (pleased - 0.45)))
    return clicked


@compiled
def deliver(luck: np.uint64, until: int, returns: Array, pending: Pending, out: Pending) -> None:
    """Move what falls due before a moment to `out`; an order that will come back stays on as a return."""
    kept, moved = 0, 0
    for row in range(pending.count[0]):
        due = pending.due[row] < until and moved < out.kind.shape[0]
        if due:
            out.kind[moved] = pending.kind[row]
            out.due[moved], out.clicked[moved] = pending.due[row], pending.clicked[row]
            out.request[moved], out.shopper[moved] = pending.request[row], pending.shopper[row]
            out.scene[moved], out.item[moved], out.group[moved] = (
                pending.scene[row],
                pending.item[row],
                pending.group[row],
            )
            out.quantity[moved], out.value[moved] = pending.quantity[row], pending.value[row]
            moved += 1
            if pending.kind[row] == _RETURNED:
                continue
            mine = fold(fold(luck, pending.request[row]), pending.item[row])
            if uniform(mine, 7) >= returns[pending.item[row]]:
                continue
            pending.kind[row] = _RETURNED
            pending.due[row] += int(_DAY * (0.8 + 2.5 * uniform(mine, 8)))
        pending.kind[kept], pending.due[kept], pending.clicked[kept] = (
            pending.kind[row],
            pending.due[row],
            pending.clicked[row],
        )
        pending.request[kept], pending.shopper[kept] = pending.request[row], pending.shopper[row]
        pending.scene[kept], pending.item[kept], pending.group[kept] = (
            pending.scene[row],
            pending.item[row],
            pending.group[row],
        )
        pending.quantity[kept], pending.value[kept] = pending.quantity[row], pending.value[row]
        kept += 1
    pending.count[0], out.count[0] = kept, moved


@compiled
def sleep(state: State, recovery: float) -> None:
    """A night passes: wear, spending and satisfaction fade; needs return."""
    for person in range(state.purse.shape[0]):
        state.purse[person] *= 0.75
        state.loyalty[person] += 0.1 * (1.0 - state.loyalty[person])
        for kind in range(state.need.shape[1]):
            state.need[person, kind] += recovery * (1.0 - state.need[person, kind])
        for item in range(state.seen.shape[1]):
            state.seen[person, item] -= state.seen[person, item] >> 2
