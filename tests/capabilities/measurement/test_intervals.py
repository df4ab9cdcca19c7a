"""Intervals, against scipy and against repeated sampling."""

import math

import numpy as np
import pytest
from scipy import stats

from magnetar.capabilities.measurement import (
    Interval,
    mean_interval,
    ratio_interval,
    share_interval,
    student_quantile,
)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 7, 9, 19, 29, 99, 999])
def test_the_student_quantile_is_within_a_thousandth_of_scipys(freedom: int):
    assert student_quantile(freedom) == pytest.approx(float(stats.t.ppf(0.975, freedom)), rel=1e-3)


@pytest.mark.parametrize(("successes", "trials"), [(0, 1), (1, 1), (0, 10), (8, 10), (80, 160), (160, 160), (3, 1000)])
def test_a_share_has_wilsons_interval(successes: int, trials: int):
    expected = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    found = share_interval(successes, trials)
    assert (found.low, found.high) == (pytest.approx(expected.low, abs=1e-9), pytest.approx(expected.high, abs=1e-9))
    assert found.mean == successes / trials
    assert found.n == trials


def test_a_mean_has_students_interval():
    values = np.array([1.0, 2.0, 3.0, 6.0])  # mean 3, standard deviation √(14/3), t(3) = 3.182
    half = 3.182446 * math.sqrt(14 / 3) / 2
    found = mean_interval(values)
    assert found.mean == 3.0
    assert (found.low, found.high) == (pytest.approx(3 - half, rel=1e-3), pytest.approx(3 + half, rel=1e-3))
    assert 3.0 in found
    assert -1.0 not in found


def test_equal_values_leave_no_doubt():
    assert mean_interval(np.full(5, 2.0)) == Interval(2.0, 2.0, 2.0, 5)


def test_a_mean_is_covered_nineteen_times_in_twenty():
    rng = np.random.default_rng(11)
    hits = sum(5.0 in mean_interval(rng.normal(5.0, 3.0, 8)) for _ in range(2000))
    assert hits / 2000 == pytest.approx(0.95, abs=0.015)  # three standard errors


def test_a_ratio_of_paired_means_is_covered_about_nineteen_times_in_twenty():
    rng = np.random.default_rng(12)
    hits = 0
    for _ in range(300):
        spend = rng.gamma(20.0, 5.0, 40)
        earned = 2.5 * spend + rng.normal(0.0, 60.0, 40)
        hits += 2.5 in ratio_interval(earned, spend)
    assert 0.915 <= hits / 300 <= 0.985  # three standard errors about 0.95


def test_a_ratio_is_of_sums_and_its_interval_is_worked_out_by_hand():
    over, under = np.array([1.0, 2.0, 9.0]), np.array([1.0, 2.0, 3.0])
    found = ratio_interval(over, under)
    # leaving one out: 11/5, 10/4, 3/3 with mean 1.9; squares 0.09 + 0.36 + 0.81; error = √(2/3 · 1.26)
    half = student_quantile(2) * math.sqrt(2 / 3 * 1.26)
    assert (found.mean, found.low, found.high) == pytest.approx((2.0, 2.0 - half, 2.0 + half))
    assert ratio_interval(7 * under, under) == Interval(7.0, 7.0, 7.0, 3)


def undefined(interval: Interval) -> list[bool]:
    return [math.isnan(figure) for figure in (interval.mean, interval.low, interval.high)]


def test_nothing_has_no_mean_and_one_value_has_no_interval():
    assert undefined(mean_interval(np.array([]))) == [True, True, True]
    assert undefined(mean_interval(np.array([4.0]))) == [False, True, True]
    assert undefined(ratio_interval(np.array([]), np.array([]))) == [True, True, True]
    assert undefined(ratio_interval(np.array([4.0]), np.array([2.0]))) == [False, True, True]
    assert undefined(share_interval(0, 0)) == [True, True, True]
    assert mean_interval(np.array([4.0])).n == 1


def test_a_ratio_to_nothing_is_undefined():
    assert undefined(ratio_interval(np.array([1.0, 2.0]), np.zeros(2))) == [True, True, True]


def test_what_is_undefined_holds_no_value_and_is_not_hidden():
    found = mean_interval(np.array([1.0, math.nan]))
    assert undefined(found) == [True, True, True]
    assert 1.0 not in found
