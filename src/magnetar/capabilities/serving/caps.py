"""Frequency: how often each shopper was shown each ad group today, as short lists of those who were shown any.

A table of shoppers by ad groups would be mostly zeros, and ten gigabytes in a large market. Here a
shopper holds a chain of blocks of one cache line, each with 14 ad groups and their counts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.compiled import Array, compiled, inlined

BLOCK = 16
"""Whole numbers of a block: the next block, how many places are used, then ad group × 256 + count."""
MOST = 255
"""Counts stop here."""
NEXT, USED, FIRST = 0, 1, 2
"""Columns of a block."""


class Chains(NamedTuple):
    """Columns for kernels."""

    head: Array
    """(shoppers,) int32, first block of each, −1 where there is none."""
    block: Array
    """(room, BLOCK) int32."""
    taken: Array
    """(2,): blocks ever taken since the morning; the first of those given back, −1 where there is none."""


@inlined
def seen_today(head: Array, block: Array, person: int, row: int, of_row: Array, place_of: Array) -> None:
    """Note for a page where the shopper's counts stand: where `of_row[group]` is the page's row, at `place_of[group]`."""
    one = int(head[person])
    while one >= 0:
        for place in range(FIRST, FIRST + block[one, USED]):
            group = block[one, place] >> 8
            of_row[group], place_of[group] = row, one * BLOCK + place
        one = int(block[one, NEXT])


@inlined
def count_at(block: Array, place: int) -> int:
    """The count that stands at a place."""
    return int(block[place // BLOCK, place % BLOCK]) & MOST


@compiled
def fresh_block(chains: Chains, person: int) -> int:
    """Put an empty block at the head of a shopper's chain; there must be room."""
    taken, block = chains.taken, chains.block
    one = int(taken[1])
    if one >= 0:
        taken[1] = block[one, NEXT]
    else:
        one = int(taken[0])
        taken[0] = one + 1
    block[one, NEXT], block[one, USED] = chains.head[person], 0
    chains.head[person] = one
    return one


@compiled
def count_one(chains: Chains, person: int, group: int, times: int) -> None:
    """Count impressions of an ad group; there must be room for one more block."""
    block = chains.block
    one = int(chains.head[person])
    while one >= 0:
        for place in range(FIRST, FIRST + block[one, USED]):
            if block[one, place] >> 8 == group:
                block[one, place] = (group << 8) + min(MOST, (block[one, place] & MOST) + times)
                return
        one = int(block[one, NEXT])
    one = int(chains.head[person])
    if one < 0 or block[one, USED] == BLOCK - FIRST:
        one = fresh_block(chains, person)
    used = int(block[one, USED])
    block[one, FIRST + used], block[one, USED] = (group << 8) + min(MOST, times), used + 1


class Shown:
    """Today's impressions of every shopper."""

    def __init__(self, shoppers: int) -> None:
        self._chains = Chains(
            np.full(shoppers, -1, np.int32), np.empty((64, BLOCK), np.int32), np.array([0, -1], np.int64)
        )

    def __len__(self) -> int:
        """Shoppers."""
        return len(self._chains.head)

    def chains(self, blocks: int) -> Chains:
        """For a kernel that may take so many blocks."""
        head, block, taken = self._chains
        needed = int(taken[0]) + blocks
        if needed > len(block):
            more = np.empty((max(needed, len(block) * 3 // 2), BLOCK), np.int32)
            more[: taken[0]] = block[: taken[0]]
            self._chains = Chains(head, more, taken)
        return self._chains

    def add(self, shopper: NDArray[np.int64], group: NDArray[np.int64]) -> None:
        """Count impressions, one a row."""
        _add(self.chains(len(shopper)), np.asarray(shopper, np.int64), np.asarray(group, np.int64), 1)

    def exhaust(self, shopper: NDArray[np.int64], group: NDArray[np.int64]) -> None:
        """Bring ad groups to their cap for shoppers, whatever it is; a row for each pair."""
        _add(self.chains(len(shopper)), np.asarray(shopper, np.int64), np.asarray(group, np.int64), MOST)

    def forget(self, shopper: int) -> None:
        """Nothing was shown to this one: the row is somebody else's now."""
        _forget(self._chains, shopper)

    def new_day(self) -> None:
        """Start again."""
        self._chains.head[:] = -1
        self._chains.taken[:] = 0, -1

    def table(self, groups: int) -> NDArray[np.uint8]:
        """(shoppers, groups), for those who want to see it whole."""
        out = np.zeros((len(self), groups), np.uint8)
        _write(self._chains, out)
        return out


@compiled
def _add(chains: Chains, shopper: Array, group: Array, times: int) -> None:
    for row in range(shopper.shape[0]):
        count_one(chains, shopper[row], group[row], times)


@compiled
def _forget(chains: Chains, person: int) -> None:
    one = int(chains.head[person])
    while one >= 0:
        following = int(chains.block[one, NEXT])
        chains.block[one, NEXT] = chains.taken[1]
        chains.taken[1] = one
        one = following
    chains.head[person] = -1


@compiled
def _write(chains: Chains, out: Array) -> None:
    for person in range(out.shape[0]):
        one = int(chains.head[person])
        while one >= 0:
            for place in range(FIRST, FIRST + chains.block[one, USED]):
                out[person, chains.block[one, place] >> 8] = chains.block[one, place] & MOST
            one = int(chains.block[one, NEXT])
