"""Model quality: how well clicks and orders were predicted, day by day, and what the gate let through."""

from __future__ import annotations

import datetime
import math
import threading
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from magnetar.capabilities.shoppers import Clicked, Ordered, Viewed
from magnetar.capabilities.understanding.gate import PredictorPromoted, PredictorRolledBack
from magnetar.capabilities.understanding.quality import COMPLETE_DAYS, ITEM, LIVE, OVERALL, TICKS, Quality, Score
from magnetar.web.console.showing import NONE, Showing
from magnetar.web.console.site import Site, Visit

SHOWN_DAYS = 14
AT_ONCE = 200_000
"""Envelopes of the log that one visit reads on; the next goes on from there."""
_DAY_S = 86_400


class Reader:
    """Scores kept up with the event log: each visit reads what came since the last."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._turn = threading.Lock()
        self._next = 0
        self.quality: Quality | None = None
        self.changes: list[PredictorPromoted | PredictorRolledBack] = []
        self.behind = False

    def read(self) -> Quality:
        """Scores by now; `behind` says that there was more to read than one visit takes."""
        with self._turn:
            live = self._site.hosting.live
            live.recorder.flush()
            price = live.market.shelf.arrays.price
            if self.quality is None:
                self.quality = Quality(price)
            self.quality.grow(price)
            self.behind = False
            for count, (offset, envelope) in enumerate(live.recorder.read(self._next)):
                if count == AT_ONCE:
                    self.behind = True
                    break
                self._next = offset + 1
                event = envelope.data
                if isinstance(event, Viewed | Clicked | Ordered):
                    self.quality.take(event)
                elif isinstance(event, PredictorPromoted | PredictorRolledBack):
                    self.changes.append(event)
            return self.quality


def day_name(day: int) -> str:
    """A day of the platform's ticks as a date.

    >>> day_name(20_779)
    '11-22'
    """
    return datetime.datetime.fromtimestamp(day * _DAY_S, datetime.UTC).strftime("%m-%d")


def by_day(
    title: str,
    days: Sequence[int],
    series: Sequence[tuple[str, Sequence[float]]],
    show: Showing,
    digits: int = 3,
    *,
    axis: str = "",
    floor: float | None = None,
) -> dict[str, Any]:
    """Figures over days, one line each; the last one stands out.

    Args:
        axis: what the values are, beside their axis.
        floor: where the axis begins, in place of 0.
    """
    names = [day_name(day) for day in days]
    return {
        "title": title,
        "data": {
            "kind": "lines",
            "names": names,
            "series": [
                {"name": name, "values": [_plain(one) for one in values], "dash": place < len(series) - 1}
                for place, (name, values) in enumerate(series)
            ],
            "points": [],
            "digits": digits,
            **({"axis": axis} if axis else {}),
            **({"floor": floor} if floor is not None else {}),
        },
        "head": [show.voice("日期", "Day"), *(name for name, _ in series)],
        "table": [
            [names[place], *(show.amount(values[place], digits) for _, values in series)]
            for place in range(len(days) - 1, -1, -1)
        ],
    }


def floor_of(values: Sequence[float]) -> float:
    """Where an axis of AUCs begins: at 0.5, which is guessing, or at the tenth below the lowest.

    >>> floor_of([0.61, 0.58]), floor_of([0.61, 0.43]), floor_of([math.nan])
    (0.5, 0.4, 0.5)
    """
    return min([0.5, *(math.floor(10.0 * one) / 10.0 for one in values if math.isfinite(one))])


def reliability(title: str, score: Score, show: Showing) -> dict[str, Any]:
    """What was predicted and what came, by groups of impressions with like predictions."""
    t = show.voice
    rows = score.reliability()
    names = [f"{100 * said:.1f}%" for said, _, _ in rows]
    return {
        "title": title,
        "data": {
            "kind": "lines",
            "names": names,
            "series": [
                {
                    "name": t("完全校准 (%)", "As predicted (%)"),
                    "values": [_plain(100 * said) for said, _, _ in rows],
                    "dash": True,
                },
                {"name": t("实际 (%)", "Came (%)"), "values": [_plain(100 * came) for _, came, _ in rows]},
            ],
            "points": [],
            "digits": 2,
        },
        "head": [t("预估", "Predicted"), t("实际", "Came"), t("标准误", "Standard error")],
        "table": [
            [name, show.percent(came, 2), show.percent(error, 2)]
            for name, (_, came, error) in zip(names, rows, strict=True)
        ],
    }


def _plain(value: float) -> float | None:
    return round(value, 5) if math.isfinite(value) else None


def routes(site: Site) -> list[Route]:
    """Pages of this part."""
    reader = Reader(site)

    def quality(visit: Visit) -> Response:
        found, show, t = reader.read(), Showing(visit.voice), visit.voice
        days = sorted(found.days)[-SHOWN_DAYS:]
        today = site.hosting.live.market.tick // TICKS
        own, model = t("商品历史率", "Item's own rate"), t("模型", "Model")

        def column(kind: str, name: str, what: str) -> list[float]:
            return [getattr(found.days[day][kind][name], what) for day in days]

        charts = []
        if days:
            charts = [
                by_day(
                    t("点击排序能力 AUC", "Ranking of clicks: AUC"),
                    days,
                    [(own, column("click", ITEM, "auc")), (model, column("click", LIVE, "auc"))],
                    show,
                    axis=t("AUC, 0.5 是瞎猜", "AUC; 0.5 is guessing"),
                    floor=floor_of([*column("click", ITEM, "auc"), *column("click", LIVE, "auc")]),
                ),
                by_day(
                    t("校准: 预估 ÷ 实际, 1 为准", "Level: predicted over came; 1 is right"),
                    days,
                    [
                        (t("订单", "Orders"), column("order", LIVE, "level")),
                        (t("点击", "Clicks"), column("click", LIVE, "level")),
                    ],
                    show,
                    axis=t("预估 ÷ 实际", "Predicted ÷ came"),
                ),
            ]
            whole = found.total("click", LIVE)
            if whole.hits.sum() > 0:
                charts.append(reliability(t("点击可靠性, 近 7 天", "Reliability of clicks, last 7 days"), whole, show))
            whole = found.total("order", LIVE)
            if whole.hits.sum() >= 20:
                charts.append(reliability(t("订单可靠性, 近 7 天", "Reliability of orders, last 7 days"), whole, show))
        rows = [
            {
                "day": day_name(day),
                "complete": day <= today - COMPLETE_DAYS,
                **{
                    kind: {
                        "count": f"{scores[LIVE].count:,}" if visit.is_operator else NONE,
                        "auc": show.amount(scores[LIVE].auc, 3),
                        "level": show.amount(scores[LIVE].level, 3),
                        "error": show.percent(scores[LIVE].calibration_error, 2),
                        "gain": show.percent(1.0 - scores[LIVE].log_loss / scores[OVERALL].log_loss, 1)
                        if scores[OVERALL].count
                        else NONE,
                    }
                    for kind, scores in found.days[day].items()
                },
            }
            for day in reversed(days)
        ]
        changes = [
            {
                "at": show.moment(one.at),
                "what": t("回滚", "Rolled back") if isinstance(one, PredictorRolledBack) else t("上线", "Took over"),
                "good": not isinstance(one, PredictorRolledBack),
                "name": one.name,
                "before": one.before,
                "saved": f"{show.percent(one.saved, 2)} ± {show.percent(one.error, 2)}",
            }
            for one in reversed(reader.changes[-20:])
        ]
        return site.render(
            visit,
            "quality.html",
            charts=charts,
            rows=rows,
            changes=changes,
            behind=reader.behind,
            operator=visit.is_operator,
            gate=site.hosting.live.gating,
            standings=[
                {
                    "name": one.name,
                    "saved": f"{show.percent(one.saved, 2)} ± {show.percent(one.error, 2)}"
                    if math.isfinite(one.error)
                    else NONE,
                    "ticks": one.ticks,
                    "better": one.better,
                }
                for one in site.hosting.live.gating.standings()
            ]
            if visit.is_operator
            else [],
            complete=COMPLETE_DAYS,
        )

    def gate(visit: Visit) -> Response:
        wanted = visit.form.get("open") == "1"
        live = site.hosting.live
        live.gating.choose(live, wanted)
        t = visit.voice
        said = t("闸门已打开, 候选设定开始旁听.", "The gate is open; candidates learn beside it.") if wanted else t(
            "闸门已关上, 在用的设定不变.", "The gate is closed; the settings in use stay."
        )  # fmt: skip
        return site.go(visit, "/quality", said)

    return [site.page("/quality", quality), site.page("/quality/gate", gate, operators=True, methods=("POST",))]
