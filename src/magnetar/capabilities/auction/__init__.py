"""Who wins a placement and what they pay: generalised second price and first price, several slots at once."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.auction.slots import FIRST_PRICE, SECOND_PRICE, insert_ranked, run_auctions, slot_price

__all__ = ["FIRST_PRICE", "SECOND_PRICE", "insert_ranked", "run_auctions", "slot_price"]

__getattr__ = lazily(
    __name__,
    {
        "slots": (
            "FIRST_PRICE",
            "SECOND_PRICE",
            "insert_ranked",
            "run_auctions",
            "slot_price",
        ),
    },
)
