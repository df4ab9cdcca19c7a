"""`magnetar demo`: the minute in the terminal, then the console with the same data."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from magnetar.app.commands import DEMO_PAIRS, WIDTH
from magnetar.surface.principal import Role
from magnetar.surface.report import JsonOption, SeedOption, check_target, seconds, write_json
from magnetar.surface.session import Session, session_of

USER = "demo"
HOST = "127.0.0.1"


def demo(
    context: typer.Context,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="只演示, 不启动控制台 · End after the verdict.")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="控制台端口 · Port of the console.")] = 8000,
    pairs: Annotated[int, typer.Option("--pairs", min=1, max=1000, help="配对数 · Paired markets.")] = DEMO_PAIRS,
    seed: SeedOption = 1,
    json: JsonOption = "",
) -> None:
    """一分钟演示 · Import the sample shop, show the plan, rehearse it, render films, and open the console."""
    from magnetar.app.demo import run_demo
    from magnetar.web.server import listen

    check_target(json)
    session = session_of(context)
    console = Console(stderr=json == "-", width=WIDTH)
    listening = None if no_serve else listen(HOST, port)  # first, so that a port in use is known before the work
    try:
        figures = run_demo(session, console, pairs, seed)
        write_json(json, "demo", figures, seed)
        console.print(
            f"[dim]{seconds():.0f} s; 再试 try next: magnetar rehearse --world promotion --target-roi 4[/dim]"
        )
        if listening is None:
            return
        from magnetar.platform.live import LivePlatform
        from magnetar.platform.refitting import Refitter
        from magnetar.web.server import serve

        where = f"http://{HOST}:{listening.getsockname()[1]}"
        console.print(
            f"\n[bold]控制台 The console[/bold] {_way_in(session, where)}\n[dim]Ctrl-C 结束 ends.[/dim]", soft_wrap=True
        )
        live = LivePlatform(session.platform)
        Refitter(live).attach()
        serve(live, listening)
    finally:
        if listening is not None:
            listening.close()


def _way_in(session: Session, where: str) -> str:
    """A one-time link for a new user; one who has a password keeps it."""
    accounts = session.platform.accounts
    known = [user for user in accounts.users() if user.name == USER and user.password]
    if known:
        return f"{where}  用户名 user: {USER} (密码如前 your password; 忘了 forgotten: magnetar accounts invite {USER})"
    made = accounts.invite(USER, Role.MERCHANT, session.settings.merchant)
    return f"一次性登录链接 one-time sign-in link:\n{where}/welcome/{made.token}"
