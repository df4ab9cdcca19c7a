"""Off-policy evaluation of pages: rewards by position, weights by what a position's reward depends on.

| name        | a position's reward is taken to depend on | weight of position k  |
|-------------|-------------------------------------------|-----------------------|
| independent | its own item                              | w_k                   |
| cascade     | its own item and those above              | w_1 × … × w_k         |
| whole       | the whole page                            | w_1 × … × w_K         |

Less dependence, less variance; too little, bias. Each is self-normalised by position.

Sources: Li et al. (2018), Offline Evaluation of Ranking Policies with Click Models (item–position);
McInerney et al. (2020), Counterfactual Evaluation of Slate Recommendations with Sequential Reward
Interactions (cascade).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.measurement.intervals import Interval, student_quantile
from magnetar.capabilities.measurement.off_policy.bootstrap import bootstrap_ratio
from magnetar.capabilities.measurement.off_policy.estimators import Estimate
from magnetar.capabilities.measurement.off_policy.overlap import Overlap, assess
from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.errors import Refused

SLATE_ESTIMATORS = ("independent", "cascade", "whole")


@dataclass(frozen=True, slots=True)
class SlateLog:
    """Pages: for each position the reward, and the chances of its item under both policies.

    The chances are those given the items above it for `cascade` and `whole`, marginal ones for
    `independent`; where positions are drawn independently they are the same.
    """

    reward: Floats
    """(pages, positions)."""
    propensity: Floats
    """(pages, positions), in (0, 1]."""
    target: Floats
    """(pages, positions), in [0, 1], of the items that were logged."""

    def __post_init__(self) -> None:
        if self.reward.ndim != 2 or not self.reward.shape == self.propensity.shape == self.target.shape:
            raise ValueError(
                f"pages × positions in all three, found {self.reward.shape}, {self.propensity.shape}, {self.target.shape}"
            )
        if not np.all(np.isfinite(self.reward)):
            raise ValueError("rewards must be finite")
        if not (np.all(self.propensity > 0) and np.all(self.propensity <= 1)):
            raise ValueError("propensities lie in (0, 1]: an item that was shown had a chance")
        if not (np.all(self.target >= 0) and np.all(self.target <= 1)):
            raise ValueError("the target's chances lie in [0, 1]")


def evaluate_slates(
    log: SlateLog, estimators: Sequence[str] = SLATE_ESTIMATORS, *, draws: int = 0, seed: int = 0, insist: bool = False
) -> list[tuple[Overlap, Estimate | None]]:
    """The target's reward of a page; None in place of an estimate whose weights are refused.

    Raises:
        Refused: all of those asked for are.
        ValueError: an unknown estimator.
    """
    unknown = [one for one in estimators if one not in SLATE_ESTIMATORS]
    if unknown:
        raise ValueError(f"no estimator {unknown[0]!r}; choose among {', '.join(SLATE_ESTIMATORS)}")
    single = log.target / log.propensity
    above = np.cumprod(single, axis=1, dtype=np.float64).astype(np.float64)
    found: list[tuple[Overlap, Estimate | None]] = []
    for name in estimators:
        weight = (
            single
            if name == "independent"
            else above
            if name == "cascade"
            else np.repeat(above[:, -1:], above.shape[1], axis=1)
        )
        overlap = max(
            (assess(weight[:, k]) for k in range(weight.shape[1])), key=lambda one: (bool(one.refusal), -one.effective)
        )
        if overlap.refusal and not insist:
            found.append((overlap, None))
            continue
        found.append((overlap, _page_value(name, log.reward, weight, draws, seed)))
    if found and all(one is None for _, one in found):
        raise Refused(
            f"页面日志与目标重叠不足 · The log of pages overlaps too little with the target: {found[0][0].refusal}."
        )
    return found


def _page_value(name: str, reward: Floats, weight: Floats, draws: int, seed: int) -> Estimate:
    """The sum over positions of self-normalised means; interval by linearisation, pages independent."""
    pages, positions = reward.shape
    mean_weight = weight.mean(axis=0)
    means = (weight * reward).mean(axis=0) / mean_weight
    influence = (weight * (reward - means) / mean_weight).sum(axis=1)
    half = student_quantile(pages - 1) * float(influence.std(ddof=1)) / np.sqrt(pages)
    value = float(means.sum())
    some = np.zeros(0)
    if draws:
        chance = Chance(seed).of("off-policy", "slates")  # the same pages at every position
        clusters = np.arange(pages)
        some = sum(
            (
                bootstrap_ratio(weight[:, k] * reward[:, k], weight[:, k], clusters, draws, chance)
                for k in range(positions)
            ),
            np.zeros(draws),
        )
    return Estimate(name, Interval(value, value - half, value + half, pages), some)
