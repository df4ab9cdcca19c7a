"""Products by what they mean: vectors, the tree of semantic ids, and the generator that walks it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.search.indexes import Indexes
from magnetar.capabilities.search.keeping import Learned
from magnetar.capabilities.search.lexical import best
from magnetar.capabilities.search.onesearch import Generator
from magnetar.capabilities.understanding import SemanticIds, TextVectors

GENERATED = 300_000
"""Products above which the generator is not trained when an engine is opened; the others still answer."""
LEVELS = 3
Ranked = tuple[NDArray[np.int32], NDArray[np.float32]]
"""(slots, scores), best first."""
_EMPTY_SLOTS, _EMPTY_SCORES = np.zeros(0, np.int32), np.zeros(0, np.float32)


@dataclass(slots=True, eq=False)
class Meanings:
    """What needs many products at once to be learned; nothing until it is."""

    vectors: TextVectors | None = None
    dense: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    """(room, directions), the vector of each slot."""
    generator: Generator | None = None
    ids: SemanticIds | None = None

    @classmethod
    def fit(cls, indexes: Indexes, seed: int) -> Meanings:
        """Learn the vectors, and the tree of ids where the catalogue is not too large for it."""
        slots = sorted(indexes.at)
        if not slots:
            return cls()
        wholes = [indexes.whole(slot) for slot in slots]
        fitted = TextVectors.fit(wholes, seed=seed)
        basis = fitted.basis.astype(np.float32).astype(np.float64)  # what a file keeps, so that it answers the same
        vectors = TextVectors(fitted.vocabulary, fitted.idf, basis)
        dense = np.zeros((2 * indexes.room + 16, len(vectors)), np.float32)
        if len(vectors):
            dense[slots] = vectors.encode(wholes)
        if len(slots) > GENERATED:
            return cls(vectors, dense)
        generator, meant = Generator.start(wholes, LEVELS, seed)
        width = min(256, max(4, 2 * math.ceil(len(slots) ** (1.0 / LEVELS))))
        ids = SemanticIds.fit(meant, seed, levels=LEVELS, width=width)
        for slot, codes, vector in zip(slots, ids.codes, meant, strict=True):
            generator.put(slot, codes.tolist(), vector)
        generator.settle(dict(zip(slots, meant, strict=True)))
        return cls(vectors, dense, generator, ids)

    @classmethod
    def restored(cls, learned: Learned, indexes: Indexes) -> Meanings:
        """What another engine learned; products that it did not know, or knew with another text, are placed by their text.

        Raises:
            ValueError: the parts do not fit each other.
        """
        vectors = TextVectors(
            {term: place for place, term in enumerate(learned.vocabulary)}, learned.idf, learned.basis
        )
        slots = np.full(len(learned.keys), -1, np.int32)
        for place, (key, digest) in enumerate(zip(learned.keys, learned.digests, strict=True)):
            slot = indexes.slots.get(key)
            if slot is not None and indexes.digest(slot) == digest:
                slots[place] = slot
        made = cls(vectors)
        if learned.tree is not None and learned.ids is not None:
            made.generator, made.ids = Generator.restored(learned.tree, slots), SemanticIds(*learned.ids)
        same = slots >= 0
        made.dense = np.zeros((2 * indexes.room + 16, len(vectors)), np.float32)
        made.dense[slots[same]] = learned.dense[same]
        late = sorted(set(indexes.at) - set(slots[same].tolist()))
        if late and len(vectors):
            made.dense[late] = vectors.encode([indexes.whole(slot) for slot in late])
        for slot in late:
            made._place(slot, indexes.whole(slot))
        return made

    def put(self, slot: int, text: str) -> None:
        """Place a product that came later by its text."""
        if self.vectors is not None:
            if slot >= len(self.dense):
                more = np.zeros((2 * slot + 16 - len(self.dense), self.dense.shape[1]), np.float32)
                self.dense = np.concatenate([self.dense, more])
            self.dense[slot] = self.vectors.encode([text])[0] if len(self.vectors) else 0.0
        self._place(slot, text)

    def drop(self, slot: int) -> None:
        """Let a product go."""
        if self.generator is not None:
            self.generator.drop(slot)

    def path(self, slot: int) -> tuple[int, ...]:
        """A product's place in the tree of ids, () where it has none."""
        return self.generator.path(slot) if self.generator is not None else ()

    def _place(self, slot: int, text: str) -> None:
        if self.generator is None or self.ids is None:
            return
        vector = self.generator.encode(text)
        try:
            self.ids = self.ids.extend(vector[None])
        except ValueError:  # every id is taken: it is found by words until the engine is opened anew
            return
        self.generator.put(slot, self.ids.codes[-1].tolist(), vector)

    # ---- answering

    def of(self, query: str) -> NDArray[np.float32] | None:
        """Where a query points; None where none of its words is known."""
        if self.vectors is None or not len(self.vectors):
            return None
        vector = self.vectors.encode([query])[0]
        return vector if vector.any() else None

    def alike(self, query: str, present: Collection[int], room: int, most: int) -> Ranked:
        """Products whose vectors point where the query's does.

        Args:
            present: slots that are in use, of the first `room`.
        """
        vector = self.of(query)
        if vector is None:
            return _EMPTY_SLOTS, _EMPTY_SCORES
        near = self.dense[:room] @ vector
        slots = np.flatnonzero(near > 0.0).astype(np.int32)
        slots = slots[[slot in present for slot in slots.tolist()]] if len(present) < room else slots
        return best(slots, near[slots], most)

    def generated(self, query: str, seen: Sequence[str]) -> Ranked:
        """Products that the generator writes down, with log-probabilities, given texts of what was looked at lately."""
        if self.generator is None or not len(self.generator):
            return _EMPTY_SLOTS, _EMPTY_SCORES
        vector = self.generator.encode(query)
        if not vector.any():
            return _EMPTY_SLOTS, _EMPTY_SCORES
        return self.generator.generate(self.generator.asked_by(vector, [self.generator.encode(text) for text in seen]))
