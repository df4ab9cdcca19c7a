"""Calibration on shops whose truth is known."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from shops import line, shop

from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput, NotFound
from magnetar.twin.calibration import Calibration, assess, calibrate_on, collect, load_calibration
from magnetar.twin.calibration.calibrated import zipf_exponent
from magnetar.twin.calibration.columns import orders_of
from magnetar.twin.calibration.draws import beta, gamma, poisson
from magnetar.twin.calibration.giving_back import match_returns
from magnetar.twin.calibration.loyalty import Histories, fit_loyalty
from magnetar.twin.calibration.model import fit_shop, simulate


def key_of(name):
    return Chance(0, np.uint64(3)).of(name)


def row(judgement, name):
    [found] = [metric for metric in judgement.metrics if metric.name == name]
    return found


@pytest.mark.parametrize("mean", [0.3, 5.0, 60.0, 700.0])
def test_poisson_draws_have_the_poisson_mean_and_variance(mean):
    key = key_of("poisson")
    drawn = np.array([poisson(key.of(place).key, mean) for place in range(20_000)])
    assert drawn.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / 20_000))
    assert drawn.var() == pytest.approx(mean, rel=0.06)


@pytest.mark.parametrize("shape", [0.2, 1.0, 7.5])
def test_gamma_draws_have_mean_and_variance_of_their_shape(shape):
    key = key_of("gamma")
    drawn = np.array([gamma(key.of(place).key, shape) for place in range(20_000)])
    assert drawn.mean() == pytest.approx(shape, abs=4 * np.sqrt(shape / 20_000))
    assert drawn.var() == pytest.approx(shape, rel=0.1)


def test_beta_draws_have_the_beta_mean():
    key = key_of("beta")
    drawn = np.array([beta(key.of(place).key, 0.5, 4.5) for place in range(20_000)])
    assert drawn.mean() == pytest.approx(0.1, abs=0.004)


def test_purchase_rates_and_leaving_are_recovered_from_histories_of_the_true_process():
    rng = np.random.default_rng(1)
    repeats, last, age = [], [], rng.uniform(100, 400, 6000)
    for span in age:
        rate, leave = rng.gamma(0.8, 1 / 50), rng.beta(1.0, 9.0)
        at, seen, count = 0.0, 0.0, 0
        while rng.random() >= leave:
            at += rng.exponential(1 / rate)
            if at > span:
                break
            seen, count = at, count + 1
        repeats.append(count)
        last.append(seen)
    r, alpha, a, b = fit_loyalty(Histories(np.arange(6000), np.array(repeats), np.array(last), age))
    assert r == pytest.approx(0.8, rel=0.15)
    assert r / alpha == pytest.approx(0.8 / 50, rel=0.1)
    assert a / (a + b) == pytest.approx(0.1, abs=0.04)


def test_the_true_numbers_of_a_shop_are_recovered():
    log = collect(shop(2, days=365, zipf=1.2, weekday=(1, 1, 1, 1, 1.5, 1.5, 0)))
    judgement = assess(log, weeks=8, runs=60)
    found = calibrate_on(log, judgement.split)
    assert found.weekday == pytest.approx(np.array([1, 1, 1, 1, 1.5, 1.5, 0]) / 7, abs=0.02)
    assert found.guest_share == pytest.approx(0.1, abs=0.04)
    assert found.orders_with_return == pytest.approx(0.9 * (1 - 0.9**4.2), abs=0.06)  # 4.2 lines an order
    assert found.return_delay_days[4] == 10
    assert found.popularity_exponent == pytest.approx(1.2, abs=0.25)  # baskets without repeats flatten it
    assert found.currency == "EUR"
    assert sum(found.hourly) == pytest.approx(1)
    assert found.hourly[12] == 1


def test_intervals_of_totals_hold_about_as_often_as_they_say():
    held = []
    for seed in range(14):
        judgement = assess(collect(shop(100 + seed, days=210, arrivals=4.0)), weeks=4, runs=60)
        held += [row(judgement, name).inside for name in ("orders_total", "gross_revenue_total", "return_rate")]
    assert 0.7 <= np.mean(held) <= 1.0


def test_a_shop_open_on_weekends_only_gets_no_orders_on_weekdays():
    log = collect(shop(5, days=210, weekday=(0, 0, 0, 0, 0, 3, 3)))
    fitted = fit_shop(log, int(log.day[-1]) + 1, 14)
    played = simulate(fitted, 30, 1)
    by_weekday = played.orders.sum(axis=0).reshape(2, 7).sum(axis=0)
    opened = (fitted.rhythm.first_weekday + fitted.rhythm.days + np.arange(7)) % 7 >= 5
    assert np.all(by_weekday[~opened] == 0)
    assert np.all(by_weekday[opened] > 0)
    judgement = assess(log, weeks=4, runs=60)
    assert row(judgement, "orders_total").inside


def test_a_shop_without_repeat_customers_forecasts_none():
    log = collect(shop(6, days=150, once=True, old=0, arrivals=12.0))
    judgement = assess(log, weeks=4, runs=60)
    assert row(judgement, "bought_again_share").twin < 0.01
    assert row(judgement, "seen_before_share").twin < 0.05
    assert row(judgement, "orders_total").error_twin < 0.2


def test_a_shop_of_guests_has_no_loyalty_rows_but_all_others():
    log = collect(line(f"o{day}-{n}", day, shopper=None, product=f"p{n}") for day in range(80) for n in range(3))
    judgement = assess(log, runs=40)
    assert np.isnan(row(judgement, "seen_before_share").twin)
    assert row(judgement, "seen_before_share").winner == ""
    assert row(judgement, "orders_total").error_twin < 0.25


def test_nothing_after_the_split_changes_the_forecast():
    log = collect(shop(7, days=140))
    cut = int(log.day[0]) + 112
    short = assess(log.between(0, cut + 28), weeks=4, runs=40, seed=9)
    changed = log.between(0, cut + 28)
    late = changed.day >= cut
    changed.value[late] *= 10
    again = assess(changed, weeks=4, runs=40, seed=9)
    assert [metric.twin for metric in short.metrics if metric.unit != "distance"] == [
        metric.twin for metric in again.metrics if metric.unit != "distance"
    ]
    assert row(again, "gross_revenue_total").actual == pytest.approx(10 * row(short, "gross_revenue_total").actual)


def test_the_same_seed_gives_the_same_weeks_and_another_seed_others():
    log = collect(shop(8, days=120))
    fitted = fit_shop(log, int(log.day[-1]) + 1, 14)
    first, second, other = (simulate(fitted, 30, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(left, right) for left, right in zip(first, second, strict=True))
    assert not np.array_equal(first.gross, other.gross)


def test_a_return_goes_to_the_latest_earlier_sale_with_pieces_left():
    log = collect(
        [
            line("o0", 0, quantity=5),
            line("o1", 3, quantity=2),
            line("o2", 9, quantity=9),
            line("r", 5, quantity=3, returned=True),
            line("lost", 6, shopper="other", returned=True),
        ]
    )
    found, value, stray = match_returns(log)
    codes = orders_of(log).code
    assert found.tolist() == [codes[1], -1]
    assert value.tolist() == [30.0, 0.0]
    assert stray.tolist() == [False, True]


def test_zipf_exponent_of_exact_counts():
    assert zipf_exponent(1e6 / np.arange(1, 500) ** 1.4) == pytest.approx(1.4, abs=0.011)


def test_a_calibration_is_kept_and_read_back(tmp_path):
    log = collect(shop(9, days=90))
    kept = calibrate_on(log, assess(log, runs=20).split)
    kept.save(tmp_path)
    assert load_calibration(tmp_path) == kept
    assert isinstance(kept, Calibration)


def test_a_missing_calibration_names_the_command_that_makes_one(tmp_path):
    with pytest.raises(NotFound, match="magnetar twin calibrate --orders"):
        load_calibration(tmp_path)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "no usable line"),
        ([line("o", 0)], "spans 1 day"),
        ([line(f"o{day}", day) for day in range(20)], "spans 20 days"),
        ([line(f"o{day}", day) for day in range(60)], "one customer"),
        ([line(f"o{day}", day, returned=True) for day in range(60)], "all of them are returns"),
        ([line(f"o{day}", day, shopper=f"s{day % 8}") for day in range(0, 60, 4)], "needed are at least 20"),
        ([line(f"o{day}", day, shopper=f"s{day % 2}", price="0") for day in range(60)], "worth 0"),
        ([line("o", 0), line("q", 1, currency="USD")], "mixes currencies: EUR, USD"),
    ],
)
def test_a_log_that_cannot_be_judged_says_why(lines, message):
    with pytest.raises(BadInput, match=message):
        assess(collect(lines))


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        ({"at": "tomorrow"}, "found 'tomorrow'"),
        ({"at": "2030-01-01"}, "cannot begin on 2030-01-01"),
        ({"at": "2022-03-01", "weeks": 2}, "both say where to cut"),
        ({"weeks": -1}, "positive number of weeks"),
        ({"weeks": 50}, "Choose a date from"),
    ],
)
def test_a_split_outside_the_log_says_where_it_may_be(cut, message):
    log = collect(line(f"o{day}", day, shopper=f"s{day % 2}") for day in range(80))
    with pytest.raises(BadInput, match=message):
        assess(log, **cut)
