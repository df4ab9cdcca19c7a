"""Judging bids by the platform's own record: the rest of the day, the best constant multiplier, calibration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.bidding.state import GRID, GRID_SCALE
from magnetar.capabilities.bidding.terms import Terms
from magnetar.capabilities.forecast import TICKS_PER_DAY
from magnetar.kernel.chance import Floats
from magnetar.platform.market import Marketplace
from magnetar.vocabulary.money import MICROS
from magnetar.web.console.market.book import Ticked, at_multipliers

_FINE = 8
"""Multipliers tried between two places of the grid."""
_LEAST, _MOST = 0.2, 3.0
"""Bounds of what bidding scales the landscape by, where our record is still too short to say."""
ENOUGH_TICKS = 4
"""Ticks with spend below which a day is not judged."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the rest of the day costs and brings at each multiplier, by the platform's landscape. Money in currency units."""

    cost: Floats
    """(GRID,)."""
    worth: Floats
    """(GRID,), conversions or currency units of value."""
    multiplier: float
    left: float
    budget: float
    target: float
    """Currency per unit of worth; what the market asks where the goal sets none."""
    bound: bool
    by_value: bool

    @property
    def known(self) -> bool:
        """Whether the campaign has met any opportunity yet."""
        return bool(self.cost[-1] > 0.0)

    def at(self, multiplier: float) -> tuple[float, float]:
        """Cost and worth of a multiplier for the rest of the day."""
        return between(self.cost, multiplier), between(self.worth, multiplier)

    @property
    def affordable(self) -> float | None:
        """The multiplier whose rest of the day costs just what is left; None where even the highest costs less."""
        if not self.known or self.cost[-1] <= self.left:
            return None
        place = int(np.searchsorted(self.cost, self.left, side="right"))
        if place == 0:
            return float(GRID_SCALE[0])
        low, high = self.cost[place - 1], self.cost[place]
        share = (self.left - low) / (high - low) if high > low else 0.0
        return float(GRID_SCALE[place - 1] + share * (GRID_SCALE[place] - GRID_SCALE[place - 1]))


def between(column: NDArray[Any], multiplier: float) -> float:
    """A column of the grid at any multiplier, by straight line; 0 at 0, the ends beyond."""
    return float(np.interp(multiplier, GRID_SCALE, column)) if multiplier > 0.0 else 0.0


def fit(rows: Sequence[Ticked]) -> tuple[float, float] | None:
    """By what to scale the landscape's cost and worth so that they say what was really spent and brought.

    The landscape counts each ad group's chances one by one; ad groups of one campaign that want the same
    place, impressions that do not come on screen and empty budgets all make the whole less than the sum.
    None with fewer than `ENOUGH_TICKS` ticks of spend, or where the landscape knows of nothing.
    """
    own_cost = sum(between(one.cost, one.multiplier) for one in rows)
    own_worth = sum(between(one.worth, one.multiplier) for one in rows)
    if sum(one.spent > 0.0 for one in rows) < ENOUGH_TICKS or own_cost <= 0.0 or own_worth <= 0.0:
        return None
    return sum(one.spent for one in rows) / own_cost, sum(one.brought for one in rows) / own_worth


def outlook(market: Marketplace, campaign: str, rows: Sequence[Ticked] = ()) -> Outlook:
    """The rest of today for one campaign, seen from its last tick edge.

    Args:
        rows: what was recorded of it; the last day's figures fit the landscape to what is real. Without
            enough of them it is scaled as bidding scales it.

    Raises:
        NotFound: there is no such campaign.
    """
    roster, bidding, landscape = market.campaigns.roster, market.bidding, market.landscape
    row, count = market.campaigns.campaign_row(campaign), len(roster)
    terms = Terms.of(roster)
    calibration = np.ones(count)
    calibration[: len(bidding.calibration)] = bidding.calibration[:count]
    remaining = market.traffic.remaining(market.tick) / max(landscape.pages, 1.0)
    held = len(landscape.value)
    value, cost = np.zeros((count, landscape.value.shape[1])), np.zeros((count, landscape.value.shape[1]))
    value[:held], cost[:held] = landscape.value[:count], landscape.cost[:count]
    own = np.flatnonzero(roster.campaign == row)
    costs, worths = at_multipliers(value, cost, roster, terms, calibration, own)
    spent, forecast = bidding._realised[row] if row < len(bidding._realised) else (0.0, 0.0)
    real = min(max((spent + 1.0) / (forecast + 1.0), _LEAST), _MOST)
    scale = fit(rows[-TICKS_PER_DAY:]) or (real, real)
    left = market.budgets.remaining()
    return Outlook(
        cost=costs[row] * remaining * scale[0],
        worth=worths[row] * remaining * scale[1],
        multiplier=bidding.multiplier_of(row),
        left=float(left[row]) / MICROS if row < len(left) else float(terms.budget[row]),
        budget=float(terms.budget[row]),
        target=float(terms.target[row]),
        bound=bool(terms.bound[row]),
        by_value=bool(terms.by_value[row]),
    )


