"""Bidding: from goals to bids, with what the campaign's bidder is told in between."""

import numpy as np
import pytest
from small_market import (
    TICK,
    advertise_everything,
    campaign,
    crowded_shelf,
    group,
    look,
    open_market,
    page,
    pages_for,
    shelf_of,
    viewed,
)

from magnetar.capabilities.bidding import BIDDERS, CampaignState
from magnetar.kernel.errors import UnknownProvider
from magnetar.platform.market import Marketplace
from magnetar.vocabulary.campaigns import Goal, GoalKind

HOUR = 3_600_000_000
SHELF = (("pot", "m0", "tea", 30.0), ("cup", "m0", "tea", 12.0), ("film", "", "tea", 0.0))


class Listener:
    """A bidder that bids the target and keeps what it is told."""

    told: list[CampaignState] = []  # noqa: RUF012

    def multipliers(self, state: CampaignState) -> np.ndarray:
        self.told.append(state)
        return np.ones(len(state.row))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[CampaignState]:
    """What a bidder of somebody else's making is told."""
    monkeypatch.setattr(Listener, "told", [])
    real = type(BIDDERS).make

    def make(self, chosen=None, /, *arguments, **options):
        return Listener() if chosen == "listener" else real(self, chosen, *arguments, **options)

    monkeypatch.setattr(type(BIDDERS), "make", make)
    return Listener.told


def solve(market: Marketplace, tick: int = 0, left: float = 100.0, elapsed: int = 0) -> np.ndarray:
    count = len(market.campaigns.roster.campaigns)
    return market.bidding.solve(tick, np.full(count, round(left * 1e6)), elapsed, 4 * HOUR)


@pytest.mark.parametrize(
    ("goal", "bids"),
    [
        (Goal(GoalKind.TARGET_ROI, 3.0), [10.0, 4.0]),  # price over ROI
        (Goal(GoalKind.TARGET_COST, 7.0), [7.0, 7.0]),
        (Goal(GoalKind.MAX_CONVERSIONS), [4.2, 4.2]),  # a fifth of the mean price, until the market is known
    ],
)
def test_the_first_bid_for_an_order_is_what_the_goal_allows(goal: Goal, bids: list[float]):
    market = open_market(shelf_of(*SHELF))
    market.campaigns.add(campaign(goal=goal))
    market.campaigns.add_group(group("a", "pot"))
    market.campaigns.add_group(group("b", "cup", bid_factor=0.5))
    assert solve(market).tolist() == pytest.approx([bids[0], 0.5 * bids[1]])


def test_without_ad_groups_there_are_no_bids():
    market = open_market(shelf_of(*SHELF))
    assert solve(market).shape == (0,)
    market.campaigns.add(campaign())
    assert solve(market).shape == (0,)
    assert market.bidding.multiplier_of(0) == 1.0


def test_a_campaign_with_nothing_left_bids_nothing():
    market = open_market(shelf_of(*SHELF))
    market.campaigns.add(campaign())
    market.campaigns.add_group(group("a", "pot"))
    assert solve(market, left=0.0).tolist() == [0.0]
    assert market.bidding.multiplier_of(0) == 0.0


def test_a_campaign_whose_bidder_does_not_exist_is_told_so():
    market = open_market(shelf_of(*SHELF))
    market.campaigns.add(campaign(bidder="telepathy"))
    market.campaigns.add_group(group("a", "pot"))
    with pytest.raises(UnknownProvider, match="telepathy"):
        solve(market)


def test_the_bidder_is_told_money_in_currency_units(told: list[CampaignState]):
    market = open_market(shelf_of(*SHELF))
    market.campaigns.add(campaign(budget=80.0, bidder="listener", goal=Goal(GoalKind.TARGET_ROI, 4.0)))
    market.campaigns.add_group(group("a", "pot"))
    solve(market, left=79.5)
    market.bus.publish(viewed(page((0, 0, 2_500_000), rates=(0.2, 0.1)), depth=1))
    solve(market, tick=1, left=77.0, elapsed=TICK)
    first, second = told
    assert (first.target[0], first.budget[0], first.left[0], first.spent[0]) == (0.25, 80.0, 79.5, 0.0)
    assert np.isnan(first.previous[0])
    assert (second.spent[0], second.left[0], second.previous[0]) == (2.5, 77.0, 1.0)
    assert second.window_spent[0] == 2.5
    assert second.earned[0] == pytest.approx(0.02 * 30.0, rel=0.01)  # predicted orders at the price
    market.bidding.new_day()
    solve(market, tick=48)
    assert told[-1].spent[0] == 0.0
    assert told[-1].window_spent[0] == pytest.approx(2.5 * 0.97)  # the window does not end at midnight


