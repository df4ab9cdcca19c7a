"""The mix model: shapes and posteriors by hand and by brute force, lift tests, budgets, and what it refuses to say."""

import itertools
import json
import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.measurement.mmm import (
    LiftTest,
    Prior,
    Series,
    adstock,
    advise,
    as_json,
    findings,
    fit,
    read_lift_tests,
    read_series,
    response,
    saturate,
)
from magnetar.capabilities.measurement.mmm.budget import _deal
from magnetar.capabilities.measurement.mmm.identification import hidden
from magnetar.capabilities.measurement.mmm.model import MEMORIES
from magnetar.capabilities.measurement.mmm.series import DAILY, baseline
from magnetar.capabilities.measurement.mmm.shapes import Shape, effect, usual
from magnetar.cli.main import run
from magnetar.kernel.errors import BadInput, Refused

AT_ONCE = Shape(0.0, 1.0, 1.0)
"""No carry-over; half of the largest effect at the usual spend."""


def test_carry_over_fades_and_steady_spend_is_itself():
    assert adstock(np.array([8.0, 0.0, 4.0]), 0.5).tolist() == [4.0, 2.0, 3.0]
    assert adstock(np.full(200, 3.0), 0.9)[-1] == pytest.approx(3.0)
    assert adstock(np.array([1.0, 2.0]), 0.0).tolist() == [1.0, 2.0]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.floats(0, 0.95))
def test_carry_over_makes_no_spend_and_is_never_negative(spend: list[float], carry: float):
    out = adstock(np.array(spend), carry)
    assert (out >= 0).all()
    assert out.sum() <= sum(spend) * (1 + 1e-9)


