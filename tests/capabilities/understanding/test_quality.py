"""Quality of predictions: scores by hand, days, and what is passed over."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Served, Viewed
from magnetar.capabilities.understanding.quality import BINS, ITEM, LIVE, OVERALL, Quality, Score, bin_of_rate

PRICE = np.array([30.0, 0.0, 12.0])


def viewed(tick: int, request: list[int], item: list[int], click: list[float], order: float = 0.1) -> Viewed:
    """A page for each request, one item on each, in sight."""
    count = len(request)
    items = np.full((count, POSITIONS), -1, np.int32)
    items[:, 0] = item
    click_rate = np.zeros((count, POSITIONS), np.float32)
    click_rate[:, 0] = click
    order_rate = np.full((count, POSITIONS), order, np.float32)
    none = np.full((count, POSITIONS), -1, np.int32)
    zeros = np.zeros(count, np.int64)
    pages = Served(
        tick=tick, request=np.array(request, np.uint64), shopper=zeros, scene=zeros, item=items, group=none,
        charge=np.zeros((count, POSITIONS), np.int64), click_rate=click_rate, order_rate=order_rate,
        reason=np.zeros((count, POSITIONS), np.int8),
    )  # fmt: skip
    return Viewed(pages=pages, depth=np.ones(count, np.int64))


def clicked(request: list[int], item: list[int]) -> Clicked:
    zeros = np.zeros(len(request), np.int64)
    return Clicked(zeros, np.array(request, np.uint64), zeros, zeros, zeros, np.array(item), zeros - 1)


def ordered(request: list[int], item: list[int]) -> Ordered:
    zeros = np.zeros(len(request), np.int64)
    return Ordered(
        zeros, zeros, np.array(request, np.uint64), zeros, zeros, np.array(item), zeros - 1, zeros + 1, zeros + 10**6
    )


def test_surprise_level_and_ranking_by_hand():
    one = Score()
    one.tried(np.array([0.1, 0.1, 0.4, 0.4]))
    one.hit(np.array([0.4]))
    assert one.log_loss == pytest.approx(-(2 * math.log(0.9) + math.log(0.6) + math.log(0.4)) / 4)
    assert one.level == pytest.approx(1.0)
    assert one.auc == pytest.approx((2 + 0.5) / 3)  # above both of the low, level with the other high
    assert one.calibration_error == pytest.approx((0.2 + 0.2) / 4)


def test_nothing_tried_is_not_judged():
    one = Score()
    assert all(math.isnan(value) for value in (one.log_loss, one.level, one.auc, one.calibration_error))
    assert one.reliability() == []


def test_groups_of_the_reliability_diagram_have_enough_expected_hits():
    one = Score()
    one.tried(np.repeat([0.01, 0.1, 0.3], 1000))
    one.hit(np.repeat([0.1, 0.3], [120, 280]))
    groups = one.reliability()
    assert sum(said for said, _, _ in groups) == pytest.approx(0.055 + 0.3)  # the first waits for the second
    assert groups[1][1] == pytest.approx(0.28)
    assert groups[1][2] == pytest.approx(math.sqrt(0.28 * 0.72 / 1000))


@given(st.lists(st.floats(0.0, 1.0), min_size=1))
def test_every_rate_has_a_bin(rates: list[float]):
    place = bin_of_rate(np.array(rates))
    assert ((place >= 0) & (place < BINS)).all()
    one = Score()
    one.tried(np.array(rates))
    one.hit(np.array(rates))
    assert math.isfinite(one.log_loss)


def test_a_click_counts_on_the_day_of_its_page_and_an_order_on_the_day_of_its_click():
    quality = Quality(PRICE)
    quality.take(viewed(47, [1, 2], [0, 2], [0.2, 0.3]))
    quality.take(viewed(48, [3], [0], [0.2]))
    quality.take(clicked([1, 3], [0, 0]))
    quality.take(ordered([1], [0]))
    first, second = quality.days[0], quality.days[1]
    assert (first["click"][LIVE].count, first["click"][LIVE].hits.sum()) == (2, 1)
    assert (second["click"][LIVE].count, second["click"][LIVE].hits.sum()) == (1, 1)
    assert (first["order"][LIVE].count, first["order"][LIVE].hits.sum()) == (1, 1)
    assert second["order"][LIVE].hits.sum() == 0
    assert quality.total("click", LIVE).count == 3


def test_what_is_not_sold_is_no_chance_of_an_order():
    quality = Quality(PRICE)
    quality.take(viewed(0, [1], [1], [0.2]))
    quality.take(clicked([1], [1]))
    assert quality.days[0]["order"][LIVE].count == 0


def test_clicks_on_unknown_pages_items_and_places_are_passed_over():
    quality = Quality(PRICE)
    quality.take(clicked([9], [0]))
    quality.take(ordered([9], [0]))
    quality.take(viewed(0, [1], [0], [0.2]))
    quality.take(clicked([1, 7], [2, 0]))
    assert quality.days[0]["click"][LIVE].hits.sum() == 0
    quality.take(viewed(0, [], [], []))


def test_the_plain_predictors_are_frozen_at_midnight():
    quality = Quality(PRICE)
    request = list(range(100))
    quality.take(viewed(0, request, [0] * 50 + [2] * 50, [0.1] * 100))
    quality.take(clicked(request[:25], [0] * 25))
    assert quality.days[0]["click"][ITEM].predicted.sum() == pytest.approx(100 * 0.05)
    quality.take(viewed(48, [200, 201], [0, 2], [0.1, 0.1]))
    overall = 26 / 120
    assert quality.days[1]["click"][OVERALL].predicted.sum() == pytest.approx(2 * overall)
    own = (25 + 4) / (50 + 4 / overall) + 4 / (50 + 4 / overall)
    assert quality.days[1]["click"][ITEM].predicted.sum() == pytest.approx(own)


def test_a_longer_shelf_is_judged_on():
    quality = Quality(PRICE)
    quality.take(viewed(0, [1], [0], [0.2]))
    quality.grow(np.append(PRICE, 5.0))
    quality.take(viewed(0, [2], [3], [0.2]))
    quality.take(clicked([2], [3]))
    assert quality.days[0]["order"][LIVE].count == 1
