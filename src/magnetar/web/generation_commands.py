"""`magnetar generation serve`, `work`, `keys`, `credits` and `check`."""

from __future__ import annotations

import os
import signal
import threading
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from magnetar.kernel.errors import BadInput, GoalMissed
from magnetar.surface.report import JsonOption, MerchantOption, progress, write_json
from magnetar.surface.session import session_of

MOST_WORKERS = 64


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="监听地址 · Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="端口 · Port to listen on; 0 takes a free one.")] = 8010,
    workers: Annotated[
        int, typer.Option("--workers", help="工作进程数 · Worker processes beside the API; 0: only the API.")
    ] = 1,
    log_level: Annotated[
        str, typer.Option("--log-level", help="日志级别 · critical, error, warning or info.")
    ] = "warning",
) -> None:
    """生成任务服务 · Serve the generation task API alone (Kling contract), with workers, until interrupted."""
    from magnetar.platform.generating import tasks_alone
    from magnetar.web.generating import Workers, serve_tasks
    from magnetar.web.server import listen

    if not 0 <= port <= 65535:
        raise BadInput(f"--port lies in [0, 65535], found {port}.")
    if not 0 <= workers <= MOST_WORKERS:
        raise BadInput(f"--workers lies in [0, {MOST_WORKERS}], found {workers}.")
    if log_level not in ("critical", "error", "warning", "info"):
        raise BadInput(f"--log-level takes critical, error, warning or info, found {log_level!r}.")
    settings = session_of(context).settings
    listening = listen(host, port)
    try:
        with tasks_alone(settings) as service, Workers(workers, settings):
            where = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
            progress(f"运行中 · serving tasks at {where} with {workers} workers; Ctrl-C ends")
            serve_tasks(service, listening, log_level)
    finally:
        listening.close()
    progress("已停止 · stopped")


def work(
    context: typer.Context,
    beside: Annotated[
        int, typer.Option("--beside", help="随该进程结束 · End when this process has ended; 0: go on.")
    ] = 0,
) -> None:
    """执行任务 · Make queued tasks until interrupted; the task under way is finished first."""
    from magnetar.platform.generating import tasks_alone, worker

    stop = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: stop.set())
    settings = session_of(context).settings
    with tasks_alone(settings) as service:
        worker(service, settings).run(stop, lambda: not beside or os.getppid() == beside)


def keys(
    context: typer.Context,
    merchant: MerchantOption = "",
    issue: Annotated[bool, typer.Option("--issue", help="签发 · Issue a new pair.")] = False,
    label: Annotated[str, typer.Option("--label", help="用途 · What the new pair is for.")] = "",
    revoke: Annotated[str, typer.Option("--revoke", help="吊销 · An access key to revoke.")] = "",
    json: JsonOption = "",
) -> None:
    """任务密钥 · A merchant's pairs of access key and secret key; a secret is shown once, when it is issued."""
    from magnetar.platform.generating import tasks_alone

    session = session_of(context)
    mine = session.merchant(merchant)
    with tasks_alone(session.settings) as service:
        made = None
        if revoke:
            service.keys.revoke(mine, revoke)
        if issue:
            made = service.keys.issue(mine, label)
        listed = [
            {"access_key": one.access_key, "label": one.label, "revoked": bool(one.revoked_at)}
            for one in service.keys.list(mine)
        ]
    secret = {} if made is None else {"access_key": made.access_key, "secret_key": made.secret_key}
    write_json(json, "generation keys", {"merchant": mine, **secret, "keys": listed})
    if json == "-":
        return
    if made is not None:
        typer.echo(
            f"密钥只显示这一次 · shown only now:\n  access_key {made.access_key}\n  secret_key {made.secret_key}"
        )
    for one in listed:
        typer.echo(f"{one['access_key']}  {one['label']}  {'已吊销 revoked' if one['revoked'] else ''}")


