"""Orders: what was bought and what came back, read from order logs line by line, kept for each merchant."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.orders.events import OrdersImported
    from magnetar.capabilities.orders.reading import OrdersReading, read_orders
    from magnetar.capabilities.orders.service import OrdersReport, OrdersService

__all__ = ["OrdersImported", "OrdersReading", "OrdersReport", "OrdersService", "read_orders"]

__getattr__ = lazily(
    __name__,
    {
        "events": ("OrdersImported",),
        "reading": (
            "OrdersReading",
            "read_orders",
        ),
        "service": (
            "OrdersReport",
            "OrdersService",
        ),
    },
)
