"""From a shopper's words to rows of the shelf: what search finds, for pages that answer it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from magnetar.capabilities.search import SearchService

ANSWERS = 8
"""Items that a search hands to a page."""
REMEMBERED = 10_000
"""Queries whose answers are kept until the shelf changes."""
MOST_CHARS = 200


class Finder:
    """Answers of the site's search as rows, remembered until the shelf changes or another engine answers.

    Nobody waits for a lesson: until one has been learned, or read from its file, words and pieces decide.
    """

    def __init__(self, search: SearchService, row_of: Callable[[str, str], int | None]) -> None:
        self._search = search
        self._row_of = row_of
        self._turn = threading.Lock()
        self._known: OrderedDict[str, tuple[int, ...]] = OrderedDict()
        self._generation = 0
        self._shelf = 0
        self._asked = False

    def of(self, query: str) -> Sequence[int]:
        """Rows of the products that a query finds, best first; none where nothing matches."""
        query = query[:MOST_CHARS].replace("\0", " ").strip()
        if not query:
            return ()
        generation = self._search.generation()
        with self._turn:
            self._asked = True
            if generation != self._generation:
                self._generation = generation
                self._known.clear()
            known, shelf = self._known.get(query), self._shelf
            if known is not None:
                self._known.move_to_end(query)
                return known
        found = self._search.search(query, limit=ANSWERS, sold=True)
        rows = [self._row_of(hit.merchant, hit.id) for hit in found.hits]
        kept = tuple(row for row in rows if row is not None)
        with self._turn:
            if (generation, shelf) == (self._generation, self._shelf):
                self._known[query] = kept
                if len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return kept

    def forget(self) -> None:
        """The shelf changed: ask anew."""
        with self._turn:
            self._shelf += 1
            self._known.clear()

    def learn_again(self) -> bool:
        """Learn from what was chosen since, in the background; False where that goes on already or nothing was asked yet."""
        return self._asked and self._search.begin()
