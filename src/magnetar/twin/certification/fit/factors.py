"""A rate as a product of many factors, all learned from all rows of a log, with what is left unknown of each.

    rate(row) = Π over families f of factor_f(cell of the row in f)

Given the others, a factor is a Gamma-Poisson posterior: shape = strength + hits, rate =
strength / prior + load, where load is what the other factors expect of the cell's rows. Families
are brought up to date in turn until nothing moves (conjugate coordinate ascent: Gopalan, Hofman &
Blei 2015, UAI). How much the cells of a family differ, its strength, is chosen by the marginal
likelihood of their hits, a negative binomial (Morris 1983, JASA 78).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Chance, Floats, fold
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.calibration.draws import gamma

STRENGTHS: Floats = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 512.0])
"""Strengths that are tried, in expected hits; the last says that all cells are alike."""
KEEPS: Floats = np.array([1.0, 0.95, 0.85, 0.7, 0.5])
"""What a day may leave of the evidence before it."""
NOISES: Floats = np.array([0.0, 0.003, 0.01, 0.03, 0.1])
"""Variances that are tried for what moves a cell on one day only."""
_SWEEPS = 8
_GROUP_CELLS = 4.0
"""Cells after which a group speaks for itself about its own mean."""
_ROUNDS = 25


@dataclass(frozen=True, slots=True)
class Family:
    """One family of factors: how many cells, and what binds them."""

    name: str
    cells: int
    learned: bool = True
    """Whether the strength is learned; otherwise the cells are many-rowed and hardly shrunk."""
    groups: NDArray[np.int64] | None = None
    """(cells,), cells of one group share a prior mean; None where all share 1."""
    centred: NDArray[np.int64] | None = None
    """(cells,), the cells of one of these groups have mean 1: what they share belongs to another family."""


@dataclass(slots=True)
class Posterior:
    """What is known of one family: a gamma distribution for each cell."""

    shape: Floats
    rate: Floats
    strength: float
    keep: float = 1.0
    """What a day leaves of the evidence, where that was learned."""
    noise: float = 0.0
    """Variance of what moves a cell on one day only, where that was learned."""

    @property
    def mean(self) -> Floats:
        return self.shape / self.rate

    def draw(self, chance: Chance) -> Floats:
        """One value for each cell."""
        out = np.empty(len(self.shape))
        _draw(chance.key, self.shape, self.rate, out)
        return out

    def days(self, chance: Chance, count: int, drawn: Floats) -> Floats:
        """(count, cells), a draw with the noise of each day."""
        if self.noise <= 0.0:
            return np.repeat(drawn[None], count, axis=0)
        out = np.empty((count, len(drawn)))
        shape = np.full(len(drawn), 1.0 / self.noise)
        for day in range(count):
            _draw(chance.of(day).key, shape, shape, out[day])
        return out * drawn


@dataclass(slots=True)
class Factors:
    """The fitted families of one rate."""

    families: tuple[Family, ...]
    posteriors: list[Posterior]
    expected: Floats
    """(rows,), hits expected of each row."""

    def __getitem__(self, name: str) -> Posterior:
        return self.posteriors[[family.name for family in self.families].index(name)]


def fit_factors(
    families: Sequence[Family],
    cells: NDArray[np.int32],
    hit: Floats,
    weight: Floats,
    day: NDArray[np.int64],
    drifting: str,
) -> Factors:
    """Fit every family.

    Args:
        families: the first carries the base rate and is hardly shrunk.
        cells: (families, rows), the cell of each row in each family.
        hit: (rows,), 1 where it happened, else 0.
        weight: (rows,), how much of a trial a row is, in [0, 1].
        day: (rows,), from 0; the order of time.
        drifting: the family whose cells may drift from day to day.

    Raises:
        ValueError: there is no row, or the shapes do not fit.
    """
    rows = len(hit)
    if not rows or cells.shape != (len(families), rows) or len(weight) != rows:
        raise ValueError(f"rows of every column must agree and be some, found {cells.shape}, {rows} and {len(weight)}")
    base = min(0.5, max(float(hit.sum()), 0.5) / max(float(weight.sum()), 1.0))
    posteriors = [
        Posterior(np.full(one.cells, 4.0), np.full(one.cells, 4.0 / (base if place == 0 else 1.0)), 4.0)
        for place, one in enumerate(families)
    ]
    product = np.full(rows, base)
    hits = [np.bincount(cells[place], hit, one.cells).astype(np.float64) for place, one in enumerate(families)]
    for sweep in range(_SWEEPS):
        for place, family in enumerate(families):
            before = posteriors[place].mean
            load = np.zeros(family.cells)
            _load(cells[place], product, weight, before, load)
            strength = posteriors[place].strength
            prior = np.full(family.cells, base if place == 0 else 1.0)
            if family.groups is not None:
                prior = _group_means(family.groups, hits[place], load, strength)
            if family.learned and sweep % 3 == 1:
                strength = _best_strength(hits[place], load, prior)
            rate = strength / prior + load
            if family.centred is not None:
                whole = np.bincount(family.centred, hits[place]) / np.maximum(np.bincount(family.centred, load), 1e-9)
                rate = strength + load * np.where(whole > 0.0, whole, 1.0)[family.centred]
            posteriors[place] = Posterior(strength + hits[place], rate, strength)
            _rescale(cells[place], before, posteriors[place].mean, product)
    place = [family.name for family in families].index(drifting)
    _let_drift(families[place], posteriors[place], cells[place], hit, product, weight, day)
    return Factors(tuple(families), posteriors, product * weight)


def _let_drift(
    family: Family,
    posterior: Posterior,
    cell: NDArray[np.int32],
    hit: Floats,
    product: Floats,
    weight: Floats,
    day: NDArray[np.int64],
) -> None:
    """Discount the evidence of earlier days by as much as foretells each next day best.

    Discounting a gamma distribution keeps its mean and widens it: a local level for rates (Smith &
    Miller 1986, JRSS B 48(1); Harvey & Fernandes 1989, JBES 7(4)). Beside what stays, a day has
    noise of its own: hits of mean m then vary by m + noise · m², so a day's evidence counts for
    1 / (1 + noise · m) of itself (quasi-likelihood: McCullagh & Nelder 1989, chapter 9).
    """
    days = int(day.max()) + 1
    hits, load = np.zeros((days, family.cells)), np.zeros((days, family.cells))
    for one in range(days):
        some = day == one
        hits[one] = np.bincount(cell[some], hit[some], family.cells)
        _load(cell[some], product[some], weight[some], posterior.mean, load[one])
    mean, prior = posterior.mean, np.ones(family.cells)
    if family.groups is not None:
        prior = _group_means(family.groups, hits.sum(0), load.sum(0), posterior.strength)
    best = (-np.inf, 0.0, 1.0, posterior.strength)
    for noise in NOISES.tolist():
        trust = 1.0 / (1.0 + noise * load * mean)
        for keep in KEEPS.tolist():
            for strength in STRENGTHS.tolist():
                score = _foretold(hits, load, trust, prior, strength, keep, noise)
                if score > best[0] + 1e-9:
                    best = score, noise, keep, strength
    _, noise, keep, strength = best
    trust = 1.0 / (1.0 + noise * load * mean)
    age = keep ** np.arange(days, 0, -1)
    posterior.shape = strength + age @ (hits * trust)
    posterior.rate = strength / prior + age @ (load * trust)
    posterior.strength, posterior.keep, posterior.noise = strength, keep, noise


def _foretold(
    hits: Floats, load: Floats, trust: Floats, prior: Floats, strength: float, keep: float, noise: float
) -> float:
    """Log-likelihood of each day's hits given the days before it, from the third day on."""
    shape, rate = np.zeros(hits.shape[1]), np.zeros(hits.shape[1])
    total = 0.0
    for one in range(len(hits)):
        if one >= min(2, len(hits) - 1):
            known, scale = strength + shape, strength / prior + rate
            wide = 1.0 / (1.0 / known + noise)  # the day's noise on top of what is not known
            total += _likelihood(hits[one], load[one], wide, wide * scale / known)
        shape, rate = keep * (shape + trust[one] * hits[one]), keep * (rate + trust[one] * load[one])
    return total


