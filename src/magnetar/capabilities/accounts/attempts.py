"""Attempts: how often somebody may try before they have to wait."""

from __future__ import annotations

import threading
from collections import deque

from magnetar.kernel.clock import MINUTE

MOST = 8
WINDOW = 10 * MINUTE
_KEPT = 20_000
"""Names and addresses that are remembered at once; the oldest go first."""


class Attempts:
    """Failures by name and by address within a sliding window; kept by each process for itself."""

    def __init__(self, most: int = MOST, window: int = WINDOW) -> None:
        self._most, self._window = most, window
        self._failures: dict[str, deque[int]] = {}
        self._turn = threading.Lock()

    def wait(self, key: str, now: int) -> int:
        """Microseconds until this key may try again; 0 where it may now."""
        with self._turn:
            failures = self._recent(key, now)
            return max(0, failures[-self._most] + self._window - now) if len(failures) >= self._most else 0

    def failed(self, key: str, now: int) -> None:
        with self._turn:
            self._recent(key, now).append(now)
            self._failures[key] = self._failures.pop(key)  # the most recent last
            while len(self._failures) > _KEPT:
                self._failures.pop(next(iter(self._failures)))

    def forget(self, key: str) -> None:
        """A success clears the name."""
        with self._turn:
            self._failures.pop(key, None)

    def _recent(self, key: str, now: int) -> deque[int]:
        failures = self._failures.setdefault(key, deque(maxlen=4 * self._most))
        while failures and failures[0] <= now - self._window:
            failures.popleft()
        return failures
