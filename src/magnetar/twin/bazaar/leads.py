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
        self._under_way = np.empty((64, 7), np.int64)
        """(room, columns): due, then the click: at, request, shopper, scene, item, ad group."""
        self._waiting = 0
        self._until = -1

    def after(self, clicked: Clicked, until: int) -> Converted:
        """Leads that fall due before a moment, of these clicks and earlier ones. Draws are keyed by page and item."""
        before, most = self._waiting, self._waiting + len(clicked.item)
        if most > len(self._under_way):
            larger = np.empty((most + most // 2, 7), np.int64)
            larger[:before] = self._under_way[:before]
            self._under_way = larger
        count = _leave(
            self._luck,
            clicked.at,
            clicked.request,
            clicked.shopper,
            clicked.scene,
            clicked.item,
            clicked.group,
            self.rate,
            self._under_way,
            before,
        )
        first = before if until == self._until else 0  # the earlier ones were looked at up to this moment
        self._until = until
        due = np.empty((count - first, 7), np.int64)
        self._waiting, landed = _land(self._under_way, first, count, until, due)
        at, clicked_at, request, shopper, scene, item, group = due[:landed].T
        kind = np.full(landed, int(ConversionKind.LEAD), np.int8)
        request = np.ascontiguousarray(request).view(np.uint64)
        return Converted(at, clicked_at, request, shopper, scene, item, group, kind, np.zeros(landed, np.int64))


@compiled
def _leave(
    luck: np.uint64,
    at: Array,
    request: Array,
    shopper: Array,
    scene: Array,
    item: Array,
    group: Array,
    rate: Array,
    under_way: Array,
    waiting: int,
) -> int:
    for row in range(item.shape[0]):
        mine = fold(fold(luck, request[row]), item[row])
        if uniform(mine, 0) < rate[item[row]]:
            under_way[waiting, 0] = at[row] + int(DELAY * exponential(mine, 1))
            under_way[waiting, 1], under_way[waiting, 2] = at[row], np.int64(request[row])
            under_way[waiting, 3], under_way[waiting, 4] = shopper[row], scene[row]
            under_way[waiting, 5], under_way[waiting, 6] = item[row], group[row]
            waiting += 1
    return waiting


@compiled
def _land(under_way: Array, first: int, waiting: int, until: int, due: Array) -> tuple[int, int]:
    """Move what falls due among the rows from `first` on; returns how many still wait, and how many landed."""
    kept, landed = first, 0
    for row in range(first, waiting):
        if under_way[row, 0] < until:
            due[landed] = under_way[row]
            landed += 1
        else:
            under_way[kept] = under_way[row]
            kept += 1
    return kept, landed
