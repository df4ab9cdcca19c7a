"""Predicted volume (跑量能力): how much more or less a creative is clicked than its product is, before it has run and after.

Layers, each shrunk towards the one above: what its elements do for everybody, how that leans with what is known of a
shopper (taste, thrift), and what is the creative's own. How far each layer may stray is learned from the same clicks.
Clicks count against what the predictor expected of the product, the scene and the shopper, so that a creative is not
praised for its product.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.science.features import LEVELS, indicator
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled

LEVEL, LEANING, OWN, PRODUCT = 0.15, 0.03, 0.25, 0.20
"""Spreads expected before anything ran of a level's effect, of its leaning with one trait, of a creative's own, and of
what the predictor misses of a product; on the log of the odds of a click."""
_TRUST = 50.0
"""Creatives' worth of doubt that the spread of what is their own differs from OWN."""
_LEAST_OWN = 0.05
_MISSED = 0.21
"""Spread of what becomes of a creative that has not run beyond all this: its product's audience is not everybody, and wears
it. So that intervals hold the truth as often as they say in the twin's tuned markets."""
_ROUNDS = 4
_STEEPEST = 2.0
_SURE = 1.2816
"""Standard errors on each side of an 80 % interval."""
_RARE, _USUAL = 1e-4, 0.999


