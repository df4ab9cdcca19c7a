"""`magnetar goals`: what a campaign may optimise."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from magnetar.capabilities.campaigns.goals import CONVERSION_WORDS, GOAL_WORDS, GOALS, HORIZON_WORDS
from magnetar.surface.report import JsonOption, write_json
from magnetar.vocabulary.campaigns import Horizon

WIDTH = 132


def goals(
    observed: Annotated[
        bool,
        typer.Option("--observed", help="只列平台自己看得到的 · Only those that need no conversions to be reported."),
    ] = False,
    json: JsonOption = "",
) -> None:
    """优化目标表 · The table of goals: conversion kinds by ways to bid, and which need reported conversions."""
    rows = [row for row in GOALS.values() if row.observed or not observed]
    live = sum(row.observed for row in rows)
    write_json(
        json,
        "goals",
        {
            "goals": [
                {
                    "id": row.id,
                    "goal": row.kind.name.lower(),
                    "conversion": row.conversion.name.lower(),
                    "horizon": row.horizon.name.lower(),
                    "needs": "nothing" if row.observed else "reported conversions",
                    "zh": row.words[0],
                    "en": row.words[1],
                }
                for row in rows
            ],
            "observed": live,
            "reported": len(rows) - live,
        },
    )
    if json == "-":
        return
    table = Table("转化 conversion", box=None, header_style="bold", pad_edge=False)
    for zh, en in GOAL_WORDS.values():
        table.add_column(f"{zh}\n{en}", justify="center")
    for conversion in dict.fromkeys(row.conversion for row in rows):
        mark = "●" if conversion.observed else "○"
        cells = []
        for kind in GOAL_WORDS:
            horizons = [row.horizon for row in rows if (row.conversion, row.kind) == (conversion, kind)]
            words = "".join(f" {one.name}" for one in horizons if one is not Horizon.OPEN)
            cells.append(f"{mark}{words}" if horizons else "")
        zh, en = CONVERSION_WORDS[conversion]
        table.add_row(Text(f"{zh} {en}"), *cells)
    console = Console(width=WIDTH)
    console.print(table)
    until = ", ".join(f"{one.name} {zh} {en}" for one, (zh, en) in HORIZON_WORDS.items() if zh)
    console.print(Text(f"{until}; 另有不限周期 and without a horizon"))
    console.print(
        Text(
            f"● {live} 个目标平台自己看得到 goals that the platform sees itself; "
            f"○ {len(rows) - live} 个需要商家回传转化 need conversions reported to the door (/v1/events)"
        )
    )
