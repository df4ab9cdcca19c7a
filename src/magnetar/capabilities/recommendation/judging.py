"""The judge of recommenders: where among all items did each model rank what came next?

No item is left out of a ranking to make it easier: Krichene & Rendle (2020, KDD), On sampled metrics for item
recommendation, show that sampled rankings can turn the order of two models around.
"""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.recommendation.histories import Histories, Rows
from magnetar.capabilities.recommendation.registry import Cases, Lister, Model, Scores
from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.kernel.compiled import Array, compiled

DEPTHS = (5, 10, 20)
METRICS = tuple(f"{name}@{depth}" for name in ("recall", "ndcg") for depth in DEPTHS)
"""Columns of what the judge finds for each case."""
UNFILTERED, FILTERED = 0, 1
_CHUNK_BYTES = 48 << 20
"""Of a table of scores; models need a few times as much beside it."""
NOT_ASKED = -1
"""In place of a rank: the item was seen before, and seen items are left out."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one fitted model got right, case by case."""

    name: str
    values: Floats
    """(cases, 2, metrics), each in [0, 1]; NaN where a case asks for nothing but items seen before. Second axis:
    unfiltered, filtered."""
    fit_cpu: float
    """CPU seconds of learning and of choosing on validation."""
    score_cpu: float
    """CPU seconds of scoring all cases; ranking is not counted."""
    chosen: str = ""
    """Numbers that were chosen on validation."""


def fit(model: Model, train: Histories, seed: int, valid: Cases | None) -> float:
    """Fit a model and say how many CPU seconds it took."""
    before = time.process_time()
    if valid is not None and "valid" in inspect.signature(model.fit).parameters:
        model.fit(train, seed, valid=valid)
    else:
        model.fit(train, seed)
    return time.process_time() - before


def judge(model: Model, cases: Cases, fit_cpu: float = 0.0) -> Judged:
    """Rank every item for every case."""
    lister = model if isinstance(model, Lister) else None
    values = np.empty((len(cases), 2, len(METRICS)))
    spent = 0.0
    for rows in chunks(len(cases), len(cases.context.items)):
        part = cases.rows(rows)
        before = time.process_time()
        if lister:
            found = [lister.top(part.context, max(DEPTHS), seen) for seen in (False, True)]
            spent += time.process_time() - before
            ranks = list_ranks(part, *found)
        else:
            scores = model.scores(part.context)
            spent += time.process_time() - before
            ranks = score_ranks(part, scores)
        for way, rank in enumerate(ranks):
            values[rows, way] = gains(part.start, rank)
    return Judged(model.name, values, fit_cpu, spent, getattr(model, "chosen", ""))


