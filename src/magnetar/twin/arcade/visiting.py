"""What the arcade's shoppers do, in compiled loops: wander from intent to intent, choose, and buy."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from magnetar.kernel.chance import exponential, fold, mix, uniform
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.arcade.folk import Folk

BROWSE, HUNT, COMPARE, LEAVE = 0, 1, 2, 3
ENGAGED, LAPSED = 0, 1
DULL = 0.15
"""Visits of a shopper who has lapsed, and odds of an order in a category that rests, over the ordinary."""
_MINUTE, _HOUR, _DAY = 60_000_000, 3_600_000_000, 86_400_000_000
_FRESH = 1 << 20  # positions of draws that belong to an item, away from those that belong to a page


class Mind(NamedTuple):
    """What changes as the days pass."""

    engaged: Array
    """(shoppers,), ENGAGED or LAPSED."""
    carried: Array
    """(shoppers,), the category that the next visit hunts for, −1 for none."""
    views: Array
    """(shoppers, items) uint8, of this week."""
    rests: Array
    """(shoppers, categories), tick until which a category is not wanted."""
    spent: Array
    """(shoppers,), currency units of the week's allowance."""
    fashion: Array
    """(items,), what today's fashion adds to the appeal."""
    sold: Array
    """(items, 2), orders of today and of yesterday."""


@compiled
def wake(luck: np.uint64, day: int, mind: Mind, fading: float, fashion: float, normal_draws: Array) -> None:
    """A night passes: some lapse and some return, fashions drift, views and spending of the week fade."""
    for person in range(mind.engaged.shape[0]):
        draw = uniform(fold(fold(luck, person), day), 77)
        if mind.engaged[person] == ENGAGED:
            if draw < 0.10:
                mind.engaged[person] = LAPSED
        elif draw < 0.25:
            mind.engaged[person] = ENGAGED
        mind.spent[person] *= 6.0 / 7.0
        for item in range(mind.views.shape[1]):
            if mind.views[person, item] > 0 and uniform(fold(fold(luck, person), item), day) < 0.2:
                mind.views[person, item] -= 1
    for item in range(mind.fashion.shape[0]):
        mind.fashion[item] = fading * mind.fashion[item] + fashion * normal_draws[item]
        mind.sold[item, 1] = mind.sold[item, 0]
        mind.sold[item, 0] = 0.0


@compiled
def wander(
    luck: np.uint64,
    tick: int,
    rate: float,
    folk: Folk,
    mind: Mind,
    chain: Array,
    first: Array,
    scene_of: Array,
    start: int,
    length: int,
    out: Array,
    request: Array,
) -> int:
    """Who opens which pages in a tick; returns how many.

    `out` is (room, 6): moment, shopper, scene, category searched for, intent, category hunted;
    `chain`, `first` and `scene_of` are cumulative along their rows.
    """
    count, place = 0, tick % 48
    categories = folk.liking.shape[1]
    for person in range(folk.visits.shape[0]):
        mine = fold(fold(luck, person), tick)
        mean = rate * folk.visits[person] * folk.rhythm[folk.kind[person], place]
        if mind.engaged[person] == LAPSED:
            mean *= DULL
        if uniform(mine, 0) >= 1.0 - math.exp(-mean):
            continue
        moment = start + int(uniform(mine, 1) * length)
        focus = mind.carried[person]
        intent = HUNT
        if focus < 0:
            draw = uniform(mine, 2)
            intent = BROWSE
            while intent < COMPARE and draw >= first[intent]:
                intent += 1
        mind.carried[person] = -1
        for page in range(16):
            if count == out.shape[0]:
                return count
            step = fold(mine, 1000 + page)
            if intent != BROWSE and focus < 0:  # something in particular comes to mind
                best = -1e300
                for category in range(categories):
                    score = folk.liking[person, category] - math.log(exponential(step, 100 + category) + 1e-12)
                    if mind.rests[person, category] > tick:
                        score -= 2.0
                    if score > best:
                        best, focus = score, category
            where = 0
            draw = uniform(step, 1)
            while where < 3 and draw >= scene_of[intent, where]:
                where += 1
            out[count, 0], out[count, 1], out[count, 2] = moment, person, where
            out[count, 3] = focus if where == 2 else -1
            out[count, 4], out[count, 5] = intent, focus if intent != BROWSE else -1
            request[count] = mix(step)
            count += 1
            moment += int(_MINUTE * (0.2 + 0.5 * exponential(step, 2)))
            draw = uniform(step, 3)
            following = 0
            while following < LEAVE and draw >= chain[intent, following]:
                following += 1
            if following == LEAVE:
                break
            if following == BROWSE:
                focus = -1
            intent = following
    return count


