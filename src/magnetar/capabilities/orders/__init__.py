"""Orders: what was bought and what came back, read from order logs line by line, kept for each merchant."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from magnetar.capabilities.orders.events import OrdersImported
    from magnetar.capabilities.orders.reading import OrdersReading, read_orders
    from magnetar.capabilities.orders.service import OrdersReport, OrdersService

_WHERE = {
    "OrdersImported": "events",
    "OrdersReading": "reading",
    "OrdersReport": "service",
    "OrdersService": "service",
    "read_orders": "reading",
}
__all__ = ["OrdersImported", "OrdersReading", "OrdersReport", "OrdersService", "read_orders"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
