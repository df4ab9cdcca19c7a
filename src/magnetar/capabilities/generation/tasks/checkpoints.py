"""SQLite's write-ahead log is copied into the database beside the creates, not inside one of them.

By default the commit that passes a thousand pages does the copying and waits for the disk twice more: one create
in seventy. Here the limit is far higher, and a thread of its own copies every second.
"""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from sqlalchemy import event

from magnetar.kernel.database import Database

PAGES = 20_000
"""Some 80 MB: only where the thread cannot keep up does a commit copy again."""
EVERY_S = 1.0


class Checkpoints:
    """Copies the log while it runs; does nothing for another kind of database."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; connections that are opened from now on leave the copying to this thread."""
        if self._engine.dialect.name == "sqlite" and self._thread is None:
            event.listen(self._engine, "connect", _leave)
            self._engine.dispose()
            self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End; commits copy again."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            event.remove(self._engine, "connect", _leave)
            self._engine.dispose()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            with contextlib.suppress(Exception):  # busy: copied a second later
                connection = self._engine.raw_connection()
                try:
                    connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                finally:
                    connection.close()


def _leave(connection: Any, _: object) -> None:
    connection.execute(f"PRAGMA wal_autocheckpoint = {PAGES}")
