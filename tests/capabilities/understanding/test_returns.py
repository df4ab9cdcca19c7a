"""Return risk: hand-worked posteriors, and shelves whose true risks are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.understanding.returns import (
    EVERYTHING,
    LEAST_STRENGTH,
    MOST_STRENGTH,
    USUAL_STRENGTH,
    return_risk,
    strength_of,
)

ONE = np.zeros(1, np.int64)


def test_before_any_order_every_item_carries_the_usual_risk():
    risk, spread = return_risk(np.zeros(3), np.zeros(3), np.arange(3), np.zeros(3, np.int64))
    assert risk.tolist() == pytest.approx([EVERYTHING] * 3)
    assert spread == pytest.approx(np.sqrt(0.1 * 0.9 / (USUAL_STRENGTH + 1)))


def test_an_item_is_drawn_to_its_group_and_the_group_to_everything():
    risk, _ = return_risk(np.array([8.0]), np.array([20.0]), ONE, ONE)
    whole = 8.1 / 21.0
    group = (8.0 + 20.0 * whole) / 40.0
    assert risk[0] == pytest.approx((8.0 + USUAL_STRENGTH * group) / (20.0 + USUAL_STRENGTH))


def test_a_newcomer_carries_the_risk_of_its_category_and_price_band():
    returned, orders = np.array([300.0, 0.0, 10.0, 0.0]), np.array([1000.0, 0.0, 1000.0, 0.0])
    risk, _ = return_risk(returned, orders, np.array([0, 0, 1, 1]), np.zeros(4, np.int64))
    assert risk[1] == pytest.approx(0.3, abs=0.01)
    assert risk[3] == pytest.approx(0.01, abs=0.01)


def test_strength_is_that_of_the_law_the_items_came_from():
    rng = np.random.default_rng(3)
    for strength in (10.0, 60.0):
        true = rng.beta(0.2 * strength, 0.8 * strength, 4_000)
        orders = np.full(4_000, 60.0)
        found = strength_of(rng.binomial(60, true).astype(float), orders, np.full(4_000, 0.2))
        assert found == pytest.approx(strength, rel=0.2)


def test_items_that_are_all_alike_hear_the_group_and_items_all_unlike_hear_themselves():
    orders = np.full(50, 100.0)
    alike, unlike = np.full(50, 20.0), np.tile([0.0, 40.0], 25)
    assert strength_of(alike, orders, np.full(50, 0.2)) == MOST_STRENGTH
    assert strength_of(unlike, orders, np.full(50, 0.2)) == LEAST_STRENGTH


def test_it_beats_one_rate_for_all_and_each_item_alone_where_items_differ_a_little():
    rng = np.random.default_rng(5)
    true = rng.beta(4.0, 36.0, 2_000)
    orders = rng.integers(1, 60, 2_000).astype(float)
    returned = rng.binomial(orders.astype(int), true).astype(float)
    risk, _ = return_risk(returned, orders, np.zeros(2_000, np.int64), np.zeros(2_000, np.int64))

    def error(rate: np.ndarray) -> float:
        return float(np.square(rate - true).mean())

    assert error(risk) < 0.95 * error(np.full(2_000, returned.sum() / orders.sum()))
    assert error(risk) < 0.5 * error(returned / orders)


def test_eighty_percent_intervals_hold_four_in_five_true_risks():
    rng = np.random.default_rng(6)
    true = rng.beta(6.0, 44.0, 3_000)
    orders = np.full(3_000, 80.0)
    risk, spread = return_risk(rng.binomial(80, true).astype(float), orders, *np.zeros((2, 3_000), np.int64))
    assert (np.abs(true - risk) < 1.2816 * spread).mean() == pytest.approx(0.8, abs=0.03)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), max_size=8))
def test_a_risk_is_a_probability_whatever_was_counted(counts: list[tuple[float, float]]):
    returned, orders = np.array(counts).reshape(-1, 2).T
    zeros = np.zeros(len(counts), np.int64)
    risk, spread = return_risk(returned, orders, zeros, zeros)
    assert ((risk > 0.0) & (risk <= 1.0) & np.isfinite(spread)).all()


@pytest.mark.parametrize(
    ("returned", "words"), [([1.0, 2.0], "one row per item"), ([-1.0], "negative"), ([np.nan], "finite")]
)
def test_what_cannot_be_a_count_is_refused(returned: list[float], words: str):
    with pytest.raises(ValueError, match=words):
        return_risk(np.array(returned), np.ones(1), ONE, ONE)
