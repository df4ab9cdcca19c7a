"""A merchant's orders: imported from logs, read back in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from magnetar.capabilities.catalogue import CatalogueService, Limits, Rejected, Report
from magnetar.capabilities.orders.counting import Counts
from magnetar.capabilities.orders.events import OrdersImported
from magnetar.capabilities.orders.reading import BATCH, key_of, read_orders
from magnetar.kernel.bus import Bus
from magnetar.kernel.store import Collection
from magnetar.vocabulary.orders import OrderLine

_REMEMBERED = 100_000


@dataclass(slots=True)
class OrdersReport(Report):
    """What an import of orders did."""

    orders: int = 0
    return_orders: int = 0
    customers: int = 0
    invoices_read: int = 0
    customers_read: int = 0
    counts: Counts = field(default_factory=Counts)
    unknown_products: int | None = None
    """Products that were sold and are not in the catalogue; None where there is no catalogue."""

    def as_json(self) -> dict[str, Any]:
        counts = self.counts
        return {
            **Report.as_json(self),
            "orders": self.orders,
            "returns": counts.returns,
            "customers": self.customers,
            "first": counts.first or None,
            "last": counts.last or None,
            "sales": counts.sales,
            "return_orders": self.return_orders,
            "duplicates": counts.duplicates,
            "unknown_products": self.unknown_products,
            "in_file": {
                "invoices": self.invoices_read,
                "customers": self.customers_read,
                "return_lines": counts.return_lines,
                "no_customer": counts.no_customer,
                "zero_price": counts.zero_price,
                "write_offs": counts.write_offs,
                "negative_price": counts.negative_price,
                "non_product": sum(counts.non_product.values()),
                "non_product_kinds": dict(counts.non_product.most_common()),
            },
        }


class OrdersService:
    """Keeps the order lines of every merchant."""

    def __init__(
        self, lines: Collection[OrderLine], catalogue: CatalogueService, bus: Bus, currency: str = "CNY"
    ) -> None:
        self._lines = lines
        self._catalogue = catalogue
        self._bus = bus
        self._currency = currency

    def import_file(
        self,
        path: str | Path,
        merchant: str,
        *,
        format: str = "",
        currency: str = "",
        dates: str = "",
        limits: Limits | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> OrdersReport:
        """Read an order log and keep its sales and returns; every other row is reported with its reason.

        Importing the same file again, or one that overlaps it, adds nothing twice.

        Args:
            progress: called with the number of rows read, batch by batch.

        Raises:
            BadInput: the file cannot be read as an order log at all.
        """
        reading = read_orders(
            path,
            merchant=merchant,
            format=format,
            currency=currency,
            home_currency=self._currency,
            dates=dates,
            limits=limits,
        )
        report = OrdersReport(
            reading.format, reading.encoding, notes=reading.notes, currencies=reading.currencies, counts=reading.counts
        )
        known = _Known(self._catalogue, merchant) if self._catalogue.count(merchant) else None
        batch: list[tuple[str, OrderLine]] = []

        def keep() -> None:
            written = self._lines.put(merchant, batch)
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
            if known:
                known.see(found.product)
            batch.append((key_of(found), found))
            if len(batch) >= BATCH:
                keep()
        keep()
        report.rows = reading.rows
        report.orders, report.return_orders = reading.distinct("orders"), reading.distinct("return_orders")
        report.customers = reading.distinct("customers")
        report.invoices_read, report.customers_read = reading.distinct("invoices"), reading.distinct("all_customers")
        if known:
            report.unknown_products = known.missing
        if report.imported:
            self._bus.publish(
                OrdersImported(
                    merchant=merchant,
                    format=report.format,
                    rows=report.rows,
                    inserted=report.inserted,
                    updated=report.updated,
                    unchanged=report.unchanged,
                    rejected=report.rejected_total,
                    first=reading.counts.first,
                    last=reading.counts.last,
                )
            )
        return report

    def lines(self, merchant: str, since: str = "", limit: int | None = None) -> Iterator[OrderLine]:
        """The merchant's sale and return lines in order of time, from a moment on (ISO 8601), at most so many."""
        return (line for _, line in self._lines.list(merchant, since, limit))

    def count(self, merchant: str) -> int:
        """How many lines the merchant has."""
        return self._lines.count(merchant)


class _Known:
    """Counts the products that the catalogue does not have, asking about each once."""

    def __init__(self, catalogue: CatalogueService, merchant: str) -> None:
        self._catalogue, self._merchant = catalogue, merchant
        self._asked: set[str] = set()
        self.missing = 0

    def see(self, product: str) -> None:
        if product in self._asked or len(self._asked) >= _REMEMBERED:
            return
        self._asked.add(product)
        self.missing += self._catalogue.get(self._merchant, product) is None
