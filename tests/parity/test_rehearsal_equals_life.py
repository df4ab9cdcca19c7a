"""Parity: a platform assembled for life decides, from a rehearsal's inputs alone, what the rehearsal decided."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.campaigns import AdGroupChanged
from magnetar.capabilities.campaigns.service import CampaignChanged
from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.shoppers import Clicked, Ordered, Requested, Returned, Served, Viewed
from magnetar.capabilities.understanding import Shelf
from magnetar.engines.eventlog import FileLog
from magnetar.engines.sqlite import SqliteStore
from magnetar.kernel.bus import HandlingFailed
from magnetar.kernel.clock import DAY, SteppedClock
from magnetar.kernel.events import Envelope
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.market import ItemsListed, Marketplace
from magnetar.twin import rehearsal
from magnetar.twin.rehearsal import WARM_UP_DAYS, Setting, Stage, seed_of
from magnetar.twin.world import Day, load_world
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

COLUMNS = ("request", "shopper", "scene", "item", "group", "charge", "click_rate", "order_rate", "reason")


def setting(arm: str) -> Setting:
    """Four days with launches in them."""
    products = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")[:40]
    return Setting(
        products,
        MerchantId("demo"),
        Money.of(600),
        Goal(GoalKind.TARGET_ROI, 3.0),
        4,
        ("none", arm),
        shoppers=150,
        pages_per_day=2_400,
    )


def empty_shelf_of(wanted: Setting) -> tuple[Shelf, int]:
    """The shelf before the first tick, launches not yet on sale; drawn again, not copied."""
    day = Day(wanted.start, 48, WARM_UP_DAYS)
    world = load_world(wanted.world)
    market = world.open(wanted.products, seed_of(wanted, 0), wanted.shoppers, wanted.pages_per_day, day)
    launches, _ = rehearsal.launch_schedule(wanted)
    market.shelf.arrays.listed[launches] = False
    return market.shelf, market.shoppers


def inputs_of(log: Iterator[tuple[int, Envelope]]) -> Iterator[Envelope]:
    """What came from outside the decision path: requests, what shoppers did, and what was asked of campaigns."""
    inputs = (Requested, Viewed, Clicked, Ordered, Returned, CampaignChanged, AdGroupChanged, ItemsListed)
    return (envelope for _, envelope in log if isinstance(envelope.data, inputs))


def live_through(market: Marketplace, clock: SteppedClock, inputs: Iterator[Envelope]) -> list[Served]:
    """Feed the inputs at their times; returns the pages that were decided."""
    decided: list[Served] = []
    campaigns = market.campaigns
    for envelope in inputs:
        clock.step_to(envelope.time)
        match envelope.data:
            case CampaignChanged(added=True, changes=fields):
                campaigns.add(msgspec.convert(fields, Campaign))
            case CampaignChanged(campaign=id, changes=fields):
                after = msgspec.convert({**msgspec.to_builtins(campaigns.campaign(id)), **fields}, Campaign)
                campaigns.change_campaign(id, **{name: getattr(after, name) for name in fields})
            case AdGroupChanged(added=True, changes=fields):
                campaigns.add_group(msgspec.convert(fields, AdGroup))
            case AdGroupChanged(group=id, changes=fields):
                before = campaigns.roster.groups[campaigns.group_row(id)]
                after = msgspec.convert({**msgspec.to_builtins(before), **fields}, AdGroup)
                campaigns.change_group(id, **{name: getattr(after, name) for name in fields})
            case ItemsListed(items=items):
                market.list_items(items)
            case Requested() as asked:
                market.open_tick(asked.tick)
                requests = PageRequests(asked.at, asked.request, asked.shopper, asked.scene, asked.wanted, asked.found)
                decided.append(market.decide(requests))
            case Viewed(depth=depth):
                market.bus.publish(Viewed(pages=decided[-1], depth=depth))
            case event:
                market.bus.publish(event)
    return decided


@pytest.mark.parametrize("arm", ["manual", "uax", "whole-site"])
def test_life_decides_what_the_rehearsal_decided_bit_for_bit(arm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    wanted = setting(arm)
    monkeypatch.setattr(rehearsal, "_LOG_KEEP", None)  # the whole log, not its tail
    stage = Stage(wanted, 0)
    stage.warm_up()
    result = stage.play(0, arm)
    log = stage.platform.bus.log
    rehearsed = [envelope.data for _, envelope in log.read() if isinstance(envelope.data, Served)]
    assert 5_000 < sum(len(pages.request) for pages in rehearsed) <= 20_000
    assert result.spend > 0
    assert any(isinstance(envelope.data, ItemsListed) for _, envelope in log.read())

    clock = SteppedClock(wanted.start - WARM_UP_DAYS * DAY)
    platform = assemble(Settings(home=tmp_path, store="sqlite", event_log="file"), clock, seed_of(wanted, 0))
    assert isinstance(platform.runtime.store, SqliteStore)
    assert isinstance(platform.runtime.bus.log, FileLog)
    live = platform.marketplace(*empty_shelf_of(wanted))
    decided = live_through(live, clock, inputs_of(log.read()))

    assert len(decided) == len(rehearsed) == 6 * 48
    for ours, theirs in zip(decided, rehearsed, strict=True):
        assert ours.tick == theirs.tick
        for name in COLUMNS:
            assert getattr(ours, name).tobytes() == getattr(theirs, name).tobytes(), f"{name} in tick {ours.tick}"
    assert (live.campaigns.delivery.spend == stage.platform.campaigns.delivery.spend).all()
    assert (live.budgets.spent_today == stage.platform.budgets.spent_today).all()

    kept = [envelope.data for _, envelope in platform.runtime.bus.log.read()]
    assert not [event for event in kept if isinstance(event, HandlingFailed)]
    written = [event for event in kept if isinstance(event, Served)]  # as the disk has them
    for ours, theirs in zip(written, rehearsed, strict=True):
        for name in COLUMNS:
            assert np.array_equal(getattr(ours, name), getattr(theirs, name))
    platform.close()
