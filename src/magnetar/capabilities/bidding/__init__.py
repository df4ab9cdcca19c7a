"""Bids: one multiplier for each campaign, solved again every tick within its budget and its target."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.bidding.service import BIDDERS, Bidding
    from magnetar.capabilities.bidding.state import Bidder, CampaignState

__all__ = ["BIDDERS", "Bidder", "Bidding", "CampaignState"]

__getattr__ = lazily(
    __name__,
    {
        "service": (
            "BIDDERS",
            "Bidding",
        ),
        "state": (
            "Bidder",
            "CampaignState",
        ),
    },
)
