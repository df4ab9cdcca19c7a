"""Work in a process of its own, so that long work neither blocks pages nor dies with a request.

The caller sends one order to a module that is run with `-m`; the module answers with lines. It ends when its parent
does: its standard input is then closed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path


def spawn(module: str, order: bytes) -> subprocess.Popen[bytes]:
    """Start a module with an order; it leads a process group of its own."""
    said = tempfile.TemporaryFile()  # noqa: SIM115 - a pipe that nobody reads would fill up and stop the module
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        start_new_session=True,
    )
    process.stderr = said
    assert process.stdin is not None
    process.stdin.write(len(order).to_bytes(8, "big") + order)
    process.stdin.flush()
    return process


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and its workers; nothing where they have ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def last_words(process: subprocess.Popen[bytes], code: int) -> str:
    """Why a module ended, from what it wrote last on stderr."""
    said = b""
    if process.stderr is not None and not process.stderr.closed:
        process.stderr.seek(0, os.SEEK_END)
        process.stderr.seek(max(0, process.stderr.tell() - 8_192))
        said = process.stderr.read()
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"the process ended with {code}"


def here() -> str:
    """This process by a name that no other has, one of the same number after a restart included."""
    return f"{_boot()}/{os.getpid()}/{_started(os.getpid())}"


def alive(name: str) -> bool:
    """Whether the process of that name, as `here` gives it, still runs.

    >>> alive(here()), alive("another boot/1/0"), alive("")
    (True, False, False)
    """
    boot, _, rest = name.partition("/")
    number, _, started = rest.partition("/")
    if not number.isdigit() or boot != _boot():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _started(int(number)) == started


def _boot() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    return "here"


def _started(process: int) -> str:
    """When a process began, in ticks since the machine did; '' where the system does not tell."""
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
    return ""


def take_order() -> bytes:
    """In the module: the order, and from then on the end of the parent is the end of the whole group."""
    order = _read(int.from_bytes(_read(8), "big"))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return order


def _read(length: int) -> bytes:
    """So many bytes from stdin; past Python's buffer, whose lock must be free when workers are forked."""
    parts: list[bytes] = []
    while length and (part := os.read(0, min(length, 1 << 20))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os.killpg(0, signal.SIGKILL)
