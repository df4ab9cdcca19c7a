"""Tables: found by words, sorted by a column, cut into pages, or written out whole as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from magnetar.capabilities.catalogue import safe_cell

T = TypeVar("T")
PAGE = 25


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """One page of a table, with how it was found."""

    rows: Sequence[T]
    found: int
    page: int
    pages: int
    sort: str
    down: bool
    words: str
    kept: dict[str, str]
    """Other filters, kept in every link."""
    path: str

    def link(self, **changes: object) -> str:
        """The address of this table with something changed."""
        now: dict[str, object] = {**self.kept, "q": self.words, "sort": self.sort, "down": "1" if self.down else ""}
        now.update(changes)
        query = {name: value for name, value in now.items() if value not in ("", None)}
        return f"{self.path}?{urlencode(query)}" if query else self.path

    def sorting(self, column: str) -> str:
        """The address that sorts by a column, or turns its order around."""
        turned = "" if self.sort == column and self.down else "1" if self.sort == column else ""
        return self.link(sort=column, down=turned, page="")

    def direction(self, column: str) -> str:
        """What aria-sort says of a column."""
        return ("descending" if self.down else "ascending") if self.sort == column else "none"


def listing(
    rows: Iterable[T],
    request: Request,
    *,
    sorts: Mapping[str, Callable[[T], Any]],
    text: Callable[[T], str],
    keep: Sequence[str] = (),
    size: int = PAGE,
) -> Listing[T]:
    """The page of a table that a request asks for.

    Args:
        sorts: what each column is sorted by; None values come last.
        text: what words are looked for in.
        keep: names of further filters of this page, applied by the caller already.
    """
    asked = request.query_params
    words = asked.get("q", "")[:100].strip()
    wanted = words.lower().split()
    found = [row for row in rows if not wanted or all(word in text(row).lower() for word in wanted)]
    sort, down = asked.get("sort", ""), asked.get("down") == "1"
    if sort in sorts:
        key = sorts[sort]
        empty = [row for row in found if key(row) is None]
        full = sorted((row for row in found if key(row) is not None), key=key, reverse=down)
        found = [*full, *empty]
    else:
        sort = ""
    pages = max(1, -(-len(found) // size))
    asked_page = asked.get("page", "1")
    page = min(
        pages, max(1, int(asked_page) if asked_page.isascii() and asked_page.isdigit() and len(asked_page) < 9 else 1)
    )
    shown = found if asked.get("format") == "csv" else found[(page - 1) * size : page * size]
    kept = {name: asked.get(name, "")[:100] for name in keep}
    return Listing(shown, len(found), page, pages, sort, down, words, kept, request.url.path)


def as_csv(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A table as a CSV file that a spreadsheet can open safely."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        writer.writerow(["" if cell is None else safe_cell(str(cell)) for cell in row])
    return Response(
        b"\xef\xbb\xbf" + out.getvalue().encode(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )
