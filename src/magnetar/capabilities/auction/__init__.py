"""Who wins a placement and what they pay: second price, first price and VCG, several slots at once, in bulk."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.auction.lanes import VCG, least_bid, run_exactly, run_lanes
    from magnetar.capabilities.auction.slots import FIRST_PRICE, SECOND_PRICE, insert_ranked, run_auctions, slot_price

__all__ = [
    "FIRST_PRICE",
    "SECOND_PRICE",
    "VCG",
    "insert_ranked",
    "least_bid",
    "run_auctions",
    "run_exactly",
    "run_lanes",
    "slot_price",
]

__getattr__ = lazily(
    __name__,
    {
        "lanes": ("VCG", "least_bid", "run_exactly", "run_lanes"),
        "slots": (
            "FIRST_PRICE",
            "SECOND_PRICE",
            "insert_ranked",
            "run_auctions",
            "slot_price",
        ),
    },
)