@dataclass(frozen=True, slots=True)
class Hindsight:
    """One day's bids beside the best constant multiplier over the same ticks, judged by the recorded landscape."""

    day: int
    first: int
    """Tick from which on it is judged."""
    ticks: int
    over: bool
    """Whether the day is over; if not, the best may spend what was spent so far."""
    spent: float
    brought: float
    limit: float
    """What the best might spend."""
    best_multiplier: float
    best_spent: float
    best_brought: float
    low: float
    """Smallest and largest multiplier that was bid."""
    high: float

    @property
    def share(self) -> float | None:
        """Brought over what the best constant would have brought; above 1 where moving paid."""
        return self.brought / self.best_brought if self.best_brought > 0.0 else None

    @property
    def regret(self) -> float:
        """Worth that the best constant would have brought more; negative where moving paid."""
        return self.best_brought - self.brought


def best_constant(cost: Floats, worth: Floats, limit: float, target: float | None = None) -> tuple[float, float, float]:
    """The multiplier that brings most within a budget and, where there is one, a target.

    Args:
        cost: (GRID,), of a period at each multiplier; grows with it.
        worth: (GRID,).
        limit: currency that may be spent, at least 0.
        target: currency per unit of worth that the sum must hold; None for none.

    Returns:
        (multiplier, its cost, its worth); zeros where nothing is allowed.

    >>> best_constant(GRID_SCALE * 10.0, GRID_SCALE * 2.0, limit=10.0)
    (1.0, 10.0, 2.0)
    """
    fine = np.interp(np.arange(0.0, GRID - 1 + 1e-9, 1.0 / _FINE), np.arange(GRID), GRID_SCALE)
    costs, worths = np.interp(fine, GRID_SCALE, cost), np.interp(fine, GRID_SCALE, worth)
    allowed = (costs <= limit * (1.0 + 1e-9)) & (costs > 0.0)
    if target is not None:
        allowed &= costs <= target * worths * (1.0 + 1e-9)
    if not allowed.any():
        return 0.0, 0.0, 0.0
    place = int(np.flatnonzero(allowed)[np.argmax(worths[allowed])])
    return float(fine[place]), float(costs[place]), float(worths[place])


def judged(rows: Sequence[Ticked], now: int, target: float | None) -> list[Hindsight]:
    """Each recorded day, oldest first, beside the best constant multiplier.

    The landscape says what a multiplier would have met, the spend says what of it was real; so the
    landscape is scaled, cost and worth each by one factor a day, to what the bids of that day
    really spent and brought. Days with fewer than `ENOUGH_TICKS` ticks of spend are left out.

    Args:
        now: the tick that runs.
        target: currency per unit of worth where the goal sets one that must hold, else None.
    """
    out: list[Hindsight] = []
    for day, ticks in groupby(rows, key=lambda one: one.tick // TICKS_PER_DAY):
        found = list(ticks)
        spent, brought = sum(one.spent for one in found), sum(one.brought for one in found)
        scale = fit(found)
        if scale is None:
            continue
        cost = np.array([one.cost for one in found], np.float64).sum(axis=0) * scale[0]
        worth = np.array([one.worth for one in found], np.float64).sum(axis=0) * scale[1]
        over = day < now // TICKS_PER_DAY
        whole = len(found) >= TICKS_PER_DAY
        limit = max(found[-1].budget, spent) if over and whole else spent
        multiplier, best_spent, best_brought = best_constant(cost, worth, limit, target)
        bids = [one.multiplier for one in found if math.isfinite(one.multiplier)]
        out.append(
            Hindsight(
                day, found[0].tick, len(found), over and whole, spent, brought, limit, multiplier, best_spent, best_brought,
                min(bids, default=0.0), max(bids, default=0.0),
            )
        )  # fmt: skip
    return out


def planned(budget: float, curve: Floats, ticks: int = TICKS_PER_DAY) -> Floats:
    """(ticks,), what an even plan has spent by the end of each tick: the budget in step with the day's usual traffic."""
    shape = curve if curve.sum() > 0.0 else np.ones(ticks)
    return budget * np.cumsum(shape) / shape.sum()


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the predictor said would come and what came, since the campaign began."""

    due: float
    """Results that should have come by now."""
    came: int
    low: float
    """95 % interval of came over due, by chance alone."""
    high: float

    @property
    def ratio(self) -> float | None:
        return self.came / self.due if self.due > 0.0 else None


def calibration(due: float, came: int) -> Calibration:
    """Came over due with the Poisson interval of the count.

    Source: the square-root transform, √(count + 3/8) with spread ½ (Anscombe 1948, Biometrika 35).

    >>> one = calibration(50.0, 64)
    >>> round(one.ratio, 2), round(one.low, 2), round(one.high, 2)
    (1.28, 0.98, 1.61)
    """
    if due <= 0.0:
        return Calibration(0.0, came, math.nan, math.nan)
    root, half = math.sqrt(came + 0.375), 0.98
    low = max(root - half, 0.0) ** 2 - 0.375
    return Calibration(due, came, max(low, 0.0) / due, ((root + half) ** 2 - 0.375) / due)
