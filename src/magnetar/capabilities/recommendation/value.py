"""Value-aware decoding for ads: products in order of probability × worth, without scoring most of them.

The tree of ids is searched best first. A node stands for all products below it; no product there can be worth more
than log probability of the node + the highest log worth below. A branch is opened only while that bound is the best
there is, so what comes out first is what scoring everything would have put first.
Source: Hart, Nilsson & Raphael (1968), IEEE TSSC 4(2) (best-first search with an optimistic bound); the need for it
in ads: Zhang et al. (2026), arXiv 2602.22732 (value-aware generation).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.recommendation.beam import Generator, Trie, first_level, log_sum, logits_of
from magnetar.capabilities.recommendation.generator import Floats32, Rows
from magnetar.kernel.compiled import Array, compiled, inlined

OPENED = 4_000
"""Nodes that a search may open."""
TILT = 0.3
"""For `Bounds.of` where speed is worth more than proof: chosen on untaught and on one taught network, not on any judge."""
LEAST = 1e-12


def log_worth(
    bid: NDArray[np.float64], ctr: NDArray[np.float64], cvr: NDArray[np.float64] | None = None, *, weight: float = 1.0,
    business: NDArray[np.float64] | None = None, alignment: float = 0.0,
) -> Floats32:  # fmt: skip
    """(items,), weight × log(bid × pCTR × pCVR) + alignment × log(business); −∞ for what is not to be shown.

    Args:
        bid: currency units for what is paid for; 0 takes a product out.
        ctr, cvr: predicted rates in [0, 1]; without `cvr` clicks are paid for.
        weight: λ; 0 is natural traffic, 1 ranks by expected revenue.
        business: what else a product is worth to the platform, positive, 1 for the ordinary: quality, stock, margin.
        alignment: μ, how much that counts.

    Raises:
        ValueError: a negative weight or alignment.
    """
    if weight < 0 or alignment < 0:
        raise ValueError(f"weights of value must not be negative, found {weight} and {alignment}")
    paid = np.nan_to_num(np.asarray(bid, np.float64) * ctr * (1.0 if cvr is None else cvr), nan=0.0)
    found = weight * np.log(np.maximum(paid, LEAST))
    if business is not None:
        found = found + alignment * np.log(np.maximum(np.nan_to_num(business, nan=0.0), LEAST))
    return np.where((paid > 0.0) | (weight == 0.0), found, -np.inf).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """The highest log worth below each node of a tree."""

    code: Floats32
    """(width,)."""
    house: Floats32
    """(houses,)."""
    leaf: Floats32
    """(items,), in the order of leaves."""
    sound: bool = True
    """Nothing below a node can be worth more than its bound."""

    @classmethod
    def of(cls, trie: Trie, worth: Floats32, tilt: float = 0.0) -> Bounds:
        """From (items,) log worth.

        A bound supposes that the dearest product below takes all the probability of its node. With `tilt` a node of m
        products is held to a share of 1 ⁄ m^tilt of it: far fewer are opened, and the order is no longer proven.
        """
        leaf = np.asarray(worth, np.float32)[trie.item]
        house = np.maximum.reduceat(leaf, trie.leaves[:-1]) if len(leaf) else np.zeros(0, np.float32)
        code = np.full(trie.width, -np.inf, np.float32)
        owner = np.searchsorted(trie.first, np.arange(len(house)), side="right") - 1
        np.maximum.at(code, owner, house)
        if tilt:
            house = house - np.float32(tilt) * np.log(np.diff(trie.leaves)).astype(np.float32)
            below = np.diff(trie.leaves[trie.first])
            code = code - np.float32(tilt) * np.log(np.maximum(below, 1)).astype(np.float32)
        return cls(code.astype(np.float32), house.astype(np.float32), leaf, tilt == 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """What a search found."""

    items: Rows
    """(k,), best first."""
    scores: Floats32
    """(k,), log probability + log worth."""
    log_p: Floats32
    """(k,)."""
    scored: int
    """Products whose score was worked out."""
    exact: bool
    """No product outside can score more than these; False where `most` ended the search."""


def most_valuable(
    generator: Generator, state: Floats32, bounds: Bounds, k: int, most: int = OPENED, *, scored_at_most: float = 1.0
) -> Valued:
    """The `k` products of highest log probability + log worth.

    At most `most` nodes are opened, and none once the share `scored_at_most` of all products has been scored.
    """
    k = min(k, len(generator.trie))
    leaf, score, log_p = np.empty(k, np.int32), np.empty(k, np.float32), np.empty(k, np.float32)
    if k == 0:
        return Valued(leaf, score, log_p, 0, True)
    trie = generator.trie
    room = min(trie.width * (most + 1), len(trie) + len(trie.second) + trie.width)
    count, scored, exact = _search(
        generator.heads(state), *generator.weights, *generator.ranges, bounds.code, bounds.house, bounds.leaf, most,
        int(scored_at_most * len(trie)), room, leaf, score, log_p,
    )  # fmt: skip
    return Valued(
        generator.trie.item[leaf[:count]], score[:count], log_p[:count], int(scored), bool(exact) and bounds.sound
    )


@inlined
def _push(bound: float, p: float, name: int, kind: int, b: Array, q: Array, n: Array, t: Array, used: int) -> int:
    at = used
    while at > 0 and b[(at - 1) // 2] < bound:
        up = (at - 1) // 2
        b[at], q[at], n[at], t[at] = b[up], q[up], n[up], t[up]
        at = up
    b[at], q[at], n[at], t[at] = bound, p, name, kind
    return used + 1


@inlined
def _pop(b: Array, q: Array, n: Array, t: Array, used: int) -> int:
    """Close the gap at the root; what stood there has been read."""
    used -= 1
    bound, p, name, kind = b[used], q[used], n[used], t[used]
    at = 0
    while True:
        down = 2 * at + 1
        if down >= used:
            break
        if down + 1 < used and b[down + 1] > b[down]:
            down += 1
        if b[down] <= bound:
            break
        b[at], q[at], n[at], t[at] = b[down], q[down], n[down], t[down]
        at = down
    b[at], q[at], n[at], t[at] = bound, p, name, kind
    return used


@compiled
def _search(
    heads: Array, logit0: Array, bias0: Array, logit1: Array, bias1: Array, logit2: Array, bias2: Array, to_1: Array,
    to_2: Array, also_2: Array, first: Array, second: Array, leaves: Array, third: Array, top_code: Array,
    top_house: Array, top_leaf: Array, most: int, enough: int, room: int, leaf: Array, score: Array, log_p: Array,
) -> tuple[int, int, bool]:  # fmt: skip
    """Best first: kinds are 1 a code, 2 a house, 3 a product. Returns how many were found, scored, and whether exact."""
    width = len(bias0)
    nothing, logit = np.zeros(heads.shape[1], np.float32), np.empty(width, np.float32)
    b, q = np.empty(room, np.float32), np.empty(room, np.float32)
    n, t = np.empty(room, np.int32), np.empty(room, np.int8)
    owner = np.empty(len(second), np.int32)
    used, opened, scored, found, cut = 0, 0, 0, 0, False
    first_level(heads[0], logit0, bias0, first, nothing, logit)
    for code in range(width):
        if first[code + 1] > first[code] and top_code[code] > -np.inf:
            used = _push(logit[code] + top_code[code], logit[code], code, 1, b, q, n, t, used)
    while used > 0 and found < len(leaf):
        bound, p, name, kind = b[0], q[0], n[0], t[0]
        used = _pop(b, q, n, t, used)
        if kind == 3:
            leaf[found], score[found], log_p[found] = name, bound, p
            found += 1
            continue
        if opened >= most or scored >= enough:
            cut = True
            continue
        opened += 1
        if kind == 1:
            low, high = first[name], first[name + 1]
            logits_of(heads[1], to_1[name], nothing, logit1, bias1, logit)
            whole = log_sum(logit, second, low, high)
            for house in range(low, high):
                owner[house] = name
                if top_house[house] > -np.inf:
                    here = p + logit[second[house]] - whole
                    used = _push(here + top_house[house], here, house, 2, b, q, n, t, used)
        else:
            low, high = leaves[name], leaves[name + 1]
            logits_of(heads[2], to_2[owner[name]], also_2[second[name]], logit2, bias2, logit)
            whole = log_sum(logit, third, low, high)
            scored += high - low
            for one in range(low, high):
                if top_leaf[one] > -np.inf:
                    here = p + logit[third[one]] - whole
                    used = _push(here + top_leaf[one], here, one, 3, b, q, n, t, used)
    return found, scored, not cut
