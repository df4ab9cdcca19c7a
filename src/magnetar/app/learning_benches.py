"""Benches of what is learned: prediction, recommendation, search; thin, the work is in `magnetar.app.benches`."""

from __future__ import annotations

from typing import Annotated

import typer

from magnetar.app.bench_commands import QuickOption, _finish
from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, SeedOption, progress


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


def intents(
    context: typer.Context,
    quick: QuickOption = False,
    intentions: Annotated[
        str,
        typer.Option("--intentions", metavar="FILE|none", help="意图选择题 · Questions of why two things were bought."),
    ] = "",
    orders: Annotated[
        str, typer.Option("--orders", metavar="FILE|none", help="订单表 · Orders with shoppers, times and titles.")
    ] = "",
    baskets: Annotated[str, typer.Option("--baskets", metavar="FILE|none", help="购物篮 · Baskets of names.")] = "",
    seed: Annotated[int, typer.Option("--seed", help="Seed of folds, splits and resampling.")] = 1,
    json: JsonOption = "",
) -> None:
    """意图图谱 · Intentions against nearest vectors, complements against transitions, and whether a path carries its item."""
    from magnetar.app.benches.intents import bench

    del context
    rows, found = bench(quick, seed, {"intentions": intentions, "orders": orders, "baskets": baskets}, progress)
    _finish("bench intents", rows, found, quick, seed, json)


DataOption = Annotated[
    str,
    typer.Option(
        "--data", metavar="DIR", help="公开数据目录 · A folder of public sets; without it, own data and the twin."
    ),
]


def cards(
    context: typer.Context,
    data: DataOption = "",
    quick: QuickOption = False,
    seed: SeedOption = 1,
    json: JsonOption = "",
) -> None:
    """商品卡 · Attributes recovered from titles and descriptions when the structured ones are hidden."""
    from magnetar.app.benches.cards import bench

    del context
    rows, found = bench(quick, seed, data)
    _finish("bench cards", rows, found, quick, seed, json)


def portraits(
    context: typer.Context,
    data: DataOption = "",
    quick: QuickOption = False,
    tuning: Annotated[
        bool, typer.Option("--tuning", help="调参 · The earlier cut, at which everything was chosen.")
    ] = False,
    seed: SeedOption = 1,
    json: JsonOption = "",
) -> None:
    """用户画像 · Price bands foretold by portraits, look-alikes and identities, by a split in time and in the twin."""
    from magnetar.app.benches.portraits import bench

    del context
    rows, found = bench(quick, seed, data, tuning)
    _finish("bench portraits", rows, found, quick, seed, json)


def search(
    context: typer.Context,
    catalogue: Annotated[
        str, typer.Option("--catalogue", metavar="FILE", help="商品目录 · A product feed; default: the sample shop.")
    ] = "",
    queries: Annotated[
        str,
        typer.Option("--queries", metavar="FILE", help="判过的搜索词 · query,product_id[,grade]; default: generated."),
    ] = "",
    quick: QuickOption = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of generated queries; 0 takes the held-out file's.")] = 0,
    json: JsonOption = "",
) -> None:
    """搜索引擎对基线 · Search engines on a catalogue and its judged queries, beside BM25; losing queries are listed."""
    from magnetar.app.benches.search import bench

    del context
    rows, found, losing = bench(catalogue, queries, quick, seed, progress)
    for one in losing[:10]:
        progress(f"不如 BM25 · lost: {one['query']} ({one['kind']}): {one['bm25']:.2f} → {one['hybrid']:.2f}")
    _finish("bench search", rows, found | {"losing": losing}, quick, seed or found.get("seed of queries", 0), json)


