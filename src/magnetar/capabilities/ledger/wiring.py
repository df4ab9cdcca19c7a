"""The ledger, connected."""

from __future__ import annotations

from magnetar.capabilities.ledger.ports import LEDGERS
from magnetar.capabilities.ledger.service import BudgetBook, LedgerService
from magnetar.kernel.runtime import Runtime


def connect(runtime: Runtime, provider: str | None = None) -> LedgerService:
    """The ledger of this runtime: in its database where the store has one, else in memory.

    Raises:
        UnknownProvider: there is no such provider.
        Refused: `sql` was asked for and the store has no database.
    """
    chosen = provider or ("memory" if runtime.settings.store == "memory" else "sql")
    ledger, keeper = LEDGERS.make(chosen, runtime)
    return LedgerService(ledger, BudgetBook(ledger, keeper), runtime.bus)
