"""Campaigns: goals, budgets, ad groups, and what each of them has delivered so far."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.campaigns.delivery import Delivery
    from magnetar.capabilities.campaigns.roster import EVERYBODY, Roster
    from magnetar.capabilities.campaigns.service import AdGroupChanged, Campaigns

__all__ = ["EVERYBODY", "AdGroupChanged", "Campaigns", "Delivery", "Roster"]

__getattr__ = lazily(
    __name__,
    {
        "delivery": ("Delivery",),
        "roster": (
            "EVERYBODY",
            "Roster",
        ),
        "service": (
            "AdGroupChanged",
            "Campaigns",
        ),
    },
)
