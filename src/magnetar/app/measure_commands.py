"""`magnetar measure attribution`: credit by channel, from the platform's own events or a table."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, MerchantOption, SeedOption, check_target, write_json
from magnetar.surface.session import session_of


def attribution(
    context: typer.Context,
    events: Annotated[
        str,
        typer.Option(
            "--events",
            metavar="FILE",
            help="触点与订单表, 不给则读平台事件日志 · Table with shopper, at, event, value and the columns of --by; "
            "without it, the platform's event log.",
        ),
    ] = "",
    rules: Annotated[str, typer.Option("--rules", help="规则, 逗号分隔 · Rules, by comma; all by default.")] = "",
    by: Annotated[
        str,
        typer.Option(
            "--by", help="渠道由哪些列组成 · What makes a channel: paid, scene, campaign, group, item in the log."
        ),
    ] = "",
    touches: Annotated[
        str, typer.Option("--touches", help="日志里的触点 · Touches of the log: clicks or impressions.")
    ] = "clicks",
    lookback: Annotated[float, typer.Option("--lookback", help="回溯天数 · Days before an order that count.")] = 7.0,
    half_life: Annotated[float, typer.Option("--half-life", help="半衰期天数 · Days, for time decay.")] = 7.0,
    currency: Annotated[str, typer.Option("--currency", help="Currency of the table's values.")] = "",
    merchant: MerchantOption = "",
    seed: SeedOption = 0,
    json: JsonOption = "",
) -> None:
    """归因分, 不是因果 · Credit by channel under seven rules. Credit, not cause: see docs/capabilities/attribution.md."""
    import numpy as np

    from magnetar.app.journeys import journeys_in
    from magnetar.capabilities.measurement.attribution import RULES, as_json, attribute, read_journeys
    from magnetar.capabilities.measurement.attribution.report import as_table
    from magnetar.kernel.clock import DAY
    from magnetar.platform.stock import Stock

    check_target(json)
    wanted = [one.strip() for one in rules.split(",") if one.strip()] or list(RULES)
    unknown = [one for one in wanted if one not in RULES]
    if unknown:
        raise BadInput(f"--rules takes {', '.join(RULES)}; found {unknown[0][:40]!r}.")
    for name, days in (("--lookback", lookback), ("--half-life", half_life)):
        if not 0 < days <= 3650:
            raise BadInput(f"{name} is a number of days in (0, 3650], found {days}.")
    session = session_of(context)
    parts = [one.strip() for one in by.split(",") if one.strip()]
    window = round(lookback * DAY)
    if events:
        found = read_journeys(events, window, parts or ["channel"])
    else:
        runtime = session.platform.runtime
        mine = session.merchant(merchant)
        items = Stock(runtime.store, session.settings.currency).items
        found = journeys_in(
            runtime.bus.log.read(),
            [item.id for item in items],
            np.array([item.merchant == mine for item in items], bool),
            lookback=window,
            by=parts or ["paid", "scene"],
            touches=touches,
        )
        if not len(found.value) and not len(found.at):
            raise BadInput(
                f"事件日志里没有商家 the event log holds no {touches} and no orders of merchant {mine!r}. "
                "Serve some pages first, name another with --merchant, or give a table with --events FILE."
            )
    try:
        credits = [attribute(found, rule, half_life=round(half_life * DAY), seed=seed) for rule in wanted]
    except ValueError as error:
        raise BadInput(f"{error}. Name fewer parts with --by.") from None
    result = as_json(found, credits, currency.upper() or session.settings.currency)
    write_json(json, "measure attribution", result, seed)
    if json == "-":
        return
    head, rows = as_table(found, credits)
    table = Table(title=f"{result['label']}  ({result['currency']})", title_justify="left")
    for place, name in enumerate(head):
        table.add_column(name, justify="right" if place else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console(width=200)
    console.print(table)
    for one in credits:
        for note in one.notes:
            console.print(f"{one.rule}: {note}", style="dim", markup=False, highlight=False)
    console.print(
        f"[dim]{result['orders']:,} 单 orders, {result['orders_touched']:,} 有触点 touched, "
        f"{result['lost_journeys']:,} 未成交路径 lost journeys, 回溯 look-back {lookback:g} d[/dim]",
        highlight=False,
    )
