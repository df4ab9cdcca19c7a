"""Choosing a creative for each shown product."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.serving.rotation import Rotation, bases, choose, explored, make_rotation, moved, shares
from magnetar.kernel.chance import Chance


def rotation(counts: list[int], cohorts: int = 3, explore: float = 0.1, seed: int = 1) -> Rotation:
    """So many creatives of each item, with shares at random."""
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    total = int(first[-1])
    share = 0.05 + Chance(seed).of("share").uniforms(total, cohorts)
    for item in range(len(counts)):
        share[first[item] : first[item + 1]] /= share[first[item] : first[item + 1]].sum(axis=0)
    cohort = Chance(seed).of("cohort").integers(cohorts, 4).astype(np.int16)
    factor = np.exp(0.3 * Chance(seed).of("factor").normals(total, cohorts))
    return make_rotation(
        first, np.arange(100, 100 + total, dtype=np.int32), share, cohort, explore, Chance(seed).key, factor
    )


def chosen(request: np.ndarray, shopper: np.ndarray, item: np.ndarray, by: Rotation) -> np.ndarray:
    out = np.empty(item.shape, np.int32)
    choose(request, shopper, item, by, out)
    return out


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 12), st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_a_batch_chooses_what_its_rows_choose_one_at_a_time(seed: int, rows: int, counts: list[int]):
    luck = Chance(seed)
    by = rotation(counts, seed=seed)
    request = (luck.of("request").uniforms(rows) * 2.0**62).astype(np.uint64)
    shopper = luck.of("shopper").integers(4, rows)
    item = (luck.of("item").integers(len(counts) + 1, rows, 10) - 1).astype(np.int32)
    batch = chosen(request, shopper, item, by)
    for row in range(rows):
        one = slice(row, row + 1)
        assert (chosen(request[one], shopper[one], item[one], by) == batch[one]).all()
    for what, how in zip(item.ravel().tolist(), batch.ravel().tolist(), strict=True):
        if what < 0 or counts[what] == 0:
            assert how == -1
        else:
            assert by.first[what] <= how - 100 < by.first[what + 1]


def test_shares_are_kept_over_many_requests():
    first = np.array([0, 3])
    share = np.array([[0.5, 0.1], [0.2, 0.1], [0.3, 0.8]])
    people = np.array([0, 1], np.int16)
    by = make_rotation(first, np.arange(3, dtype=np.int32), share, people, 0.0, Chance(3).key)
    request = np.arange(60_000, dtype=np.uint64)
    for cohort in (0, 1):
        found = chosen(request, np.full(60_000, cohort), np.zeros((60_000, 1), np.int32), by)
        told = np.bincount(found.ravel(), minlength=3) / 60_000
        assert told == pytest.approx(share[:, cohort], abs=0.01)


def test_explored_requests_are_even_and_known_from_the_request_alone():
    share, people = np.array([[1.0], [0], [0], [0]]), np.zeros(1, np.int16)
    by = make_rotation(np.array([0, 4]), np.arange(4, dtype=np.int32), share, people, 0.3, Chance(9).key)
    request, item = np.arange(40_000, dtype=np.uint64), np.zeros((40_000, 1), np.int32)
    found = chosen(request, np.zeros(40_000, np.int64), item, by)[:, 0]
    even = np.zeros(40_000, np.bool_)
    explored(request, item[:, 0], by.key, 0.3, even)
    assert even.mean() == pytest.approx(0.3, abs=0.01)
    assert np.bincount(found[even], minlength=4) / even.sum() == pytest.approx(0.25, abs=0.02)
    assert (found[~even] == 0).all()


def test_the_position_does_not_decide_which_creative_shows_an_item():
    by = rotation([4, 3])
    request, shopper = np.arange(50, dtype=np.uint64), np.zeros(50, np.int64)
    ahead = chosen(request, shopper, np.tile(np.array([0, 1], np.int32), (50, 1)), by)
    behind = chosen(request, shopper, np.tile(np.array([1, 0], np.int32), (50, 1)), by)
    assert (ahead == behind[:, ::-1]).all()


def test_click_rates_before_their_creatives_are_found_again():
    by = rotation([3, 2], explore=0.2)
    request, shopper = np.arange(400, dtype=np.uint64), np.arange(400) % 4
    item = np.tile(np.array([0, 1, -1], np.int32), (400, 1))
    rows = chosen(request, shopper, item, by)
    even = np.zeros((400, 2), np.bool_)
    for place in range(2):
        explored(request, item[:, place], by.key, 0.2, even[:, place])
    rate = np.full((400, 3), 0.1)
    count = np.diff(by.first)
    for page, place in np.ndindex(400, 2):
        if not even[page, place]:
            what, whom = int(item[page, place]), int(by.cohort[shopper[page]])
            cell = by.first[what] * by.cohorts + whom * count[what] + rows[page, place] - 100 - by.first[what]
            odds = 0.1 / 0.9 / float(by.cell[cell, 1])
            rate[page, place] = odds / (1.0 + odds)
    before, told = np.empty((400, 3)), np.zeros((400, 3), np.bool_)
    bases(request, shopper, item, rate, by, before, told)
    assert before == pytest.approx(0.1, rel=1e-6)
    assert (told[:, :2] == even).all()
    assert not told[:, 2].any()


def test_a_rate_whose_creative_does_nothing_keeps_its_bits():
    assert moved(0.1, 1.0) == 0.1
    assert moved(0.2, 0.5) == pytest.approx(1 / 3)
    assert moved(1.0, 0.2) == 1.0
    assert moved(0.0, 5.0) == 0.0


def test_the_share_of_a_creative_is_the_probability_that_it_is_the_best():
    first = np.array([0, 2])
    mean, spread = np.array([[0.2], [0.0]]), np.array([[0.3], [0.4]])
    found = shares(first, mean, spread)
    # two normals: the first is larger with probability Φ(0.2 / 0.5)
    assert found[0, 0] == pytest.approx(0.5 * math.erfc(-0.4 / math.sqrt(2.0)), abs=2e-3)
    assert found.sum() == pytest.approx(1.0)


def test_no_creative_is_left_without_its_least_share():
    found = shares(np.array([0, 3]), np.array([[3.0], [0.0], [-3.0]]), np.full((3, 1), 0.1), least=0.02)
    assert found[:, 0] == pytest.approx([0.96, 0.02, 0.02], abs=1e-6)


def test_shares_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ValueError, match="sum to 1"):
        two(np.array([[0.5], [0.2]]))


def two(share: np.ndarray, factor: np.ndarray | None = None) -> Rotation:
    creative, people = np.arange(2, dtype=np.int32), np.zeros(1, np.int16)
    return make_rotation(np.array([0, 2]), creative, share, people, 0.0, Chance(1).key, factor)


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.inf, math.nan])
def test_a_factor_that_is_no_factor_is_refused(wrong: float):
    with pytest.raises(ValueError, match="positive and finite"):
        two(np.array([[0.5], [0.5]]), np.array([[1.0], [wrong]]))
