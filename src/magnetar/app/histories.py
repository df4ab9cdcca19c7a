"""What shoppers did, for portraits: from a table, from an order log, from the merchant's orders, from the event log."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.capabilities.catalogue import Rejected
from magnetar.capabilities.orders import read_orders
from magnetar.capabilities.shoppers import Clicked, Ordered, Returned
from magnetar.capabilities.understanding import Deed, Event
from magnetar.kernel.clock import SECOND
from magnetar.kernel.errors import BadInput
from magnetar.kernel.events import Envelope
from magnetar.platform.seats import ShopperForgotten, ShoppersSeated
from magnetar.vocabulary.orders import OrderLine

Histories = dict[str, list[Event]]
"""Deeds by shopper."""
COLUMNS = ("shopper", "product", "at", "event")


def moment(text: str) -> int:
    """Microseconds of an ISO 8601 moment, or of a number of seconds since 1970; a moment without a zone is taken as UTC.

    Raises:
        ValueError: it is neither.
    """
    try:
        return round(float(text) * SECOND)
    except ValueError:
        found = datetime.fromisoformat(text.strip())
        return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * SECOND)


def histories_in(file: str, merchant: str, currency: str) -> Histories:
    """Of every shopper in a table with the columns shopper, product, at, event[, price], else in any order log.

    Raises:
        BadInput: there is no such file, or it is neither.
    """
    path = Path(file)
    if not path.is_file():
        raise BadInput(f"--histories: 没有文件 there is no file {file!r}.")
    raw = path.open("rb").read(2) == b"\x1f\x8b"
    with gzip.open(path) if raw else path.open("rb") as stream:
        head = stream.readline(65_536).decode("utf-8-sig", errors="replace")
    delimiter = max(",\t;", key=head.count)
    names = [one.strip().strip('"').lower() for one in head.strip().split(delimiter)]
    if not set(COLUMNS) <= set(names):
        lines = (
            one for one in read_orders(file, merchant=merchant, home_currency=currency) if not isinstance(one, Rejected)
        )
        return from_orders(lines)
    found: Histories = defaultdict(list)
    with gzip.open(path) if raw else path.open("rb") as stream:
        rows = csv.DictReader(io.TextIOWrapper(stream, "utf-8-sig", errors="replace"), names, delimiter=delimiter)
        next(rows)
        for line, row in enumerate(rows, 2):
            try:
                price = float(row["price"]) if row.get("price") else None
                event = Event(moment(row["at"]), Deed(row["event"].strip().lower()), row["product"].strip(), price)
            except (ValueError, AttributeError, TypeError, OverflowError) as error:
                raise BadInput(
                    f"--histories {file!r}, 第 {line} 行 line {line}: {error}. Expected shopper, product, at (ISO 8601 or "
                    f"seconds), event ({', '.join(Deed)}) and price (a number or empty)."
                ) from None
            found[row["shopper"].strip()].append(event)
    return dict(found)


def from_orders(lines: Iterable[OrderLine]) -> Histories:
    """Orders and returns of the shoppers that are named."""
    found: Histories = defaultdict(list)
    for one in lines:
        if one.shopper is not None:
            deed = Deed.RETURN if one.returned else Deed.ORDER
            price = float(one.price.amount) if one.price.micros >= 0 else None
            found[str(one.shopper)].append(Event(moment(one.at), deed, str(one.product), price))
    return dict(found)


def from_log(log: Iterable[tuple[int, Envelope]], products: Sequence[str | None], digest: int) -> list[Event]:
    """Clicks, orders and returns of one shopper in the platform's own event log.

    Args:
        products: id behind each row of the shelf, None where it is somebody else's.
        digest: the shopper's keyed digest; rows are given away again, so who sits where is followed.
    """
    found: list[Event] = []
    mine: set[int] = set()
    deeds: dict[type[Any], Deed] = {Clicked: Deed.CLICK, Ordered: Deed.ORDER, Returned: Deed.RETURN}
    for _, envelope in log:
        event: Any = envelope.data
        if isinstance(event, ShoppersSeated):
            for row, who in zip(np.asarray(event.row).tolist(), np.asarray(event.digest).tolist(), strict=True):
                (mine.add if who == digest else mine.discard)(row)
            continue
        if isinstance(event, ShopperForgotten):
            if event.digest == digest:
                mine.clear()
                found.clear()
            continue
        deed = deeds.get(type(event))
        if deed is None or not mine:
            continue
        columns = (np.asarray(event.shopper).tolist(), np.asarray(event.item).tolist(), np.asarray(event.at).tolist())
        for shopper, item, at in zip(*columns, strict=True):
            product = products[item] if 0 <= item < len(products) else None
            if product is not None and shopper in mine:
                found.append(Event(at, deed, product))
    return found
