"""The gate: candidates take over only when they prove better, and what was replaced can come back."""

import numpy as np
import pytest
from small_market import shelf_of

from magnetar.capabilities.shoppers import POSITIONS, Clicked, Served, Viewed
from magnetar.capabilities.understanding import Predictor, Strengths
from magnetar.capabilities.understanding.gate import FEWEST_TICKS, Gate, PredictorPromoted, PredictorRolledBack
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import MINUTE, SteppedClock

SHELF = shelf_of(*((f"thing-{place}", "m0", ("tea", "toys")[place % 2], 30.0) for place in range(12)))
DEAF = Strengths(factors=True, click_match=1e6)
"""Settings that never hear what a single shopper likes."""
KEEN = Strengths(factors=True, click_match=1.0)


def opened(candidates: dict[str, Strengths], live: Strengths | None = None) -> tuple[Bus, Predictor, Gate]:
    bus = Bus(MemoryLog(), SteppedClock())
    predictor = Predictor(bus, SHELF, 40, live)
    return bus, predictor, Gate(bus, predictor, candidates)


def live_through(bus: Bus, predictor: Predictor, gate: Gate, ticks: int, seed: int = 1) -> None:
    """Half of the shoppers love tea and half love toys."""
    rng = np.random.default_rng(seed)
    for tick in range(ticks):
        bus.clock.step_to(bus.clock.now() + 30 * MINUTE)  # pyright: ignore
        predictor.refresh(bus.clock.now())
        gate.refresh(bus.clock.now())
        count = 60
        shopper, item = rng.integers(0, 40, count), rng.integers(0, 12, count)
        loved = (shopper + item) % 2 == 0
        hit = rng.random(count) < np.where(loved, 0.6, 0.02)
        request = (1000 * tick + np.arange(count)).astype(np.uint64)
        items = np.full((count, POSITIONS), -1, np.int32)
        items[:, 0] = item
        zeros, none = np.zeros(count, np.int64), np.full((count, POSITIONS), -1, np.int32)
        rates = np.zeros((count, POSITIONS), np.float32)
        pages = Served(
            tick=tick, request=request, shopper=shopper, scene=zeros, item=items, group=none,
            charge=np.zeros((count, POSITIONS), np.int64), click_rate=rates, order_rate=rates,
            reason=np.zeros((count, POSITIONS), np.int8),
        )  # fmt: skip
        bus.publish(Viewed(pages=pages, depth=np.ones(count, np.int64)))
        few = zeros[hit]
        bus.publish(Clicked(few, request[hit], few, shopper[hit], few, item[hit], few - 1))


def test_a_candidate_that_is_the_same_never_takes_over():
    bus, predictor, gate = opened({"twin": Strengths()})
    live_through(bus, predictor, gate, FEWEST_TICKS + 10)
    [standing] = gate.standings()
    assert (standing.saved, standing.better) == (0.0, False)
    assert gate.new_day() is None
    assert gate.name == "default"


def test_a_better_candidate_takes_over_once_there_is_enough_to_tell_and_it_is_told():
    bus, predictor, gate = opened({"keen": KEEN}, DEAF)
    told: list[PredictorPromoted] = []
    bus.subscribe(PredictorPromoted, told.append)
    live_through(bus, predictor, gate, FEWEST_TICKS // 2)
    assert gate.new_day() is None  # too early
    live_through(bus, predictor, gate, FEWEST_TICKS, seed=2)
    assert gate.new_day() is not None
    [event] = told
    assert (event.name, event.before) == ("keen", "default")
    assert event.saved - 3 * event.error > 0.0
    assert (gate.name, predictor.strengths) == ("keen", KEEN)
    assert [one.name for one in gate.standings()] == ["default"]
    assert gate.standings()[0].ticks == 0  # judged anew


def test_a_worse_candidate_stays_where_it_is():
    bus, predictor, gate = opened({"deaf": DEAF}, KEEN)
    live_through(bus, predictor, gate, FEWEST_TICKS + 20)
    assert gate.standings()[0].saved < 0.0
    assert gate.new_day() is None


def test_what_was_replaced_comes_back_when_it_proves_better():
    bus, predictor, gate = opened({"keen": KEEN}, DEAF)
    live_through(bus, predictor, gate, FEWEST_TICKS + 24)
    assert gate.new_day() is not None
    predictor.adopt(DEAF)  # somebody makes the live one worse, and the replaced one better
    gate._rivals["default"].shadow.adopt(KEEN)
    live_through(bus, predictor, gate, FEWEST_TICKS + 24, seed=3)
    assert isinstance(gate.new_day(), PredictorRolledBack)
    assert gate.name == "default"


def test_a_candidate_may_not_be_called_what_the_live_one_is_called():
    with pytest.raises(ValueError, match="call the candidate something else"):
        opened({"default": Strengths()})
