"""Outcomes: what the goals need to know beyond click and order rates.

How often a click brings a lead, a follow, an activation; what such a conversion is worth; how soon
conversions arrive; how many orders come back. Learned from events alone, per item. An item starts
from what the merchant's others do (returns: from its category and price band), and these from what the merchant expects.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns import Campaigns, Roster
from magnetar.capabilities.shoppers import Clicked, Converted, Ordered, Returned
from magnetar.capabilities.understanding.delays import DelayLaw
from magnetar.capabilities.understanding.returns import return_risk
from magnetar.capabilities.understanding.shelf import Shelf
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Floats
from magnetar.kernel.clock import DAY, HOUR
from magnetar.vocabulary.campaigns import ConversionKind, Horizon
from magnetar.vocabulary.money import MICROS

EXPECTED = 4.0
"""Conversions' worth of trust in what the merchant expects of a kind that is reported, and in what all its products do."""
RETURN_DELAY = 3 * DAY
"""Mean time from order to return, assumed: a return does not say when its order was."""
LEAST_KEPT = 0.05
"""No item is taken to be sent back more often than 1 less this."""
ENOUGH = 10
"""Reported conversions from which on a measured rate may stand in for the merchant's expectation."""
DAILY_MEMORY = 0.97
"""Share of the evidence that is kept from one day to the next."""


@dataclass(slots=True)
class _Reported:
    """One kind that is reported: columns over items."""

    hits: Floats
    """Conversions."""
    load: Floats
    """Clicks whose conversion should have arrived by now."""
    waiting: Floats
    """Clicks whose conversion may still come."""
    value: Floats
    """Currency units that came with the conversions."""
    law: DelayLaw


@dataclass(frozen=True, slots=True)
class _Goals:
    """What the campaigns' goals say, a row for each ad group."""

    version: int
    special: NDArray[np.int64]
    """Rows of the ad groups that need more than the order rate and the price."""
    by_value: NDArray[np.bool_]
    horizon: NDArray[np.int64]
    rate: Floats
    value: Floats
    """Expected by the merchant, currency units per conversion; 0 for the product's price."""
    price: Floats
    """Currency per unit of worth that the goal allows, infinite where it sets none."""

    @classmethod
    def of(cls, roster: Roster) -> _Goals:
        goals, row = [one.goal for one in roster.campaigns], roster.campaign
        plain = [goal.conversion is ConversionKind.ORDER and goal.horizon is Horizon.OPEN for goal in goals]
        return cls(
            roster.version,
            np.flatnonzero(~np.array(plain, np.bool_)[row]),
            np.array([goal.kind.by_value for goal in goals], np.bool_)[row],
            np.array([goal.horizon for goal in goals], np.int64)[row],
            np.array([goal.expected_rate for goal in goals], np.float64)[row],
            np.array([goal.expected_value for goal in goals], np.float64)[row],
            np.array([goal.price for goal in goals], np.float64)[row],
        )


