"""The learned bidder's serving: its contract with any weights, its memory, and what it says when they are missing."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.bidding import BIDDERS, CampaignState, make_bidder
from magnetar.capabilities.bidding.learned import (
    CELLS,
    NAMES,
    REACH,
    LearnedBidder,
    Weights,
    forward,
    load_weights,
    read,
    weights_file,
)
from magnetar.capabilities.bidding.mpc import CAP, MpcBidder
from magnetar.capabilities.bidding.state import GRID, GRID_SCALE
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import MagnetarError, ProviderUnavailable

F = len(NAMES)


def weights(seed: int = 1, *, wild: float = 0.0) -> Weights:
    """Untaught, so that the anchor is bid; with `wild` the outer layer is random and large."""
    made = Weights.fresh(Chance(seed), np.zeros(F), np.ones(F))
    return replace(made, out=wild * Chance(seed).of("wild").normals(CELLS))


def state_of(count: int = 1, **columns) -> CampaignState:
    """Campaigns at noon, on plan and on target; each conversion costs 80 % of the bid that reaches it."""
    steps = np.ones(GRID)
    plain = {
        "row": np.arange(count), "target": 0.5, "bound": True, "budget": 100.0, "left": 50.0, "spent": 50.0,
        "earned": 100.0, "window_spent": 50.0, "organic": 0.0, "passed": 0.5, "previous": 1.0, "doubt": 0.1,
    }  # fmt: skip
    made = {
        name: value if isinstance(value, np.ndarray) and value.ndim else np.full(count, value)
        for name, value in {**plain, **columns}.items()
        if name not in ("cost", "worth")
    }
    cost = columns.get("cost", np.cumsum(steps * GRID_SCALE * 0.5 * 0.8))
    worth = columns.get("worth", np.cumsum(steps))
    return CampaignState(**made, cost=np.broadcast_to(cost, (count, GRID)), worth=np.broadcast_to(worth, (count, GRID)))


numbers = st.one_of(
    st.sampled_from([0.0, -1.0, 1e-300, 1e-9, 1.0, 1e12, np.nan, np.inf, -np.inf]), st.floats(-1e6, 1e6)
)


@st.composite
def anything(draw) -> CampaignState:
    count = draw(st.integers(0, 4))

    def column() -> np.ndarray:
        return np.array(draw(st.lists(numbers, min_size=count, max_size=count)), np.float64)

    curves = np.zeros((2, count, GRID))
    for one in range(count):
        kind = draw(st.sampled_from(["none", "rising", "broken"]))
        if kind != "none":
            rng = np.random.default_rng(draw(st.integers(0, 9999)))
            curves[:, one] = np.cumsum(rng.exponential(1.0, (2, GRID)), axis=1) * draw(st.sampled_from([1e-9, 1, 1e9]))
        if kind == "broken":
            curves[:, one, 7], curves[:, one, 40] = np.nan, np.inf
    names = ("target", "budget", "left", "spent", "earned", "window_spent", "organic", "passed", "previous", "doubt")
    return replace(
        state_of(count),
        bound=np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool),
        cost=curves[0],
        worth=curves[1],
        **{name: column() for name in names},
    )


def one_of(state: CampaignState, row: int) -> CampaignState:
    return replace(state, **{field.name: getattr(state, field.name)[row : row + 1] for field in fields(state)})


@given(state=anything(), wild=st.sampled_from([0.0, 1.0, 1e6]))
@settings(max_examples=150, deadline=None)
def test_multipliers_are_finite_and_within_limits_whatever_comes(state: CampaignState, wild: float):
    bidder = LearnedBidder(weights=weights(wild=wild))
    for _ in range(3):
        out = bidder.multipliers(state)
        assert out.shape == (len(state.row),)
        assert np.isfinite(out).all()
        assert (out[~(state.left > 0.0)] == 0.0).all()
        assert (out[state.left > 0.0] > 0.0).all()
        assert (out[state.bound] <= CAP).all()
        assert (out <= 16.0).all()


@given(state=anything())
@settings(max_examples=100, deadline=None)
def test_the_network_is_told_finite_numbers_between_minus_five_and_five(state: CampaignState):
    features = read(state).features
    assert features.shape == (len(state.row), F)
    assert (np.abs(features) <= 5.0).all()


@given(state=anything())
@settings(max_examples=50, deadline=None)
def test_campaigns_do_not_know_each_other(state: CampaignState):
    together = LearnedBidder(weights=weights(wild=1.0)).multipliers(state)
    alone = [
        LearnedBidder(weights=weights(wild=1.0)).multipliers(one_of(state, row))[0] for row in range(len(state.row))
    ]
    assert together.tolist() == alone


def test_currency_does_not_matter():
    mild = state_of(left=5.0)
    money = ("target", "budget", "left", "spent", "window_spent", "cost")
    dear = replace(mild, **{name: 1000.0 * getattr(mild, name) for name in money})
    assert read(dear).features == pytest.approx(read(mild).features)


def test_untaught_it_bids_what_the_forecast_says():
    # 1 a unit at a multiplier of 1, spend rising as the square: 16 is spent at 4, and 4 are left at 2
    state = state_of(target=1.0, bound=False, left=4.0, cost=GRID_SCALE**2, worth=GRID_SCALE)
    assert LearnedBidder(weights=weights()).multipliers(state)[0] == pytest.approx(2.0, rel=0.01)


@given(seed=st.integers(0, 9999), bound=st.booleans(), left=st.floats(1e-3, 1e3), doubt=st.floats(0.0, 1.0))
@settings(max_examples=100, deadline=None)
def test_untaught_it_is_the_planner(seed: int, bound: bool, left: float, doubt: float):
    """Also where a shaded bid's curves do not rise all the way."""
    cost, worth = np.abs(np.cumsum(np.random.default_rng(seed).normal(0.3, 1.0, (2, GRID)), axis=1))
    state = state_of(bound=bound, left=left, doubt=doubt, cost=cost, worth=worth)
    assert LearnedBidder(weights=weights()).multipliers(state) == pytest.approx(MpcBidder().multipliers(state))


