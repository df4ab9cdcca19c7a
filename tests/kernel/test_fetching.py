"""Asking for memory in advance decides nothing."""

import numba
import numpy as np
import pytest

from magnetar.kernel.fetching import fetch, fetch_line


@numba.njit
def total(table: np.ndarray, order: np.ndarray) -> float:
    out = 0.0
    for place in range(order.shape[0]):
        if place + 4 < order.shape[0]:
            fetch(table, order[place + 4])
            fetch_line(table, order[place + 4], 1)
        out += table[order[place]].sum()
    return out


@pytest.mark.parametrize("kind", [np.float32, np.uint8, np.int64])
@pytest.mark.parametrize("shape", [(50, 3), (50, 40), (50, 4, 4)])
def test_what_is_read_is_what_stands_there(kind: type, shape: tuple[int, ...]):
    table = np.arange(np.prod(shape)).reshape(shape).astype(kind)
    order = np.random.default_rng(1).integers(0, 50, 500)
    before = table.copy()
    assert total(table, order) == pytest.approx(float(table[order].sum(dtype=np.float64)))
    assert np.array_equal(table, before)


def test_columns_of_a_larger_table_are_asked_for_by_their_own_rows():
    table = np.arange(400.0).reshape(20, 20)[::2, 3:7]
    assert total(table, np.arange(10)) == table.sum()


def test_a_row_beyond_the_end_is_only_a_wish():
    @numba.njit
    def wish(table: np.ndarray) -> None:
        fetch(table, 10**9)
        fetch_line(table, -5, 3)

    wish(np.zeros((2, 2)))
