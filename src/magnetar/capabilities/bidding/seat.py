"""A bidder for one seat in any auction: give it predictions, it gives bids.

`make_bidder` wraps the same strategies that run inside the platform. A seat keeps what a campaign
there has around it: a clearing (what bids win and cost), a volume forecast and a calibration, all
learned from its own results; each tick it lays them out as the state that a strategy reads.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.bidding.calibration import Calibration
from magnetar.capabilities.bidding.dual import DualBidder, OnlineLpBidder
from magnetar.capabilities.bidding.feedback import TickFeedback
from magnetar.capabilities.bidding.learned import LearnedBidder
from magnetar.capabilities.bidding.mpc import MpcBidder
from magnetar.capabilities.bidding.pacing import PacingBidder
from magnetar.capabilities.bidding.pid import FixedBidder, PidBidder
from magnetar.capabilities.bidding.reasoning import LIMIT, Cause, Counsel, Hypothesis, Rules, Signs
from magnetar.capabilities.bidding.state import GRID_SCALE, Bidder, CampaignState
from magnetar.capabilities.forecast import Clearing, Volume
from magnetar.kernel.chance import Floats

_LOWEST_VALUE = 1e-12
_STAY = 0.85
"""How much of today's distance from the mean level is left a tick later."""
_SENSIBLE, _SENSIBLE_SPREAD = 1.25, 0.28
"""Multiplier at which a sensible budget lasts the day, and its log-spread over campaigns. Read off the best constants of the tuning families."""
_STEEP, _MOST, _CHEAPER = 6.0, 8.0, 0.85
"""How steeply spend rises with the multiplier, how far above plan it can rise, and average over marginal cost."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a seat knows at the end of a day, for the next one's `prior`."""

    curve: Floats
    """(ticks,), impressions of each tick."""
    multiplier: float
    believed: float
    converted: float
    clearing: Clearing


@dataclass(frozen=True, slots=True)
class Entry:
    """What one tick's reasoning came to, with the figures at the time. Money in currency units."""

    tick: int
    before: float
    """Multiplier."""
    after: float
    spent: float
    left: float
    believed: float
    converted: float
    read: tuple[Hypothesis, ...]


