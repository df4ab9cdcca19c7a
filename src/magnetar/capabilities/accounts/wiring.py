"""Connects accounts to the store, the bus and the clock."""

from __future__ import annotations

from magnetar.capabilities.accounts.service import AccountsService
from magnetar.kernel.runtime import Runtime


def connect(runtime: Runtime) -> AccountsService:
    """Accounts on this runtime; the settings' merchant is known from the start."""
    service = AccountsService(runtime.store, runtime.bus, runtime.clock)
    service.add_merchant(runtime.settings.merchant)
    return service
