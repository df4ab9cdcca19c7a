"""The envelope that every event travels in, and the log that remembers it.

An envelope follows CloudEvents 1.0 (`id`, `source`, `type`, `time`, `data`). High-volume facts
travel as columns: one envelope holds a batch, a row's id is `batch:row`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec


class Event(msgspec.Struct, frozen=True, tag=True):
    """A fact: past tense, never changed. Subclasses carry a `version` where their shape changed."""


class Envelope(msgspec.Struct, frozen=True):
    """One event with who says it, when, and an id that makes it idempotent."""

    id: str
    source: str
    time: int
    """Microseconds since the Unix epoch, UTC."""
    type: str
    data: Event
    specversion: str = "1.0"


class EventLog(Protocol):
    """Remembers envelopes in the order in which they came."""

    def append(self, envelopes: Iterable[Envelope]) -> int:
        """Remember them all; returns the offset after the last one.

        What is appended is durable when the call returns, as far as this log is durable at all.
        An id that the log already holds is not appended again.
        """
        ...

    def read(self, start: int = 0, limit: int | None = None) -> Iterator[tuple[int, Envelope]]:
        """The envelopes from an offset on, each with its own offset."""
        ...

    def __len__(self) -> int:
        """How many envelopes it holds."""
        ...

    def close(self) -> None: ...
