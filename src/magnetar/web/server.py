"""One server: the hot door first, then the control plane at `/api`, then the console."""

from __future__ import annotations

import asyncio
import errno
import gc
import importlib
import importlib.util
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

from magnetar.capabilities.generation.routes import TaskApi, serves
from magnetar.kernel.errors import BadInput, MagnetarError
from magnetar.platform.generating import tasks_beside
from magnetar.platform.live import LivePlatform
from magnetar.web.api import OnceOnly, control_plane
from magnetar.web.door import RATE, Door, Keys, Receive, Scope, Send

LOOK_EVERY_S = 1.0
"""How often the clock is looked at for the next tick's edge."""
CLEAN_EVERY_S = 3600.0
SWITCH_S = 0.0005
"""How long a thread that writes the log may keep the one that answers waiting; ten times less than Python's own choice."""


class Site:
    """The whole ASGI app."""

    def __init__(self, live: LivePlatform, keys: Keys | None = None, console: Any = None, rate: float = RATE) -> None:
        self.live = live
        self.door = Door(live, keys or live.platform.accounts, rate)
        runtime = live.platform.runtime
        self._once = OnceOnly(control_plane(live), runtime.store, runtime.clock)
        self._service = tasks_beside(runtime, live.ledger.ledger)
        self._tasks = None if self._service is None else TaskApi(self._service)
        self._console = console
        self._beside = _Lifespan(console) if console is not None else None
        self._ticker: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "lifespan":
            await self._live_long(receive, send)
            return
        path: str = scope["path"]
        if kind == "http" and self._tasks is not None and serves(path):
            await self._tasks(scope, receive, send)
        elif kind == "http" and path.startswith("/v1/"):
            await self.door(scope, receive, send)
        elif kind == "http" and (path == "/api" or path.startswith("/api/")):
            await self._once({**scope, "root_path": scope.get("root_path", "") + "/api"}, receive, send)
        elif self._console is not None:
            await self._console(scope, receive, send)
        elif kind == "http":
            body = b'{"error":{"code":"not_found","message":"There are /v1/ and /api/."}}'
            headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 404, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    async def _live_long(self, receive: Receive, send: Send) -> None:
        """Start and stop with the server."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.live.recorder.start()
                if self._service is not None:
                    self._service.start()
                if self._beside is not None:
                    await self._beside.begin()
                self._ticker = asyncio.create_task(self._keep_time())
                await send({"type": "lifespan.startup.complete"})
            else:
                if self._ticker is not None:
                    self._ticker.cancel()
                    with suppress(asyncio.CancelledError):
                        await self._ticker
                if self._beside is not None:
                    await self._beside.end()
                if self._tasks is not None:
                    await self._tasks.close()
                try:
                    await asyncio.to_thread(self.live.close)
                except MagnetarError as error:
                    await send({"type": "lifespan.shutdown.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _keep_time(self) -> None:
        """Turn the ticks, and end what hangs."""
        cleaned = 0.0
        loop = asyncio.get_running_loop()
        while True:
            self.door.reap()
            if self.live.due():
                try:
                    await asyncio.to_thread(self.live.open_ticks)
                    self.live.trouble = ""
                except Exception as error:  # the present tick goes on; it is tried again in a second
                    self.live.trouble = f"{type(error).__name__}: {error}"
            if self._service is not None:
                try:
                    await asyncio.to_thread(self._service.announce, self.live.platform.runtime.bus)
                except Exception as error:  # told at a later look
                    self.live.trouble = f"{type(error).__name__}: {error}"
            if loop.time() - cleaned > CLEAN_EVERY_S:
                cleaned = loop.time()
                await asyncio.to_thread(self._once.forget)
            await asyncio.sleep(LOOK_EVERY_S)


class _Lifespan:
    """Starts and stops an app inside this one, in a task of its own."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._tell: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._said: asyncio.Queue[str] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def _run(self) -> None:
        async def send(message: dict[str, Any]) -> None:
            await self._said.put(message["type"])

        try:
            await self._app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, self._tell.get, send)
        finally:
            await self._said.put("gone")

    async def begin(self) -> None:
        """Start it; an app that knows no such thing goes on without."""
        self._task = asyncio.create_task(self._run())
        await self._tell.put({"type": "lifespan.startup"})
        if await self._said.get() == "lifespan.startup.failed":
            raise RuntimeError("the console could not start")

    async def end(self) -> None:
        """Stop it."""
        if self._task is not None:
            if not self._task.done():
                await self._tell.put({"type": "lifespan.shutdown"})
            with suppress(Exception):
                await asyncio.wait_for(self._task, 10.0)


def console_of(live: LivePlatform) -> Any:
    """The console's app; None where there is none."""
    if importlib.util.find_spec("magnetar.web.console") is None:
        return None
    module = importlib.import_module("magnetar.web.console")
    return module.console_app(live.platform, live)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        BadInput: the address cannot be used; says what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(2048)
    except OSError as error:
        found.close()
        if error.errno == errno.EADDRINUSE:
            raise BadInput(
                f"端口 {port} 已被占用 · Port {port} on {host} is in use. Stop what uses it, or choose another with --port."
            ) from None
        raise BadInput(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another --host or --port.") from None
    return found


def keep_answering() -> None:
    """Set the process up so that a page seldom waits for housekeeping."""
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()  # what lives as long as the server is not looked through again and again


def serve(
    live: LivePlatform,
    listening: socket.socket,
    *,
    console: bool = True,
    log_level: str = "warning",
    rate: float = RATE,
) -> None:
    """Answer until interrupted; calls under way are finished first."""
    import uvicorn

    site = Site(live, console=console_of(live) if console else None, rate=rate)
    config = uvicorn.Config(
        site,
        lifespan="on",
        log_level=log_level,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
        backlog=2048,
        h11_max_incomplete_event_size=32 << 10,
    )
    keep_answering()
    # uvicorn raises the signal again when it is done: nothing more is to happen then
    before = {one: signal.signal(one, lambda *_: None) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
