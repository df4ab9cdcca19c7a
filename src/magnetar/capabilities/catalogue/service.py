"""A merchant's products: imported, listed, exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from magnetar.capabilities.catalogue.events import CatalogueImported
from magnetar.capabilities.catalogue.export import write_catalogue
from magnetar.capabilities.catalogue.findings import Rejected, Report
from magnetar.capabilities.catalogue.opening import Limits
from magnetar.capabilities.catalogue.reading import BATCH, read_catalogue
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SECOND, Clock
from magnetar.kernel.store import Collection, Written
from magnetar.vocabulary.catalogue import Product


class CatalogueService:
    """Keeps the products of every merchant."""

    def __init__(self, products: Collection[Product], bus: Bus, clock: Clock, currency: str = "CNY") -> None:
        self._products = products
        self._bus = bus
        self._clock = clock
        self._currency = currency

    def import_file(
        self,
        path: str | Path,
        merchant: str,
        *,
        format: str = "",
        currency: str = "",
        limits: Limits | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Report:
        """Read a feed and keep its products; rows that are not fit are reported, the others are imported.

        Products that the feed does not name stay as they are. Importing the same file again changes nothing.

        Args:
            progress: called with the number of rows read, batch by batch.

        Raises:
            BadInput: the file cannot be read as a product feed at all.
        """
        now = datetime.fromtimestamp(self._clock.now() / SECOND, UTC).isoformat()
        reading = read_catalogue(
            path, merchant=merchant, format=format, currency=currency or self._currency, at=now, limits=limits
        )
        report = Report(reading.format, reading.encoding, notes=reading.notes, currencies=reading.currencies)
        batch: list[tuple[str, Product]] = []

        def keep() -> None:
            written = self._products.put(merchant, batch)
            report.inserted += written.inserted
            report.updated += written.updated
            report.unchanged += written.unchanged
            batch.clear()
            if progress:
                progress(reading.rows)

        for found in reading:
            if isinstance(found, Rejected):
                report.reject(found)
                continue
            batch.append((found.id, found))
            if len(batch) >= BATCH:
                keep()
        keep()
        report.merged = reading.merged
        report.rows = reading.rows + report.merged
        if report.imported:
            self._bus.publish(
                CatalogueImported(
                    merchant=merchant,
                    format=report.format,
                    rows=report.rows,
                    inserted=report.inserted,
                    updated=report.updated,
                    unchanged=report.unchanged,
                    rejected=report.rejected_total,
                )
            )
        return report

    def put(self, merchant: str, products: Iterable[Product]) -> Written:
        """Keep products that did not come from a file."""
        return self._products.put(merchant, [(product.id, product) for product in products])

    def get(self, merchant: str, id: str) -> Product | None:
        """The merchant's product of that id."""
        return self._products.get(merchant, id)

    def list(self, merchant: str, after: str = "", limit: int | None = None) -> Iterator[Product]:
        """The merchant's products in order of their ids, those after one, at most so many."""
        return (product for _, product in self._products.list(merchant, after, limit))

    def count(self, merchant: str) -> int:
        """How many products the merchant has."""
        return self._products.count(merchant)

    def export(self, merchant: str, path: str | Path) -> int:
        """Write the merchant's products as our own table; returns how many."""
        return write_catalogue(path, self.list(merchant))
