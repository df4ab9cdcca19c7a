"""`magnetar twin calibrate` and `certify`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, SeedOption, check_target, progress, seconds, write_json
from magnetar.surface.session import session_of
from magnetar.vocabulary.orders import OrderLine

if TYPE_CHECKING:
    from magnetar.twin.calibration import OrderLog


def calibrate(
    context: typer.Context,
    orders: Annotated[
        str, typer.Option("--orders", metavar="FILE", help="An order log, as `import orders` reads it; .gz too.")
    ],
    split: Annotated[str, typer.Option("--split", metavar="DATE", help="First held-out day, such as 2011-10-01.")] = "",
    holdout_weeks: Annotated[
        int, typer.Option("--holdout-weeks", help="Hold out so many whole weeks at the end; a fifth by default.")
    ] = 0,
    runs: Annotated[int, typer.Option("--runs", min=20, max=5000, help="Simulations; large shops get fewer.")] = 200,
    currency: Annotated[
        str,
        typer.Option(
            "--currency", help="Currency of prices that name none, such as CNY; told from the format by default."
        ),
    ] = "",
    seed: SeedOption = 0,
    json: JsonOption = "",
) -> None:
    """用订单日志校准 · Fit a shop to its order log, play the held-out weeks, and compare with what happened."""
    from magnetar.capabilities.catalogue import ISO_4217
    from magnetar.twin.calibration import assess, calibrate_on
    from magnetar.twin.calibration.held_out import iso
    from magnetar.twin.calibration.table import table

    session = session_of(context)
    currency = currency.upper()
    if currency and currency not in ISO_4217:
        raise BadInput(f"货币 --currency {currency[:20]!r} is no ISO 4217 code. Give one such as CNY or GBP.")
    log, rejected = read_log(orders, currency)
    progress(f"已读 read {len(log.time):,} 行 lines; 学习并模拟 · fitting and simulating …")
    judgement = assess(log, at=split, weeks=holdout_weeks, runs=runs, seed=seed)
    if json != "-":
        typer.echo(table(judgement))
    calibration = calibrate_on(log, judgement.split)
    kept = calibration.save(session.settings.home)
    progress(f"已保存 kept {kept}")
    cut = judgement.split
    write_json(
        json,
        "twin calibrate",
        {
            "split_date": iso(cut.at),
            "first": iso(cut.first),
            "last": iso(cut.end - 1),
            "holdout_days": cut.horizon,
            "currency": log.currency,
            "lines": len(log.time),
            "rejected": rejected,
            "customers": calibration.customers,
            "orders": calibration.orders,
            "runs": judgement.runs,
            "interval": 0.8,
            "metrics": [metric.row() for metric in judgement.metrics],
            "wins": {
                name: sum(metric.winner == name for metric in judgement.metrics) for name in ("twin", "naive", "tie")
            },
            "parameters": judgement.parameters(),
            "calibration": str(kept),
        },
        seed,
    )


def certify(
    context: typer.Context,
    quick: Annotated[
        bool, typer.Option("--quick", help="一分钟内 · Fewer worlds and runs; ends within a minute.")
    ] = False,
    world: Annotated[
        str, typer.Option("--world", help="世界 · Who draws the worlds: arcade, or another as `rehearse` takes it.")
    ] = "arcade",
    worlds: Annotated[int, typer.Option("--worlds", help="世界数 · How many; 0: 12, or 4 with --quick.")] = 0,
    held_out: Annotated[
        str,
        typer.Option(
            "--held-out", metavar="FILE", help="File with [certify] seeds; default: benchmarks/held-out.toml."
        ),
    ] = "",
    workers: Annotated[int, typer.Option("--workers", help="进程数 · Processes; 0 means one for each core.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of every draw; 0 takes the held-out file's.")] = 0,
    json: JsonOption = "",
) -> None:
    """检验孪生 · Fit a twin to a platform's log alone, foretell its campaigns under a changed plan, compare with what came."""
    from dataclasses import asdict, replace

    from magnetar.twin.certification import FULL, QUICK, read_seeds
    from magnetar.twin.certification import certify as run
    from magnetar.twin.certification.certificate import certificate, not_met
    from magnetar.twin.certification.table import table

    check_target(json)
    if worlds and not 2 <= worlds <= 1000:
        raise BadInput(f"世界数 --worlds must lie in [2, 1000], found {worlds}.")
    if not 0 <= workers <= 1024:
        raise BadInput(f"进程数 --workers must lie in [0, 1024], found {workers}.")
    seeds = read_seeds(held_out)
    seed = seed or seeds.final
    size = QUICK if quick else FULL
    size = replace(size, worlds=worlds or size.worlds)
    progress(
        f"{size.worlds} 个世界, 学习 {size.logged} 天, 预测 {size.ahead} 天 · fitting {size.logged} days, foretelling {size.ahead} …"
    )
    found = certificate(run(seed, size, workers or session_of(context).settings.workers, progress, world), seed)
    missed = not_met(found)
    if json != "-":
        typer.echo(table(found))
        typer.echo(f"{seconds():.0f} s")
    conditions = {
        "world": world,
        "size": asdict(size),
        "tuned_seeds": list(seeds.tuned),
        "final_seed": seeds.final,
        "judged": seed == seeds.final and world == "arcade" and not quick and not worlds,
        "intervals": "95 %, Student over worlds; coverage counts ties by lot",
    }
    write_json(json, "twin certify", {"quick": quick, **found, "conditions": conditions, "not_met": missed}, seed)
    if missed:
        progress("未达标 · not met: " + "; ".join(missed))
        raise typer.Exit(1)


def read_log(path: str, currency: str) -> tuple[OrderLog, int]:
    """The order log of a file, and how many of its rows were rejected.

    Raises:
        BadInput: the file cannot be read as an order log, or has no usable line.
    """
    from magnetar.capabilities.orders import read_orders
    from magnetar.twin.calibration import collect

    rejected = 0

    def usable() -> Iterator[OrderLine]:
        nonlocal rejected
        for row in read_orders(path, currency=currency):
            if isinstance(row, OrderLine):
                yield row
            else:
                rejected += 1

    return collect(usable()), rejected
