"""What the orders tell the others."""

from magnetar.kernel.events import Event


class OrdersImported(Event, frozen=True):
    """An order log changed what is known of a merchant's sales; published only when something changed."""

    merchant: str
    format: str
    rows: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    first: str
    """Time of the first line taken, as the shop's clock showed it."""
    last: str
