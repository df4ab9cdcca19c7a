"""What shoppers do, in compiled loops: come, scroll, click, order, send back, follow, tire, leave.

A night passes for a shopper when they are next met, so that the days of those who stay away cost nothing.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from magnetar.kernel.chance import exponential, fold, mix, uniform, unit
from magnetar.kernel.compiled import Array, compiled, inlined
from magnetar.kernel.fetching import fetch, fetch_line
from magnetar.twin.bazaar.population import (
    APPEAL,
    CAME,
    CATEGORY,
    DIMENSIONS,
    ERRAND,
    FOLLOWS,
    KIND,
    LEADS_TO,
    LOG_PRICE,
    LOYALTY,
    MERCHANT,
    NIGHT,
    PURSE,
    QUALITY,
    RETURNS,
    SENSITIVITY,
    TASTE,
    VECTOR,
    WALLET,
    People,
    Truth,
)

MOST_LOYAL, LEAST_LOYAL = 1.3, 0.3
MOST_PAGES = 12
"""In one visit."""
RECOVERY = 0.18
"""Share of an appetite that comes back in a night."""
FORGOTTEN = 3
"""Nights after which what somebody was out for is forgotten."""
_SINCE = 4096
"""Kinds are smaller; the night on which an errand began is written above."""
AHEAD = 12
"""Pages in advance of which memory is asked for a shopper."""
_STEP_US = 20_000_000
"""From one page of a visit to the next."""
_DAY = 24 * 3_600_000_000
_ORDERED, _RETURNED = 0, 1
PATIENCE = (0.905, 0.86)
"""Probability of looking at one more position: feed and live, search and mall."""
_LOG2 = np.log2(1.0 + np.arange(256.0))
_EDGE = 16.0
_CURVE = 1.0 / (1.0 + np.exp(_EDGE - np.arange(0.0, 2.0 * _EDGE + 0.125, 0.125)))
"""The logistic function in steps of an eighth, from −16 to 16."""


class Visits(NamedTuple):
    """Who comes in a tick, in order of time."""

    shopper: Array
    moment: Array
    pages: Array


class Asked(NamedTuple):
    """Columns of pages asked for."""

    at: Array
    request: Array
    shopper: Array
    scene: Array
    wanted: Array


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


@inlined
def _happens(draw: float, utility: float) -> bool:
    """Whether a draw in [0, 1) lies below the logistic of a utility; the exponential is taken only where it is close."""
    if -_EDGE < utility < _EDGE:
        step = int((utility + _EDGE) * 8.0)
        if draw < _CURVE[step]:
            return True
        if draw >= _CURVE[step + 1]:
            return False
    return draw < 1.0 / (1.0 + math.exp(-utility))


@inlined
def wake(person: int, night: int, people: People) -> None:
    """The nights since a shopper was last met: wear, spending and satisfaction fade; needs return."""
    row = people.row
    for _ in range(night - int(row[person, NIGHT])):
        row[person, PURSE] *= np.float32(0.75)
        row[person, LOYALTY] += np.float32(0.1) * (np.float32(1.0) - row[person, LOYALTY])
        for kind in range(people.need.shape[1]):
            people.need[person, kind] += np.float32(RECOVERY) * (np.float32(1.0) - people.need[person, kind])
        _fade(person, people.memory)
    row[person, NIGHT] = night


@inlined
def look(person: int, item: int, memory: Array) -> int:
    """How often the shopper has seen the item, counting this view for the next time."""
    if memory.ndim == 2:
        views: Array = np.int64(memory[person, item])  # `int` of an unsigned number would stay unsigned
        memory[person, item] = min(views + 1, 255)
        return views
    one, named = ((item * 40503) >> 8) % memory.shape[1], item + 1
    first: Array = np.int64(memory[person, one, 0])
    if first >> 8 == named:
        memory[person, one, 0] = first + (1 if first & 255 < 255 else 0)
        return first & 255
    way = 1
    held: Array = np.int64(memory[person, one, 1])
    while held >> 8 != named and way < memory.shape[2] - 1:
        way += 1
        held = np.int64(memory[person, one, way])
    views = held & 255 if held >> 8 == named else 0
    while way > 0:  # the newest of the set stands first; the oldest is forgotten
        memory[person, one, way] = memory[person, one, way - 1]
        way -= 1
    memory[person, one, 0] = (named << 8) + min(views + 1, 255)
    return views


@inlined
def _fade(person: int, memory: Array) -> None:
    """A quarter of the views of each item is forgotten."""
    if memory.ndim == 2:
        for item in range(memory.shape[1]):
            memory[person, item] -= memory[person, item] >> 2
    else:
        for one in range(memory.shape[1]):
            for way in range(memory.shape[2]):
                memory[person, one, way] -= (memory[person, one, way] & 255) >> 2


@compiled
def come(
    luck: np.uint64,
    tick: int,
    night: int,
    rate: float,
    start: int,
    length: int,
    truth: Truth,
    people: People,
    out: Visits,
) -> tuple[int, int]:
    """Who comes in a tick; returns how many, and how many pages they will open.

    `rate` is mean visits per unit of activity. Would-be visitors arrive as a Poisson process in
    proportion to their activity at the highest loyalty and stay with their own, at most once a
    tick: a shopper comes with probability 1 − exp(−rate × activity × loyalty), and those who do
    not come cost nothing.
    """
    coming = fold(luck, tick)
    gap = 1.0 / max(rate * truth.activity * MOST_LOYAL, 1e-300)
    shoppers = truth.alias.shape[0]
    count, pages, turn, moment = 0, 0, 0, 0.0
    while count < out.shopper.shape[0]:
        mine = fold(coming, turn)
        turn += 1
        moment += gap * exponential(mine, 0)
        if moment >= 1.0:
            break
        place = uniform(mine, 1) * shoppers
        person = int(place)
        if place - person >= truth.share[person]:
            person = int(truth.alias[person])
        wake(person, night, people)
        if uniform(mine, 2) * MOST_LOYAL >= people.row[person, LOYALTY] or people.row[person, CAME] == tick:
            continue
        people.row[person, CAME] = tick
        own = 1 + int(exponential(fold(fold(luck, person), tick), 1) / 0.62)  # about 2 pages more on average
        out.shopper[count], out.moment[count] = person, start + int(moment * length)
        out.pages[count] = min(own, MOST_PAGES)
        pages += out.pages[count]
        count += 1
    return count, pages


@compiled
def ask(
    luck: np.uint64,
    tick: int,
    start: int,
    length: int,
    count: int,
    visits: Visits,
    scene_edges: Array,
    truth: Truth,
    people: People,
    out: Asked,
) -> None:
    """The pages of all visits, in order of time; pages of one moment in the order of their visits."""
    total = out.at.shape[0]
    first = np.zeros(total + 2, np.int64)
    for visit in range(count):
        for page in range(visits.pages[visit]):
            first[_slot(visits.moment[visit] + page * _STEP_US - start, length, total) + 1] += 1
    for slot in range(total):
        first[slot + 1] += first[slot]
    begin = first.copy()
    whose, which = np.empty(total, np.int64), np.empty(total, np.int64)
    for visit in range(count):
        for page in range(visits.pages[visit]):
            at = visits.moment[visit] + page * _STEP_US
            slot = _slot(at - start, length, total)
            place = first[slot]
            first[slot] += 1
            while place > begin[slot] and out.at[place - 1] > at:
                out.at[place], whose[place], which[place] = out.at[place - 1], whose[place - 1], which[place - 1]
                place -= 1
            out.at[place], whose[place], which[place] = at, visit, page
    categories = truth.centre.shape[0]
    weight = np.empty(categories)
    for place in range(total):
        person, page = visits.shopper[whose[place]], which[place]
        mine = fold(fold(luck, person), tick)
        where = 0
        draw = uniform(mine, 10 + page)
        while where < 3 and draw >= scene_edges[where]:
            where += 1
        wanted = -1
        if where == 2:  # a search follows leaning and need
            sum_ = 0.0
            for category in range(categories):
                leaning = 0.0
                for axis in range(DIMENSIONS):
                    leaning += people.row[person, TASTE + axis] * truth.centre[category, axis]
                sum_ += math.exp(leaning) * (0.05 + people.need[person, category])
                weight[category] = sum_
            draw = uniform(mine, 100 + page) * sum_
            wanted = 0
            while wanted < categories - 1 and draw >= weight[wanted]:
                wanted += 1
        out.shopper[place], out.scene[place], out.wanted[place] = person, where, wanted
        out.request[place] = mix(mine ^ np.uint64(1000 + page))


@inlined
def _slot(moment: int, length: int, slots: int) -> int:
    """In which of so many equal parts a moment falls."""
    return min(int(moment * (slots / length)), slots - 1)


@compiled
def shop(
    luck: np.uint64,
    night: int,
    at: int,
    request: Array,
    shopper: Array,
    scene: Array,
    item: Array,
    group: Array,
    price: Array,
    truth: Truth,
    people: People,
    bits: Array,
    click_base: Array,
    order_base: Array,
    weights: Array,
    promotion: float,
    coupon: float,
    lift: Array,
    depth: Array,
    clicks: Array,
    pending: Pending,
    waiting: int,
) -> tuple[int, int]:
    """Scroll, click and decide to buy on every page; returns how many clicked, and how many rows then wait.

    `weights`: taste in clicks, taste in orders, wear, quantity tail, order delay (µs), errand. `clicks` is
    (room, 2): page and position. `lift` is (pages, positions), what creatives add to the click utility; no rows where
    there are none. Draws are keyed by page and item, so that the same item shown to
    the same shopper on the same page meets the same luck in every arm, wherever it stands.
    """
    goods, row = truth.goods, people.row
    taste_weight, liking_weight, wear, tail, delay = weights[0], weights[1], weights[2], weights[3], weights[4]
    errand = weights[5]
    discount = math.log(1.0 - coupon)
    stay = np.empty((2, item.shape[1]))
    for kind in range(2):
        for place in range(item.shape[1]):
            stay[kind, place] = PATIENCE[kind] ** place
    taste = np.empty(DIMENSIONS)
    clicked = 0
    for page in range(request.shape[0]):
        if page + AHEAD < request.shape[0]:
            ahead = shopper[page + AHEAD]
            fetch(row, ahead)
            fetch(people.need, ahead)
            fetch_line(people.memory, ahead, 0)
            fetch_line(people.memory, ahead, 1)
            fetch_line(people.memory, ahead, 2)
            fetch_line(people.memory, ahead, 3)
        person, where = shopper[page], scene[page]
        wake(person, night, people)
        mine = fold(luck, request[page])
        left = 1.0 - uniform(mine, 1)
        looks = 1
        while looks < item.shape[1] and left <= stay[where >> 1, looks]:
            looks += 1
        depth[page] = looks
        for axis in range(DIMENSIONS):
            taste[axis] = row[person, TASTE + axis]
        out_for = int(row[person, ERRAND])
        if out_for >= 0:
            out_for = out_for % _SINCE if night - out_for // _SINCE < FORGOTTEN else -1
        pleased = 0
        for position in range(looks):
            what = item[page, position]
            if what < 0:
                depth[page] = position
                break
            match = 0.0
            for axis in range(DIMENSIONS):
                match += taste[axis] * goods[what, VECTOR + axis]
            views = look(person, what, people.memory)
            seller = int(goods[what, MERCHANT])
            followed = seller >= 0 and (bits[person, FOLLOWS + (seller >> 5)] >> (seller & 31)) & 1
            utility = click_base[where] + taste_weight * match + goods[what, APPEAL]
            utility -= wear * _LOG2[views]
            if followed:
                utility += 0.6
            if lift.shape[0] > 0:
                utility += lift[page, position]
            sought = out_for == goods[what, KIND]
            if sought:
                utility += errand
            chance = fold(mine, what)
            if not _happens(unit(chance), utility):
                continue
            pleased += 1
            clicks[clicked, 0], clicks[clicked, 1] = page, position
            clicked += 1
            if price[what] <= 0.0:
                out_for = int(goods[what, LEADS_TO])
                row[person, ERRAND] = night * _SINCE + out_for
                continue
            kind = int(goods[what, CATEGORY])
            appetite = people.need[person, kind]
            utility = order_base[where] + liking_weight * match + goods[what, QUALITY] + promotion
            utility -= row[person, SENSITIVITY] * (goods[what, LOG_PRICE] + discount)
            utility += 1.2 * math.log(0.02 + appetite) - row[person, PURSE] / row[person, WALLET]
            if followed:
                utility += 0.4
            if sought:
                utility += errand
            if not _happens(uniform(chance, 2), utility):
                continue
            pieces = min(int((1.0 - uniform(chance, 3)) ** (-1.0 / tail)), 30)
            paid = price[what] * (1.0 - coupon) * pieces
            people.need[person, kind] = appetite * 0.25
            out_for = int(goods[what, LEADS_TO])
            row[person, ERRAND] = night * _SINCE + out_for
            row[person, PURSE] += paid
            if seller >= 0 and uniform(chance, 4) < 0.15:
                bits[person, FOLLOWS + (seller >> 5)] |= np.int32(1) << np.int32(seller & 31)
            pending.kind[waiting] = _ORDERED
            pending.clicked[waiting] = at
            pending.due[waiting] = at + int(delay * exponential(chance, 5))
            pending.request[waiting], pending.shopper[waiting], pending.scene[waiting] = request[page], person, where
            pending.item[waiting], pending.group[waiting] = what, group[page, position]
            pending.quantity[waiting] = pieces
            pending.value[waiting] = round(paid * 100.0) * 10_000  # whole cents
            waiting += 1
        loyalty = row[person, LOYALTY] + 0.02 * (pleased - 0.45)
        row[person, LOYALTY] = min(MOST_LOYAL, max(LEAST_LOYAL, loyalty))
    return clicked, waiting


@inlined
def _copy(source: Pending, row: int, target: Pending, place: int) -> None:
    target.kind[place], target.due[place] = source.kind[row], source.due[row]
    target.clicked[place], target.request[place] = source.clicked[row], source.request[row]
    target.shopper[place], target.scene[place] = source.shopper[row], source.scene[row]
    target.item[place], target.group[place] = source.item[row], source.group[row]
    target.quantity[place], target.value[place] = source.quantity[row], source.value[row]


@compiled
def deliver(
    luck: np.uint64,
    until: int,
    goods: Array,
    pending: Pending,
    first: int,
    waiting: int,
    orders: Pending,
    returns: Pending,
) -> tuple[int, int, int]:
    """Move what falls due before a moment, among the rows from `first` on; an order that will come back stays on as a return.

    Returns how many rows still wait, were ordered, and came back.
    """
    kept, ordered, returned = first, 0, 0
    for row in range(first, waiting):
        if pending.due[row] < until:
            if pending.kind[row] == _RETURNED:
                _copy(pending, row, returns, returned)
                returned += 1
                continue
            _copy(pending, row, orders, ordered)
            ordered += 1
            mine = fold(fold(luck, pending.request[row]), pending.item[row])
            if uniform(mine, 7) >= goods[pending.item[row], RETURNS]:
                continue
            pending.kind[row] = _RETURNED
            pending.due[row] += int(_DAY * (0.8 + 2.5 * uniform(mine, 8)))
        if kept != row:
            _copy(pending, row, pending, kept)
        kept += 1
    return kept, ordered, returned