def test_saturation_is_half_at_half_and_bends_as_told():
    assert saturate(np.array([0.0, 2.0, 6.0]), 2.0, 1.0).tolist() == [0.0, 0.5, 0.75]
    assert saturate(np.array([1.0]), 2.0, 2.0)[0] == pytest.approx(0.2)  # 1 / (1 + 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: adstock(np.ones(2), 1.0), r"carry lies in \[0, 1\)"),
        (lambda: adstock(np.ones(2), math.nan), "carry lies in"),
        (lambda: saturate(np.ones(2), 0.0, 1.0), "must be positive"),
        (lambda: saturate(np.array([-1.0]), 1.0, 1.0), "must not be negative"),
        (lambda: saturate(np.array([math.nan]), 1.0, 1.0), "must not be negative"),
        (lambda: Prior(sd=0.0), "positive sd"),
        (lambda: Prior(doubt=-0.5), "doubt must not be negative"),
    ],
)
def test_shapes_and_priors_that_cannot_be_are_refused(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()


# ---- the posterior


def weeks(count: int = 104, channels: int = 1, seed: int = 1) -> np.ndarray:
    """Spend that varies freely about 100 a week, with weeks off."""
    rng = np.random.default_rng(seed)
    return np.exp(0.6 * rng.normal(size=(count, channels))) * 100 * (rng.random((count, channels)) > 0.1)


def sold(spend: np.ndarray, roi, shapes, noise: float, seed: int = 2, level: float = 2000.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    outcome = level + noise * rng.normal(size=len(spend))
    for column, one, shape in zip(spend.T, roi, shapes, strict=True):
        works = effect(column, shape, usual(column))
        outcome = outcome + one * works * column.sum() / works.sum()
    return outcome


def test_a_quiet_series_gives_returns_back():
    shapes = (Shape(0.37, 1.1, 1.3), Shape(0.0, 2.6, 1.0))
    spend = weeks(channels=2)
    series = Series(sold(spend, (3.0, 0.5), shapes, 2.0), spend, ("a", "b"))
    found = fit(series, prior=Prior(doubt=0.0), draws=300)
    assert found.interval(0).mean == pytest.approx(3.0, abs=0.1)
    assert found.interval(1).mean == pytest.approx(0.5, abs=0.1)
    assert found.shapes[int(np.bincount(found.shape[:, 0]).argmax())] == shapes[0]
    assert np.abs(series.outcome - found.fitted).max() < 20.0
    assert (found.r_hat < 1.1).all()


def test_steady_spend_leaves_the_word_to_prior_and_lift_test():
    rng = np.random.default_rng(3)
    series = Series(1000 + 50 * rng.normal(size=60), np.full((60, 1), 20.0), ("a",))
    # 5 periods of 20 held back: the increment is 100 × return. Precisions 1 of the prior, (100/50)² = 4 of the test.
    test = LiftTest("a", 10, 14, increment=300.0, error=50.0)
    found = fit(series, [test], Prior(1.0, 1.0, doubt=0.0), shapes=[AT_ONCE], draws=2000)
    assert found.roi.mean() == pytest.approx((1 * 1.0 + 4 * 3.0) / 5, abs=0.03)
    assert found.roi.std() == pytest.approx(math.sqrt(1 / 5), rel=0.05)
    alone = fit(series, (), Prior(1.0, 1.0, doubt=0.0), shapes=[AT_ONCE], draws=2000)
    assert alone.roi.mean() == pytest.approx(1.0, abs=0.1)
    assert alone.roi.std() == pytest.approx(1.0, rel=0.1)


def test_several_tests_of_a_channel_add_up():
    rng = np.random.default_rng(3)
    series = Series(1000 + 50 * rng.normal(size=60), np.full((60, 1), 20.0), ("a",))
    tests = [
        LiftTest("a", 10, 14, 300.0, 50.0),
        LiftTest("a", 30, 34, 100.0, 50.0),
        LiftTest("a", 40, 44, 75.0, 25.0, kept=0.5),
    ]
    # the last holds half back: effect 1/2 falls to 1/3, so a third of 100 × return; precision (33.3/25)² = 16/9, says 2.25
    found = fit(series, tests, Prior(1.0, 1.0, doubt=0.0), shapes=[AT_ONCE], draws=2000)
    assert found.roi.mean() == pytest.approx((1 * 1 + 4 * 3 + 4 * 1 + 16 / 9 * 2.25) / (9 + 16 / 9), abs=0.03)


def test_doubt_lets_lift_tests_overrule_the_series():
    spend = weeks(channels=2)
    outcome = sold(spend, (3.0, 3.0), (AT_ONCE, AT_ONCE), 20.0)
    series = Series(outcome, spend, ("a", "b"))
    tests = [LiftTest(name, 20, 27, 1.0 * float(spend[20:28, row].sum()), 150.0) for row, name in enumerate("ab")]
    believing = fit(series, tests, Prior(doubt=0.0), shapes=[AT_ONCE], draws=500)
    learning = fit(series, tests, Prior(), shapes=[AT_ONCE], draws=500)
    assert believing.interval(0).low > 2.5
    assert learning.interval(0).high < 2.0
    assert learning.slope[:, 0].mean() == pytest.approx(3.0, abs=0.2)


def test_shapes_are_drawn_by_their_evidence():
    """Against the integral over noise and memory, done by brute force."""
    spend = weeks(40)
    shapes = (Shape(0.0, 1.1, 1.0), Shape(0.5, 1.1, 1.0), Shape(0.25, 4.0, 2.0))
    series = Series(sold(spend, (1.0,), (shapes[0],), 45.0), spend, ("a",))
    prior = Prior(1.0, 1.0, doubt=0.0)
    found = fit(series, (), prior, shapes=shapes, draws=4000)
    base, reach = baseline(series)
    spread = series.outcome.std()
    outcome = series.outcome / spread
    noises = np.exp(np.linspace(math.log(0.01), math.log(20.0), 400))
    evidence = np.zeros((len(shapes), len(MEMORIES)))
    for row, shape in enumerate(shapes):
        works = effect(spend[:, 0], shape, usual(spend[:, 0]))
        design = np.column_stack([base, works * spend.sum() / works.sum() / spread])
        for place, memory in enumerate(MEMORIES):
            x, y = design[1:] - memory * design[:-1], outcome[1:] - memory * outcome[:-1]
            centre = y - prior.mean * x[:, -1]
            values, vectors = np.linalg.eigh(x @ np.diag(np.r_[reach**2, prior.sd**2]) @ x.T)
            turned = (vectors.T @ centre) ** 2
            logs = np.array(
                [
                    -0.5 * np.log(np.maximum(values, 0) + noise).sum()
                    - 0.5 * (turned / (np.maximum(values, 0) + noise)).sum()
                    - 2.0 * math.log(noise) - 0.01 / noise + math.log(noise)  # inverse gamma (1, .01), on a logarithmic grid
                    for noise in noises
                ]
            )  # fmt: skip
            evidence[row, place] = np.logaddexp.reduce(logs)
    chance = np.exp(evidence - evidence.max())
    chance /= chance.sum()
    drawn = np.bincount(found.shape[:, 0], minlength=3) / len(found.shape)
    assert drawn == pytest.approx(chance.sum(axis=1), abs=0.03)
    remembered = [float((found.memory == one).mean()) for one in MEMORIES]
    assert remembered == pytest.approx(chance.sum(axis=0), abs=0.03)
    assert chance.max() < 0.9  # nothing is decided, so the comparison says something


@pytest.mark.slow
@pytest.mark.parametrize("tested", [False, True])
def test_where_the_world_is_the_model_intervals_are_right_nineteen_times_in_twenty(tested: bool):
    rng = np.random.default_rng(7)
    shapes = [Shape(c, h, s) for c in (0.0, 0.3, 0.6) for h in (0.5, 1.5, 4.0) for s in (1.0, 2.0)]
    hits = []
    for seed in range(150):
        spend = weeks(80, 2, seed=1000 + seed)
        roi, true = rng.normal(1.0, 2.0, 2), [shapes[one] for one in rng.integers(0, len(shapes), 2)]
        outcome = sold(spend, roi, true, 80.0, seed=seed)
        tests = []
        for row, name in enumerate("ab" if tested else ""):
            with_it = effect(spend[:, row], true[row], usual(spend[:, row]))
            without = spend[:, row].copy()
            without[30:36] = 0.0
            off = effect(without, true[row], usual(spend[:, row]))
            gained = roi[row] * spend[:, row].sum() / with_it.sum() * (with_it - off)[30:36].sum()
            tests.append(LiftTest(name, 30, 35, gained + 150.0 * rng.normal(), 150.0))
        found = fit(
            Series(outcome, spend, ("a", "b")), tests, Prior(1.0, 2.0, doubt=0.0), shapes=shapes, draws=250, warm=100
        )
        hits += [roi[row] in found.interval(row) for row in range(2)]
    assert 0.91 <= np.mean(hits) <= 0.985


def test_the_same_seed_gives_the_same_draws():
    spend = weeks(40)
    series = Series(sold(spend, (1.0,), (AT_ONCE,), 30.0), spend, ("a",))
    once, again, other = (fit(series, draws=50, warm=20, seed=seed).roi for seed in (1, 1, 2))
    assert once.tolist() == again.tolist()
    assert once.tolist() != other.tolist()


def test_a_channel_that_never_spent_has_no_return():
    spend = np.column_stack([weeks(40)[:, 0], np.zeros(40)])
    found = fit(Series(sold(spend[:, :1], (1.0,), (AT_ONCE,), 30.0), spend, ("a", "b")), draws=100)
    assert np.isnan(found.roi[:, 1]).all()
    assert np.isfinite(found.roi[:, 0]).all()


def test_controls_are_told_from_channels():
    rng = np.random.default_rng(5)
    spend, holiday = weeks(60), (rng.random((60, 1)) < 0.2).astype(float)
    outcome = sold(spend, (2.0,), (AT_ONCE,), 10.0) + 800 * holiday[:, 0]
    found = fit(Series(outcome, spend, ("a",), controls=holiday), prior=Prior(doubt=0.0), shapes=[AT_ONCE], draws=300)
    assert found.interval(0).mean == pytest.approx(2.0, abs=0.15)


# ---- what cannot be


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outcome": np.r_[np.nan, np.ones(39)]}, "must be finite"),
        ({"spend": np.full((40, 1), -1.0)}, "spend must not be negative"),
        ({"spend": np.ones((39, 1))}, "spend is periods × channels"),
        ({"channels": ()}, "spend is periods × channels"),
        ({"per_year": 0.0}, "periods per year"),
    ],
)
def test_a_series_that_cannot_be_is_refused(change, message: str):
    fields = {"outcome": np.ones(40), "spend": np.ones((40, 1)), "channels": ("a",)} | change
    with pytest.raises(ValueError, match=message):
        Series(**fields)


