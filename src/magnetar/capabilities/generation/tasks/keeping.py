"""How long results are kept: until their days are over, or until their merchant's room is full, oldest first.

A result that an address was told for yesterday is never deleted to make room: addresses are good for a day. What no
task needs any more goes too: pictures that were sent, files of attempts that lost, parts that a worker left behind.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from magnetar.capabilities.generation.tasks.contract import Wanted
from magnetar.capabilities.generation.tasks.files import GOOD_FOR, Files
from magnetar.capabilities.generation.tasks.rows import Result
from magnetar.kernel.clock import HOUR, SECOND, Clock
from magnetar.kernel.database import Database, driver_of

DAY = 24 * HOUR
SWEEP_EVERY = HOUR
LOOK_EVERY_S = 600.0
SHELVES = 24
"""So many hourly sweeps look through all folders."""
_TOGETHER = 500

_CLAIM = (
    "INSERT INTO generation_queues (merchant, waiting, working, concurrency, served_at) VALUES ('', 0, 0, 0, :now) "
    "ON CONFLICT (merchant) DO UPDATE SET served_at = :now WHERE served_at <= :before"
)
"""The row of no merchant says when the last sweep began, so that one of many processes makes it."""
_OLD = (
    "SELECT id, task_id, bytes FROM generation_tasks WHERE result IS NOT NULL AND expired_at IS NULL "
    "AND updated_at <= :before LIMIT :most"
)
_FULL = (
    "SELECT merchant, sum(bytes) FROM generation_tasks WHERE result IS NOT NULL AND expired_at IS NULL "
    "GROUP BY merchant HAVING sum(bytes) > :most"
)
_OLDEST = (
    "SELECT id, task_id, bytes FROM generation_tasks WHERE merchant = :merchant AND result IS NOT NULL "
    "AND expired_at IS NULL AND updated_at <= :before ORDER BY updated_at LIMIT :most"
)
_EXPIRE = "UPDATE generation_tasks SET expired_at = ? WHERE id = ? AND expired_at IS NULL"
_ROOM = "SELECT coalesce(sum(bytes), 0) FROM generation_tasks WHERE merchant = ? AND result IS NOT NULL AND expired_at IS NULL"
_ONE = "SELECT status, result, expired_at FROM generation_tasks WHERE task_id = ?"
_OPEN = "SELECT wanted FROM generation_tasks WHERE status IN ('submitted', 'processing')"


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep deleted."""

    results: int = 0
    """Tasks whose results' days were over."""
    crowded: int = 0
    """Tasks whose results made room."""
    leftovers: int = 0
    """Files that belong to no result."""
    pictures: int = 0
    """Sent pictures that no task needs."""
    bytes: int = 0


