"""The indexes: every product as words, pieces of words, texts and facts, kept up with the catalogue one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from magnetar.capabilities.search.constraints import Facts, facts_of
from magnetar.capabilities.search.fields import grams, texts_of, weigh
from magnetar.capabilities.search.keeping import digest_of
from magnetar.capabilities.search.lexical import Inverted, best
from magnetar.capabilities.search.spelling import Spelling
from magnetar.capabilities.understanding import terms
from magnetar.vocabulary.catalogue import Product

Key = tuple[str, str]
"""(merchant, product)."""
LONGEST = 1600
"""Letters of a product's text that vectors read."""


class Indexes:
    """What is looked up by word. A product is a slot: a number that is never used again once it is dropped."""

    def __init__(self) -> None:
        self.slots: dict[Key, int] = {}
        self.at: dict[int, Product] = {}
        self.texts: dict[int, Mapping[str, str]] = {}
        self.facts: dict[int, Facts] = {}
        self.masks: dict[int, Mapping[str, int]] = {}
        """For each slot and term, the fields that say it."""
        self.codes: dict[str, set[int]] = {}
        """Slots by id or GTIN, in small letters."""
        self.room = 0
        """Slots that were ever given out."""
        self.words, self.pieces = Inverted(), Inverted(1.2)
        self.spelling = Spelling()

    def put(self, product: Product) -> int:
        """Take a product in, in place of its older record; returns its slot."""
        key = (str(product.merchant), str(product.id))
        self.drop(key)
        slot, self.room = self.room, self.room + 1
        texts = texts_of(product)
        self.slots[key], self.at[slot], self.texts[slot] = slot, product, texts
        weights, masks = weigh(texts)
        self.words.put(slot, weights)
        self.masks[slot] = masks
        named = " ".join(texts.get(name, "") for name in ("title", "title_en", "category", "brand", "attributes"))
        self.pieces.put(slot, {piece: float(count) for piece, count in Counter(grams(named)).items()})
        self.spelling.put(texts)
        self.facts[slot] = facts_of(product, texts)
        for code in _codes(product):
            self.codes.setdefault(code, set()).add(slot)
        return slot

    def drop(self, key: Key) -> int | None:
        """Let a product go; returns the slot it had, None where it is unknown."""
        slot = self.slots.pop(key, None)
        if slot is None:
            return None
        for index in (self.words, self.pieces):
            index.drop(slot)
        product = self.at.pop(slot)
        self.spelling.drop(self.texts.pop(slot))
        for code in _codes(product):
            self.codes[code].discard(slot)
        del self.facts[slot], self.masks[slot]
        return slot

    def whole(self, slot: int) -> str:
        """A product's text for vectors: what it is called twice, the rest once."""
        texts = self.texts[slot]
        named = " ".join(texts.get(name, "") for name in ("title", "title_en", "category", "brand"))
        rest = " ".join(texts.get(name, "") for name in ("attributes", "points", "description"))
        return f"{named} {named} {rest}"[:LONGEST]

    def digest(self, slot: int) -> str:
        """What a product's texts say, as a digest."""
        return digest_of(self.texts[slot])

    def place(self, query: str, key: Key) -> tuple[int, int]:
        """(the product's place among the first hundred, from 1, 0 if not there; how many say every word of the query)."""
        slots, scores = self.words.scores([[(term, 1.0)] for term in dict.fromkeys(terms(query))])
        asked = set(terms(query))
        first = best(slots, scores, 100)[0].tolist()
        slot = self.slots.get(key)
        whole = sum(asked <= self.masks[one].keys() for one in first)
        return (first.index(slot) + 1 if slot in first else 0), whole


def _codes(product: Product) -> list[str]:
    return [code.lower() for code in (str(product.id), product.gtin) if len(code) > 1]
