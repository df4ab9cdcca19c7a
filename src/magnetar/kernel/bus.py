"""The bus: record, then tell.

`publish` appends to the log and then calls the handlers in the order in which they subscribed.
A handler that fails leaves a `HandlingFailed` event; the others are still told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from magnetar.kernel.clock import Clock
from magnetar.kernel.events import Envelope, Event, EventLog

E = TypeVar("E", bound=Event)
Handler = Callable[[Any], None]


class HandlingFailed(Event, frozen=True):
    """A handler raised; the console lists these and can retry them."""

    event_id: str
    event_type: str
    handler: str
    error: str


class Bus:
    """Tells every subscriber what was recorded."""

    def __init__(self, log: EventLog, clock: Clock, source: str = "magnetar") -> None:
        self.log = log
        self.clock = clock
        self.source = source
        self._handlers: dict[type[Event], list[Handler]] = {}
        self._count = len(log)

    def subscribe(self, kind: type[E], handler: Callable[[E], None]) -> None:
        """Call the handler with every event of this kind published from now on."""
        self._handlers.setdefault(kind, []).append(handler)

    def publish(self, event: Event, id: str = "") -> Envelope | None:
        """Record the event, then tell those who subscribed.

        An id that was recorded before changes nothing and tells nobody: returns None.
        """
        kind = type(event)
        while True:
            if not id:
                self._count += 1
            envelope = Envelope(
                id or f"{self.source}:{self._count}", self.source, self.clock.now(), kind.__name__, event
            )
            if self.log.append((envelope,))[0]:
                break
            if id:
                return None
            # The number was taken by another thread, or before a restart: take the next one.
        for handler in self._handlers.get(kind, ()):
            try:
                handler(event)
            except Exception as error:
                if kind is HandlingFailed:
                    raise
                name = getattr(handler, "__qualname__", repr(handler))
                self.publish(
                    HandlingFailed(
                        event_id=envelope.id,
                        event_type=envelope.type,
                        handler=name,
                        error=f"{type(error).__name__}: {error}",
                    )
                )
        return envelope
