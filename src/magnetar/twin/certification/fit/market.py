"""The fitted twin as a market: one draw of what the log leaves open, lived through with the platform's own code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.shoppers import Clicked, Ordered, Returned, Served
from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.chance import Chance, fold, uniform
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.certification.fit.comings import replay
from magnetar.twin.certification.fit.evidence import TICK, TICKS_PER_DAY
from magnetar.twin.certification.fit.habits import Owners
from magnetar.twin.certification.fit.level import Level
from magnetar.twin.certification.fit.likeness import BANDS, Baskets, Likeness
from magnetar.twin.certification.fit.signs import (
    COMPANY,
    PAID,
    Past,
    asked_cell,
    crowd_cell,
    heat_cell,
    lately_cell,
    night,
    place_cell,
    rest_cell,
    view_cell,
)
from magnetar.twin.world import ChangeBid, OwnResults, Responses
from magnetar.vocabulary.campaigns import AdGroup, Campaign

_SURE = 0.9
"""Largest rate of a click or an order."""
_OWN = 4.0
"""Orders of all shoppers that weigh as much as the shopper's own when pieces are drawn."""


class Clicking(NamedTuple):
    """One draw of the click rate's factors."""

    place: Array
    item: Array
    shopper: Array
    match: Array
    views: Array
    asked: Array
    heat: Array
    hour: Array
    company: Array
    crowd: Array


class Ordering(NamedTuple):
    """One draw of the order rate's factors."""

    place: Array
    item: Array
    shopper: Array
    band: Array
    rest: Array
    heat: Array
    asked: Array
    lately: Array
    fond: Array


