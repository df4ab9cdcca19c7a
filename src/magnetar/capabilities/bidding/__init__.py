"""Bids: one multiplier for each campaign, solved again every tick within its budget and its target."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.bidding.events import BidsReasoned
    from magnetar.capabilities.bidding.feedback import TickFeedback
    from magnetar.capabilities.bidding.reasoning import Cause, Hypothesis
    from magnetar.capabilities.bidding.seat import SEATS, Lesson, Seat, make_bidder
    from magnetar.capabilities.bidding.service import BIDDERS, Bidding
    from magnetar.capabilities.bidding.state import Bidder, CampaignState

__all__ = [
    "BIDDERS",
    "SEATS",
    "Bidder",
    "Bidding",
    "BidsReasoned",
    "CampaignState",
    "Cause",
    "Hypothesis",
    "Lesson",
    "Seat",
    "TickFeedback",
    "make_bidder",
]

__getattr__ = lazily(
    __name__,
    {
        "events": ("BidsReasoned",),
        "feedback": ("TickFeedback",),
        "reasoning": ("Cause", "Hypothesis"),
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
