"""The catalogue: products read from any common feed, judged line by line, kept for each merchant."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

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

_WHERE = {
    "CatalogueImported": "events",
    "CatalogueReading": "reading",
    "CatalogueService": "service",
    "ISO_4217": "prices",
    "Limits": "opening",
    "Notes": "findings",
    "Rejected": "findings",
    "Report": "findings",
    "Source": "opening",
    "Table": "readers.delimited",
    "Tally": "tally",
    "Unfit": "findings",
    "checked_currency": "commands",
    "digest": "tally",
    "milestones": "commands",
    "read_amount": "prices",
    "settle_report": "commands",
    "show_report": "commands",
    "clean": "cleaning",
    "formula_like": "cleaning",
    "open_source": "opening",
    "open_table": "readers.delimited",
    "read_catalogue": "reading",
    "read_price": "prices",
    "safe_cell": "export",
    "shorten": "findings",
    "write_catalogue": "export",
}
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


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
