"""Load on a door: connections kept alive that ask as fast as they are answered, and how long the answers took.

`python -m magnetar.web.loading` serves the sample shop with a running campaign from a folder that vanishes afterwards.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.request import Request, urlopen

import numpy as np

from magnetar.kernel.errors import GoalMissed, NotFound


@dataclass(frozen=True, slots=True)
class Load:
    """What a time under load came to."""

    requests: int
    errors: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


class _Connection(asyncio.Protocol):
    """One connection: sends the next request when the answer to the last one is complete."""

    def __init__(
        self, following: Callable[[], bytes | None], took: list[float], ended: Callable[[bool], None], every: float
    ) -> None:
        """`every`: seconds between two requests, counted from when they were due; 0 for no wait."""
        self._following, self._took, self._ended, self._every = following, took, ended, every
        self._due = 0.0
        self._buffer = b""
        self._sent_at = 0.0
        self.errors = 0
        self._done = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._due = time.perf_counter()
        self._send()

    def _send(self) -> None:
        request = self._following()
        if request is None:
            self._done = True
            self._transport.close()
            self._ended(True)
            return
        self._sent_at = self._due if self._every else time.perf_counter()  # a late start is part of the wait
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        start = self._buffer.find(b"ontent-length: ")
        if not 0 <= start < head:
            start = self._buffer.find(b"ontent-Length: ")
        length = int(self._buffer[start + 15 : self._buffer.find(b"\r\n", start)])
        if len(self._buffer) < head + 4 + length:
            return
        self._took.append(time.perf_counter() - self._sent_at)
        if not self._buffer.startswith(b"HTTP/1.1 200"):
            self.errors += 1
        self._buffer = b""
        self._due += self._every
        wait = self._due - time.perf_counter() if self._every else 0.0
        if wait > 0.0005:
            asyncio.get_running_loop().call_later(wait, self._send)
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done:
            self._done = True
            self.errors += 1
            self._ended(False)


def post(host: str, path: str, key: str, body: bytes) -> bytes:
    """A request as bytes."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def pages_wanted(host: str, key: str, shoppers: int = 2_000, path: str = "/v1/decide") -> list[bytes]:
    """Requests for pages by many shoppers, mostly in the feed."""
    scenes = ["feed", "feed", "feed", "live", "search", "mall"]
    bodies = [
        {"shopper": f"load-{one}", "scene": scenes[one % len(scenes)], **({"query": "咖啡"} if one % 6 == 4 else {})}
        for one in range(shoppers)
    ]
    return [post(host, path, key, json.dumps(body).encode()) for body in bodies]


def press(
    host: str, port: int, requests: Sequence[bytes], *, connections: int, seconds: float, rate: float = 0.0
) -> Load:
    """Ask for some seconds; every connection has at most one request under way.

    Args:
        rate: requests a second over all connections; 0 for as fast as they are answered. With a
            rate, waits are counted from when a request was due, so that a server that hangs is not spared.
    """
    asking = _press(host, port, requests, connections, seconds, connections / rate if rate else 0.0)
    with suppress(ImportError):
        import uvloop

        return uvloop.run(asking)
    return asyncio.run(asking)


async def _press(
    host: str, port: int, requests: Sequence[bytes], connections: int, seconds: float, every: float
) -> Load:
    loop = asyncio.get_running_loop()
    took: list[float] = []
    open_now = connections
    over = loop.create_future()
    begun = time.perf_counter()
    until = begun + seconds
    turn = 0

    def following() -> bytes | None:
        nonlocal turn
        if time.perf_counter() >= until:
            return None
        turn += 1
        return requests[turn % len(requests)]

    def ended(_: bool) -> None:
        nonlocal open_now
        open_now -= 1
        if not open_now and not over.done():
            over.set_result(None)

    made: list[Any] = []
    for _ in range(connections):
        made.append(await loop.create_connection(lambda: _Connection(following, took, ended, every), host, port))
        if every:
            await asyncio.sleep(every / connections)
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds + 15.0):
            await over
    spent = time.perf_counter() - begun
    errors = sum(protocol.errors for _, protocol in made) + open_now
    times = np.array(took) * 1e3 if took else np.array([np.nan])
    return Load(len(took), errors, spent, float(np.percentile(times, 50)), float(np.percentile(times, 99)))


class SampleServer:
    """A server of the sample shop in a process of its own."""

    def __init__(self, *arguments: str, module: str = "magnetar.web.loading") -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="magnetar-load-")
        command = [sys.executable, "-m", module] if not module.endswith(".py") else [sys.executable, module]
        self.process = subprocess.Popen([*command, self._folder.name, *arguments], stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        said = _first_line(self.process.stdout, self.process)
        self.port: int = said["port"]
        self.key: str = said["key"]

    def __enter__(self) -> SampleServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._folder.cleanup()


def _first_line(stdout: IO[bytes], process: subprocess.Popen[bytes]) -> dict[str, Any]:
    line = stdout.readline()
    if not line:
        raise GoalMissed(f"The server ended before it could answer, with exit code {process.wait()}.")
    return json.loads(line)


def cpu_seconds(host: str, port: int, key: str) -> float:
    """CPU time that a server has used, by its own account."""
    request = Request(f"http://{host}:{port}/v1/health", headers={"Authorization": f"Bearer {key}"})
    with urlopen(request, timeout=20) as answer:
        return float(json.load(answer)["cpu_seconds"])


def open_sample(home: Path, shoppers: int = 20_000) -> tuple[Any, str]:
    """The live arrangement of the sample shop with a campaign under way, and a key to its door."""
    from magnetar.app.goods import sample_shop
    from magnetar.kernel.settings import Settings
    from magnetar.platform.assemble import assemble
    from magnetar.platform.live import LivePlatform
    from magnetar.platform.steering import Steering

    platform = assemble(Settings(home=home))
    merchant = "demo"
    platform.catalogue.import_file(sample_shop() / "catalogue.csv", merchant)
    key = platform.accounts.issue_key(merchant, "load").key
    live = LivePlatform(platform, shoppers)
    steering = Steering(live)
    campaign = steering.create(merchant, name="load", goal="target_roi", target=3.0, daily_budget=1_000_000.0)
    for item in live.items[:40]:
        with suppress(NotFound):
            steering.add_group(merchant, campaign["id"], product=item.product)
    live.open_now()
    return live, key


def listening_socket() -> socket.socket:
    from magnetar.web.server import listen

    return listen("127.0.0.1", 0)


if __name__ == "__main__":
    from magnetar.web.server import serve

    running, secret = open_sample(Path(sys.argv[1]))
    running.decide("warm", "feed")
    door = listening_socket()
    print(json.dumps({"port": door.getsockname()[1], "key": secret}), flush=True)
    serve(running, door, console=False, rate=1e9)
    running.platform.close()
