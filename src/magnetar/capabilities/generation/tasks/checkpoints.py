"""SQLite's write-ahead log is copied into the database beside the creates, not inside one of them.

By default the commit that passes a thousand pages does the copying and waits for the disk twice more: one create
in seventy. Here the limit is far higher, and a thread of its own copies every other second. A log that is written
over in place also costs half the wait of one that grows, so a busy one is given its full length once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import event

from magnetar.kernel.database import Database

PAGES = 16_000
"""Some 64 MB: only here does a commit copy what the thread has left over, and the log begin again from its start."""
EVERY_S, LOOK_S = 2.0, 0.25
BUSY = 500
"""Pages in the log that tell of a service under load; a quiet one keeps its small log."""
_FRAME = 4_096 + 24
_STEP = 4 << 20
_SPARE = 20
"""The log is given its length only where the disk has this many times as much free."""


class Checkpoints:
    """Copies the log while it runs; does nothing for another kind of database."""

    def __init__(self, database: Database) -> None:
        self._database, self._engine = database, database.engine
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._grown = False

    def leave(self) -> None:
        """Connections that are opened from now on leave the copying to others, such as a server beside this process."""
        if self._engine.dialect.name == "sqlite" and not event.contains(self._engine, "connect", _leave):
            event.listen(self._engine, "connect", _leave)
            self._engine.dispose()

    def start(self) -> None:
        """Begin to copy; connections that are opened from now on leave it to this thread."""
        if self._engine.dialect.name == "sqlite" and self._thread is None:
            self.leave()
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
        looks = round(EVERY_S / LOOK_S)
        while not self._stop.wait(LOOK_S):
            looks -= 1
            with contextlib.suppress(Exception):  # busy: copied two seconds later
                if not self._grown and self._log.stat().st_size >= BUSY * _FRAME:
                    self._grown = True
                    self._grow()
                if looks <= 0:
                    looks = round(EVERY_S / LOOK_S)
                    self.copy()

    def copy(self) -> None:
        """Copy what can be copied without keeping anybody from writing."""
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        finally:
            connection.close()

    @property
    def _log(self) -> Path:
        return Path(f"{self._engine.url.database}-wal")

    def _grow(self) -> None:
        """Fill the log's file up with zeros, a step at a time; SQLite reads no further than the last whole commit."""
        log, most = self._log, PAGES * _FRAME
        if shutil.disk_usage(log.parent).free < _SPARE * most:
            return
        with log.open("r+b", buffering=0) as file:
            while not self._stop.wait(0.01):
                with self._database.writing():  # nobody appends to it now
                    size = file.seek(0, os.SEEK_END)
                    if size >= most:
                        break
                    file.write(bytes(min(_STEP, most - size)))
                os.fsync(file.fileno())


def _leave(connection: Any, _: object) -> None:
    connection.execute(f"PRAGMA wal_autocheckpoint = {PAGES}")
