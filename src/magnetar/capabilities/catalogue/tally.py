"""How often a key came before, and where first, for files too long to remember as text.

A Python set of a million keys takes about 100 MB; sorted runs of 64-bit digests take 16 bytes
a key. Two different keys share a digest with probability n²/2⁶⁵, 3e-8 at a million keys.
"""

from __future__ import annotations

from collections.abc import Sequence
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
        self._fresh: dict[int, list[int]] = {}
        self._pending = 0
        self._runs: list[tuple[NDArray[np.uint64], NDArray[np.int64]]] = []
        self.distinct = 0
        """Keys seen, each counted once."""

    def place(self, keys: Sequence[str], lines: Sequence[int]) -> tuple[list[int], list[int]]:
        """How often each key came before (0 for the first time), and on which line first.

        >>> tally = Tally()
        >>> tally.place(["a", "b", "a"], [2, 3, 4])
        ([0, 0, 1], [2, 3, 2])
        """
        digests = [digest(key) for key in keys]
        counts, firsts = self._older(digests)
        fresh = self._fresh
        places: list[int] = []
        first_lines: list[int] = []
        for position, (mark, line) in enumerate(zip(digests, lines, strict=True)):
            older = counts[position]
            mine = fresh.setdefault(mark, [])
            places.append(older + len(mine))
            first_lines.append(firsts[position] if older else mine[0] if mine else line)
            if not older and not mine:
                self.distinct += 1
            mine.append(line)
        self._pending += len(digests)
        if self._pending >= _RUN:
            self._settle()
        return places, first_lines

    def _older(self, digests: list[int]) -> tuple[list[int], list[int]]:
        wanted = np.array(digests, dtype=np.uint64)
        counts = np.zeros(len(digests), dtype=np.int64)
        firsts = np.zeros(len(digests), dtype=np.int64)
        for marks, lines in self._runs:  # oldest first, so the first run that knows a key has its first line
            left = np.searchsorted(marks, wanted, side="left")
            found = np.searchsorted(marks, wanted, side="right") - left
            new = (counts == 0) & (found > 0)
            firsts[new] = lines[left[new]]
            counts += found
        return counts.tolist(), firsts.tolist()

    def _settle(self) -> None:
        """Turn what is fresh into a sorted run, and merge runs of like size."""
        marks = np.array([mark for mark, lines in self._fresh.items() for _ in lines], dtype=np.uint64)
        lines = np.array([line for lines in self._fresh.values() for line in lines], dtype=np.int64)
        self._fresh, self._pending = {}, 0
        order = np.argsort(marks, kind="stable")
        run = marks[order], lines[order]
        while self._runs and len(self._runs[-1][0]) <= len(run[0]):
            older = self._runs.pop()
            marks = np.concatenate([older[0], run[0]])
            lines = np.concatenate([older[1], run[1]])
            order = np.argsort(marks, kind="stable")  # stable: the older line of a key stays first
            run = marks[order], lines[order]
        self._runs.append(run)
