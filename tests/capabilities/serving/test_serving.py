"""Pages: what may stand on them, what it costs, and that a batch decides what its rows decide alone."""

import copy
import itertools
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_market import (
    TICK,
    advertise_everything,
    campaign,
    crowded_shelf,
    failures,
    group,
    look,
    open_market,
    pages_for,
    shelf_of,
)

from magnetar.capabilities.auction import FIRST_PRICE
from magnetar.capabilities.serving import PageRequests, Reason, explain
from magnetar.capabilities.shoppers import POSITIONS, Requested, Served
from magnetar.platform.market import Marketplace
from magnetar.vocabulary.campaigns import Phase, Scene

COLUMNS = ("request", "shopper", "scene", "item", "group", "charge", "click_rate", "order_rate", "reason")
FEED, SEARCH = int(Scene.FEED), int(Scene.SEARCH)
EVERYTHING = 10**12


@cache
def _grown() -> Marketplace:
    market = open_market(crowded_shelf())
    advertise_everything(market)
    for tick in range(12):
        market.bus.clock.step_to(tick * TICK)
        market.open_tick(tick)
        look(market, market.decide(pages_for(market, 120, seed=tick)))
    assert not failures(market.bus)
    return market


def grown() -> Marketplace:
    """Eight merchants after a quarter of a day, everything advertised: a copy to do anything with."""
    return copy.deepcopy(_grown())


def prepare(
    market: Marketplace, *, bid: float = 40.0, lease: int | np.ndarray = EVERYTHING, tick: int = 12
) -> np.ndarray:
    """Open a tick in which every ad group bids that much for an order; returns what was leased."""
    roster = market.campaigns.roster
    leased = np.full(len(roster.campaigns), lease, np.int64) if np.isscalar(lease) else np.asarray(lease)
    market.predictor.refresh(market.bus.clock.now())
    market.serving.open_tick(tick, np.full(len(roster), bid), leased.copy())
    return leased


def same(one: Served, other: Served) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in COLUMNS)


def joined(parts: list[Served]) -> Served:
    return Served(
        tick=parts[0].tick, **{name: np.concatenate([getattr(one, name) for one in parts]) for name in COLUMNS}
    )


def spent_by_campaign(market: Marketplace, served: Served) -> np.ndarray:
    paid = served.group >= 0
    owner = market.campaigns.roster.campaign[served.group[paid]]
    out = np.zeros(len(market.campaigns.roster.campaigns), np.int64)
    np.add.at(out, owner, served.charge[paid])
    return out


