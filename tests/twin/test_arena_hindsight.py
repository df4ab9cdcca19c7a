"""The best in hindsight: an upper bound that an exact linear programme confirms, and the best single multiplier."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

sys.path.insert(0, str(Path(__file__).parent))
from arena_days import Bids, GivenDay, random_day

from magnetar.capabilities.auction import FIRST_PRICE, SECOND_PRICE
from magnetar.twin.arena import best_constant, bound, load_family, look_back, play, sit
from magnetar.twin.arena.hindsight import constant, dual_value, offers_of

RULES = st.sampled_from([SECOND_PRICE, FIRST_PRICE])


def programme(offers, ratio):
    """Most conversions with spend ≤ budget and spend ≤ ratio × target × conversions, by HiGHS."""
    count, slots = offers.price.shape
    worth = (offers.truth[:, None] * offers.exposure).ravel().astype(np.float64)
    cost = (offers.price * offers.exposure).ravel()
    rows = np.repeat(np.arange(count), slots)
    once = coo_array((np.ones(count * slots), (rows, np.arange(count * slots))), shape=(count, count * slots))
    sides = coo_array(np.stack([cost, cost - ratio * offers.target * worth]))
    found = linprog(
        -worth, A_ub=vstack([once, sides]).tocsr(), b_ub=np.append(np.ones(count), [offers.budget, 0.0]), method="highs"
    )
    assert found.status == 0
    return -found.fun


@given(st.integers(0, 100_000), RULES)
@settings(max_examples=60, deadline=None)
def test_the_bound_is_at_least_the_best_constant_which_is_at_least_nothing(seed, rule):
    played = play(random_day(seed, rule=rule))
    for seat in range(5):
        found = look_back(played, seat)
        assert found.bound.score >= found.constant.score - 1e-9
        assert found.strict_bound.conversions >= found.strict_constant.conversions - 1e-9
        assert found.bound.score >= found.strict_bound.score - 1e-9
        assert found.constant.score >= 0.0
        assert found.bound.spend <= played.episode.budget[seat] + 1e-9
        assert found.strict_bound.spend <= played.episode.target[seat] * found.strict_bound.conversions + 1e-6
        assert found.constant == best_constant(played, seat)
        assert found.bound == bound(played, seat)


@given(st.integers(0, 100_000), RULES)
@settings(max_examples=25, deadline=None)
def test_the_bound_is_the_supremum_of_exact_programmes_over_all_targets(seed, rule):
    played = play(random_day(seed, rule=rule))
    offers = offers_of(played, seed % 5)
    found, strict = bound(played, seed % 5), bound(played, seed % 5, strict=True)
    assert strict.conversions == pytest.approx(programme(offers, 1.0), rel=1e-6, abs=1e-6)
    for ratio in (1.0, 1.1, 1.5, 2.5, 6.0):
        assert found.score >= programme(offers, ratio) / ratio**2 - 1e-6
    if found.score > 0:
        ratio = max(1.0, found.cpa / offers.target)
        assert found.score == pytest.approx(programme(offers, ratio) / ratio**2, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", ["independent", "taste"])
def test_the_bound_equals_the_programme_on_two_thousand_auctions(name):
    played = play(load_family(name).open(5, 2_000, 24))
    for seat in (1, 8):
        offers = offers_of(played, seat)
        strict, found = bound(played, seat, strict=True), bound(played, seat)
        assert strict.conversions == pytest.approx(programme(offers, 1.0), rel=1e-6)
        ratio = max(1.0, found.cpa / offers.target)
        assert found.score == pytest.approx(programme(offers, ratio) / ratio**2, rel=1e-6)


@given(st.integers(0, 100_000), st.floats(0.0, 5.0), st.floats(0.0, 5.0), st.floats(1.0, 4.0))
@settings(max_examples=40, deadline=None)
def test_any_two_dual_prices_bound_the_programme(seed, budget_price, target_price, ratio):
    offers = offers_of(play(random_day(seed)), seed % 5)
    assert dual_value(offers, budget_price, target_price, ratio) >= programme(offers, ratio) - 1e-6


def test_the_dual_is_tight_at_its_best_prices():
    played = play(load_family("taste").open(5, 2_000, 24))
    offers = offers_of(played, 3)
    best = bound(played, 3, strict=True)
    grid = np.linspace(0.0, 4.0 * best.marginal, 41)
    tightest = min(dual_value(offers, a, b) for a in grid for b in grid)
    assert best.conversions <= tightest <= 1.02 * best.conversions


@given(st.integers(0, 100_000), RULES, st.floats(0.1, 50.0))
@settings(max_examples=40, deadline=None)
def test_no_day_in_the_seat_scores_above_the_bound_when_everything_is_on_screen(seed, rule, scale):
    """With every slot always on screen a plan's expectation is what happens."""
    day = random_day(seed, rule=rule)
    day.exposure = np.ones(3)
    played = play(day)
    found = sit(played, seed % 5, Bids(lambda tick, value: scale * value))
    assert found.expected_spend == pytest.approx(found.spend)
    assert found.expected_score <= bound(played, seed % 5).score * (1 + 1e-9) + 1e-9


