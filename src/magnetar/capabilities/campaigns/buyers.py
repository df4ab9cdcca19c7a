"""Buyers: who has ordered from which merchant, so that a first order is known when it comes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.shoppers import Ordered
from magnetar.kernel.chance import mix
from magnetar.kernel.compiled import Array, compiled, inlined

_MERCHANTS = 1 << 20
"""More merchants than this cannot be told apart in one number."""
_FREE, _GONE = -1, -2
_LEAST = 64


class Buyers:
    """Pairs of shopper and merchant as numbers in a table by their hash: an order costs one look, however many there are."""

    def __init__(self, owners: NDArray[np.int64]) -> None:
        """`owners` is (items,), the merchant of each item, −1 where it has none."""
        self._owners = owners
        self._merchants = int(owners.max(initial=-1)) + 1
        self._table = np.full(_LEAST, _FREE, np.int64)
        self._used = 0
        """Places of the table that are not free."""
        self.shared = 0
        """Rows below this are shared by shoppers whom nobody knows; what they order makes none of them a buyer."""

    @property
    def pairs(self) -> NDArray[np.int64]:
        """Shopper × 2²⁰ + merchant, in order."""
        return np.sort(self._table[self._table >= 0])

    def first(self, orders: Ordered) -> NDArray[np.bool_]:
        """(orders,), whether each is the shopper's first from its merchant; afterwards it no longer is."""
        first = np.zeros(len(orders.item), np.bool_)
        self._make_room(len(first))
        self._used += _note(orders.shopper, orders.item, self._owners, self.shared, self._table, first)
        return first

    def of(self, merchant: int) -> NDArray[np.int64]:
        """Shoppers who have ordered from a merchant."""
        pairs = self.pairs
        return pairs[pairs % _MERCHANTS == merchant] // _MERCHANTS

    def restore(self, pairs: NDArray[np.int64], shoppers: int) -> None:
        """Take up `pairs` as they were kept, without the rows of shoppers that there no longer are."""
        self._table, self._used = np.full(_LEAST, _FREE, np.int64), 0
        pairs = pairs[pairs < shoppers * _MERCHANTS]
        self._make_room(len(pairs))
        self._used = _fill(pairs, self._table)

    def forget(self, shopper: int) -> None:
        """A row of shoppers is given to somebody else."""
        _drop(shopper, self._merchants, self._table)

    def _make_room(self, more: int) -> None:
        """Keep half of the table free."""
        if 2 * (self._used + more) > len(self._table):
            pairs = self._table[self._table >= 0]
            size = _LEAST
            while size < 3 * (len(pairs) + more):
                size *= 2
            self._table = np.full(size, _FREE, np.int64)
            self._used = _fill(pairs, self._table)


@inlined
def _place(pair: int, table: Array) -> int:
    """Where a pair stands, or the free place where it would."""
    last = table.shape[0] - 1
    place: Any = np.int64(mix(np.uint64(pair)) & np.uint64(last))  # pyright: ignore[reportArgumentType]
    while table[place] != pair and table[place] != _FREE:
        place = (place + 1) & last
    return place


@compiled
def _note(shopper: Array, item: Array, owners: Array, shared: int, table: Array, first: Array) -> int:
    added = 0
    for row in range(shopper.shape[0]):
        owner = owners[item[row]]
        if owner < 0:
            continue
        if shopper[row] < shared:
            first[row] = True
            continue
        pair = shopper[row] * _MERCHANTS + owner
        place = _place(pair, table)
        if table[place] == _FREE:
            table[place] = pair
            first[row] = True
            added += 1
    return added


@compiled
def _fill(pairs: Array, table: Array) -> int:
    for row in range(pairs.shape[0]):
        table[_place(pairs[row], table)] = pairs[row]
    return pairs.shape[0]


@compiled
def _drop(shopper: int, merchants: int, table: Array) -> None:
    for merchant in range(merchants):
        pair = shopper * _MERCHANTS + merchant
        place = _place(pair, table)
        if table[place] == pair:
            table[place] = _GONE
