"""The catalogue: products read from any common feed, judged line by line, kept for each merchant."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.catalogue.acceptance import Acceptance
    from magnetar.capabilities.catalogue.cleaning import clean, formula_like, web_address, without_markup
    from magnetar.capabilities.catalogue.commands import checked_currency, milestones, settle_report, show_report
    from magnetar.capabilities.catalogue.drafts import Draft
    from magnetar.capabilities.catalogue.events import CatalogueImported
    from magnetar.capabilities.catalogue.export import safe_cell, write_catalogue
    from magnetar.capabilities.catalogue.findings import Notes, Rejected, Report, Unfit, shorten
    from magnetar.capabilities.catalogue.opening import Limits, Source, open_source
    from magnetar.capabilities.catalogue.prices import ISO_4217, read_amount, read_price
    from magnetar.capabilities.catalogue.readers.delimited import Table, open_table
    from magnetar.capabilities.catalogue.readers.schema_org import product_drafts
    from magnetar.capabilities.catalogue.reading import CatalogueReading, read_catalogue
    from magnetar.capabilities.catalogue.service import CatalogueService
    from magnetar.capabilities.catalogue.tally import Tally, digest

__all__ = [
    "ISO_4217",
    "Acceptance",
    "CatalogueImported",
    "CatalogueReading",
    "CatalogueService",
    "Draft",
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
    "product_drafts",
    "read_amount",
    "read_catalogue",
    "read_price",
    "safe_cell",
    "settle_report",
    "shorten",
    "show_report",
    "web_address",
    "without_markup",
    "write_catalogue",
]

__getattr__ = lazily(
    __name__,
    {
        "acceptance": ("Acceptance",),
        "cleaning": (
            "clean",
            "formula_like",
            "web_address",
            "without_markup",
        ),
        "commands": (
            "checked_currency",
            "milestones",
            "settle_report",
            "show_report",
        ),
        "drafts": ("Draft",),
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
        "readers.schema_org": ("product_drafts",),
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
