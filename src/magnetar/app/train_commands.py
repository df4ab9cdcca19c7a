"""`magnetar train bidder`: teach the learned bidder on days of the twin, and say how it does beside the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from magnetar.app.benches.bidding import clustered
from magnetar.app.benches.rows import conditions, row, shown
from magnetar.capabilities.bidding.learned import Weights, weights_file
from magnetar.capabilities.measurement import Interval
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, check_target, cpu_seconds, progress, write_json
from magnetar.surface.session import session_of
from magnetar.twin.arena.contest import Entry, Result, Round, contest, spread
from magnetar.twin.arena.learner import Taught, need_jax, teach
from magnetar.twin.arena.training import FAMILIES, MARKET, Lessons, make_lessons, together

OWN_SEEDS = 1_000
"""Training counts its seeds from here, away from those that judge."""
HELD_OUT = 5
"""One day in so many is not fitted to."""
SECOND = 0.35
"""Share of the days on which the network, taught by the first, leads half the seats itself."""
JUDGES = ("learned", "mpc", "online-lp")


def bidder(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", help="训练天数 · Days of the twin to learn from.")] = 120,
    seats: Annotated[int, typer.Option("--seats", help="每天的席位 · Seats lived through on each day.")] = 4,
    rounds: Annotated[int, typer.Option("--rounds", help="训练轮数 · Passes over the lessons.")] = 20,
    score_days: Annotated[
        int, typer.Option("--score-days", help="打分天数 · Fresh days of each family to score on; 0: none.")
    ] = 4,
    score_seats: Annotated[int, typer.Option("--score-seats", help="打分席位 · Seats scored on each of them.")] = 6,
    score_seed: Annotated[
        int, typer.Option("--score-seed", help="打分种子 · Seed of the days that are scored; 0: as --seed.")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of every draw.")] = 0,
    json: JsonOption = "",
) -> None:
    """训练出价模型 · Teach the learned bidder in the twin; its weights go to MAGNETAR_HOME/models/bidder.npz.

    An interrupt leaves the weights of before as they were.
    """
    for name, found, low, high in (
        ("--days", days, 8, 10_000), ("--seats", seats, 1, MARKET), ("--rounds", rounds, 1, 10_000),
        ("--score-days", score_days, 0, 1_000), ("--score-seats", score_seats, 1, MARKET), ("--seed", seed, 0, 2**40),
        ("--score-seed", score_seed, 0, 2**40),
    ):  # fmt: skip
        if not low <= found <= high or (name == "--score-days" and found == 1):
            raise BadInput(f"{name} must lie in [{low}, {high}] (scoring: 0, or 2 days and more), found {found}.")
    check_target(json)
    need_jax()
    path = weights_file(session_of(context).settings.home)
    chance = Chance(OWN_SEEDS + seed)
    taught, lessons = _school(chance, days, seats, rounds)
    spent = round(cpu_seconds(), 1)
    about = {
        "days": days,
        "seats": seats,
        "rounds": rounds,
        "seed": seed,
        "held_out_regret": taught.held_out,
        "trust": taught.trust,
    }
    Weights(**taught.weights.arrays(), about=about).save(path)
    progress(f"权重已写入 · weights written to {path}")
    rows = _lessons_rows(taught, lessons)
    if score_days:
        rows += _score_rows(_fought(Chance(OWN_SEEDS + (score_seed or seed)), score_days, score_seats))
    found = {
        "rows": rows,
        "weights": str(path),
        "parameters": sum(one.size for one in taught.weights.arrays().values()),
        "training_cpu_seconds": spent,
        **conditions([path], families=list(FAMILIES), days=days, seats=seats, rounds=rounds, steps=taught.steps, trust=taught.trust,
                     sequences=len(lessons), score_days=score_days, score_seats=score_seats, score_seed=score_seed or seed),
    }  # fmt: skip
    if json != "-":
        table = Table("指标 metric", "值 value", "95 %", "n", "对照 baseline", "")
        for one in rows:
            table.add_row(*shown(one))
        Console(width=160).print(table)
    write_json(json, "train bidder", found, seed)


def _school(chance: Chance, days: int, seats: int, rounds: int) -> tuple[Taught, Lessons]:
    """Two terms: others lead through the days of the first; the network itself through half of the second's seats."""
    late = max(2, round(SECOND * days))
    early = days - late
    first = make_lessons(chance, early, seats, lambda done: _tell("日志 logs", done, days))
    taught = _taught(first, chance.of("first term"), max(1, rounds // 2), None, "第一学期 first term")
    second = make_lessons(
        chance, late, seats, lambda done: _tell("日志 logs", early + done, days), first=early, weights=taught.weights
    )
    lessons = together([first, second])
    return _taught(lessons, chance.of("second term"), rounds, taught.weights, "第二学期 second term"), lessons


def _taught(lessons: Lessons, chance: Chance, rounds: int, start: Weights | None, name: str) -> Taught:
    aside = lessons.day % HELD_OUT == HELD_OUT - 1
    return teach(
        lessons.part(~aside), lessons.part(aside), chance, rounds=rounds, start=start,
        tell=lambda done, loss, held: progress(
            f"{name}: {done}/{rounds}   训练 training {loss:.4f}   留出 held out {held:.4f}"
        ),
    )  # fmt: skip


def _tell(name: str, done: int, days: int) -> None:
    if done % 5 == 0 or done == days:
        progress(f"{name}: {done}/{days}")


def _lessons_rows(taught: Taught, lessons: Lessons) -> list[dict[str, Any]]:
    held = int((lessons.judged[lessons.day % HELD_OUT == HELD_OUT - 1]).sum())

    def line(name: str, lost: float, baseline: str, other: float) -> dict[str, Any]:
        return row(
            name, "of 1", Interval(lost, float("nan"), float("nan"), held), baseline=(baseline, other), at_most=True
        )

    named = f"constant factor {np.exp(taught.constant_step):.2f}"
    return [
        line("held-out days: score lost by the network", taught.held_out, named, taught.constant),
        line("held-out days: score lost by the planner alone", taught.anchor, "as it was bid", taught.lived),
    ]


def _fought(chance: Chance, days: int, seats: int) -> list[Result]:
    """Days that nothing was fitted to, of the families as they are."""
    entries = tuple(Entry(name) for name in JUDGES)
    rounds = [
        Round(
            family,
            number,
            int(chance.of("score", family, number).integers(2**62, 1)[0]),
            96_000,
            spread(seats, MARKET),
            MARKET,
            entries,
        )
        for number in range(days)
        for family in FAMILIES
    ]
    results = []
    for done, result in enumerate(contest(rounds, 1), 1):  # in this process: JAX's threads do not survive a fork
        results.append(result)
        _tell("打分 scoring", done, len(rounds))
    return results


def _score_rows(results: Sequence[Result]) -> list[dict[str, Any]]:
    rows = []
    for family in (*FAMILIES, "all"):
        mine = [one for one in results if family in (one.family, "all")]
        sums = {name: np.array([one.days[name]["score"].sum() for one in mine]) for name in JUDGES}
        best = np.array([one.seats["constant"].sum() for one in mine])
        for name in JUDGES:
            rows.append(
                row(
                    f"{family}: {name}, of the best constant in hindsight", "of 1", clustered(sums[name], best),
                    baseline=("best constant", 1.0), family=family, bidder=name,
                )
            )  # fmt: skip
        for other in JUDGES[1:]:
            gain = clustered(sums["learned"] - sums[other], sums[other])
            verdict = "wins" if gain.low > 0.0 else "loses" if gain.high < 0.0 else "undecided"
            rows.append(
                row(
                    f"{family}: learned − {other}", "share", gain, baseline=(other, 0.0), verdict=verdict, family=family
                )
            )
    return rows
