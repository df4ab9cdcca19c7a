"""The store of segments: a file is named by what it was made of, so that nothing is made twice.

Every entry ends with the SHA-256 of its content; one that does not hold is thrown away and made anew. The least
recently used go first when the store is over its limit.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.capabilities.creative.segments.mp4 import Buffer, box

LIMIT = 4 << 30
"""Bytes that the store may hold."""
_SEAL = 8 + 32


class Cache:
    """A folder of sealed files."""

    def __init__(self, root: Path, limit: int = LIMIT) -> None:
        self.root, self.limit = root, limit

    def _path(self, key: str, ending: str) -> Path:
        return self.root / key[:2] / f"{key}.{ending}"

    def has(self, key: str, ending: str = "mp4") -> bool:
        """Whether there is an entry; it may still turn out to be damaged when it is opened."""
        return self._path(key, ending).is_file()

    def get(self, key: str, ending: str = "mp4") -> bytes | None:
        """An entry's content without its seal; None where there is none or it is damaged."""
        path = self._path(key, ending)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        content, seal = data[:-_SEAL], data[-_SEAL:]
        if seal != _seal(content):
            path.unlink(missing_ok=True)
            return None
        os.utime(path)
        return content

    def put(self, key: str, content: Buffer, ending: str = "mp4") -> None:
        """Keep an entry.

        Raises:
            BadInput: the folder cannot be written.
        """
        with whole_or_nothing(self._path(key, ending)) as part:
            part.write_bytes(bytes(content) + _seal(content))

    def evict(self, keep: frozenset[str] = frozenset()) -> int:
        """Let the least recently used go until the rest is within the limit; returns how many went.

        Args:
            keep: keys in use, which stay whatever their age.
        """
        entries: list[tuple[float, int, Path]] = []
        for path in self.root.glob("??/*.*"):
            try:
                told = path.stat()
            except OSError:  # another process let it go
                continue
            entries.append((told.st_mtime, told.st_size, path))
        total = sum(size for _, size, _ in entries)
        gone = 0
        for _, size, path in sorted(entries):
            if total <= self.limit:
                break
            if path.stem not in keep:
                path.unlink(missing_ok=True)
                total -= size
                gone += 1
        return gone


def _seal(content: Buffer) -> bytes:
    """A `free` box, which players pass over, with the content's digest."""
    return box(b"free", hashlib.sha256(content).digest())
