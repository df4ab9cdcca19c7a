"""The catalogue: products read from any common feed, judged line by line, kept for each merchant."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.catalogue.cleaning import clean, formula_like
    from magnetar.capabilities.catalogue.commands import checked_currency, milestones, settle_report, show_report
    from magnetar.capabilities.catalogue.events import CatalogueImported
    from magnetar.capabilities.catalogue.export import safe_cell, write_catalogue
    from magnetar.capabilities.catalogue.findings import Notes, Rejected, Report, Unfit, shorten
    from magnetar.capabilities.catalogue.opening import Limits, Source, open_source
    from magnetar.capabilities.catalogue.prices import ISO_4217, read_amount, read_price
    from magnetar.capabilities.catalogue.readers.delimited import Table, open_table
    from magnetar.capabilities.catalogue.reading import CatalogueReading, read_catalogue
    from magnetar.capabilities.catalogue.service import CatalogueService
    from magnetar.capabilities.catalogue.tally import Tally, digest

__all__ = [
    "ISO_4217",
    "CatalogueImported",
    "CatalogueReading",
    "CatalogueService",
    "Limits",
    "Notes",
    "Rejected",
    "Report",
    "Source",
    "Table",
    "Tally",
    "Unfit",
    "checked_currency",
    "clean",
    "digest",
    "formula_like",
    "milestones",
    "open_source",
    "open_table",
    "read_amount",
    "read_catalogue",
    "read_price",
    "safe_cell",
    "settle_report",
    "shorten",
    "show_report",
    "write_catalogue",
]

__getattr__ = lazily(
    __name__,
    {
        "cleaning": (
            "clean",
            "formula_like",
        ),
        "commands": (
            "checked_currency",
            "milestones",
            "settle_report",
            "show_report",
        ),
        "events": ("CatalogueImported",),
        "export": (
            "safe_cell",
            "write_catalogue",
        ),
        "findings": (
            "Notes",
            "Rejected",
            "Report",
            "Unfit",
            "shorten",
        ),
        "opening": (
            "Limits",
            "Source",
            "open_source",
        ),
        "prices": (
            "ISO_4217",
            "read_amount",
            "read_price",
        ),
        "readers.delimited": (
            "Table",
            "open_table",
        ),
        "reading": (
            "CatalogueReading",
            "read_catalogue",
        ),
        "service": ("CatalogueService",),
        "tally": (
            "Tally",
            "digest",
        ),
    },
)
