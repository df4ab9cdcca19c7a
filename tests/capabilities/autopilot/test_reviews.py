"""What UAX and the manual playbook want, given an ad group's results."""

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from small_market import campaign, group

from magnetar.capabilities.autopilot import Intention, Kind, Limits, playbook, uax
from magnetar.capabilities.autopilot.limits import refusal
from magnetar.capabilities.autopilot.view import GroupView
from magnetar.capabilities.campaigns import EVERYBODY
from magnetar.vocabulary.campaigns import Phase

EDGES = {
    (Phase.UNDERSTANDING, Phase.COLD_START),
    (Phase.COLD_START, Phase.STABLE),
    (Phase.STABLE, Phase.EXPANSION),
    (Phase.EXPANSION, Phase.STABLE),
}


def view_of(**changes) -> GroupView:
    """An ad group for a thing of 30.00 that may cost 10.00 an order; nothing has happened yet."""
    about_group = {
        name: changes.pop(name)
        for name in ("phase", "paused", "bid_factor", "quota_bid", "audience")
        if name in changes
    }
    plain = GroupView(group("a", "pot", **about_group), 30.0, 10.0, 0, 0, 0, 0.0, 0.0, 0.0)
    return replace(plain, **changes)


views = st.builds(
    view_of,
    phase=st.sampled_from(list(Phase)),
    paused=st.booleans(),
    bid_factor=st.floats(0.05, 3.0),
    quota_bid=st.sampled_from([0.0, 0.03]),
    audience=st.sampled_from([EVERYBODY, 0b11]),
    target=st.sampled_from([0.5, 10.0, math.inf]),
    views=st.integers(0, 6_000),
    orders=st.integers(0, 30),
    spend=st.floats(0.0, 500.0),
    predicted=st.floats(0.0, 40.0),
)


def wanted(intentions: list[Intention], kind: Kind) -> list[float]:
    return [float(one.value) for one in intentions if one.kind is kind]


# ---- UAX ----


@given(views, st.floats(0.0, 40.0), st.floats(0.0, 1.6), st.floats(0.0, 2.0))
@settings(max_examples=500, deadline=None)
def test_whatever_the_results_uax_asks_for_what_the_limits_allow_and_says_why(view, matured, pacing, price):
    asked = uax.review(view, matured, pacing, price)
    for intention in asked:
        assert (intention.campaign, intention.group) == (view.group.campaign, view.group.id)
        assert intention.reason.strip()
        assert intention.reason_en.strip()
        assert intention.reason != intention.reason_en
        assert {"views", "orders", "spend"} <= set(intention.evidence)
        assert all(math.isfinite(figure) for figure in intention.evidence.values())
        if intention.kind is Kind.PHASE:
            assert (view.group.phase, Phase(int(intention.value))) in EDGES
        if intention.kind is Kind.BID:
            assert 0.1 <= intention.value <= 3.0
    assert len({one.kind for one in asked}) == len(asked)  # never two changes of one thing
    if view.group.paused or view.group.phase is Phase.ENDED:
        assert not asked


def test_what_is_understood_begins_its_cold_start():
    [move] = uax.review(view_of(phase=Phase.UNDERSTANDING), 0.0, 1.0, 0.02)
    assert (move.kind, move.value) == (Kind.PHASE, Phase.COLD_START)


def test_the_first_pool_is_bought_at_half_over_the_market_price_and_then_let_go():
    asked = uax.review(view_of(phase=Phase.COLD_START, views=0), 0.0, 1.0, 0.02)
    assert wanted(asked, Kind.QUOTA) == [0.03]
    assert wanted(asked, Kind.BID) == [2.4]
    held = view_of(phase=Phase.COLD_START, views=99, quota_bid=0.03, bid_factor=2.4)
    assert uax.review(held, 0.0, 1.0, 0.05) == []  # the price may move; the quota stands
    asked = uax.review(replace(held, views=100), 0.0, 1.0, 0.05)
    assert wanted(asked, Kind.QUOTA) == [0.0]


def test_a_cold_start_is_not_starved_by_its_campaigns_pacing():
    view = view_of(phase=Phase.COLD_START, views=0)
    assert wanted(uax.review(view, 0.0, 0.8, 0.0), Kind.BID) == [3.0]  # 2.4 / 0.8
    assert wanted(uax.review(view, 0.0, 0.01, 0.0), Kind.BID) == [3.0]  # and never above the highest