class Outcomes:
    """Learns them, and tells the roster at every tick edge."""

    def __init__(self, bus: Bus, shelf: Shelf, campaigns: Campaigns) -> None:
        self._roster = campaigns.roster
        self._shelf = shelf
        merchant = shelf.arrays.merchant
        self._owner = np.where(merchant < 0, len(shelf.merchants), merchant)
        self.reported: dict[ConversionKind, _Reported] = {}
        """By kind, from the tick on in which a campaign begins to pay for it."""
        self.orders = DelayLaw()
        self.returned: Floats = np.zeros(len(shelf))
        """(items,), orders that came back."""
        self.returnable: Floats = np.zeros(len(shelf))
        """(items,), orders that should have come back by now if they do at all."""
        self.fresh_orders: Floats = np.zeros(len(shelf))
        """(items,), orders that may still come back."""
        self.refreshed_at = bus.clock.now()
        self._goals: _Goals | None = None
        bus.subscribe(Clicked, self.on_clicked)
        bus.subscribe(Ordered, self.on_ordered)
        bus.subscribe(Returned, self.on_returned)
        bus.subscribe(Converted, self.on_converted)

    # ---- learning

    def on_clicked(self, event: Clicked) -> None:
        """A click is a trial of the order law, and of the kind that its ad group pays for."""
        self.orders.clicked(float((self._shelf.arrays.price[event.item] > 0.0).sum()))
        for kind, rows in self._of_kinds(event.group):
            one = self._kind(kind)
            one.law.clicked(float(len(rows)))
            np.add.at(one.waiting, event.item[rows], 1.0)

    def on_ordered(self, event: Ordered) -> None:
        self.orders.landed(np.asarray(event.at - event.clicked_at))
        np.add.at(self.fresh_orders, event.item, 1.0)

    def on_returned(self, event: Returned) -> None:
        np.add.at(self.returned, event.item, 1.0)

    def on_converted(self, event: Converted) -> None:
        """Reported conversions count for ad groups that pay for their kind."""
        for kind, rows in self._of_kinds(event.group):
            rows = rows[event.kind[rows] == kind]
            one = self._kind(kind)
            np.add.at(one.hits, event.item[rows], 1.0)
            np.add.at(one.value, event.item[rows], event.value[rows] / MICROS)
            one.law.landed(np.asarray((event.at - event.clicked_at)[rows]))

    def _of_kinds(self, group: NDArray[np.int64]) -> list[tuple[ConversionKind, NDArray[np.int64]]]:
        """Rows of a column of ad groups by the reported kind that they pay for."""
        conversion = self._roster.conversion
        if not len(conversion) or not self.reported:
            return []
        kind = np.where(np.asarray(group) >= 0, conversion[group], 0)
        return [
            (ConversionKind(one), np.flatnonzero(kind == one))
            for one in np.unique(kind).tolist()
            if not ConversionKind(one).observed
        ]

    def _kind(self, kind: ConversionKind) -> _Reported:
        if kind not in self.reported:
            hits, load, waiting, value = np.zeros((4, len(self._shelf)))
            self.reported[kind] = _Reported(hits, load, waiting, value, DelayLaw(1.0 * HOUR))
        return self.reported[kind]

    def new_day(self) -> None:
        """Forget a little."""
        self.orders.decay(DAILY_MEMORY)
        for column in (self.returned, self.returnable):
            column *= DAILY_MEMORY
        for one in self.reported.values():
            one.law.decay(DAILY_MEMORY)
            for column in (one.hits, one.load, one.value):
                column *= DAILY_MEMORY

    # ---- telling

    def refresh(self, now: int) -> None:
        """Let clicks and orders mature, and write what a result is worth into the roster; at a tick edge."""
        elapsed = max(now - self.refreshed_at, 0)
        self.refreshed_at = now
        self.orders.refresh(now)
        moved = self.fresh_orders * -math.expm1(-elapsed / RETURN_DELAY)
        self.fresh_orders -= moved
        self.returnable += moved
        for one in self.reported.values():
            one.law.refresh(now)
            moved = one.waiting * -math.expm1(-elapsed / one.law.mean)
            one.waiting -= moved
            one.load += moved
        self._tell()

    def kept(self) -> Floats:
        """(items,), share of orders that is expected not to come back."""
        arrays = self._shelf.arrays
        risk, _ = return_risk(self.returned, self.returnable, arrays.category, arrays.band)
        return np.clip(1.0 - risk, LEAST_KEPT, 1.0)

    def _tell(self) -> None:
        roster = self._roster
        if self._goals is None or self._goals.version != roster.version:
            self._goals = _Goals.of(roster)
        goals = self._goals
        rows = goals.special
        if not len(rows):
            return
        kinds, items = roster.conversion[rows], roster.item[rows]
        price = self._shelf.arrays.price[items]
        of_orders = kinds == ConversionKind.ORDER
        of_orders |= (kinds == ConversionKind.FIRST_ORDER) | (kinds == ConversionKind.KEPT_ORDER)
        rate, value, arrives = roster.per_click[rows], price.copy(), np.ones(len(rows))
        horizon = goals.horizon[rows]
        for one in Horizon:
            arrives[of_orders & (horizon == one)] = self.orders.share(one)
        for kind in np.unique(kinds[~of_orders & (kinds != ConversionKind.CLICK)]).tolist():
            mine = kinds == kind
            known, item = self._kind(ConversionKind(kind)), items[mine]
            hits = known.hits[item]
            own = self._shelf.arrays.merchant[item]
            count = len(self._shelf.merchants)
            all_hits = np.bincount(self._owner, known.hits, count + 1)[own]
            all_load = np.bincount(self._owner, known.load, count + 1)[own]
            usual = (all_hits + EXPECTED) / (all_load + EXPECTED / goals.rate[rows][mine])
            rate[mine] = (hits + EXPECTED) / (known.load[item] + EXPECTED / usual)
            hoped = np.where(goals.value[rows][mine] > 0.0, goals.value[rows][mine], price[mine])
            value[mine] = (known.value[item] + EXPECTED * hoped) / (hits + EXPECTED)
            for one in Horizon:
                arrives[mine & (horizon == one)] = known.law.share(one)
        worth = np.where(goals.by_value[rows], value * arrives, 1.0)
        worth[kinds == ConversionKind.KEPT_ORDER] *= self.kept()[items[kinds == ConversionKind.KEPT_ORDER]]
        roster.worth[rows], roster.per_click[rows] = worth, np.minimum(rate, 1.0)
        allowed = goals.price[rows]
        bounded = allowed < np.inf
        roster.target[rows[bounded]] = allowed[bounded] * worth[bounded]
        roster.version += 1
        self._goals = _Goals(roster.version, *(getattr(goals, name) for name in _Goals.__slots__ if name != "version"))

    def delays(self, order_delay: float) -> Floats:
        """(groups,), mean time from an impression's click to its result, microseconds; a click is a result at once."""
        conversion = self._roster.conversion
        out = np.full(len(conversion), order_delay)
        out[conversion == ConversionKind.CLICK] = 0.0
        for kind, one in self.reported.items():
            out[conversion == kind] = one.law.mean
        return out

    def measured(self, kind: ConversionKind, items: NDArray[np.int64]) -> tuple[float, float]:
        """(conversions per click, currency per conversion) of some items together; zeros where too little was reported."""
        one = self.reported.get(kind)
        if one is None or one.hits[items].sum() < ENOUGH:
            return 0.0, 0.0
        hits, load = float(one.hits[items].sum()), float(one.load[items].sum())
        return min(1.0, hits / max(load, hits)), float(one.value[items].sum()) / hits

    # ---- carried over

    def state(self) -> dict[str, NDArray[np.float64]]:
        """What was learned, as arrays over items."""
        out = {f"orders.{name}": column for name, column in self.orders.state().items()}
        for name in ("returned", "returnable", "fresh_orders"):
            out[name] = getattr(self, name)
        for kind, one in self.reported.items():
            head = f"reported.{int(kind)}"
            out |= {f"{head}.law.{name}": column for name, column in one.law.state().items()}
            out |= {f"{head}.{name}": getattr(one, name) for name in ("hits", "load", "waiting", "value")}
        out["refreshed_at"] = np.array([self.refreshed_at], np.float64)
        return out

    def restore(self, state: dict[str, NDArray[np.float64]]) -> None:
        """Take up what `state` gave, for a shelf with the same rows or more."""
        self.orders.restore({name[7:]: column for name, column in state.items() if name.startswith("orders.")})
        for name in ("returned", "returnable", "fresh_orders"):
            getattr(self, name)[: len(state[name])] = state[name]
        for kind in sorted({int(name.split(".")[1]) for name in state if name.startswith("reported.")}):
            one, head = self._kind(ConversionKind(kind)), f"reported.{kind}."
            mine = {name[len(head) :]: column for name, column in state.items() if name.startswith(head)}
            one.law.restore({name[4:]: column for name, column in mine.items() if name.startswith("law.")})
            for name in ("hits", "load", "waiting", "value"):
                getattr(one, name)[: len(mine[name])] = mine[name]
        self.refreshed_at = int(state["refreshed_at"][0])
