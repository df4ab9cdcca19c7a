"""Shoppers: what they were shown and what they did, as columnar events."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.shoppers.events import (
        POSITIONS,
        Clicked,
        Converted,
        Ordered,
        Requested,
        Returned,
        Served,
        Viewed,
    )

__all__ = ["POSITIONS", "Clicked", "Converted", "Ordered", "Requested", "Returned", "Served", "Viewed"]

__getattr__ = lazily(
    __name__,
    {
        "events": (
            "POSITIONS",
            "Clicked",
            "Converted",
            "Ordered",
            "Requested",
            "Returned",
            "Served",
            "Viewed",
        ),
    },
)
