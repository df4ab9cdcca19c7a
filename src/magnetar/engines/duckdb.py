"""Analytics: closed segments of the event log as Parquet, one table per event type, read with SQL.

DuckDB reads; the log stays the truth, and every file here can be made again from it. A columnar batch
becomes a row for each of its rows, with the row id `batch:row`. An event of an unknown type goes to the
table `UnknownEvent`, its data as JSON.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import duckdb
import msgspec

from magnetar.engines.eventlog import FileLog
from magnetar.engines.flat import Table
from magnetar.engines.segments import sync_folder
from magnetar.kernel.errors import BadInput
from magnetar.kernel.events import UnknownEvent

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_ROWS = 200_000
"""A table is written out when it holds so many rows."""


class Sealed(msgspec.Struct, frozen=True):
    """What one segment was sealed into; written last, so that a segment is sealed whole or not at all."""

    first: int
    end: int
    rows: dict[str, int]
    """Rows by event type."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Analytics:
    """Parquet files in a folder, and SQL over them."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def seal(self, log: FileLog) -> list[Sealed]:
        """Seal the closed segments that are not sealed yet; `log.rotate()` closes the current one."""
        return [
            self._seal(log, segment.first, following.first)
            for segment, following in pairwise(log.segments())
            if not self._mark(segment.first).exists()
        ]

    def sealed(self) -> list[Sealed]:
        """What is sealed, oldest first."""
        marks = sorted(self.folder.glob("[0-9]" * 20 + ".json"))
        return [msgspec.json.decode(mark.read_bytes(), type=Sealed) for mark in marks]

    def tables(self) -> dict[str, int]:
        """Rows by event type."""
        rows: dict[str, int] = {}
        for mark in self.sealed():
            for name, count in mark.rows.items():
                rows[name] = rows.get(name, 0) + count
        return dict(sorted(rows.items()))

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> Answer:
        """Answer one SELECT over the sealed events; each event type is a view of its name.

        It can read nothing but the sealed files, and write nothing.

        Raises:
            BadInput: not one SELECT, or DuckDB cannot answer it; the message says why.
        """
        try:
            statements = duckdb.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise BadInput(f"One SELECT is answered here, found {sql[:80]!r}.")
            with self._reader() as connection:
                found = connection.execute(statements[0], list(parameters))
                columns = tuple(column[0] for column in found.description or ())
                return Answer(columns, found.fetchall())
        except duckdb.Error as error:
            tables = ", ".join(self.tables()) or "none yet; seal a closed segment first"
            raise BadInput(f"The query cannot be answered: {error}. Tables: {tables}.") from None

    def _reader(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        files: dict[str, list[str]] = {}
        for mark in self.sealed():
            for name in mark.rows:
                files.setdefault(name, []).extend(map(str, self._parts(name, mark.first)))
        connection.execute(f"SET allowed_directories = [{_text(str(self.folder.resolve()))}]")
        connection.execute("SET enable_external_access = false")
        for name, paths in files.items():
            listed = ", ".join(_text(str(Path(path).resolve())) for path in paths)
            connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{listed}], union_by_name = true)')
        connection.execute("SET lock_configuration = true")
        return connection

    def _mark(self, first: int) -> Path:
        return self.folder / f"{first:020d}.json"

    def _parts(self, name: str, first: int) -> list[Path]:
        return sorted((self.folder / name).glob(f"{first:020d}-*.parquet"))

    def _seal(self, log: FileLog, first: int, end: int) -> Sealed:
        for left in self.folder.glob(f"*/{first:020d}-*.parquet"):  # of an attempt that was interrupted
            left.unlink()
        rows: dict[str, int] = {}
        tables: dict[str, Table] = {}
        parts: dict[str, int] = {}

        def write(name: str) -> None:
            table = tables.pop(name)
            number = parts[name] = parts.get(name, -1) + 1
            folder = self.folder / name
            folder.mkdir(exist_ok=True)
            _write(table, folder / f"{first:020d}-{number:04d}.parquet")
            rows[name] = rows.get(name, 0) + table.rows

        for offset, envelope in log.read(first, end - first):
            known = _NAME.match(envelope.type) and not isinstance(envelope.data, UnknownEvent)
            name = envelope.type if known else UnknownEvent.__name__
            table = tables.setdefault(name, Table())
            table.add(offset, envelope)
            if table.rows >= _ROWS:
                write(name)
        for name in list(tables):
            write(name)
        made = Sealed(first, end, {name: count for name, count in sorted(rows.items()) if count})
        part = self._mark(first).with_suffix(".part")
        part.write_bytes(msgspec.json.encode(made))
        _sync(part)
        os.replace(part, self._mark(first))
        sync_folder(self.folder)
        return made


def _write(table: Table, path: Path) -> None:
    """Write a table to a file that is whole once it has its name."""
    part = path.with_suffix(".part")
    with duckdb.connect() as connection:
        arrays, selected = table.columns()
        connection.register("arrays", cast(Any, arrays))
        connection.execute(
            f"COPY (SELECT {selected} FROM arrays) TO {_text(str(part))} (FORMAT parquet, COMPRESSION zstd)"
        )
    _sync(part)
    os.replace(part, path)
    sync_folder(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
