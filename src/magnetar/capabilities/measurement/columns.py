"""Tables from outside as columns: numbers, whole numbers, moments and codes, each refused by line where it does not fit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.catalogue import Limits, Notes, Rejected, open_source, open_table, shorten
from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.clock import SECOND
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.money import to_micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_S = 4_102_444_800  # 2100


@dataclass(frozen=True, slots=True)
class Columns:
    """A table with a header; every row has every column."""

    name: str
    """The file's name, fit for a message."""
    cells: dict[str, list[str]]
    lines: list[int]
    """Line of each row in the file."""

    def __len__(self) -> int:
        return len(self.lines)

    def text(self, name: str) -> list[str]:
        """A column as it is written, without blanks around it.

        Raises:
            BadInput: there is no such column.
        """
        if name not in self.cells:
            raise BadInput(
                f"{self.name} 没有列 has no column {shorten(repr(name))}; it has: {', '.join(map(shorten, self.cells))}."
            )
        return self.cells[name]

    def numbers(
        self, name: str, *, low: float = -math.inf, high: float = math.inf, empty: float | None = None
    ) -> Floats:
        """A column of finite numbers within bounds; `empty` stands for an empty cell, None refuses it.

        Raises:
            BadInput: no such column, or a cell is no such number.
        """
        out = np.empty(len(self))
        for row, cell in enumerate(self.text(name)):
            if not cell and empty is not None:
                out[row] = empty
                continue
            try:
                out[row] = float(cell)
            except ValueError:
                out[row] = math.nan
            if not (low <= out[row] <= high and math.isfinite(out[row])):
                expected = "a finite number" + (
                    f" in [{low:g}, {high:g}]" if math.isfinite(low) or math.isfinite(high) else ""
                )
                raise self._unfit(name, row, expected)
        return out

    def whole(self, name: str, *, low: int = -(2**53), high: int = 2**53) -> Ints:
        """A column of whole numbers within bounds.

        Raises:
            BadInput: no such column, or a cell is no such number.
        """
        out = np.empty(len(self), np.int64)
        for row, cell in enumerate(self.text(name)):
            try:
                out[row] = int(cell)
                fits = low <= out[row] <= high
            except (ValueError, OverflowError):
                fits = False
            if not fits:
                raise self._unfit(name, row, f"a whole number in [{low}, {high}]")
        return out

    def micros(self, name: str, wanted: NDArray[np.bool_]) -> Ints:
        """A column of amounts in currency units, in micros; 0 in rows that are not wanted.

        Raises:
            BadInput: no such column, or a wanted cell is no amount of at most a billion.
        """
        out = np.zeros(len(self), np.int64)
        for row in np.flatnonzero(wanted).tolist():
            try:
                out[row] = to_micros(self.text(name)[row])
                fits = abs(out[row]) <= 10**15
            except ValueError:
                fits = False
            if not fits:
                raise self._unfit(name, row, "an amount such as 19.90, at most a billion")
        return out

    def moments(self, name: str) -> Ints:
        """A column of moments, microseconds since 1970: ISO 8601 (UTC where no offset is given) or seconds since 1970.

        Raises:
            BadInput: no such column, or a cell is no moment.
        """
        out = np.empty(len(self), np.int64)
        for row, cell in enumerate(self.text(name)):
            moment = read_moment(cell)
            if moment is None:
                raise self._unfit(name, row, "a moment such as 2026-11-22T09:30:00+08:00, or seconds since 1970")
            out[row] = moment
        return out

    def codes(self, name: str) -> tuple[Ints, list[str]]:
        """A column of names as numbers from 0, in the order in which they first come, and the names.

        Raises:
            BadInput: no such column.
        """
        known: dict[str, int] = {}
        return np.array([known.setdefault(cell, len(known)) for cell in self.text(name)], np.int64), list(known)

    def _unfit(self, name: str, row: int, expected: str) -> BadInput:
        found = shorten(repr(self.cells[name][row]))
        return BadInput(
            f"{self.name} 第 line {self.lines[row]} 行, {name}: 发现 found {found}; 应为 expected {expected}."
        )


def read_moment(text: str) -> int | None:
    """Microseconds since 1970 from ISO 8601 or seconds; None where it is neither.

    >>> read_moment("1970-01-01T08:00:01+08:00"), read_moment("1.5"), read_moment("soon")
    (1000000, 1500000, None)
    """
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
        return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
    return round(seconds * SECOND) if math.isfinite(seconds) and 0 <= seconds <= _LATEST_S else None


def read_columns(path: str | Path, needed: Iterable[str] = (), limits: Limits | None = None) -> Columns:
    """Read a delimited table whole, `.gz` too.

    Raises:
        BadInput: it cannot be opened, its data end early, a needed column is missing, or it has no rows.
    """
    source = open_source(path, limits)
    if source.broken:
        raise BadInput(f"{source.name} 不完整 ends early ({shorten(source.broken)}). Fetch or pack it again.")
    table = open_table(source)
    names = [name.strip().strip("\ufeff") for name in table.header]
    missing = [name for name in needed if name not in names]
    if missing:
        raise BadInput(
            f"{source.name} 缺少列 lacks {', '.join(missing)}; its header reads: {', '.join(map(shorten, names))}."
        )
    cells: list[list[str]] = [[] for _ in names]
    lines: list[int] = []
    for found in table.rows(Notes()):
        if isinstance(found, Rejected):
            raise BadInput(
                f"{source.name} 第 line {found.line} 行: 发现 found {found.found}; 应为 expected {found.expected}."
            )
        line, row = found
        lines.append(line)
        for column, cell in zip(cells, row, strict=True):
            column.append(cell.strip())
    if not lines:
        raise BadInput(f"{source.name} 没有数据行 has a header and no rows below it.")
    return Columns(source.name, dict(zip(names, cells, strict=True)), lines)


def one_hot(codes: Ints, count: int) -> Floats:
    """(rows, count), 1 in the column of each row's code.

    >>> one_hot(np.array([1, 0]), 2).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    out = np.zeros((len(codes), count))
    out[np.arange(len(codes)), codes] = 1.0
    return out


def as_features(columns: Columns, names: Sequence[str]) -> tuple[Floats, list[str]]:
    """(rows, features): a column of numbers as it is, any other as one column for each of its values but the first.

    A column that never changes is left out: it can tell nothing.
    """
    parts: list[NDArray[Any]] = []
    kept: list[str] = []
    for name in names:
        try:
            numbers = columns.numbers(name)
        except BadInput:
            codes, values = columns.codes(name)
            parts.append(one_hot(codes, len(values))[:, 1:])
            kept += [f"{name}={value}" for value in values[1:]]
            continue
        if np.ptp(numbers) > 0:
            parts.append(numbers[:, None])
            kept.append(name)
    return (np.hstack(parts) if parts else np.zeros((len(columns), 0))), kept