def recommend(
    context: typer.Context,
    data: Annotated[
        str,
        typer.Option(
            "--data",
            metavar="FILE",
            help="行为序列 · A line for each shopper, or a table shopper,item,time[,quantity].",
        ),
    ] = "",
    texts: Annotated[
        str, typer.Option("--texts", metavar="FILE", help="商品文字 · Item id and words, JSON lines or CSV.")
    ] = "",
    split: Annotated[
        str, typer.Option("--split", metavar="loo|time", help="切分 · Default: by time where the file has times.")
    ] = "",
    no_user_id: Annotated[
        bool, typer.Option("--no-user-id", help="行首没有顾客编号 · Lines begin with an item, not with the shopper.")
    ] = False,
    seeds: Annotated[int, typer.Option("--seeds", help="种子数 · Seeds; figures are their means.")] = 1,
    models: Annotated[str, typer.Option("--models", metavar="A,B", help="模型 · By name; default: all.")] = "",
    refit: Annotated[
        bool,
        typer.Option("--refit", help="加入验证再学 · Also fitted to train and validation, as a live shop would be."),
    ] = False,
    quick: QuickOption = False,
    seed: SeedOption = 1,
    json: JsonOption = "",
) -> None:
    """推荐模型对基线 · Every recommender on the same held-out events of a file, ranked among all items."""
    from rich.console import Console
    from rich.table import Table

    from magnetar.app.benches.recommend import HEADS, Order, bench, tables
    from magnetar.surface.report import check_target

    del context
    if not 1 <= seeds <= 100:
        raise BadInput(f"--seeds must lie in [1, 100], found {seeds}.")
    check_target(json)
    names = tuple(name.strip() for name in models.split(",") if name.strip())
    rows, found = bench(Order(data, texts, split, not no_user_id, seeds, names, refit, quick, seed), progress)
    if json != "-":
        console = Console(width=160)
        for title, lines in tables(rows).items():
            table = Table(title=title, title_justify="left")
            for name in ("模型 model", *HEADS):
                table.add_column(name, justify="left" if name == "模型 model" else "right")
            for line in lines:
                table.add_row(*line)
            console.print(table)
    _finish("bench recommend", rows, found, quick, seed, json, [one for one in rows if one.get("ratio")])


def following(
    context: typer.Context,
    markets: Annotated[
        int, typer.Option("--markets", help="集市数 · Markets of each world; 0: 16, or 2 with --quick.")
    ] = 0,
    days: Annotated[int, typer.Option("--days", help="天数 · Days that count, after two of warming up; 0: 8, or 2 with --quick.")] = 0,
    workers: Annotated[int, typer.Option("--workers", help="进程数 · Processes; 0 means one for each core.")] = 0,
    quick: QuickOption = False,
    seed: SeedOption = 77,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """跟看值多少 · Pages that follow up the latest clicks: by content, by transitions, and refitted every night; paired markets."""
    from magnetar.app.benches.following import WORLDS, bench
    from magnetar.surface.report import check_target
    from magnetar.surface.session import session_of

    if not 0 <= markets <= 1000 or markets == 1:
        raise BadInput(f"--markets must be 0 or lie in [2, 1000], found {markets}.")
    if not 0 <= days <= 60:
        raise BadInput(f"--days must lie in [0, 60], found {days}.")
    check_target(json)
    workers = workers or session_of(context).settings.workers
    worlds = WORLDS[:1] if quick else WORLDS
    rows, found, losing = bench(
        worlds, markets or (2 if quick else 16), days or (2 if quick else 8), seed, workers, quick
    )
    for one in losing:
        progress(f"不如只数转移 · lost to transitions alone: {one}")
    _finish("bench following", rows, found | {"losing": losing}, quick, seed, json)


def coldstart(
    context: typer.Context,
    quick: QuickOption = False,
    markets: Annotated[int, typer.Option("--markets", help="市场数 · Markets drawn; 0: 20, or 3 with --quick.")] = 0,
    world: Annotated[
        str, typer.Option("--world", help="世界 · A world of the twin, such as default or errands.")
    ] = "default",
    tuning: Annotated[
        bool, typer.Option("--tuning", help="调参 · The seeds that may be looked at, not the final one.")
    ] = False,
    held_out: Annotated[
        str, typer.Option("--held-out", metavar="FILE", help="Seeds; default: benchmarks/held-out.toml.")
    ] = "",
    workers: Annotated[int, typer.Option("--workers", help="进程数 · Processes; 0 means one for each core.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of every draw; 0 takes the held-out file's.")] = 0,
    json: JsonOption = "",
) -> None:
    """冷启动 · New shoppers, products and merchants: ours against content neighbours with Thompson sampling, at equal exposure."""
    from magnetar.app.benches.coldstart import bench
    from magnetar.app.benches.coldstart import held_out as read

    del context
    if not 0 <= markets <= 1_000:
        raise BadInput(f"--markets must lie in [0, 1000], found {markets}.")
    rows, found = bench(quick, seed, read(held_out), markets, world, tuning, workers, progress)
    _finish("bench coldstart", rows, found, quick, found["seeds"][0], json)
