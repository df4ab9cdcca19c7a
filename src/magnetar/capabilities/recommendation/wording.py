"""Which terms each product is described with, and which terms a set of products has in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from magnetar.capabilities.understanding import TextVectors, terms
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled

LONGEST = 64
"""Terms kept of a product, the heaviest: a long text is slower and says no more."""


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """Terms of products, unabridged: what a few dozen directions of a decomposition smear is what tells two apart."""

    weight: sparse.csr_array
    """(items, terms), TF-IDF, rows of length 1, or empty where no term is known."""

    terms: int
    """Terms there are."""

    @classmethod
    def of(cls, texts: TextVectors, said: Sequence[str]) -> Wording:
        """Of these words, by the terms and weights of `texts`."""
        return cls(heaviest(texts.weights([Counter(terms(one)) for one in said])), len(texts.vocabulary))

    def share(self, items: NDArray[np.integer], amount: Floats) -> Floats:
        """(terms,), how many of each term these items have on average, weighted by `amount`; zeros for no items."""
        out = np.zeros(self.terms)
        whole = float(amount.sum())
        if whole > 0.0:
            _count(items, amount / whole, self.weight.indptr, self.weight.indices, out)
        return out

    def with_one_more(self, words: sparse.csr_array) -> Wording:
        """The same with another item, (1, terms), as its last."""
        return Wording(sparse.csr_array(sparse.vstack([self.weight, words], format="csr")), self.terms)


def heaviest(weight: sparse.csr_array, most: int = LONGEST) -> sparse.csr_array:
    """The same with at most so many entries in a row, the heaviest, rows of length 1 or 0 again."""
    found = sparse.csr_array(weight, copy=True)
    for row in np.flatnonzero(np.diff(found.indptr) > most).tolist():
        part = found.data[found.indptr[row] : found.indptr[row + 1]]
        part[np.argsort(part, kind="stable")[: len(part) - most]] = 0.0
        part /= np.linalg.norm(part)
    found.eliminate_zeros()
    return found


@compiled
def _count(items: Array, amount: Array, start: Array, term: Array, out: Array) -> None:
    for place in range(len(items)):
        for at in range(start[items[place]], start[items[place] + 1]):
            out[term[at]] += amount[place]
