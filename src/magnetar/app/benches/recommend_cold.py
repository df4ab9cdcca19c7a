"""Products that nobody took yet: a share of a catalogue is hidden from training and contexts, and asked for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.app.benches.rows import row
from magnetar.capabilities.measurement import Interval
from magnetar.capabilities.recommendation.histories import Histories
from magnetar.capabilities.recommendation.judging import FILTERED, METRICS, bootstrap, judge
from magnetar.capabilities.recommendation.learning import content_of
from magnetar.capabilities.recommendation.mixture import Mixture
from magnetar.capabilities.recommendation.neighbours import ContentKNN
from magnetar.capabilities.recommendation.registry import Cases
from magnetar.capabilities.recommendation.splits import Split
from magnetar.kernel.chance import Chance, Floats

SHARE = 20
"""One item in so many is hidden."""
GOAL_RECALL, GOAL_RATIO, GOAL_WARM = 0.04, 2.0, 0.99
_RECALL, _NDCG = METRICS.index("recall@10"), METRICS.index("ndcg@10")


def cold_rows(parts: Split, seed: int, draws: int, goals: bool = True) -> list[dict[str, Any]]:
    """Recall@10 on events whose product was never seen, beside content-kNN, and what the others lose by it.

    Content-kNN by single terms is the baseline; by the 96 directions of the text vectors it stands beside. The mixture
    is fitted without its network. Seen items are left out of the lists.
    """
    items = len(parts.train.items)
    hidden = np.zeros(items, np.bool_)
    hidden[Chance(seed).of("hidden").order(items)[: items // SHARE]] = True
    train = _without(parts.train, hidden)
    valid = _cases(parts.valid, hidden, False)
    asked, others = _cases(parts.test, hidden, True), _cases(parts.test, hidden, False)
    if not len(asked) or not len(others) or not len(valid):
        return []
    known = content_of(train, seed)
    if known.wording is None:
        return []
    content, smeared = ContentKNN(known.wording.weight), ContentKNN(known.words)
    content.fit(train, seed, valid)
    smeared.fit(train, seed, valid)
    model = Mixture(learn=False, newcomers=True)
    model.fit(train, seed, valid)
    ours, theirs, before = (judge(one, asked).values[:, FILTERED, _RECALL] for one in (model, content, smeared))
    with_places = judge(model, others).values[:, FILTERED, _NDCG]
    model.recommender.parts.newcomers = None
    gate = judge(model, asked).values[:, FILTERED, _RECALL]
    without = judge(model, others).values[:, FILTERED, _NDCG]
    mine, other, plain, old = bootstrap([ours, theirs, gate, before], seed, draws)
    goal = {"goal": GOAL_RECALL} if goals else {}
    return [
        _said("onerec, never seen: recall@10", Interval(*mine), baseline=("content-kNN", other[0]), **goal),
        _said("onerec without places held, never seen: recall@10", Interval(*plain)),
        _said("content-kNN, single terms, never seen: recall@10", Interval(*other)),
        _said("content-kNN, 96 directions, never seen: recall@10", Interval(*old)),
        _said(
            "onerec ÷ content-kNN, never seen: recall@10", _ratio(ours, theirs, seed, draws),
            baseline=("content-kNN", 1.0), **({"goal": GOAL_RATIO} if goals else {}),
        ),
        _said(
            "onerec, seen products, with ÷ without places held: ndcg@10", _ratio(with_places, without, seed, draws),
            baseline=("without", 1.0), **({"goal": GOAL_WARM} if goals else {}),
        ),
    ]  # fmt: skip


def _said(metric: str, value: Interval, **more: Any) -> dict[str, Any]:
    return row(f"cold: {metric}", "of 1", value, ratio=True, model="onerec", filtered=True, cold=True, **more)


def _without(histories: Histories, hidden: NDArray[np.bool_]) -> Histories:
    return histories.kept(~hidden[histories.item])


def _cases(cases: Cases, hidden: NDArray[np.bool_], want: bool) -> Cases:
    """Cases whose targets are all hidden (`want`) or all not, and whose contexts hold something besides hidden items."""
    owner = np.repeat(np.arange(len(cases)), np.diff(cases.start))
    other = np.bincount(owner, hidden[cases.target] != want, len(cases)) > 0
    kept = Cases(_without(cases.context, hidden), cases.start, cases.target)
    return kept.rows(np.flatnonzero(~other & (kept.context.lengths > 0)))


def _ratio(mine: Floats, other: Floats, seed: int, draws: int) -> Interval:
    """Ratio of means over the same bootstrap draws of cases."""
    told = np.isfinite(mine) & np.isfinite(other)
    both, chance = np.stack([mine[told], other[told]]), Chance(seed).of("cold ratio")
    count = int(told.sum())
    if not count or both[1].sum() <= 0:
        return Interval(math.nan, math.nan, math.nan, count)
    sums = np.array([both[:, chance.of(draw).integers(count, count)].sum(axis=1) for draw in range(draws)])
    ratios = sums[sums[:, 1] > 0, 0] / sums[sums[:, 1] > 0, 1]
    low, high = np.quantile(ratios, [0.025, 0.975]).tolist()
    return Interval(float(both[0].sum() / both[1].sum()), low, high, count)
