"""Predicted volume (跑量能力): how much more or less a creative is clicked than its product is, before it has run and after.

Three layers, each shrunk towards the one above: what its elements do for everybody, what they do for a cohort of
shoppers, and what is the creative's own. Clicks count against what the predictor expected of the product, the scene and
the shopper, so that a creative is not praised for its product.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.science.features import LEVELS, indicator
from magnetar.kernel.chance import Floats

LEVEL, COHORT, OWN, CELL, PRODUCT = 0.15, 0.10, 0.30, 0.08, 0.20
"""Spreads expected of a level's effect, of its deviation in a cohort, of a creative's own, of a creative's own in one
cohort, and of what the predictor misses of a product; on the log of the click rate."""
_ROUNDS = 5
_STEEPEST = 2.0
_SURE = 1.2816
"""Standard errors on each side of an 80 % interval."""


class Evidence(NamedTuple):
    """What creatives brought, (creatives, cohorts) each."""

    expected: Floats
    """Clicks that the predictor expected of the views."""
    clicks: Floats


@dataclass(frozen=True, slots=True)
class Volume:
    """What is predicted of one creative: factors on its product's click rate, with an 80 % interval."""

    factor: float
    low: float
    high: float

    @classmethod
    def around(cls, log: float, error: float) -> Volume:
        """From the log of a factor and its standard error."""
        return cls(math.exp(log), math.exp(log - _SURE * error), math.exp(log + _SURE * error))


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of elements and creatives; logs of factors on the click rate."""

    level: Floats
    """(levels,), for everybody."""
    level_error: Floats
    """(levels,), standard errors."""
    by_cohort: Floats
    """(cohorts, levels), in each cohort, the effect for everybody included."""
    _covariance: Floats
    """(cohorts, levels, levels)."""
    own: Floats
    """(creatives, cohorts), each creative's own, over its elements; 0 where it has not run."""
    own_variance: Floats
    weight: Floats
    """(cohorts,), share of the expected clicks."""

    def of(self, table: NDArray[np.int64], rows: NDArray[np.int64] | None = None) -> tuple[Floats, Floats]:
        """(creatives, cohorts) each: mean and spread of the log factor.

        Args:
            table: (creatives, sorts), columns of each creative's levels.
            rows: which of the creatives that were fitted they are; None for creatives that have not run.
        """
        mean = self.by_cohort[:, table].sum(axis=2).T
        variance = np.empty_like(mean)
        for cohort, covariance in enumerate(self._covariance):
            variance[:, cohort] = covariance[table[:, :, None], table[:, None, :]].sum(axis=(1, 2))
        if rows is None:
            return mean, np.sqrt(np.maximum(variance, 0.0) + self.own_spread**2)
        return mean + self.own[rows], np.sqrt(np.maximum(variance, 0.0) + self.own_variance[rows])

    @property
    def own_spread(self) -> float:
        """Spread of what a creative is beyond its elements, before it has run."""
        return math.sqrt(OWN**2 + CELL**2)

    def overall(self, table: NDArray[np.int64], rows: NDArray[np.int64] | None = None) -> list[Volume]:
        """What each creative does over all cohorts; 80 % intervals."""
        mean, spread = self.of(table, rows)
        factor, error = np.exp(mean) @ self.weight, spread @ self.weight  # cohorts share most of the doubt
        return [Volume.around(float(log), float(wide)) for log, wide in zip(np.log(factor), error, strict=True)]


def fit(table: NDArray[np.int64], product: NDArray[np.int64], evidence: Evidence) -> Belief:
    """Learn from what ran.

    Clicks are Poisson around expected × exp(product + levels + levels in the cohort); normal priors, by Newton steps. A
    creative's own deviation is allowed for in the weights, then estimated from what the elements leave.

    Args:
        table: (creatives, sorts), columns of each creative's levels.
        product: (creatives,), the product of each: what the predictor misses of it is no creative's merit.

    Source:
        Breslow & Clayton (1993), JASA 88(421), penalised quasi-likelihood.
    """
    expected, clicks = evidence
    creatives, cohorts = expected.shape
    count = len(LEVELS)
    made = indicator(table)
    common, particular = np.eye(count) / LEVEL**2, np.eye(count) / COHORT**2
    level, deviation = np.zeros(count), np.zeros((cohorts, count))
    products = int(product.max(initial=-1)) + 1
    missed = np.zeros(creatives)
    crossed = np.zeros((cohorts, count, count))
    solved = np.zeros((cohorts, count, count))
    schur = common
    for _ in range(_ROUNDS):
        log = np.clip(made @ (level + deviation).T, -_STEEPEST, _STEEPEST)
        without = expected * np.exp(log)
        ours = np.bincount(product, clicks.sum(axis=1), products) + PRODUCT**-2
        told = np.bincount(product, without.sum(axis=1), products) + PRODUCT**-2
        missed = np.log(ours / told)[product]
        rate = without * np.exp(missed)[:, None]
        damped = 1.0 / (1.0 + OWN**2 * rate.sum(axis=1))
        right, schur, total = np.empty((cohorts, count)), common.copy(), np.zeros(count)
        for cohort in range(cohorts):
            weighed = made * (rate[:, cohort] * damped)[:, None]
            inner = weighed.T @ made
            right[cohort] = made.T @ ((clicks[:, cohort] - rate[:, cohort]) * damped) + inner @ (
                level + deviation[cohort]
            )
            crossed[cohort], solved[cohort] = inner, np.linalg.inv(inner + particular)
            schur += inner - inner @ solved[cohort] @ inner
            total += right[cohort] - inner @ solved[cohort] @ right[cohort]
        level = np.asarray(np.linalg.solve(schur, total), np.float64)
        for cohort in range(cohorts):
            deviation[cohort] = solved[cohort] @ (right[cohort] - crossed[cohort] @ level)
    spread = np.linalg.inv(schur)
    covariance = np.empty((cohorts, count, count))
    for cohort in range(cohorts):
        left = np.eye(count) - solved[cohort] @ crossed[cohort]
        covariance[cohort] = solved[cohort] + left @ spread @ left.T
    rate = expected * np.exp(np.clip(made @ (level + deviation).T, -_STEEPEST, _STEEPEST) + missed[:, None])
    trust, finer = OWN**-2, CELL**-2
    seen, told = clicks.sum(axis=1), rate.sum(axis=1)
    own = np.log((seen + trust) / (told + trust))
    cell = np.log((clicks + finer) / (rate * np.exp(own)[:, None] + finer))
    variance = (1.0 / (seen + trust))[:, None] + 1.0 / (clicks + finer)
    share = expected.sum(axis=0)
    weight = (share + 1e-9) / (share + 1e-9).sum() if cohorts else share
    return Belief(
        level, np.sqrt(np.diag(spread)), level + deviation, covariance, own[:, None] + cell, variance, weight
    )  # fmt: skip
