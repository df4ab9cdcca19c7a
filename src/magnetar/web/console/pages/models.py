"""What pages follow up, for operators: tables of partners by version, each night's verdict, what they are worth, the way back."""

from __future__ import annotations

import math
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from magnetar.capabilities.search import Verdict
from magnetar.platform.refitting import Refitter
from magnetar.platform.versions import Said
from magnetar.web.console.showing import NONE, Showing
from magnetar.web.console.site import Site, Visit

LESSONS = 20
"""Verdicts on search engines that are shown."""


def routes(site: Site) -> list[Route]:
    """Pages of this part."""

    def models(visit: Visit) -> Response:
        standing, show = Refitter.of(site.hosting.live).standing(), Showing(visit.voice)
        worth = [
            {
                "version": version,
                "used": version == standing.use.version,
                "clicks": f"{clicks:,.0f}",
                "expected": f"{expected:,.1f}",
                "lift": show.amount(clicks / expected, 2) if expected > 0.0 else NONE,
                "error": show.amount(math.sqrt(clicks) / expected, 2) if expected > 0.0 else NONE,
            }
            for version, (clicks, expected) in sorted(standing.counts.items(), reverse=True)
        ]
        search = site.platform.search
        return site.render(
            visit, "models.html",
            lessons=[_lesson(one, show) for one in search.verdicts()[:LESSONS]], learning=search.busy, failed=search.trouble,
            standing=standing, worth=worth, rows=[_row(one, show) for one in standing.told], changed=standing.changed,
        )  # fmt: skip

    def refit(visit: Visit) -> Response:
        begun = Refitter.of(site.hosting.live).begin()
        said = (
            visit.voice("已开始重拟合, 稍后刷新看结论", "The refit has begun; reload in a while for its verdict")
            if begun
            else visit.voice("已有一次重拟合在进行", "A refit is under way already")
        )
        return site.go(visit, "/models", said)

    def rollback(visit: Visit) -> Response:
        event = Refitter.of(site.hosting.live).roll_back(visit.who.name, visit.text("reason", 300))
        said = visit.voice(
            "已回到第 {v} 版; 两小时内的下一次刷新起生效", "Back to version {v}; pages read it from the next refresh, within two hours",
            v=event.version,
        )  # fmt: skip
        return site.go(visit, "/models", said)

    return [
        site.page("/models", models, operators=True),
        site.page("/models/refit", refit, operators=True, methods=("POST",)),
        site.page("/models/rollback", rollback, operators=True, methods=("POST",)),
    ]


def _lesson(one: Verdict, show: Showing) -> dict[str, Any]:
    """What became of a lesson of search, as the page lists it."""
    t, judged = show.voice, one.made_up + one.chosen > 0 and one.before > 0.0
    return {
        "at": show.moment(one.at), "whose": one.merchant or t("全站", "Whole site"), "products": f"{one.products:,}",
        "what": t("接手", "Took over") if one.takes_over else t("不接手", "Not taken"), "tone": "good" if one.takes_over else "warn",
        "found": f"{show.amount(one.found, 3)} ⁄ {show.amount(one.before, 3)}" if judged else NONE,
        "low": show.amount(one.low, 3) if judged else NONE,
        "asked": f"{one.made_up:,} + {one.chosen:,}" if judged else NONE, "words": t.of(one.reason),
    }  # fmt: skip


def _row(said: Said, show: Showing) -> dict[str, Any]:
    """A verdict or a change as the page lists it."""
    t, one = show.voice, said.figures
    if said.what == "judged":
        taken = bool(one["takes_over"])
        return {
            "at": show.moment(said.at), "version": one["version"], "before": one["before"],
            "what": t("接手", "Took over") if taken else t("不接手", "Not taken"), "tone": "good" if taken else "calm",
            "hit": f"{show.percent(one['hit'], 1)} ⁄ {show.percent(one['hit_before'], 1)}",
            "gain": f"{100 * one['gain']:+.2f} (≥ {100 * one['low']:+.2f})" if one["cases"] >= 2 else NONE,
            "cases": f"{one['cases']:,}", "words": f"{t.of(one['reason'])} · {one['mix']}",
        }  # fmt: skip
    return {
        "at": show.moment(said.at), "version": one["version"], "before": one["before"],
        "what": t("回滚", "Rolled back"), "tone": "warn", "hit": NONE, "gain": NONE, "cases": NONE,
        "words": f"{one['who']} · {one['reason']} · {t('效果', 'lift')} {one['lift']:.2f} ⁄ {one['lift_before']:.2f}",
    }  # fmt: skip
