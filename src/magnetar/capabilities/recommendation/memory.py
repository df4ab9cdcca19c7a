"""What came after what, kept as counts that one event changes at once.

Two tables of rows that grow: what followed an item, and what it followed. An event touches the rows of the last few
items of its shopper, so that learning from a stream and learning from a file are the same thing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.recommendation.histories import Histories, Rows
from magnetar.kernel.compiled import Array, compiled, inlined

WINDOW = 8
"""Events before the present one that it is counted against, each 1 ⁄ distance."""
MOST = 512
"""Partners kept of an item; the weakest makes room."""
_STRETCH = 16
READ = 50
"""Latest events of a history from which it is foretold."""


class Spare:
    """Arrays that grow row by row without being copied each time: room for more rows lies behind them."""

    __slots__ = ("_whole",)

    def __init__(self) -> None:
        self._whole: dict[str, NDArray[Any]] = {}

    def grown(self, name: str, array: NDArray[Any], rows: int) -> NDArray[Any]:
        """The same array with zeros up to so many rows; one that was put in its place since is copied first."""
        whole = self._whole.get(name)
        if whole is None or array.base is not whole or len(whole) < rows:
            whole = np.zeros((rows + max(1_024, rows // 50), *array.shape[1:]), array.dtype)
            whole[: len(array)] = array
            self._whole[name] = whole
        return whole[:rows]


class Table:
    """Weighted partners of each item, in one pool of memory."""

    __slots__ = ("_spare", "partner", "room", "size", "start", "total", "used", "weight")

    def __init__(self, items: int) -> None:
        self.start = np.zeros(items, np.int64)
        self.size = np.zeros(items, np.int32)
        self.room = np.zeros(items, np.int32)
        self.total = np.zeros(items, np.float32)
        """(items,), the sum of a row."""
        self.partner = np.zeros(1024, np.int32)
        self.weight = np.zeros(1024, np.float32)
        self.used = np.zeros(1, np.int64)
        self._spare = Spare()

    def grow(self, items: int) -> None:
        """Make room for items that are new."""
        if items > len(self.start):
            for name in ("start", "size", "room", "total"):
                setattr(self, name, self._spare.grown(name, getattr(self, name), items))

    def add(self, sources: Rows, goals: Rows, weights: NDArray[np.float32]) -> None:
        """Add weights to pairs, one after the other."""
        done = 0
        while True:
            done = _add(
                sources, goals, weights, done, self.start, self.size, self.room, self.total, self.partner, self.weight,
                self.used,
            )  # fmt: skip
            if done >= len(sources):
                return
            self.partner = np.concatenate([self.partner, np.zeros(max(len(self.partner), 4 * MOST), np.int32)])
            self.weight = np.concatenate([self.weight, np.zeros(max(len(self.weight), 4 * MOST), np.float32)])

    def row(self, item: int) -> tuple[Rows, NDArray[np.float32]]:
        """An item's partners and their weights."""
        part = slice(self.start[item], self.start[item] + self.size[item])
        return self.partner[part], self.weight[part]

    def arrays(self) -> dict[str, NDArray]:
        """Name → array, rows packed one after another."""
        start = np.concatenate([[0], np.cumsum(self.size)]).astype(np.int64)
        where = np.repeat(self.start - start[:-1], self.size) + np.arange(start[-1])
        return {"start": start, "partner": self.partner[where], "weight": self.weight[where]}

    @classmethod
    def of(cls, start: NDArray[np.int64], partner: Rows, weight: NDArray[np.float32]) -> Table:
        """From `arrays()`."""
        found = cls(len(start) - 1)
        found.start, found.size = start[:-1].astype(np.int64), np.diff(start).astype(np.int32)
        found.room = found.size.copy()
        found.partner, found.weight = partner.astype(np.int32), weight.astype(np.float32)
        found.used = np.array([len(partner)], np.int64)
        rows = np.repeat(np.arange(len(found.size)), found.size)
        found.total = np.bincount(rows, found.weight, len(found.size)).astype(np.float32)
        return found


