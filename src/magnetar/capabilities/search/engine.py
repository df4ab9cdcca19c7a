"""The search engine: indexes that follow the catalogue, and one ranked answer from all of them."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.search import fusion
from magnetar.capabilities.search.asking import Asked, codes_in, understand
from magnetar.capabilities.search.bridge import Bridge
from magnetar.capabilities.search.constraints import Facts, facts_of, satisfied
from magnetar.capabilities.search.fields import FIELDS, grams, texts_of, weigh
from magnetar.capabilities.search.fusion import SIGNS, Gate
from magnetar.capabilities.search.hits import Found, Hit, Reason
from magnetar.capabilities.search.keeping import Learned, digest_of
from magnetar.capabilities.search.lexical import K1, Inverted, best
from magnetar.capabilities.search.onesearch import Generator
from magnetar.capabilities.search.spelling import Spelling
from magnetar.capabilities.search.teaching import make_up
from magnetar.capabilities.search.telling import reasons_of
from magnetar.capabilities.understanding import SemanticIds, TextVectors, plain, terms
from magnetar.vocabulary.catalogue import Product

ENGINES = ("bm25", "pieces", "dense", "generated", "rrf", "hybrid")
"""Ways to rank, plainest first. The last is what the platform uses."""
DEEP = 80
"""Candidates that each engine puts forward."""
LEXICAL = "lexical"
"""What an answer says of itself where `hybrid` was asked for and only words and pieces are there yet."""
GENERATED = 300_000
"""Products above which the generator is not trained when an engine is opened; the others still answer."""
TAUGHT = 24_000
"""Made-up queries that the generator learns from, at most."""
RRF = 60.0
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Shopper:
    """What is known of who asks: ids of products that they looked at lately, newest last."""

    recent: tuple[Key, ...] = ()


class SearchEngine:
    """Finds products of one merchant, or of all."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        self._lock = threading.RLock()
        self._slots: dict[Key, int] = {}
        self._at: dict[int, Product] = {}
        self._texts: dict[int, Mapping[str, str]] = {}
        self._facts: dict[int, Facts] = {}
        self._masks: dict[int, Mapping[str, int]] = {}
        self._brands: Counter[str] = Counter()
        self._ids: dict[str, set[int]] = {}
        self._next = 0
        self._words, self._pieces = Inverted(), Inverted(1.2)
        self.spelling, self.bridge = Spelling(), Bridge()
        self._vectors: TextVectors | None = None
        self._dense = np.zeros((0, 0), np.float32)
        self._generator: Generator | None = None
        self._ids_model: SemanticIds | None = None
        self.gate: Gate = fusion.USUAL
        self._learned = False
        self.taught: frozenset[str] = frozenset()
        """Queries that the last lesson taught; empty where what was learned came from a file."""
        self.clicks: Counter[Key] = Counter()
        """How often each product was chosen; what is offered where nothing is found."""

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, key: Key) -> bool:
        return key in self._slots

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
            engine._put(product)
        engine.bridge = Bridge.learn(
            (one.title, one.title_en) for one in (engine._at[slot] for slot in sorted(engine._at)) if one.title_en
        )
        if taught:
            engine.learn(log)
        return engine

    @property
    def learned(self) -> bool:
        """Whether vectors, generator and gate answer; one product or none leaves nothing to learn."""
        return self._learned or len(self._slots) < 2

    def learn(self, log: Sequence[tuple[str, Key]] = ()) -> None:
        """Fit vectors and the tree of ids, train the generator and the gate; seconds, in this thread."""
        with self._lock:
            self._fit()
            if len(self._slots) > 1 and self._generator is not None:
                self._teach(sorted(self._at), log)
            self._learned = True

    def state(self) -> Learned | None:
        """What was learned, to be kept; None where nothing was."""
        with self._lock:
            if not self._learned or self._vectors is None or not self._slots:
                return None
            slots = sorted(self._at)
            row = {slot: place for place, slot in enumerate(slots)}
            keys = tuple((str(self._at[slot].merchant), str(self._at[slot].id)) for slot in slots)
            return Learned(
                keys, tuple(digest_of(self._texts[slot]) for slot in slots), self.bridge.words, self.gate.weights,
                tuple(self._vectors.vocabulary), self._vectors.idf, self._vectors.basis, self._dense[slots],
                self._generator.state(row) if self._generator is not None and self._ids_model is not None else None,
                (self._ids_model.books, self._ids_model.prices, self._ids_model.codes) if self._ids_model is not None else None,
            )  # fmt: skip

    def adopt(self, learned: Learned) -> None:
        """Take what another engine learned on these products or most of them; products that it did not know, or knew
        with another text, are placed by their text.

        Raises:
            ValueError: the parts do not fit each other; the engine stays as it was.
        """
        with self._lock:
            vectors = TextVectors(
                {term: place for place, term in enumerate(learned.vocabulary)}, learned.idf, learned.basis
            )
            slots = np.full(len(learned.keys), -1, np.int32)
            for place, (key, digest) in enumerate(zip(learned.keys, learned.digests, strict=True)):
                slot = self._slots.get(key)
                if slot is not None and digest_of(self._texts[slot]) == digest:
                    slots[place] = slot
            generator = ids_model = None
            if learned.tree is not None and learned.ids is not None:
                generator = Generator.restored(learned.tree, slots)
                ids_model = SemanticIds(*learned.ids)
            same = slots >= 0
            dense = np.zeros((2 * self._next + 16, len(vectors)), np.float32)
            dense[slots[same]] = learned.dense[same]
            late = sorted(set(self._at) - set(slots[same].tolist()))
            if late and len(vectors):
                dense[late] = vectors.encode([_whole(self._texts[slot]) for slot in late])
            self._vectors, self._dense = vectors, dense
            self._generator, self._ids_model = generator, ids_model
            self.bridge, self.gate = Bridge(learned.bridge), Gate(learned.gate)
            if generator is not None:
                for slot in late:
                    self._place(slot)
            self._learned = True

    def digests(self) -> dict[Key, str]:
        """What each product's texts say, as a digest."""
        with self._lock:
            return {key: digest_of(self._texts[slot]) for key, slot in self._slots.items()}

    # ---- keeping up with the catalogue

    def put(self, product: Product) -> None:
        """Take a product in, or take its new record; it can be found at once."""
        with self._lock:
            slot = self._put(product)
            if self._vectors is not None:
                self._grow(slot)
                self._dense[slot] = self._vectors.encode([_whole(self._texts[slot])])[0] if len(self._vectors) else 0.0
            if self._generator is not None and self._ids_model is not None:
                self._place(slot)

    def drop(self, key: Key) -> None:
        """Let a product go; an unknown one changes nothing."""
        with self._lock:
            slot = self._slots.pop(key, None)
            if slot is None:
                return
            for index in (self._words, self._pieces):
                index.drop(slot)
            product = self._at.pop(slot)
            self.spelling.drop(self._texts.pop(slot))
            self._brands[plain(product.brand)] -= 1
            for code in _codes(product):
                self._ids[code].discard(slot)
            del self._facts[slot], self._masks[slot]
            if self._generator is not None:
                self._generator.drop(slot)

    def product(self, key: Key) -> Product | None:
        """The record that is indexed."""
        slot = self._slots.get(key)
        return None if slot is None else self._at[slot]

    def products(self) -> list[Product]:
        """Every product that is indexed, in order of coming."""
        with self._lock:
            return [self._at[slot] for slot in sorted(self._at)]

    def _put(self, product: Product) -> int:
        key = (str(product.merchant), str(product.id))
        self.drop(key)
        slot, self._next = self._next, self._next + 1
        texts = texts_of(product)
        self._slots[key], self._at[slot], self._texts[slot] = slot, product, texts
        weights, masks = weigh(texts)
        self._words.put(slot, weights)
        self._masks[slot] = masks
        named = " ".join(texts.get(name, "") for name in ("title", "title_en", "category", "brand", "attributes"))
        self._pieces.put(slot, {piece: float(count) for piece, count in Counter(grams(named)).items()})
        self.spelling.put(texts)
        self._facts[slot] = facts_of(product, texts)
        self._brands[plain(product.brand)] += 1
        for code in _codes(product):
            self._ids.setdefault(code, set()).add(slot)
        return slot

    def _fit(self) -> None:
        """Learn what needs many products at once: the vectors, the tree of ids."""
        slots = sorted(self._at)
        if not slots:
            return
        wholes = [_whole(self._texts[slot]) for slot in slots]
        fitted = TextVectors.fit(wholes, seed=self._seed)
        basis = fitted.basis.astype(np.float32).astype(np.float64)  # what a file keeps, so that it answers the same
        self._vectors = TextVectors(fitted.vocabulary, fitted.idf, basis)
        self._dense = np.zeros((2 * self._next + 16, len(self._vectors)), np.float32)
        if len(self._vectors):
            self._dense[slots] = self._vectors.encode(wholes)
        if len(slots) > GENERATED:
            return
        levels = 3
        self._generator, vectors = Generator.start(wholes, levels, self._seed)
        width = min(256, max(4, 2 * math.ceil(len(slots) ** (1.0 / levels))))
        self._ids_model = SemanticIds.fit(vectors, self._seed, levels=levels, width=width)
        for slot, codes, vector in zip(slots, self._ids_model.codes, vectors, strict=True):
            self._generator.put(slot, codes.tolist(), vector)
        self._generator.settle(dict(zip(slots, vectors, strict=True)))

    def _teach(self, slots: Sequence[int], log: Sequence[tuple[str, Key]]) -> None:
        assert self._generator is not None
        records = {slot: (self._at[slot], self._texts[slot]) for slot in slots}
        each = max(1, min(24, TAUGHT // len(slots)))
        clicked = [(query, self._slots[key]) for query, key in log if key in self._slots]
        for_tree = make_up(records, each, self._seed, self.bridge.words)
        self._generator.teach([*for_tree, *clicked], self._seed)
        self.taught = frozenset(query for query, _ in (*for_tree, *clicked))
        some = slots[:: max(1, len(slots) // 400)]
        for_gate = make_up({slot: records[slot] for slot in some}, 2, self._seed + 1, self.bridge.words)
        asked: list[tuple[NDArray[np.float64], int]] = []
        for query, slot in [*for_gate[:800], *clicked[:400]]:
            candidates, signs = self._signs(understand(query, self._words, self.spelling, self.bridge), ())
            row = np.flatnonzero(candidates == slot)
            if len(row):
                asked.append((signs, int(row[0])))
        if len(asked) >= 30:
            self.gate = fusion.learn(asked)

    def _grow(self, slot: int) -> None:
        if slot >= len(self._dense):
            more = np.zeros((2 * slot + 16 - len(self._dense), self._dense.shape[1]), np.float32)
            self._dense = np.concatenate([self._dense, more])

    def _place(self, slot: int) -> None:
        """Give a product that came later its semantic id, read off its text."""
        assert self._generator is not None
        assert self._ids_model is not None
        vector = self._generator.encode(_whole(self._texts[slot]))
        try:
            self._ids_model = self._ids_model.extend(vector[None])
        except ValueError:  # every id is taken: it is found by words until the engine is opened anew
            return
        self._generator.put(slot, self._ids_model.codes[-1].tolist(), vector)

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
            asked = understand(query, self._words, self.spelling, self.bridge)
            slots, scores = self._ranked(asked, engine, shopper or Shopper())
            if allowed is not None:
                kept = np.array([allowed(self._at[slot]) for slot in slots.tolist()], np.bool_)
                slots, scores = slots[kept.nonzero()[0]], scores[kept.nonzero()[0]]
            eased = False
            if asked.wish.priced and engine in ("hybrid", "rrf"):
                fits = np.array([asked.wish.admits(self._facts[slot].price) for slot in slots.tolist()], np.bool_)
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
                _notes(query, asked, hits, eased, bool(popular), not self._slots),
            )  # fmt: skip

    def _hit(self, slot: int, score: float, asked: Asked | None) -> Hit:
        product = self._at[slot]
        reasons: tuple[Reason, ...] = ()
        if asked is not None:
            exact = any(slot in self._ids.get(code, ()) for code in codes_in(asked.query))
            path = self._generator.path(slot) if self._generator is not None else ()
            reasons = reasons_of(asked, product, self._masks[slot], self._facts[slot], exact, path)
        return Hit(str(product.merchant), str(product.id), score, reasons)

    def _popular(self, limit: int, allowed: Callable[[Product], bool] | None) -> list[int]:
        chosen = [self._slots[key] for key, _ in self.clicks.most_common() if key in self._slots]
        order = dict.fromkeys([*chosen, *sorted(self._at)])
        return [slot for slot in order if self._at[slot].available and (allowed is None or allowed(self._at[slot]))][
            :limit
        ]

    def _ranked(self, asked: Asked, engine: str, shopper: Shopper) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        if engine == "bm25":
            return self._words.scores([[(term, 1.0)] for term in asked.plain], 1000)
        if engine == "pieces":
            return self._pieces.scores([[(piece, 1.0)] for piece in dict.fromkeys(grams(asked.query))], 1000)
        if engine == "dense":
            return self._alike(asked.query, 1000)
        recent = tuple(slot for key in shopper.recent[-20:] if (slot := self._slots.get(key)) is not None)
        if engine == "generated":
            slots, scores = self._generated(asked.query, recent)
            return slots, np.exp(scores)
        exact = {slot for code in codes_in(asked.query) for slot in self._ids.get(code, ())}
        if engine == "rrf":
            total: Counter[int] = Counter()
            for name in ENGINES[:4]:
                for rank, slot in enumerate(self._ranked(asked, name, shopper)[0][:DEEP].tolist()):
                    total[slot] += 1.0 / (RRF + rank + 1)  # pyright: ignore[reportArgumentType]
            slots = np.fromiter(total, np.int32, len(total))
            return best(slots, np.fromiter(total.values(), np.float32, len(total)), 1000)
        slots, signs = self._signs(asked, recent)
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

    def _alike(self, query: str, most: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Products whose vectors point where the query's does."""
        vector = self._meaning(query)
        if vector is None:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        near = self._dense[: self._next] @ vector
        slots = np.flatnonzero(near > 0.0).astype(np.int32)
        slots = slots[[slot in self._at for slot in slots.tolist()]] if len(self._at) < self._next else slots
        return best(slots, near[slots], most)

    def _meaning(self, query: str) -> NDArray[np.float32] | None:
        if self._vectors is None or not len(self._vectors):
            return None
        vector = self._vectors.encode([query])[0]
        return vector if vector.any() else None

    def _generated(self, query: str, recent: Sequence[int]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        if self._generator is None or not len(self._generator):
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        vector = self._generator.encode(query)
        if not vector.any():
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        seen = [self._generator.encode(_whole(self._texts[slot])) for slot in recent]
        return self._generator.generate(self._generator.asked_by(vector, seen))

    def _signs(self, asked: Asked, recent: Sequence[int]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """The candidates of all engines, and what each engine says of them."""
        repaired = asked.repaired
        pieces = dict.fromkeys(grams(asked.wish.words))
        ways = (
            self._words.scores([[(term, 1.0)] for term in asked.plain]),
            self._words.scores(asked.words),
            self._pieces.scores([[(piece, 1.0)] for piece in pieces]),
        )
        own = sum(self._words.idf(term) for term in asked.plain)
        whole = sum(max(one.weight * self._words.idf(one.term) for one in concept) for concept in asked.concepts)
        part = sum(self._pieces.idf(piece) for piece in pieces)
        tops = [own * (K1 + 1.0), whole * (K1 + 1.0), part * 1.5]
        generated = self._generated(repaired, recent)
        dense = self._alike(repaired, DEEP)
        named = [best(slots, scores, DEEP)[0] for slots, scores in ways]
        candidates = np.unique(np.concatenate([*named, generated[0], dense[0]])).astype(np.int32)
        signs = np.zeros((len(candidates), len(SIGNS)))
        if not len(candidates):
            return candidates, signs
        for column, ((slots, scores), top) in enumerate(zip(ways, tops, strict=True)):
            if top > 0.0:
                place = np.searchsorted(slots, candidates)
                place[place == len(slots)] = 0
                hit = slots[place] == candidates if len(slots) else np.zeros(len(candidates), np.bool_)
                signs[hit, column] = np.minimum(1.0, scores[place[hit]] / top)
        vector = self._meaning(repaired)
        if vector is not None:
            signs[:, SIGNS.index("dense")] = np.maximum(0.0, self._dense[candidates] @ vector)
        if len(generated[0]):
            order = np.argsort(generated[0])
            place = np.minimum(np.searchsorted(generated[0][order], candidates), len(order) - 1)
            hit = generated[0][order][place] == candidates
            drop = generated[1][order][place[hit]] - generated[1].max()
            signs[hit, SIGNS.index("generated")] = np.maximum(0.0, 1.0 + drop / 10.0)
        self._look_closer(asked, candidates, signs, whole)
        return candidates, signs

    def _look_closer(
        self, asked: Asked, candidates: NDArray[np.int32], signs: NDArray[np.float64], whole: float
    ) -> None:
        """What needs a product's record: which fields say it, conditions met, the brand, what is not wanted."""
        title, category = 0b11, 1 << FIELDS.index("category")
        worth = [
            (
                max(one.weight * self._words.idf(one.term) for one in concept),
                [(one.term, one.weight) for one in concept],
            )
            for concept in asked.concepts
        ]
        small = plain(asked.query)
        brands = {slot: plain(self._at[slot].brand) for slot in candidates.tolist()}
        unwanted = [term for word in asked.wish.without for term in terms(word)]
        covered, in_title, in_category = SIGNS.index("covered"), SIGNS.index("in_title"), SIGNS.index("in_category")
        for row, slot in enumerate(candidates.tolist()):
            masks, facts = self._masks[slot], self._facts[slot]
            for value, meanings in worth:
                any_field = heading = shelf = 0.0
                for term, weight in meanings:
                    mask = masks.get(term, 0)
                    if mask:
                        any_field = max(any_field, weight)
                        heading = max(heading, weight * bool(mask & title))
                        shelf = max(shelf, weight * bool(mask & category))
                signs[row, covered] += value * any_field
                signs[row, in_title] += value * heading
                signs[row, in_category] += value * shelf
            signs[row, SIGNS.index("satisfied")] = satisfied(asked.wish, facts)
            brand = brands[slot]
            signs[row, SIGNS.index("brand")] = float(len(brand) > 1 and brand in small)
            signs[row, SIGNS.index("unwanted")] = float(any(masks.get(term, 0) & title for term in unwanted))
        if whole > 0.0:
            signs[:, [covered, in_title, in_category]] /= whole

    # ---- what suggestions and keywords ask

    def place(self, query: str, key: Key) -> tuple[int, int]:
        """(the product's place among the first hundred, from 1, 0 if not there; how many say every word of the query)."""
        with self._lock:
            slots, scores = self._words.scores([[(term, 1.0)] for term in dict.fromkeys(terms(query))])
            asked = set(terms(query))
            first = best(slots, scores, 100)[0].tolist()
            slot = self._slots.get(key)
            whole = sum(asked <= self._masks[one].keys() for one in first)
            return (first.index(slot) + 1 if slot in first else 0), whole

    def semantic_id(self, key: Key) -> tuple[int, ...]:
        """The product's place in the tree of ids, () where it has none."""
        slot = self._slots.get(key)
        return self._generator.path(slot) if self._generator is not None and slot is not None else ()


def _whole(texts: Mapping[str, str]) -> str:
    """A product's text for vectors: what it is called twice, the rest once."""
    named = " ".join(texts.get(name, "") for name in ("title", "title_en", "category", "brand"))
    rest = " ".join(texts.get(name, "") for name in ("attributes", "points", "description"))
    return f"{named} {named} {rest}"[:1600]


def _codes(product: Product) -> list[str]:
    return [code.lower() for code in (str(product.id), product.gtin) if len(code) > 1]


def _notes(
    query: str, asked: Asked, hits: Sequence[Hit], eased: bool, popular: bool, empty: bool
) -> tuple[Reason, ...]:
    notes: list[Reason] = []
    if not hits:
        if empty:
            notes.append(
                Reason(
                    "nothing",
                    "目录里还没有商品, 请先导入: magnetar import catalogue FILE.",
                    "There is no product yet; import a catalogue first: magnetar import catalogue FILE.",
                )
            )
        elif not query.strip():
            notes.append(Reason("empty", "请输入要找的商品.", "Type what you are looking for."))
        elif not asked.plain:
            notes.append(
                Reason("wordless", "搜索词里没有可以查找的文字.", "There is no word in the query to look for.")
            )
        else:
            notes.append(Reason("nothing", "没有找到相符的商品.", "Nothing matches."))
        if popular:
            notes.append(
                Reason("popular", "下面是店内商品, 不是搜索结果.", "Below are products of the shop, not matches.")
            )
    if eased:
        notes.append(
            Reason(
                "eased",
                "没有商品符合价格条件, 以下不限价格.",
                "No product is within the price; these are at any price.",
            )
        )
    return tuple(notes)
