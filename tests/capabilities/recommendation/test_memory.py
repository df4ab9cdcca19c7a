"""Memory: counts that a stream and a file build alike."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.recommendation import histories_of
from magnetar.capabilities.recommendation.memory import MOST, Memory, Table


def dense(table: Table, items: int) -> np.ndarray:
    out = np.zeros((items, items))
    for item in range(items):
        partners, weights = table.row(item)
        out[item, partners] = weights
    return out


def test_counts_what_came_after_by_distance():
    memory = Memory(3)
    memory.learn(histories_of([["a", "b", "c"]]))
    expected = np.array([[0, 1, 0.5], [0, 0, 1], [0, 0, 0]])
    assert np.allclose(dense(memory.after, 3), expected)
    assert np.allclose(dense(memory.before, 3), expected.T)
    assert memory.count.tolist() == [1, 1, 1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 6), max_size=14), max_size=6))
def test_a_stream_leaves_what_a_file_leaves(sequences):
    histories = histories_of([[str(one) for one in seq] for seq in sequences], [str(one) for one in range(7)])
    whole, streamed = Memory(7), Memory(7)
    whole.learn(histories)
    for row in range(len(histories)):
        events = histories.of(row)
        for place in range(len(events)):
            streamed.observe(events[:place], int(events[place]))
    for one, other in ((whole.after, streamed.after), (whole.before, streamed.before)):
        assert np.allclose(dense(one, 7), dense(other, 7))
    assert (whole.count == streamed.count).all()


def test_the_weakest_partner_makes_room():
    table = Table(1)
    goals = np.arange(MOST, dtype=np.int32)
    table.add(np.zeros(MOST, np.int32), goals, np.where(goals == 7, 0.1, 1.0).astype(np.float32))
    table.add(np.zeros(1, np.int32), np.array([MOST], np.int32), np.ones(1, np.float32))
    partners, _ = table.row(0)
    assert len(partners) == MOST
    assert 7 not in partners
    assert MOST in partners


def test_new_items_find_room():
    memory = Memory(0)
    memory.grow(2)
    memory.observe(np.array([0], np.int32), 1)
    assert dense(memory.after, 2).tolist() == [[0, 1], [0, 0]]


def test_what_is_written_is_what_is_read():
    memory = Memory(4)
    memory.learn(histories_of([["a", "b", "c", "d", "a", "c"]]))
    again = Table.of(**memory.after.arrays())
    assert np.allclose(dense(again, 4), dense(memory.after, 4))
    assert np.allclose(again.total, memory.after.total)
    again.add(np.zeros(9, np.int32), np.arange(9, dtype=np.int32) % 4, np.ones(9, np.float32))
    assert np.isclose(dense(again, 4)[0].sum(), memory.after.total[0] + 9)
