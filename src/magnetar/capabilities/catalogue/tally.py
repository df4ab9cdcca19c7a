"""How often a key came before, and where first, for files too long to remember as text.

A Python set of a million keys takes about 100 MB; sorted runs of 64-bit digests take 16 bytes
a key, and twice that while runs merge. Two different keys share a digest with probability n²/2⁶⁵, 3e-8 at a million keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_RUN = 32_768


def digest(key: str) -> int:
    """64 bits that stand for the key, the same in every process."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


class Tally:
    """Counts keys in the order in which they come."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._firsts: dict[int, int] = {}
        self._runs: list[Run] = []
        self.distinct = 0
        """Keys seen, each counted once."""

    def place(self, keys: Sequence[str], lines: Sequence[int]) -> tuple[list[int], list[int]]:
        """How often each key came before (0 for the first time), and on which line first.

        >>> tally = Tally()
        >>> tally.place(["a", "b", "a"], [2, 3, 4])
        ([0, 0, 1], [2, 3, 2])
        """
        marks = [hash(key) for key in keys]
        places, firsts = self._older(marks)
        counts, fresh = self._counts, self._firsts
        for position, mark in enumerate(marks):
            older = places[position]
            mine = counts.get(mark, 0)
            counts[mark] = mine + 1
            if not mine:
                fresh[mark] = lines[position]
                self.distinct += not older
            if not older:
                firsts[position] = fresh[mark]
            places[position] = older + mine
        if len(counts) >= _RUN:
            self._settle()
        return places, firsts

    def _older(self, marks: list[int]) -> tuple[list[int], list[int]]:
        wanted = np.array(marks, dtype=np.int64)
        counts = np.zeros(len(marks), dtype=np.int64)
        firsts = np.zeros(len(marks), dtype=np.int64)
        for run in self._runs:  # oldest first, so the first run that knows a key has its first line
            at = np.minimum(np.searchsorted(run.marks, wanted), len(run.marks) - 1)
            known = run.marks[at] == wanted
            new = known & (counts == 0)
            firsts[new] = run.firsts[at[new]]
            counts += np.where(known, run.counts[at], 0)
        return counts.tolist(), firsts.tolist()

    def _settle(self) -> None:
        """Turn what is fresh into a sorted run, and merge runs of like size."""
        size = len(self._counts)
        run = _sorted(
            np.fromiter(self._counts.keys(), np.int64, size),
            np.fromiter(self._firsts.values(), np.uint32, size),  # in the order of _counts: a key enters both at once
            np.fromiter(self._counts.values(), np.uint32, size),
        )
        self._counts, self._firsts = {}, {}
        while self._runs and len(self._runs[-1].marks) <= len(run.marks):
            older = self._runs.pop()
            run = _sorted(
                np.concatenate([older.marks, run.marks]),
                np.concatenate([older.firsts, run.firsts]),
                np.concatenate([older.counts, run.counts]),
            )
        self._runs.append(run)


@dataclass(frozen=True, slots=True)
class Run:
    """Sorted marks, each once, with first line and count."""

    marks: NDArray[np.int64]
    firsts: NDArray[np.uint32]
    counts: NDArray[np.uint32]


def _sorted(marks: NDArray[np.int64], firsts: NDArray[np.uint32], counts: NDArray[np.uint32]) -> Run:
    """A run from marks in order of age; of equal marks the oldest gives the first line."""
    order = np.argsort(marks, kind="stable")
    marks = marks[order]
    starts = np.flatnonzero(np.concatenate([[True], marks[1:] != marks[:-1]]))
    return Run(marks[starts], firsts[order][starts], np.add.reduceat(counts[order], starts, dtype=np.uint32))
