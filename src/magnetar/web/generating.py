"""The task service as a process of its own, and the workers beside a server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from types import TracebackType

from magnetar.capabilities.generation.routes import Receive, Scope, Send, TaskApi, serves
from magnetar.capabilities.generation.service import TaskService
from magnetar.kernel.settings import Settings

STOP_WITHIN_S = 45.0
"""A worker may finish its task before it ends; after so long it is ended, and the lease brings the task back."""
_AGAIN_S = 2.0


class Workers:
    """Worker processes that are started again when they die, and told to end with the server."""

    def __init__(self, count: int, settings: Settings) -> None:
        self._count, self._home = count, settings.home
        self._running: list[subprocess.Popen[bytes]] = []
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._keep, name="workers", daemon=True)

    def __enter__(self) -> Workers:
        self._running = [self._start() for _ in range(self._count)]
        self._watch.start()
        return self

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "magnetar.cli.main", "generation", "work", "--beside", str(os.getpid())]
        environment = {**os.environ, "MAGNETAR_HOME": str(self._home)}
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)

    def _keep(self) -> None:
        while not self._stop.wait(_AGAIN_S):
            self._running = [one if one.poll() is None else self._start() for one in self._running]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._watch.join()
        for one in self._running:
            one.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_WITHIN_S
        for one in self._running:
            try:
                one.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()


class _Alone:
    """The task service as the whole site."""

    def __init__(self, service: TaskService) -> None:
        self._tasks = TaskApi(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or serves(scope["path"]):
            await self._tasks(scope, receive, send)
            return
        status = 200 if scope["path"] == "/v1/health" else 404
        body = (
            b'{"status":"ok"}' if status == 200 else b'{"code":1202,"message":"There are /v1/videos/ and /v1/images/."}'
        )
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def serve_tasks(service: TaskService, listening: socket.socket, log_level: str = "warning") -> None:
    """Answer until interrupted; calls under way are finished first."""
    import uvicorn

    from magnetar.web.server import keep_answering

    config = uvicorn.Config(
        _Alone(service), lifespan="on", log_level=log_level, access_log=False, server_header=False, date_header=False,
        proxy_headers=False, timeout_keep_alive=75, timeout_graceful_shutdown=10, backlog=2048,
        h11_max_incomplete_event_size=32 << 10,
    )  # fmt: skip
    keep_answering()
    before = {one: signal.signal(one, lambda *_: None) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
