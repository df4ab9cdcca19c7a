"""What goes with what: counts held against chance, with intervals, a direction and control of false discoveries."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, gammaincinv, pdtrc

from magnetar.capabilities.understanding.intents.behaviour import Behaviour, stretches
from magnetar.capabilities.understanding.intents.matrices import Sparse, coo, csr
from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.kernel.clock import DAY, HOUR
from magnetar.kernel.compiled import Array, compiled

STRENGTH = 4.0
"""Expected joint baskets that the belief in no association weighs as much as."""
HORIZON = 60 * DAY
"""A thing met later than this after another does not follow from it."""
LONGEST = 120
"""Latest things of a shopper that sequences are counted over."""


class Relation(IntEnum):
    """How two things stand to each other."""

    COMPLEMENT = 0
    SUBSTITUTE = 1
    NEITHER = 2


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of things, both directions of a pair in two rows, with their evidence."""

    source: Ints
    target: Ints
    support: Floats
    """Baskets that hold both, and shoppers who met them in this order one after the other."""
    expected: Floats
    """The same by chance, given how often each comes, sizes of baskets and the season."""
    lift: Floats
    """Posterior mean of support over expected."""
    low: Floats
    high: Floats
    """95 % interval of the lift."""
    p: Floats
    """Chance of at least this support without association."""
    kept: NDArray[np.bool_]
    """Whether it stands after control of false discoveries."""
    share: Floats
    """How many of the source's occurrences meet the target, shrunken: the weight of the edge."""
    after: Floats
    """Shoppers who met the target in a later basket than the source."""
    before: Floats
    """Shoppers who met them the other way round."""
    direction: NDArray[np.int8]
    """1 where the source clearly comes first, −1 last, 0 undecided."""
    lag: Floats
    """Geometric mean time from source to target, microseconds; 0 where they only come together."""
    relation: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.source)

    def pick(self, rows: NDArray[np.bool_] | Ints) -> Edges:
        """Some of the rows."""
        columns: list[Any] = [getattr(self, one.name)[rows] for one in fields(self)]
        return Edges(*columns)


@dataclass(frozen=True, slots=True)
class Mined:
    """Edges, and how many would stand if nothing went with anything."""

    edges: Edges
    pairs: int
    """Pairs that were tested."""
    placebo: int
    """Edges that stand in shuffled data; with the rate of false discoveries, a few."""


def kept_of(p: Floats, tests: int, rate: float) -> NDArray[np.bool_]:
    """Which findings stand where at most a share `rate` of them may be false.

    Args:
        tests: how many were made; those that are not listed count as p = 1.

    Source: Benjamini & Hochberg (1995), the step-up procedure.

    >>> kept_of(np.array([0.001, 0.04, 0.02, 0.9]), 4, 0.05)
    array([ True, False,  True, False])
    """
    order = np.argsort(p, kind="stable")
    passed = p[order] <= rate * np.arange(1, len(p) + 1) / max(tests, 1)
    last = int(np.flatnonzero(passed)[-1]) + 1 if passed.any() else 0
    kept = np.zeros(len(p), bool)
    kept[order[:last]] = True
    return kept


def mine(
    behaviour: Behaviour,
    things: int,
    *,
    kind_of: Ints | None = None,
    least: int = 3,
    rate: float = 0.01,
    strata: int = 8,
    chance: Chance | None = None,
) -> Mined:
    """Find what is met together, or one after the other, more often than chance allows.

    The chance level is the bipartite configuration model within stretches of time: a pair's expected baskets are
    n_a n_b Σs(s−1) ⁄ (Σs)², s the size of a basket, so that large baskets and seasons by themselves make no edge.
    The lift's posterior is Gamma(STRENGTH + support, STRENGTH + expected).

    Args:
        things: how many there are; `behaviour.item` counts them.
        kind_of: (things,) type of each; two of one type that are bought instead of each other are substitutes.
        least: support below which a pair is not looked at.
        rate: share of false discoveries allowed.
        chance: draws the placebo; without it none is counted (`placebo` is −1).

    Source:
        DuMouchel (1999), American Statistician 53(3) for the shrinkage; Chung & Lu (2002) for the chance level;
        McAuley et al. (2015), KDD, for co-viewed against co-bought.
    """
    edges, pairs = _edges(behaviour, things, least, rate, strata)
    if len(edges):
        edges = _related(edges, behaviour, things, kind_of, strata)
    placebo = -1
    if chance is not None:
        placebo = int(_edges(behaviour.shuffled(chance, strata), things, least, rate, strata)[0].kept.sum())
    return Mined(edges, pairs, placebo)


