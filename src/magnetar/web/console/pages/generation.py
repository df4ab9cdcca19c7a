"""Generation tasks: the merchant's queue with credits, what each task cost and came to, and a pair of keys."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from magnetar.capabilities.generation.service import TaskService
from magnetar.capabilities.generation.tasks.contract import FAILED, PROCESSING, SUBMITTED, SUCCEED
from magnetar.capabilities.generation.tasks.prices import PLANS
from magnetar.capabilities.generation.tasks.rows import Task
from magnetar.kernel.errors import NotFound, Refused
from magnetar.kernel.i18n import Voice
from magnetar.platform.generating import tasks_beside
from magnetar.vocabulary.money import MICROS
from magnetar.web.console.showing import Showing
from magnetar.web.console.site import Site, Visit

MOST = 100
KINDS = {
    "text2video": ("文生视频", "Text to film"), "image2video": ("图生视频", "Picture to film"),
    "multi-image2video": ("多图生视频", "Pictures to film"), "lip-sync": ("对口型", "Lip sync"),
    "image": ("生图", "Pictures"), "try-on": ("虚拟试衣", "Try-on"),
}  # fmt: skip
_MB = 1 << 20
LINES = {
    "membership": ("会员月度额度", "Membership"), "bought": ("购买", "Bought"), "held for tasks": ("任务冻结", "Held for tasks"),
    "given back": ("退回", "Given back"),
}  # fmt: skip


def routes(site: Site) -> list[Route]:
    """Pages of this part."""
    opened: list[TaskService] = []

    def service() -> TaskService:
        if not opened:
            found = tasks_beside(site.runtime, site.hosting.live.ledger.ledger)
            if found is None:
                raise Refused("生成任务需要数据库存储. · Tasks need a relational store: set MAGNETAR_STORE=sqlite.")
            opened.append(found)
        return opened[0]

    def page(visit: Visit, status: int = 200, pair: Any = None) -> Response:
        tasks, mine, show = service(), visit.merchant, Showing(visit.voice)
        if mine:  # an operator before the first merchant has none
            tasks.credits.grant_month(mine)
        keys, rows = tasks.keys.list(mine), tasks.book.newest(mine, MOST)
        return site.render(
            visit,
            "generation.html",
            status,
            plan=tasks.credits.plan_of(mine),
            plans=list(PLANS.values()),
            balance=tasks.credits.balance(mine),
            standing=tasks.book.standing(mine),
            rows=[_row(one, show, tasks) for one in rows],
            begin=not rows or not any(not one.revoked_at for one in keys),
            prices=_prices(tasks, visit.voice),
            address=tasks.public_url or str(visit.request.base_url).rstrip("/"),
            keep_days=tasks.keeping.days,
            taken=tasks.keeping.taken(mine) / _MB,
            room=tasks.keeping.room_bytes / _MB,
            lines=[
                {
                    **one,
                    "at": show.moment(round(one["at"] * MICROS)),
                    "what": visit.voice(*LINES.get(one["what"], (one["what"],) * 2)),
                    "credits": f"{one['credits']:+,g}".replace("-", "−"),
                }
                for one in tasks.credits.history(mine, 20)
            ],
            keys=keys,
            pair=pair,
        )

    def cancel(visit: Visit) -> Response:
        if service().leases.cancel(visit.merchant, visit.request.path_params["id"]) is None:
            raise NotFound("没有这个任务. · There is no such task.")
        return site.go(visit, "/generation", visit.voice("已取消", "Cancelled"))

    def issue(visit: Visit) -> Response:
        return page(visit, pair=service().keys.issue(visit.merchant, visit.text("label")))

    def revoke(visit: Visit) -> Response:
        service().keys.revoke(visit.merchant, visit.request.path_params["key"])
        return site.go(visit, "/generation", visit.voice("密钥已吊销", "Key revoked"))

    def join(visit: Visit) -> Response:
        plan = service().credits.join(visit.merchant, visit.text("plan"))
        return site.go(
            visit, "/generation", visit.voice("会员: {zh}", "Membership: {name}", zh=plan.zh, name=plan.name)
        )

    def buy(visit: Visit) -> Response:
        credits = visit.number("credits", "灵感值", "Credits")
        fresh = service().credits.buy(visit.merchant, credits, visit.text("key", 128))
        said = (
            visit.voice("到账 {n} 灵感值", "{n} credits came in", n=f"{credits:g}")
            if fresh
            else visit.voice("这个单号已到账过, 没有重复入账", "This number came in before; nothing was added")
        )
        return site.go(visit, "/generation", said)

    return [
        site.page("/generation", page),
        site.page("/generation/keys", issue, methods=("POST",)),
        site.page("/generation/keys/{key}/revoke", revoke, methods=("POST",)),
        site.page("/generation/plan", join, operators=True, methods=("POST",)),
        site.page("/generation/credits", buy, operators=True, methods=("POST",)),
        site.page("/generation/{id}/cancel", cancel, methods=("POST",)),
    ]


def _prices(tasks: TaskService, t: Voice) -> list[dict[str, Any]]:
    """What each kind of task costs, model by model."""
    table = tasks.prices.table
    second, each = t("每秒", "a second"), t("每张", "each")
    films: dict[str, list[float]] = {}
    for name, micros in table["video"].items():
        films.setdefault(name.partition("/")[0], []).append(micros / MICROS)
    rows = [
        {"kind": t("视频", "Film"), "model": model, "price": " ⁄ ".join(f"{one:g}" for one in costs), "per": f"{second}, std ⁄ pro"}
        for model, costs in films.items()
    ]  # fmt: skip
    for kind, per in (("image", each), ("try-on", each), ("lip-sync", second)):
        rows += [
            {"kind": t(*KINDS[kind]), "model": model, "price": f"{micros / MICROS:g}", "per": per}
            for model, micros in table[kind].items()
        ]
    return rows


def _row(task: Task, show: Showing, tasks: TaskService) -> dict[str, Any]:
    """A task as the page lists it."""
    t = show.voice
    states = {
        SUBMITTED: (t("排队", "Waiting"), "calm"),
        PROCESSING: (t("进行中", "At work"), "busy"),
        SUCCEED: (t("完成", "Done"), "good"),
        FAILED: (t("失败", "Failed"), "warn"),
    }
    word, tone = states[task.shown_status]
    result, gone = task.result, task.expired_at is not None
    if gone:
        word, tone = t("已过期", "Expired"), "calm"
    links = [tasks.files.address(task.task_id, one.name) for one in (result.outputs if result and not gone else ())]
    made = "" if result is None else f"{result.provider} · {result.cpu_seconds:.1f} CPU s"
    said = tasks.gone(task) if gone else task.message or (result.what if result else "")
    fate = {SUCCEED: t("已扣", "spent"), FAILED: t("已退", "given back")}.get(task.status, t("冻结", "held"))
    return {
        "id": task.task_id, "kind": t(*KINDS.get(task.kind, (task.kind, task.kind))), "model": f"{task.wanted.model} {task.wanted.mode}", "word": word, "tone": tone,
        "prompt": task.wanted.prompt[:80] + "…" * (len(task.wanted.prompt) > 80), "at": show.moment(task.created_at), "credits": f"{task.price / MICROS:g}",
        "fate": fate, "said": t.of(said), "made": made,
        "links": links, "open": not task.done, "attempts": task.attempts,
    }  # fmt: skip