class LikelyMarket:
    """Shoppers and sellers as one run of the fitted twin has them; the ticks go on where the log ended."""

    def __init__(self, likeness: Likeness, shelf: Shelf, run: Chance, ahead: int) -> None:
        self.shelf = shelf
        self.shoppers = likeness.shoppers
        self.rivals: Sequence[tuple[Campaign, Sequence[AdGroup]]] = ()
        """None are added: whoever advertises is on the platform's roster already."""
        self._likeness, self._chance = likeness, run.of("luck")
        self._first = likeness.evidence.days * TICKS_PER_DAY
        clicks, orders = likeness.clicks, likeness.orders
        self._clicking = Clicking(*(clicks[name].draw(run.of("click", name)) for name in Clicking._fields))
        self._ordering = Ordering(*(orders[name].draw(run.of("order", name)) for name in Ordering._fields))
        self._clicks_today = clicks["item"].days(run.of("click days"), ahead, self._clicking.item)
        self._orders_today = orders["item"].days(run.of("order days"), ahead, self._ordering.item)
        self._click_level = _levels(likeness.click_level, run.of("click level"))
        self._order_level = _levels(likeness.order_level, run.of("order level"))
        self._past = Past(*(column.copy() for column in likeness.past))
        self._owners = Owners(likeness.habits, run.of("owners"))
        self._days = [self._by_time(page, request) for page, request in replay(likeness.comings, ahead, run.of("come"))]
        self._now = np.zeros(0, np.int64)
        self._pending = _Pending(self._still_open(run.of("open")))

    def _by_time(
        self, page: NDArray[np.int64], request: NDArray[np.uint64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]]:
        """A day's pages in arrival order, with where each half-hour begins."""
        evidence = self._likeness.evidence
        moment = evidence.tick[page] % TICKS_PER_DAY
        order = np.lexsort((evidence.at[page], moment))
        first = np.searchsorted(moment[order], np.arange(TICKS_PER_DAY + 1))
        return first, page[order], request[order]

    def _still_open(self, chance: Chance) -> Array:
        """Orders of clicks before the log ended: (orders, 8) as `_Pending` keeps them."""
        likeness = self._likeness
        waiting, evidence, open = likeness.waiting, likeness.evidence, likeness.open
        rate = self._order_level[0, open.cells[-1] % PAID]
        for place, factors in enumerate(self._ordering):
            rate *= factors[open.cells[place]]
        rate = np.minimum(rate, _SURE)
        known = waiting.by(open.age)
        later = rate * (1.0 - known) / (1.0 - rate * known)
        row = np.flatnonzero(chance.of("order").uniforms(len(rate)) < later)
        draw = known[row] + (1.0 - known[row]) * chance.of("delay").uniforms(len(row))
        step = np.minimum(np.searchsorted(waiting.share, draw, side="right"), len(waiting.delay) - 1)
        page, position = open.page[row], open.position[row]
        item = evidence.item[page, position]
        quantity, ratio = _pieces(likeness.baskets, evidence.shopper[page], chance.of("pieces"))
        moment = evidence.moment[page]
        return np.column_stack(
            [
                np.maximum(moment + waiting.delay[step], evidence.end),
                moment,
                evidence.shopper[page],
                evidence.scene[page],
                item,
                evidence.group[page, position],
                np.round(self.shelf.arrays.price[item] * quantity * ratio * 1e6),
                quantity,
            ]
        ).astype(np.int64)

    def requests(self, tick: int) -> PageRequests:
        day, moment = divmod(tick - self._first, TICKS_PER_DAY)
        if moment == 0:
            night(self._past)
        first, page, request = self._days[day]
        here = slice(int(first[moment]), int(first[moment + 1]))
        self._now = page[here]
        evidence = self._likeness.evidence
        start = evidence.start + tick * TICK
        return PageRequests(
            start + evidence.at[self._now],
            request[here],
            evidence.shopper[self._now],
            evidence.scene[self._now],
            evidence.wanted[self._now],
        )

    def respond(self, tick: int, pages: Served) -> Responses:
        evidence, arrays = self._likeness.evidence, self.shelf.arrays
        day = (tick - self._first) // TICKS_PER_DAY
        depth = evidence.depth[self._now].copy()
        wanted, at = evidence.wanted[self._now], evidence.start + tick * TICK + evidence.at[self._now]
        clicks, sold = np.empty((depth.sum(), 2), np.int64), np.empty((depth.sum(), 2), np.int64)
        clicked, ordered = behave(
            self._chance.key,
            tick,
            pages.request,
            pages.shopper,
            pages.scene,
            wanted,
            pages.item,
            pages.group,
            pages.click_rate,
            arrays.category,
            arrays.band,
            arrays.price,
            self._clicking._replace(item=self._clicks_today[day]),
            self._ordering._replace(item=self._orders_today[day]),
            self._likeness.fond,
            self._click_level[day],
            self._order_level[day],
            self._past,
            depth,
            clicks,
            sold,
        )
        self._take(pages, at, sold[:ordered], self._chance.of("orders", tick))
        page, position = clicks[:clicked].T
        return Responses(
            depth=depth,
            clicked=Clicked(
                at=at[page],
                request=pages.request[page],
                position=position,
                shopper=pages.shopper[page],
                scene=pages.scene[page],
                item=pages.item[page, position],
                group=pages.group[page, position],
            ),
            ordered=self._pending.due(evidence.start + (tick + 1) * TICK),
            returned=_NOTHING_BACK,
        )

    def _take(self, pages: Served, at: Array, sold: Array, chance: Chance) -> None:
        """Orders that will be placed when their time has come; `sold` is (orders, 2), page and position."""
        page, position = sold.T
        if not len(page):
            return
        waiting = self._likeness.waiting
        step = np.searchsorted(waiting.share, chance.of("delay").uniforms(len(page)), side="right")
        item, shopper = pages.item[page, position], pages.shopper[page]
        quantity, ratio = _pieces(self._likeness.baskets, shopper, chance.of("pieces"))
        self._pending.add(
            np.column_stack(
                [
                    at[page] + waiting.delay[np.minimum(step, len(waiting.delay) - 1)],
                    at[page],
                    shopper,
                    pages.scene[page],
                    item,
                    pages.group[page, position],
                    np.round(self.shelf.arrays.price[item] * quantity * ratio * 1e6),
                    quantity,
                ]
            ).astype(np.int64),
            pages.request[page],
        )

    def manage(self, tick: int, results: Callable[[], Sequence[OwnResults]], change: ChangeBid) -> None:
        for group, factor in self._owners.act(tick):
            change(group, factor)


_NOTHING_BACK = Returned(
    at=np.zeros(0, np.int64),
    request=np.zeros(0, np.uint64),
    shopper=np.zeros(0, np.int64),
    item=np.zeros(0, np.int64),
    group=np.zeros(0, np.int64),
    value=np.zeros(0, np.int64),
)
"""Returns change no decision and no forecast made here."""


class _Pending:
    """Orders under way: due, clicked, shopper, scene, item, group, value, quantity; and their requests."""

    def __init__(self, rows: Array) -> None:
        self._rows = rows
        self._request = np.zeros(len(rows), np.uint64)

    def add(self, rows: Array, request: Array) -> None:
        self._rows = np.vstack([self._rows, rows])
        self._request = np.append(self._request, request)

    def due(self, end: int) -> Ordered:
        """Those placed before a moment; they leave."""
        now = self._rows[:, 0] < end
        rows, request = self._rows[now], self._request[now]
        self._rows, self._request = self._rows[~now], self._request[~now]
        return Ordered(
            at=rows[:, 0],
            clicked_at=rows[:, 1],
            request=request,
            shopper=rows[:, 2],
            scene=rows[:, 3],
            item=rows[:, 4],
            group=rows[:, 5],
            quantity=rows[:, 7],
            value=rows[:, 6],
        )


