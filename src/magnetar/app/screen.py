"""What the rehearsal looks like in a terminal: the plan, the arms filling in, the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from magnetar.capabilities.autopilot import Plan
from magnetar.twin.rehearsal import ArmResult, Setting
from magnetar.twin.verdict import verdict

NAMES = {
    "none": "不投放 none",
    "manual": "人工投放 manual",
    "uax": "UAX 全自动 uax",
    "whole-site": "全站推广 whole-site",
}
_METRICS = {
    "incremental_gmv": "增量成交 incremental GMV",
    "gmv_organic": "自然成交 organic GMV",
    "spend": "花费 spend",
    "cold_start_success": "冷启动成功率 cold-start success",
}


def show_plan(console: Console, setting: Setting, plan: Plan) -> None:
    """The plan in words, then its first ad groups."""
    goal = setting.goal
    promise = {"TARGET_ROI": f"ROI ≥ {goal.target:g}", "TARGET_COST": f"每单成本 ≤ {goal.target:g}"}.get(
        goal.kind.name, "尽量多成交"
    )
    console.print(
        f"\n[bold]计划 The plan[/bold]  UAX 全自动投放: {setting.days} 天, 每天 {setting.daily_budget}, 目标 {promise}.\n"
        f"素材理解 → 冷启动 → 稳投 → 破圈: 先给 {len(plan.groups)} 个看好的商品建广告组; {len(plan.launches)} 个新品上架当天各建一组, "
        "按 100 → 1,000 → 4,000 次曝光的流量池逐级放量, 每级由达标概率把关; 之后每小时复盘, 每半小时按预算和目标重解出价.\n"
        f"[dim]{len(plan.groups)} ad groups to start with, {len(plan.launches)} launches through staged pools, an hourly review, "
        "and bids solved again every half-hour within budget and target.[/dim]"
    )
    table = Table(title="前 8 个广告组 · first ad groups", title_justify="left")
    for name, justify in (
        ("商品 product", "left"),
        ("品类 category", "left"),
        ("价格 price", "right"),
        ("千次曝光成交 GMV/mille", "right"),
        ("理由 reason", "left"),
    ):
        table.add_column(name, justify=justify, overflow="ellipsis", no_wrap=True)  # type: ignore[arg-type]
    for one in plan.groups[:8]:
        title = setting.products[one.row].title
        table.add_row(title, one.category, f"{one.price:.2f}", f"{one.value_per_mille:.0f}", one.reason)
    console.print(table)


class Progress:
    """Arms filling in as pairs end: redrawn in a terminal, one line a pair elsewhere."""

    def __init__(self, console: Console, setting: Setting, pairs: int) -> None:
        self._setting, self._pairs = setting, pairs
        self._console = console
        self._results: list[ArmResult] = []
        self._live = Live(self._picture(), console=console, refresh_per_second=4) if console.is_terminal else None

    def __enter__(self) -> Progress:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def add(self, results: list[ArmResult]) -> None:
        """One more pair is done."""
        self._results += results
        if self._live:
            self._live.update(self._picture())
        else:
            done = len({one.pair for one in self._results})
            self._console.print(f"预演 rehearsed {done}/{self._pairs}")

    def _picture(self) -> Group:
        done = len({one.pair for one in self._results})
        bar = "█" * round(24 * done / self._pairs)
        head = Text(f"预演 rehearsing  {bar:<24} {done}/{self._pairs}  世界 world: {self._setting.world}")
        if not self._results:
            return Group(head)
        return Group(head, arms_table(verdict(self._results, self._setting.arms)))


def arms_table(figures: dict[str, Any]) -> Table:
    """One row per arm; paid sales split into incremental and what would have been sold anyway."""
    table = Table(padding=(0, 1))
    columns = (
        "方案\narm",
        "花费\nspend",
        "总成交\nGMV",
        "归因成交\nattributed",
        "其中蚕食\ncannibalised",
        "增量成交 [95 %]\nincremental GMV",
        "增量 ROI [95 %]\nincremental ROI",
        "冷启动成功\ncold start",
        "成本达标日\non target",
        "小时成本波动\nhourly CV",
    )
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place == 0 else "right", no_wrap=True)
    for arm in figures["arms"]:
        idle = arm["name"] == "none"
        roi, success = arm["incremental_roi"], arm["cold_start_success"]
        table.add_row(
            NAMES.get(arm["name"], arm["name"]),
            f"{arm['spend']:,.0f}",
            f"{arm['gmv']:,.0f}",
            "–" if idle else f"{arm['gmv_paid']:,.0f}",
            "–" if idle else f"{arm['gmv_cannibalised']:,.0f}",
            "–" if idle else _interval(arm["incremental_gmv"], ",.0f"),
            "–" if roi is None else _interval(roi, ".2f"),
            "–" if not success["n"] else f"{success['successes']}/{success['n']} = {success['rate']:.0%}",
            "–" if arm["cost_compliance"] is None else f"{arm['cost_compliance']:.0%}",
            "–" if arm["hourly_cost_cv"] is None else f"{arm['hourly_cost_cv']:.2f}",
        )
    return table


def _interval(value: dict[str, float], form: str) -> str:
    if not math.isfinite(value["low"]):
        return format(value["mean"], form)
    return f"{value['mean']:{form}} [{value['low']:{form}}, {value['high']:{form}}]"


def show_verdict(console: Console, figures: dict[str, Any], currency: str) -> None:
    """Contrasts, the A/A check, and one sentence that says what follows."""
    table = Table(title="配对差 paired differences (a − b)", title_justify="left")
    for name, justify in (
        ("a − b", "left"),
        ("指标 metric", "left"),
        ("差 difference [95 %]", "right"),
        ("n", "right"),
        ("", "left"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for one in figures["contrasts"]:
        if not one["n"]:
            continue
        form = "+.1%" if one["metric"] == "cold_start_success" else "+,.0f"
        sure = "" if one["metric"] == "spend" else "✓" if one["low"] > 0 else "✗" if one["high"] < 0 else "≈"
        table.add_row(f"{one['a']} − {one['b']}", _METRICS[one["metric"]], _interval(one, form), str(one["n"]), sure)
    console.print(table)
    check = figures["aa_check"]
    if check:
        word = {True: "[green]通过 passed[/green]", False: "[red]未通过 failed[/red]"}.get(
            check["passed"], "一对不足以检验 one pair cannot tell"
        )
        console.print(
            f"A/A 检验 check: {word}  两个人工臂之差 difference of two manual arms {_interval(check, '+,.0f')}"
        )
    for line in sentences(figures, currency):
        console.print(line)


def sentences(figures: dict[str, Any], currency: str) -> Sequence[str]:
    """The verdict in words, from the figures alone."""
    best = max(
        (arm for arm in figures["arms"] if arm["incremental_roi"] and arm["spend"] > 0),
        key=lambda arm: arm["incremental_gmv"]["mean"],
        default=None,
    )
    if best is None:
        return ["没有投放方案可比. · No arm spent anything."]
    roi, gain = best["incremental_roi"], best["incremental_gmv"]
    surely = math.isfinite(gain["low"]) and gain["low"] > 0
    name = str(NAMES.get(best["name"], best["name"])).split()[0]
    claimed = best["attributed_roi"] or 0.0
    head = f"[bold]结论 Verdict[/bold] {name}: 每花 1 {currency}, 增量成交 {_interval(roi, '.2f')} {currency}; 平台归因口径会说 {claimed:.2f}."
    tail = f"Each {currency} brings {_interval(roi, '.2f')} of sales that would not have happened; attribution would have claimed {claimed:.2f}."
    if not math.isfinite(gain["low"]):
        head += " 只有一对, 没有区间, 不能断言."
        tail += " One pair has no interval: not proved."
    elif not surely:
        head += " 区间包含 0, 暂不能断言有效."
        tail += " The interval holds zero: not proved."
    check = figures["aa_check"]
    if check and check["passed"] is False:
        head += " A/A 检验这次未通过 (二十次中会有一次), 请换种子或加配对再看."
        tail += (
            " The A/A check failed this time, as it does once in twenty: look again with another seed or more pairs."
        )
    return [head, f"[dim]{tail}[/dim]"]


__all__ = ["NAMES", "Progress", "arms_table", "sentences", "show_plan", "show_verdict"]
