"""Which products are in the baskets: recent lines of like quantity, and products that are yet to come."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magnetar.kernel.chance import Floats, Ints
from magnetar.twin.calibration.columns import OrderLog, Orders

HALF_LIFE_DAYS = 84.0
"""A past line of this age counts half; chosen on origins inside the training weeks."""
EDGES = np.array([2, 4, 8, 16, 32, 64, 128, 512])
"""Where the classes of quantity end; cheap things are bought by the dozen, and stay so."""


class Assortment(NamedTuple):
    """Lines to draw products from, as a kernel reads them."""

    product: Ints
    """(lines,), products of past lines, class by class."""
    cumulative: Floats
    """(lines,), running sum of recency weights."""
    begins: Ints
    """(classes,), where each class of quantity begins."""
    ends: Ints
    edges: Ints
    new_per_day: float
    """Growth of the share of lines that go to products unseen before the end, for each day after it."""
    arrivals_per_day: float
    """New products a day."""
    new_weight: Floats
    """(n,), how well past newcomers sold (lines), to draw the next ones' appeal from."""
    products: int


def quantity_class(quantity: Ints) -> Ints:
    """The class of each quantity, 0 to len(EDGES)."""
    return np.searchsorted(EDGES, quantity, side="right")


def assortment_of(
    log: OrderLog, orders: Orders, end: int, horizon: int, half_life: float = HALF_LIFE_DAYS
) -> Assortment:
    """Arrange past lines for drawing, and learn how fast new products come.

    Args:
        end: the day after the last one read.
        horizon: days that will be simulated; newcomers are watched over periods of this length.
    """
    day = np.repeat(orders.day, orders.lines)
    kind = quantity_class(orders.line_quantity)
    rows = np.argsort(kind, kind="stable")
    cumulative = np.cumsum(0.5 ** ((end - 1 - day[rows]) / half_life) + 1e-12)
    edges = np.searchsorted(kind[rows], np.arange(len(EDGES) + 2))
    begins, ends = edges[:-1].copy(), edges[1:].copy()
    empty = begins == ends
    begins[empty], ends[empty] = 0, len(rows)
    growth, arrivals, weights = newcomers(orders.line_product, day, int(log.day[0]), end, horizon)
    return Assortment(
        orders.line_product[rows],
        cumulative,
        begins.astype(np.int64),
        ends.astype(np.int64),
        EDGES.astype(np.int64),
        growth,
        arrivals,
        weights,
        int(log.product.max(initial=-1)) + 1,
    )


def newcomers(product: Ints, day: Ints, first: int, end: int, horizon: int) -> tuple[float, float, Floats]:
    """How products enter the assortment.

    The last periods of `horizon` days before the end are looked back on: products that a period sells and that
    nothing before it sold are its newcomers. A period needs at least as long a past as itself, so that products
    missing from a short past are not taken for new.

    Returns:
        Growth of the newcomers' share of lines a day, newcomers a day, and lines sold by each newcomer.
    """
    arrived = np.full(int(product.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(arrived, product, day)
    slopes, rates, weights = [], [], []
    for back in range(2):
        origin = end - (back + 1) * horizon
        if origin - first < max(horizon, 28):
            break
        inside = (day >= origin) & (day < origin + horizon)
        fresh = inside & (arrived[product] >= origin)
        elapsed = day[inside] - origin + 0.5
        slopes.append(float(elapsed[fresh[inside]].size / max(elapsed.sum(), 1e-9)))
        sold = np.bincount(product[fresh])
        sold = sold[sold > 0]
        rates.append(len(sold) / horizon)
        weights.append(sold)
    if not slopes:
        return 0.0, 0.0, np.ones(1)
    everything = np.concatenate(weights).astype(float)
    return float(np.mean(slopes)), float(np.mean(rates)), everything if len(everything) else np.ones(1)
