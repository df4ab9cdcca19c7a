"""Money and quota: double entry, budgets that are leased and settled; integers only, nothing twice."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.ledger.events import Credited, Refunded
    from magnetar.capabilities.ledger.ports import Entry, Ledger
    from magnetar.capabilities.ledger.posting import load
    from magnetar.capabilities.ledger.service import BudgetBook, LedgerService
    from magnetar.capabilities.ledger.wiring import connect

__all__ = ["BudgetBook", "Credited", "Entry", "Ledger", "LedgerService", "Refunded", "connect", "load"]

__getattr__ = lazily(
    __name__,
    {
        "events": (
            "Credited",
            "Refunded",
        ),
        "ports": (
            "Entry",
            "Ledger",
        ),
        "posting": ("load",),
        "service": (
            "BudgetBook",
            "LedgerService",
        ),
        "wiring": ("connect",),
    },
)
