"""What the ledger tells the others; charges are too many to tell one by one and are read from it."""

from magnetar.kernel.events import Event


class Credited(Event, frozen=True):
    """Money or quota came into an account from outside."""

    key: str
    account: str
    micros: int
    currency: str
    source: str


class Refunded(Event, frozen=True):
    """The platform gave back what it had charged."""

    key: str
    account: str
    micros: int
    currency: str
    reason: str
