"""The table of goals: what goes together, what is refused, and what was stored before there was a table."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from small_market import campaign, campaigns_on, group, shelf_of

from magnetar.capabilities.campaigns import GOALS, goal_named, goal_row
from magnetar.capabilities.campaigns.goals import CONVERSION_WORDS, GOAL_WORDS, HORIZON_WORDS
from magnetar.engines.sqlite import SqliteStore
from magnetar.kernel.errors import BadInput, Refused
from magnetar.vocabulary.campaigns import Campaign, ConversionKind, Goal, GoalKind, Horizon, misfit
from magnetar.vocabulary.money import Money

SHELF = shelf_of(("pot", "m0", "tea", 30.0), ("cup", "m0", "tea", 12.0))
COUNTING = (GoalKind.TARGET_COST, GoalKind.MAX_CONVERSIONS, GoalKind.COST_CAP)
VALUING = (GoalKind.TARGET_ROI, GoalKind.ROI_FLOOR, GoalKind.MAX_VALUE)


def test_every_kind_is_counted_and_those_with_value_are_valued_within_every_horizon():
    valued = [one for one in ConversionKind if one.carries_value]
    assert len(GOALS) == len(ConversionKind) * 3 + len(valued) * 3 * 4
    assert len(ConversionKind) == 20
    assert len(valued) == 7
    assert sum(row.observed for row in GOALS.values()) == 4 * 3 + 3 * 3 * 4 == 48  # nothing to be reported


def test_the_table_is_what_goes_together_and_nothing_else():
    for kind in GoalKind:
        for conversion in ConversionKind:
            for horizon in Horizon:
                fits = (kind in COUNTING and horizon is Horizon.OPEN) or (kind in VALUING and conversion.carries_value)
                assert (misfit(kind, conversion, horizon) == "") == fits
                parts = [(row.kind, row.conversion, row.horizon) for row in GOALS.values()]
                assert parts.count((kind, conversion, horizon)) == fits


def test_every_row_makes_its_goal_and_is_found_again():
    for row in GOALS.values():
        goal = row.goal(2.5, expected_rate=0.0 if row.observed else 0.1)
        assert goal_row(goal) == row
        parts = [row.kind.name.lower(), row.conversion.name, row.horizon.name.lower()]
        assert goal_named(*parts) == row


def test_every_name_is_said_in_chinese_and_english_and_no_two_are_the_same():
    for table, names in ((CONVERSION_WORDS, ConversionKind), (GOAL_WORDS, GoalKind), (HORIZON_WORDS, Horizon)):
        assert set(table) == set(names)
    chinese, english = zip(*(row.words for row in GOALS.values()), strict=True)
    assert len(set(chinese)) == len(set(english)) == len(GOALS)
    assert goal_named("target_roi", "order", "d7").words == ("七日目标 ROI · 订单", "target ROI, orders, 7 days")


def test_what_the_platform_sees_itself_comes_first():
    assert [row.observed for row in GOALS.values()] == sorted((row.observed for row in GOALS.values()), reverse=True)


@pytest.mark.parametrize(
    ("goal", "found"),
    [
        ({"kind": GoalKind.TARGET_ROI, "target": 3.0, "conversion": ConversionKind.CLICK}, "found click"),
        ({"kind": GoalKind.MAX_VALUE, "conversion": ConversionKind.FOLLOW, "expected_rate": 0.1}, "found follow"),
        ({"kind": GoalKind.TARGET_COST, "target": 3.0, "horizon": Horizon.D7}, "leave it out"),
        ({"kind": GoalKind.COST_CAP}, "positive target, found 0.0"),
        ({"kind": GoalKind.ROI_FLOOR, "target": float("nan")}, "positive target, found nan"),
        ({"kind": GoalKind.TARGET_COST, "target": -1.0}, "positive target, found -1.0"),
        ({"kind": GoalKind.TARGET_COST, "target": float("inf")}, "positive target, found inf"),
        ({"kind": GoalKind.TARGET_COST, "target": 9.0, "conversion": ConversionKind.LEAD}, "needs expected_rate"),
        ({"kind": GoalKind.MAX_CONVERSIONS, "conversion": ConversionKind.LEAD, "expected_rate": 1.01}, "found 1.01"),
        ({"kind": GoalKind.MAX_CONVERSIONS, "conversion": ConversionKind.LEAD, "expected_rate": -0.1}, "found -0.1"),
        ({"kind": GoalKind.MAX_CONVERSIONS, "expected_value": -3.0}, "found -3.0"),
        ({"kind": GoalKind.MAX_CONVERSIONS, "expected_value": float("nan")}, "found nan"),
    ],
)
def test_what_makes_no_sense_is_refused_in_both_languages(goal: dict, found: str):
    with pytest.raises(ValueError, match=found) as refused:
        Goal(**goal)
    chinese, dot, english = str(refused.value).partition(" · ")
    assert dot
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("cpa", "order", "open"), "goal is one of: target_cost, target_roi"),
        (("target_cost", "wish", "open"), "conversion is one of: order, click"),
        (("target_roi", "order", "d30"), "horizon is one of: open, d0, d1, d7"),
        (("target_roi", "lead", "open"), "carries value"),
    ],
)
def test_a_name_that_does_not_exist_lists_those_that_do(parts: tuple[str, str, str], message: str):
    with pytest.raises(BadInput, match=message):
        goal_named(*parts)


def test_the_price_of_a_unit_of_worth():
    assert Goal(GoalKind.TARGET_COST, 7.0).price == Goal(GoalKind.COST_CAP, 7.0).price == 7.0
    assert Goal(GoalKind.TARGET_ROI, 4.0).price == Goal(GoalKind.ROI_FLOOR, 4.0).price == 0.25
    assert Goal(GoalKind.MAX_CONVERSIONS).price == Goal(GoalKind.MAX_VALUE).price == float("inf")


@pytest.mark.parametrize(("kind", "target"), [(0, 7.0), (1, 3.0), (2, 0.0)])
def test_a_goal_of_before_the_table_reads_as_the_same_goal_on_orders(kind: int, target: float):
    stored = {
        "id": "spring", "merchant": "m0", "name": "spring", "goal": {"kind": kind, "target": target},
        "daily_budget": {"micros": 5_000_000, "currency": "CNY"},
    }  # fmt: skip
    goal = msgspec.convert(stored, Campaign).goal
    assert goal == Goal(GoalKind(kind), target)
    assert (goal.conversion, goal.horizon, goal.expected_rate) == (ConversionKind.ORDER, Horizon.OPEN, 0.0)


@dataclass(frozen=True)
class OldGoal:
    """What a goal was before the table."""

    kind: GoalKind
    target: float


@dataclass(frozen=True)
class OldCampaign:
    id: str
    merchant: str
    name: str
    goal: OldGoal
    daily_budget: Money


def test_campaigns_stored_before_the_table_are_restored(tmp_path: Path):
    store = SqliteStore(tmp_path / "magnetar.db")
    before = campaigns_on(SHELF, store)
    before.add(campaign("spring", goal=Goal(GoalKind.TARGET_COST, 9.0, ConversionKind.LEAD, expected_rate=0.2)))
    before.add_group(group("a", "pot"))
    old = OldCampaign("spring", "m0", "spring", OldGoal(GoalKind.TARGET_ROI, 4.0), Money.of(100))
    store.collection("campaigns", OldCampaign).put("m0", [("spring", old)])
    after = campaigns_on(SHELF, store)
    after.restore()
    assert after.campaign("spring") == campaign("spring", goal=Goal(GoalKind.TARGET_ROI, 4.0))
    assert (after.roster.target[0], after.roster.worth[0], after.roster.per_click[0]) == (7.5, 30.0, 0.0)
    store.close()


def test_a_whole_site_campaign_counts_orders():
    campaigns = campaigns_on(SHELF)
    for goal in (
        Goal(GoalKind.TARGET_COST, 1.0, ConversionKind.CLICK),
        Goal(GoalKind.TARGET_ROI, 3.0, horizon=Horizon.D1),
    ):
        with pytest.raises(Refused, match=r"全站推广.*whole-site"):
            campaigns.add(campaign("spring", goal=goal, whole_site=True))
    campaigns.add(campaign("spring", goal=Goal(GoalKind.COST_CAP, 5.0), whole_site=True))
    with pytest.raises(Refused, match="whole-site"):
        campaigns.change_campaign("spring", goal=Goal(GoalKind.TARGET_COST, 1.0, ConversionKind.CLICK))


def test_a_cap_holds_for_cold_starts_and_guaranteed_pools_too():
    campaigns = campaigns_on(SHELF)
    for id, goal in (("cap", Goal(GoalKind.COST_CAP, 5.0)), ("free", Goal(GoalKind.TARGET_COST, 5.0))):
        campaigns.add(campaign(id, goal=goal))
        campaigns.add_group(group(f"{id}-pot", "pot", id, bid_factor=2.4, quota_bid=1.0))
        campaigns.add_group(group(f"{id}-cup", "cup", id, bid_factor=0.5))
    assert campaigns.roster.factor.tolist() == [1.0, 0.5, 2.4, 0.5]
    assert campaigns.roster.quota.tolist() == [0.0, 0.0, 1.0, 0.0]


def test_a_changed_goal_changes_what_is_expected_at_once():
    campaigns = campaigns_on(SHELF)
    campaigns.add(campaign("spring", goal=Goal(GoalKind.TARGET_ROI, 3.0)))
    campaigns.add_group(group("a", "pot"))
    roster = campaigns.roster
    assert (roster.target[0], roster.worth[0], roster.per_click[0], roster.unit[0]) == (10.0, 30.0, 0.0, 30.0)
    campaigns.change_campaign("spring", goal=Goal(GoalKind.TARGET_COST, 6.0, ConversionKind.LEAD, expected_rate=0.1))
    assert (roster.target[0], roster.worth[0], roster.per_click[0]) == (6.0, 1.0, 0.1)
    assert roster.unit[0] == 15.0  # a lead is twice as likely as an order, so half the price is as much a click
    campaigns.change_campaign("spring", goal=Goal(GoalKind.COST_CAP, 0.8, ConversionKind.CLICK))
    assert (roster.target[0], roster.worth[0], roster.per_click[0], roster.unit[0]) == (0.8, 1.0, 1.0, 1.5)


def test_the_command_prints_the_table_and_writes_it():
    done = subprocess.run(
        [sys.executable, "-m", "magnetar.cli.main", "goals", "--json", "-"], capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    assert answer["schema"] == "magnetar/goals/1"
    assert (answer["observed"], answer["reported"]) == (48, 96)
    assert [row["id"] for row in answer["goals"]] == list(GOALS)
    assert {row["needs"] for row in answer["goals"]} == {"nothing", "reported conversions"}
    seen = subprocess.run(
        [sys.executable, "-m", "magnetar.cli.main", "goals", "--observed"], capture_output=True, text=True, check=True
    ).stdout
    assert "净成交订单" in seen
    assert "表单线索" not in seen
