"""What is chosen together with a product: for keywords, from the live platform's clicks, else from the kept intent graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from magnetar.capabilities.understanding.intents import IntentGraph, Level, graph_file
from magnetar.kernel.errors import BadInput, NotFound

if TYPE_CHECKING:
    from magnetar.platform.live import LivePlatform

MOST = 8
LEAST = 2
"""Times that two products must have been chosen together."""
Neighbours = Callable[[str, str], list[tuple[str, int]]]
"""(merchant, product) → ids of the merchant's products chosen with it, and how often, most first."""


class KeptGraph:
    """Neighbours by the edges of the intent graph that lies in the home folder; none where none was mined."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._read: dict[Path, tuple[float, IntentGraph | None]] = {}

    def __call__(self, merchant: str, product: str) -> list[tuple[str, int]]:
        for owner in (merchant, ""):
            graph = self._graph(graph_file(self._home, owner))
            names = [product, f"{merchant}/{product}"] if owner == "" else [product]
            row = next((graph.items.index(one) for one in names if one in graph.items), None) if graph else None
            if graph is None or row is None:
                continue
            links, alive = graph.links(Level.ITEMS), graph.alive(Level.ITEMS)
            times: Counter[str] = Counter()
            for here, there in ((links.source, links.target), (links.target, links.source)):
                for edge in np.flatnonzero((here == row) & alive).tolist():
                    other = graph.items[int(there[edge])].removeprefix(f"{merchant}/")
                    times[other] = max(times[other], int(links.support[edge]))
            found = [(other, count) for other, count in times.most_common(MOST) if count >= LEAST and other != product]
            if found:
                return found
        return []

    def _graph(self, path: Path) -> IntentGraph | None:
        try:
            written = path.stat().st_mtime
        except OSError:
            return None
        known = self._read.get(path)
        if known is None or known[0] != written:
            try:
                known = written, IntentGraph.load(path)
            except (NotFound, BadInput):  # of another version: it is mined anew by hand
                known = written, None
            self._read[path] = known
        return known[1]


def chosen_together(live: LivePlatform, kept: Neighbours) -> Neighbours:
    """Neighbours by the transitions between clicks that a live platform counts; where it counted none, the kept ones."""

    def found(merchant: str, product: str) -> list[tuple[str, int]]:
        row, items = live.item(merchant, product), live.items
        if row is None:
            return kept(merchant, product)
        with live._lock:
            partner, weight = (one.copy() for one in live.market.following._after.row(row))
        order = np.argsort(-weight, kind="stable")
        told = [
            (items[int(partner[place])].product, round(float(weight[place])))
            for place in order.tolist()
            if weight[place] >= LEAST and items[int(partner[place])].merchant == merchant and partner[place] != row
        ]
        return told[:MOST] or kept(merchant, product)

    return found