def _group_means(groups: NDArray[np.int64], hits: Floats, load: Floats, strength: float) -> Floats:
    """(cells,), the mean of each cell's group, as likely as can be, shrunk to the whole.

    It is the mean of the group's cells, each counting once: the popular ones, which are shown most
    because they are good, say little of the others. Found by expectation and maximisation
    (Dempster, Laird & Rubin 1977): the mean of posterior means, again and again.
    """
    count = int(groups.max(initial=-1)) + 1
    known = load > 0.0
    cells = np.bincount(groups[known], minlength=count)
    whole = (float(hits.sum()) + 1.0) / (float(load.sum()) + 1.0)
    mean = np.full(count, whole)
    for _ in range(_ROUNDS):
        each = (strength + hits) / (strength / mean[groups] + load)
        whole = float(each[known].mean()) if known.any() else whole
        total = np.bincount(groups[known], each[known], count)
        mean = (total + _GROUP_CELLS * whole) / (cells + _GROUP_CELLS)
    return mean[groups]


def _best_strength(hits: Floats, load: Floats, prior: Floats) -> float:
    """The strength under which the cells' hits are likeliest."""
    scores = [_likelihood(hits, load, np.full(len(hits), k), k / prior) for k in STRENGTHS.tolist()]
    return float(STRENGTHS[int(np.argmax(scores))])


def _likelihood(hits: Floats, load: Floats, shape: Floats, rate: Floats) -> float:
    """Log-likelihood of Poisson hits whose rates are gamma distributed, up to a constant of the hits."""
    return float(_negative_binomial(hits, load, shape, rate))


@compiled
def _negative_binomial(hits: Array, load: Array, shape: Array, rate: Array) -> float:
    total = 0.0
    for cell in range(hits.shape[0]):
        if load[cell] > 0.0:
            total += math.lgamma(shape[cell] + hits[cell]) - math.lgamma(shape[cell])
            total += shape[cell] * math.log(rate[cell] / (rate[cell] + load[cell]))
            if hits[cell] > 0.0:
                total += hits[cell] * math.log(load[cell] / (rate[cell] + load[cell]))
    return total


@compiled
def _load(cell: Array, product: Array, weight: Array, mean: Array, out: Array) -> None:
    for row in range(cell.shape[0]):
        out[cell[row]] += weight[row] * product[row] / mean[cell[row]]


@compiled
def _rescale(cell: Array, before: Array, after: Array, product: Array) -> None:
    for row in range(cell.shape[0]):
        product[row] *= after[cell[row]] / before[cell[row]]


@compiled
def _draw(stream: np.uint64, shape: Array, rate: Array, out: Array) -> None:
    for cell in range(shape.shape[0]):
        out[cell] = gamma(fold(stream, cell), shape[cell]) / rate[cell]
