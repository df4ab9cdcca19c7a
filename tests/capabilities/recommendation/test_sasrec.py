"""SASRec: histories packed without mixing, numpy and JAX alike, and something learned."""

import importlib.util

import numpy as np
import pytest

from magnetar.capabilities.recommendation import registry
from magnetar.capabilities.recommendation.histories import histories_of
from magnetar.capabilities.recommendation.registry import make
from magnetar.capabilities.recommendation.sasrec import Recipe, SasRec, _Packs, _scores, encode, fresh
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import ProviderUnavailable

needs_jax = pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="the extra 'learn' is not installed")
SMALL = Recipe(size=8, heads=2, blocks=2)


def test_packing_keeps_every_history_once_and_whole():
    lists = [[str(item) for item in range(row, row + 2 + row % 7)] for row in range(60)] + [["1"], []]
    train = histories_of(lists)
    packs = _Packs(train, 4, Chance(1))
    item, owner = packs._packed(0)
    assert (np.sort(owner[owner >= 0]) == np.sort(np.repeat(np.arange(60), train.lengths[:60]))).all()
    for row in range(60):
        assert item[owner == row].tolist() == train.of(row).tolist()
        assert len(set(np.nonzero(owner == row)[0])) == 1


def test_a_history_says_the_same_alone_and_among_others():
    weights = fresh(SMALL, 20, Chance(2))
    lists = [list(range(3)), list(range(9)), [5]]
    contexts = histories_of([[str(item) for item in one] for one in lists], [str(item) for item in range(20)])
    together = _scores(weights, SMALL, contexts)
    for row in range(3):
        assert _scores(weights, SMALL, contexts.rows([row]))[0] == pytest.approx(together[row], rel=1e-4, abs=1e-5)


def test_an_empty_context_scores_nothing_and_a_long_one_is_cut():
    weights = fresh(SMALL, 4, Chance(2))
    contexts = histories_of([[], ["1", "2", "3"] * 50, (["1", "2", "3"] * 50)[-50:]], ["0", "1", "2", "3"])
    found = _scores(weights, SMALL, contexts)
    assert found[0].tolist() == [0.0] * 4
    assert found[1] == pytest.approx(found[2], rel=1e-4)


@needs_jax
def test_jax_and_numpy_encode_alike():
    import jax.numpy as jnp

    weights = fresh(SMALL, 6, Chance(3))
    x = Chance(4).normals(2, 5, 8).astype(np.float32)
    allowed = np.tril(np.ones((2, 5, 5), bool))
    mine = encode(np, weights, SMALL, x, allowed)
    theirs = encode(jnp, {name: jnp.asarray(one) for name, one in weights.items()}, SMALL, jnp.asarray(x), allowed)
    assert np.asarray(theirs) == pytest.approx(mine, rel=1e-4, abs=1e-5)


def walked(steps: int) -> np.ndarray:
    """Scores after c, d and after i, j of a model that was taught walks around a ring of ten letters."""
    letters = "abcdefghij"
    walks = [[letters[(first + step) % 10] for step in range(6)] for first in range(10)] * 8
    model = SasRec(recipe=Recipe(size=16, heads=2, dropout=0.1, negatives=16, rate=1e-2, batch=4, steps=3 * steps))
    model.fit(histories_of(walks, list(letters)), 1)
    return model.scores(histories_of([["c", "d"], ["i", "j"]], list(letters)))


@needs_jax
def test_it_learns_what_follows():
    assert walked(80).argmax(axis=1).tolist() == ["abcdefghij".index("e"), 0]


@needs_jax
@pytest.mark.slow
def test_the_same_seed_teaches_the_same():
    assert (walked(20) == walked(20)).all()


def test_nobody_with_two_events_leaves_the_weights_as_they_began():
    if importlib.util.find_spec("jax") is None:
        pytest.skip("the extra 'learn' is not installed")
    model = SasRec(quick=True)
    model.fit(histories_of([["a"], []], ["a", "b"]), 1)
    assert np.isfinite(model.scores(histories_of([["b"]], ["a", "b"]))).all()


def test_without_jax_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(registry.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ProviderUnavailable, match=r"magnetar\[learn\]"):
        make("sasrec")
