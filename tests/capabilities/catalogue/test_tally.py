"""The tally agrees with a plain dictionary."""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.catalogue import Tally


def test_counts_and_first_lines_agree_with_a_dictionary():
    rng = np.random.default_rng(3)
    keys = [f"k{n}" for n in rng.integers(0, 60_000, size=200_000)]
    tally, seen = Tally(), {}
    for start in range(0, len(keys), 1_000):
        batch = keys[start : start + 1_000]
        lines = list(range(start, start + 1_000))
        expected = []
        for key, line in zip(batch, lines, strict=True):
            count, first = seen.get(key, (0, line))
            expected.append((count, first))
            seen[key] = (count + 1, first)
        places, firsts = tally.place(batch, lines)
        assert list(zip(places, firsts, strict=True)) == expected
    assert tally.distinct == len(seen)
