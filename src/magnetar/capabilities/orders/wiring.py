"""Connects the orders to the store, the bus and the catalogue."""

from __future__ import annotations

from magnetar.capabilities.catalogue import CatalogueService
from magnetar.capabilities.orders.service import OrdersService
from magnetar.kernel.runtime import Runtime
from magnetar.vocabulary.orders import OrderLine


def connect(runtime: Runtime, catalogue: CatalogueService) -> OrdersService:
    """The orders on this runtime."""
    return OrdersService(
        runtime.store.collection("order_lines", OrderLine), catalogue, runtime.bus, runtime.settings.currency
    )
