"""Are the estimators right where the truth is known? Bias, error and coverage beside plain A/B and last-touch credit.

Two levels: the commons, a small market with interference, in hundreds of repetitions; and the bazaar,
where the platform itself runs the experiments. Cases in which an estimator fails are rows like the others.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from magnetar.app.benches.rows import conditions, row
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.measurement import Interval
from magnetar.kernel.held_out import Seeds, seeds_of
from magnetar.twin.estimators.certificate import Certificate, Looking, certificates, looking, run_trials
from magnetar.twin.estimators.commons import CommonsSettings
from magnetar.twin.estimators.rehearsed import CASES, QUICK_CASES, run_markets
from magnetar.twin.estimators.trials import LONG, SATED, SQUARE, TALKING
from magnetar.twin.rehearsal import Setting
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

REPETITIONS, QUICK_REPETITIONS = 1_000, 40
MARKETS, QUICK_MARKETS = 24, 2
ENOUGH = 500
"""Repetitions from which a figure itself must lie within its goal; with fewer, its interval must reach into it."""
BIAS, COVERAGE, FALSE = 0.05, (0.93, 0.97), (0.03, 0.07)
EVER_WRONG = 0.05
"""Share of A/A experiments that the always-valid interval may ever call an effect."""
BUDGET, ROI, DAYS = 10_000.0, 3.0, 7
"""In the bazaar, as in the demo, on the sample shop."""
_NAIVE = ("ab", "attribution")
"""Designs that a certificate shows as baselines."""

held_out = partial(seeds_of, "estimators")


def bench(
    quick: bool,
    seed: int,
    repetitions: int,
    markets: int,
    held: Seeds,
    workers: int,
    tell: Callable[[str], None],
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and conditions. `seed` 0 takes the file's; `markets` −1 leaves the bazaar out."""
    repetitions = repetitions or (QUICK_REPETITIONS if quick else REPETITIONS)
    markets = 0 if markets < 0 else markets or (QUICK_MARKETS if quick else MARKETS)
    seed = seed or held.final
    answers, stops = run_trials(
        seed, repetitions, workers=workers, tell=lambda done: tell(f"commons: {done}/{repetitions}")
    )
    rows = _rows(certificates(answers)) + _looking_rows(looking(stops, SQUARE.days))
    files = [held.file]
    if markets:
        catalogue = sample_shop() / "catalogue.csv"
        files.append(catalogue)
        setting = Setting(
            goods_from(catalogue, "demo", "CNY"), MerchantId("demo"), Money.of(BUDGET), Goal(GoalKind.TARGET_ROI, ROI),
            DAYS, ("none",), seed=seed,
        )  # fmt: skip
        cases = QUICK_CASES if quick else CASES
        told = run_markets(
            setting, markets, cases, workers=workers, tell=lambda done: tell(f"bazaar: {done}/{markets}")
        )
        rows += _rows(certificates(told), own=True)
    rows += _credit(quick, seed, tell)
    return rows, conditions(
        files,
        seeds=[seed],
        tuned_seeds=list(held.tuned),
        repetitions=repetitions,
        bazaar_markets=markets,
        commons={name: _unusual(one) for name, one in _WORLDS.items()},
        truth="paired runs of one market with and without the campaign, or one way and the other, same luck",
        coverage="commons: share of 95 % intervals that hold the mean effect of such markets, which differ in shoppers and luck alone; "
        "bazaar: that hold the very market's effect, for there markets differ in goods, prices and rivals; "
        "coverage_expected and coverage_market say both",
        intervals="bias: jackknife over markets; coverage: Wilson",
    )


_WORLDS = {"square": SQUARE, "talking": TALKING, "long": LONG, "sated": SATED}


def _unusual(settings: CommonsSettings) -> dict[str, float]:
    """Size, and what differs from the usual market."""
    mine, usual = asdict(settings), asdict(CommonsSettings())
    return {name: mine[name] for name in mine if name in ("shoppers", "days") or mine[name] != usual[name]}


def inside(found: Interval, low: float, high: float) -> bool:
    """Whether a figure meets a goal: with ENOUGH repetitions it lies within, with fewer its interval reaches into it."""
    if found.n >= ENOUGH or not math.isfinite(found.low):
        return low <= found.mean <= high
    return found.low <= high and found.high >= low


def _rows(found: Sequence[Certificate], own: bool = False) -> list[dict[str, Any]]:
    """Rows of certificates; with `own`, intervals are to hold the very market's effect and not that of such markets."""
    rows: list[dict[str, Any]] = []
    for one in found:
        rows += _of_nothing(one) if one.aa else _of_effect(one, found, own)
    return rows


