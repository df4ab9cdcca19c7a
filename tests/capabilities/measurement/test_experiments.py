"""Experiments on a running market: who is kept from what, what is recorded and charged, and what was counted."""

import copy
import itertools
from functools import cache

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_market import (
    TICK,
    advertise_everything,
    campaign,
    campaigns_on,
    crowded_shelf,
    failures,
    group,
    look,
    open_market,
    ordered,
    page,
    pages_for,
    returned,
    shelf_of,
    viewed,
)

from magnetar.capabilities.measurement import (
    Design,
    ExperimentEnded,
    Experiments,
    ExperimentStarted,
    Lever,
    Withheld,
)
from magnetar.capabilities.measurement.experiments.assignment import draws
from magnetar.capabilities.shoppers import Served
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import DAY, SteppedClock
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.platform.market import Marketplace

OURS = "m0-all"
EVERYTHING = 10**12
DESIGNS = (Design.HOLDOUT, Design.REGIONS, Design.AB)


@cache
def _grown() -> Marketplace:
    market = open_market(crowded_shelf(), shoppers=120)
    advertise_everything(market)
    for tick in range(6):
        market.bus.clock.step_to(tick * TICK)
        market.open_tick(tick)
        look(market, market.decide(pages_for(market, 200, seed=tick)))
    assert not failures(market.bus)
    return market


def grown() -> Marketplace:
    """Eight merchants who advertise everything, after three hours: a copy to do anything with."""
    return copy.deepcopy(_grown())


def turn(market: Marketplace, tick: int, bid: float = 40.0) -> None:
    """Open a tick in which every ad group bids that much for an order and money is no matter."""
    market.bus.clock.step_to(tick * TICK)
    market.experiments.open_tick(tick)
    roster = market.campaigns.roster
    market.predictor.refresh(market.bus.clock.now())
    lease = np.full(len(roster.campaigns), EVERYTHING, np.int64)
    market.serving.open_tick(tick, np.full(len(roster), bid), lease)


def held(market: Marketplace, share: float = 0.5) -> np.ndarray:
    """(shoppers,), who is in the control arm of the first experiment."""
    return draws(market.experiments.splits(market.tick)[1], 0) < share


def paid_for(market: Marketplace, pages: Served, campaign: str = OURS) -> np.ndarray:
    """(pages, positions), impressions of a campaign."""
    rows = market.campaigns.rows_of(campaign)
    return np.isin(pages.group, rows)


def events(market: Marketplace, kind: type) -> list:
    return [one.data for _, one in market.bus.log.read() if isinstance(one.data, kind)]


# ---- holdouts


@pytest.mark.parametrize("design", DESIGNS)
def test_whom_the_experiment_holds_out_sees_nothing_of_the_campaign_and_others_do(design):
    market = grown()
    market.experiments.hold_out(OURS, 0.5, design=design)
    turn(market, 6)
    pages = market.decide(pages_for(market, 600))
    control = held(market)[pages.shopper]
    ours = paid_for(market, pages).any(axis=1)
    assert not ours[control].any()
    assert ours[~control].any()
    others = (pages.group >= 0) & ~paid_for(market, pages)
    assert others[control].any()


def test_shoppers_of_a_region_are_held_out_together():
    market = grown()
    market.experiments.hold_out(OURS, 0.5, design=Design.REGIONS)
    turn(market, 6)
    pages = market.decide(pages_for(market, 800))
    home = market.experiments.regions()[pages.shopper]
    reached = {int(one) for one in home[paid_for(market, pages).any(axis=1)]}
    place = market.experiments.splits(market.tick)[1].place[0]
    assert reached
    assert all(place[one] >= 0.5 for one in reached)


def test_ghosts_are_recorded_for_held_out_shoppers_alone_and_cost_nothing():
    market = grown()
    market.experiments.hold_out(OURS, 0.5)
    turn(market, 6)
    before = market.serving.lease.copy()
    pages = market.decide(pages_for(market, 600))
    [ghosts] = events(market, Withheld)
    assert len(ghosts.group) > 10
    assert held(market)[ghosts.shopper].all()
    assert set(market.campaigns.roster.campaign[ghosts.group]) == {market.campaigns.campaign_row(OURS)}
    assert (ghosts.price > 0).all()
    spent = np.zeros(len(before), np.int64)
    taken = pages.group >= 0
    np.add.at(spent, market.campaigns.roster.campaign[pages.group[taken]], pages.charge[taken])
    assert (before - market.serving.lease == spent).all()
    look(market, pages)
    assert (market.campaigns.delivery.spend.sum() - _grown().campaigns.delivery.spend.sum()) == spent.sum()


