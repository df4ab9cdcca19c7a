"""Events that are on disk when they are acknowledged: the log with group commit, beside plainer ways, in one run.

    python benchmarks/eventlog.py [--seconds S] [--folder F] [--json FILE|-]

Each way stores the same events and waits for the disk before it acknowledges. CPU seconds are those of
the whole process, all threads. The folder decides which disk is measured; on a disk in memory all waits vanish.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.engines.eventlog import FileLog
from magnetar.engines.segments import sync_file
from magnetar.kernel.events import Column, Envelope, Event, encode


class Clicked(Event, frozen=True):
    """One click, as a tracking call brings it."""

    shopper: str
    product: str
    campaign: str
    position: int


class Watched(Event, frozen=True):
    """A batch of clicks in columns."""

    shopper: Column
    product: Column
    campaign: Column
    position: Column


BATCH = 1_000


def click(number: int) -> Envelope:
    event = Clicked(f"shopper-{number % 9973}", f"sku-{number % 499}", f"campaign-{number % 37}", number % 10)
    return Envelope(f"click:{number}", "bench", 1_700_000_000_000_000 + number, "Clicked", event)


def batch(number: int) -> Envelope:
    rows = np.arange(number * BATCH, (number + 1) * BATCH)
    columns = (rows % 9973, (rows % 499).astype(np.int32), (rows % 37).astype(np.int32), (rows % 10).astype(np.int8))
    return Envelope(f"batch:{number}", "bench", 1_700_000_000_000_000 + number, "Watched", Watched(*columns))


def run(threads: int, seconds: float, store: Callable[[int], int]) -> dict[str, Any]:
    """Call `store(number)` from so many threads for some time; it says how many events it stored."""
    counts = [0] * threads
    end = time.perf_counter() + seconds

    def work(thread: int) -> None:
        number = thread
        while time.perf_counter() < end:
            counts[thread] += store(number)
            number += threads

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    began, cpu = time.perf_counter(), time.process_time()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    took, cpu, events = time.perf_counter() - began, time.process_time() - cpu, sum(counts)
    return {
        "events": events,
        "seconds": round(took, 3),
        "events_per_second": round(events / took),
        "cpu_seconds": round(cpu, 3),
        "cpu_us_per_event": round(cpu / events * 1e6, 1),
    }


def file_log(folder: Path, threads: int, seconds: float, at_once: int = 1) -> dict[str, Any]:
    log = FileLog(folder)

    def store(number: int) -> int:
        return sum(log.append([click(number * at_once + each) for each in range(at_once)]))

    try:
        return run(threads, seconds, store)
    finally:
        log.close()


def columns(folder: Path, threads: int, seconds: float) -> dict[str, Any]:
    log = FileLog(folder)
    try:
        return run(threads, seconds, lambda number: BATCH * sum(log.append([batch(number)])))
    finally:
        log.close()


def plain_fsync(folder: Path, threads: int, seconds: float) -> dict[str, Any]:
    """One write and one sync for each event, under a lock."""
    turn = threading.Lock()
    descriptor = os.open(folder / "plain", os.O_WRONLY | os.O_CREAT)

    def store(number: int) -> int:
        encoded = encode(click(number))
        with turn:
            os.write(descriptor, len(encoded).to_bytes(4, "little") + encoded)
            sync_file(descriptor)
        return 1

    try:
        return run(threads, seconds, store)
    finally:
        os.close(descriptor)


def sqlite(folder: Path, threads: int, seconds: float, at_once: int = 1) -> dict[str, Any]:
    """One transaction for each append, write-ahead log, synchronous = FULL, ids unique."""
    turn = threading.Lock()
    connection = sqlite3.connect(folder / "events.db", isolation_level=None, check_same_thread=False)
    connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
    connection.execute("CREATE TABLE events (event_offset INTEGER PRIMARY KEY, id TEXT UNIQUE, data BLOB)")

    def store(number: int) -> int:
        envelopes = [click(number * at_once + each) for each in range(at_once)]
        rows = [(each.id, encode(each)) for each in envelopes]
        with turn:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR IGNORE INTO events (id, data) VALUES (?, ?)", rows)
            connection.execute("COMMIT")
        return at_once

    try:
        return run(threads, seconds, store)
    finally:
        connection.close()


WAYS: list[tuple[str, int, Callable[[Path, int, float], dict[str, Any]]]] = [
    ("file log, each alone", 1, file_log),
    ("file log, group commit", 8, file_log),
    ("file log, group commit", 64, file_log),
    ("fsync for each event", 1, plain_fsync),
    ("fsync for each event", 64, plain_fsync),
    ("SQLite insert", 1, sqlite),
    ("SQLite insert", 64, sqlite),
    ("file log, 1,000 at once", 1, lambda folder, threads, seconds: file_log(folder, threads, seconds, 1_000)),
    ("SQLite insert, 1,000 at once", 1, lambda folder, threads, seconds: sqlite(folder, threads, seconds, 1_000)),
    ("file log, 1,000 rows in columns", 1, columns),
]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=2.0, help="for each way")
    options.add_argument("--folder", type=Path, default=Path.cwd(), help="where the files go meanwhile")
    options.add_argument("--json", metavar="FILE", help="write the figures here, - for standard output")
    chosen = options.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix=".eventlog-bench-", dir=chosen.folder))
    found: list[dict[str, Any]] = []
    try:
        for place, (name, threads, way) in enumerate(WAYS):
            folder = scratch / str(place)
            folder.mkdir()
            found.append({"way": name, "threads": threads, **way(folder, threads, chosen.seconds)})
            shutil.rmtree(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if chosen.json == "-":
        json.dump(found, sys.stdout, indent=2)
        print()
        return
    print(f"{'way':<34}{'threads':>8}{'events/s':>12}{'CPU s':>8}{'CPU µs/event':>14}")
    for row in found:
        print(
            f"{row['way']:<34}{row['threads']:>8}{row['events_per_second']:>12,}"
            f"{row['cpu_seconds']:>8.2f}{row['cpu_us_per_event']:>14,.1f}"
        )
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
