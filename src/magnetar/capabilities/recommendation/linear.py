"""Linear recommenders: EASE, a closed-form item-to-item regression, and iALS, factors by alternating least squares."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from scipy.linalg import lapack as _lapack

from magnetar.capabilities.recommendation.histories import Histories
from magnetar.capabilities.recommendation.judging import some, worth
from magnetar.capabilities.recommendation.neighbours import CONTEXT, VALID_CASES, recency
from magnetar.capabilities.recommendation.registry import Cases, Scores
from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.compiled import Array, compiled
from magnetar.kernel.errors import Refused

DECAYS = (1.0, 0.9, 0.8, 0.65, 0.5)


def interactions(histories: Histories) -> Any:
    """(shoppers, items), 1 where a shopper took an item."""
    shape = (len(histories), len(histories.items))
    ones = np.ones(len(histories.item), np.float32)
    found = sparse.coo_array((ones, (histories.shopper, histories.item)), shape=shape).tocsr()
    found.sum_duplicates()
    found.data[:] = 1.0
    return found


def weighed(contexts: Histories, decay: float) -> Any:
    """(shoppers, items): decay^age of the context's events, summed where an item came more than once."""
    contexts = contexts.latest(CONTEXT)
    weight = recency(contexts, decay).astype(np.float32)
    shape = (len(contexts), len(contexts.items))
    return sparse.csr_array(sparse.coo_array((weight, (contexts.shopper, contexts.item)), shape=shape).tocsr())


lapack: Any = _lapack