@given(st.floats(0.02, 0.9), st.integers(0, 10**6), st.sampled_from(DESIGNS), st.integers(0, 200_000))
@settings(max_examples=25, deadline=None)
def test_whatever_the_split_no_held_out_shopper_is_paid_for_and_no_ghost_costs(share, seed, design, lease):
    market = grown()
    market.experiments.hold_out(OURS, max(share, 1 / 60), design=design)
    turn(market, 6)
    ours = market.campaigns.campaign_row(OURS)
    market.serving.lease[ours] = lease
    pages = market.decide(pages_for(market, 150, seed=seed))
    mine = paid_for(market, pages)
    assert not mine[held(market, max(share, 1 / 60))[pages.shopper]].any()
    assert lease - market.serving.lease[ours] == pages.charge[mine].sum()
    for event in events(market, Withheld):
        assert (event.price <= lease).all()  # what could not have been paid would not have been won


def test_a_ghost_is_what_would_have_been_served_and_charged():
    market = grown()
    asked = pages_for(market, 600)
    plain = copy.deepcopy(market)
    turn(plain, 6)
    market.experiments.hold_out(OURS, 0.5)
    turn(market, 6)
    free = plain.decide(asked)
    market.decide(asked)
    [ghosts] = events(market, Withheld)
    first = {}  # until the first ghost nothing differs, later caps and leases may
    for request, shopper, ad, position, price in zip(
        ghosts.request, ghosts.shopper, ghosts.group, ghosts.position, ghosts.price, strict=True
    ):
        first.setdefault(int(shopper), (int(request), int(ad), int(position), int(price)))
    row = {int(request): place for place, request in enumerate(asked.request)}
    for request, ad, position, price in first.values():
        assert free.group[row[request], position] == ad
        assert free.charge[row[request], position] == price


def test_caps_bind_ghosts_as_they_bind_impressions():
    market = grown()
    market.campaigns.change_campaign(OURS, frequency_cap=1)
    market.serving.new_day()
    market.experiments.hold_out(OURS, 0.9)
    turn(market, 6)
    market.decide(pages_for(market, 3_000))
    [ghosts] = events(market, Withheld)
    _, times = np.unique(np.stack([ghosts.shopper, ghosts.group]), axis=1, return_counts=True)
    assert times.max() == 1


def test_held_out_shoppers_do_not_shape_the_price_landscape():
    market = grown()
    market.experiments.hold_out(OURS, 0.5)
    turn(market, 6)
    everybody = pages_for(market, 400)
    control = np.flatnonzero(held(market)[everybody.shopper])
    rows = market.campaigns.rows_of(OURS)
    before = market.landscape.value[rows].copy()
    market.decide(everybody.rows(control))
    assert (market.landscape.value[rows] == before).all()


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("cuts", [(1,), (7, 50, 51), tuple(range(1, 160))])
def test_under_an_experiment_a_batch_decides_what_its_rows_decide(design, cuts):
    market = grown()
    market.experiments.hold_out(OURS, 0.5, design=design)
    turn(market, 6)
    alone = copy.deepcopy(market)
    asked = pages_for(market, 160)
    together = market.decide(asked)
    edges = (0, *cuts, 160)
    parts = [alone.decide(asked.rows(slice(one, other))) for one, other in itertools.pairwise(edges)]
    for name in ("item", "group", "charge", "reason"):
        assert np.array_equal(getattr(together, name), np.concatenate([getattr(one, name) for one in parts]))
    for name in ("request", "shopper", "group", "position", "price"):
        one, other = (
            np.concatenate([getattr(event, name) for event in events(which, Withheld)] or [np.zeros(0)])
            for which in (market, alone)
        )
        assert np.array_equal(one, other)
    assert (market.serving.lease == alone.serving.lease).all()


