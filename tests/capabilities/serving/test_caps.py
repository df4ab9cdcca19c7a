"""Frequency: short lists of today's impressions count what a table would count."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_market import advertise_everything, crowded_shelf, failures, look, open_market, pages_for, viewed

from magnetar.capabilities.serving.caps import BLOCK, Shown
from magnetar.platform.market import SpendWrittenOff

SHOPPERS, GROUPS = 5, 40
pairs = st.lists(st.tuples(st.integers(0, SHOPPERS - 1), st.integers(0, GROUPS - 1)), max_size=60)
steps = st.lists(st.one_of(pairs, st.integers(0, SHOPPERS - 1), st.none()), max_size=12)


def table_of(counts: Counter[tuple[int, int]]) -> np.ndarray:
    out = np.zeros((SHOPPERS, GROUPS), np.int64)
    for (shopper, group), times in counts.items():
        out[shopper, group] = times
    return out


@settings(deadline=None)
@given(steps)
def test_lists_count_what_a_table_would_count(done):
    """Batches of impressions, rows given to somebody else, and mornings, in any order."""
    shown, counts = Shown(SHOPPERS), Counter[tuple[int, int]]()
    for step in done:
        if step is None:
            shown.new_day()
            counts.clear()
        elif isinstance(step, int):
            shown.forget(step)
            counts = Counter({pair: times for pair, times in counts.items() if pair[0] != step})
        else:
            rows = np.array(step, np.int64).reshape(-1, 2)
            shown.add(rows[:, 0], rows[:, 1])
            counts.update(step)
        assert (shown.table(GROUPS) == table_of(counts)).all()


def test_counts_stop_at_255_and_do_not_spill_over():
    shown = Shown(1)
    for group in (3, 4):
        shown.add(np.zeros(300, np.int64), np.full(300, group))
    assert shown.table(6)[0].tolist() == [0, 0, 0, 255, 255, 0]


def test_an_ad_group_that_is_exhausted_is_at_any_cap_and_the_others_are_not():
    shown = Shown(3)
    shown.add(np.array([1]), np.array([7]))
    shown.exhaust(np.array([1, 2]), np.array([7, 8]))
    assert shown.table(9)[1].tolist() == [0] * 7 + [255, 0]
    assert shown.table(9)[2].tolist() == [0] * 8 + [255]
    assert not shown.table(9)[0].any()


def test_rows_that_change_hands_all_day_take_no_more_memory():
    shown = Shown(2)
    for _ in range(1_000):
        shown.add(np.zeros(20, np.int64), np.arange(20))
        shown.forget(0)
    assert len(shown.chains(0).block) <= 2 * 64
    assert shown.chains(0).block.shape[1] == BLOCK


# ---- what comes on screen too late ----


def test_views_that_come_after_their_ticks_edge_are_counted_and_not_charged():
    market = open_market(crowded_shelf())
    advertise_everything(market, budget=3.0)
    market.open_tick(20)
    late = market.decide(pages_for(market, 400))
    reserved = int(late.charge.sum())
    assert reserved > 10_000_000  # most of the budgets
    market.open_tick(21)
    look(market, market.decide(pages_for(market, 400, seed=2)))
    spent = int(market.campaigns.delivery.spend.sum())
    assert spent > 10_000_000
    before = int(market.campaigns.delivery.views.sum())
    look(market, late)
    assert int(market.campaigns.delivery.views.sum()) == before + int((late.group >= 0).sum())
    assert int(market.campaigns.delivery.spend.sum()) == spent
    market.open_tick(22)  # settles without complaint
    assert int(market.budgets.spent_today.sum()) == spent
    assert not failures(market.bus)


def test_what_is_counted_beyond_the_lease_is_borne_by_the_platform_and_said():
    market = open_market(crowded_shelf())
    advertise_everything(market, budget=3.0)
    market.open_tick(20)
    late = market.decide(pages_for(market, 400))
    market.open_tick(21)
    look(market, market.decide(pages_for(market, 400, seed=2)))
    market.bus.publish(viewed(late, 10))  # past the front door, where it would have been noticed
    spent = np.bincount(market.campaigns.roster.campaign, market.campaigns.delivery.spend)
    assert (spent > 3_000_000).any()
    market.open_tick(22)
    [told] = [one.data for _, one in market.bus.log.read() if isinstance(one.data, SpendWrittenOff)]
    assert (market.budgets.spent_today == np.minimum(spent, 3_000_000)).all()
    assert told.micros.sum() == (spent - np.minimum(spent, 3_000_000)).sum()
    revenue = market.budgets.ledger.balance("platform:revenue@CNY").micros
    assert revenue == market.budgets.spent_today.sum()
    look(market, market.decide(pages_for(market, 50, seed=3)))
    market.open_tick(23)  # what was written off stays so
    assert len([one for _, one in market.bus.log.read() if isinstance(one.data, SpendWrittenOff)]) == 1
    assert market.budgets.ledger.balance("platform:revenue@CNY").micros == market.budgets.spent_today.sum()
    assert not failures(market.bus)


@pytest.mark.parametrize("count", [0, 1, 33])
def test_a_block_that_is_not_full_is_a_batch_like_any_other(count: int):
    market = open_market(crowded_shelf())
    advertise_everything(market)
    market.open_tick(20)
    served = market.decide(pages_for(market, count))
    assert served.item.shape == (count, 10)
    assert (served.item >= 0).all()
