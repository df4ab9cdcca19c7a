"""What the roster says, as columns: what a conversion is worth to each campaign and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns import Roster
from magnetar.kernel.chance import Floats
from magnetar.vocabulary.campaigns import GoalKind
from magnetar.vocabulary.money import MICROS


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
