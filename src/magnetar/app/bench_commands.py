"""`magnetar bench decide`, `twin`, `kernel`, `autopilot`, `bidding` and `estimators`: figures beside baselines; exit 1 when a goal is not met."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, SeedOption, progress, seconds, write_json
from magnetar.surface.session import session_of

QuickOption = Annotated[bool, typer.Option("--quick", help="一分钟内 · Fewer repetitions; ends within a minute.")]


def decide(context: typer.Context, quick: QuickOption = False, seed: SeedOption = 1, json: JsonOption = "") -> None:
    """决策速度 · Pages that one CPU-second decides, by batch, ad groups and shoppers."""
    from magnetar.app.benches.decide import bench

    del context
    rows, found = bench(quick, seed)
    _finish("bench decide", rows, found, quick, seed, json)


def twin(context: typer.Context, quick: QuickOption = False, seed: SeedOption = 1, json: JsonOption = "") -> None:
    """孪生速度 · Pages that the twin lives through in one CPU-second, in shopper mode with everything on."""
    from magnetar.app.benches.twin import bench

    del context
    rows, found = bench(quick, seed)
    _finish("bench twin", rows, found, quick, seed, json)


def kernel(context: typer.Context, quick: QuickOption = False, seed: SeedOption = 1, json: JsonOption = "") -> None:
    """竞价内核速度 · Auctions that one CPU-second holds in market mode (values drawn, no shoppers), beside numpy's way."""
    from magnetar.app.benches.kernel import bench

    del context
    rows, found = bench(quick, seed)
    _finish("bench kernel", rows, found, quick, seed, json)


def autopilot(
    context: typer.Context,
    quick: QuickOption = False,
    pairs: Annotated[
        int, typer.Option("--pairs", help="配对数 · Paired markets in each world; 0: 40, or 3 with --quick.")
    ] = 0,
    held_out: Annotated[
        str, typer.Option("--held-out", metavar="FILE", help="Worlds and seed; default: benchmarks/held-out.toml.")
    ] = "",
    workers: Annotated[int, typer.Option("--workers", help="进程数 · Processes; 0 means one for each core.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of every draw; 0 takes the held-out file's.")] = 0,
    json: JsonOption = "",
) -> None:
    """自动投放对人工 · UAX and whole-site against the operator's playbook, in worlds they were not tuned on."""
    from magnetar.app.benches.autopilot import bench
    from magnetar.app.benches.autopilot import held_out as read

    if pairs and not 2 <= pairs <= 1000:
        raise BadInput(f"--pairs must lie in [2, 1000], found {pairs}.")
    held = read(held_out)
    workers = workers or session_of(context).settings.workers
    rows, found = bench(quick, seed, pairs, held, workers, progress)
    _finish("bench autopilot", rows, found, quick, seed or held.seed, json)


def goals(context: typer.Context, quick: QuickOption = False, seed: SeedOption = 1, json: JsonOption = "") -> None:
    """优化目标 · Each goal alone in the twin: targets held, caps kept, conversions sought, leads learned."""
    from magnetar.app.benches.goals import bench

    del context
    rows, found = bench(quick, seed, progress)
    _finish("bench goals", rows, found, quick, seed, json)


def bidding(
    context: typer.Context,
    quick: QuickOption = False,
    world: Annotated[
        list[str] | None,
        typer.Option(
            "--world", metavar="FAMILY", help="市场 · Families, repeated or with commas; calibrated:FOLDER too."
        ),
    ] = None,
    episodes: Annotated[
        int, typer.Option("--episodes", help="天数 · Days of each family; 0: 20, or 3 with --quick.")
    ] = 0,
    seats: Annotated[
        int, typer.Option("--seats", help="席位 · Tested seats of the market's 48; 0: 48, or 3 with --quick.")
    ] = 0,
    bidders: Annotated[str, typer.Option("--bidders", metavar="A,B", help="出价者 · By name; default: all.")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="严守目标 · Also with the target as a promise.")] = False,
    steady: Annotated[bool, typer.Option("--steady", help="成本平稳 · Also with cost kept even by the hour.")] = False,
    response: Annotated[bool, typer.Option("--response", help="对手响应 · Also let the rivals respond.")] = False,
    tuning: Annotated[
        bool, typer.Option("--tuning", help="调参 · The families and seeds that may be looked at, not the final ones.")
    ] = False,
    held_out: Annotated[
        str, typer.Option("--held-out", metavar="FILE", help="Families and seeds; default: benchmarks/held-out.toml.")
    ] = "",
    workers: Annotated[int, typer.Option("--workers", help="进程数 · Processes; 0 means one for each core.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of every draw; 0 takes the held-out file's.")] = 0,
    json: JsonOption = "",
) -> None:
    """出价对照 · Every bidder in every seat against frozen rivals, beside the best in hindsight (market mode)."""
    from magnetar.app.benches.bidding import MARKET, Plan, bench, tables
    from magnetar.app.benches.bidding import held_out as read

    if episodes and not 2 <= episodes <= 1000:
        raise BadInput(f"--episodes must lie in [2, 1000], found {episodes}.")
    if seats and not 1 <= seats <= MARKET:
        raise BadInput(f"--seats must lie in [1, {MARKET}], found {seats}.")
    held = read(held_out)
    plan = Plan(
        quick, seed, _split(world or []), _split([bidders]), episodes, seats, strict, steady, response, tuning,
        workers or session_of(context).settings.workers,
    )  # fmt: skip
    rows, found = bench(plan, held, progress)
    if json != "-":
        console = Console(width=200)
        for family, (heads, lines) in tables(rows).items():
            table = Table(title=f"{family}", title_justify="left")
            for name in ("出价者 bidder", *heads):
                table.add_column(name, justify="left" if name == "出价者 bidder" else "right", max_width=18)
            for line in lines:
                table.add_row(*line)
            console.print(table)
    judged = [one for one in rows if not one.get("table")]
    _finish("bench bidding", rows, found, quick, found["seeds"][0], json, judged)


