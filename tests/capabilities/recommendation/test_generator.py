"""The network: what is served is what was trained, and it learns what can be learned."""

import numpy as np
import pytest

from magnetar.capabilities.recommendation import histories_of
from magnetar.capabilities.recommendation.beam import Generator, Trie
from magnetar.capabilities.recommendation.generator import SPAN, Network, Shape, fresh
from magnetar.capabilities.recommendation.learning import company_of, content_of, taught
from magnetar.kernel.chance import Chance

SMALL = Shape(size=16, wide=32, width=16)


def network(blocks: int = 1) -> Network:
    shape = Shape(16, blocks, 32, 16)
    vectors = np.random.default_rng(2).normal(size=(40, 16)).astype(np.float32)
    return Network(shape, fresh(shape, Chance(1)), vectors)


def test_an_empty_history_has_a_state_of_zeros():
    assert (network().encode(np.zeros(0, np.int32)) == 0).all()


def test_only_the_latest_events_are_read():
    long = np.arange(120, dtype=np.int32) % 40
    assert (network().encode(long) == network().encode(long[-SPAN:])).all()


def test_a_row_alone_is_a_row_of_a_batch():
    one = network(2)
    rows = [np.array([1, 2, 3], np.int32), np.array([7], np.int32)]
    both = one.states(np.array([0, 3, 4]), np.concatenate(rows))
    assert (both[0] == one.encode(rows[0])).all()
    assert (both[1] == one.encode(rows[1])).all()


@pytest.mark.parametrize("blocks", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_what_is_served_is_what_was_trained(blocks):
    """The losses that JAX works out from served weights are those of the served probabilities."""
    jax = pytest.importorskip("jax")
    del jax
    from magnetar.capabilities.recommendation.training import Recipe, Trainer

    rng = np.random.default_rng(4)
    items = 30
    sequences = [[str(one) for one in rng.integers(0, items, 9)] for _ in range(40)]
    histories = histories_of(sequences, [str(one) for one in range(items)])
    whole = rng.permutation(16**3)[:items]
    codes = np.stack([whole // 256, whole // 16 % 16, whole % 16], axis=1).astype(np.int32)
    near = [np.eye(16, dtype=np.float32)] * 3
    recipe = Recipe(
        epochs=1, rate=0.0, dropout=0.0, drop_id=0.0, negatives=items * 40, codes_share=1.0, codes_weight=0.0
    )
    trainer = Trainer(histories, codes, near, np.zeros((items, 0), np.float32), 1, Shape(16, blocks, 32, 16), recipe)
    before = trainer.network()
    packed, number = trainer._packed(0)
    loss = trainer._step(packed[0], number[0])
    expected = []
    chance = trainer._chance.of("step", 0)
    negative = chance.of("negatives").integers(items, recipe.negatives)
    for row, names in zip(packed[0], number[0], strict=True):
        for place in range(len(row) - 1):
            if names[place] >= 0 and names[place] == names[place + 1]:
                begin = place
                while begin > 0 and names[begin - 1] == names[place]:
                    begin -= 1
                query = before.encode(row[begin : place + 1]) @ before.learned["item_head"]
                logit = before.items @ query
                target = row[place + 1]
                wrong = logit[negative[negative != target]]
                expected.append(np.logaddexp(logit[target], np.log(np.exp(wrong).sum())) - logit[target])
    assert loss == pytest.approx(np.mean(expected), rel=1e-4)


def test_the_code_heads_serve_what_they_were_trained_as():
    pytest.importorskip("jax")
    import jax.numpy as jnp
    from jax.nn import log_softmax
    from jax.nn import silu as jax_silu

    rng = np.random.default_rng(4)
    whole = np.arange(16**3)  # every id exists, so that nothing is shared out anew
    codes = np.stack([whole // 256, whole // 16 % 16, whole % 16], axis=1).astype(np.int32)
    learned = fresh(SMALL, Chance(3))
    generator = Generator(Network(SMALL, learned, np.zeros((len(codes), 16), np.float32)), Trie.of(codes, 16))
    state = rng.normal(size=16).astype(np.float32)
    asked = rng.integers(0, len(codes), 50).astype(np.int32)
    goal = codes[asked]
    above = [
        0.0,
        learned["first_to_1"][goal[:, 0]],
        learned["first_to_2"][goal[:, 0]] + learned["second_to_2"][goal[:, 1]],
    ]
    expected = 0.0
    for level in range(3):
        u = jnp.asarray(state) @ learned[f"head{level}"] + above[level]
        logit = jnp.broadcast_to(jax_silu(u) @ learned[f"logit{level}"] + learned[f"bias{level}"], (50, 16))
        expected = expected + jnp.take_along_axis(log_softmax(logit), goal[:, level : level + 1], axis=1)[:, 0]
    served = generator.log_probability(state, asked)
    assert np.allclose(served, expected, atol=1e-4)
    assert (np.argsort(-served, kind="stable") == np.argsort(-np.asarray(expected), kind="stable")).all()


@pytest.mark.slow
def test_learns_a_cycle():
    pytest.importorskip("jax")
    items = [f"p{one}" for one in range(12)]
    rng = np.random.default_rng(1)
    sequences = [[items[(start + step) % 12] for step in range(8)] for start in rng.integers(0, 12, 120)]
    histories = histories_of(sequences, items)
    content = content_of(histories, 1)
    net = taught(histories, content, 1, epochs=25)
    generator = Generator(net, Trie.of(content.ids.codes, content.ids.width))
    right = 0
    for start in range(12):
        history = np.array([start, (start + 1) % 12, (start + 2) % 12], np.int32)
        state = net.encode(history)
        by_item = int(np.argmax(net.items @ (state @ net.learned["item_head"])))
        right += by_item == (start + 3) % 12
        assert len(generator.generate(state, 5)[0]) == 5
    assert right >= 10


def test_company_is_nothing_where_nobody_is_in_company():
    alone = histories_of([["a"], ["b"], []], ["a", "b", "c"])
    assert company_of(alone, 1).shape == (3, 0)
    assert content_of(histories_of([["a", "a"]]), 1).ids.codes.tolist() == [[0, 0, 0]]


def test_teaching_as_it_is_by_default_ends_by_itself_or_when_told():
    pytest.importorskip("jax")
    histories = histories_of([["a", "b", "c"], ["b", "c", "a"]] * 3)
    told = []
    net = taught(histories, content_of(histories, 1), 1, tell=told.append, stop=lambda: len(told) >= 2)
    assert len(told) == 3  # it is asked after a round, before the round is told of
    assert told[0].startswith("1/60")
    assert net.items.shape == (3, Shape().size)
