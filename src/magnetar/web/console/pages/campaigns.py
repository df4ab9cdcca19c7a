"""Campaigns: how far each ad group is, what it delivered, and every decision with its reason and its undo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from magnetar.app.hosting import GroupFigures
from magnetar.capabilities.campaigns import GOALS, GoalRow
from magnetar.kernel.errors import BadInput, Refused
from magnetar.platform.steering import LEARNED, Steering
from magnetar.vocabulary.campaigns import ConversionKind, Phase
from magnetar.vocabulary.catalogue import Product
from magnetar.web.console.listing import as_csv, listing
from magnetar.web.console.showing import Showing
from magnetar.web.console.site import Site, Visit, local

DECISIONS = 20
OFFERED, CHOSEN = 60, 12
"""Products that a form offers, and that it has chosen already."""
DEFAULTS = {
    "name": "", "goal": "target_roi:order", "target": "3", "budget": "300", "expected_rate": "", "expected_value": "",
    "incremental": "1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Totals:
    """Several ad groups together; money in currency units."""

    groups: int = 0
    views: int = 0
    clicks: int = 0
    orders: int = 0
    spend: float = 0.0
    gmv: float = 0.0
    returned: float = 0.0
    conversions: int = 0

    @property
    def cost(self) -> float | None:
        """Per conversion."""
        return self.spend / self.conversions if self.conversions else None

    @property
    def net(self) -> float:
        return self.gmv - self.returned

    @property
    def roi(self) -> float | None:
        return self.gmv / self.spend if self.spend else None


def totals(rows: Sequence[GroupFigures]) -> Totals:
    """Their sum."""
    return Totals(
        len(rows),
        *(
            sum(getattr(row, name) for row in rows)
            for name in ("views", "clicks", "orders", "spend", "gmv", "returned", "conversions")
        ),
    )


def titles(site: Site, merchant: str) -> dict[str, Product]:
    """Products by id, for naming ad groups."""
    goods = site.goods(merchant)
    return {**{f"{merchant}/{one.id}": one for one in goods}, **{str(one.id): one for one in goods}}


def by_conversion() -> list[tuple[ConversionKind, list[GoalRow]]]:
    """The table of goals by conversion, those that need nothing to be reported first."""
    return [(kind, list(rows)) for kind, rows in groupby(GOALS.values(), key=lambda row: row.conversion)]


def _wanted(visit: Visit) -> dict[str, Any]:
    """The form as what steering takes.

    Raises:
        BadInput: a field is no number, there is no such goal, or no product is chosen.
    """
    row = GOALS.get(visit.text("goal"))
    if row is None:
        raise BadInput(f"请选择优化目标. · Choose a goal, found {visit.text('goal')[:40]!r}.")
    if not visit.text("name"):
        raise BadInput("请填写计划名称. · Give the campaign a name.")
    if not visit.form.getlist("products"):
        raise BadInput("请至少选一个商品. · Choose at least one product.")
    held = row.kind.bound or row.kind.capped
    share = visit.number("expected_rate", "预计转化率", "The expected rate") if visit.text("expected_rate") else 0.0
    value = visit.number("expected_value", "预计金额", "The expected value") if visit.text("expected_value") else 0.0
    return {
        "name": visit.text("name"),
        "goal": row.kind.name,
        "conversion": row.conversion.name,
        "horizon": row.horizon.name,
        "target": visit.number("target", "目标值", "The target") if held else 0.0,
        "expected_rate": 0.0 if row.observed else share / 100.0,
        "expected_value": 0.0 if row.observed else value,
        "daily_budget": visit.number("budget", "日预算", "The daily budget"),
        "incremental": visit.text("incremental") == "1",
    }


_SORTS = {
    "product": lambda row: row.group.product,
    "phase": lambda row: int(row.group.phase),
    "bid": lambda row: row.group.bid_factor,
    "views": lambda row: row.views,
    "clicks": lambda row: row.clicks,
    "orders": lambda row: row.orders,
    "spend": lambda row: row.spend,
    "gmv": lambda row: row.gmv,
    "roi": lambda row: row.gmv / row.spend if row.spend else None,
}


def routes(site: Site) -> list[Route]:
    """Pages of this part."""

    def overview(visit: Visit) -> Response:
        hosting, merchant = site.hosting, visit.merchant
        rows = []
        for one in hosting.campaigns(merchant):
            groups = hosting.groups(merchant, one.id)
            rows.append((one, totals(groups), Counter(Phase(row.group.phase) for row in groups)))
        return site.render(visit, "campaigns.html", campaigns=rows)

    def campaign(visit: Visit) -> Response:
        hosting, merchant = site.hosting, visit.merchant
        one = hosting.campaign(merchant, visit.request.path_params["id"])
        rows, named = hosting.groups(merchant, one.id), titles(site, merchant)
        phase = visit.request.query_params.get("phase", "")
        wanted = [row for row in rows if not phase or str(int(row.group.phase)) == phase]

        def words(row: GroupFigures) -> str:
            product = named.get(row.group.product)
            return f"{row.group.product} {product.title if product else ''} {product.title_en if product else ''}"

        found = listing(wanted, visit.request, sorts=_SORTS, text=words, keep=("phase",), size=20)
        if visit.request.query_params.get("format") == "csv":
            show = Showing(visit.voice)
            return as_csv(
                f"{one.id}.csv",
                ("ad_group", "product", "phase", "paused", "bid_factor", "views", "clicks", "orders", "spend", "gmv"),
                (
                    (
                        row.group.id, row.group.product, show.phase(row.group.phase), row.group.paused,
                        row.group.bid_factor, row.views, row.clicks, row.orders, f"{row.spend:.2f}", f"{row.gmv:.2f}",
                    )
                    for row in found.rows
                ),
            )  # fmt: skip
        if visit.in_part:
            return site.render(visit, "part_groups.html", found=found, campaign=one, titles=named, phase=phase)
        records = [record for record in hosting.audit(merchant) if record.intention.campaign == one.id]
        return site.render(
            visit,
            "campaign.html",
            campaign=one,
            hosted=hosting.hosted(merchant, one.id),
            trouble=hosting.trouble.get(one.id, ""),
            total=totals(rows),
            phases=Counter(Phase(row.group.phase) for row in rows),
            found=found,
            phase=phase,
            decisions=records[:DECISIONS],
            decided=len(records),
            learned=LEARNED,
            titles=named,
        )

    def offered(merchant: str) -> list[str]:
        steering = Steering(site.hosting.live)
        best = steering.best_products(merchant, OFFERED)
        if not best and site.goods(merchant):
            site.hosting.live.open_now()  # a feed that was imported a moment ago waits for the next tick
            best = steering.best_products(merchant, OFFERED)
        return best

    def form(visit: Visit, status: int = 200, said: str = "", given: dict[str, str] | None = None) -> Response:
        """A campaign of one's own."""
        merchant, best = visit.merchant, offered(visit.merchant)
        return site.render(
            visit,
            "new_campaign.html",
            status,
            said=said,
            given={**DEFAULTS, **(given or {})},
            goals=by_conversion(),
            products=best,
            chosen=visit.form.getlist("products") if given else best[:CHOSEN],
            titles=titles(site, merchant),
            currency=site.runtime.settings.currency,
        )

    def create(visit: Visit) -> Response:
        given = {name: visit.text(name) for name in DEFAULTS}
        steering = Steering(site.hosting.live)
        products = dict.fromkeys(str(one) for one in visit.form.getlist("products"))
        try:
            if strange := products.keys() - set(offered(visit.merchant)):
                named = sorted(strange)[0][:40]
                raise BadInput(f"没有这个商品: {named!r}. · No product {named!r} among those that are offered.")
            made = steering.create(visit.merchant, **_wanted(visit))
            for product in products:
                steering.add_group(visit.merchant, made["id"], product=product)
        except (BadInput, Refused) as error:
            return form(visit, 422, visit.voice.of(str(error)), given)
        site.hosting.live.open_now()
        return site.go(visit, f"/campaigns/{made['id']}", visit.voice("计划已投放", "The campaign is running"))

    def switch(visit: Visit) -> Response:
        """Pause or resume the whole campaign."""
        paused = visit.text("paused") == "1"
        one = site.hosting.pause(visit.merchant, visit.request.path_params["id"], paused)
        said = visit.voice("计划已暂停", "Campaign paused") if paused else visit.voice("计划已恢复", "Campaign resumed")
        return site.go(visit, f"/campaigns/{one.id}", said)

    def switch_group(visit: Visit) -> Response:
        paused = visit.text("paused") == "1"
        record = site.hosting.change_group(visit.merchant, visit.text("group"), paused=paused, by=visit.who.name)
        said = (
            visit.voice("广告组已暂停", "Ad group paused")
            if paused
            else visit.voice("广告组已恢复", "Ad group resumed")
        )
        return site.go(visit, f"/campaigns/{record.intention.campaign}", said)

    def ask_undo(visit: Visit) -> Response:
        record = site.hosting.record(visit.merchant, visit.request.path_params["record"])
        back = local(visit.request.query_params.get("back", f"/campaigns/{record.intention.campaign}"))
        template = "part_undo.html" if visit.in_part else "undo.html"
        return site.render(visit, template, record=record, titles=titles(site, visit.merchant), back=back)

    def undo(visit: Visit) -> Response:
        site.hosting.undo(visit.merchant, visit.request.path_params["record"])
        return site.go(visit, local(visit.text("back")), visit.voice("已撤销", "Undone"))

    return [
        site.page("/campaigns", overview),
        site.page("/campaigns/new", form),
        site.page("/campaigns/new", create, methods=("POST",)),
        site.page("/campaigns/{id}", campaign),
        site.page("/campaigns/{id}/switch", switch, methods=("POST",)),
        site.page("/ad-groups/switch", switch_group, methods=("POST",)),
        site.page("/decisions/{record}/undo", ask_undo),
        site.page("/decisions/{record}/undo", undo, methods=("POST",)),
    ]
