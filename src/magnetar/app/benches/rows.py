"""What a benchmark says: rows of figures with intervals and baselines, and the conditions they were taken under."""

from __future__ import annotations

import hashlib
import math
import os
import platform
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.capabilities.measurement import Interval, mean_interval


def row(
    metric: str,
    unit: str,
    value: Interval,
    *,
    baseline: tuple[str, float | None] | None = None,
    goal: float | None = None,
    met: bool | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One row of a benchmark. `goal` is a number that `value` should reach; `met` is null where there is no goal.

    >>> row("speed", "pages/s", Interval(5.0, 4.0, 6.0, 3), goal=4.5)["met"]
    True
    """
    if goal is not None and met is None:
        met = value.mean >= goal
    name, other = baseline or (None, None)
    return {
        "metric": metric,
        "unit": unit,
        "value": value.mean,
        "low": value.low,
        "high": value.high,
        "n": value.n,
        "baseline": {"name": name, "value": other} if name else None,
        "goal": goal,
        "met": met,
        **more,
    }


def not_met(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Metrics that have a goal and miss it."""
    return [one["metric"] for one in rows if one["met"] is False]


def per_cpu_second(work: Callable[[], tuple[int, float]], repeats: int, *, warm: bool = True) -> Interval:
    """Units of work per CPU-second, over repetitions; `work` returns (units, CPU seconds).

    With `warm`, one run first is not counted.
    """
    if warm:
        work()
    rates = []
    for _ in range(repeats):
        units, spent = work()
        rates.append(units / max(spent, 1e-9))
    return mean_interval(np.array(rates))


def cpu_time(call: Callable[[], Any]) -> float:
    """CPU seconds of this process that a call takes."""
    before = time.process_time()
    call()
    return time.process_time() - before


def conditions(files: Sequence[Path], **more: Any) -> dict[str, Any]:
    """Data by hash, the machine, and what else bears on the figures."""
    return {
        "data": {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in files},
        "machine": {
            "cores": os.cpu_count(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
            "numpy": np.__version__,
            "numba": version("numba"),
        },
        **more,
    }


def shown(one: dict[str, Any]) -> tuple[str, ...]:
    """A row as cells for people: metric, figure, interval, n, baseline, goal."""
    form = _form(one["unit"])
    value = form(one["value"])
    interval = f"[{form(one['low'])}, {form(one['high'])}]" if math.isfinite(one["low"]) else ""
    base = one["baseline"]
    beside = (
        f"{base['name']}: {_form(one.get('baseline_unit', one['unit']))(base['value'])}"
        if base and base["value"] is not None
        else ""
    )
    verdict = one.get("verdict") or ""
    sign = "≤" if one.get("at_most") else "≥"
    goal = "" if one["goal"] is None else f"{sign} {form(one['goal'])}" if one["goal"] else "> 0"
    mark = {True: "✓", False: "✗", None: ""}[one["met"]]
    return one["metric"], f"{value} {one['unit']}", interval, str(one["n"]), beside, f"{goal} {mark} {verdict}".strip()


def _form(unit: str) -> Callable[[float], str]:
    if unit == "share":
        return "{:+.1%}".format
    if unit == "of 1":
        return "{:.3f}".format
    if unit.startswith("GMV per") or unit in ("CPU ms", "CPU s", "conversions"):
        return "{:.2f}".format
    return "{:,.0f}".format
