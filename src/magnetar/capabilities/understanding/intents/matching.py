"""Matching: a score that is a sum over paths, from what somebody did over a need to what they may want next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.understanding.intents.graph import NO_NEED, IntentGraph, Level
from magnetar.capabilities.understanding.intents.matrices import Sparse, csr
from magnetar.kernel.chance import Floats, Ints

LATEST = 300
"""Events of a history that count, the latest."""
SPREAD = 40
"""Items of a type that a path over types reaches, the most popular."""
AGAIN, PRIOR = -1, -2
"""Edges that are none: bought before and due again; popular with everybody."""


@dataclass(frozen=True, slots=True)
class Blend:
    """How much each kind of path counts."""

    decay: float = 0.995
    """What an event keeps for each later event."""
    items: float = 1.0
    types: float = 1.0
    again: float = 0.0
    prior: float = 1e-3


@dataclass(frozen=True, slots=True)
class Path:
    """One way from a shopper's events to an item."""

    level: Level
    edge: int
    """Row of the edge, or `AGAIN` or `PRIOR`."""
    source: int
    """The item (level ITEMS) or the type (level TYPES) that the events lie at; −1 for the prior."""
    target: int
    """The item that it leads to."""
    need: int
    share: float
    """Share of the item's score."""
    events: tuple[int, ...]
    """Places in the history that it starts from, the latest last."""

    @property
    def key(self) -> tuple[int, int, int, int]:
        """What names a path within one history."""
        return int(self.level), self.edge, self.source, self.target


