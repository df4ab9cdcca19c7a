"""Attribution, off-policy estimates and the mix model where the truth is known: share errors, bias, error and coverage.

Attribution rules are held against what each channel truly added, and fail: that is the row to read.
Goals stand only where an estimator is recommended. Rows of Open Bandit are added where its files are.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from magnetar.app.benches.rows import row
from magnetar.capabilities.measurement import Interval, mean_interval, ratio_interval, share_interval
from magnetar.capabilities.measurement.attribution import LABEL, RULES, Journeys, attribute, gather
from magnetar.capabilities.measurement.mmm import LiftTest, Prior, Series, fit
from magnetar.capabilities.measurement.off_policy import (
    ESTIMATORS,
    RECOMMENDED,
    BanditLog,
    Overlap,
    evaluate,
    read_log,
    relative_error,
)
from magnetar.kernel.clock import DAY
from magnetar.twin.credit import (
    BANDIT_WORLDS,
    SALES_WORLDS,
    BanditMaker,
    BanditWorld,
    PathWorld,
    SalesWorld,
    Sold,
    Walked,
)

REPETITIONS, QUICK_REPETITIONS = 600, 10
SALES, QUICK_SALES = 1_000, 6
"""Histories of a world of sales."""
BESIDE = 6
"""What has no goal is repeated so many times less often."""
PATH_WORLDS, QUICK_PATH_WORLDS = 40, 5
BIAS, COVERAGE = 0.05, (0.93, 0.97)
ENOUGH = 500
"""Repetitions from which a figure itself must lie within its goal; with fewer, its interval must reach into it."""
REFUSED = 0.95
"""Share of logs without overlap that must be refused."""
CERTIFIED = ("plain", "rare rewards", "thin overlap")
"""Bandit worlds in which the recommended estimator has goals; the others show what breaks it, refusals overruled."""
DRAWS, WARM = 300, 150
"""Of a chain, in certification; `measure mmm` takes more."""
WAYS: tuple[tuple[str, bool, float | None], ...] = (
    ("series alone, doubt 0", False, 0.0),
    ("series alone", False, None),
    ("lift tests, doubt 0", True, 0.0),
    ("lift tests", True, None),
)
"""Of fitting the mix model: name, with a lift test of each channel, doubt (None learns it); the last is recommended."""
LOOKBACK = 15 * DAY
TOLERATED = 0.05
"""Error of a channel's share, and of all that is credited, up to which a rule would do."""
T = TypeVar("T")
R = TypeVar("R")


def rows(
    quick: bool, seed: int, open_bandit: str = "", tell: Callable[[str], None] | None = None
) -> list[dict[str, Any]]:
    """All rows of this part of `bench estimators`.

    Args:
        open_bandit: folder with bts_women.csv.gz and random_women.csv.gz; '' looks beside the repository.
    """
    say = tell or (lambda _: None)
    found = credit_rows(QUICK_PATH_WORLDS if quick else PATH_WORLDS, seed)
    say("credit: attribution done")
    found += off_policy_rows(QUICK_REPETITIONS if quick else REPETITIONS, seed, say)
    found += open_bandit_rows(Path(open_bandit) if open_bandit else _beside(), seed)
    return found + mix_rows(QUICK_SALES if quick else SALES, seed, say)


def _spread(work: Callable[[T], R], over: Iterable[T]) -> list[R]:
    """The work on each, in order, on all cores; kernels let go of the interpreter."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(work, over))


def inside(found: Interval, low: float, high: float) -> bool:
    """Whether a figure meets a goal: with enough repetitions it lies within, with fewer its interval reaches into it."""
    if found.n >= ENOUGH or not math.isfinite(found.low):
        return low <= found.mean <= high
    return found.low <= high and found.high >= low


@dataclass(frozen=True, slots=True)
class Told:
    """What one estimator said in one repetition; arrays have one entry for each thing estimated."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    truth: np.ndarray


