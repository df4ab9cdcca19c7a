"""Credit by channel under each rule, in whole micros that sum to the orders' value exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from magnetar.capabilities.measurement.attribution import rules
from magnetar.capabilities.measurement.attribution.journeys import Journeys
from magnetar.capabilities.measurement.attribution.markov import removal_effects
from magnetar.capabilities.measurement.attribution.shapley import shapley_credit
from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.clock import DAY

LABEL = "归因分, 不是因果 · credit, not cause"
"""Stands beside every figure that comes from here."""

HALF_LIFE = 7 * DAY

_BY_ORDER = {
    "last-touch": rules.LAST,
    "first-touch": rules.FIRST,
    "linear": rules.LINEAR,
    "time-decay": rules.DECAY,
    "position": rules.POSITION,
}
RULES = (*_BY_ORDER, "shapley", "markov")


@dataclass(frozen=True, slots=True)
class Credit:
    """What a rule gives each channel."""

    rule: str
    channels: tuple[str, ...]
    micros: Ints
    """(channels,), sums with `unattributed` to the value of all orders."""
    orders: Floats
    """(channels,), orders credited; fractions of them."""
    unattributed: int
    """Micros of orders that no touch came before."""
    notes: tuple[str, ...] = ()
    label: str = LABEL

    @property
    def share(self) -> Floats:
        """(channels,), share of the orders credited; NaN where there are none."""
        whole = self.orders.sum()
        return self.orders / whole if whole > 0 else np.full(len(self.orders), np.nan)


def attribute(journeys: Journeys, rule: str, *, half_life: int = HALF_LIFE, seed: int = 0) -> Credit:
    """Credit orders to channels by one of `RULES`.

    Args:
        half_life: microseconds, for time decay.
        seed: of sampled orders of arrival, for Shapley on journeys through more than 12 channels.

    Raises:
        ValueError: an unknown rule, more channels than the rule can take, or a half-life that is not positive.
    """
    count = len(journeys.channels)
    touched = journeys.touched
    unattributed = int(journeys.value[~touched].sum())
    if rule in _BY_ORDER:
        micros, orders = rules.credit_touches(journeys, _BY_ORDER[rule], half_life)
        money = np.zeros(count, np.int64)
        np.add.at(money, journeys.channel, micros)
        shared = np.bincount(journeys.channel, orders, count).astype(np.float64)
        return Credit(rule, journeys.channels, money, shared, unattributed)
    notes: list[str] = []
    total, number = int(journeys.value[touched].sum()), int(touched.sum())
    if rule == "shapley":
        by_order = not len(journeys.lost_start)
        if by_order:
            notes.append(
                "没有未成交路径, 按订单内不同渠道均分 · No lost journeys: each order is shared by its channels."
            )
        worth = shapley_credit(journeys, by_order=by_order, seed=seed)
        below = [journeys.channels[row] for row in np.flatnonzero(worth < 0)]
        if below:
            notes.append(f"低于零按零计 · Below zero, counted as zero: {', '.join(below)}.")
        by_orders = shapley_credit(replace(journeys, value=np.ones_like(journeys.value)), by_order=True)
        worth = np.where(by_orders > 0, np.maximum(worth, 0.0), 0.0)  # no order touched, no credit
        if number and not worth.sum() > 0:  # orders that are worth nothing or less
            worth = by_orders
    elif rule == "markov":
        worth = removal_effects(journeys)
        if not len(journeys.lost_start):
            notes.append("没有未成交路径 · No lost journeys: the chain cannot tell channels that end in orders.")
    else:
        raise ValueError(f"no rule {rule!r}; choose one of {', '.join(RULES)}")
    money = rules.share_out(total, worth) if number else np.zeros(count, np.int64)
    orders = number * worth / worth.sum() if number else np.zeros(count)
    return Credit(rule, journeys.channels, money, orders, unattributed, tuple(notes))
