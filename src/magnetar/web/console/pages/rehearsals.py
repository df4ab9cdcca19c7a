"""Rehearsals: asked for, watched live, read with their intervals, and launched."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from magnetar.app.hosting import HOSTED
from magnetar.app.rehearsals import ALL_ARMS, Rehearsed, Wish
from magnetar.capabilities.campaigns import GOAL_WORDS, GOALS
from magnetar.kernel.errors import BadInput, MagnetarError, NotFound, Refused
from magnetar.vocabulary.campaigns import ConversionKind, Horizon
from magnetar.vocabulary.money import Money
from magnetar.web.console import charts
from magnetar.web.console.showing import Showing
from magnetar.web.console.site import Site, Visit

DEFAULTS = {
    "budget": "10000",
    "goal": "target_roi:order",
    "target": "3",
    "days": "7",
    "pairs": "20",
    "world": "default",
    "seed": "1",
}
REHEARSED = {
    id: row for id, row in GOALS.items() if row.conversion is ConversionKind.ORDER and row.horizon is Horizon.OPEN
}
"""Goals whose days a rehearsal can judge: orders and their value, whenever they arrive."""
FEW_PAIRS = 8
"""With fewer, intervals are wide and rest on too few markets to conclude from."""


def best_arm(figures: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The arm that added most; None where nothing was spent."""
    spending = [arm for arm in figures["arms"] if arm["incremental_roi"] and arm["spend"] > 0]
    return max(spending, key=lambda arm: arm["incremental_gmv"]["mean"], default=None)


def verdict_in_words(figures: Mapping[str, Any], currency: str, show: Showing) -> tuple[str, str, list[str]]:
    """(tone, sentence, what to be careful about), from the figures alone."""
    best, t = best_arm(figures), show.voice
    if best is None:
        return "calm", t("没有方案花出预算, 无从比较.", "No arm spent anything; there is nothing to compare."), []
    roi, gain = best["incremental_roi"], best["incremental_gmv"]
    sentence = t(
        "{arm}: 每花 1 {currency}, 带来 {roi} {interval} {currency} 本来不会有的成交; 按归因口径会说成 {claimed}.",
        "{arm}: each {currency} brings {roi} {interval} of sales that would not have happened; attribution would claim {claimed}.",
        arm=show.arm(best["name"]),
        currency=currency,
        roi=show.amount(roi["mean"], 2),
        interval=show.interval(roi, 2),
        claimed=show.amount(best["attributed_roi"], 2),
    )
    cautions: list[str] = []
    if not (math.isfinite(gain["low"]) and gain["low"] > 0):
        cautions.append(t("增量的区间包含 0, 还不能说有效.", "The interval of the gain holds zero: not proved yet."))
    if figures["pairs"] < FEW_PAIRS:
        cautions.append(
            t(
                "只有 {n} 对市场, 这么少的市场不足以代表; 至少用 {few} 对再下结论.",
                "Only {n} pairs: too few markets to stand for all; conclude from {few} or more.",
                n=figures["pairs"],
                few=FEW_PAIRS,
            )
        )
    rivals = [
        row for row in figures["contrasts"]
        if row["metric"] == "incremental_gmv" and best["name"] in (row["a"], row["b"]) and not _apart(row)
    ]  # fmt: skip
    if rivals:
        names = [show.arm(row["b"] if row["a"] == best["name"] else row["a"]) for row in rivals]
        cautions.append(
            t(
                "与{names}相比, 增量还分不出高下.",
                "Its gain is not told apart from: {names}.",
                names=t("、", ", ").join(names),
            )
        )
    check = figures["aa_check"]
    if check and check["n"] > 1 and not check["passed"]:
        cautions.append(
            t(
                "A/A 检验未通过: 两个相同的方案看起来不同 (通过时也有 5% 会这样), 请增加配对数再看.",
                "The A/A check failed: two equal arms look different (1 in 20 do by luck); rehearse with more pairs.",
            )
        )
    return ("warn" if cautions else "good"), sentence, cautions


def _apart(row: Mapping[str, Any]) -> bool:
    return row["low"] > 0 or row["high"] < 0


