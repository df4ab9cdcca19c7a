"""Recommending by product ids: what the shop calls, what it reports back, and what it uploads."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.recommendation.beam import Generator
from magnetar.capabilities.recommendation.generator import Network, Rows
from magnetar.capabilities.recommendation.mixture import Recommender
from magnetar.capabilities.recommendation.weights import load
from magnetar.capabilities.recommendation.wording import Wording
from magnetar.capabilities.understanding import SemanticIds, TextVectors
from magnetar.kernel.errors import BadInput

MOST = 200
"""Products asked for at once."""
LONGEST = 1_000
"""Events of a history that are looked at; older ones are left out."""
FOLLOWED = 0.7
"""Log odds by which products of followed shops and authors are raised; a starting point, not a finding."""
SORTED_EVERY = 1_000
"""Events after which what is popular is sorted anew."""
SOURCES = {
    "last": "常接在最近一件之后 · often next after the latest",
    "transition": "常接在这些之后 · often next after these",
    "together": "常与这些一起 · often taken with these",
    "broad": "与长期兴趣相伴 · goes with the longer history",
    "content": "内容相似 · alike in content",
    "item head": "模型按历史推断 · inferred from the history",
    "generator": "按语义编号生成 · generated as a semantic id",
    "copy": "买过, 可能复购 · taken before, may be taken again",
    "popular": "热门 · popular",
}


@dataclass(frozen=True, slots=True)
class Recommended:
    """A product with its reason."""

    item: str
    score: float
    source: str
    path: tuple[str, ...]
    """From the event that speaks most for it to the product; only the product where none does."""

    def told(self) -> dict[str, Any]:
        """As JSON knows it."""
        return {
            "item": self.item, "score": round(self.score, 4), "source": self.source, "reason": SOURCES[self.source],
            "path": list(self.path),
        }  # fmt: skip


class Recommendations:
    """A model in use: answers, learns from events, and takes in new products."""

    def __init__(
        self, recommender: Recommender, items: list[str], ids: SemanticIds, texts: TextVectors | None = None,
        about: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.recommender, self.items, self.ids, self.texts = recommender, list(items), ids, texts
        self.about = about or {}
        self._row = {item: row for row, item in enumerate(self.items)}
        self._events = 0
        self._room: NDArray[Any] | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path) -> Recommendations:
        """From a folder that `fit` wrote.

        Raises:
            MagnetarError: there is no model that can be read.
        """
        return cls(*load(folder))

    def rows(self, history: list[str]) -> tuple[Rows, list[str]]:
        """Rows of known ids in order, and the ids that are not known."""
        late = history[-LONGEST:]
        known = [row for one in late if (row := self._row.get(one)) is not None]
        return np.array(known, np.int32), [one for one in late if one not in self._row]

    def recommend(
        self, history: list[str], k: int = 10, seen: bool = False, followed: list[str] | None = None
    ) -> tuple[list[Recommended], list[str]]:
        """The best `k` products after a history, oldest first, and the ids in it that nobody knows.

        An empty history, or one of unknown ids, gives what is popular. With `seen` products taken before may come
        again. `followed` names products of shops and authors that the shopper follows: they are raised, not forced.

        Raises:
            BadInput: `k` is out of range.
        """
        if not 1 <= k <= MOST:
            raise BadInput(f"k must lie in [1, {MOST}], found {k}.")
        rows, unknown = self.rows(history)
        with self._lock:
            raised = self.rows(followed or [])[0]
            found = self.recommender.answer(rows, k, not seen, raised if len(raised) else None, FOLLOWED)
            paths = self._paths(rows, found.items)
            told = []
            for place, row in enumerate(found.items.tolist()):
                source = found.reason(place)
                path = (self.items[row], self.items[row]) if source == "copy" else paths[place]
                told.append(Recommended(self.items[row], float(found.scores[place]), source, path))
        return told, unknown

    def _paths(self, history: Rows, named: Rows) -> list[tuple[str, ...]]:
        """For each product the event of the latest eight from which most leads to it."""
        order = np.argsort(named)
        ordered = named[order]
        best, most = np.full(len(named), -1, np.int64), np.zeros(len(named))
        for age, event in enumerate(history[::-1][:8].tolist()):
            partners, weights = self.recommender.parts.memory.after.row(event)
            at = np.minimum(np.searchsorted(ordered, partners), max(0, len(named) - 1))
            hit = ordered[at] == partners if len(named) else np.zeros(len(partners), np.bool_)
            weight = np.zeros(len(named))
            weight[order[at[hit]]] = weights[hit] * 0.8**age
            more = weight > most
            best[more], most[more] = event, weight[more]
        return [
            (self.items[row],) if event < 0 else (self.items[event], self.items[row])
            for event, row in zip(best.tolist(), named.tolist(), strict=True)
        ]

    def _with_room(self, vectors: NDArray[Any]) -> NDArray[Any]:
        """The array that `vectors` is the beginning of, with room for one more row at least."""
        count = len(vectors)
        if self._room is None or len(self._room) <= count:
            self._room = np.empty((count + max(1_024, count // 50), vectors.shape[1]), vectors.dtype)
            self._room[:count] = vectors
        return self._room

    def observe(self, history: list[str], item: str) -> None:
        """One event: a shopper with this history took `item`.

        Raises:
            BadInput: nobody knows the item; `add` it first.
        """
        row = self._row.get(item)
        if row is None:
            raise BadInput(f"未知商品 unknown product {item[:60]!r}: add it before it is observed.")
        with self._lock:
            self.recommender.parts.memory.observe(self.rows(history)[0], row)
            self._events += 1
            if self._events % SORTED_EVERY == 0:
                self.recommender.refresh()

    def add(self, item: str, text: str = "") -> tuple[int, ...]:
        """Take in a product that nobody has bought yet; it can be generated at once. Returns its semantic id.

        Raises:
            BadInput: the id is empty or known already.
        """
        if not item or item in self._row:
            raise BadInput(f"商品号 product id {item[:60]!r} is {'empty' if not item else 'known already'}.")
        with self._lock:
            words = np.zeros((1, 0), np.float32) if self.texts is None else self.texts.encode([text])
            vector = np.zeros((1, self.ids.books.shape[2]), np.float32)
            vector[:, : words.shape[1]] = words
            row = len(self.items)
            self.ids = self.ids.extend(vector)
            parts = self.recommender.parts
            parts.memory.grow(row + 1)
            parts.evidence.add(None if self.texts is None else Wording.of(self.texts, [text]).weight)
            if parts.generator is not None:
                network = parts.generator.network
                base = network.newcomer(self.ids.codes[-1], words[0])
                vectors = self._with_room(network.items)
                vectors[row] = base
                grown = Network(network.shape, network.learned, vectors[: row + 1])
                parts.generator = Generator(grown, parts.generator.trie.with_one_more(self.ids.codes[-1]))
            self.items.append(item)
            self._row[item] = row
        return tuple(self.ids.codes[-1].tolist())
