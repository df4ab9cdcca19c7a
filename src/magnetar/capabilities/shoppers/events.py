"""What a shopper was shown and then did, in columnar batches: one event, a column per field.

A page is a row; an impression is a page and a position. Shoppers, items and ad groups go by the
platform's row numbers, which the shelf and the roster map to ids.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from magnetar.kernel.events import Event

POSITIONS = 10
"""Positions on a page."""

Column = Any
"""A numpy array; the log encodes it as dtype, shape and bytes."""


def _no_rows() -> Column:
    return np.zeros((0, 0), np.int32)


def _none() -> Column:
    return np.zeros(0, np.int32)


class Requested(Event, frozen=True):
    """Pages that were asked for; what a replay needs."""

    tick: int
    at: Column
    """(pages,) int64, microseconds."""
    request: Column
    """(pages,) uint64."""
    shopper: Column
    """(pages,) int32."""
    scene: Column
    """(pages,) int8, `Scene`."""
    wanted: Column
    """(pages,) int16, the category that a search asks for, −1 where nothing is asked."""
    found: Column = msgspec.field(default_factory=_no_rows)
    """(pages, answers) int32, items that a search in words found; no rows where nobody searched in words."""


class Served(Event, frozen=True):
    """Pages that were filled, and what was reserved for them."""

    tick: int
    request: Column
    shopper: Column
    scene: Column
    item: Column
    """(pages, POSITIONS) int32, −1 where the page is shorter."""
    group: Column
    """(pages, POSITIONS) int32, ad group of a paid impression, −1 of an organic one."""
    charge: Column
    """(pages, POSITIONS) int64 micros, charged if the impression comes on screen."""
    click_rate: Column
    """(pages, POSITIONS) float32, predicted."""
    order_rate: Column
    """(pages, POSITIONS) float32, predicted orders per click; of a paid impression whose goal counts something else, that."""
    reason: Column
    """(pages, POSITIONS) int8, `Reason`."""
    creative: Column = msgspec.field(default_factory=_no_rows)
    """(pages, POSITIONS) int32, row of the creative that showed the item, −1 where it has none; no rows where no product
    has a creative in use."""


class Viewed(Event, frozen=True):
    """How much of each page came on screen; only that is charged and only that teaches."""

    pages: Served
    """The pages as they were served: a beacon brings its page's token back."""
    depth: Column
    """(pages,) int8, positions on screen, from the top."""


class Clicked(Event, frozen=True):
    """Clicks; each names its impression."""

    at: Column
    request: Column
    position: Column
    shopper: Column
    scene: Column
    item: Column
    group: Column
    creative: Column = msgspec.field(default_factory=_none)
    """(clicks,) int32, row of the creative that was clicked, −1 where there was none; empty where no product has one."""


class Ordered(Event, frozen=True):
    """Orders, each credited to the click that it follows."""

    at: Column
    clicked_at: Column
    request: Column
    shopper: Column
    scene: Column
    item: Column
    group: Column
    quantity: Column
    value: Column
    """(orders,) int64 micros, what the shopper pays for all pieces."""
    creative: Column = msgspec.field(default_factory=_none)
    """As of the click; so is that of returns."""


class Returned(Event, frozen=True):
    """Orders that came back whole."""

    at: Column
    request: Column
    shopper: Column
    item: Column
    group: Column
    value: Column
    creative: Column = msgspec.field(default_factory=_none)


class Converted(Event, frozen=True):
    """Conversions that the platform cannot see and was told of: leads, follows, activations and the like."""

    at: Column
    clicked_at: Column
    request: Column
    shopper: Column
    scene: Column
    item: Column
    group: Column
    kind: Column
    """(conversions,) int8, `ConversionKind`."""
    value: Column
    """(conversions,) int64 micros, 0 where the kind carries none."""