def test_too_little_to_learn_from_is_refused():
    spend = weeks(40)
    good = Series(sold(spend, (1.0,), (AT_ONCE,), 30.0), spend, ("a",))
    with pytest.raises(Refused, match="10 periods are too few"):
        fit(Series(good.outcome[:10], spend[:10], ("a",)))
    with pytest.raises(Refused, match="too few"):
        fit(Series(np.zeros(0), np.zeros((0, 1)), ("a",)))
    with pytest.raises(Refused, match="never changes"):
        fit(replace(good, outcome=np.full(40, 7.0)))
    with pytest.raises(Refused, match="No channel has spent anything"):
        fit(replace(good, spend=np.zeros((40, 1))))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"channel": "z"}, "no such channel; the series has a"),
        ({"last": 40}, "the series has periods 0 to 39"),
        ({"first": 9}, "the series has periods"),
        ({"until": 4}, "the series has periods"),
        ({"error": 0.0}, "positive error"),
        ({"increment": math.nan}, "finite increment"),
        ({"kept": 1.0}, r"kept share lies in \[0, 1\)"),
    ],
)
def test_a_lift_test_that_does_not_fit_is_refused(change, message: str):
    spend = weeks(40)
    series = Series(sold(spend, (1.0,), (AT_ONCE,), 30.0), spend, ("a",))
    with pytest.raises(ValueError, match=message):
        fit(series, [replace(LiftTest("a", 5, 8, 100.0, 10.0), **change)])


