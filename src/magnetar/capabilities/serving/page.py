"""One page after another: retrieve, predict, bid, auction, blend; the hot loop of the product.

Rows are in arrival order. Everything read is a snapshot of the tick's start, except the budget
leases and the frequency caps, which the scan draws down as it goes. So a batch gives exactly what
the same rows give one at a time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magnetar.capabilities.auction import insert_ranked, slot_price
from magnetar.capabilities.forecast import bin_of
from magnetar.capabilities.measurement import GHOST, Splits, kept_from
from magnetar.capabilities.serving.candidates import Pools, Value
from magnetar.capabilities.serving.reasons import Reason
from magnetar.capabilities.shoppers import POSITIONS
from magnetar.capabilities.understanding import ShelfArrays, predict
from magnetar.kernel.chance import fold, uniform
from magnetar.kernel.compiled import Array, compiled, inlined

ORGANIC_CANDIDATES = 32
PAID_CANDIDATES = 18
PAID_SLOTS = 3
PAID_POSITIONS = (1, 4, 8)
"""Where paid impressions may stand; never the first position."""
FIRST_TRIED = 12
"""Paid candidates taken from the top of the list; the others are drawn from the rest of it."""

_LISTS = 4
_EACH = ORGANIC_CANDIDATES // _LISTS
_MICROS = 1e6
_RELEVANT, _EXPLORED, _SEARCHED = int(Reason.RELEVANT), int(Reason.EXPLORED), int(Reason.SEARCHED)
_PAID = int(Reason.PAID)
_FIRST_AD, _SECOND_AD, _THIRD_AD = PAID_POSITIONS


class Snapshot(NamedTuple):
    """What every row of a tick reads: rates, lists, ad groups."""

    shelf: ShelfArrays
    pools: Pools
    value: Value
    click_context: Array
    click_item: Array
    click_match: Array
    order_context: Array
    order_item: Array
    order_match: Array
    group_item: Array
    group_campaign: Array
    group_merchant: Array
    group_split: Array
    """(groups,), the experiment that keeps shoppers from it, −1 where none does."""
    splits: Splits
    alpha: Array
    """(groups,), currency bid per expected result."""
    per_click: Array
    """(groups,), results per click where the goal counts other things than orders, else 0."""
    unit: Array
    """(groups,), currency per result that the price landscape is indexed in."""
    quota: Array
    """(groups,), least bid for an impression, currency units."""
    cap: Array
    incremental: Array
    reach: Array
    """(scenes, POSITIONS), share of pages on which a position comes on screen."""
    paid_reason: Array
    reserve: float
    rule: int
    explore: np.uint64
    """Key of the platform's own draws."""


class Drawn(NamedTuple):
    """What the scan draws down or adds to."""

    lease: Array
    """(campaigns,) micros left in this tick's leases."""
    shown: Array
    """(shoppers, groups) uint8, impressions today."""
    land_value: Array
    land_cost: Array


class Slates(NamedTuple):
    """The answer: (pages, POSITIONS) each."""

    item: Array
    group: Array
    charge: Array
    click_rate: Array
    order_rate: Array
    reason: Array
    ghost: Array
    """(1 + room, 4) int64: page, position, ad group and micros of what experiments withheld; the first number of the
    first row says how many follow. No room where no experiment runs."""


@inlined
def _insert(scores: Array, items: Array, filled: int, score: float, item: int) -> int:
    """Insert into a short descending list."""
    size = scores.shape[0]
    if filled == size:
        if score <= scores[size - 1]:
            return filled
        place = size - 1
    else:
        place = filled
        filled += 1
    while place > 0 and scores[place - 1] < score:
        scores[place] = scores[place - 1]
        items[place] = items[place - 1]
        place -= 1
    scores[place] = score
    items[place] = item
    return filled


