"""The market book: what each campaign met, bid, spent and expected, tick by tick, for the last three days.

It is written at tick edges from what the platform itself records: its landscape, its traffic, its
delivery. It lives in memory and starts anew with the process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.bidding.state import GRID, GRID_SCALE
from magnetar.capabilities.bidding.terms import Terms
from magnetar.capabilities.campaigns import Roster
from magnetar.capabilities.forecast import BINS, TICKS_PER_DAY
from magnetar.capabilities.forecast.landscape import KEEP_DAILY, upper_edges
from magnetar.kernel.chance import Floats
from magnetar.platform.live import LivePlatform
from magnetar.platform.market import Marketplace
from magnetar.vocabulary.money import MICROS

KEPT_TICKS = 3 * TICKS_PER_DAY
_EDGES = upper_edges()


@dataclass(slots=True)
class Ticked:
    """One campaign in one tick. Money in currency units; worth in conversions or currency units of value, as its goal counts."""

    tick: int
    multiplier: float
    budget: float
    """For the day."""
    spent: float = 0.0
    brought: float = 0.0
    """Worth expected of what came on screen, by the calibrated predictor."""
    matured: float = 0.0
    """Results that were to have come in this tick, by the predictor as it was, uncorrected."""
    came: float = 0.0
    pages: float = 0.0
    """Of the whole market."""
    cost: NDArray[np.float32] = field(default_factory=lambda: np.zeros(GRID, np.float32))
    """(GRID,), what each multiplier would have cost in this tick, by the recorded landscape."""
    worth: NDArray[np.float32] = field(default_factory=lambda: np.zeros(GRID, np.float32))


def at_multipliers(
    value: Floats,
    cost: Floats,
    roster: Roster,
    terms: Terms,
    calibration: Floats,
    rows: NDArray[np.int64] | None = None,
) -> tuple[Floats, Floats]:
    """What each multiplier of the grid costs and brings each campaign, from landscapes by ad group.

    Args:
        value: (groups, BINS), expected results by threshold.
        cost: (groups, BINS), what they cost, currency.
        calibration: (groups,), realised over predicted results.
        rows: ad groups that count; all by default.

    Returns:
        Cost and worth, (campaigns, GRID) each.
    """
    out_cost, out_worth = np.zeros((len(terms.target), GRID)), np.zeros((len(terms.target), GRID))
    rows = np.arange(len(roster)) if rows is None else rows
    if len(rows):
        scale = (terms.ratio * calibration)[rows, None] * GRID_SCALE
        column = np.minimum(np.searchsorted(_EDGES, scale, side="right"), BINS - 1)
        live = roster.active[rows, None]
        paid = np.where(live, np.take_along_axis(np.cumsum(cost[rows], axis=1), column, axis=1), 0.0)
        won = np.where(live, np.take_along_axis(np.cumsum(value[rows], axis=1), column, axis=1), 0.0)
        np.add.at(out_cost, roster.campaign[rows], paid)
        np.add.at(out_worth, roster.campaign[rows], won * (terms.worth * calibration)[rows, None])
    return out_cost, out_worth


def _longer(column: NDArray[Any], count: int) -> Floats:
    """The column with zeros for ad groups that came later, and without those that are not there."""
    out = np.zeros((count, *column.shape[1:]))
    keep = min(count, len(column))
    out[:keep] = column[:keep]
    return out


class MarketBook:
    """Writes itself at every tick edge of a live platform."""

    def __init__(self, live: LivePlatform) -> None:
        self._of: dict[str, list[Ticked]] = {}
        with live._turn, live._lock:
            self._tick = live.market.tick
            self._mark(live.market)
            live.before_tick.insert(0, self.record)  # before agents change the roster

    def of(self, campaign: str) -> list[Ticked]:
        """A campaign's ticks, oldest first; the tick that runs now is not among them."""
        return list(self._of.get(campaign, ()))

    def _mark(self, market: Marketplace) -> None:
        count, delivery = len(market.campaigns.roster), market.campaigns.delivery
        self._value, self._cost = market.landscape.value.copy(), market.landscape.cost.copy()
        self._pages = market.landscape.pages
        self._spend, self._predicted = delivery.spend.copy(), delivery.predicted.copy()
        self._results = delivery.results().copy()
        self._matured = np.array([market.bidding.matured_of(row) for row in range(count)])

    def record(self, live: LivePlatform, opens: int) -> None:
        """A tick is about to open: the one that ran until now goes into the book."""
        market = live.market
        roster, delivery, bidding = market.campaigns.roster, market.campaigns.delivery, market.bidding
        count, campaigns = len(roster), len(roster.campaigns)
        if count:
            terms = Terms.of(roster)
            calibration = np.ones(count)
            calibration[: len(bidding.calibration)] = bidding.calibration[:count]
            value, cost = _longer(market.landscape.value, count), _longer(market.landscape.cost, count)
            met_value = np.maximum(value - _longer(self._value, count), 0.0)
            met_cost = np.maximum(cost - _longer(self._cost, count), 0.0)
            costs, worths = at_multipliers(met_value, met_cost, roster, terms, calibration)
            matured = np.array([bidding.matured_of(row) for row in range(count)])

            def by_campaign(column: Floats) -> Floats:
                return np.bincount(roster.campaign, column, campaigns).astype(np.float64)

            spent = by_campaign((delivery.spend - _longer(self._spend, count)) / MICROS)
            predicted = delivery.predicted - _longer(self._predicted, count)
            brought = by_campaign(predicted * calibration * terms.worth)
            came = by_campaign(delivery.results() - _longer(self._results, count))
            due = by_campaign(np.maximum(matured - _longer(self._matured, count), 0.0))
            for row, campaign in enumerate(roster.campaigns):
                if row >= len(bidding.multiplier) or not np.isfinite(bidding.multiplier[row]):
                    continue  # it has not bid yet
                ticked = self._row(campaign.id, campaign.daily_budget.micros / MICROS)
                ticked.multiplier = bidding.multiplier_of(row)
                ticked.spent += float(spent[row])
                ticked.brought += float(brought[row])
                ticked.matured += float(due[row])
                ticked.came += float(came[row])
                ticked.pages += max(market.landscape.pages - self._pages, 0.0)
                ticked.cost += costs[row].astype(np.float32)
                ticked.worth += worths[row].astype(np.float32)
        self._mark(market)
        if market.tick >= 0 and opens // TICKS_PER_DAY > market.tick // TICKS_PER_DAY:
            self._value *= KEEP_DAILY  # the landscape is about to fade
            self._cost *= KEEP_DAILY
            self._pages *= KEEP_DAILY
        self._tick = opens

    def _row(self, campaign: str, budget: float) -> Ticked:
        rows = self._of.setdefault(campaign, [])
        if not rows or rows[-1].tick != self._tick:  # a tick that was opened anew goes on in its row
            rows.append(Ticked(self._tick, 1.0, budget))
            del rows[: max(0, len(rows) - KEPT_TICKS)]
        rows[-1].budget = budget
        return rows[-1]
