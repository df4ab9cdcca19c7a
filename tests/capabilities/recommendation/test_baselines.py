"""Baselines: counts worked out by hand, closed forms held against their definition, and histories that are hardly any."""

import numpy as np
import pytest
from scipy import sparse

from magnetar.capabilities.recommendation.histories import Histories, histories_of
from magnetar.capabilities.recommendation.judging import fit, judge, worth
from magnetar.capabilities.recommendation.linear import Ease, Ials, _ease, _solved
from magnetar.capabilities.recommendation.neighbours import ItemKNN, TransitionKNN, recency, transitions
from magnetar.capabilities.recommendation.registry import Model, make
from magnetar.capabilities.recommendation.splits import leave_one_out
from magnetar.kernel.errors import Refused

COUNTED = ("popularity", "itemknn", "transition", "ease", "ials")


def ring(shoppers: int = 400, items: int = 30, length: int = 6, seed: int = 3) -> Histories:
    """Shoppers who walk around a ring of items, three steps of four to the next one."""
    chance = np.random.default_rng(seed)
    step = np.where(chance.random((shoppers, length)) < 0.75, 1, chance.integers(1, items, (shoppers, length)))
    place = (chance.integers(0, items, (shoppers, 1)) + np.cumsum(step, axis=1)) % items
    return histories_of([[str(one) for one in row] for row in place], [str(one) for one in range(items)])


def test_transitions_count_one_over_the_distance_within_the_window():
    found = transitions(histories_of([list("abca"), list("ab")], list("abc")), 2).toarray()
    assert found.tolist() == [[0.0, 2.0, 0.5], [0.5, 0.0, 1.0], [1.0, 0.0, 0.0]]


def test_the_latest_event_has_weight_one():
    weight = recency(histories_of([list("abc"), [], list("a")]), 0.5)
    assert weight.tolist() == [0.25, 0.5, 1.0, 1.0]


def test_cosine_neighbours_of_four_shoppers():
    model = ItemKNN()
    model.fit(histories_of([list("ab"), list("ab"), list("a"), list("cb")], list("abc")), 1)
    [scores] = model.scores(histories_of([["a"]], list("abc")))
    assert scores.tolist() == pytest.approx([0.0, 2 / 3, 0.0])  # a and b: 2 of √3 × √3; a and c never


def test_a_transition_is_directional_and_popular_goals_are_damped():
    model = TransitionKNN()
    model.lead, model._back, model._damping, model._decay = 0.0, 0.0, 0.5, 0.5
    model.fit(histories_of([list("ab"), list("ac"), list("dc"), list("dc"), list("dc")], list("abcd")), 1)
    after_a, after_b = model.scores(histories_of([["a"], ["b"]], list("abcd")))
    assert after_a.tolist() == pytest.approx([0.0, 1.0, 0.5, 0.0])  # c was taken 4 times: 1 ⁄ √4
    assert after_b.tolist() == [0.0] * 4


def test_numbers_chosen_on_validation_are_no_worse_there_than_the_ones_before():
    parts = leave_one_out(ring())
    for kind in (ItemKNN, TransitionKNN, Ease, lambda: Ials(quick=True)):
        plain, chosen = kind(), kind()
        plain.fit(parts.train, 1)
        chosen.fit(parts.train, 1, parts.valid)
        assert worth(chosen.scores, parts.valid) >= worth(plain.scores, parts.valid) - 1e-9, plain.name


def test_ease_solves_the_ridge_regression_without_each_items_own_column():
    taken = sparse.csr_array(np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 1], [1, 0, 0, 1]], np.float32))
    found, dense = _ease(taken, 0.7), taken.toarray().astype(float)
    for goal in range(4):
        others = [item for item in range(4) if item != goal]
        left = dense[:, others].T @ dense[:, others] + 0.7 * np.eye(3)
        expected = np.linalg.solve(left, dense[:, others].T @ dense[:, goal])
        assert found[others, goal] == pytest.approx(expected, abs=1e-5)
        assert found[goal, goal] == 0.0


def test_ease_refuses_a_catalogue_that_it_has_no_room_for():
    model = Ease()
    model.most_items = 2
    with pytest.raises(Refused, match=r"at most 2 items .*found 3"):
        model.fit(histories_of([list("abc")]), 1)


@pytest.mark.parametrize("entries", [2, 9])  # fewer and more than there are factors
def test_least_squares_of_a_row_by_fewer_equations_are_the_same(entries: int):
    chance = np.random.default_rng(5)
    others = chance.normal(size=(12, 4)).astype(np.float32)
    columns = chance.choice(12, entries, replace=False)
    weight = chance.random(entries).astype(np.float32) + 0.1
    taken = sparse.csr_array((weight, (np.zeros(entries, int), columns)), shape=(2, 12))
    unseen, ridge = 0.05, 0.2
    left = unseen * others.T @ others + ridge * (entries + unseen * 12) * np.eye(4)
    left = left + (others[columns].T * weight) @ others[columns]
    found = _solved(taken, others, unseen, ridge)
    assert found[0] == pytest.approx(np.linalg.solve(left, others[columns].T @ weight), rel=1e-4, abs=1e-5)
    assert found[1].tolist() == [0.0] * 4  # nothing is known of the second


@pytest.mark.parametrize("name", COUNTED)
def test_every_baseline_learns_what_follows_on_a_ring(name: str):
    parts = leave_one_out(ring())
    model = make(name, quick=True)
    found = judge(model, parts.test, fit(model, parts.train, 1, parts.valid))
    recall = float(np.nanmean(found.values[:, 1, 0]))
    assert recall > {"popularity": 0.0, "itemknn": 0.4, "transition": 0.6, "ease": 0.4, "ials": 0.4}[name]
    assert np.isfinite(model.scores(parts.test.context)).all()
    assert found.fit_cpu >= 0.0
    assert found.score_cpu >= 0.0


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize("lists", [[[], [], []], [["a"]], [["a", "a", "a", "a"]], [["a", "b"], [], ["b"]]])
def test_hardly_any_history_gives_finite_scores(name: str, lists: list[list[str]]):
    train = histories_of(lists, ["a", "b", "never taken"])
    model: Model = make(name, quick=True)
    model.fit(train, 1)
    scores = model.scores(histories_of([[], ["a"], ["never taken"], ["a", "b"] * 100], train.items))
    assert scores.shape == (4, 3)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", COUNTED)
def test_a_catalogue_of_one_item_is_ranked(name: str):
    model = make(name, quick=True)
    model.fit(histories_of([["a"], ["a", "a"]]), 1)
    assert model.scores(histories_of([["a"]])).shape == (1, 1)


@pytest.mark.parametrize("name", COUNTED)
def test_the_same_seed_gives_the_same_scores(name: str):
    parts = leave_one_out(ring(100))
    found = []
    for _ in range(2):
        model = make(name, quick=True)
        fit(model, parts.train, 4, parts.valid)
        found.append(model.scores(parts.test.context))
    assert (found[0] == found[1]).all()
