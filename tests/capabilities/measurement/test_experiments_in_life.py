"""Experiments in the live arrangement: the same decisions as in a rehearsal, and nothing lost over a restart."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.campaigns import AdGroupChanged
from magnetar.capabilities.campaigns.service import CampaignChanged
from magnetar.capabilities.measurement import Design, ExperimentEnded, ExperimentStarted, Withheld
from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.shoppers import Clicked, Ordered, Requested, Returned, Served, Viewed
from magnetar.kernel.bus import HandlingFailed
from magnetar.kernel.clock import DAY, HOUR, MINUTE, SteppedClock
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.live import ANONYMOUS, LivePlatform
from magnetar.platform.market import ItemsListed
from magnetar.platform.steering import Steering
from magnetar.twin import rehearsal
from magnetar.twin.rehearsal import TICK, WARM_UP_DAYS, Setting, Stage, launch_schedule, seed_of
from magnetar.twin.world import Day, load_world
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Goal, GoalKind
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

MORNING = 1_794_787_200 * 1_000_000 + 10 * HOUR


@pytest.mark.parametrize("design", [Design.HOLDOUT, Design.REGIONS])
def test_life_decides_and_withholds_what_the_rehearsal_did(
    design: Design, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    products = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")[:24]
    setting = Setting(
        products, MerchantId("demo"), Money.of(6000), Goal(GoalKind.TARGET_ROI, 0.5), 1, ("none", "manual"),
        shoppers=150, pages_per_day=2_000,
    )  # fmt: skip
    monkeypatch.setattr(rehearsal, "_LOG_KEEP", None)
    stage = Stage(setting, 0)
    stage.warm_up()
    agent = rehearsal.AGENTS["manual"]()
    first = WARM_UP_DAYS * 48
    for tick in range(first, first + 30):
        stage.clock.step_to(setting.start + (tick - first) * TICK)
        if tick == first:
            agent.start(stage.platform, stage.brief(), tick)
            mine = [one.id for one in stage.platform.campaigns.roster.campaigns if one.merchant == "demo"]
            begun = stage.platform.experiments.hold_out(mine[0], 0.4, design=design)
        if tick == first + 20:
            stage.platform.experiments.end(begun.id)
        agent.act(stage.platform, tick)
        stage.step(tick)
    log = list(stage.platform.bus.log.read())
    assert sum(isinstance(one.data, Withheld) for _, one in log) > 5

    clock = SteppedClock(setting.start - WARM_UP_DAYS * DAY)
    platform = assemble(Settings(home=tmp_path, store="sqlite", event_log="file"), clock, seed_of(setting, 0))
    market = load_world("default").open(products, seed_of(setting, 0), 150, 2_000, Day(setting.start, 48, WARM_UP_DAYS))
    launches, _ = launch_schedule(setting)
    market.shelf.arrays.listed[launches] = False
    live = platform.marketplace(market.shelf, market.shoppers)
    decided: list[Served] = []
    for _, envelope in log:
        event = envelope.data
        clock.step_to(envelope.time)
        if isinstance(event, CampaignChanged | AdGroupChanged) and event.added:
            kind = Campaign if isinstance(event, CampaignChanged) else AdGroup
            made = msgspec.convert(event.changes, kind)
            live.campaigns.add(made) if isinstance(made, Campaign) else live.campaigns.add_group(made)
        elif isinstance(event, CampaignChanged):
            live.campaigns.change_campaign(event.campaign, **event.changes)
        elif isinstance(event, AdGroupChanged):
            live.campaigns.change_group(event.group, **event.changes)
        elif isinstance(event, ExperimentStarted | ExperimentEnded):
            live.experiments.follow(event)
        elif isinstance(event, Requested):
            live.open_tick(event.tick)
            decided.append(live.decide(PageRequests(event.at, event.request, event.shopper, event.scene, event.wanted)))
        elif isinstance(event, Viewed):
            live.bus.publish(Viewed(pages=decided[-1], depth=event.depth))
        elif isinstance(event, Clicked | Ordered | Returned | ItemsListed):
            live.bus.publish(event)
    rehearsed = [one.data for _, one in log if isinstance(one.data, Served)]
    for ours, theirs in zip(decided, rehearsed, strict=True):
        assert np.array_equal(ours.group, theirs.group)
        assert np.array_equal(ours.charge, theirs.charge)
    kept = [one.data for _, one in platform.runtime.bus.log.read()]
    ghosts = [one for one in kept if isinstance(one, Withheld)]
    for ours, theirs in zip(ghosts, [one.data for _, one in log if isinstance(one.data, Withheld)], strict=True):
        assert all(np.array_equal(getattr(ours, name), getattr(theirs, name)) for name in ("shopper", "group", "price"))
    assert not [one for one in kept if isinstance(one, HandlingFailed)]
    assert repr(live.experiments.estimate(begun.id)) == repr(stage.platform.experiments.estimate(begun.id))
    platform.close()


def goods(count: int) -> list[Product]:
    return [
        Product(
            ProductId(f"p{one:03d}"),
            MerchantId("demo"),
            f"杯 {one}",
            Money.of(20 + 7 * (one % 13)),
            category=("家居 > 厨房", "咖啡 > 豆")[one % 2],
        )
        for one in range(count)
    ]


def open_shop(home: Path, clock: SteppedClock) -> LivePlatform:
    platform = assemble(Settings(home=home), clock)
    platform.catalogue.put("demo", goods(30))
    platform.catalogue.put("rival", goods(30))
    return LivePlatform(platform, shoppers=2_000)


def advertise(live: LivePlatform) -> str:
    steering = Steering(live)
    id = steering.create("demo", name="spring", goal="max_conversions", target=0.0, daily_budget=500.0)["id"]
    for one in range(12):
        steering.add_group("demo", id, product=f"p{one:03d}")
    return id


def visit(live: LivePlatform, shopper: str, number: int) -> None:
    """Ask for a page, look at all of it, click and buy what stands second."""
    page = live.decide(shopper, request=f"{shopper}-{number}", site="demo")
    events = [{"type": "viewed", "id": f"v{shopper}{number}", "page": page.page, "depth": 10}]
    if number % 3 == 0:
        events.append({"type": "clicked", "id": f"c{shopper}{number}", "page": page.page, "position": 1})
        events.append(
            {
                "type": "ordered",
                "id": f"o{shopper}{number}",
                "page": page.page,
                "position": 1,
                "value": 30.0,
                "quantity": 1,
            }
        )
    live.events(events, site="demo")


def test_a_live_holdout_counts_on_after_a_restart(tmp_path: Path):
    clock = SteppedClock(MORNING)
    live = open_shop(tmp_path, clock)
    campaign = advertise(live)
    begun = live.market.experiments.hold_out(campaign, 0.5, standing=True)
    live.open_now()
    for number in range(6):
        for shopper in range(40):
            visit(live, f"s{shopper}", number)
        if number == 3:  # a tick's edge in the middle, what follows is only in the log
            clock.step_to(MORNING + 31 * MINUTE)
            live.open_ticks()
    before = live.market.experiments.units(begun.id)
    shown = live.market.serving.shown.table(len(live.market.campaigns.roster))
    assert set(before.arm.tolist()) == {0, 1}
    assert (before.spend[before.arm == 0] == 0).all()
    assert before.spend[before.arm == 1].sum() > 0
    assert before.gmv.sum() > 0
    live.close()
    live.platform.close()

    again = open_shop(tmp_path, clock)
    after = again.market.experiments.units(begun.id)
    for name in before._fields:
        assert np.array_equal(getattr(before, name), getattr(after, name)), name
    assert again.market.experiments.running() == [begun]
    assert np.array_equal(again.market.serving.shown.table(shown.shape[1]), shown)
    for shopper in range(40):
        visit(again, f"s{shopper}", 6)
    assert len(again.market.experiments.units(begun.id).arm) == len(before.arm)  # nobody entered twice
    assert not [one for _, one in again.recorder.read() if isinstance(one.data, HandlingFailed)]
    again.close()
    again.platform.close()


def test_strangers_without_an_id_see_the_campaign_and_are_not_counted(tmp_path: Path):
    live = open_shop(tmp_path, SteppedClock(MORNING))
    campaign = advertise(live)
    begun = live.market.experiments.hold_out(campaign, 0.9)
    live.open_now()
    paid = 0
    for number in range(ANONYMOUS // 2):
        page = live.decide("", request=f"x{number}", site="demo")
        paid += sum(one.paid for one in page.positions)
        live.events([{"type": "viewed", "id": f"v{number}", "page": page.page, "depth": 10}], site="demo")
    assert paid > 0
    assert len(live.market.experiments.units(begun.id).arm) == 0
    assert not [one for _, one in live.recorder.read() if isinstance(one.data, Withheld)]
    live.close()
    live.platform.close()
