"""The overview: money first, what it added, how far each ad group is, and what was decided last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from magnetar.app.rehearsals import DONE
from magnetar.vocabulary.campaigns import Phase
from magnetar.web.console import charts
from magnetar.web.console.pages.campaigns import titles, totals
from magnetar.web.console.pages.rehearsals import best_arm
from magnetar.web.console.showing import Showing
from magnetar.web.console.site import Site, Visit

DECISIONS = 8


def _launched(site: Site, merchant: str, rehearsal: str, figures: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The arm of a rehearsal that was launched, else the one that added most."""
    running = [site.hosting.hosted(merchant, one.id) for one in site.hosting.campaigns(merchant)]
    agents = {one.agent for one in running if one is not None and one.rehearsal == rehearsal}
    return next((arm for arm in figures["arms"] if arm["name"] in agents), None) or best_arm(figures)


def routes(site: Site) -> list[Route]:
    """Pages of this part."""

    def overview(visit: Visit) -> Response:
        merchant, hosting = visit.merchant, site.hosting
        show = Showing(visit.voice)
        campaigns = hosting.campaigns(merchant)
        groups = {one.id: hosting.groups(merchant, one.id) for one in campaigns}
        everything = [group for rows in groups.values() for group in rows]
        rehearsed = next((one for one in site.rehearsals.list(merchant) if one.state == DONE and one.results), None)
        figures = rehearsed.figures() if rehearsed else None
        best = _launched(site, merchant, rehearsed.id, figures) if rehearsed and figures else None
        chart = None
        if figures:
            title = visit.voice("归因与增量 (最近一次预演)", "Attributed and incremental (latest rehearsal)")
            chart = charts.attributed_and_incremental(title, figures["arms"], show)
        return site.render(
            visit,
            "overview.html",
            currency=site.runtime.settings.currency,
            campaigns=[(one, totals(groups[one.id])) for one in campaigns],
            total=totals(everything),
            phases=Counter(Phase(row.group.phase) for row in everything),
            decisions=hosting.audit(merchant)[:DECISIONS],
            titles=titles(site, merchant),
            products=len(site.goods(merchant)),
            rehearsed=rehearsed,
            figures=figures,
            best=best,
            chart=chart,
        )

    return [site.page("/", overview)]
