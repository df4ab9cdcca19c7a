"""What was bought and what came back."""

from __future__ import annotations

from dataclasses import dataclass

from magnetar.vocabulary.ids import MerchantId, OrderId, ProductId, ShopperId
from magnetar.vocabulary.money import Money


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One product in one order, or one product that came back."""

    order: OrderId
    merchant: MerchantId
    product: ProductId
    quantity: int
    """Pieces; positive, also on a return."""
    price: Money
    """For one piece."""
    at: str
    """Local time of the shop, ISO 8601 to the second."""
    shopper: ShopperId | None = None
    returned: bool = False
    """The line is a return of goods rather than a sale."""
    title: str = ""
    region: str = ""
    place: int = 0
    """Which of the equal lines of this order it is: 0 for the first."""

    @property
    def value(self) -> Money:
        """Price times quantity; what a return gives back."""
        return self.price * self.quantity
