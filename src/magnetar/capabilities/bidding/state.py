"""What a bidder is told at a tick edge: money, time, results and the price landscape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns import Roster
from magnetar.kernel.chance import Floats
from magnetar.vocabulary.campaigns import GoalKind
from magnetar.vocabulary.money import MICROS

GRID = 49
"""Multipliers that are tried each tick, in steps of a quarter octave around the target."""
GRID_SCALE: Floats = 2.0 ** (np.arange(GRID) / 4.0 - 8.0)
"""From 1/256 of the target to 16 times it; place 32 is the target itself."""


@dataclass(frozen=True, slots=True)
class CampaignState:
    """Columns over the campaigns that one bidder serves. Money in currency units.

    A multiplier of 1 bids the target itself: `target` currency per unit of worth, where worth is
    a conversion (cost goals) or a unit of GMV (ROI goals).
    """

    row: NDArray[np.int64]
    """Row of each campaign in the roster."""
    target: Floats
    """Currency per unit of worth; for a goal without a target, what the market asks now."""
    bound: NDArray[np.bool_]
    """Whether the goal sets a target that must hold."""
    budget: Floats
    """For the day."""
    left: Floats
    """Of the day's budget."""
    spent: Floats
    """Today."""
    earned: Floats
    """Worth expected from what was spent in the window, by the calibrated predictor."""
    window_spent: Floats
    """Spent in the same window."""
    organic: Floats
    """Organic worth in the window that a whole-site target counts in, else 0."""
    passed: Floats
    """Share of today's traffic that has passed, in [0, 1]."""
    cost: Floats
    """(campaigns, GRID), forecast spend for the rest of the day at each multiplier of `GRID_SCALE`."""
    worth: Floats
    """(campaigns, GRID), forecast worth for the rest of the day."""
    previous: Floats
    """The multiplier of the last tick; NaN for a campaign that starts now."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the roster says, as columns that hold until it changes. Worth is conversions or GMV, as the goal counts."""

    version: int
    campaign: NDArray[np.int64]
    """(groups,)."""
    worth: Floats
    """(groups,), worth of a conversion: its price under ROI goals, else 1."""
    bid: Floats
    """(groups,), currency per conversion at a multiplier of 1."""
    ratio: Floats
    """(groups,), the same over the product's price: how the price landscape is indexed."""
    target: Floats
    """(campaigns,), currency per unit of worth."""
    bound: NDArray[np.bool_]
    by_value: NDArray[np.bool_]
    budget: Floats
    bidders: dict[str, NDArray[np.int64]]
    """Rows of the campaigns of each bidder."""
    whole_site: dict[int, NDArray[np.int64]]
    """Items of each whole-site campaign, by its row."""

    @classmethod
    def of(cls, roster: Roster, prices: Floats) -> Terms:
        """Read the roster."""
        campaigns = roster.campaigns
        by_value = np.array([one.goal.kind is GoalKind.TARGET_ROI for one in campaigns])
        price = prices[roster.item]
        target = np.empty(len(campaigns))
        for row, one in enumerate(campaigns):
            if one.goal.kind is GoalKind.TARGET_ROI:
                target[row] = 1.0 / one.goal.target
            elif one.goal.kind is GoalKind.TARGET_COST:
                target[row] = one.goal.target
            else:  # no target: start from a fifth of the price and let the budget decide
                own = price[roster.campaign == row]
                target[row] = 0.2 * own.mean() if len(own) else 1.0
        worth = np.where(by_value[roster.campaign], price, 1.0)
        bid = target[roster.campaign] * worth * roster.factor
        names = np.array([one.bidder for one in campaigns])
        return cls(
            version=roster.version,
            campaign=roster.campaign,
            worth=worth,
            bid=bid,
            ratio=bid / np.maximum(price, 1e-9),
            target=target,
            bound=np.array([one.goal.kind is not GoalKind.MAX_CONVERSIONS for one in campaigns]),
            by_value=by_value,
            budget=np.array([one.daily_budget.micros / MICROS for one in campaigns]),
            bidders={name: np.flatnonzero(names == name) for name in dict.fromkeys(names.tolist())},
            whole_site={
                row: np.unique(roster.item[roster.campaign == row])
                for row, one in enumerate(campaigns)
                if one.whole_site
            },
        )


class Bidder(Protocol):
    """Chooses the multipliers of its campaigns for the next tick."""

    def multipliers(self, state: CampaignState) -> Floats:
        """(campaigns,), finite and ≥ 0."""
        ...
