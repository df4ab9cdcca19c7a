"""Effects from units, clusters and blocks: right by hand, right on average, and as sure as they say."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.measurement.experiments.clusters import clustered
from magnetar.capabilities.measurement.experiments.effects import (
    Effect,
    cuped,
    difference,
    per_spend,
    ratio,
    stratified,
)
from magnetar.capabilities.measurement.experiments.switchbacks import pair_differences, paired_blocks
from magnetar.kernel.chance import Chance

OUTCOMES = st.lists(st.floats(-100, 100), min_size=6, max_size=6)


def assignments(count: int) -> list[np.ndarray]:
    """Every way of treating half of the units."""
    out = []
    for treated in itertools.combinations(range(count), count // 2):
        arm = np.zeros(count, np.int64)
        arm[list(treated)] = 1
        out.append(arm)
    return out


def experiment(seed: int, count: int = 400, effect: float = 0.0, share: float = 0.5):
    """Arms, skewed outcomes, and a covariate that explains half of them."""
    chance = Chance(seed).of("experiment")
    before = np.exp(chance.of("before").normals(count))
    arm = (chance.of("arm").uniforms(count) >= share).astype(np.int64)
    outcome = before + np.exp(chance.of("after").normals(count)) + effect * arm
    return arm, outcome, before


# ---- units


@given(OUTCOMES, st.floats(-10, 10))
@settings(max_examples=30, deadline=None)
def test_over_all_assignments_the_difference_is_the_effect(outcomes, effect):
    untreated = np.array(outcomes)
    found = [difference(arm, untreated + effect * arm).value for arm in assignments(len(outcomes))]
    assert np.mean(found) == pytest.approx(effect, abs=1e-9)


@given(OUTCOMES)
@settings(max_examples=30, deadline=None)
def test_over_all_assignments_neymans_error_is_never_too_small_on_average(outcomes):
    untreated = np.array(outcomes)
    found = [difference(arm, untreated) for arm in assignments(len(outcomes))]
    assert np.mean([one.error**2 for one in found]) >= np.var([one.value for one in found]) * (1 - 1e-9)


def test_a_difference_and_its_error_by_hand():
    found = difference(np.array([0, 0, 0, 1, 1]), np.array([1.0, 2.0, 3.0, 6.0, 10.0]))
    assert found.value == 6.0
    assert found.error == pytest.approx(math.sqrt(1.0 / 3 + 8.0 / 2))
    assert found.interval().low < 6.0 < found.interval().high
    doubled = found.interval(-2.0)
    assert doubled.mean == -12.0
    assert doubled.low < doubled.mean < doubled.high


@pytest.mark.parametrize("arm", [[], [0], [1, 1, 1], [0, 1, 1], [0, 0, 0, 1]])
def test_an_arm_with_fewer_than_two_units_shows_nothing(arm):
    for estimate in (difference, cuped, stratified):
        extra = () if estimate is difference else (np.zeros(len(arm), np.int64),)
        found = estimate(np.array(arm, np.int64), np.arange(len(arm), dtype=float), *extra)
        assert math.isnan(found.value)
        assert math.isnan(found.interval().low)


@pytest.mark.parametrize(
    ("arm", "outcome", "said"),
    [
        ([0, 1], [1.0], "one length"),
        ([0, 2, 1], [1.0, 2.0, 3.0], "0 or 1"),
        ([0, 0, 1, 1], [1.0, float("nan"), 1.0, 1.0], "1 that are not"),
        ([0, 0, 1, 1], [1.0, float("inf"), 1.0, 1.0], "1 that are not"),
    ],
)
def test_what_is_no_experiment_is_refused(arm, outcome, said):
    with pytest.raises(ValueError, match=said):
        difference(np.array(arm), np.array(outcome))


@pytest.mark.parametrize("estimate", ["difference", "cuped", "stratified"])
def test_on_nulls_intervals_miss_as_often_as_they_say(estimate):
    missed = 0
    for seed in range(600):
        arm, outcome, before = experiment(seed)
        found = {
            "difference": lambda a, o, b: difference(a, o),
            "cuped": cuped,
            "stratified": lambda a, o, b: stratified(a, o, np.searchsorted(np.quantile(b, (0.5, 0.9)), b)),
        }[estimate](arm, outcome, before)
        missed += 0.0 not in found.interval()
    assert 600 * 0.05 - 3.5 * math.sqrt(600 * 0.05 * 0.95) < missed < 600 * 0.05 + 3.5 * math.sqrt(600 * 0.05 * 0.95)


def test_a_covariate_that_explains_half_takes_half_of_the_variance():
    plain, adjusted = zip(
        *((difference(a, o).error, cuped(a, o, b).error) for a, o, b in map(experiment, range(60))), strict=True
    )
    # outcome = two like parts, one of them known before
    assert np.mean(np.square(adjusted)) / np.mean(np.square(plain)) == pytest.approx(0.5, abs=0.1)


@given(st.integers(0, 10**9))
@settings(max_examples=60, deadline=None)
def test_a_covariate_that_explains_nothing_widens_by_no_more_than_two_percent(seed):
    arm, outcome, _ = experiment(seed)
    noise = Chance(seed).of("noise").normals(len(arm))
    assert cuped(arm, outcome, noise).error <= 1.02 * difference(arm, outcome).error


@given(st.integers(0, 10**9), st.floats(-5, 5), st.floats(0.1, 10))
@settings(max_examples=40, deadline=None)
def test_what_is_explained_exactly_is_taken_out_exactly(seed, effect, slope):
    arm, _, before = experiment(seed, 60)
    found = cuped(arm, slope * before + effect * arm, before)
    assert found.value == pytest.approx(effect, abs=1e-6)
    assert found.error < 1e-6


def test_covariates_that_do_not_vary_change_nothing():
    arm, outcome, _ = experiment(3)
    assert cuped(arm, outcome, np.ones(len(arm))) == difference(arm, outcome)
    with pytest.raises(ValueError, match="covariates must be finite"):
        cuped(arm, outcome, np.full(len(arm), np.nan))


def test_strata_weigh_by_their_size_by_hand():
    arm = np.array([0, 0, 1, 1, 0, 0, 1, 1, 1, 1])
    stratum = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    outcome = np.array([1.0, 3.0, 4.0, 6.0, 10.0, 12.0, 20.0, 20.0, 22.0, 22.0])
    # effects 3 (four units) and 10 (six units)
    assert stratified(arm, outcome, stratum).value == pytest.approx((4 * 3 + 6 * 10) / 10)


def test_strata_that_are_too_thin_are_merged():
    arm, outcome, _ = experiment(5, 200)
    found, plain = stratified(arm, outcome, np.arange(200)), difference(arm, outcome)
    assert (found.value, found.error) == (pytest.approx(plain.value), pytest.approx(plain.error))


def test_a_ratio_of_sums_by_hand():
    arm = np.array([0, 0, 1, 1])
    found = ratio(arm, over=np.array([1.0, 2.0, 6.0, 2.0]), under=np.array([1.0, 5.0, 2.0, 2.0]))
    assert found.value == pytest.approx(8 / 4 - 3 / 6)
    # deviations ⁄ mean of `under`, each ⁄ (1 − its share of `under`): the jackknife
    control = np.var([0.5 / 3 / (5 / 6), -0.5 / 3 / (1 / 6)], ddof=1) / 2
    treated = np.var([2.0 / 2 / 0.5, -2.0 / 2 / 0.5], ddof=1) / 2
    assert found.error == pytest.approx(math.sqrt(control + treated))
    assert math.isnan(ratio(arm, np.ones(4), np.array([0.0, 0.0, 1.0, 1.0])).value)


def test_a_ratio_with_equal_denominators_is_a_difference_of_means():
    arm, outcome, _ = experiment(9)
    found, plain = ratio(arm, outcome, np.full(len(arm), 4.0)), difference(arm, outcome)
    assert found.value == pytest.approx(plain.value / 4)
    assert found.error == pytest.approx(plain.error / 4, rel=0.01)  # the jackknife is a half percent wider here


def test_incremental_roi_is_the_difference_over_what_was_spent():
    arm = np.array([0, 0, 1, 1])
    found = per_spend(arm, np.array([1.0, 3.0, 4.0, 8.0]), spend=np.array([0.0, 0.0, 1.0, 3.0]))
    assert found.value == pytest.approx((6.0 - 2.0) / 2.0)
    assert math.isnan(per_spend(arm, np.ones(4), np.zeros(4)).value)


# ---- clusters


def test_clusters_of_one_are_units():
    arm, outcome, _ = experiment(11, 60)
    found, plain = clustered(arm, np.arange(60), outcome), difference(arm, outcome)
    assert (found.value, found.error) == (pytest.approx(plain.value), pytest.approx(plain.error))


def test_shoppers_who_all_do_the_same_count_once():
    arm, outcome, _ = experiment(12, 40)
    many = np.repeat(np.arange(40), 25)
    found, one_each = clustered(arm[many], many, outcome[many]), difference(arm, outcome)
    assert found.error == pytest.approx(one_each.error)
    assert difference(arm[many], outcome[many]).error < found.error / 4
    assert found.n == 40


def test_a_cluster_in_both_arms_is_refused_and_two_clusters_show_nothing():
    with pytest.raises(ValueError, match="1 clusters have shoppers of both arms"):
        clustered(np.array([0, 1, 0, 1]), np.array([0, 0, 1, 2]), np.ones(4))
    assert math.isnan(clustered(np.array([0, 1]), np.array([0, 1]), np.ones(2)).value)
    assert math.isnan(clustered(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)).value)


def test_region_intervals_miss_as_often_as_they_say_where_shoppers_of_a_region_are_alike():
    missed, naive, runs = 0, 0, 200
    for seed in range(runs):
        chance = Chance(seed).of("regions")
        region = chance.of("region").integers(40, 1_200)
        home = chance.of("home").normals(40)
        treated = chance.of("arm").order(40) < 20
        before = home[region] + chance.of("before").normals(1_200)
        outcome = home[region] + 2.0 * chance.of("after").normals(1_200)
        arm = treated[region].astype(np.int64)
        missed += 0.0 not in clustered(arm, region, outcome, before).interval()
        naive += 0.0 not in difference(arm, outcome).interval()
    assert runs * 0.05 - 3.5 * math.sqrt(runs * 0.0475) < missed < runs * 0.05 + 3.5 * math.sqrt(runs * 0.0475)
    assert naive > 0.3 * runs


# ---- blocks


def test_pairs_of_blocks_by_hand():
    block, arm = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4]), np.array([0, 0, 1, 1, 1, 1, 0, 0, 1])
    outcome = np.array([1.0, 3.0, 5.0, 5.0, 8.0, 8.0, 2.0, 4.0, 99.0])
    assert pair_differences(block, arm, outcome).tolist() == [3.0, 5.0]
    found = paired_blocks(block, arm, outcome, lag=0)
    assert (found.value, found.error, found.n) == (4.0, pytest.approx(1.0), 2)
    assert math.isnan(paired_blocks(block[:4], arm[:4], outcome[:4]).value)
    assert math.isnan(paired_blocks(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)).value)


def test_a_daily_rhythm_does_not_look_like_an_effect():
    ticks = np.arange(60 * 24)
    rhythm = 100.0 + 80.0 * np.sin(2 * np.pi * ticks / 24)
    missed = 0
    for seed in range(300):
        first = Chance(seed).of("coin").integers(2, 60)
        arms = np.stack([first, 1 - first], axis=1).ravel()
        block = ticks // 12
        outcome = rhythm + 10.0 * Chance(seed).of("noise").normals(len(ticks))
        missed += 0.0 not in paired_blocks(block, arms[block], outcome, lag=0).interval()
    assert missed < 300 * 0.05 + 3.5 * math.sqrt(300 * 0.0475)


def test_errors_that_follow_each_other_widen_the_interval():
    count = 200
    block = np.arange(2 * count)
    arm = np.tile([0, 1], count)
    shocks = Chance(1).of("shocks").normals(count + 3)
    gap = sum(shocks[start : start + count] for start in range(4)) / 2.0  # each pair shares shocks with the next three
    outcome = np.where(arm == 1, np.repeat(gap, 2), 0.0)
    alone, following = (paired_blocks(block, arm, outcome, lag=lag).error for lag in (0, 6))
    assert following > 1.4 * alone


def test_effects_without_an_error_have_no_interval():
    assert math.isnan(Effect(1.0, math.nan, 5.0, 3).interval().low)
    assert math.isnan(Effect(1.0, 1.0, 0.0, 1).interval().low)
