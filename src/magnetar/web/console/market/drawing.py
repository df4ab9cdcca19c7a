"""A campaign's market as charts, each with its table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from magnetar.capabilities.bidding.reasoning import Cause, Hypothesis
from magnetar.capabilities.bidding.state import GRID, GRID_SCALE
from magnetar.capabilities.bidding.watch import Reasoned
from magnetar.capabilities.forecast import TICKS_PER_DAY
from magnetar.kernel.chance import Floats
from magnetar.platform.live import TICK
from magnetar.web.console.market.book import Ticked
from magnetar.web.console.market.judging import Outlook, between
from magnetar.web.console.showing import NONE, Showing

CAUSES = {
    Cause.STEADY: ("按计划", "As planned", "calm"),
    Cause.FEWER: ("流量偏少", "Less traffic", "warn"),
    Cause.MORE: ("流量偏多", "More traffic", "busy"),
    Cause.DEARER: ("竞争变贵", "Dearer", "warn"),
    Cause.CHEAPER: ("竞争变便宜", "Cheaper", "good"),
    Cause.OVERRATED: ("转化偏少", "Fewer conversions", "warn"),
    Cause.UNDERRATED: ("转化偏多", "More conversions", "good"),
    Cause.BUDGET_RAISED: ("预算上调", "Budget raised", "busy"),
    Cause.BUDGET_CUT: ("预算下调", "Budget cut", "busy"),
    Cause.AHEAD: ("花得偏快", "Ahead of plan", "warn"),
    Cause.BEHIND: ("花得偏慢", "Behind plan", "busy"),
    Cause.REPLANNED_BUDGET: ("按预算重新规划", "Planned again: budget", "calm"),
    Cause.REPLANNED_TARGET: ("按目标重新规划", "Planned again: target", "calm"),
    Cause.STARTED: ("开始投放", "Started", "calm"),
}
TABLE_ROWS = 96
"""Rows that a table of ticks shows at most: the newest two days."""


def sentence(reason: Hypothesis, chinese: bool) -> str:
    """The reason in words; a figure that there is none of is a dash."""
    return reason.sentence(chinese).replace("nan", NONE)


def times(multiplier: float) -> str:
    """A multiplier: `×1.25`; a dash where there is none."""
    return f"×{multiplier:.3g}" if math.isfinite(multiplier) else NONE


def when(tick: int, show: Showing) -> str:
    """Month, day, hour and minute at which a tick begins."""
    return show.moment(tick * TICK)[5:]


def _plain(values: Sequence[float] | Floats, digits: int = 4) -> list[float | None]:
    return [round(float(one), digits) if math.isfinite(one) else None for one in values]


def over_the_day(
    rows: Sequence[Ticked], now: int, multiplier: float, reasons: Sequence[Reasoned], show: Showing
) -> dict[str, Any]:
    """The multiplier of each tick, with a point where a reason was given."""
    t = show.voice
    ticks = [*(one.tick for one in rows), now]
    values = [*(one.multiplier for one in rows), multiplier]
    place = {tick: at for at, tick in enumerate(ticks)}
    why = {one.tick: one.reason for one in reasons}
    points = [
        {
            "at": place[tick],
            "value": _plain([values[place[tick]]])[0],
            "text": sentence(reason, t.language == "zh"),
        }
        for tick, reason in why.items()
        if tick in place
    ]
    return {
        "title": t("出价系数, 每半小时一次", "Multiplier, every half-hour"),
        "data": {
            "kind": "lines",
            "names": [when(tick, show) for tick in ticks],
            "series": [{"name": t("出价系数", "Multiplier"), "values": _plain([one or math.nan for one in values]), "step": True}],
            "points": [one for one in points if one["value"]],
            "digits": 4,
            "times": True,
        },
        "head": [t("时段", "Tick"), t("出价系数", "Multiplier"), t("花费", "Spend"), t("理由", "Reason")],
        "table": [
            [
                when(tick, show), times(value), show.amount(rows[at].spent, 2) if at < len(rows) else NONE,
                sentence(why[tick], t.language == "zh") if tick in why else NONE,
            ]
            for at, (tick, value) in reversed(list(enumerate(zip(ticks, values, strict=True))))
        ][:TABLE_ROWS],
    }  # fmt: skip


def _shown(cost: Floats) -> slice:
    """The places of the grid worth drawing: from the first spend to the last change."""
    moving = np.flatnonzero(np.diff(cost, prepend=0.0) > 1e-6 * max(float(cost[-1]), 1e-12))
    if not len(moving):
        return slice(0, GRID)
    return slice(max(int(moving[0]) - 1, 0), min(int(moving[-1]) + 2, GRID))


def landscape(one: Outlook, worth_name: str, show: Showing) -> dict[str, Any]:
    """What each multiplier costs and brings for the rest of the day, where we stand, and the budget."""
    t, part = show.voice, _shown(one.cost)
    affordable = one.affordable
    marks = [{"at": math.log2(one.multiplier), "name": t("现在", "now") + f" {times(one.multiplier)}"}] if one.multiplier > 0.0 else []  # fmt: skip
    scale, digits = GRID_SCALE[part], 0 if one.by_value else 1
    return {
        "title": t("价格景观: 今日余下时间, 每个系数的花费与所得", "Price landscape: what each multiplier costs and brings for the rest of the day"),
        "data": {
            "kind": "landscape",
            "names": [],
            "at": _plain(np.log2(scale)),
            "left": {"name": t("花费", "Cost"), "values": _plain(one.cost[part])},
            "right": {"name": worth_name, "values": _plain(one.worth[part])},
            "marks": marks,
            "line": {"value": round(one.left, 2), "name": t("今日余额", "budget left")},
        },
        "head": [t("系数", "Multiplier"), t("花费", "Cost"), worth_name, t("单位成本", "Cost per unit"), ""],
        "table": [
            [
                times(value), show.amount(one.cost[at], 2), show.amount(one.worth[at], digits),
                show.amount(one.cost[at] / one.worth[at], 3) if one.worth[at] > 0 else NONE,
                t("余额不够", "beyond the budget") if affordable is not None and value > affordable else "",
            ]
            for at, value in enumerate(GRID_SCALE)
            if part.start <= at < part.stop and (at - part.start) % 2 == 0
        ],
    }  # fmt: skip


def prices(one: Outlook, worth_name: str, show: Showing) -> dict[str, Any] | None:
    """How the opportunities of the rest of the day are spread over prices; None before any was met."""
    if not one.known or one.worth[-1] <= 0.0:
        return None
    t = show.voice
    edges = np.arange(0, GRID, 2)
    worth, cost = one.worth[edges], one.cost[edges]
    gained, paid = np.diff(worth, prepend=0.0), np.diff(cost, prepend=0.0)
    reached = np.clip(between(one.worth, one.multiplier) - (worth - gained), 0.0, gained)
    kept = np.flatnonzero(gained > 0.002 * worth[-1])
    if not len(kept):
        return None
    first, last = int(kept[0]), int(kept[-1])
    for column in (gained, paid, reached):
        column[first] = column[: first + 1].sum()  # the first bar holds all that is cheaper
    kept, upper = np.arange(first, last + 1), GRID_SCALE[edges]
    places: list[int] = kept.tolist()
    return {
        "title": t("价格分布: 各价位上还有多少", "Price distribution: how much there is at each price"),
        "data": {
            "kind": "stack",
            "names": [f"≤{times(float(upper[at]))}" for at in places],
            "digits": 2,
            "series": [
                {"name": t("当前系数拿得到", "Within our bid"), "values": _plain(reached[kept])},
                {"name": t("再高才拿得到", "Needs a higher bid"), "values": _plain((gained - reached)[kept])},
            ],
            "tones": ["paid", "claimed"],
        },
        "head": [t("入场系数", "Entry multiplier"), worth_name, t("其中拿得到", "Within our bid"), t("单位成本", "Cost per unit")],
        "table": [
            [
                f"≤ {times(float(upper[at]))}", show.amount(float(gained[at]), 2), show.amount(float(reached[at]), 2),
                show.amount(float(paid[at] / gained[at]), 3) if gained[at] > 0 else NONE,
            ]
            for at in places
        ],
    }  # fmt: skip


def spend_and_plan(rows: Sequence[Ticked], now: int, spent: float, plan: Floats, show: Showing) -> dict[str, Any]:
    """Today's spend so far beside a plan in step with the day's usual traffic."""
    t, day = show.voice, now // TICKS_PER_DAY
    today = [one for one in rows if one.tick // TICKS_PER_DAY == day]
    names = [show.moment((day * TICKS_PER_DAY + at + 1) * TICK)[11:] for at in range(TICKS_PER_DAY)]
    by_place = {one.tick % TICKS_PER_DAY: one.spent for one in today}
    first = min(by_place, default=now % TICKS_PER_DAY)
    sum_so_far = spent - sum(by_place.values())  # what was spent before the book began
    running: list[float] = []
    for at in range(TICKS_PER_DAY):
        if at < first or at >= now % TICKS_PER_DAY:
            running.append(math.nan)
            continue
        sum_so_far += by_place.get(at, 0.0)
        running.append(sum_so_far)
    return {
        "title": t("今日花费与计划", "Today's spend and plan"),
        "data": {
            "kind": "lines",
            "names": names,
            "series": [
                {"name": t("计划: 随日常流量均匀花完", "Plan: in step with usual traffic"), "values": _plain(plan, 2), "dash": True},
                {"name": t("实际花费", "Spent"), "values": _plain(running, 2), "fill": True},
            ],
            "points": [],
            "digits": 2,
        },
        "head": [t("到", "Until"), t("计划", "Plan"), t("花费", "Spent"), t("差额", "Off by")],
        "table": [
            [names[at], show.amount(plan[at], 2), show.amount(running[at], 2), show.amount(running[at] - plan[at], 2)]
            for at in range(TICKS_PER_DAY)
            if math.isfinite(running[at])
        ][::-1],
    }  # fmt: skip


def predicted_and_came(rows: Sequence[Ticked], what: str, show: Showing) -> dict[str, Any]:
    """Results that were to have come and those that came, since the book began."""
    t = show.voice
    due, came = np.cumsum([one.matured for one in rows]), np.cumsum([one.came for one in rows])
    names = [when(one.tick + 1, show) for one in rows]
    return {
        "title": t("预估与实际: {what}, 累计", "Predicted and real: {what}, running total", what=what),
        "data": {
            "kind": "lines",
            "names": names,
            "series": [
                {"name": t("预估应到", "Should have come"), "values": _plain(due, 2), "dash": True},
                {"name": t("实际来了", "Came"), "values": _plain(came, 2), "step": True},
            ],
            "points": [],
            "digits": 1,
        },
        "head": [t("到", "Until"), t("预估应到", "Should have come"), t("实际来了", "Came")],
        "table": [
            [name, show.amount(one, 1), show.amount(other, 0)]
            for name, one, other in zip(names, due, came, strict=True)
        ][::-1][:TABLE_ROWS],
    }  # fmt: skip
