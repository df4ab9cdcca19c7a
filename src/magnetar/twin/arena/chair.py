"""A chair in the market: asks one bidder for its bids, settles them, and keeps the account of its day."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from magnetar.capabilities.auction import slot_price
from magnetar.capabilities.bidding import TickFeedback
from magnetar.kernel.chance import Floats, uniform
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.arena.episode import Episode, Seats, Singles

EXPONENT = 2.0
"""Of the score's penalty. Source: AuctionNet's code."""
TICKS_PER_HOUR = 2


class SeatBidder(Protocol):
    """What `capabilities.bidding.make_bidder` makes."""

    def bid(self, tick: int, value: Floats, sigma: Floats, feedback: TickFeedback | None) -> Floats:
        """(n,), currency per impression, finite, ≥ 0."""
        ...


def score_of(conversions: float, spend: float, target: float, exponent: float = EXPONENT) -> float:
    """Conversions × min(1, (target / cost per conversion)^exponent).

    >>> score_of(10.0, 1000.0, 100.0), score_of(10.0, 2000.0, 100.0), score_of(0.0, 50.0, 100.0)
    (10.0, 2.5, 0.0)
    """
    if conversions <= 0.0:
        return 0.0
    if spend <= target * conversions:
        return conversions
    return conversions * (target * conversions / spend) ** exponent


@dataclass(frozen=True, slots=True, eq=False)
class SeatDay:
    """What one bidder made of one seat's day. Currency as the budget; *expected* weighs a slot by its chance to be seen."""

    seat: int
    budget: float
    target: float
    spend: float
    """Charged."""
    conversions: int
    """Realised."""
    expected_spend: float
    expected: float
    """Conversions by the real probabilities of the impressions won."""
    believed: float
    """The same by the predictions."""
    tick_spend: Floats
    """(ticks,), charged."""
    tick_expected_spend: Floats
    tick_expected: Floats
    multiplier: Floats
    """(ticks,), the bidder's `multiplier` attribute after each bid; NaN where it has none."""
    cpu_seconds: float = 0.0
    """Of the bidder's own calls."""

    @property
    def cpa(self) -> float:
        """Realised cost of a conversion; infinite where money brought none, NaN where nothing was spent."""
        return _ratio(self.spend, self.conversions)

    @property
    def expected_cpa(self) -> float:
        return _ratio(self.expected_spend, self.expected)

    @property
    def score(self) -> float:
        """By realised conversions."""
        return score_of(self.conversions, self.spend, self.target)

    @property
    def expected_score(self) -> float:
        return score_of(self.expected, self.expected_spend, self.target)

    @property
    def cost_cv(self) -> float:
        """Spread over mean of the expected cost of a conversion by hour; hours with under 0.5 % of the day's are left out.

        NaN where fewer than two hours count.
        """
        hours = np.arange(len(self.tick_expected)) // TICKS_PER_HOUR
        spend, worth = np.bincount(hours, self.tick_expected_spend), np.bincount(hours, self.tick_expected)
        busy = worth > 0.005 * self.expected
        if busy.sum() < 2:
            return math.nan
        cost = spend[busy] / worth[busy]
        return float(cost.std() / cost.mean()) if cost.mean() > 0 else math.nan


