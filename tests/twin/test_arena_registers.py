"""The day in registers against plain integers, against the exact kernel on its own values, and against the field."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.auction import FIRST_PRICE, SECOND_PRICE, run_lanes
from magnetar.engines.spread import spread
from magnetar.twin.arena import play
from magnetar.twin.arena.independent import Independent
from magnetar.twin.arena.registers import Registers, live

WORD = 0xFFFFFFFF
PLENTY = 1e9


def opened(seed=1, opportunities=3_000, seats=48, ticks=4, **changes):
    day = Independent().open(seed, opportunities, seats, ticks)
    for name, value in changes.items():
        setattr(day, name, value)
    return day


def bits_of(counter, first, second):
    """The hash with Python's integers, which have no width to overflow."""
    x = (counter * 0x7FEB352D + first) & WORD
    x = (((x ^ (x >> 15)) ^ second) * 0x846CA68B) & WORD
    return x ^ (x >> 16)


def mixed(x):
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & WORD
    x = ((x ^ (x >> 15)) * 0x846CA68B) & WORD
    return x ^ (x >> 16)


def deviate(bits):
    """Thirty-two coins, the k-th of weight 1 + 2⁻ᵏ: mean 16.5, variance a quarter of the sum of squares."""
    weights = [1 + 0.5**k for k in range(1, 33)]
    return (bits.bit_count() + bits / 2**32 - sum(weights) / 2) / (sum(w * w for w in weights) ** 0.5 / 2)


def test_a_value_is_the_hash_of_its_seat_and_opportunity():
    day = opened(seed=5)
    registers = Registers(day)
    for tick in (0, 3):
        values = registers.values(tick)
        for row, seat in ((0, 0), (1, 0), (17, 46), (len(values) - 1, 47)):
            first, second = (int(word) for word in registers._words[:, seat])
            z = deviate(bits_of(int(day.start[tick]) + row, first, second))
            expected = day.mean[tick, seat] + day.spread[tick, seat] * z
            assert values[row, seat] == pytest.approx(max(expected, 0.0), rel=1e-4, abs=1e-7)


def test_values_are_normal_and_know_nothing_of_each_other():
    count = 200_000
    day = opened(opportunities=count, seats=24, ticks=1)
    day.mean[:], day.spread[:] = 0.5, 0.05
    z = (Registers(day).values(0).astype(np.float64) - 0.5) / 0.05
    assert abs(z.mean(axis=0)).max() < 5 / count**0.5
    assert abs(z.var(axis=0) - 1).max() < 5 * (2 / count) ** 0.5
    assert abs((z**3).mean()) < 0.02
    assert (z**4).mean() - 3 == pytest.approx(-0.065, abs=0.02)
    assert (z > 3).mean() == pytest.approx(0.00107, rel=0.1)  # of a normal: 0.00135
    assert abs(z).max() < 5.5
    between = np.corrcoef(z.T) - np.eye(24)
    assert abs(between).max() < 5 / count**0.5
    for lag in (1, 2, 64, 4096):
        assert abs((z[lag:] * z[:-lag]).mean(axis=0)).max() < 5 / count**0.5
    assert len(np.unique(z[:, 0])) > 0.9 * count


def by_the_exact_kernel(registers, tick, multiplier):
    """A tick with ample budgets: what is ranked are the packed bids, what is paid are the bids; luck by integers."""
    day = registers.day
    values = registers.values(tick)
    bids = registers.bids(tick, multiplier)
    assert bids == pytest.approx(values * multiplier * day.target, rel=1e-3, abs=1e-5)
    packed = (bids.view(np.int32) & -64).view(np.float32)
    _, who, _ = run_lanes(packed, day.slots, float(registers.reserve))
    rows = np.arange(len(bids))
    out = np.zeros((day.seats, 4))
    shown = [int(word) for word in registers.shown]
    for row in rows:
        luck = bits_of(int(day.start[tick]) + int(row), *shown)
        for slot in range(day.slots):
            seat = who[row, slot]
            if seat < 0 or not (luck >> 8) / 2**24 < np.float32(day.exposure[slot]):
                continue
            below = who[row, slot + 1]
            following = bids[row, below] if below >= 0 else np.float32(0)
            price = max(min(bids[row, seat], following), registers.reserve)
            value = values[row, seat]
            truth = value * registers.honesty[seat]
            bought = (mixed((luck + 0x9E3779B9 * (slot + 1)) & WORD) >> 1) / 2**31 < truth
            out[seat] += [bids[row, seat] if day.rule == FIRST_PRICE else price, value, truth, bought]
    return out


@pytest.mark.parametrize("rule", [SECOND_PRICE, FIRST_PRICE])
@pytest.mark.parametrize("seats", [1, 2, 13, 64])
def test_a_tick_books_what_the_exact_kernel_says_of_the_same_values(seats, rule):
    day = opened(seed=seats, seats=seats, opportunities=1_500, ticks=2, rule=rule)
    registers, left = Registers(day), np.full(seats, PLENTY)
    multiplier = np.linspace(0.05, 2.0, seats)  # unequal, so that weak seats are left out of late comparisons
    for tick in range(2):
        found = registers.run(tick, multiplier, left)
        expected = by_the_exact_kernel(registers, tick, multiplier)
        assert found.spend == pytest.approx(expected[:, 0], rel=1e-12)
        assert found.promised == pytest.approx(expected[:, 1], rel=1e-9)
        assert found.expected == pytest.approx(expected[:, 2], rel=1e-9)
        assert (found.conversions == expected[:, 3]).all()


