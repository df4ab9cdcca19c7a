"""The credit bench: judgements by hand, worlds whose truth is what they say, and rows that can fail."""

import math

import numpy as np
import pytest

from magnetar.app.benches import credit
from magnetar.app.benches.credit import Told, credit_rows, inside, judged, open_bandit_rows
from magnetar.app.benches.rows import not_met, shown
from magnetar.capabilities.measurement import Interval
from magnetar.capabilities.measurement.attribution import RULES
from magnetar.twin.credit import BANDIT_WORLDS, BanditMaker, PathWorld, SalesWorld


def told(value: float, low: float, high: float, truth: float) -> Told:
    return Told(*(np.array([one]) for one in (value, low, high, truth)))


def test_bias_and_coverage_are_worked_out_by_hand():
    some = [told(1.2, 0.9, 1.5, 1.0), told(1.0, 0.8, 1.1, 1.0), told(1.4, 1.1, 1.7, 1.0), told(0.8, 0.5, 1.1, 1.0)]
    bias, coverage = judged("case", "design", "name", some, False)
    assert bias["value"] == pytest.approx(0.1)
    assert coverage["value"] == 0.75
    assert bias["rmse"] == pytest.approx(math.sqrt((0.04 + 0 + 0.16 + 0.04) / 4))
    assert bias["half_width"] == pytest.approx((0.3 + 0.15 + 0.3 + 0.3) / 4)
    assert (bias["goal"], bias["met"], coverage["met"]) == (None, None, None)
    assert not_met([bias, coverage]) == []


def test_a_recommended_estimator_that_is_off_or_sure_of_itself_misses_its_goal():
    rng = np.random.default_rng(1)
    off = [told(1.3 + e, 1.2 + e, 1.4 + e, 1.0) for e in 0.05 * rng.normal(size=600)]
    assert not_met(judged("case", "design", "name", off, True)) == ["case: name, bias", "case: name, coverage"]
    shy = [told(1.0 + e, 0.0, 2.0, 1.0) for e in 0.05 * rng.normal(size=600)]
    assert not_met(judged("case", "design", "name", shy, True)) == ["case: name, coverage"]
    right = [told(1.0 + e, 1.0 + e - 0.098, 1.0 + e + 0.098, 1.0) for e in 0.05 * rng.normal(size=600)]
    assert not_met(judged("case", "design", "name", right, True)) == []


def test_few_repetitions_are_judged_by_their_interval_and_many_by_their_figure():
    assert inside(Interval(0.9, 0.8, 0.95, 40), 0.93, 0.97)
    assert not inside(Interval(0.9, 0.8, 0.92, 40), 0.93, 0.97)
    assert not inside(Interval(0.9, 0.8, 0.95, 600), 0.93, 0.97)


def test_every_rule_is_held_against_what_channels_added(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(credit, "PathWorld", lambda **more: PathWorld(shoppers=3000))
    rows = credit_rows(2, 31)
    rules = {one["metric"].split(":")[0].removeprefix("credit, "): one for one in rows}
    assert set(RULES) < set(rules)
    for rule in RULES:
        one = rules[rule]
        assert one["label"].endswith("credit, not cause")
        assert sum(channel["credited"] for channel in one["channels"].values()) == pytest.approx(1.0)
        assert sum(channel["added"] for channel in one["channels"].values()) == pytest.approx(1.0)
        assert one["met"] is None
    assert rules["every rule"]["value"] > 1.0
    assert all(shown(one) for one in rows)


def test_without_the_open_bandit_files_one_row_says_so(tmp_path):
    [one] = open_bandit_rows(tmp_path, 1)
    assert str(tmp_path) in one["verdict"]
    assert one["met"] is None
    assert shown(one)


def test_what_a_channel_adds_is_the_world_less_the_world_without_it():
    world = PathWorld(shoppers=4000)
    one, again = world.play(5), world.play(5)
    assert one.added.tolist() == again.added.tolist()
    assert one.order_value.tolist() == again.order_value.tolist()
    assert (one.added >= 0).all()
    assert one.added.max() <= one.total_added <= one.order_value.sum()
    assert (one.touch_at >= 0).all()
    decided = dict(zip(one.order_shopper.tolist(), one.order_at.tolist(), strict=True))
    for shopper, at in zip(one.touch_shopper.tolist(), one.touch_at.tolist(), strict=True):
        assert at <= decided.get(shopper, at)  # every touch comes before the decision


def test_a_bandit_s_propensities_are_those_it_draws_by():
    maker = BanditMaker(BANDIT_WORLDS["plain"], 3)
    log = maker.log(4)
    weights = log.target[np.arange(len(log.action)), log.action] / log.propensity
    assert weights.mean() == pytest.approx(1.0, abs=4 * weights.std() / math.sqrt(len(weights)))
    assert np.allclose(log.target.sum(axis=1), 1.0)
    counts = np.bincount(log.action, minlength=10)
    assert counts.min() > 0.02 * 4000 * 0.5  # explored


def test_returns_and_lift_tests_add_up_to_what_was_sold():
    quiet = SalesWorld(noise=0.0, demand=0.0, error=1e-9)
    sold = quiet.play(7)
    assert sold.spend.shape == (130, 3)
    for test in sold.tests:
        assert test.increment == pytest.approx(test.truth, rel=1e-3)
        spent = sold.spend[test.first : test.last + 1, sold.channels.index(test.channel)].sum()
        assert 0 < test.truth < 8 * spent
    assert (sold.roi > 0).all()
    assert SalesWorld(chase=0.6).play(1).outcome.tolist() == SalesWorld(chase=0.6).play(1).outcome.tolist()
