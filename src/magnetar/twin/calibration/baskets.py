"""What goes into an order: past orders to draw from, kept apart for guests, newcomers and returning shoppers.

A returning shopper's next basket follows a Dirichlet process: with weight `own` it is like one of the shopper's
own past orders, else like a recent order of any returning shopper. This keeps wholesalers wholesale.

Source:
    Blackwell & MacQueen (1973), Annals of Statistics 1(2), for the urn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from magnetar.kernel.chance import Floats, Ints
from magnetar.twin.calibration.columns import Orders

HALF_LIFE_DAYS = 90.0
"""A past order of this age counts half in the pools; chosen on origins inside the training weeks."""
GUEST, NEWCOMER, RETURNING = 0, 1, 2


class Pools(NamedTuple):
    """Past orders by kind of buyer, as a kernel reads them."""

    rows: Ints
    """(orders,), rows of the order table, guests first, then newcomers, then returning shoppers."""
    cumulative: Floats
    """(orders,), running sum of the recency weights."""
    begins: Ints
    """(4,), where each kind begins in `rows`; a kind without orders borrows all rows."""
    ends: Ints
    """(3,), where each kind ends."""
    own_start: Ints
    """(shoppers + 1,), where each known shopper's own orders begin in `own_rows`."""
    own_rows: Ints
    concentration: float
    """Weight of the pool against one own past order."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Who placed each order."""

    kind: Ints
    """(orders,), guest, newcomer or returning."""
    guests: float
    """Share of guests among recent orders."""
    newcomers: float
    """Share of newcomers among recent orders of known shoppers."""


def kinds_of(orders: Orders, end: int, recent_days: int = 56) -> Kinds:
    """Tell guests, newcomers and returning shoppers apart, and their shares in the last weeks before day `end`."""
    kind = np.full(len(orders.shopper), GUEST)
    known = np.flatnonzero(orders.shopper >= 0)
    _, first = np.unique(orders.shopper[known], return_index=True)
    kind[known] = RETURNING
    kind[known[first]] = NEWCOMER
    recent = kind[orders.day >= end - recent_days]
    if not len(recent):
        recent = kind
    named = recent[recent != GUEST]
    guests = float((len(recent) - len(named)) / len(recent))
    newcomers = float((np.sum(named == NEWCOMER) + 0.5) / (len(named) + 1.0))
    return Kinds(kind, guests, newcomers)


def concentration_of(orders: Orders) -> float:
    """How much a shopper's baskets vary against how much shoppers differ: variance within over variance between.

    Taken from the log of order values by analysis of variance; between 0.2 and 50, and 5 where nobody bought
    twice.
    """
    known = (orders.shopper >= 0) & (orders.value > 0)
    who, worth = orders.shopper[known], np.log(orders.value[known])
    if not len(who):
        return 5.0
    _, code, count = np.unique(who, return_inverse=True, return_counts=True)
    spare = len(who) - len(count)
    if spare < 10 or len(count) < 3:
        return 5.0
    mean = np.bincount(code, worth) / count
    within = float(((worth - mean[code]) ** 2).sum() / spare)
    typical = (len(who) - (count**2).sum() / len(who)) / (len(count) - 1)
    between = float((count * (mean - worth.mean()) ** 2).sum() / (len(count) - 1) - within) / typical
    return float(np.clip(within / max(between, 1e-9), 0.2, 50.0))


def pools_of(orders: Orders, kinds: Kinds, shoppers: Ints, end: int, half_life: float = HALF_LIFE_DAYS) -> Pools:
    """Arrange past orders for drawing.

    Args:
        shoppers: (shoppers,), codes of the known shoppers in the order the simulation uses.
        end: the day after the last one read.
    """
    rows = np.argsort(kinds.kind, kind="stable")
    age = (end - 1 - orders.day[rows]).astype(float)
    cumulative = np.cumsum(0.5 ** (age / half_life) + 1e-12)
    edges = np.searchsorted(kinds.kind[rows], [GUEST, NEWCOMER, RETURNING, RETURNING + 1])
    begins, ends = edges[:3].copy(), edges[1:].copy()
    for kind in (GUEST, NEWCOMER, RETURNING):
        if begins[kind] == ends[kind]:
            begins[kind], ends[kind] = 0, len(rows)
    known = np.flatnonzero(orders.shopper >= 0)
    by_shopper = known[np.argsort(orders.shopper[known], kind="stable")]
    edges = np.searchsorted(orders.shopper[by_shopper], np.append(shoppers, np.iinfo(np.int64).max))
    return Pools(
        rows.astype(np.int64),
        cumulative,
        begins.astype(np.int64),
        ends.astype(np.int64),
        edges.astype(np.int64),
        by_shopper.astype(np.int64),
        concentration_of(orders),
    )
