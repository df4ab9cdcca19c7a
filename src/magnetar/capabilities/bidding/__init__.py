"""Bids: one multiplier for each campaign, solved again every tick within its budget and its target."""

from magnetar.capabilities.bidding.service import BIDDERS, Bidding
from magnetar.capabilities.bidding.state import Bidder, CampaignState

__all__ = ["BIDDERS", "Bidder", "Bidding", "CampaignState"]
