"""A dictionary learned from the catalogue's own titles in two languages, so that a query in one finds texts in the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from magnetar.capabilities.search.constraints import is_unit
from magnetar.capabilities.understanding import terms

PAIRS = 50_000
"""Products that are read, at most."""
ROUNDS = 8
LEAST = 0.12
"""Translations that are kept have at least this probability."""
MEANT = 3


@dataclass(frozen=True, slots=True)
class Bridge:
    """Each term's translations, likeliest first."""

    words: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)

    @classmethod
    def learn(cls, pairs: Iterable[tuple[str, str]]) -> Bridge:
        """Learn from (Chinese text, English text) of the same products.

        Expectation-maximisation of word-for-word translation in both directions; a translation's weight is the
        geometric mean of both, so that a word that goes with everything translates nothing.
        Source: Brown et al. (1993), The mathematics of statistical machine translation, model 1.
        """
        zh: list[list[str]] = []
        en: list[list[str]] = []
        for one, other in pairs:
            left = sorted({term for term in terms(one) if term[0] >= "\u3400"})
            right = sorted(
                {term for term in terms(other) if term[0].isascii() and term[0].isalpha() and not is_unit(term)}
            )
            if left and right:
                zh.append(left)
                en.append(right)
            if len(zh) == PAIRS:
                break
        if not zh:
            return cls()
        names = {term: place for place, term in enumerate(sorted({term for one in (*zh, *en) for term in one}))}
        listed = list(names)
        seen = Counter(term for one in (*zh, *en) for term in one)
        row = np.concatenate(
            [np.full(len(one) * len(other), place) for place, (one, other) in enumerate(zip(zh, en, strict=True))]
        )
        left = np.concatenate(
            [np.repeat([names[term] for term in one], len(other)) for one, other in zip(zh, en, strict=True)]
        )
        right = np.concatenate(
            [np.tile([names[term] for term in other], len(one)) for one, other in zip(zh, en, strict=True)]
        )
        there, back = _translate(row, left, right, len(names)), _translate(row, right, left, len(names))
        key, place = np.unique(left.astype(np.int64) * len(names) + right, return_index=True)
        sure = np.sqrt(there[place] * back[place])
        found: dict[str, list[tuple[str, float]]] = {}
        for pair in np.flatnonzero(sure >= LEAST):
            one, other = listed[int(key[pair] // len(names))], listed[int(key[pair] % len(names))]
            weight = float(sure[pair]) * min(
                1.0, 0.5 + 0.25 * min(seen[one], seen[other])
            )  # once seen is half believed
            found.setdefault(one, []).append((other, weight))
            found.setdefault(other, []).append((one, weight))
        return cls(
            {
                term: tuple(sorted(others, key=lambda pair: (-pair[1], pair[0]))[:MEANT])
                for term, others in found.items()
            }
        )

    def across(self, term: str) -> tuple[tuple[str, float], ...]:
        """(translation, weight) of a term, () where none is known."""
        return self.words.get(term, ())


def _translate(row: np.ndarray, given: np.ndarray, to: np.ndarray, size: int) -> np.ndarray:
    """(pairs,), the probability of each pair's second word given its first."""
    keys, at = np.unique(given.astype(np.int64) * size + to, return_inverse=True)
    source = (keys // size).astype(np.int64)
    chance = 1.0 / np.maximum(1, np.bincount(source, minlength=size))[source]
    _, place = np.unique(row.astype(np.int64) * size + to, return_inverse=True)
    for _ in range(ROUNDS):
        each = chance[at]
        each = each / np.bincount(place, each)[place]
        counts = np.bincount(at, each, minlength=len(keys))
        chance = counts / np.bincount(source, counts, minlength=size)[source]
    return chance[at]
