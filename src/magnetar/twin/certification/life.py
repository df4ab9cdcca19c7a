"""A platform living in a market, tick by tick, by the same loop whether the market is real or fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Floats
from magnetar.kernel.clock import MINUTE, SteppedClock
from magnetar.platform.market import Marketplace
from magnetar.twin.world import Market, OwnResults
from magnetar.vocabulary.money import MICROS

TICKS_PER_DAY = 48
TICK = 30 * MINUTE
OUTCOMES = ("spend", "conversions", "gmv")
_KEEP = 256


class Journal(MemoryLog):
    """The whole log in memory; a copy of the platform starts an empty one, because it has the past in its state."""

    def __deepcopy__(self, memo: dict[int, Any]) -> MemoryLog:
        return MemoryLog(keep=_KEEP)


@dataclass(slots=True)
class Life:
    """One platform, one market, and the clock that they share."""

    platform: Marketplace
    market: Market
    start: int
    """Microseconds; midnight before tick 0."""
    managed: int
    """Ad groups from the first that the market's sellers manage themselves."""

    def step(self, tick: int) -> None:
        """One tick by the front door."""
        platform, market = self.platform, self.market
        clock = platform.bus.clock
        assert isinstance(clock, SteppedClock)
        clock.step_to(self.start + tick * TICK)
        market.manage(tick, self._results, self._change)
        platform.open_tick(tick)
        served = platform.decide(market.requests(tick))
        did = market.respond(tick, served)
        platform.intake(served, did.depth, did.clicked, did.ordered, did.returned)

    def days(self, first: int, count: int) -> None:
        """Live through some days."""
        for tick in range(first * TICKS_PER_DAY, (first + count) * TICKS_PER_DAY):
            self.step(tick)

    def _results(self) -> Sequence[OwnResults]:
        roster, delivery = self.platform.campaigns.roster, self.platform.campaigns.delivery
        return [
            OwnResults(
                roster.groups[row], delivery.spend[row] / MICROS, delivery.gmv[row] / MICROS, int(delivery.orders[row])
            )
            for row in range(self.managed)
        ]

    def _change(self, group: str, factor: float) -> None:
        self.platform.campaigns.change_group(group, bid_factor=factor)


def open_platform(market: Market, start: int, seed: int) -> Marketplace:
    """An empty platform around a market's shelf, with a journal that keeps everything."""
    bus = Bus(Journal(), SteppedClock(start))
    return Marketplace.open(bus, MemoryStore(), market.shelf, market.shoppers, seed)


def totals(platform: Marketplace) -> Floats:
    """(campaigns, OUTCOMES), spend, conversions and GMV so far; money in currency units."""
    roster, delivery = platform.campaigns.roster, platform.campaigns.delivery
    count = len(roster.campaigns)
    columns = (delivery.spend / MICROS, delivery.orders.astype(np.float64), delivery.gmv / MICROS)
    return np.column_stack([np.bincount(roster.campaign, one, count).astype(np.float64) for one in columns])
