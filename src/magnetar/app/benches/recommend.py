"""Recommenders beside their baselines on a file of histories: fitted, ranked and compared on the same cases."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.app.benches.rows import conditions, row
from magnetar.capabilities.measurement import Interval
from magnetar.capabilities.recommendation import BASELINES, MODELS, make
from magnetar.capabilities.recommendation.histories import Histories
from magnetar.capabilities.recommendation.judging import (
    FILTERED,
    METRICS,
    UNFILTERED,
    Judged,
    bootstrap,
    fit,
    judge,
)
from magnetar.capabilities.recommendation.reading import read_histories
from magnetar.capabilities.recommendation.splits import Split, split
from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.errors import BadInput, Refused

HEADLINE = "ndcg@10"
QUICK_SHOPPERS = 2_000
SLOW = ("generator",)
"""Left out of a quick run unless it is named; `onerec` has the same network."""
GOALS = {"onerec": 1.05}
"""Least ratio to the best baseline, NDCG@10, filtered, fitted to train only; not looked at with --quick."""
SHARED = Path(__file__).parents[4].parent / "shared" / "data" / "amazon-beauty" / "Beauty.txt.gz"
"""Looked for where no file is given."""
DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be judged, and how."""

    data: str = ""
    texts: str = ""
    way: str = ""
    user_id: bool = True
    seeds: int = 1
    models: tuple[str, ...] = ()
    """'' takes all."""
    refit: bool = False
    quick: bool = False
    seed: int = 1


