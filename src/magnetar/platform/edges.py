"""Tick edges on record: what each leaves behind, so that a restart begins from it and learns again from the days before."""

from __future__ import annotations

from dataclasses import dataclass

from magnetar.kernel.clock import MINUTE
from magnetar.kernel.events import Event
from magnetar.kernel.store import Store
from magnetar.platform.market import TICKS_PER_DAY
from magnetar.vocabulary.ids import OPERATOR

TICK = 30 * MINUTE
REPLAY_DAYS = 14
"""How far back a restart reads the log."""


class TickOpened(Event, frozen=True):
    """The platform prepared a tick; what a replay needs to learn in the same steps."""

    tick: int
    at: int


@dataclass(frozen=True, slots=True)
class Edge:
    """What a tick's edge leaves behind, to begin from after a restart."""

    tick: int
    lease: int
    offset: int
    """In the event log."""
    state: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a day begins in the event log."""

    offset: int


class Edges:
    """The last edge, and where each of the latest days begins in the event log."""

    def __init__(self, store: Store) -> None:
        self._last = store.collection("live_edge", Edge)
        self._marks = store.collection("live_marks", Mark)

    def last(self) -> Edge | None:
        """The last edge that was recorded."""
        return self._last.get(OPERATOR, "edge")

    def put(self, edge: Edge) -> None:
        """Record an edge; the first of a day marks where the day begins."""
        self._last.put(OPERATOR, [("edge", edge)])
        day = edge.tick // TICKS_PER_DAY
        if self._marks.get(OPERATOR, _key(day)) is None:
            self._marks.put(OPERATOR, [(_key(day), Mark(edge.offset))])
            old = _key(day - 2 * REPLAY_DAYS)
            self._marks.delete(OPERATOR, [key for key, _ in self._marks.list(OPERATOR) if key < old])

    def since(self, day: int) -> int:
        """Where the log is to be read from for everything of that day and later; 0 where no such day is marked."""
        return min((mark.offset for key, mark in self._marks.list(OPERATOR) if key >= _key(day)), default=0)


def _key(day: int) -> str:
    return f"{max(day, 0):09d}"