class Memory:
    """Transitions in both directions and how often each item was taken, up to date with every event."""

    def __init__(self, items: int) -> None:
        self.after, self.before = Table(items), Table(items)
        self.count = np.zeros(items, np.float32)
        """(items,), events of each item."""
        self._spare = Spare()

    def __len__(self) -> int:
        return len(self.count)

    def grow(self, items: int) -> None:
        """Make room for items that are new."""
        self.after.grow(items)
        self.before.grow(items)
        if items > len(self.count):
            self.count = self._spare.grown("count", self.count, items)

    def observe(self, history: Rows, item: int) -> None:
        """One event: `item` came after `history` (oldest first)."""
        late = np.asarray(history[-WINDOW:], np.int32)
        weight = (1.0 / np.arange(len(late), 0, -1)).astype(np.float32)
        here = np.full(len(late), item, np.int32)
        self.after.add(late, here, weight)
        self.before.add(here, late, weight)
        self.count[item] += 1.0

    def learn(self, histories: Histories) -> None:
        """All events of all shoppers, as if they were observed one by one."""
        sources, goals, weights = _pairs(histories.start, histories.item, WINDOW)
        self.after.add(sources, goals, weights)
        self.before.add(goals, sources, weights)
        self.count += np.bincount(histories.item, minlength=len(self.count)).astype(np.float32)


@compiled
def _pairs(start: Array, item: Array, window: int) -> tuple[Array, Array, Array]:
    count = 0
    for row in range(len(start) - 1):
        for place in range(start[row], start[row + 1]):
            count += min(window, place - start[row])
    source, goal, weight = np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.float32)
    at = 0
    for row in range(len(start) - 1):
        for place in range(start[row], start[row + 1]):
            for back in range(min(window, place - start[row]), 0, -1):
                source[at], goal[at] = item[place - back], item[place]
                weight[at] = np.float32(1.0) / np.float32(back)
                at += 1
    return source, goal, weight


@inlined
def _move(row: int, start: Array, size: Array, room: Array, partner: Array, weight: Array, used: Array) -> bool:
    """Give a row twice its room at the end of the pool; False where the pool is too small."""
    wanted = max(4, 2 * room[row])
    if used[0] + wanted > len(partner):
        return False
    for place in range(size[row]):
        partner[used[0] + place] = partner[start[row] + place]
        weight[used[0] + place] = weight[start[row] + place]
    start[row], room[row] = used[0], wanted
    used[0] += wanted
    return True


@inlined
def _where(partner: Array, low: int, high: int, goal: int) -> int:
    """The place of a partner in a row, −1 where it has none; a stretch at a time, side by side in wide registers."""
    place = low
    while place + _STRETCH <= high:
        same = 0
        for turn in range(_STRETCH):
            same |= np.int32(partner[place + turn] == goal)
        if same:
            break
        place += _STRETCH
    while place < high:
        if partner[place] == goal:
            return place
        place += 1
    return -1


@compiled
def _add(
    sources: Array, goals: Array, weights: Array, done: int, start: Array, size: Array, room: Array, total: Array,
    partner: Array, weight: Array, used: Array,
) -> int:  # fmt: skip
    """Add pairs from `done` on; return how many are in. Fewer than all: the pool must grow first."""
    for one in range(done, len(sources)):
        row, goal = sources[one], goals[one]
        low, high = start[row], start[row] + size[row]
        found = _where(partner, low, high, goal)
        if found >= 0:
            weight[found] += weights[one]
            total[row] += weights[one]
        elif size[row] < MOST:
            if size[row] == room[row] and not _move(row, start, size, room, partner, weight, used):
                return one
            partner[start[row] + size[row]] = goal
            weight[start[row] + size[row]] = weights[one]
            size[row] += 1
            total[row] += weights[one]
        else:
            weakest = low
            for place in range(low, high):
                if weight[place] < weight[weakest]:
                    weakest = place
            total[row] += weights[one] - weight[weakest]
            partner[weakest], weight[weakest] = goal, weights[one]
    return len(sources)
