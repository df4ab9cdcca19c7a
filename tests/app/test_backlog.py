"""Long work: a row each, taken up again when its server was killed, given up when it keeps ending servers, stopped when asked."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from magnetar.app.apart import alive, here, last_words, spawn
from magnetar.app.backlog import DONE, FAILED, INTERRUPTED, QUEUED, RUNNING, STOPPED, TRIES, Backlog
from magnetar.engines.sqlite import SqliteStore
from magnetar.kernel.clock import SystemClock
from magnetar.kernel.errors import NotFound, Refused


@dataclass(frozen=True, slots=True)
class Digging:
    """A job for tests."""

    id: str
    merchant: str
    state: str = QUEUED
    said: str = ""
    error: str = ""
    ended_at: int = 0
    server: str = ""
    attempts: int = 0


class Garden(Backlog[Digging]):
    """Digs until a gate is opened."""

    def __init__(self, store: SqliteStore, gate: threading.Event) -> None:
        super().__init__(store, SystemClock(), "diggings", Digging)
        self.gate, self.dug = gate, list[str]()

    def dig(self, id: str, merchant: str = "li") -> Digging:
        self._admit(merchant)
        return self._enqueue(Digging(id, merchant))

    def _run(self, one: Digging) -> None:
        self._tell(replace(one, said="digging"))
        self.dug.append(one.id)
        if one.id == "stone":
            raise RuntimeError("a stone")
        self.gate.wait(20)
        self._tell(replace(one, state=DONE))


def until(garden: Garden, id: str, *states: str, merchant: str = "li") -> Digging:
    deadline = time.monotonic() + 20
    while (one := garden.get(merchant, id)).state not in states and time.monotonic() < deadline:
        time.sleep(0.01)
    assert one.state in states, one
    return one


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "store.db")


def opened() -> threading.Event:
    gate = threading.Event()
    gate.set()
    return gate


SERVER = """
import sys, threading, time
sys.path.insert(0, {here!r})
import importlib.util
spec = importlib.util.spec_from_file_location("backlog_scene", {file!r})
scene = importlib.util.module_from_spec(spec); sys.modules["backlog_scene"] = scene; spec.loader.exec_module(scene)
garden = scene.Garden(scene.SqliteStore({store!r}), threading.Event())
garden.dig("well"); garden.dig("pond")
scene.until(garden, "well", "running")
print("digging", flush=True)
time.sleep(60)
"""


def test_work_goes_on_after_its_server_was_killed(tmp_path: Path):
    """kill −9 in the midst of one job, with a second waiting: the next server does both, the first for the second time."""
    path = tmp_path / "store.db"
    code = SERVER.format(here=str(Path(__file__).parent), file=__file__, store=str(path))
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert server.stdout is not None
    assert server.stdout.readline().strip() == b"digging"
    store = SqliteStore(path)
    watching = Garden(store, opened())
    assert watching.get("li", "well").state == RUNNING, "another server is at work"
    assert watching.resume() == 0
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    assert watching.get("li", "well").state == INTERRUPTED
    assert watching.resume() == 2
    assert watching.resume() == 0, "what is taken up is not taken up twice"
    assert until(watching, "well", DONE).attempts == 2
    assert until(watching, "pond", DONE).attempts == 1
    assert sorted(watching.dug) == ["pond", "well"]
    watching.close()


def test_work_that_keeps_ending_its_server_fails_with_that_as_its_reason(store: SqliteStore):
    for number in range(TRIES):
        garden = Garden(store, threading.Event())
        assert garden.dig("well") if not number else garden.resume() == 1
        until(garden, "well", RUNNING)
        garden.close()
    last = Garden(store, opened())
    last.resume()
    one = last.get("li", "well")
    assert (one.state, one.attempts) == (FAILED, TRIES)
    assert "服务中断了 3 次" in one.error
    assert last.again("li", "well").attempts == 0
    assert until(last, "well", DONE).error == ""


def test_a_closed_backlog_interrupts_and_the_next_of_the_same_process_goes_on(store: SqliteStore):
    first = Garden(store, threading.Event())
    first.dig("well")
    until(first, "well", RUNNING)
    first.close()
    second = Garden(store, opened())
    assert second.get("li", "well").state == INTERRUPTED
    assert second.resume() == 1
    until(second, "well", DONE)


def test_merchants_are_worked_for_side_by_side_and_each_in_turn(store: SqliteStore):
    garden = Garden(store, threading.Event())
    garden.dig("a")
    garden.dig("b")
    garden.dig("c", "zoe")
    until(garden, "a", RUNNING)
    until(garden, "c", RUNNING, merchant="zoe")
    assert garden.get("li", "b").state == QUEUED
    garden.dig("d")
    with pytest.raises(Refused, match="排队"):
        garden.dig("e")
    with pytest.raises(NotFound):
        garden.get("zoe", "a")
    garden.gate.set()
    for id in ("a", "b", "d"):
        until(garden, id, DONE)
    garden.close()


def test_what_is_stopped_stays_stopped_whatever_its_work_still_says(store: SqliteStore):
    garden = Garden(store, threading.Event())
    garden.dig("well")
    garden.dig("pond")
    until(garden, "well", RUNNING)
    garden.stop("li", "pond")
    garden.stop("li", "well")
    garden.gate.set()
    time.sleep(0.1)
    assert {one.state for one in garden.list("li")} == {STOPPED}
    assert Garden(store, opened()).resume() == 0
    with pytest.raises(Refused):
        garden.again("li", garden.dig("next").id)
    garden.close()


def test_a_job_that_breaks_says_why_and_the_next_is_done(store: SqliteStore):
    garden = Garden(store, opened())
    garden.dig("stone")
    garden.dig("well")
    assert until(garden, "stone", FAILED).error == "a stone"
    until(garden, "well", DONE)
    garden.close()


def test_a_process_is_known_by_more_than_its_number():
    boot, number, started = here().split("/")
    assert alive(here())
    assert not alive(f"{boot}/{number}/{int(started or 0) + 1}")
    assert not alive(f"elsewhere/{number}/{started}")
    for told in ("", "x", "//", f"{boot}/999999999/1"):
        assert not alive(told)


def test_a_module_that_cannot_be_run_leaves_its_last_words():
    process = spawn("magnetar.no_such_module", b"")
    code = process.wait()
    assert code
    assert "no_such_module" in last_words(process, code)


@pytest.mark.slow
def test_a_film_is_made_after_its_server_was_killed_and_its_process_ends_with_the_server(tmp_path: Path):
    """The real thing: a console's order, kill −9 in the midst of rendering, a second server on the same home."""
    code = """
import json, sys, time
from pathlib import Path
from magnetar.app.goods import sample_shop
from magnetar.app.studio_orders import FilmWish
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.web.console import console_app
platform = assemble(Settings(home=Path(sys.argv[1])))
platform.catalogue.import_file(sample_shop() / "catalogue.csv", "demo")
studio = console_app(platform).state.site.studio
studio.width = 270
one = studio.start("demo", "li", FilmWish("variants", "p012", count=2))
while not (studio.get("demo", one.id).said and studio._running["demo"][1]):
    time.sleep(0.05)
print(json.dumps([one.id, studio._running["demo"][1].pid]), flush=True)
time.sleep(120)
"""
    server = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert server.stdout is not None
    id, child = json.loads(server.stdout.readline())
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    deadline = time.monotonic() + 240
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists(), "what made the film has ended with its server"
    from magnetar.kernel.settings import Settings
    from magnetar.platform.assemble import assemble
    from magnetar.web.console import console_app

    platform = assemble(Settings(home=tmp_path))
    app: Any = console_app(platform)
    studio = app.state.site.studio
    studio.width = 270
    assert studio.get("demo", id).state == INTERRUPTED
    app.state.site.resume()
    while (one := studio.get("demo", id)).active and time.monotonic() < deadline:
        time.sleep(0.2)
    assert (one.state, one.error, len(one.films), one.attempts) == (DONE, "", 2, 2)
    app.state.site.close()
    platform.close()