@compiled
def fill_pages(
    shopper: Array, scene: Array, wanted: Array, request: Array, now: Snapshot, drawn: Drawn, out: Slates
) -> None:
    """Fill every page of a batch, in order."""
    shelf, pools, value = now.shelf, now.pools, now.value
    categories = pools.organic.shape[1]
    seen = np.full(shelf.price.shape[0], -1, np.int64)
    scores: Array
    bids: Array
    qualities: Array
    scores, items = np.empty(POSITIONS + PAID_SLOTS), np.empty(POSITIONS + PAID_SLOTS, np.int64)
    ranks = np.empty(PAID_SLOTS + 1)
    owners, entries = np.empty(PAID_SLOTS + 1, np.int64), np.empty(PAID_SLOTS + 1, np.int64)
    group_of = np.empty(PAID_CANDIDATES, np.int64)
    bids, qualities, worths = np.empty(PAID_CANDIDATES), np.empty(PAID_CANDIDATES), np.empty(PAID_CANDIDATES)
    clicks, orders = np.empty(PAID_CANDIDATES), np.empty(PAID_CANDIDATES)
    kept = np.zeros(PAID_CANDIDATES, np.bool_)
    for row in range(shopper.shape[0]):
        person, where, asked = shopper[row], scene[row], wanted[row]
        luck = fold(now.explore, request[row])
        click_base, order_base = now.click_context[where], now.order_context[where]

        # organic: a few strata of each of four lists, best first but not only the best
        filled = 0
        for part in range(_LISTS):
            if asked >= 0 and part < _LISTS - 1:
                category = asked
            elif part < pools.favourites.shape[1]:
                category = pools.favourites[person, part]
            else:
                category = int(uniform(luck, 900) * categories)
            size = pools.organic_size[where, category]
            start = uniform(luck, part)
            for stratum in range(_EACH):
                depth = (stratum + start) / _EACH
                if size <= _EACH:
                    if stratum >= size:
                        break
                    item = pools.organic[where, category, stratum]
                else:
                    item = pools.organic[where, category, int(size * depth * depth)]
                if seen[item] == row:
                    continue
                seen[item] = row
                rate = predict(click_base, now.click_item[item], now.click_match[person, category])
                price = shelf.price[item]
                worth = value.click
                if price > 0.0:
                    worth += (
                        value.take
                        * price
                        * predict(order_base, now.order_item[item], now.order_match[person, shelf.band[item]])
                    )
                jitter = 0.8 + 0.4 * uniform(luck, 1000 + item)
                filled = _insert(scores, items, filled, rate * worth * pools.boost[item] * jitter, item)

        # paid: the strongest for this segment, and a few of the rest for a chance
        segment = pools.favourites[person, 0] if asked < 0 else asked
        size = pools.paid_size[where, segment]
        count, standing, withheld = 0, 0, 0
        for turn in range(min(size, PAID_CANDIDATES)):
            place = turn
            if size > PAID_CANDIDATES and turn >= FIRST_TRIED:
                rest = size - FIRST_TRIED
                spread = PAID_CANDIDATES - FIRST_TRIED
                place = FIRST_TRIED + int(rest * (turn - FIRST_TRIED + uniform(luck, 2000 + turn)) / spread)
            group = pools.paid[where, segment, place]
            item = now.group_item[group]
            left = drawn.lease[now.group_campaign[group]]
            if left <= 0 or drawn.shown[person, group] >= now.cap[group]:
                continue
            split = now.group_split[group]
            kept[count] = split >= 0 and kept_from(now.splits, split, person)
            if kept[count] and now.splits.rule[split, GHOST] == 0.0:
                continue
            rate = predict(click_base, now.click_item[item], now.click_match[person, shelf.category[item]])
            order = now.per_click[group]
            if order <= 0.0:
                order = predict(order_base, now.order_item[item], now.order_match[person, shelf.band[item]])
            worth = rate * order
            if now.incremental[group]:
                # an item that the page shows anyway is worth only what a better place adds
                for place in range(min(filled, POSITIONS - PAID_SLOTS)):
                    if items[place] == item:
                        worth *= max(0.0, 1.0 - now.reach[where, place] / now.reach[where, _FIRST_AD])
                        break
            bid = max(now.alpha[group] * worth, now.quota[group])
            if bid < now.reserve or bid * _MICROS > left or worth <= 0.0:
                bid = 0.0
            group_of[count], bids[count], worths[count] = group, bid, worth
            clicks[count], orders[count] = rate, order
            qualities[count] = value.shopper * rate
            if bid > 0.0 and kept[count]:
                withheld += 1
            elif bid > 0.0:
                standing = insert_ranked(
                    ranks, owners, entries, standing, bid + qualities[count], now.group_merchant[group], count
                )
            count += 1

        # what each candidate would have needed to bid, for the price landscape
        for entry in range(count):
            if worths[entry] <= 0.0 or kept[entry]:
                continue
            winning = False
            for slot in range(min(standing, PAID_SLOTS)):
                winning = winning or entries[slot] == entry
            rival = PAID_SLOTS if winning else PAID_SLOTS - 1
            least = max(now.reserve, (ranks[rival] if rival < standing else 0.0) - qualities[entry])
            group = group_of[entry]
            column = bin_of(least / (worths[entry] * now.unit[group]))
            drawn.land_value[group, column] += worths[entry]
            drawn.land_cost[group, column] += least

        if withheld > 0:
            _withhold(row, person, count, kept, bids, qualities, group_of, now, drawn, out)

        # blend
        winners = min(standing, PAID_SLOTS)
        slot, organic = 0, 0
        for position in range(POSITIONS):
            if slot < winners and (position == _FIRST_AD or position == _SECOND_AD or position == _THIRD_AD):
                entry = entries[slot]
                group = group_of[entry]
                item = now.group_item[group]
                following = ranks[slot + 1] if slot + 1 < standing else 0.0
                price = slot_price(bids[entry], qualities[entry], following, now.reserve, now.rule)
                micros = int(price * _MICROS)  # rounded down: nobody pays above the bid
                campaign = now.group_campaign[group]
                slot += 1
                if micros <= drawn.lease[campaign]:
                    drawn.lease[campaign] -= micros
                    drawn.shown[person, group] += 1
                    out.item[row, position], out.group[row, position] = item, group
                    out.charge[row, position] = micros
                    out.click_rate[row, position], out.order_rate[row, position] = clicks[entry], orders[entry]
                    out.reason[row, position] = now.paid_reason[group]
                    continue
            item = -1
            while organic < filled and item < 0:
                item = items[organic]
                organic += 1
                for other in range(winners):
                    if now.group_item[group_of[entries[other]]] == item:
                        item = -1
                        break
            out.item[row, position], out.group[row, position], out.charge[row, position] = item, -1, 0
            if item < 0:
                out.click_rate[row, position], out.order_rate[row, position], out.reason[row, position] = 0.0, 0.0, 0
                continue
            category = shelf.category[item]
            out.click_rate[row, position] = predict(click_base, now.click_item[item], now.click_match[person, category])
            out.order_rate[row, position] = 0.0
            if shelf.price[item] > 0.0:
                out.order_rate[row, position] = predict(
                    order_base, now.order_item[item], now.order_match[person, shelf.band[item]]
                )
            if asked >= 0 and category == asked:
                out.reason[row, position] = _SEARCHED
            elif pools.boost[item] > 1.3:
                out.reason[row, position] = _EXPLORED
            else:
                out.reason[row, position] = _RELEVANT


