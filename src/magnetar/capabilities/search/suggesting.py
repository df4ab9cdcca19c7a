"""What to offer while somebody types: phrases of the catalogue and what others asked for, spelt as they should be."""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from magnetar.capabilities.search.fields import words_of
from magnetar.capabilities.search.hits import Reason
from magnetar.capabilities.search.keywords import phrases_of
from magnetar.capabilities.search.spelling import Spelling
from magnetar.capabilities.understanding import plain
from magnetar.vocabulary.catalogue import Product

ASKED = 3
"""A query is offered to others only once it was asked so often."""
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A query that could be meant."""

    text: str
    kind: str
    """brand, category, phrase, asked, or corrected."""
    score: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Phrases:
    """Everything that can be offered, in order of writing."""

    keys: tuple[str, ...]
    counts: Mapping[str, float]
    kinds: Mapping[str, str]
    written: Mapping[str, str]

    @classmethod
    def gather(cls, products: Iterable[Product], asked: Mapping[str, int] | None = None) -> Phrases:
        """Brands, categories and neighbouring words of titles, and queries that were asked `ASKED` times or more."""
        counts: Counter[str] = Counter()
        kinds: dict[str, str] = {}
        written: dict[str, str] = {}

        def add(text: str, kind: str, weight: float) -> None:
            key = plain(text).strip()
            if not 1 < len(key) <= LONGEST or key.isdigit():
                return
            counts[key] += weight  # pyright: ignore[reportArgumentType]
            kinds.setdefault(key, kind)
            written.setdefault(key, text.strip())

        for product in products:
            if product.brand:
                add(product.brand, "brand", 1.5)
            leaf = product.category.rsplit(" > ", 1)[-1]
            if leaf:
                add(leaf, "category", 2.0)
            for phrase in phrases_of(product):
                add(phrase, "phrase", 1.0)
        for query, count in (asked or {}).items():
            if count >= ASKED:
                kinds[plain(query).strip()] = "asked"
                add(query, "asked", 3.0 * count)
        return cls(tuple(sorted(counts)), counts, kinds, written)


def suggest(phrases: Phrases, prefix: str, spelling: Spelling, limit: int = 8) -> list[Suggestion]:
    """Phrases that begin with what was typed, the most frequent first; then those that hold it, then corrected ones.

    An empty prefix gives what is most frequent of all.
    """
    typed = plain(prefix).strip()[:LONGEST]
    chosen = _from(phrases, typed)
    if len(chosen) < limit and typed:
        chosen += [key for key in phrases.keys if typed in key and key not in set(chosen)]
    found = [_told(phrases, key, "") for key in dict.fromkeys(chosen)]
    found = sorted(found, key=lambda one: (not plain(one.text).startswith(typed), -one.score, one.text))[:limit]
    if len(found) < limit and typed:
        known = {one.text for one in found}
        for meant in _meant(typed, spelling):
            more = [_told(phrases, key, meant) for key in _from(phrases, meant)]
            for one in sorted(more, key=lambda one: (-one.score, one.text)):
                if one.text not in known and len(found) < limit:
                    known.add(one.text)
                    found.append(one)
    return found


def _from(phrases: Phrases, typed: str) -> list[str]:
    start = bisect.bisect_left(phrases.keys, typed)
    end = bisect.bisect_left(phrases.keys, typed + "\U0010ffff")
    return list(phrases.keys[start:end])


def _told(phrases: Phrases, key: str, meant: str) -> Suggestion:
    kind = phrases.kinds[key]
    score = math.log1p(phrases.counts[key]) + {"brand": 0.3, "category": 0.5, "asked": 0.5}.get(kind, 0.0)
    why = {
        "brand": Reason("brand", "店内品牌", "a brand here"),
        "category": Reason("category", "店内类目", "a category here"),
        "asked": Reason("asked", "有人搜过", "others asked"),
        "phrase": Reason("phrase", "商品标题", "from titles"),
    }[kind]
    if meant:
        why = Reason("corrected", f"是否要找 {meant}", f"did you mean {meant}")
        kind = "corrected"
    return Suggestion(phrases.written[key], kind, score, why)


def _meant(typed: str, spelling: Spelling) -> list[str]:
    runs, latin = words_of(typed)
    found: list[str] = []
    if latin:
        for other, _ in spelling.latin(latin[-1]):
            found.append(typed[: len(typed) - len(latin[-1])] + other)
    for run in runs:
        for window, near in spelling.han(run):
            found += [typed.replace(window, other) for other, sure in near if sure >= 0.6]
    return list(dict.fromkeys(found))[:4]
