"""Traffic to come, from pages seen."""

import numpy as np
import pytest

from magnetar.capabilities.forecast import TICKS_PER_DAY, Traffic
from magnetar.capabilities.shoppers import Served
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock


def served(tick: int, pages: int) -> Served:
    nothing = np.zeros(0)
    return Served(
        tick=tick,
        request=np.arange(pages, dtype=np.uint64),
        shopper=nothing,
        scene=nothing,
        item=nothing,
        group=nothing,
        charge=nothing,
        click_rate=nothing,
        order_rate=nothing,
        reason=nothing,
    )


@pytest.fixture
def bus() -> Bus:
    return Bus(MemoryLog(), SteppedClock())


def live_through(bus: Bus, day: int, pages: int, *, ticks: int = TICKS_PER_DAY) -> None:
    for tick in range(ticks):
        bus.publish(served(day * TICKS_PER_DAY + tick, pages))


def test_on_the_first_day_what_is_to_come_is_like_what_was_seen(bus: Bus):
    traffic = Traffic(bus)
    assert traffic.remaining(0) == 1.0  # nothing is known
    live_through(bus, 0, 10, ticks=12)
    assert traffic.remaining(12) == 10 * 36
    assert traffic.share_passed(12, 360.0) == pytest.approx(0.25)


def test_after_a_day_the_day_is_expected_again(bus: Bus):
    traffic = Traffic(bus)
    live_through(bus, 0, 10)
    traffic.new_day()
    assert traffic.remaining(48) == pytest.approx(480.0)
    assert traffic.share_passed(48, 480.0) == 0.0
    live_through(bus, 1, 10, ticks=24)
    assert traffic.remaining(48 + 24) == pytest.approx(240.0)
    assert traffic.share_passed(48 + 24, 240.0) == pytest.approx(0.5)


def test_a_day_that_runs_hot_is_expected_to_stay_hot(bus: Bus):
    traffic = Traffic(bus)
    live_through(bus, 0, 10)
    traffic.new_day()
    live_through(bus, 1, 20, ticks=24)
    # seen 480 where 240 were expected; a tenth of a day (48) speaks for the curve: 240 × (480 + 48) / (240 + 48)
    assert traffic.remaining(48 + 24) == pytest.approx(240 * 528 / 288)


def test_a_new_day_moves_the_curve_by_its_weight(bus: Bus):
    traffic = Traffic(bus)
    live_through(bus, 0, 10)
    traffic.new_day()
    live_through(bus, 1, 30)
    traffic.new_day()
    assert traffic.curve.tolist() == pytest.approx([10 + 0.35 * 20] * TICKS_PER_DAY)
    assert not traffic.today.any()


def test_a_day_without_a_page_teaches_nothing(bus: Bus):
    traffic = Traffic(bus)
    traffic.new_day()
    assert traffic.remaining(0) == 1.0
    live_through(bus, 0, 10)
    traffic.new_day()
    traffic.new_day()
    assert traffic.remaining(96) == pytest.approx(480.0)


def test_batches_of_one_tick_add_up(bus: Bus):
    traffic = Traffic(bus)
    for pages in (3, 0, 4):
        bus.publish(served(5, pages))
    assert traffic.today[5] == 7
    assert traffic.today.sum() == 7