def test_a_target_that_cannot_be_met_any_more_lowers_the_anchor():
    # a unit costs 80 % of the multiplier on average and twice that at the edge; the past cost its target, or twice that
    market = {
        "target": 1.0,
        "left": 1e6,
        "window_spent": 50.0,
        "cost": 80.0 * GRID_SCALE**2,
        "worth": 100.0 * GRID_SCALE,
    }
    plain, late = state_of(earned=50.0, **market), state_of(earned=25.0, **market)
    assert read(late).anchor[0] < read(plain).anchor[0]


def test_without_a_landscape_the_target_is_bid():
    out = LearnedBidder(weights=weights(wild=5.0)).multipliers(state_of(cost=np.zeros(GRID), worth=np.zeros(GRID)))
    assert out.tolist() == [1.0]


def test_strict_never_bids_above_the_strict_planner():
    state = state_of(left=1e6, earned=80.0)
    freely = LearnedBidder(weights=weights())
    assert LearnedBidder(strict=True, weights=weights()).multipliers(state) <= freely.multipliers(state)


def test_the_day_so_far_is_remembered_and_a_new_day_starts_afresh():
    bidder, network = LearnedBidder(weights=weights(wild=1.0)), weights(wild=1.0)
    morning, noon = state_of(passed=0.2, left=80.0, spent=20.0), state_of()
    bidder.multipliers(morning)
    after = bidder.multipliers(noon)
    assert after != LearnedBidder(weights=network).multipliers(noon)
    tomorrow = bidder.multipliers(morning)  # less of the day has passed than before
    assert tomorrow == LearnedBidder(weights=network).multipliers(morning)


def test_the_network_is_the_one_that_is_described():
    """The textbook's cell written once more, with matrices."""
    w = replace(weights(3, wild=1.0), mean=Chance(1).normals(F), spread=1.0 + Chance(2).uniforms(F))
    x, before = Chance(4).normals(5, F), Chance(5).normals(5, CELLS)
    cells, moved = before.copy(), np.empty(5)
    forward(x, cells, *w.arrays().values(), moved)

    first = np.tanh((x - w.mean) / w.spread @ w.entry + w.entry_bias)
    gates, own = first @ w.cell_in + w.cell_bias, before @ w.cell_own
    update, reset = (1 / (1 + np.exp(-(gates + own)[:, part * CELLS : (part + 1) * CELLS])) for part in (0, 1))
    fresh = np.tanh(gates[:, 2 * CELLS :] + reset * own[:, 2 * CELLS :])
    after = (1 - update) * before + update * fresh
    last = np.tanh(np.concatenate([after, first], axis=1) @ w.head + w.head_bias)
    assert cells == pytest.approx(after)
    assert moved == pytest.approx(REACH * np.tanh(last @ w.out + w.out_bias))


class TestTheFile:
    @pytest.fixture(autouse=True)
    def home(self, tmp_path, monkeypatch):
        monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path))
        self.path = weights_file(tmp_path)

    def test_without_weights_the_command_that_makes_them_is_named(self):
        with pytest.raises(ProviderUnavailable, match="magnetar train bidder") as missing:
            BIDDERS.make("learned")
        assert missing.value.exit_code == 3
        with pytest.raises(ProviderUnavailable, match="magnetar train bidder"):
            make_bidder("learned", budget=100.0, target_cpa=10.0)

    def test_weights_are_read_back_as_they_were_and_again_when_they_change(self):
        first, second = weights(1, wild=1.0), weights(2, wild=1.0)
        first.save(self.path)
        assert load_weights().entry == pytest.approx(first.entry, rel=1e-6)
        assert load_weights() is load_weights()
        second.save(self.path)
        assert load_weights().entry == pytest.approx(second.entry, rel=1e-6)
        assert [one.name for one in self.path.parent.iterdir()] == ["bidder.npz"]

    def test_with_weights_both_registers_make_it(self):
        weights(wild=1.0).save(self.path)
        assert BIDDERS.make("learned").multipliers(state_of()) > 0.0
        seat = make_bidder("learned", budget=100.0, target_cpa=10.0)
        assert np.isfinite(seat.bid(0, np.full(5, 0.01), np.full(5, 0.001), None)).all()

    @pytest.mark.parametrize("broken", ["text", "empty", "shape", "nan", "version"])
    def test_a_file_that_does_not_fit_says_so(self, broken: str):
        made = weights()
        if broken == "shape":
            made = replace(made, out=np.zeros(CELLS + 1))
        if broken == "nan":
            made = replace(made, out=np.full(CELLS, np.nan))
        made.save(self.path)
        if broken in ("text", "empty"):
            self.path.write_bytes(b"no weights" if broken == "text" else b"")
        if broken == "version":
            kept = dict(np.load(self.path))
            np.savez(self.path, **{**kept, "about": np.array('{"version": 0}')})
        with pytest.raises(MagnetarError, match="magnetar train bidder") as found:
            load_weights()
        assert found.value.exit_code == 2
