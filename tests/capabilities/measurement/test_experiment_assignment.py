"""Assignment: the same shopper meets the same arm everywhere, and arms are as large as they were planned."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.measurement.experiments.assignment import (
    NOT_IN_IT,
    REGIONS,
    Splits,
    draws,
    kept_from,
    region_places,
    regions,
    stream_of,
)
from magnetar.capabilities.measurement.experiments.designs import Design, Experiment, block_arms, check
from magnetar.kernel.errors import BadInput

SEEDS = st.integers(0, 2**62)


def splits_of(unit, seed: int = 7, name: str = "x1", low: float = 0.0, high: float = 0.1, by_region: bool = False):
    """One split over these shoppers."""
    who = np.zeros((len(unit), 2), np.uint64)
    who[:, 0] = unit
    rule = np.array([(low, high, by_region, True)], np.float64)
    return Splits(np.array([stream_of(seed, name)], np.uint64), rule, region_places(seed, name)[None], who)


def experiment(**fields) -> Experiment:
    given = {"design": Design.HOLDOUT, "share": 0.1} | fields
    return Experiment(
        id="x", number=0, merchant="m0", campaigns=("spring",), seed=1, started_at=0, started_tick=0, **given
    )


@settings(deadline=None)  # the first call compiles
@given(SEEDS, st.lists(st.integers(1, 2**62), min_size=2, max_size=40, unique=True))
def test_a_shoppers_arm_does_not_depend_on_who_else_is_there(seed, units):
    together = draws(splits_of(units, seed), 0)
    backwards = draws(splits_of(units[::-1], seed), 0)[::-1]
    alone = [draws(splits_of([one], seed), 0)[0] for one in units]
    assert together.tolist() == backwards.tolist() == alone


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_arms_are_as_large_as_planned(share):
    count = 40_000
    held = draws(splits_of(np.arange(1, count + 1)), 0) < share
    assert abs(held.mean() - share) < 4 * np.sqrt(share * (1 - share) / count)


def test_two_experiments_divide_shoppers_independently():
    units = np.arange(1, 40_001)
    one, other = (draws(splits_of(units, name=name), 0) < 0.5 for name in ("x1", "x2"))
    assert abs((one & other).mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / len(units))


def test_draws_are_spread_evenly_and_say_nothing_of_the_id():
    drawn = draws(splits_of(np.arange(1, 20_001)), 0)
    assert np.histogram(drawn, 20, (0.0, 1.0))[0].std() < 4 * np.sqrt(1_000)
    assert abs(np.corrcoef(drawn, np.arange(20_000))[0, 1]) < 4 / np.sqrt(20_000)


def test_nobody_in_particular_is_in_no_experiment():
    splits = splits_of([0, 5], low=0.0, high=1.0)
    assert draws(splits, 0)[0] == NOT_IN_IT
    assert [kept_from(splits, 0, person) for person in (0, 1)] == [False, True]


@given(SEEDS)
def test_regions_are_divided_exactly(seed):
    place = region_places(seed, "x1")
    assert sorted(place.tolist()) == pytest.approx([(one + 0.5) / REGIONS for one in range(REGIONS)])
    for share in (0.1, 0.2, 0.5):
        assert (place < share).sum() == round(share * REGIONS)


def test_shoppers_of_a_region_are_in_one_arm_and_the_sites_regions_come_first():
    unit = np.arange(1, 3_001, dtype=np.uint64)
    splits = splits_of(unit, high=0.5, by_region=True)
    home = regions(splits.who)
    held = draws(splits, 0) < 0.5
    assert set(home.tolist()) == set(range(REGIONS))
    assert all(held[home == one].all() or not held[home == one].any() for one in range(REGIONS))
    splits.who[:, 1] = 5  # the site's fifth
    assert set(regions(splits.who).tolist()) == {4}
    assert len(set(draws(splits, 0).tolist())) == 1


@given(SEEDS, st.integers(0, 200))
def test_each_pair_of_blocks_has_one_of_each(seed, pairs):
    arms = block_arms(seed, "x1", 2 * pairs)
    assert len(arms) == 2 * pairs
    assert (arms.reshape(-1, 2).sum(axis=1) == 1).all()
    assert block_arms(seed, "x1", 2 * pairs + 1)[: 2 * pairs].tolist() == arms.tolist()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"share": 0.0}, "control share lies in"),
        ({"share": float("nan")}, "control share lies in"),
        ({"share": 0.95}, "control share lies in"),
        ({"share": 0.5, "turn": 0.6}, "a turn lies in"),
        ({"share": 0.001, "design": Design.REGIONS}, "at least one must be in each arm"),
        ({"design": Design.SWITCHBACK, "block_ticks": 0}, "A block has 1 to"),
        ({"design": Design.SWITCHBACK, "block_ticks": 2, "washout_ticks": 2}, "A washout is shorter than"),
    ],
)
def test_what_cannot_be_carried_out_is_refused_with_what_can(fields, said):
    with pytest.raises(BadInput, match=said):
        check(experiment(**fields))
