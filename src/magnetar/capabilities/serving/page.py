"""One page after another: retrieve, predict, bid, auction, blend; the hot loop of the product.

Rows are in arrival order. Everything read is a snapshot of the tick's start, except the budget
leases and the frequency caps, which the scan draws down as it goes. So a batch gives exactly what
the same rows give one at a time.
"""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.serving.natural import LANES, ORGANIC_CANDIDATES, RANKED, Organic, gather, rank, score, show
from magnetar.capabilities.serving.selling import sell
from magnetar.capabilities.serving.snapshot import Drawn, Slates, Snapshot
from magnetar.capabilities.understanding import WIDE, bring_up, meet
from magnetar.kernel.compiled import Array, compiled
from magnetar.kernel.fetching import fetch


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
        np.ones(wide, np.float32),
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
        gather(first, last, shopper, scene, wanted, found, request, now, organic)
        if now.rotation.creative.shape[0] > 0:
            show(first, last, shopper, request, now.rotation, organic)
        score(now, organic)
        rank(organic.key, organic.top)
        sell(first, last, shopper, scene, wanted, request, now, organic, of_row, place_of, drawn, out)
