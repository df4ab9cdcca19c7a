"""Journeys: each order with the touches that came before it, and the touches that no order followed.

Touches are kept once, sorted by shopper and time, and a journey is a range of them: a million touches
make journeys without a copy, and a touch may belong to the journeys of several orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Ints
from magnetar.kernel.compiled import Array, compiled

_LARGEST = 2**62
"""Sums of micros stay below this, so that no sum of credits can wrap around."""


@dataclass(frozen=True, slots=True)
class Journeys:
    """Orders and what led to them. Times are microseconds, values micros."""

    channels: tuple[str, ...]
    channel: Ints
    """(touches,), of each touch, sorted by shopper, then time, then as they came."""
    at: Ints
    """(touches,)."""
    source: Ints
    """(touches,), the row that each touch had before it was sorted."""
    value: Ints
    """(orders,), as they came."""
    when: Ints
    """(orders,)."""
    start: Ints
    stop: Ints
    """(orders,): the touches start … stop − 1 of an order's shopper, from its look-back up to the order itself."""
    lost_start: Ints
    lost_stop: Ints
    """(lost,): stretches of touches that no order followed within the look-back."""
    lookback: int

    @property
    def touched(self) -> NDArray[np.bool_]:
        """(orders,), whether anything came before an order."""
        return self.stop > self.start


def gather(
    *,
    touch_shopper: Ints,
    touch_at: Ints,
    touch_channel: Ints,
    channels: Sequence[str],
    order_shopper: Ints,
    order_at: Ints,
    order_value: Ints,
    lookback: int,
) -> Journeys:
    """Find the touches of each order, and the touches that led nowhere.

    A touch counts for every order that its shopper places no later than `lookback` afterwards, at the
    same moment included. Touches without any such order form lost journeys; a pause longer than the
    look-back starts a new one.

    Args:
        touch_shopper, touch_at, touch_channel: (touches,), in any order; channels are rows of `channels`.
        order_shopper, order_at, order_value: (orders,); micros, negative for what is taken back.
        lookback: microseconds, positive.

    Raises:
        ValueError: columns differ in length, are no integers, a channel is out of range, the look-back is
            not positive, or the values are too large to add up.
    """
    touches = [np.asarray(one) for one in (touch_shopper, touch_at, touch_channel)]
    orders = [np.asarray(one) for one in (order_shopper, order_at, order_value)]
    for rows in (touches, orders):
        if len({one.shape for one in rows}) != 1 or rows[0].ndim != 1:
            raise ValueError(f"columns must share one length, found {[one.shape for one in rows]}")
        if any(one.size and one.dtype.kind not in "iu" for one in rows):
            raise ValueError(
                f"shoppers, times, channels and values are integers, found {[one.dtype.name for one in rows]}"
            )
    shopper, at, channel = (one.astype(np.int64) for one in touches)
    whose, when, value = (one.astype(np.int64) for one in orders)
    if lookback <= 0:
        raise ValueError(f"the look-back must be positive, found {lookback}")
    if len(channel) and not (channel.min() >= 0 and channel.max() < len(channels)):
        raise ValueError(f"channels are numbered 0 to {len(channels) - 1}, found {channel.min()} to {channel.max()}")
    if float(np.abs(value.astype(np.float64)).sum()) >= _LARGEST:
        raise ValueError("the orders' values are too large to add up in 63 bits of micros")
    sorted_by = np.lexsort((at, shopper))
    shopper, at, channel = shopper[sorted_by], at[sorted_by], channel[sorted_by]
    first = np.searchsorted(shopper, whose, side="left")
    last = np.searchsorted(shopper, whose, side="right")
    start, stop = _windows(at, first, last, when, lookback)
    lost_start, lost_stop = _lost(shopper, at, start, stop, lookback)
    return Journeys(
        tuple(channels), channel, at, sorted_by.astype(np.int64), value, when, start, stop, lost_start, lost_stop, lookback
    )  # fmt: skip


@compiled
def _windows(at: Array, first: Array, last: Array, when: Array, lookback: int) -> tuple[Any, Any]:
    orders = when.shape[0]
    start, stop = np.empty(orders, np.int64), np.empty(orders, np.int64)
    for order in range(orders):
        low, high = first[order], last[order]
        while low < high:  # the first touch that is not too old
            middle = (low + high) // 2
            if at[middle] < when[order] - lookback:
                low = middle + 1
            else:
                high = middle
        start[order] = low
        high = last[order]
        while low < high:  # the first touch after the order
            middle = (low + high) // 2
            if at[middle] <= when[order]:
                low = middle + 1
            else:
                high = middle
        stop[order] = low
    return start, stop


@compiled
def _lost(shopper: Array, at: Array, start: Array, stop: Array, lookback: int) -> tuple[Any, Any]:
    touches = at.shape[0]
    change = np.zeros(touches + 1, np.int64)
    for order in range(start.shape[0]):
        change[start[order]] += 1
        change[stop[order]] -= 1
    begins, ends = np.empty(touches, np.int64), np.empty(touches, np.int64)
    runs, covering, running = 0, 0, False
    for touch in range(touches):
        covering += change[touch]
        if covering > 0:
            running = False
            continue
        fresh = not running or shopper[touch] != shopper[touch - 1] or at[touch] - at[touch - 1] > lookback
        if fresh:
            begins[runs] = touch
            runs += 1
        ends[runs - 1] = touch + 1
        running = True
    return begins[:runs].copy(), ends[:runs].copy()
