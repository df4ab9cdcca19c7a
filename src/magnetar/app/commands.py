"""`magnetar rehearse` and `warm`: where the platform meets the twin."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, SeedOption, check_target, progress, seconds, write_json
from magnetar.surface.session import session_of
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

if TYPE_CHECKING:
    from magnetar.twin.rehearsal import ArmResult, Setting

AUCTIONS = {"second-price": 0, "first-price": 1}
ARMS = ("none", "manual", "uax", "whole-site")
MORE_ARMS = ("uax-reasons",)
"""Rehearsed only where they are named."""
DEMO_BUDGET, DEMO_ROI, DEMO_DAYS, DEMO_PAIRS = 10_000.0, 3.0, 7, 20
WIDTH = 168


def rehearse(
    context: typer.Context,
    catalogue: Annotated[
        str,
        typer.Option(
            "--catalogue",
            metavar="FILE",
            help="商品目录 · A product feed in any supported format; default: the sample shop.",
        ),
    ] = "",
    budget: Annotated[
        float, typer.Option("--budget", help="总预算 · Budget for the whole time, in the catalogue's currency.")
    ] = DEMO_BUDGET,
    target_roi: Annotated[float, typer.Option("--target-roi", help="目标 ROI · GMV over spend to hold.")] = 0.0,
    target_cost: Annotated[
        float, typer.Option("--target-cost", help="目标成本 · Cost per order to hold, instead of --target-roi.")
    ] = 0.0,
    max_conversions: Annotated[
        bool, typer.Option("--max-conversions", help="尽量多成交 · As many orders as the budget buys, no target.")
    ] = False,
    auction: Annotated[str, typer.Option("--auction", help="竞价 · second-price or first-price.")] = "second-price",
    days: Annotated[int, typer.Option("--days", help="天数 · Days of the rehearsal, 1 to 60.")] = DEMO_DAYS,
    pairs: Annotated[int, typer.Option("--pairs", help="配对数 · Paired markets, 1 to 1000.")] = DEMO_PAIRS,
    arms: Annotated[
        list[str] | None,
        typer.Option("--arms", help="方案 · Comma-separated: none, manual, uax, whole-site, uax-reasons."),
    ] = None,
    world: Annotated[
        str,
        typer.Option(
            "--world",
            help="世界 · A named world, calibrated (after twin calibrate), or module:World, or file.py:World (runs code).",
        ),
    ] = "default",
    shoppers: Annotated[int, typer.Option("--shoppers", help="用户数 · Shoppers in each market.")] = 2_000,
    pages: Annotated[int, typer.Option("--pages", help="每天页面数 · Pages a day in each market.")] = 10_500,
    workers: Annotated[int, typer.Option("--workers", help="进程数 · Processes; 0 means one for each core.")] = 0,
    seed: SeedOption = 1,
    json: JsonOption = "",
) -> None:
    """在数字孪生里预演 · Rehearse a catalogue and a budget in the digital twin, paired, with intervals."""
    from magnetar.app.goods import goods_from, sample_shop

    check_target(json)
    session = session_of(context)
    wanted = _arms(arms)
    goal = _goal(target_roi, target_cost, max_conversions)
    if auction not in AUCTIONS:
        raise BadInput(f"--auction takes {', '.join(AUCTIONS)}, found {auction!r}.")
    for name, value, low, high in (
        ("--days", days, 1, 60),
        ("--pairs", pairs, 1, 1000),
        ("--shoppers", shoppers, 50, 200_000),
        ("--pages", pages, 100, 2_000_000),
        ("--workers", workers, 0, 1024),
    ):
        if not low <= value <= high:
            raise BadInput(f"{name} must lie in [{low}, {high}], found {value}.")
    merchant = session.settings.merchant
    products = goods_from(catalogue or sample_shop() / "catalogue.csv", merchant, session.settings.currency)
    currency = products[0].price.currency
    try:
        money = Money.of(budget, currency)
    except ValueError as error:
        raise BadInput(f"--budget: {error}.") from None
    if money.micros // days <= 0:
        raise BadInput(f"--budget must be above 0, found {budget}.")
    from magnetar.twin.rehearsal import Setting
    from magnetar.twin.world import CALIBRATED

    if world == CALIBRATED:
        world = f"{CALIBRATED}:{session.settings.home}"
    setting = Setting(
        products, MerchantId(merchant), money, goal, days, wanted, world, seed, shoppers, pages, rule=AUCTIONS[auction]
    )
    screen = Console(stderr=json == "-", width=WIDTH)
    figures, _ = run_and_show(setting, pairs, workers or session.settings.workers, screen)
    write_json(json, "rehearse", figures, seed)


def run_and_show(
    setting: Setting, pairs: int, workers: int, console: Console
) -> tuple[dict[str, Any], list[ArmResult]]:
    """Rehearse and show; returns the contract's object and the results behind it."""
    from magnetar.app.screen import Progress, arms_table, show_verdict
    from magnetar.twin.rehearsal import rehearse as run
    from magnetar.twin.verdict import verdict
    from magnetar.twin.world import load_world

    world = load_world(setting.world)
    with Progress(console, setting, pairs) as screen:
        results = run(setting, pairs, workers, screen.add)
    figures = verdict(results, setting.arms)
    if not console.is_terminal:
        console.print(arms_table(figures))
    currency = setting.budget.currency
    show_verdict(console, figures, currency)
    figures = {
        "world": world.name,
        "days": setting.days,
        "currency": currency,
        "budget": setting.budget.amount,
        "goal": {"kind": setting.goal.kind.name.lower(), "target": setting.goal.target},
        "products": len(setting.products),
        "shoppers": setting.shoppers,
        "amounts": "mean over pairs, in currency units",
        **figures,
    }
    return figures, results


def _arms(given: list[str] | None) -> tuple[str, ...]:
    names = [name.strip() for part in given or [",".join(ARMS)] for name in part.split(",") if name.strip()]
    known = (*ARMS, *MORE_ARMS)
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise BadInput(f"--arms takes {', '.join(known)}, found {', '.join(unknown) or 'nothing'}.")
    if "none" not in names:
        progress("已加入 none: 增量要与不投放相比 · added arm none: incremental is measured against it")
    return tuple(name for name in known if name in names or name == "none")


def _goal(roi: float, cost: float, most: bool) -> Goal:
    if (roi != 0) + (cost != 0) + most > 1:
        raise BadInput("Give one of --target-roi, --target-cost and --max-conversions.")
    try:
        if most:
            return Goal(GoalKind.MAX_CONVERSIONS)
        if cost:
            return Goal(GoalKind.TARGET_COST, cost)
        return Goal(GoalKind.TARGET_ROI, roi or DEMO_ROI)
    except ValueError as error:
        raise BadInput(f"{error}.") from None


def warm(context: typer.Context) -> None:
    """编译内核 · Compile the numeric kernels once, so that later runs start at once."""
    from magnetar.app.goods import goods_from, sample_shop
    from magnetar.twin.rehearsal import Setting
    from magnetar.twin.rehearsal import rehearse as run

    products = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")
    setting = Setting(
        products,
        MerchantId("demo"),
        Money.of(500),
        Goal(GoalKind.TARGET_ROI, DEMO_ROI),
        1,
        ARMS,
        shoppers=200,
        pages_per_day=600,
    )
    run(setting, 1, 1)
    run(replace(setting, goal=Goal(GoalKind.TARGET_COST, 20.0), arms=("none", "uax")), 1, 1)
    progress(f"内核已编译 · kernels compiled, {seconds():.0f} s")