def chunks(cases: int, items: int) -> Iterator[slice]:
    """Slices of cases whose scores of all items stay within a bound of memory."""
    size = max(1, _CHUNK_BYTES // (4 * max(1, items)))
    for first in range(0, cases, size):
        yield slice(first, min(first + size, cases))


def score_ranks(cases: Cases, scores: Scores) -> tuple[Ints, Ints]:
    """How many items stand above each target, among all and among those not seen before.

    Whatever scores as much as a target stands above it, so that a model which gives all items one score finds
    nothing. What has no finite score stands below everything.

    Returns:
        unfiltered and filtered, (targets,) each, 0 at best; filtered is −1 where the target itself was seen.

    Raises:
        ValueError: the scores are not (cases, items).
    """
    expected = (len(cases), len(cases.context.items))
    if scores.shape != expected:
        raise ValueError(f"a model gives (shoppers, items) scores, {expected}; found {scores.shape}")
    out = np.empty((2, len(cases.target)), np.int64)
    context = cases.context
    _score_ranks(
        np.ascontiguousarray(scores, np.float32), cases.start, cases.target, context.start, context.item, out[0], out[1]
    )
    return out[0], out[1]


@compiled
def _score_ranks(
    scores: Array, start: Array, target: Array, seen_start: Array, seen_item: Array, free: Array, filtered: Array
) -> None:
    cases, items = scores.shape
    mark = np.full(items, -1, np.int64)
    for case in range(cases):
        seen = seen_item[seen_start[case] : seen_start[case + 1]]
        for item in seen:
            mark[item] = case
        for place in range(start[case], start[case + 1]):
            goal = target[place]
            score = scores[case, goal]
            known = mark[goal] == case
            if not (score > -np.inf and score < np.inf):
                free[place] = items
                filtered[place] = NOT_ASKED if known else items
                continue
            above, above_seen = -1, 0
            for item in range(items):
                if scores[case, item] >= score:
                    above += 1
            for item in range(len(seen)):
                one = seen[item]
                if mark[one] == case and scores[case, one] >= score:
                    above_seen += 1
                    mark[one] = -2  # once, however often it was taken
            for one in seen:
                mark[one] = case
            free[place] = above
            filtered[place] = NOT_ASKED if known else above - above_seen


def list_ranks(cases: Cases, free: Rows, unseen: Rows) -> tuple[Ints, Ints]:
    """Places of each target in a model's lists, of all items and of those not seen before; what is not listed is last.

    Raises:
        ValueError: a list does not have a row for each case.
    """
    owner = np.repeat(np.arange(len(cases)), np.diff(cases.start))
    if len(free) != len(cases) or len(unseen) != len(cases):
        raise ValueError(f"a list is needed for each of {len(cases)} cases, found {len(free)} and {len(unseen)}")
    context = cases.context
    items = max(1, len(context.items))
    known = np.isin(owner * items + cases.target, context.shopper * items + context.item)
    out = []
    for found in (free, unseen):
        hit = found[owner] == cases.target[:, None]
        out.append(np.where(hit.any(axis=1), hit.argmax(axis=1), items).astype(np.int64))
    out[FILTERED][known] = NOT_ASKED
    return out[0], out[1]


def gains(start: Ints, rank: Ints) -> Floats:
    """(cases, metrics): Recall and NDCG at each depth.

    Recall is the share of a case's targets above the depth. NDCG counts each of them 1 / log2(rank + 2) and
    divides by the most that so many targets could bring (Järvelin & Kekäläinen 2002, ACM TOIS 20(4)).

    Args:
        start: (cases + 1,), offsets of each case's targets.
        rank: (targets,), items above; below 0 where a target does not count.

    >>> gains(np.array([0, 1, 3]), np.array([1, 0, 7]))[:, [0, 3]].round(3).tolist()
    [[1.0, 0.631], [0.5, 0.613]]
    """
    cases = len(start) - 1
    owner = np.repeat(np.arange(cases), np.diff(start))
    counts = rank >= 0
    asked = np.bincount(owner, counts, cases)
    ideal = np.concatenate([[0.0], np.cumsum(1.0 / np.log2(np.arange(2.0, 2.0 + max(DEPTHS))))])
    gain = np.where(counts, 1.0 / np.log2(np.maximum(rank, 0) + 2.0), 0.0)
    out = np.empty((cases, len(METRICS)))
    for column, depth in enumerate(DEPTHS):
        hit = counts & (rank < depth)
        most = ideal[np.minimum(asked, depth).astype(np.int64)]
        with np.errstate(invalid="ignore", divide="ignore"):
            out[:, column] = np.bincount(owner, hit, cases) / asked
            out[:, len(DEPTHS) + column] = np.bincount(owner, gain * hit, cases) / most
    out[asked == 0] = math.nan
    return out


def worth(scored: Callable[[Histories], Scores], cases: Cases) -> float:
    """What choices on validation go by: NDCG@10, the mean of unfiltered and filtered."""
    column = METRICS.index("ndcg@10")
    found: list[Floats] = []
    for rows in chunks(len(cases), len(cases.context.items)):
        part = cases.rows(rows)
        ranks = score_ranks(part, scored(part.context))
        found.append(np.stack([gains(part.start, rank)[:, column] for rank in ranks], axis=1))
    return mean_worth(np.concatenate(found))


def mean_worth(values: Floats) -> float:
    """Mean of the columns' means, of what is defined; 0 where nothing is."""
    means = [float(one[~np.isnan(one)].mean()) for one in values.T if not np.isnan(one).all()]
    return float(np.mean(means)) if means else 0.0


def some(cases: Cases, most: int, seed: int) -> Cases:
    """At most so many cases, drawn at random: the first ones of a file are not like the others."""
    if len(cases) <= most:
        return cases
    return cases.rows(np.sort(Chance(seed).of("validation").order(len(cases))[:most]))


def bootstrap(columns: Sequence[Floats], seed: int, draws: int = 1000) -> list[tuple[float, float, float, int]]:
    """Mean, 2.5 % and 97.5 % percentile and count of each column, over cases drawn with replacement.

    All columns see the same draws, so that a column of differences is a paired comparison. NaN does not count.

    Args:
        columns: (cases,) each, one value for each shopper.

    Source:
        Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    if not columns:
        return []
    table = np.stack(columns, axis=1)
    counted = ~np.isnan(table)
    both = np.concatenate([np.where(counted, table, 0.0), counted], axis=1).astype(np.float32)
    chance, cases, width = Chance(seed).of("bootstrap"), len(table), len(columns)
    sums = np.empty((draws, 2 * width))
    for draw in range(draws):
        weight = np.bincount(chance.of(draw).integers(cases, cases), minlength=cases).astype(np.float32)
        sums[draw] = weight @ both
    out = []
    for column in range(width):
        number = int(counted[:, column].sum())
        mean = float(table[counted[:, column], column].mean()) if number else math.nan
        under = sums[:, width + column]
        means = sums[under > 0, column] / under[under > 0]
        low, high = np.quantile(means, [0.025, 0.975]).tolist() if number > 1 else (math.nan, math.nan)
        out.append((mean, low, high, number))
    return out
