"""The shelf: items by row, with what does not fit refused."""

import numpy as np
import pytest
from small_market import shelf_of

from magnetar.capabilities.understanding import BAND_EDGES, NOBODY, Shelf


def columns(count: int) -> dict:
    return {
        "ids": [f"p{place}" for place in range(count)],
        "merchants": ["m0"],
        "merchant": np.zeros(count, np.int64),
        "categories": ["tea"],
        "category": np.zeros(count, np.int64),
        "price": np.full(count, 10.0),
        "scenes": np.full(count, 0b1111, np.uint8),
    }


def test_a_price_on_an_edge_opens_the_next_band():
    assert BAND_EDGES == (20.0, 50.0, 120.0, 300.0)
    prices = [0.0, 19.99, 20.0, 50.0, 120.0, 300.0, 5000.0]
    shelf = shelf_of(*((f"p{place}", "m0", "tea", price) for place, price in enumerate(prices)))
    assert shelf.arrays.band.tolist() == [0, 0, 1, 2, 3, 4, 4]


def test_items_are_found_by_id_and_by_merchant():
    shelf = shelf_of(("a", "m0", "tea", 1.0), ("b", "m1", "tea", 1.0), ("c", "", "tea", 0.0), ("d", "m0", "pots", 2.0))
    assert shelf.row_of == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert shelf.of_merchant("m0").tolist() == [0, 3]
    assert shelf.arrays.merchant[2] == NOBODY
    assert shelf.arrays.listed.all()
    with pytest.raises(ValueError):
        shelf.of_merchant("nobody")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"ids": ["p0", "p0"]}, "each id once"),
        ({"price": np.ones(3)}, "one row per id"),
        ({"price": np.array([1.0, -0.01])}, "not negative"),
        ({"price": np.array([1.0, np.nan])}, "finite"),
        ({"price": np.array([1.0, np.inf])}, "finite"),
    ],
)
def test_columns_that_do_not_fit_are_refused(change: dict, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        Shelf.of(**{**columns(2), **change})


def test_an_empty_shelf_is_a_shelf():
    assert len(Shelf.of(**columns(0))) == 0
