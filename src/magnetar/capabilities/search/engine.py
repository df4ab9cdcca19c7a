"""The search engine: indexes that follow the catalogue, and one ranked answer from all of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.search import fusion
from magnetar.capabilities.search.asking import Asked, codes_in, understand
from magnetar.capabilities.search.bridge import Bridge
from magnetar.capabilities.search.fields import grams
from magnetar.capabilities.search.fusion import SIGNS, Gate
from magnetar.capabilities.search.hits import Found, Hit, Reason
from magnetar.capabilities.search.indexes import Indexes, Key
from magnetar.capabilities.search.keeping import Learned
from magnetar.capabilities.search.lexical import best
from magnetar.capabilities.search.meanings import Meanings, Ranked
from magnetar.capabilities.search.spelling import Spelling
from magnetar.capabilities.search.teaching import make_up
from magnetar.capabilities.search.telling import notes_of, reasons_of
from magnetar.capabilities.search.weighing import DEEP, signs_of
from magnetar.vocabulary.catalogue import Product

ENGINES = ("bm25", "pieces", "dense", "generated", "rrf", "hybrid")
"""Ways to rank, plainest first. The last is what the platform uses."""
LEXICAL = "lexical"
"""What an answer says of itself where `hybrid` was asked for and only words and pieces are there yet."""
TAUGHT = 24_000
"""Made-up queries that the generator learns from, at most."""
RRF = 60.0


@dataclass(frozen=True, slots=True)
class Shopper:
    """What is known of who asks: ids of products that they looked at lately, newest last."""

    recent: tuple[Key, ...] = ()


class SearchEngine:
    """Finds products of one merchant, or of all."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        self._lock = threading.RLock()
        self._indexes = Indexes()
        self._meanings = Meanings()
        self.bridge = Bridge()
        self.gate: Gate = fusion.USUAL
        self._learned = False
        self.taught: frozenset[str] = frozenset()
        """Queries that the last lesson taught; empty where what was learned came from a file."""
        self.clicks: Counter[Key] = Counter()
        """How often each product was chosen; what is offered where nothing is found."""

    def __len__(self) -> int:
        return len(self._indexes.slots)

    def __contains__(self, key: Key) -> bool:
        return key in self._indexes.slots

    @property
    def spelling(self) -> Spelling:
        """The words that may be meant."""
        return self._indexes.spelling

    @classmethod
    def open(
        cls, products: Iterable[Product], seed: int = 1, log: Sequence[tuple[str, Key]] = (), *, taught: bool = True
    ) -> SearchEngine:
        """An engine over products.

        Args:
            log: (query, product chosen) pairs; they teach beside the made-up ones.
            taught: learn vectors, the generator and the gate now; without, words, pieces and the bridge answer until
                `learn` or `adopt`.
        """
        engine = cls(seed)
        for product in products:
            engine._indexes.put(product)
        engine.bridge = Bridge.learn((one.title, one.title_en) for one in engine.products() if one.title_en)
        if taught:
            engine.learn(log)
        return engine

    @property
    def learned(self) -> bool:
        """Whether vectors, generator and gate answer; one product or none leaves nothing to learn."""
        return self._learned or len(self) < 2

    def learn(self, log: Sequence[tuple[str, Key]] = ()) -> None:
        """Fit vectors and the tree of ids, train the generator and the gate; seconds, in this thread."""
        with self._lock:
            if len(self):
                self._meanings = Meanings.fit(self._indexes, self._seed)
            if len(self) > 1 and self._meanings.generator is not None:
                self._teach(log)
            self._learned = True

    def state(self) -> Learned | None:
        """What was learned, to be kept; None where nothing was."""
        with self._lock:
            indexes, meanings = self._indexes, self._meanings
            vectors, generator, ids = meanings.vectors, meanings.generator, meanings.ids
            if not self._learned or vectors is None or not len(self):
                return None
            slots = sorted(indexes.at)
            row = {slot: place for place, slot in enumerate(slots)}
            keys = tuple((str(indexes.at[slot].merchant), str(indexes.at[slot].id)) for slot in slots)
            return Learned(
                keys, tuple(indexes.digest(slot) for slot in slots), self.bridge.words, self.gate.weights,
                tuple(vectors.vocabulary), vectors.idf, vectors.basis, meanings.dense[slots],
                generator.state(row) if generator is not None and ids is not None else None,
                (ids.books, ids.prices, ids.codes) if ids is not None else None,
            )  # fmt: skip

    def adopt(self, learned: Learned) -> None:
        """Take what another engine learned on these products or most of them; products that it did not know, or knew
        with another text, are placed by their text.

        Raises:
            ValueError: the parts do not fit each other; the engine stays as it was.
        """
        with self._lock:
            self._meanings = Meanings.restored(learned, self._indexes)
            self.bridge, self.gate = Bridge(learned.bridge), Gate(learned.gate)
            self._learned = True

    def digests(self) -> dict[Key, str]:
        """What each product's texts say, as a digest."""
        with self._lock:
            return {key: self._indexes.digest(slot) for key, slot in self._indexes.slots.items()}

    # ---- keeping up with the catalogue

    def put(self, product: Product) -> None:
        """Take a product in, or take its new record; it can be found at once."""
        with self._lock:
            self.drop((str(product.merchant), str(product.id)))
            slot = self._indexes.put(product)
            self._meanings.put(slot, self._indexes.whole(slot))

    def drop(self, key: Key) -> None:
        """Let a product go; an unknown one changes nothing."""
        with self._lock:
            slot = self._indexes.drop(key)
            if slot is not None:
                self._meanings.drop(slot)

    def product(self, key: Key) -> Product | None:
        """The record that is indexed."""
        slot = self._indexes.slots.get(key)
        return None if slot is None else self._indexes.at[slot]

    def products(self) -> list[Product]:
        """Every product that is indexed, in order of coming."""
        with self._lock:
            return [self._indexes.at[slot] for slot in sorted(self._indexes.at)]

    def _teach(self, log: Sequence[tuple[str, Key]]) -> None:
        """Train the generator, then the gate, on made-up queries and what was chosen."""
        indexes, generator = self._indexes, self._meanings.generator
        assert generator is not None
        slots = sorted(indexes.at)
        records = {slot: (indexes.at[slot], indexes.texts[slot]) for slot in slots}
        each = max(1, min(24, TAUGHT // len(slots)))
        clicked = [(query, indexes.slots[key]) for query, key in log if key in indexes.slots]
        for_tree = make_up(records, each, self._seed, self.bridge.words)
        generator.teach([*for_tree, *clicked], self._seed)
        self.taught = frozenset(query for query, _ in (*for_tree, *clicked))
        some = slots[:: max(1, len(slots) // 400)]
        for_gate = make_up({slot: records[slot] for slot in some}, 2, self._seed + 1, self.bridge.words)
        asked: list[tuple[NDArray[np.float64], int]] = []
        for query, slot in [*for_gate[:800], *clicked[:400]]:
            candidates, signs = signs_of(self._understood(query), (), indexes, self._meanings)
            row = np.flatnonzero(candidates == slot)
            if len(row):
                asked.append((signs, int(row[0])))
        if len(asked) >= 30:
            self.gate = fusion.learn(asked)

    def _understood(self, query: str) -> Asked:
        return understand(query, self._indexes.words, self._indexes.spelling, self.bridge)

    # ---- answering

    def search(
        self,
        query: str,
        limit: int = 10,
        *,
        engine: str = "hybrid",
        shopper: Shopper | None = None,
        allowed: Callable[[Product], bool] | None = None,
        explained: bool = True,
    ) -> Found:
        """The products that a query asks for, best first.

        Args:
            engine: one of `ENGINES`.
            allowed: which products may be shown at all.
            explained: whether each hit says why it is there.

        Raises:
            ValueError: no such engine, or a limit below 1.
        """
        if engine not in ENGINES:
            raise ValueError(f"no engine {engine!r}; choose one of: {', '.join(ENGINES)}")
        if limit < 1:
            raise ValueError(f"limit must be at least 1, found {limit}")
        with self._lock:
            asked, at = self._understood(query), self._indexes.at
            slots, scores = self._ranked(asked, engine, shopper or Shopper())
            if allowed is not None:
                kept = np.array([allowed(at[slot]) for slot in slots.tolist()], np.bool_)
                slots, scores = slots[kept.nonzero()[0]], scores[kept.nonzero()[0]]
            eased = False
            if asked.wish.priced and engine in ("hybrid", "rrf"):
                fits = np.array(
                    [asked.wish.admits(self._indexes.facts[slot].price) for slot in slots.tolist()], np.bool_
                )
                eased = bool(len(slots)) and not fits.any()
                if fits.any():
                    slots, scores = slots[fits], scores[fits]
            slots, scores = slots[:limit], scores[:limit]
            hits = tuple(
                self._hit(slot, score, asked if explained else None)
                for slot, score in zip(slots.tolist(), scores.tolist(), strict=True)
            )
            corrections = tuple(pair for pair in asked.corrections if engine == "hybrid") if hits else ()
            popular = () if hits else tuple(self._hit(slot, 0.0, None) for slot in self._popular(limit, allowed))
            named = engine if engine != "hybrid" or self.learned else LEXICAL
            return Found(
                query, named, hits, corrections, asked.wish.said if engine in ("hybrid", "rrf") else (), eased, popular,
                notes_of(query, asked, hits, eased, bool(popular), not len(self)),
            )  # fmt: skip

    def _hit(self, slot: int, score: float, asked: Asked | None) -> Hit:
        indexes, product = self._indexes, self._indexes.at[slot]
        reasons: tuple[Reason, ...] = ()
        if asked is not None:
            exact = any(slot in indexes.codes.get(code, ()) for code in codes_in(asked.query))
            path = self._meanings.path(slot)
            reasons = reasons_of(asked, product, indexes.masks[slot], indexes.facts[slot], exact, path)
        return Hit(str(product.merchant), str(product.id), score, reasons)

    def _popular(self, limit: int, allowed: Callable[[Product], bool] | None) -> list[int]:
        slots, at = self._indexes.slots, self._indexes.at
        chosen = [slots[key] for key, _ in self.clicks.most_common() if key in slots]
        order = dict.fromkeys([*chosen, *sorted(at)])
        return [slot for slot in order if at[slot].available and (allowed is None or allowed(at[slot]))][:limit]

    def _ranked(self, asked: Asked, engine: str, shopper: Shopper) -> Ranked:
        indexes, meanings = self._indexes, self._meanings
        if engine == "bm25":
            return indexes.words.scores([[(term, 1.0)] for term in asked.plain], 1000)
        if engine == "pieces":
            return indexes.pieces.scores([[(piece, 1.0)] for piece in dict.fromkeys(grams(asked.query))], 1000)
        if engine == "dense":
            return meanings.alike(asked.query, indexes.at, indexes.room, 1000)
        recent = tuple(slot for key in shopper.recent[-20:] if (slot := indexes.slots.get(key)) is not None)
        if engine == "generated":
            slots, scores = meanings.generated(asked.query, [indexes.whole(slot) for slot in recent])
            return slots, np.exp(scores)
        exact = {slot for code in codes_in(asked.query) for slot in indexes.codes.get(code, ())}
        if engine == "rrf":
            total: Counter[int] = Counter()
            for name in ENGINES[:4]:
                for rank, slot in enumerate(self._ranked(asked, name, shopper)[0][:DEEP].tolist()):
                    total[slot] += 1.0 / (RRF + rank + 1)  # pyright: ignore[reportArgumentType]
            slots = np.fromiter(total, np.int32, len(total))
            return best(slots, np.fromiter(total.values(), np.float32, len(total)), 1000)
        slots, signs = signs_of(asked, recent, indexes, meanings)
        if not asked.plain:  # pieces of stop words are no evidence
            slots, signs = slots[:0], signs[:0]
        if not len(slots) and not exact:
            return slots, np.zeros(0, np.float32)
        scores = self.gate.score(signs)
        known = (signs[:, SIGNS.index("expanded")] > 0.0) | (signs[:, SIGNS.index("pieces")] > 0.2)
        known |= signs[:, SIGNS.index("dense")] > 0.3
        slots, scores = slots[known], scores[known]
        late = [slot for slot in exact if slot not in set(slots.tolist())]
        slots = np.concatenate([slots, np.array(late, np.int32)])
        scores = np.concatenate([scores, np.zeros(len(late))])
        scores += np.array([100.0 * (slot in exact) for slot in slots.tolist()])
        return best(slots, scores.astype(np.float32), 1000)

    # ---- what suggestions and keywords ask

    def place(self, query: str, key: Key) -> tuple[int, int]:
        """(the product's place among the first hundred, from 1, 0 if not there; how many say every word of the query)."""
        with self._lock:
            return self._indexes.place(query, key)

    def semantic_id(self, key: Key) -> tuple[int, ...]:
        """The product's place in the tree of ids, () where it has none."""
        slot = self._indexes.slots.get(key)
        return () if slot is None else self._meanings.path(slot)
