"""Campaigns: how far each ad group is, what it delivered, and every decision with its reason and its undo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from magnetar.app.hosting import GroupFigures
from magnetar.vocabulary.campaigns import Phase
from magnetar.vocabulary.catalogue import Product
from magnetar.web.console.listing import as_csv, listing
from magnetar.web.console.showing import Showing
from magnetar.web.console.site import Site, Visit, local

DECISIONS = 20


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
            for name in ("views", "clicks", "orders", "spend", "gmv", "returned")
        ),
    )


def titles(site: Site, merchant: str) -> dict[str, Product]:
    """Products by id, for naming ad groups."""
    goods = site.goods(merchant)
    return {**{f"{merchant}/{one.id}": one for one in goods}, **{str(one.id): one for one in goods}}


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
            titles=named,
        )

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
        site.page("/campaigns/{id}", campaign),
        site.page("/campaigns/{id}/switch", switch, methods=("POST",)),
        site.page("/ad-groups/switch", switch_group, methods=("POST",)),
        site.page("/decisions/{record}/undo", ask_undo),
        site.page("/decisions/{record}/undo", undo, methods=("POST",)),
    ]
