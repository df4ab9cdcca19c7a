"""Look-alikes: shoppers who resemble those that bought, by their vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from magnetar.kernel.chance import Chance, Floats, Ints

Members = NDArray[np.bool_]
ROUNDS = 25
_SETTLED = 1e-6


def shopper_vectors(shopper: Ints, product: Ints, weight: Floats, products: Floats, shoppers: int) -> Floats:
    """(shoppers, dimensions), the weighted mean of what each chose, of length 1; 0 for who chose nothing known.

    Args:
        shopper, product: (deeds,), rows.
        weight: (deeds,), at least 0; fade old deeds here.
        products: (products, dimensions), rows of length 1 or 0.
    """
    table = sparse.csr_array((weight, (shopper, product)), shape=(shoppers, len(products)), dtype=np.float64)
    found = np.asarray(table @ products.astype(np.float64))
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return found / np.where(length > 1e-12, length, 1.0)


def by_cosine(vectors: Floats, seeds: Members) -> Floats:
    """(shoppers,), cosine to the seeds' mean direction; zeros without seeds."""
    if not seeds.any():
        return np.zeros(len(vectors))
    middle = vectors[seeds].mean(axis=0)
    length = float(np.linalg.norm(middle))
    return vectors @ (middle / length) if length > 1e-12 else np.zeros(len(vectors))


def by_regression(vectors: Floats, seeds: Members, *, ridge: float = 1.0, others: int = 4000, seed: int = 1) -> Floats:
    """(shoppers,), probability of being a seed by ridge logistic regression; a half for all without seeds or others.

    Fitted by Newton's method on the seeds and a sample of everybody else, both classes weighing alike, so the figure
    ranks and is no share of anything. Source: iteratively reweighted least squares, McCullagh & Nelder (1989).
    """
    rest = np.flatnonzero(~seeds)
    if not seeds.any() or not len(rest):
        return np.full(len(vectors), 0.5)
    if len(rest) > others:
        rest = rest[np.sort(Chance(seed).of("lookalike").order(len(rest))[:others])]
    rows = np.concatenate([np.flatnonzero(seeds), rest])
    x = np.column_stack([vectors[rows], np.ones(len(rows))])
    y = seeds[rows].astype(np.float64)
    weight = np.where(y > 0, 0.5 / y.sum(), 0.5 / (len(y) - y.sum())) * len(y)
    penalty = np.full(x.shape[1], ridge)
    penalty[-1] = 1e-6
    beta = np.zeros(x.shape[1])
    for _ in range(ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(x @ beta, -30.0, 30.0)))
        slope = x.T @ (weight * (y - chance)) - penalty * beta
        bend = (x * (weight * chance * (1.0 - chance))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        beta += step
        if float(np.abs(step).max()) < _SETTLED:
            break
    return 1.0 / (1.0 + np.exp(-np.clip(np.column_stack([vectors, np.ones(len(vectors))]) @ beta, -30.0, 30.0)))


def by_likeness_and_activity(
    vectors: Floats, seeds: Members, activity: Floats, *, share: float = 0.5, seed: int = 1
) -> Floats:
    """(shoppers,), the logit of `by_regression` and a share of the log of activity, both of mean 0 and spread 1.

    Args:
        activity: (shoppers,), at least 0, such as faded purchases; who is about soon buys soon, whatever it is.
        share: weight of activity; 0.5 was best of 0, 0.5, 1 and 2 at the earlier cut of `magnetar bench portraits`.
    """
    likeness = by_regression(vectors, seeds, seed=seed)
    return _standard(np.log(likeness / np.maximum(1.0 - likeness, 1e-12))) + share * _standard(np.log1p(activity))


def _standard(values: Floats) -> Floats:
    spread = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / spread if spread > 1e-12 else np.zeros(len(values))


def auc(scores: Floats, positive: Members) -> float:
    """Probability that a positive scores above a negative, ties half; nan where a class is missing.

    >>> auc(np.array([0.9, 0.1, 0.4, 0.4]), np.array([True, False, True, False]))
    0.875
    """
    many, few = int(positive.sum()), int((~positive).sum())
    if not many or not few:
        return float("nan")
    order = np.argsort(scores, kind="stable")
    sorted_scores = scores[order]
    _, first, count = np.unique(sorted_scores, return_index=True, return_counts=True)
    ranks = np.empty(len(scores))
    ranks[order] = np.repeat(first + (count + 1) / 2.0, count)
    return float((ranks[positive].sum() - many * (many + 1) / 2.0) / (many * few))