@compiled
def _withhold(
    row: int,
    person: int,
    count: int,
    kept: Array,
    bids: Array,
    qualities: Array,
    group_of: Array,
    now: Snapshot,
    drawn: Drawn,
    out: Slates,
) -> None:
    """The auction once more with those whom experiments keep out: record which slots they would have won."""
    ranks = np.empty(PAID_SLOTS + 1)
    owners, entries = np.empty(PAID_SLOTS + 1, np.int64), np.empty(PAID_SLOTS + 1, np.int64)
    standing = 0
    for entry in range(count):
        if bids[entry] > 0.0:
            rank = bids[entry] + qualities[entry]
            standing = insert_ranked(ranks, owners, entries, standing, rank, now.group_merchant[group_of[entry]], entry)
    for slot in range(min(standing, PAID_SLOTS)):
        entry = entries[slot]
        if not kept[entry]:
            continue
        group = group_of[entry]
        following = ranks[slot + 1] if slot + 1 < standing else 0.0
        micros = int(slot_price(bids[entry], qualities[entry], following, now.reserve, now.rule) * _MICROS)
        if micros > drawn.lease[now.group_campaign[group]]:
            continue
        drawn.shown[person, group] += 1  # caps bind ghosts as they bind impressions
        place = out.ghost[0, 0] + 1
        out.ghost[place, 0], out.ghost[place, 1] = row, PAID_POSITIONS[slot]
        out.ghost[place, 2], out.ghost[place, 3] = group, micros
        out.ghost[0, 0] = place
