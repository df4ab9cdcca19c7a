"""Facts about bids."""

from __future__ import annotations

from magnetar.kernel.events import Column, Event


class BidsReasoned(Event, frozen=True):
    """The reasoner read a tick: a row for each campaign whose multiplier moved or whose forecast did not hold."""

    tick: int
    """The tick that opens."""
    campaign: Column
    """Row of the roster."""
    before: Column
    """Multiplier of the last tick; NaN for a campaign that starts now."""
    after: Column
    cause: Column
    """`reasoning.Cause`."""
    seen: Column
    """The figure that the reason gives, and what was expected of it."""
    expected: Column
    spent: Column
    """Micros spent today when the tick opened: what the ledger must confirm."""
    left: Column
    """Micros left of the day's budget."""
