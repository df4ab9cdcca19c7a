"""What a log says: factors, levels, delays and habits are found again where they are known."""

import ast
from pathlib import Path

import numpy as np
import pytest

from magnetar.capabilities.campaigns import AdGroupChanged
from magnetar.capabilities.shoppers import Clicked, Ordered, Requested, Served, Viewed
from magnetar.kernel.chance import Chance
from magnetar.kernel.clock import DAY, HOUR
from magnetar.kernel.errors import BadInput
from magnetar.kernel.events import Envelope, Event, decode, encode
from magnetar.twin import certification
from magnetar.twin.certification.fit.comings import comings_of, replay
from magnetar.twin.certification.fit.evidence import TICK, BidChange, Evidence, read_log
from magnetar.twin.certification.fit.factors import STRENGTHS, Family, fit_factors
from magnetar.twin.certification.fit.habits import Owners, habits_of
from magnetar.twin.certification.fit.level import expect
from magnetar.twin.certification.fit.waiting import waiting_of

START = 1_794_787_200 * 1_000_000


# ---- factors ----


def trials(rate: np.ndarray, each: int, days: int = 7, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(cell, hit, day) of equally many trials of each cell and day; `rate` is (cells,) or (days, cells)."""
    rng = np.random.default_rng(seed)
    rate = np.broadcast_to(rate, (days, rate.shape[-1]))
    cell = np.tile(np.arange(rate.shape[1]).repeat(each), days)
    day = np.arange(days).repeat(rate.shape[1] * each)
    return cell.astype(np.int32), (rng.uniform(size=len(cell)) < rate[day, cell]).astype(float), day


def fitted(rate: np.ndarray, each: int, **more):
    cell, hit, day = trials(rate, each, **more)
    families = (Family("place", 1, learned=False), Family("item", rate.shape[-1]))
    return fit_factors(families, np.stack([np.zeros_like(cell), cell]), hit, np.ones(len(hit)), day, "item"), hit


def test_what_is_expected_sums_to_what_was_hit():
    factors, hit = fitted(np.linspace(0.02, 0.1, 30), 200)
    assert factors.expected.sum() == pytest.approx(hit.sum(), rel=0.02)


def test_factors_of_two_families_are_found_again():
    rng = np.random.default_rng(2)
    first, second = np.array([0.5, 1.0, 1.5]), rng.gamma(4.0, 0.25, 50)
    rows = 200_000
    cells = np.stack([rng.integers(3, size=rows), rng.integers(50, size=rows)]).astype(np.int32)
    hit = (rng.uniform(size=rows) < 0.05 * first[cells[0]] * second[cells[1]]).astype(float)
    families = (Family("place", 3, learned=False), Family("item", 50))
    factors = fit_factors(families, cells, hit, np.ones(rows), rng.integers(7, size=rows), "item")
    place = factors["place"].mean
    assert place / place[1] == pytest.approx(first / first[1], rel=0.08)
    assert np.corrcoef(factors["item"].mean, second)[0, 1] > 0.97


def test_cells_that_are_all_alike_are_shrunk_together():
    factors, _ = fitted(np.full(60, 0.05), 60)
    assert factors["item"].strength >= STRENGTHS[-3]
    assert factors["item"].mean.std() < 0.05


def test_what_drifts_is_discounted_and_what_stays_is_not():
    rng = np.random.default_rng(6)
    steady = 0.05 * rng.gamma(4.0, 0.25, 40)
    wandering = steady * np.exp(np.cumsum(rng.normal(0.0, 0.35, (7, 40)), axis=0))
    assert fitted(steady, 800)[0]["item"].keep >= 0.95
    assert fitted(np.minimum(wandering, 0.8), 800)[0]["item"].keep <= 0.85


def test_the_noise_of_days_is_told_from_drift():
    rng = np.random.default_rng(7)
    noisy = 0.05 * rng.gamma(4.0, 0.25, 40) * rng.gamma(25.0, 1 / 25.0, (7, 40))
    item = fitted(noisy, 4000)[0]["item"]
    assert item.noise in (0.03, 0.1)  # 0.04 was drawn
    assert item.keep >= 0.95
    drawn = item.draw(Chance(1))
    days = item.days(Chance(2), 200, drawn)
    assert (days / drawn).var() == pytest.approx(item.noise, rel=0.15)


def test_a_group_means_its_cells_and_not_its_crowd():
    """One item shown very often and four times as good must not raise what is expected of the others."""
    each = [3_000] + [60] * 39
    rate = np.array([0.2] + [0.05] * 39)
    rng = np.random.default_rng(8)
    cell = np.arange(40).repeat(each).astype(np.int32)
    hit = (rng.uniform(size=len(cell)) < rate[cell]).astype(float)
    families = (Family("place", 1, learned=False), Family("item", 41, groups=np.zeros(41, np.int64)))
    factors = fit_factors(
        families, np.stack([np.zeros_like(cell), cell]), hit, np.ones(len(hit)), rng.integers(7, size=len(hit)), "item"
    )
    rates = factors["place"].mean[0] * factors["item"].mean
    assert rates[40] == pytest.approx(0.05, rel=0.35)  # never seen: what its like do
    assert rates[0] == pytest.approx(0.2, rel=0.2)


def test_draws_spread_as_far_as_is_not_known():
    item = fitted(np.full(5, 0.05), 100)[0]["item"]
    draws = np.array([item.draw(Chance(run)) for run in range(400)])
    assert draws.mean(axis=0) == pytest.approx(item.mean, rel=0.1)
    assert draws.std(axis=0) == pytest.approx(np.sqrt(item.shape) / item.rate, rel=0.15)


def test_nothing_cannot_be_fitted():
    with pytest.raises(ValueError, match="be some"):
        fit_factors((Family("item", 2),), np.zeros((1, 0), np.int32), np.zeros(0), np.zeros(0), np.zeros(0), "item")


# ---- levels ----


def foretold(level: np.ndarray, weekend: np.ndarray, apart: float = 0.15, ahead: int = 2) -> np.ndarray:
    found = expect(level, np.full(len(level), 0.01), weekend, np.zeros(ahead), apart)
    return np.array([found.draw(Chance(run)) for run in range(600)])


def test_steady_days_go_on():
    draws = foretold(np.full(7, 3.0), np.zeros(7))
    assert draws.mean() == pytest.approx(3.0, abs=0.01)
    assert draws.std() < 0.06


def test_restless_days_leave_more_open_and_more_so_further_ahead():
    walk = np.cumsum(np.array([0.0, 0.15, 0.12, -0.2, 0.18, 0.1, 0.16]))
    draws = foretold(walk, np.zeros(7), ahead=4)
    assert draws[:, 0].std() > 0.1
    assert draws[:, 3].std() > 1.3 * draws[:, 0].std()
    assert draws[:, 0].mean() == pytest.approx(walk[-1], abs=0.08)


def test_a_weekend_is_not_taken_for_growth():
    level = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.2, 0.2])
    weekend = np.array([0, 0, 0, 0, 0, 1, 1.0])
    assert foretold(level, weekend).mean() < 0.09
    assert foretold(level, np.zeros(7)).mean() > 0.12


@pytest.mark.parametrize("level", [np.zeros(0), np.array([0.0, np.nan])])
def test_levels_that_are_none_are_refused(level: np.ndarray):
    with pytest.raises(ValueError, match="finite"):
        expect(level, np.zeros(len(level)), np.zeros(len(level)), np.zeros(2), 0.1)


# ---- delays ----


def test_delays_cut_off_by_the_end_of_the_log_are_corrected():
    rng = np.random.default_rng(9)
    delay, room = rng.exponential(10 * HOUR, 6_000), rng.uniform(0, 3 * DAY, 6_000)
    seen = delay <= room
    waiting = waiting_of(delay[seen].astype(np.int64), room[seen].astype(np.int64))
    for hours in (2, 8, 20):
        true = 1.0 - np.exp(-hours / 10.0)
        assert waiting.by(np.array([hours * HOUR]))[0] == pytest.approx(true, abs=0.03)
        assert (delay[seen] <= hours * HOUR).mean() > true + 0.02  # uncorrected, they look too quick


def test_delays_of_a_few_orders_are_taken_to_be_four_hours():
    waiting = waiting_of(np.zeros(3, np.int64), np.full(3, DAY))
    assert waiting.by(np.array([0, DAY])).tolist() == [0.0, 1.0]
    assert waiting.by(np.array([int(2.77 * HOUR)]))[0] == pytest.approx(0.5, abs=0.03)


# ---- habits ----


def evidence_of(*, days: int = 7, changes: tuple[BidChange, ...] = (), pages: int = 0, shoppers: int = 1) -> Evidence:
    """A log of so many pages a day, spread over shoppers and half-hours, in which nothing was clicked."""
    tick = np.sort(np.tile(np.arange(pages) * 48 // max(pages, 1), days) + np.arange(days).repeat(pages) * 48)
    shape = (len(tick), 10)
    none = np.zeros(0, np.int64)
    return Evidence(
        START, days, tick, np.arange(len(tick)) % 1000, np.arange(len(tick)) % shoppers, np.zeros(len(tick), np.int64),
        np.full(len(tick), -1), np.full(len(tick), 3), np.full(shape, -1, np.int32), np.full(shape, -1, np.int32),
        np.zeros(shape, np.float32), np.zeros(shape, np.uint8), none, none, none, none, none, changes,
    )  # fmt: skip


def test_what_happens_every_day_at_one_time_is_a_rule():
    changes = [BidChange("g", "c", 0, 1.0)]
    for day in range(7):
        changes += [BidChange("g", "c", day * 48 + 36, 1.2), BidChange("g", "c", day * 48 + 47, 0.1)]
    owners = Owners(habits_of(evidence_of(changes=tuple(changes))), Chance(1))
    acted = {tick: owners.act(tick) for tick in range(7 * 48, 8 * 48)}
    assert {tick: act for tick, act in acted.items() if act} == {7 * 48 + 36: [("g", 1.2)], 7 * 48 + 47: [("g", 0.1)]}


def test_steps_of_past_days_come_again_from_where_the_factor_stands():
    changes = [BidChange("g", "c", 0, 1.0)] + [BidChange("g", "c", day * 48 + 20, 1.1**day) for day in range(1, 7)]
    owners = Owners(habits_of(evidence_of(changes=tuple(changes))), Chance(1))
    [(group, factor)] = [act for tick in range(7 * 48, 8 * 48) for act in owners.act(tick)]
    assert group == "g"
    assert factor == pytest.approx(1.1**7)


def test_factors_stay_within_what_the_platform_allows():
    changes = [BidChange("g", "c", 0, 0.1)] + [
        BidChange("g", "c", day * 48 + 20, 0.1 * 2.0**day) for day in range(1, 7)
    ]
    owners = Owners(habits_of(evidence_of(changes=tuple(changes))), Chance(1))
    assert max(factor for tick in range(7 * 48, 30 * 48) for _, factor in owners.act(tick)) == 3.0


def test_who_changes_nothing_does_nothing():
    owners = Owners(habits_of(evidence_of(changes=(BidChange("g", "c", 0, 1.0),))), Chance(1))
    assert [owners.act(tick) for tick in range(7 * 48, 8 * 48)] == [[]] * 48


# ---- comings ----


def test_shoppers_live_their_own_days_again():
    evidence = evidence_of(pages=480, shoppers=60)
    comings = comings_of(evidence, 80, np.zeros(7), np.zeros(2))
    days = replay(comings, 2, Chance(3))
    assert len(days) == 2
    for page, request in days:
        assert len(page) == pytest.approx(480, rel=0.15)
        assert len(set(request.tolist())) == len(request)
        assert (np.bincount(evidence.shopper[page], minlength=80)[60:] == 0).all()  # who never came does not come
    assert not set(days[0][1].tolist()) & set(days[1][1].tolist())
    assert not np.array_equal(replay(comings, 2, Chance(4))[0][0], days[0][0])


# ---- the log ----


def log_of(*events: Event, time: int = START) -> list[Envelope]:
    return [Envelope(f"e{place}", "test", time, type(event).__name__, event) for place, event in enumerate(events)]


def two_days(buy: bool = True) -> list[Event]:
    """One page at noon and one at the end of each of two days; the noon page of day 0 is clicked and bought from."""
    events: list[Event] = [AdGroupChanged("c", "g", {"bid_factor": 1.5}, added=True)]
    for place, tick in enumerate((24, 47, 72, 95)):
        request = np.array([100 + place], np.uint64)
        one = np.array([0])
        item = np.full((1, 10), -1, np.int32)
        item[0, :3] = [4, 5, 6]
        served = Served(
            tick, request, one, one, item, np.full((1, 10), -1, np.int32), np.zeros((1, 10), np.int64),
            np.full((1, 10), 0.1, np.float32), np.zeros((1, 10), np.float32), np.zeros((1, 10), np.int8),
        )  # fmt: skip
        events += [
            Requested(tick, np.array([START + tick * TICK + 7]), request, one, one, np.array([-1])),
            served,
            Viewed(served, np.array([2])),
        ]
    at = np.array([START + 24 * TICK + 9])
    which = np.array([100], np.uint64)
    spot, item, none = np.array([0]), np.array([5]), np.array([-1])
    if buy:
        events.append(Clicked(at, which, np.array([1]), spot, spot, item, none))
        events.append(Ordered(at + HOUR, at, which, spot, spot, item, none, np.array([2]), np.array([30_000_000])))
    return events


def test_a_log_becomes_columns():
    found = read_log(log_of(*two_days()))
    assert (found.start, found.days, found.end) == (START, 2, START + 2 * DAY)
    assert found.tick.tolist() == [24, 47, 72, 95]
    assert found.at.tolist() == [7] * 4
    assert found.depth.tolist() == [2] * 4
    assert found.clicked[0, :3].tolist() == [0, 2, 0]
    assert (found.order_page.tolist(), found.order_position.tolist()) == ([0], [1])
    assert (found.order_delay.tolist(), found.order_quantity.tolist()) == ([HOUR], [2])
    assert found.changes == (BidChange("g", "c", 0, 1.5),)


def test_a_log_that_was_written_and_read_says_the_same():
    plain = read_log(log_of(*two_days()))
    stored = read_log([decode(encode(envelope)) for envelope in log_of(*two_days())])
    for name in Evidence.__dataclass_fields__:
        assert np.array_equal(getattr(plain, name), getattr(stored, name)), name


@pytest.mark.parametrize("events", [[], two_days()[:7]])
def test_a_log_of_less_than_two_days_is_refused(events: list[Event]):
    with pytest.raises(BadInput, match="two whole days"):
        read_log(log_of(*events))


def test_the_fit_knows_no_world():
    folder = Path(certification.__file__).parent / "fit"
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "module", None) or ""
            assert not name.startswith(("magnetar.twin.arcade", "magnetar.twin.bazaar", "magnetar.twin.arena")), (
                path.name
            )