def kinds(found) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for one in findings(found):
        out.setdefault(one.channel, []).append(one.kind)
    return out


def test_what_cannot_be_told_is_said_and_not_printed():
    rng = np.random.default_rng(4)
    free = weeks(80, 2)
    spend = np.column_stack(
        [free[:, 0], free[:, 1], free[:, 1] * (1 + 0.01 * rng.normal(size=80)), np.full(80, 50.0), np.zeros(80)]
    )
    outcome = sold(free, (2.0, 2.0), (AT_ONCE, AT_ONCE), 40.0)
    series = Series(outcome, spend, ("free", "one", "twin", "flat", "never"))
    found = fit(series, prior=Prior(doubt=0.0), draws=300)
    said = kinds(found)
    assert "free" not in said
    assert "collinear" in said["one"]
    assert "collinear" in said["twin"]
    assert "no-variation" in said["flat"]
    assert said["never"] == ["no-spend"]
    assert any("'twin'" in one.text for one in findings(found) if one.channel == "one")
    assert hidden(findings(found)) == {"one", "twin", "flat", "never"}
    shown = {one["channel"]: one for one in as_json(found, findings(found), None)["channels"]}
    assert math.isnan(shown["flat"]["roi"]["median"])
    assert shown["flat"]["curve"] is None
    assert shown["free"]["identified"]


def test_a_lift_test_makes_a_steady_channel_known():
    rng = np.random.default_rng(3)
    series = Series(1000 + 50 * rng.normal(size=60), np.full((60, 1), 20.0), ("a",))
    found = fit(series, [LiftTest("a", 10, 14, 300.0, 20.0)], shapes=[AT_ONCE], draws=300)
    assert kinds(found)["a"] == ["no-variation"]
    assert not hidden(findings(found))
    weak = fit(series, [LiftTest("a", 10, 14, 300.0, 2000.0)], shapes=[AT_ONCE], draws=300)
    assert hidden(findings(weak)) == {"a"}


def test_without_lift_tests_the_reader_is_told_what_is_assumed():
    spend = weeks(60)
    series = Series(sold(spend, (2.0,), (AT_ONCE,), 20.0), spend, ("a",))
    assert kinds(fit(series, draws=100))[""] == ["no-lift"]
    assert kinds(fit(series, prior=Prior(doubt=0.0), draws=100))[""] == ["no-doubt"]


