"""Bidding: at every tick edge each campaign's bidder sets its multiplier, and the multipliers become bids."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.bidding.state import GRID, GRID_SCALE, Bidder, CampaignState
from magnetar.capabilities.campaigns import Campaigns
from magnetar.capabilities.forecast import BINS, Landscape, Traffic, bin_of
from magnetar.capabilities.shoppers import Ordered
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled
from magnetar.kernel.ports import Port
from magnetar.vocabulary.campaigns import GoalKind
from magnetar.vocabulary.money import MICROS

BIDDERS = Port[Bidder](
    "bidder",
    {
        "pacing": "magnetar.capabilities.bidding.pacing:PacingBidder",
        "pid": "magnetar.capabilities.bidding.pid:PidBidder",
        "fixed": "magnetar.capabilities.bidding.pid:FixedBidder",
    },
    default="pacing",
)

WINDOW_KEEP = 0.97
"""What a tick keeps of the results window: a half-life of about eleven hours."""
CALIBRATION_PRIOR = 8.0
"""Orders' worth of trust in the predictor before an ad group's own results correct it."""


class Bidding:
    """Keeps each campaign's multiplier, calibration and results window."""

    def __init__(self, bus: Bus, campaigns: Campaigns, landscape: Landscape, traffic: Traffic, prices: Floats) -> None:
        self._campaigns = campaigns
        self._landscape = landscape
        self._traffic = traffic
        self._prices = prices
        self._bidders: dict[str, Bidder] = {}
        self.multiplier: Floats = np.zeros(0)
        """(campaigns,), what the last tick solved; 1 bids the target."""
        self.calibration: Floats = np.zeros(0)
        """(groups,), realised over predicted orders, shrunk to 1."""
        self._seen_spend = np.zeros(0, np.int64)
        self._seen_predicted: Floats = np.zeros(0)
        self._waiting: Floats = np.zeros(0)
        self._matured: Floats = np.zeros(0)
        self._window_spent: Floats = np.zeros(0)
        self._window_earned: Floats = np.zeros(0)
        self._window_organic: Floats = np.zeros(0)
        self._fresh_organic: Floats = np.zeros(0)
        self._forecast: Floats = np.zeros(0)
        self._realised: Floats = np.zeros((0, 2))
        self._spent_today: Floats = np.zeros(0)
        bus.subscribe(Ordered, self.on_ordered)

    def on_ordered(self, event: Ordered) -> None:
        """Organic orders count in whole-site targets."""
        if self._fresh_organic.size == 0:
            self._fresh_organic = np.zeros(len(self._prices))
        organic = event.group < 0
        np.add.at(self._fresh_organic, event.item[organic], event.value[organic] / MICROS)

    def _grow(self, campaigns: int, groups: int) -> None:
        def longer(column: NDArray[np.generic], count: int, fill: float) -> NDArray[np.generic]:
            missing = count - len(column)
            return np.append(column, np.full((missing, *column.shape[1:]), fill, column.dtype), axis=0) if missing else column

        self.multiplier = longer(self.multiplier, campaigns, np.nan)  # type: ignore[assignment]
        for name in ("_window_spent", "_window_earned", "_window_organic", "_forecast", "_realised", "_spent_today"):
            setattr(self, name, longer(getattr(self, name), campaigns, 0.0))
        self.calibration = longer(self.calibration, groups, 1.0)  # type: ignore[assignment]
        for name in ("_seen_spend", "_seen_predicted", "_waiting", "_matured"):
            setattr(self, name, longer(getattr(self, name), groups, 0.0))

    def new_day(self) -> None:
        """Today's spend starts at zero."""
        self._spent_today[:] = 0.0

    def solve(self, tick: int, left: NDArray[np.int64], elapsed: int, mean_delay: float) -> Floats:
        """Multipliers for the next tick; returns (groups,) bids per expected conversion.

        Args:
            tick: the tick that opens.
            left: (campaigns,) micros left of each day's budget.
            elapsed: microseconds since the last tick edge.
            mean_delay: mean time from click to order, microseconds.
        """
        roster, delivery = self._campaigns.roster, self._campaigns.delivery
        campaigns, groups = len(roster.campaigns), len(roster)
        self._grow(campaigns, groups)
        if not groups:
            return np.zeros(0)
        roi = roster.goal == GoalKind.TARGET_ROI
        price = self._prices[roster.item]
        worth_each = np.where(roi, price, 1.0)

        spent = (delivery.spend - self._seen_spend) / MICROS
        predicted = delivery.predicted - self._seen_predicted
        self._seen_spend, self._seen_predicted = delivery.spend.copy(), delivery.predicted.copy()
        mature = 1.0 - math.exp(-elapsed / mean_delay) if elapsed > 0 else 0.0
        moved = self._waiting * mature
        self._waiting += predicted - moved
        self._matured += moved
        self.calibration = (delivery.orders + CALIBRATION_PRIOR) / (self._matured + CALIBRATION_PRIOR)

        owner = roster.campaign
        tick_spent = np.bincount(owner, spent, campaigns)
        self._spent_today += tick_spent
        for window, fresh in (
            (self._window_spent, tick_spent),
            (self._window_earned, np.bincount(owner, predicted * self.calibration * worth_each, campaigns)),
        ):
            window *= WINDOW_KEEP
            window += fresh
        self._count_organic()
        self._realised *= WINDOW_KEEP
        self._realised[:, 0] += tick_spent
        self._realised[:, 1] += self._forecast

        target = self._targets()
        per_group = np.empty(groups)
        cost, worth = np.zeros((campaigns, GRID)), np.zeros((campaigns, GRID))
        landscape = self._landscape
        unit = np.where(roi, 1.0, 1.0 / np.maximum(price, 1e-9))
        scale = self._traffic.remaining(tick) / max(landscape.pages, 1.0)
        _grid(
            landscape.value,
            landscape.cost,
            owner,
            target[owner] * unit * roster.factor * self.calibration,
            worth_each * self.calibration,
            roster.active,
            GRID_SCALE,
            cost,
            worth,
        )
        # spend falls short of the landscape's: not everything served comes on screen
        reality = ((self._realised[:, 0] + 1.0) / (self._realised[:, 1] + 1.0))[:, None]
        cost *= scale * reality
        worth *= scale * reality
        passed = np.full(campaigns, self._traffic.share_passed(tick))
        bound = np.array([c.goal.kind is not GoalKind.MAX_CONVERSIONS for c in roster.campaigns])
        budget = np.array([c.daily_budget.micros / MICROS for c in roster.campaigns])
        names = np.array([c.bidder for c in roster.campaigns])
        for name in dict.fromkeys(names.tolist()):
            row = np.flatnonzero(names == name)
            state = CampaignState(
                row=row,
                target=target[row],
                bound=bound[row],
                budget=budget[row],
                left=left[row] / MICROS,
                spent=self._spent_today[row],
                earned=self._window_earned[row],
                window_spent=self._window_spent[row],
                organic=self._window_organic[row],
                passed=passed[row],
                cost=cost[row],
                worth=worth[row],
                previous=self.multiplier[row],
            )
            if name not in self._bidders:
                self._bidders[name] = BIDDERS.make(name)
            self.multiplier[row] = self._bidders[name].multipliers(state)
        _forecast_spend(cost, self.multiplier, GRID_SCALE, self._forecast)
        share = self._tick_share(tick)
        self._forecast *= share / np.maximum(reality[:, 0], 1e-9)
        per_group[:] = self.multiplier[owner] * target[owner] * worth_each * roster.factor * self.calibration
        return per_group

    def _tick_share(self, tick: int) -> float:
        """Share of the remaining traffic that the opening tick brings."""
        remaining = self._traffic.remaining(tick)
        after = self._traffic.remaining(tick + 1) if (tick + 1) % 48 else 0.0
        return max(remaining - after, 0.0) / max(remaining, 1.0)

    def _count_organic(self) -> None:
        """Organic worth of the products of whole-site campaigns."""
        if not self._fresh_organic.size:
            return
        self._window_organic *= WINDOW_KEEP
        roster = self._campaigns.roster
        for row, campaign in enumerate(roster.campaigns):
            if campaign.whole_site:
                items = np.unique(roster.item[roster.campaign == row])
                gained = self._fresh_organic[items].sum()
                roi = campaign.goal.kind is GoalKind.TARGET_ROI
                self._window_organic[row] += gained if roi else gained / max(self._prices[items].mean(), 1e-9)
        self._fresh_organic[:] = 0.0

    def _targets(self) -> Floats:
        """(campaigns,), currency per unit of worth; without a target, what the landscape asks in the middle."""
        out = np.empty(len(self._campaigns.roster.campaigns))
        for row, campaign in enumerate(self._campaigns.roster.campaigns):
            goal = campaign.goal
            if goal.kind is GoalKind.TARGET_COST:
                out[row] = goal.target
            elif goal.kind is GoalKind.TARGET_ROI:
                out[row] = 1.0 / goal.target
            else:
                items = self._campaigns.roster.item[self._campaigns.roster.campaign == row]
                out[row] = 0.2 * self._prices[items].mean() if len(items) else 1.0
        return out


