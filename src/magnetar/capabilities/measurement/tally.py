"""The tally: one merchant's money by tick and by source, counted from the platform's own events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns import Roster
from magnetar.capabilities.shoppers import Ordered, Returned, Viewed
from magnetar.kernel.bus import Bus
from magnetar.kernel.compiled import Array, compiled

ORGANIC, PAID = 0, 1


class Tally:
    """Spend, GMV and returns of one merchant. Micros; columns are ticks since the tally began."""

    def __init__(self, bus: Bus, roster: Roster, merchant_of: NDArray[np.int64], merchant: int, ticks: int) -> None:
        self._roster = roster
        self._merchant_of = merchant_of
        self._merchant = merchant
        self.tick = 0
        self.spend = np.zeros(ticks, np.int64)
        self.expected = np.zeros(ticks)
        """Orders that the paid impressions should bring, by the predictor."""
        self.gmv = np.zeros((2, ticks), np.int64)
        """Organic and paid, by order time."""
        self.returned = np.zeros((2, ticks), np.int64)
        self.orders = np.zeros((2, ticks), np.int64)
        self._counted: set[tuple[int, int]] = set()
        """Request and item of every order counted: what came back of others was never in the sum."""
        bus.subscribe(Viewed, self.on_viewed)
        bus.subscribe(Ordered, self.on_ordered)
        bus.subscribe(Returned, self.on_returned)

    def at(self, tick: int) -> None:
        """Count what follows under this tick; what lies outside the tally's span is not counted."""
        self.tick = tick

    @property
    def open(self) -> bool:
        return 0 <= self.tick < len(self.spend)

    def on_viewed(self, event: Viewed) -> None:
        if self.open:
            pages = event.pages
            spend, expected = _paid_views(
                pages.group,
                pages.charge,
                pages.click_rate,
                pages.order_rate,
                event.depth,
                self._roster.merchant,
                self._merchant,
            )
            self.spend[self.tick] += spend
            self.expected[self.tick] += expected

    def on_ordered(self, event: Ordered) -> None:
        if self.open:
            mine = self._merchant_of[event.item] == self._merchant
            paid = event.group >= 0
            for source, rows in ((ORGANIC, mine & ~paid), (PAID, mine & paid)):
                self.gmv[source, self.tick] += int(event.value[rows].sum())
                self.orders[source, self.tick] += int(rows.sum())
            self._counted.update(zip(event.request[mine].tolist(), event.item[mine].tolist(), strict=True))

    def on_returned(self, event: Returned) -> None:
        if self.open:
            mine = self._merchant_of[event.item] == self._merchant
            for row in np.flatnonzero(mine).tolist():
                mine[row] = (int(event.request[row]), int(event.item[row])) in self._counted
            paid = event.group >= 0
            for source, rows in ((ORGANIC, mine & ~paid), (PAID, mine & paid)):
                self.returned[source, self.tick] += int(event.value[rows].sum())

    def net(self) -> NDArray[np.int64]:
        """(2,) micros, GMV less what came back, organic and paid."""
        return (self.gmv - self.returned).sum(axis=1)


@compiled
def _paid_views(
    group: Array, charge: Array, click_rate: Array, order_rate: Array, depth: Array, owner: Array, merchant: int
) -> tuple[int, float]:
    spend, expected = 0, 0.0
    for page in range(group.shape[0]):
        for position in range(depth[page]):
            one = group[page, position]
            if one >= 0 and owner[one] == merchant:
                spend += charge[page, position]
                expected += click_rate[page, position] * order_rate[page, position]
    return spend, expected
