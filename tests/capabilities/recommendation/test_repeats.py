"""Repeat or complement: counted by category and time, drawn to the mean where little is known."""

from dataclasses import replace

import numpy as np
import pytest

from magnetar.capabilities.recommendation import histories_of
from magnetar.capabilities.recommendation.repeats import Repeats
from magnetar.kernel.clock import DAY


def bought(*shoppers: list[tuple[str, float]]):
    histories = histories_of([[item for item, _ in one] for one in shoppers], ["soap", "table"])
    return replace(histories, at=np.array([int(day * DAY) for one in shoppers for _, day in one], np.int64))


def test_counts_the_stretch_in_which_it_was_bought_again():
    histories = bought([("soap", 0), ("soap", 10)], [("table", 0)], [("soap", 400)])
    found = Repeats.of(histories, np.array([0, 1]), 2)
    assert found.bought[0].tolist() == [0, 0, 1, 0, 0]
    assert found.asked[0].tolist() == [2, 2, 2, 1, 1]  # the second soap was watched for 390 days, the last for none
    assert found.asked[1].tolist() == [1, 1, 1, 1, 1]
    assert found.bought[1].sum() == 0


def test_two_lines_of_one_visit_are_one_purchase():
    histories = bought([("soap", 0), ("soap", 0)], [("table", 100)])
    assert Repeats.of(histories, np.array([0, 1]), 2).asked[0].tolist() == [1, 1, 1, 1, 0]


def test_what_is_bought_again_differs_from_what_is_not():
    soap = [[("soap", 0), ("soap", 20), ("soap", 40)] for _ in range(60)]
    tables = [[("table", 0)] for _ in range(60)]
    found = Repeats.of(bought(*soap, *tables, [("soap", 500)]), np.array([0, 1]), 2)
    again = found.within(np.array([0, 1, -1]), np.full(3, 10 * DAY))
    assert again[0] > 0.6
    assert again[1] < 0.1
    assert again[1] < again[2] < again[0]


def test_a_category_of_which_nothing_is_known_has_the_mean():
    found = Repeats.of(bought([("soap", 0), ("soap", 10)], [("soap", 400)]), np.array([0, 1]), 2)
    assert found.within(np.array([1]), np.array([10 * DAY]))[0] == pytest.approx(found.mean[2])
    assert 0.0 <= found.within(np.array([99]), np.array([-5]))[0] <= 1.0


def test_nothing_at_all_and_no_times():
    empty = replace(histories_of([], ["soap"]), at=np.zeros(0, np.int64))
    assert np.isfinite(Repeats.of(empty, np.array([0]), 1).within(np.array([0]), np.array([DAY]))).all()
    with pytest.raises(ValueError, match="need times"):
        Repeats.of(histories_of([["soap"]]), np.array([0]), 1)
    with pytest.raises(ValueError, match="for each of 2 items"):
        Repeats.of(bought([("soap", 0)]), np.array([0]), 1)
