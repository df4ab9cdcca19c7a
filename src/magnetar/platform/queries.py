"""From a shopper's words to a category: which category's names and titles share the rarest pieces with the query."""

from __future__ import annotations

import math
import re
from collections import Counter, OrderedDict
from collections.abc import Sequence

_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
_REMEMBERED = 10_000
MOST_CHARS = 200


def pieces(text: str) -> set[str]:
    """Latin words, and pairs of neighbouring Chinese characters.

    >>> sorted(pieces("Hand cream 护手霜"))
    ['cream', 'hand', '手霜', '护手']
    """
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if word[0].isascii() or len(word) == 1:
            found.add(word)
        else:
            found.update(word[place : place + 2] for place in range(len(word) - 1))
    return found


class Wanted:
    """Answers queries with categories; built from titles; for pages that need a category where search finds no product."""

    def __init__(self, categories: Sequence[str], titles: Sequence[tuple[int, str]]) -> None:
        """`titles` are (category, text) pairs."""
        counts: dict[str, Counter[int]] = {}
        size = Counter(category for category, _ in titles)
        for category, text in titles:
            for piece in pieces(text):
                counts.setdefault(piece, Counter())[category] += 1
        total = max(len(titles), 1)
        self._weights: dict[str, dict[int, float]] = {}
        for piece, of in counts.items():
            rare = math.log(1.0 + total / sum(of.values()))
            self._weights[piece] = {category: rare * count / size[category] for category, count in of.items()}
        self._named = {name.lower(): row for row, name in enumerate(categories) if name}
        for name, row in self._named.items():
            for piece in pieces(name):
                mine = self._weights.setdefault(piece, {})
                mine[row] = mine.get(row, 0.0) + math.log(1.0 + total)
        self._known: OrderedDict[str, int] = OrderedDict()

    def category(self, name: str) -> int:
        """The category of that name, −1 where there is none."""
        return self._named.get(name.lower(), -1)

    def of(self, query: str) -> int:
        """The category that a query most likely wants, −1 where nothing is shared."""
        query = query[:MOST_CHARS]
        found = self._known.get(query)
        if found is None:
            votes: Counter[int] = Counter()
            for piece in pieces(query):
                votes.update(self._weights.get(piece, {}))
            found = min(votes, key=lambda row: (-votes[row], row)) if votes else -1
            self._known[query] = found
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found
