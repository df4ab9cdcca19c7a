"""Lifetime value on a real order log: fitted up to a day, judged on what the shoppers then spent."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.app.benches.rows import row
from magnetar.capabilities.measurement import Interval, mean_interval
from magnetar.capabilities.understanding.lifetime import fitted, gini, spent
from magnetar.kernel.chance import Floats

DATA = Path(__file__).resolve().parents[5] / "shared" / "data" / "online-retail" / "online_retail.csv.gz"
HORIZONS = (1.0, 7.0, 30.0, 90.0)
TUNED_CUTS = {1.0: (150, 180, 210), 7.0: (150, 180, 210), 30.0: (150, 180, 210), 90.0: (190,)}
CUTS = {
    1.0: tuple(range(240, 371, 13)),
    7.0: tuple(range(240, 366, 21)),
    30.0: (240, 270, 300, 330, 343),
    90.0: (283,),
}
"""Days of the log; what was chosen was chosen on TUNED_CUTS, which end before these begin."""
Log = tuple[NDArray[np.int64], Floats, Floats, int]


def read(path: Path = DATA) -> Log | None:
    """(shopper, day, value, shoppers) of the log's lines; None where it is not here. Cancelled orders are negative."""
    if not path.is_file():
        return None
    shoppers: dict[str, int] = {}
    who: list[int] = []
    when: list[float] = []
    worth: list[float] = []
    with gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="") as file:
        for line in csv.DictReader(file):
            name, price = line["CustomerID"].strip(), float(line["UnitPrice"] or 0.0)
            if not name or price <= 0.0:
                continue
            who.append(shoppers.setdefault(name, len(shoppers)))
            when.append(_moment(line["InvoiceDate"]))
            worth.append(price * float(line["Quantity"]))
    day = np.array(when)
    return np.array(who), day - np.floor(day.min()), np.array(worth), len(shoppers)


def _moment(text: str) -> float:
    for form in ("%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%m/%d/%y %H:%M"):
        try:
            return datetime.strptime(text, form).timestamp() / 86_400.0
        except ValueError:
            continue
    raise ValueError(f"cannot read the moment {text!r}")


def judged(log: Log, cut: float, days: float) -> dict[str, dict[str, float]]:
    """Ranking and level of each way to predict, at one cut."""
    shopper, day, value, shoppers = log
    law, known, rows = fitted(shopper, day, value, cut, shoppers, days)
    actual = spent(shopper, day, value, cut, cut + days, shoppers)[rows]
    total = known.spend * (known.again + 1.0)
    ways = {
        "ours": law.value(known, days),
        "spending per day so far": total / np.maximum(known.age, days) * days,
        f"spending of the last {days:.0f} days": spent(shopper, day, value, cut - days, cut, shoppers)[rows],
        "mean of the RFM cell": _by_cell(log, cut, days, rows),
    }
    return {name: _verdict(way, actual) for name, way in ways.items()}


def _verdict(score: Floats, actual: Floats) -> dict[str, float]:
    order = np.argsort(score, kind="stable")
    deciles = [(score[part].sum(), actual[part].sum()) for part in np.array_split(order, 10)]
    return {
        "gini": gini(score, actual),
        "level": float(score.sum() / actual.sum() - 1.0) if actual.sum() > 0.0 else float("nan"),
        "deciles": float(sum(abs(a - b) for a, b in deciles) / max(actual.sum(), 1e-9)),
    }


def _open(log: Log, cut: float, days: float) -> bool:
    """Whether anything was sold: the shop keeps Saturdays, and of such a day there is nothing to judge."""
    return bool(((log[1] >= cut) & (log[1] < cut + days) & (log[2] > 0.0)).any())


def _by_cell(log: Log, cut: float, days: float, rows: NDArray[np.int64]) -> Floats:
    """What shoppers of the same thirds of recency, frequency and value spent in the stretch before the cut."""
    shopper, day, value, shoppers = log

    def cells(until: float) -> NDArray[np.int64]:
        past = (day < until) & (value > 0.0)
        last = np.full(shoppers, -1e9)
        np.maximum.at(last, shopper[past], day[past])
        often = np.bincount(shopper[past], minlength=shoppers)
        total = np.bincount(shopper[past], value[past], shoppers)
        known = last > -1e8
        out = np.full(shoppers, -1)
        if known.any():
            thirds = [
                np.searchsorted(np.quantile(one[known], [1 / 3, 2 / 3]), one, side="right")
                for one in (last, often.astype(np.float64), total)
            ]
            out[known] = (thirds[0] * 9 + thirds[1] * 3 + thirds[2])[known]
        return out

    before, came = cells(cut - days), spent(shopper, day, value, cut - days, cut, shoppers)
    known = before >= 0
    mean = np.bincount(before[known], came[known], 27) / np.maximum(np.bincount(before[known], minlength=27), 1)
    return mean[cells(cut)[rows]]


def rows(say: Callable[[str], None], log: Log | None = None) -> tuple[list[dict[str, Any]], str]:
    """Rows of the bench, and which log they come from."""
    log = log or read()
    if log is None:
        return [], f"absent: {DATA}"
    out: list[dict[str, Any]] = []
    for days in HORIZONS:
        say(f"终身价值 · lifetime value, {days:.0f} days")
        found = [judged(log, float(cut), days) for cut in CUTS[days] if _open(log, float(cut), days)]
        names = list(found[0])
        for key, words, unit in (
            ("gini", "normalised Gini", "of 1"),
            ("level", "|predicted ⁄ spent − 1|", "share"),
            ("deciles", "error by decile over what was spent", "share"),
        ):
            figures = {
                name: np.array([abs(one[name][key]) if key == "level" else one[name][key] for one in found])
                for name in names
            }
            sign = -1.0 if key == "gini" else 1.0
            rival = min(names[1:], key=lambda name: sign * float(figures[name].mean()))
            ours = figures["ours"]
            shown = mean_interval(ours) if len(ours) > 1 else Interval(float(ours[0]), float("nan"), float("nan"), 1)
            out.append(
                row(
                    f"value of {days:.0f} days: {words}", unit, shown,
                    baseline=(rival, float(figures[rival].mean())),
                    beside={name: float(one.mean()) for name, one in figures.items()},
                )
            )  # fmt: skip
    return out, DATA.name
