"""The fitted twin: everything that a log says about a market, with what it leaves open."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.shoppers import POSITIONS
from magnetar.capabilities.understanding import BAND_EDGES, Shelf
from magnetar.kernel.chance import Floats
from magnetar.kernel.errors import BadInput
from magnetar.twin.certification.fit.comings import Comings, comings_of
from magnetar.twin.certification.fit.evidence import Evidence
from magnetar.twin.certification.fit.factors import Factors, Family, fit_factors
from magnetar.twin.certification.fit.habits import Habits, habits_of
from magnetar.twin.certification.fit.level import Level, expect
from magnetar.twin.certification.fit.signs import (
    ASKED,
    CLICK_SIGNS,
    COMPANY,
    CROWD,
    FOND,
    FOND_SIGN,
    HEAT,
    HOURS,
    LATELY,
    ORDER_SIGNS,
    PAID,
    REST,
    SCENES,
    VIEWS,
    Past,
    no_past,
    read_signs,
)
from magnetar.twin.certification.fit.waiting import Waiting, waiting_of

BANDS = len(BAND_EDGES) + 1
_FOND_EDGES = np.array([0.45, 0.65, 0.85, 1.15, 1.5, 2.1])
_APART = 0.02
"""How far click and order rates of days off may lie from those of other days, on the log scale."""


@dataclass(frozen=True, slots=True)
class Open:
    """Clicks on things that are sold whose orders, if any, are still to come."""

    cells: NDArray[np.int32]
    """(ORDER_SIGNS, clicks)."""
    page: NDArray[np.int64]
    position: NDArray[np.int64]
    age: NDArray[np.int64]
    """(clicks,), microseconds from the click to the end of the log."""


@dataclass(frozen=True, slots=True)
class Baskets:
    """What orders were worth, in pieces and per piece over the shelf price."""

    quantity: NDArray[np.int64]
    ratio: Floats
    """(orders,), value over shelf price and quantity."""
    first: NDArray[np.int64]
    """(shoppers + 1,), where each shopper's orders begin."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A market as its log shows it."""

    evidence: Evidence
    shoppers: int
    comings: Comings
    clicks: Factors
    orders: Factors
    click_level: tuple[Level, ...]
    """Of natural and of paid impressions: logarithm of the click rate's level on each day ahead, over that of the log."""
    order_level: tuple[Level, ...]
    fond: NDArray[np.int64]
    """(shoppers × categories), the cell of each liking."""
    waiting: Waiting
    baskets: Baskets
    open: Open
    habits: Habits
    past: Past
    """As it stands when the log ends."""


def fit(evidence: Evidence, shelf: Shelf, shoppers: int, ahead: int) -> Likeness:
    """Fit a twin to a log, to foretell so many days after it.

    Raises:
        BadInput: nobody saw or clicked anything that is sold.
    """
    arrays = shelf.arrays
    categories, items = max(len(shelf.categories), 1), len(shelf)
    past = no_past(shoppers, items, categories)
    views = np.empty((CLICK_SIGNS + 1, int(evidence.depth.sum())), np.int32)
    sold = evidence.clicked > 0
    clicks = np.empty((ORDER_SIGNS + 3, int(sold.sum())), np.int32)
    seen, bought = read_signs(
        evidence.tick,
        evidence.shopper,
        evidence.scene,
        evidence.wanted,
        evidence.depth,
        evidence.item,
        evidence.group,
        evidence.told,
        evidence.clicked,
        arrays.category,
        arrays.band,
        arrays.price,
        BANDS,
        past,
        views,
        clicks,
    )
    if not seen or not bought:
        raise BadInput(
            f"A twin learns from what was seen and clicked; this log has {seen} impressions and {bought} clicks on "
            "goods. Let the platform run for longer."
        )
    views, clicks = views[:, :seen], clicks[:, :bought]
    off = _days_off(evidence, evidence.days + ahead)
    page = clicks[ORDER_SIGNS + 1].astype(np.int64)
    age = evidence.end - evidence.moment[page]
    order_room = evidence.end - evidence.moment[evidence.order_page]
    waiting = waiting_of(evidence.order_delay, order_room)
    of_views = fit_factors(
        _click_families(items, shoppers, categories, arrays.category, evidence.days),
        views[:CLICK_SIGNS],
        views[CLICK_SIGNS].astype(float),
        np.ones(seen),
        views[CLICK_SIGNS - 1].astype(np.int64) // PAID,
        "item",
    )
    fond = np.searchsorted(_FOND_EDGES, of_views["match"].mean * _of_shopper(of_views["shopper"].mean, categories))
    clicks[FOND_SIGN] = fond[clicks[FOND_SIGN]]
    of_clicks = fit_factors(
        _order_families(items, shoppers, arrays.category * BANDS + arrays.band, evidence.days),
        clicks[:ORDER_SIGNS],
        clicks[ORDER_SIGNS].astype(float),
        waiting.by(age),
        clicks[ORDER_SIGNS - 1].astype(np.int64) // PAID,
        "item",
    )
    late = (clicks[ORDER_SIGNS] == 0) & (age < waiting.delay[-1])
    return Likeness(
        evidence=evidence,
        shoppers=shoppers,
        comings=comings_of(evidence, shoppers, off[: evidence.days], off[evidence.days :]),
        clicks=of_views,
        orders=of_clicks,
        click_level=_daily(of_views, off, evidence.days),
        order_level=_daily(of_clicks, off, evidence.days),
        fond=fond.astype(np.int64),
        waiting=waiting,
        baskets=_baskets(evidence, arrays.price, shoppers),
        open=Open(
            np.ascontiguousarray(clicks[:ORDER_SIGNS, late]),
            page[late],
            clicks[ORDER_SIGNS + 2, late].astype(np.int64),
            age[late],
        ),
        habits=habits_of(evidence),
        past=past,
    )


