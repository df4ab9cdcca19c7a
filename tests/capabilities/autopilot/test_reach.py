"""Whom UAX reaches first and whom later: by the rule, and by reasons."""

import pytest
from small_market import crowded_shelf, open_market

from magnetar.capabilities.autopilot import POLICIES
from magnetar.capabilities.autopilot.reach import BY_REASONS, BY_RULE
from magnetar.capabilities.campaigns import EVERYBODY


def three_camps():
    """Segment 1 likes category 0 well, segment 2 hates it; four, four and two people."""
    market = open_market(crowded_shelf(categories=3), shoppers=10)
    match = market.predictor.clicks.matches.mean
    match[:] = 0.2
    for row in range(10):
        own = 0 if row < 4 else 1 if row < 8 else 2
        match[row, own] = 2.0
        if own == 1:
            match[row, 0] = 1.5
        market.predictor.liked[row, 0] = own
    return market


def item_in(market, category: int) -> int:
    return int((market.shelf.arrays.category == category).nonzero()[0][0])


def test_the_rule_goes_from_a_share_of_segments_to_everybody():
    market = three_camps()
    core = BY_RULE.core(market, item_in(market, 0), 0.6)
    assert core.mask == 0b011
    further = BY_RULE.wider(market, item_in(market, 0), core.mask)
    assert further is not None
    assert further.mask == EVERYBODY
    assert BY_RULE.wider(market, item_in(market, 0), EVERYBODY) is None


def test_a_reasoned_core_holds_that_share_of_people_and_says_who_they_are():
    market = three_camps()
    core = BY_REASONS.core(market, item_in(market, 0), 0.6)
    assert core.mask == 0b011
    assert core.evidence["audience_shoppers"] == 8
    assert core.evidence["audience_share"] == pytest.approx(0.8)
    assert core.reason
    assert core.reason_en
    only = BY_REASONS.core(market, item_in(market, 0), 0.2)
    assert only.mask == 0b001


def test_reaching_out_by_reasons_leaves_out_who_is_too_far_and_names_the_new_people():
    market = three_camps()
    row = item_in(market, 0)
    further = BY_REASONS.wider(market, row, 0b001)
    assert further is not None
    assert further.mask & 0b001
    assert further.mask != EVERYBODY
    assert 0 < further.evidence["new_share"] <= 1
    assert further.evidence["furthest"] <= 1.2
    assert "new people" in further.reason_en


def test_where_nobody_is_left_nothing_is_intended():
    market = three_camps()
    assert BY_REASONS.wider(market, item_in(market, 0), 0b111) is None
    assert BY_REASONS.wider(market, item_in(market, 0), EVERYBODY) is None


def test_both_policies_stand_under_their_names():
    assert POLICIES == {"rule": BY_RULE, "reasons": BY_REASONS}
