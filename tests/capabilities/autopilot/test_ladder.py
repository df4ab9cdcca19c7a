"""The ladder's gates and the posterior behind them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from magnetar.capabilities.autopilot.ladder import POOLS, climb
from magnetar.capabilities.autopilot.posterior import gamma_tail, probability_on_target


def test_pools_are_a_hundred_a_thousand_and_four_thousand_views():
    assert POOLS == (100, 1_000, 4_000)
    reached = {
        views: climb(views=views, orders=0, probability=0.5, headroom=1.0).pool
        for views in (0, 99, 100, 999, 1_000, 3_999, 4_000)
    }
    assert reached == {0: 0, 99: 0, 100: 1, 999: 1, 1_000: 2, 3_999: 2, 4_000: 3}


@pytest.mark.parametrize(
    ("views", "orders", "probability", "headroom", "verdict", "level"),
    [
        (0, 0, 0.0, 0.1, "try", 2.4),  # the first pool is filled whatever is feared
        (99, 3, 0.01, 0.1, "try", 2.4),
        (100, 0, 0.049, 1.0, "stop", 0.25),
        (100, 0, 0.05, 1.0, "hold", 1.0),
        (999, 2, 0.49, 0.8, "hold", 0.8),
        (100, 2, 0.5, 0.8, "try", 0.8),
        (100, 2, 0.9, 9.0, "try", 2.4),  # never above the boost
        (100, 2, 0.3, 0.01, "hold", 0.5),  # held back, not lost
        (50, 10, 0.0, 1.0, "done", 1.0),  # ten orders end the cold start
        (5_000, 11, 0.9, 9.0, "done", 1.3),
        (5_000, 11, 0.01, 0.1, "done", 0.7),
        (5_000, 9, 0.01, 0.1, "stop", 0.25),
    ],
)
def test_the_gate_by_hand(views, orders, probability, headroom, verdict, level):
    step = climb(views=views, orders=orders, probability=probability, headroom=headroom)
    assert (step.verdict, step.level) == (verdict, level)


@given(st.floats(0.05, 300.0), st.floats(0.0, 600.0))
def test_the_tail_is_that_of_a_gamma_distribution(shape: float, x: float):
    assert gamma_tail(shape, x) == pytest.approx(float(stats.gamma.sf(x, shape)), abs=1e-9)


def test_the_tail_at_its_ends():
    assert gamma_tail(2.0, 0.0) == gamma_tail(2.0, -1.0) == 1.0
    assert gamma_tail(2.0, 800.0) == pytest.approx(0.0, abs=1e-300)
    assert gamma_tail(1.0, 3.0) == pytest.approx(math.exp(-3.0))


def test_the_probability_by_hand():
    # to hold the target the prediction has to be right: P(Gamma(2) > 2) = 3 e⁻²
    asked = {"predicted": 4.0, "spend": 40.0, "allowed": 10.0}
    assert probability_on_target(orders=0, matured=0.0, **asked) == pytest.approx(3 * math.exp(-2))
    # six orders where four were due: P(Gamma(8) > 6)
    assert probability_on_target(orders=6, matured=4.0, **asked) == pytest.approx(float(stats.gamma.sf(6, 8)))


def test_without_spend_or_prediction_it_is_even():
    assert probability_on_target(orders=0, predicted=0.0, matured=0.0, spend=5.0, allowed=10.0) == 0.5
    assert probability_on_target(orders=0, predicted=3.0, matured=0.0, spend=0.0, allowed=10.0) == 0.5


def test_a_goal_without_a_target_is_always_on_it():
    assert probability_on_target(orders=0, predicted=1.0, matured=1.0, spend=99.0, allowed=math.inf) == 1.0


@given(st.integers(0, 50), st.floats(0.01, 50.0), st.floats(0.0, 1.0), st.floats(0.1, 500.0), st.floats(0.5, 50.0))
def test_orders_reassure_and_spend_and_waiting_in_vain_worry(orders, predicted, ripe, spend, allowed):
    def sure(orders: float = orders, matured: float = predicted * ripe, spend: float = spend) -> float:
        return probability_on_target(orders, predicted, matured, spend, allowed)

    assert 0.0 <= sure() <= 1.0
    assert sure(orders=orders + 1) >= sure() - 1e-12
    assert sure(spend=spend * 1.5) <= sure() + 1e-12
    assert sure(matured=predicted * ripe + 1.0) <= sure() + 1e-12
