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
SMOOTH = 0.5
"""Weight of the newly solved multiplier, on the logarithmic scale."""


class PacingBidder:
    """Re-solves min(budget, target) from the forecast."""

    def __init__(self, ceiling: float = CEILING, smooth: float = SMOOTH) -> None:
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
            state.target,
            state.bound,
            GRID_SCALE,
            self.ceiling,
            out,
        )
        known = np.isfinite(state.previous) & (state.previous > 0.0) & (out > 0.0)
        out[known] = np.exp(
            self.smooth * np.log(out[known]) + (1.0 - self.smooth) * np.log(state.previous[known])
        )
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
    ceiling: float,
    out: Array,
) -> None:
    """Write the largest feasible multiplier of each campaign, between grid places by straight line.

    A campaign without any landscape yet bids its target. One that cannot meet its target at any
    price bids the smallest multiplier of the grid, so that it goes on learning.
    """
    for one in range(cost.shape[0]):
        top = scale.shape[0] - 1
        if cost[one, top] <= 0.0:
            out[one] = 1.0
            continue
        if left[one] <= 0.0:
            out[one] = 0.0
            continue
        best = scale[0]
        for place in range(top + 1):
            fits = cost[one, place] <= left[one]
            keeps = not bound[one] or spent[one] + cost[one, place] <= target[one] * (earned[one] + worth[one, place])
            if fits and keeps:
                best = scale[place]
                continue
            if place == 0:
                break
            # where between the last good place and this one the tighter constraint binds
            before, after = cost[one, place - 1], cost[one, place]
            share = 1.0
            if not fits:
                share = min(share, (left[one] - before) / max(after - before, 1e-12))
            if not keeps:
                slack = target[one] * (earned[one] + worth[one, place - 1]) - spent[one] - before
                next_slack = target[one] * (earned[one] + worth[one, place]) - spent[one] - after
                share = min(share, slack / max(slack - next_slack, 1e-12))
            if best > 0.0 and scale[place - 1] == best:
                best += max(0.0, min(1.0, share)) * (scale[place] - scale[place - 1])
            break
        out[one] = min(best, ceiling) if bound[one] else best
