"""The signs that a click or an order is read from: who, what, where, when, and what went before.

The same few lines tell the cells of a logged impression while fitting and of a simulated one while
forecasting, so that the twin is asked the question that it was taught.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magnetar.capabilities.shoppers import POSITIONS
from magnetar.kernel.compiled import Array, compiled, inlined

SCENES = 4
VIEWS = 8
"""Cells for how often a shopper saw the item before: 0, 1, 2, 3–4, 5–8, 9–16, 17–32, more."""
HOURS = 8
"""Cells of three hours."""
ASKED = 3
"""Cells: not a search, a search for this category, a search for another."""
HEAT = 3
"""Cells: no click on the category lately, one within the half-hour before, one within a day."""
REST = 4
"""Cells: no order in the category lately, one within a day, one within three, not known yet."""
COMPANY = 5
"""Cells: how many other things of the same category came on screen, up to four."""
CROWD = 8
"""Cells of what the platform expected of all else on screen together, in clicks."""
LATELY = 7
"""Cells of a shopper's orders of late, counted with a third forgotten every night; the last: not known yet."""
UNKNOWN = 96
"""Ticks from the log's beginning during which nobody's past is known."""
FOND = 7
"""Cells of how much more a shopper clicks on a category than others do, as the fit of clicks has it."""
NEVER = -1_000_000
PAID = 2


class Past(NamedTuple):
    """What has happened to each shopper so far, as far as the signs need it."""

    views: Array
    """(shoppers, items) uint8, halved every night."""
    clicked: Array
    """(shoppers, categories), tick of the last click."""
    ordered: Array
    """(shoppers, categories), tick of the last click that led to an order."""
    orders: Array
    """(shoppers,), orders of late."""


def no_past(shoppers: int, items: int, categories: int) -> Past:
    """Before the log begins nothing is known."""
    return Past(
        np.zeros((shoppers, items), np.uint8),
        np.full((shoppers, categories), NEVER),
        np.full((shoppers, categories), NEVER),
        np.zeros(shoppers),
    )


@inlined
def view_cell(views: int) -> int:
    """The cell of a number of views."""
    if views < 3:
        return views
    if views < 5:
        return 3
    if views < 9:
        return 4
    if views < 17:
        return 5
    return 6 if views < 33 else 7


@inlined
def asked_cell(wanted: int, category: int) -> int:
    if wanted < 0:
        return 0
    return 1 if wanted == category else 2


@inlined
def heat_cell(since: int) -> int:
    if since <= 1:
        return 1
    return 2 if since <= 48 else 0


@inlined
def rest_cell(tick: int, ordered: int) -> int:
    since = tick - ordered
    if since <= 48:
        return 1
    if since <= 144:
        return 2
    return 3 if tick < UNKNOWN else 0


@inlined
def place_cell(scene: int, paid: int, position: int) -> int:
    return (scene * PAID + paid) * POSITIONS + position


@inlined
def crowd_cell(others: float) -> int:
    if others < 0.3:
        return 0 if others < 0.1 else 1 if others < 0.2 else 2
    if others < 0.55:
        return 3 if others < 0.4 else 4
    if others < 1.0:
        return 5 if others < 0.75 else 6
    return 7


@inlined
def lately_cell(tick: int, orders: float) -> int:
    if tick < UNKNOWN:
        return 6
    if orders < 0.9:
        return 0 if orders < 0.3 else 1
    if orders < 2.5:
        return 2 if orders < 1.5 else 3
    return 4 if orders < 4.5 else 5


@compiled
def night(past: Past) -> None:
    """Half of what was seen is forgotten, and a third of what was ordered."""
    for shopper in range(past.views.shape[0]):
        past.orders[shopper] *= 2.0 / 3.0
        for item in range(past.views.shape[1]):
            past.views[shopper, item] >>= 1


@compiled
def read_signs(
    tick: Array,
    shopper: Array,
    scene: Array,
    wanted: Array,
    depth: Array,
    item: Array,
    group: Array,
    told: Array,
    clicked: Array,
    category: Array,
    band: Array,
    price: Array,
    bands: int,
    past: Past,
    views: Array,
    clicks: Array,
) -> tuple[int, int]:
    """Write the cells of every impression and of every click on something that is sold.

    `views` is (CLICK_SIGNS + 1, impressions): the cells, and whether it was clicked.
    `clicks` is (ORDER_SIGNS + 3, clicks): the cells, whether an order followed, page and position.
    Returns how many of each; leaves `past` as it stands at the end of the log.
    """
    categories = past.clicked.shape[1]
    counts = np.zeros(categories, np.int64)
    seen, bought, today = 0, 0, tick[0] // 48 if tick.shape[0] else 0
    for page in range(tick.shape[0]):
        if tick[page] // 48 != today:
            night(past)
            today = tick[page] // 48
        who, where = shopper[page], scene[page]
        counts[:] = 0
        whole = 0.0
        for position in range(depth[page]):
            if item[page, position] >= 0:
                counts[category[item[page, position]]] += 1
                whole += told[page, position]
        for position in range(depth[page]):
            what = item[page, position]
            if what < 0:
                break
            kind = category[what]
            paid = 1 if group[page, position] >= 0 else 0
            asked = asked_cell(wanted[page], kind)
            heat = heat_cell(tick[page] - past.clicked[who, kind])
            views[0, seen] = place_cell(where, paid, position)
            views[1, seen] = what
            views[2, seen] = who
            views[3, seen] = who * categories + kind
            views[4, seen] = view_cell(past.views[who, what])
            views[5, seen] = asked
            views[6, seen] = heat
            views[7, seen] = tick[page] % 48 // 6
            views[8, seen] = min(counts[kind] - 1, COMPANY - 1)
            views[9, seen] = crowd_cell(whole - told[page, position])
            views[10, seen] = tick[page] // 48 * PAID + paid
            views[11, seen] = 1 if clicked[page, position] > 0 else 0
            seen += 1
            if past.views[who, what] < 255:
                past.views[who, what] += 1
            if clicked[page, position] > 0 and price[what] > 0.0:
                clicks[0, bought] = where * PAID + paid
                clicks[1, bought] = what
                clicks[2, bought] = who
                clicks[3, bought] = who * bands + band[what]
                clicks[4, bought] = rest_cell(tick[page], past.ordered[who, kind])
                clicks[5, bought] = heat
                clicks[6, bought] = asked
                clicks[7, bought] = lately_cell(tick[page], past.orders[who])
                clicks[8, bought] = who * categories + kind  # until the clicks are fitted: see likeness.py
                clicks[9, bought] = tick[page] // 48 * PAID + paid
                clicks[10, bought] = 1 if clicked[page, position] == 2 else 0
                clicks[11, bought] = page
                clicks[12, bought] = position
                bought += 1
        for position in range(depth[page]):  # what a page did counts from the next page on
            what = item[page, position]
            if what >= 0 and clicked[page, position] > 0:
                past.clicked[who, category[what]] = tick[page]
                if clicked[page, position] == 2:
                    past.ordered[who, category[what]] = tick[page]
                    past.orders[who] += 1.0
    return seen, bought


CLICK_SIGNS = 11
"""place, item, shopper, match, views, asked, heat, hour, company, crowd, day × paid."""
ORDER_SIGNS = 10
"""place, item, shopper, band, rest, heat, asked, lately, fond, day × paid."""
FOND_SIGN = 8
