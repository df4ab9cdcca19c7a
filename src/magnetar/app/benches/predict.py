"""How good predictions are, beside what could be known: ranking, calibration, doubt, newcomers, late orders, returns, value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from magnetar.app.benches import predict_lifetime
from magnetar.app.benches.predict_watch import Columns, Watch, Watched, auc, calibration_error, off
from magnetar.app.benches.rows import conditions, cpu_time, per_cpu_second, row
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.measurement import Interval, mean_interval
from magnetar.capabilities.understanding import Strengths
from magnetar.capabilities.understanding.returns import return_risk
from magnetar.kernel.chance import Chance
from magnetar.kernel.held_out import Seeds, seeds_of
from magnetar.twin.bazaar.population import RETURNS
from magnetar.twin.rehearsal import WARM_UP_DAYS, Setting
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

AUC_GAP, CALIBRATION, SPEED = 0.003, 0.003, 200_000.0
BEFORE = "factors"
BASELINES = ("item", "ftrl", "overall", BEFORE)
NAMES = {
    "item": "item's own rate, smoothed",
    "ftrl": "hashed logistic regression, FTRL",
    "overall": "overall rate",
    BEFORE: "three factors",
}
EVENTS = (0, 1, 3, 5)
_SETTLED = 2
"""Days that count as settled: the last so many."""
_BATCH = 4_096


held_out = partial(seeds_of, "predict")


def bench(
    quick: bool, seed: int, held: Seeds, seeds: int, tuning: bool, say: Callable[[str], None]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and conditions. `seeds` markets are drawn from one seed; `tuning` looks at the seeds that may be looked at."""
    file = sample_shop() / "catalogue.csv"
    shoppers, pages, days = (4_000, 21_000, 2) if quick else (20_000, 105_000, 5)
    count = seeds or (1 if quick else 3)
    base = Setting(
        goods_from(file, "demo", "CNY"), MerchantId("demo"), Money.of(10_000), Goal(GoalKind.TARGET_ROI, 3.0), days, (),
        seed=seed or (held.tuned[0] if tuning else held.final), shoppers=shoppers, pages_per_day=pages,
    )  # fmt: skip
    lived: list[Columns] = []
    back: list[dict[str, float]] = []
    speed: Interval | None = None
    for pair in range(count):
        say(f"市场 · market {pair + 1}/{count}")
        watch = Watch(Watched(base, pair, newcomers_from=2 if quick else 3, rivals={BEFORE: Strengths(factors=True)}))
        lived.append(watch.run())
        back.append(_return_errors(watch))
        speed = speed or _speed(watch, 5 if quick else 20)
    assert speed is not None
    rows = [*_ranking(lived), *_calibration(lived), *_newcomers(lived), *_doubt(lived)]
    rows.append(row("predictions, click and order together", "predictions per CPU-second", speed, goal=SPEED))
    rows.append(_returns(back))
    rows += _late_orders(base, quick, say)
    found, read = predict_lifetime.rows(say)
    return rows + found, conditions(
        [file],
        seeds=[base.seed],
        markets=count,
        worlds=["default"],
        shoppers=shoppers,
        pages_a_day=pages,
        days=days + WARM_UP_DAYS,
        impressions=sum(len(one["day"]) for one in lived),
        oracle="attainable: Gaussian filter under the world's own law and constants, told at once how clicks ended; true: the probabilities drawn from",
        lifetime_data=read,
        counts="AUC and calibration against the true probability of each impression, so without the noise of outcomes",
    )


def _over(lived: Sequence[Columns], call: Callable[[Columns], float]) -> Interval:
    """A figure in each market, and their mean."""
    return mean_interval(np.array([call(one) for one in lived]))


def _of(columns: Columns, task: str) -> np.ndarray:
    """Impressions of which a rate can be judged: all for clicks, clicked goods for orders."""
    return np.ones(len(columns["day"]), np.bool_) if task == "click" else (columns["clicked"] > 0) & columns["sold"]


