"""Shoppers brought up to date when met are where they would be had every tick's edge looked at everybody."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_market import clicked, ordered, page, shelf_of, viewed

from magnetar.capabilities.understanding import Predictor, Strengths
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import HOUR, SteppedClock

SHELF = shelf_of(
    ("pot", "m0", "tea", 30.0), ("cup", "m0", "tea", 12.0), ("lamp", "m0", "lamps", 90.0), ("rug", "m0", "rugs", 400.0)
)
"""Three categories, and a price band for each product."""


class Eager:
    """The match factors by the book, in doubles: every row at every edge."""

    def __init__(self, shoppers: int) -> None:
        self.clicks = np.zeros((2, shoppers, 3))  # hits, load
        self.orders = np.zeros((3, shoppers, 5))  # hits, load, waiting

    def edge(self, matured: float) -> None:
        moved = self.orders[2] * matured
        self.orders[2] -= moved
        self.orders[1] += moved

    def night(self) -> None:
        self.clicks *= 0.97
        self.orders[:2] *= 0.97

    def means(self) -> tuple[np.ndarray, np.ndarray]:
        return (self.clicks[0] + 3.0) / (self.clicks[1] + 3.0), (self.orders[0] + 2.0) / (self.orders[1] + 2.0)


def predictor_of(shoppers: int) -> tuple[Predictor, Bus]:
    bus = Bus(MemoryLog(), SteppedClock())
    return Predictor(bus, SHELF, shoppers, Strengths(needs=False)), bus  # the factors alone


events = st.tuples(st.sampled_from(["view", "click", "order", "edge", "night"]), st.integers(0, 3), st.integers(0, 3))


@settings(max_examples=60, deadline=None)
@given(st.lists(events, min_size=1, max_size=60))
def test_who_is_met_now_and_then_is_where_every_edge_would_have_brought_them(happened):
    predictor, bus = predictor_of(4)
    eager, now = Eager(4), 0
    category, band = SHELF.arrays.category, SHELF.arrays.band
    for what, shopper, item in happened:
        if what == "view":
            eager.clicks[1, shopper, category[item]] += (
                predictor.clicks.contexts.mean[0] * predictor.clicks.items.mean[item]
            )
            bus.publish(viewed(page((item, -1, 0), shopper=shopper), depth=1))
        elif what == "click":
            eager.clicks[0, shopper, category[item]] += 1.0
            eager.orders[2, shopper, band[item]] += (
                predictor.orders.contexts.mean[0] * predictor.orders.items.mean[item]
            )
            bus.publish(clicked((item, -1), shopper=shopper))
        elif what == "order":
            eager.orders[0, 0, band[item]] += 1.0
            bus.publish(ordered((1, item, -1, 10), at=4 * HOUR))
        else:
            if what == "night":  # at the edge that begins a day, before it is opened
                eager.night()
                predictor.new_day()
            now += (1 + shopper) * HOUR
            eager.edge(1.0 - np.exp(-(1 + shopper) * HOUR / predictor.mean_delay))
            predictor.refresh(now)
    predictor.refresh(now)
    click, order = eager.means()
    untouched = predictor.clicks.matches.mean.copy()
    liking = predictor.liking()
    assert np.array_equal(predictor.clicks.matches.mean, untouched)  # looking changes nothing
    predictor.bring_up_all()
    assert predictor.clicks.matches.mean == pytest.approx(click, rel=1e-5)
    assert predictor.orders.matches.mean == pytest.approx(order, rel=1e-5)
    assert predictor.liking() == pytest.approx(liking, rel=1e-5)
    assert liking == pytest.approx(segments_by_hand(click), rel=1e-5)


def segments_by_hand(match: np.ndarray) -> np.ndarray:
    best = match.astype(np.float32).argmax(axis=1)
    out = np.zeros((3, 3))
    for one in range(3):
        if (best == one).any():
            out[one] = match[best == one].mean(axis=0)
    return out


def test_what_happens_within_a_tick_is_read_from_the_next_one_on():
    predictor, bus = predictor_of(2)
    predictor.refresh(HOUR)
    for _ in range(20):
        bus.publish(clicked((0, -1), shopper=1))
    assert predictor.clicks.matches.mean[1].tolist() == [1.0, 1.0, 1.0]
    predictor.refresh(2 * HOUR)
    bus.publish(viewed(page((0, -1, 0), shopper=1), depth=0))  # met, and nothing learned
    assert predictor.clicks.matches.mean[1] == pytest.approx([23 / 3, 1.0, 1.0])


def test_a_shopper_is_put_into_a_segment_at_the_first_meeting_after_segments_are_made():
    predictor, bus = predictor_of(2)
    for _ in range(9):
        bus.publish(clicked((2, -1), shopper=1))
    predictor.refresh(HOUR)
    predictor.regroup()
    bus.publish(viewed(page((0, -1, 0), shopper=1), depth=0))
    assert predictor.liked[1].tolist() == [1, 0, 2]
    for _ in range(30):
        bus.publish(clicked((3, -1), shopper=1))
    predictor.refresh(2 * HOUR)
    bus.publish(viewed(page((0, -1, 0), shopper=1), depth=0))
    assert predictor.liked[1, 0] == 1  # not yet
    predictor.refresh(3 * HOUR)
    predictor.regroup()
    bus.publish(viewed(page((0, -1, 0), shopper=1), depth=0))
    assert predictor.liked[1].tolist() == [2, 1, 0]


def test_a_row_that_is_given_to_somebody_else_knows_nothing():
    predictor, bus = predictor_of(2)
    for _ in range(9):
        bus.publish(clicked((2, -1), shopper=1))
        bus.publish(ordered((1, 2, -1, 10), at=4 * HOUR))
    predictor.refresh(HOUR)
    predictor.forget(1)
    predictor.refresh(9 * HOUR)
    predictor.bring_up_all()
    assert predictor.clicks.matches.mean[1].tolist() == [1.0, 1.0, 1.0]
    assert predictor.orders.matches.mean[1].tolist() == [1.0] * 5


def test_expectations_of_strangers_are_kept_and_come_back_when_a_row_is_forgotten():
    predictor, bus = predictor_of(2)
    hoped = np.array([[1.0, 1.5, 0.5], [0.9, 0.8, 1.2]])
    predictor.clicks.matches.expect(hoped)
    bus.publish(clicked((0, -1), shopper=1))
    predictor.refresh(HOUR)
    predictor.regroup()
    predictor.bring_up_all()
    assert predictor.clicks.matches.mean == pytest.approx(np.array([[1.0, 1.5, 0.5], [3.7 / 3.0, 0.8, 1.2]]))
    assert predictor.liked[0].tolist() == [1, 0, 2]
    predictor.forget(1)
    assert predictor.clicks.matches.mean[1] == pytest.approx([0.9, 0.8, 1.2])
    assert predictor.liked[1].tolist() == [2, 0, 1]


def test_another_predictor_takes_over_in_the_middle_of_a_day():
    old, bus = predictor_of(3)
    for day in range(3):
        for hour in range(2):
            bus.publish(clicked((day, -1), shopper=day))
            old.refresh((24 * day + hour + 1) * HOUR)
        old.new_day()
    other = Bus(MemoryLog(), SteppedClock())
    new = Predictor(other, SHELF, 5)
    new.take_over(copy.deepcopy(old))
    for one in (old, new):
        one.refresh(90 * HOUR)
        one.bring_up_all()
    assert np.array_equal(old.clicks.matches.mean, new.clicks.matches.mean[:3])
    assert np.array_equal(old.orders.matches.mean, new.orders.matches.mean[:3])
    assert (new.clicks.matches.mean[3:] == 1.0).all()


def test_years_of_edges_and_nights_find_room():
    predictor, bus = predictor_of(1)
    bus.publish(clicked((0, -1), shopper=0))
    for edge in range(400):
        predictor.refresh(edge * HOUR)
        if edge % 4 == 3:
            predictor.new_day()
    predictor.bring_up_all()
    assert predictor.clicks.matches.hits[0, 0] == pytest.approx(0.97**100, rel=1e-5)
    assert predictor.orders.matches.load.sum() == pytest.approx(0.05 * 0.97**99, rel=0.2)
    assert not predictor.tastes.order_waiting.any()  # too little to wait for
