"""Min-pacing with a forecast: the smaller of a budget multiplier and a target multiplier.

Each tick both are solved again from the price landscape, scaled to the traffic that is left: the
largest multiplier whose forecast spend fits the budget left, and the largest whose spend, with
what was spent in the window, keeps the target. Taking the minimum of two independent multipliers
matches the coupled dual, while sequential pacing can badly violate the target.
Source: Balseiro et al. (2024), "A Field Guide for Pacing Budget and ROS Constraints", ICML.
"""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.bidding.state import GRID_SCALE, CampaignState
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled

CEILING = 1.6
"""Largest multiplier: beyond it the marginal cost is far above the target even where the average is not."""
FLOOR = 0.5
"""Smallest target multiplier: what is won at half the target can only bring the average back to it."""
SMOOTH = 0.5
"""Weight of the newly solved multiplier, on the logarithmic scale."""


class PacingBidder:
    """Re-solves min(budget, target) from the forecast."""

    def __init__(self, ceiling: float = CEILING, smooth: float = SMOOTH, tolerance: float = 1.0) -> None:
        """`tolerance` is what a unit may cost, over its target: above 1 where a score forgives a little."""
        self.tolerance = tolerance
        self.ceiling = ceiling
        self.smooth = smooth

    def multipliers(self, state: CampaignState) -> Floats:
        out = np.empty(len(state.row))
        solve(
            state.cost,
            state.worth,
            state.left,
            state.earned + state.organic,
            state.window_spent,
            state.target * self.tolerance,
            state.bound,
            GRID_SCALE,
            FLOOR,
            self.ceiling,
            out,
        )
        known = np.isfinite(state.previous) & (state.previous > 0.0) & (out > 0.0)
        out[known] = np.exp(self.smooth * np.log(out[known]) + (1.0 - self.smooth) * np.log(state.previous[known]))
        return out


@compiled
def solve(
    cost: Array,
    worth: Array,
    left: Array,
    earned: Array,
    spent: Array,
    target: Array,
    bound: Array,
    scale: Array,
    floor: float,
    ceiling: float,
    out: Array,
) -> None:
    """Write min(budget, target) multiplier of each campaign, between grid places by straight line.

    A campaign without any landscape yet bids its target. The target multiplier never falls below
    `floor`, the budget multiplier may fall to the bottom of the grid.
    """
    top = scale.shape[0] - 1
    for one in range(cost.shape[0]):
        if left[one] <= 0.0:
            out[one] = 0.0
            continue
        if cost[one, top] <= 0.0:
            out[one] = 1.0
            continue
        paced, kept = scale[top], ceiling
        for place in range(top + 1):
            over = cost[one, place] - left[one]
            if over > 0.0:
                paced = scale[place]
                if place > 0:
                    step = cost[one, place] - cost[one, place - 1]
                    paced -= (scale[place] - scale[place - 1]) * min(1.0, over / max(step, 1e-12))
                break
        if bound[one]:
            before = 0.0
            for place in range(top + 1):
                slack = target[one] * (earned[one] + worth[one, place]) - spent[one] - cost[one, place]
                if slack < 0.0 and scale[place] > floor:
                    kept = scale[place]
                    if place > 0 and before > 0.0:
                        kept = scale[place - 1] + (scale[place] - scale[place - 1]) * before / (before - slack)
                    elif place > 0:
                        kept = scale[place - 1]
                    break
                before = slack
            out[one] = min(paced, min(ceiling, max(floor, kept)))
        else:
            out[one] = paced
