"""Certification from end to end in small towns: what the fit may see, what the plan does, what the command says."""

import copy
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from magnetar.cli.main import run
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput
from magnetar.twin.arcade import Arcade
from magnetar.twin.certification import QUICK, Size, certify, read_seeds
from magnetar.twin.certification import one_world as module
from magnetar.twin.certification.accounts import draw_accounts, draw_goods, draw_plan
from magnetar.twin.certification.certificate import certificate, not_met
from magnetar.twin.certification.fit import LikelyMarket, fit, read_log
from magnetar.twin.certification.life import Life, open_platform, totals
from magnetar.twin.certification.one_world import START, WorldResult, certify_world
from magnetar.twin.certification.table import table
from magnetar.twin.world import Day

TUNED = 21
SMALL = Size(worlds=2, runs=9, ahead=1, shoppers=200, pages_per_day=1_500, extra=6, new=2, logged=2)


@pytest.fixture(scope="module")
def results() -> list[WorldResult]:
    """Two small towns, certified by one process."""
    return certify(TUNED, SMALL, workers=1)


@pytest.fixture(scope="module")
def lived() -> Life:
    """Two days of a small town."""
    market = Arcade().open(draw_goods(Chance(1), 24), 5, 200, 1_500, Day(START, 48, 0))
    platform = open_platform(market, START, 5)
    for campaign, groups in [*market.rivals, *draw_accounts(market.shelf, market.rivals, 8.0, Chance(2), 6)]:
        platform.campaigns.add(campaign)
        for group in groups:
            platform.campaigns.add_group(group)
    life = Life(platform, market, START, sum(len(groups) for _, groups in market.rivals))
    life.days(0, 2)
    return life


class Watched:
    """A market that may not be asked while somebody forecasts."""

    def __init__(self, market, allowed):
        self._market, self._allowed = market, allowed
        self.shelf, self.shoppers, self.rivals = market.shelf, market.shoppers, market.rivals

    def __getattr__(self, name):
        assert self._allowed(), f"the world was asked for {name!r} while the twin was fitted or played"
        return getattr(self._market, name)


class WatchedWorld:
    name = "watched"

    def __init__(self, allowed):
        self.allowed = allowed

    def open(self, *draw):
        return Watched(Arcade().open(*draw), self.allowed)


def test_the_twin_never_asks_the_world(monkeypatch: pytest.MonkeyPatch):
    asked = {"allowed": True}
    real_fit, real_forecast = module.fit, module.forecast_plan

    def fit_alone(*given):
        asked["allowed"] = False
        return real_fit(*given)

    def forecast_alone(*given):
        found = real_forecast(*given)
        asked["allowed"] = True
        return found

    monkeypatch.setattr(module, "fit", fit_alone)
    monkeypatch.setattr(module, "forecast_plan", forecast_alone)
    result = certify_world(TUNED, 0, SMALL, WatchedWorld(lambda: asked["allowed"]))
    assert result.forecast.shape == (9, len(result.campaign), 3)
    assert np.isfinite(result.forecast).all()
    assert (result.forecast >= 0.0).all()
    assert result.actual.sum(axis=0).min() > 0.0


def test_the_forecast_does_not_depend_on_what_comes(results: list[WorldResult], monkeypatch: pytest.MonkeyPatch):
    """Another future of the same past has the same forecast: nothing leaks back."""
    first, real = results[1], Life.days

    def other_future(self, start, count):
        if start == SMALL.logged and not isinstance(self.market, LikelyMarket):
            self.market._rate *= 3.0
        real(self, start, count)

    monkeypatch.setattr(Life, "days", other_future)
    second = certify_world(TUNED, 1, SMALL)
    assert np.array_equal(first.forecast, second.forecast)
    assert not np.array_equal(first.actual, second.actual)


def test_workers_do_not_change_the_figures(results: list[WorldResult]):
    for one, other in zip(results, certify(TUNED, SMALL, workers=2), strict=True):
        assert one.campaign == other.campaign
        assert np.array_equal(one.forecast, other.forecast)
        assert np.array_equal(one.actual, other.actual)


def test_the_twin_lives_days_like_those_of_its_log(lived: Life):
    evidence = read_log(envelope for _, envelope in lived.platform.bus.log.read())
    likeness = fit(evidence, lived.platform.shelf, lived.platform.serving.shoppers, 1)
    market = LikelyMarket(likeness, lived.platform.shelf, Chance(3), 1)
    pages = [len(market.requests(tick)) for tick in range(96, 144)]
    by_tick = np.bincount(evidence.tick % 48, minlength=48) / 2
    assert sum(pages) == pytest.approx(len(evidence.tick) / 2, rel=0.3)
    assert np.corrcoef(pages, by_tick)[0, 1] > 0.7
    assert likeness.clicks.expected.sum() == pytest.approx((evidence.clicked > 0).sum(), rel=0.05)


def test_runs_differ_and_a_run_repeats(lived: Life):
    evidence = read_log(envelope for _, envelope in lived.platform.bus.log.read())
    likeness = fit(evidence, lived.platform.shelf, lived.platform.serving.shoppers, 1)
    plan = draw_plan(lived.platform, 8.0, Chance(4), 2)
    size = replace(SMALL, runs=2)
    one = module.forecast_plan(lived.platform, likeness, plan, size, Chance(5))
    again = module.forecast_plan(lived.platform, likeness, plan, size, Chance(5))
    assert np.array_equal(one, again)
    assert not np.array_equal(one[0], one[1])


