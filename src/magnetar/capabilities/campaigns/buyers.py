"""Buyers: who has ordered from which merchant, so that a first order is known when it comes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.shoppers import Ordered

_MERCHANTS = 1 << 20
"""More merchants than this cannot be told apart in one number."""


class Buyers:
    """Pairs of shopper and merchant, as sorted numbers, eight bytes each."""

    def __init__(self, owners: NDArray[np.int64]) -> None:
        """`owners` is (items,), the merchant of each item, −1 where it has none."""
        self._owners = owners
        self.pairs = np.empty(0, np.int64)
        self.shared = 0
        """Rows below this are shared by shoppers whom nobody knows; what they order makes none of them a buyer."""

    def first(self, orders: Ordered) -> NDArray[np.bool_]:
        """(orders,), whether each is the shopper's first from its merchant; afterwards it no longer is."""
        shopper, owner = np.asarray(orders.shopper, np.int64), self._owners[orders.item]
        sold, known = owner >= 0, shopper >= self.shared
        pair, earliest = np.unique(shopper * _MERCHANTS + owner, return_index=True)
        place = np.searchsorted(self.pairs, pair)
        before = np.append(self.pairs, -1)[place] == pair
        first = ~known
        first[earliest] |= ~before
        keep = ~before & (known & sold)[earliest]
        if keep.any():
            self.pairs = np.insert(self.pairs, place[keep], pair[keep])
        return first & sold

    def of(self, merchant: int) -> NDArray[np.int64]:
        """Shoppers who have ordered from a merchant."""
        return self.pairs[self.pairs % _MERCHANTS == merchant] // _MERCHANTS

    def restore(self, pairs: NDArray[np.int64], shoppers: int) -> None:
        """Take up `pairs` as they were kept, without the rows of shoppers that there no longer are."""
        self.pairs = pairs[pairs < shoppers * _MERCHANTS]

    def forget(self, shopper: int) -> None:
        """A row of shoppers is given to somebody else."""
        start, end = np.searchsorted(self.pairs, [shopper * _MERCHANTS, (shopper + 1) * _MERCHANTS])
        if end > start:
            self.pairs = np.delete(self.pairs, np.s_[start:end])
