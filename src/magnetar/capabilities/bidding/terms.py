"""What the roster says, as columns: what a result is worth to each campaign and what it may cost.

Every goal is one formulation. For an ad group g of a campaign c and an impression,

    bid = multiplier[c] × target[c] × worth[g] × P(result),   multiplier[c] ≤ cap[c]

- P(result) is the click rate times the order rate where the goal's conversions are orders of some
  sort, else times `per_click`, the kind's own rate (clicks: 1).
- worth is what a result brings: 1 where conversions count; the share of orders that is kept; where
  value counts, the value of a result times the share of it that arrives within the horizon.
- target is currency per unit of worth: a cost, or 1 / ROI.
- bound: the target holds for the sum, so the controller keeps Σ spend ≤ target × Σ worth.
- cap: the target holds for each bid. A bid above target × worth × P(result) would buy at a marginal
  cost above the target, so the multiplier (and the ad group's own factor) may not pass 1.

A goal without a target starts from a fifth of the price (ROI 5) and lets the budget decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns import Roster
from magnetar.kernel.chance import Floats
from magnetar.vocabulary.money import MICROS

FIRST_GUESS = 0.2
"""Currency per currency of value that a goal without a target starts from."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Columns that hold until the roster changes. A result is an order, or a conversion that is none."""

    version: int
    campaign: NDArray[np.int64]
    """(groups,)."""
    worth: Floats
    """(groups,), of a result: conversions, or currency units of value."""
    bid: Floats
    """(groups,), currency per result at a multiplier of 1."""
    ratio: Floats
    """(groups,), the same in the unit in which the price landscape is indexed."""
    target: Floats
    """(campaigns,), currency per unit of worth."""
    bound: NDArray[np.bool_]
    """(campaigns,), whether the sum of what is bought must hold the target."""
    cap: Floats
    """(campaigns,), largest multiplier: 1 where every bid must hold the target, else infinite."""
    by_value: NDArray[np.bool_]
    budget: Floats
    bidders: dict[str, NDArray[np.int64]]
    """Rows of the campaigns of each bidder."""
    whole_site: dict[int, NDArray[np.int64]]
    """Items of each whole-site campaign, by its row."""

    @classmethod
    def of(cls, roster: Roster) -> Terms:
        """Read the roster."""
        campaigns = roster.campaigns
        goals = [one.goal for one in campaigns]
        by_value = np.array([goal.kind.by_value for goal in goals], np.bool_)
        target = np.array([goal.price for goal in goals])
        for row in np.flatnonzero(np.isinf(target)).tolist():
            own = roster.unit[roster.campaign == row]
            target[row] = FIRST_GUESS * (1.0 if by_value[row] or not len(own) else own.mean())
        bid = target[roster.campaign] * roster.worth * roster.factor
        names = np.array([one.bidder for one in campaigns])
        return cls(
            version=roster.version,
            campaign=roster.campaign,
            worth=roster.worth.copy(),
            bid=bid,
            ratio=bid / np.maximum(roster.unit, 1e-9),
            target=target,
            bound=np.array([goal.kind.bound for goal in goals], np.bool_),
            cap=np.where([goal.kind.capped for goal in goals], 1.0, np.inf),
            by_value=by_value,
            budget=np.array([one.daily_budget.micros / MICROS for one in campaigns]),
            bidders={name: np.flatnonzero(names == name) for name in dict.fromkeys(names.tolist())},
            whole_site={
                row: np.unique(roster.item[roster.campaign == row])
                for row, one in enumerate(campaigns)
                if one.whole_site
            },
        )
