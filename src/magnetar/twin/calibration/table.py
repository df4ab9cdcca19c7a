"""The judgement as a table for people, Chinese first."""

from __future__ import annotations

import math
import unicodedata

from magnetar.twin.calibration.held_out import iso
from magnetar.twin.calibration.judgement import Judgement
from magnetar.twin.calibration.score import Metric

HEADINGS = (
    "指标 · metric",
    "孪生 twin",
    "朴素 naive",
    "实际 actual",
    "误差 twin",
    "误差 naive",
    "80% 区间 interval",
    "更准 better",
)
WORDS = {"twin": "孪生 twin", "naive": "朴素 naive", "tie": "持平 tie", "": "—"}


def width(text: str) -> int:
    """Columns that a text takes on a terminal.

    >>> width("孪生 twin")
    9
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _cell(text: str, room: int, right: bool = True) -> str:
    space = " " * (room - width(text))
    return space + text if right else text + space


def _number(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "—"
    if unit == "share":
        return f"{100 * value:.1f}%"
    if unit == "distance":
        return f"{value:.3f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}"


def _error(metric: Metric, value: float) -> str:
    if not math.isfinite(value):
        return "—"
    return f"{value:.3f}" if metric.error == "distance" else f"{100 * value:.1f}%"


def table(judgement: Judgement) -> str:
    """The rows, who wins each, and how many actual values fell into the intervals."""
    rows: list[tuple[str, ...]] = [HEADINGS]
    for metric in judgement.metrics:
        interval = "—"
        if metric.inside is not None:
            interval = f"{_number(metric.low, metric.unit)} – {_number(metric.high, metric.unit)}"
            interval += " ✓" if metric.inside else " ✗"
        actual = "—" if metric.unit == "distance" else _number(metric.actual, metric.unit)
        rows.append(
            (
                metric.label,
                _number(metric.twin, metric.unit),
                _number(metric.naive, metric.unit),
                actual,
                _error(metric, metric.error_twin),
                _error(metric, metric.error_naive),
                interval,
                WORDS[metric.winner],
            )
        )
    room = [max(width(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "  ".join(_cell(text, room[place], right=0 < place < 7) for place, text in enumerate(row)).rstrip()
        for row in rows
    ]
    lines.insert(1, "─" * (sum(room) + 2 * (len(room) - 1)))
    split, shop = judgement.split, judgement.shop
    head = (
        f"学习 learnt {iso(split.first)} – {iso(split.at - 1)} · 检验 held out {iso(split.at)} – {iso(split.end - 1)} "
        f"({split.horizon} 天 days) · {judgement.runs} 次模拟 runs · {shop.log.currency}"
    )
    return "\n".join([head, "", *lines, "", summary(judgement)])


def summary(judgement: Judgement) -> str:
    """How many rows the twin wins, and how many intervals hold."""
    wins = [metric.winner for metric in judgement.metrics if metric.winner]
    held = [metric.inside for metric in judgement.metrics if metric.inside is not None]
    return (
        f"孪生胜 twin better {wins.count('twin')} · 朴素胜 naive better {wins.count('naive')} · "
        f"持平 tie {wins.count('tie')} · 实际值落入区间 actual inside {sum(held)}/{len(held)}"
    )
