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
from magnetar.capabilities.recommendation import NEXT, RECENT, follows
from magnetar.capabilities.serving.candidates import Pools, Value
from magnetar.capabilities.serving.caps import (
    BLOCK,
    FIRST,
    MOST,
    USED,
    Chains,
    count_at,
    count_one,
    fresh_block,
    seen_today,
)
from magnetar.capabilities.serving.reasons import Reason
from magnetar.capabilities.shoppers import POSITIONS
from magnetar.capabilities.understanding import (
    BIAS,
    DOUBT,
    FAR,
    FAVOURITES,
    LENGTH,
    LIKING,
    NATURE,
    NORM,
    UNSURE,
    VAGUE,
    VAGUENESS,
    WIDE,
    Draws,
    Drives,
    ShelfArrays,
    Tastes,
    appetite,
    belief,
    bring_up,
    fading,
    fancy,
    meet,
    predict,
    purse,
    rate_of,
)
from magnetar.kernel.chance import fold, mix, uniform
from magnetar.kernel.compiled import Array, compiled, inlined
from magnetar.kernel.fetching import fetch

ORGANIC_CANDIDATES = 32
PAID_CANDIDATES = 18
PAID_SLOTS = 3
PAID_POSITIONS = (1, 4, 8)
"""Where paid impressions may stand; never the first position."""
FIRST_TRIED = 12
"""Paid candidates taken from the top of the list; the others are drawn from the rest of it."""
JITTER = 0.2
"""Half-width of the factor that shakes organic scores, so that not always the same items win."""

RANKED = POSITIONS + PAID_SLOTS
"""Organic items that are ranked: some may turn out to be bought."""
LANES = 32
"""Pages whose organic candidates are scored and ranked together, side by side in the processor's wide registers."""
LISTS = 4
LISTED, FOLLOWING, ANSWERING = 0, 1, 2
ANSWER_PUSH = 8.0
"""What the best answer to a search counts for over what is merely of its category; each later one a little less."""
EACH = ORGANIC_CANDIDATES // LISTS
_LAST = ORGANIC_CANDIDATES - 1
_MICROS = 1e6
_RELEVANT, _EXPLORED, _SEARCHED = int(Reason.RELEVANT), int(Reason.EXPLORED), int(Reason.SEARCHED)
_FOLLOWED, _ANSWERED = int(Reason.FOLLOWED), int(Reason.ANSWERED)
_PAID = int(Reason.PAID)
_FIRST_AD, _SECOND_AD, _THIRD_AD = PAID_POSITIONS
_HALF, _SCALE, _LEAST = np.float32(0.5), np.float32(2.0 * JITTER * 2.0**-24), np.float32(1.0 - JITTER)
_STIR, _STIR_1, _STIR_2 = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_16, _13, _8 = np.uint32(16), np.uint32(13), np.uint32(8)
ORDER, TAKE, BOOST = 4, 5, 6
"""Columns of an item's facts beside those that say who clicks on it."""
_ONE, _EIGHT, _PULL = np.float32(1.0), np.float32(WIDE), np.float32(np.pi / 8.0)
_LOG2E, _FAR, _SHIFT = np.float32(1.4426950408889634), np.float32(60.0), np.float32(64.5)
_TILT = np.float32(FAR)
_EXP_1, _EXP_2, _EXP_3 = np.float32(0.6931471806), np.float32(0.2402265070), np.float32(0.0555041087)
_EXP_4, _EXP_5 = np.float32(0.0096181291), np.float32(0.0013333558)


class Snapshot(NamedTuple):
    """What every row of a tick reads: rates, lists, ad groups."""

    shelf: ShelfArrays
    tastes: Tastes
    recent: Array
    """(shoppers, RECENT), items that each shopper clicked last."""
    partners: Array
    """(items, NEXT), what goes with each item."""
    follow_lift: float
    """Factor of the click rate of what follows up."""
    pools: Pools
    value: Value
    draws: Draws
    """Who is drawn to what: click rates."""
    drives: Drives
    """What moves orders beyond scene, item and price band."""
    order_context: Array
    order_item: Array
    facts: Array
    """(items, 16) float32: the item's side of the click rate, laid out as in `Draws`; its factor of the order rate, 0
    where nothing is sold; what an order is worth to the platform, currency units; the boost of the lists."""
    group_item: Array
    group_campaign: Array
    group_merchant: Array
    group_split: Array
    """(groups,), the experiment that keeps shoppers from it, −1 where none does."""
    splits: Splits
    alpha: Array
    """(groups,), currency bid per expected result."""
    per_click: Array
    """(groups,), results per click where the order rate does not say it, 0 where it does."""
    unit: Array
    """(groups,), the price of the product, or 1 where results have none: what thresholds are divided by."""
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
    shown: Chains
    """Impressions of each shopper today."""
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


