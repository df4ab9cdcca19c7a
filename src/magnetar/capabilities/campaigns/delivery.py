"""Delivery: what every ad group has shown, spent and sold, counted from events alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns.buyers import Buyers
from magnetar.capabilities.campaigns.roster import Roster
from magnetar.capabilities.shoppers import Clicked, Converted, Ordered, Returned, Viewed
from magnetar.kernel.bus import Bus
from magnetar.kernel.compiled import Array, compiled
from magnetar.vocabulary.campaigns import ConversionKind

_ORDER, _KEPT_ORDER = int(ConversionKind.ORDER), int(ConversionKind.KEPT_ORDER)
_FIRST_ORDER, _CLICK = int(ConversionKind.FIRST_ORDER), int(ConversionKind.CLICK)


class Delivery:
    """Totals per ad group since it was added; `copy()` some and subtract for a period."""

    _INTS = ("views", "clicks", "orders", "firsts", "converted", "returns", "spend", "gmv", "returned", "value")

    def __init__(self, bus: Bus, roster: Roster, buyers: Buyers) -> None:
        self._roster = roster
        self._buyers = buyers
        self.views = np.zeros(0, np.int64)
        self.clicks = np.zeros(0, np.int64)
        self.orders = np.zeros(0, np.int64)
        self.firsts = np.zeros(0, np.int64)
        """Orders of shoppers who had ordered nothing from the merchant before."""
        self.converted = np.zeros(0, np.int64)
        """Reported conversions of the kind that the goal pays for."""
        self.returns = np.zeros(0, np.int64)
        self.spend = np.zeros(0, np.int64)
        """Micros charged."""
        self.gmv = np.zeros(0, np.int64)
        """Micros ordered through this ad group's impressions, before returns."""
        self.returned = np.zeros(0, np.int64)
        self.value = np.zeros(0, np.int64)
        """Micros that came with reported conversions."""
        self.predicted = np.zeros(0)
        """Results expected from what came on screen, by the predictor at serving time."""
        bus.subscribe(Viewed, self.on_viewed)
        bus.subscribe(Clicked, self.on_clicked)
        bus.subscribe(Ordered, self.on_ordered)
        bus.subscribe(Returned, self.on_returned)
        bus.subscribe(Converted, self.on_converted)

    def grow(self, count: int) -> None:
        """Make room for that many ad groups."""
        for name in self._INTS:
            column = getattr(self, name)
            setattr(self, name, np.append(column, np.zeros(count - len(column), np.int64)))
        self.predicted = np.append(self.predicted, np.zeros(count - len(self.predicted)))

    def on_viewed(self, event: Viewed) -> None:
        pages = event.pages
        _count_views(
            pages.group,
            pages.charge,
            pages.click_rate,
            pages.order_rate,
            event.depth,
            self.views,
            self.spend,
            self.predicted,
        )

    def on_clicked(self, event: Clicked) -> None:
        _tally(event.group, self.clicks)

    def on_ordered(self, event: Ordered) -> None:
        _tally(event.group, self.orders)
        _tally_some(event.group, self._buyers.first(event), self.firsts)
        _add(event.group, event.value, self.gmv)

    def on_returned(self, event: Returned) -> None:
        _tally(event.group, self.returns)
        _add(event.group, event.value, self.returned)

    def on_converted(self, event: Converted) -> None:
        group = np.asarray(event.group, np.int64)
        group = np.where(self._roster.conversion[group] == event.kind, group, -1) if len(self._roster) else group
        _tally(group, self.converted)
        _add(group, event.value, self.value)

    def results(self) -> NDArray[np.int64]:
        """(groups,), what came of the impressions, in what their goals' predictions count: orders, clicks or conversions."""
        out = np.empty(len(self.orders), np.int64)
        _results(self._roster.conversion, self.orders, self.firsts, self.clicks, self.converted, out)
        return out

    def conversions(self) -> NDArray[np.int64]:
        """(groups,), conversions of the kind that each goal pays for; of kept orders, those not sent back so far."""
        return self.results() - np.where(self._roster.conversion == ConversionKind.KEPT_ORDER, self.returns, 0)


@compiled
def _count_views(
    group: Array,
    charge: Array,
    click_rate: Array,
    order_rate: Array,
    depth: Array,
    views: Array,
    spend: Array,
    predicted: Array,
) -> None:
    for page in range(group.shape[0]):
        for position in range(depth[page]):
            one = group[page, position]
            if one >= 0:
                views[one] += 1
                spend[one] += charge[page, position]
                predicted[one] += click_rate[page, position] * order_rate[page, position]


@compiled
def _results(kind: Array, orders: Array, firsts: Array, clicks: Array, converted: Array, out: Array) -> None:
    for group in range(out.shape[0]):
        if kind[group] == _ORDER or kind[group] == _KEPT_ORDER:
            out[group] = orders[group]
        elif kind[group] == _FIRST_ORDER:
            out[group] = firsts[group]
        else:
            out[group] = clicks[group] if kind[group] == _CLICK else converted[group]


@compiled
def _tally(group: Array, out: Array) -> None:
    for row in range(group.shape[0]):
        if group[row] >= 0:
            out[group[row]] += 1


@compiled
def _tally_some(group: Array, which: Array, out: Array) -> None:
    for row in range(group.shape[0]):
        if which[row] and group[row] >= 0:
            out[group[row]] += 1


@compiled
def _add(group: Array, value: Array, out: Array) -> None:
    for row in range(group.shape[0]):
        if group[row] >= 0:
            out[group[row]] += value[row]
