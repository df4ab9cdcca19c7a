"""Return risk: the chance that an order comes back, of an item, from what it, its shelf mates and everything did.

Beta–binomial in three steps: all orders → category and price band → item. What an item starts from
weighs as much as items of one group are alike, which is estimated from their spread (method of
moments); so where all items return alike the group speaks, and where they differ each speaks for
itself. Source: empirical Bayes for proportions, Kleinman (1973), JASA 68(341).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats

EVERYTHING = 0.1
"""Share of orders that comes back, before any has."""
GROUP_STRENGTH = 20.0
"""Orders' worth of trust in everything, against a category and price band."""
LEAST_STRENGTH, MOST_STRENGTH, USUAL_STRENGTH = 5.0, 400.0, 20.0
"""Orders' worth of trust in a group, against an item: bounds, and where too little is known to tell."""
ENOUGH = 30.0
"""Returns from which on the spread of items is estimated."""


def return_risk(
    returned: Floats, orders: Floats, category: NDArray[np.int64], band: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Chance that an order comes back, with its standard deviation.

    Args:
        returned: (items,), orders that came back; may be fractions, where old ones count less.
        orders: (items,), orders that would have come back by now if they do at all.
        category: (items,).
        band: (items,), price band.

    Returns:
        (items,) means in (0, 1), and (items,) posterior standard deviations.

    Raises:
        ValueError: the columns differ in length, or a count is negative or not finite.
    """
    if not len(returned) == len(orders) == len(category) == len(band):
        raise ValueError(
            f"returned, orders, category and band need one row per item, found {len(returned)}, {len(orders)}, "
            f"{len(category)} and {len(band)}"
        )
    if not (np.isfinite(returned).all() and np.isfinite(orders).all()):
        raise ValueError("returns and orders must be finite")
    if len(returned) and min(returned.min(), orders.min()) < 0.0:
        raise ValueError(f"returns and orders cannot be negative, found {min(returned.min(), orders.min())}")
    tried = np.maximum(orders, returned)  # a return may come before its order counts as due
    whole = (float(returned.sum()) + EVERYTHING) / (float(tried.sum()) + 1.0)
    _, group = np.unique(category * (int(band.max(initial=0)) + 1) + band, return_inverse=True)
    hits, trials = np.bincount(group, returned), np.bincount(group, tried)
    usual = ((hits + GROUP_STRENGTH * whole) / (trials + GROUP_STRENGTH))[group]
    strength = strength_of(returned, tried, usual)
    a, b = returned + strength * usual, tried - returned + strength * (1.0 - usual)
    mean = a / (a + b)
    return mean, np.sqrt(mean * (1.0 - mean) / (a + b + 1.0))


def strength_of(returned: Floats, tried: Floats, usual: Floats) -> float:
    """How alike items are: the number of orders that what they start from is worth.

    The excess of items' squared errors over what chance alone would give is the variance of their
    true rates, v; a Beta law with mean m has v = m (1 − m) ⁄ (strength + 1).
    """
    if returned.sum() < ENOUGH:
        return USUAL_STRENGTH
    expected = usual * (1.0 - usual)
    squared = np.square(returned - tried * usual)
    chance = tried * expected
    weight = tried * np.maximum(tried - 1.0, 0.0) * expected
    if weight.sum() <= 0.0:
        return USUAL_STRENGTH
    alike = float((squared - chance).sum() / weight.sum())  # 1 ⁄ (strength + 1)
    if alike <= 0.0:
        return MOST_STRENGTH
    return float(np.clip(1.0 / alike - 1.0, LEAST_STRENGTH, MOST_STRENGTH))
