"""What was asked at the door, and what was chosen after it: counted in memory, handed to search at tick edges.

Who asked is not kept. A page's query is remembered for some minutes, so that the click that follows can be counted
with it; the row of who asked only serves to count nobody twice within a tick, and goes at its edge.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence

from magnetar.capabilities.search import Heard, SearchService
from magnetar.capabilities.shoppers import Clicked
from magnetar.kernel.clock import MINUTE
from magnetar.platform.finding import Finder
from magnetar.platform.market import TICKS_PER_DAY
from magnetar.platform.stock import Item

LASTS = 30 * MINUTE
"""After this a click on a page is not counted for its query."""
PAGES = 20_000
"""Pages whose queries are remembered; the oldest give way."""
WAITING = 20_000
"""Different things counted in one tick; what comes on top is not."""
LEARN_AT = 9
"""Tick of the day, half past four in the morning, from which on search learns from what was chosen."""
LEAST_FRESH = 30
"""Choices without which it does not learn anew."""
MOST_CHARS = 60
"""Longest query that is counted."""


class Asked:
    """Counts between two edges."""

    def __init__(self, search: SearchService, items: Callable[[], Sequence[Item]]) -> None:
        self._search = search
        self._items = items
        self._turn = threading.Lock()
        self._pages: OrderedDict[int, tuple[int, str]] = OrderedDict()
        self._seen: set[tuple[int, str]] = set()
        self._asked: Counter[tuple[str, str]] = Counter()
        self._chosen: Counter[tuple[str, int]] = Counter()
        self._judged: set[tuple[int, int]] = set()
        self._learned_on = -1

    def note(self, request: int, row: int, query: str, found: Sequence[int], now: int) -> None:
        """A page answered a query with these rows of the shelf; one that found nothing is not counted."""
        if not found or len(query) > MOST_CHARS:
            return
        with self._turn:
            self._pages[request] = now, query
            if len(self._pages) > PAGES:
                self._pages.popitem(last=False)
            key = row, query
            if key in self._seen or len(self._seen) >= WAITING:
                return
            self._seen.add(key)
            items = self._items()
            for owner in {"", *(items[one].merchant for one in found)}:
                self._asked[owner, query] += 1

    def on_clicked(self, event: Clicked) -> None:
        """What was clicked on pages that answered a query; each product of a page once."""
        with self._turn:
            if not self._pages:
                return
            rows = zip(event.request.tolist(), event.item.tolist(), event.at.tolist(), strict=True)
            for request, item, at in rows:
                page = self._pages.get(request)
                if page is None or at - page[0] > LASTS or (request, item) in self._judged:
                    continue
                if len(self._judged) < WAITING:
                    self._judged.add((request, item))
                    self._chosen[page[1], item] += 1

    def hand_over(self, now: int) -> int:
        """Give the counts to search; outside of the door's locks. Returns how many records were written."""
        with self._turn:
            asked, chosen = self._asked, self._chosen
            self._asked, self._chosen = Counter(), Counter()
            self._seen.clear()
            self._judged = {key for key in self._judged if key[0] in self._pages}
            while self._pages and now - next(iter(self._pages.values()))[0] > LASTS:
                self._pages.popitem(last=False)
        if not asked and not chosen:
            return 0
        items = self._items()
        heard = [Heard(owner, query, "", times) for (owner, query), times in asked.items()]
        heard += [
            Heard(items[item].merchant, query, items[item].product, times)
            for (query, item), times in chosen.items()
            if 0 <= item < len(items)
        ]
        return self._search.note_many(heard)

    def at_edge(self, tick: int, now: int, finder: Finder) -> None:
        """Hand the counts over; each night let search learn from them, where there are enough."""
        self.hand_over(now)
        day = tick // TICKS_PER_DAY
        if tick % TICKS_PER_DAY >= LEARN_AT and day > self._learned_on:
            self._learned_on = day
            if self._search.fresh >= LEAST_FRESH:
                finder.learn_again()
