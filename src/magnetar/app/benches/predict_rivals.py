"""The predictors that `bench predict` sets beside ours, each fed by the platform's own events alone.

The overall rate; each item's rate drawn to the overall one; logistic regression on hashed features,
trained online by FTRL-Proximal (McMahan et al. 2013, KDD, algorithm 1). None corrects for orders
that are still to come: the first two count the orders that have arrived, the third waits a while
and takes for a failure what has not been ordered by then.
"""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

import numpy as np

from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.chance import mix
from magnetar.kernel.compiled import Array, compiled

SMOOTHING = 4.0
"""Expected hits' worth of trust in the overall rate."""
BITS = 18
_FEATURES = 9
ALPHA, BETA, L1, L2 = 0.05, 1.0, 0.0, 1.0
"""Chosen on the tuned seeds among α ∈ {.02, .05, .1}, λ₁ ∈ {0, .5}."""
WAIT_TICKS = 12
"""Ticks that FTRL waits for an order before it takes a click for a failure."""


class Seen(NamedTuple):
    """A tick's impressions as the platform saw them."""

    tick: int
    shopper: Array
    scene: Array
    item: Array
    place: Array
    clicked: Array
    request: Array


class Counting:
    """Overall rates, and rates by item; orders as they have arrived."""

    def __init__(self, shelf: Shelf) -> None:
        self._sold = shelf.arrays.price > 0.0
        items = len(shelf)
        self._views, self._clicks, self._trials, self._orders = np.zeros((4, items))

    def overall(self) -> tuple[float, float]:
        """(click, order) rates of everything."""
        clicks, trials = self._clicks.sum(), self._trials.sum()
        return (clicks + 1.0) / (self._views.sum() + 20.0), (self._orders.sum() + 1.0) / (trials + 20.0)

    def by_item(self, item: Array) -> tuple[Array, Array]:
        """(click, order) rates of some items."""
        click, order = self.overall()
        clicks = (self._clicks + SMOOTHING) / (self._views + SMOOTHING / click)
        orders = (self._orders + SMOOTHING) / (self._trials + SMOOTHING / order)
        return clicks[item], np.where(self._sold, orders, 0.0)[item]

    def learn(self, seen: Seen, ordered_items: Array) -> None:
        """A tick's impressions, and the orders that were placed in it."""
        items = len(self._views)
        clicks = np.bincount(seen.item[seen.clicked > 0], minlength=items)
        self._views += np.bincount(seen.item, minlength=items)
        self._clicks += clicks
        self._trials += clicks * self._sold
        self._orders += np.bincount(ordered_items, minlength=items)


class Hashed:
    """Logistic regression on hashed features by FTRL-Proximal, for clicks and for orders."""

    def __init__(self, shelf: Shelf) -> None:
        arrays = shelf.arrays
        self._about = np.column_stack([arrays.category, arrays.merchant + 1, arrays.band]).astype(np.int64)
        self._sold = arrays.price > 0.0
        self._sums, self._squares = np.zeros((2, 2, 1 << BITS))
        self._sums[:, 0] = 0.0
        self._waiting: deque[tuple[int, Array, Array]] = deque()
        self._arrived: set[tuple[int, int]] = set()

    def predict(self, seen: Seen) -> tuple[Array, Array]:
        """(click, order) rates of a tick's impressions."""
        out = np.empty((2, len(seen.item)))
        for task in range(2):
            _ftrl(
                task, seen.shopper, seen.scene, seen.item, seen.clicked, self._about, self._sums[task],
                self._squares[task], False, out[task],
            )  # fmt: skip
        out[1, ~self._sold[seen.item]] = 0.0
        return out[0], out[1]

    def learn(self, seen: Seen, ordered_request: Array, ordered_item: Array) -> None:
        """A tick's impressions; orders that were placed; what was clicked WAIT_TICKS ago becomes examples."""
        out = np.empty(len(seen.item))
        _ftrl(
            0,
            seen.shopper,
            seen.scene,
            seen.item,
            seen.clicked,
            self._about,
            self._sums[0],
            self._squares[0],
            True,
            out,
        )
        self._arrived.update(zip(ordered_request.tolist(), ordered_item.tolist(), strict=True))
        row = np.flatnonzero((seen.clicked > 0) & self._sold[seen.item])
        key = np.column_stack([seen.request[row].astype(np.uint64).view(np.int64), seen.item[row]])
        self._waiting.append((seen.tick, np.column_stack([seen.shopper[row], seen.scene[row], seen.item[row]]), key))
        while self._waiting and self._waiting[0][0] <= seen.tick - WAIT_TICKS:
            _, rows, keys = self._waiting.popleft()
            keys = [(int(np.uint64(one & 0xFFFFFFFFFFFFFFFF)), two) for one, two in keys.tolist()]
            label = np.array([one in self._arrived for one in keys], np.int8)
            self._arrived.difference_update(keys)
            shopper, scene, item = np.ascontiguousarray(rows.T.reshape(3, -1))
            _ftrl(
                1, shopper, scene, item, label, self._about, self._sums[1], self._squares[1], True, np.empty(len(item))
            )


@compiled
def _ftrl(
    task: int,
    shopper: Array,
    scene: Array,
    item: Array,
    label: Array,
    about: Array,
    sums: Array,
    squares: Array,
    learning: bool,
    out: Array,
) -> None:
    place = np.empty(_FEATURES, np.int64)
    weight = np.empty(_FEATURES)
    mask = np.uint64((1 << BITS) - 1)
    for row in range(item.shape[0]):
        person, where, what = shopper[row], scene[row], item[row]
        category, merchant, band = about[what, 0], about[what, 1], about[what, 2]
        place[0] = 0
        place[1] = _slot(1, where, 0, mask)
        place[2] = _slot(2, what, 0, mask)
        place[3] = _slot(3, category, where, mask)
        place[4] = _slot(4, merchant, 0, mask)
        place[5] = _slot(5, band, category, mask)
        place[6] = _slot(6, person, 0, mask)
        place[7] = _slot(7, person, category, mask)
        place[8] = _slot(8, person, band, mask)
        total = -2.7
        for feature in range(_FEATURES):
            here = place[feature]
            held = sums[here]
            weight[feature] = 0.0
            if abs(held) > L1:
                sign = 1.0 if held > 0.0 else -1.0
                weight[feature] = -(held - sign * L1) / ((BETA + math.sqrt(squares[here])) / ALPHA + L2)
            total += weight[feature]
        rate = 1.0 / (1.0 + math.exp(-total))
        out[row] = rate
        if learning:
            gradient = rate - label[row]
            for feature in range(_FEATURES):
                here = place[feature]
                step = (math.sqrt(squares[here] + gradient * gradient) - math.sqrt(squares[here])) / ALPHA
                sums[here] += gradient - step * weight[feature]
                squares[here] += gradient * gradient


@compiled
def _slot(kind: int, one: int, other: int, mask: np.uint64) -> int:
    """Where a feature lives, by hashing."""
    return int(mix(mix(np.uint64(kind * 1_000_003 + one)) ^ np.uint64(other)) & mask)
