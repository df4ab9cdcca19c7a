"""The store in one SQLite file: write-ahead log, every commit on disk before it is acknowledged."""

from __future__ import annotations

import itertools
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import URL, Connection, Engine, bindparam, column, create_engine, event, func, select, table
from sqlalchemy import delete as delete_from
from sqlalchemy.exc import DatabaseError

from magnetar.engines import schema
from magnetar.engines.records import Codec, check_page
from magnetar.kernel.database import driver_of
from magnetar.kernel.errors import BadInput
from magnetar.kernel.store import Written

T = TypeVar("T")

PAGE = 1_000
"""Records that a listing reads at a time."""
KEYS = 5_000
"""Keys that one statement looks up at a time."""
WAIT_S = 60.0
"""How long a writer waits for its turn."""

_RECORDS = table("records", column("collection"), column("owner"), column("key"), column("digest"), column("data"))
_MINE = (_RECORDS.c.collection == bindparam("in_collection")) & (_RECORDS.c.owner == bindparam("of_owner"))
_THESE = _RECORDS.c.key.in_(bindparam("keys", expanding=True))
_DIGESTS = select(_RECORDS.c.key, _RECORDS.c.digest).where(_MINE, _THESE)
_ONE = select(_RECORDS.c.data).where(_MINE, _RECORDS.c.key == bindparam("with_key"))
_AFTER = (
    select(_RECORDS.c.key, _RECORDS.c.data)
    .where(_MINE, _RECORDS.c.key > bindparam("after"))
    .order_by(_RECORDS.c.key)
    .limit(bindparam("most"))
)
_COUNT = select(func.count()).select_from(_RECORDS).where(_MINE)
_DELETE = delete_from(_RECORDS).where(_MINE, _THESE)
_PUT = (
    "INSERT INTO records (collection, owner, key, digest, data) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (collection, owner, key) DO UPDATE SET digest = excluded.digest, data = excluded.data"
)
"""Text for the driver: a third faster than building each row's parameters from a dictionary."""