@compiled
def choose(
    luck: np.uint64,
    tick: int,
    page: Array,
    request: Array,
    item: Array,
    group: Array,
    category: Array,
    shelf_price: Array,
    folk: Folk,
    mind: Mind,
    laws: Array,
    resolve: Array,
    depth: Array,
    picks: Array,
    bought: Array,
) -> tuple[int, int]:
    """Look at every page, choose and buy; returns how many clicks and how many orders.

    A page is a nested logit by category (McFadden 1978): nothing at all, or a category by its
    inclusive value and then an item of it. Both stages are races of exponential clocks keyed by
    category and item, so that the same thing on the same page meets the same luck wherever it
    stands. `laws` are: silence, likeness, second look, taste, wear, order, loss, price, fame,
    rest days, carried, coupon. `picks` is (room, 2), page and position; `bought` is (room, 8):
    page, position, item, group, shopper, scene, pieces, value in hundredths.
    """
    silence, likeness, again, taste = laws[0], laws[1], laws[2], laws[3]
    wear, order, loss, weight = laws[4], laws[5], laws[6], laws[7]
    fame, rest, carried, coupon = laws[8], laws[9], laws[10], laws[11]
    positions, categories = item.shape[1], folk.liking.shape[1]
    clicks, orders = 0, 0
    utility: Array
    gone: Array
    inclusive: Array
    utility, gone, inclusive = np.empty(positions), np.empty(positions, np.bool_), np.empty(categories)
    for row in range(request.shape[0]):
        person, intent, focus = page[row, 1], page[row, 4], page[row, 5]
        mine = fold(luck, request[row])
        looks, stay = 0, 0.93 if intent == BROWSE else 0.87
        while looks < positions and item[row, looks] >= 0:
            looks += 1
            if uniform(mine, 10 + looks) >= stay:
                break
            if looks == 4 and uniform(mine, 9) < 0.12:  # the fold: one in eight never scrolls
                break
        depth[row] = looks
        for position in range(looks):
            what = item[row, position]
            kind = category[what]
            value = folk.appeal[what] + mind.fashion[what] + taste * folk.liking[person, kind]
            if kind == focus:
                value += 0.9
            value -= wear * min(mind.views[person, what], 6)
            if group[row, position] >= 0:
                value -= folk.shy[person]
            value += fame * math.log1p(mind.sold[what, 1])
            value -= 0.03 * position
            utility[position] = value
            gone[position] = False
            if mind.views[person, what] < 200:
                mind.views[person, what] += 1
        for turn in range(2):
            if turn == 1 and uniform(mine, 5) >= again:
                break
            for kind in range(categories):
                inclusive[kind] = 0.0
            for position in range(looks):
                if not gone[position]:
                    inclusive[category[item[row, position]]] += math.exp(utility[position] / likeness)
            soonest = exponential(mine, 6 + turn) / math.exp(silence)
            nest = -1
            for kind in range(categories):
                if inclusive[kind] > 0.0:
                    clock = exponential(mine, 100 + 2 * kind + turn) / inclusive[kind] ** likeness
                    if clock < soonest:
                        soonest, nest = clock, kind
            if nest < 0:
                break
            soonest, chosen = 1e300, -1
            for position in range(looks):
                what = item[row, position]
                if not gone[position] and category[what] == nest:
                    clock = exponential(mine, _FRESH + 2 * what + turn) / math.exp(utility[position] / likeness)
                    if clock < soonest:
                        soonest, chosen = clock, position
            gone[chosen] = True
            if clicks < picks.shape[0]:
                picks[clicks, 0], picks[clicks, 1] = row, chosen
                clicks += 1
            what = item[row, chosen]
            if shelf_price[what] <= 0.0:
                continue
            luck_of = fold(mine, what)
            off = 0.85 if uniform(fold(fold(luck, person), tick // 48), 31) < coupon else 1.0
            # a price above what one has in mind hurts more than one below pleases (Kahneman & Tversky 1979)
            gap = math.log(folk.price[what] * off / folk.means[person])
            hazard = order + resolve[intent] + folk.worth[what] + 0.35 * folk.liking[person, nest]
            hazard -= weight * (loss * gap if gap > 0.0 else gap)
            hazard += fame * math.log1p(mind.sold[what, 1])
            chance = 1.0 - math.exp(-math.exp(min(hazard, 3.0)))
            if mind.rests[person, nest] > tick:
                chance *= DULL
            pieces = 1
            while pieces < 20 and uniform(luck_of, 40 + pieces) < folk.bulk[person]:
                pieces += 1
            paid = shelf_price[what] * off * pieces
            if mind.spent[person] + paid > folk.allowance[person]:
                chance = 0.0
            if uniform(luck_of, 3) >= chance:
                if uniform(luck_of, 4) < carried:
                    mind.carried[person] = nest
                continue
            mind.carried[person] = -1
            mind.spent[person] += paid
            mind.sold[what, 0] += 1.0
            mind.rests[person, nest] = tick + int(48.0 * rest * exponential(luck_of, 5))
            if orders < bought.shape[0]:
                bought[orders, 0], bought[orders, 1], bought[orders, 2] = row, chosen, what
                bought[orders, 3], bought[orders, 4], bought[orders, 5] = group[row, chosen], person, page[row, 2]
                bought[orders, 6], bought[orders, 7] = pieces, round(paid * 100.0)
                orders += 1
    return clicks, orders


@compiled
def delays(luck: np.uint64, request: Array, item: Array, out: Array, back: Array) -> None:
    """When each order is placed after its click, and when it would come back after that, in microseconds.

    Half of the orders are placed at once, a third are slept on for some hours, the rest until the next day.
    """
    for row in range(request.shape[0]):
        mine = fold(fold(luck, request[row]), item[row])
        draw = uniform(mine, 50)
        if draw < 0.52:
            out[row] = int(_MINUTE * 8.0 * exponential(mine, 51))
        elif draw < 0.85:
            out[row] = int(_HOUR * 2.2 * (exponential(mine, 52) + exponential(mine, 53)))
        else:
            out[row] = int(_HOUR * (18.0 + 12.0 * uniform(mine, 54)))
        back[row] = int(_DAY * (1.5 + 1.2 * exponential(mine, 55)))
