"""The tally: one merchant's money by tick and by source, counted by hand."""

import pytest
from small_market import campaign, campaigns_on, failures, group, ordered, page, returned, shelf_of, viewed

from magnetar.capabilities.measurement import Tally
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock

SHELF = shelf_of(("pot", "m0", "tea", 30.0), ("lamp", "m1", "lamps", 90.0), ("film", "", "tea", 0.0))
POT, LAMP, FILM = 0, 1, 2
ORGANIC, PAID = 0, 1


@pytest.fixture
def scene():
    """Three ticks of m0's money; ad group 0 is m0's, 1 is its rival's."""
    bus = Bus(MemoryLog(), SteppedClock())
    campaigns = campaigns_on(SHELF, bus=bus)
    for id, merchant, product in (("ours", "m0", "pot"), ("theirs", "m1", "lamp")):
        campaigns.add(campaign(id, merchant))
        campaigns.add_group(group(f"{id}-ad", product, id))
    tally = Tally(bus, campaigns.roster, SHELF.arrays.merchant, merchant=0, ticks=3)
    yield bus, tally
    assert not failures(bus)


def test_spend_is_ours_alone_and_falls_in_its_tick(scene):
    bus, tally = scene
    shown = page((FILM, -1, 0), (POT, 0, 700), (LAMP, 1, 900), rates=(0.25, 0.5))
    tally.at(1)
    bus.publish(viewed(shown, depth=3))
    bus.publish(viewed(shown, depth=2))
    bus.publish(viewed(shown, depth=1))
    assert tally.spend.tolist() == [0, 1400, 0]
    assert tally.expected.tolist() == [0.0, 0.25, 0.0]


def test_orders_are_told_apart_by_source_and_merchant(scene):
    bus, tally = scene
    tally.at(0)
    bus.publish(ordered((1, POT, 0, 30), (2, POT, -1, 60), (3, LAMP, 1, 90), (4, LAMP, -1, 90)))
    tally.at(2)
    bus.publish(ordered((5, POT, -1, 30), (6, POT, -1, 30)))
    assert tally.gmv.tolist() == [[60, 0, 60], [30, 0, 0]]
    assert tally.orders.tolist() == [[1, 0, 2], [1, 0, 0]]


def test_what_comes_back_is_taken_off_its_source(scene):
    bus, tally = scene
    tally.at(0)
    bus.publish(ordered((1, POT, 0, 30), (2, POT, -1, 60), (3, LAMP, 1, 90)))
    tally.at(2)
    bus.publish(returned((2, POT, -1, 60), (3, LAMP, 1, 90)))
    assert tally.returned.tolist() == [[0, 0, 60], [0, 0, 0]]
    assert tally.net().tolist() == [0, 30]


def test_what_comes_back_of_orders_from_before_is_not_taken_off(scene):
    bus, tally = scene
    tally.at(-1)
    bus.publish(ordered((1, POT, -1, 30)))
    tally.at(0)
    bus.publish(ordered((2, POT, -1, 60)))
    bus.publish(returned((1, POT, -1, 30), (1, LAMP, -1, 90)))
    assert tally.net().tolist() == [60, 0]


@pytest.mark.parametrize("tick", [-96, -1, 3, 10_000])
def test_what_happens_outside_the_span_is_not_counted(scene, tick: int):
    bus, tally = scene
    tally.at(tick)
    bus.publish(viewed(page((POT, 0, 700)), depth=1))
    bus.publish(ordered((1, POT, 0, 30)))
    bus.publish(returned((1, POT, 0, 30)))
    for counted in (tally.spend, tally.expected, tally.gmv, tally.returned, tally.orders):
        assert not counted.any()
