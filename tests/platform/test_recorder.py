"""What waits to be written is joined by ticks without losing or inventing a row."""

from __future__ import annotations

import numpy as np
import pytest

from magnetar.capabilities.shoppers import Requested
from magnetar.kernel.events import Envelope
from magnetar.platform.recorder import merge


def asked(first: int, pages: int, found: list[list[int]] | None = None, tick: int = 3) -> Envelope:
    numbers = np.arange(first, first + pages)
    more = {} if found is None else {"found": np.array(found, np.int32)}
    event = Requested(
        tick=tick, at=numbers.astype(np.int64), request=numbers.astype(np.uint64), shopper=numbers.astype(np.int32),
        scene=np.zeros(pages, np.int8), wanted=np.full(pages, -1, np.int16), **more,
    )  # fmt: skip
    return Envelope(f"e{first}", "test", first, "Requested", event)


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2]])
def test_pages_with_and_without_a_search_in_one_tick_are_joined_row_by_row(order: list[int]):
    parts = [asked(0, 2), asked(2, 1, [[7, 8, -1]]), asked(3, 2, [[5, -1], [6, 4]])]
    [joined] = merge([parts[place] for place in order])
    event = joined.data
    wanted = {0: [-1, -1, -1], 1: [-1, -1, -1], 2: [7, 8, -1], 3: [5, -1, -1], 4: [6, 4, -1]}
    assert {int(number): row.tolist() for number, row in zip(event.request, event.found, strict=True)} == wanted


def test_pages_of_a_tick_in_which_nobody_searches_keep_no_rows_for_it():
    [joined] = merge([asked(0, 2), asked(2, 3)])
    assert len(joined.data.request) == 5
    assert joined.data.found.size == 0


def test_ticks_are_not_joined():
    assert len(merge([asked(0, 1), asked(1, 1, tick=4)])) == 2
