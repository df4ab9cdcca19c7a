"""Recommending from neighbours: what was taken together with the context's items, and what was taken after them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from magnetar.capabilities.recommendation.histories import Histories
from magnetar.capabilities.recommendation.judging import some, worth
from magnetar.capabilities.recommendation.registry import Cases, Scores
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled

VALID_CASES = 5_000
"""Cases that numbers are chosen on, drawn at random."""
CONTEXT = 50
"""Events of a context that are looked at, the latest."""


def recency(contexts: Histories, decay: float) -> Floats:
    """(events,), decay to the power of how many events came later."""
    age = np.repeat(contexts.start[1:], contexts.lengths) - 1 - np.arange(len(contexts.item))
    return decay ** age.astype(np.float64)


def spread(contexts: Histories, weight: Floats, table: Any) -> Scores:
    """(shoppers, items): the sum of the context's rows of `table`, weighted."""
    out = np.zeros((len(contexts), table.shape[1]), np.float32)
    _spread(
        contexts.start, contexts.item, weight, table.indptr, table.indices, table.data.astype(np.float32, copy=False), out
    )  # fmt: skip
    return out


@compiled
def _spread(start: Array, item: Array, weight: Array, first: Array, column: Array, value: Array, out: Array) -> None:
    for row in range(len(start) - 1):
        for event in range(start[row], start[row + 1]):
            for place in range(first[item[event]], first[item[event] + 1]):
                out[row, column[place]] += np.float32(weight[event]) * value[place]


@compiled
def _pairs(start: Array, item: Array, window: int, source: Array, goal: Array, value: Array) -> int:
    """Write (earlier, later, 1 / distance) for events at most `window` apart; return how many."""
    count = 0
    for row in range(len(start) - 1):
        for event in range(start[row], start[row + 1]):
            for later in range(event + 1, min(event + 1 + window, start[row + 1])):
                source[count], goal[count], value[count] = item[event], item[later], 1.0 / (later - event)
                count += 1
    return count


def transitions(histories: Histories, window: int) -> sparse.csr_array:
    """(items, items): how often the column came after the row, within `window` events, each counted 1 / distance."""
    room = max(1, len(histories.item) * window)
    source, goal, value = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.float32)
    count = _pairs(histories.start, histories.item, window, source, goal, value)
    items = len(histories.items)
    found = sparse.coo_array((value[:count], (source[:count], goal[:count])), shape=(items, items)).tocsr()
    found.sum_duplicates()
    return found


class ItemKNN:
    """Items taken by the same shoppers: cosine of their columns, older context items counting less.

    Source: Sarwar et al. (2001, WWW), Item-based collaborative filtering; Deshpande & Karypis (2004, ACM TOIS 22(1)).
    """

    name = "itemknn"
    settled = True
    decays = (1.0, 0.9, 0.8, 0.65, 0.5, 0.3)

    def __init__(self) -> None:
        self._decay = 0.8

    @property
    def chosen(self) -> str:
        """Numbers chosen on validation."""
        return f"decay {self._decay}"

    def fit(self, train: Histories, seed: int, valid: Cases | None = None) -> None:
        """Count co-takers; choose the decay on validation."""
        owner = train.shopper
        ones = np.ones(len(train.item), np.float32)
        taken = sparse.coo_array((ones, (owner, train.item)), shape=(len(train), len(train.items))).tocsr()
        taken.sum_duplicates()
        taken.data[:] = 1.0
        length = np.sqrt(np.maximum(np.asarray(taken.sum(axis=0)).ravel(), 1.0))
        unit = sparse.csr_array(taken @ sparse.diags_array(1.0 / length))
        found = sparse.csr_array(unit.T @ unit)
        found.setdiag(0.0)
        self._table = sparse.csr_array(found.astype(np.float32))
        if valid is not None:
            sample = some(valid, VALID_CASES, seed)
            self._decay = max(self.decays, key=lambda decay: worth(lambda one: self._scored(one, decay), sample))

    def scores(self, contexts: Histories) -> Scores:
        """(shoppers, items)."""
        return self._scored(contexts, self._decay)

    def _scored(self, contexts: Histories, decay: float) -> Scores:
        contexts = contexts.latest(CONTEXT)
        return spread(contexts, recency(contexts, decay), self._table)