class Seat:
    """One campaign's bidder in an auction that is not ours."""

    def __init__(
        self,
        strategy: Bidder,
        *,
        budget: float,
        target_cpa: float,
        ticks: int,
        slots: int,
        straight: bool,
        steady: bool,
        strict: bool = False,
        prior: Lesson | None = None,
        counsel: Counsel | None = None,
        opening: float = 0.8,
    ) -> None:
        self._strategy = strategy
        self.budget = budget
        self.left = budget
        self._opening_budget = budget
        self.ticks = ticks
        self.bound = math.isfinite(target_cpa)
        self.rate = target_cpa if self.bound else math.nan
        """Currency per conversion at a multiplier of 1; without a target, what the market asks."""
        self._straight = straight
        self._steady = steady
        self._strict = strict
        self.clearing = prior.clearing if prior else Clearing(slots)
        self.volume = Volume(ticks, prior.curve if prior else None)
        self.calibration = (
            Calibration(believed=0.5 * prior.believed, came=0.5 * prior.converted) if prior else Calibration()
        )
        self.multiplier = prior.multiplier if prior else opening
        self.spent = 0.0
        self.believed = 0.0
        """Conversions predicted of all that came on screen."""
        self.converted = 0.0
        self.seen = 0
        self.counsel = counsel
        self.diary: list[Entry] = []
        """What the reasoner made of each tick; empty without one."""
        self._planned = math.nan
        self._expected_count = math.nan
        self._traffic: list[float] = []
        self._window: list[tuple[float, float]] = []
        self._solved = bool(prior)

    def bid(self, tick: int, value: Floats, sigma: Floats, feedback: TickFeedback | None) -> Floats:
        """(n,) bids per impression, currency, finite and ≥ 0.

        Args:
            tick: from 0; ticks beyond the day count as its last.
            value: (n,) predicted conversion probability; NaN and negative mean worthless.
            sigma: (n,) its uncertainty.
            feedback: results of the previous tick, None at the first.

        Raises:
            ValueError: value and sigma are not of one length, or the feedback's columns are not.
        """
        value = _worthless_to_zero(value)
        sigma = np.asarray(sigma, np.float64)
        if value.ndim != 1 or sigma.shape != value.shape:
            raise ValueError(
                f"value and sigma must be columns of one length, found shapes {value.shape} and {sigma.shape}"
            )
        if feedback is not None:
            self._hear(feedback)
        if len(value):
            self._trust(value, sigma)
        before = self.multiplier
        read = self._reason(tick, feedback) if feedback is not None and self.counsel else ()
        self.multiplier = self._solve(tick, value)
        if self.counsel:
            self.diary.append(
                Entry(tick, before, self.multiplier, self.spent, self.left, self.believed, self.converted, read)
            )
        if self.left <= 0.0 or not len(value):
            return np.zeros(len(value))
        rate = self.rate if self.bound or self.clearing.known else self._first_rate(value)
        worth = self.multiplier * rate * self._factor() * value
        bids = worth if self._straight else self.clearing.bids(worth, value)
        self._asked = tick, len(value)
        return np.minimum(np.where(np.isfinite(bids), bids, 0.0), self.left)

    def lesson(self) -> Lesson:
        """What to hand to the next day as `prior`."""
        return Lesson(self.volume.counts.copy(), self.multiplier, self.believed, self.converted, self.clearing)

    def _first_rate(self, value: Floats) -> float:
        """Without target and market: as if an even share of the budget bought this tick's impressions."""
        return self.budget / self.ticks / max(float(value.sum()), _LOWEST_VALUE)

    def _hear(self, results: TickFeedback) -> None:
        columns = (results.value, results.bid, results.slot, results.cost, results.exposed, results.market_price)
        if len({len(one) for one in columns}) != 1:
            raise ValueError(f"feedback columns must have one length, found {[len(one) for one in columns]}")
        results = TickFeedback(
            value=_worthless_to_zero(results.value),
            bid=_worthless_to_zero(results.bid),
            won=np.asarray(results.won, bool),
            slot=np.asarray(results.slot, np.int64),
            cost=_worthless_to_zero(results.cost),
            exposed=np.asarray(results.exposed, bool),
            converted=np.asarray(results.converted, bool),
            market_price=_worthless_to_zero(results.market_price),
            remaining_budget=float(results.remaining_budget),
        )
        paid, shown = float(np.sum(results.cost)), results.exposed
        believed = float(np.sum(results.value[shown]))
        came = float(np.sum(np.asarray(results.converted, bool) & shown))
        self.spent += paid
        self.believed += believed
        self.converted += came
        self.calibration.observe(believed, came)
        self.volume.observe(self.seen, len(results.value))
        self.seen += 1
        left = self.left - paid
        told = float(results.remaining_budget)
        self._budget_change = told - left if math.isfinite(told) else 0.0
        self._window = [*self._window[-11:], (believed, came)]
        self.left = told if math.isfinite(told) else left  # a budget changed at midday arrives here
        self.budget = self.spent + max(self.left, 0.0)
        self.clearing.observe(results)

    def _reason(self, tick: int, results: TickFeedback) -> tuple[Hypothesis, ...]:
        """Let the counsel read the signs of the last tick, and move the forecasts as it says."""
        assert self.counsel is not None
        count = len(results.value)
        told = count > 0 and self._expected_count > 0.0
        self._traffic = [*self._traffic[-7:], math.log(count / self._expected_count) if told else math.nan]
        move, spread = self.clearing.price_move()
        factor = self._factor()
        signs = Signs(
            tick=tick,
            count=count,
            expected_count=self._expected_count,
            traffic=tuple(self._traffic),
            price_move=move,
            price_spread=spread,
            believed=sum(one[0] for one in self._window) * factor,
            came=sum(one[1] for one in self._window),
            spent=self.spent,
            planned=self._planned,
            left=self.left,
            budget_change=self._budget_change,
        )
        read = self.counsel.read(signs)
        for one in read:
            if one.step == 0.0:
                continue
            if one.cause in (Cause.FEWER, Cause.MORE):
                self.volume.forget()
                self._traffic = []
            elif one.cause in (Cause.DEARER, Cause.CHEAPER):
                self.clearing.move_prices(min(max(one.step, -LIMIT), LIMIT))
            elif one.cause in (Cause.OVERRATED, Cause.UNDERRATED):
                window_believed = sum(pair[0] for pair in self._window)
                keep = min(1.0, window_believed / max(self.calibration.believed, 1e-9))
                self.calibration.forget(max(keep, 0.2))
                self._window = []
        return read

    def _factor(self) -> float:
        """Real over predicted conversions; a strict seat takes good luck for luck until it is beyond doubt."""
        mean = self.calibration.mean
        return 1.0 if self._strict and 1.0 < mean < 1.0 + 2.0 * self.calibration.doubt else mean

    def _trust(self, value: Floats, sigma: Floats) -> None:
        some = value > 0.0
        if some.any():
            relative = float(np.nanmean(np.minimum(np.abs(sigma[some]) / value[some], 1.0)))
            if math.isfinite(relative):
                self.calibration.trust(min(max(0.3 * relative, 0.03), 0.3))

    def _solve(self, tick: int, value: Floats) -> float:
        if self.left <= 0.0:
            return 0.0
        if not self.clearing.known:
            return self.multiplier
        if not self.bound:
            self.rate = self.clearing.going_rate()
        factor = self._factor()
        here = min(tick, self.ticks - 1)
        later = self.volume.ahead(here + 1)
        ahead = len(value) + later
        seen = float(self.volume.counts[:here].sum())
        cost, worth = self._to_come(self.rate * factor, seen, later, self.ticks - here - 1)
        now = self.clearing.now(value, self.rate * factor, GRID_SCALE, self._straight)
        state = CampaignState(
            row=np.zeros(1, np.int64),
            target=np.array([self.rate]),
            bound=np.array([self.bound]),
            budget=np.array([self.budget]),
            left=np.array([self.left]),
            spent=np.array([self.spent]),
            earned=np.array([self.believed * factor]),
            window_spent=np.array([self.spent]),
            organic=np.zeros(1),
            passed=np.array([seen / max(seen + ahead, 1.0)]),
            cost=(now[0] + cost)[None, :],
            worth=(now[1] + worth)[None, :] * factor,
            previous=np.array([self.multiplier if self._solved and self.multiplier > 0.0 else np.nan]),
            doubt=np.array([self.calibration.doubt]),
        )
        self._solved = True
        multiplier = float(self._strategy.multipliers(state)[0])
        self._planned = self.spent + min(float(np.interp(multiplier, GRID_SCALE, now[0])), self.left)
        ahead_each = self.volume.expected(here)
        self._expected_count = float(ahead_each[0]) if len(ahead_each) else math.nan
        return self._steadied(multiplier, state) if self._steady and self.bound else multiplier

    def _to_come(self, rate: float, seen: float, later: float, ticks: int) -> tuple[Floats, Floats]:
        """Forecast charge and value exposed of the day after this tick, at each multiplier of `GRID_SCALE`.

        What has been seen is mixed with a prior that needs no data: somebody set this budget, and budgets
        are set so that they last the day at about the target. How much the prior counts follows from how
        far our own level has moved between blocks.
        """
        if self._straight:
            cost, worth = self.clearing.outlook(rate, GRID_SCALE, True)
            return cost * later, worth * later
        near = sum(_STAY ** (ahead + 1) for ahead in range(ticks)) / max(ticks, 1)
        cost, worth = self.clearing.later(rate, GRID_SCALE, False, near)
        if not self.bound:
            return cost * later, worth * later
        doubt = self.clearing.doubt(ticks)
        trust = _SENSIBLE_SPREAD**2 / (_SENSIBLE_SPREAD**2 + doubt**2)
        share = later / max(seen + later, 1.0)
        usual = self._opening_budget * share * np.minimum((GRID_SCALE / _SENSIBLE) ** _STEEP, _MOST)
        each = _CHEAPER * np.minimum(GRID_SCALE, _SENSIBLE * _MOST ** (1.0 / _STEEP)) * rate
        return trust * cost * later + (1.0 - trust) * usual, trust * worth * later + (1.0 - trust) * usual / each

    def _steadied(self, multiplier: float, state: CampaignState) -> float:
        """The multiplier at which this tick alone costs per conversion what the day is planned to cost."""
        cost, worth = state.cost[0], state.worth[0]
        bill = state.window_spent[0] + np.interp(multiplier, GRID_SCALE, cost)
        gain = state.earned[0] + np.interp(multiplier, GRID_SCALE, worth)
        if gain <= 0.0 or bill <= 0.0:
            return multiplier
        now_cost, now_worth = self.clearing.outlook(self.rate * self._factor(), GRID_SCALE, self._straight, newest=2)
        each = now_cost / np.maximum(now_worth * self._factor(), 1e-300)
        known = now_worth > 0.0
        if known.sum() < 2:
            return multiplier
        each = np.maximum.accumulate(each[known])
        found = float(np.interp(bill / gain, each, GRID_SCALE[known]))
        return min(max(found, 0.5 * multiplier), 2.0 * multiplier)