class Chair:
    """One bidder's day in one seat: `ask` for bids, `settle` them against the recorded market, `day` at the end."""

    def __init__(self, episode: Episode, seat: int, bidder: SeatBidder, luck: int = 0) -> None:
        if not 0 <= seat < episode.seats:
            raise ValueError(f"seat must lie in [0, {episode.seats - 1}], found {seat}")
        self.episode, self.seat, self.bidder = episode, seat, bidder
        self._left = np.array([episode.budget[seat]])
        self._totals = np.zeros((episode.ticks, 5))
        self._multiplier = np.full(episode.ticks, np.nan)
        self._shown, self._bought = episode.chance.of("shown", luck), episode.chance.of("bought", luck)
        self._feedback: TickFeedback | None = None
        self._cpu = 0.0

    def ask(self, tick: int, value: Singles, sigma: Singles) -> Floats:
        """(n,), the bidder's bids.

        Raises:
            ValueError: they are not (n,), finite and ≥ 0.
        """
        told, doubt = value.astype(np.float64), sigma.astype(np.float64)
        before = time.process_time()
        bid = np.ascontiguousarray(self.bidder.bid(tick, told, doubt, self._feedback), np.float64)
        self._cpu += time.process_time() - before
        if bid.shape != value.shape or not _sound(bid):
            raise ValueError(
                f"{type(self.bidder).__name__} must bid ({len(value)},) finite numbers of at least 0 in tick {tick}, "
                f"found {bid.shape} between {bid.min() if bid.size else None} and {bid.max() if bid.size else None}"
            )
        self._multiplier[tick] = getattr(self.bidder, "multiplier", math.nan)
        return bid

    def settle(self, tick: int, bid: Floats, value: Singles, truth: Singles, top: Singles, who: Seats) -> None:
        """Win, pay, be seen and convert: against the bids of all seats but this one."""
        episode, count = self.episode, len(value)
        slot, cost, market = np.zeros(count, np.int64), np.zeros(count), np.empty(count)
        exposed, converted = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
        _seat_tick(
            bid, value, truth, top, who, self.seat, episode.seats, self._left, episode.exposure, episode.reserve,
            episode.rule, self._shown.of(tick).key, self._bought.of(tick).key,
            slot, cost, exposed, converted, market, self._totals[tick],
        )  # fmt: skip
        self._feedback = TickFeedback(
            value.astype(np.float64), bid, slot > 0, slot, cost, exposed, converted, market, float(self._left[0])
        )

    @property
    def left(self) -> float:
        """Currency left of the day's budget."""
        return float(self._left[0])

    def day(self) -> SeatDay:
        """The account."""
        spend, conversions, expected_spend, expected, believed = self._totals.sum(axis=0)
        return SeatDay(
            seat=self.seat,
            budget=float(self.episode.budget[self.seat]),
            target=float(self.episode.target[self.seat]),
            spend=float(spend),
            conversions=int(conversions),
            expected_spend=float(expected_spend),
            expected=float(expected),
            believed=float(believed),
            tick_spend=self._totals[:, 0].copy(),
            tick_expected_spend=self._totals[:, 2].copy(),
            tick_expected=self._totals[:, 3].copy(),
            multiplier=self._multiplier.copy(),
            cpu_seconds=self._cpu,
        )


def _ratio(spend: float, conversions: float) -> float:
    if conversions > 0:
        return spend / conversions
    return math.inf if spend > 0 else math.nan


@compiled
def _sound(bid: Array) -> bool:
    sound = True
    for one in range(bid.shape[0]):
        sound &= bid[one] >= 0.0 and bid[one] < np.inf
    return sound


@compiled
def _seat_tick(
    bid: Array, value: Array, truth: Array, top: Array, who: Array, seat: int, seats: int, left: Array,
    exposure: Array, reserve: float, rule: int, shown: np.uint64, bought: np.uint64,
    slot: Array, cost: Array, exposed: Array, converted: Array, market: Array, totals: Array,
) -> None:  # fmt: skip
    slots = top.shape[1] - 1
    others = np.empty(slots, np.float32)
    ids = np.empty(slots, np.int64)
    for row in range(bid.shape[0]):
        filled = 0
        for place in range(slots + 1):
            if filled < slots and who[row, place] != seat:
                others[filled] = top[row, place]
                ids[filled] = who[row, place]
                filled += 1
        market[row] = max(reserve, others[slots - 1])
        own = np.float32(min(bid[row], left[0]))
        if not (own >= reserve and own > 0.0):
            continue
        place = 0
        while place < slots and (others[place] > own or (others[place] == own and ids[place] < seat)):
            place += 1
        if place == slots:
            continue
        slot[row] = place + 1
        price = min(slot_price(float(own), 0.0, others[place], reserve, rule), left[0])
        totals[2] += exposure[place] * price
        totals[3] += exposure[place] * truth[row]
        totals[4] += exposure[place] * value[row]
        if uniform(shown, row) < exposure[place]:
            exposed[row] = True
            cost[row] = price
            left[0] -= price
            totals[0] += price
            if uniform(bought, row * seats + seat) < truth[row]:
                converted[row] = True
                totals[1] += 1.0
