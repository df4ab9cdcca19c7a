"""Seats: which row of the platform's arrays stands for which shopper outside.

There is room for a fixed number; who was away longest gives way. Shoppers are known by a keyed
digest of their id, never by the id. Those without an id share a few rows in turn.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from magnetar.kernel.events import Column, Event

ANONYMOUS = 256
"""Rows that shoppers without an id share; also the largest batch of pages."""


class ShoppersSeated(Event, frozen=True):
    """Shoppers took rows, whoever held them before."""

    at: int
    row: Column
    digest: Column
    """(shoppers,) uint64, keyed digests."""


class ShopperForgotten(Event, frozen=True):
    """A shopper is forgotten: what is known of them goes, and what the log says of them before this counts for nobody."""

    at: int
    digest: int
    """Keyed digest of the site's id, as in `ShoppersSeated`."""


class Seats:
    """Gives rows to shoppers."""

    def __init__(self, capacity: int) -> None:
        if capacity <= ANONYMOUS:
            raise ValueError(f"at least {ANONYMOUS + 1} shoppers are needed, found {capacity}")
        self.capacity = capacity
        self.since = np.zeros(capacity, np.int64)
        """When each row was last given away, microseconds."""
        self._rows: OrderedDict[int, int] = OrderedDict()
        self._holder: dict[int, int] = {}
        self._free: list[int] = []
        self._next = ANONYMOUS
        self._turn = 0

    def __len__(self) -> int:
        return len(self._rows)

    def anonymous(self) -> int:
        """A row for somebody without an id."""
        self._turn = (self._turn + 1) % ANONYMOUS
        return self._turn

    def known(self, digest: int) -> int | None:
        """The row that a shopper holds, who thereby counts as seen; None where they hold none."""
        row = self._rows.get(digest)
        if row is not None:
            self._rows.move_to_end(digest)
        return row

    def take(self, digest: int, at: int) -> int:
        """Give a row to a shopper who holds none."""
        if self._free:
            row = self._free[-1]
        elif self._next < self.capacity:
            row = self._next
        else:
            row = self._rows[next(iter(self._rows))]
        self.assign(row, digest, at)
        return row

    def assign(self, row: int, digest: int, at: int) -> None:
        """Give this row to this shopper; who held it gives way."""
        if row in self._free:
            self._free.remove(row)
        before = self._holder.get(row)
        if before is not None:
            del self._rows[before]
        old = self._rows.pop(digest, None)
        if old is not None:
            self._holder.pop(old, None)
        self._rows[digest] = row
        self._holder[row] = digest
        self._next = max(self._next, row + 1)
        self.since[row] = max(at, int(self.since[row]))

    def release(self, digest: int, at: int) -> int | None:
        """Let a shopper's row go, who is forgotten; what their old pages still report is nobody's. None where they hold none."""
        row = self._rows.pop(digest, None)
        if row is not None:
            del self._holder[row]
            self._free.append(row)
            self.since[row] = at + 1
        return row

    def seen(self, row: int) -> None:
        """The shopper of a row was here; for replays."""
        digest = self._holder.get(row)
        if digest is not None:
            self._rows.move_to_end(digest)