class Matcher:
    """A graph made ready to answer; deleted edges are gone from it."""

    def __init__(self, graph: IntentGraph, blend: Blend | None = None) -> None:
        self.graph = graph
        self.blend = blend or Blend()
        items, types = len(graph.items), len(graph.types)
        self._typed = np.flatnonzero(graph.kind >= 0)
        ones = np.ones(len(self._typed))
        self.kind_of = csr((ones, (self._typed, graph.kind[self._typed])), shape=(items, types))
        self.item_edges = self._matrix(Level.ITEMS, items)
        self.type_edges = self._matrix(Level.TYPES, types)
        self.within = self._within(items, types)
        total = graph.popularity.sum()
        self.prior = graph.popularity / total if total > 0.0 else np.zeros(items)
        self.due = np.where(graph.kind >= 0, graph.again[graph.kind], 0.0) if types else np.zeros(items)

    def _matrix(self, level: Level, size: int) -> Sparse:
        links, alive = self.graph.links(level), self.graph.alive(level)
        return csr((links.weight[alive], (links.source[alive], links.target[alive])), shape=(size, size))

    def _within(self, items: int, types: int) -> Sparse:
        """(types, items), share of each item in its type, the most popular ones."""
        graph = self.graph
        worth = graph.popularity + 1e-3
        order = np.lexsort((np.arange(items), -worth, graph.kind))
        order = order[graph.kind[order] >= 0]
        kind = graph.kind[order]
        first = np.searchsorted(kind, kind)
        keep = np.arange(len(order)) - first < SPREAD
        order, kind = order[keep], kind[keep]
        whole = np.bincount(kind, worth[order], minlength=types) if len(kind) else np.ones(types)
        share = worth[order] / np.where(whole > 0.0, whole, 1.0)[kind]
        return csr((share, (kind, order)), shape=(types, items))

    # ---- scores

    def weights(self, history: Sequence[int] | Ints) -> tuple[Ints, Floats]:
        """The latest events of a history that the graph knows, and how much each counts; the last counts 1."""
        known = np.asarray(history, np.int64).ravel()
        known = known[(known >= 0) & (known < len(self.graph.items))][-LATEST:]
        return known, self.blend.decay ** np.arange(len(known) - 1, -1, -1, dtype=np.float64)

    def scores(self, histories: Sequence[Sequence[int] | Ints]) -> Floats:
        """(histories, items): a row alone gets what it gets among others. An empty history gets the prior."""
        rows, items, worth = [], [], []
        for row, history in enumerate(histories):
            known, weight = self.weights(history)
            rows.append(np.full(len(known), row))
            items.append(known)
            worth.append(weight)
        shape = (len(histories), len(self.graph.items))
        if not len(histories):
            return np.zeros(shape)
        flat = (np.concatenate(worth), (np.concatenate(rows), np.concatenate(items)))
        met = csr(flat, shape=shape)
        blend = self.blend
        found = blend.items * (met @ self.item_edges).toarray()
        found += blend.types * (((met @ self.kind_of) @ self.type_edges) @ self.within).toarray()
        found *= self.graph.trend
        if blend.again:
            found += blend.again * (met.toarray() * self.due)
        return found + blend.prior * self.prior

    def recommend(
        self, history: Sequence[int] | Ints, count: int = 10, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Ints, Floats]:
        """The best items with their scores, the smaller number first where two are equal; what scores 0 is left out."""
        found = self.scores([history])[0]
        return best_of(found, count, allowed)

    # ---- paths

    def paths(self, history: Sequence[int] | Ints, target: int) -> list[Path]:
        """Every path to an item, the strongest first; their shares add up to 1 where the item has a score.

        The prior is among them: it says how much of the score no event speaks for.
        """
        graph, blend = self.graph, self.blend
        known, weight = self.weights(history)
        offset = len(np.asarray(history).ravel()) - len(known)
        found: list[tuple[Level, int, int, int, float, tuple[int, ...]]] = []
        trend = float(graph.trend[target])
        links, alive = graph.item_links, graph.alive(Level.ITEMS)
        rows = np.flatnonzero((links.target == target) & alive)
        edge_of = {int(links.source[row]): int(row) for row in rows}
        for item in dict.fromkeys(known.tolist()):
            if item in edge_of:
                at = np.flatnonzero(known == item)
                row = edge_of[item]
                value = blend.items * float(weight[at].sum()) * float(links.weight[row]) * trend
                found.append((Level.ITEMS, row, item, int(links.need[row]), value, tuple((at + offset).tolist())))
        own = int(graph.kind[target])
        if own >= 0:
            found += self._over_types(known, weight, offset, own, target, trend)
        if blend.again:
            at = np.flatnonzero(known == target)
            if len(at):
                value = blend.again * float(weight[at].sum()) * float(self.due[target])
                found.append((Level.ITEMS, AGAIN, target, NO_NEED, value, tuple((at + offset).tolist())))
        found.append((Level.ITEMS, PRIOR, -1, NO_NEED, blend.prior * float(self.prior[target]), ()))
        total = sum(one[4] for one in found) or 1.0
        paths = [
            Path(level, edge, source, target, need, value / total, events)
            for level, edge, source, need, value, events in found
            if value > 0.0
        ]
        return sorted(paths, key=lambda one: (-one.share, one.key))

    def _over_types(
        self, known: Ints, weight: Floats, offset: int, own: int, target: int, trend: float
    ) -> list[tuple[Level, int, int, int, float, tuple[int, ...]]]:
        graph = self.graph
        share = float(self.within[own, target])
        links, alive = graph.type_links, graph.alive(Level.TYPES)
        kinds = graph.kind[known]
        found = []
        for row in np.flatnonzero((links.target == own) & alive).tolist():
            source = int(links.source[row])
            at = np.flatnonzero(kinds == source)
            if len(at) and share > 0.0:
                value = self.blend.types * float(weight[at].sum()) * float(links.weight[row]) * share * trend
                found.append((Level.TYPES, row, source, int(links.need[row]), value, tuple((at + offset).tolist())))
        return found

    def without(self, history: Sequence[int] | Ints, paths: Sequence[Path]) -> Floats:
        """(items,) scores where these paths of this history are cut, each by exactly what it added."""
        found = self.scores([history])[0]
        for target in {one.target for one in paths}:
            cut = {one.key for one in paths if one.target == target}
            share = sum(one.share for one in self.paths(history, target) if one.key in cut)
            found[target] *= max(0.0, 1.0 - share)
        return found

    def needed(
        self, history: Sequence[int] | Ints, target: int, count: int = 10, allowed: NDArray[np.bool_] | None = None
    ) -> list[Path]:
        """The strongest paths that an item owes its place among the first `count` to: without them it falls out.

        Where it is there because everybody likes it, the prior is one of them. Empty where it is not among the first,
        or where there are no more items than places.

        Source: Ghazimatin et al. (2020), PRINCE, WSDM: an explanation is the smallest set whose removal changes the answer.
        """
        scores = self.scores([history])[0]
        if allowed is not None:
            scores = np.where(allowed, scores, -np.inf)
        if rank_of(scores, target) > count:
            return []
        others = np.delete(scores, target)
        bar = float(np.partition(others, -count)[-count]) if len(others) >= count else 0.0
        left, cut = 1.0, []
        for one in self.paths(history, target):
            cut.append(one)
            left -= one.share
            if scores[target] * left < bar - 1e-12 * abs(bar):
                return cut
        return []


def best_of(scores: Floats, count: int, allowed: NDArray[np.bool_] | None = None) -> tuple[Ints, Floats]:
    """The highest scores above 0 with their places."""
    usable = scores > 0.0 if allowed is None else (scores > 0.0) & allowed
    rows = np.flatnonzero(usable)
    order = rows[np.lexsort((rows, -scores[rows]))][:count]
    return order, scores[order]


def rank_of(scores: Floats, target: int) -> int:
    """The place of an item, 1 the best; equal scores go by number."""
    mine = scores[target]
    return int((scores > mine).sum() + (scores[:target] == mine).sum()) + 1


def scaled(blend: Blend, **changes: float) -> Blend:
    """A blend with something changed."""
    return replace(blend, **changes)
