"""Chance: a draw is a hash of what it is for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.kernel import chance
from magnetar.kernel.chance import Chance

COUNT = 200_000


def test_a_draw_does_not_depend_on_what_was_drawn_before():
    alone = Chance(7).of("tastes", 3).normals(4, 2)
    root = Chance(7)
    root.of("rivals").uniforms(1_000)
    root.of("tastes", 2).normals(10)
    assert (root.of("tastes", 3).normals(4, 2) == alone).all()
    assert (Chance(7).of("tastes").of(3).normals(4, 2) == alone).all()


def test_more_draws_begin_with_the_same_ones():
    assert (Chance(1).uniforms(100)[:10] == Chance(1).uniforms(10)).all()


@given(st.integers(-(2**70), 2**70), st.integers(0, 10**6))
def test_a_row_alone_draws_what_it_draws_in_a_batch(seed: int, place: int):
    stream = Chance(seed)
    with np.errstate(over="ignore"):
        alone = chance.uniform(stream.key, place)
    assert alone == stream.uniforms(place + 1)[place] if place < 5_000 else 0 <= alone < 1


def test_seeds_names_and_numbers_give_different_draws():
    streams = [
        Chance(1),
        Chance(2),
        Chance(1).of("a"),
        Chance(1).of("b"),
        Chance(1).of(0),
        Chance(1).of(1),
        Chance(1).of("a", "b"),
    ]
    assert len({float(stream.uniforms(1)[0]) for stream in streams}) == len(streams)


def test_uniform_draws_have_the_moments_of_their_law():
    draws = Chance(11).of("uniform").uniforms(COUNT)
    assert 0 <= draws.min() < draws.max() < 1
    assert draws.mean() == pytest.approx(1 / 2, abs=5 * np.sqrt(1 / 12 / COUNT))
    assert draws.var() == pytest.approx(1 / 12, abs=5 * np.sqrt(1 / 180 / COUNT))
    counts = np.bincount((draws * 64).astype(int), minlength=64)
    assert ((counts - COUNT / 64) ** 2 / (COUNT / 64)).sum() < 64 + 6 * np.sqrt(2 * 63)


def test_normal_draws_have_the_moments_of_their_law():
    draws = Chance(12).of("normal").normals(COUNT)
    assert draws.mean() == pytest.approx(0, abs=5 / np.sqrt(COUNT))
    assert draws.var() == pytest.approx(1, abs=5 * np.sqrt(2 / COUNT))
    assert (draws**4).mean() == pytest.approx(3, abs=5 * np.sqrt(96 / COUNT))


def test_neighbouring_streams_do_not_move_together():
    columns = np.array([Chance(3).of("shopper", number).uniforms(2_000) for number in range(20)])
    off_diagonal = np.corrcoef(columns)[~np.eye(20, dtype=bool)]
    assert abs(off_diagonal).max() < 5 / np.sqrt(2_000)


def test_integers_and_orders_cover_their_range():
    assert set(Chance(5).integers(6, 1_000).tolist()) == set(range(6))
    assert sorted(Chance(5).order(50).tolist()) == list(range(50))
