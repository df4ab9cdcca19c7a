"""Cold start as a ladder of pools: a small guaranteed quota of views, a gate on the posterior, then a larger pool.

阶梯流量池: 100 → 1,000 → 4,000 views. The gate asks how probable it is that the ad group will hold
1.2 × its target cost in the end, given its own orders and the predictor's word.
"""

from __future__ import annotations

from dataclasses import dataclass

POOLS = (100, 1_000, 4_000)
QUOTA_PRICE = 1.5
"""Bid of the first, guaranteed pool, over the price of an average paid impression."""
STOP_BELOW = 0.05
"""Probability of being on target under which an ad group is stopped, once the pool is used up."""
BOOST = 2.4
"""Bid factor of a new ad group while nothing speaks against it."""
MATURE_ORDERS = 10
"""Conversions that end a cold start: the platform's own definition of success."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the ladder asks for now."""

    pool: int
    """Index of the pool that the ad group is in; len(POOLS) once it has climbed them all."""
    level: float
    """Bid wanted, as a factor on the target itself."""
    verdict: str
    """"try", "hold", "stop" or "done"."""


def climb(*, views: int, orders: int, probability: float, headroom: float) -> Step:
    """Where an ad group stands on the ladder.

    Args:
        views: views so far.
        orders: orders so far.
        probability: that its eventual cost per conversion is at most 1.2 × target.
        headroom: 1.2 × target over the cost per conversion expected now; above 1 it can pay more.
    """
    pool = sum(views >= size for size in POOLS)
    if orders >= MATURE_ORDERS:
        return Step(pool, min(1.3, max(0.7, headroom)), "done")
    if pool >= 1 and probability < STOP_BELOW:
        return Step(pool, 0.25, "stop")
    if pool == 0:
        return Step(pool, BOOST, "try")
    # the bid leans on what the evidence allows; a doubtful one holds back but is not lost
    level = min(BOOST, max(0.5, headroom))
    return Step(pool, level, "try" if probability >= 0.5 else "hold")
