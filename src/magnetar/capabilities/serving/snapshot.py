"""What a batch of pages reads, what it draws down, and what it writes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magnetar.capabilities.measurement import Splits
from magnetar.capabilities.serving.candidates import Pools, Value
from magnetar.capabilities.serving.caps import (
    Chains,
)
from magnetar.capabilities.serving.rotation import Rotation
from magnetar.capabilities.understanding import (
    Draws,
    Drives,
    ShelfArrays,
    Tastes,
)
from magnetar.kernel.compiled import Array

PAID_SLOTS = 3
PAID_POSITIONS = (1, 4, 8)
"""Where paid impressions may stand; never the first position."""
ORDER, TAKE, BOOST = 4, 5, 6
"""Columns of an item's facts beside those that say who clicks on it."""


class Snapshot(NamedTuple):
    """What every row of a tick reads: rates, lists, ad groups."""

    shelf: ShelfArrays
    tastes: Tastes
    recent: Array
    """(shoppers, RECENT), items that each shopper clicked last."""
    partners: Array
    """(items, NEXT), what goes with each item."""
    follow_lift: float
    """Factor of the click rate of what follows up."""
    pools: Pools
    value: Value
    draws: Draws
    """Who is drawn to what: click rates."""
    drives: Drives
    """What moves orders beyond scene, item and price band."""
    order_context: Array
    order_item: Array
    facts: Array
    """(items, 16) float32: the item's side of the click rate, laid out as in `Draws`; its factor of the order rate, 0
    where nothing is sold; what an order is worth to the platform, currency units; the boost of the lists."""
    group_item: Array
    group_campaign: Array
    group_merchant: Array
    group_split: Array
    """(groups,), the experiment that keeps shoppers from it, −1 where none does."""
    splits: Splits
    alpha: Array
    """(groups,), currency bid per expected result."""
    per_click: Array
    """(groups,), results per click where the order rate does not say it, 0 where it does."""
    unit: Array
    """(groups,), the price of the product, or 1 where results have none: what thresholds are divided by."""
    quota: Array
    """(groups,), least bid for an impression, currency units."""
    cap: Array
    incremental: Array
    reach: Array
    """(scenes, POSITIONS), share of pages on which a position comes on screen."""
    paid_reason: Array
    reserve: float
    rule: int
    explore: np.uint64
    """Key of the platform's own draws."""
    rotation: Rotation
    """Which creative shows each item to whom, and what it does to the odds of a click."""


class Drawn(NamedTuple):
    """What the scan draws down or adds to."""

    lease: Array
    """(campaigns,) micros left in this tick's leases."""
    shown: Chains
    """Impressions of each shopper today."""
    land_value: Array
    land_cost: Array


class Slates(NamedTuple):
    """The answer: (pages, POSITIONS) each."""

    item: Array
    group: Array
    charge: Array
    click_rate: Array
    order_rate: Array
    reason: Array
    ghost: Array
    """(1 + room, 4) int64: page, position, ad group and micros of what experiments withheld; the first number of the
    first row says how many follow. No room where no experiment runs."""
