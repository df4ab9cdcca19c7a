"""Curves of charge and worth over multipliers: what a bidder would pay and get at each."""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.forecast.ladder import place_of
from magnetar.capabilities.forecast.shading import log_bid
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled

_NODES = np.array([-2.8569700138728, -1.3556261799742, 0.0, 1.3556261799742, 2.8569700138728])
_SHARES = np.array([0.0112574113277, 0.2220759220056, 0.5333333333333, 0.2220759220056, 0.0112574113277])
"""Gauss–Hermite, five nodes, for a standard normal."""


def spread_out(cost: Floats, worth: Floats, spread: float, scale: Floats) -> tuple[Floats, Floats]:
    """The mean of both curves over log-normal factors, of mean 1, on what an impression is worth."""
    log = np.log(scale)
    mixed_cost, mixed_worth = np.zeros_like(cost), np.zeros_like(worth)
    for node, share in zip(_NODES, _SHARES, strict=True):
        shift = node * spread - 0.5 * spread * spread
        mixed_cost += share * np.interp(log + shift, log, cost)
        mixed_worth += share * np.exp(shift) * np.interp(log + shift, log, worth)
    return mixed_cost, mixed_worth


@compiled
def look(
    value: Array, price: Array, count: Array, weight: Array, lift: Array, shift: Array, rates: Array, level: float,
    slope: float, best: Array, straight: bool, gain: Array, charge: Array, cost: Array, worth: Array,
) -> None:  # fmt: skip
    """`rates` are logarithms; `lift` and `shift` are added to the log values and log prices of a kept tick."""
    total = 0.0
    for tick in range(weight.shape[0]):
        if weight[tick] <= 0.0 or count[tick] == 0:
            continue
        each = weight[tick] / count[tick]
        total += weight[tick]
        for one in range(count[tick]):
            if value[tick, one] <= 0.0:
                continue
            chance = np.log(value[tick, one]) + lift[tick]
            expected = level + slope * chance
            entry = -700.0
            if price[tick, one] > 0.0:
                entry = np.log(price[tick, one]) + shift[tick]
            pays, brings = each * np.exp(entry), each * np.exp(chance)
            for place in range(rates.shape[0]):
                bid = rates[place] + chance
                if not straight:
                    bid = log_bid(bid, expected, best)
                if bid < entry:
                    continue
                where = int(place_of(bid - entry))
                cost[place] += pays * charge[where]
                worth[place] += brings * gain[where]
    if total > 0.0:
        for place in range(rates.shape[0]):
            cost[place] /= total
            worth[place] /= total


@compiled
def look_now(
    value: Array, rates: Array, level: float, slope: float, residual: Array, best: Array, straight: bool, gain: Array,
    charge: Array, cost: Array, worth: Array,
) -> None:  # fmt: skip
    """As `look`, of the impressions at hand: their entry prices are the line and its residuals."""
    quantiles = residual.shape[0]
    strata = 8
    for one in range(value.shape[0]):
        if value[one] <= 0.0:
            continue
        chance = np.log(value[one])
        expected = level + slope * chance
        for stratum in range(strata):  # residuals in rotation, so that all are met over a few impressions
            entry = expected + residual[(stratum * quantiles // strata + one) % quantiles]
            pays, brings = np.exp(entry) / strata, value[one] / strata
            for place in range(rates.shape[0]):
                bid = rates[place] + chance
                if not straight:
                    bid = log_bid(bid, expected, best)
                if bid < entry:
                    continue
                where = int(place_of(bid - entry))
                cost[place] += pays * charge[where]
                worth[place] += brings * gain[where]
