"""The recorder: the live arrangement's way into the event log.

What shoppers report is on disk before it is acknowledged. What the platform itself served is many
and can wait a moment: it is gathered, merged into columns and written together, in order, at the
latest with the next thing that must be on disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from magnetar.capabilities.measurement import Withheld
from magnetar.capabilities.shoppers import Requested, Served
from magnetar.kernel.errors import MagnetarError
from magnetar.kernel.events import Column, Envelope, Event, EventLog
from magnetar.platform.seats import ShoppersSeated

LATEST_S = 0.05
"""How long a served page waits for company."""
MOST = 100_000
"""Envelopes held while the log cannot be written; then the oldest are given up, and counted."""

TOGETHER = 20_000
"""Pages in one write, about 6 MB."""


class Recorder:
    """An event log before another one."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._waiting: list[Envelope] = []
        self._queue = threading.Lock()
        self._order = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._closing = False
        self.failure = ""
        """Why the last write failed; empty where it did not."""
        self.given_up = 0
        """Envelopes of served pages that could not be recorded."""

    def start(self) -> None:
        """Write what waits in a thread of its own, from now on."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep_writing, name="recorder", daemon=True)
            self._thread.start()

    def append(self, envelopes: Iterable[Envelope]) -> list[bool]:
        if isinstance(envelopes, tuple) and len(envelopes) == 1 and type(envelopes[0].data) in _CAN_WAIT:
            with self._queue:
                self._waiting.append(envelopes[0])
                first = len(self._waiting) == 1
            if first:
                self._wake.set()
            return [True]
        return self._write(list(envelopes))

    def flush(self) -> None:
        """Write what waits.

        Raises:
            Refused: the log took nothing.
        """
        self._write([])

    def _write(self, more: list[Envelope]) -> list[bool]:
        with self._order:
            while True:
                with self._queue:
                    taken = _portion(self._waiting)
                    del self._waiting[: len(taken)]
                    last = not self._waiting
                together = merge(taken)
                write = together + more if last else together
                try:
                    fresh = self._log.append(write) if write else []
                except BaseException as error:
                    with self._queue:
                        self._waiting[:0] = taken
                        too_many = max(0, len(self._waiting) - MOST)
                        self.given_up += too_many
                        del self._waiting[:too_many]
                    self.failure = str(error)
                    raise
                self.failure = ""
                if last:
                    return fresh[len(together) :]

    def _keep_writing(self) -> None:
        while not self._closing:
            self._wake.wait()
            self._wake.clear()
            if self._closing:
                return
            threading.Event().wait(LATEST_S)
            try:
                self.flush()
            except (MagnetarError, OSError, ValueError):
                self._wake.set()  # said in `failure`; tried again

    def read(self, start: int = 0, limit: int | None = None) -> Iterator[tuple[int, Envelope]]:
        return self._log.read(start, limit)

    def __len__(self) -> int:
        return len(self._log)

    def close(self) -> None:
        """Write what waits and stop; the log itself stays open."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=5.0)
        self.flush()


def _portion(waiting: list[Envelope]) -> list[Envelope]:
    """As many from the front as one write takes."""
    rows = 0
    for place, envelope in enumerate(waiting):
        event: Any = envelope.data
        rows += len(event.row if isinstance(event, ShoppersSeated) else event.request)
        if rows > TOGETHER:
            return waiting[: place + 1]
    return waiting[:]


def merge(envelopes: list[Envelope]) -> list[Envelope]:
    """Join pages of one tick that follow each other into columns; order is kept between seats, requests and pages."""
    out: list[Envelope] = []
    runs: dict[type[Event], list[Envelope]] = {}
    tick: int | None = None

    def settle() -> None:
        for kind in _CAN_WAIT:
            if same := runs.get(kind):
                out.append(_joined(same))
        runs.clear()

    for envelope in envelopes:
        event: Any = envelope.data
        now = getattr(event, "tick", tick)
        if now != tick:
            settle()
            tick = now
        runs.setdefault(type(event), []).append(envelope)
    settle()
    return out


def _joined(same: list[Envelope]) -> Envelope:
    first = same[0]
    if len(same) == 1:
        return first
    events: list[Any] = [one.data for one in same]
    columns: dict[str, Any] = {}
    for name in events[0].__struct_fields__:
        value = getattr(events[0], name)
        columns[name] = (
            _stacked([getattr(one, name) for one in events], events) if isinstance(value, np.ndarray) else value
        )
    make: Callable[..., Event] = type(first.data)
    return Envelope(first.id, first.source, first.time, first.type, make(**columns))


def _stacked(columns: list[Column], events: list[Any]) -> Column:
    """One column of several events' rows. A column that nobody needed in an event has no rows there: they become −1."""
    if not any(len(one) for one in columns) or all(one.ndim == 1 for one in columns):
        return np.concatenate(columns) if all(one.shape[1:] == columns[0].shape[1:] for one in columns) else columns[0]
    wide = max(one.shape[1] for one in columns)
    rows: list[Column] = []
    for column, event in zip(columns, events, strict=True):
        whole = np.full((len(event.request), wide), -1, column.dtype)
        whole[: len(column), : column.shape[1]] = column
        rows.append(whole)
    return np.concatenate(rows)


_CAN_WAIT: dict[type[Event], None] = dict.fromkeys((ShoppersSeated, Requested, Served, Withheld))
"""In the order in which a run of them is written."""
