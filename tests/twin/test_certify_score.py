"""Scores of forecasts: exact by construction where the truth is known, honest about ties, undefined where nothing came."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from magnetar.kernel.chance import Chance
from magnetar.twin.certification.certificate import certificate, not_met
from magnetar.twin.certification.one_world import WorldResult
from magnetar.twin.certification.score import (
    bounds,
    covered,
    inclusive,
    over_worlds,
    rank_correlation,
    ranks,
    relative_bias,
    relative_error,
)


def world(number: int, forecast: np.ndarray, actual: np.ndarray) -> WorldResult:
    """A world of which only forecasts and outcomes matter."""
    count = len(actual)
    return WorldResult(
        world=number,
        campaign=[f"c{place}" for place in range(count)],
        kind=["new" if place < 3 else "unchanged" for place in range(count)],
        forecast=forecast,
        actual=actual,
        yesterday=np.ones_like(actual),
        week=actual * 0.5,
        budget=np.ones(count),
        pages=1,
        fitted={},
    )


def worlds_of(spread: float, shift: float, worlds: int = 12) -> list[WorldResult]:
    """Worlds whose campaigns vary by 1 and whose forecasts' runs vary by `spread` and err by `shift`."""
    rng = np.random.default_rng(5)
    made = []
    for number in range(worlds):
        centre = rng.normal(20.0, 4.0, (40, 3))
        runs = centre + shift + spread * rng.normal(size=(19, 40, 3))
        made.append(world(number, runs, centre + rng.normal(size=(40, 3))))
    return made


@pytest.mark.parametrize("runs", [9, 19, 39])
def test_an_outcome_like_the_runs_is_covered_four_times_in_five(runs: int):
    rng = np.random.default_rng(3)
    forecast, actual = rng.gamma(2.0, 5.0, (runs, 20_000)), rng.gamma(2.0, 5.0, 20_000)
    assert covered(forecast, actual, Chance(1)).mean() == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("mean", [0.05, 1.0, 6.0])
def test_counts_are_covered_as_often_as_amounts_because_ties_go_by_lot(mean: float):
    rng = np.random.default_rng(4)
    forecast, actual = rng.poisson(mean, (19, 20_000)).astype(float), rng.poisson(mean, 20_000).astype(float)
    assert covered(forecast, actual, Chance(2)).mean() == pytest.approx(0.8, abs=0.01)
    assert inclusive(forecast, actual).mean() > 0.84


def test_the_interval_is_of_order_statistics():
    low, high = bounds(np.arange(39.0)[::-1])
    assert (low, high) == (3.0, 35.0)


@pytest.mark.parametrize("runs", [0, 1, 10, 20])
def test_runs_that_bound_no_80_percent_are_refused(runs: int):
    with pytest.raises(ValueError, match="9, 19, 29"):
        bounds(np.zeros((runs, 2)))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=30))
def test_rank_correlation_is_spearmans_with_ties(pairs: list[tuple[int, int]]):
    one, other = np.array(pairs, float).T
    mine = rank_correlation(one, other)
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert np.isnan(mine)
    else:
        assert mine == pytest.approx(spearmanr(one, other).statistic, abs=1e-12)


def test_ranks_of_nothing_are_nothing():
    assert len(ranks(np.zeros(0))) == 0
    assert np.isnan(rank_correlation(np.zeros(0), np.zeros(0)))


def test_errors_are_shares_of_what_came_and_undefined_where_nothing_came():
    forecast, actual = np.array([3.0, 0.0]), np.array([1.0, 3.0])
    assert relative_error(forecast, actual) == 5.0 / 4.0
    assert relative_bias(forecast, actual) == -1.0 / 4.0
    assert np.isnan(relative_error(forecast, np.zeros(2)))
    assert np.isnan(relative_bias(forecast, np.zeros(2)))


def test_worlds_without_the_figure_are_left_out():
    found = over_worlds([0.5, float("nan"), 0.7])
    assert (found.mean, found.n) == (pytest.approx(0.6), 2)


def test_honest_forecasts_are_certified():
    found = certificate(worlds_of(spread=1.0, shift=0.0), 1)
    assert not_met(found) == []
    assert found["coverage80"]["value"] == pytest.approx(0.8, abs=0.03)
    assert found["rank_correlation"]["by"].keys() == {"spend", "conversions", "gmv"}
    assert found["bias"]["value"] == pytest.approx(0.0, abs=0.02)
    assert (found["campaigns"], found["worlds"]) == (12 * 40, 12)


@pytest.mark.parametrize(
    ("spread", "shift", "missed"),
    [(0.4, 0.0, "coverage80"), (3.0, 0.0, "coverage80"), (1.0, 3.0, "coverage80"), (40.0, 0.0, "rank_correlation")],
)
def test_what_is_too_sure_too_vague_off_or_blind_is_not(spread: float, shift: float, missed: str):
    assert missed in not_met(certificate(worlds_of(spread, shift), 1))


def test_an_interval_that_says_nothing_certifies_nothing():
    made = worlds_of(spread=1.0, shift=0.0)
    for one in made[::2]:
        one.forecast[:] = 1e9  # half of the worlds are never covered, the other half always
    for one in made[1::2]:
        one.forecast[:4], one.forecast[-4:] = -1e9, 1e9
    found = certificate(made, 1)
    assert found["coverage80"]["low"] < 0.8 < found["coverage80"]["high"]
    assert "coverage80" in not_met(found)


def test_the_placebo_knows_nothing():
    assert certificate(worlds_of(1.0, 0.0), 1)["placebo"]["holds_zero"]
    order = np.arange(40.0)[:, None] * np.ones(3)
    same = certificate([world(n, np.repeat(order[None], 9, 0), order) for n in range(12)], 1)
    assert same["placebo"]["holds_zero"]  # campaigns are matched at random, so that their order says nothing
    assert same["rank_correlation"]["value"] == pytest.approx(1.0)


def test_a_certificate_is_by_what_the_plan_did():
    found = certificate(worlds_of(1.0, 0.0), 1)["by_change"]
    assert {kind: one["campaigns"] for kind, one in found.items()} == {"new": 36, "unchanged": 12 * 37}
    assert found["new"]["error"]["spend"]["week"] == pytest.approx(0.5)


def test_no_worlds_make_no_certificate():
    with pytest.raises(ValueError, match="some worlds"):
        certificate([], 1)
