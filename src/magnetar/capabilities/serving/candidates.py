"""Retrieval: lists prepared at tick edges, from which a page draws its 50 candidates.

Organic lists hold the items of each scene and category, best expected value first. Paid lists hold
the ad groups that may reach each shopper segment in each scene, highest expected eCPM first. A
shopper's segment is the category that the platform expects them to like best.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magnetar.capabilities.campaigns import Roster
from magnetar.capabilities.understanding import SCENES, Predictor
from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.compiled import Array, compiled

PAID_POOL = 64
"""Longest list of ad groups for one scene and segment."""
FAVOURITES = 3
EXPLORE = 0.6
"""Weight of an item's relative uncertainty in its organic score."""


class Value(NamedTuple):
    """What the platform counts a click and an order as worth, currency units."""

    click: float = 0.12
    """Attention: a click on anything."""
    take: float = 0.05
    """Share of an order's value."""
    shopper: float = 0.4
    """Worth of a click to the shopper, which a bid must not ignore."""


class Pools(NamedTuple):
    """Candidate lists of one tick."""

    organic: Array
    """(scenes, categories, longest) items."""
    organic_size: Array
    paid: Array
    """(scenes, segments, PAID_POOL) ad groups."""
    paid_size: Array
    favourites: Array
    """(shoppers, FAVOURITES) categories, liked best first; the first is the segment."""
    boost: Array
    """(items,), factor ≥ 1 on organic scores for what is still little known."""


def favourites(predictor: Predictor) -> Ints:
    """(shoppers, FAVOURITES): each shopper's best categories by what is known now."""
    out = np.zeros((len(predictor.clicks.matches.mean), FAVOURITES), np.int64)
    _favourites(predictor.clicks.matches.mean, out)
    return out


def organic_pools(predictor: Predictor, value: Value) -> tuple[Ints, Ints, Floats]:
    """Organic lists, their sizes, and the boost of each item."""
    shelf = predictor.shelf.arrays
    boost = 1.0 + EXPLORE * predictor.clicks.item_spread()
    worth = value.click + value.take * predictor.orders.items.mean * predictor.orders.contexts.mean.mean() * shelf.price
    score = predictor.clicks.items.mean * worth * boost
    order = np.argsort(-score, kind="stable")
    categories = max(len(predictor.shelf.categories), 1)
    longest = int(np.bincount(shelf.category, minlength=1).max()) if len(score) else 1
    lists = np.zeros((SCENES, categories, longest), np.int64)
    sizes = np.zeros((SCENES, categories), np.int64)
    _fill_organic(order, shelf.category, shelf.scenes, shelf.listed, lists, sizes)
    return lists, sizes, boost


def liking_of(predictor: Predictor, segment: Ints) -> Floats:
    """(segments, categories), mean match of each segment's shoppers with each category."""
    return _liking(predictor.clicks.matches.mean, segment, max(len(predictor.shelf.categories), 1))


def paid_pools(roster: Roster, alpha: Floats, predictor: Predictor, liking: Floats) -> tuple[Ints, Ints]:
    """Paid lists and their sizes."""
    shelf = predictor.shelf.arrays
    segments = max(len(predictor.shelf.categories), 1)
    lists = np.zeros((SCENES, segments, PAID_POOL), np.int64)
    sizes = np.zeros((SCENES, segments), np.int64)
    if len(roster):
        item = roster.item
        orders = predictor.orders
        brings = np.where(
            roster.per_click > 0.0, roster.per_click / orders.contexts.mean.mean(), orders.items.mean[item]
        )
        strength = alpha * predictor.clicks.items.mean[item] * brings
        strength[~shelf.listed[item]] = 0.0
        _fill_paid(
            strength,
            liking,
            shelf.category[item],
            roster.audience,
            roster.scenes,
            roster.active,
            shelf.scenes[item],
            lists,
            sizes,
        )
    return lists, sizes


@compiled
def _liking(match: Array, segment: Array, segments: int) -> Floats:
    total = np.zeros((segments, match.shape[1]))
    count = np.zeros(segments)
    for shopper in range(match.shape[0]):
        one = segment[shopper]
        count[one] += 1.0
        for category in range(match.shape[1]):
            total[one, category] += match[shopper, category]
    for one in range(segments):
        for category in range(match.shape[1]):
            total[one, category] /= max(count[one], 1.0)
    return total


@compiled
def _favourites(match: Array, out: Array) -> None:
    best = np.empty(out.shape[1])
    for shopper in range(match.shape[0]):
        best[:] = -1.0
        for category in range(match.shape[1]):
            place = out.shape[1] - 1
            if match[shopper, category] <= best[place]:
                continue
            while place > 0 and best[place - 1] < match[shopper, category]:
                best[place] = best[place - 1]
                out[shopper, place] = out[shopper, place - 1]
                place -= 1
            best[place] = match[shopper, category]
            out[shopper, place] = category


@compiled
def _fill_organic(order: Array, category: Array, scenes: Array, listed: Array, lists: Array, sizes: Array) -> None:
    for place in range(order.shape[0]):
        item = order[place]
        if listed[item]:
            for scene in range(lists.shape[0]):
                if (scenes[item] >> scene) & 1:
                    group = category[item]
                    lists[scene, group, sizes[scene, group]] = item
                    sizes[scene, group] += 1


@compiled
def _fill_paid(
    strength: Array,
    liking: Array,
    category: Array,
    audience: Array,
    scenes: Array,
    active: Array,
    item_scenes: Array,
    lists: Array,
    sizes: Array,
) -> None:
    groups, longest = strength.shape[0], lists.shape[2]
    scores = np.empty(longest)
    for segment in range(lists.shape[1]):
        filled = 0
        for group in range(groups):
            if not active[group] or strength[group] <= 0.0 or not (audience[group] >> segment) & 1:
                continue
            score = strength[group] * liking[segment, category[group]]
            if filled == longest and score <= scores[filled - 1]:
                continue
            place = min(filled, longest - 1)
            while place > 0 and scores[place - 1] < score:
                scores[place] = scores[place - 1]
                lists[0, segment, place] = lists[0, segment, place - 1]
                place -= 1
            scores[place] = score
            lists[0, segment, place] = group
            filled = min(filled + 1, longest)
        for scene in range(lists.shape[0] - 1, -1, -1):  # scene 0 last: its list is the source
            kept = 0
            for place in range(filled):
                group = lists[0, segment, place]
                if (scenes[group] >> scene) & 1 and (item_scenes[group] >> scene) & 1:
                    lists[scene, segment, kept] = group
                    kept += 1
            sizes[scene, segment] = kept