def bench(order: Order, tell: Callable[[str], None] = lambda text: None) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of every model, filtered and not, and the conditions.

    Raises:
        BadInput: no file, or nothing in it to judge by.
        ProviderUnavailable: a model is trained by JAX, which is not installed.
    """
    path = _file(order.data)
    names = order.models or tuple(one for one in MODELS if not (order.quick and one in SLOW))
    read = read_histories(path, user_id=order.user_id, texts=order.texts)
    whole = read.histories
    histories = drawn(whole, QUICK_SHOPPERS, order.seed) if order.quick else whole
    parts = split(histories, order.way)
    for name in names:
        make(name, quick=order.quick)  # whatever is missing is said before long work
    tell(
        f"{path.name}: {len(histories):,} 顾客 shoppers, {len(histories.items):,} 商品 items, {len(histories.item):,} "
        f"事件 events; {parts.way}: {len(parts.test):,} 评测 judged, {len(parts.valid):,} 验证 validation"
    )
    left_out: dict[str, str] = {}
    found: dict[str, list[list[Judged]]] = {}
    for name in names:
        try:
            found[name] = _judged(name, parts, order, tell)
        except Refused as error:
            if order.models:
                raise
            left_out[name] = str(error)
            tell(f"{name}: {error}")
    files = [path, *([Path(order.texts)] if order.texts else [])]
    about = conditions(
        files,
        histories_sha256=whole.sha256(),
        format=read.format,
        rows_left_out=read.left_out,
        seeds=[order.seed + number for number in range(order.seeds)],
        worlds=[],
        split=parts.way,
        **parts.about,
        shoppers=len(histories),
        items=len(histories.items),
        events=len(histories.item),
        judged=len(parts.test),
        validation=len(parts.valid),
        fitted_to="train only: neither validation nor test events; at the test, validation events are in the context",
        intervals=f"95 %, {DRAWS} bootstrap draws of shoppers",
        models_left_out=left_out,
    )
    rows = _rows(found, order)
    if "onerec" in found and parts.train.text is not None:
        from magnetar.app.benches.recommend_cold import cold_rows

        tell("从未见过的商品 products never seen: one in 20 is hidden, the mixture without its network")
        rows += cold_rows(parts, order.seed, DRAWS, goals=not order.quick)
    return rows, about


def drawn(histories: Histories, most: int, seed: int) -> Histories:
    """At most so many shoppers, drawn at random, and the items that they took."""
    if len(histories) > most:
        histories = histories.rows(np.sort(Chance(seed).of("shoppers").order(len(histories))[:most]))
    used, item = np.unique(histories.item, return_inverse=True)
    return replace(
        histories,
        items=[histories.items[row] for row in used.tolist()],
        item=item.astype(np.int32),
        text=None if histories.text is None else [histories.text[row] for row in used.tolist()],
    )


def _file(data: str) -> Path:
    if data:
        return Path(data)
    if SHARED.exists():
        return SHARED
    raise BadInput(
        "没有给数据 no data given: --data FILE, one line for each shopper (an id, then item ids in time order), or a table "
        "with the columns shopper,item,time[,quantity]; .gz is accepted."
    )


def _judged(name: str, parts: Split, order: Order, tell: Callable[[str], None]) -> list[list[Judged]]:
    """Runs by seed; each of one fit to train, and with `refit` of another to train and validation."""
    runs: list[list[Judged]] = []
    for number in range(order.seeds):
        model = make(name, quick=order.quick)
        if number and getattr(model, "settled", False):
            break
        ways = [judge(model, parts.test, fit(model, parts.train, order.seed + number, parts.valid))]
        if order.refit:
            ways.append(judge(model, parts.test, fit(model, parts.refit, order.seed + number, None)))
        runs.append(ways)
        mean = np.nanmean(ways[0].values[:, FILTERED], axis=0) if len(parts.test) else np.zeros(len(METRICS))
        tell(
            f"{name}{f' ({order.seed + number})' if order.seeds > 1 else ''}: recall@10 {mean[1]:.4f}, "
            f"ndcg@10 {mean[4]:.4f}   学习 fit {ways[0].fit_cpu:.1f} + 打分 scoring {ways[0].score_cpu:.1f} CPU s"
            f"{'   ' + ways[0].chosen if ways[0].chosen else ''}"
        )
    return runs


def _rows(found: dict[str, list[list[Judged]]], order: Order) -> list[dict[str, Any]]:
    column = METRICS.index(HEADLINE)
    out: list[dict[str, Any]] = []
    for fitted, name_of in enumerate(("train", "train+valid")[: 1 + order.refit]):
        for way in (FILTERED, UNFILTERED):
            values = {
                name: np.mean([run[fitted].values[:, way] for run in runs], axis=0) for name, runs in found.items()
            }
            best = _best({name: one[:, column] for name, one in values.items()})
            for name, runs in found.items():
                out.append(_row(name, [run[fitted] for run in runs], values, best, way, name_of, order))
            goals = GOALS if way == FILTERED and not fitted and not order.quick else {}
            for name, goal in goals.items():
                if name in values and best and best != name:
                    out.append(_ratio(name, best, values[name][:, column], values[best][:, column], goal, order.seed))
    return out


def _best(values: dict[str, Floats]) -> str:
    """The best baseline on these very cases: harder than one chosen beforehand."""
    means = {
        name: float(np.nanmean(one))
        for name, one in values.items()
        if name in BASELINES and len(one) and not np.isnan(one).all()
    }
    return max(means, key=lambda name: means[name]) if means else ""


def _row(
    name: str, runs: Sequence[Judged], values: dict[str, Floats], best: str, way: int, fitted: str, order: Order
) -> dict[str, Any]:
    column = METRICS.index(HEADLINE)
    mine = values[name]
    table = [mine[:, place] for place in range(len(METRICS))]
    if best:
        table.append(mine[:, column] - values[best][:, column])
    intervals = bootstrap(table, order.seed, DRAWS)
    kind = "filtered" if way == FILTERED else "unfiltered"
    whole = "" if fitted == "train" else ", refitted with validation"
    more: dict[str, Any] = {}
    for metric, one in zip(METRICS, intervals, strict=False):
        more[metric] = one[0]
        more[f"{metric} low"], more[f"{metric} high"] = one[1], one[2]
    if best and best != name:
        mean, low, high, _ = intervals[-1]
        more["difference"] = {"to": best, "mean": mean, "low": low, "high": high}
    fits, scorings = [one.fit_cpu for one in runs], [one.score_cpu for one in runs]
    return row(
        f"{name}, {kind}{whole}: {HEADLINE}",
        "of 1",
        Interval(*intervals[column]),
        baseline=(best, float(np.nanmean(values[best][:, column]))) if best and best != name else None,
        model=name,
        filtered=way == FILTERED,
        fitted_to=fitted,
        kind="baseline" if name in BASELINES else "model",
        cpu_seconds=round(float(np.mean(fits) + np.mean(scorings)), 2),
        fit_cpu_seconds=round(float(np.mean(fits)), 2),
        scoring_cpu_seconds=round(float(np.mean(scorings)), 2),
        chosen=runs[0].chosen,
        by_seed=[float(np.nanmean(one.values[:, way, column])) for one in runs],
        **more,
    )


def _ratio(name: str, best: str, mine: Floats, other: Floats, goal: float, seed: int) -> dict[str, Any]:
    """What a model reaches of the best baseline, over the same bootstrap draws."""
    asked = ~np.isnan(mine)
    chance, count = Chance(seed).of("bootstrap"), int(asked.sum())
    both = np.stack([mine[asked], other[asked]])
    sums = np.array([both[:, chance.of(draw).integers(count, count)].sum(axis=1) for draw in range(DRAWS)])
    ratios = sums[sums[:, 1] > 0, 0] / sums[sums[:, 1] > 0, 1]
    value = float(both[0].sum() / both[1].sum()) if both[1].sum() > 0 else math.nan
    low, high = np.quantile(ratios, [0.025, 0.975]).tolist() if len(ratios) else (math.nan, math.nan)
    return row(
        f"{name} ÷ best baseline, filtered: {HEADLINE}", "of 1", Interval(value, low, high, count),
        baseline=(best, 1.0), goal=goal, model=name, filtered=True, ratio=True,
    )  # fmt: skip


HEADS = ("recall@10", "ndcg@10", "95 %", "Δ ndcg@10", "CPU s")


def tables(rows: Sequence[dict[str, Any]]) -> dict[str, list[tuple[str, ...]]]:
    """Lines for people, by how seen items are treated: model, Recall@10, NDCG@10, interval, difference, CPU seconds."""
    out: dict[str, list[tuple[str, ...]]] = {}
    for one in rows:
        if one.get("ratio"):
            continue
        seen = "不含已见商品 seen items left out" if one["filtered"] else "含已见商品 seen items ranked too"
        title = f"{seen}; 学习于 fitted to {one['fitted_to']}; n = {one['n']:,}"
        gap = one.get("difference")
        against = f"{gap['mean']:+.4f} [{gap['low']:+.4f}, {gap['high']:+.4f}]" if gap else ""
        out.setdefault(title, []).append(
            (
                one["model"],
                f"{one['recall@10']:.4f}",
                f"{one['value']:.4f}",
                f"[{one['low']:.4f}, {one['high']:.4f}]",
                against,
                f"{one['cpu_seconds']:,.1f}",
            )
        )
    return out
