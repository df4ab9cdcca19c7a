"""A seat in somebody else's auction: the contract of `make_bidder`, whatever the day brings."""

import math

import numpy as np
import pytest

from magnetar.capabilities.bidding import SEATS, TickFeedback, make_bidder
from magnetar.capabilities.bidding.reasoning import Cause

NAMES = [name for name in SEATS if name != "learned"]  # needs trained weights
EXPOSURE = (1.0, 0.8, 0.48)


def results(value, bid, market_price, *, left: float, luck: int = 0, worth: float = 1.0) -> TickFeedback:
    """A tick in which one slot is sold at the market price, and everything won is seen; conversions as predicted."""
    won = bid > market_price
    rng = np.random.default_rng(luck)
    cost = np.where(won, market_price, 0.0)
    room = np.cumsum(cost) <= left
    won, cost = won & room, np.where(room, cost, 0.0)
    converted = won & (rng.random(len(value)) < value * worth)
    return TickFeedback(value, bid, won, won.astype(np.int64), cost, won, converted, market_price, left - cost.sum())


def live(bidder, *, budget: float, ticks: int = 48, count: int = 300, price: float = 0.05, seed: int = 1, worth=1.0):
    """A day in a market whose entry price is log-normal about `price`; returns (spent, expected conversions)."""
    rng = np.random.default_rng(seed)
    left, feedback, earned = budget, None, 0.0
    for tick in range(ticks):
        value = rng.lognormal(math.log(0.002), 0.4, count)
        bid = bidder.bid(tick, value, 0.1 * value, feedback)
        assert bid.shape == (count,)
        assert np.isfinite(bid).all()
        assert (bid >= 0.0).all()
        market = price * rng.lognormal(0.0, 0.5, count)
        feedback = results(value, bid, market, left=left, luck=tick, worth=worth)
        left = feedback.remaining_budget
        earned += float(value[feedback.exposed].sum()) * worth
    return budget - left, earned


@pytest.mark.parametrize("name", NAMES)
class TestEverySeat:
    def test_a_day_ends_within_its_budget(self, name: str):
        spent, earned = live(make_bidder(name, budget=60.0, target_cpa=60.0), budget=60.0)
        assert 0.0 <= spent <= 60.0
        assert earned > 0.0

    def test_no_impressions_no_bids(self, name: str):
        bidder = make_bidder(name, budget=100.0, target_cpa=50.0)
        nothing = np.zeros(0)
        assert bidder.bid(0, nothing, nothing, None).shape == (0,)
        empty = results(nothing, nothing, nothing, left=100.0)
        assert bidder.bid(1, nothing, nothing, empty).shape == (0,)
        assert (bidder.bid(2, np.full(3, 0.01), np.full(3, 0.001), empty) > 0.0).all()

    def test_no_budget_no_bids(self, name: str):
        for budget in (0.0, -5.0):
            assert (
                make_bidder(name, budget=budget, target_cpa=50.0).bid(0, np.ones(4) / 99, np.zeros(4), None).sum()
                == 0.0
            )

    def test_worthless_predictions_are_not_bid_for(self, name: str):
        value = np.array([np.nan, -0.1, 0.0, np.inf, 0.01])
        bid = make_bidder(name, budget=100.0, target_cpa=50.0).bid(0, value, np.full(5, np.nan), None)
        assert (bid[:4] == 0.0).all()
        assert bid[4] > 0.0

    def test_a_target_far_below_the_market_buys_nothing_dear(self, name: str):
        spent, earned = live(make_bidder(name, budget=60.0, target_cpa=0.5), budget=60.0)
        assert spent <= 60.0
        assert spent <= 4.0 * 0.5 * max(earned, 1.0)

    def test_without_a_target_the_budget_is_used(self, name: str):
        spent, _ = live(make_bidder(name, budget=60.0, target_cpa=math.inf), budget=60.0)
        assert spent <= 60.0
        if name not in ("fixed", "dual", "pid"):  # which follow no landscape
            assert spent > 0.75 * 60.0

    def test_currency_is_only_a_unit(self, name: str):
        yuan, fen = make_bidder(name, budget=60.0, target_cpa=50.0), make_bidder(name, budget=6000.0, target_cpa=5000.0)
        value, market = np.linspace(0.001, 0.004, 50), np.linspace(0.02, 0.3, 50)
        small, large = None, None
        for tick in range(6):
            one, other = yuan.bid(tick, value, 0.1 * value, small), fen.bid(tick, value, 0.1 * value, large)
            assert other == pytest.approx(100.0 * one, rel=1e-6)
            small = results(value, one, market, left=yuan.left)
            large = results(value, other, 100.0 * market, left=fen.left)

    @pytest.mark.parametrize("seed", range(12))
    def test_hostile_days_give_finite_bids(self, name: str, seed: int):
        rng = np.random.default_rng(seed)
        odd = np.array([0.0, -1.0, np.nan, np.inf, -np.inf, 1e-300, 1e12, 0.5, 0.01, 0.002])
        bidder = make_bidder(
            name, budget=float(rng.choice([0.0, 1e-6, 10.0, 1e9])), target_cpa=float(rng.choice([1e-6, 1.0, 1e6, math.inf])),
            slots=int(rng.integers(1, 6)),
        )  # fmt: skip
        feedback = None
        for tick in range(6):
            count = int(rng.integers(0, 30))
            value = rng.choice(odd, count)
            bid = bidder.bid(tick * 15, value, rng.choice(odd, count), feedback)
            assert bid.shape == value.shape
            assert np.isfinite(bid).all()
            assert (bid >= 0.0).all()
            slot = rng.integers(-1, 8, count)
            feedback = TickFeedback(
                value, bid, slot > 0, slot, rng.choice(odd, count), slot > 1, slot > 2, rng.choice(odd, count),
                float(rng.choice([np.nan, 0.0, 5.0, 1e9, np.inf])),
            )  # fmt: skip


