"""The best that one seat could have done with the others frozen: an upper bound, and the best single multiplier.

A plan chooses at most one slot of each opportunity, or a share of it. Its score depends on two sums
only, expected conversions V and expected spend S: V × min(1, (C V / S)²) with a target of C. For a given S
more V is always better, so the best plan lies on the curve V(S) of a fractional knapsack with one choice an
opportunity, and that curve is exact: an opportunity's slots are a concave chain of steps, and all steps of the
day are taken in the order of conversions per currency. Walking the curve to the budget is the supremum over every
target r C of the two-constraint linear programmes (spend ≤ budget, spend ≤ r C × conversions) at once; their
two-variable dual is `dual_value`, and the programme itself, solved by HiGHS, is a test.
Source: Sinha & Zoltners (1979), Operations Research 27(3), for the multiple-choice knapsack's relaxation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from magnetar.capabilities.auction import FIRST_PRICE
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.arena.episode import Singles
from magnetar.twin.arena.field import Field

EXPONENT = 2.0
LOWEST, HIGHEST = 0.05, 8.0
"""Constant multipliers that are tried."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The best plan of perfect hindsight, in expectation. No bidder's expected score can be higher."""

    score: float
    conversions: float
    spend: float
    marginal: float
    """Conversions that one more unit of currency would have brought at the plan's edge; 0 where nothing is left to buy."""

    @property
    def cpa(self) -> float:
        return self.spend / self.conversions if self.conversions > 0 else math.nan


@dataclass(frozen=True, slots=True)
class Constant:
    """The best constant multiplier: bid = multiplier × target × predicted value, all day, until the budget is gone."""

    multiplier: float
    score: float
    conversions: float
    spend: float

    @property
    def cpa(self) -> float:
        return self.spend / self.conversions if self.conversions > 0 else math.nan


@dataclass(frozen=True, slots=True)
class Offers:
    """What the day offered to one seat."""

    need: Singles
    """(opportunities, slots), the least bid that takes the slot."""
    price: Singles
    """(opportunities, slots), the least that the slot costs when it is on screen."""
    value: Singles
    truth: Singles
    exposure: Floats
    rule: int
    budget: float
    target: float


def offers_of(played: Field, seat: int) -> Offers:
    """Take the seat out of the recorded day, and say what every slot would have asked of it."""
    episode = played.episode
    need = np.empty((episode.opportunities, episode.slots), np.float32)
    price = np.empty_like(need)
    _offers(played.top, played.who, seat, np.float32(episode.reserve), need, price)
    return Offers(
        need,
        price,
        played.value[seat],
        played.truth[seat],
        episode.exposure,
        episode.rule,
        float(episode.budget[seat]),
        float(episode.target[seat]),
    )


@dataclass(frozen=True, slots=True)
class Hindsight:
    """All that is looked up about a seat's day once it is over."""

    bound: Bound
    constant: Constant
    strict_bound: Bound
    """The most conversions of any plan whose expected CPA is at most the target."""
    strict_constant: Constant
    """The same of constant multipliers; nothing is bought where none keeps the target."""
    foreseen: Bound
    """The bound if the predictions, times one factor for the day, were the truth: what no one can know before, left out."""


def look_back(played: Field, seat: int) -> Hindsight:
    """Both bounds and both constants of one seat, at little more than the cost of one."""
    offers = offers_of(played, seat)
    steps = _sorted_steps(offers)
    factor = np.float32(offers.truth.sum(dtype=np.float64) / max(offers.value.sum(dtype=np.float64), 1e-12))
    foreseen = replace(offers, truth=np.minimum(offers.value * factor, np.float32(1.0)))
    return Hindsight(
        _best_plan(offers, steps, False),
        _search(offers, False),
        _best_plan(offers, steps, True),
        _search(offers, True),
        _best_plan(foreseen, _sorted_steps(foreseen), False),
    )


def bound(played: Field, seat: int, strict: bool = False) -> Bound:
    """The highest expected score of any plan; with `strict`, the most conversions of a plan with expected CPA ≤ target."""
    offers = offers_of(played, seat)
    return _best_plan(offers, _sorted_steps(offers), strict)


def best_constant(played: Field, seat: int, strict: bool = False) -> Constant:
    """The constant multiplier with the highest expected score, by four ever finer grids.

    With `strict`, the most conversions among multipliers whose expected CPA is at most the target; where
    there is none, nothing is bought.
    """
    return _search(offers_of(played, seat), strict)


def _sorted_steps(offers: Offers) -> Floats:
    """(3, steps), gain, cost and worth of each step, best gain first."""
    steps = np.empty((3, offers.price.size))
    steps = steps[:, : _steps(offers.price, offers.truth, offers.exposure, steps)]
    return steps[:, np.argsort(-steps[0])]


def _best_plan(offers: Offers, steps: Floats, strict: bool) -> Bound:
    best = np.zeros(4)
    _walk(steps[0], steps[1], steps[2], offers.budget, offers.target, strict, best)
    return Bound(*best.tolist())


def _search(offers: Offers, strict: bool) -> Constant:
    low, high, best = math.log(LOWEST), math.log(HIGHEST), Constant(0.0, 0.0, 0.0, 0.0)
    for places in (49, 13, 13, 9):
        grid = np.linspace(low, high, places)
        for one in grid.tolist():
            made = constant(offers, math.exp(one), strict)
            if made.score > best.score:
                best = made
        if best.score <= 0.0:
            break
        step, centre = float(grid[1] - grid[0]), math.log(best.multiplier)
        low, high = centre - step, centre + step
    return best


