"""The certificate as a table for people, Chinese first."""

from __future__ import annotations

import math
from typing import Any

from magnetar.twin.calibration.table import width
from magnetar.twin.certification.life import OUTCOMES

NAMES = {"spend": "消耗 spend", "conversions": "转化 conversions", "gmv": "成交额 GMV"}
HEADINGS = ("指标 · metric", "合计 all", *NAMES.values(), "目标 goal")


def _interval(found: dict[str, Any], form: str = "{:.2f}") -> str:
    if not math.isfinite(found["value"]):
        return "—"
    text = form.format(found["value"])
    if math.isfinite(found["low"]):
        text += f" [{form.format(found['low'])}, {form.format(found['high'])}]"
    return text


def _row(name: str, found: dict[str, Any], goal: str = "", form: str = "{:.2f}") -> tuple[str, ...]:
    return (name, _interval(found, form), *(_interval(found["by"][one], form) for one in OUTCOMES), goal)


def _goal(found: dict[str, Any], text: str) -> str:
    return f"{text} {'✓' if found['met'] else '✗'}"


def table(found: dict[str, Any]) -> str:
    """Figures by outcome with 95 % intervals over worlds; goals and baselines beside them."""
    coverage, baselines = found["coverage80"], found["baselines"]
    placebo = found["placebo"]
    rows = [
        HEADINGS,
        _row("80 % 区间覆盖 coverage", coverage, _goal(coverage, "∋ 0.80")),
        _row("  含并列 ties as inside", coverage["ties_as_inside"]),
        _row("秩相关 rank correlation", found["rank_correlation"], _goal(found["rank_correlation"], "≥ 0.80")),
        *(_row(f"  {label}", baselines[name]["rank_correlation"]) for name, label in BASELINES.items()),
        _row("偏差 bias", found["bias"], form="{:+.2f}"),
        _row("误差 error (twin)", found["error"]),
        *(_row(f"  {BASELINES[name]}", baselines[name]["error"]) for name in ("yesterday", "week")),
        ("区间宽度 width of intervals", "", *(_interval(found["width"][one]) for one in OUTCOMES), ""),
        (
            "安慰剂 placebo (rank)",
            _interval(placebo, "{:+.2f}"),
            "",
            "",
            "",
            "含 holds 0" if placebo["holds_zero"] else "不含 does not hold 0",
        ),
    ]
    rows += [
        (
            f"覆盖 coverage: {KINDS.get(kind, kind)} ({one['campaigns']})",
            _interval(one["coverage80"]),
            *(
                f"误差 error {one['error'][name]['twin']:.2f} / {one['error'][name]['yesterday']:.2f}"
                for name in OUTCOMES
            ),
            "",
        )
        for kind, one in found["by_change"].items()
    ]
    room = [max(width(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "  ".join(text + " " * (room[place] - width(text)) for place, text in enumerate(row)).rstrip() for row in rows
    ]
    lines.insert(1, "─" * (sum(room) + 2 * (len(room) - 1)))
    head = f"{found['campaigns']} 个计划 campaigns · {found['worlds']} 个世界 worlds · 区间 95 % over worlds"
    return "\n".join([head, "", *lines])


BASELINES = {
    "yesterday": "昨日重复 yesterday again × budget",
    "week": "周均重复 the week's mean × budget",
    "budget": "只看预算 budget alone",
}
KINDS = {
    "unchanged": "不变 unchanged",
    "budget": "改预算 budget × 0.5 / 2",
    "target": "改目标 target × 0.8 / 1.25",
    "new": "新建 new",
}