def _levels(levels: Sequence[Level], chance: Chance) -> Array:
    """(days ahead, natural and paid), one draw."""
    return np.exp(np.column_stack([level.draw(chance.of(one)) for one, level in enumerate(levels)]))


def _pieces(baskets: Baskets, shopper: Array, chance: Chance) -> tuple[Array, Array]:
    """Pieces and price ratios: those of a past order, the shopper's own by the weight of how many there are."""
    count = len(baskets.quantity)
    if not count:
        return np.ones(len(shopper), np.int64), np.ones(len(shopper))
    own = baskets.first[shopper + 1] - baskets.first[shopper]
    mine = chance.of("own").uniforms(len(shopper)) < own / (own + _OWN)
    draw = chance.of("which").uniforms(len(shopper))
    row = np.where(mine, baskets.first[shopper] + (draw * own).astype(np.int64), (draw * count).astype(np.int64))
    return baskets.quantity[row], baskets.ratio[row]


@compiled
def behave(
    luck: np.uint64,
    tick: int,
    request: Array,
    shopper: Array,
    scene: Array,
    wanted: Array,
    item: Array,
    group: Array,
    told: Array,
    category: Array,
    band: Array,
    price: Array,
    clicking: Clicking,
    ordering: Ordering,
    fond: Array,
    click_level: Array,
    order_level: Array,
    past: Past,
    depth: Array,
    clicks: Array,
    sold: Array,
) -> tuple[int, int]:
    """What shoppers do with their pages, by the drawn factors; returns how many clicks and orders.

    `depth` comes in as how far each would scroll and leaves as how far there was something.
    `clicks` and `sold` are (room, 2): page and position.
    """
    categories = past.clicked.shape[1]
    hour = clicking.hour[tick % 48 // 6]
    counts = np.zeros(categories, np.int64)
    clicked, ordered = 0, 0
    for page in range(request.shape[0]):
        who, where = shopper[page], scene[page]
        mine = fold(luck, request[page])
        counts[:] = 0
        whole = 0.0
        for position in range(depth[page]):
            if item[page, position] < 0:
                depth[page] = position
                break
            counts[category[item[page, position]]] += 1
            whole += told[page, position]
        for position in range(depth[page]):
            what = item[page, position]
            kind = category[what]
            paid = 1 if group[page, position] >= 0 else 0
            asked = asked_cell(wanted[page], kind)
            heat = heat_cell(tick - past.clicked[who, kind])
            rate = clicking.place[place_cell(where, paid, position)] * clicking.item[what] * clicking.shopper[who]
            rate *= clicking.match[who * categories + kind] * clicking.views[view_cell(past.views[who, what])]
            rate *= clicking.asked[asked] * clicking.heat[heat] * hour * click_level[paid]
            rate *= clicking.company[min(counts[kind] - 1, COMPANY - 1)]
            rate *= clicking.crowd[crowd_cell(whole - told[page, position])]
            if past.views[who, what] < 255:
                past.views[who, what] += 1
            chance = fold(mine, what)
            if uniform(chance, 1) >= min(rate, _SURE):
                continue
            clicks[clicked, 0], clicks[clicked, 1] = page, position
            clicked += 1
            if price[what] <= 0.0:
                continue
            rate = ordering.place[where * PAID + paid] * ordering.item[what] * ordering.shopper[who] * order_level[paid]
            rate *= ordering.band[who * BANDS + band[what]] * ordering.rest[rest_cell(tick, past.ordered[who, kind])]
            rate *= ordering.heat[heat] * ordering.asked[asked] * ordering.lately[lately_cell(tick, past.orders[who])]
            rate *= ordering.fond[fond[who * categories + kind]]
            if uniform(chance, 2) < min(rate, _SURE):
                sold[ordered, 0], sold[ordered, 1] = page, position
                ordered += 1
        for row in range(clicked - 1, -1, -1):  # what a page did counts from the next page on
            if clicks[row, 0] != page:
                break
            past.clicked[who, category[item[page, clicks[row, 1]]]] = tick
        for row in range(ordered - 1, -1, -1):
            if sold[row, 0] != page:
                break
            past.ordered[who, category[item[page, sold[row, 1]]]] = tick
            past.orders[who] += 1.0
    return clicked, ordered
