"""The shape of one period of an order log: what the held-out weeks, and the period before them, looked like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Floats, Ints
from magnetar.twin.calibration.columns import OrderLog, orders_of, per_day
from magnetar.twin.calibration.giving_back import match_returns
from magnetar.twin.calibration.simulate import BINS

GRID = np.arange(101) / 100
"""Shares of products, best sellers first, at which popularity curves are compared."""


@dataclass(frozen=True, slots=True)
class Period:
    """Counts of one period; undefined shares are NaN."""

    orders: Floats
    """(days,)."""
    gross: Floats
    """(days,), currency units."""
    returned: Floats
    """(days,), currency units."""
    pieces: Floats
    """(days,)."""
    lines: Floats
    """(BINS,), orders by number of lines."""
    sizes: Floats
    """(BINS,), orders by pieces, log scale."""
    values: Floats
    """(BINS,), orders by value, log scale."""
    units: Floats
    """(products,), pieces sold."""
    sold: Floats
    """(products,), lines sold."""
    known_products: Ints
    """Codes of the products sold before the period."""
    seen_before: float
    """Share of the period's shoppers who had bought before it."""
    bought_again: float
    """Share of the shoppers before the period who bought in it."""
    returning_orders: float
    """Share of the identified orders that came from shoppers seen before the period."""
    with_return: float
    """Orders of which something came back in the period, against orders in the period."""


def log_bins(amounts: Floats | Ints) -> Ints:
    """`simulate.log_bin` of many amounts."""
    return np.minimum((24.0 * np.log1p(np.maximum(amounts, 0.0))).astype(np.int64), BINS - 1)


def period_of(log: OrderLog, first: int, end: int) -> Period:
    """Count what happened from day `first` to before day `end`; the log may begin earlier and tells what was known."""
    whole = orders_of(log)
    inside = (whole.day >= first) & (whole.day < end)
    before = whole.day < first
    shoppers = whole.shopper[inside]
    past = np.unique(whole.shopper[before & (whole.shopper >= 0)])
    named = shoppers[shoppers >= 0]
    buyers = np.unique(named)
    line_day = np.repeat(whole.day, whole.lines)
    here = (line_day >= first) & (line_day < end)
    width = int(log.product.max(initial=-1)) + 1
    back = log.returned
    found, _, stray = match_returns(log)
    returned_at = log.day[back][~stray]
    hit = np.unique(found[~stray][(returned_at >= first) & (returned_at < end)])
    count = int(inside.sum())
    return Period(
        orders=per_day(whole.day, None, first, end),
        gross=per_day(whole.day, whole.value, first, end),
        returned=per_day(log.day[back], log.value[back], first, end),
        pieces=per_day(whole.day, whole.pieces.astype(float), first, end),
        lines=np.bincount(np.minimum(whole.lines[inside], BINS - 1), minlength=BINS).astype(float),
        sizes=np.bincount(log_bins(whole.pieces[inside]), minlength=BINS).astype(float),
        values=np.bincount(log_bins(whole.value[inside]), minlength=BINS).astype(float),
        units=np.bincount(whole.line_product[here], whole.line_quantity[here], width).astype(float),
        sold=np.bincount(whole.line_product[here], minlength=width).astype(float),
        known_products=np.unique(whole.line_product[line_day < first]),
        seen_before=_share(np.isin(buyers, past)) if len(past) else np.nan,
        bought_again=_share(np.isin(past, buyers)),
        returning_orders=_share(np.isin(named, past)) if len(past) else np.nan,
        with_return=len(hit) / count if count else np.nan,
    )


def _share(flags: np.ndarray) -> float:
    return float(np.mean(flags)) if len(flags) else np.nan


def lorenz(units: Floats) -> Floats:
    """Share of units sold by the best-selling products, at each share of the products sold at all.

    Args:
        units: (products,), pieces or lines; products with 0 are not counted.

    Returns:
        (101,), at 0, 1, …, 100 % of the products; NaN where nothing was sold.

    >>> lorenz(np.array([8.0, 1.0, 1.0, 0.0, 0.0, 10.0]))[[25, 50, 100]].tolist()
    [0.5, 0.9, 1.0]
    """
    sold = np.sort(units[units > 0])[::-1]
    if not len(sold):
        return np.full(len(GRID), np.nan)
    running = np.concatenate([[0.0], np.cumsum(sold)]) / sold.sum()
    return np.interp(GRID * len(sold), np.arange(len(running)), running)


def gap(left: Floats, right: Floats) -> float:
    """Largest difference between two distributions given as counts (Kolmogorov and Smirnov's distance).

    >>> gap(np.array([1.0, 1.0]), np.array([3.0, 1.0]))
    0.25
    """
    if left.sum() <= 0 or right.sum() <= 0:
        return np.nan
    return float(np.abs(np.cumsum(left) / left.sum() - np.cumsum(right) / right.sum()).max())
