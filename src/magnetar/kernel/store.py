"""The store: records by collection, owner and key.

Every call names the owner, so that no query can reach another merchant's records by mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch of puts changed."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Written) -> Written:
        return Written(self.inserted + other.inserted, self.updated + other.updated, self.unchanged + other.unchanged)


class Collection(Protocol, Generic[T]):
    """Records of one kind."""

    def put(self, owner: str, records: Iterable[tuple[str, T]]) -> Written:
        """Insert or replace by key, all or nothing; an equal record is left as it is."""
        ...

    def get(self, owner: str, key: str) -> T | None: ...

    def list(self, owner: str, after: str = "", limit: int | None = None) -> Iterator[tuple[str, T]]:
        """Records in key order, those after a key, at most so many."""
        ...

    def count(self, owner: str) -> int: ...

    def delete(self, owner: str, keys: Iterable[str]) -> int:
        """Remove by key; returns how many there were."""
        ...


class Store(Protocol):
    """Where records are kept."""

    def collection(self, name: str, kind: type[T]) -> Collection[T]:
        """The collection of that name; its records are dataclasses or msgspec structs of that kind."""
        ...

    def close(self) -> None: ...