def test_an_unknown_name_lists_the_choices():
    with pytest.raises(ValueError, match="choose one of: fixed, pid"):
        make_bidder("oracle", budget=1.0, target_cpa=1.0)


@pytest.mark.parametrize(
    "wrong", [{"budget": math.nan}, {"target_cpa": 0.0}, {"target_cpa": math.nan}, {"ticks": 0}, {"slots": 0}, {"exponent": -1.0}]
)  # fmt: skip
def test_numbers_that_cannot_be_are_refused(wrong: dict[str, float]):
    with pytest.raises(ValueError, match="found"):
        make_bidder("reasoner", **{"budget": 1.0, "target_cpa": 1.0, **wrong})  # type: ignore[arg-type]


def test_columns_of_two_lengths_are_refused():
    with pytest.raises(ValueError, match="one length"):
        make_bidder("mpc", budget=1.0, target_cpa=1.0).bid(0, np.ones(3), np.ones(2), None)


def test_a_strict_seat_keeps_the_expected_cost_below_the_target():
    for seed in range(4):
        spent, earned = live(
            make_bidder("reasoner", budget=500.0, target_cpa=30.0, slots=1, strict=True), budget=500.0, seed=seed
        )
        assert spent <= 30.0 * earned * 1.01


def test_a_budget_raised_at_noon_is_spent_and_named():
    bidder = make_bidder("reasoner", budget=20.0, target_cpa=80.0, slots=1)
    rng = np.random.default_rng(3)
    left, feedback = 20.0, None
    for tick in range(48):
        value = rng.lognormal(math.log(0.002), 0.4, 300)
        bid = bidder.bid(tick, value, 0.1 * value, feedback)
        feedback = results(value, bid, 0.05 * rng.lognormal(0.0, 0.5, 300), left=left, luck=tick)
        left = feedback.remaining_budget
        if tick == 24:
            left += 40.0
            feedback = TickFeedback(
                **{**{f: getattr(feedback, f) for f in feedback.__slots__}, "remaining_budget": left}
            )
    assert bidder.spent > 50.0
    named = [one.tick for one in bidder.diary if any(said.cause is Cause.BUDGET_RAISED for said in one.read)]
    assert named == [25]


def test_predictions_that_promise_too_much_are_found_out():
    bidder = make_bidder("reasoner", budget=4000.0, target_cpa=60.0, slots=1)
    live(bidder, budget=4000.0, count=3000, worth=0.6)
    assert bidder.calibration.mean < 0.85


def test_first_price_is_noticed_and_shaded():
    bidder = make_bidder("mpc", budget=1e6, target_cpa=60.0, slots=1)
    rng = np.random.default_rng(2)
    feedback = None
    for tick in range(10):
        value = rng.lognormal(math.log(0.002), 0.4, 500)
        bid = bidder.bid(tick, value, 0.1 * value, feedback)
        market = 0.05 * rng.lognormal(0.0, 0.5, 500)
        won = bid > market
        feedback = TickFeedback(
            value, bid, won, won.astype(np.int64), np.where(won, bid, 0.0), won, np.zeros(500, bool), market, 1e6
        )
    assert bidder.clearing.first_price
    worth = bidder.multiplier * 60.0 * bidder.calibration.mean * value
    assert (bid < 0.95 * worth).mean() > 0.9


def test_yesterday_teaches_today():
    first = make_bidder("reasoner", budget=60.0, target_cpa=60.0)
    live(first, budget=60.0)
    second = make_bidder("reasoner", budget=60.0, target_cpa=60.0, prior=first.lesson())
    value = np.full(10, 0.002)
    assert (second.bid(0, value, 0.1 * value, None) > 0.0).all()
    spent, _ = live(second, budget=60.0, seed=9)
    assert spent <= 60.0
