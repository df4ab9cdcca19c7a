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
import threading


def spawn(module: str, order: bytes) -> subprocess.Popen[bytes]:
    """Start a module with an order; it leads a process group of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin is not None
    process.stdin.write(len(order).to_bytes(8, "big") + order)
    process.stdin.flush()
    return process


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and its workers; nothing where they have ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def alive(process: int) -> bool:
    """Whether a process of that number runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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
