"""Which ids a log holds, in bounded memory: the last ones as text, all others as sorted digests in files.

A file takes 16 bytes an envelope and is mapped, not loaded; what stays in memory is at most `RECENT` ids.
A digest that matches is checked against the envelope itself, so two ids that share one are both kept.
The files can be made again from the log; one that is missing or damaged only makes opening slower.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.engines.segments import sync_file, sync_folder

RECENT = 65_536
"""Ids kept as text before they go to a file; about 10 MB."""


@dataclass(frozen=True, slots=True)
class _Run:
    """One file: digests in order, each with the offset of its envelope."""

    path: Path
    first: int
    end: int
    digests: NDArray[np.uint64]
    offsets: NDArray[np.uint64]


class SeenIds:
    """Ids by offset, each found again in any later process."""

    def __init__(self, folder: Path, length: int, id_at: Callable[[int], str], recent: int = RECENT) -> None:
        """Open what the folder holds of a log with `length` envelopes.

        Args:
            id_at: reads the id of the envelope at an offset.
        """
        self._folder = folder
        self._id_at = id_at
        self._usual = self._most = recent
        self._recent: dict[str, int] = {}
        self._runs = self._open(length)

    @property
    def covered(self) -> int:
        """Envelopes before this offset are known; later ones have to be added."""
        return (self._runs[-1].end if self._runs else 0) + len(self._recent)

    def __contains__(self, id: str) -> bool:
        if id in self._recent:
            return True
        if not self._runs:
            return False
        digest = np.uint64(_digest(id))
        for run in self._runs:
            place = int(np.searchsorted(run.digests, digest))
            while place < len(run.digests) and run.digests[place] == digest:
                if self._id_at(int(run.offsets[place])) == id:
                    return True
                place += 1
        return False

    def add(self, ids: Iterable[str]) -> None:
        """Take note of the ids at the next offsets, none of which is held."""
        for offset, id in enumerate(ids, self.covered):
            self._recent[id] = offset
            if len(self._recent) >= self._most:
                try:
                    self.save()
                    self._most = self._usual
                except OSError:  # a full disk: the ids stay in memory, and the next opening reads the log
                    self._most = 2 * len(self._recent)

    def save(self) -> None:
        """Move the ids in memory to a file."""
        if not self._recent:
            return
        count = len(self._recent)
        first = self.covered - count
        digests = np.fromiter(map(_digest, self._recent), np.uint64, count)
        self._runs.append(self._write(digests, np.arange(first, first + count, dtype=np.uint64)))
        self._recent = {}
        while len(self._runs) > 1 and len(self._runs[-2].digests) < 2 * len(self._runs[-1].digests):
            older, newer = self._runs[-2:]  # twice as long each time: few files, each id rewritten seldom
            digests = np.concatenate([older.digests, newer.digests])
            self._runs[-2:] = [self._write(digests, np.concatenate([older.offsets, newer.offsets]))]
            older.path.unlink(missing_ok=True)
            newer.path.unlink(missing_ok=True)

    def _write(self, digests: NDArray[np.uint64], offsets: NDArray[np.uint64]) -> _Run:
        order = np.argsort(digests, kind="stable")
        both = np.stack([digests[order], offsets[order]])
        first, end = int(offsets.min()), int(offsets.max()) + 1
        path = self._folder / f"{first:020d}-{end:020d}-{_crc(both)}.npy"
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.save(file, both)
            file.flush()
            sync_file(file.fileno())
        os.replace(part, path)
        sync_folder(self._folder)
        return _load(path, first, end)

    def _open(self, length: int) -> list[_Run]:
        self._folder.mkdir(exist_ok=True)
        found: dict[int, list[tuple[int, str, Path]]] = {}
        for path in self._folder.iterdir():
            first, _, rest = path.stem.partition("-")
            end, _, crc = rest.partition("-")
            if path.suffix == ".npy" and first.isdigit() and end.isdigit():
                found.setdefault(int(first), []).append((int(end), crc, path))
        runs: list[_Run] = []
        start = 0
        while start in found:
            end, crc, path = max(found[start])
            run = _check(path, start, end, crc) if start < end <= length else None
            if run is None:
                break
            runs.append(run)
            start = end
        kept = {run.path for run in runs}
        for path in self._folder.iterdir():  # parts of a merge that was interrupted, or damaged
            if path not in kept:
                path.unlink(missing_ok=True)
        return runs


def _digest(id: str) -> int:
    return int.from_bytes(blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _crc(both: NDArray[np.uint64]) -> str:
    return f"{zlib.crc32(both.data):08x}"


def _load(path: Path, first: int, end: int) -> _Run:
    both: Any = np.load(path, mmap_mode="r")
    return _Run(path, first, end, np.asarray(both[0]), np.asarray(both[1]))


def _check(path: Path, first: int, end: int, crc: str) -> _Run | None:
    """The run in a file, or None where the file is not what its name says."""
    try:
        both = np.load(path)
    except (OSError, ValueError, EOFError):
        return None
    if both.shape != (2, end - first) or both.dtype != np.uint64 or _crc(both) != crc:
        return None
    return _load(path, first, end)
