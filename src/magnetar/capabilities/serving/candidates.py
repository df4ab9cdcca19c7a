"""Retrieval: lists prepared at tick edges, from which a page draws its 50 candidates.

Organic lists hold the items of each scene and category, best expected value first. Paid lists hold
the ad groups that may reach each shopper segment in each scene, highest expected eCPM first. A
shopper's segment is the category that the platform expects them to like best.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns import Roster
from magnetar.capabilities.understanding import SCENES, Predictor
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled

PAID_POOL = 64
"""Longest list of ad groups for one scene and segment."""
EXPLORE = 0.6
"""Weight of an item's relative uncertainty in its organic score."""
Rows = NDArray[np.int32]


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
    """(scenes, categories, longest) int32 items."""
    organic_size: Array
    paid: Array
    """(scenes, segments, PAID_POOL) int32 ad groups."""
    paid_size: Array
    boost: Array
    """(items,), factor ≥ 1 on organic scores for what is still little known."""


def organic_pools(predictor: Predictor, value: Value) -> tuple[Rows, Rows, Floats]:
    """Organic lists, their sizes, and the boost of each item."""
    shelf = predictor.shelf.arrays
    boost = 1.0 + EXPLORE * predictor.clicks.item_spread()
    worth = value.click + value.take * predictor.orders.items.mean * predictor.orders.contexts.mean.mean() * shelf.price
    score = predictor.clicks.items.mean * worth * boost
    order = np.argsort(-score, kind="stable")
    categories = max(len(predictor.shelf.categories), 1)
    longest = int(np.bincount(shelf.category, minlength=1).max()) if len(score) else 1
    lists = np.zeros((SCENES, categories, longest), np.int32)
    sizes = np.zeros((SCENES, categories), np.int32)
    _fill_organic(order, shelf.category, shelf.scenes, shelf.listed, lists, sizes)
    return lists, sizes, boost


def paid_pools(roster: Roster, alpha: Floats, predictor: Predictor, liking: Floats) -> tuple[Rows, Rows]:
    """Paid lists and their sizes."""
    shelf = predictor.shelf.arrays
    segments = max(len(predictor.shelf.categories), 1)
    lists = np.zeros((SCENES, segments, PAID_POOL), np.int32)
    sizes = np.zeros((SCENES, segments), np.int32)
    if len(roster):
        strength = np.empty(len(roster))
        _strengths(
            alpha,
            roster.item,
            roster.per_click,
            roster.active,
            shelf.listed,
            predictor.clicks.items.mean,
            predictor.orders.items.mean,
            float(predictor.orders.contexts.mean.mean()),
            strength,
        )
        _fill_paid(
            np.argsort(-strength, kind="stable"),
            strength,
            liking,
            shelf.category,
            shelf.scenes,
            roster.item,
            roster.audience,
            roster.scenes,
            lists,
            sizes,
        )
    return lists, sizes


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
def _strengths(
    alpha: Array,
    item: Array,
    per_click: Array,
    active: Array,
    listed: Array,
    click: Array,
    order: Array,
    context: float,
    out: Array,
) -> None:
    """Bid times expected results of an average view of each ad group; 0 for one that may not run."""
    for group in range(alpha.shape[0]):
        what = item[group]
        brings = per_click[group] / context if per_click[group] > 0.0 else order[what]
        out[group] = alpha[group] * click[what] * brings if active[group] and listed[what] else 0.0


@compiled
def _fill_paid(
    order: Array,
    strength: Array,
    liking: Array,
    category: Array,
    item_scenes: Array,
    item: Array,
    audience: Array,
    scenes: Array,
    lists: Array,
    sizes: Array,
) -> None:
    longest = lists.shape[2]
    scores = np.empty(longest)
    for segment in range(lists.shape[1]):
        filled = 0
        for turn in range(order.shape[0]):  # strongest first, so that most find their place at the end of the list
            group = order[turn]
            if strength[group] <= 0.0:
                break
            if not (audience[group] >> segment) & 1:
                continue
            score = strength[group] * liking[segment, category[item[group]]]
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
                if (scenes[group] >> scene) & 1 and (item_scenes[item[group]] >> scene) & 1:
                    lists[scene, segment, kept] = group
                    kept += 1
            sizes[scene, segment] = kept
