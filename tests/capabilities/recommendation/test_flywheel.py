"""The flywheel: a worse model does not take over, and there is always a way back."""

import numpy as np
import pytest

from magnetar.capabilities.recommendation.flywheel import Shelf, compare
from magnetar.kernel.errors import BadInput, Refused


def test_a_model_that_is_as_good_takes_over():
    gains = np.random.default_rng(1).random(400)
    verdict = compare(gains, gains)
    assert (verdict.takes_over, verdict.gain) == (True, 0.0)


def test_a_model_that_is_worse_does_not():
    old = np.random.default_rng(1).random(400)
    assert not compare(old - 0.1, old).takes_over


def test_doubt_is_no_ground_to_take_over():
    rng = np.random.default_rng(1)
    assert not compare(rng.random(50), rng.random(50), margin=0.01).takes_over


def test_a_few_cases_decide_nothing():
    verdict = compare(np.ones(29), np.zeros(29))
    assert not verdict.takes_over
    assert "29" in verdict.reason


def test_what_is_not_defined_does_not_count():
    old = np.full(100, 0.5)
    new = np.where(np.arange(100) < 50, np.nan, 0.6)
    assert compare(new, old).cases == 50
    with pytest.raises(ValueError, match="same cases"):
        compare(np.ones(3), np.ones(4))


def write(shelf: Shelf, version: int) -> None:
    shelf.at(version).mkdir(parents=True)
    (shelf.at(version) / "words.json").write_text("{}")


def test_the_version_before_is_kept_and_can_be_returned_to(tmp_path):
    shelf = Shelf(tmp_path, "spring")
    assert (shelf.current, shelf.next()) == (None, 1)
    for version in (1, 2):
        write(shelf, version)
        shelf.take(version)
    assert (shelf.current, shelf.previous, shelf.next()) == (2, 1, 3)
    assert shelf.roll_back() == 1
    assert (shelf.current, shelf.previous) == (1, 2)


def test_there_must_be_something_to_return_to(tmp_path):
    with pytest.raises(Refused, match="no earlier version"):
        Shelf(tmp_path, "spring").roll_back()
    with pytest.raises(Refused, match="no version 4"):
        Shelf(tmp_path, "spring").take(4)


@pytest.mark.parametrize("name", ["../up", "", "a b", "x" * 60])
def test_a_name_is_no_path(tmp_path, name):
    with pytest.raises(BadInput, match="letters"):
        Shelf(tmp_path, name)
