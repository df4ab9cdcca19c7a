"""What comes back: returns matched with the orders they belong to, and the fate an order may share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.compiled import compiled
from magnetar.twin.calibration.columns import SECONDS, Flags, OrderLog, Orders

MATURE_SHARE = 0.95
RECENT_DAYS = 91


class Fates(NamedTuple):
    """What became of each past order, as a kernel reads it; arrays are (orders,) unless said otherwise."""

    share: Floats
    """Share of the order's value that came back."""
    delay: Ints
    """Days until the first return, -1 where nothing came back."""
    last: Ints
    """Days until the last return that was seen, -1 where nothing came back."""
    age: Ints
    """Days from the order to the end of the log."""
    mature: Ints
    """(mature orders,), rows old enough to have shown their returns."""
    touched: Ints
    """(touched orders,), rows of the mature orders of which something came back."""
    patience: int
    """Days by which 95 % of matched returns have come."""
    stray_rate: float
    """Returns that match no order, for each order."""
    stray_value: Floats
    """(strays,), their values, currency units; at least one entry."""


@compiled
def _match(
    sale_pair: Ints,
    sale_time: Ints,
    left: Ints,
    pair: Ints,
    time: Ints,
    quantity: Ints,
    row: Ints,
    found: Ints,
    matched: Ints,
) -> None:
    """Give each return to the latest earlier sales of the same shopper and product with pieces left."""
    for place in range(len(pair)):
        low, high = 0, len(sale_pair)
        while low < high:
            middle = (low + high) // 2
            if sale_pair[middle] < pair[place] or (
                sale_pair[middle] == pair[place] and sale_time[middle] <= time[place]
            ):
                low = middle + 1
            else:
                high = middle
        at, need = low - 1, quantity[place]
        while at >= 0 and sale_pair[at] == pair[place] and need > 0:
            taken = min(left[at], need)
            if taken > 0:
                left[at] -= taken
                need -= taken
                if found[place] < 0:
                    found[place] = row[at]
            at -= 1
        matched[place] = quantity[place] - need


def match_returns(log: OrderLog) -> tuple[Ints, Floats, Flags]:
    """Find the order that each return belongs to.

    Returns:
        For the returned lines in time order: the code of the order that gets the goods back (-1 where none
        matches), the value that is matched and a flag for those that match nothing.
    """
    sale = np.flatnonzero(~log.returned & (log.shopper >= 0))
    back = np.flatnonzero(log.returned)
    width = int(log.product.max(initial=0)) + 1
    pair = log.shopper * width + log.product
    sort = sale[np.lexsort((log.time[sale], pair[sale]))]
    found, matched = np.full(len(back), -1), np.zeros(len(back), np.int64)
    asked = np.where(log.shopper[back] >= 0, pair[back], -1)
    _match(
        pair[sort],
        log.time[sort],
        log.quantity[sort].copy(),
        asked,
        log.time[back],
        log.quantity[back],
        log.order[sort],
        found,
        matched,
    )
    part = matched / np.maximum(log.quantity[back], 1)
    return found, log.value[back] * part, found < 0


def fates_of(log: OrderLog, orders: Orders, end: int) -> Fates:
    """Learn the fates of past orders from a log that ends before day `end`."""
    found, value, stray = match_returns(log)
    back = np.flatnonzero(log.returned)
    row = np.searchsorted(orders.code, found[~stray])
    wait = np.maximum(log.time[back][~stray] - orders.time[row], 0) // SECONDS
    first = np.full(len(orders.code), np.iinfo(np.int64).max)
    np.minimum.at(first, row, wait)
    delay = np.where(first < np.iinfo(np.int64).max, first, -1)
    last = np.full(len(orders.code), -1)
    np.maximum.at(last, row, wait)
    given = np.bincount(row, weights=value[~stray], minlength=len(orders.code))
    share = np.clip(given / np.maximum(orders.value, 1e-9), 0.0, 1.0)
    patience = int(np.quantile(wait, MATURE_SHARE)) if len(wait) else 0
    span = end - int(log.day[0])
    patience = min(patience, span // 2)
    age = end - 1 - orders.day
    mature = np.flatnonzero(age >= patience)
    recent_orders = max(int(np.sum(orders.day >= end - RECENT_DAYS)), 1)
    strays = np.unique(log.order[back][stray & (log.day[back] >= end - RECENT_DAYS)])
    worth = np.zeros(1)
    if np.any(stray):
        lost = np.unique(log.order[back][stray], return_inverse=True)[1]
        worth = np.bincount(lost, weights=log.value[back][stray]).astype(np.float64)
    return Fates(
        share,
        delay.astype(np.int64),
        last.astype(np.int64),
        age.astype(np.int64),
        mature.astype(np.int64),
        mature[delay[mature] >= 0].astype(np.int64),
        patience,
        len(strays) / recent_orders,
        worth,
    )
