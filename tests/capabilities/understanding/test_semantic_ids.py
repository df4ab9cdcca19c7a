"""Semantic ids: distinct whatever comes, near where meanings are near, unchanged when products come later."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.understanding import SemanticIds, TextVectors


def scattered(items: int, seed: int = 3, dimensions: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(items, dimensions)).astype(np.float32)


def distinct(codes: np.ndarray) -> bool:
    return len(np.unique(codes, axis=0)) == len(codes)


def test_one_item_has_an_id_and_others_can_join_it():
    ids = SemanticIds.fit(scattered(1))
    assert ids.codes.tolist() == [[0, 0, 0]]
    assert distinct(ids.extend(scattered(300, seed=4)).codes)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 90), st.integers(0, 60), st.integers(1, 5), st.integers(0, 99))
def test_no_two_items_share_an_id_even_where_nothing_tells_them_apart(items, same, dimensions, seed):
    vectors = scattered(items, seed, dimensions)
    vectors[: min(same, items)] = 0.0
    ids = SemanticIds.fit(vectors, width=8, rounds=3)
    assert distinct(ids.codes)
    assert ids.codes.min() >= 0
    assert ids.codes.max() < 8
    assert distinct(ids.extend(vectors).codes)


def test_items_without_any_content_spread_over_neighbouring_houses():
    ids = SemanticIds.fit(np.zeros((40, 4), np.float32), width=4, rounds=2)
    assert distinct(ids.codes)


def test_a_new_product_gets_the_codes_of_its_twin_but_for_the_last():
    vectors = scattered(500)
    ids = SemanticIds.fit(vectors, width=16)
    new = ids.assign(vectors[:20])
    assert (new[:, :2] == ids.codes[:20, :2]).mean() > 0.9  # a house may be full
    assert not any((code == ids.codes).all(axis=1).any() for code in new)


def test_old_ids_stay_when_products_are_added():
    ids = SemanticIds.fit(scattered(200), width=16)
    assert (ids.extend(scattered(50, seed=9)).codes[:200] == ids.codes).all()


def test_groups_are_kept_even():
    crowded = np.concatenate([scattered(900) * 0.1, scattered(100, seed=5) + 5.0])
    sizes = np.bincount(SemanticIds.fit(crowded, width=16).codes[:, 0], minlength=16)
    assert sizes.max() <= 4 * sizes.mean()


def test_the_same_seed_gives_the_same_ids():
    one, other = (SemanticIds.fit(scattered(300), seed=2, width=16) for _ in range(2))
    assert (one.codes == other.codes).all()


def test_what_is_no_number_counts_as_nothing():
    vectors = scattered(50)
    vectors[3, 2], vectors[4, 0] = np.nan, np.inf
    assert distinct(SemanticIds.fit(vectors, width=8).codes)


def test_texts_of_one_kind_share_their_first_code_more_often_than_others():
    kinds = ["露营 帐篷 户外", "shampoo hair curl", "coffee mug kitchen", "🙂"]
    texts = [f"{kind} {number}" for kind in kinds for number in range(30)]
    ids = SemanticIds.fit(TextVectors.fit(texts, 16).encode(texts), width=8)
    first = ids.codes[:, 0].reshape(4, 30)
    within = np.mean([(first[kind][:, None] == first[kind][None]).mean() for kind in range(3)])
    across = np.mean([(first[0][:, None] == first[kind][None]).mean() for kind in (1, 2)])
    assert within > across + 0.1


def test_refuses_what_it_cannot_number():
    with pytest.raises(ValueError, match="take more levels or codes"):
        SemanticIds.fit(scattered(9), levels=2, width=2)
    with pytest.raises(ValueError, match="need an item"):
        SemanticIds.fit(np.zeros((0, 3), np.float32))
    ids = SemanticIds.fit(scattered(4), levels=2, width=2)
    with pytest.raises(ValueError, match="fit anew"):
        ids.assign(scattered(1))
    with pytest.raises(ValueError, match="length 8"):
        ids.assign(scattered(1, dimensions=7))
