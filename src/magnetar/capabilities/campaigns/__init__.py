"""Campaigns: goals, budgets, ad groups, and what each of them has delivered so far."""

from magnetar.capabilities.campaigns.delivery import Delivery
from magnetar.capabilities.campaigns.roster import EVERYBODY, Roster
from magnetar.capabilities.campaigns.service import AdGroupChanged, Campaigns

__all__ = ["EVERYBODY", "AdGroupChanged", "Campaigns", "Delivery", "Roster"]