class Organic(NamedTuple):
    """Scratch of one block: organic candidates of LANES pages, a page a column."""

    item: Array
    """(ORGANIC_CANDIDATES, LANES) int32, best strata of each list first; those beyond `count` mean nothing."""
    count: Array
    """(LANES,)."""
    match: Array
    """(ORGANIC_CANDIDATES, LANES) float32, factor of the click rate, mostly 1; 0 beyond `count`."""
    taste: Array
    """(WIDE + 3, LANES) float32, the shopper's side of the click rate: taste, doubt, squared length, level of the scene."""
    source: Array
    """(ORGANIC_CANDIDATES, LANES) int8, LISTED, FOLLOWING or ANSWERING: where the candidate comes from."""
    push: Array
    """(ORGANIC_CANDIDATES, LANES) float32, factor of the score alone: how well it answers a search."""
    fit: Array
    """(bands, LANES) float32, scene and shopper's factors of the order rate."""
    hunger: Array
    """(categories, LANES) float32, factor of the order rate by what the shopper bought lately."""
    stir: Array
    """(LANES,) uint32, the page's own luck."""
    click: Array
    """(ORGANIC_CANDIDATES, LANES) float32, predicted rates."""
    order: Array
    key: Array
    """(ORGANIC_CANDIDATES, LANES) int32, scores as numbers that sort alike, the candidate's place in the lowest bits."""
    top: Array
    """(RANKED, LANES) int32, the largest keys, largest first."""
    seen: Array
    """(items,) int32, the last page of the batch that an item is a candidate of."""


@inlined
def _shake(luck: np.uint32, item: int) -> np.float32:
    """The factor that shakes an item's score on one page, in 1 ± JITTER; the finaliser of MurmurHash3 (Appleby 2011)."""
    mixed = luck ^ np.uint32(np.uint32(item) * _STIR)
    mixed = np.uint32((mixed ^ (mixed >> _16)) * _STIR_1)
    mixed = np.uint32((mixed ^ (mixed >> _13)) * _STIR_2)
    mixed = mixed ^ (mixed >> _16)
    return _LEAST + _SCALE * np.float32(np.int32(mixed >> _8))


@compiled
def fill_pages(
    shopper: Array,
    scene: Array,
    wanted: Array,
    found: Array,
    request: Array,
    now: Snapshot,
    drawn: Drawn,
    out: Slates,
) -> None:
    """Fill every page of a batch, in order: natural candidates a block at a time, then page by page what is sold.

    `found` is (pages, answers), what a search found for each page, best first, −1 where less; no rows where nobody
    searched in words.
    """
    wide, narrow = (ORGANIC_CANDIDATES, LANES), now.tastes.order_mean.shape[1]
    organic = Organic(
        np.zeros(wide, np.int32),
        np.zeros(LANES, np.int64),
        np.empty(wide, np.float32),
        np.zeros((WIDE + 3, LANES), np.float32),
        np.empty(wide, np.int8),
        np.empty(wide, np.float32),
        np.empty((narrow, LANES), np.float32),
        np.ones((now.tastes.click_mean.shape[1], LANES), np.float32),
        np.empty(LANES, np.uint32),
        np.empty(wide, np.float32),
        np.empty(wide, np.float32),
        np.empty(wide, np.int32),
        np.empty((RANKED, LANES), np.int32),
        np.full(now.shelf.price.shape[0], -1, np.int32),
    )
    of_row, place_of = np.full(now.alpha.shape[0], -1, np.int32), np.empty(now.alpha.shape[0], np.int64)
    head, block = drawn.shown.head, drawn.shown.block
    for first in range(0, shopper.shape[0], LANES):
        last = min(first + LANES, shopper.shape[0])
        for row in range(first, last):
            fetch(head, shopper[row])
        meet(shopper, first, last, now.tastes)
        bring_up(shopper, first, last, now.draws)
        for row in range(first, last):
            if head[shopper[row]] >= 0:
                fetch(block, int(head[shopper[row]]))
        _gather(first, last, shopper, scene, wanted, found, request, now, organic)
        _score(now, organic)
        _rank(organic.key, organic.top)
        _sell(first, last, shopper, scene, wanted, request, now, organic, of_row, place_of, drawn, out)