def judged(case: str, design: str, estimator: str, told: Sequence[Told], recommended: bool) -> list[dict[str, Any]]:
    """Bias and coverage of an estimator over repetitions, which are independent; what is estimated within one is not."""
    value, low, high, truth = (
        np.array([getattr(one, name) for one in told]) for name in ("value", "low", "high", "truth")
    )
    bias = ratio_interval((value - truth).sum(axis=1), truth.sum(axis=1))
    held = ((low <= truth) & (truth <= high)).mean(axis=1)
    single = truth.shape[1] == 1
    coverage = share_interval(int(held.sum()), len(held)) if single else _within_one(mean_interval(held))
    scale = float(truth.mean())
    more = {
        "case": case,
        "design": design,
        "estimator": estimator,
        "recommended": recommended,
        "truth": scale,
        "rmse": float(np.sqrt(((value - truth) ** 2).mean())) / scale,
        "half_width": float((high - low).mean()) / 2.0 / scale,
        "coverage_here": None,
    }
    return [
        row(
            f"{case}: {estimator}, bias", "share", bias,
            goal=BIAS if recommended else None, met=inside(bias, -BIAS, BIAS) if recommended else None, at_most=True, **more,
        ),
        row(
            f"{case}: {estimator}, coverage", "of 1", coverage, baseline=("what a 95 % interval promises", 0.95),
            goal=COVERAGE[0] if recommended else None, met=inside(coverage, *COVERAGE) if recommended else None,
            verdict=f"and ≤ {COVERAGE[1]:.0%}" if recommended else None, **more,
        ),
    ]  # fmt: skip


def _within_one(share: Interval) -> Interval:
    return Interval(share.mean, max(0.0, share.low), min(1.0, share.high), share.n)


# ---- attribution


def credit_rows(worlds: int, seed: int) -> list[dict[str, Any]]:
    """How far each rule's shares are from what channels truly added, and how much is credited that was sold anyway."""
    played = _spread(PathWorld().play, [seed + 7_919 * world for world in range(worlds)])
    names = played[0].channels
    true = np.array([one.added / one.added.sum() for one in played])
    equal = float(np.abs(1.0 / len(names) - true).mean())
    rows: list[dict[str, Any]] = []
    credited = np.zeros(len(played))  # every rule credits the same whole
    journeys = [_journeys(one) for one in played]
    for rule in RULES:
        shares, credited = np.empty_like(true), np.zeros(len(played))
        for world, one in enumerate(journeys):
            found = attribute(one, rule)
            shares[world], credited[world] = found.micros / found.micros.sum(), found.micros.sum()
        error = mean_interval(np.abs(shares - true).mean(axis=1))
        rows.append(
            row(
                f"credit, {rule}: share of a channel, mean error",
                "of 1",
                error,
                baseline=("the same share to each", equal),
                verdict="fails" if error.low > TOLERATED else "near enough" if error.high <= TOLERATED else "undecided",
                label=LABEL,
                channels={
                    name: {"credited": float(shares[:, place].mean()), "added": float(true[:, place].mean())}
                    for place, name in enumerate(names)
                },
            )
        )
    over = ratio_interval(credited, np.array([one.total_added for one in played]))
    rows.append(
        row(
            "credit, every rule: credited ÷ truly added",
            "GMV per GMV added",
            over,
            baseline=("an honest account", 1.0),
            verdict="fails" if over.low > 1.0 + TOLERATED or over.high < 1.0 - TOLERATED else "undecided",
            label=LABEL,
        )
    )
    return [*rows, _speed(seed)]


def _journeys(one: Walked) -> Journeys:
    return gather(
        touch_shopper=one.touch_shopper,
        touch_at=one.touch_at,
        touch_channel=one.touch_channel,
        channels=one.channels,
        order_shopper=one.order_shopper,
        order_at=one.order_at,
        order_value=one.order_value,
        lookback=LOOKBACK,
    )


def _speed(seed: int) -> dict[str, Any]:
    """CPU seconds of a million touches under all rules, journeys included."""
    one = PathWorld(shoppers=320_000).play(seed)
    spent, touches = [], len(one.touch_at)
    for _ in range(4):
        before = time.process_time()
        journeys = _journeys(one)
        for rule in RULES:
            attribute(journeys, rule)
        spent.append((time.process_time() - before) * 1e6 / touches)
    return row(
        "credit: a million touches under all seven rules", "CPU s", mean_interval(np.array(spent)), touches=touches
    )


# ---- off-policy


