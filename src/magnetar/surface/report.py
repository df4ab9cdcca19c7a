"""What a command says: progress to stderr, an object for programs, a table for people.

`--json FILE|-` writes one object `{schema, command, version, seed, seconds, cpu_seconds, …}`.
"""

from __future__ import annotations

import json
import math
import os
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from magnetar import __version__
from magnetar.kernel.errors import BadInput

JsonOption = Annotated[
    str,
    typer.Option(
        "--json", metavar="FILE|-", help="Write the result as one JSON object to a file, or to stdout with -."
    ),
]
MerchantOption = Annotated[
    str, typer.Option("--merchant", help="The merchant to act for; the settings name the default.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of every draw; the same seed gives the same result.")]


def _started() -> float:
    """When this process started, on the monotonic clock, so that `seconds` includes the imports."""
    try:
        with open("/proc/self/stat") as stat:
            ticks = float(stat.read().rsplit(")", 1)[1].split()[19])
        return ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return time.clock_gettime(time.CLOCK_MONOTONIC)


_STARTED = _started()


def seconds() -> float:
    """Wall time since the process started."""
    clock = (
        time.CLOCK_BOOTTIME
        if hasattr(time, "CLOCK_BOOTTIME") and os.path.exists("/proc/self/stat")
        else time.CLOCK_MONOTONIC
    )
    return max(0.0, time.clock_gettime(clock) - _STARTED)


def cpu_seconds() -> float:
    """CPU time of this process and of its ended children."""
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


def plain(value: Any) -> Any:
    """The value as JSON knows it; what is undefined (NaN, infinite) is null.

    >>> plain({"rate": float("nan"), "n": 3})
    {'rate': None, 'n': 3}
    """
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def write_json(target: str, command: str, fields: Mapping[str, Any], seed: int | None = None) -> None:
    """Write the result object to a file, or to stdout where the target is '-'; '' writes nothing.

    Raises:
        BadInput: the file cannot be written.
    """
    if not target:
        return
    whole = {
        "schema": f"magnetar/{command.replace(' ', '-')}/1",
        "command": command,
        "version": __version__,
        "seed": seed,
        "seconds": round(seconds(), 3),
        "cpu_seconds": round(cpu_seconds(), 3),
        **fields,
    }
    text = json.dumps(plain(whole), ensure_ascii=False, allow_nan=False, indent=1)
    if target == "-":
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        return
    path = Path(target)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(
            f"Cannot write the result to {target!r}: {error.strerror}. Name a file in a folder you can write to."
        ) from None


def check_target(target: str) -> None:
    """Find out before long work whether the result can be written.

    Raises:
        BadInput: the folder does not exist or cannot be written to.
    """
    if target in ("", "-"):
        return
    folder = Path(target).absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise BadInput(
            f"Cannot write the result to {target!r}: {str(folder)!r} is no folder to write to. Make it first."
        )


def progress(text: str) -> None:
    """One line about work under way, to stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
