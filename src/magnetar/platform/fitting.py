"""What a night's fit learns from: clicks and orders of known shoppers, the shelf, the intent graph, a taught network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.recommendation.flywheel import Shelf as Models
from magnetar.capabilities.recommendation.following import ALIKE_WEIGHT, WIDE, alike
from magnetar.capabilities.recommendation.partners import Deeds, Fitted, Goods, Maker, Source, answered, refit
from magnetar.capabilities.recommendation.service import Recommendations
from magnetar.capabilities.shoppers import Clicked, Ordered
from magnetar.capabilities.understanding import Shelf
from magnetar.capabilities.understanding.intents import Behaviour, IntentGraph, Level, build, graph_file, neighbours
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Ints
from magnetar.kernel.clock import DAY
from magnetar.kernel.errors import BadInput, MagnetarError, NotFound
from magnetar.kernel.events import Envelope
from magnetar.platform.seats import ANONYMOUS, ShopperForgotten, ShoppersSeated

NO_PAIRS = np.zeros((0, 2), np.int32)
TAUGHT = "default"
"""The model of `magnetar recommend fit` whose network is asked, where it has one."""


@dataclass(slots=True)
class Heard:
    """Clicks and orders as they come, by shopper."""

    who: list[Ints] = field(default_factory=list[Ints])
    item: list[Ints] = field(default_factory=list[Ints])
    at: list[Ints] = field(default_factory=list[Ints])
    bought: list[bool] = field(default_factory=list[bool])

    def take(self, event: Clicked | Ordered, who: Ints | None = None) -> None:
        """Take an event in; `who` (rows,) names its shoppers where they are not known by their rows."""
        self.who.append(np.asarray(event.shopper if who is None else who, np.int64))
        self.item.append(np.asarray(event.item, np.int64))
        self.at.append(np.asarray(event.at, np.int64))
        self.bought.append(isinstance(event, Ordered))

    def deeds(self, items: int) -> Deeds:
        """Everything so far of items that there are, negative shoppers left out."""
        none = np.zeros(0, np.int64)
        who, item, at = (np.concatenate([none, *column]) for column in (self.who, self.item, self.at))
        bought = np.repeat(np.array(self.bought, bool), [len(one) for one in self.who])
        kept = (who >= 0) & (item >= 0) & (item < items)
        who = np.unique(who[kept], return_inverse=True)[1]
        return Deeds.of(who.astype(np.int64), item[kept], at[kept], bought[kept])


def heard_from(log: Iterable[tuple[int, Envelope]], holders: dict[int, int], refused: frozenset[int]) -> Heard:
    """What known shoppers did; who shares a row, or has refused, is left out, and what came before one was forgotten.

    Args:
        holders: row → digest of those who hold rows now: they held them before the log begins where it seats nobody there.
        refused: digests.
    """
    names: dict[int, int] = {}
    numbers: dict[int, int] = {}
    heard, early, known = Heard(), [], 0
    for _, envelope in log:
        event: Any = envelope.data
        if isinstance(event, ShoppersSeated):
            for row, digest in zip(np.asarray(event.row).tolist(), np.asarray(event.digest).tolist(), strict=True):
                names[row] = digest
        elif isinstance(event, ShopperForgotten):
            number = numbers.pop(event.digest, None)
            if number is not None:
                for who in heard.who:
                    who[who == number] = -1
            early = [one for one in early if holders.get(one[2]) != event.digest]
        elif isinstance(event, (Clicked, Ordered)):
            who = np.full(len(event.item), -1, np.int64)
            for place, row in enumerate(np.asarray(event.shopper).tolist()):
                digest = names.get(row)
                if row < ANONYMOUS or digest in refused:
                    continue
                if digest is None:
                    early.append((who, place, row))
                else:
                    if digest not in numbers:
                        numbers[digest], known = known, known + 1
                    who[place] = numbers[digest]
            heard.take(event, who)
    for who, place, row in early:  # seated before the log begins: who sits there now, unless somebody came between
        digest = holders.get(row)
        if row not in names and digest is not None and digest not in refused:
            if digest not in numbers:
                numbers[digest], known = known, known + 1
            who[place] = numbers[digest]
    return heard


class Fitter:
    """Makes tables of partners for one shelf."""

    def __init__(
        self, shelf: Shelf, ids: Sequence[str] = (), titles: Sequence[str] = (), home: Path | None = None
    ) -> None:
        """`home` is MAGNETAR_HOME, where graphs and taught models lie."""
        length = np.linalg.norm(shelf.vectors, axis=1, keepdims=True)
        near, likeness = alike(shelf.vectors, shelf.arrays.category)
        vectors = (shelf.vectors / np.where(length > 0.0, length, 1.0)).astype(np.float32)
        self.goods = Goods(vectors, (near, np.float32(ALIKE_WEIGHT) * likeness))
        self._ids = list(ids) or [str(one) for one in range(len(shelf))]
        self._titles = list(titles) or [""] * len(shelf)
        names = shelf.categories or ("",)
        self._categories = [names[min(one, len(names) - 1)] for one in shelf.arrays.category.tolist()]
        self.graphs: list[IntentGraph] = []
        """That people may have taken edges out of."""
        self.network: Recommendations | None = None
        if home is not None:
            self.graphs = graphs_in(home, shelf.merchants)
            self.network = taught_in(home)

    def fit(self, deeds: Deeds, in_use: Source, until: int, now: int) -> Fitted:
        """A new table and its verdict against the one in use.

        Args:
            until: moment up to which the table in use knows what came; the judge looks at what came later only.
        """
        makers: dict[str, Maker] = {"graph": self.near_in_graph}
        if self.network is not None:
            asked = self.asked(self.network)
            makers["network"] = lambda _: asked
        return refit(deeds, self.goods, in_use, max(now - DAY, until), makers, self.without)

    @property
    def without(self) -> NDArray[np.int32]:
        """(pairs, 2), what edges that people took out of intent graphs stood for."""
        row_of = {one: row for row, one in enumerate(self._ids)}
        pairs = [
            (row_of[source], row_of[target])
            for graph in self.graphs
            for source, target in taken_out(graph)
            if source in row_of and target in row_of
        ]
        return np.unique(np.array(pairs, np.int32), axis=0) if pairs else NO_PAIRS

    def near_in_graph(self, deeds: Deeds) -> Source:
        """Neighbours in an intent graph that is mined from these deeds alone."""
        empty = np.full((len(self.goods), WIDE), -1, np.int32), np.zeros((len(self.goods), WIDE), np.float32)
        if not len(deeds):
            return empty
        behaviour = Behaviour.of(deeds.who, deeds.item, deeds.at, bought=deeds.worth > 1.0)
        graph = build(behaviour, self._ids, self._titles, self._categories, placebo=False)
        found = neighbours(graph, WIDE)
        whole = found.weights.sum(axis=1, keepdims=True)
        return found.items, (found.weights / np.where(whole > 0.0, whole, 1.0)).astype(np.float32)

    def asked(self, model: Recommendations) -> Source:
        """A taught model's answers, for the items that it knows by id."""
        rows, theirs = np.full(len(self.goods), -1, np.int64), {one: row for row, one in enumerate(model.items)}
        for row, one in enumerate(self._ids):
            rows[row] = theirs.get(one, -1)
        ours = np.full(len(model.items), -1, np.int32)
        ours[rows[rows >= 0]] = np.flatnonzero(rows >= 0)
        partners, shares = answered(model.recommender, len(self.goods), rows)
        told = partners >= 0
        partners[told] = ours[partners[told]]
        shares[partners < 0] = 0.0
        return partners, shares