def credits(
    context: typer.Context,
    merchant: MerchantOption = "",
    plan: Annotated[str, typer.Option("--plan", help="会员 · Join free, gold, platinum, diamond or enterprise.")] = "",
    buy: Annotated[float, typer.Option("--buy", help="充值 · Credits to bring in; needs --key.")] = 0.0,
    key: Annotated[
        str, typer.Option("--key", help="幂等键 · The purchase's own key; the same key brings in nothing twice.")
    ] = "",
    json: JsonOption = "",
) -> None:
    """灵感值 · A merchant's credits: membership, balance, what is held, and the latest lines."""
    from magnetar.platform.generating import tasks_alone

    session = session_of(context)
    mine = session.merchant(merchant)
    with tasks_alone(session.settings) as service:
        book = service.credits
        if plan:
            book.join(mine, plan)
        book.grant_month(mine)
        if buy:
            book.buy(mine, buy, key)
        balance, chosen, standing = book.balance(mine), book.plan_of(mine), service.book.standing(mine)
        history = book.history(mine, 50)
    fields = {
        "merchant": mine,
        "plan": chosen.name,
        "monthly_credits": chosen.monthly_credits,
        "concurrency": chosen.concurrency,
        "queue": chosen.queue,
        "free": balance.free,
        "held": balance.held,
        "waiting": standing.waiting,
        "working": standing.working,
        "history": history,
    }
    write_json(json, "generation credits", fields)
    if json == "-":
        return
    typer.echo(
        f"{mine} · {chosen.zh} {chosen.name}: {balance.free:g} 可用 free, {balance.held:g} 冻结 held; "
        f"{standing.waiting} 排队 waiting, {standing.working} 进行中 at work"
    )
    table = Table("灵感值 credits", "说明 what", "凭证 key", box=None, header_style="bold")
    for one in history[:15]:
        table.add_row(f"{one['credits']:+g}", one["what"], Text(one["key"]))
    Console().print(table)


def sweep(
    context: typer.Context,
    days: Annotated[
        float, typer.Option("--days", help="保留天数 · Days to keep results; 0: as the setting says.", min=0.0)
    ] = 0.0,
    json: JsonOption = "",
) -> None:
    """清理过期结果 · Delete results whose days are over or whose merchant's room is full, and what belongs to none."""
    from magnetar.platform.generating import tasks_alone

    with tasks_alone(session_of(context).settings) as service:
        swept = service.keeping.sweep(days=days or None)
        fields = {
            "keep_days": days or service.keeping.days,
            "room_gb": service.keeping.room_bytes / (1 << 30),
            "results": swept.results,
            "crowded": swept.crowded,
            "leftovers": swept.leftovers,
            "pictures": swept.pictures,
            "bytes": swept.bytes,
        }
    write_json(json, "generation sweep", fields)
    if json != "-":
        typer.echo(
            f"{swept.results} 到期 over their time, {swept.crowded} 超出空间 made room, {swept.leftovers} 残留 leftovers, "
            f"{swept.pictures} 素材 sent pictures; {swept.bytes / 1e6:,.1f} MB"
        )


def check(context: typer.Context, json: JsonOption = "") -> None:
    """对账 · Hold every task against the ledger: nothing lost, nothing charged twice."""
    from magnetar.platform.generating import tasks_alone
    from magnetar.vocabulary.money import MICROS

    with tasks_alone(session_of(context).settings) as service:
        found = service.book.audit()
    fields = {
        "tasks": found.tasks,
        "by_status": dict(found.by_status),
        "held": found.held / MICROS,
        "spent": found.spent / MICROS,
        "faults": list(found.faults),
    }
    write_json(json, "generation check", fields)
    if json != "-":
        typer.echo(f"{found.tasks} 任务 tasks, {dict(found.by_status)}, {len(found.faults)} 差错 faults")
    if found.faults:
        raise GoalMissed("The tasks and the ledger differ: " + "; ".join(found.faults))
