"""The store and the event log in memory: for rehearsals and tests; nothing outlives the process."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

from magnetar.kernel.events import Envelope
from magnetar.kernel.store import Written

T = TypeVar("T")


class MemoryCollection(Generic[T]):
    """Records in a dictionary for each owner."""

    def __init__(self) -> None:
        self._records: dict[str, dict[str, T]] = {}

    def put(self, owner: str, records: Iterable[tuple[str, T]]) -> Written:
        mine = self._records.setdefault(owner, {})
        incoming = list(records)  # read to the end first: all or nothing
        inserted = updated = unchanged = 0
        for key, record in incoming:
            if key not in mine:
                inserted += 1
            elif mine[key] == record:
                unchanged += 1
                continue
            else:
                updated += 1
            mine[key] = record
        return Written(inserted, updated, unchanged)

    def get(self, owner: str, key: str) -> T | None:
        return self._records.get(owner, {}).get(key)

    def list(self, owner: str, after: str = "", limit: int | None = None) -> Iterator[tuple[str, T]]:
        mine = self._records.get(owner, {})
        keys = sorted(key for key in mine if key > after)
        for key in keys if limit is None else keys[:limit]:
            yield key, mine[key]

    def count(self, owner: str) -> int:
        return len(self._records.get(owner, {}))

    def delete(self, owner: str, keys: Iterable[str]) -> int:
        mine = self._records.get(owner, {})
        return sum(mine.pop(key, None) is not None for key in list(keys))


class MemoryStore:
    """Collections by name."""

    def __init__(self) -> None:
        self._collections: dict[str, MemoryCollection[Any]] = {}

    def collection(self, name: str, kind: type[T]) -> MemoryCollection[T]:
        return self._collections.setdefault(name, MemoryCollection())

    def close(self) -> None:
        pass


class MemoryLog:
    """The event log as a list; `keep` bounds how many envelopes a long rehearsal holds on to."""

    def __init__(self, keep: int | None = None) -> None:
        self._envelopes: deque[Envelope] = deque(maxlen=keep)
        self._ids: set[str] = set()
        self._bounded = keep is not None
        self._length = 0

    def append(self, envelopes: Iterable[Envelope]) -> int:
        for envelope in envelopes:
            if envelope.id in self._ids:
                continue
            if not self._bounded or not envelope.id.startswith(envelope.source + ":"):
                self._ids.add(envelope.id)  # ids that the bus counts up cannot come twice
            self._envelopes.append(envelope)
            self._length += 1
        return self._length

    def read(self, start: int = 0, limit: int | None = None) -> Iterator[tuple[int, Envelope]]:
        first = self._length - len(self._envelopes)
        for offset in range(max(start, first), self._length if limit is None else min(self._length, start + limit)):
            yield offset, self._envelopes[offset - first]

    def __len__(self) -> int:
        return self._length

    def close(self) -> None:
        pass
