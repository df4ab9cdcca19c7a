"""The beam: valid, distinct, and the best where it is wide enough; worth is searched as if all had been scored."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.recommendation.beam import Generator, Trie
from magnetar.capabilities.recommendation.generator import Network, Shape, fresh
from magnetar.capabilities.recommendation.value import Bounds, log_worth, most_valuable
from magnetar.kernel.chance import Chance

SMALL = Shape(size=8, wide=16, width=16)


def made(items: int, seed: int = 1) -> Generator:
    rng = np.random.default_rng(seed)
    whole = rng.permutation(16**3)[:items]
    codes = np.stack([whole // 256, whole // 16 % 16, whole % 16], axis=1).astype(np.int32)
    learned = fresh(SMALL, Chance(seed))
    learned = {name: one * (4.0 if name.startswith("logit") else 1.0) for name, one in learned.items()}
    vectors = rng.normal(size=(items, 8)).astype(np.float32)
    return Generator(Network(SMALL, learned, vectors), Trie.of(codes, 16))


def state(seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=8).astype(np.float32)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.integers(1, 60), st.integers(0, 50))
def test_names_existing_products_once_each(items, beam, seed):
    found, log_p = made(items, seed).generate(state(seed), beam)
    assert len(set(found.tolist())) == len(found) >= 1
    assert found.min() >= 0
    assert found.max() < items
    assert (np.diff(log_p) <= 0).all()


def test_probabilities_of_all_products_add_up_to_one():
    assert np.exp(made(200).everything(state())).sum() == pytest.approx(1.0, abs=1e-5)


def test_a_beam_as_wide_as_the_tree_is_the_exhaustive_ranking():
    generator = made(150)
    found, log_p = generator.generate(state(), 150)
    every = generator.everything(state())
    assert np.allclose(every[found], log_p, atol=1e-5)
    assert (np.argsort(-every, kind="stable")[:20] == found[:20]).all()


def test_one_path_scores_what_the_beam_scored():
    generator = made(120)
    found, log_p = generator.generate(state(), 30)
    assert np.allclose(generator.log_probability(state(), found), log_p, atol=1e-6)


def test_a_catalogue_of_one_is_certain():
    found, log_p = made(1).generate(state())
    assert (found.tolist(), log_p.tolist()) == ([0], [0.0])


def test_two_products_of_one_id_are_refused():
    with pytest.raises(ValueError, match="share an id"):
        Trie.of(np.array([[1, 2, 3], [1, 2, 3]]), 16)
    with pytest.raises(ValueError, match="0 to 15"):
        Trie.of(np.array([[1, 2, 16]]), 16)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 200), st.integers(1, 12), st.floats(0, 2), st.integers(0, 50))
def test_sound_bounds_find_what_scoring_everything_finds(items, k, spread, seed):
    generator, rng = made(items, seed), np.random.default_rng(seed)
    worth = log_worth(np.exp(spread * rng.normal(size=items)), rng.beta(2, 30, items), rng.beta(2, 30, items))
    found = most_valuable(generator, state(seed), Bounds.of(generator.trie, worth), k)
    every = np.sort(generator.everything(state(seed)) + worth)[::-1][:k]
    assert found.exact
    assert np.allclose(found.scores, every, atol=1e-4)


def test_tilted_bounds_score_fewer_and_say_that_nothing_is_proven():
    generator, rng = made(300), np.random.default_rng(3)
    worth = log_worth(np.exp(rng.normal(size=300)), np.full(300, 0.1))
    sound = most_valuable(generator, state(), Bounds.of(generator.trie, worth), 10)
    tilted = most_valuable(generator, state(), Bounds.of(generator.trie, worth, 1.0), 10)
    assert tilted.scored < sound.scored
    assert not tilted.exact


def test_what_bids_nothing_is_not_shown():
    generator = made(20)
    bid = np.zeros(20)
    bid[[3, 8]] = 1.0
    worth = log_worth(bid, np.full(20, 0.1))
    found = most_valuable(generator, state(), Bounds.of(generator.trie, worth), 10)
    assert set(found.items.tolist()) == {3, 8}


def test_without_value_the_order_is_that_of_probability():
    generator = made(80)
    worth = log_worth(np.ones(80), np.full(80, 0.5), weight=0.0)
    found = most_valuable(generator, state(), Bounds.of(generator.trie, worth), 10)
    assert (found.items == generator.generate(state(), 80)[0][:10]).all()


def test_alignment_raises_what_the_platform_values():
    business = np.ones(50)
    business[9] = 1e6
    worth = log_worth(np.ones(50), np.full(50, 0.1), business=business, alignment=1.0)
    generator = made(50)
    assert most_valuable(generator, state(), Bounds.of(generator.trie, worth), 1).items.tolist() == [9]
    with pytest.raises(ValueError, match="not be negative"):
        log_worth(np.ones(2), np.ones(2), weight=-1.0)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 200), st.integers(0, 99))
def test_a_tree_that_grew_is_the_tree_that_was_made_whole(items, seed):
    whole = np.random.default_rng(seed).permutation(16**3)[: items + 5]
    codes = np.stack([whole // 256, whole // 16 % 16, whole % 16], axis=1).astype(np.int32)
    grown = Trie.of(codes[:items], 16)
    for one in codes[items:]:
        grown = grown.with_one_more(one)
    made_whole = Trie.of(codes, 16)
    for name in ("first", "second", "leaves", "third", "item", "leaf", "house"):
        assert (getattr(grown, name) == getattr(made_whole, name)).all(), name
    with pytest.raises(ValueError, match="is taken"):
        grown.with_one_more(codes[0])
