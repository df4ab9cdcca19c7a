"""A process that takes events in is killed at random moments; nothing that it acknowledged is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from magnetar.engines.eventlog import FileLog
from magnetar.kernel.events import Envelope, Event

INTAKE = """
import sys, threading
from tests_kill9_events import Taken
from magnetar.engines.eventlog import FileLog
from magnetar.kernel.events import Envelope

log = FileLog(sys.argv[1], segment_bytes=20_000)
start = int(sys.argv[2])
say = threading.Lock()

def take(thread):
    number = start
    while True:
        batch = [f"{thread}:{number + each}" for each in range(1 + number % 3)]
        log.append([Envelope(id, "intake", 0, "Taken", Taken(id, "x" * (number % 300))) for id in batch])
        with say:
            sys.stdout.write("".join(id + "\\n" for id in batch))
            sys.stdout.flush()
        number += len(batch)

print("ready", flush=True)
for thread in range(4):
    threading.Thread(target=take, args=(thread,)).start()
"""
EVENTS = """
from magnetar.kernel.events import Event

class Taken(Event, frozen=True):
    name: str
    filling: str
"""
ROUNDS = 12


class Taken(Event, frozen=True):
    name: str
    filling: str


def intake_until_killed(folder: Path, start: int, seconds: float) -> list[str]:
    """Run an intake process, kill it, and return the ids that it had acknowledged by then."""
    child = subprocess.Popen(
        [sys.executable, "-c", INTAKE, str(folder / "log"), str(start)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    os.set_blocking(child.stdout.fileno(), False)
    said = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        said += child.stdout.read() or b""
        time.sleep(0.001)
    child.send_signal(signal.SIGKILL)
    child.wait()
    os.set_blocking(child.stdout.fileno(), True)
    said += child.stdout.read()
    child.stdout.close()
    lines = said.split(b"\n")
    return [line.decode() for line in lines[:-1]]  # the last one may be cut short by the kill


def test_no_acknowledged_event_is_lost_when_the_process_is_killed(tmp_path: Path):
    (tmp_path / "tests_kill9_events.py").write_text(EVENTS)
    moments = random.Random(9)
    acknowledged: set[str] = set()
    for turn in range(ROUNDS):
        acknowledged |= set(intake_until_killed(tmp_path, turn * 1_000_000, moments.uniform(0.005, 0.15)))
        log = FileLog(tmp_path / "log", segment_bytes=20_000)
        found = [envelope for _, envelope in log.read()]
        ids = [envelope.id for envelope in found]
        assert acknowledged <= set(ids)
        assert len(ids) == len(set(ids)) == len(log)
        assert all(isinstance(each.data, Taken) and each.data.name == each.id for each in found)
        assert log.verify() == len(ids)
        some = sorted(acknowledged)[:50]
        assert not any(log.append([Envelope(id, "intake", 0, "Taken", Taken(id, "")) for id in some]))
        if turn % 2:
            log.close()
        else:
            log._release()  # the next process finds no end mark
    assert len(acknowledged) > 100 * ROUNDS