def estimators(
    context: typer.Context,
    quick: QuickOption = False,
    repetitions: Annotated[
        int, typer.Option("--repetitions", help="重复次数 · Markets of the commons; 0: 1000, or 40 with --quick.")
    ] = 0,
    markets: Annotated[
        int, typer.Option("--markets", help="集市数 · Markets of the bazaar; 0: 24, or 2 with --quick; -1: none.")
    ] = 0,
    held_out: Annotated[
        str, typer.Option("--held-out", metavar="FILE", help="Seeds; default: benchmarks/held-out.toml.")
    ] = "",
    workers: Annotated[int, typer.Option("--workers", help="进程数 · Processes; 0 means one for each core.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of every draw; 0 takes the held-out file's.")] = 0,
    json: JsonOption = "",
) -> None:
    """估计量认证 · Bias, error and coverage of every experiment estimator in worlds with known truth."""
    from magnetar.app.benches.estimators import HEADS, bench, table
    from magnetar.app.benches.estimators import held_out as read

    if repetitions and not 20 <= repetitions <= 100_000:
        raise BadInput(f"--repetitions must lie in [20, 100000], found {repetitions}.")
    if not -1 <= markets <= 1000 or markets == 1:
        raise BadInput(f"--markets must be -1, 0, or lie in [2, 1000], found {markets}.")
    held = read(held_out)
    workers = workers or session_of(context).settings.workers
    rows, found = bench(quick, seed, repetitions, markets, held, workers, progress)
    if json != "-":
        shown = Table(title="估计量认证 · certificates; ● is what the product uses", title_justify="left")
        for name in ("对比 case", "设计 design", "估计量 estimator", *HEADS):
            shown.add_column(name, justify="right" if name in HEADS else "left")
        for line in table(rows):
            shown.add_row(*line)
        Console(width=200).print(shown)
    judged = [one for one in rows if one["goal"] is not None or "estimator" not in one]
    _finish("bench estimators", rows, found, quick, seed or held.final, json, judged)


def _split(names: list[str]) -> tuple[str, ...]:
    return tuple(name.strip() for one in names for name in one.split(",") if name.strip())


def _finish(
    command: str,
    rows: list[dict[str, Any]],
    found: dict[str, Any],
    quick: bool,
    seed: int,
    json: str,
    listed: list[dict[str, Any]] | None = None,
) -> None:
    """Show the rows, or those `listed`; write the object, and exit 1 when a goal is missed."""
    from magnetar.app.benches.rows import not_met, shown

    missed = not_met(rows)
    if json != "-":
        console = Console(width=200)
        table = Table(title=f"magnetar {command}{' --quick' if quick else ''}", title_justify="left")
        for name in ("指标 metric", "数值 value", "区间 95 %", "n", "基线 baseline, same run", "目标 goal"):
            table.add_column(name, justify="right" if name in ("数值 value", "区间 95 %", "n") else "left")
        for one in rows if listed is None else listed:
            table.add_row(*shown(one))
        console.print(table)
        for name, value in found.items():
            console.print(f"[dim]{name}: {value}[/dim]", highlight=False)
        console.print(f"[dim]{seconds():.0f} s[/dim]", highlight=False)
    write_json(json, command, {"quick": quick, "rows": rows, "conditions": found, "not_met": missed}, seed)
    if missed:
        progress("未达标 · not met: " + "; ".join(missed))
        raise typer.Exit(1)
