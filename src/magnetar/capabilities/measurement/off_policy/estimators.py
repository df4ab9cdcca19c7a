"""Estimators of another policy's value, each with an interval, and none where overlap is hopeless.

With w = target chance ⁄ logged chance of the logged action, r the reward, q the cross-fitted model and
v = Σ over actions of target chance × q, a row contributes

| name      | contribution                          | over     |
|-----------|---------------------------------------|----------|
| ips       | w r                                   | n        |
| snips     | w r                                   | Σ w      |
| clipped   | min(w, √n) r                          | n        |
| direct    | v                                     | n        |
| dr        | v + w (r − q)                         | n        |
| switch-dr | v + w (r − q) where w ≤ τ, else v     | n        |

Sources: Horvitz & Thompson (1952); Swaminathan & Joachims (2015), The Self-Normalized Estimator for
Counterfactual Learning; Ionides (2008), Truncated Importance Sampling (the bound √n); Dudík, Langford
& Li (2011), Doubly Robust Policy Evaluation and Learning; Wang, Agarwal & Dudík (2017), Optimal and
Adaptive Off-policy Evaluation in Contextual Bandits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.measurement.intervals import Interval, student_quantile
from magnetar.capabilities.measurement.off_policy.bootstrap import bootstrap_ratio
from magnetar.capabilities.measurement.off_policy.logs import BanditLog, check_target
from magnetar.capabilities.measurement.off_policy.overlap import Overlap, assess
from magnetar.capabilities.measurement.off_policy.rewards import FOLDS, cross_fitted
from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.kernel.errors import Refused

ESTIMATORS = ("ips", "snips", "clipped", "direct", "dr", "switch-dr")
RECOMMENDED = "dr"
"""The one whose bias and coverage are certified (`magnetar bench estimators`)."""
QUANTILES = (0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 1.0)
"""Of the weights: where switch-DR may stop to believe them."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The value of a policy by one estimator."""

    name: str
    value: Interval
    """95 %, of the mean reward of a row; see `ratio_of_sums`."""
    draws: Floats
    """Bootstrapped values; empty where none were asked for."""
    note: str = ""

    @property
    def bootstrap(self) -> Interval:
        """The percentile interval of the bootstrapped values; NaN where there are none."""
        known = self.draws[np.isfinite(self.draws)]
        if not len(known):
            return Interval(self.value.mean, math.nan, math.nan, self.value.n)
        low, high = np.quantile(known, [0.025, 0.975])
        return Interval(self.value.mean, float(low), float(high), self.value.n)


def evaluate(
    log: BanditLog,
    target: Floats,
    estimators: Sequence[str] = ESTIMATORS,
    *,
    clip: float = 0.0,
    switch: float = 0.0,
    folds: int = FOLDS,
    draws: int = 0,
    seed: int = 0,
    insist: bool = False,
) -> tuple[Overlap, list[Estimate]]:
    """What the target policy would earn a row.

    Args:
        target: (n, actions), its chances in each row.
        clip: weights are cut here by `clipped`; 0 for √n.
        switch: τ of switch-DR; 0 chooses among quantiles of the weights.
        folds: of the cross-fitting.
        draws: bootstrap samples; 0 for none.
        insist: estimate even where the overlap is refused, for those who want to see how wrong it gets.

    Raises:
        Refused: the log does not hold enough of what the target would do; the message gives the figures.
        ValueError: an unknown estimator, no row, or a target that is no policy.
    """
    unknown = [one for one in estimators if one not in ESTIMATORS]
    if unknown:
        raise ValueError(f"no estimator {unknown[0]!r}; choose among {', '.join(ESTIMATORS)}")
    check_target(target, len(log), log.actions)
    rows = np.arange(len(log))
    weight = target[rows, log.action] / log.propensity if len(log) else np.zeros(0)
    overlap = assess(weight, log.reward)
    if overlap.refusal and not insist:
        raise Refused(
            f"日志与目标策略重叠不足, 不给估计 · The log overlaps too little with the target: {overlap.refusal}. "
            "Log more exploration, judge a policy nearer to the logged one, or pool the propensities if the policy did not look at the context."
        )
    if not len(log):
        raise ValueError("there is no row to estimate from")
    model = cross_fitted(log, folds, seed) if {"direct", "dr", "switch-dr"} & set(estimators) else np.zeros_like(target)
    believed = (target * model).sum(axis=1)
    missed = weight * (log.reward - model[rows, log.action])
    one = np.ones(len(log))
    found: list[Estimate] = []
    for name in estimators:
        note, under = "", one
        if name == "ips":
            over = weight * log.reward
        elif name == "snips":
            over, under = weight * log.reward, weight
        elif name == "clipped":
            limit = clip or math.sqrt(len(log))
            over = np.minimum(weight, limit) * log.reward
            note = f"权重上限 · weights cut at {limit:.3g}, {(weight > limit).mean():.2%} of rows"
        elif name == "direct":
            over = believed
            note = "区间不含模型误差 · the interval leaves out what the model gets wrong"
        elif name == "dr":
            over = believed + missed
        else:
            limit = switch or _switch(weight, believed, missed)
            over = believed + np.where(weight <= limit, missed, 0.0)
            note = f"权重超过 {limit:.3g} 时只信模型 · the model alone where weights exceed {limit:.3g}, {(weight > limit).mean():.2%} of rows"
        chance = Chance(seed).of("off-policy", "bootstrap")  # the same rows for each estimator
        some = bootstrap_ratio(over, under, log.cluster, draws, chance) if draws else np.zeros(0)
        found.append(Estimate(name, ratio_of_sums(over, under, log.cluster), some, note))
    return overlap, found


