"""A real server on a real port: it is killed while it takes reports in, and nothing that it acknowledged is lost."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from magnetar.cli.main import run
from magnetar.kernel.errors import BadInput
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.live import LivePlatform
from magnetar.web.server import listen


class Server:
    """The sample shop's door in a process of its own, on a folder that stays."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "magnetar.web.loading", str(home)], stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        self.port, self.key = said["port"], said["key"]

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def post(self, connection: http.client.HTTPConnection, path: str, body: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def end(self, how: int) -> int:
        self.process.send_signal(how)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def test_killed_during_intake_it_loses_no_acknowledged_report(tmp_path: Path):
    acknowledged: list[dict[str, Any]] = []
    for round in range(2):
        server = Server(tmp_path)
        stop = threading.Event()

        def shop(worker: int, server: Server = server, round: int = round, stop: threading.Event = stop) -> None:
            connection = server.connect()
            number = 0
            try:
                while not stop.is_set():
                    number += 1
                    name = f"{round}-{worker}-{number}"
                    _, page = server.post(connection, "/v1/decide", {"shopper": f"s{worker}"})
                    event = {"type": "viewed", "id": name, "page": page["page"], "depth": 6}
                    click = {"type": "clicked", "id": name, "page": page["page"], "position": 0}
                    status, receipt = server.post(connection, "/v1/events", {"events": [event, click]})
                    if status == 200 and receipt["accepted"] == 2:
                        acknowledged.extend((event, click))
            except (OSError, http.client.HTTPException, ValueError):
                pass  # the server died under this call: it was not acknowledged
            finally:
                connection.close()

        threads = [threading.Thread(target=shop, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 60.0
        while len(acknowledged) <= 40 * (round + 1) and time.monotonic() < deadline:
            time.sleep(0.01)
        server.end(signal.SIGKILL)
        stop.set()
        for thread in threads:
            thread.join(30)
    assert len(acknowledged) > 80

    platform = assemble(Settings(home=tmp_path))
    live = LivePlatform(platform, 20_000)
    receipt = live.events(acknowledged, site="demo")
    assert (receipt.duplicates, receipt.accepted, receipt.rejected) == (len(acknowledged), 0, [])
    assert live.market.campaigns.delivery.views.sum() > 0
    assert live.market.predictor.clicks.items.hits.sum() >= len(acknowledged) // 2 * 0.99
    spent = int(live.market.campaigns.delivery.spend.sum())
    assert live.ledger.balance("merchant:demo:balance").micros == -spent
    platform.close()


def test_asked_to_stop_it_finishes_and_leaves_nothing_behind(tmp_path: Path):
    server = Server(tmp_path)
    connection = server.connect()
    status, page = server.post(connection, "/v1/decide", {"shopper": "ann"})
    assert status == 200
    connection.close()
    assert server.end(signal.SIGTERM) in (0, -signal.SIGTERM)
    platform = assemble(Settings(home=tmp_path))
    served = [envelope for _, envelope in platform.runtime.bus.log.read() if envelope.type == "Served"]
    assert served
    platform.close()
    assert page["positions"]


def test_a_port_in_use_is_said_before_anything_else():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"Port {port} .* is in use"):
            listen("127.0.0.1", port)


@pytest.mark.skipif(
    "load" not in __import__("magnetar.cli.main", fromlist=["COMMANDS"]).COMMANDS,
    reason="not in the table of commands yet",
)
def test_load_measures_a_door_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "load.json"
    assert run(["load", "--seconds", "1", "--connections", "4", "--json", str(file)]) == 0
    figures = json.loads(file.read_text())
    assert figures["errors"] == 0
    assert figures["requests"] > 50
    assert {"per_second", "cpu_us_per_request", "p50_ms", "p99_ms"} <= set(figures)


def test_load_goes_to_this_machine_only():
    from magnetar.web.commands import _target

    assert _target("http://127.0.0.1:8000", False) == ("127.0.0.1", 8000)
    with pytest.raises(BadInput, match="--allow-remote"):
        _target("http://192.0.2.1:8000", False)
    assert _target("http://192.0.2.1:8000", True) == ("192.0.2.1", 8000)
    with pytest.raises(BadInput, match="reads http://"):
        _target("ftp://127.0.0.1", False)
    assert os.getpid()
