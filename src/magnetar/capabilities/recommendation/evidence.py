"""What each source says about what comes next: memory, content, popularity, and what was taken before.

Sources are read for one context at a time into scratch space that is as long as the catalogue but only touched where
something is said, so that the cost is that of the evidence, not of the catalogue.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from magnetar.capabilities.recommendation.generator import Floats32, Rows
from magnetar.capabilities.recommendation.memory import READ, Memory
from magnetar.capabilities.recommendation.wording import Wording
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled

SOURCES = ("last", "transition", "together", "broad", "content")
"""Columns of what is recalled: what came after the last item; after all, the latest most (a quarter of what came before
them beside it); after or before any; the same with a long memory, much-taken items toned down; alike in content."""
FADES = (0.0, 0.5, 0.8, 0.95, 0.8)
"""By how much a column's evidence shrinks with each event that came later."""


NEWEST = 5_000
"""Products that nobody took yet which are looked at, the latest."""


class Alike(NamedTuple):
    """The products most alike in content, by row."""

    start: NDArray[np.int64]
    partner: Rows
    weight: Floats32


def nobody_alike(items: int) -> Alike:
    """No content at all."""
    return Alike(np.zeros(items + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))


def alike(vectors: Floats32 | sparse.csr_array, most: int = 20, least: float = 0.1) -> Alike:
    """(items, at most `most`) nearest by cosine, at least `least` alike; `vectors` have length 1 or 0."""
    items = len(vectors) if isinstance(vectors, np.ndarray) else int(vectors.indptr.size - 1)
    rows, partners, weights = [], [], []
    for first in range(0, items, 512):
        near = vectors[first : first + 512] @ vectors.T
        near = np.asarray(near if isinstance(near, np.ndarray) else near.toarray(), np.float32)
        near[np.arange(len(near)), np.arange(first, first + len(near))] = -1.0
        kept = min(most, items - 1)
        if kept <= 0:
            break
        best = np.argpartition(-near, kept - 1, axis=1)[:, :kept]
        value = np.take_along_axis(near, best, axis=1)
        told = value >= least
        rows.append(np.broadcast_to(np.arange(first, first + len(near))[:, None], best.shape)[told])
        partners.append(best[told])
        weights.append(value[told])
    if not rows:
        return nobody_alike(items)
    table = sparse.csr_array(
        (np.concatenate(weights), (np.concatenate(rows), np.concatenate(partners))), shape=(items, items)
    )
    return Alike(table.indptr.astype(np.int64), table.indices.astype(np.int32), table.data.astype(np.float32))


class Evidence:
    """Recalls, for one context at a time."""

    def __init__(self, memory: Memory, near: Alike, wording: Wording | None = None) -> None:
        """`wording` is what `near` was read off, for products to come."""
        self.memory, self.near, self.wording = memory, near, wording
        self.clear()

    def add(self, words: sparse.csr_array | None, most: int = 20, least: float = 0.1) -> None:
        """Take in one more item, the last of the memory, with its terms, (1, terms)."""
        start, partner, weight = self.near
        row = len(start) - 1
        self.near = Alike(np.append(start, start[-1]), partner, weight)
        if self.wording is not None and words is not None:
            value = (self.wording.weight @ words.T).toarray()[:, 0].astype(np.float32)
            best = np.sort(np.argsort(-value, kind="stable")[:most])
            best = best[value[best] >= least]
            at = np.concatenate([start[best + 1], np.full(len(best), start[-1])])
            self.near = Alike(
                np.append(start, start[-1])
                + np.searchsorted(best, np.arange(row + 2), side="left")
                + np.where(np.arange(row + 2) > row, len(best), 0),
                np.insert(partner, at, np.concatenate([np.full(len(best), row), best]).astype(np.int32)),
                np.insert(weight, at, np.tile(value[best], 2).astype(np.float32)),
            )
            self.wording = self.wording.with_one_more(words)
        self.clear()

    def clear(self) -> None:
        """Make scratch space anew, for as many items as there are now."""
        items = len(self.memory)
        self._value = np.zeros((items, len(SOURCES)), np.float32)
        self._touched = np.empty(items, np.int32)
        self._mark = np.zeros(items, np.bool_)
        self._hidden = np.zeros(items, np.bool_)
        self._new: Rows | None = None
        self._usual: Floats | None = None

    def recall(self, history: Rows, most: int, fresh: bool = False) -> tuple[Rows, Floats32, Floats32]:
        """What is said after a history, oldest first.

        Returns:
            the best `most` items of each source, without repeats, with `fresh` none of the history; (all sources,) the sum of each over all items;
            how much is known of the last item and of all, in weights of transitions.
        """
        late = np.ascontiguousarray(history[-READ:], np.int32)
        after, before = self.memory.after, self.memory.before
        total, known = np.zeros(len(SOURCES), np.float32), np.zeros(2, np.float32)
        chosen = np.empty(len(SOURCES) * most, np.int32)
        if fresh:
            self._hidden[history] = True
        count = _recall(
            late, after.start, after.size, after.total, after.partner, after.weight, before.start, before.size,
            before.total, before.partner, before.weight, *self.near, self._value, self._mark, self._touched, total, known,
        )  # fmt: skip
        used = _choose(self._value, self._hidden, self._touched, count, most, chosen)
        if fresh:
            self._hidden[history] = False
        self._count = count
        return np.unique(chosen[:used]), total, known

    def unseen(self) -> Rows:
        """Products that nobody took yet and that are like others in content; the latest `NEWEST`."""
        if self._new is None:
            self._new = np.flatnonzero((self.memory.count == 0) & (np.diff(self.near.start) > 0)).astype(np.int32)
        return self._new[-NEWEST:]

    def usual_terms(self) -> Floats:
        """(terms,), how many of each an event's item has on average."""
        if self._usual is None:
            assert self.wording is not None
            count = self.memory.count
            sold = np.flatnonzero(count)
            self._usual = self.wording.share(sold, count[sold].astype(np.float64))
        return self._usual

    def named(self) -> Rows:
        """Items of which something was recalled; call before `forget`."""
        return self._touched[: self._count]

    @property
    def values(self) -> Floats32:
        """(items, sources), what was recalled; call `forget` afterwards."""
        return self._value

    def newcomers(self, most: int) -> tuple[Rows, Floats32]:
        """Products that nobody took yet, with what their nearest in content were given: call before `forget`.

        Returns:
            (found,) items, at most `most`, the best by transitions; (found, sources), the mean of their neighbours'
            values, weighted by likeness.
        """
        late = self.unseen()
        lent = np.zeros((len(late), len(SOURCES)), np.float32)
        if len(late):
            _lend(late, *self.near, self._value, lent)
        told = np.flatnonzero(lent[:, 1] > 0)
        best = told[np.argsort(-lent[told, 1], kind="stable")[:most]]
        return late[best], lent[best]

    def at(self, items: Rows) -> Floats32:
        """(items, sources), what was recalled of these; call `forget` afterwards."""
        return self._value[items]

    def forget(self) -> None:
        """Wipe what was recalled."""
        touched = self._touched[: self._count]
        self._value[touched] = 0.0
        self._mark[touched] = False


