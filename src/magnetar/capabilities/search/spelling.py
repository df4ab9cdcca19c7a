"""Words that nobody sells, and the words of the catalogue that were meant."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import rjieba
from rapidfuzz import process
from rapidfuzz.distance import OSA

from magnetar.capabilities.search.fields import words_of
from magnetar.capabilities.search.homophones import ALIKE
from magnetar.capabilities.understanding import terms

LONGEST_HAN = 5
MEANT = 3
"""Corrections of a word that are tried, at most."""


class Spelling:
    """The words that the catalogue is written in, counted; what to read for a word that it does not have."""

    def __init__(self) -> None:
        self._latin: Counter[str] = Counter()
        self._han: Counter[str] = Counter()
        self._holes: dict[str, set[str]] = defaultdict(set)
        """A Chinese word with one character taken out (`保□杯`) or left out (`-保杯`) → the words it may come from."""
        self._listed: list[str] = []
        self._stale = True

    def put(self, texts: Mapping[str, str]) -> None:
        """Count a product's words."""
        self._count(texts, 1)

    def drop(self, texts: Mapping[str, str]) -> None:
        """Forget a product's words."""
        self._count(texts, -1)

    def _count(self, texts: Mapping[str, str], sign: int) -> None:
        for name, text in texts.items():
            if name == "description":
                continue
            runs, latin = words_of(text)
            for word in latin:
                self._latin[word] += sign
                if not self._latin[word]:
                    del self._latin[word]
                    self._stale = True
                elif self._latin[word] == sign:
                    self._stale = True
            for run in runs:
                for word in rjieba.cut_for_search(run, True):
                    if 2 <= len(word) <= LONGEST_HAN:
                        self._han[word] += sign
                        if not self._han[word]:
                            del self._han[word]
                            for hole in _holes(word):
                                self._holes[hole].discard(word)
                        elif self._han[word] == sign == 1:
                            for hole in _holes(word):
                                self._holes[hole].add(word)

    def __contains__(self, word: str) -> bool:
        return word in self._latin or word in self._han

    def latin(self, word: str) -> list[tuple[str, float]]:
        """Known words near an unknown Latin one, best first, each with how surely it was meant.

        One slip (letter dropped, doubled, changed, or two swapped) is forgiven from three letters on, two from seven on.
        """
        if word in self._latin or len(word) < 3 or len(word) > 30:
            return []
        if self._stale:
            self._listed, self._stale = sorted(self._latin), False
        slips = 1 if len(word) < 7 else 2
        near = process.extract(word, self._listed, scorer=OSA.distance, score_cutoff=slips, limit=24)
        ranked = sorted(
            ((1.0 if other[0] == word[0] else 0.75) * (0.85 if away == 1 else 0.6), self._latin[other], other)
            for other, away, _ in near
            if len(other) >= 3
        )
        return [(other, sure) for sure, _, other in ranked[::-1][:MEANT]]

    def joined(self, words: list[str]) -> list[tuple[int, str]]:
        """Neighbouring words that are one in the catalogue: (place of the first, the joined word)."""
        return [
            (place, first + second)
            for place, (first, second) in enumerate(itertools.pairwise(words))
            if first + second in self._latin and (first not in self._latin or second not in self._latin)
        ]

    def split(self, word: str) -> list[str]:
        """An unknown Latin word as two known ones, [] where it is none."""
        if word in self._latin or len(word) < 6:
            return []
        halves = [
            (min(self._latin[word[:cut]], self._latin[word[cut:]]), cut)
            for cut in range(3, len(word) - 2)
            if word[:cut] in self._latin and word[cut:] in self._latin
        ]
        return [word[: max(halves)[1]], word[max(halves)[1] :]] if halves else []

    def han(self, run: str) -> list[tuple[str, list[tuple[str, float]]]]:
        """What may have been meant by the parts of a run of Chinese that no known word covers.

        A window that shares all but one character with a known word may be that word: surely so where the character
        sounds the same, less so where it is another, one too few or two swapped.
        """
        run = run[:60]
        covered = [False] * len(run)
        for start in range(len(run)):
            for length in range(2, LONGEST_HAN + 1):
                if run[start : start + length] in self._han and start + length <= len(run):
                    covered[start : start + length] = [True] * length
        found: list[tuple[str, list[tuple[str, float]]]] = []
        for start in range(len(run)):
            for length in range(2, LONGEST_HAN + 1):
                window = run[start : start + length]
                if len(window) < length or all(covered[start : start + length]):
                    continue
                near = self._near(window)
                if near:
                    found.append((window, near))
        return found

    def _near(self, window: str) -> list[tuple[str, float]]:
        sure: dict[str, float] = {}
        for place, character in enumerate(window):
            for other in self._holes.get(f"{window[:place]}□{window[place + 1 :]}", ()):
                alike = other[place] in ALIKE.get(character, "")
                value = (0.9 if alike else 0.6) if len(window) > 2 else (0.7 if alike else 0.0)
                if value:
                    sure[other] = max(sure.get(other, 0.0), value)
        if len(window) >= 2:
            for other in self._holes.get("-" + window, ()):  # one character is missing
                if len(other) >= 3:
                    sure[other] = max(sure.get(other, 0.0), 0.6 if len(window) > 2 else 0.45)
            for place in range(len(window) - 1):
                other = window[:place] + window[place + 1] + window[place] + window[place + 2 :]
                if other in self._han and other != window:
                    sure[other] = max(sure.get(other, 0.0), 0.75)
        ranked = sorted(sure, key=lambda word: (-sure[word], -self._han[word], word))
        return [(word, sure[word]) for word in ranked[:MEANT]]


def _holes(word: str) -> Iterable[str]:
    for place in range(len(word)):
        yield f"{word[:place]}□{word[place + 1 :]}"
        yield "-" + word[:place] + word[place + 1 :]


def stems(word: str) -> list[str]:
    """The index terms of a word."""
    return terms(word)