class Keeping:
    """Deletes what is kept no longer."""

    def __init__(
        self, database: Database, clock: Clock, files: Files, pictures: Path, *, days: float, room_bytes: int
    ) -> None:
        """`days` that results are kept, `room_bytes` for each merchant's; 0: without end."""
        self._database, self._clock, self._files, self._pictures = database, clock, files, pictures
        self.days, self.room_bytes = days, room_bytes

    def taken(self, merchant: str) -> int:
        """Bytes of a merchant's results."""
        with self._database.reading() as connection:
            [found] = driver_of(connection).execute(_ROOM, (merchant,)).fetchone()
        return int(found)

    def sweep_if_due(self) -> Swept | None:
        """Sweep once an hour, whichever process comes first; None where it was not this one."""
        now = self._clock.now()
        with self._database.writing() as connection:
            mine = driver_of(connection).execute(_CLAIM, {"now": now, "before": now - SWEEP_EVERY}).rowcount
        return self.sweep(shelf=now // HOUR % SHELVES) if mine else None

    def sweep(self, *, days: float | None = None, shelf: int | None = None) -> Swept:
        """Delete what is over its time now.

        Args:
            days: another time to keep than the usual one.
            shelf: leftovers and pictures are looked for among one in SHELVES folders only, so that an hour's sweep
                is short; None: among all.
        """
        now, days = self._clock.now(), self.days if days is None else days
        results, freed = 0, 0
        if days > 0:
            count, size = self._expire(self._old(now - round(days * DAY)), now)
            results, freed = results + count, freed + size
        crowded, size = self._make_room(now)
        leftovers, more = self._leftovers(now, shelf)
        pictures, most = self._unused_pictures(now, days, shelf)
        return Swept(results, crowded, leftovers, pictures, freed + size + more + most)

    def _old(self, before: int) -> Iterator[list[tuple[int, str, int]]]:
        while True:
            with self._database.reading() as connection:
                found = driver_of(connection).execute(_OLD, {"before": before, "most": _TOGETHER}).fetchall()
            if not found:
                return
            yield found

    def _make_room(self, now: int) -> tuple[int, int]:
        if self.room_bytes <= 0:
            return 0, 0
        with self._database.reading() as connection:
            full = driver_of(connection).execute(_FULL, {"most": self.room_bytes}).fetchall()
        return self._expire((self._crowding(merchant, size - self.room_bytes, now) for merchant, size in full), now)

    def _crowding(self, merchant: str, over: int, now: int) -> list[tuple[int, str, int]]:
        chosen: list[tuple[int, str, int]] = []
        with self._database.reading() as connection:
            named = {"merchant": merchant, "before": now - GOOD_FOR, "most": 100_000}
            for row in driver_of(connection).execute(_OLDEST, named):
                if over <= 0:
                    break
                chosen.append(row)
                over -= row[2]
        return chosen

    def _expire(self, groups: Iterable[list[tuple[int, str, int]]], now: int) -> tuple[int, int]:
        """Say that results are gone, then delete them; a sweep that dies in between leaves leftovers for the next."""
        count = freed = 0
        for group in groups:
            with self._database.writing() as connection:
                driver_of(connection).executemany(_EXPIRE, [(now, id) for id, _, _ in group])
            for _, task_id, size in group:
                shutil.rmtree(self._files.place(task_id, "0").parent, ignore_errors=True)
                count, freed = count + 1, freed + size
        return count, freed

    def _leftovers(self, now: int, shelf: int | None) -> tuple[int, int]:
        """Files older than a day that no result names."""
        count = freed = 0
        for folder in _shelved(self._files.folder, shelf):
            old = [one for one in folder.iterdir() if _changed(one) <= now - DAY] if folder.is_dir() else []
            if not old:
                continue
            with self._database.reading() as connection:
                row = driver_of(connection).execute(_ONE, (folder.name,)).fetchone()
            kept: set[str] = set()
            if row is not None and row[1] is not None and row[2] is None:
                kept = {one.name for one in msgspec.json.decode(row[1], type=Result).outputs}
            for one in old:
                if one.name not in kept:
                    with contextlib.suppress(OSError):
                        size = one.stat().st_size
                        one.unlink()
                        count, freed = count + 1, freed + size
            with contextlib.suppress(OSError):  # not empty
                folder.rmdir()
        return count, freed

    def _unused_pictures(self, now: int, days: float, shelf: int | None) -> tuple[int, int]:
        if days <= 0:
            return 0, 0
        before = now - max(round(days * DAY), DAY)
        old = [one for one in _shelved(self._pictures, shelf) if _changed(one) <= before]
        if not old:
            return 0, 0
        needed: set[str] = set()
        with self._database.reading() as connection:
            for (wanted,) in driver_of(connection).execute(_OPEN):
                asked = msgspec.json.decode(wanted, type=Wanted)
                needed |= {one.rpartition(":")[2] for one in (*asked.pictures, asked.tail, asked.garment)}
        count = freed = 0
        for one in old:
            with contextlib.suppress(OSError):
                if one.name not in needed:
                    size = one.stat().st_size
                    one.unlink()
                    count, freed = count + 1, freed + size
        return count, freed


class Sweeper:
    """Sweeps beside a server's answers."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; the first look is a minute later."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sweeps", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End after the sweep that is under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10.0)

    def _run(self) -> None:
        waits = 60.0
        while not self._stop.wait(waits):
            waits = LOOK_EVERY_S
            with contextlib.suppress(Exception):  # a locked or full disk: looked at again
                self._keeping.sweep_if_due()


def _shelved(folder: Path, shelf: int | None) -> Iterator[Path]:
    """What lies in a folder's folders, or in those of one shelf; their names are the ends or beginnings of numbers."""
    for inner in sorted(folder.glob("*")):
        if shelf is None or sum(inner.name.encode()) % SHELVES == shelf:
            yield from inner.iterdir()


def _changed(path: Path) -> int:
    try:
        return round(path.stat().st_mtime * SECOND)
    except OSError:
        return 1 << 62