class Ease:
    """A matrix B with a diagonal of 0 that best turns what shoppers took into itself, under a ridge.

    Source: Steck (2019, WWW), Embarrassingly shallow autoencoders for sparse data.
    """

    name = "ease"
    settled = True
    ridges = (30.0, 100.0, 300.0, 1000.0)
    most_items = 20_000
    """Beyond so many items with events the dense inverse would need more than 3 GB."""
    tuned_items = 3_000
    """The ridge is chosen on the catalogue's most popular items, where an inverse takes seconds."""

    def __init__(self, quick: bool = False) -> None:
        self._quick = quick
        self._ridge, self._decay = 100.0, 1.0

    @property
    def chosen(self) -> str:
        """Numbers chosen on validation."""
        return f"ridge {self._ridge:g}, decay {self._decay}"

    def fit(self, train: Histories, seed: int, valid: Cases | None = None) -> None:
        """Invert; choose the ridge and the decay of older context items on validation.

        Raises:
            Refused: more items than a dense inverse is good for.
        """
        taken = interactions(train)
        count = np.asarray(taken.sum(axis=0)).ravel()
        self._known = np.flatnonzero(count > 0)
        if len(self._known) > self.most_items:
            raise Refused(
                f"EASE 适用于 is for at most {self.most_items:,} items with events, found {len(self._known):,}: "
                "its dense inverse would need "
                f"{len(self._known) ** 2 * 8 / 1e9:.0f} GB. Leave it out with --models."
            )
        if valid is not None:
            sample = some(valid, VALID_CASES // 5 if self._quick else VALID_CASES, seed)
            popular = np.sort(np.argsort(-count, kind="stable")[: self.tuned_items])
            popular = popular[count[popular] > 0]
            best = -1.0
            for ridge in self.ridges[1:3] if self._quick else self.ridges:
                table = _ease(taken[:, popular], ridge)
                for decay in DECAYS[::2]:
                    found = worth(lambda one, t=table, d=decay: _scored(one, d, popular, t), sample)
                    if found > best:
                        best, self._ridge, self._decay = found, ridge, decay
        self._table = _ease(taken[:, self._known], self._ridge)

    def scores(self, contexts: Histories) -> Scores:
        """(shoppers, items); items without events score 0."""
        return _scored(contexts, self._decay, self._known, self._table)


def _scored(contexts: Histories, decay: float, known: Any, table: Any) -> Scores:
    out = np.zeros((len(contexts), len(contexts.items)), np.float32)
    out[:, known] = weighed(contexts, decay)[:, known] @ table
    return out


def _ease(taken: Any, ridge: float) -> Any:
    """(items, items) float32."""
    gram = (taken.T @ taken).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += np.float32(ridge)
    factor, info = lapack.spotrf(gram.T, lower=1, overwrite_a=1)
    if info:
        raise ValueError(f"the ridge {ridge} leaves a matrix that is not positive definite")
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    _mirror(inverse)
    inverse = inverse.T  # the same, being symmetric, with its rows together in memory
    diagonal = np.diag(inverse).copy()
    inverse /= -diagonal[None, :]
    inverse[np.diag_indices_from(inverse)] = 0.0
    return inverse


def _mirror(square: Any, block: int = 1024) -> None:
    """Copy the lower triangle over the upper one, in place."""
    size = len(square)
    for first in range(0, size, block):
        last = min(first + block, size)
        square[first:last, last:] = square[last:, first:last].T
        part = square[first:last, first:last]
        square[first:last, first:last] = np.tril(part) + np.tril(part, -1).T


class Ials:
    """Factors of shoppers and items by alternating least squares; a context is folded in as a new shopper.

    The ridge of a row grows with how often it occurs, and unobserved pairs weigh `unseen`.

    Source: Hu, Koren & Volinsky (2008, ICDM); Rendle, Krichene, Zhang & Koren (2022, RecSys), Revisiting the
    performance of iALS on item recommendation benchmarks.
    """

    name = "ials"
    rounds = 10
    grid = (
        (128, 0.01, 0.01),
        (128, 0.003, 0.03),
        (256, 0.03, 0.003),
        (256, 0.01, 0.01),
        (256, 0.003, 0.03),
        (256, 0.003, 0.01),
    )
    """(factors, weight of unobserved pairs, ridge)."""
    quick_grid = ((128, 0.01, 0.01),)

    def __init__(self, quick: bool = False) -> None:
        self._quick = quick
        self._numbers, self._decay = (128, 0.01, 0.01), 0.8

    @property
    def chosen(self) -> str:
        """Numbers chosen on validation."""
        factors, unseen, ridge = self._numbers
        return f"factors {factors}, unseen {unseen}, ridge {ridge}, decay {self._decay}"

    def fit(self, train: Histories, seed: int, valid: Cases | None = None) -> None:
        """Alternate; choose factors, weights and the decay of older context items on validation."""
        taken = interactions(train)
        sample = None if valid is None else some(valid, VALID_CASES // 5 if self._quick else VALID_CASES, seed)
        best = -1.0
        for numbers in [self._numbers] if sample is None else self.quick_grid if self._quick else self.grid:
            table = _factors(taken, *numbers, self.rounds, seed)
            if sample is None:
                self._items = table
                return
            for decay in DECAYS[::2]:
                found = worth(lambda one, t=table, n=numbers, d=decay: _folded(one, t, n, d), sample)
                if found > best:
                    best, self._items, self._numbers, self._decay = found, table, numbers, decay

    def scores(self, contexts: Histories) -> Scores:
        """(shoppers, items)."""
        return _folded(contexts, self._items, self._numbers, self._decay)


Numbers = tuple[int, float, float]


def _factors(taken: Any, factors: int, unseen: float, ridge: float, rounds: int, seed: int) -> Floats:
    """(items, factors) float32."""
    factors = min(factors, taken.shape[1])
    chance = Chance(seed).of("ials")
    items = (chance.of("items").normals(taken.shape[1], factors) * 0.1 / np.sqrt(factors)).astype(np.float32)
    other = sparse.csr_array(taken.T)
    for _ in range(rounds):
        shoppers = _solved(taken, items, unseen, ridge)
        items = _solved(other, shoppers, unseen, ridge)
    return items


def _folded(contexts: Histories, items: Any, numbers: Numbers, decay: float) -> Scores:
    shoppers = _solved(weighed(contexts, decay), items, numbers[1], numbers[2])
    return shoppers @ items.T


def _solved(taken: Any, others: Any, unseen: float, ridge: float) -> Any:
    """(rows, factors): each row's least squares against `others`, its entries weighing what `taken` says.

    In the basis in which the unobserved part is diagonal, a row of n entries is a system of n equations
    (Woodbury's identity), and most rows have few.
    """
    values, basis = np.linalg.eigh(unseen * (others.T.astype(np.float64) @ others))
    turned = np.ascontiguousarray(others @ basis)
    out = np.zeros((taken.shape[0], others.shape[1]))
    _solve(taken.indptr, taken.indices, taken.data, turned, np.maximum(values, 0.0), ridge, unseen * len(others), out)
    return (out @ basis.T).astype(np.float32)


@compiled
def _solve(
    start: Array, column: Array, weight: Array, turned: Array, values: Array, ridge: float, extra: float, out: Array
) -> None:
    width = turned.shape[1]
    for row in range(len(start) - 1):
        first, last = start[row], start[row + 1]
        count = last - first
        if count == 0:
            continue
        inverse = 1.0 / (values + ridge * (count + extra))
        root = np.sqrt(weight[first:last].astype(np.float64))
        scaled = np.empty((count, width))
        for place in range(count):
            scaled[place] = root[place] * turned[column[first + place]]
        if count <= width:
            square = np.dot(scaled * inverse, scaled.T)
            for place in range(count):
                square[place, place] += 1.0
            out[row] = inverse * np.dot(scaled.T, np.linalg.solve(square, root))
        else:
            full = np.dot(scaled.T, scaled)
            for place in range(width):
                full[place, place] += 1.0 / inverse[place]
            out[row] = np.linalg.solve(full, np.dot(scaled.T, root))
