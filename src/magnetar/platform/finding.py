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
    """Answers of the site's search as rows, remembered.

    The full engine is taught in the background when the first query comes; until then words alone decide, so that
    nobody waits for it.
    """

    def __init__(self, search: SearchService, row_of: Callable[[str, str], int | None]) -> None:
        self._search = search
        self._row_of = row_of
        self._turn = threading.Lock()
        self._known: OrderedDict[str, tuple[int, ...]] = OrderedDict()
        self._teaching: threading.Thread | None = None
        self._engine = "bm25"

    def of(self, query: str) -> Sequence[int]:
        """Rows of the products that a query finds, best first; none where nothing matches."""
        query = query[:MOST_CHARS].replace("\0", " ").strip()
        if not query:
            return ()
        with self._turn:
            known = self._known.get(query)
            if known is not None:
                self._known.move_to_end(query)
                return known
            if self._teaching is None:
                self._teaching = threading.Thread(target=self._teach, daemon=True)
                self._teaching.start()
            engine = self._engine
        found = self._search.search(query, limit=ANSWERS, engine=engine, sold=True)
        rows = [self._row_of(hit.merchant, hit.id) for hit in found.hits]
        kept = tuple(row for row in rows if row is not None)
        with self._turn:
            if engine == self._engine:
                self._known[query] = kept
                if len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return kept

    def forget(self) -> None:
        """The shelf changed: ask anew."""
        with self._turn:
            self._known.clear()

    def learn_again(self) -> bool:
        """Learn from what was chosen since, in the background; False where that goes on already or nothing was asked yet."""
        with self._turn:
            if self._teaching is None or self._teaching.is_alive():
                return False
            self._teaching = threading.Thread(target=self._teach, daemon=True)
            self._teaching.start()
            return True

    def _teach(self) -> None:
        self._search.learn()
        with self._turn:
            self._engine = "hybrid"
            self._known.clear()
