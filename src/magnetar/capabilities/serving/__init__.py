"""Fill a page: candidates, predictions, bids, auction, blend of organic and paid, with the reason for each position."""

from magnetar.capabilities.serving.reasons import Reason, explain
from magnetar.capabilities.serving.service import PageRequests, Serving

__all__ = ["PageRequests", "Reason", "Serving", "explain"]
