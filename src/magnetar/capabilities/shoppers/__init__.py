"""Shoppers: what they were shown and what they did, as columnar events."""

from magnetar.capabilities.shoppers.events import POSITIONS, Clicked, Ordered, Requested, Returned, Served, Viewed

__all__ = ["POSITIONS", "Clicked", "Ordered", "Requested", "Returned", "Served", "Viewed"]