class TransitionKNN:
    """What came after the context's items: directional counts, popular goals damped, older context items counting less.

    score(j) = Σ over the context of decay^age × (n(i → j) + back × n(j → i)) ⁄ (n(i)^lead × n(j)^damping), where n(i → j)
    adds 1 ⁄ distance for each time that j came after i within a window.

    Source: first-order Markov and session neighbours with decay, as in Ludewig & Jannach (2018, UMUAI 28),
    Evaluation of session-based recommendation algorithms.
    """

    name = "transition"
    settled = True
    window = 20
    lead = 0.25
    decays = (0.9, 0.8, 0.65, 0.5, 0.3)
    dampings = (0.0, 0.25, 0.5, 0.75)
    backs = (0.0, 0.25, 0.5)

    def __init__(self) -> None:
        self._decay, self._damping, self._back = 0.65, 0.25, 0.25

    @property
    def chosen(self) -> str:
        """Numbers chosen on validation."""
        return f"decay {self._decay}, damping {self._damping}, back {self._back}"

    def fit(self, train: Histories, seed: int, valid: Cases | None = None) -> None:
        """Count; choose decay, damping and the share of backward counts on validation, one after the other, twice."""
        self._ahead = transitions(train, self.window)
        self._count = np.bincount(train.item, minlength=len(train.items))
        self._build()
        if valid is None:
            return
        sample = some(valid, VALID_CASES, seed)
        best, tried = -1.0, set[tuple[float, float, float]]()
        for _ in range(2):
            for name, options in (("_damping", self.dampings), ("_decay", self.decays), ("_back", self.backs)):
                kept = getattr(self, name)
                for option in options:
                    setattr(self, name, option)
                    key = (self._decay, self._damping, self._back)
                    if key in tried:
                        continue
                    tried.add(key)
                    self._build()
                    found = worth(self.scores, sample)
                    if found > best:
                        best, kept = found, option
                setattr(self, name, kept)
        self._build()

    def _build(self) -> None:
        both = self._ahead + self._back * self._ahead.T if self._back else self._ahead
        lead = sparse.diags_array(np.maximum(self._count, 1.0) ** -self.lead)
        damp = sparse.diags_array(np.maximum(self._count, 1.0) ** -self._damping)
        self._table = sparse.csr_array(lead @ both @ damp).astype(np.float32)

    def scores(self, contexts: Histories) -> Scores:
        """(shoppers, items)."""
        contexts = contexts.latest(CONTEXT)
        return spread(contexts, recency(contexts, self._decay), self._table)


class ContentKNN:
    """Cosine of words between what was taken, older events less, and every item: what can be said without any counts."""

    name = "content"

    def __init__(self, words: NDArray[np.float32] | sparse.csr_array) -> None:
        """`words` (items, any), rows of length 1 or 0: vectors, or the weights of single terms."""
        self.words, self.decay = words.astype(np.float32), 0.8

    def fit(self, train: Histories, seed: int, valid: Cases | None = None) -> None:
        """Choose the decay on validation; nothing else is learned."""
        del train
        if valid is not None and len(valid):
            part = some(valid, 2_000, seed)
            self.decay = max((0.5, 0.8, 0.95), key=lambda decay: worth(lambda one: self._scored(one, decay), part))

    def scores(self, contexts: Histories) -> Scores:
        """(shoppers, items)."""
        return self._scored(contexts, self.decay)

    def _scored(self, contexts: Histories, decay: float) -> Scores:
        weight = recency(contexts, decay).astype(np.float32)
        taken = sparse.csr_array((weight, contexts.item, contexts.start), shape=(len(contexts), len(contexts.items)))
        found = taken @ self.words @ self.words.T
        return np.asarray(found if isinstance(found, np.ndarray) else found.toarray(), np.float32)
