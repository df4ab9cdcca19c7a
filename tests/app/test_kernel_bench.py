"""The kernel bench times nothing that is not right, and says what it timed."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.app.benches import kernel, numpy_market
from magnetar.app.benches.kernel import Disagreement, check, median_interval
from magnetar.twin.arena.independent import Independent
from magnetar.twin.arena.registers import Registers, live


@pytest.fixture(scope="module")
def market():
    day = Independent().open(3, 20_000, kernel.SEATS, kernel.TICKS)
    return Registers(day), live(day)[1]


def test_ticks_in_registers_book_what_the_exact_kernel_says(market):
    registers, multiplier = market
    moved = check(registers, multiplier, range(0, kernel.TICKS, 7))
    assert 0 <= moved < 0.001


def test_a_kernel_that_books_otherwise_is_not_timed(market, monkeypatch):
    registers, multiplier = market
    run = Registers.run

    def generous(self, tick, bids, left):
        found = run(self, tick, bids, left)
        return dataclasses.replace(found, spend=found.spend * 1.0001)

    monkeypatch.setattr(Registers, "run", generous)
    with pytest.raises(Disagreement, match="tick 0: spend"):
        check(registers, multiplier, range(1))


def test_numpys_tick_comes_to_the_same_on_other_draws(market):
    registers, multiplier = market
    day = Independent().open(3, 400_000, kernel.SEATS, kernel.TICKS)
    registers = Registers(day)
    found = registers.run(24, multiplier[24], np.full(day.seats, 1e12))
    plain = numpy_market.tick(registers, 24, multiplier[24], np.random.default_rng(1))
    assert found.spend.sum() == pytest.approx(plain.spend.sum(), rel=0.02)
    assert found.expected.sum() == pytest.approx(plain.expected.sum(), rel=0.02)


def test_both_numpy_ways_choose_what_a_sort_does():
    bids = np.random.default_rng(2).random((200, 48))
    for who, top in (numpy_market.two_sorts(bids, 3), numpy_market.partition(bids, 3)):
        assert (top == -np.sort(-bids, axis=1)[:, :4]).all()
        assert (np.take_along_axis(bids, who, axis=1) == top).all()


@given(st.integers(6, 60), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_a_medians_interval_holds_it(count, seed):
    values = np.random.default_rng(seed).random(count)
    found = median_interval(values)
    assert found.low <= found.mean <= found.high
    assert found.n == count


def test_medians_intervals_hold_the_true_median_as_often_as_they_say():
    samples = np.random.default_rng(5).random((4_000, 15))
    held = np.mean([0.5 in median_interval(sample) for sample in samples])
    assert 0.945 <= held <= 0.985  # with 15 values the order statistics hold it in 96.5 %


def test_few_values_have_a_median_and_no_interval():
    assert np.isnan(median_interval(np.arange(5.0)).low)
    assert median_interval(np.arange(5.0)).mean == 2.0
    assert np.isnan(median_interval(np.empty(0)).mean)


def test_every_row_says_market_mode(market):
    registers, multiplier = market
    rows = kernel._in_registers(registers, multiplier, 2, 1) + kernel._with_bidders(registers.day, 2, 1)
    assert {row["mode"] for row in rows} == {"market"}
    assert all("market mode" in row["metric"] for row in rows)
    assert [row["goal"] for row in rows] == [None, 20e6, 40.0, None, 3e6, 5.0]