Maker = Callable[[float, bool], tuple[Bidder, bool]]
"""(exponent, strict) → the strategy, and whether it bids worth itself instead of the best bid for it."""

SEATS: dict[str, Maker] = {
    "fixed": lambda exponent, strict: (FixedBidder(), True),
    "pid": lambda exponent, strict: (PidBidder(), True),
    "pacing": lambda exponent, strict: (
        PacingBidder(ceiling=1.0) if strict else PacingBidder(ceiling=1.5, tolerance=1.4),
        True,
    ),
    "online-lp": lambda exponent, strict: (OnlineLpBidder(1.0 if strict else 1.5), True),
    "dual": lambda exponent, strict: (DualBidder(), True),
    "mpc": lambda exponent, strict: (MpcBidder(exponent, strict), False),
    "learned": lambda exponent, strict: (LearnedBidder(exponent, strict), False),
    "reasoner": lambda exponent, strict: (MpcBidder(exponent, strict), False),
}


def make_bidder(
    name: str,
    *,
    budget: float,
    target_cpa: float,
    ticks: int = 48,
    slots: int = 3,
    exponent: float = 2.0,
    strict: bool = False,
    steady: bool = False,
    prior: Lesson | None = None,
) -> Seat:
    """A bidder for one campaign and one day.

    Args:
        name: one of `SEATS`.
        budget: for the day, currency; 0 or less bids nothing.
        target_cpa: currency per conversion; infinite for as many conversions as the budget buys.
        ticks: of the day.
        slots: places that an auction sells.
        exponent: how steeply a missed target devalues the day's conversions.
        strict: keep the expected cost of a conversion at or below the target.
        steady: keep it even from hour to hour, at some loss of volume.
        prior: yesterday's `lesson()`.

    Raises:
        ValueError: an unknown name, or a number that cannot be.
    """
    if name not in SEATS:
        raise ValueError(f"no bidder {name!r}; choose one of: {', '.join(SEATS)}")
    if not math.isfinite(budget):
        raise ValueError(f"budget must be finite, found {budget!r}")
    if math.isnan(target_cpa) or target_cpa <= 0.0:
        raise ValueError(f"target_cpa must be positive (infinite: no target), found {target_cpa!r}")
    if ticks < 1 or slots < 1 or not exponent >= 0.0:
        raise ValueError(
            f"ticks and slots must be at least 1 and exponent at least 0, found {ticks!r}, {slots!r}, {exponent!r}"
        )
    strategy, straight = SEATS[name](exponent, strict)
    counsel = Rules() if name == "reasoner" else None
    return Seat(
        strategy, budget=float(budget), target_cpa=float(target_cpa), ticks=ticks, slots=slots, straight=straight,
        steady=steady, strict=strict, prior=prior, counsel=counsel,
    )  # fmt: skip


def _worthless_to_zero(value: Floats) -> Floats:
    value = np.asarray(value, np.float64)
    return np.where(np.isfinite(value) & (value > 0.0), value, 0.0)