# ---- budgets


@given(
    st.lists(st.lists(st.floats(0, 10), min_size=7, max_size=7), min_size=1, max_size=3), st.lists(st.integers(0, 6), min_size=3, max_size=3)
)  # fmt: skip
def test_the_split_is_the_best_of_all_splits(curves: list[list[float]], caps: list[int]):
    some = [np.array(curve) for curve in curves]
    caps = caps[: len(some)]
    dealt = _deal(some, caps)
    assert all(0 <= one <= cap for one, cap in zip(dealt, caps, strict=True))
    assert sum(dealt) <= 6
    best = max(
        sum(curve[one] for curve, one in zip(some, split, strict=True))
        for split in itertools.product(*(range(cap + 1) for cap in caps))
        if sum(split) <= 6
    )
    assert sum(curve[one] for curve, one in zip(some, dealt, strict=True)) == pytest.approx(best)


def two_channels(**more):
    spend = weeks(104, 2)
    series = Series(sold(spend, (4.0, 0.5), (AT_ONCE, AT_ONCE), 10.0), spend, ("good", "poor"))
    return fit(series, prior=Prior(doubt=0.0), shapes=[AT_ONCE], draws=200, **more)


def test_money_moves_to_the_better_channel_within_reach_and_none_is_lost():
    found = two_channels()
    advice = advise(found)
    assert advice.budget == pytest.approx(found.series.spend.mean(axis=0).sum())
    assert advice.advised.sum() + advice.unspent == pytest.approx(advice.budget)
    assert 0 <= advice.unspent < 0.02 * advice.budget
    assert advice.advised[1] == pytest.approx(0.5 * advice.now[1], rel=0.05)
    assert advice.advised[0] <= 2.0 * advice.now[0] * (1 + 1e-9)
    assert advice.gain.low > 0
    assert advice.marginal[0].low > advice.marginal[1].high


def test_the_response_curve_is_worked_out_by_hand():
    found = two_channels()
    unit = found.unit[0]
    works = effect(found.series.spend[:, 0], AT_ONCE, unit)
    top = found.series.spend[:, 0].sum() / works.sum()
    drawn = response(found, 0, np.array([0.0, unit, 3 * unit]), draws=50)
    some = found.roi[np.linspace(0, len(found.roi) - 1, 50).astype(int), 0]
    assert drawn[:, 0].tolist() == [0.0] * 50
    assert drawn[:, 1] == pytest.approx(some * top * 0.5)
    assert drawn[:, 2] == pytest.approx(some * top * 0.75)


def test_channels_of_which_nothing_is_known_keep_their_spend():
    found = two_channels()
    advice = advise(found, unknown={"poor"})
    assert advice.advised[1] == advice.now[1]
    assert advice.held == ("poor",)
    assert math.isnan(advice.marginal[1].mean)
    assert advice.gain.mean == pytest.approx(0.0, abs=1e-6)


def test_a_budget_that_cannot_be_split_is_refused():
    found = two_channels()
    with pytest.raises(Refused, match="Nothing is known of any channel"):
        advise(found, unknown={"good", "poor"})
    with pytest.raises(Refused, match=r"a budget above that is needed, found 10.00"):
        advise(found, 10.0, unknown={"poor"})
    with pytest.raises(Refused):
        advise(found, 0.0)
    with pytest.raises(Refused):
        advise(found, math.nan)


def test_a_large_budget_is_not_spent_where_nothing_is_known():
    found = two_channels()
    advice = advise(found, 100 * float(found.series.spend.max()))
    assert (advice.advised <= 1.5 * found.series.spend.max(axis=0) * (1 + 1e-9)).all()
    assert advice.unspent == pytest.approx(advice.budget - advice.advised.sum())
    assert advice.unspent > 0


# ---- files and the command


