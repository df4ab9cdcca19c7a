"""Bids: one multiplier for each campaign, solved again every tick within its budget and its target."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.bidding.feedback import TickFeedback
    from magnetar.capabilities.bidding.seat import SEATS, Lesson, Seat, make_bidder
    from magnetar.capabilities.bidding.service import BIDDERS, Bidding
    from magnetar.capabilities.bidding.state import Bidder, CampaignState

__all__ = [
    "BIDDERS",
    "SEATS",
    "Bidder",
    "Bidding",
    "CampaignState",
    "Lesson",
    "Seat",
    "TickFeedback",
    "make_bidder",
]

__getattr__ = lazily(
    __name__,
    {
        "feedback": ("TickFeedback",),
        "seat": ("SEATS", "Lesson", "Seat", "make_bidder"),
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
