"""Products that nobody took yet: which get a place, where, and at what price."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from magnetar.capabilities.recommendation import histories_of
from magnetar.capabilities.recommendation.evidence import Evidence, alike
from magnetar.capabilities.recommendation.memory import Memory
from magnetar.capabilities.recommendation.mixture import Mixture
from magnetar.capabilities.recommendation.newcomers import FEATURES, Newcomers, choose, described, fit_newcomers, rates
from magnetar.capabilities.recommendation.splits import leave_one_out
from magnetar.capabilities.recommendation.weights import load, save
from magnetar.capabilities.recommendation.wording import LONGEST, Wording
from magnetar.capabilities.understanding import TextVectors

KINDS = ("tent", "mug", "soap")
ITEMS = [f"{kind}{number}" for kind in KINDS for number in range(100)]
TEXT = [f"{item.rstrip('0123456789')} series{int(item.lstrip('tenmugsoap')) // 10}" for item in ITEMS]
NEVER = [row for row in range(300) if row % 10 == 3]


def rule(places: int, price: float = 0.0) -> Newcomers:
    return Newcomers(np.ones(1), np.zeros(1), np.ones(1), 10, places, price)


def test_newcomers_stand_in_the_last_places_of_each_ten_and_what_made_room_follows():
    warm = np.linspace(-1.0, -3.0, 20)
    placed = rule(2).placed(warm, np.array([0.0, 5.0, -9.0]))
    assert placed == [0, 1, 2, 3, 4, 5, 6, 7, -2, -1, *range(8, 18)]


def test_a_newcomer_that_is_worth_less_than_what_stands_there_gets_no_place():
    warm = np.linspace(-1.0, -3.0, 10)
    assert rule(3).placed(warm, np.array([-3.5, -4.0])) == list(range(10))
    assert rule(3, price=-1.0).placed(warm, np.array([-3.5, -4.0])) == [*range(9), -1]


@pytest.mark.parametrize(("k", "places"), [(0, 3), (1, 3), (3, 3), (10, 0)])
def test_short_lists_and_no_places_hold_no_newcomers(k: int, places: int):
    assert rule(places).placed(np.full(k, -5.0), np.array([0.0])) == list(range(k))


def test_affinities_are_shared_out_among_all_newcomers_and_one_alone_is_no_certainty():
    few, many = rule(1).affinity(np.zeros((5, 1))), rule(1).affinity(np.zeros((40, 1)))
    assert few == pytest.approx(np.full(5, -np.log(10.0)))  # as among the 10 that it was learned from
    assert many == pytest.approx(np.full(40, -np.log(40.0)))
    assert len(rule(1).affinity(np.zeros((0, 1)))) == 0


def test_what_is_given_up_stays_within_the_allowance():
    rng = np.random.default_rng(1)
    warm = np.sort(rng.normal(-4.0, 1.0, (500, 10)), axis=1)[:, ::-1]
    best = np.sort(rng.normal(-4.0, 1.0, (500, 3)), axis=1)[:, ::-1]
    gone = np.exp(warm) * 0.3
    places, price = choose(warm, gone, best, 0.5, 0.01)
    late = slice(9, 9 - places, -1)
    given = np.logical_and.accumulate(best[:, :places] - warm[:, late] >= price, axis=1)
    assert given.any()
    assert (gone[:, late] * given).sum() / 500 <= 0.005
    assert choose(warm, gone, best, 0.5, 0.0) == (0, 0.0)


def test_weights_find_the_feature_that_tells():
    rng = np.random.default_rng(2)
    features = [rng.normal(size=(12, 2)) for _ in range(80)]
    found = fit_newcomers(features, [int(one[:, 1].argmax()) for one in features])
    assert found is not None
    assert found.weight[1] > 5 * abs(found.weight[0])
    assert fit_newcomers(features[:5], [0] * 5) is None


def test_the_chance_of_what_stands_there_is_read_off_what_came():
    rng = np.random.default_rng(3)
    stands = rng.uniform(-7.0, -2.0, 60_000)
    offset, slope = rates(stands, rng.random(60_000) < np.exp(-1.0 + 0.5 * stands))
    assert slope == pytest.approx(0.5, abs=0.05)
    assert offset == pytest.approx(-1.0, abs=0.2)
    assert np.isfinite(rates(stands, np.zeros(60_000, np.bool_))).all()  # nothing came at all


def test_a_list_whose_tail_is_worth_more_than_the_gate_says_keeps_its_places():
    warm = np.full(10, -4.0)
    assert replace(rule(1), lean=(0.0, 1.0)).placed(warm, np.array([-3.9])) == [*range(9), -1]
    assert replace(rule(1), lean=(1.0, 1.0)).placed(warm, np.array([-3.9])) == list(range(10))


def worded(text: list[str], sequences: list[list[str]]) -> Evidence:
    histories = histories_of(sequences, [str(row) for row in range(len(text))], text)
    wording = Wording.of(TextVectors.fit(text), text)
    memory = Memory(len(text))
    memory.learn(histories)
    return Evidence(memory, alike(wording.weight), wording)


def test_the_terms_of_what_follows_tell_a_product_that_nobody_took():
    evidence = worded(["tent blue", "lamp red", "lamp green", "soap white"], [["0", "1"]] * 5 + [["3"]])
    total = evidence.recall(np.array([0], np.int32), 1)[1]
    found = described(np.array([2, 3], np.int32), np.array([0], np.int32), evidence, total)
    evidence.forget()
    follows, after = FEATURES.index("terms of what follows"), FEATURES.index("together with its like")
    assert found[0, follows] > 0 > found[1, follows]  # a lamp follows a tent, soap never did
    assert found[0, after] > found[1, after]


def test_terms_that_are_rare_still_tell_products_apart():
    makers = ["x" + "".join("bcdfghjkmn"[int(digit)] for digit in f"{one:03d}") for one in range(300)]
    text = [f"{('cream', 'soap', 'comb')[row % 3]} {makers[row // 2]}" for row in range(600)]
    wording = Wording.of(TextVectors.fit(text), text)
    near = alike(wording.weight, most=1)
    assert near.partner.tolist() == [row ^ 1 for row in range(600)]  # the other of the same make


@pytest.mark.parametrize("text", ["", "🙂", "never heard of", "lamp " * 5_000, " ".join(f"w{n}" for n in range(3_000))])
def test_a_product_of_any_text_can_be_taken_in(text: str):
    texts = TextVectors.fit(["tent blue", "lamp red", " ".join(f"w{n}" for n in range(900))])
    one = Wording.of(texts, [text]).weight
    length = np.linalg.norm(one.toarray())
    assert length == pytest.approx(1.0) or length == 0.0
    assert one.nnz <= LONGEST


def test_an_empty_history_and_no_likes_give_finite_features():
    evidence = worded(["tent", "", "lamp"], [["0", "2"]])
    total = evidence.recall(np.zeros(0, np.int32), 1)[1]
    assert np.isfinite(described(np.array([1], np.int32), np.zeros(0, np.int32), evidence, total)).all()
    evidence.forget()


@pytest.fixture(scope="module")
def shop() -> Mixture:
    rng = np.random.default_rng(4)
    sequences = []
    for _ in range(1_200):
        kind, series = rng.integers(0, 3), rng.integers(0, 10)
        sequences.append([ITEMS[kind * 100 + series * 10 + one] for one in rng.integers(0, 10, 6) if one != 3])
    parts = leave_one_out(histories_of(sequences, ITEMS, TEXT))
    model = Mixture(learn=False, newcomers=True)
    model.fit(parts.train, 1, parts.valid)
    return model


def test_a_product_like_those_that_were_taken_is_shown_before_anyone_took_it(shop: Mixture):
    rows = shop.recommender
    assert rows.parts.newcomers is not None
    assert rows.parts.newcomers.places > 0
    count = rows.parts.memory.count.copy()
    rows.parts.memory.count[NEVER] = 0
    rows.refresh()
    shown = [set(rows.answer(np.array([10 * at, 10 * at + 1], np.int32), 10, True).items.tolist()) for at in range(30)]
    rows.parts.memory.count[:] = count
    rows.refresh()
    assert all(len(one) == 10 for one in shown)
    told = [10 * at + 3 in one for at, one in enumerate(shown) if one & set(NEVER)]
    assert len(told) >= 3
    assert np.mean(told) > 0.5  # one in thirty would be chance


def test_scores_fall_down_the_list_and_nothing_comes_twice(shop: Mixture):
    found = shop.recommender.answer(np.array([20, 21, 22], np.int32), 20, True)
    assert (np.diff(found.scores) <= 0).all()
    assert len(set(found.items.tolist())) == 20


def test_a_model_on_disk_places_newcomers_as_before(shop: Mixture, tmp_path: Path):
    save(tmp_path / "one", shop.recommender, ITEMS, shop.ids, shop.texts, {})
    again = load(tmp_path / "one")[0]
    for at in range(0, 300, 37):
        history = np.array([at], np.int32)
        assert (
            again.answer(history, 10, True).items.tolist() == shop.recommender.answer(history, 10, True).items.tolist()
        )