def write_series(path: Path, rows: int = 60, step: int = 7) -> Path:
    spend = weeks(rows)
    outcome = sold(spend, (2.0,), (AT_ONCE,), 20.0)
    lines = ["date,gmv,feed,live"]
    for row in range(rows):
        lines.append(f"{date(2025, 1, 6) + timedelta(step * row)},{outcome[row]:.2f},{spend[row, 0]:.2f},30")
    path.write_text("\n".join(lines))
    return path


def test_a_series_and_its_tests_are_read(tmp_path: Path):
    series, dates = read_series(write_series(tmp_path / "weeks.csv"), "gmv", ["feed", "live"])
    assert (len(series), series.channels, round(series.per_year)) == (60, ("feed", "live"), 52)
    lift = tmp_path / "lift.csv"
    lift.write_text("channel,first,last,increment,low,high,kept\nfeed,2025-02-03,2025-02-24,500,304,696,0.2\n")
    [test] = read_lift_tests(lift, series, dates)
    assert (test.first, test.last, test.kept) == (4, 7, 0.2)
    assert test.error == pytest.approx(100.0, rel=1e-3)
    daily, _ = read_series(write_series(tmp_path / "days.csv", step=1), "gmv", ["feed"])
    assert daily.per_year == DAILY


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("feed,2025-02-04,2025-02-24,500,10", "line 2.*first.*'2025-02-04'.*a date of the series"),
        ("mail,2025-02-03,2025-02-24,500,10", "line 2.*no such channel"),
        ("feed,2025-02-03,2025-02-24,500,0", "line 2.*error.*'0'"),
        ("feed,2025-02-24,2025-02-03,500,5", "the series has periods"),
    ],
)
def test_a_lift_test_that_does_not_fit_names_its_line(tmp_path: Path, rows: str, message: str):
    series, dates = read_series(write_series(tmp_path / "weeks.csv"), "gmv", ["feed", "live"])
    lift = tmp_path / "lift.csv"
    lift.write_text(f"channel,first,last,increment,error\n{rows}\n")
    with pytest.raises(BadInput, match=message):
        read_lift_tests(lift, series, dates)


def test_dates_with_gaps_are_refused(tmp_path: Path):
    file = write_series(tmp_path / "weeks.csv")
    lines = file.read_text().splitlines()
    file.write_text("\n".join(lines[:10] + lines[11:]))
    with pytest.raises(BadInput, match=r"one day or one week apart.*7, 14"):
        read_series(file, "gmv", ["feed"])


def test_the_command_prints_returns_and_says_what_it_cannot_tell(tmp_path: Path, capsys):
    file, out = write_series(tmp_path / "weeks.csv"), tmp_path / "out.json"
    arguments = ["--data", str(file), "--channels", "feed,live", "--doubt", "0", "--draws", "300"]
    assert run(["measure", "mmm", *arguments, "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    feed, live = found["channels"]
    assert feed["roi"]["low"] < 2.0 < feed["roi"]["high"]
    assert live["roi"]["median"] is None
    assert "no-variation" in live["findings"]
    assert found["advice"]["held"] == ["live"]
    curve = feed["curve"]
    assert curve["spend"][0] == curve["outcome"][0] == 0.0
    rise = np.diff(curve["outcome"]) / np.diff(curve["spend"])
    for before, between, after in zip(curve["marginal"], rise, curve["marginal"][1:], strict=False):
        assert min(before, after) * 0.7 <= between <= max(before, after) * 1.3  # the curve's own slope
    shown = capsys.readouterr().out
    assert "not identified" in shown


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--channels", "mail"], "lacks mail"),
        (["--channels", ","], "name at least one channel"),
        (["--channels", "feed", "--prior-sd", "0"], "--prior, --prior-sd, --doubt"),
        (["--channels", "feed", "--budget", "-1"], "--budget must not be negative"),
        (["--channels", "feed", "--budget", "nan"], "--budget must not be negative"),
        (["--channels", "feed", "--outcome", "sales"], "lacks sales"),
    ],
)
def test_the_command_says_what_it_needs(tmp_path: Path, more: list[str], message: str, capsys):
    assert run(["measure", "mmm", "--data", str(write_series(tmp_path / "weeks.csv")), *more]) == 2
    assert message in capsys.readouterr().err