def test_ten_orders_end_a_cold_start():
    view = view_of(phase=Phase.COLD_START, views=500, orders=10, spend=90.0, predicted=10.0, bid_factor=2.4)
    asked = uax.review(view, 10.0, 1.0, 0.02)
    assert wanted(asked, Kind.PHASE) == [Phase.STABLE]
    # ten orders cost 90 where 1.2 × 10 each were allowed: 120 / 90, at most 1.3
    assert wanted(asked, Kind.BID) == [1.3]


def test_a_hopeless_launch_is_held_at_a_low_bid():
    view = view_of(phase=Phase.COLD_START, views=1_500, orders=0, spend=200.0, predicted=8.0, bid_factor=1.0)
    asked = uax.review(view, 8.0, 1.0, 0.02)
    assert wanted(asked, Kind.BID) == [0.25]
    assert not wanted(asked, Kind.PHASE)


def test_a_steady_winner_reaches_out_and_comes_back_when_it_gets_dear():
    winner = view_of(phase=Phase.STABLE, views=5_000, orders=20, spend=100.0, predicted=20.0, audience=0b11)
    asked = uax.review(winner, 20.0, 1.0, 0.02)
    assert wanted(asked, Kind.PHASE) == [Phase.EXPANSION]
    assert [one.value for one in asked if one.kind is Kind.AUDIENCE] == [EVERYBODY]
    dear = replace(winner, group=replace(winner.group, phase=Phase.EXPANSION), spend=900.0)
    assert wanted(uax.review(dear, 20.0, 1.0, 0.02), Kind.PHASE) == [Phase.STABLE]
    fine = replace(dear, spend=100.0)
    assert uax.review(fine, 20.0, 1.0, 0.02) == []


def test_small_changes_of_a_bid_are_not_worth_an_intention():
    view = view_of(phase=Phase.COLD_START, views=500, orders=3, spend=36.0, predicted=3.0, bid_factor=1.0)
    assert wanted(uax.review(view, 3.0, 1.0, 0.02), Kind.BID) == []  # headroom 1.0 against a factor of 1.0
    dearer = replace(view, spend=48.0)  # headroom 0.75
    assert wanted(uax.review(dearer, 3.0, 1.0, 0.02), Kind.BID) == [0.75]


# ---- the manual playbook ----


@pytest.mark.parametrize(
    ("results", "age", "kind", "value"),
    [
        ({"spend": 25.0}, None, Kind.PAUSE, True),  # 2.5 targets without an order
        ({"spend": 24.9}, None, None, None),
        ({"spend": 30.0, "orders": 2}, None, Kind.BID, 0.85),  # 15.00 an order where 13.00 is too dear
        ({"spend": 26.0, "orders": 1}, None, None, None),  # too dear, but not three targets yet
        ({"spend": 39.0, "orders": 3}, None, None, None),  # 13.00 is not over 1.3 targets
        ({"spend": 15.0, "orders": 2}, None, Kind.BID, 1.15),  # 7.50 an order
        ({"spend": 16.0, "orders": 2}, None, None, None),  # 8.00 is not under 0.8 targets
        ({"spend": 7.0, "orders": 1}, None, None, None),  # one order may be luck
        ({"spend": 15.0, "orders": 2, "bid_factor": 1.5}, None, Kind.BID, 1.6),  # up to 1.6
        ({"spend": 15.0, "orders": 2, "bid_factor": 1.6}, None, None, None),
        ({"spend": 60.0, "orders": 1, "bid_factor": 0.42}, None, Kind.BID, 0.4),  # down to 0.4
        ({"views": 299}, 24, Kind.BID, 1.2),  # a new product is not seen
        ({"views": 300}, 24, None, None),
        ({"views": 299}, 23, None, None),
        ({"views": 299}, None, None, None),  # not a launch
        ({"views": 10, "bid_factor": 1.7}, 48, Kind.BID, 1.8),
        ({"views": 10, "bid_factor": 1.8}, 48, None, None),
        ({"spend": 99.0, "paused": True}, 48, None, None),
    ],
)
def test_the_playbook_by_hand(results, age, kind, value):
    asked = playbook.review(view_of(**results), launched_ticks=age)
    assert [(one.kind, one.value) for one in asked] == ([(kind, value)] if kind else [])


@given(views, st.one_of(st.none(), st.integers(0, 200)))
def test_the_playbook_asks_for_one_thing_at_a_time_within_the_limits(view, age):
    assume(view.group.bid_factor >= 0.4)  # the playbook itself goes no lower
    asked = playbook.review(view, launched_ticks=age)
    assert len(asked) <= 1
    for intention in asked:
        assert intention.reason
        assert intention.reason_en
        assert intention.evidence
        assert refusal(intention, campaign("spring"), view.group, Limits()) == ""
