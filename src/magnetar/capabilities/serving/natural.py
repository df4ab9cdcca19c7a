"""Natural candidates: gathered from searches, latest clicks and lists, scored side by side, ranked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magnetar.capabilities.recommendation import NEXT, RECENT, follows
from magnetar.capabilities.serving.rotation import Rotation, luck_of, pick
from magnetar.capabilities.serving.snapshot import BOOST, ORDER, PAID_SLOTS, TAKE, Snapshot
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
    appetite,
    fading,
    purse,
)
from magnetar.kernel.chance import fold, mix, uniform
from magnetar.kernel.compiled import Array, compiled, inlined

ORGANIC_CANDIDATES = 32
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
LAST = ORGANIC_CANDIDATES - 1
"""The bits of a key that hold a candidate's place."""
_HALF, _SCALE, _LEAST = np.float32(0.5), np.float32(2.0 * JITTER * 2.0**-24), np.float32(1.0 - JITTER)
_STIR, _STIR_1, _STIR_2 = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_16, _13, _8 = np.uint32(16), np.uint32(13), np.uint32(8)
_ONE, _EIGHT, _PULL = np.float32(1.0), np.float32(WIDE), np.float32(np.pi / 8.0)
_LOG2E, _FAR, _SHIFT = np.float32(1.4426950408889634), np.float32(60.0), np.float32(64.5)
_TILT = np.float32(FAR)
_EXP_1, _EXP_2, _EXP_3 = np.float32(0.6931471806), np.float32(0.2402265070), np.float32(0.0555041087)
_EXP_4, _EXP_5 = np.float32(0.0096181291), np.float32(0.0013333558)


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
    over: Array
    """(ORGANIC_CANDIDATES, LANES) float32, what the odds of a click are divided by for the creative that will show it."""
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
def gather(
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
def show(first: int, last: int, shopper: Array, request: Array, rotation: Rotation, organic: Organic) -> None:
    """What the creatives that will show the candidates do to the odds of a click."""
    entries, cell, cohort, key = rotation.first, rotation.cell, rotation.cohort, rotation.key
    cohorts, evenly = rotation.cohorts, rotation.explore
    item_of, over_of, counts = organic.item, organic.over, organic.count
    for row in range(first, last):
        lane, luck, whom = row - first, luck_of(key, request[row]), int(cohort[shopper[row]])
        for place in range(counts[lane]):
            _, over_of[place, lane] = pick(luck, int(item_of[place, lane]), whom, entries, cell, cohorts, evenly)


@compiled
def score(now: Snapshot, organic: Organic) -> None:
    """Predicted rates and sorting keys: what a place on the page should be worth, shaken a little."""
    facts, band, category, hunger = now.facts, now.shelf.band, now.shelf.category, organic.hunger
    liking, vagueness = np.float32(now.drives.weights[LIKING]), np.float32(now.drives.weights[VAGUENESS])
    item_of, match_of, taste, fit, stir = organic.item, organic.match, organic.taste, organic.fit, organic.stir
    push, over = organic.push, organic.over
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
            click = min(_ONE, match_of[place, lane] / (_ONE + power[lane] * mean[lane] * over[place, lane]))
            order = min(_HALF, own_order[lane])
            clicks[place, lane], orders[place, lane] = click, order
            worth = click * (value + order * take[lane]) * push[place, lane]
            score[place, lane] = worth * boost[lane] * _shake(stir[lane], item_of[place, lane])
        for lane in range(LANES):  # the bits of a float above 0 sort as it does; the lowest make no two keys equal
            key[place, lane] = (key[place, lane] & np.int32(~LAST)) | np.int32(LAST - place)


@compiled
def rank(key: Array, top: Array) -> None:
    """The largest keys of every column, in order: each place passes on what is smaller than what it holds."""
    for place in range(RANKED):
        for lane in range(LANES):
            top[place, lane] = np.int32(-1)
        for candidate in range(ORGANIC_CANDIDATES):
            for lane in range(LANES):
                held, new = top[place, lane], key[candidate, lane]
                top[place, lane] = max(held, new)
                key[candidate, lane] = min(held, new)