def test_an_experiment_of_one_merchant_leaves_the_page_of_those_who_are_in_no_arm_alone():
    market = grown()
    market.experiments.unit[:] = 0  # nobody can be told apart
    plain = copy.deepcopy(market)
    market.experiments.hold_out(OURS, 0.9)
    asked = pages_for(market, 200)
    for one in (market, plain):
        turn(one, 6)
    ours, theirs = market.decide(asked), plain.decide(asked)
    assert np.array_equal(ours.group, theirs.group)
    assert np.array_equal(ours.charge, theirs.charge)
    assert not events(market, Withheld)


# ---- counting


def small() -> tuple[Bus, Experiments]:
    """m0 sells a pot and m1 a lamp, each with a campaign; four shoppers, half of them held out of m0's."""
    shelf = shelf_of(("pot", "m0", "tea", 30.0), ("lamp", "m1", "lamps", 90.0), ("film", "", "tea", 0.0))
    bus = Bus(MemoryLog(), SteppedClock())
    campaigns = campaigns_on(shelf, bus=bus)
    for id, merchant, product in (("ours", "m0", "pot"), ("theirs", "m1", "lamp")):
        campaigns.add(campaign(id, merchant))
        campaigns.add_group(group(f"{id}-ad", product, id))
    experiments = Experiments(bus, MemoryStore(), campaigns, {"m0": 0, "m1": 1}, shelf.arrays.merchant, 400, seed=3)
    return bus, experiments


POT, LAMP, FILM = 0, 1, 2


def two_shoppers(experiments: Experiments) -> tuple[int, int]:
    """One of each arm: (control, treated)."""
    control = draws(experiments.splits(1)[1], 0) < experiments.get("ours:x1").share
    return int(np.flatnonzero(control)[0]), int(np.flatnonzero(~control)[0])


def order(shopper: int, item: int, micros: int, clicked_at: int, request: int = 1):
    made = ordered((request, item, -1, micros), at=clicked_at)
    return msgspec.structs.replace(made, shopper=np.array([shopper]), clicked_at=np.array([clicked_at]))


def withheld(shopper: int, request: int = 0) -> Withheld:
    one = np.ones(1, np.int64)
    return Withheld(0, np.array([request], np.uint64), one * shopper, one * 0, one, one * 900)


def test_both_arms_enter_with_the_first_exposure_real_or_ghost_and_only_later_clicks_count():
    bus, experiments = small()
    experiments.hold_out("ours", 0.5)
    experiments.open_tick(1)
    experiments.splits(1)
    control, treated = two_shoppers(experiments)
    bus.clock.step_to(1_000)
    bus.publish(viewed(page((FILM, -1, 0), shopper=treated), depth=1))  # no exposure
    assert len(experiments.units("ours:x1").arm) == 0
    bus.publish(withheld(control))
    assert len(experiments.units("ours:x1").arm) == 0  # its page was not on screen yet
    bus.publish(viewed(page((FILM, -1, 0), shopper=control), depth=1))
    bus.publish(viewed(page((FILM, -1, 0), (POT, 0, 700), shopper=treated), depth=1))
    bus.publish(viewed(page((FILM, -1, 0), (POT, 0, 700), shopper=treated), depth=2))
    for shopper in (control, treated):
        bus.publish(order(shopper, POT, 5_000_000, clicked_at=999, request=10 + shopper))  # clicked before
        bus.publish(order(shopper, POT, 2_000_000, clicked_at=1_000, request=20 + shopper))
        bus.publish(order(shopper, LAMP, 9_000_000, clicked_at=1_000, request=30 + shopper))  # somebody else's
    units = experiments.units("ours:x1")
    by_arm = np.argsort(units.arm)
    assert units.arm[by_arm].tolist() == [0, 1]
    assert units.gmv.tolist() == [2.0, 2.0]
    assert units.orders.tolist() == [1.0, 1.0]
    assert units.views[by_arm].tolist() == [1.0, 2.0]
    assert units.spend[by_arm].tolist() == [0.0, pytest.approx(700e-6)]  # only what came on screen is charged
    assert not failures(bus)


