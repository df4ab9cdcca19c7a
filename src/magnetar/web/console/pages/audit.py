"""The audit: every intention, carried out or refused, with its reason, its evidence and its undo."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from magnetar.capabilities.autopilot import Kind, Outcome, Record
from magnetar.web.console.listing import as_csv, listing
from magnetar.web.console.pages.campaigns import titles
from magnetar.web.console.site import Site, Visit


def routes(site: Site) -> list[Route]:
    """Pages of this part."""

    def audit(visit: Visit) -> Response:
        asked, named = visit.request.query_params, titles(site, visit.merchant)
        kind, outcome = asked.get("kind", ""), asked.get("outcome", "")
        records = [
            one
            for one in site.hosting.audit(visit.merchant)
            if (not kind or one.intention.kind.value == kind) and (not outcome or one.outcome.value == outcome)
        ]

        def words(one: Record) -> str:
            intention = one.intention
            product = named.get(_product(one))
            title = f"{product.title} {product.title_en}" if product else ""
            return f"{one.id} {intention.group} {title} {intention.reason} {intention.reason_en}"

        found = listing(
            records,
            visit.request,
            sorts={"at": lambda one: one.at, "kind": lambda one: one.intention.kind.value},
            text=words,
            keep=("kind", "outcome"),
        )
        if asked.get("format") == "csv":
            return as_csv(
                "audit.csv",
                ("id", "at", "campaign", "ad_group", "kind", "before", "value", "outcome", "reason", "reason_en", "refusal"),
                (
                    (
                        one.id, one.at, one.intention.campaign, one.intention.group, one.intention.kind.value, one.before,
                        one.intention.value, one.outcome.value, one.intention.reason, one.intention.reason_en, one.refusal,
                    )
                    for one in found.rows
                ),
            )  # fmt: skip
        return site.render(
            visit,
            "part_audit.html" if visit.in_part else "audit.html",
            found=found,
            titles=named,
            kind=kind,
            outcome=outcome,
            kinds=list(Kind),
            outcomes=list(Outcome),
        )

    return [site.page("/audit", audit)]


def _product(record: Record) -> str:
    return record.intention.group.rpartition("-")[2]