def _of_effect(one: Certificate, beside: Sequence[Certificate], own: bool) -> list[dict[str, Any]]:
    naive = [other for other in beside if other.case == one.case and other.design in _NAIVE and other is not one]
    baseline = (f"{naive[0].estimator}, bias", naive[0].bias.mean) if naive else None
    more = _more(one)
    goal = one.recommended
    rows = [
        row(
            f"{one.case}: {one.estimator}, bias",
            "share",
            one.bias,
            baseline=baseline,
            goal=BIAS if goal else None,
            met=inside(one.bias, -BIAS, BIAS) if goal else None,
            at_most=True,
            **more,
        )
    ]
    coverage = one.coverage_here if own else one.coverage
    if math.isfinite(coverage.mean):
        rows.append(
            row(
                f"{one.case}: {one.estimator}, coverage",
                "of 1",
                coverage,
                baseline=("what a 95 % interval promises", 0.95),
                goal=COVERAGE[0] if goal else None,
                met=inside(coverage, *COVERAGE) if goal else None,
                verdict=f"and ≤ {COVERAGE[1]:.0%}" if goal else None,
                **more,
            )
        )
    return rows


def _of_nothing(one: Certificate) -> list[dict[str, Any]]:
    goal = one.recommended
    return [
        row(
            f"{one.case}: {one.estimator}, false positives",
            "of 1",
            one.false_positives,
            baseline=("what a 95 % interval promises", 0.05),
            goal=FALSE[1] if goal else None,
            met=inside(one.false_positives, *FALSE) if goal else None,
            at_most=True,
            **_more(one),
        )
    ]


def _more(one: Certificate) -> dict[str, Any]:
    def plain(value: float) -> float | None:
        return value if math.isfinite(value) else None

    return {
        "case": one.case,
        "design": one.design,
        "estimator": one.estimator,
        "recommended": one.recommended,
        "truth": one.truth,
        "rmse": plain(one.rmse),
        "half_width": plain(one.half_width),
        "coverage_expected": plain(one.coverage.mean),
        "coverage_market": plain(one.coverage_here.mean),
    }


def _looking_rows(found: Looking) -> list[dict[str, Any]]:
    peeking = ("a look every day at fixed intervals", found.peeking_false.mean)
    return [
        row(
            "daily looks, A/A: always-valid interval, ever wrong",
            "of 1",
            found.sequential_false,
            baseline=peeking,
            goal=EVER_WRONG,
            met=found.sequential_false.mean <= EVER_WRONG
            if found.n >= ENOUGH
            else found.sequential_false.low <= EVER_WRONG,
            at_most=True,
        ),
        row("daily looks, A/A: fixed interval, ever wrong", "of 1", found.peeking_false),
        row("daily looks, A/A: fixed interval, one look at the end", "of 1", found.fixed_false),
        row(
            "daily looks, campaign: found by the always-valid interval",
            "of 1",
            found.sequential_found,
            baseline=("fixed interval, one look at the end", found.fixed_found.mean),
        ),
        row(
            "daily looks, campaign: days until found",
            "days",
            found.days,
            baseline=("fixed interval, one look at the end", float(SQUARE.days)),
        ),
        row("daily looks, campaign: always-valid interval holds the truth at the end", "of 1", found.covered),
    ]


def _credit(quick: bool, seed: int, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """The rows of attribution, off-policy estimates and MMM."""
    try:
        module = importlib.import_module("magnetar.app.benches.credit")
    except ModuleNotFoundError as missing:
        if missing.name != "magnetar.app.benches.credit":
            raise
        return []
    return module.rows(quick, seed, tell=tell)


HEADS = ("truth", "bias", "RMSE", "coverage", "of the market's own", "half-width")


def table(rows: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The certificates as lines for people: case, design and estimator, then HEADS."""
    lines: dict[tuple[str, str, str], dict[str, str]] = {}
    for one in rows:
        if "estimator" not in one or "case" not in one:
            continue
        cells = lines.setdefault((one["case"], one["design"], one["estimator"]), {})
        cells["truth"] = f"{one['truth']:,.3g}" if abs(one["truth"]) < 10 else f"{one['truth']:,.0f}"
        figure = (
            f"{one['value']:+.1%} [{one['low']:+.1%}, {one['high']:+.1%}]"
            if math.isfinite(one["low"])
            else f"{one['value']:+.1%}"
        )
        kind = one["metric"].rpartition(", ")[2]
        if kind == "bias":
            cells["bias"] = figure
        elif kind == "coverage":
            cells["coverage"] = figure.replace("+", "")
        else:
            cells["coverage"] = f"{1.0 - one['value']:.1%} [{1.0 - one['high']:.1%}, {1.0 - one['low']:.1%}]"
        for name, head in (("rmse", "RMSE"), ("coverage_market", "of the market's own"), ("half_width", "half-width")):
            value = one.get(name)
            if value is not None:
                cells[head] = f"{value:,.0f}" if name == "half_width" and one["truth"] == 0.0 else f"{value:.1%}"
        if one["recommended"]:
            cells["good"] = "●"
    return [(f"{cells.get('good', ' ')} {case}", design, estimator, *(cells.get(head, "") for head in HEADS))
            for (case, design, estimator), cells in lines.items()]  # fmt: skip