def test_what_was_known_before_does_not_depend_on_the_arm():
    bus, experiments = small()
    experiments.hold_out("ours", 0.5)
    experiments.open_tick(1)
    experiments.splits(1)
    control, treated = two_shoppers(experiments)
    for _ in range(3):  # three pages and an order in an earlier tick
        for shopper in (control, treated):
            bus.publish(viewed(page((FILM, -1, 0), shopper=shopper), depth=1))
    for shopper in (control, treated):
        bus.publish(order(shopper, LAMP, 9_000_000, clicked_at=0, request=40 + shopper))
    bus.clock.step_to(1_000)
    experiments.open_tick(2)
    bus.publish(withheld(control))
    both = [page((FILM, -1, 0), shopper=control), page((POT, 0, 700), shopper=treated)]
    for shown in (both[0], both[0], both[1], both[1]):  # other pages of the tick of entering do not count
        bus.publish(viewed(shown, depth=1))
    units = experiments.units("ours:x1")
    assert sorted(units.arm.tolist()) == [0, 1]
    assert units.pages_before.tolist() == [3.0, 3.0]
    assert units.gmv_before.tolist() == [9.0, 9.0]


def test_arms_of_a_long_holdout_are_alike_in_what_was_known_before():
    market = grown()
    made = market.experiments.hold_out(OURS, 0.5)
    for tick in range(6, 40):
        turn(market, tick)
        look(market, market.decide(pages_for(market, 120, seed=tick)))
    found = market.experiments.estimate(made.id)
    assert min(found.control, found.treated) > 40
    assert found.imbalance_p > 0.001
    assert found.sample_ratio_p > 0.001
    assert found.readable


def test_what_comes_back_is_taken_off_once_and_only_where_it_was_counted():
    bus, experiments = small()
    experiments.hold_out("ours", 0.5)
    experiments.open_tick(1)
    experiments.splits(1)
    _, treated = two_shoppers(experiments)
    bus.clock.step_to(50)
    bus.publish(viewed(page((POT, 0, 700), shopper=treated), depth=1))
    bus.publish(order(treated, POT, 3_000_000, clicked_at=60, request=1))
    bus.publish(order(treated, POT, 4_000_000, clicked_at=10, request=2))  # before entering
    bus.publish(returned((1, POT, -1, 3_000_000), (2, POT, -1, 4_000_000)))
    bus.publish(returned((1, POT, -1, 3_000_000)))
    assert experiments.units("ours:x1").gmv.tolist() == [0.0]


def test_after_the_end_only_orders_of_earlier_clicks_count():
    bus, experiments = small()
    experiments.hold_out("ours", 0.5)
    experiments.open_tick(1)
    experiments.splits(1)
    control, treated = two_shoppers(experiments)
    bus.clock.step_to(50)
    bus.publish(viewed(page((POT, 0, 700), shopper=treated), depth=1))
    bus.clock.step_to(100)
    experiments.end("ours:x1")
    experiments.splits(2)
    bus.publish(order(treated, POT, 3_000_000, clicked_at=99, request=1))
    bus.publish(order(treated, POT, 4_000_000, clicked_at=100, request=2))
    bus.publish(viewed(page((POT, 0, 700), shopper=control), depth=1))  # serves everybody again
    units = experiments.units("ours:x1")
    assert (units.gmv.tolist(), len(units.arm)) == ([3.0], 1)
    with pytest.raises(Refused, match="has ended"):
        experiments.end("ours:x1")


def test_a_shopper_who_comes_back_under_another_row_is_one_unit():
    bus, experiments = small()
    experiments.hold_out("ours", 0.5)
    experiments.open_tick(1)
    experiments.splits(1)
    _, treated = two_shoppers(experiments)
    who = int(experiments.unit[treated])
    bus.clock.step_to(50)
    bus.publish(viewed(page((POT, 0, 700), shopper=treated), depth=1))
    bus.publish(order(treated, POT, 1_000_000, clicked_at=60, request=1))
    experiments.seat(treated, 10**9)  # somebody else sits there now
    bus.publish(order(treated, POT, 5_000_000, clicked_at=60, request=2))
    experiments.seat(7, who)
    bus.publish(viewed(page((POT, 0, 700), shopper=7), depth=1))
    bus.publish(order(7, POT, 2_000_000, clicked_at=60, request=3))
    units = experiments.units("ours:x1")
    assert (len(units.arm), units.gmv.tolist(), units.views.tolist()) == (1, [3.0], [2.0])


