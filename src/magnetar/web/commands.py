"""`magnetar serve` and `magnetar load`."""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from magnetar.kernel.errors import BadInput, GoalMissed
from magnetar.surface.report import JsonOption, progress, write_json
from magnetar.surface.session import session_of

LONGEST_S, MOST_CONNECTIONS = 600.0, 256


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="监听地址 · Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="端口 · Port to listen on; 0 takes a free one.")] = 8000,
    shoppers: Annotated[
        int, typer.Option("--shoppers", help="最多记住的用户数 · Shoppers known at a time; 0: as the settings say.")
    ] = 0,
    generators: Annotated[
        int,
        typer.Option("--generators", help="生成任务进程数 · Processes that make queued pictures and films, 0 to 64."),
    ] = 0,
    log_level: Annotated[
        str, typer.Option("--log-level", help="日志级别 · critical, error, warning or info.")
    ] = "warning",
) -> None:
    """运行平台 · Run the platform: shoppers' door, API and console, until interrupted."""
    from magnetar.web.generating import Workers
    from magnetar.web.server import listen
    from magnetar.web.server import serve as run

    if not 0 <= port <= 65535:
        raise BadInput(f"--port lies in [0, 65535], found {port}.")
    if not 0 <= generators <= 64:
        raise BadInput(f"--generators lies in [0, 64], found {generators}.")
    if log_level not in ("critical", "error", "warning", "info"):
        raise BadInput(f"--log-level takes critical, error, warning or info, found {log_level!r}.")
    listening = listen(host, port)  # before anything else, so that a port in use is known at once
    try:
        from magnetar.platform.live import LivePlatform
        from magnetar.platform.refitting import Refitter

        live = LivePlatform(session_of(context).platform, shoppers)
        Refitter(live).attach()
        where = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
        progress(f"运行中 · serving at {where} (door /v1, API /api/docs); Ctrl-C ends")
        with Workers(generators, live.platform.runtime.settings):
            run(live, listening, log_level=log_level)
    finally:
        listening.close()
    progress("已停止 · stopped")


def load(
    seconds: Annotated[float, typer.Option("--seconds", help="时长 · How long, in seconds, 0.5 to 600.")],
    url: Annotated[
        str,
        typer.Option(
            "--url", help="目标 · A door elsewhere, such as http://127.0.0.1:8000; by default one of its own."
        ),
    ] = "",
    key: Annotated[
        str, typer.Option("--key", help="密钥 · The key for --url; or the environment's MAGNETAR_KEY.")
    ] = "",
    connections: Annotated[int, typer.Option("--connections", help="连接数 · Connections at a time, 1 to 256.")] = 32,
    rate: Annotated[
        float, typer.Option("--rate", help="每秒请求数 · Calls a second; 0: as fast as they are answered.")
    ] = 0.0,
    allow_remote: Annotated[
        bool,
        typer.Option(
            "--allow-remote", help="允许非本机目标 · Let --url name another machine. Only with its owner's consent."
        ),
    ] = False,
    json: JsonOption = "",
) -> None:
    """压测 · Ask a door for pages as fast as it answers; say how many, how fast and at what CPU time."""
    from magnetar.web.loading import SampleServer, cpu_seconds, pages_wanted, press

    if not 0.5 <= seconds <= LONGEST_S:
        raise BadInput(f"--seconds lies in [0.5, {LONGEST_S:.0f}], found {seconds}.")
    if not 1 <= connections <= MOST_CONNECTIONS:
        raise BadInput(f"--connections lies in [1, {MOST_CONNECTIONS}], found {connections}.")

    if not 0 <= rate <= 100_000:
        raise BadInput(f"--rate lies in [0, 100000], found {rate}.")

    def measure(host: str, port: int, secret: str) -> dict[str, Any]:
        requests = pages_wanted(host, secret)
        press(host, port, requests, connections=connections, seconds=0.3)
        before = cpu_seconds(host, port, secret)
        found = press(host, port, requests, connections=connections, seconds=seconds, rate=rate)
        spent = cpu_seconds(host, port, secret) - before
        return {
            "requests": found.requests,
            "errors": found.errors,
            "per_second": round(found.per_second, 1),
            "cpu_us_per_request": round(spent / max(found.requests, 1) * 1e6, 2),
            "p50_ms": round(found.p50_ms, 3),
            "p99_ms": round(found.p99_ms, 3),
            "connections": connections,
        }

    if url:
        host, port = _target(url, allow_remote)
        secret = key or os.environ.get("MAGNETAR_KEY", "")
        if not secret:
            raise BadInput(
                "--url needs a key: --key, or MAGNETAR_KEY. Make one on the console or with: magnetar accounts key."
            )
        try:
            figures = measure(host, port, secret)
        except OSError as error:
            raise BadInput(f"Cannot reach {url!r}: {error}. Start it with: magnetar serve") from None
    else:
        with SampleServer() as own:
            figures = measure("127.0.0.1", own.port, own.key)
    write_json(json, "load", figures)
    if json != "-":
        print(
            "{requests} 次 · requests, {errors} 错误 · errors, {per_second:,.0f}/s, "
            "{cpu_us_per_request:.0f} µs CPU, p50 {p50_ms:.2f} ms, p99 {p99_ms:.2f} ms".format(**figures)
        )
    if figures["errors"]:
        raise GoalMissed(f"{figures['errors']} of {figures['requests']} calls were not answered well.")


def _target(url: str, allow_remote: bool) -> tuple[str, int]:
    """Host and port of a URL that load may go to."""
    parts = urlsplit(url)
    try:
        port = parts.port or 80
    except ValueError:
        port = 0
    if parts.scheme != "http" or not parts.hostname or not port:
        raise BadInput(f"--url reads http://HOST:PORT, found {url!r}.")
    try:
        found = {one[4][0] for one in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)}
    except OSError:
        raise BadInput(f"--url names {parts.hostname!r}, which is not known here.") from None
    if not allow_remote and not all(ipaddress.ip_address(str(one).partition("%")[0]).is_loopback for one in found):
        raise BadInput(
            f"{parts.hostname!r} is another machine. Load goes to this one only, unless --allow-remote is given."
        )
    return parts.hostname, port