def test_a_forecast_leaves_the_platform_as_it_was(lived: Life):
    before = totals(lived.platform)
    evidence = read_log(envelope for _, envelope in lived.platform.bus.log.read())
    likeness = fit(evidence, lived.platform.shelf, lived.platform.serving.shoppers, 1)
    campaigns = list(lived.platform.campaigns.roster.campaigns)
    module.forecast_plan(
        lived.platform, likeness, draw_plan(lived.platform, 8.0, Chance(4), 2), replace(SMALL, runs=1), Chance(6)
    )
    assert np.array_equal(totals(lived.platform), before)
    assert lived.platform.campaigns.roster.campaigns == campaigns


def test_a_plan_changes_what_it_says_and_new_campaigns_promote_what_was_never_advertised(lived: Life):
    platform = copy.deepcopy(lived.platform)
    plan = draw_plan(platform, 8.0, Chance(7), 3)
    assert {change.kind for change in plan.changes} == {"budget", "target", "pause"}
    advertised = {group.product for group in platform.campaigns.roster.groups}
    assert plan.new
    assert all(group.product not in advertised for _, groups in plan.new for group in groups)
    before = {one.id: one for one in platform.campaigns.roster.campaigns}
    plan.apply(platform)
    for change in plan.changes:
        old, new = before[change.campaign], platform.campaigns.campaign(change.campaign)
        if change.kind == "budget":
            assert new.daily_budget.micros == round(old.daily_budget.micros * change.factor)
            assert plan.factor_of(change.campaign) == change.factor
        elif change.kind == "target":
            assert new.goal.target == pytest.approx(old.goal.target * change.factor)
        else:
            assert new.paused
            assert plan.factor_of(change.campaign) == 0.0
        assert plan.kind_of(change.campaign) == change.kind
    assert plan.kind_of(plan.new[0][0].id) == "new"


def test_paused_campaigns_are_not_counted(results: list[WorldResult]):
    for one in results:
        assert set(one.kind) <= {"unchanged", "budget", "target", "new"}
        assert len(one.kind) == len(one.campaign) == len(one.actual)


def test_one_world_certifies_nothing():
    with pytest.raises(BadInput, match="at least 2 worlds"):
        certify(TUNED, replace(SMALL, worlds=1))


# ---- the command ----


def test_the_command_writes_what_was_agreed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path))
    monkeypatch.setattr("magnetar.twin.certification.worlds.QUICK", SMALL)
    monkeypatch.setattr("magnetar.twin.certification.QUICK", SMALL, raising=False)
    out = tmp_path / "certificate.json"
    code = run(["twin", "certify", "--quick", "--seed", str(TUNED), "--workers", "1", "--json", str(out)])
    found = json.loads(out.read_text(encoding="utf-8"))
    assert {"value", "low", "high"} <= found["coverage80"].keys()
    assert {"value", "low", "high"} <= found["rank_correlation"].keys()
    assert {"value", "low", "high"} <= found["bias"].keys()
    assert {"value", "low", "high"} <= found["placebo"].keys()
    assert found["worlds"] == 2
    assert found["campaigns"] == sum(one["campaigns"] for one in found["per_world"]) > 40
    assert found["conditions"]["judged"] is False
    assert code == (1 if found["not_met"] else 0)
    shown = capsys.readouterr().out
    assert "80 % 区间覆盖 coverage" in shown
    assert "yesterday again" in shown


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--worlds", "1"], r"\[2, 1000\]"),
        (["--workers", "-1"], r"\[0, 1024\]"),
        (["--world", "atlantis"], "Choose one of: default"),
        (["--held-out", "/nowhere.toml"], "tuned_seeds and final_seed"),
    ],
)
def test_what_cannot_be_certified_is_refused_with_a_hint(words: list[str], hint: str, capsys: pytest.CaptureFixture):
    assert run(["twin", "certify", *words]) == 2
    assert re.search(hint, capsys.readouterr().err)


def test_the_seeds_that_judge_were_not_tuned_on(tmp_path: Path):
    seeds = read_seeds()
    assert seeds.final not in seeds.tuned
    assert TUNED in seeds.tuned
    file = tmp_path / "own.toml"
    file.write_text("[certify]\ntuned_seeds = [1, 2]\nfinal_seed = 2\n", encoding="utf-8")
    with pytest.raises(BadInput, match="tuned on"):
        read_seeds(str(file))
    file.write_text("[certify]\ntuned_seeds = [1]\n", encoding="utf-8")
    with pytest.raises(BadInput, match="final_seed"):
        read_seeds(str(file))


def test_undefined_figures_are_shown_as_such(results: list[WorldResult]):
    found = certificate([replace(one, actual=np.zeros_like(one.actual)) for one in results], 1)
    assert np.isnan(found["bias"]["value"])
    assert "rank_correlation" in not_met(found)
    assert "—" in table(found)


@pytest.mark.slow
def test_a_quick_certificate_on_a_tuned_seed_meets_its_goals():
    assert not_met(certificate(certify(TUNED, QUICK), TUNED)) == []