@given(st.sets(st.integers(1, 149), max_size=12), st.integers(1, 2_000_000), st.integers(1, 3), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_a_batch_decides_what_its_rows_decide_in_whatever_cuts(cuts, lease, cap, seed):
    whole = grown()
    whole.campaigns.roster.cap[:] = cap
    prepare(whole, lease=lease)
    requests = pages_for(whole, 150, seed)
    parts = copy.deepcopy(whole)
    edges = [0, *sorted(cuts), 150]

    at_once = whole.decide(requests)
    bit_by_bit = joined([parts.decide(requests.rows(slice(a, b))) for a, b in itertools.pairwise(edges)])

    assert same(at_once, bit_by_bit)
    assert (whole.serving.lease == parts.serving.lease).all()
    assert (today(whole) == today(parts)).all()
    assert whole.landscape.value.tobytes() == parts.landscape.value.tobytes()
    assert whole.landscape.cost.tobytes() == parts.landscape.cost.tobytes()
    assert whole.landscape.pages == parts.landscape.pages


def test_one_row_at_a_time_is_the_batch_too():
    whole = grown()
    prepare(whole, lease=1_000_000)
    requests = pages_for(whole, 200)
    parts = copy.deepcopy(whole)
    alone = joined([parts.decide(requests.rows(slice(row, row + 1))) for row in range(200)])
    served = whole.decide(requests)
    assert (served.group >= 0).any()
    assert same(served, alone)


def test_a_slate_shows_nothing_twice_and_no_seller_pays_for_two_places():
    market = grown()
    prepare(market)
    served = market.decide(pages_for(market, 400))
    assert (served.group >= 0).sum() > 400  # there is something to check
    for items, groups in zip(served.item.tolist(), served.group.tolist(), strict=True):
        shown = [item for item in items if item >= 0]
        assert len(set(shown)) == len(shown)
        paid = [place for place, who in enumerate(groups) if who >= 0]
        assert set(paid) <= {1, 4, 8}
        sellers = [market.campaigns.roster.merchant[groups[place]] for place in paid]
        assert len(set(sellers)) == len(sellers)
        for place in paid:
            assert market.campaigns.roster.item[groups[place]] == items[place]


def test_organic_places_cost_nothing():
    market = grown()
    prepare(market)
    served = market.decide(pages_for(market, 200))
    assert not served.charge[served.group < 0].any()
    assert (served.charge >= 0).all()


def bids_of(market: Marketplace, served: Served, bid: float) -> tuple[np.ndarray, np.ndarray]:
    """(charges, bids) in micros of every paid impression, the bid worked out again from the predictor."""
    row, place = np.nonzero(served.group >= 0)
    item, person, where = served.item[row, place], served.shopper[row], served.scene[row]
    click, order = market.predictor.rates(person, where, item)
    return served.charge[row, place], bid * click * order * 1e6


def test_nobody_pays_above_the_bid_or_below_the_reserve():
    market = grown()
    prepare(market, bid=40.0)
    charges, bids = bids_of(market, market.decide(pages_for(market, 400)), 40.0)
    assert len(charges) > 400
    assert (charges <= bids * (1 + 1e-12)).all()
    assert (charges >= int(market.serving.reserve * 1e6) - 1).all()  # rounded down to whole micros
    assert (charges < 0.99 * bids).any()  # a second price


def test_under_first_price_everybody_pays_the_bid_rounded_down():
    market = grown()
    market.serving.rule = FIRST_PRICE
    prepare(market, bid=40.0)
    charges, bids = bids_of(market, market.decide(pages_for(market, 200)), 40.0)
    assert len(charges) > 200
    assert (np.abs(charges - np.floor(bids)) <= 1).all()
    assert (charges <= bids * (1 + 1e-12)).all()


@given(st.lists(st.integers(0, 2_000_000), min_size=8, max_size=8), st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_no_lease_is_ever_overdrawn(leases, seed):
    market = grown()
    leased = prepare(market, lease=np.array(leases))
    served = market.decide(pages_for(market, 300, seed))
    spent = spent_by_campaign(market, served)
    assert (spent <= leased).all()
    assert (market.serving.lease == leased - spent).all()


def test_without_a_lease_nothing_is_paid():
    market = grown()
    prepare(market, lease=0)
    assert (market.decide(pages_for(market, 100)).group == -1).all()


def today(market: Marketplace) -> np.ndarray:
    """(shoppers, groups), what the frequency caps count."""
    return market.serving.shown.table(len(market.campaigns.roster))


def impressions(market: Marketplace, served: Served) -> np.ndarray:
    """(shoppers, groups), paid impressions of a batch."""
    out = np.zeros((market.serving.shoppers, len(market.campaigns.roster)), np.int64)
    row, place = np.nonzero(served.group >= 0)
    np.add.at(out, (served.shopper[row], served.group[row, place]), 1)
    return out


def test_a_frequency_cap_holds_over_a_day_and_starts_again_the_next():
    market = grown()
    market.serving.new_day()
    market.campaigns.roster.cap[:] = 2
    seen = np.zeros_like(today(market), np.int64)
    for tick in range(12, 18):
        prepare(market, tick=tick)
        seen += impressions(market, market.decide(pages_for(market, 400, seed=tick)))
    assert seen.max() == 2
    assert (seen == today(market)).all()
    market.serving.new_day()
    prepare(market, tick=48)
    assert impressions(market, market.decide(pages_for(market, 400, seed=48))).any(axis=0).sum() > 8


def test_what_is_not_listed_is_never_shown():
    market = grown()
    hidden = np.array([0, 7, 23, 41])  # goods of four merchants
    market.shelf.arrays.listed[hidden] = False
    prepare(market)
    served = market.decide(pages_for(market, 600))
    assert not np.isin(served.item, hidden).any()
    market.list_items(hidden)
    prepare(market, tick=16)
    served = market.decide(pages_for(market, 600))
    assert set(hidden) <= set(served.item.ravel().tolist())


def test_a_paused_ad_group_is_not_shown_in_the_next_tick():
    market = grown()
    prepare(market)
    shown = np.unique(market.decide(pages_for(market, 300)).group)
    for row in shown[shown >= 0][::2].tolist():
        market.campaigns.change_group(market.campaigns.roster.groups[row].id, paused=True)
    prepare(market, tick=13)
    served = market.decide(pages_for(market, 300))
    assert (served.group >= 0).any()
    assert market.campaigns.roster.active[served.group[served.group >= 0]].all()


def test_an_audience_is_reached_and_nobody_else():
    market = grown()
    for row, one in enumerate(market.campaigns.roster.groups):
        market.campaigns.change_group(one.id, audience=1 << row % 5)
    prepare(market)
    requests = pages_for(market, 600)
    served = market.decide(requests)
    segment = np.where(requests.wanted >= 0, requests.wanted, market.predictor.liked[requests.shopper, 0])
    row, place = np.nonzero(served.group >= 0)
    assert len(row) > 100
    assert (served.group[row, place] % 5 == segment[row]).all()


def test_scenes_are_kept_by_ad_groups_and_by_items():
    market = grown()
    for row, one in enumerate(market.campaigns.roster.groups):
        market.campaigns.change_group(one.id, scenes=1 << row % 4)
    market.shelf.arrays.scenes[:] = 0b1011
    prepare(market)
    requests = pages_for(market, 600)
    served = market.decide(requests)
    row, place = np.nonzero(served.group >= 0)
    assert len(row) > 100
    assert (served.group[row, place] % 4 == requests.scene[row]).all()
    assert (served.item[requests.scene == SEARCH] == -1).all()  # no item goes there
    assert (served.item[requests.scene == FEED, 0] >= 0).all()


def test_a_search_page_is_mostly_of_the_category_asked_for():
    market = grown()
    prepare(market, lease=0)
    requests = pages_for(market, 300, scene=SEARCH)
    served = market.decide(requests)
    category = market.shelf.arrays.category[served.item]
    fits = (category == requests.wanted[:, None]) & (served.item >= 0)
    assert fits.sum() / (served.item >= 0).sum() > 0.6  # one in five would be chance
    assert ((served.reason == Reason.SEARCHED) == fits).all()


def test_the_same_requests_give_the_same_pages_whatever_came_before():
    fresh, busy = grown(), grown()
    for market in (fresh, busy):
        market.campaigns.roster.cap[:] = 200
        prepare(market)
    requests = pages_for(fresh, 150, seed=3)
    busy.decide(pages_for(busy, 200, seed=4))
    assert same(fresh.decide(requests), busy.decide(requests))


def test_another_exploration_seed_changes_some_pages_and_no_prediction():
    market, other = grown(), grown()
    other.serving.explore_anew(99)
    for one in (market, other):
        prepare(one, lease=0)
    requests = pages_for(market, 200)
    ours, theirs = market.decide(requests), other.decide(requests)
    assert (ours.item != theirs.item).any()
    rate = {}
    for served in (ours, theirs):
        for page, items in enumerate(served.item.tolist()):
            for place, item in enumerate(items):
                if item >= 0:
                    told = rate.setdefault((page, item), served.click_rate[page, place])
                    assert told == served.click_rate[page, place]


def test_why_is_written_beside_every_place():
    market = grown()
    phases = (Phase.STABLE, Phase.COLD_START, Phase.EXPANSION)
    for row, one in enumerate(market.campaigns.roster.groups):
        market.campaigns.change_group(one.id, phase=phases[row % 3])
    prepare(market)
    served = market.decide(pages_for(market, 400))
    paid = served.group >= 0
    expected = np.array([Reason.PAID, Reason.PAID_COLD_START, Reason.PAID_EXPANSION])[served.group[paid] % 3]
    assert (served.reason[paid] == expected).all()
    assert set(np.unique(expected)) == {Reason.PAID, Reason.PAID_COLD_START, Reason.PAID_EXPANSION}
    organic = {Reason.RELEVANT, Reason.EXPLORED, Reason.SEARCHED, Reason.FOLLOWED}
    assert set(np.unique(served.reason[~paid & (served.item >= 0)])) <= organic
    assert (served.reason[served.item < 0] == Reason.EMPTY).all()


def test_every_reason_can_be_told_in_both_languages():
    told = [explain(int(reason), language) for reason in Reason for language in ("zh", "en")]
    assert len(set(told)) == 2 * len(Reason)
    with pytest.raises(ValueError):
        explain(99)


def test_requests_and_pages_are_recorded_in_that_order():
    market = grown()
    prepare(market)
    start = len(market.bus.log)
    served = market.decide(pages_for(market, 5))
    told = [envelope.data for _, envelope in market.bus.log.read(start)]
    assert [type(one) for one in told] == [Requested, Served]
    assert told[0].request.tolist() == told[1].request.tolist() == served.request.tolist()


def test_no_requests_fill_no_pages():
    market = grown()
    prepare(market)
    before = market.landscape.pages
    served = market.decide(pages_for(market, 0))
    assert served.item.shape == served.charge.shape == (0, POSITIONS)
    assert market.landscape.pages == before


def test_a_market_without_advertisers_serves_organic_pages():
    market = open_market(crowded_shelf())
    market.open_tick(0)
    served = market.decide(pages_for(market, 50))
    assert (served.item >= 0).all()
    assert (served.group == -1).all()
    look(market, served)
    market.open_tick(1)
    assert not failures(market.bus)


def test_a_shelf_of_one_item_fills_one_place():
    market = open_market(shelf_of(("pot", "m0", "tea", 30.0)))
    market.open_tick(0)
    served = market.decide(pages_for(market, 20))
    assert (served.item[:, 0] == 0).all()
    assert (served.item[:, 1:] == -1).all()


def test_an_incremental_ad_does_not_buy_what_the_page_shows_first_anyway():
    for incremental in (False, True):
        market = open_market(shelf_of(("pot", "m0", "tea", 30.0)))
        market.campaigns.add(campaign(incremental=incremental))
        market.campaigns.add_group(group("ad", "pot"))
        prepare(market, tick=0)
        served = market.decide(pages_for(market, 20, scene=FEED))
        assert (served.group >= 0).any() == (not incremental)


def test_a_quota_buys_a_view_that_its_prediction_would_not():
    market = grown()
    prepare(market, bid=1e-9)
    assert (market.decide(pages_for(market, 50)).group == -1).all()
    market.campaigns.change_group("ad-m3-2", quota_bid=0.5)
    prepare(market, bid=1e-9, tick=13)
    served = market.decide(pages_for(market, 50))
    [bought] = set(served.group[served.group >= 0].tolist())
    assert bought == market.campaigns.group_row("ad-m3-2")
    assert (served.charge[served.group >= 0] == int(market.serving.reserve * 1e6)).all()  # nobody else bids


def at_fault(**columns: list[int]) -> PageRequests:
    fields = {"shopper": [0, 0], "scene": [0, 2], "wanted": [-1, 0], **columns}
    return PageRequests(
        np.zeros(2, np.int64),
        np.arange(2, dtype=np.uint64),
        *(np.array(fields[name], np.int64) for name in ("shopper", "scene", "wanted")),
    )


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({"shopper": [0, 40]}, "shopper"),
        ({"shopper": [-1, 0]}, "shopper"),
        ({"scene": [0, 4]}, "scene"),
        ({"scene": [-1, 2]}, "scene"),
        ({"wanted": [-1, 5]}, "wanted category"),
        ({"wanted": [-2, 0]}, "wanted category"),
    ],
)
def test_what_is_out_of_range_is_refused_before_anything_is_decided(fault, complaint):
    market = grown()
    prepare(market)
    start = len(market.bus.log)
    with pytest.raises(ValueError, match=complaint):
        market.decide(at_fault(**fault))
    assert len(market.bus.log) == start
    market.decide(at_fault())  # the same without the fault


def test_a_tick_has_to_be_open():
    market = open_market(crowded_shelf())
    with pytest.raises(ValueError, match="open a tick"):
        market.decide(pages_for(market, 1))


@pytest.mark.parametrize("bid", [float("nan"), float("inf"), -1.0, 0.0])
def test_a_bid_that_is_no_amount_buys_nothing(bid: float):
    market = grown()
    prepare(market, bid=bid)
    assert (market.decide(pages_for(market, 50)).group == -1).all()


def test_a_budget_that_runs_dry_within_a_batch_is_spent_to_less_than_one_bid():
    market = grown()
    leased = prepare(market, lease=1_500_000)
    requests = pages_for(market, 800)
    served = market.decide(requests)
    left = leased - spent_by_campaign(market, served)
    _, bids = bids_of(market, served, 40.0)
    assert (left < bids.max()).sum() >= 6  # most of the eight ran dry
    later = served.group[600:]
    assert (later >= 0).sum() < (served.group[:200] >= 0).sum() / 2
