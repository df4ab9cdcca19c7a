"""Charts as data: what the browser draws, and what the table beside it says."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from magnetar.web.console.showing import Showing


def as_script(data: object) -> Markup:
    """Data for a script element that is not a script; nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _plain(value: Any) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), 4)


def intervals(
    title: str, rows: Sequence[tuple[str, Mapping[str, Any]]], show: Showing, *, digits: int = 0, percent: bool = False
) -> dict[str, Any]:
    """Estimates with their intervals, one above the other, and a line at zero."""
    form = (lambda value: show.percent(value, 1)) if percent else (lambda value: show.amount(value, digits))
    return {
        "title": title,
        "data": {
            "kind": "intervals",
            "names": [name for name, _ in rows],
            "percent": percent,
            "digits": digits,
            "rows": [[_plain(one["mean"]), _plain(one["low"]), _plain(one["high"])] for _, one in rows],
        },
        "head": [show.voice("项目", "Item"), show.voice("估计", "Estimate"), show.voice("95% 区间", "95 % interval")],
        "table": [
            [name, form(one["mean"]), f"[{form(one['low'])}, {form(one['high'])}]"] for name, one in rows
        ],
    }  # fmt: skip


def money_by_source(title: str, arms: Sequence[Mapping[str, Any]], show: Showing) -> dict[str, Any]:
    """Organic and paid sales of each arm, with what the paid ones took from the organic below the line."""
    t = show.voice
    series = [
        (t("自然成交", "Organic"), "gmv_organic", 1),
        (t("付费成交", "Paid"), "gmv_paid", 1),
        (t("蚕食自然", "Cannibalised"), "gmv_cannibalised", -1),
    ]
    names = [show.arm(arm["name"]) for arm in arms]
    return {
        "title": title,
        "data": {
            "kind": "stack",
            "names": names,
            "series": [
                {"name": name, "values": [_plain(sign * arm[field]) for arm in arms]} for name, field, sign in series
            ],
        },
        "head": [t("方案", "Arm"), *(name for name, _, _ in series)],
        "table": [
            [name, *(show.amount(sign * arm[field]) for _, field, sign in series)]
            for name, arm in zip(names, arms, strict=True)
        ],
    }


def attributed_and_incremental(title: str, arms: Sequence[Mapping[str, Any]], show: Showing) -> dict[str, Any]:
    """What attribution claims beside what the ads added, with its interval."""
    t = show.voice
    arms = [arm for arm in arms if arm["name"] != "none"]
    return {
        "title": title,
        "data": {
            "kind": "claims",
            "names": [show.arm(arm["name"]) for arm in arms],
            "claimed": [_plain(arm["gmv_paid"]) for arm in arms],
            "rows": [[_plain(arm["incremental_gmv"][part]) for part in ("mean", "low", "high")] for arm in arms],
            "labels": [t("归因成交", "Attributed"), t("增量成交", "Incremental")],
        },
        "head": [t("方案", "Arm"), t("归因成交", "Attributed"), t("增量成交", "Incremental"), t("95% 区间", "95 % interval")],
        "table": [
            [
                show.arm(arm["name"]), show.amount(arm["gmv_paid"]), show.amount(arm["incremental_gmv"]["mean"]),
                show.interval(arm["incremental_gmv"]),
            ]
            for arm in arms
        ],
    }  # fmt: skip
