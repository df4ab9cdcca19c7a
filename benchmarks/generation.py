"""The task service: how quick a create is, and what kill -9 costs.

    python benchmarks/generation.py [--quick] [--json FILE|-]

create     `POST /v1/videos/text2video` on loopback at 500 a second (JWT, checks, credits held on the ledger, one
           fsync before the answer), then as fast as it goes; beside it FastAPI with pydantic that inserts one row
           and commits it (sqlite3, WAL, synchronous=FULL) for each call: no tokens, no credits, no idempotency
busy       the same 500 a second while two workers do tasks of 50 ms in the same database
survival   100,000 tasks entered by a process that is killed -9 again and again, each group sent again after each
           kill; then workers that are killed -9 while they lease, finish and fail; then every task is counted and
           held against the ledger
replays    the same creates sent again under the same `external_task_id`: other tasks made, credits held again

Waits are counted from when a call was due. The fsync of an empty commit is shown, since everything stands on it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.capabilities.generation.tasks.contract import read_wanted
from magnetar.capabilities.generation.tasks.rows import Ask, Result, Task
from magnetar.capabilities.generation.tasks.tokens import make_token
from magnetar.capabilities.generation.tasks.working import Worker
from magnetar.capabilities.measurement import Interval
from magnetar.kernel.errors import BadInput
from magnetar.kernel.settings import Settings
from magnetar.platform.generating import tasks_alone
from magnetar.surface.report import write_json
from magnetar.web.loading import Load, press

P99_MS, RATE, TASKS = 5.0, 500.0, 100_000
BODY = {"model_name": "kling-v1", "prompt": "一只陶瓷杯, 晨光, 缓缓推近 a ceramic cup in the morning", "duration": "5", "aspect_ratio": "9:16"}  # fmt: skip
PATH = "/v1/videos/text2video"
MERCHANTS = 20
TOGETHER = 100
FAILS_EVERY = 17
"""Each so-many-th task fails, so that credits are given back, too."""


def settings(home: Path) -> Settings:
    return Settings(home=home, store="sqlite")


# ---- processes that are measured or killed


class PlainWanted(BaseModel):
    """The baseline's body; here, where FastAPI finds the annotation's name."""

    model_name: str = "kling-v1"
    prompt: str
    duration: str = "5"
    aspect_ratio: str = "16:9"


def serve_tasks(home: Path) -> None:
    from magnetar.web.generating import serve_tasks as serve
    from magnetar.web.server import listen

    with tasks_alone(settings(home)) as service:
        keys = []
        for number in range(MERCHANTS):
            service.credits.join(f"m{number}", "enterprise")
            service.credits.buy(f"m{number}", 1e8, "bench")
            keys.append(service.keys.issue(f"m{number}"))
        listening = listen("127.0.0.1", 0)
        pairs = [(one.access_key, one.secret_key) for one in keys]
        print(json.dumps({"port": listening.getsockname()[1], "keys": pairs}), flush=True)
        serve(service, listening)


def serve_plain(home: Path) -> None:
    """What one would write in an afternoon: a row for each call, committed before the answer."""
    import uvicorn
    from fastapi import FastAPI

    from magnetar.web.server import listen

    app = FastAPI()
    book = sqlite3.connect(home / "plain.db", check_same_thread=False, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        book.execute(f"PRAGMA {pragma}")
    book.execute("CREATE TABLE tasks (id INTEGER PRIMARY KEY, status TEXT, body TEXT, created_at INTEGER)")
    turn = threading.Lock()

    @app.post(PATH)
    def create(wanted: PlainWanted) -> dict[str, Any]:
        now = time.time_ns() // 1_000_000
        with turn:
            book.execute("BEGIN IMMEDIATE")
            made = book.execute(
                "INSERT INTO tasks (status, body, created_at) VALUES ('submitted', ?, ?)",
                (wanted.model_dump_json(), now),
            )
            book.execute("COMMIT")
        data = {"task_id": str(made.lastrowid), "task_status": "submitted", "created_at": now, "updated_at": now}
        return {"code": 0, "message": "SUCCEED", "request_id": "-", "data": data}

    listening = listen("127.0.0.1", 0)
    print(json.dumps({"port": listening.getsockname()[1], "keys": []}), flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


def enter(home: Path, first: int, count: int, acknowledged: Path) -> None:
    """Enter tasks in groups; each group is noted outside the database when it was acknowledged."""
    with tasks_alone(settings(home)) as service, acknowledged.open("ab", buffering=0) as noted:
        for start in range(first, count, TOGETHER):
            asks = [ask(number) for number in range(start, min(start + TOGETHER, count))]
            made = service.create(asks)
            assert all(isinstance(one, Task) for one in made), made
            noted.write(b"".join(f"{at} {one.task_id}\n".encode() for at, one in enumerate(made, start) if isinstance(one, Task)))  # fmt: skip


def ask(number: int) -> Ask:
    body = {**BODY, "external_task_id": f"order-{number}"}
    wanted = read_wanted("text2video", json.dumps(body).encode())
    return Ask(f"m{number % MERCHANTS}", "ak", wanted, 10_000_000 + number % 7, 10**9, 10**6)


def work(home: Path, together: int, takes_s: float = 0.0) -> None:
    """A worker whose tasks are only waited for; killed whenever somebody likes."""

    def make(task: Task, _: Any) -> Result:
        time.sleep(takes_s)
        if int(task.wanted.external_task_id.rpartition("-")[2] or 0) % FAILS_EVERY == 0:
            raise BadInput("this one fails")
        return Result((), "none", "nothing")

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with tasks_alone(settings(home)) as service:
        Worker(service, make, lasts=3_000_000, together=together).run(stop)


def child(*words: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, "--child", *map(str, words)], stdout=subprocess.PIPE)


def told(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def end(process: subprocess.Popen[bytes], by: int = signal.SIGTERM) -> None:
    process.send_signal(by)
    process.wait(60)
    if process.stdout is not None:
        process.stdout.close()


# ---- measuring


def creates(keys: list[list[str]], count: int) -> list[bytes]:
    """Requests as bytes, over all merchants in turn."""
    tokens = [make_token(access, secret, int(time.time())) for access, secret in keys] or [""]
    body = json.dumps(BODY, ensure_ascii=False).encode()
    return [
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {tokens[at % len(tokens)]}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
        for at in range(count)
    ]


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pressed(kinds: dict[str, Path], seconds: float, repeats: int, workers: int = 0) -> dict[str, dict[str, Any]]:
    """Press servers in turn, so that a disk or a neighbour that is slow for a while is slow for each of them."""
    servers = {kind: child(kind, home) for kind, home in kinds.items()}
    helpers = [child("work", home, 1, 0.05) for _ in range(workers) for home in kinds.values()]
    found: dict[str, dict[str, Any]] = {kind: {"steady": []} for kind in kinds}
    try:
        said = {kind: told(server) for kind, server in servers.items()}
        requests = {kind: creates(one["keys"], 400) for kind, one in said.items()}
        for kind, one in said.items():
            press("127.0.0.1", one["port"], requests[kind], connections=32, seconds=1.5, rate=RATE)
        for _ in range(repeats):
            for kind, one in said.items():
                loaded = press("127.0.0.1", one["port"], requests[kind], connections=32, seconds=seconds, rate=RATE)
                found[kind]["steady"].append(loaded)
        for kind, one in said.items():
            before = cpu_of(servers[kind].pid)
            fast = press("127.0.0.1", one["port"], requests[kind], connections=64, seconds=seconds)
            spent = cpu_of(servers[kind].pid) - before
            found[kind] |= {"fast": fast, "cpu_ms": spent / max(fast.requests, 1) * 1e3}
    finally:
        for one in (*helpers, *servers.values()):
            end(one)
    return found


def fsync_ms(home: Path) -> float:
    """The median wait of an empty write and its fsync where the database lies."""
    took = []
    with (home / "probe").open("wb") as file:
        for _ in range(100):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return float(np.median(took)) * 1e3


def survive(home: Path, tasks: int, seed: int) -> dict[str, Any]:
    """Enter and do tasks under kill -9; count what was lost or doubled."""
    rng = np.random.default_rng(seed)
    acknowledged = home / "acknowledged"
    acknowledged.touch()
    with tasks_alone(settings(home)) as service:
        for number in range(MERCHANTS):
            service.credits.buy(f"m{number}", 1e8, "bench")
    kills, began = 0, time.perf_counter()
    while (entered := _count(acknowledged)) < tasks:
        process = child("enter", home, max(0, entered - 2 * TOGETHER), tasks, acknowledged)  # some are sent again
        target = min(tasks, entered + int(rng.integers(tasks // 12, tasks // 5)))
        while process.poll() is None and _count(acknowledged) < target:
            time.sleep(0.002)
        time.sleep(float(rng.uniform(0, 0.02)))
        if process.poll() is None and target < tasks:
            end(process, signal.SIGKILL)
            kills += 1
        else:
            process.wait(120)
    entering = time.perf_counter() - began
    lines = [line.split() for line in acknowledged.read_text().splitlines()]
    first: dict[str, str] = {}
    doubled = sum(first.setdefault(number, task) != task for number, task in lines)
    with tasks_alone(settings(home)) as service:
        queued = service.book.audit()
        held_before = queued.held
        again = sum(
            not isinstance(one, Task) or one.task_id != first[str(number)]
            for number, one in enumerate(service.create([ask(number) for number in range(min(2_000, tasks))]))
        )
        replayed = service.book.audit()
    workers = [child("work", home, 200) for _ in range(2)]
    try:
        while not _drained(home):
            time.sleep(float(rng.uniform(0.3, 1.2)) if kills < 24 else 1.0)
            if kills < 24:
                at = int(rng.integers(len(workers)))
                end(workers[at], signal.SIGKILL)
                kills += 1
                workers[at] = child("work", home, 200)
    finally:
        for one in workers:
            end(one)
    with tasks_alone(settings(home)) as service:
        done = service.book.audit()
        with service.book.database.reading() as connection:
            rows = connection.exec_driver_sql("SELECT external_id, task_id, status, price FROM generation_tasks").all()
            captured = connection.exec_driver_sql(
                "SELECT count(*), count(DISTINCT settle_key || '/' || task_id) FROM generation_tasks WHERE settle_key IS NOT NULL"
            ).one()
    kept = {row[0].rpartition("-")[2]: row[1] for row in rows}
    lost = sum(kept.get(number) != task for number, task in first.items())
    should = sum(10_000_000 + number % 7 for number in range(tasks) if number % FAILS_EVERY)
    return {
        "tasks": len(rows),
        "kills": kills,
        "lost": lost + max(0, tasks - len(rows)),
        "doubled": doubled + len(rows) - len(kept) + again,
        "replay_held": abs(replayed.held - held_before),
        "mischarged": abs(done.spent - should) + done.held,
        "faults": [*queued.faults, *replayed.faults, *done.faults],
        "settled": captured[0],
        "entering_s": entering,
        "by_status": dict(done.by_status),
    }


def _count(acknowledged: Path) -> int:
    """How many were acknowledged: the last whole line's number, and one."""
    with acknowledged.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - 200))
        lines = file.read().split(b"\n")[:-1]
    return int(lines[-1].split()[0]) + 1 if lines else 0