def test_regions_and_plain_comparisons_take_in_everybody_who_comes():
    for design in (Design.REGIONS, Design.AB):
        bus, experiments = small()
        experiments.hold_out("ours", 0.5, design=design)
        experiments.open_tick(1)
        experiments.splits(1)
        for shopper in range(10):
            bus.publish(viewed(page((FILM, -1, 0), shopper=shopper), depth=1))
        assert len(experiments.units("ours:x1").arm) == 10


def test_an_empty_experiment_says_that_it_knows_nothing():
    _, experiments = small()
    experiments.hold_out("ours", 0.5)
    found = experiments.estimate("ours:x1")
    assert np.isnan(found.incremental_gmv.mean)
    assert np.isnan(found.incremental_gmv.low)
    assert (found.control, found.treated, found.readable) == (0, 0, True)


# ---- beginning and ending


def test_experiments_are_events_and_are_found_again_after_a_restart():
    shelf = shelf_of(("pot", "m0", "tea", 30.0))
    bus, store = Bus(MemoryLog(), SteppedClock()), MemoryStore()
    campaigns = campaigns_on(shelf, store, bus)
    campaigns.add(campaign("ours"))
    made = [Experiments(bus, store, campaigns, {"m0": 0}, shelf.arrays.merchant, 10, seed=3) for _ in range(2)]
    begun = made[0].hold_out("ours", 0.2, standing=True)
    made[0].end(begun.id, "enough")
    again = made[0].hold_out("ours", 0.3, turn=0.5)
    made[1].restore()
    assert made[1].list("m0") == made[0].list("m0") == [made[0].get(begun.id), again]
    assert made[1].running() == [again]
    kinds = [type(one.data) for _, one in bus.log.read()]
    assert kinds.count(ExperimentStarted) == 2
    assert kinds.count(ExperimentEnded) == 1
    third = Experiments(bus, MemoryStore(), campaigns, {"m0": 0}, shelf.arrays.merchant, 10, seed=99)
    for _, one in bus.log.read():
        if isinstance(one.data, ExperimentStarted | ExperimentEnded):
            third.follow(one.data)
    assert third.list("m0") == made[0].list("m0")


def test_what_was_counted_outlives_a_restart():
    market = grown()
    market.experiments.hold_out(OURS, 0.5)
    market.experiments.switch_back("m1-all", block_ticks=1, washout_ticks=0)
    for tick in range(6, 10):
        turn(market, tick)
        look(market, market.decide(pages_for(market, 200, seed=tick)))
    again = copy.deepcopy(market)
    fresh = again.experiments
    fresh.put_in({name: column.copy() for name, column in market.experiments.take_out().items()})
    for one in (market, again):
        turn(one, 10)
        look(one, one.decide(pages_for(one, 200, seed=10)))
    for id in (f"{OURS}:x1", "m1-all:x1"):
        assert repr(fresh.estimate(id)) == repr(market.experiments.estimate(id))
    assert len(fresh.units(f"{OURS}:x1").arm) > 50
    assert not failures(market.bus)


