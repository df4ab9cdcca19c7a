"""The price landscape's bins, against the edges that they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.forecast import BINS, Landscape, bin_of
from magnetar.capabilities.forecast.landscape import upper_edges

EDGES = upper_edges()
LOWEST = 2.0**-11


@given(st.floats(2.0**-20, 2.0**10, width=32))
def test_a_ratio_falls_in_the_bin_between_its_edges(ratio):
    place = int(np.searchsorted(EDGES, ratio, side="right"))  # the first edge above the ratio ends its bin
    assert bin_of(ratio) == min(place, BINS - 1)


def test_a_bin_begins_at_the_edge_where_the_last_one_ended():
    assert bin_of(LOWEST) == 0
    for place, edge in enumerate(EDGES[:-1]):
        assert bin_of(float(edge)) == place + 1
        assert bin_of(float(np.nextafter(np.float32(edge), np.float32(0.0)))) == place


def test_sixteen_octaves_end_four_times_each():
    assert EDGES[:5].tolist() == [LOWEST * factor for factor in (1.25, 1.5, 1.75, 2.0, 2.5)]
    assert EDGES[-1] == 2.0**5


@pytest.mark.parametrize("ratio", [0.0, 1e-30, -1.0])
def test_what_lies_below_counts_in_the_first_bin(ratio):
    assert bin_of(ratio) == 0


@pytest.mark.parametrize("ratio", [32.0, 1e9, float("inf")])
def test_what_lies_above_counts_in_the_last_bin(ratio):
    assert bin_of(ratio) == BINS - 1


def test_growing_keeps_what_is_known():
    landscape = Landscape()
    landscape.grow(1)
    landscape.value[0, 3] = 2.0
    landscape.grow(3)
    landscape.grow(2)  # never shrinks
    assert landscape.value.shape == landscape.cost.shape == (3, BINS)
    assert landscape.value[0, 3] == 2.0
    assert landscape.value.sum() == 2.0


def test_yesterday_counts_half():
    landscape = Landscape()
    landscape.grow(1)
    landscape.value[0, 0], landscape.cost[0, 0], landscape.pages = 4.0, 6.0, 100.0
    landscape.new_day()
    assert (landscape.value[0, 0], landscape.cost[0, 0], landscape.pages) == (2.0, 3.0, 50.0)
    landscape.new_day()
    assert (landscape.value[0, 0], landscape.cost[0, 0], landscape.pages) == (1.0, 1.5, 25.0)