class SqliteStore:
    """Collections in one file, shared by threads and processes; also the database for tables of their own.

    Readers never wait; writers take turns. A write that is made inside `writing()` by the same thread
    joins that transaction.
    """

    def __init__(self, path: Path | str) -> None:
        """Open or create the file and bring its tables up to date.

        Raises:
            BadInput: the file is no SQLite database, or cannot be opened.
            Refused: the file was written by a newer version.
        """
        self.path = Path(path)
        self._turn = threading.Lock()
        self._mine = threading.local()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            url = URL.create("sqlite", database=str(self.path))
            self._engine = create_engine(url, max_overflow=-1, connect_args={"timeout": WAIT_S})
            event.listen(self._engine, "connect", _prepare)
            event.listen(self._engine, "begin", _begin)
            self.migrate("store", Path(__file__).parent / "migrations")
        except (DatabaseError, OSError) as error:
            reason = getattr(error, "orig", None) or error
            raise BadInput(
                f"Cannot open the database {self.path}: {reason}. Check the path, or move it away."
            ) from error

    @property
    def engine(self) -> Engine:
        return self._engine

    def collection(self, name: str, kind: type[T]) -> SqliteCollection[T]:
        return SqliteCollection(self, name, kind)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment of the database, or this thread's own transaction."""
        joined: Connection | None = getattr(self._mine, "connection", None)
        if joined is not None:
            yield joined
            return
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection that holds the right to write; within another one of this thread, a part of it."""
        joined: Connection | None = getattr(self._mine, "connection", None)
        if joined is not None:
            with _part_of(joined):
                yield joined
            return
        begun = self._engine.connect().execution_options(writing=True)
        with self._turn, begun as connection, connection.begin():
            self._mine.connection = connection
            try:
                yield connection
            finally:
                self._mine.connection = None

    def migrate(self, name: str, folder: Path) -> None:
        """Bring the tables of one owner up to date."""
        with self.reading() as connection:
            if schema.is_current(connection, name, folder, f"The database {self.path}"):
                return
        with self.writing() as connection:
            if not schema.is_current(connection, name, folder, f"The database {self.path}"):
                schema.upgrade(connection, name, folder)  # nobody else did it while we waited

    def close(self) -> None:
        self._engine.dispose()


class SqliteCollection(Generic[T]):
    """Records of one kind in the table `records`."""

    def __init__(self, store: SqliteStore, name: str, kind: type[T]) -> None:
        self._store = store
        self._name = name
        self._codec = Codec(kind)

    def _where(self, owner: str, **more: Any) -> dict[str, Any]:
        return {"in_collection": self._name, "of_owner": owner, **more}

    def put(self, owner: str, records: Iterable[tuple[str, T]]) -> Written:
        encode = self._codec.encode
        incoming = [(key, encode(key, record)) for key, record in records]
        if not incoming:
            return Written()
        inserted = updated = unchanged = 0
        changed: dict[str, tuple[str, str, str, bytes, str]] = {}
        with self._store.writing() as connection:
            known: dict[str, bytes] = {}
            for keys in _portions(list({key for key, _ in incoming})):
                rows = connection.execute(_DIGESTS, self._where(owner, keys=keys)).all()
                known.update((key, digest) for key, digest in rows)
            for key, (digest, data) in incoming:
                before = known.get(key)
                if before is None:
                    inserted += 1
                elif before == digest:
                    unchanged += 1
                    continue
                else:
                    updated += 1
                known[key] = digest
                changed[key] = (self._name, owner, key, digest, data.decode())
            if changed:
                connection.exec_driver_sql(_PUT, [changed[key] for key in sorted(changed)])
        return Written(inserted, updated, unchanged)

    def get(self, owner: str, key: str) -> T | None:
        with self._store.reading() as connection:
            data = connection.execute(_ONE, self._where(owner, with_key=key)).scalar()
        return None if data is None else self._codec.decode(data)

    def list(self, owner: str, after: str = "", limit: int | None = None) -> Iterator[tuple[str, T]]:
        check_page(limit)
        return self._list(owner, after, limit)

    def _list(self, owner: str, after: str, limit: int | None) -> Iterator[tuple[str, T]]:
        while limit is None or limit > 0:
            most = PAGE if limit is None else min(PAGE, limit)
            with self._store.reading() as connection:
                rows = connection.execute(_AFTER, self._where(owner, after=after, most=most)).all()
            for key, data in rows:
                yield key, self._codec.decode(data)
            if len(rows) < most:
                return
            after = rows[-1][0]
            limit = None if limit is None else limit - len(rows)

    def count(self, owner: str) -> int:
        with self._store.reading() as connection:
            return connection.execute(_COUNT, self._where(owner)).scalar_one()

    def delete(self, owner: str, keys: Iterable[str]) -> int:
        wanted = list(dict.fromkeys(keys))
        with self._store.writing() as connection:
            return sum(
                connection.execute(_DELETE, self._where(owner, keys=portion)).rowcount for portion in _portions(wanted)
            )


def _portions(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), KEYS):
        yield keys[start : start + KEYS]


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says, see _begin
    for pragma in (
        f"busy_timeout = {WAIT_S * 1000:.0f}",
        "journal_mode = WAL",
        "synchronous = FULL",  # a commit that was acknowledged survives a power cut
        "foreign_keys = ON",
        "cache_size = -65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _part_of(connection: Connection) -> Iterator[None]:
    """A part of a transaction, undone alone; the innermost savepoint of this name is the one that is meant."""
    driver = driver_of(connection)
    driver.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has undone the whole transaction already
            driver.execute("ROLLBACK TO part")
            driver.execute("RELEASE part")
        raise
    driver.execute("RELEASE part")


def _begin(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    if connection.get_execution_options().get("writing", False):
        _take_turn(driver)
    else:
        driver.execute("BEGIN")


def _take_turn(driver: sqlite3.Connection) -> None:
    """Begin to write as soon as another process has ended: SQLite's own waiting sleeps longer each time it looks."""
    until = time.monotonic() + WAIT_S
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        for look in itertools.count():
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                    raise
            time.sleep(0.0003 if look < 300 else 0.005)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {WAIT_S * 1000:.0f}")