def taken_out(graph: IntentGraph) -> list[tuple[str, str]]:
    """(from, to) ids of items whose edge, or whose types' edge, people took out and no edge of their own keeps."""
    found: set[tuple[str, str]] = set()
    alive, links = graph.alive(Level.ITEMS), graph.item_links
    own = set(zip(links.source[alive].tolist(), links.target[alive].tolist(), strict=True))
    for edge in graph.removed:
        try:
            level, row = graph.find(edge)
        except NotFound:  # mined anew since, and not there any more
            continue
        source, target = int(graph.links(level).source[row]), int(graph.links(level).target[row])
        if level is Level.ITEMS:
            found.add((graph.items[source], graph.items[target]))
            continue
        for one in np.flatnonzero(graph.kind == source).tolist():
            for other in np.flatnonzero(graph.kind == target).tolist():
                if one != other and (one, other) not in own:
                    found.add((graph.items[one], graph.items[other]))
    return sorted(found)


def graphs_in(home: Path, merchants: Iterable[str]) -> list[IntentGraph]:
    """The platform's graph and every merchant's, where they were mined."""
    found = []
    for name in ("", *merchants):
        try:
            found.append(IntentGraph.load(graph_file(home, name)))
        except (NotFound, BadInput):
            continue
    return found


def taught_in(home: Path) -> Recommendations | None:
    """The model of `recommend fit` in use, where it has a network; a model of memory alone says nothing new here."""
    try:
        found = Recommendations.open(Models(home, TAUGHT).at())
    except MagnetarError:
        return None
    return found if found.recommender.parts.generator is not None else None


def listen(bus: Bus) -> Heard:
    """Hear what is told on a bus whose shoppers keep their rows."""
    heard = Heard()
    bus.subscribe(Clicked, heard.take)
    bus.subscribe(Ordered, heard.take)
    return heard
