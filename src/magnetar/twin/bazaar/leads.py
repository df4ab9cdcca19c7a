"""Leads: after a click on a product some shoppers leave a way to be reached, at a hidden rate of the product."""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.shoppers import Clicked, Converted
from magnetar.kernel.chance import Chance, Floats, exponential, fold, uniform
from magnetar.kernel.clock import HOUR
from magnetar.kernel.compiled import Array, compiled
from magnetar.vocabulary.campaigns import ConversionKind

LEAST, SPREAD = 0.02, 0.10
"""Rates lie between LEAST and LEAST + SPREAD, most of them low."""
DELAY = 1.5 * HOUR
"""Mean time from click to lead, microseconds."""


class Leads:
    """Who leaves one, and when."""

    def __init__(self, chance: Chance, price: Floats) -> None:
        """`price` is (items,), currency units; content that sells nothing brings no leads."""
        self._luck = chance.of("leads").key
        self.rate = np.where(price > 0.0, LEAST + SPREAD * chance.of("lead rates").uniforms(len(price)) ** 2, 0.0)
        """(items,), leads per click: the truth, which the platform has to find out."""
        self._under_way = np.zeros((7, 0), np.int64)

    def after(self, clicked: Clicked, until: int) -> Converted:
        """Leads that fall due before a moment, of these clicks and earlier ones. Draws are keyed by page and item."""
        due = np.full(len(clicked.item), -1, np.int64)
        _leave(self._luck, clicked.request, clicked.item, clicked.at, self.rate, due)
        fresh = np.flatnonzero(due >= 0)
        columns = (
            clicked.at,
            clicked.request.view(np.int64),
            clicked.shopper,
            clicked.scene,
            clicked.item,
            clicked.group,
        )
        rows = np.vstack([due[fresh], *(np.asarray(column, np.int64)[fresh] for column in columns)])
        waiting = np.hstack([self._under_way, rows])
        now = waiting[0] < until
        self._under_way = waiting[:, ~now]
        at, clicked_at, request, shopper, scene, item, group = waiting[:, now]
        kind = np.full(len(at), int(ConversionKind.LEAD), np.int8)
        return Converted(
            at, clicked_at, request.view(np.uint64), shopper, scene, item, group, kind, np.zeros(len(at), np.int64)
        )


@compiled
def _leave(luck: np.uint64, request: Array, item: Array, at: Array, rate: Array, due: Array) -> None:
    for row in range(item.shape[0]):
        mine = fold(fold(luck, request[row]), item[row])
        if uniform(mine, 0) < rate[item[row]]:
            due[row] = at[row] + int(DELAY * exponential(mine, 1))
