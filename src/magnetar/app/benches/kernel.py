"""How many auctions a CPU-second holds in market mode: values are drawn, there are no shoppers.

Each way of doing the work is timed in turn, again and again, so that all of them meet the same noise
of the machine; the figure is the median. Before anything is timed, the fast way must equal the exact one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from magnetar.app.benches import numpy_market
from magnetar.app.benches.rows import conditions, cpu_time, row
from magnetar.capabilities.auction import run_exactly, run_lanes
from magnetar.capabilities.measurement import Interval
from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.errors import GoalMissed
from magnetar.twin.arena import play
from magnetar.twin.arena.independent import Independent, IndependentDay
from magnetar.twin.arena.registers import Registers, live

OPPORTUNITIES, SEATS, TICKS, SLOTS = 500_000, 48, 48, 3
"""A day of AuctionNet's size."""
MARKET, TIMES_NUMPY, WITH_BIDDERS, DAYS = 20e6, 40.0, 3e6, 5.0
"""Goals: auctions per CPU-second; times numpy; with bidders; days per CPU-second (0.2 CPU-seconds a day)."""
MODE = "market mode: values are drawn, nobody scrolls; shopper mode is `magnetar bench twin`"
_RATE = "auctions per CPU-second"


class Disagreement(GoalMissed):
    """The fast kernel and the exact one differ."""


