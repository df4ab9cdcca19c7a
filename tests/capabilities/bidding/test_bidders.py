"""Bidders: one contract for all, then what each of them promises by itself."""

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from magnetar.capabilities.bidding import BIDDERS, Bidder, CampaignState
from magnetar.capabilities.bidding.pacing import CEILING, FLOOR, PacingBidder
from magnetar.capabilities.bidding.pid import FixedBidder, PidBidder
from magnetar.capabilities.bidding.state import GRID, GRID_SCALE
from magnetar.kernel.errors import ProviderUnavailable, UnknownProvider

NO_LANDSCAPE = np.zeros(GRID)
TARGET = 32
"""Place of the target itself in the grid."""


def state_of(count: int = 1, **columns) -> CampaignState:
    """Campaigns at noon, on plan and on target, in a market that nobody has seen yet."""
    plain = {
        "row": np.arange(count),
        "target": 0.5,
        "bound": True,
        "budget": 100.0,
        "left": 50.0,
        "spent": 50.0,
        "earned": 100.0,
        "window_spent": 50.0,
        "organic": 0.0,
        "passed": 0.5,
        "previous": 1.0,
        "doubt": 0.1,
    }
    made = {
        name: value if isinstance(value, np.ndarray) and value.ndim else np.full(count, value)
        for name, value in {**plain, **columns}.items()
        if name not in ("cost", "worth")
    }
    cost, worth = columns.get("cost", NO_LANDSCAPE), columns.get("worth", NO_LANDSCAPE)
    return CampaignState(**made, cost=np.broadcast_to(cost, (count, GRID)), worth=np.broadcast_to(worth, (count, GRID)))


def landscape(target: float, conversions: np.ndarray, share: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """(cost, worth) at every multiplier: between two grid places so many conversions come within reach.

    Each costs that share of the bid that reaches it, so that a higher bid always buys at a higher price.
    """
    return np.cumsum(conversions * GRID_SCALE * target * share), np.cumsum(conversions)


amounts = st.one_of(st.sampled_from([0.0, 1e-9, 1.0, 1e9]), st.floats(0.0, 1e6))


@st.composite
def degenerate(draw) -> CampaignState:
    """Anything that a platform could come to, and some things that it should not."""
    count = draw(st.integers(0, 4))
    column = st.lists(amounts, min_size=count, max_size=count).map(lambda drawn: np.array(drawn, np.float64))
    cost = np.zeros((count, GRID))
    worth = np.zeros((count, GRID))
    for one in range(count):
        if draw(st.booleans()):
            steps = np.random.default_rng(draw(st.integers(0, 9999))).exponential(1.0, (2, GRID))
            cost[one], worth[one] = np.cumsum(steps, axis=1) * draw(st.sampled_from([1e-9, 1.0, 1e6]))
    return replace(
        state_of(count),
        target=draw(column) + 1e-6,
        bound=np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool),
        budget=draw(column),
        left=draw(column) - 1.0,
        spent=draw(column),
        earned=draw(column),
        window_spent=draw(column),
        organic=draw(column) - draw(column),
        passed=np.array(draw(st.lists(st.floats(0, 1), min_size=count, max_size=count)), np.float64),
        previous=np.array(
            draw(st.lists(st.sampled_from([np.nan, 0.0, 0.004, 1.0, 16.0]), min_size=count, max_size=count)), np.float64
        ),
        cost=cost,
        worth=worth,
    )


def one_of(state: CampaignState, row: int) -> CampaignState:
    return replace(state, **{field.name: getattr(state, field.name)[row : row + 1] for field in fields(state)})


def maker(name: str) -> Callable[[], Bidder]:
    """Makes a bidder that has seen nothing; one whose weights are not here is skipped."""

    def made() -> Bidder:
        try:
            return BIDDERS.make(name)
        except ProviderUnavailable as missing:
            pytest.skip(str(missing))

    return made