def test_orders_beyond_what_was_predicted_raise_the_bid_and_none_lower_it():
    def after(orders: int) -> float:
        market = open_market(shelf_of(*SHELF))
        market.campaigns.add(campaign(bidder="fixed"))
        market.campaigns.add_group(group("a", "pot"))
        solve(market)
        for _ in range(20):  # 20 views, 0.4 orders predicted for each
            market.bus.publish(viewed(page((0, 0, 1000), rates=(0.8, 0.5)), depth=1))
        market.campaigns.delivery.orders[0] = orders
        solve(market, tick=1)
        return float(solve(market, tick=2, elapsed=400 * HOUR)[0])

    assert after(8) == pytest.approx(10.0, rel=0.01)  # as predicted
    assert after(40) > 15.0
    assert after(0) < 7.0


def test_views_are_waited_for_before_missing_orders_count():
    market = open_market(shelf_of(*SHELF))
    market.campaigns.add(campaign())
    market.campaigns.add_group(group("a", "pot"))
    solve(market)
    for _ in range(10):
        market.bus.publish(viewed(page((0, 0, 1000), rates=(0.8, 0.5)), depth=1))
    solve(market, tick=1)
    assert market.bidding.matured_of(0) == 0.0
    solve(market, tick=2, elapsed=4 * HOUR)
    assert market.bidding.matured_of(0) == pytest.approx(4.0 * (1 - np.exp(-1)))
    assert market.bidding.matured_of(99) == 0.0


def test_a_whole_site_target_counts_what_ads_take_from_organic_sales(told: list[CampaignState]):
    market = open_market(shelf_of(*SHELF))
    organic = page((0, -1, 0), rates=(0.2, 0.1))  # should sell 0.02 × 30 = 0.6
    for _ in range(100):
        market.bus.publish(viewed(organic, depth=1))
    market.campaigns.add(campaign("whole", whole_site=True, bidder="listener"))
    market.campaigns.add_group(group("a", "pot", "whole"))
    market.campaigns.add(campaign("plain", bidder="listener"))
    market.campaigns.add_group(group("b", "pot", "plain"))
    solve(market)  # before it began: 0.6 a page
    for _ in range(10):
        market.bus.publish(viewed(organic, depth=1))
    solve(market, tick=1)
    for _ in range(10):
        market.bus.publish(viewed(page((0, 0, 1000)), depth=1))  # the ad stands where the organic item stood
    solve(market, tick=2)
    for _ in range(10):
        market.bus.publish(viewed(organic, depth=1))
    solve(market, tick=3)
    gained = [state.organic.tolist() for state in told]
    assert gained[1] == pytest.approx([0.0, 0.0], abs=1e-5)
    assert gained[2] == pytest.approx([-6.0, 0.0], abs=1e-4)
    assert gained[3] == pytest.approx([-6.0 * 0.97, 0.0], abs=1e-4)  # as before again; the loss fades


def test_what_was_met_in_the_market_becomes_the_forecast(told: list[CampaignState]):
    market = open_market(crowded_shelf())
    advertise_everything(market, bidder="listener")
    for tick in range(6):
        market.bus.clock.step_to(tick * TICK)
        market.open_tick(tick)
        look(market, market.decide(pages_for(market, 100, seed=tick)))
    market.open_tick(6)
    state = told[-1]
    assert (state.cost[:, -1] > 0.0).all()
    assert (np.diff(state.cost, axis=1) >= 0.0).all()  # a higher multiplier never buys less
    assert (np.diff(state.worth, axis=1) >= 0.0).all()


def test_a_paused_ad_group_is_no_part_of_the_forecast(told: list[CampaignState]):
    market = open_market(crowded_shelf())
    advertise_everything(market, bidder="listener")
    for tick in range(3):
        market.open_tick(tick)
        look(market, market.decide(pages_for(market, 100, seed=tick)))
    for row in market.campaigns.rows_of("m0-all").tolist():
        market.campaigns.change_group(market.campaigns.roster.groups[row].id, paused=True)
    market.open_tick(3)
    assert told[-1].cost[0].max() == 0.0
    assert told[-1].cost[1].max() > 0.0
