"""An inverted index that takes products in and lets them go one at a time; BM25 with each term's best stand-in."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Slots = NDArray[np.int32]
Floats = NDArray[np.float32]
Concept = Sequence[tuple[str, float]]
"""One thing that is asked for, as terms that may say it, each with how well it does, in (0, 1]."""

K1 = 0.5
"""Saturation of a term's frequency: low, because a title that says a word twice is not twice as right."""


class Inverted:
    """Postings by term. A product is a slot: a number that is never used again once it is dropped."""

    def __init__(self, k1: float = K1) -> None:
        self._k1 = k1
        self._slots: dict[str, array[int]] = {}
        self._impacts: dict[str, array[float]] = {}
        self._known: dict[str, int] = {}
        self.documents: dict[int, Mapping[str, float]] = {}
        """Each slot's terms with their weighted frequency."""
        self._gone = np.zeros(1024, np.bool_)
        self._dead = 0
        self._scratch = np.zeros(1024, np.float32)
        self._one = np.zeros(1024, np.float32)

    def __len__(self) -> int:
        return len(self.documents)

    def __contains__(self, term: str) -> bool:
        return self._known.get(term, 0) > 0

    @property
    def terms(self) -> Mapping[str, int]:
        """In how many products each term stands."""
        return self._known

    def put(self, slot: int, weights: Mapping[str, float]) -> None:
        """Take a product in.

        Raises:
            ValueError: the slot is taken.
        """
        if slot in self.documents or (slot < len(self._gone) and self._gone[slot]):
            raise ValueError(f"slot {slot} is taken")
        self.documents[slot] = weights
        for term, weight in weights.items():
            if term not in self._slots:
                self._slots[term], self._impacts[term] = array("i"), array("f")
            self._slots[term].append(slot)
            self._impacts[term].append(weight * (self._k1 + 1.0) / (weight + self._k1))
            self._known[term] = self._known.get(term, 0) + 1
        if slot >= len(self._scratch):
            self._scratch = np.zeros(2 * slot + 2, np.float32)
            self._one = np.zeros(2 * slot + 2, np.float32)
            self._gone = np.concatenate([self._gone, np.zeros(2 * slot + 2 - len(self._gone), np.bool_)])

    def drop(self, slot: int) -> None:
        """Let a product go; an unknown slot changes nothing."""
        weights = self.documents.pop(slot, None)
        if weights is None:
            return
        self._gone[slot] = True
        self._dead += 1
        for term in weights:
            self._known[term] -= 1
            if not self._known[term]:
                del self._known[term], self._slots[term], self._impacts[term]
        if self._dead > 64 and self._dead > len(self.documents):
            self._sweep()

    def idf(self, term: str) -> float:
        """How telling a term is; 0 for one that no product has."""
        known = self._known.get(term, 0)
        return math.log(1.0 + (len(self.documents) - known + 0.5) / (known + 0.5)) if known else 0.0

    def scores(self, concepts: Sequence[Concept], most: int = 0) -> tuple[Slots, Floats]:
        """Products that say any of the concepts, with their score: the sum over concepts of the best stand-in's BM25.

        Args:
            most: only so many, the best; 0 for all. Equal scores are taken in order of slot.

        Source: Robertson & Zaragoza (2009), The probabilistic relevance framework: BM25 and beyond.
        """
        total, one = self._scratch, self._one
        touched: list[Slots] = []
        for concept in concepts:
            said: list[Slots] = []
            for term, weight in concept:
                if term not in self._slots:
                    continue
                slots = np.array(self._slots[term], np.int32)
                found = np.array(self._impacts[term], np.float32) * np.float32(weight * self.idf(term))
                one[slots] = np.maximum(one[slots], found)
                said.append(slots)
            for slots in said:
                total[slots] += one[slots]
                one[slots] = 0.0
            touched += said
        if not touched:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        if sum(map(len, touched)) > 100_000:
            every = np.flatnonzero(total).astype(np.int32)
        else:
            every = np.unique(np.concatenate(touched))
        found = total[every].copy()
        total[every] = 0.0
        if self._dead:
            alive = ~self._gone[every]
            every, found = every[alive], found[alive]
        return best(every, found, most) if most else (every, found)

    def _sweep(self) -> None:
        """Take dropped slots out of the postings."""
        for term in self._slots:
            slots, impacts = np.array(self._slots[term], np.int32), np.array(self._impacts[term], np.float32)
            alive = ~self._gone[slots]
            if not alive.all():
                self._slots[term] = array("i", slots[alive].tolist())
                self._impacts[term] = array("f", impacts[alive].tolist())
        self._dead = 0


def best(slots: Slots, scores: Floats, most: int) -> tuple[Slots, Floats]:
    """The `most` highest, highest first, equal ones in order of slot."""
    if len(slots) > most:
        edge = np.partition(scores, len(scores) - most)[len(scores) - most]
        above = scores >= edge
        slots, scores = slots[above], scores[above]
    order = np.lexsort((slots, -scores))[:most]
    return slots[order], scores[order]