def ratio_of_sums(over: Floats, under: Floats, cluster: Ints) -> Interval:
    """Σ over ⁄ Σ under with an interval by linearisation, rows of a cluster together, bent by their skewness.

    Weighted rewards are skewed: an estimate that is too low has too small an error beside it. The
    interval is that of Hall's transformation, which is Student's where there is no skewness.

    Sources: Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, section 5.6; Hall (1992),
    On the Removal of Skewness by Transformation, JRSS B 54(1).

    >>> ratio_of_sums(np.array([1.0, 3.0]), np.ones(2), np.arange(2)).mean
    2.0
    """
    whole = float(under.sum())
    if whole == 0.0 or not len(over):
        return Interval(math.nan, math.nan, math.nan, len(over))
    value = float(over.sum()) / whole
    _, place = np.unique(cluster, return_inverse=True)
    parts = np.bincount(place, over - value * under)
    count = len(parts)
    if count < 2:
        return Interval(value, math.nan, math.nan, len(over))
    spread = math.sqrt(float((parts**2).sum()) / (count - 1))
    if spread == 0.0:
        return Interval(value, value, value, len(over))
    skew = float(((parts / spread) ** 3).mean())
    reach = student_quantile(count - 1) / math.sqrt(count)
    scale = spread * count / abs(whole)
    ends = [value - scale * _bend(way * reach, skew, count) for way in (1.0, -1.0)]
    return Interval(value, min(ends), max(ends), len(over))


def _bend(reach: float, skew: float, count: int) -> float:
    """Hall's transformation turned round: the studentised error whose transform is `reach`."""
    if abs(skew) < 1e-6:
        return reach
    return 3.0 / skew * (float(np.cbrt(1.0 + skew * (reach - skew / (6.0 * count)))) - 1.0)


def _switch(weight: Floats, believed: Floats, missed: Floats) -> float:
    """The lowest limit whose estimate still agrees with those of all higher limits, within two standard errors each.

    Source: Su, Srinath & Krishnamurthy (2020), Adaptive Estimator Selection for Off-Policy Evaluation.
    """
    low, high, chosen = -math.inf, math.inf, math.inf
    for limit in np.unique(np.quantile(weight, QUANTILES))[::-1]:
        parts = believed + np.where(weight <= limit, missed, 0.0)
        value, error = float(parts.mean()), float(parts.std()) / math.sqrt(len(parts))
        low, high = max(low, value - 2.0 * error), min(high, value + 2.0 * error)
        if low > high:
            break
        chosen = float(limit)
    return chosen
