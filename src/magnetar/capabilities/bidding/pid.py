"""PID control of spend and cost: the baseline that delivery platforms have run for years.

The multiplier moves on a logarithmic scale by two errors, how far spending lags its plan and how
far the cost lies from its target; the more cautious of the two speaks. Gains were tuned on the
`default` world (see docs/capabilities/bidding.md).
"""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.bidding.state import CampaignState
from magnetar.kernel.chance import Floats


class PidBidder:
    """Proportional, integral and derivative action on log-multipliers."""

    def __init__(
        self,
        proportional: float = 0.25,
        integral: float = 0.02,
        derivative: float = 0.1,
        low: float = 0.1,
        high: float = 1.6,
    ) -> None:
        self.gains = proportional, integral, derivative
        self.low, self.high = low, high
        self._integral = np.zeros(0)
        self._before = np.zeros(0)

    def multipliers(self, state: CampaignState) -> Floats:
        proportional, integral, derivative = self.gains
        plan = state.budget * state.passed
        pace = _within((plan - state.spent) / np.maximum(state.budget * 0.1, 1e-9), -1.0, 1.0)
        allowed = state.target * (state.earned + state.organic)
        scale = np.maximum(np.maximum(state.window_spent, state.budget * 0.1), 1e-9)
        cost = np.where(state.bound, _within((allowed - state.window_spent) / scale, -1.0, 1.0), 1.0)
        error = np.minimum(pace, cost)
        previous = np.where(np.isfinite(state.previous) & (state.previous > 0.0), state.previous, 1.0)
        missing = int(state.row.max(initial=-1)) + 1 - len(self._integral)
        if missing > 0:
            self._integral = np.append(self._integral, np.zeros(missing))
            self._before = np.append(self._before, np.full(missing, np.nan))
        total = _within(self._integral[state.row] + error, -10.0, 10.0)
        before = self._before[state.row]
        change = np.where(np.isnan(before), 0.0, error - before)
        self._integral[state.row], self._before[state.row] = total, error
        step = _within(proportional * error + integral * total + derivative * change, -0.5, 0.5)
        out = previous * np.exp(step)
        out = _within(out, self.low, np.where(state.bound, self.high, 16.0))
        return np.where(state.left > 0.0, out, 0.0)


def _within(values: Floats, low: float, high: float | Floats) -> Floats:
    """`np.clip` without its argument handling, which would cost more than the work on so few campaigns."""
    return np.minimum(np.maximum(values, low), high)


class FixedBidder:
    """Bids the target as it is, until the budget is gone."""

    def multipliers(self, state: CampaignState) -> Floats:
        return np.where(state.left > 0.0, 1.0, 0.0)
