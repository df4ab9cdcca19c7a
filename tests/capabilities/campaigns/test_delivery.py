"""Delivery: counted by hand from a few pages."""

import numpy as np
import pytest
from small_market import campaign, campaigns_on, clicked, failures, group, ordered, page, returned, shelf_of, viewed

from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock

SHELF = shelf_of(("pot", "m0", "tea", 30.0), ("cup", "m0", "tea", 12.0), ("film", "", "tea", 0.0))
POT, CUP, FILM = 0, 1, 2


@pytest.fixture
def scene():
    """Two ad groups: 0 for the pot, 1 for the cup."""
    bus = Bus(MemoryLog(), SteppedClock())
    campaigns = campaigns_on(SHELF, bus=bus)
    campaigns.add(campaign())
    campaigns.add_group(group("pots", "pot"))
    campaigns.add_group(group("cups", "cup"))
    return bus, campaigns.delivery


def test_only_what_came_on_screen_is_charged(scene):
    bus, delivery = scene
    shown = page((FILM, -1, 0), (POT, 0, 700), (FILM, -1, 0), (FILM, -1, 0), (CUP, 1, 300), rates=(0.25, 0.5))
    bus.publish(viewed(shown, depth=0))
    bus.publish(viewed(shown, depth=1))
    assert delivery.views.tolist() == [0, 0]
    bus.publish(viewed(shown, depth=4))
    bus.publish(viewed(shown, depth=10))
    assert delivery.views.tolist() == [2, 1]
    assert delivery.spend.tolist() == [1400, 300]
    assert delivery.predicted.tolist() == [0.25, 0.125]


def test_clicks_orders_and_returns_go_to_the_ad_group_that_brought_them(scene):
    bus, delivery = scene
    bus.publish(clicked((POT, 0), (POT, 0), (POT, -1), (CUP, 1), (FILM, -1)))
    bus.publish(ordered((1, POT, 0, 30_000_000), (2, POT, 0, 60_000_000), (3, CUP, 1, 12_000_000), (4, POT, -1, 9)))
    bus.publish(returned((2, POT, 0, 60_000_000), (4, POT, -1, 9)))
    assert delivery.clicks.tolist() == [2, 1]
    assert delivery.orders.tolist() == [2, 1]
    assert delivery.gmv.tolist() == [90_000_000, 12_000_000]  # before returns
    assert delivery.returns.tolist() == [1, 0]
    assert delivery.returned.tolist() == [60_000_000, 0]
    assert not failures(bus)


def test_a_later_ad_group_starts_at_nothing_and_leaves_the_others_alone(scene):
    bus, delivery = scene
    bus.publish(viewed(page((POT, 0, 500)), depth=1))
    delivery.grow(3)
    bus.publish(viewed(page((POT, 2, 40)), depth=1))
    assert delivery.spend.tolist() == [500, 0, 40]


def test_micros_beyond_what_a_float_can_count_are_exact(scene):
    bus, delivery = scene
    large = 2**53 + 1
    bus.publish(viewed(page((POT, 0, large)), depth=1))
    bus.publish(viewed(page((POT, 0, 1)), depth=1))
    assert int(delivery.spend[0]) == large + 1
    bus.publish(ordered((1, POT, 0, large), (2, POT, 0, 1)))
    assert int(delivery.gmv[0]) == large + 1
    assert delivery.spend.dtype == delivery.gmv.dtype == np.int64
