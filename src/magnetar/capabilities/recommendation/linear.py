"""Linear recommenders: EASE, a closed-form item-to-item regression, and iALS, factors by alternating least squares."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg, sparse

from magnetar.capabilities.recommendation.histories import Histories
from magnetar.capabilities.recommendation.judging import some, worth
from magnetar.capabilities.recommendation.models import Cases, Scores
from magnetar.capabilities.recommendation.neighbours import CONTEXT, VALID_CASES, recency
from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.compiled import Array, compiled
from magnetar.kernel.errors import Refused

DECAYS = (1.0, 0.9, 0.8, 0.65, 0.5)


def interactions(histories: Histories) -> sparse.csr_array:
    """(shoppers, items), 1 where a shopper took an item."""
    shape = (len(histories), len(histories.items))
    ones = np.ones(len(histories.item), np.float32)
    found = sparse.coo_array((ones, (histories.shopper, histories.item)), shape=shape).tocsr()
    found.sum_duplicates()
    found.data[:] = 1.0
    return found


def weighed(contexts: Histories, decay: float) -> sparse.csr_array:
    """(shoppers, items): decay^age of the context's events, summed where an item came more than once."""
    contexts = contexts.latest(CONTEXT)
    weight = recency(contexts, decay).astype(np.float32)
    shape = (len(contexts), len(contexts.items))
    return sparse.csr_array(sparse.coo_array((weight, (contexts.shopper, contexts.item)), shape=shape).tocsr())


class Ease:
    """A matrix B with a diagonal of 0 that best turns what shoppers took into itself, under a ridge.

    Source: Steck (2019, WWW), Embarrassingly shallow autoencoders for sparse data.
    """

    name = "ease"
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
            found = {
                ridge: _ease(taken[:, popular], ridge) for ridge in (self.ridges[1:3] if self._quick else self.ridges)
            }
            tried = {
                (ridge, decay): worth(lambda one, table=table, decay=decay: _scored(one, decay, popular, table), sample)
                for ridge, table in found.items()
                for decay in DECAYS
            }
            self._ridge, self._decay = max(tried, key=lambda pair: tried[pair])
        self._table = _ease(taken[:, self._known], self._ridge)

    def scores(self, contexts: Histories) -> Scores:
        """(shoppers, items); items without events score 0."""
        return _scored(contexts, self._decay, self._known, self._table)


def _scored(contexts: Histories, decay: float, known: Any, table: Any) -> Scores:
    out = np.zeros((len(contexts), len(contexts.items)), np.float32)
    out[:, known] = weighed(contexts, decay)[:, known] @ table
    return out


def _ease(taken: sparse.csr_array, ridge: float) -> Any:
    """(items, items) float32."""
    gram = (taken.T @ taken).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += np.float32(ridge)
    factor, info = linalg.lapack.spotrf(gram.T, lower=1, overwrite_a=1)
    if info:
        raise ValueError(f"the ridge {ridge} leaves a matrix that is not positive definite")
    inverse, _ = linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    _mirror(inverse)
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
    grid = tuple(
        (factors, unseen, ridge) for factors in (64, 128) for unseen in (0.01, 0.03) for ridge in (0.003, 0.01, 0.03)
    )
    quick_grid = ((64, 0.03, 0.01),)

    def __init__(self, quick: bool = False) -> None:
        self._quick = quick
        self._numbers, self._decay = (64, 0.03, 0.01), 1.0

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
            for decay in DECAYS:
                found = worth(lambda one, t=table, n=numbers, d=decay: _folded(one, t, n, d), sample)
                if found > best:
                    best, self._items, self._numbers, self._decay = found, table, numbers, decay

    def scores(self, contexts: Histories) -> Scores:
        """(shoppers, items)."""
        return _folded(contexts, self._items, self._numbers, self._decay)


Numbers = tuple[int, float, float]


def _factors(taken: sparse.csr_array, factors: int, unseen: float, ridge: float, rounds: int, seed: int) -> Floats:
    """(items, factors) float32."""
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


def _solved(taken: sparse.csr_array, others: Any, unseen: float, ridge: float, block: int = 2048) -> Any:
    """(rows, factors): each row's least squares against `others`, its entries weighing what `taken` says."""
    rows, factors = taken.shape[0], others.shape[1]
    gram = (unseen * (others.T @ others)).astype(np.float32)
    out = np.zeros((rows, factors), np.float32)
    count = np.diff(taken.indptr)
    eye = np.eye(factors, dtype=np.float32)
    for first in range(0, rows, block):
        last = min(first + block, rows)
        span = slice(taken.indptr[first], taken.indptr[last])
        left = np.repeat(gram[None], last - first, axis=0)
        left += (ridge * (count[first:last] + unseen * len(others)))[:, None, None].astype(np.float32) * eye
        right = taken[first:last] @ others
        _outer(
            taken.indptr[first : last + 1] - taken.indptr[first], taken.indices[span], taken.data[span], others, left
        )
        out[first:last] = np.linalg.solve(left, right[:, :, None])[:, :, 0]
    return out


@compiled
def _outer(start: Array, column: Array, weight: Array, others: Array, out: Array) -> None:
    """Add weight × the outer product of each entry's row of `others` to the row's square."""
    width = others.shape[1]
    for row in range(len(start) - 1):
        for place in range(start[row], start[row + 1]):
            one = others[column[place]]
            for a in range(width):
                part = np.float32(weight[place]) * one[a]
                for b in range(width):
                    out[row, a, b] += part * one[b]
