"""Overlap: does the log hold enough of what the other policy would do? Where it does not, no estimate is given."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Floats

LEAST_ROWS = 50.0
"""Effective rows below which no estimate is given."""
CERTIFIED_ROWS, CERTIFIED_REWARDS = 400.0, 40.0
"""Effective rows, and effective rows with a reward, from which intervals are certified (`magnetar bench estimators`)."""
LEAST_SHARE = 0.005
"""Effective rows as a share of all rows."""
MOST_ONE_ROW = 0.1
"""Share of all weight that one row may carry."""
MOST_OFF = 4.0
"""Standard errors that the mean weight may be away from 1."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How the weights target ⁄ propensity lie."""

    rows: int
    effective: float
    """(Σw)² ⁄ Σw²: how many equal rows would know as much (Kish 1965)."""
    rewarded: float
    """Effective rows with a reward: effective × (Σ|r|)² ⁄ (n Σr²)."""
    largest_share: float
    """Of all weight, the part of the heaviest row."""
    mean_weight: float
    """1 in expectation, if the propensities are right and every action of the target had a chance."""
    off: float
    """Standard errors between the mean weight and 1."""
    refusal: str
    """Why no estimate should be believed; empty where one may be."""
    caution: str
    """Why intervals may hold the truth less often than they say; empty where they are certified."""

    @property
    def effective_share(self) -> float:
        return self.effective / self.rows if self.rows else math.nan


def assess(weights: Floats, rewards: Floats | None = None) -> Overlap:
    """Judge weights before they are used.

    Args:
        weights: (n,), target chance ⁄ logged chance of each logged action; not negative.
        rewards: (n,), to count how many rows carry them; None where that does not matter.
    """
    rows = len(weights)
    total = float(weights.sum())
    if rows < 2 or total <= 0:
        why = f"日志 {rows} 行, 目标策略的动作一次也没有出现 · {rows} rows, none of them does what the target would do."
        return Overlap(rows, 0.0, 0.0, math.nan, total / rows if rows else math.nan, math.nan, why, why)
    effective = total * total / float((weights**2).sum())
    largest = float(weights.max()) / total
    mean = total / rows
    error = float(weights.std(ddof=1)) / math.sqrt(rows)
    off = (mean - 1.0) / error if error > 1e-9 else (0.0 if abs(mean - 1.0) < 1e-6 else math.inf)
    squares = float((rewards**2).sum()) if rewards is not None else 0.0
    share = float(np.abs(rewards).sum()) ** 2 / (rows * squares) if rewards is not None and squares > 0 else 1.0
    rewarded = effective * share
    reasons: list[str] = []
    if effective < LEAST_ROWS or effective < LEAST_SHARE * rows:
        reasons.append(
            f"有效样本太少 · effective rows {effective:.1f} of {rows:,}; at least {max(LEAST_ROWS, LEAST_SHARE * rows):,.0f} are needed"
        )
    if largest > MOST_ONE_ROW:
        reasons.append(f"一行占权重过大 · one row carries {largest:.0%} of all weight; at most {MOST_ONE_ROW:.0%} may")
    if abs(off) > MOST_OFF:
        reasons.append(
            f"平均权重偏离 1 · the mean weight is {mean:.3f}, {off:+.1f} standard errors from 1: the propensities are "
            "wrong, or the target does what the log never does"
        )
    cautions: list[str] = []
    if effective < CERTIFIED_ROWS:
        cautions.append(
            f"有效样本不多 · effective rows {effective:,.0f}, intervals are certified from {CERTIFIED_ROWS:.0f}"
        )
    if rewarded < CERTIFIED_REWARDS:
        cautions.append(
            f"有奖励的有效样本太少 · effective rows with a reward {rewarded:.1f}, intervals are certified from {CERTIFIED_REWARDS:.0f}"
        )
    return Overlap(rows, effective, rewarded, largest, mean, off, "; ".join(reasons), "; ".join(reasons + cautions))