def test_one_campaign_is_in_one_experiment_at_a_time():
    market = grown()
    begun = market.experiments.hold_out(OURS, 0.1)
    with pytest.raises(Refused, match="is in experiment 'm0-all:x1' already"):
        market.experiments.split_budget(OURS, bidder="pid")
    market.experiments.end(begun.id)
    assert market.experiments.hold_out(OURS, 0.1).id == "m0-all:x2"


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (lambda one: one.hold_out("nothing"), NotFound, "No campaign 'nothing'"),
        (lambda one: one.hold_out(OURS, 0.0), BadInput, "control share"),
        (lambda one: one.hold_out(OURS, design=Design.SWITCHBACK), BadInput, "A holdout is one of"),
        (lambda one: one.split_budget(OURS), BadInput, "something to change"),
        (lambda one: one.split_budget(OURS, paused=True), BadInput, r"found \['paused'\]"),
        (lambda one: one.split_budget(OURS, share=2.0, bidder="pid"), BadInput, "control share"),
        (lambda one: one.switch_back(OURS, block_ticks=0), BadInput, "A block has"),
        (lambda one: one.switch_back(OURS, block_ticks=4, lever=Lever.BIDDER), BadInput, "names of two"),
        (
            lambda one: one.switch_back(OURS, block_ticks=4, lever=Lever.RESERVE, values=("a", "b")),
            BadInput,
            "needs two prices",
        ),
        (
            lambda one: one.switch_back(OURS, block_ticks=4, lever=Lever.RESERVE, values=("-1", "0")),
            BadInput,
            "at least 0",
        ),
        (lambda one: one.estimate("x"), NotFound, "No experiment 'x'"),
    ],
)
def test_what_makes_no_experiment_is_refused_and_changes_nothing(wrong, error, said):
    market = grown()
    with pytest.raises(error, match=said):
        wrong(market.experiments)
    assert not market.experiments.running()
    assert market.campaigns.campaign(OURS) == _grown().campaigns.campaign(OURS)
    assert len(market.campaigns.roster) == len(_grown().campaigns.roster)


# ---- budget splits


def test_a_budget_split_divides_money_and_shoppers_without_rest():
    market = grown()
    whole = market.campaigns.campaign(OURS).daily_budget
    made = market.experiments.split_budget(OURS, 0.3, bidder="pid")
    present, variant = (market.campaigns.campaign(one) for one in made.campaigns)
    assert present.daily_budget.micros + variant.daily_budget.micros == whole.micros
    assert present.daily_budget.micros == 30_000_000
    assert (present.bidder, variant.bidder) == ("pacing", "pid")
    assert len(market.campaigns.rows_of(present.id)) == len(market.campaigns.rows_of(variant.id))
    turn(market, 6)
    pages = market.decide(pages_for(market, 900))
    first = held(market, 0.3)[pages.shopper]
    by_present = paid_for(market, pages, present.id).any(axis=1)
    by_variant = paid_for(market, pages, variant.id).any(axis=1)
    assert by_present.any()
    assert by_variant.any()
    assert first[by_present].all()
    assert not first[by_variant].any()
    assert not events(market, Withheld)


def test_after_a_budget_split_everything_is_as_it_was():
    market = grown()
    before = market.campaigns.campaign(OURS)
    made = market.experiments.split_budget(OURS, bidder="pid")
    market.experiments.end(made.id)
    assert market.campaigns.campaign(OURS) == before
    assert market.campaigns.campaign(made.campaigns[1]).paused
    again = market.experiments.split_budget(OURS, bidder="fixed")
    assert again.campaigns == (OURS, f"{OURS}~b2")


def test_a_budget_of_a_micro_cannot_be_split():
    market = open_market(shelf_of(("pot", "m0", "tea", 30.0)))
    market.campaigns.add(campaign(budget=0.000001))
    with pytest.raises(Refused, match="cannot be divided"):
        market.experiments.split_budget("spring", bidder="pid")


# ---- switchbacks


def test_in_control_blocks_the_campaign_is_withheld_from_everybody_and_in_the_others_from_nobody():
    market = grown()
    made = market.experiments.switch_back(OURS, block_ticks=2, washout_ticks=1)
    seen = {0: 0, 1: 0}
    for tick in range(6, 18):
        turn(market, tick)
        pages = market.decide(pages_for(market, 120, seed=tick))
        arm = market.experiments._blocks[made.id].arm(tick)
        shown = bool(paid_for(market, pages).any())
        assert shown == (arm == 1)
        seen[arm] += 1
        look(market, pages)
    assert seen == {0: 6, 1: 6}
    assert {int(one) for event in events(market, Withheld) for one in event.group} <= set(
        market.campaigns.rows_of(OURS).tolist()
    )
    found = market.experiments.estimate(made.id)
    assert (found.control, found.treated) == (3, 3)
    assert found.spend > 0
    block, arm, _, spend = market.experiments._blocks[made.id].table()
    assert len(block) == 6  # the first tick of each block is washed out
    assert (spend[arm == 0] == 0).all()