@compiled
def _grid(
    value: Array,
    cost: Array,
    owner: Array,
    ratio: Array,
    worth_each: Array,
    active: Array,
    scale: Array,
    out_cost: Array,
    out_worth: Array,
) -> None:
    """Add up each campaign's landscape at every multiplier of the grid."""
    bins = value.shape[1]
    cumulative_value, cumulative_cost = np.empty(bins), np.empty(bins)
    for group in range(owner.shape[0]):
        if not active[group]:
            continue
        total_value, total_cost = 0.0, 0.0
        for column in range(bins):
            total_value += value[group, column]
            total_cost += cost[group, column]
            cumulative_value[column] = total_value
            cumulative_cost[column] = total_cost
        if total_cost <= 0.0:
            continue
        for place in range(scale.shape[0]):
            column = bin_of(ratio[group] * scale[place])
            out_cost[owner[group], place] += cumulative_cost[column]
            out_worth[owner[group], place] += cumulative_value[column] * worth_each[group]


@compiled
def _forecast_spend(cost: Array, multiplier: Array, scale: Array, out: Array) -> None:
    """The forecast spend at each campaign's multiplier, between grid places by straight line."""
    for one in range(cost.shape[0]):
        place = 0
        while place < scale.shape[0] - 1 and scale[place + 1] < multiplier[one]:
            place += 1
        if multiplier[one] <= scale[0] or place == scale.shape[0] - 1:
            out[one] = cost[one, place] if multiplier[one] > 0.0 else 0.0
            continue
        share = (multiplier[one] - scale[place]) / (scale[place + 1] - scale[place])
        out[one] = cost[one, place] + share * (cost[one, place + 1] - cost[one, place])


