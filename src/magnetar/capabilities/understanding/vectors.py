"""Texts as vectors: latent semantic analysis of a catalogue's own words, so that nothing has to be downloaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from magnetar.capabilities.understanding.words import terms
from magnetar.kernel.chance import Chance

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TextVectors:
    """A vocabulary with weights, and the directions in which its texts differ most.

    Source: Deerwester et al. (1990), Indexing by latent semantic analysis; weights (1 + log tf) × idf.
    """

    vocabulary: dict[str, int]
    idf: NDArray[np.float64]
    """(terms,)."""
    basis: NDArray[np.float64]
    """(terms, dimensions)."""

    @classmethod
    def fit(cls, texts: Sequence[str], dimensions: int = 96, seed: int = 1, least: int = 1) -> TextVectors:
        """Learn from texts; terms in fewer than `least` texts are left out.

        Fewer texts or terms than dimensions give fewer dimensions; no term at all gives vectors of length 0.
        """
        cut = [Counter(terms(text)) for text in texts]
        seen = Counter(term for one in cut for term in one)
        kept = sorted(term for term, count in seen.items() if count >= least)
        vocabulary = {term: place for place, term in enumerate(kept)}
        idf = np.log((1.0 + len(texts)) / (1.0 + np.array([seen[term] for term in kept], np.float64))) + 1.0
        empty = cls(vocabulary, idf, np.zeros((len(kept), 0)))
        matrix = empty.weights(cut)
        smaller = min(len(texts), len(kept))
        most = min(dimensions, smaller)
        if most == 0:
            return empty
        if smaller <= 2 * dimensions:
            right = np.linalg.svd(matrix.toarray(), full_matrices=False)[2][:most]
        else:
            start = Chance(seed).of("vectors").normals(smaller)
            _, values, right = svds(matrix, k=most, v0=start)
            right = np.asarray(right)[np.argsort(-np.asarray(values))]
        return cls(vocabulary, idf, np.ascontiguousarray(right.T))

    def __len__(self) -> int:
        return self.basis.shape[1]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(texts, dimensions), rows of length 1; a row of zeros where no term is known."""
        found = np.asarray(self.weights([Counter(terms(text)) for text in texts]) @ self.basis)
        length = np.linalg.norm(found, axis=1, keepdims=True)
        return (found / np.where(length > 1e-9, length, 1.0)).astype(np.float32)

    def weights(self, cut: Sequence[Counter[str]]) -> sparse.csr_array:
        """(texts, terms), rows of length 1 where a term is known."""
        rows, columns, values = [], [], []
        for row, one in enumerate(cut):
            for term, count in one.items():
                place = self.vocabulary.get(term)
                if place is not None:
                    rows.append(row)
                    columns.append(place)
                    values.append((1.0 + np.log(count)) * self.idf[place])
        found = sparse.csr_array((values, (rows, columns)), shape=(len(cut), len(self.vocabulary)), dtype=np.float64)
        length = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
        scale = 1.0 / np.where(length > 0.0, length, 1.0)
        return sparse.csr_array(sparse.diags_array(scale) @ found)