def _drained(home: Path) -> bool:
    with sqlite3.connect(home / "magnetar.db", timeout=60) as book:
        return not book.execute("SELECT 1 FROM generation_tasks WHERE settle_key IS NULL LIMIT 1").fetchone()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="shorter, 5,000 tasks")
    options.add_argument("--json", default="", metavar="FILE|-")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--folder", default="", help="where the databases lie while it runs; default: a temporary one")
    options.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.child:
        name, home, *more = chosen.child
        if name == "enter":
            enter(Path(home), int(more[0]), int(more[1]), Path(more[2]))
        elif name == "work":
            work(Path(home), int(more[0]), *map(float, more[1:]))
        else:
            (serve_tasks if name == "tasks" else serve_plain)(Path(home))
        return 0
    seconds, repeats, tasks = (3.0, 2, 5_000) if chosen.quick else (10.0, 5, TASKS)
    with tempfile.TemporaryDirectory(prefix="magnetar-generation-", dir=chosen.folder or None) as folder:
        homes = {name: Path(folder) / name for name in ("tasks", "busy", "plain", "survival")}
        for home in homes.values():
            home.mkdir()
        disk = fsync_ms(homes["plain"])
        both = pressed({name: homes[name] for name in ("tasks", "plain")}, seconds, repeats)
        ours, plain = both["tasks"], both["plain"]
        if any(one.errors for one in (*plain["steady"], plain["fast"])):
            raise SystemExit(
                "The baseline answered with errors, so nothing can be held against it. Look at serve_plain."
            )
        busy = pressed({"tasks": homes["busy"]}, seconds, 1, workers=2)["tasks"]
        for name in ("tasks", "busy", "plain"):
            shutil.rmtree(homes[name])
        found = survive(homes["survival"], tasks, chosen.seed)
    rows = [
        _latency("create_p99", ours["steady"], plain["steady"], "p99_ms", P99_MS),
        _latency("create_p50", ours["steady"], plain["steady"], "p50_ms", None),
        _latency("create_p99_with_workers", busy["steady"], ours["steady"], "p99_ms", None, "without workers"),
        row("create_rate", "calls/s", _one(ours["fast"].per_second, ours["fast"].requests), baseline=("FastAPI + commit per call", plain["fast"].per_second), goal=RATE),
        row("create_cpu", "CPU ms", _one(ours["cpu_ms"], ours["fast"].requests), baseline=("FastAPI + commit per call", plain["cpu_ms"])),
        row("create_errors", "calls", _one(sum(one.errors for one in ours["steady"]), sum(one.requests for one in ours["steady"])), goal=0.0, met=not any(one.errors for one in ours["steady"]), at_most=True),
        *(_none(metric, unit, found[name], found["tasks"]) for metric, unit, name in (
            ("lost_after_kill", "tasks", "lost"), ("made_twice", "tasks", "doubled"),
            ("mischarged", "micro-credits", "mischarged"), ("held_again_by_replays", "micro-credits", "replay_held"),
        )),
        _none("ledger_faults", "faults", len(found["faults"]), found["tasks"]),
    ]  # fmt: skip
    for one in rows:
        print(
            "  ".join(f"{cell:<34}" if at == 0 else cell for at, cell in enumerate(shown(one)) if cell), file=sys.stderr
        )
    more = {
        "fsync_ms": round(disk, 3), "kills": found["kills"], "by_status": found["by_status"], "faults": found["faults"][:5],
        "entering_s": round(found["entering_s"], 1), "tasks": found["tasks"], "rate": RATE, "connections": 32,
    }  # fmt: skip
    print(f"fsync {disk:.2f} ms, {found['kills']} kills, {found['by_status']}", file=sys.stderr)
    write_json(chosen.json, "bench generation", {"rows": rows, "conditions": conditions([], **more)}, chosen.seed)
    return 1 if not_met(rows) else 0


def _one(value: float, n: int) -> Interval:
    return Interval(float(value), float("nan"), float("nan"), n)


def _none(metric: str, unit: str, value: float, n: int) -> dict[str, Any]:
    return row(metric, unit, _one(value, n), goal=0.0, met=value == 0, at_most=True)


def _latency(
    metric: str, ours: list[Load], other: list[Load], name: str, goal: float | None, beside: str = "FastAPI + commit per call"
) -> dict[str, Any]:  # fmt: skip
    """The median over repetitions, with the best and the worst of them."""
    times = [getattr(one, name) for one in ours]
    middle = float(np.median(times))
    value = Interval(middle, min(times), max(times), sum(one.requests for one in ours))
    met = None if goal is None else middle <= goal and not any(one.errors for one in ours)
    return row(metric, "wall ms", value, baseline=(beside, float(np.median([getattr(one, name) for one in other]))), goal=goal, met=met, at_most=True)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