class Evidence(NamedTuple):
    """What creatives brought, (creatives, cohorts) each."""

    expected: Floats
    """Clicks that the predictor expected of the views."""
    clicks: Floats
    doubt: Floats | None = None
    """Sum over views of rate × (1 − rate), how much clicks vary by chance; None where rates are small."""
    traits: Floats | None = None
    """(cohorts, traits), mean traits of those who looked, about one wide; None where nothing is known of them."""


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
    """What is believed of elements and creatives; logs of factors on the odds of a click."""

    weights: Floats
    """(1 + traits, levels), each level's effect for everybody, then how it leans with each trait."""
    _covariance: Floats
    """(1 + traits, levels, 1 + traits, levels)."""
    own: Floats
    """(creatives,), each creative's own, over its elements; 0 where it has not run."""
    own_variance: Floats
    own_spread: float
    """Spread of what a creative is beyond its elements, before it has run."""
    traits: Floats
    """(cohorts, traits)."""
    weight: Floats
    """(cohorts,), share of the expected clicks."""
    reference: Floats
    """(products,), the log odds of what has been shown of each product over a creative of no effect."""
    reference_variance: Floats
    flat: Floats
    """(products,), by what share of a change of the log odds the log of the click rate moves."""

    @property
    def level(self) -> Floats:
        """(levels,), for everybody."""
        return self.weights[0]

    def of(
        self, table: NDArray[np.int64], rows: NDArray[np.int64] | None = None, traits: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """(creatives, cohorts) each: mean and spread of the log of the odds' factor.

        Args:
            table: (creatives, sorts), columns of each creative's levels.
            rows: which of the creatives that were fitted they are; None for creatives that have not run.
            traits: (cohorts, traits) for whom; those of the evidence where nothing is said.
        """
        whom = _with_one(self.traits if traits is None else traits)
        made, mean = indicator(table), self.mean(table, rows, traits)
        variance = np.empty_like(mean)
        for cohort, person in enumerate(whom):
            inner = np.tensordot(np.tensordot(person, self._covariance, (0, 0)), person, (1, 0))
            variance[:, cohort] = ((made @ inner) * made).sum(axis=1)
        own = self.own_spread**2 if rows is None else self.own_variance[rows][:, None]
        return mean, np.sqrt(np.maximum(variance, 0.0) + own)

    def mean(
        self, table: NDArray[np.int64], rows: NDArray[np.int64] | None = None, traits: Floats | None = None
    ) -> Floats:
        """As `of`, the mean alone."""
        whom = _with_one(self.traits if traits is None else traits)
        mean = indicator(table) @ (whom @ self.weights).T
        return mean if rows is None else mean + self.own[rows][:, None]

    def overall(
        self,
        table: NDArray[np.int64],
        rows: NDArray[np.int64] | None = None,
        product: NDArray[np.int64] | None = None,
    ) -> list[Volume]:
        """What each creative does over all cohorts; 80 % intervals.

        Args:
            product: (creatives,), the product of each as it was fitted, −1 where it is another: factors are on the click
                rate of what has been shown of it. Without, they are on that of a creative of no effect.
        """
        mean, spread = self.of(table, rows)
        log, error = np.log(np.exp(mean) @ self.weight), spread @ self.weight  # cohorts share most of the doubt
        if rows is None:
            error = np.hypot(error, _MISSED)
        flat = np.full(len(log), self.flat.mean() if len(self.flat) else 1.0)
        if product is not None and len(self.reference):
            known = (product >= 0) & (product < len(self.reference))
            place = np.where(known, product, 0)
            log = log - np.where(known, self.reference[place], 0.0)
            error = np.sqrt(error**2 + np.where(known, self.reference_variance[place], 0.0))
            flat = np.where(known, self.flat[place], flat)
        return [Volume.around(*one) for one in zip((flat * log).tolist(), (flat * error).tolist(), strict=True)]

    def gains(self, base: NDArray[np.int64], others: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """(others,) each: by how much the log of the click rate moves over all cohorts where a creative's levels become
        others, and its standard error.

        Args:
            base: (sorts,), columns of the creative's levels; others: (others, sorts).
        """
        apart = indicator(others) - indicator(base[None])
        person = self.weight @ _with_one(self.traits)
        inner = np.tensordot(np.tensordot(person, self._covariance, (0, 0)), person, (1, 0))
        flat = float(self.flat.mean()) if len(self.flat) else 1.0
        error = np.sqrt(np.maximum(((apart @ inner) * apart).sum(axis=1), 0.0))
        return flat * (apart @ (person @ self.weights)), flat * error


def fit(table: NDArray[np.int64], product: NDArray[np.int64], evidence: Evidence) -> Belief:
    """Learn from what ran.

    The log odds of a click are those that the predictor expected, and product + levels + leanings × traits more; normal
    priors, by Newton steps. The views of a cell are taken to be as many of one rate as give its expected clicks and its
    doubt. A creative's own deviation is allowed for in the weights, then estimated from what the elements leave. The
    spreads of levels and leanings are those that explain what was found (EM); that of the creatives' own is found from
    how much more than chance creatives of one product differ.

    Args:
        table: (creatives, sorts), columns of each creative's levels.
        product: (creatives,), the product of each: what the predictor misses of it is no creative's merit.

    Source:
        Breslow & Clayton (1993), JASA 88(421), penalised quasi-likelihood; Dempster, Laird & Rubin (1977), JRSS B 39(1).
    """
    expected, clicks = evidence.expected, evidence.clicks
    creatives, cohorts = expected.shape
    whom = _with_one(np.zeros((cohorts, 0)) if evidence.traits is None else evidence.traits)
    made, wide, count = indicator(table), whom.shape[1], len(LEVELS)
    doubt = expected if evidence.doubt is None else np.minimum(evidence.doubt, expected)
    rate = np.clip(1.0 - doubt / np.maximum(expected, 1e-12), _RARE, _USUAL)
    views, odds = expected / rate, np.log(rate / (1.0 - rate))
    products = int(product.max(initial=-1)) + 1
    missed, weights = np.zeros(products), np.zeros((wide, count))
    spreads, own_spread = np.array([LEVEL] + [LEANING] * (wide - 1)) ** 2, OWN**2
    covariance = np.asarray(np.kron(np.diag(spreads), np.eye(count)), np.float64)

    def told(more: Floats) -> tuple[Floats, Floats]:
        """Clicks expected of each cell, and how much they vary, with so much more log odds."""
        chance = 1.0 / (1.0 + np.exp(-(odds + more)))
        mean = views * chance
        return mean, mean * (1.0 - chance)

    effect = np.zeros_like(expected)
    for _ in range(_ROUNDS):
        mean, vary = told(effect + missed[product][:, None])
        gone = np.bincount(product, (clicks - mean).sum(axis=1), products) - missed / PRODUCT**2
        missed += gone / (np.bincount(product, vary.sum(axis=1), products) + PRODUCT**-2)
        mean, vary = told(effect + missed[product][:, None])
        sums = vary.sum(axis=1)
        damped = 1.0 / (1.0 + own_spread * sums)
        cross = (vary * damped[:, None]) @ (whom[:, :, None] * whom[:, None, :]).reshape(cohorts, wide * wide)
        inner = np.zeros((count, count, wide * wide))
        _pool(table, cross, inner)
        inner += np.triu(inner.transpose(2, 0, 1), 1).transpose(2, 1, 0)  # columns of sorts come in order
        flat = inner.reshape(count, count, wide, wide).transpose(2, 0, 3, 1).reshape(wide * count, wide * count)
        slope = (made.T @ (((clicks - mean) * damped[:, None]) @ whom)).T.ravel()
        covariance = _inverse(flat + np.diag(np.repeat(1.0 / spreads, count)))
        weights = (covariance @ (slope + flat @ weights.ravel())).reshape(wide, count)
        effect = np.clip(made @ (whom @ weights).T, -_STEEPEST, _STEEPEST)
        if creatives:
            found = (weights**2 + np.diag(covariance).reshape(wide, count)).mean(axis=1)
            spreads = np.append(found[:1], np.repeat(found[1:].mean() if wide > 1 else 0.0, wide - 1))
            own_spread = _own_spread((clicks - mean).sum(axis=1), sums, product, products, damped)
    own = np.zeros(creatives)
    sums = np.zeros(creatives)
    for _ in range(4):
        mean, vary = told(effect + (missed[product] + own)[:, None])
        sums = vary.sum(axis=1)
        own += ((clicks - mean).sum(axis=1) - own / own_spread) / (sums + 1.0 / own_spread)
    total = expected.sum(axis=0) + 1e-9
    share = doubt.sum(axis=1)
    whole = np.maximum(np.bincount(product, share, products), 1e-12)
    each = (doubt * np.exp(effect + own[:, None])).sum(axis=1)
    own_variance = 1.0 / (sums + 1.0 / own_spread)
    ran = np.bincount(product, expected.sum(axis=1), products)
    return Belief(
        weights, covariance.reshape(wide, count, wide, count), own, own_variance, math.sqrt(own_spread),
        whom[:, 1:], total / total.sum() if cohorts else total,
        np.log(np.maximum(np.bincount(product, each, products), 1e-12) / whole),
        np.bincount(product, share**2 * own_variance, products) / whole**2,
        np.where(ran > 0, whole / np.maximum(ran, 1e-12), 1.0),
    )  # fmt: skip


@compiled
def _inverse(matrix: Array) -> Array:
    """Of a matrix that is symmetric and positive, by sweeping; on one core, and with the same bits on any."""
    out, count = matrix.copy(), matrix.shape[0]
    for pivot in range(count):
        over = 1.0 / out[pivot, pivot]
        out[pivot, pivot] = 1.0
        for column in range(count):
            out[pivot, column] *= over
        for row in range(count):
            if row != pivot:
                share = out[row, pivot]
                out[row, pivot] = 0.0
                for column in range(count):
                    out[row, column] -= share * out[pivot, column]
    return out


@compiled
def _pool(table: Array, cross: Array, out: Array) -> None:
    """For each two levels the sum of `cross` over the creatives that have both."""
    for row in range(table.shape[0]):
        for one in range(table.shape[1]):
            for other in range(one, table.shape[1]):
                for place in range(cross.shape[1]):
                    out[table[row, one], table[row, other], place] += cross[row, place]


def _with_one(traits: Floats) -> Floats:
    """(cohorts, 1 + traits)."""
    return np.concatenate([np.ones((len(traits), 1)), traits], axis=1)


def _own_spread(left: Floats, vary: Floats, product: NDArray[np.int64], products: int, damped: Floats) -> float:
    """Variance of what is creatives' own: how much more they differ within their products than chance lets them.

    Args:
        left: (creatives,), clicks beyond those expected of product and elements; vary: what they vary by chance; damped: trust in each.
    """
    whole = np.maximum(np.bincount(product, vary, products), 1e-12)[product]
    part = vary / whole
    within = left - part * np.bincount(product, left, products)[product]
    squares = np.bincount(product, part**2, products)[product]
    trust = damped**2  # else the few that are seen most would decide
    over = float((trust * (within**2 - vary * (1.0 - part))).sum())
    scale = float((trust * vary**2 * (1.0 - 2.0 * part + squares)).sum())
    doubt = _TRUST * max(float((trust * vary**2).mean()), 1e-12)
    return max((over + doubt * OWN**2) / (scale + doubt), _LEAST_OWN**2)
