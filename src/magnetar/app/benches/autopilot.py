"""Does the autopilot beat a competent operator in worlds that it was not tuned on? Paired, losing cases printed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magnetar.app.benches.rows import conditions, row
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.measurement import Interval
from magnetar.kernel.errors import BadInput
from magnetar.kernel.held_out import held_out_file
from magnetar.twin.rehearsal import Setting, rehearse
from magnetar.twin.verdict import verdict
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

ARMS = ("none", "manual", "uax", "whole-site")
PAIRS, QUICK_PAIRS = 40, 3
BUDGET, ROI, DAYS = 10_000.0, 3.0, 7
"""As in the demo, on the sample shop."""
GOALS = (("uax", "manual", "incremental_gmv"), ("uax", "manual", "cold_start_success"))
"""Contrasts that are to be won: lower bound above 0. The others are reported."""
_UNIT = {"incremental_gmv": "CNY", "gmv_organic": "CNY", "spend": "CNY", "cold_start_success": "share"}
_SHOWN = ("incremental_gmv", "cold_start_success")


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What was written before tuning."""

    file: Path
    tuned_on: tuple[str, ...]
    final: tuple[str, ...]
    seed: int


def held_out(file: str = "") -> HeldOut:
    """Read the worlds and the seed that the final judgement takes.

    Raises:
        BadInput: the file is not there, is no such file, or judges in a world that was tuned on.
    """
    path = held_out_file(file)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        found = HeldOut(path, tuple(table["tuned_on"]), tuple(table["final"]), int(table["final_seed"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"Cannot read the held-out worlds from {str(path)!r}: {error}. It needs tuned_on, final and final_seed; "
            "name it with --held-out FILE."
        ) from None
    both = set(found.tuned_on) & set(found.final)
    if both or not found.final:
        raise BadInput(f"{str(path)!r} must name final worlds that were not tuned on, found {sorted(both) or 'none'}.")
    return found


def bench(
    quick: bool, seed: int, pairs: int, held: HeldOut, workers: int, tell: Callable[[str], None]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and conditions. `seed` 0 takes the file's."""
    file = sample_shop() / "catalogue.csv"
    products = goods_from(file, "demo", "CNY")
    pairs = pairs or (QUICK_PAIRS if quick else PAIRS)
    seed = seed or held.seed
    goal, budget = Goal(GoalKind.TARGET_ROI, ROI), Money.of(BUDGET, products[0].price.currency)
    rows: list[dict[str, Any]] = []
    for world in held.final:
        setting = Setting(products, MerchantId("demo"), budget, goal, DAYS, ARMS, world, seed)
        done = 0

        def count(_: Sequence[object], world: str = world) -> None:
            nonlocal done
            done += 1
            tell(f"{world}: {done}/{pairs}")

        rows += _rows(world, verdict(rehearse(setting, pairs, workers, count), ARMS))
    return rows, conditions(
        [file, held.file],
        seeds=[seed],
        worlds=list(held.final),
        tuned_on=list(held.tuned_on),
        pairs=pairs,
        days=DAYS,
        budget=BUDGET,
        target_roi=ROI,
        intervals="95 %, Student over pairs; incremental ROI by the jackknife over pairs",
    )


def _rows(world: str, figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Contrasts, each arm's incremental ROI, and the A/A check of one world."""
    arms = {one["name"]: one for one in figures["arms"]}
    pairs = figures["pairs"]
    rows: list[dict[str, Any]] = []
    for one in figures["contrasts"]:
        a, b, metric = one["a"], one["b"], one["metric"]
        if b != "manual" or metric not in _SHOWN:
            continue
        beside = arms[b][metric]["rate" if metric == "cold_start_success" else "mean"]
        wanted = (a, b, metric) in GOALS
        found = Interval(one["mean"], one["low"], one["high"], one["n"])
        rows.append(
            row(
                f"{world}: {a} − {b}, {metric}",
                _UNIT[metric],
                found,
                baseline=(b, beside),
                goal=0.0 if wanted else None,
                met=found.low > 0.0 if wanted else None,
                verdict=_verdict(found),
                world=world,
            )
        )
    for name, arm in arms.items():
        roi = arm["incremental_roi"]
        if roi is not None:
            rows.append(
                row(
                    f"{world}: {name}, incremental ROI",
                    "GMV per CNY",
                    Interval(roi["mean"], roi["low"], roi["high"], pairs),
                    baseline=("what attribution claims", arm["attributed_roi"]),
                    world=world,
                    cost_compliance=arm["cost_compliance"],
                    hourly_cost_cv=arm["hourly_cost_cv"],
                    cold_start=arm["cold_start_success"],
                )
            )
    check = figures["aa_check"]
    rows.append(
        row(
            f"{world}: A/A, manual − manual",
            "CNY",
            Interval(check["mean"], check["low"], check["high"], check["n"]),
            baseline=("nothing to find", 0.0),
            verdict="holds 0" if check["passed"] else "does not hold 0",
            world=world,
        )
    )
    return rows


def _verdict(found: Interval) -> str:
    if found.low > 0.0:
        return "wins"
    return "loses" if found.high < 0.0 else "undecided"
