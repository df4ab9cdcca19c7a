"""Lifetime value: histories by hand, laws recovered from shoppers drawn from them."""

import math

import numpy as np
import pytest

from magnetar.capabilities.understanding.lifetime import Histories, Lifetime, fitted, gini, histories, spent


def drawn(count: int, seed: int, days: float, law: Lifetime) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(shopper, day, value) of orders by shoppers who live by the law; all order first on day 0."""
    rng = np.random.default_rng(seed)
    who, when, worth = [], [], []
    for person in range(count):
        rate = rng.gamma(law.rate_shape, 1.0 / law.rate_days)
        quits = rng.beta(law.quit_a, law.quit_b)
        nu = rng.gamma(law.spend_tail, 1.0 / law.spend_scale)
        day = 0.0
        while day < days:
            who.append(person)
            when.append(day)
            worth.append(rng.gamma(law.spend_shape, 1.0 / nu))
            if day > 0.0 and rng.random() < quits:
                break
            day = max(math.floor(day) + 1.0, day + rng.exponential(1.0 / rate))
    return np.array(who), np.array(when), np.array(worth)


def test_a_history_counts_days_and_takes_returns_off():
    shopper = np.array([0, 0, 0, 0, 1, 2, 2])
    day = np.array([0.2, 0.9, 4.5, 6.0, 3.0, 1.0, 9.5])
    value = np.array([10.0, 5.0, 30.0, -5.0, 8.0, -3.0, 7.0])
    known, rows = histories(shopper, day, value, 9.0, 4)
    assert rows.tolist() == [0, 1]  # the third only sent back before the ninth day, the fourth never came
    assert known.again.tolist() == [1.0, 0.0]
    assert known.last.tolist() == [4.0, 0.0]
    assert known.age.tolist() == [9.0, 6.0]
    assert known.spend.tolist() == [20.0, 8.0]


def test_nobody_has_no_history_and_no_value():
    known, rows = histories(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), 10.0, 5)
    assert len(known) == len(rows) == 0
    assert len(Lifetime.fit(known).value(known, 30.0)) == 0


def test_days_and_values_that_are_no_numbers_are_left_out():
    known, _ = histories(np.array([0, 0]), np.array([1.0, np.nan]), np.array([np.nan, 2.0]), 9.0, 1)
    assert len(known) == 0


def test_rows_must_agree_and_shoppers_must_exist():
    with pytest.raises(ValueError, match="one row per order"):
        histories(np.zeros(2, np.int64), np.zeros(1), np.zeros(1), 1.0, 1)
    with pytest.raises(ValueError, match="shoppers lie in"):
        histories(np.array([3]), np.zeros(1), np.ones(1), 1.0, 2)


def test_orders_expected_are_those_of_a_poisson_buyer_where_nobody_quits():
    law = Lifetime(rate_shape=2.0, rate_days=20.0, quit_a=1e-9, quit_b=5.0)
    known = Histories(np.array([4.0]), np.array([50.0]), np.array([60.0]), np.array([10.0]))
    assert law.orders(known, 30.0)[0] == pytest.approx((2 + 4) / (20 + 60) * 30, rel=1e-4)
    assert law.alive(known)[0] == pytest.approx(1.0)


def test_orders_grow_with_the_horizon_and_fall_with_silence():
    law = Lifetime()
    known = Histories(np.full(3, 5.0), np.array([90.0, 50.0, 10.0]), np.full(3, 100.0), np.full(3, 20.0))
    week, month = law.orders(known, 7.0), law.orders(known, 30.0)
    assert (month > week).all()
    assert (np.diff(month) < 0.0).all()
    assert (np.diff(law.alive(known)) < 0.0).all()


def test_the_hole_in_the_formula_is_not_in_the_law():
    known = Histories(np.array([3.0]), np.array([20.0]), np.array([30.0]), np.array([5.0]))
    below, at, above = (Lifetime(quit_a=a).orders(known, 30.0)[0] for a in (0.99, 1.0, 1.01))
    assert below > at > above
    assert at == pytest.approx((below + above) / 2, rel=1e-3)


def test_few_orders_say_little_about_what_an_order_is_worth():
    law = Lifetime(spend_shape=2.0, spend_tail=3.0, spend_scale=50.0)  # the mean is 50 · 2 ⁄ (3 − 1) = 50
    known = Histories(np.array([0.0, 99.0]), np.zeros(2), np.ones(2), np.full(2, 200.0))
    few, many = law.spend(known)
    assert few == pytest.approx((100 + 2 * 200) / (2 + 3 - 1))
    assert many == pytest.approx(200.0, rel=0.01)


def test_a_fitted_law_foretells_the_orders_and_the_spending_of_shoppers_who_live_by_it():
    true = Lifetime(
        rate_shape=1.2, rate_days=15.0, quit_a=0.6, quit_b=4.0, spend_shape=3.0, spend_tail=4.0, spend_scale=40.0
    )
    shopper, day, value = drawn(3_000, 1, 120.0, true)
    law, known, rows = fitted(shopper, day, value, 80.0, 3_000, 40.0)
    came = spent(shopper, day, value, 80.0, 120.0, 3_000)[rows]
    said = law.value(known, 40.0)
    assert said.sum() == pytest.approx(came.sum(), rel=0.1)
    assert gini(said, came) > gini(known.spend * (known.again + 1.0), came)


def test_where_hardly_anybody_came_back_the_usual_law_speaks():
    known = Histories(np.zeros(5), np.zeros(5), np.full(5, 3.0), np.full(5, 12.0))
    law = Lifetime.fit(known)
    assert (law.rate_shape, law.quit_a, law.spend_scale) == (Lifetime().rate_shape, Lifetime().quit_a, 12.0)
    assert law.newcomer(30.0) > law.newcomer(7.0) > 0.0


def test_gini_by_hand():
    value = np.array([0.0, 0.0, 0.0, 4.0])
    assert gini(np.array([0.0, 1.0, 2.0, 3.0]), value) == 1.0
    assert gini(np.array([3.0, 2.0, 1.0, 0.0]), value) == -1.0
    assert math.isnan(gini(np.ones(3), np.ones(3)))
    assert math.isnan(gini(np.ones(3), np.zeros(3)))
