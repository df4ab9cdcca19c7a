"""Group commit: threads that append at the same time share one wait for the disk.

Whoever comes first leads and writes for all who are waiting; those who come while it waits for the disk
are written together by the next leader, who is one of them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

TOGETHER_BYTES = 16 << 20
"""Appends that wait together are written together up to about this size."""


class Waiting:
    """One append on its way to the disk."""

    __slots__ = ("done", "entries", "error", "fresh", "gone", "leads", "size", "woken")

    def __init__(self, entries: list[tuple[str, bytes]]) -> None:
        self.entries = entries
        """Ids with their encoded envelopes."""
        self.size = sum(len(encoded) + 4 for _, encoded in entries)
        self.fresh: list[bool] = []
        self.error: BaseException | None = None
        self.woken = threading.Lock()
        """Held until the append is done, or its thread is to lead."""
        self.woken.acquire()
        self.leads = self.gone = self.done = False


class GroupCommit:
    """Queues appends and has one thread at a time write them."""

    def __init__(self, write: Callable[[list[Waiting]], None]) -> None:
        """`write` is called with those to write together; it raises nothing but interrupts."""
        self.turn = threading.Lock()
        """Held while writing."""
        self._write = write
        self._queue = threading.Lock()
        self.waiting: deque[Waiting] = deque()
        self._led = False

    def submit(self, mine: Waiting) -> None:
        """Return when it is done."""
        with self._queue:
            self.waiting.append(mine)
            mine.leads, self._led = not self._led, True
        try:
            if not mine.leads:
                mine.woken.acquire()  # the one who leads writes ours too, or hands the lead to us
            if mine.leads:
                self._lead(mine)
        except BaseException:  # interrupted: the others must not wait for us
            with self._queue:
                mine.gone = True
                if mine.leads:
                    mine.leads = False
                    self._hand_over()
            raise

    def _lead(self, mine: Waiting) -> None:
        """Write what is waiting, then let one of those who came meanwhile lead."""
        with self.turn:
            while not mine.done:
                self._write_some()
        with self._queue:
            self._hand_over()

    def _hand_over(self) -> None:
        for each in self.waiting:
            if not each.gone:
                each.leads = True
                each.woken.release()
                return
        self._led = False

    def _write_some(self) -> None:
        group: list[Waiting] = []
        size = 0
        with self._queue:
            while self.waiting and (not group or size + self.waiting[0].size <= TOGETHER_BYTES):
                group.append(self.waiting.popleft())
                size += group[-1].size
        try:
            self._write(group)
        finally:
            for each in group:
                each.done = True
                if not each.leads:
                    each.woken.release()
