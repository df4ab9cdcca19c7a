"""The two classics that plan by prices of resources: online linear programming and dual mirror descent."""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.bidding.state import GRID_SCALE, CampaignState
from magnetar.kernel.chance import Floats

CAP = 1.5
"""Under a score that falls with the square of cost over target, buying pays while the marginal cost is below 1.5 × the average."""


class OnlineLpBidder:
    """Solves the budget's linear programme on what has been met so far; the target only caps the multiplier.

    The solution of "most worth within the budget left" is a threshold on worth over price, so the
    multiplier is the one whose forecast spend is what is left. This is the reference bidder of
    AuctionNet (Su et al. 2024), which caps it at 1.5 × target.
    """

    def __init__(self, cap: float = CAP) -> None:
        self.cap = cap

    def multipliers(self, state: CampaignState) -> Floats:
        out = np.empty(len(state.row))
        for one in range(len(out)):
            cost = np.maximum.accumulate(state.cost[one])
            if cost[-1] <= 0.0:
                out[one] = 1.0
                continue
            steps = np.arange(len(cost)) * 1e-12  # equal costs: the highest multiplier that costs no more
            out[one] = np.interp(state.left[one], cost + steps * max(cost[-1], 1.0), GRID_SCALE)
        out = np.where(state.bound, np.minimum(out, self.cap), out)
        return np.where(state.left > 0.0, out, 0.0)


class DualBidder:
    """Prices of budget and target, moved each tick against what was spent and earned in it.

    With λ the price of the target and μ that of the budget, both times the target, the best bid is
    (1 + λ) / (λ + μ) × target × predicted conversions. Entropic mirror descent keeps both positive.
    Source: Balseiro, Lu & Mirrokni (2023), Operations Research 71(1); Feng, Padmanabhan & Wang (2023),
    "Online bidding algorithms for return-on-spend constrained advertisers", WWW.
    """

    def __init__(self, step: float = 0.15, low: float = 0.05, high: float = 4.0) -> None:
        self.step = step
        self.low, self.high = low, high
        self._price = np.zeros((0, 2))
        self._before = np.zeros((0, 3))

    def multipliers(self, state: CampaignState) -> Floats:
        missing = int(state.row.max(initial=-1)) + 1 - len(self._price)
        if missing > 0:
            self._price = np.vstack([self._price, np.full((missing, 2), (0.5, 1.0))])
            self._before = np.vstack([self._before, np.zeros((missing, 3))])
        before = self._before[state.row]
        earned = state.earned + state.organic
        share = np.maximum(state.passed - before[:, 0], 0.0)
        spent = np.maximum(state.window_spent - before[:, 1], 0.0)
        gained = earned - before[:, 2]
        planned = np.maximum(state.budget * share, 1e-9)
        began = (before != 0.0).any(axis=1)
        over = np.where(began, np.clip((spent - planned) / planned, -2.0, 2.0), 0.0)
        scale = np.maximum(np.maximum(spent, planned), 1e-9)
        dear = np.where(began, np.clip((spent - state.target * gained) / scale, -2.0, 2.0), 0.0)
        price = self._price[state.row] * np.exp(self.step * np.stack([dear, over], axis=1))
        price = np.clip(price, 1e-3, 1e3)
        self._price[state.row] = price
        self._before[state.row] = np.stack([state.passed, state.window_spent, earned], axis=1)
        target_price = np.where(state.bound, price[:, 0], 0.0)
        out = (1.0 + target_price) / (target_price + price[:, 1])
        out = np.clip(out, self.low, np.where(state.bound, self.high, 16.0))
        return np.where(state.left > 0.0, out, 0.0)
