"""Item dropout: what newcomers are worth is learned on products that are taken out of all counts for the occasion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from magnetar.capabilities.recommendation.evidence import Evidence
from magnetar.capabilities.recommendation.gate import Floats
from magnetar.capabilities.recommendation.histories import Histories
from magnetar.capabilities.recommendation.memory import Memory
from magnetar.capabilities.recommendation.mixture import Parts, Recommender
from magnetar.capabilities.recommendation.newcomers import (
    DROPPED,
    MOST_PLACES,
    TENTH,
    Newcomers,
    choose,
    described,
    fit_newcomers,
    rates,
)
from magnetar.capabilities.recommendation.registry import Cases
from magnetar.kernel.chance import Chance

FEWEST = 10
"""Products taken out, without which nothing is learned."""
MOST = 1_000
CASES = 10_000
"""Validation cases of either kind, at most."""
TAIL = 3
"""Last places of ten on which the gate's probabilities are held to what happened."""


def learn_newcomers(recommender: Recommender, train: Histories, valid: Cases, seed: int) -> Newcomers | None:
    """How newcomers are weighed and placed in this catalogue; None where there is too little to learn it from.

    Products that are dropped are out of the counts, out of the contexts and out of the list of what has counts. The
    cases in which one of them came next teach the weights; the others choose places and price.
    """
    parts = recommender.parts
    near, wording = parts.evidence.near, parts.evidence.wording
    if wording is None or not len(near.partner):
        return None
    known = np.flatnonzero((parts.memory.count > 0) & (np.diff(near.start) > 0))
    chance = Chance(seed).of("newcomers")
    rows = np.sort(known[chance.order(len(known))[: min(MOST, len(known) // DROPPED)]]).astype(np.int32)
    if len(rows) < FEWEST:
        return None
    out = np.zeros(len(parts.memory), np.bool_)
    out[rows] = True
    memory, counted_only = Memory(len(out)), train.kept(~out[train.item])
    memory.learn(counted_only)
    evidence = Evidence(memory, near, wording)
    without = Recommender(Parts(memory, parts.gate, parts.gate_fresh, evidence, parts.generator))
    came = np.flatnonzero(np.bincount(_owner(valid), out[valid.target], len(valid)) > 0)
    others = np.setdiff1d(np.arange(len(valid)), came)
    came = came[chance.of("came").order(len(came))[:CASES]]
    others = others[chance.of("others").order(len(others))[:CASES]]

    def seen(case: int) -> tuple[np.ndarray, np.ndarray, Floats]:
        history = valid.context.of(case)
        history = history[~out[history]]
        total = evidence.recall(history, 1)[1]
        told = described(rows, history, evidence, total)
        evidence.forget()
        return history, valid.target[valid.start[case] : valid.start[case + 1]], told

    teach, right = [], []
    for case in came.tolist():
        _, wanted, told = seen(case)
        teach.append(told)
        right.append(int(np.searchsorted(rows, wanted[out[wanted]][0])))
    found = fit_newcomers(teach, right)
    if found is None:
        return None
    warm, best, warm_hit = [], [], []
    width = min(MOST_PLACES, len(rows))
    for case in others.tolist():
        history, wanted, told = seen(case)
        named = without.answer(history, 2 * TENTH, True)
        counted = ~out[named.items]
        if counted.sum() < TENTH:
            continue
        chances = found.affinity(told)
        first = np.argsort(-chances, kind="stable")[:width]
        warm.append(named.logs[counted][:TENTH])
        warm_hit.append(np.isin(named.items[counted][:TENTH], wanted))
        best.append(chances[first])
    if not warm or width < MOST_PLACES:
        return None
    stands, won = np.stack(warm), np.stack(warm_hit)
    worth_of = 1.0 / np.log2(np.arange(TENTH) + 2.0)
    worth = float((won * worth_of).sum(axis=1).mean())
    late = slice(TENTH - TAIL, TENTH)
    lean = rates(stands[:, late].ravel(), won[:, late].ravel())
    chance_of = lean[0] + lean[1] * stands
    places, price = choose(chance_of, np.exp(chance_of) * worth_of, np.stack(best), worth)
    return replace(found, places=places, price=price, lean=lean)


def _owner(cases: Cases) -> np.ndarray:
    return np.repeat(np.arange(len(cases)), np.diff(cases.start))