def _click_families(
    items: int, shoppers: int, categories: int, category: NDArray[np.int64], days: int
) -> tuple[Family, ...]:
    return (
        Family("place", SCENES * PAID * POSITIONS, learned=False),
        Family("item", items, groups=category),
        Family("shopper", shoppers),
        Family("match", shoppers * categories),
        Family("views", VIEWS, learned=False),
        Family("asked", ASKED, learned=False),
        Family("heat", HEAT, learned=False),
        Family("hour", HOURS, learned=False),
        Family("company", COMPANY, learned=False),
        Family("crowd", CROWD, learned=False),
        Family("day", days * PAID, learned=False, centred=np.arange(days * PAID) % PAID),
    )


def _order_families(items: int, shoppers: int, group: NDArray[np.int64], days: int) -> tuple[Family, ...]:
    return (
        Family("place", SCENES * PAID, learned=False),
        Family("item", items, groups=group),
        Family("shopper", shoppers),
        Family("band", shoppers * BANDS),
        Family("rest", REST, learned=False),
        Family("heat", HEAT, learned=False),
        Family("asked", ASKED, learned=False),
        Family("lately", LATELY, learned=False),
        Family("fond", FOND, learned=False),
        Family("day", days * PAID, learned=False, centred=np.arange(days * PAID) % PAID),
    )


def _daily(factors: Factors, off: Floats, days: int) -> tuple[Level, ...]:
    """What the days' factors say of the level of the days ahead, natural and paid apart.

    What the platform learns from day to day shows in the paid one first: it shows ads to fewer of
    the wrong people.
    """
    day = factors["day"]
    level, error = np.log(day.mean).reshape(days, PAID), (1.0 / np.sqrt(day.shape)).reshape(days, PAID)
    return tuple(expect(level[:, one], error[:, one], off[:days], off[days:], _APART) for one in range(PAID))


def _of_shopper(mean: Floats, categories: int) -> Floats:
    """(shoppers × categories), a shopper's factor for each category."""
    return np.repeat(mean, categories)


def _days_off(evidence: Evidence, days: int) -> Floats:
    """(days,), 1 on Saturdays and Sundays from the first day of the log on."""
    first = datetime.datetime.fromtimestamp(evidence.start / 1e6, datetime.UTC).weekday()
    return ((first + np.arange(days)) % 7 >= 5).astype(float)


def _baskets(evidence: Evidence, price: Floats, shoppers: int) -> Baskets:
    """Orders by shopper."""
    item = evidence.item[evidence.order_page, evidence.order_position]
    who = evidence.shopper[evidence.order_page]
    order = np.argsort(who, kind="stable")
    quantity = np.maximum(evidence.order_quantity, 1)
    ratio = evidence.order_value / 1e6 / np.maximum(price[item], 1e-9) / quantity
    first = np.concatenate([[0], np.cumsum(np.bincount(who, minlength=shoppers))])
    return Baskets(quantity[order], ratio[order], first)
