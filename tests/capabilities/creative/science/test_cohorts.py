"""Cohorts of shoppers by what is known of them."""

import numpy as np
import pytest

from magnetar.capabilities.creative.science import COHORTS, TRAITS, centres, cohorts_of, traits_of
from magnetar.capabilities.creative.science.cohorts import directions
from magnetar.kernel.chance import Chance


def people(count: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    taste = (0.4 * Chance(3).of("taste").normals(count, TRAITS - 1)).astype(np.float32)
    bands = np.exp(0.1 * Chance(3).of("bands").normals(count, 5)).astype(np.float32)
    return taste, bands


def test_directions_are_apart_and_the_same_every_time():
    found = directions()
    near = found @ found.T - np.eye(COHORTS - 1)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0, abs=2e-3)
    assert near.max() < 0.8
    directions.cache_clear()
    assert (directions() == found).all()


def test_those_of_whom_nothing_is_known_are_a_cohort_of_theirs():
    taste, bands = people()
    taste[:100] = 0.0
    cohort = cohorts_of(traits_of(taste, bands))
    assert (cohort[:100] == 0).all()
    assert (cohort[100:] == 0).mean() < 0.05
    assert (np.bincount(cohort[100:], minlength=COHORTS)[1:] > 20).all()
    assert (cohorts_of(traits_of(np.zeros((5, TRAITS - 1), np.float32), bands[:5])) == 0).all()


def test_more_evidence_of_the_same_taste_leaves_a_shopper_in_the_cohort():
    taste, bands = people()
    before = cohorts_of(traits_of(taste, bands))
    after = cohorts_of(traits_of(np.float32(3.0) * taste, bands))
    assert (before == after).mean() > 0.99  # traits are told in their own widths


def test_a_cohort_is_told_by_the_mean_of_its_people():
    taste, bands = people()
    traits = traits_of(taste, bands)
    cohort = cohorts_of(traits)
    middle = centres(traits, cohort)
    assert middle[7] == pytest.approx(traits[cohort == 7].mean(axis=0), abs=1e-5)
    nobody = centres(traits[:0], cohort[:0])
    assert (nobody[1:] == directions()).all()
    assert (nobody[0] == 0.0).all()
