"""What shoppers did, in time order, as flat arrays: the one shape that every recommender learns from and is judged on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Ints

Rows = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Histories:
    """Shoppers' events, one shopper's after another's."""

    items: list[str]
    """Id of each item by row; the whole catalogue, also what nobody took."""
    shoppers: list[str]
    start: Ints
    """(shoppers + 1,): shopper s has the events start[s] … start[s + 1] − 1."""
    item: Rows
    """(events,), rows of `items`, in time order within a shopper."""
    at: Ints | None = None
    """(events,), microseconds since 1970; None where the file has no times. Equal times are one visit."""
    text: list[str] | None = None
    """Words about each item, by row; '' where there are none."""

    def __post_init__(self) -> None:
        events = len(self.item)
        if len(self.start) != len(self.shoppers) + 1 or self.start[0] != 0 or self.start[-1] != events:
            raise ValueError(
                f"start needs {len(self.shoppers) + 1} offsets from 0 to {events}, found {len(self.start)}"
            )
        if (np.diff(self.start) < 0).any():
            raise ValueError("start must not go down")
        if events and not (self.item.min() >= 0 and self.item.max() < len(self.items)):
            raise ValueError(f"items are rows 0 to {len(self.items) - 1}, found {self.item.min()} to {self.item.max()}")
        if self.at is not None and len(self.at) != events:
            raise ValueError(f"at needs a time for each of {events} events, found {len(self.at)}")
        if self.text is not None and len(self.text) != len(self.items):
            raise ValueError(f"text needs an entry for each of {len(self.items)} items, found {len(self.text)}")

    def __len__(self) -> int:
        """Shoppers."""
        return len(self.shoppers)

    @property
    def lengths(self) -> Ints:
        """(shoppers,), events of each."""
        return np.diff(self.start)

    @property
    def shopper(self) -> Ints:
        """(events,), the row of the shopper of each event."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def of(self, row: int) -> Rows:
        """The items of one shopper, oldest first."""
        return self.item[self.start[row] : self.start[row + 1]]

    def before(self, held: int) -> Histories:
        """The same without each shopper's last `held` events; who has no more than that keeps none."""
        ends = np.repeat(self.start[1:], self.lengths)
        return self.kept(np.arange(len(self.item)) < ends - held)

    def kept(self, events: NDArray[np.bool_]) -> Histories:
        """The same with only the events marked; every shopper stays, if need be with none."""
        count = np.concatenate([[0], np.cumsum(events)])
        return replace(
            self,
            start=count[self.start].astype(np.int64),
            item=self.item[events],
            at=None if self.at is None else self.at[events],
        )

    def rows(self, which: Any) -> Histories:
        """The shoppers of these rows (an index array, a mask or a slice), in this order."""
        which = np.arange(len(self))[which]
        lengths = self.lengths[which]
        start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        place = np.repeat(self.start[which] - start[:-1], lengths) + np.arange(start[-1])
        return replace(
            self,
            shoppers=[self.shoppers[row] for row in which.tolist()],
            start=start,
            item=self.item[place],
            at=None if self.at is None else self.at[place],
        )

    def latest(self, most: int) -> Histories:
        """The same with at most the last `most` events of each shopper."""
        ends = np.repeat(self.start[1:], self.lengths)
        return self.kept(np.arange(len(self.item)) >= ends - most)

    def sha256(self) -> str:
        """A hash of the ids, orders and times, by which two runs can tell that they saw the same data."""
        found = hashlib.sha256()
        for names in (self.items, self.shoppers):
            found.update("\n".join(names).encode("utf-8", "surrogatepass") + b"\0")
        for array in (self.start, self.item, self.at):
            found.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
        return found.hexdigest()


def histories_of(
    sequences: Iterable[Sequence[str]], items: Sequence[str] = (), text: Sequence[str] | None = None
) -> Histories:
    """From lists of item ids, oldest first; the catalogue is `items` and then whatever else comes, in order of coming.

    >>> found = histories_of([["a", "b"], ["b", "c", "a"]])
    >>> found.items, found.item.tolist(), found.before(1).start.tolist()
    (['a', 'b', 'c'], [0, 1, 1, 2, 0], [0, 1, 3])
    """
    known = {item: row for row, item in enumerate(items)}
    lists = [[known.setdefault(item, len(known)) for item in one] for one in sequences]
    start = np.concatenate([[0], np.cumsum([len(one) for one in lists])]).astype(np.int64)
    flat = np.array([row for one in lists for row in one], np.int32)
    words = None if text is None else [*text, *[""] * (len(known) - len(text))]
    return Histories(list(known), [str(row) for row in range(len(lists))], start, flat, text=words)