def test_a_switchback_turns_the_reserve_or_the_bidder_and_lets_go_at_the_end():
    market = grown()
    reserve = market.experiments.switch_back(
        OURS, block_ticks=1, washout_ticks=0, lever=Lever.RESERVE, values=("0.004", "0.5")
    )
    bidder = market.experiments.switch_back(
        "m1-all", block_ticks=1, washout_ticks=0, lever=Lever.BIDDER, values=("pacing", "pid")
    )
    with pytest.raises(Refused, match="Another switchback turns the reserve"):
        market.experiments.switch_back("m2-all", block_ticks=1, lever=Lever.RESERVE, values=("0", "1"))
    used = set()
    for tick in range(6, 12):
        market.bus.clock.step_to(tick * TICK)
        market.open_tick(tick)
        arm = market.experiments._blocks[reserve.id].arm(tick)
        assert market.serving._snapshot.reserve == (0.5 if arm else 0.004)
        used.add(market.campaigns.campaign("m1-all").bidder)
        pages = market.decide(pages_for(market, 100, seed=tick))
        assert (pages.charge[pages.group >= 0] >= (500_000 if arm else 4_000) - 1).all()
    assert used == {"pacing", "pid"}
    market.experiments.end(reserve.id)
    market.experiments.end(bidder.id)
    market.open_tick(12)
    assert market.serving._snapshot.reserve == market.serving.reserve
    assert market.campaigns.campaign("m1-all").bidder == "pacing"


def test_orders_count_in_the_tick_of_their_click():
    bus, experiments = small()
    experiments.switch_back("ours", block_ticks=1, washout_ticks=0)
    for tick in range(1, 5):
        bus.clock.step_to(tick * 1_000)
        experiments.open_tick(tick)
        experiments.splits(tick)
    bus.publish(order(0, POT, 3_000_000, clicked_at=2_500, request=1))
    bus.publish(order(0, POT, 4_000_000, clicked_at=999, request=2))  # before the first tick
    bus.publish(order(0, LAMP, 9_000_000, clicked_at=2_500, request=3))
    block, _, gmv, _ = experiments._blocks["ours:x1"].table()
    assert dict(zip(block.tolist(), gmv.tolist(), strict=True)) == {0: 0.0, 1: 3.0, 2: 0.0, 3: 0.0}
    bus.publish(returned((1, POT, -1, 3_000_000)))
    assert experiments._blocks["ours:x1"].table()[2].sum() == 0.0


# ---- over days


def test_the_always_valid_interval_is_planned_once_after_the_first_day():
    market = grown()
    made = market.experiments.hold_out(OURS, 0.5)
    for tick in range(6, 60):
        market.bus.clock.step_to(tick * TICK)
        market.open_tick(tick)
        look(market, market.decide(pages_for(market, 60, seed=tick)))
    assert market.experiments.get(made.id).planned_error == 0.0  # the first whole day is not over
    assert np.isnan(market.experiments.estimate(made.id).always_valid.low)
    for tick in range(60, 150):
        market.bus.clock.step_to(tick * TICK)
        market.open_tick(tick)
        look(market, market.decide(pages_for(market, 60, seed=tick)))
        if tick == 100:
            planned = market.experiments.get(made.id).planned_error
    assert planned > 0.0
    assert market.experiments.get(made.id).planned_error == planned
    found = market.experiments.estimate(made.id)
    assert found.always_valid.low < found.incremental_gmv.low
    assert not failures(market.bus)


def test_settled_experiments_take_in_nothing_more():
    bus, experiments = small()
    experiments.hold_out("ours", 0.5)
    experiments.open_tick(1)
    experiments.splits(1)
    _, treated = two_shoppers(experiments)
    bus.publish(viewed(page((POT, 0, 700), shopper=treated), depth=1))
    experiments.end("ours:x1")
    bus.clock.step_to(8 * DAY)
    experiments.new_day()
    experiments.splits(2)
    bus.publish(order(treated, POT, 3_000_000, clicked_at=0, request=1))
    assert experiments.units("ours:x1").gmv.tolist() == [0.0]