def off_policy_rows(repetitions: int, seed: int, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """Bias and coverage by world and estimator, a new world in each repetition, and how often overlap is refused."""
    rows: list[dict[str, Any]] = []
    for name, world in BANDIT_WORLDS.items():
        certified = name in CERTIFIED

        def once(repetition: int, world: BanditWorld = world) -> tuple[Overlap, dict[str, Told]]:
            maker = BanditMaker(world, seed + 7_919 * repetition)
            one = maker.log(seed + 7_919 * repetition + 1)
            log = BanditLog(one.action, one.reward, one.propensity, world.actions, one.context)
            overlap, found = evaluate(log, one.target, seed=repetition, insist=True)
            return overlap, {
                estimate.name: Told(*(np.array([figure]) for figure in (estimate.value.mean, estimate.value.low, estimate.value.high, one.truth)))
                for estimate in found
            }  # fmt: skip

        done = [once(repetition) for repetition in range(repetitions if certified else max(8, repetitions // BESIDE))]
        refused = share_interval(sum(bool(one.refusal) for one, _ in done), len(done))
        wary = share_interval(sum(bool(one.caution) for one, _ in done), len(done))
        hopeless = name.startswith("hopeless")
        rows.append(
            row(
                f"off-policy, {name}: refused",
                "of 1",
                refused,
                goal=REFUSED if hopeless else None,
                met=inside(refused, REFUSED, 1.0) if hopeless else None,
                cautioned=wary.mean,
            )
        )
        clear = [told for one, told in done if not one.caution]
        for estimator in ESTIMATORS:
            judge = certified and estimator == RECOMMENDED
            told = [one[estimator] for one in (clear if certified else [told for _, told in done])]
            if len(told) > 1:
                rows += judged(f"off-policy, {name}", f"{world.rows:,} rows", estimator, told, judge)
        tell(f"credit: off-policy, {name} done")
    return rows


def _beside() -> Path:
    """Where the Open Bandit files lie on the machine that this is developed on."""
    above = Path(__file__).resolve().parents
    return above[min(5, len(above) - 1)] / "shared" / "data" / "open-bandit-women"


def open_bandit_rows(folder: Path, seed: int, draws: int = 1_000) -> list[dict[str, Any]]:
    """The value of each logged policy from the other's log, beside its own log; one row that says why where there is no file."""
    files = [folder / f"{name}_women.csv.gz" for name in ("bts", "random")]
    if not all(file.is_file() for file in files):
        nothing = Interval(0.0, math.nan, math.nan, 0)
        return [
            row("Open Bandit: rows read", "rows", nothing, verdict=f"没有文件, 略过 left out, no files at {folder}")
        ]
    context = [f"user_feature_{place}" for place in range(4)]
    bts = read_log(files[0], context)
    even = read_log(files[1], context, bts.actions, bts.positions)
    uniform = np.full((len(bts.action), len(bts.actions)), 1.0 / len(bts.actions))
    as_bts = bts.shares()[even.position]
    rows: list[dict[str, Any]] = []
    raw, _ = evaluate(bts.as_log(), uniform, ("ips",), insist=True)
    rows.append(
        row(
            "Open Bandit: random from the BTS log, logged chances, effective rows",
            "rows",
            Interval(raw.effective, math.nan, math.nan, raw.rows),
            verdict=f"refused: {raw.refusal}" if raw.refusal else "estimated",
        )
    )
    for title, log, target, truth in (
        ("random from the BTS log, pooled chances", bts.as_log(pooled=True), uniform, even),
        ("BTS from the random log", even.as_log(), as_bts, bts),
    ):
        overlap, found = evaluate(log, target, draws=draws, seed=seed)
        for estimate in found:
            off = relative_error(estimate, truth.reward, seed)
            rows.append(
                row(
                    f"Open Bandit: {title}, {estimate.name}, relative error",
                    "share",
                    off,
                    baseline=("the logged policy's own mean", float(log.reward.mean() / truth.reward.mean()) - 1.0),
                    verdict="holds 0" if 0.0 in off else "does not hold 0",
                    estimate=estimate.value.mean,
                    on_policy=float(truth.reward.mean()),
                    effective_rows=overlap.effective,
                    effective_rewarded=overlap.rewarded,
                )
            )
    return rows


# ---- the mix model


def mix_rows(repetitions: int, seed: int, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """Bias and coverage of returns by world, with and without lift tests, with and without doubt."""
    rows: list[dict[str, Any]] = []
    for name, world in SALES_WORLDS.items():
        size = f"{world.weeks} weeks, {world.channels} channels"
        for title, tested, doubt in WAYS:
            judge = tested and doubt is None
            count = repetitions if judge else max(4, repetitions // BESIDE)

            def once(
                repetition: int, world: SalesWorld = world, tested: bool = tested, doubt: float | None = doubt
            ) -> Told:
                return _returns(world.play(seed + 7_919 * repetition), tested, Prior(doubt=doubt), repetition)

            rows += judged(f"MMM, {name}", size, title, _spread(once, range(count)), judge)
        tell(f"credit: MMM, {name} done")
    return rows


def _returns(sold: Sold, tested: bool, prior: Prior, seed: int) -> Told:
    tests = (
        [LiftTest(one.channel, one.first, one.last, one.increment, one.error) for one in sold.tests] if tested else []
    )
    found = fit(Series(sold.outcome, sold.spend, sold.channels), tests, prior, draws=DRAWS, warm=WARM, seed=seed)
    said = [found.interval(channel) for channel in range(len(sold.channels))]
    value, low, high = (np.array([getattr(one, name) for one in said]) for name in ("mean", "low", "high"))
    return Told(value, low, high, sold.roi)