def drawn(one: Rehearsed, figures: Mapping[str, Any], show: Showing) -> list[dict[str, Any]]:
    """A rehearsal's charts."""
    t = show.voice
    spending = [arm for arm in figures["arms"] if arm["name"] != "none"]
    found = [
        charts.intervals(
            t("增量成交, 每个方案与不投放配对相减", "Incremental GMV, paired with no ads"),
            [(show.arm(arm["name"]), arm["incremental_gmv"]) for arm in spending],
            show,
        ),
        charts.intervals(
            t("增量 ROI", "Incremental ROI"),
            [(show.arm(arm["name"]), arm["incremental_roi"]) for arm in spending if arm["incremental_roi"]],
            show,
            digits=2,
        ),
    ]  # fmt: skip
    found.append(charts.money_by_source(t("成交从哪里来", "Where sales come from"), figures["arms"], show))
    contrasts = [
        (f"{show.arm(row['a'])} − {show.arm(row['b'])}", row)
        for row in figures["contrasts"]
        if row["metric"] == "incremental_gmv" and row["n"]
    ]
    if contrasts:
        found.append(charts.intervals(t("方案之间的增量成交差", "Incremental GMV, arm against arm"), contrasts, show))
    return found


def routes(site: Site) -> list[Route]:
    """Pages of this part."""
    rehearsals = site.rehearsals

    def everything(visit: Visit, status: int = 200, said: str = "", given: dict[str, str] | None = None) -> Response:
        rows = [(one, best_arm(one.figures() or {"arms": []})) for one in rehearsals.list(visit.merchant)]
        return site.render(
            visit,
            "rehearsals.html",
            status,
            rows=rows,
            said=said,
            given={**DEFAULTS, **(given or {})},
            goals=REHEARSED,
            arms=[arm for arm in ALL_ARMS if arm != "none"],
            wanted=(given or {}).get("arms", ",".join(ALL_ARMS)).split(","),
            worlds=list(rehearsals.worlds()),
            products=len(site.goods(visit.merchant)),
            currency=_currency(site, visit.merchant),
        )

    def start(visit: Visit) -> Response:
        given = {name: visit.text(name) for name in DEFAULTS}
        given["arms"] = ",".join(str(arm) for arm in visit.form.getlist("arms"))
        try:
            one = rehearsals.start(visit.merchant, visit.who.name, _wish(visit, _currency(site, visit.merchant)))
        except (BadInput, Refused) as error:
            return everything(visit, 422, visit.voice.of(str(error)), given)
        return site.go(visit, f"/rehearsals/{one.id}")

    def details(visit: Visit, one: Rehearsed) -> dict[str, Any]:
        show, figures = Showing(visit.voice), one.figures()
        currency = one.wish.budget.currency
        return {
            "one": one,
            "figures": figures,
            "currency": currency,
            "charts": drawn(one, figures, show) if figures else [],
            "verdict": verdict_in_words(figures, currency, show) if figures else None,
            "launchable": HOSTED,
            "best": best_arm(figures) if figures else None,
        }

    def watch(visit: Visit) -> Response:
        one = rehearsals.get(visit.merchant, visit.request.path_params["id"])
        return site.render(visit, "rehearsal.html", **details(visit, one))

    async def events(request: Request) -> Response:
        visit = await run_in_threadpool(site.visit, request)
        if visit.principal is None:
            raise NotFound("没有这个页面. · No such page.")
        id = request.path_params["id"]
        one = await run_in_threadpool(rehearsals.get, visit.merchant, id)

        def part(one: Rehearsed) -> str:
            response = site.render(visit, "part_rehearsal.html", **details(visit, one))
            return bytes(response.body).decode()

        async def stream(one: Rehearsed) -> AsyncIterator[str]:
            version, last = -1, ""
            while True:
                seen = f"{one.state} {one.pairs_done}"
                if seen != last:
                    last = seen
                    said = {
                        "state": one.state, "done": one.pairs_done, "pairs": one.wish.pairs, "active": one.active,
                        "html": await run_in_threadpool(part, one),
                    }  # fmt: skip
                    yield f"event: progress\ndata: {json.dumps(said, ensure_ascii=False)}\n\n"
                if not one.active:
                    return
                if await request.is_disconnected():
                    return
                version = await asyncio.to_thread(rehearsals.wait, version, 1.0)
                yield ": still here\n\n"
                try:
                    one = await run_in_threadpool(rehearsals.get, visit.merchant, id)
                except MagnetarError:
                    return

        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(stream(one), media_type="text/event-stream", headers=headers)

    def stop(visit: Visit) -> Response:
        id = visit.request.path_params["id"]
        rehearsals.stop(visit.merchant, id)
        return site.go(visit, f"/rehearsals/{id}", visit.voice("预演已停止", "Rehearsal stopped"))

    def again(visit: Visit) -> Response:
        one = rehearsals.again(visit.merchant, visit.request.path_params["id"])
        return site.go(visit, f"/rehearsals/{one.id}")

    def launchable(visit: Visit) -> tuple[Rehearsed, Mapping[str, Any], str]:
        """What would be launched: the rehearsal, its arm, and the arm's name."""
        one = rehearsals.get(visit.merchant, visit.request.path_params["id"])
        name, figures = visit.request.path_params["arm"], one.figures()
        arms = {arm["name"]: arm for arm in figures["arms"]} if figures and not one.active else {}
        if name not in HOSTED or name not in arms:
            raise NotFound("没有可投放的方案. · There is nothing to launch.")
        return one, arms[name], name

    def ask_launch(visit: Visit) -> Response:
        one, arm, name = launchable(visit)
        daily = Money(one.wish.budget.micros // one.wish.days, one.wish.budget.currency)
        template = "part_launch.html" if visit.in_part else "launch.html"
        return site.render(visit, template, one=one, arm=arm, name=name, daily=daily)

    def launch(visit: Visit) -> Response:
        one, _, name = launchable(visit)
        daily = Money(one.wish.budget.micros // one.wish.days, one.wish.budget.currency)
        made = site.hosting.launch(visit.merchant, name, one.wish.goal, daily, by=visit.who.name, rehearsal=one.id)
        return site.go(
            visit, f"/campaigns/{made.id}", visit.voice("计划已投放, 托管中", "Launched; the agent runs it now")
        )

    return [
        site.page("/rehearsals", everything),
        site.page("/rehearsals", start, methods=("POST",)),
        site.page("/rehearsals/{id}", watch),
        Route("/rehearsals/{id}/events", events),
        site.page("/rehearsals/{id}/stop", stop, methods=("POST",)),
        site.page("/rehearsals/{id}/again", again, methods=("POST",)),
        site.page("/rehearsals/{id}/launch/{arm}", ask_launch),
        site.page("/rehearsals/{id}/launch/{arm}", launch, methods=("POST",)),
    ]


def _currency(site: Site, merchant: str) -> str:
    goods = site.goods(merchant)
    return goods[0].price.currency if goods else site.runtime.settings.currency


def _wish(visit: Visit, currency: str) -> Wish:
    """The form as a wish.

    Raises:
        BadInput: a field is no number.
    """
    budget = visit.number("budget", "预算", "The budget")
    row = REHEARSED.get(visit.text("goal") or DEFAULTS["goal"])
    if row is None:
        raise BadInput(f"预演不支持这个目标. · Rehearsals know no goal {visit.text('goal')[:40]!r}.")
    held = row.kind.bound or row.kind.capped
    zh, en = GOAL_WORDS[row.kind]
    target = visit.number("target", zh, f"The {en}") if held else 0.0
    days, pairs = visit.number("days", "天数", "Days"), visit.number("pairs", "配对数", "Pairs")
    seed = visit.number("seed", "随机种子", "The seed")
    if held and target <= 0:
        raise BadInput(f"{zh} 须大于 0, 现为 {target:g}. · The {en} must be above 0, found {target:g}.")
    goal = row.goal(target)
    arms = tuple(str(arm) for arm in visit.form.getlist("arms"))
    return Wish(Money.of(budget, currency), goal, int(days), int(pairs), arms, visit.text("world"), int(seed))
