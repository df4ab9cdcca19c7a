"""Model-predictive control: every tick, the multiplier whose whole day is expected to score best.

The forecast says what the rest of the day costs and brings at each multiplier; with what is behind,
that is a whole day for each. A target is a promise with a price: worth × min(1, (target / cost of a
unit)^exponent) falls off steeply beyond it, and is averaged over what is not yet known of the
predictor's calibration, so that a campaign with few results keeps its distance from the edge.
Source of the score: Su et al. (2024), "AuctionNet", NeurIPS Datasets and Benchmarks; arXiv 2412.10798.
"""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.bidding.state import GRID_SCALE, CampaignState
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled

_NODES = np.array([-2.8569700138728, -1.3556261799742, 0.0, 1.3556261799742, 2.8569700138728])
_WEIGHTS = np.array([0.0112574113277, 0.2220759220056, 0.5333333333333, 0.2220759220056, 0.0112574113277])
"""Gauss–Hermite, five nodes, for a standard normal."""
CAP = 2.4
"""At the best day the marginal cost is (1 + 1 / exponent) × its average, and days beyond 1.6 × target are lost anyway."""
_FINE = 8
"""Multipliers tried between two places of the grid."""


class MpcBidder:
    """Plans the rest of the day again each tick."""

    def __init__(
        self, exponent: float = 2.0, strict: bool = False, smooth: float = 1.0, margin: float = 0.015, cap: float = CAP
    ) -> None:
        """With `strict` the expected cost stays below the target, by `margin`, at any loss of volume.

        `cap` bounds the multiplier of campaigns that have a target.
        """
        self.cap = cap
        self.exponent = exponent
        self.strict = strict
        self.smooth = smooth
        self.margin = margin

    def multipliers(self, state: CampaignState) -> Floats:
        out = np.empty(len(state.row))
        plan(
            state.cost, state.worth, state.left, state.earned + state.organic, state.window_spent, state.target,
            state.bound, state.doubt, GRID_SCALE, self.exponent, self.strict, self.margin, self.cap, _NODES, _WEIGHTS, out,
        )  # fmt: skip
        if self.smooth < 1.0:
            known = np.isfinite(state.previous) & (state.previous > 0.0) & (out > 0.0)
            out[known] = np.exp(self.smooth * np.log(out[known]) + (1.0 - self.smooth) * np.log(state.previous[known]))
        return out


class ReasonerBidder(MpcBidder):
    """The fast half of the reasoner: plans on the forecast that the slow half has moved, smoothly from tick to tick."""

    def __init__(self) -> None:
        super().__init__(smooth=0.5)


@compiled
def day_score(
    worth: float, cost: float, target: float, doubt: float, exponent: float, nodes: Array, weights: Array
) -> float:
    """Expected worth × min(1, (target × worth / cost)^exponent) over a log-normal calibration."""
    total = 0.0
    for node in range(nodes.shape[0]):
        real = worth * np.exp(doubt * nodes[node] - 0.5 * doubt * doubt)
        kept = 1.0
        if cost > target * real:
            kept = (target * real / cost) ** exponent
        total += weights[node] * real * kept
    return total


@compiled
def plan(
    cost: Array, worth: Array, left: Array, earned: Array, spent: Array, target: Array, bound: Array, doubt: Array,
    scale: Array, exponent: float, strict: bool, margin: float, cap: float, nodes: Array, weights: Array, out: Array,
) -> None:  # fmt: skip
    """Write the multiplier of the best day that the budget left can pay for.

    A campaign without any landscape yet bids its target. Without a target the budget alone decides.
    """
    top = scale.shape[0] - 1
    for one in range(cost.shape[0]):
        if left[one] <= 0.0:
            out[one] = 0.0
            continue
        if cost[one, top] <= 0.0:
            out[one] = 1.0
            continue
        best, chosen, over = -np.inf, scale[0], False
        for place in range(top + 1):
            parts = _FINE if place < top else 1
            for part in range(parts):
                share = part / parts
                after = min(place + 1, top)
                multiplier = scale[place] + share * (scale[after] - scale[place])
                pays = cost[one, place] + share * (cost[one, after] - cost[one, place])
                brings = worth[one, place] + share * (worth[one, after] - worth[one, place])
                if pays > left[one]:
                    over = True
                    if best > -np.inf:
                        break
                    # even the lowest is more than there is: it is bid until the money is gone
                    brings *= left[one] / pays
                    pays = left[one]
                total, bill = max(earned[one] + brings, 0.0), spent[one] + pays
                if bound[one] and multiplier > cap:
                    over = True
                    break
                if not bound[one]:
                    score = brings
                elif strict:
                    slack = target[one] * total * (1.0 - margin) - bill
                    score = brings if slack >= 0.0 else slack - 1e-9
                else:
                    score = day_score(total, bill, target[one], doubt[one], exponent, nodes, weights)
                if score > best * (1.0 + 1e-9) if best > 0.0 else score > best:
                    best, chosen = score, multiplier
            if over:
                break
        out[one] = chosen
