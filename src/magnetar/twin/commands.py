"""`magnetar twin calibrate`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, SeedOption, progress, write_json
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
