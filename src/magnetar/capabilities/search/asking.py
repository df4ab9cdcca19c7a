"""From a query to what is looked for: its words, what they may have meant, and what they are called in the other language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from magnetar.capabilities.search.bridge import Bridge
from magnetar.capabilities.search.constraints import Wish, take_apart
from magnetar.capabilities.search.fields import words_of
from magnetar.capabilities.search.lexical import Inverted
from magnetar.capabilities.search.spelling import Spelling
from magnetar.capabilities.search.thesaurus import ALSO, also
from magnetar.capabilities.understanding import terms

MOST = 24
"""Things that one query asks for, at most: the most telling ones."""
_CODE = re.compile(r"[a-z0-9][a-z0-9\-_/.]{2,40}")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A term that is looked for."""

    term: str
    weight: float
    """How well it says what was asked, in (0, 1]."""
    kind: str
    """word, spelling, translation, or synonym."""
    said: str
    """The query's own word."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, understood."""

    query: str
    wish: Wish
    plain: tuple[str, ...]
    """The query's terms as they stand, for the baselines."""
    concepts: tuple[tuple[Meaning, ...], ...]
    """For each thing asked for, the terms that may say it."""
    corrections: tuple[tuple[str, str], ...]
    """(written, meant) pairs."""

    @property
    def words(self) -> list[list[tuple[str, float]]]:
        """The concepts as the index takes them."""
        return [[(one.term, one.weight) for one in concept] for concept in self.concepts]

    @property
    def repaired(self) -> str:
        """The query with its corrections in place."""
        text = self.wish.words
        for written, meant in self.corrections:
            text = text.replace(written, meant)
        return text


def understand(query: str, index: Inverted, spelling: Spelling, bridge: Bridge) -> Asked:
    """Take a query apart; an empty one, or one of signs only, asks for nothing."""
    wish = take_apart(query)
    own = list(dict.fromkeys(terms(query)))
    concepts: dict[str, list[Meaning]] = {}
    corrections: list[tuple[str, str]] = []
    runs, latin = words_of(wish.words)
    latin = list(dict.fromkeys(latin))[: 4 * MOST]
    for term in dict.fromkeys(terms(wish.words)):
        if term in index:
            concepts[term] = [Meaning(term, 1.0, "word", term)]
    for place, joined in spelling.joined(latin):
        corrections.append((f"{latin[place]} {latin[place + 1]}", joined))
        concepts[joined] = [
            Meaning(one, 0.9, "spelling", f"{latin[place]} {latin[place + 1]}") for one in terms(joined)
        ]
    for word in latin:
        if word in spelling or not terms(word) or any(one in index or also(one) for one in terms(word)):
            continue
        near = spelling.latin(word)
        for other, sure in near:
            for one in terms(other):
                concepts.setdefault(word, []).append(Meaning(one, sure, "spelling", word))
        if near:
            corrections.append((word, near[0][0]))
            continue
        halves = spelling.split(word)
        for half in halves:
            for one in terms(half):
                concepts.setdefault(half, []).append(Meaning(one, 0.9, "spelling", word))
        if halves:
            corrections.append((word, " ".join(halves)))
    for run in runs[:8]:
        best: dict[str, float] = {}
        for window, near in spelling.han(run):
            for other, sure in near:
                concepts.setdefault(f"?{window}", []).append(Meaning(other, sure, "spelling", window))
            if near[0][1] > best.get(window, 0.69):
                best[window] = near[0][1]
                corrections.append((window, near[0][0]))
    for concept in concepts.values():
        for one in tuple(concept):
            for other, weight in bridge.across(one.term):
                if other in index:
                    concept.append(Meaning(other, 0.8 * weight * one.weight, "translation", one.said))
            for other in also(one.term):
                if other in index:
                    concept.append(Meaning(other, ALSO * one.weight, "synonym", one.said))
    for term in dict.fromkeys(terms(wish.words)):
        if term not in index and term not in concepts:
            others = [Meaning(other, ALSO, "synonym", term) for other in also(term) if other in index]
            if others:
                concepts[term] = others
    ranked = sorted(concepts, key=lambda name: -max(one.weight * index.idf(one.term) for one in concepts[name]))[:MOST]
    return Asked(
        query, wish, tuple(own[: 4 * MOST]), tuple(tuple(concepts[name]) for name in ranked), tuple(corrections[:4])
    )


def codes_in(query: str) -> Sequence[str]:
    """Parts of a query that could be an id or an article number."""
    small = query.strip().lower()[:80]
    return [small, *(one for one in _CODE.findall(small) if one != small)]