@compiled
def _gather(
    first: int,
    last: int,
    shopper: Array,
    scene: Array,
    wanted: Array,
    found: Array,
    request: Array,
    now: Snapshot,
    organic: Organic,
) -> None:
    """Organic candidates: what a search found or what follows up the latest clicks, then a few strata of lists, best first but not only the best."""
    lists, sizes, explore = now.pools.organic, now.pools.organic_size, now.explore
    liked, order_mean, order_context = now.tastes.liked, now.tastes.order_mean, now.order_context
    people, levels, taste = now.draws.shoppers, now.draws.scenes, organic.taste
    item_of, match_of, fit, seen = organic.item, organic.match, organic.fit, organic.seen
    hunger, drives = organic.hunger, now.drives
    source_of, push_of = organic.source, organic.push
    recent, partners, lift = now.recent, now.partners, np.float32(now.follow_lift)
    item_scenes, listed = now.shelf.scenes, now.shelf.listed
    answers = found.shape[1] if found.shape[0] > 0 else 0
    counts, stir = organic.count, organic.stir
    categories = lists.shape[1]
    for row in range(first, last):
        lane, person, where, asked = row - first, int(shopper[row]), int(scene[row]), int(wanted[row])
        luck = fold(explore, request[row])
        starts = mix(luck ^ np.uint64(900))
        stir[lane] = np.uint32(mix(luck) >> np.uint64(32))
        count, skipped = 0, -1
        if answers > 0 and found[row, 0] >= 0:
            skipped = 0
            for place in range(min(answers, EACH)):
                item = int(found[row, place])
                if item >= 0 and seen[item] != row and listed[item] and (item_scenes[item] >> where) & 1:
                    seen[item] = row
                    item_of[count, lane], source_of[count, lane] = item, ANSWERING
                    match_of[count, lane] = 1.0
                    push_of[count, lane] = np.float32(ANSWER_PUSH / (1.0 + 0.25 * place))
                    count += 1
        elif asked < 0 and recent[person, 0] >= 0:
            skipped = LISTS - 2
            for turn in range(RECENT * NEXT):  # the best partner of each, then the second of each
                before = int(recent[person, turn % RECENT])
                item = int(partners[before, turn // RECENT]) if before >= 0 else -1
                if item < 0 or seen[item] == row or not listed[item] or not (item_scenes[item] >> where) & 1:
                    continue
                if not follows(item, person, recent, partners):
                    continue
                seen[item] = row
                item_of[count, lane], source_of[count, lane] = item, FOLLOWING
                match_of[count, lane] = lift
                push_of[count, lane] = 1.0
                count += 1
        for part in range(LISTS):
            if part == skipped:
                continue
            if asked >= 0 and part < LISTS - 1:
                category = asked
            elif part < FAVOURITES:
                category = int(liked[person, part])
            else:
                category = int(uniform(luck, 901) * categories)
            size = int(sizes[where, category])
            start = np.int64((starts >> np.uint64(16 * part)) & np.uint64(0xFFFF)) * 2.0**-16
            for stratum in range(min(size, EACH)):
                place = stratum
                if size > EACH:
                    depth = (stratum + start) / EACH
                    place = int(size * depth * depth)
                item = lists[where, category, place]
                if seen[item] != row:
                    seen[item] = row
                    item_of[count, lane], match_of[count, lane] = item, 1.0
                    source_of[count, lane], push_of[count, lane] = LISTED, 1.0
                    count += 1
        counts[lane] = count
        for place in range(count, ORGANIC_CANDIDATES):
            match_of[place, lane], push_of[place, lane] = 0.0, 1.0
        for axis in range(WIDE):
            taste[axis, lane] = people[person, axis]
        taste[DOUBT, lane], taste[NORM, lane] = people[person, DOUBT], people[person, NORM]
        taste[NORM + 1, lane] = levels[where]
        left = fading(person, drives)
        level = order_context[where] * purse(person, left, drives)
        for band in range(fit.shape[0]):
            fit[band, lane] = np.float32(level * order_mean[person, band])
        for kind in range(hunger.shape[0]):
            hunger[kind, lane] = np.float32(appetite(person, kind, left, drives))


@compiled
def _score(now: Snapshot, organic: Organic) -> None:
    """Predicted rates and sorting keys: what a place on the page should be worth, shaken a little."""
    facts, band, category, hunger = now.facts, now.shelf.band, now.shelf.category, organic.hunger
    liking, vagueness = np.float32(now.drives.weights[LIKING]), np.float32(now.drives.weights[VAGUENESS])
    item_of, match_of, taste, fit, stir = organic.item, organic.match, organic.taste, organic.fit, organic.stir
    push = organic.push
    clicks, orders, key = organic.click, organic.order, organic.key
    score = key.view(np.float32)
    value = np.float32(now.value.click)
    mean, variance, own_order = np.empty(LANES, np.float32), np.empty(LANES, np.float32), np.empty(LANES, np.float32)
    take, boost, bits = np.empty(LANES, np.float32), np.empty(LANES, np.float32), np.empty(LANES, np.int32)
    power = bits.view(np.float32)
    bias, drawn = np.empty(LANES, np.float32), np.empty(LANES, np.float32)
    for place in range(ORGANIC_CANDIDATES):
        for lane in range(LANES):  # gathered first, so that what follows runs over whole registers
            item = item_of[place, lane]
            mean[lane], bias[lane] = np.float32(0.0), taste[NORM + 1, lane] + facts[item, BIAS]
            doubt, vague = taste[DOUBT, lane], facts[item, VAGUE]
            variance[lane] = (
                doubt * facts[item, LENGTH] + vague * (taste[NORM, lane] + _EIGHT * doubt) + facts[item, UNSURE]
            )
            own_order[lane] = facts[item, ORDER] * fit[band[item], lane] * hunger[category[item], lane]
            take[lane], boost[lane] = facts[item, TAKE], facts[item, BOOST]
        for axis in range(WIDE):
            for lane in range(LANES):
                mean[lane] += taste[axis, lane] * facts[item_of[place, lane], NATURE + axis]
        for lane in range(LANES):  # 2 to the power of a whole number is an exponent; the rest is a polynomial
            exponent = _LOG2E * min(_TILT, max(-_TILT, liking * mean[lane] + vagueness * variance[lane]))
            whole = np.int32(exponent + _SHIFT) - np.int32(64)
            rest = exponent - np.float32(whole)
            bits[lane] = (whole + np.int32(127)) << np.int32(23)
            drawn[lane] = _ONE + rest * (_EXP_1 + rest * (_EXP_2 + rest * (_EXP_3 + rest * (_EXP_4 + rest * _EXP_5))))
        for lane in range(LANES):
            own_order[lane] *= power[lane] * drawn[lane]
            mean[lane] += bias[lane]
        for lane in range(LANES):
            exponent = -_LOG2E * mean[lane] / np.sqrt(_ONE + _PULL * variance[lane])
            exponent = min(_FAR, max(-_FAR, exponent))
            whole = np.int32(exponent + _SHIFT) - np.int32(64)
            rest = exponent - np.float32(whole)
            bits[lane] = (whole + np.int32(127)) << np.int32(23)
            mean[lane] = _ONE + rest * (_EXP_1 + rest * (_EXP_2 + rest * (_EXP_3 + rest * (_EXP_4 + rest * _EXP_5))))
        for lane in range(LANES):
            click = min(_ONE, match_of[place, lane] / (_ONE + power[lane] * mean[lane]))
            order = min(_HALF, own_order[lane])
            clicks[place, lane], orders[place, lane] = click, order
            worth = click * (value + order * take[lane]) * push[place, lane]
            score[place, lane] = worth * boost[lane] * _shake(stir[lane], item_of[place, lane])
        for lane in range(LANES):  # the bits of a float above 0 sort as it does; the lowest make no two keys equal
            key[place, lane] = (key[place, lane] & np.int32(~_LAST)) | np.int32(_LAST - place)


@compiled
def _rank(key: Array, top: Array) -> None:
    """The largest keys of every column, in order: each place passes on what is smaller than what it holds."""
    for place in range(RANKED):
        for lane in range(LANES):
            top[place, lane] = np.int32(-1)
        for candidate in range(ORGANIC_CANDIDATES):
            for lane in range(LANES):
                held, new = top[place, lane], key[candidate, lane]
                top[place, lane] = max(held, new)
                key[candidate, lane] = min(held, new)


@compiled
def _sell(
    first: int,
    last: int,
    shopper: Array,
    scene: Array,
    wanted: Array,
    request: Array,
    now: Snapshot,
    organic: Organic,
    of_row: Array,
    place_of: Array,
    drawn: Drawn,
    out: Slates,
) -> None:
    """Paid candidates, the auction, and the blend of both, page by page."""
    band_of, category_of = now.shelf.band, now.shelf.category
    lists, sizes, boost, explore = now.pools.paid, now.pools.paid_size, now.pools.boost, now.explore
    liked, order_mean = now.tastes.liked, now.tastes.order_mean
    order_context, order_item, drawn_to, drives = now.order_context, now.order_item, now.draws, now.drives
    group_item, group_campaign, group_merchant = now.group_item, now.group_campaign, now.group_merchant
    group_split, alpha, per_click, unit, quota = now.group_split, now.alpha, now.per_click, now.unit, now.quota
    cap, incremental, reach, paid_reason = now.cap, now.incremental, now.reach, now.paid_reason
    reserve, rule, value_to_shopper = now.reserve, now.rule, now.value.shopper
    item_of, click_of, order_of, source_of = organic.item, organic.click, organic.order, organic.source
    top, counts = organic.top, organic.count
    lease, chains, head, block = drawn.lease, drawn.shown, drawn.shown.head, drawn.shown.block
    land_value, land_cost = drawn.land_value, drawn.land_cost
    out_item, out_group, out_charge, out_reason = out.item, out.group, out.charge, out.reason
    out_click, out_order = out.click_rate, out.order_rate

    ranks: Array
    bids: Array
    qualities: Array
    ranks = np.empty(PAID_SLOTS + 1)
    owners, entries = np.empty(PAID_SLOTS + 1, np.int64), np.empty(PAID_SLOTS + 1, np.int64)
    natural, found, bought = np.empty(RANKED, np.int32), np.empty(RANKED, np.int64), np.empty(PAID_SLOTS, np.int64)
    group_of = np.empty(PAID_CANDIDATES, np.int64)
    bids, qualities, worths = np.empty(PAID_CANDIDATES), np.empty(PAID_CANDIDATES), np.empty(PAID_CANDIDATES)
    clicks, orders = np.empty(PAID_CANDIDATES), np.empty(PAID_CANDIDATES)
    kept = np.zeros(PAID_CANDIDATES, np.bool_)
    for row in range(first, last):
        lane, person, where, asked = row - first, int(shopper[row]), int(scene[row]), int(wanted[row])
        luck = fold(explore, request[row])
        left_over = fading(person, drives)
        order_base = order_context[where] * purse(person, left_over, drives)
        filled = min(counts[lane], RANKED)
        for place in range(filled):
            found[place] = _LAST - (top[place, lane] & _LAST)
            natural[place] = item_of[found[place], lane]

        # paid: the strongest for this segment, and a few of the rest for a chance
        seen_today(head, block, person, row, of_row, place_of)
        segment = int(liked[person, 0]) if asked < 0 else asked
        size = int(sizes[where, segment])
        step = (size - FIRST_TRIED) / (PAID_CANDIDATES - FIRST_TRIED)
        draws = mix(luck ^ np.uint64(902))
        count, standing, withheld = 0, 0, 0
        for turn in range(min(size, PAID_CANDIDATES)):
            place = turn
            if size > PAID_CANDIDATES and turn >= FIRST_TRIED:
                draw = np.int64((draws >> np.uint64(10 * (turn - FIRST_TRIED))) & np.uint64(1023)) * 2.0**-10
                place = FIRST_TRIED + int(step * (turn - FIRST_TRIED + draw))
            group = int(lists[where, segment, place])
            left = lease[group_campaign[group]]
            if left <= 0 or (of_row[group] == row and count_at(block, place_of[group]) >= cap[group]):
                continue
            kept[count] = False
            split = group_split[group]
            if split >= 0:
                kept[count] = kept_from(now.splits, split, person)
                if kept[count] and now.splits.rule[split, GHOST] == 0.0:
                    continue
            item = group_item[group]
            mean, variance = belief(person, item, where, drawn_to)
            rate = rate_of(mean, variance)
            order = per_click[group]
            if order <= 0.0:
                pull = mean - drawn_to.scenes[where] - drawn_to.items[item, BIAS]
                moved = appetite(person, int(category_of[item]), left_over, drives) * fancy(pull, variance, drives)
                order = predict(order_base * moved, order_item[item], order_mean[person, band_of[item]])
            worth = rate * order
            if incremental[group]:
                # an item that the page shows anyway is worth only what a better place adds
                for ahead in range(min(filled, POSITIONS - PAID_SLOTS)):
                    if natural[ahead] == item:
                        worth *= max(0.0, 1.0 - reach[where, ahead] / reach[where, _FIRST_AD])
                        break
            bid = max(alpha[group] * worth, quota[group])
            if bid < reserve or bid * _MICROS > left or worth <= 0.0:
                bid = 0.0
            group_of[count], bids[count], worths[count] = group, bid, worth
            clicks[count], orders[count] = rate, order
            qualities[count] = value_to_shopper * rate
            if bid > 0.0 and kept[count]:
                withheld += 1
            elif bid > 0.0 and (standing <= PAID_SLOTS or bid + qualities[count] > ranks[PAID_SLOTS]):
                standing = insert_ranked(
                    ranks, owners, entries, standing, bid + qualities[count], group_merchant[group], count
                )
            count += 1

        # what each candidate would have needed to bid, for the price landscape
        winners = min(standing, PAID_SLOTS)
        to_stay = ranks[PAID_SLOTS] if standing > PAID_SLOTS else 0.0
        to_enter = ranks[PAID_SLOTS - 1] if standing >= PAID_SLOTS else 0.0
        for entry in range(count):
            if worths[entry] <= 0.0 or kept[entry]:
                continue
            winning = False
            for slot in range(winners):
                winning = winning or entries[slot] == entry
            least = max(reserve, (to_stay if winning else to_enter) - qualities[entry])
            group = group_of[entry]
            column = bin_of(least / (worths[entry] * unit[group]))
            land_value[group, column] += worths[entry]
            land_cost[group, column] += least

        if withheld > 0:
            _withhold(row, person, count, kept, bids, qualities, group_of, now, drawn, out)

        # blend
        for slot in range(winners):
            bought[slot] = group_item[group_of[entries[slot]]]
        slot, turn = 0, 0
        for position in range(POSITIONS):
            if slot < winners and (position == _FIRST_AD or position == _SECOND_AD or position == _THIRD_AD):
                entry = entries[slot]
                group = group_of[entry]
                following = ranks[slot + 1] if slot + 1 < standing else 0.0
                price = slot_price(bids[entry], qualities[entry], following, reserve, rule)
                micros = int(price * _MICROS)  # rounded down: nobody pays above the bid
                campaign = group_campaign[group]
                slot += 1
                if micros <= lease[campaign]:
                    lease[campaign] -= micros
                    if of_row[group] == row:  # as in `count_one`; a call would cost more than the work
                        cell = place_of[group]
                        block[cell >> 4, cell & 15] += 1 if block[cell >> 4, cell & 15] & MOST < MOST else 0
                    else:
                        chain = int(head[person])
                        if chain < 0 or block[chain, USED] == BLOCK - FIRST:
                            chain = fresh_block(chains, person)
                        used = int(block[chain, USED])
                        block[chain, FIRST + used], block[chain, USED] = (group << 8) + 1, used + 1
                    out_item[row, position], out_group[row, position] = bought[slot - 1], group
                    out_charge[row, position] = micros
                    out_click[row, position], out_order[row, position] = clicks[entry], orders[entry]
                    out_reason[row, position] = paid_reason[group]
                    continue
            out_group[row, position], out_charge[row, position] = -1, 0
            place = -1
            while turn < filled and place < 0:
                place = turn
                turn += 1
                for other in range(winners):
                    if bought[other] == natural[place]:
                        place = -1
                        break
            if place < 0:
                out_item[row, position], out_reason[row, position] = -1, 0
                out_click[row, position], out_order[row, position] = 0.0, 0.0
                continue
            item, candidate = natural[place], found[place]
            out_item[row, position] = item
            out_click[row, position], out_order[row, position] = click_of[candidate, lane], order_of[candidate, lane]
            if source_of[candidate, lane] == ANSWERING:
                out_reason[row, position] = _ANSWERED
            elif source_of[candidate, lane] == FOLLOWING:
                out_reason[row, position] = _FOLLOWED
            elif asked >= 0 and category_of[item] == asked:
                out_reason[row, position] = _SEARCHED
            elif boost[item] > 1.3:
                out_reason[row, position] = _EXPLORED
            else:
                out_reason[row, position] = _RELEVANT


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
        count_one(drawn.shown, person, group, 1)  # caps bind ghosts as they bind impressions
        place = out.ghost[0, 0] + 1
        out.ghost[place, 0], out.ghost[place, 1] = row, PAID_POSITIONS[slot]
        out.ghost[place, 2], out.ghost[place, 3] = group, micros
        out.ghost[0, 0] = place
