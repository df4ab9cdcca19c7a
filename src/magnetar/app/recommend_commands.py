"""`magnetar recommend refit` and `magnetar recommend rollback`: what goes with what, learned from the platform's own log."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from magnetar.platform.live import LivePlatform
from magnetar.platform.refitting import Refitter
from magnetar.platform.versions import PartnersJudged, PartnersRolledBack
from magnetar.surface.report import JsonOption, check_target, progress, write_json
from magnetar.surface.session import session_of


def refit(context: typer.Context, json: JsonOption = "") -> None:
    """夜间重拟合, 现在就做 · What the platform does each night, now: fit partners to its log, judge, take over if not worse.

    The platform must not be running on the same MAGNETAR_HOME; there, the console's page of models does the same.
    """
    check_target(json)
    live = LivePlatform(session_of(context).platform)
    try:
        judged = Refitter(live).refit()
    finally:
        live.close()
    if json != "-":
        _show(judged)
    write_json(json, "recommend refit", _figures(judged))


def rollback(
    context: typer.Context,
    reason: Annotated[str, typer.Option("--reason", help="原因, 记入日志 · Why, for the log.")] = "",
    json: JsonOption = "",
) -> None:
    """回到前一版搭配表 · Return to the table of partners before the one in use; done again, it goes forth again."""
    check_target(json)
    live = LivePlatform(session_of(context).platform)
    try:
        event = Refitter(live).roll_back("command line", reason)
    finally:
        live.close()
    progress(f"第 {event.before} 版 → 第 {event.version} 版 · version {event.before} → version {event.version}")
    write_json(json, "recommend rollback", _figures(event))


def _figures(event: PartnersJudged | PartnersRolledBack) -> dict[str, Any]:
    """As JSON: `table` is the table's version, since `version` is the program's."""
    figures = msgspec.structs.asdict(event)
    return {"table": figures.pop("version"), **figures}


def _show(judged: PartnersJudged) -> None:
    table = Table(title="跟看搭配表的重拟合 · partners, fitted anew", title_justify="left", show_header=False)
    taken = "接手 takes over" if judged.takes_over else "不接手 does not take over"
    for name, value in (
        ("结论 verdict", f"{taken}: {judged.reason}"),
        ("版本 version", f"{judged.version} ⁄ {judged.before}"),
        ("命中 foretold", f"{judged.hit:.2%} ⁄ {judged.hit_before:.2%}"),
        ("用户 shoppers judged", f"{judged.cases:,}"),
        ("学自 fitted on", f"{judged.clicks:,} 次点击 clicks, {judged.shoppers:,} 位顾客 shoppers"),
        ("配比 mix", judged.mix),
    ):
        table.add_row(name, value)
    Console(width=140).print(table)
