"""What a reading finds out about a file: rows that are not fit, and things worth a warning."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from magnetar.capabilities.catalogue.cleaning import clean

FOUND_CHARS = 80
"""A finding quotes at most so much of the file."""
KEPT = 10_000
"""A report lists at most so many rejected rows; it counts them all."""
_LINES = 5
_DETAILS = 12


def shorten(found: object, chars: int = FOUND_CHARS) -> str:
    """The text without control characters, cut to a length that can be read.

    >>> shorten("a" * 200, 10)
    'aaaaaaaaa…'
    """
    raw = str(found)
    text = clean(raw[: chars * 4])
    return text if len(text) <= chars and len(raw) <= chars * 4 else text[: chars - 1] + "…"


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was not taken: where, what was found, what is expected."""

    line: int
    field: str
    found: str
    expected: str

    def as_json(self) -> dict[str, Any]:
        return {"line": self.line, "field": self.field, "found": self.found, "expected": self.expected}


class Unfit(Exception):
    """A row cannot be taken, with the field that says so; becomes a `Rejected` where the line is known."""

    def __init__(self, field: str, found: object, expected: str) -> None:
        super().__init__(field, found, expected)
        self.field = field
        self.found = found
        self.expected = expected

    def at(self, line: int, name: str = "") -> Rejected:
        """This finding on a line, under the name that the file gives the field."""
        return Rejected(line, name or self.field, shorten(self.found), self.expected)


class Notes:
    """Warnings by kind, each with how often it came up, the first lines and some examples."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lines: dict[str, list[int]] = {}
        self._details: dict[str, dict[str, None]] = {}

    def add(self, kind: str, line: int | None = None, detail: str = "") -> None:
        self._counts[kind] += 1
        lines = self._lines.setdefault(kind, [])
        if line is not None and len(lines) < _LINES:
            lines.append(line)
        if detail and len(details := self._details.setdefault(kind, {})) < _DETAILS:
            details[shorten(detail, 200)] = None

    def count(self, kind: str) -> int:
        return self._counts[kind]

    def as_json(self) -> list[dict[str, Any]]:
        return [
            {"kind": kind, "count": count, "lines": self._lines[kind], "detail": "; ".join(self._details.get(kind, ()))}
            for kind, count in self._counts.items()
        ]


@dataclass(slots=True)
class Report:
    """What an import did: every row is imported, unchanged, merged into another or rejected."""

    format: str = ""
    encoding: str = ""
    rows: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    """Rows that belong to a product of another row, such as the image rows of a Shopify export."""
    rejected: list[Rejected] = field(default_factory=list[Rejected])
    rejected_total: int = 0
    currencies: Counter[str] = field(default_factory=Counter[str])
    notes: Notes = field(default_factory=Notes)

    @property
    def imported(self) -> int:
        """Rows that changed what is kept."""
        return self.inserted + self.updated

    def reject(self, finding: Rejected) -> None:
        self.rejected_total += 1
        if len(self.rejected) < KEPT:
            self.rejected.append(finding)

    def as_json(self) -> dict[str, Any]:
        """The object that `--json` writes."""
        return {
            "format": self.format,
            "encoding": self.encoding,
            "currency": self.currencies.most_common(1)[0][0] if self.currencies else None,
            "currencies": dict(self.currencies.most_common()),
            "rows": self.rows,
            "imported": self.imported,
            "inserted": self.inserted,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "merged": self.merged,
            "rejected_total": self.rejected_total,
            "rejected": [finding.as_json() for finding in self.rejected],
            "warnings": self.notes.as_json(),
        }
