"""The store and the event log in memory: for rehearsals and tests; nothing outlives the process."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from magnetar.engines.records import Codec, check_page
from magnetar.kernel.events import Envelope
from magnetar.kernel.store import Written

T = TypeVar("T")


class MemoryCollection(Generic[T]):
    """Records in a dictionary for each owner, as bytes, so that nobody changes what is kept."""

    def __init__(self, kind: type[T], owners: dict[str, dict[str, tuple[bytes, bytes]]]) -> None:
        self._codec = Codec(kind)
        self._owners = owners

    def put(self, owner: str, records: Iterable[tuple[str, T]]) -> Written:
        encode = self._codec.encode
        incoming = [(key, encode(key, record)) for key, record in records]  # to the end first: all or nothing
        mine = self._owners.setdefault(owner, {})
        inserted = updated = unchanged = 0
        for key, encoded in incoming:
            known = mine.get(key)
            if known is None:
                inserted += 1
            elif known[0] == encoded[0]:
                unchanged += 1
                continue
            else:
                updated += 1
            mine[key] = encoded
        return Written(inserted, updated, unchanged)

    def get(self, owner: str, key: str) -> T | None:
        found = self._owners.get(owner, {}).get(key)
        return None if found is None else self._codec.decode(found[1])

    def list(self, owner: str, after: str = "", limit: int | None = None) -> Iterator[tuple[str, T]]:
        check_page(limit)
        return self._list(owner, after, limit)

    def _list(self, owner: str, after: str, limit: int | None) -> Iterator[tuple[str, T]]:
        mine = self._owners.get(owner, {})
        for key in sorted(key for key in mine if key > after):
            found = mine.get(key)  # it may have been deleted since
            if limit == 0:
                return
            if found is not None:
                yield key, self._codec.decode(found[1])
                limit = limit if limit is None else limit - 1

    def count(self, owner: str) -> int:
        return len(self._owners.get(owner, {}))

    def delete(self, owner: str, keys: Iterable[str]) -> int:
        wanted = list(keys)
        mine = self._owners.get(owner, {})
        return sum(mine.pop(key, None) is not None for key in wanted)


class MemoryStore:
    """Collections by name."""

    def __init__(self) -> None:
        self._collections: dict[str, dict[str, dict[str, tuple[bytes, bytes]]]] = {}

    def collection(self, name: str, kind: type[T]) -> MemoryCollection[T]:
        return MemoryCollection(kind, self._collections.setdefault(name, {}))

    def close(self) -> None:
        pass


class MemoryLog:
    """The event log as a list, which keeps the very objects that were appended.

    `keep` bounds how many envelopes a long rehearsal holds on to; an id older than those counts as new.
    """

    def __init__(self, keep: int | None = None) -> None:
        if keep is not None and keep < 1:
            raise ValueError(f"keep must be at least 1 or None, found {keep}")
        self._envelopes: deque[Envelope] = deque()
        self._ids: set[str] = set()
        self._keep = keep
        self._length = 0

    def append(self, envelopes: Iterable[Envelope]) -> list[bool]:
        fresh: list[bool] = []
        ids, kept, keep = self._ids, self._envelopes, self._keep
        for envelope in envelopes if isinstance(envelopes, tuple) else list(envelopes):
            id = envelope.id
            if id in ids:
                fresh.append(False)
                continue
            ids.add(id)
            kept.append(envelope)
            self._length += 1
            if keep is not None and len(kept) > keep:
                ids.discard(kept.popleft().id)
            fresh.append(True)
        return fresh

    def read(self, start: int = 0, limit: int | None = None) -> Iterator[tuple[int, Envelope]]:
        check_page(limit)
        return self._read(start, self._length if limit is None else min(self._length, start + limit))

    def _read(self, start: int, end: int) -> Iterator[tuple[int, Envelope]]:
        offset = start
        while offset < end:
            first = self._length - len(self._envelopes)  # moves on while others append
            offset = max(offset, first)
            if offset >= end:
                return
            yield offset, self._envelopes[offset - first]
            offset += 1

    def __len__(self) -> int:
        return self._length

    def close(self) -> None:
        pass