@compiled
def _recall(
    late: Array, a_start: Array, a_size: Array, a_total: Array, a_partner: Array, a_weight: Array, b_start: Array,
    b_size: Array, b_total: Array, b_partner: Array, b_weight: Array, n_start: Array, n_partner: Array, n_weight: Array, value: Array,
    mark: Array, touched: Array, total: Array, known: Array,
) -> int:  # fmt: skip
    count = 0
    for place in range(len(late)):
        item = late[place]
        age = len(late) - 1 - place
        fade1, fade2 = np.float32(0.5**age), np.float32(0.8**age)
        fade3 = np.float32(0.95**age / np.sqrt(1.0 + a_total[item] + np.float32(0.5) * b_total[item]))
        if age == 0:
            known[0] = a_total[item]
        known[1] += fade1 * a_total[item]
        for at in range(a_start[item], a_start[item] + a_size[item]):
            one, weight = a_partner[at], a_weight[at]
            if not mark[one]:
                mark[one] = True
                touched[count] = one
                count += 1
            if age == 0:
                value[one, 0] += weight
                total[0] += weight
            value[one, 1] += fade1 * weight
            value[one, 2] += fade2 * weight
            total[1] += fade1 * weight
            total[2] += fade2 * weight
            value[one, 3] += fade3 * weight
            total[3] += fade3 * weight
        for at in range(b_start[item], b_start[item] + b_size[item]):
            one, weight = b_partner[at], b_weight[at]
            if not mark[one]:
                mark[one] = True
                touched[count] = one
                count += 1
            value[one, 1] += np.float32(0.25) * fade1 * weight
            value[one, 2] += fade2 * weight
            total[1] += np.float32(0.25) * fade1 * weight
            total[2] += fade2 * weight
            value[one, 3] += np.float32(0.5) * fade3 * weight
            total[3] += np.float32(0.5) * fade3 * weight
        for at in range(n_start[item], n_start[item + 1]):
            one, weight = n_partner[at], n_weight[at]
            if not mark[one]:
                mark[one] = True
                touched[count] = one
                count += 1
            value[one, 4] += fade2 * weight
            total[4] += fade2 * weight
    return count


@compiled
def _lend(items: Array, start: Array, partner: Array, weight: Array, value: Array, lent: Array) -> None:
    for place in range(len(items)):
        item = items[place]
        whole = np.float32(0.0)
        for at in range(start[item], start[item + 1]):
            whole += weight[at]
            for column in range(value.shape[1]):
                lent[place, column] += weight[at] * value[partner[at], column]
        for column in range(value.shape[1]):
            lent[place, column] /= whole


@compiled
def _choose(value: Array, hidden: Array, touched: Array, count: int, most: int, chosen: Array) -> int:
    """The best `most` of each column by a threshold heap; repeats between columns are kept."""
    used = 0
    scores, names = np.empty(most, np.float32), np.empty(most, np.int32)
    for column in range(value.shape[1]):
        held = 0
        for place in range(count):
            one = touched[place]
            score = value[one, column]
            if score <= 0.0 or hidden[one]:
                continue
            if held < most:
                at = held
                while at > 0 and scores[(at - 1) // 2] > score:
                    up = (at - 1) // 2
                    scores[at], names[at] = scores[up], names[up]
                    at = up
                scores[at], names[at] = score, one
                held += 1
            elif score > scores[0]:
                at = 0
                while True:
                    down = 2 * at + 1
                    if down >= held:
                        break
                    if down + 1 < held and scores[down + 1] < scores[down]:
                        down += 1
                    if scores[down] >= score:
                        break
                    scores[at], names[at] = scores[down], names[down]
                    at = down
                scores[at], names[at] = score, one
        for place in range(held):
            chosen[used] = names[place]
            used += 1
    return used