@pytest.mark.parametrize("fresh", [pytest.param(maker(name), id=name) for name in sorted(BIDDERS.providers)])
class TestEveryBidder:
    @given(state=degenerate())
    @settings(max_examples=150, deadline=None)
    def test_bids_are_finite_and_never_negative(self, fresh: Callable[[], Bidder], state: CampaignState):
        bidder = fresh()
        for _ in range(3):
            out = bidder.multipliers(state)
            assert out.shape == (len(state.row),)
            assert np.isfinite(out).all()
            assert (out >= 0.0).all()

    @given(state=degenerate())
    @settings(max_examples=50, deadline=None)
    def test_nothing_left_buys_nothing(self, fresh: Callable[[], Bidder], state: CampaignState):
        out = fresh().multipliers(state)
        assert (out[state.left <= 0.0] == 0.0).all()
        assert (out[state.left > 0.0] > 0.0).all()

    @given(state=degenerate())
    @settings(max_examples=50, deadline=None)
    def test_campaigns_do_not_know_each_other(self, fresh: Callable[[], Bidder], state: CampaignState):
        together = fresh().multipliers(state)
        alone = [fresh().multipliers(one_of(state, row))[0] for row in range(len(state.row))]
        assert together.tolist() == alone

    def test_the_state_is_read_and_not_written(self, fresh: Callable[[], Bidder]):
        cost, worth = landscape(0.5, np.ones(GRID))
        state = state_of(3, cost=cost, worth=worth)
        for field in fields(state):
            getattr(state, field.name).flags.writeable = False
        fresh().multipliers(state)

    def test_a_bad_tick_leaves_no_trace_in_a_good_one(self, fresh: Callable[[], Bidder]):
        bidder = fresh()
        bidder.multipliers(state_of(budget=0.0, left=0.0, spent=0.0, earned=0.0, window_spent=0.0))
        out = bidder.multipliers(state_of())
        assert np.isfinite(out).all()
        assert (out > 0.0).all()

    def test_a_campaign_on_plan_and_on_target_keeps_its_bid(self, fresh: Callable[[], Bidder]):
        assert fresh().multipliers(state_of())[0] == pytest.approx(1.0)


def test_an_unknown_bidder_lists_the_choices():
    with pytest.raises(UnknownProvider, match="Choose one of: pacing, reasoner, mpc, online-lp, dual, pid, fixed"):
        BIDDERS.make("telepathy")


# ---- pacing ----


def spend_at(multiplier: float, cost: np.ndarray) -> float:
    return float(np.interp(multiplier, GRID_SCALE, cost))


def slack_at(multiplier: float, state: CampaignState) -> float:
    """What would be left of the money that the target allows."""
    worth = float(np.interp(multiplier, GRID_SCALE, state.worth[0]))
    allowed = float(state.target[0]) * (float(state.earned[0] + state.organic[0]) + worth)
    return allowed - float(state.window_spent[0]) - spend_at(multiplier, state.cost[0])


def at_once() -> PacingBidder:
    """Pacing without smoothing, so that one answer is one solution."""
    return PacingBidder(smooth=1.0)


@st.composite
def markets(draw) -> CampaignState:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    target = draw(st.sampled_from([0.2, 1.0, 25.0]))
    cost, worth = landscape(target, rng.exponential(1.0, GRID), share=rng.uniform(0.4, 1.0))
    spent = draw(st.sampled_from([0.0, 1.0, 20.0])) * target
    return state_of(
        target=target,
        bound=draw(st.booleans()),
        left=cost[-1] * draw(st.floats(1e-4, 1.5)),
        earned=spent / target * draw(st.floats(0.3, 2.0)),
        window_spent=spent,
        cost=cost,
        worth=worth,
    )


@given(markets())
@settings(max_examples=200, deadline=None)
def test_the_forecast_spend_fits_the_budget_left(state: CampaignState):
    assume(state.cost[0, 0] <= state.left[0])  # even the lowest multiplier may be too much
    [multiplier] = at_once().multipliers(state)
    assert spend_at(multiplier, state.cost[0]) <= state.left[0] * (1 + 1e-9)


@given(markets())
@settings(max_examples=200, deadline=None)
def test_a_target_that_the_floor_keeps_is_kept(state: CampaignState):
    assume(state.bound[0])
    assume(slack_at(FLOOR, state) >= 0.0)
    [multiplier] = at_once().multipliers(state)
    if multiplier >= FLOOR:  # below it the budget speaks, not the target
        assert slack_at(multiplier, state) >= -1e-9 * state.cost[0, -1]


