"""The reasoner: which signs it believes, what it says, and that what it says is so."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_market import advertise_everything, crowded_shelf, look, open_market, pages_for

from magnetar.capabilities.bidding import BidsReasoned
from magnetar.capabilities.bidding.reasoning import LIMIT, Cause, Hypothesis, Rules, Signs
from magnetar.capabilities.bidding.watch import Edge, Watch, audit

PLAIN = Signs(
    tick=20, count=1000, expected_count=1000.0, traffic=(0.0,) * 8, price_move=0.0, price_spread=0.1, believed=20.0,
    came=20.0, spent=50.0, planned=50.0, left=50.0, budget_change=0.0,
)  # fmt: skip


def causes(**signs: object) -> list[Cause]:
    return [one.cause for one in Rules().read(replace(PLAIN, **signs))]  # type: ignore[arg-type]


def test_a_tick_as_forecast_is_steady():
    assert causes() == [Cause.STEADY]


def test_one_quiet_tick_is_a_burst_and_four_are_a_level():
    assert causes(traffic=(0.0, 0.0, 0.0, -0.7)) == [Cause.STEADY]
    assert causes(traffic=(-0.5, -0.5, -0.5, -0.5)) == [Cause.FEWER]
    assert causes(traffic=(0.5, 0.5, 0.5, 0.5)) == [Cause.MORE]
    assert causes(traffic=(0.5, -0.5, 0.5, 0.5)) == [Cause.STEADY]


def test_prices_must_move_far_by_themselves_and_against_their_usual_swing():
    assert causes(price_move=0.45) == [Cause.DEARER]
    assert causes(price_move=-0.45) == [Cause.CHEAPER]
    assert causes(price_move=0.45, price_spread=0.3) == [Cause.STEADY]
    assert causes(price_move=0.15, price_spread=0.01) == [Cause.STEADY]


def test_luck_is_no_reason():
    assert causes(believed=20.0, came=27.0) == [Cause.STEADY]  # one and a half spreads of a Poisson count
    assert causes(believed=20.0, came=40.0) == [Cause.UNDERRATED]
    assert causes(believed=20.0, came=5.0) == [Cause.OVERRATED]
    assert causes(believed=3.0, came=9.0) == [Cause.STEADY]  # too few to say


def test_money_that_changed_hands_is_named():
    assert causes(budget_change=20.0) == [Cause.BUDGET_RAISED]
    assert causes(budget_change=-20.0) == [Cause.BUDGET_CUT]
    assert causes(spent=60.0, planned=50.0) == [Cause.AHEAD]
    assert causes(spent=40.0, planned=50.0) == [Cause.BEHIND]


anything = st.floats(allow_nan=True, allow_infinity=True)


@given(
    count=st.integers(0, 10**9), numbers=st.lists(anything, min_size=9, max_size=9),
    traffic=st.lists(anything, max_size=8),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_whatever_the_signs_steps_stay_within_limits_and_a_sentence_comes_out(
    count: int, numbers: list[float], traffic: list[float]
):
    a, b, c, d, e, f, g, h, i = numbers
    for one in Rules().read(Signs(3, count, a, tuple(traffic), b, c, abs(d), abs(e), f, g, h, i)):
        assert abs(one.step) <= LIMIT
        assert one.sentence(True)
        assert one.sentence(False)
        assert one.direction in (-1, 0, 1)


def test_every_cause_has_a_direction_and_both_languages():
    for cause in Cause:
        said = Hypothesis(cause, 0.0, 1.0, 2.0, 3.0)
        assert said.direction in (-1, 0, 1)
        assert said.sentence(True) != said.sentence(False)


class Believer:
    """A counsel that asks for far too large a step whenever the rules see prices move."""

    def read(self, signs: Signs) -> tuple[Hypothesis, ...]:
        return tuple(replace(one, step=9.0 if one.cause is Cause.DEARER else 0.0) for one in Rules().read(signs))


def test_a_step_that_a_counsel_asks_for_is_bounded_and_fades():
    watch = Watch(Believer())
    edge = Edge(1000, 1000.0, 0.0, 10.0, 10.0, 5.0, 95.0, 100.0)
    for tick in range(6):
        assert watch.read(tick, 0, edge) == 0.0
    dear = replace(edge, price=0.6)
    assert watch.read(6, 0, dear) == LIMIT
    assert 0.0 < watch.read(7, 0, dear) < LIMIT


def test_a_false_spend_is_found():
    one = np.array([0])
    event = BidsReasoned(3, one, np.ones(1), np.ones(1), one, np.zeros(1), np.zeros(1), np.array([5]), one)
    assert audit(event, np.array([5])) == []
    assert "the ledger says 6" in audit(event, np.array([6]))[0]
    wild = BidsReasoned(3, one, np.ones(1), np.array([np.nan]), one + 99, np.zeros(1), np.zeros(1), one, one)
    assert len(audit(wild, np.array([0]))) == 2


@pytest.mark.parametrize("bidder", ["reasoner", "pacing"])
def test_every_reason_states_the_spend_that_the_budgets_know(bidder: str):
    market = open_market(crowded_shelf())
    advertise_everything(market, budget=400.0, bidder=bidder, incremental=True)
    heard: list[BidsReasoned] = []
    market.bus.subscribe(BidsReasoned, heard.append)
    said = 0
    for tick in range(60):
        market.bus.clock.step_to(market.bus.clock.now() + 30 * 60 * 1_000_000)  # type: ignore[attr-defined]
        market.open_tick(tick)
        budget = np.array([one.daily_budget.micros for one in market.campaigns.roster.campaigns])
        spent = budget - market.budgets.remaining()
        for event in heard:
            assert audit(event, spent) == []
            assert (event.spent + event.left == budget[event.campaign]).all()
            said += len(event.campaign)
        heard.clear()
        look(market, market.decide(pages_for(market, 30, seed=tick)))
    assert said > 20
    record = market.bidding.history(0)
    assert record
    assert [one.tick for one in record] == sorted(one.tick for one in record)
