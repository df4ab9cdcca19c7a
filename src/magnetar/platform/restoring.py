"""After a restart: the state of the last edge, then the log, until the platform knows what it knew when it stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from magnetar.capabilities.measurement import Withheld
from magnetar.capabilities.recommendation.following import PartnersAdopted
from magnetar.capabilities.serving.service import POOL_TICKS
from magnetar.capabilities.shoppers import Clicked, Converted, Ordered, Requested, Returned, Served, Viewed
from magnetar.kernel.events import Envelope, Event
from magnetar.platform.carrying import put_in, unpacked
from magnetar.platform.edges import TICK, Edge, TickOpened
from magnetar.platform.intake import SAME_WITHIN, ReportsTaken
from magnetar.platform.market import TICKS_PER_DAY
from magnetar.platform.seats import ANONYMOUS, ShopperForgotten, ShoppersSeated
from magnetar.platform.versions import Versions

if TYPE_CHECKING:
    from magnetar.platform.live import LivePlatform


def restore(live: LivePlatform, days: int) -> None:
    """Put the market where the last edge left it, learn again from so many days of the log, and settle what was spent."""
    market, store_edge = live.market, live._edges.last()
    tick = live._runtime.clock.now() // TICK
    if store_edge is None:
        live.ledger.budgets.new_day(max(tick // TICKS_PER_DAY, _day_of_budgets(live)))
        return
    tick = max(tick, store_edge.tick)
    put_in(market, unpacked(store_edge.state))
    live.lease = store_edge.lease
    _replay(live, store_edge, days)
    _settle_what_was_spent(live)
    passed = tick // TICKS_PER_DAY - store_edge.tick // TICKS_PER_DAY
    for _ in range(min(passed, 30)):
        for part in (market.traffic, market.landscape, market.predictor, market.outcomes, market.bidding):
            part.new_day()
        market.following.new_day()
    if passed:
        market.serving.new_day()
    live.ledger.budgets.new_day(max(tick // TICKS_PER_DAY, _day_of_budgets(live)))


def _day_of_budgets(live: LivePlatform) -> int:
    with live.ledger.budgets._keeper.changing() as state:
        return state.day


def _settle_what_was_spent(live: LivePlatform) -> None:
    """Charge what was reported between the last edge and the end of the process, under the lease it was given."""
    market, budgets = live.market, live.ledger.budgets
    roster, spend = market.campaigns.roster, market.campaigns.delivery.spend
    for campaign in roster.campaigns:
        budgets.add(campaign.id, payer=f"merchant:{campaign.merchant}:balance")
    total = np.bincount(roster.campaign, spend, len(roster.campaigns)).astype(np.int64)
    with budgets._keeper.changing() as state:
        ever = state.ever.copy()
        lease = state.leases.get("")
        room = np.zeros_like(ever) if lease is None else lease.micros.copy()
    for row in np.flatnonzero((total < ever) | (total > ever + room)):
        # the edge's record is older or newer than the ledger: the ledger is right
        groups = np.flatnonzero(roster.campaign == row)
        if len(groups):
            spend[groups[0]] += min(max(total[row], ever[row]), ever[row] + room[row]) - total[row]
            total[row] = np.bincount(roster.campaign, spend, len(roster.campaigns))[row]
    if (total > ever).any():
        budgets.settle_total(f"restart:{live._started}", total)


def _replay(live: LivePlatform, edge: Edge, days: int) -> None:
    """Learn again from the log: tastes and rates from some days, everything else from the last edge on."""
    market, log = live.market, live.recorder
    start = live._edges.since(edge.tick // TICKS_PER_DAY - days)
    predictor, capacity = market.predictor, live.seats.capacity
    today, now = edge.tick // TICKS_PER_DAY, live._runtime.clock.now()
    groups, shown = len(market.campaigns.roster), market.serving.shown
    shown.new_day()
    last_day, begun, opened_by = -1, False, ""
    following = market.following
    table = Versions(live._runtime.store).in_use_at(min(start, edge.offset))
    if table is not None:
        following.on_adopted(table)
        following.refresh()
    learn = {
        Viewed: (predictor.on_viewed, following.on_viewed),
        Clicked: (predictor.on_clicked, following.on_clicked),
        Ordered: (predictor.on_ordered,),
    }
    for offset, envelope in log.read(min(start, edge.offset)):
        event = _within(envelope.data, capacity)
        kind = type(event)
        fresh = offset >= edge.offset
        if isinstance(event, TickOpened):
            day = event.tick // TICKS_PER_DAY
            if not begun:
                predictor._matured_at, begun = event.at, True
            elif day > last_day:
                predictor.new_day()
                following.new_day()
            last_day = day
            predictor.refresh(event.at)
            following.open_tick()
            if event.tick % POOL_TICKS == 0 or envelope.source != opened_by:
                following.refresh()  # when life did: pages read the same table for a while
            opened_by = envelope.source
        elif isinstance(event, ShoppersSeated):
            for row, digest in zip(event.row.tolist(), event.digest.tolist(), strict=True):
                if row < capacity:
                    live._seat(row, digest, event.at)
                    if fresh:
                        market.experiments.seat(row, digest)
                        market.campaigns.buyers.forget(row)
        elif isinstance(event, ShopperForgotten):
            live._let_go(event)
        elif isinstance(event, PartnersAdopted):
            following.on_adopted(event)
        elif isinstance(event, Requested):
            for row in event.shopper.tolist():
                live.seats.seen(row)
        elif isinstance(event, ReportsTaken):
            if now - event.at < SAME_WITHIN:
                live.intake.recall(event)
        elif isinstance(event, Served):
            if event.tick // TICKS_PER_DAY == today:
                page, place = np.nonzero((event.group >= 0) & (event.group < groups))
                who, what = event.shopper[page], event.group[page, place]
                shown.add(who, what)
            if fresh:
                market.traffic.on_served(event)
        elif isinstance(event, Withheld):
            if event.tick // TICKS_PER_DAY == today:
                shown.add(event.shopper, event.group)
            if fresh:
                market.experiments.on_withheld(event)
        elif kind in (Viewed, Clicked, Ordered, Returned, Converted):
            if isinstance(event, Viewed) and now - envelope.time < SAME_WITHIN:
                live.intake.recall_views(event.pages, event.depth, envelope.time)
            if fresh:
                live._tell(market, Envelope(envelope.id, envelope.source, envelope.time, envelope.type, event))
            elif kind in learn:
                for take in learn[kind]:
                    take(event)
    for row in range(ANONYMOUS):
        shown.forget(row)


def _within(event: Event, capacity: int) -> Any:
    """The event, with rows of shoppers that a smaller number of seats has no room for moved to shared ones."""
    pages: Any = event.pages if isinstance(event, Viewed) else event
    shopper = getattr(pages, "shopper", None)
    if shopper is None or not len(shopper) or shopper.max() < capacity:
        return event
    moved = np.where(shopper < capacity, shopper, shopper % ANONYMOUS)
    pages = msgspec.structs.replace(pages, shopper=moved)
    return msgspec.structs.replace(event, pages=pages) if isinstance(event, Viewed) else pages