@given(markets())
@settings(max_examples=100, deadline=None)
def test_no_higher_multiplier_would_fit_as_well(state: CampaignState):
    """Brute force: climb in small steps from the bottom for as long as everything holds."""
    [multiplier] = at_once().multipliers(state)
    bound = bool(state.bound[0])
    best = 0.0
    for tried in np.geomspace(GRID_SCALE[0], CEILING if bound else GRID_SCALE[-1], 3000):
        if spend_at(tried, state.cost[0]) > state.left[0]:
            break
        if bound and tried > FLOOR and slack_at(tried, state) < 0.0:
            break
        best = tried
    assert multiplier == pytest.approx(max(best, GRID_SCALE[0]), rel=0.005)


def test_without_a_landscape_the_target_is_bid():
    assert at_once().multipliers(state_of(previous=np.nan)).tolist() == [1.0]


def test_a_budget_without_limits_is_held_by_the_target():
    # every place above the target costs more than it is worth; a window with no slack allows none of them
    cost, worth = landscape(1.0, np.eye(GRID)[TARGET + 1] * 10, share=1.0)
    state = state_of(target=1.0, left=1e9, earned=0.0, window_spent=0.0, cost=cost, worth=worth)
    [multiplier] = at_once().multipliers(state)
    assert multiplier == pytest.approx(GRID_SCALE[TARGET])
    assert at_once().multipliers(replace(state, bound=np.array([False])))[0] == pytest.approx(16.0)


def test_an_empty_window_that_lost_money_holds_back_to_the_floor():
    cost, worth = landscape(1.0, np.ones(GRID), share=1.0)
    state = state_of(target=1.0, left=1e9, earned=0.0, window_spent=1e6, cost=cost, worth=worth)
    assert at_once().multipliers(state).tolist() == [FLOOR]


def test_half_the_way_in_proportion_is_taken_each_tick():
    cost, worth = landscape(1.0, np.ones(GRID))
    state = state_of(target=1.0, bound=False, left=1e12, cost=cost, worth=worth, previous=0.25)
    assert PacingBidder().multipliers(state)[0] == pytest.approx(2.0)  # √(16 × 0.25)
    assert PacingBidder().multipliers(replace(state, previous=np.array([np.nan])))[0] == 16.0


# ---- PID ----


@pytest.mark.parametrize(
    ("change", "direction"),
    [
        ({"spent": 70.0}, -1),  # ahead of plan
        ({"spent": 30.0, "window_spent": 80.0}, -1),  # behind plan but too dear: the more cautious speaks
        ({"spent": 30.0, "window_spent": 30.0}, 1),  # behind plan and cheap
        ({"spent": 70.0, "window_spent": 10.0}, -1),  # ahead of plan however cheap
        ({"spent": 30.0, "window_spent": 80.0, "bound": False}, 1),  # without a target only the plan counts
    ],
)
def test_pid_moves_against_the_error(change: dict, direction: int):
    change = {"window_spent": 49.9, **change}
    [multiplier] = PidBidder().multipliers(state_of(**change))
    assert (multiplier - 1.0) * direction > 0.01


def test_pid_pushes_harder_while_the_error_lasts():
    bidder, state = PidBidder(), state_of(spent=49.0, window_spent=40.0)
    steps = []
    for _ in range(5):
        steps.append(float(bidder.multipliers(state)[0]))
    assert steps[1:] == sorted(steps[1:])
    assert steps[-1] > steps[1]


def test_pid_stays_within_its_range_however_long_it_is_off():
    bidder = PidBidder(low=0.1, high=1.6)
    multiplier = 1.0
    for _ in range(100):
        [multiplier] = bidder.multipliers(state_of(spent=0.0, window_spent=0.0, previous=multiplier))
    assert multiplier == 1.6
    for _ in range(100):
        [multiplier] = bidder.multipliers(state_of(spent=100.0, previous=multiplier))
    assert multiplier == pytest.approx(0.1)


@example(previous=np.nan)
@given(previous=st.floats(0.0, 100.0))
def test_fixed_bids_the_target_as_it_is(previous: float):
    assert FixedBidder().multipliers(state_of(2, previous=previous, left=np.array([1e-6, 0.0]))).tolist() == [1.0, 0.0]