def bench(quick: bool, seed: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and conditions."""
    day = Independent().open(seed, OPPORTUNITIES, SEATS, TICKS)
    registers, (_, multiplier) = Registers(day), live(day)
    moved = check(registers, multiplier, range(0, TICKS, 16 if quick else 4))
    repeats = 9 if quick else 41
    rows = [*_from_memory(seed, repeats), *_in_registers(registers, multiplier, repeats, seed)]
    rows += _with_bidders(day, repeats, 1 if quick else 5)
    return rows, conditions(
        [],
        seeds=[seed],
        worlds=[day.family],
        mode=MODE,
        bidders=SEATS,
        slots=SLOTS,
        opportunities_a_day=day.opportunities,
        ticks=TICKS,
        order_moved_by_packing=moved,
        counts="CPU time of this process; medians with order-statistic intervals; every way is timed in turn",
    )


def check(registers: Registers, multiplier: Floats, ticks: range) -> float:
    """Assert that ticks in registers book what the exact kernel does; the share of auctions that packing reorders.

    Raises:
        Disagreement: they do not.
    """
    day, moved = registers.day, []
    bids = registers.bids(0, multiplier[0])
    for fast, plain in zip(run_lanes(bids, SLOTS, day.reserve), run_exactly(bids, SLOTS, day.reserve), strict=True):
        if not np.array_equal(fast, plain):
            raise Disagreement("the lanes kernel and the exact kernel disagree on the same bids; nothing was timed")
    for at in ticks:
        found = registers.run(at, multiplier[at], np.full(day.seats, 1e12))
        expected, share = numpy_market.exact(registers, at, multiplier[at])
        moved.append(share)
        for name in ("spend", "promised", "expected", "conversions"):
            one, other = getattr(found, name), getattr(expected, name)
            if not np.allclose(one, other, rtol=1e-9, atol=1e-12):
                raise Disagreement(
                    f"tick {at}: {name} in registers is {one.sum()}, by the exact kernel {other.sum()}; nothing was timed"
                )
    return float(np.mean(moved))


def _from_memory(seed: int, repeats: int) -> list[dict[str, Any]]:
    """Bids that lie in memory: who wins and at what price."""
    bids = Chance(seed).of("bench", "bids").uniforms(40_000, SEATS)
    narrow = bids.astype(np.float32)
    sorts, parts, scalar, lanes = _timed(
        repeats,
        len(bids),
        lambda: numpy_market.two_sorts(bids, SLOTS),
        lambda: numpy_market.partition(bids, SLOTS),
        lambda: run_exactly(narrow, SLOTS),
        lambda: run_lanes(narrow, SLOTS),
    )
    base = ("numpy, two full sorts (AuctionNet's way)", float(np.median(sorts)))
    return [
        _row("market mode, bids from memory, numpy, two full sorts: winners, no prices", sorts),
        _row("market mode, bids from memory, numpy, argpartition: winners, no prices", parts, base),
        _row("market mode, bids from memory, compiled, one at a time: winners and prices", scalar, base),
        _row("market mode, bids from memory, sixty-four in lanes: winners and prices", lanes, base),
    ]


def _in_registers(registers: Registers, multiplier: Floats, repeats: int, seed: int) -> list[dict[str, Any]]:
    """Everything from drawing values to the seats' accounts, at fixed multipliers and ample budgets."""
    day = registers.day
    generator = np.random.default_rng(seed)  # noqa: TID251  numpy's own draws, so that the baseline is as fast as it can be
    ample = np.full(day.seats, 1e12)
    middle = TICKS // 2
    bids = registers.bids(middle, multiplier[middle]).astype(np.float64)

    def drawn() -> None:
        for at in range(TICKS):
            registers.run(at, multiplier[at], ample.copy())

    lanes, whole, sorts = _timed(
        repeats,
        (day.opportunities, int(day.counts[middle]), len(bids)),
        drawn,
        lambda: numpy_market.tick(registers, middle, multiplier[middle], generator),
        lambda: numpy_market.two_sorts(bids, SLOTS),
    )
    same = ("numpy, the same work with two full sorts", float(np.median(whole)))
    alone = ("numpy, two full sorts alone", float(np.median(sorts)))
    work = "values drawn, ranked, priced, shown, converted, booked"
    return [
        _row(f"market mode, numpy with two full sorts: {work}", whole),
        _row(f"market mode, in registers: {work}", lanes, same, MARKET),
        _row("market mode, times numpy with two full sorts, same work", lanes / whole, same, TIMES_NUMPY, "×"),
        _row("market mode, times numpy's two sorts alone, which draw, price and book nothing", lanes / sorts, alone, unit="×"),
    ]  # fmt: skip


def _with_bidders(day: IndependentDay, repeats: int, slow: int) -> list[dict[str, Any]]:
    """Whole days: forty-eight bidders that react after every tick, within their budgets."""
    (lived,) = _timed(repeats, day.opportunities, lambda: live(day))
    (kept,) = _timed(slow, day.opportunities, lambda: play(day))
    base = ("the same day with values in memory, ranked one at a time", float(np.median(kept)))
    days = (base[0], base[1] / day.opportunities)
    name = f"a day of {day.opportunities:,} opportunities × {SEATS} bidders × {TICKS} ticks"
    return [
        _row("market mode with reacting bidders and budgets", lived, base, WITH_BIDDERS),
        _row(
            f"market mode, {name}",
            lived / day.opportunities,
            days,
            DAYS,
            "days per CPU-second",
            cpu_seconds_a_day=float(day.opportunities / np.median(lived)),
        ),
    ]


def _timed(repeats: int, units: int | tuple[int, ...], *ways: Callable[[], Any]) -> list[Floats]:
    """(repeats,) units per CPU-second of each way; all are run in turn, once without counting."""
    each = units if isinstance(units, tuple) else (units,) * len(ways)
    for way in ways:
        way()
    spent = np.array([[max(cpu_time(way), 1e-9) for way in ways] for _ in range(repeats)])
    return [count / spent[:, place] for place, count in enumerate(each)]


def _row(
    metric: str, rates: Floats, baseline: tuple[str, float] | None = None, goal: float | None = None, unit: str = _RATE,
    **more: Any,
) -> dict[str, Any]:  # fmt: skip
    return row(metric, unit, median_interval(rates), baseline=baseline, goal=goal, mode="market", **more)


def median_interval(values: Floats) -> Interval:
    """The median with the order statistics that hold it in at least 95 % of samples; fewer than 6 values have none.

    Source: David & Nagaraja (2003), Order Statistics, section 7.1.

    >>> median_interval(np.arange(1.0, 10.0))
    Interval(mean=5.0, low=2.0, high=8.0, n=9)
    """
    ordered = np.sort(np.asarray(values, np.float64))
    count = len(ordered)
    middle = float(np.median(ordered)) if count else math.nan
    missed, skipped = 0.5**count, 0
    if count == 0 or 2 * missed > 0.05:
        return Interval(middle, math.nan, math.nan, count)
    while 2 * (missed + math.comb(count, skipped + 1) * 0.5**count) <= 0.05:
        skipped += 1
        missed += math.comb(count, skipped) * 0.5**count
    return Interval(middle, float(ordered[skipped]), float(ordered[count - 1 - skipped]), count)