def evidence_for(
    behaviour: Behaviour, things: int, source: Ints, target: Ints, strata: int = 8
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """(support, expected, lift, low, high) of pairs that were chosen otherwise, counted as `mine` does.

    Where hardly any basket holds two things, shoppers who met one after the other are counted too.
    """
    joint = _together(behaviour, things)
    support: Floats = np.asarray(joint[source, target], np.float64).ravel()
    expected = _expected(behaviour, things, source, target, strata)
    if len(behaviour) < 1.5 * behaviour.baskets:
        code, after, _ = _following(behaviour, things)
        wanted = source * things + target
        place = np.minimum(np.searchsorted(code, wanted), max(len(code) - 1, 0))
        found = np.where(code[place] == wanted, after[place], 0.0) if len(code) else np.zeros(len(source))
        support = support + found
        expected = expected + _expected_after(behaviour, things, source, target)
    a, b = STRENGTH + support, STRENGTH + expected
    low, high = (np.asarray(gammaincinv(a, q)) / b for q in (0.025, 0.975))
    return support, expected, a / b, low, high


def _edges(behaviour: Behaviour, things: int, least: int, rate: float, strata: int) -> tuple[Edges, int]:
    together = _together(behaviour, things)
    code, after, lag = _following(behaviour, things)
    cells = coo(together)
    both = cells.row.astype(np.int64) * things + cells.col
    keys: Ints = np.union1d(both, code)
    met, ordered, delay = np.zeros(len(keys)), np.zeros(len(keys)), np.zeros(len(keys))
    met[np.searchsorted(keys, both)] = cells.data
    at = np.searchsorted(keys, code)
    ordered[at], delay[at] = after, lag
    source, target = keys // max(things, 1), keys % max(things, 1)
    back = np.searchsorted(keys, target * things + source)
    back[back == len(keys)] = 0
    matched = keys[back] == target * things + source if len(keys) else np.zeros(0, bool)
    reverse = np.where(matched, ordered[back], 0.0)
    enough = met + ordered >= least
    source, target = source[enough], target[enough]
    met, ordered, reverse, delay = met[enough], ordered[enough], reverse[enough], delay[enough]
    often = np.bincount(behaviour.item, minlength=things)
    support = met + ordered
    expected = _expected(behaviour, things, source, target, strata) + _expected_after(behaviour, things, source, target)
    p = np.asarray(pdtrc(support - 1.0, np.maximum(expected, 1e-12)))
    able = int((often >= least).sum())
    tests = max(able * (able - 1), len(p))
    kept = kept_of(p, tests, rate)
    a, b = STRENGTH + support, STRENGTH + expected
    lift = a / b
    low, high = (np.asarray(gammaincinv(a, q)) / b for q in (0.025, 0.975))
    occasions = np.maximum(_occasions(behaviour, things), 1.0)[source]
    share = np.minimum(lift * expected / occasions, 1.0)
    few = np.minimum(ordered, reverse)
    tosses = ordered + reverse
    two_sided = np.minimum(1.0, 2.0 * np.asarray(bdtr(few, tosses.astype(np.int64), 0.5))) if len(few) else few
    decided = kept_of(two_sided, max(len(two_sided), 1), 0.05)
    direction = np.where(decided, np.sign(ordered - reverse), 0).astype(np.int8)
    relation = np.where(kept & (low > 1.0), Relation.COMPLEMENT, Relation.NEITHER).astype(np.int8)
    return (
        Edges(
            source, target, support, expected, lift, low, high, p, kept, share, ordered, reverse, direction,
            np.where(ordered > 0, np.exp(delay / np.maximum(ordered, 1.0)), 0.0), relation,
        ),
        tests,
    )  # fmt: skip


def _incidence(behaviour: Behaviour, things: int) -> Sparse:
    cells = np.unique(behaviour.basket * max(things, 1) + behaviour.item)
    rows, columns = cells // max(things, 1), cells % max(things, 1)
    return csr((np.ones(len(cells)), (rows, columns)), shape=(behaviour.baskets, things))


def _together(behaviour: Behaviour, things: int) -> Sparse:
    found = _incidence(behaviour, things)
    joint = csr(found.T @ found)
    joint.setdiag(0)
    joint.eliminate_zeros()
    return joint


def _occasions(behaviour: Behaviour, things: int) -> Floats:
    """(things,) baskets that hold each."""
    return np.asarray(_incidence(behaviour, things).sum(axis=0)).ravel()


def _expected(behaviour: Behaviour, things: int, source: Ints, target: Ints, strata: int) -> Floats:
    """Joint baskets by chance: in each stretch of time, sizes of baskets and how often each comes are given."""
    expected = np.zeros(len(source))
    stratum = stretches(behaviour, strata)
    for one in range(strata):
        part = behaviour.only(stratum == one)
        if not len(part):
            continue
        found = _incidence(part, things)
        size = np.asarray(found.sum(axis=1)).ravel()
        often = np.asarray(found.sum(axis=0)).ravel()
        expected += often[source] * often[target] * (size * (size - 1.0)).sum() / size.sum() ** 2
    return expected


def _expected_after(behaviour: Behaviour, things: int, source: Ints, target: Ints) -> Floats:
    """Shoppers by chance who meet the target after the source: half of those who would meet both in different baskets."""
    first = _first(behaviour, things)
    people = int(first[0].max()) + 1 if len(first[0]) else 0
    if not people:
        return np.zeros(len(source))
    reach = np.bincount(first[1], minlength=things).astype(np.float64)
    size = np.bincount(first[0], minlength=people).astype(np.float64)
    apart = _apart(first, people)
    return reach[source] * reach[target] * apart / max(size.sum() ** 2, 1.0)


def _first(behaviour: Behaviour, things: int) -> tuple[Ints, Ints, Ints, Ints]:
    """(shopper, thing, basket, at) of each shopper's first meeting with each thing, by shopper and time."""
    _, rows = np.unique(behaviour.shopper * max(things, 1) + behaviour.item, return_index=True)
    rows = np.sort(rows)
    return behaviour.shopper[rows], behaviour.item[rows], behaviour.basket[rows], behaviour.at[rows]


def _apart(first: tuple[Ints, Ints, Ints, Ints], people: int) -> float:
    """Ordered pairs of first meetings in different baskets within the horizon, over all shoppers."""
    shopper, _, basket, at = first
    return float(_pairs(shopper, basket, at, HORIZON, LONGEST, np.zeros((1, 2), np.int64), False)) if people else 0.0


def _following(behaviour: Behaviour, things: int) -> tuple[Ints, Floats, Floats]:
    """Pairs met one after the other: code source × things + target, shoppers, and the sum of the logarithms of lags."""
    shopper, item, basket, at = _first(behaviour, things)
    nothing = np.zeros((1, 2), np.int64)
    count = _pairs(shopper, basket, at, HORIZON, LONGEST, nothing, False)
    if not count:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
    rows = np.empty((count, 2), np.int64)
    _pairs(shopper, basket, at, HORIZON, LONGEST, rows, True)
    code = item[rows[:, 0]] * things + item[rows[:, 1]]
    lag = np.log(np.maximum(at[rows[:, 1]] - at[rows[:, 0]], HOUR).astype(np.float64))
    code, inverse = np.unique(code, return_inverse=True)
    return code, np.bincount(inverse).astype(np.float64), np.bincount(inverse, lag).astype(np.float64)


@compiled
def _pairs(shopper: Array, basket: Array, at: Array, horizon: int, longest: int, out: Array, write: bool) -> int:
    """Rows of first meetings (earlier, later) of one shopper in different baskets; returns how many."""
    count = 0
    start = 0
    for row in range(shopper.shape[0]):
        if row and shopper[row] != shopper[row - 1]:
            start = row
        for other in range(max(start, row - longest), row):
            if basket[other] != basket[row] and at[row] - at[other] <= horizon:
                if write:
                    out[count, 0] = other
                    out[count, 1] = row
                count += 1
    return count


def _related(edges: Edges, behaviour: Behaviour, things: int, kind_of: Ints | None, strata: int) -> Edges:
    """Tell what is bought instead of each other from what is bought together.

    Substitutes are looked at together and not bought together; where nothing is only looked at, two of one type
    that are bought together less than chance allows.
    """
    relation = edges.relation.copy()
    looked = not behaviour.bought.all() and behaviour.bought.any()
    if looked:
        buys = behaviour.only(behaviour.bought)
        joint = csr(_together(buys, things))
        met = np.asarray(joint[edges.source, edges.target]).ravel()
        expected = _expected(buys, things, edges.source, edges.target, strata)
        high = np.asarray(gammaincinv(STRENGTH + met, 0.975)) / (STRENGTH + expected)
        same = kind_of[edges.source] == kind_of[edges.target] if kind_of is not None else np.zeros(len(edges), bool)
        relation[(edges.low > 1.0) & (high < edges.low) & (same | (met < 1.0))] = Relation.SUBSTITUTE
    elif kind_of is not None:
        same = kind_of[edges.source] == kind_of[edges.target]
        relation[same & (edges.high < 1.0)] = Relation.SUBSTITUTE
    return replace(edges, relation=relation)
