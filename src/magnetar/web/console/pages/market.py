"""A campaign's market: its multiplier with each reason, the price landscape, regret, spend and calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from starlette.responses import Response
from starlette.routing import Route

from magnetar.capabilities.bidding.watch import Reasoned
from magnetar.capabilities.forecast import TICKS_PER_DAY
from magnetar.capabilities.measurement import Design
from magnetar.kernel.errors import BadInput, Refused
from magnetar.platform.live import TICK
from magnetar.platform.market import Marketplace
from magnetar.vocabulary.campaigns import Campaign
from magnetar.vocabulary.money import MICROS
from magnetar.web.console.listing import as_csv
from magnetar.web.console.market import drawing
from magnetar.web.console.market.judging import Calibration, calibration, judged, outlook, planned
from magnetar.web.console.pages.campaigns import titles
from magnetar.web.console.showing import Showing
from magnetar.web.console.site import Site, Visit

REASONER = "reasoner"
"""The bidder that gives reasons."""
PLAIN = "pacing"
REASONS = 30
GROUPS = 12
"""Ad groups whose calibration is shown."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reason as the page shows it."""

    at: str
    change: str
    label: str
    tone: str
    words: str
    other: str
    spent: str
    left: str


def spoken(one: Reasoned, show: Showing) -> Spoken:
    """A reason in the visitor's language first."""
    zh, en, tone = drawing.CAUSES[one.reason.cause]
    chinese = show.voice.language == "zh"
    return Spoken(
        show.moment(one.tick * TICK),
        f"{drawing.times(one.before)} → {drawing.times(one.after)}",
        show.voice(zh, en),
        tone,
        drawing.sentence(one.reason, chinese),
        drawing.sentence(one.reason, not chinese),
        show.amount(one.spent_micros / MICROS, 2),
        show.amount(one.left_micros / MICROS, 2),
    )


def _by_group(market: Marketplace, campaign: str) -> tuple[Calibration, list[tuple[Any, Calibration, float]]]:
    """Calibration of the whole campaign, and of its ad groups that should have brought most by now."""
    bidding, rows = market.bidding, market.campaigns.rows_of(campaign).tolist()
    results = market.campaigns.delivery.results()
    due = {row: bidding.matured_of(row) for row in rows}
    whole = calibration(sum(due.values()), int(sum(results[row] for row in rows)))
    most = sorted((row for row in rows if due[row] > 0.0), key=lambda row: -due[row])[:GROUPS]
    return whole, [
        (
            market.campaigns.roster.groups[row],
            calibration(due[row], int(results[row])),
            float(bidding.calibration[row]) if row < len(bidding.calibration) else 1.0,
        )
        for row in most
    ]


def routes(site: Site) -> list[Route]:
    """Pages of this part."""

    def market_of(visit: Visit) -> Response:
        hosting, merchant, show = site.hosting, visit.merchant, Showing(visit.voice)
        t = visit.voice
        one = hosting.campaign(merchant, visit.request.path_params["id"])
        with hosting.live._lock:
            market = hosting.market
            rows, now = site.book.of(one.id), market.tick
            ahead = outlook(market, one.id, rows)
            reasons = list(market.bidding.history(market.campaigns.campaign_row(one.id)))
            plan = planned(ahead.budget, market.traffic.curve.copy())
            known_rhythm = bool(market.traffic.curve.sum() > 0.0)
            whole, groups = _by_group(market, one.id)
        if visit.request.query_params.get("format") == "csv":
            return _table(one, reasons)
        days = judged(rows, now, ahead.target if ahead.bound else None)
        what = show.conversions(one.goal)
        worth = t("带来的成交额", "Value") if ahead.by_value else t("带来的{what}", "{what}", what=what)
        fine = 0 if ahead.by_value else 1
        cost, brings = ahead.at(ahead.multiplier)
        today = [row.multiplier for row in rows if row.tick // TICKS_PER_DAY == now // TICKS_PER_DAY]
        return site.render(
            visit,
            "market.html",
            campaign=one,
            ahead=ahead,
            rest=(min(cost, ahead.left), brings * min(1.0, ahead.left / cost) if cost > 0.0 else 0.0),
            beyond=cost > ahead.left,
            bids=(min([*today, ahead.multiplier]), max([*today, ahead.multiplier])),
            worth=worth,
            what=what,
            fine=fine,
            reasoning=one.bidder == REASONER,
            reasons=[spoken(reason, show) for reason in reversed(reasons[-REASONS:])],
            reasoned=len(reasons),
            days=days[::-1],
            calibrated=whole,
            groups=groups,
            titles=titles(site, merchant),
            rhythm=known_rhythm,
            since=show.moment(rows[0].tick * TICK) if rows else "",
            moment=lambda tick: show.moment(tick * TICK),
            times=drawing.times,
            charts={
                "day": drawing.over_the_day(rows, now, ahead.multiplier, reasons, show),
                "landscape": drawing.landscape(ahead, worth, show) if ahead.known else None,
                "prices": drawing.prices(ahead, worth, show),
                "spend": drawing.spend_and_plan(rows, now, ahead.budget - ahead.left, plan, show),
                "calibration": drawing.predicted_and_came(rows, what, show),
            },
        )

    def choose_bidder(visit: Visit) -> Response:
        """Another way to bid, from the next half-hour on."""
        one = site.hosting.campaign(visit.merchant, visit.request.path_params["id"])
        wanted = visit.text("bidder")
        if wanted not in (REASONER, PLAIN):
            raise BadInput(
                f"出价方式只能是 {REASONER} 或 {PLAIN}, 现为 {wanted[:40]!r}. · "
                f"A bidder is {REASONER} or {PLAIN}, found {wanted[:40]!r}."
            )
        live = site.hosting.live
        with live._turn, live._lock:
            busy = live.market.experiments.of_campaign(one.id)
            if busy is not None and busy.design in (Design.SWITCHBACK, Design.BUDGET_SPLIT):
                raise Refused(
                    f"实验 {busy.id} 正在比较出价方式, 先结束它. · Experiment {busy.id} compares bidders; end it first."
                )
            live.market.campaigns.change_campaign(one.id, bidder=wanted)
        said = visit.voice("下个半小时起换用新的出价方式", "The new bidder takes over at the next half-hour")
        return site.go(visit, f"/campaigns/{one.id}/market", said)

    return [
        site.page("/campaigns/{id}/market", market_of),
        site.page("/campaigns/{id}/bidder", choose_bidder, methods=("POST",)),
    ]


def _table(campaign: Campaign, reasons: Sequence[Reasoned]) -> Response:
    return as_csv(
        f"{campaign.id}-reasons.csv",
        ("tick", "at", "before", "after", "cause", "seen", "expected", "spent", "left", "reason", "reason_en"),
        (
            (
                one.tick, one.tick * TICK, "" if np.isnan(one.before) else f"{one.before:.6g}", f"{one.after:.6g}",
                one.reason.cause.name.lower(), f"{one.reason.seen:.6g}", f"{one.reason.expected:.6g}",
                f"{one.spent_micros / MICROS:.6f}", f"{one.left_micros / MICROS:.6f}",
                drawing.sentence(one.reason, True), drawing.sentence(one.reason, False),
            )
            for one in reasons
        ),
    )  # fmt: skip
