"""Worlds with known truth: luck that is the same both ways, money that nobody overspends, and certificates by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.app.benches import estimators as bench
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.measurement import Design, Interval
from magnetar.kernel.errors import BadInput
from magnetar.twin.estimators.certificate import certificates, certify, looking, run_trials
from magnetar.twin.estimators.commons import CommonsSettings, Market, draw_market, off, way
from magnetar.twin.estimators.rehearsed import run_market, run_markets
from magnetar.twin.estimators.trials import TALKING, Answer, Stopping, region_draws, repetition, shopper_draws, total_of
from magnetar.twin.rehearsal import Setting
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

SMALL = CommonsSettings(shoppers=300, days=4, before=2, budget=4.0, rival_budget=2.0)


@pytest.fixture(scope="module")
def market() -> Market:
    return draw_market(SMALL, 5)


def halves(market: Market) -> np.ndarray:
    return (shopper_draws(market, 5, "x") >= 0.5).astype(np.int64)


# ---- the commons


def test_the_same_seed_is_the_same_market_and_running_it_changes_nothing(market: Market):
    again = draw_market(SMALL, 5)
    first, second = market.run(way(SMALL)), again.run(way(SMALL))
    assert np.array_equal(market.pages.shopper, again.pages.shopper)
    for name in first._fields:
        assert np.array_equal(getattr(first, name), getattr(second, name))
    market.run(off(SMALL))
    assert np.array_equal(market.run(way(SMALL)).gmv, first.gmv)
    assert not np.array_equal(draw_market(SMALL, 6).run(way(SMALL)).gmv, first.gmv)


def test_without_the_campaign_nothing_is_spent_shown_or_credited(market: Market):
    without = market.run(off(SMALL))
    assert without.gmv.sum() > 0
    for name in ("spend", "views", "credited", "tick_spend"):
        assert not getattr(without, name).any()
    assert (without.entered == -1).all()


@given(st.floats(0.0, 6.0), st.booleans(), st.booleans())
@settings(max_examples=25, deadline=None)
def test_no_pool_spends_more_than_its_budget_on_any_day(budget, hasty, shared):
    market = draw_market(SMALL, 7)
    arm = halves(market)
    seen = market.run(
        way(
            SMALL,
            arm=arm,
            factor=(3.0, 8.0),
            pool=(0, 0 if shared else 1),
            budget=(budget, budget / 2),
            hasty=(hasty, True),
        )
    )
    daily = seen.tick_spend.reshape(-1, 24).sum(axis=1)
    assert (daily <= budget * (1.0 if shared else 1.5) + 1e-9).all()
    if not shared:
        assert seen.spend[arm == 1].sum() <= SMALL.days * budget / 2 + 1e-9


def test_what_each_shopper_buys_and_what_each_hour_sells_are_the_same_money(market: Market):
    seen = market.run(way(SMALL))
    assert seen.gmv.sum() == pytest.approx(seen.tick_gmv.sum())
    assert seen.spend.sum() == pytest.approx(seen.tick_spend.sum())
    assert (seen.gmv_since <= seen.gmv + 1e-12).all()
    assert (seen.credited <= seen.gmv_since + 1e-12).all()
    assert ((seen.views > 0) == (seen.entered >= 0)).all()


def test_held_out_shoppers_are_not_charged_for_and_their_ghosts_are_counted(market: Market):
    arm = halves(market)
    with_ghosts = market.run(way(SMALL, arm=arm, factor=(0.0, 1.0), ghost=True))
    without = market.run(way(SMALL, arm=arm, factor=(0.0, 1.0)))
    assert not with_ghosts.spend[arm == 0].any()
    assert not with_ghosts.credited[arm == 0].any()
    assert with_ghosts.views[arm == 0].sum() > 20
    assert not without.views[arm == 0].any()
    assert np.array_equal(with_ghosts.gmv, without.gmv)  # recording a ghost changes nothing


def test_the_last_look_is_the_whole_experiment(market: Market):
    arm = halves(market)
    seen = market.run(way(SMALL, arm=arm, factor=(0.0, 1.0), ghost=True))
    reached = seen.entered >= 0
    for one in (0, 1):
        mine = reached & (arm == one)
        assert seen.looks[-1, one].tolist() == pytest.approx(
            [mine.sum(), seen.gmv_since[mine].sum(), (seen.gmv_since[mine] ** 2).sum()]
        )
    assert (np.diff(seen.looks[:, :, 0], axis=0) >= 0).all()
    total = total_of(seen.looks[-1])
    by_hand = seen.gmv_since[reached & (arm == 1)].mean() - seen.gmv_since[reached & (arm == 0)].mean()
    assert total.value == pytest.approx(by_hand * (reached & (arm == 1)).sum())
    assert math.isnan(total_of(np.zeros((2, 3))).value)


def test_talk_carries_sales_to_shoppers_of_the_region_who_saw_nothing():
    spilled = []
    for seed in range(6):
        talking = draw_market(TALKING, seed)
        arm = halves(talking)
        alone = talking.run(off(TALKING)).gmv[arm == 0].sum()
        spilled.append(talking.run(way(TALKING, arm=arm, factor=(0.0, 1.0))).gmv[arm == 0].sum() - alone)
    assert np.mean(spilled) > 0


def test_a_market_in_which_nothing_is_drawn_is_still_a_market():
    empty = replace(SMALL, pages_a_day=1e-9)
    quiet = draw_market(empty, 1)
    seen = quiet.run(way(empty))
    assert not seen.gmv.any()
    assert not seen.looks.any()


def test_regions_are_drawn_as_the_product_draws_them(market: Market):
    place = region_draws(market, 5, "x")
    held = place < 0.5
    for region in range(SMALL.regions):
        mine = held[market.people.region == region]
        assert mine.all() or not mine.any()
    assert len({float(one) for one in place[held]}) <= SMALL.regions // 2


# ---- certificates


def answer(truth: float, value: float, half: float, *more: float) -> Answer:
    return Answer("c", "holdout", "e", True, truth, (value, *more), value - half, value + half)


def test_a_certificate_by_hand():
    found = certify([answer(100.0, 110.0, 15.0), answer(120.0, 110.0, 5.0), answer(80.0, 110.0, 9.0)])
    assert found.truth == 100.0
    assert found.bias.mean == pytest.approx(0.1)
    assert found.rmse == pytest.approx(math.sqrt((100 + 100 + 900) / 3) / 100)
    assert found.coverage.mean == pytest.approx(1 / 3)  # of the expected effect, 100
    assert found.coverage_here.mean == pytest.approx(1 / 3)  # 100 by the first, 120 and 80 by nobody
    assert found.half_width == pytest.approx(29 / 3 / 100)


def test_other_assignments_of_a_market_count_for_the_bias_alone():
    found = certify([answer(100.0, 130.0, 50.0, 70.0), answer(100.0, 90.0, 50.0, 110.0)])
    assert found.bias.mean == pytest.approx(0.0)
    assert found.rmse == pytest.approx(math.sqrt((900 + 100) / 2) / 100)


def test_where_the_effect_is_a_loss_a_bias_of_plus_means_more_of_it():
    found = certify([answer(-100.0, -120.0, 50.0), answer(-100.0, -120.0, 50.0)])
    assert found.bias.mean == pytest.approx(0.2)


def test_where_there_is_nothing_to_find_a_certificate_counts_false_positives():
    found = certify([answer(0.0, 3.0, 5.0), answer(0.0, -8.0, 5.0), answer(0.0, 1.0, 5.0), answer(0.0, 4.0, 5.0)])
    assert found.aa
    assert found.false_positives.mean == 0.25
    assert math.isnan(found.rmse)


def test_a_figure_without_an_interval_has_no_coverage():
    found = certify([Answer("c", "attribution", "last touch", False, 10.0, (15.0,), math.nan, math.nan)] * 3)
    assert found.bias.mean == pytest.approx(0.5)
    assert math.isnan(found.coverage.mean)
    assert math.isnan(found.half_width)


def test_looks_are_counted_by_whether_there_was_anything_to_find():
    stops = [
        Stopping(False, 2, -1, True, False),
        Stopping(False, -1, 4, False, True),
        Stopping(True, 1, 3, True, True),
        Stopping(True, -1, -1, True, False),
    ]
    found = looking(stops, days=14)
    assert (found.peeking_false.mean, found.sequential_false.mean, found.fixed_false.mean) == (0.5, 0.5, 0.5)
    assert (found.sequential_found.mean, found.days.mean, found.covered.mean) == (0.5, 9.0, 1.0)


@pytest.mark.parametrize(
    ("n", "mean", "low", "high", "met"),
    [
        (1_000, 0.94, 0.92, 0.95, True),
        (1_000, 0.98, 0.96, 0.99, False),  # with enough repetitions the figure itself counts
        (100, 0.98, 0.96, 0.99, True),
        (100, 0.99, 0.98, 1.0, False),
        (1_000, float("nan"), float("nan"), float("nan"), False),
    ],
)
def test_a_goal_is_met_by_the_figure_or_with_few_repetitions_by_its_interval(n, mean, low, high, met):
    assert bench.inside(Interval(mean, low, high, n), 0.93, 0.97) is met


# ---- the trials


@pytest.fixture(scope="module")
def one_repetition():
    return repetition(31, 0, planned=50.0, folds=2)


def test_every_design_answers_in_every_market(one_repetition):
    answers, stops = one_repetition
    designs = {one.design for one in answers}
    assert designs >= {one.value for one in Design} | {"attribution"}
    assert [one.effect for one in stops] == [False, True]
    for one in answers:
        assert np.isfinite(one.values).all()
        assert one.truth == 0.0 or abs(one.truth) > 1e-6
        if one.design != "attribution":
            assert one.low < one.values[0] < one.high
    rows = bench._rows(certificates([*answers, *answers]))
    lines = bench.table(rows)
    assert len(lines) == len({(one.case, one.design, one.estimator) for one in answers})
    assert sum(line[0].startswith("●") for line in lines) == sum(one.recommended for one in answers)


def test_a_repetition_is_the_same_whoever_runs_it(one_repetition):
    answers, stops = run_trials(31, 1, folds=2, workers=1)
    assert [one.truth for one in answers] == [one.truth for one in one_repetition[0]]
    assert [one.values for one in answers] == [one.values for one in one_repetition[0]]
    assert len(stops) == 2


def test_the_bazaar_tells_the_direct_effect_from_what_reaches_the_held_out():
    products = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")[:24]
    setting = Setting(
        products, MerchantId("demo"), Money.of(4_000), Goal(GoalKind.TARGET_ROI, 1.0), 1, ("none",),
        shoppers=200, pages_per_day=2_000,
    )  # fmt: skip
    answers = run_market(setting, 0, ("everybody", "half", "tenth", "plain"))
    by_name = {(one.case, one.estimator): one for one in answers}
    direct = by_name["bazaar: campaign, 50% held out, direct effect", "ghost bids + CUPED"]
    whole = by_name["bazaar: campaign, 50% held out, with what reaches the held-out", "ghost bids + CUPED"]
    assert direct.recommended
    assert not whole.recommended
    assert direct.values == whole.values
    assert len(direct.values) == 2  # either half held out
    assert direct.truth != whole.truth
    assert by_name["bazaar: A/A", "ghost bids + CUPED"].truth == 0.0
    again = run_markets(setting, 1, ("half",), workers=1)
    assert again[0] == direct


# ---- the command


def test_the_seeds_are_read_from_the_file_and_never_judged_on_what_was_tuned_on(tmp_path):
    held = bench.held_out()
    assert held.final == 20261203
    assert held.tuned == (31, 32, 33)
    wrong = tmp_path / "held-out.toml"
    wrong.write_text("[estimators]\ntuned_seeds = [1]\nfinal_seed = 1\n")
    with pytest.raises(BadInput, match="names as tuned on"):
        bench.held_out(str(wrong))
    wrong.write_text("[market]\n")
    with pytest.raises(BadInput, match="needs a table"):
        bench.held_out(str(wrong))


def test_where_markets_differ_in_kind_an_interval_is_to_hold_its_own_markets_effect():
    answers = [answer(10.0, 11.0, 5.0), answer(90.0, 91.0, 5.0), answer(50.0, 51.0, 5.0)]
    of_such, of_its_own = (bench._rows(certificates(answers), own=own)[1] for own in (False, True))
    assert of_such["metric"] == "c: e, coverage"
    assert of_such["value"] == pytest.approx(1 / 3)
    assert of_its_own["value"] == 1.0
    assert of_its_own["coverage_expected"] == pytest.approx(1 / 3)


def test_rows_have_goals_where_an_estimator_is_recommended_and_nowhere_else():
    naive = Answer("c", "ab", "plain A/B", False, 100.0, (150.0,), 140.0, 160.0)
    rows = bench._rows(certificates([answer(100.0, 101.0, 9.0), answer(100.0, 99.0, 9.0), naive, naive]))
    goals = {one["metric"]: (one["goal"], one["met"], one["baseline"]) for one in rows}
    assert goals["c: e, bias"] == (0.05, True, {"name": "plain A/B, bias", "value": pytest.approx(0.5)})
    assert goals["c: e, coverage"][0] == 0.93
    assert goals["c: plain A/B, bias"] == (None, None, None)
    assert goals["c: plain A/B, coverage"][:2] == (None, None)