def dual_value(offers: Offers, budget_price: float, target_price: float, ratio: float = 1.0) -> float:
    """The Lagrangian dual of: most conversions with spend ≤ budget and spend ≤ ratio × target × conversions.

    Any two prices ≥ 0 give an upper bound on that programme's conversions.
    """
    return _dual(
        offers.price,
        offers.truth,
        offers.exposure,
        offers.budget,
        offers.target * ratio,
        budget_price,
        target_price,
    )


def constant(offers: Offers, multiplier: float, strict: bool = False) -> Constant:
    """What one constant multiplier comes to in expectation."""
    spend, conversions = _constant(
        offers.need,
        offers.price,
        offers.value,
        offers.truth,
        offers.exposure,
        offers.rule,
        multiplier * offers.target,
        offers.budget,
    )
    allowed = offers.target * conversions
    if strict:
        score = conversions if spend <= allowed else 0.0
    else:
        score = conversions if spend <= allowed else conversions * (allowed / spend) ** EXPONENT
    return Constant(multiplier, score, conversions, spend)


@compiled
def _offers(top: Array, who: Array, seat: int, reserve: np.float32, need: Array, price: Array) -> None:
    """Among equal bids the first seat ranks higher, so a later one needs the next number above."""
    slots = need.shape[1]
    for row in range(top.shape[0]):
        filled = 0
        for place in range(slots + 1):
            if filled < slots and who[row, place] != seat:
                other = top[row, place]
                price[row, filled] = max(reserve, other)
                beat = other if seat < who[row, place] else np.nextafter(other, np.float32(np.inf))
                need[row, filled] = max(reserve, beat)
                filled += 1


@compiled
def _steps(price: Array, truth: Array, exposure: Array, steps: Array) -> int:
    """Each opportunity's slots as a concave chain from nothing to the best slot: (gain, cost, worth) of every step."""
    slots = price.shape[1]
    cost, worth = np.empty(slots + 1), np.empty(slots + 1)
    count = 0
    for row in range(price.shape[0]):
        if not truth[row] > 0.0:
            continue
        cost[0] = worth[0] = 0.0
        last = 0
        for back in range(slots):
            place = slots - 1 - back
            pays, brings = exposure[place] * price[row, place], exposure[place] * truth[row]
            if brings <= worth[last]:
                continue
            while last > 0 and (brings - worth[last]) * (cost[last] - cost[last - 1]) >= (
                worth[last] - worth[last - 1]
            ) * (pays - cost[last]):
                last -= 1
            last += 1
            cost[last], worth[last] = pays, brings
        for at in range(1, last + 1):
            pays, brings = cost[at] - cost[at - 1], worth[at] - worth[at - 1]
            steps[0, count] = brings / pays if pays > 0.0 else np.inf
            steps[1, count] = pays
            steps[2, count] = brings
            count += 1
    return count


@compiled
def _walk(gain: Array, cost: Array, worth: Array, budget: float, target: float, strict: bool, best: Array) -> None:
    """Walk V(S) up to the budget; write score, conversions, spend and marginal gain of the best point.

    On a straight piece V = V₀ + g (S − S₀) the score V³ C² / S² has one stationary point, S = 2 (V₀ − g S₀) / g;
    the score min(V, ·) may also peak where S = C V.
    """
    spend = conversions = 0.0
    tries = np.empty(3)
    for step in range(gain.shape[0]):
        g = gain[step]
        end = min(spend + cost[step], budget)
        free = conversions + worth[step] if cost[step] <= 0.0 else conversions - g * spend
        tries[0] = end
        tries[1] = tries[2] = -1.0
        if cost[step] > 0.0:
            tries[1] = 2.0 * free / g
            if 1.0 / target > g:
                tries[2] = free / (1.0 / target - g)
        for one in range(3):
            at = tries[one]
            if at < spend or at > end:
                continue
            reached = free if cost[step] <= 0.0 else conversions + g * (at - spend)
            allowed = target * reached
            if strict:
                score = reached if at <= allowed * (1.0 + 1e-12) else 0.0
            else:
                score = reached if at <= allowed else reached * (allowed / at) ** 2
            if score > best[0]:
                best[0], best[1], best[2], best[3] = score, reached, at, g
        conversions = free if cost[step] <= 0.0 else conversions + g * (end - spend)
        if end < spend + cost[step] or (strict and end > target * conversions):
            return
        spend = end
    if gain.shape[0] and best[2] >= spend:
        best[3] = 0.0  # everything was bought


@compiled
def _dual(
    price: Array, truth: Array, exposure: Array, budget: float, target: float, budget_price: float, target_price: float
) -> float:
    total = budget_price * budget
    for row in range(price.shape[0]):
        most = 0.0
        for place in range(price.shape[1]):
            surplus = exposure[place] * (
                truth[row] * (1.0 + target_price * target) - (budget_price + target_price) * price[row, place]
            )
            most = max(most, surplus)
        total += most
    return total


@compiled
def _constant(
    need: Array, price: Array, value: Array, truth: Array, exposure: Array, rule: int, scale: float, budget: float
) -> tuple[float, float]:
    slots = need.shape[1]
    spend = conversions = 0.0
    for row in range(need.shape[0]):
        own = np.float32(min(scale * value[row], budget - spend))
        if not own >= need[row, slots - 1]:
            continue
        place = slots - 1
        while place > 0 and own >= need[row, place - 1]:
            place -= 1
        paid = own if rule == FIRST_PRICE else price[row, place]
        spend += exposure[place] * paid
        conversions += exposure[place] * truth[row]
    return spend, conversions