def _columns(columns: Columns, name: str, task: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return columns[f"{name}.{task}"][rows].astype(np.float64), columns[f"true.{task}"][rows].astype(np.float64)


def _area(name: str, task: str, some: Callable[[Columns], np.ndarray]) -> Callable[[Columns], float]:
    def area(columns: Columns) -> float:
        score, true = _columns(columns, name, task, _of(columns, task) & some(columns))
        return auc(score, true, 1.0 - true)

    return area


def _behind(name: str, task: str) -> Callable[[Columns], float]:
    """AUC that is missing to the attainable oracle's, on settled days."""
    return lambda one: _area("attainable", task, _settled)(one) - _area(name, task, _settled)(one)


def _day(day: int) -> Callable[[Columns], np.ndarray]:
    return lambda columns: columns["day"] == day


def _settled(columns: Columns) -> np.ndarray:
    return columns["day"] > columns["day"].max() - _SETTLED


def _ranking(lived: Sequence[Columns]) -> Iterator[dict[str, Any]]:
    """AUC by day, and the gap to what is attainable on settled days."""
    for task in ("click", "order"):
        for day in range(int(lived[0]["day"].max()) + 1):
            ours, best = (_over(lived, _area(name, task, _day(day))) for name in ("ours", "attainable"))
            beside = {name: _over(lived, _area(name, task, _day(day))).mean for name in (*BASELINES, "true")}
            strongest = max(BASELINES, key=lambda name: beside[name])
            yield row(
                f"AUC of {task}s, day {day + 1}", "of 1", ours, baseline=(NAMES[strongest], beside[strongest]),
                attainable=best.mean, beside=beside, verdict=f"attainable {best.mean:.3f}, true {beside['true']:.3f}",
            )  # fmt: skip
        gap = _over(lived, _behind("ours", task))
        rival = min((_over(lived, _behind(name, task)).mean, name) for name in BASELINES)
        yield row(
            f"AUC of {task}s behind the attainable oracle, last {_SETTLED} days", "of 1", gap,
            baseline=(NAMES[rival[1]], rival[0]), goal=AUC_GAP, met=gap.mean <= AUC_GAP, at_most=True,
        )  # fmt: skip


def _calibration(lived: Sequence[Columns]) -> Iterator[dict[str, Any]]:
    """Errors of level, in bins and in total, plain and as money saw them."""

    def error(name: str, task: str, kind: str) -> Callable[[Columns], float]:
        def work(columns: Columns) -> float:
            rows = _of(columns, task) & _settled(columns)
            if kind == "charged":
                rows &= columns["charge"] > 0.0
            score, true = _columns(columns, name, task, rows)
            if kind == "bins":
                return calibration_error(score, true)
            weight = columns["charge"][rows].astype(np.float64) if kind == "charged" else None
            return abs(off(score, true, weight))

        return work

    words = {
        "bins": "expected calibration error (20 bins) of {}s",
        "total": "|predicted ⁄ true − 1| of {}s",
        "charged": "|predicted ⁄ true − 1| of {}s, paid, weighted by charge",
    }
    for task in ("click", "order"):
        for kind, words_ in words.items():
            ours = _over(lived, error("ours", task, kind))
            rival = min((_over(lived, error(name, task, kind)).mean, name) for name in BASELINES)
            best = _over(lived, error("attainable", task, kind)).mean
            yield row(
                words_.format(task), "share", ours, baseline=(NAMES[rival[1]], rival[0]), goal=CALIBRATION,
                met=ours.mean <= CALIBRATION, at_most=True, attainable=best, verdict=f"oracle {best:.2%}",
            )  # fmt: skip


def _newcomers(lived: Sequence[Columns]) -> Iterator[dict[str, Any]]:
    """AUC and level where little was seen yet: of the item, the shopper, the merchant."""
    last = int(lived[0]["day"].max())
    cases: list[tuple[str, str, Callable[[Columns], np.ndarray]]] = [
        ("new items", "clicks.item", lambda one: one["late"] & ~one["late_merchant"]),
        ("new merchants", "clicks.merchant", lambda one: one["late_merchant"]),
        ("new shoppers", "clicks.shopper", lambda one: one["day"] >= min(2, last)),
    ]
    for words, column, who in cases:
        for low, high in zip(EVENTS, (*EVENTS[1:], 10), strict=True):

            def some(
                one: Columns, column: str = column, low: int = low, high: int = high, who: Any = who
            ) -> np.ndarray:
                return who(one) & (one[column] >= low) & (one[column] < high)

            def level(one: Columns, name: str, some: Any = some) -> float:
                score, true = _columns(one, name, "click", some(one))
                return off(score, true)

            sizes = sum(int(some(one).sum()) for one in lived)
            if sizes < 200:
                continue
            ours = _over(lived, _area("ours", "click", some))
            best = _over(lived, _area("attainable", "click", some)).mean
            beside = {name: _over(lived, _area(name, "click", some)).mean for name in BASELINES}
            strongest = max(BASELINES, key=lambda name: beside[name])
            bias = _over(lived, lambda one: level(one, "ours")).mean
            events = f"{low}" if high == low + 1 else f"{low} to {high - 1}"
            yield row(
                f"AUC of clicks, {words} with {events} clicks so far", "of 1", ours,
                baseline=(NAMES[strongest], beside[strongest]), attainable=best, impressions=sizes, bias=bias,
                verdict=f"attainable {best:.3f}, level {bias:+.1%}",
            )  # fmt: skip


def _doubt(lived: Sequence[Columns]) -> Iterator[dict[str, Any]]:
    """How often the true probability lies within the predicted 80 % interval."""
    for task in ("click",):

        def inside(one: Columns, task: str = task) -> float:
            rows = _of(one, task) & _settled(one)
            true = one[f"true.{task}"][rows]
            return float(((true >= one[f"ours.{task}.low"][rows]) & (true <= one[f"ours.{task}.high"][rows])).mean())

        def narrow(one: Columns, task: str = task) -> float:
            rows = _of(one, task) & _settled(one)
            return float((one[f"ours.{task}.high"][rows] - one[f"ours.{task}.low"][rows]).mean())

        yield row(
            f"80 % intervals of {task} rates that hold the true rate", "share", _over(lived, inside),
            baseline=("asked for", 0.8), width=_over(lived, narrow).mean,
        )  # fmt: skip


def _speed(watch: Watch, repeats: int) -> Interval:
    predictor = watch.stage.platform.predictor
    luck = Chance(watch.watched.setting.seed).of("speed")
    shopper = luck.of("shopper").integers(watch.market.shoppers, _BATCH)
    item, scene = luck.of("item").integers(len(watch.market.shelf), _BATCH), luck.of("scene").integers(4, _BATCH)
    return per_cpu_second(
        lambda: (50 * _BATCH, cpu_time(lambda: [predictor.rates(shopper, scene, item) for _ in range(50)])), repeats
    )


def _return_errors(watch: Watch) -> dict[str, float]:
    """Root mean squared error of return risk over items, weighted by orders, of ours and of plainer ways."""
    outcomes, market = watch.stage.platform.outcomes, watch.market
    true, arrays = market._truth.goods[:, RETURNS].astype(np.float64), market.shelf.arrays
    orders = np.maximum(outcomes.returnable, outcomes.returned)
    back, whole = outcomes.returned, float(outcomes.returned.sum() / max(orders.sum(), 1.0))
    ways = {
        "ours": return_risk(back, outcomes.returnable, arrays.category, arrays.band)[0],
        "one rate for all": np.full(len(true), whole),
        "item drawn to all with 10 orders": (back + 10.0 * whole) / (orders + 10.0),
        "item alone": back / np.maximum(orders, 1e-9),
    }
    return {
        name: float(np.sqrt((orders * np.square(rate - true)).sum() / max(orders.sum(), 1e-9)))
        for name, rate in ways.items()
    }


def _returns(back: Sequence[dict[str, float]]) -> dict[str, Any]:
    names = [name for name in back[0] if name != "ours"]
    beside = {name: float(np.mean([one[name] for one in back])) for name in names}
    best = min(names, key=lambda name: beside[name])
    return row(
        "error of return risk (root mean square, by orders)", "of 1", mean_interval(np.array([one["ours"] for one in back])),
        baseline=(best, beside[best]), beside=beside, verdict=", ".join(f"{name} {one:.3f}" for name, one in beside.items()),
    )  # fmt: skip


def _late_orders(base: Setting, quick: bool, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """The level of order rates while orders take longer from one day on than they did."""
    say("延迟变化 · orders begin to take longer")
    setting = replace(base, shoppers=4_000, pages_per_day=21_000, days=2 if quick else 5)
    slower = 1 if quick else 3
    columns = Watch(Watched(setting, newcomers_from=99, oracle=False, slower_from=slower)).run()
    for day in range(slower, int(columns["day"].max()) + 1):
        found: dict[str, float] = {}
        rows = _of(columns, "order") & (columns["day"] == day)
        for name in ("ours", *BASELINES[:3]):
            found[name] = off(*_columns(columns, name, "order", rows))
        yield row(
            f"level of order rates, day {day - slower + 1} after orders took 12 h instead of 3 h", "share",
            Interval(found["ours"], float("nan"), float("nan"), int(rows.sum())),
            baseline=("item's own rate, orders as they came", found["item"]), beside=found,
            verdict=f"FTRL after 6 h {found['ftrl']:+.1%}",
        )  # fmt: skip
