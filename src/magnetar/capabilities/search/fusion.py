"""What each engine says of a product, weighed into one score; the weights are learned from made-up queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SIGNS = (
    "bm25",
    "expanded",
    "pieces",
    "dense",
    "generated",
    "satisfied",
    "covered",
    "in_title",
    "in_category",
    "brand",
    "unwanted",
)
"""What is known of a candidate, each in [0, 1]."""

RIVALS = 24
"""Wrong candidates that a query teaches with."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A weight for each sign."""

    weights: tuple[float, ...]

    def score(self, signs: Floats) -> Floats:
        """(candidates,), from (candidates, signs)."""
        return signs @ np.array(self.weights)


USUAL = Gate((4.0, 6.0, 4.0, 3.0, 3.0, 3.0, 3.0, 2.0, 1.0, 1.5, -4.0))
"""Weights where a catalogue is too small to learn its own."""


def learn(
    asked: Sequence[tuple[Floats, int]], start: Gate = USUAL, pull: float = 0.002, rounds: int = 300, rate: float = 0.5
) -> Gate:
    """Weights under which the product that was meant comes first.

    Args:
        asked: for each query (candidates, signs) and the row that was meant; those with one candidate teach nothing.
        start: where to begin, and whither `pull` draws back.

    Returns:
        Weights at or above 0 near the minimum of mean −log softmax(score)[meant] + pull ⁄ 2 × squared distance from
        the start. The weight of what is unwanted, which made-up queries never show, stays as it was.

    Source: Cao et al. (2007), ICML, ListNet with one right answer.
    """
    asked = [_hardest(signs, meant, start) for signs, meant in asked if len(signs) > 1]
    if not asked:
        return start
    signs = np.concatenate([one for one, _ in asked])
    starts = np.concatenate([[0], np.cumsum([len(one) for one, _ in asked])[:-1]]).astype(np.int64)
    meant = starts + np.array([row for _, row in asked])
    origin = np.array(start.weights)
    weights = origin.copy()
    free = np.ptp(signs, axis=0) > 0.0
    free[SIGNS.index("unwanted")] = False
    group = np.repeat(np.arange(len(asked)), [len(one) for one, _ in asked])
    seen = np.full(len(origin), 1e-6)
    for _ in range(rounds):
        score = signs @ weights
        score = np.exp(score - np.maximum.reduceat(score, starts)[group])
        share = score / np.add.reduceat(score, starts)[group]
        slope = (share @ signs - signs[meant].sum(axis=0)) / len(asked) + pull * (weights - origin)
        slope[~free] = 0.0
        seen += slope * slope
        weights = np.where(free, np.maximum(0.0, weights - rate * slope / np.sqrt(seen)), weights)
    return Gate(tuple(float(one) for one in weights))


def _hardest(signs: Floats, meant: int, gate: Gate) -> tuple[Floats, int]:
    """The one that was meant and the rivals that the gate likes best: the others teach nothing."""
    order = np.argsort(-gate.score(signs), kind="stable")
    rivals = order[order != meant][:RIVALS]
    return signs[np.concatenate([[meant], rivals])], 0
