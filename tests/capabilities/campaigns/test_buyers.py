"""Buyers: who has ordered from whom, so that a first order is known; and conversions that were reported."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_market import campaign, campaigns_on, failures, group, shelf_of

from magnetar.capabilities.campaigns.buyers import Buyers
from magnetar.capabilities.shoppers import Converted, Ordered
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock
from magnetar.vocabulary.campaigns import ConversionKind, Goal, GoalKind

OWNERS = np.array([0, 0, 1, -1])
"""Two goods of merchant 0, one of merchant 1, and content that sells nothing."""
SHELF = shelf_of(("pot", "m0", "tea", 30.0), ("cup", "m0", "tea", 12.0), ("lamp", "m1", "lamps", 90.0))


def orders(*rows: tuple[int, int], ad: int = -1) -> Ordered:
    """Orders from (shopper, item)."""
    shopper, item = np.array(rows, np.int64).reshape(-1, 2).T
    same = np.zeros(len(rows), np.int64)
    return Ordered(same, same, same.astype(np.uint64), shopper, same, item, same + ad, same + 1, same + 1_000_000)


def converted(*rows: tuple[int, int, ConversionKind, int], hours: int = 0) -> Converted:
    """Conversions from (item, ad group, kind, micros), so many hours after their click."""
    item, ad, kind, value = np.array(rows, np.int64).reshape(-1, 4).T
    same = np.zeros(len(rows), np.int64)
    late = same + hours * 3_600_000_000
    return Converted(late, same, same.astype(np.uint64), same, same, item, ad, kind.astype(np.int8), value)


def test_an_order_is_first_once_for_each_merchant():
    buyers = Buyers(OWNERS)
    assert buyers.first(orders((7, 0), (7, 1), (7, 2), (8, 1))).tolist() == [True, False, True, True]
    assert buyers.first(orders((7, 1), (8, 2), (8, 0), (9, 0))).tolist() == [False, True, False, True]
    assert buyers.of(0).tolist() == [7, 8, 9]
    assert buyers.of(1).tolist() == [7, 8]
    assert buyers.first(orders()).tolist() == []


def test_content_that_belongs_to_nobody_has_no_buyers():
    buyers = Buyers(OWNERS)
    assert buyers.first(orders((7, 3))).tolist() == [False]
    assert len(buyers.pairs) == 0


def test_a_row_that_many_share_makes_nobody_a_buyer():
    buyers = Buyers(OWNERS)
    buyers.shared = 8
    assert buyers.first(orders((7, 0), (7, 0), (8, 0))).tolist() == [True, True, True]
    assert buyers.first(orders((7, 0), (8, 0))).tolist() == [True, False]
    assert buyers.of(0).tolist() == [8]


def test_a_row_that_is_given_away_is_forgotten_and_no_other():
    buyers = Buyers(OWNERS)
    buyers.first(orders((6, 0), (7, 0), (7, 2), (8, 2)))
    buyers.forget(7)
    buyers.forget(99)
    assert (buyers.of(0).tolist(), buyers.of(1).tolist()) == ([6], [8])
    assert buyers.first(orders((7, 1))).tolist() == [True]


def test_a_smaller_platform_takes_up_whom_it_has_room_for():
    buyers, smaller = Buyers(OWNERS), Buyers(OWNERS)
    buyers.first(orders((3, 0), (5, 2), (9, 0)))
    smaller.restore(buyers.pairs, shoppers=6)
    assert (smaller.of(0).tolist(), smaller.of(1).tolist()) == ([3], [5])


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=8), max_size=5))
def test_batches_or_one_by_one_the_same_orders_are_first(batches: list[list[tuple[int, int]]]):
    together, apart = Buyers(OWNERS), Buyers(OWNERS)
    for batch in batches:
        one_by_one = [bool(apart.first(orders(row))[0]) for row in batch]
        assert together.first(orders(*batch)).tolist() == one_by_one
    assert together.pairs.tolist() == apart.pairs.tolist() == sorted(set(together.pairs.tolist()))


@pytest.fixture
def scene():
    """An ad group each for orders, first orders, kept orders, clicks and leads."""
    bus = Bus(MemoryLog(), SteppedClock())
    campaigns = campaigns_on(SHELF, bus=bus)
    for id, kind, rate in (
        ("order", ConversionKind.ORDER, 0.0),
        ("first", ConversionKind.FIRST_ORDER, 0.0),
        ("kept", ConversionKind.KEPT_ORDER, 0.0),
        ("click", ConversionKind.CLICK, 0.0),
        ("lead", ConversionKind.LEAD, 0.1),
    ):
        campaigns.add(campaign(id, goal=Goal(GoalKind.TARGET_COST, 5.0, kind, expected_rate=rate)))
        campaigns.add_group(group(f"{id}-pot", "pot", id))
    return bus, campaigns.delivery


def test_each_goal_counts_what_it_pays_for(scene: tuple):
    bus, delivery = scene
    for ad in range(5):
        bus.publish(orders((ad, 0), (ad, 0), ad=ad))
    bus.publish(converted((0, 4, ConversionKind.LEAD, 0), (0, 4, ConversionKind.LEAD, 0)))
    delivery.clicks[:] = 9
    delivery.returns[:] = 1
    assert delivery.firsts.tolist() == [1, 1, 1, 1, 1]
    assert delivery.results().tolist() == [2, 1, 2, 9, 2]
    assert delivery.conversions().tolist() == [2, 1, 1, 9, 2]  # a kept order is one that did not come back
    assert not failures(bus)


def test_only_the_kind_that_is_paid_for_counts(scene: tuple):
    bus, delivery = scene
    bus.publish(
        converted(
            (0, 4, ConversionKind.LEAD, 2_000_000),
            (0, 4, ConversionKind.FOLLOW, 2_000_000),  # not what the ad group pays for
            (0, 0, ConversionKind.LEAD, 2_000_000),
            (0, -1, ConversionKind.LEAD, 2_000_000),  # nobody paid for that impression
        )
    )
    assert delivery.converted.tolist() == [0, 0, 0, 0, 1]
    assert delivery.value.tolist() == [0, 0, 0, 0, 2_000_000]
    assert not failures(bus)


def test_a_report_before_there_is_any_ad_group_counts_for_none():
    bus = Bus(MemoryLog(), SteppedClock())
    campaigns = campaigns_on(SHELF, bus=bus)
    bus.publish(converted((0, -1, ConversionKind.LEAD, 0)))
    assert campaigns.delivery.converted.tolist() == []
    assert not failures(bus)
