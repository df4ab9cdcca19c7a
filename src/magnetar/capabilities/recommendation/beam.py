"""Generating products as ids: a beam through the tree of ids that exist, so that nothing invalid can come out.

At each node the network's weights are shared out among the children that there are. Every product is therefore a
leaf with a probability, all of them adding up to 1, and the beam's answers are distinct products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.recommendation.generator import Floats32, Network, Rows
from magnetar.kernel.compiled import Array, compiled, inlined

BEAM = 50


@dataclass(frozen=True, slots=True, eq=False)
class Trie:
    """Ids in order, as ranges: code one → its second codes → the products there."""

    first: Rows
    """(width + 1,): code one c has the houses first[c] … first[c + 1] − 1."""
    second: Rows
    """(houses,), code two."""
    leaves: Rows
    """(houses + 1,): house h has the leaves leaves[h] … leaves[h + 1] − 1."""
    third: Rows
    """(items,), code three, in the order of leaves."""
    item: Rows
    """(items,), which product a leaf is."""
    leaf: Rows
    """(items,), where a product's leaf is."""
    house: Rows
    """(items,), which house a product is in."""

    @classmethod
    def of(cls, codes: Rows, width: int = 256) -> Trie:
        """From (items, 3) distinct codes.

        Raises:
            ValueError: two products share an id, or a code is not below `width`.
        """
        if len(codes) and not (codes.min() >= 0 and codes.max() < width):
            raise ValueError(f"codes lie in 0 to {width - 1}, found {codes.min()} to {codes.max()}")
        wide = np.asarray(codes, np.int64).reshape(-1, 3)
        whole = (wide[:, 0] * width + wide[:, 1]) * width + wide[:, 2]
        order = np.argsort(whole, kind="stable")
        if len(whole) > 1 and (np.diff(whole[order]) == 0).any():
            raise ValueError("two products share an id; every id must be distinct")
        houses, start = np.unique(whole[order] // width, return_index=True)
        leaf = np.empty(len(order), np.int32)
        leaf[order] = np.arange(len(order))
        leaves = np.append(start, len(order)).astype(np.int32)
        return cls(
            np.searchsorted(houses // width, np.arange(width + 1)).astype(np.int32),
            (houses % width).astype(np.int32),
            leaves,
            wide[order, 2].astype(np.int32),
            order.astype(np.int32),
            leaf,
            (np.searchsorted(leaves, leaf, side="right") - 1).astype(np.int32),
        )

    def with_one_more(self, code: Rows) -> Trie:
        """The same tree with a leaf for one more product, which gets the next row; old ids stay where they are.

        Raises:
            ValueError: the id is taken.
        """
        one, two, three = (int(part) for part in code)
        low, high = int(self.first[one]), int(self.first[one + 1])
        house = low + int(np.searchsorted(self.second[low:high], two))
        fresh = house == high or int(self.second[house]) != two
        start = int(self.leaves[house])
        end = start if fresh else int(self.leaves[house + 1])
        at = start + int(np.searchsorted(self.third[start:end], three))
        if at < end and int(self.third[at]) == three:
            raise ValueError(f"the id {(one, two, three)} is taken; every id must be distinct")
        first, second, leaves = self.first.copy(), self.second, self.leaves.copy()
        leaves[house + 1 :] += 1
        houses = self.house
        if fresh:
            first[one + 1 :] += 1
            second = np.insert(second, house, two).astype(np.int32)
            leaves = np.insert(self.leaves, house, start).astype(np.int32)
            leaves[house + 1 :] += 1
            houses = houses + (houses >= house)
        return Trie(
            first, second, leaves,
            np.insert(self.third, at, three).astype(np.int32),
            np.insert(self.item, at, len(self.item)).astype(np.int32),
            np.append(self.leaf + (self.leaf >= at), at).astype(np.int32),
            np.append(houses, house).astype(np.int32),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.item)

    @property
    def width(self) -> int:
        """Codes of a level."""
        return len(self.first) - 1


class Generator:
    """A network and the tree of products it may name."""

    def __init__(self, network: Network, trie: Trie) -> None:
        self.network, self.trie = network, trie
        w = network.learned
        self.weights = (
            w["logit0"], w["bias0"], w["logit1"], w["bias1"], w["logit2"], w["bias2"], w["first_to_1"],
            w["first_to_2"], w["second_to_2"],
        )  # fmt: skip
        t = trie
        self.ranges = (t.first, t.second, t.leaves, t.third)

    def heads(self, state: Floats32) -> Floats32:
        """(3, d), what each head makes of the state before it hears of codes."""
        w = self.network.learned
        return np.stack([state @ w[f"head{level}"] for level in range(3)])

    def generate(self, state: Floats32, beam: int = BEAM) -> tuple[Rows, Floats32]:
        """Up to `beam` products and their log probabilities, best first; fewer only where there are fewer."""
        most = min(beam, len(self.trie))
        leaf, log_p = np.empty(most, np.int32), np.empty(most, np.float32)
        if most == 0:
            return leaf, log_p
        count = _beam(self.heads(state), *self.weights, *self.ranges, beam, leaf, log_p)
        return self.trie.item[leaf[:count]], log_p[:count]

    def log_probability(self, state: Floats32, items: Rows) -> Floats32:
        """(items,), the exact log probability of these products."""
        out = np.empty(len(items), np.float32)
        t = self.trie
        first = np.searchsorted(t.first, t.house[items], side="right").astype(np.int32) - 1
        _paths(self.heads(state), *self.weights, *self.ranges, first, t.house[items], t.leaf[items], out)
        return out

    def everything(self, state: Floats32) -> Floats32:
        """(items,), the log probability of every product: what a beam is held against."""
        out = np.empty(len(self.trie), np.float32)
        _all(self.heads(state), *self.weights, *self.ranges, out)
        return out[self.trie.leaf]


@inlined
def logits_of(state: Array, one: Array, other: Array, table: Array, bias: Array, out: Array) -> None:
    """silu(state + one + other) @ table + bias, code by code beside each other, so that the processor can keep up."""
    out[:] = bias
    for k in range(len(state)):
        u = state[k] + one[k] + other[k]
        u = u / (np.float32(1.0) + np.exp(-u))
        for code in range(len(out)):
            out[code] += u * table[k, code]


@inlined
def log_sum(logit: Array, codes: Array, low: int, high: int) -> float:
    top = np.float32(-3.0e38)
    for child in range(low, high):
        top = max(top, logit[codes[child]])
    total = np.float32(0.0)
    for child in range(low, high):
        total += np.exp(logit[codes[child]] - top)
    return top + np.log(total)


@inlined
def _keep(score: float, name: int, parent: int, scores: Array, names: Array, parents: Array, used: int) -> int:
    """Put into a heap whose root is the worst kept; of equals the one that came first stays."""
    room = len(scores)
    if used < room:
        at = used
        while at > 0 and scores[(at - 1) // 2] > score:
            up = (at - 1) // 2
            scores[at], names[at], parents[at] = scores[up], names[up], parents[up]
            at = up
        scores[at], names[at], parents[at] = score, name, parent
        return used + 1
    if score <= scores[0]:
        return used
    at = 0
    while True:
        down = 2 * at + 1
        if down >= used:
            break
        if down + 1 < used and scores[down + 1] < scores[down]:
            down += 1
        if scores[down] >= score:
            break
        scores[at], names[at], parents[at] = scores[down], names[down], parents[down]
        at = down
    scores[at], names[at], parents[at] = score, name, parent
    return used


@inlined
def first_level(state: Array, logit0: Array, bias0: Array, first: Array, nothing: Array, logit: Array) -> None:
    """Turns `logit` into log probabilities of the first codes; −3e38 where nothing is below."""
    logits_of(state, nothing, nothing, logit0, bias0, logit)
    top = np.float32(-3.0e38)
    for code in range(len(logit)):
        if first[code + 1] > first[code]:
            top = max(top, logit[code])
    total = np.float32(0.0)
    for code in range(len(logit)):
        if first[code + 1] > first[code]:
            total += np.exp(logit[code] - top)
    whole = top + np.log(total)
    for code in range(len(logit)):
        logit[code] = logit[code] - whole if first[code + 1] > first[code] else np.float32(-3.0e38)


@compiled
def _beam(
    heads: Array, logit0: Array, bias0: Array, logit1: Array, bias1: Array, logit2: Array, bias2: Array, to_1: Array,
    to_2: Array, also_2: Array, first: Array, second: Array, leaves: Array, third: Array, beam: int, leaf: Array,
    log_p: Array,
) -> int:  # fmt: skip
    """Write the best leaves and their log probabilities, best first; return how many."""
    width = len(bias0)
    nothing, logit = np.zeros(heads.shape[1], np.float32), np.empty(width, np.float32)
    s1, n1, p1 = np.empty(beam, np.float32), np.empty(beam, np.int32), np.empty(beam, np.int32)
    s2, n2, p2 = np.empty(beam, np.float32), np.empty(beam, np.int32), np.empty(beam, np.int32)
    s3, n3, p3 = np.empty(beam, np.float32), np.empty(beam, np.int32), np.empty(beam, np.int32)
    first_level(heads[0], logit0, bias0, first, nothing, logit)
    used1 = 0
    for code in range(width):
        if first[code + 1] > first[code]:
            used1 = _keep(logit[code], code, 0, s1, n1, p1, used1)
    used2 = 0
    for node in range(used1):
        code = n1[node]
        low, high = first[code], first[code + 1]
        if high - low == 1:
            used2 = _keep(s1[node], low, code, s2, n2, p2, used2)
            continue
        logits_of(heads[1], to_1[code], nothing, logit1, bias1, logit)
        whole = log_sum(logit, second, low, high)
        for house in range(low, high):
            used2 = _keep(s1[node] + logit[second[house]] - whole, house, code, s2, n2, p2, used2)
    used3 = 0
    for node in range(used2):
        house = n2[node]
        low, high = leaves[house], leaves[house + 1]
        if high - low == 1:
            used3 = _keep(s2[node], low, house, s3, n3, p3, used3)
            continue
        logits_of(heads[2], to_2[p2[node]], also_2[second[house]], logit2, bias2, logit)
        whole = log_sum(logit, third, low, high)
        for one in range(low, high):
            used3 = _keep(s2[node] + logit[third[one]] - whole, one, house, s3, n3, p3, used3)
    order = np.argsort(-s3[:used3], kind="mergesort")
    for place in range(used3):
        leaf[place], log_p[place] = n3[order[place]], s3[order[place]]
    return used3


@compiled
def _paths(
    heads: Array, logit0: Array, bias0: Array, logit1: Array, bias1: Array, logit2: Array, bias2: Array, to_1: Array,
    to_2: Array, also_2: Array, first: Array, second: Array, leaves: Array, third: Array, codes: Array, houses: Array,
    wanted: Array, out: Array,
) -> None:  # fmt: skip
    width = len(bias0)
    nothing, top, logit = np.zeros(heads.shape[1], np.float32), np.empty(width, np.float32), np.empty(width, np.float32)
    first_level(heads[0], logit0, bias0, first, nothing, top)
    for one in range(len(wanted)):
        code, house = codes[one], houses[one]
        found = top[code]
        if first[code + 1] - first[code] > 1:
            logits_of(heads[1], to_1[code], nothing, logit1, bias1, logit)
            found += logit[second[house]] - log_sum(logit, second, first[code], first[code + 1])
        if leaves[house + 1] - leaves[house] > 1:
            logits_of(heads[2], to_2[code], also_2[second[house]], logit2, bias2, logit)
            found += logit[third[wanted[one]]] - log_sum(logit, third, leaves[house], leaves[house + 1])
        out[one] = found


@compiled
def _all(
    heads: Array, logit0: Array, bias0: Array, logit1: Array, bias1: Array, logit2: Array, bias2: Array, to_1: Array,
    to_2: Array, also_2: Array, first: Array, second: Array, leaves: Array, third: Array, out: Array,
) -> None:  # fmt: skip
    width = len(bias0)
    nothing, top = np.zeros(heads.shape[1], np.float32), np.empty(width, np.float32)
    middle, logit = np.empty(width, np.float32), np.empty(width, np.float32)
    first_level(heads[0], logit0, bias0, first, nothing, top)
    for code in range(width):
        if first[code + 1] == first[code]:
            continue
        logits_of(heads[1], to_1[code], nothing, logit1, bias1, middle)
        whole = log_sum(middle, second, first[code], first[code + 1])
        for house in range(first[code], first[code + 1]):
            above = top[code] + middle[second[house]] - whole
            logits_of(heads[2], to_2[code], also_2[second[house]], logit2, bias2, logit)
            share = log_sum(logit, third, leaves[house], leaves[house + 1])
            for one in range(leaves[house], leaves[house + 1]):
                out[one] = above + logit[third[one]] - share
