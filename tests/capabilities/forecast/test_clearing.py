"""A bidder's own forecast: what bids win and cost, and how much of the day is to come."""

from types import SimpleNamespace

import numpy as np
import pytest

from magnetar.capabilities.forecast import Clearing, Volume
from magnetar.capabilities.forecast.volume import rhythm

SCALE = 2.0 ** np.linspace(-3.0, 3.0, 25)


def auctions(
    count: int, *, seed: int = 1, gaps: tuple[float, ...] = (0.3, 0.1), slope: float = 0.0, first: bool = False
):
    """Three slots whose log prices climb by exponential gaps above a log-normal entry price; bids are half as scattered."""
    rng = np.random.default_rng(seed)
    value = 0.002 * rng.lognormal(0.0, 0.5, count)
    entry = 0.05 * (value / 0.002) ** slope * rng.lognormal(0.0, 0.3, count)
    prices = [entry]
    for gap in reversed(gaps):
        prices.insert(0, prices[0] * np.exp(rng.exponential(gap, count)))
    bid = entry * rng.lognormal(0.2, 0.4, count)
    slot = np.zeros(count, np.int64)
    for place, price in reversed(list(enumerate(prices))):
        slot[bid > price] = place + 1
    exposed = (slot > 0) & (rng.random(count) < np.array([0.0, 1.0, 0.8, 0.48])[slot])
    paid = np.choose(np.maximum(slot - 1, 0), prices)
    cost = np.where(exposed, bid if first else paid, 0.0)
    return SimpleNamespace(value=value, bid=bid, slot=slot, cost=cost, exposed=exposed, market_price=entry)


def test_gaps_between_slots_are_found_from_slots_alone():
    clearing = Clearing(3)
    for tick in range(4):
        clearing.observe(auctions(4000, seed=tick))
    assert clearing.gaps == pytest.approx([0.3, 0.1], rel=0.35)
    assert clearing.exposure == pytest.approx([1.0, 0.8, 0.48], abs=0.03)


def test_how_far_rivals_want_the_same_is_the_slope():
    for slope in (0.0, 0.8):
        clearing = Clearing(3)
        for tick in range(4):
            clearing.observe(auctions(2000, seed=tick, slope=slope))
        assert clearing.slope == pytest.approx(slope, abs=0.12)


def test_the_forecast_is_what_would_have_been_paid():
    clearing = Clearing(1)
    made = auctions(3000, gaps=())
    clearing.observe(made)
    cost, worth = clearing.outlook(25.0, SCALE, straight=True)
    for place in (8, 12, 16):
        won = 25.0 * SCALE[place] * made.value > made.market_price
        assert worth[place] == pytest.approx((made.value * won).mean(), rel=0.2)  # from 96 of 3,000 impressions
        assert cost[place] == pytest.approx((made.market_price * won).mean(), rel=0.2)
    assert (np.diff(cost) >= 0.0).all()
    assert (np.diff(worth) >= 0.0).all()


def test_first_price_is_told_by_what_winners_pay():
    second, first = Clearing(3), Clearing(3)
    second.observe(auctions(500))
    first.observe(auctions(500, first=True))
    assert not second.first_price
    assert first.first_price
    worth, value = np.full(5, 0.2), np.full(5, 0.002)
    assert (first.bids(worth, value) < worth).all()


def test_bids_never_exceed_what_an_impression_is_worth():
    clearing = Clearing(3)
    clearing.observe(auctions(1000))
    worth = np.geomspace(1e-4, 10.0, 60)
    bids = clearing.bids(worth, np.full(60, 0.002))
    assert (bids <= worth * (1.0 + 1e-9)).all()
    assert (np.diff(bids) > -1e-12).all()  # more worth, no lower bid


def test_nothing_seen_is_nothing_known():
    clearing = Clearing(3)
    nothing = np.zeros(0)
    clearing.observe(
        SimpleNamespace(value=nothing, bid=nothing, slot=np.zeros(0, int), cost=nothing, exposed=np.zeros(0, bool), market_price=nothing)
    )  # fmt: skip
    assert not clearing.known
    assert clearing.outlook(1.0, SCALE)[0].sum() == 0.0
    assert clearing.later(1.0, SCALE, False, 0.5)[0].sum() == 0.0
    assert clearing.bids(np.ones(2), np.ones(2)).tolist() == [1.0, 1.0]


def test_prices_are_moved_for_the_past_only():
    clearing = Clearing(1)
    clearing.observe(auctions(2000, gaps=(), seed=1))
    clearing.observe(auctions(2000, gaps=(), seed=2))
    before = clearing.outlook(25.0, SCALE)[1][12]
    clearing.move_prices(1.0)
    assert clearing.outlook(25.0, SCALE)[1][12] < before


def test_the_rhythm_has_a_mean_of_one_and_an_evening():
    for ticks in (24, 48, 96, 7):
        assert rhythm(ticks).mean() == pytest.approx(1.0)
    assert 38 <= int(rhythm(48).argmax()) <= 44


def test_a_flat_day_and_a_rhythmic_day_are_told_apart():
    flat, busy = Volume(48), Volume(48)
    for tick in range(24):
        flat.observe(tick, 1000)
        busy.observe(tick, int(1000 * rhythm(48)[tick]))
    assert flat.ahead(24) == pytest.approx(24_000, rel=0.15)
    assert busy.ahead(24) == pytest.approx(1000 * rhythm(48)[24:].sum(), rel=0.1)


def test_yesterdays_curve_is_trusted_first():
    curve = np.linspace(1.0, 5.0, 48)
    volume = Volume(48, curve)
    volume.observe(0, 100)
    assert volume.ahead(1) == pytest.approx(100 * curve[1:].sum() / curve[0], rel=0.25)


def test_a_volume_that_saw_nothing_expects_nothing():
    volume = Volume(48)
    assert volume.ahead(0) == 0.0
    volume.observe(0, 0)
    assert volume.ahead(1) == 0.0
    volume.observe(100, 5)  # beyond the day: counts to the last tick
    assert np.isfinite(volume.ahead(10))
