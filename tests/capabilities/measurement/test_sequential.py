"""Looking early: intervals that hold at every look, arms that are uneven, and how many units are needed."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.measurement.experiments.effects import Effect, difference
from magnetar.capabilities.measurement.experiments.sequential import (
    always_valid,
    detectable,
    imbalance_p,
    sample_ratio_p,
    units_needed,
)
from magnetar.kernel.chance import Chance

LOOKS = 30


def looks(seed: int, effect: float = 0.0) -> list[Effect]:
    """The total effect after each of thirty days, each of which brings as many orders."""
    chance = Chance(seed).of("looks")
    arm = (chance.of("arm").uniforms(400) >= 0.5).astype(np.int64)
    bought = np.zeros(400)
    out = []
    for day in range(LOOKS):
        bought += np.exp(chance.of("day", day).normals(400)) + effect * arm
        one, treated = difference(arm, bought), float(arm.sum())
        out.append(Effect(one.value * treated, one.error * treated, one.freedom, one.n))
    return out


def test_somebody_who_looks_every_day_is_wrong_one_time_in_twenty_at_most():
    runs, peeking, always = 200, 0, 0
    planned = looks(10**6)[LOOKS // 2].error
    for seed in range(runs):
        days = looks(seed)
        peeking += any(0.0 not in one.interval() for one in days)
        always += any(0.0 not in always_valid(one, planned) for one in days)
    assert always <= 0.05 * runs + 2.5 * math.sqrt(runs * 0.05 * 0.95)
    assert peeking > 0.2 * runs  # what a look every day makes of one in twenty


def test_a_real_effect_is_found_early():
    planned = looks(10**6)[LOOKS // 2].error
    found = [
        next(day for day, one in enumerate(looks(seed, 1.0)) if 0.0 not in always_valid(one, planned))
        for seed in range(20)
    ]
    assert max(found) < LOOKS // 2


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.floats(1e-3, 1e6))
def test_an_interval_for_every_look_is_wider_than_one_for_a_single_look(value, error, planned):
    total = Effect(value, error, 1e6, 1000)
    always, once = always_valid(total, planned), total.interval()
    assert always.low < once.low
    assert always.high > once.high
    assert always.mean == value


@given(st.floats(0.1, 10))
def test_it_is_tightest_where_it_was_planned_to_be(error):
    total = Effect(0.0, error, 1e6, 1000)
    best = always_valid(total, error).high
    assert all(best <= always_valid(total, error * factor).high for factor in (0.3, 0.7, 1.5, 4.0))


@pytest.mark.parametrize("planned", [0.0, -1.0, float("nan")])
def test_a_plan_is_needed(planned):
    with pytest.raises(ValueError, match="planned error must be above 0"):
        always_valid(Effect(1.0, 1.0, 10.0, 10), planned)
    with pytest.raises(ValueError, match="alpha lies in"):
        always_valid(Effect(1.0, 1.0, 10.0, 10), 1.0, alpha=1.0)


def test_without_an_error_there_is_no_interval():
    assert math.isnan(always_valid(Effect(1.0, math.nan, 10.0, 10), 1.0).low)
    assert math.isnan(always_valid(Effect(1.0, 0.0, 10.0, 10), 1.0).low)


def test_uneven_arms_are_noticed_and_even_ones_are_not():
    assert sample_ratio_p(1_000, 9_000, 0.1) == 1.0
    assert sample_ratio_p(1_150, 8_850, 0.1) < 1e-6
    assert math.isnan(sample_ratio_p(0, 0, 0.1))
    for wrong in (0.0, 1.0, float("nan")):
        with pytest.raises(ValueError, match="share lies in"):
            sample_ratio_p(1, 1, wrong)
    with pytest.raises(ValueError, match="at least 0"):
        sample_ratio_p(-1, 1, 0.5)


def test_honest_arms_look_uneven_as_seldom_as_they_should():
    count, low = 2_000, 0
    for seed in range(count):
        control = int((Chance(seed).of("arms").uniforms(500) < 0.2).sum())
        low += sample_ratio_p(control, 500 - control, 0.2) < 0.05
    assert abs(low / count - 0.05) < 4 * math.sqrt(0.05 * 0.95 / count)


def test_arms_that_differ_in_what_was_known_before_are_noticed():
    chance = Chance(4)
    arm = (chance.of("arm").uniforms(2_000) >= 0.5).astype(np.int64)
    before = chance.of("before").normals(2_000, 2)
    assert imbalance_p(arm, before) > 0.001
    before[:, 1] -= 0.3 * arm  # as if the experiment had touched it
    assert imbalance_p(arm, before) < 1e-6
    assert math.isnan(imbalance_p(arm, np.ones((2_000, 1))))
    assert math.isnan(imbalance_p(np.zeros(0, np.int64), np.zeros((0, 2))))


@given(st.floats(0.01, 100), st.floats(0.1, 100), st.floats(0.05, 0.95))
def test_so_many_units_make_the_effect_detectable(effect, spread, share):
    count = units_needed(effect, spread, share)
    error = spread * math.sqrt(1 / (count * share) + 1 / (count * (1 - share)))
    assert detectable(error) <= effect * (1 + 1e-9)


def test_no_number_of_units_shows_an_effect_of_nothing():
    with pytest.raises(ValueError, match="other than 0"):
        units_needed(0.0, 1.0, 0.5)
    with pytest.raises(ValueError, match="share lies in"):
        units_needed(1.0, 1.0, 0.0)