def test_the_best_constant_is_found_again_by_sitting_down_with_it():
    played = play(load_family("taste").open(9, 9_600, 24))
    for seat in (0, 7):
        found = best_constant(played, seat)
        scale = found.multiplier * played.episode.target[seat]
        day = sit(played, seat, Bids(lambda tick, value, scale=scale: scale * value))
        assert day.expected_score == pytest.approx(found.score, rel=0.05)  # exposures are luck
        for other in (0.5, 0.8, 1.25, 2.0):
            assert constant(offers_of(played, seat), other * found.multiplier).score <= found.score


def frozen_rival(prices, values, budget, target):
    """A recorded day with one rival whose bids are given."""
    count = len(prices)
    day = GivenDay(
        np.stack([values, np.ones(count)], axis=1), counts=[count], budget=[budget, 1e9], target=[target, 1.0]
    )
    day.exposure = np.array([1.0, 0.0, 0.0])
    played = play(day)
    played.top[:], played.who[:] = 0.0, -1
    played.top[:, 0], played.who[:, 0] = prices, 1
    return played


def test_a_bound_worked_out_by_hand():
    """Three opportunities at 5, 5 and 10 for 0.5, 0.25 and 0.25 conversions; 12 to spend, target 20.

    The first two cost 10 and bring 0.75 (13.3 each); a fifth of the third takes the last 2: 0.8 for 12.
    """
    found = bound(frozen_rival([5.0, 5.0, 10.0], [0.5, 0.25, 0.25], 12.0, 20.0), 0)
    assert (found.conversions, found.spend, found.score) == pytest.approx((0.8, 12.0, 0.8))
    assert found.marginal == pytest.approx(0.25 / 10.0)


def test_a_target_below_the_market_is_overshot_only_as_far_as_it_pays():
    """One kind of opportunity at 30 a conversion against a target of 20: cost can not fall, so buy all, at (2/3)²."""
    played = frozen_rival([3.0] * 10, [0.1] * 10, 100.0, 20.0)
    found = look_back(played, 0)
    assert found.bound.score == pytest.approx(1.0 * (20.0 / 30.0) ** 2)
    assert found.strict_bound.conversions == pytest.approx(0.0)
    assert found.strict_constant.conversions == 0.0
    assert found.constant.score == pytest.approx(found.bound.score)


def test_overshooting_stops_at_one_and_a_half_times_the_average():
    """5 conversions at 10 each, then as many as one likes at a marginal m: they pay off below 1.5 × the average cost."""
    for marginal, worth_it in ((14.0, True), (16.0, False)):
        prices = [10.0] * 5 + [marginal]
        played = frozen_rival(prices, [1.0] * 6, 1000.0, 10.0)
        found = bound(played, 0)
        assert (found.conversions > 5.0 + 1e-6) == worth_it


def test_nothing_to_win_is_no_error():
    played = frozen_rival([1.0, 1.0], [0.0, 0.0], 10.0, 10.0)
    found = look_back(played, 0)
    assert (found.bound.score, found.constant.score, found.strict_bound.score) == (0.0, 0.0, 0.0)
    assert np.isnan(found.bound.cpa)
    broke = look_back(frozen_rival([1.0], [0.5], 0.0, 10.0), 0)
    assert (broke.bound.score, broke.constant.score) == (0.0, 0.0)
