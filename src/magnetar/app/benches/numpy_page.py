"""The page decision once more, in vectorised numpy: the baseline that the compiled one is measured against.

Same candidates, predictions, auction and blend for a whole batch at once. It leaves out what only a
scan in order can do (budgets and caps drawn down inside the batch) and the price landscape, which
is in its favour.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.serving.natural import EACH, JITTER, LISTS, ORGANIC_CANDIDATES, RANKED
from magnetar.capabilities.serving.selling import FIRST_TRIED, PAID_CANDIDATES
from magnetar.capabilities.serving.snapshot import BOOST, ORDER, PAID_POSITIONS, PAID_SLOTS, TAKE, Drawn, Snapshot
from magnetar.capabilities.shoppers import POSITIONS
from magnetar.capabilities.understanding import (
    BIAS,
    DOUBT,
    FADE,
    FAR,
    KINDS,
    LENGTH,
    LEVEL,
    LIKING,
    MANY,
    MONEY,
    NATURE,
    NORM,
    ON,
    SATED,
    SPENT,
    UNSURE,
    VAGUE,
    VAGUENESS,
    WIDE,
)
from magnetar.kernel.compiled import Array

_HALF = np.float32(0.5)


class Pages(NamedTuple):
    """(pages, POSITIONS) each."""

    item: Array
    group: Array
    charge: Array
    click_rate: Array
    order_rate: Array


def _mix(value: Array) -> Array:
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def _uniform(luck: Array, part: Array | int) -> Array:
    return (_mix(luck ^ np.asarray(part).astype(np.uint64)) >> np.uint64(11)) * 2.0**-53


def _piece(bits: Array, width: int, count: int) -> Array:
    """(pages, count), draws in [0, 1) from so many bits each."""
    shift = (width * np.arange(count)).astype(np.uint64)
    return ((bits[:, None] >> shift) & np.uint64(2**width - 1)) * 2.0**-width


def _shake(luck: Array, item: Array) -> Array:
    mixed = (luck >> np.uint64(32)).astype(np.uint32)[:, None] ^ (item.astype(np.uint32) * np.uint32(0x9E3779B1))
    mixed = (mixed ^ (mixed >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    mixed = (mixed ^ (mixed >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    least, scale = np.float32(1.0 - JITTER), np.float32(2.0 * JITTER * 2.0**-24)
    return least + scale * (mixed >> np.uint32(8)).astype(np.float32)


def _power_of_two(exponent: Array) -> Array:
    """By the polynomial that the compiled page uses, in single precision."""
    whole = (exponent + np.float32(64.5)).astype(np.int32) - 64
    rest, power = exponent - whole.astype(np.float32), ((whole + 127) << 23).view(np.float32)
    curve = np.float32(0.0013333558)
    for factor in (0.0096181291, 0.0555041087, 0.2402265070, 0.6931471806, 1.0):
        curve = np.float32(factor) + rest * curve
    return power * curve


def _clicks(now: Snapshot, taste: Array, scene: Array, item: Array, match: Array) -> tuple[Array, Array]:
    """Click rates and what liking does to orders, in single precision."""
    facts, one, eight, log2e = now.facts, np.float32(1.0), np.float32(WIDE), np.float32(1.4426950408889634)
    doubt, norm = taste[:, DOUBT : DOUBT + 1], taste[:, NORM : NORM + 1]
    bias = now.draws.scenes[scene].astype(np.float32)[:, None] + facts[item, BIAS]
    variance = doubt * facts[item, LENGTH] + facts[item, VAGUE] * (norm + eight * doubt) + facts[item, UNSURE]
    pull = np.zeros_like(bias)
    for axis in range(WIDE):
        pull = pull + taste[:, axis : axis + 1] * facts[item, NATURE + axis]
    liking, vagueness = now.drives.weights[[LIKING, VAGUENESS]].astype(np.float32)
    tilt = np.clip(liking * pull + vagueness * variance, np.float32(-FAR), np.float32(FAR))
    exponent = -log2e * (pull + bias) / np.sqrt(one + np.float32(np.pi / 8.0) * variance)
    exponent = np.clip(exponent, np.float32(-60.0), np.float32(60.0))
    return match / (one + _power_of_two(exponent)), _power_of_two(log2e * tilt)


def decide(now: Snapshot, drawn: Drawn, shown: Array, requests: PageRequests) -> Pages:
    """Fill a batch of pages; `shown` is (shoppers, groups), impressions today."""
    shelf, pools, value, tastes = now.shelf, now.pools, now.value, now.tastes
    who, scene, asked = requests.shopper, requests.scene, requests.wanted
    pages = np.arange(len(who))[:, None]
    luck = _mix(now.explore ^ requests.request)
    draws, drives = now.draws, now.drives
    taste, lately = draws.shoppers[who], drives.lately[who].astype(np.float64)
    left = FADE ** (drives.today - lately[:, ON])[:, None]
    weights = drives.weights
    purse = np.exp(weights[LEVEL] + weights[SPENT] * np.minimum(MANY, left * lately[:, MONEY : MONEY + 1]))
    appetite = np.exp(weights[SATED] * np.minimum(MANY, left * lately[:, KINDS:]))
    order_base = now.order_context[scene][:, None] * purse

    def rates(item: Array) -> tuple[Array, Array]:
        band, thing = shelf.band[item], draws.items[item].astype(np.float64)
        pull = np.zeros(item.shape)
        for axis in range(WIDE):
            pull = pull + taste[:, axis : axis + 1].astype(np.float64) * thing[:, :, NATURE + axis]
        doubt, vague = taste[:, DOUBT : DOUBT + 1].astype(np.float64), thing[:, :, VAGUE]
        variance = doubt * thing[:, :, LENGTH] + vague * taste[:, NORM : NORM + 1] + WIDE * doubt * vague
        variance = variance + thing[:, :, UNSURE]
        mean = draws.scenes[scene][:, None] + thing[:, :, BIAS] + pull
        click = 1.0 / (1.0 + np.exp(-mean / np.sqrt(1.0 + np.pi / 8.0 * variance)))
        moved = np.exp(np.clip(weights[LIKING] * pull + weights[VAGUENESS] * variance, -FAR, FAR))
        moved = moved * appetite[pages, shelf.category[item]]
        order = np.minimum(0.5, order_base * moved * now.order_item[item] * tastes.order_mean[who[:, None], band])
        return click, np.where(shelf.price[item] > 0.0, order, 0.0)

    # organic: eight strata of each of four lists
    liked = tastes.liked[who].astype(np.int64)
    guess = (_uniform(luck, 901) * pools.organic.shape[1]).astype(np.int64)
    lists = np.column_stack([np.where(asked[:, None] >= 0, asked[:, None], liked[:, : LISTS - 1]), guess])
    size = pools.organic_size[scene[:, None], lists][:, :, None].astype(np.int64)
    stratum = np.arange(EACH)
    depth = (stratum + _piece(_mix(luck ^ np.uint64(900)), 16, LISTS)[:, :, None]) / EACH
    place = np.where(size <= EACH, stratum, (size * depth * depth).astype(np.int64))
    there = (stratum < size) | (size > EACH)
    item = pools.organic[scene[:, None, None], lists[:, :, None], np.minimum(place, pools.organic.shape[2] - 1)]
    match = np.ones(item.shape, np.float32).reshape(len(who), -1)
    item, there = item.reshape(len(who), -1), there.reshape(len(who), -1)

    # what follows up the latest clicks stands in place of one list, before all others
    recent = now.recent[who].astype(np.int64)
    follow = np.where(recent[:, :, None] >= 0, now.partners[recent], -1).transpose(0, 2, 1).reshape(len(who), -1)
    begun = (asked < 0) & (recent[:, 0] >= 0)
    fits = (follow >= 0) & shelf.listed[follow] & ((shelf.scenes[follow] >> scene[:, None].astype(np.uint8)) & 1 > 0)
    fits &= begun[:, None] & ~(follow[:, :, None] == recent[:, None, :]).any(axis=2)
    replaced = (LISTS - 2) * EACH + np.arange(EACH)
    there[:, replaced] &= ~begun[:, None]
    lifted = np.full(follow.shape, now.follow_lift, np.float32)
    item = np.concatenate([follow, item], axis=1)
    there, match = np.concatenate([fits, there], axis=1), np.concatenate([lifted, match], axis=1)
    named = np.where(there, item, -1)
    by_item = np.argsort(named, axis=1, kind="stable")
    in_order = named[pages, by_item]
    there[pages, by_item[:, 1:]] &= in_order[:, 1:] != in_order[:, :-1]
    fit = (order_base * tastes.order_mean[who]).astype(np.float32)
    own_order, take, boost = (now.facts[item, column] for column in (ORDER, TAKE, BOOST))
    click, moved = _clicks(now, taste, scene, item, match)
    click = np.minimum(np.float32(1.0), click)
    hunger = appetite.astype(np.float32)[pages, shelf.category[item]]
    order = np.minimum(_HALF, own_order * fit[pages, shelf.band[item]] * hunger * moved)
    score = click * (np.float32(value.click) + order * take) * boost * _shake(_mix(luck), item)
    key = score.view(np.int32) & ~(ORGANIC_CANDIDATES - 1) | (ORGANIC_CANDIDATES - there.cumsum(axis=1))
    key = np.where(there, key, -1)
    best = np.argsort(-key, axis=1, kind="stable")[:, :RANKED]
    natural = np.where(key[pages, best] >= 0, item[pages, best], -1)

    # paid: the strongest dozen and a few of the rest; rank by bid and quality, one slot a merchant
    segment = np.where(asked >= 0, asked, liked[:, 0])
    size = pools.paid_size[scene, segment][:, None].astype(np.int64)
    turn = np.arange(PAID_CANDIDATES)
    draw = np.zeros((len(who), PAID_CANDIDATES))
    draw[:, FIRST_TRIED:] = _piece(_mix(luck ^ np.uint64(902)), 10, PAID_CANDIDATES - FIRST_TRIED)
    step = (size - FIRST_TRIED) / (PAID_CANDIDATES - FIRST_TRIED)
    later = FIRST_TRIED + (step * (turn - FIRST_TRIED + draw)).astype(np.int64)
    place = np.where((size > PAID_CANDIDATES) & (turn >= FIRST_TRIED), later, turn)
    group = pools.paid[scene[:, None], segment[:, None], np.minimum(place, pools.paid.shape[2] - 1)]
    item = now.group_item[group]
    left = drawn.lease[now.group_campaign[group]]
    may = (turn < size) & (left > 0)
    may &= shown[who[:, None], group] < now.cap[group]
    click, order = rates(item)
    worth = click * order
    same = natural[:, None, : POSITIONS - PAID_SLOTS] == item[:, :, None]
    held = now.reach[scene[:, None], same.argmax(axis=2)] / now.reach[scene, PAID_POSITIONS[0]][:, None]
    worth *= np.where(now.incremental[group] & same.any(axis=2), np.maximum(0.0, 1.0 - held), 1.0)
    bid = np.maximum(now.alpha[group] * worth, now.quota[group])
    quality = value.shopper * click
    may &= (bid >= now.reserve) & (bid * 1e6 <= left) & (worth > 0.0)
    rank = np.where(may, bid + quality, -np.inf)
    merchant = now.group_merchant[group]
    winner = np.empty((len(who), PAID_SLOTS + 1), np.int64)
    ranks = np.empty(winner.shape)
    for slot in range(PAID_SLOTS + 1):
        winner[:, slot] = rank.argmax(axis=1)
        ranks[:, slot] = rank[pages[:, 0], winner[:, slot]]
        rank[merchant == merchant[pages, winner[:, slot : slot + 1]]] = -np.inf
    won = np.isfinite(ranks)
    first = winner[:, :PAID_SLOTS]
    following = np.where(won[:, 1:], ranks[:, 1:], 0.0)
    price = np.minimum(bid[pages, first], np.maximum(now.reserve, following - quality[pages, first]))

    # blend
    out = np.full((len(who), POSITIONS), -1, np.int64)
    groups, charge = out.copy(), np.zeros(out.shape, np.int64)
    for slot, position in enumerate(PAID_POSITIONS):
        out[:, position] = np.where(won[:, slot], item[pages[:, 0], first[:, slot]], -1)
        groups[:, position] = np.where(won[:, slot], group[pages[:, 0], first[:, slot]], -1)
        charge[:, position] = np.where(won[:, slot], price[:, slot] * 1e6, 0.0)
    bought = np.where(won[:, :PAID_SLOTS], item[pages, first], -2)
    natural[(natural[:, :, None] == bought[:, None, :]).any(axis=2)] = -1
    natural = natural[pages, np.argsort(natural < 0, axis=1, kind="stable")]
    free = groups < 0
    turn = np.cumsum(free, axis=1) - 1
    out = np.where(free, natural[pages, turn], out)
    click, order = rates(np.maximum(out, 0))
    return Pages(out, groups, charge, np.where(out >= 0, click, 0.0), np.where(out >= 0, order, 0.0))


def agreement(one: Pages, item: Array, group: Array) -> float:
    """Share of pages on which both decided the same for every position."""
    return float(((one.item == item) & (one.group == group)).all(axis=1).mean())
