"""When a creative tires."""

import numpy as np
import pytest

from magnetar.capabilities.creative.science import Advice, find_fatigue

DAYS = np.arange(10.0)


def judged(slope: float, *, other: float = 0.0, own: float = -0.3, expected: float = 300.0):
    told = np.full((1, 10), expected)
    return find_fatigue(told, told * np.exp(slope * DAYS), np.array([other]), np.array([own]))[0]


def test_a_creative_that_falls_and_has_a_better_one_beside_it_rests():
    found = judged(-0.12)
    assert found.advice is Advice.REST
    assert found.trend == pytest.approx(-0.12, abs=0.02)
    assert found.lost == pytest.approx(1 - np.exp(-0.12 * 9), abs=0.1)


def test_one_that_falls_and_is_still_the_best_is_replaced_by_something_new():
    assert judged(-0.12, other=-0.9).advice is Advice.REPLACE


def test_one_that_falls_and_is_still_better_than_its_product_stays():
    assert judged(-0.12, own=0.4).advice is Advice.KEEP


def test_steady_ones_and_those_with_little_evidence_stay():
    assert judged(0.0).advice is Advice.KEEP
    assert judged(-0.12, expected=0.5).advice is Advice.KEEP
    short = np.array([[0.0] * 8 + [50.0, 50.0]])
    assert find_fatigue(short, short / 2, np.array([0.0]), np.array([-1.0]))[0].advice is Advice.KEEP
