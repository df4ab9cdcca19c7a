"""`magnetar events seal` and `query`: the event log as Parquet, read with SQL."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from magnetar.engines.duckdb import Analytics
from magnetar.engines.eventlog import FileLog
from magnetar.kernel.errors import Refused
from magnetar.surface.report import JsonOption, write_json
from magnetar.surface.session import Session, session_of

_SHOWN = 40


def _analytics(session: Session) -> Analytics:
    return Analytics(session.settings.home / "sealed")


def seal(context: typer.Context, json: JsonOption = "") -> None:
    """封存事件日志为 Parquet · Seal what the event log holds into Parquet, a table for each type of event."""
    session = session_of(context)
    log = session.platform.runtime.bus.log
    if not isinstance(log, FileLog):
        raise Refused("Only the file event log can be sealed; this platform keeps its events in memory.")
    log.rotate()
    analytics = _analytics(session)
    fresh = analytics.seal(log)
    write_json(json, "events seal", {"segments": len(fresh), "tables": analytics.tables()})
    if json != "-":
        typer.echo(f"新封存 sealed now: {len(fresh)} 段 segments")
        for name, rows in analytics.tables().items():
            typer.echo(f"  {name}: {rows:,}")


def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(metavar="SELECT", help="一条 SELECT · One SELECT; each event type is a table.")],
    json: JsonOption = "",
) -> None:
    """用 SQL 查询已封存的事件 · Ask the sealed events in SQL; nothing else can be read or written."""
    found = _analytics(session_of(context)).query(sql)
    write_json(
        json, "events query", {"columns": found.columns, "rows": [[_plain(cell) for cell in row] for row in found.rows]}
    )
    if json == "-":
        return
    table = Table(*found.columns)
    for row in found.rows[:_SHOWN]:
        table.add_row(*(Text(_printable(cell)) for cell in row))
    Console().print(table)
    if len(found.rows) > _SHOWN:
        typer.echo(f"还有 and {len(found.rows) - _SHOWN} more; --json writes them all")


def _plain(cell: object) -> object:
    return cell if cell is None or isinstance(cell, (str, int, float, bool)) else str(cell)


def _printable(cell: object) -> str:
    """Text without control characters: events carry what came from outside."""
    return "".join(one for one in str(cell) if one.isprintable())
