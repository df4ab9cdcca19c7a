"""Benches of what is learned: prediction, recommendation, search; thin, the work is in `magnetar.app.benches`."""

from __future__ import annotations

from typing import Annotated

import typer

from magnetar.app.bench_commands import QuickOption, _finish
from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, progress


def predict(
    context: typer.Context,
    quick: QuickOption = False,
    markets: Annotated[int, typer.Option("--markets", help="市场数 · Markets drawn; 0: 3, or 1 with --quick.")] = 0,
    tuning: Annotated[
        bool, typer.Option("--tuning", help="调参 · The seeds that may be looked at, not the final one.")
    ] = False,
    held_out: Annotated[
        str, typer.Option("--held-out", metavar="FILE", help="Seeds; default: benchmarks/held-out.toml.")
    ] = "",
    seed: Annotated[int, typer.Option("--seed", help="Seed of every draw; 0 takes the held-out file's.")] = 0,
    json: JsonOption = "",
) -> None:
    """预测校准 · Click, order, return and lifetime predictions beside the oracle and three simple predictors."""
    from magnetar.app.benches.predict import bench
    from magnetar.app.benches.predict import held_out as read

    del context
    if not 0 <= markets <= 100:
        raise BadInput(f"--markets must lie in [0, 100], found {markets}.")
    rows, found = bench(quick, seed, read(held_out), markets, tuning, progress)
    _finish("bench predict", rows, found, quick, found["seeds"][0], json)
