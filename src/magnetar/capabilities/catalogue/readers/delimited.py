"""Tables of text: CSV, TSV and their relatives, row by row with true line numbers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from magnetar.capabilities.catalogue.findings import Notes, Rejected, shorten
from magnetar.capabilities.catalogue.opening import Source
from magnetar.kernel.errors import BadInput

_SEP = re.compile(r"\ufeff?\"?sep=(.)\"?\s*", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_DELIMITERS = "\t,;|"
COLUMNS = 1_000
_LONG_RECORD = 1000
"""A quoted cell over so many lines is worth a warning: most are a quote that was never closed."""


@lru_cache(maxsize=4096)
def column_name(header: str) -> str:
    """A header as formats are compared: lower case, no g: prefix, blanks for underscores.

    >>> column_name(" g:Image_Link ")
    'image link'
    """
    name = header.strip().strip("\ufeff\x00").lower().removeprefix("g:")
    return re.sub(r"[\s_]+", " ", name).strip()


@dataclass(slots=True)
class Table:
    """A header, and the rows below it."""

    source: Source
    delimiter: str
    header: list[str]
    """As the file writes it."""
    names: list[str]
    """As `column_name` reads it."""
    _skip: int

    def rows(self, notes: Notes) -> Iterator[tuple[int, list[str]] | Rejected]:
        """Line and cells of each row; a row that does not fit the header comes as a finding.

        Where compressed data end early, the last row may be half a row, a price without its end: it
        is not handed out.
        """
        if not self.source.broken:
            yield from self._all_rows(notes)
            return
        held: tuple[int, list[str]] | Rejected | None = None
        for row in self._all_rows(notes):
            if held is not None:
                yield held
            held = row

    def _all_rows(self, notes: Notes) -> Iterator[tuple[int, list[str]] | Rejected]:
        width = len(self.header)
        for name in sorted({name for name in self.names if name and self.names.count(name) > 1}):
            notes.add("columns_repeated", 1, f"{name}: 后者优先 the later column that is not empty counts")
        dropped: list[tuple[int, str]] = []
        with self.source.text() as stream:
            reader = csv.reader(self.source.lines(stream, dropped), delimiter=self.delimiter)
            first = True
            while True:
                line = reader.line_num + 1
                try:
                    row = next(reader, None)
                except csv.Error as error:
                    yield Rejected(
                        line,
                        "row",
                        f"{shorten(error)}, lines {line}–{reader.line_num}",
                        "每格至多 131,072 个字符, 引号成对 at most 131,072 characters in a cell, every quote closed",
                    )
                    continue
                for number, start in dropped:
                    yield Rejected(
                        number, "row", shorten(start), f"一行至多 at most {self.source.limits.line_chars:,} characters"
                    )
                dropped.clear()
                if row is None:
                    return
                if reader.line_num <= self._skip:
                    continue
                if not row or not any(row):
                    if row:
                        notes.add("blank_rows", line)
                    continue
                if first:  # the header, or blanks above it
                    first = not any(cell.strip() for cell in row)
                    continue
                if reader.line_num - line > _LONG_RECORD:
                    notes.add("long_quote", line, "一格跨越过多行 one cell spans many lines; is a quote left open?")
                if len(row) != width:
                    if len(row) > width and any(cell.strip() for cell in row[width:]):
                        until = f", lines {line}–{reader.line_num}" if reader.line_num > line else ""
                        yield Rejected(
                            line, "row", f"{len(row)} 格 cells{until}", f"{width} 格 cells, as in the header"
                        )
                        continue
                    row = (row + [""] * width)[:width]
                yield line, row


def open_table(source: Source) -> Table:
    """Read the header.

    Raises:
        BadInput: there is no header that could be one.
    """
    skip, delimiter = 0, ""
    lines = source.head.splitlines(keepends=True)
    if lines and (given := _SEP.fullmatch(lines[0])):
        skip, delimiter = 1, given[1]
    first = next((line for line in lines[skip:] if line.strip()), "")
    if not delimiter:
        bare = _QUOTED.sub("", first)
        delimiter = max(_DELIMITERS, key=bare.count)
    dropped: list[tuple[int, str]] = []
    header: list[str] = []
    with source.text() as stream:
        reader = csv.reader(source.lines(stream, dropped), delimiter=delimiter)
        try:
            for row in reader:
                if reader.line_num > skip and any(cell.strip() for cell in row):
                    header = row
                    break
        except csv.Error as error:
            raise BadInput(f"{source.name} 表头无法读取: the header cannot be read ({shorten(error)}).") from None
    if len(header) > COLUMNS:
        raise BadInput(
            f"{source.name} has {len(header):,} columns; a table has at most {COLUMNS:,}. Check the delimiter."
        )
    return Table(source, delimiter, header, [column_name(name) for name in header], skip)
