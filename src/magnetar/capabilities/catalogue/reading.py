"""Reading a catalogue: a file in, products and rejected rows out, a batch in memory at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from magnetar.capabilities.catalogue.acceptance import Acceptance
from magnetar.capabilities.catalogue.drafts import Draft
from magnetar.capabilities.catalogue.findings import Notes, Rejected, Unfit
from magnetar.capabilities.catalogue.opening import Limits, Source, open_source
from magnetar.capabilities.catalogue.sniffing import recognise
from magnetar.capabilities.catalogue.tally import Tally
from magnetar.vocabulary.catalogue import Product

BATCH = 1_000


def read_catalogue(
    path: str | Path,
    *,
    merchant: str = "demo",
    format: str = "",
    currency: str = "CNY",
    at: str = "",
    limits: Limits | None = None,
) -> CatalogueReading:
    """Open a product feed; iterate over what comes back for each `Product` or `Rejected`, in file order.

    Needs no store and keeps no more than a batch in memory.

    Args:
        format: one of `sniffing.FORMATS`; '' tells it from the content.
        currency: of prices that name none.
        at: the moment for which sale prices are read, ISO 8601; '' takes every sale as running.

    Raises:
        BadInput: the file cannot be read as a product feed at all.
    """
    return CatalogueReading(open_source(path, limits), merchant=merchant, format=format, currency=currency, at=at)


class CatalogueReading(Iterator["Product | Rejected"]):
    """One pass over a feed. What it has learnt so far stands in its attributes."""

    def __init__(self, source: Source, *, merchant: str, format: str, currency: str, at: str) -> None:
        self.notes = Notes()
        self.encoding = source.encoding
        self._source = source
        self._format = recognise(source, format)
        self.format = self._format.name
        self.rows = 0
        """Rows, items or products read so far, rejected ones included."""
        self.currencies: Counter[str] = Counter()
        self._seen = Tally()
        self._acceptance = Acceptance(merchant, currency, self.notes, at)
        if source.undecodable:
            self.notes.add(
                "undecodable", None, f"{source.undecodable} 个字符无法按 {source.encoding} 解码 replaced by �"
            )
        self._found = self._batches()

    @property
    def merged(self) -> int:
        """Rows that belong to a product of another row."""
        return self.notes.count("merged")

    def __next__(self) -> Product | Rejected:
        return next(self._found)

    def _batches(self) -> Iterator[Product | Rejected]:
        drafts = self._format.read(self.notes)
        last = 0
        while batch := list(islice(drafts, BATCH)):
            last = batch[-1].line
            self.rows += len(batch)
            yield from self._judged(batch)
        if self._source.broken:
            self.rows += 1
            yield Rejected(last, "file", self._source.broken, "完整的压缩文件 compressed data that do not end early")
        if len(self.currencies) > 1:
            self.notes.add(
                "mixed_currencies", None, ", ".join(f"{code} {n}" for code, n in self.currencies.most_common())
            )

    def _judged(self, batch: list[Draft | Rejected]) -> list[Product | Rejected]:
        """Products and findings in file order; a product whose id came before is a finding."""
        judged: list[Product | Rejected] = []
        for draft in batch:
            if isinstance(draft, Rejected):
                judged.append(draft)
                continue
            try:
                judged.append(self._acceptance.product(draft))
            except Unfit as finding:
                judged.append(finding.at(draft.line, self._format.names.get(finding.field, "")))
        good = [place for place, one in enumerate(judged) if isinstance(one, Product)]
        lines = [batch[place].line for place in good]
        ids = [judged[place].id for place in good]  # pyright: ignore[reportAttributeAccessIssue]
        counts, firsts = self._seen.place(ids, lines)
        for place, id, count, first, line in zip(good, ids, counts, firsts, lines, strict=True):
            if count:
                judged[place] = Rejected(
                    line,
                    self._format.names.get("id", "id"),
                    id,
                    f"不重复的编号 an id of its own; first on line {first}",
                )
            else:
                self.currencies[judged[place].price.currency] += 1  # pyright: ignore[reportAttributeAccessIssue]
        return judged
