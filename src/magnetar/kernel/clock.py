"""Time is a port: live reads the machine's clock, a rehearsal steps its own."""

from __future__ import annotations

import time
from typing import Protocol

SECOND = 1_000_000
"""Times are integer microseconds since the Unix epoch, UTC."""
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> int:
        """Microseconds since the Unix epoch, UTC; never goes back."""
        ...


class SystemClock:
    """The machine's clock."""

    def __init__(self) -> None:
        self._last = 0

    def now(self) -> int:
        self._last = max(self._last, time.time_ns() // 1000)
        return self._last


class SteppedClock:
    """A clock that moves only when told to: for rehearsal, replay and tests."""

    def __init__(self, start: int = 0) -> None:
        self._now = start

    def now(self) -> int:
        return self._now

    def step_to(self, moment: int) -> None:
        """Move on.

        Raises:
            ValueError: the moment lies in the past.
        """
        if moment < self._now:
            raise ValueError(f"time cannot go back from {self._now} to {moment}")
        self._now = moment
