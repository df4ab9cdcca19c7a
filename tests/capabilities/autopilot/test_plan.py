"""The plan: which products come first, to whom, and what an order of them may cost."""

import numpy as np
import pytest
from small_market import ROI_3, crowded_shelf, open_market

from magnetar.capabilities.autopilot import target_cost
from magnetar.capabilities.autopilot.planner import plan
from magnetar.capabilities.autopilot.reach import audience_for
from magnetar.capabilities.campaigns import EVERYBODY
from magnetar.vocabulary.campaigns import Goal, GoalKind, Phase
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money


def planned(market, **options):
    settings = {"groups": 3, "launches": np.zeros(0, np.int64), **options}
    return plan(market, name="uax", merchant=MerchantId("m1"), goal=ROI_3, daily_budget=Money.of(50), **settings)


def test_the_products_that_sell_most_a_view_come_first():
    market = open_market(crowded_shelf())
    rows = market.shelf.of_merchant("m1")
    market.predictor.orders.items.mean[rows] = [1.0, 5.0, 3.0, 0.1, 4.0, 0.1]
    market.shelf.arrays.price[rows] = 10.0
    made = planned(market)
    assert [one.group.product for one in made.groups] == ["m1-1", "m1-4", "m1-2"]
    # 0.05 × 1 clicks a view, 0.05 × 5 orders a click, at 10.00
    assert made.groups[0].value_per_mille == pytest.approx(1000 * 0.05 * 0.25 * 10.0)
    assert [one.row for one in made.groups] == rows[[1, 4, 2]].tolist()
    assert made.campaign.daily_budget == Money.of(50)


def test_launches_and_what_is_not_on_the_shelf_wait():
    market = open_market(crowded_shelf())
    rows = market.shelf.of_merchant("m1")
    market.shelf.arrays.listed[rows[0]] = False
    made = planned(market, groups=99, launches=rows[[2, 3]])
    assert {one.row for one in made.groups} == set(rows[[1, 4, 5]].tolist())
    assert made.launches == rows[[2, 3]].tolist()


def test_every_planned_group_says_why_in_both_languages():
    for one in planned(open_market(crowded_shelf())).groups:
        assert one.reason
        assert one.reason_en
        assert one.group.audience == EVERYBODY
        assert one.group.phase is Phase.STABLE


def test_an_audience_holds_the_segments_that_like_a_category_best_and_its_own():
    market = open_market(crowded_shelf(categories=5), shoppers=10)
    match = market.predictor.clicks.matches.mean
    match[:] = 0.1
    for shopper in range(10):  # two shoppers love each category
        match[shopper, shopper % 5] = 2.0
    match[[1, 6], 3] = 1.5  # those who love 1 like 3, too
    match[[4, 9], 3] = 1.2
    assert audience_for(market, 3, 0.2) == 1 << 3
    assert audience_for(market, 3, 0.4) == 1 << 3 | 1 << 1
    assert audience_for(market, 3, 0.6) == 1 << 3 | 1 << 1 | 1 << 4
    assert audience_for(market, 0, 0.0) & 1


@pytest.mark.parametrize(
    ("goal", "cost"),
    [
        (Goal(GoalKind.TARGET_COST, 8.0), 8.0),
        (Goal(GoalKind.TARGET_ROI, 4.0), 7.5),
        (Goal(GoalKind.MAX_CONVERSIONS), float("inf")),
    ],
)
def test_what_an_order_of_a_thing_for_thirty_may_cost(goal: Goal, cost: float):
    assert target_cost(goal, 30.0) == cost
