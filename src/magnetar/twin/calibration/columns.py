"""An order log as columns: what the fitting and the scoring read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.money import MICROS
from magnetar.vocabulary.orders import OrderLine

Flags = NDArray[np.bool_]
SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class OrderLog:
    """Lines in time order; every array is (lines,)."""

    currency: str
    time: Ints
    """Seconds since 1970-01-01, local time of the shop."""
    order: Ints
    """Code of the order; codes are dense and in order of first line."""
    shopper: Ints
    """Code of the shopper, -1 for a guest."""
    product: Ints
    quantity: Ints
    """Pieces, positive, also on a return."""
    value: Floats
    """Currency units of the whole line, at least 0, also on a return."""
    returned: Flags

    @property
    def day(self) -> Ints:
        """Days since 1970-01-01."""
        return self.time // SECONDS

    def between(self, first: int, end: int) -> OrderLog:
        """The lines from day `first` to before day `end`; codes stay."""
        low, high = np.searchsorted(self.time, [first * SECONDS, end * SECONDS])
        part = slice(int(low), int(high))
        return OrderLog(
            self.currency,
            self.time[part],
            self.order[part],
            self.shopper[part],
            self.product[part],
            self.quantity[part],
            self.value[part],
            self.returned[part],
        )


@dataclass(frozen=True, slots=True)
class Orders:
    """One row for each sale order, in time order; every array is (orders,)."""

    code: Ints
    time: Ints
    day: Ints
    shopper: Ints
    lines: Ints
    pieces: Ints
    value: Floats
    """Currency units, before returns."""
    start: Ints
    """Where the order's lines begin in `line_quantity`."""
    line_quantity: Ints
    """(sale lines,), pieces of each line, order by order."""
    line_product: Ints
    """(sale lines,), the product of each line, order by order."""


def collect(lines: Iterable[OrderLine | object]) -> OrderLog:
    """Columns from order lines; anything else in the stream (a rejected row) is passed over.

    Raises:
        BadInput: no line, or several currencies.
    """
    times: list[str] = []
    orders: dict[tuple[str, str], int] = {}
    shoppers: dict[str | None, int] = {None: -1, "": -1}
    products: dict[str, int] = {}
    currencies: dict[str, int] = {}
    rows: list[tuple[int, int, int, int, int, bool]] = []
    for line in lines:
        if not isinstance(line, OrderLine):
            continue
        price = line.price
        currencies[price.currency] = currencies.get(price.currency, 0) + 1
        times.append(line.at)
        rows.append(
            (
                orders.setdefault((line.merchant, line.order), len(orders)),
                shoppers.setdefault(line.shopper, len(shoppers) - 2),
                products.setdefault(line.product, len(products)),
                line.quantity,
                price.micros * line.quantity,
                line.returned,
            )
        )
    if not rows:
        raise BadInput("The order log has no usable line. Give a file with at least five weeks of orders.")
    if len(currencies) > 1:
        raise BadInput(
            f"The order log mixes currencies: {', '.join(sorted(currencies))}. Calibrate one currency at a time."
        )
    # A stamp may carry an offset; what counts is the shop's local time, its first 19 characters.
    time = np.array([stamp[:19] for stamp in times], dtype="datetime64[s]").astype(np.int64)
    table = np.array(rows, dtype=np.int64)
    sort = np.lexsort((np.arange(len(time)), time))
    table = table[sort]
    _, first, code = np.unique(table[:, 0], return_index=True, return_inverse=True)
    place = np.empty(len(first), np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    return OrderLog(
        currency=next(iter(currencies)),
        time=time[sort],
        order=place[code],
        shopper=table[:, 1].copy(),
        product=table[:, 2].copy(),
        quantity=table[:, 3].copy(),
        value=np.maximum(table[:, 4] / MICROS, 0.0),
        returned=table[:, 5].astype(bool),
    )


def orders_of(log: OrderLog) -> Orders:
    """Sale orders of a log; returns are left out."""
    sale = np.flatnonzero(~log.returned)
    sort = sale[np.argsort(log.order[sale], kind="stable")]
    code, start, lines = np.unique(log.order[sort], return_index=True, return_counts=True)
    ends = np.append(start, len(sort))

    def total(values: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.add.reduceat(values, start) if len(start) else values[:0]

    return Orders(
        code=code,
        time=log.time[sort][start],
        day=log.day[sort][start],
        shopper=log.shopper[sort][start],
        lines=lines.astype(np.int64),
        pieces=total(log.quantity[sort]).astype(np.int64),
        value=total(log.value[sort]).astype(np.float64),
        start=ends.astype(np.int64),
        line_quantity=log.quantity[sort],
        line_product=log.product[sort],
    )


def per_day(day: Ints, weight: Floats | None, first: int, end: int) -> Floats:
    """Sums by day, (end - first,); days without a row are 0."""
    inside = (day >= first) & (day < end)
    return np.bincount(
        day[inside] - first, weights=None if weight is None else weight[inside], minlength=end - first
    ).astype(float)
