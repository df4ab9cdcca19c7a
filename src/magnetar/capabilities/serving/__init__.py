"""Fill a page: candidates, predictions, bids, auction, blend of organic and paid, with the reason for each position."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.serving.reasons import Reason, explain
    from magnetar.capabilities.serving.service import PageRequests, Serving

__all__ = ["PageRequests", "Reason", "Serving", "explain"]

__getattr__ = lazily(
    __name__,
    {
        "reasons": (
            "Reason",
            "explain",
        ),
        "service": (
            "PageRequests",
            "Serving",
        ),
    },
)
