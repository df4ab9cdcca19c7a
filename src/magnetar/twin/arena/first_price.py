"""The taste family's values where the winner pays its own bid, and rivals shade."""

from __future__ import annotations

from magnetar.capabilities.auction import FIRST_PRICE
from magnetar.kernel.chance import Chance
from magnetar.twin.arena.accounts import OPPORTUNITIES
from magnetar.twin.arena.taste import TasteDay


class FirstPrice:
    """Correlated log-normal values under first price."""

    name = "first-price"

    def open(self, seed: int, opportunities: int = OPPORTUNITIES, seats: int = 48, ticks: int = 48) -> FirstPriceDay:
        """The day of one seed."""
        return FirstPriceDay(self.name, Chance(seed).of("arena", self.name), opportunities, seats, ticks)


class FirstPriceDay(TasteDay):
    rule = FIRST_PRICE
