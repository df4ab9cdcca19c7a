"""Journeys from a table of touches and orders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from magnetar.capabilities.measurement.attribution.journeys import Journeys, gather
from magnetar.capabilities.measurement.columns import read_columns
from magnetar.kernel.errors import BadInput

_ORDERS = ("order", "orders", "conversion", "purchase", "订单")


def read_journeys(path: str | Path, lookback: int, by: Sequence[str] = ("channel",)) -> Journeys:
    """Read a table with the columns shopper, at, event, value and those that make up a channel.

    A row whose `event` is `order` is an order of `value` currency units; any other row is a touch, whose
    channel joins the columns of `by` with a slash.

    Args:
        lookback: microseconds.

    Raises:
        BadInput: a column is missing, or a row cannot be read; the message names the line.
    """
    table = read_columns(path, ("shopper", "at", "event", "value", *by))
    at = table.moments("at")
    shopper, _ = table.codes("shopper")
    is_order = np.array([one.lower() in _ORDERS for one in table.text("event")], bool)
    value = table.micros("value", is_order)
    if not is_order.any():
        raise BadInput(f"{table.name} 没有订单 has no order: a row whose event is 'order' is expected.")
    parts = [table.text(name) for name in by]
    known: dict[str, int] = {}
    names = ["/".join(one) for one in zip(*parts, strict=True)] if parts else ["all"] * len(table)
    channel = np.array(
        [known.setdefault(name, len(known)) for name, order in zip(names, is_order.tolist(), strict=True) if not order],
        np.int64,
    )
    return gather(
        touch_shopper=shopper[~is_order],
        touch_at=at[~is_order],
        touch_channel=channel,
        channels=list(known),
        order_shopper=shopper[is_order],
        order_at=at[is_order],
        order_value=value[is_order],
        lookback=lookback,
    )