@pytest.mark.parametrize("reserve", [0.0, 0.2, 0.3, 1e6])
def test_nobody_wins_or_pays_below_the_reserve(reserve):
    day = opened(seed=3, opportunities=2_000, ticks=1, reserve=reserve)
    registers, multiplier = Registers(day), np.ones(48)
    found = registers.run(0, multiplier, np.full(48, PLENTY))
    expected = by_the_exact_kernel(registers, 0, multiplier)
    assert found.spend == pytest.approx(expected[:, 0], rel=1e-12)
    assert reserve <= registers.reserve <= reserve * (1 + 2.0**-16) + 1e-37
    if reserve == 1e6:
        assert found.spend.sum() == found.promised.sum() == 0


@given(st.integers(0, 2**31), st.floats(0.0, 0.2), st.integers(1, 3_000))
@settings(max_examples=25, deadline=None)
def test_no_seat_spends_more_than_it_has(seed, share, opportunities):
    day = opened(seed=seed, opportunities=opportunities)
    left = day.budget * share
    left[::5] = 0.0
    before, registers = left.copy(), Registers(day)
    for tick in range(day.ticks):
        had = left.copy()
        found = registers.run(tick, np.full(48, 1.2), left)
        assert (left >= 0).all()
        assert (found.spend == had - left).all()
    assert (left <= before).all()
    assert (left[::5] == 0).all()


def test_a_seat_without_money_or_multiplier_is_as_good_as_absent():
    day = opened(seed=2)
    registers, multiplier = Registers(day), np.ones(48)
    multiplier[7], left = 0.0, np.full(48, PLENTY)
    left[9] = 0.0
    found = registers.run(1, multiplier, left)
    assert found.promised[[7, 9]].tolist() == [0.0, 0.0]
    other = np.where(np.isin(np.arange(48), [7, 9]), 0.0, 1.0)
    alone = registers.run(1, other, np.full(48, PLENTY))
    assert (found.promised == alone.promised).all()


def test_a_tick_without_opportunities_changes_nothing():
    day = opened(opportunities=0)
    left = day.budget.copy()
    found = Registers(day).run(0, np.ones(48), left)
    assert found.spend.sum() == found.conversions.sum() == 0
    assert (left == day.budget).all()
    assert Registers(day).values(0).shape == (0, 48)


def test_more_slots_than_seats_leave_slots_empty():
    day = opened(seats=2, opportunities=500, ticks=1)
    registers = Registers(day)
    found = registers.run(0, np.ones(2), np.full(2, PLENTY))
    assert found.spend == pytest.approx(by_the_exact_kernel(registers, 0, np.ones(2))[:, 0], rel=1e-12)


def test_the_truth_is_on_average_what_the_days_own_draws_say():
    day = opened(seed=8, opportunities=60_000, ticks=2)
    drawn = day.draw(1)
    told = drawn.truth.sum(axis=0, dtype=np.float64) / drawn.value.sum(axis=0, dtype=np.float64)
    assert Registers(day).honesty == pytest.approx(told, rel=0.01)


def test_a_day_in_registers_comes_to_what_the_same_day_in_memory_does():
    day = opened(seed=4, opportunities=96_000, ticks=48)
    found, multiplier = live(day)
    field = play(day)
    assert multiplier.shape == (48, 48)
    assert (found.spend.sum(axis=0) <= day.budget * (1 + 1e-12)).all()
    assert found.spend.sum() == pytest.approx(field.spend.sum(), rel=0.02)
    assert found.expected.sum() == pytest.approx(field.expected.sum(), rel=0.02)
    large = field.spend.sum(axis=0) > 1_000
    assert found.spend.sum(axis=0)[large] == pytest.approx(field.spend.sum(axis=0)[large], rel=0.25)
    expected, bought = found.expected.sum(), found.conversions.sum()
    assert abs(bought - expected) < 5 * expected**0.5


def test_the_same_day_is_the_same_and_other_luck_is_other_luck():
    day = opened(seed=6, opportunities=20_000)
    (once, _), (again, _), (other, _) = live(day), live(day), live(day, luck=1)
    assert (once.spend == again.spend).all()
    assert (once.conversions == again.conversions).all()
    assert (once.conversions != other.conversions).any()


@pytest.mark.parametrize("over", ["processes", "ray"])
def test_days_come_to_the_same_wherever_they_are_spread(over):
    if over == "ray":
        pytest.importorskip("ray", reason="needs the extra `scale`")
    days = [opened(seed=seed, opportunities=5_000, ticks=6) for seed in range(4)]
    here = [live(day) for day in days]
    for place, (found, multiplier) in spread(live, days, workers=2, over=over):
        assert (found.spend == here[place][0].spend).all()
        assert (found.conversions == here[place][0].conversions).all()
        assert (multiplier == here[place][1]).all()


def test_what_registers_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="at most 64 seats"):
        Registers(opened(seats=65))
    day = opened()
    day.spread[0, 0] = -1.0
    with pytest.raises(ValueError, match="spread must be at least 0"):
        Registers(day)
    registers = Registers(opened())
    for bad in (np.nan, np.inf, -1.0):
        with pytest.raises(ValueError, match="finite and at least 0"):
            registers.run(0, np.full(48, bad), np.ones(48))
        with pytest.raises(ValueError, match="finite and at least 0"):
            registers.run(0, np.ones(48), np.full(48, bad))
