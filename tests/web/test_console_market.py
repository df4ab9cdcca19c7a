"""A campaign's market and experiments in the console: what is judged by hand, who sees what, and every empty state."""

import importlib.util
import math
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

pytest.importorskip("httpx")

from magnetar.app.goods import sample_shop
from magnetar.capabilities.bidding.reasoning import Cause, Hypothesis
from magnetar.capabilities.bidding.service import _grid
from magnetar.capabilities.bidding.state import GRID, GRID_SCALE
from magnetar.capabilities.bidding.terms import Terms
from magnetar.capabilities.bidding.watch import Reasoned
from magnetar.capabilities.measurement import Design, Estimate, Experiment, Interval
from magnetar.capabilities.shoppers import Ordered
from magnetar.kernel.clock import DAY, SteppedClock
from magnetar.kernel.i18n import Voice
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.live import LivePlatform
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.money import MICROS, Money
from magnetar.web.console import console_app
from magnetar.web.console.market import drawing
from magnetar.web.console.market.book import KEPT_TICKS, Ticked, at_multipliers
from magnetar.web.console.market.judging import Outlook, best_constant, calibration, judged, outlook, planned
from magnetar.web.console.pages.experiments import Reading, verdict
from magnetar.web.console.showing import Showing

ROOT = Path(__file__).resolve().parents[2]


def _loaded(name: str, place: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


scene: Any = _loaded("console_scene_market", Path(__file__).with_name("test_console.py"))
pictures: Any = _loaded("make_screenshots_market", ROOT / "docs" / "make_screenshots.py")
NASTY = scene.NASTY
SHOW = Showing(Voice("en"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A shop with a campaign of the reasoner's that has run over midnight, and one that has not begun."""
    clock = SteppedClock(pictures.START + 40 * 30 * 60 * 1_000_000)
    platform = assemble(Settings(home=tmp_path_factory.mktemp("home")), clock)
    platform.catalogue.import_file(sample_shop() / "catalogue.csv", "demo")
    platform.catalogue.import_file(sample_shop() / "catalogue.csv", "other")
    live = LivePlatform(platform, 500)
    app = console_app(platform, live)
    site = app.state.site

    def visitor(name: str, merchant: str, language: str = "zh-CN") -> Any:
        one = scene.Visitor(app, language)
        link = platform.accounts.invite(name, "merchant", merchant).token
        assert one.post(f"/welcome/{link}", f"/welcome/{link}", password=scene.PASSWORD, again=scene.PASSWORD)
        return one

    made = SimpleNamespace(
        platform=platform, live=live, clock=clock, site=site, app=app,
        li=visitor("li", "demo"), wu=visitor("wu", "other"), ann=visitor("ann", "demo", "en"),
    )  # fmt: skip
    made.nothing = (
        made.li.get("/experiments").text,
        site.hosting.launch("other", "manual", Goal(GoalKind.TARGET_ROI, 2.0), Money.of(300)).id,
    )
    made.idle = made.nothing[1]
    one = site.hosting.launch("demo", "uax", Goal(GoalKind.TARGET_ROI, 3.0), Money.of(80), by="li")
    made.fresh = made.li.get(f"/campaigns/{one.id}/market").text
    live.market.campaigns.change_campaign(one.id, bidder="reasoner", name=NASTY)
    made.held = live.market.experiments.hold_out(one.id, 0.3, standing=True).id
    live.open_now()
    pictures.visit_for(SimpleNamespace(live=live, clock=clock), 14, pages=96)
    made.campaign = one.id
    yield made
    site.close()
    live.close()
    platform.close()


# ---- judged by hand


def test_the_best_constant_multiplier_spends_the_budget_where_nothing_else_binds():
    assert best_constant(GRID_SCALE * 10.0, GRID_SCALE * 2.0, limit=20.0) == pytest.approx((2.0, 20.0, 4.0))


def test_the_best_constant_multiplier_holds_its_target():
    # the cost of a unit is the multiplier itself: at a target of 0.5 it may not pass ×0.5
    found = best_constant(GRID_SCALE**2, GRID_SCALE.copy(), limit=1e9, target=0.5)
    assert found == pytest.approx((0.5, 0.25, 0.5))


@pytest.mark.parametrize(("limit", "target"), [(0.0, None), (10.0, 0.0), (1e-9, None)])
def test_where_nothing_is_allowed_the_best_is_to_stay_away(limit: float, target: float | None):
    assert best_constant(GRID_SCALE * 10.0, GRID_SCALE * 2.0, limit, target) == (0.0, 0.0, 0.0)


def ticked(tick: int, multiplier: float, **more: Any) -> Ticked:
    """A tick in which a multiplier of m costs 10 m and brings √m, as it did."""
    cost, worth = GRID_SCALE * 10.0, np.sqrt(GRID_SCALE)
    return Ticked(
        tick, multiplier, budget=80.0, spent=10.0 * multiplier, brought=math.sqrt(multiplier),
        cost=cost.astype(np.float32), worth=worth.astype(np.float32), **more,
    )  # fmt: skip


def test_a_constant_multiplier_has_no_regret():
    [day] = judged([ticked(tick, 1.0) for tick in range(8)], now=8, target=None)
    assert (day.over, day.limit, day.best_multiplier) == (False, 80.0, 1.0)
    assert day.share == pytest.approx(1.0)
    assert day.regret == pytest.approx(0.0, abs=1e-6)


def test_moving_about_for_nothing_is_regretted_at_equal_spend():
    # ×0.25 and ×2.25 spend 25 in two ticks as ×1.25 does, but bring 0.5 + 1.5 = 2 instead of 2 √1.25
    rows = [ticked(tick, (0.25, 2.25)[tick % 2]) for tick in range(8)]
    [day] = judged(rows, now=8, target=None)
    assert day.spent == pytest.approx(100.0)
    assert day.best_multiplier == pytest.approx(1.25, rel=0.03)
    assert day.share == pytest.approx(2.0 / (2.0 * math.sqrt(1.25)), rel=0.01)


def test_a_day_that_is_over_is_judged_within_its_whole_budget():
    rows = [ticked(tick, 0.125) for tick in range(48)]  # spends 60 of 80
    [day] = judged(rows, now=48, target=None)
    assert (day.over, day.limit) == (True, 80.0)
    assert day.best_spent == pytest.approx(80.0, rel=0.02)
    assert day.share is not None
    assert day.share < 1.0


def test_a_landscape_that_promises_too_much_is_scaled_to_what_came():
    rows = [replace(ticked(tick, 1.0), spent=2.0, brought=0.5) for tick in range(8)]
    [day] = judged(rows, now=8, target=None)
    assert (day.best_spent, day.best_brought) == pytest.approx((16.0, 4.0))


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [ticked(tick, 1.0) for tick in range(3)],
        [replace(ticked(tick, 1.0), spent=0.0) for tick in range(9)],
        [ticked(tick, 0.0) for tick in range(9)],
    ],
    ids=["none", "few", "no spend", "no bids"],
)
def test_a_day_without_evidence_is_not_judged(rows: list[Ticked]):
    assert judged(rows, now=48, target=None) == []


def ahead(left: float, factor: float = 10.0) -> Outlook:
    return Outlook(GRID_SCALE * factor, GRID_SCALE * 2.0, 1.0, left, 80.0, 5.0, True, True)


@pytest.mark.parametrize(("left", "affordable"), [(20.0, 2.0), (30.0, 3.0), (0.0, 1 / 256), (160.0, None), (1e9, None)])
def test_the_budget_line_says_which_multiplier_it_reaches(left: float, affordable: float | None):
    found = ahead(left).affordable
    assert found == (pytest.approx(affordable, rel=0.02) if affordable is not None else None)


def test_nothing_is_known_of_a_market_that_was_never_met():
    none = ahead(20.0, factor=0.0)
    assert not none.known
    assert none.affordable is None
    assert drawing.prices(none, "value", SHOW) is None


def test_the_price_distribution_adds_up_and_says_what_our_bid_reaches():
    chart = drawing.prices(ahead(20.0), "value", SHOW)
    assert chart is not None
    within, beyond = (sum(series["values"]) for series in chart["data"]["series"])
    assert within == pytest.approx(2.0, rel=0.02)  # worth at ×1
    assert within + beyond == pytest.approx(32.0, rel=0.02)  # worth at ×16


def test_the_plan_is_in_step_with_traffic_and_even_without_any():
    curve = np.zeros(48)
    curve[10], curve[20] = 30.0, 10.0
    plan = planned(80.0, curve)
    assert (plan[9], plan[10], plan[20], plan[47]) == (0.0, 60.0, 80.0, 80.0)
    assert planned(48.0, np.zeros(48)) == pytest.approx(np.arange(1, 49))


@pytest.mark.parametrize("due", [0.0, -1.0])
def test_calibration_is_undefined_before_anything_was_due(due: float):
    assert calibration(due, 3).ratio is None


def test_calibration_of_nothing_come_has_an_upper_bound():
    one = calibration(5.0, 0)
    assert (one.ratio, one.low) == (0.0, 0.0)
    assert one.high == pytest.approx(((math.sqrt(0.375) + 0.98) ** 2 - 0.375) / 5.0)


def test_reasons_never_say_nan():
    steady = Hypothesis(Cause.STEADY, 0.0, 0.0, 12.0, math.nan)
    assert drawing.sentence(steady, True) == "一切按计划: 已花 12.00, 计划 –"
    assert drawing.times(math.nan) == "–"
    one = Reasoned(5, math.nan, 0.5, steady, 12_000_000, 1)
    chart = drawing.over_the_day([], 5, 0.5, [one], SHOW)
    assert chart["data"]["points"][0]["text"].endswith("planned –")


def test_every_cause_has_a_label_in_both_languages():
    assert set(drawing.CAUSES) == set(Cause)


# ---- the book, against the platform that it is written from


def test_the_landscape_is_read_as_the_bidder_reads_it(shop: SimpleNamespace):
    market = shop.live.market
    roster, landscape = market.campaigns.roster, market.landscape
    terms, calibrated = Terms.of(roster), market.bidding.calibration
    cost, worth = np.zeros((len(terms.target), GRID)), np.zeros((len(terms.target), GRID))
    _grid(
        landscape.value, landscape.cost, roster.campaign, terms.ratio * calibrated, terms.worth * calibrated,
        roster.active, GRID_SCALE, 1.0, cost, worth,
    )  # fmt: skip
    found = at_multipliers(landscape.value, landscape.cost, roster, terms, calibrated)
    assert found[0] == pytest.approx(cost, rel=1e-3, abs=1e-6)
    assert found[1] == pytest.approx(worth, rel=1e-3, abs=1e-6)
    assert cost.max() > 0.0


def test_the_book_holds_every_tick_and_its_spend_is_the_ledgers(shop: SimpleNamespace):
    rows = shop.site.book.of(shop.campaign)
    market = shop.live.market
    assert [row.tick for row in rows] == list(range(rows[0].tick, market.tick))
    spend = market.campaigns.delivery.spend[market.campaigns.rows_of(shop.campaign)].sum() / MICROS
    edge = market.bidding._seen_spend[market.campaigns.rows_of(shop.campaign)].sum() / MICROS
    assert sum(row.spent for row in rows) == pytest.approx(edge)
    assert 0.0 < edge <= spend
    today = [row for row in rows if row.tick // 48 == market.tick // 48]
    left = outlook(market, shop.campaign).left
    assert 0 < len(today) < len(rows)  # midnight was passed
    assert sum(row.spent for row in today) == pytest.approx(80.0 - left, abs=1e-6)


def test_what_ticks_met_is_never_negative_over_midnight_when_the_landscape_fades(shop: SimpleNamespace):
    first, *rows = shop.site.book.of(shop.campaign)
    assert first.pages == 0.0  # nobody had come yet
    for row in rows:
        assert (row.cost >= 0.0).all()
        assert (row.worth >= 0.0).all()
        assert (np.diff(row.cost) >= -1e-4).all()
        assert row.pages == pytest.approx(96, abs=1)


def test_the_book_keeps_three_days(shop: SimpleNamespace):
    book, before = shop.site.book, shop.site.book._tick
    try:
        for tick in range(KEPT_TICKS + 5):
            book._tick = 10_000 + tick
            book._row("somebody", 1.0)
        rows = book.of("somebody")
        assert (len(rows), rows[0].tick) == (KEPT_TICKS, 10_005)
    finally:
        book._tick = before
        del book._of["somebody"]


# ---- the market page


def test_the_market_page_shows_the_multiplier_the_landscape_regret_and_each_reason(shop: SimpleNamespace):
    text = shop.li.get(f"/campaigns/{shop.campaign}/market").text
    for words in (
        "当前出价系数", "价格景观", "价格分布", "今日余额", "后悔值", "按自己的日志判断", "今日花费与计划", "预估与实际",
    ):  # fmt: skip
        assert words in text, words
    market = shop.live.market
    reasons = market.bidding.history(market.campaigns.campaign_row(shop.campaign))
    assert reasons
    assert drawing.sentence(reasons[-1].reason, True) in text
    assert drawing.times(reasons[-1].after) in text
    assert "nan" not in re.sub(r"<[^>]*>", "", text).lower()
    english = shop.ann.get(f"/campaigns/{shop.campaign}/market").text
    assert "judged by our own log" in english
    assert drawing.sentence(reasons[-1].reason, False) in english


def test_reasons_can_be_taken_away_as_a_table(shop: SimpleNamespace):
    answer = shop.li.get(f"/campaigns/{shop.campaign}/market?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = answer.text.strip().splitlines()
    market = shop.live.market
    assert len(lines) == 1 + len(market.bidding.history(market.campaigns.campaign_row(shop.campaign)))


def test_a_market_page_without_any_traffic_says_what_is_missing(shop: SimpleNamespace):
    for words in ("还没有价格景观", "还不能判断", "下一个半小时起开始记录"):
        assert words in shop.fresh, words


@pytest.mark.parametrize(("bidder", "words"), [("pacing", "这种出价方式不给理由"), ("reasoner", "换回 pacing")])
def test_a_bidder_without_reasons_says_so(shop: SimpleNamespace, bidder: str, words: str):
    shop.live.market.campaigns.change_campaign(shop.idle, bidder=bidder)
    shop.live.market.bidding._watch._of.pop(shop.live.market.campaigns.campaign_row(shop.idle), None)
    assert words in shop.wu.get(f"/campaigns/{shop.idle}/market").text


def test_a_hostile_name_stays_text(shop: SimpleNamespace):
    for path in (f"/campaigns/{shop.campaign}/market", "/experiments", f"/experiments/{shop.held}"):
        text = shop.li.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


def test_no_script_or_style_of_their_own(shop: SimpleNamespace):
    for path in (f"/campaigns/{shop.campaign}/market", "/experiments", f"/experiments/{shop.held}"):
        tags = "".join(re.findall(r"<[^>]*>", shop.li.get(path).text))
        assert re.findall(r"<script(?![^>]*(?:src=|application/json))", tags) == []
        assert re.findall(r"\son\w+=|\sstyle=", tags) == []


def test_a_merchant_sees_only_its_own_market_and_experiments(shop: SimpleNamespace):
    pages = (
        f"/campaigns/{shop.campaign}/market", f"/experiments/{shop.held}", f"/experiments/{shop.held}/credit",
    )  # fmt: skip
    assert [shop.li.get(path).status_code for path in pages] == [200] * 3
    assert [shop.wu.get(path).status_code for path in pages] == [404] * 3
    assert shop.wu.post(f"/campaigns/{shop.campaign}/bidder", bidder="pacing").status_code == 404
    assert shop.wu.post(f"/experiments/{shop.held}/end").status_code == 404
    assert shop.live.market.experiments.get(shop.held).running
    other = shop.wu.get(f"/experiments?campaign={shop.campaign}").text
    assert quote(shop.held) not in other
    assert quote(shop.held) in shop.li.get("/experiments").text
    assert shop.campaign not in other
    refused = shop.wu.post("/experiments", "/experiments", campaign=shop.campaign, design="aa", share="10")
    assert refused.status_code == 422
    assert "没有这个计划" in refused.text
    for path in (*pages, "/experiments"):
        assert scene.Visitor(shop.app).get(path).url.path == "/sign-in"


def test_the_bidder_is_changed_by_its_owner_and_to_a_known_one_only(shop: SimpleNamespace):
    page = f"/campaigns/{shop.idle}/market"
    shop.live.market.campaigns.change_campaign(shop.idle, bidder="pacing")
    answer = shop.wu.post(f"/campaigns/{shop.idle}/bidder", page, bidder="reasoner")
    assert answer.status_code == 200
    assert shop.live.market.campaigns.campaign(shop.idle).bidder == "reasoner"
    assert "换回 pacing" in shop.wu.get(page).text
    assert shop.wu.post(f"/campaigns/{shop.idle}/bidder", page, bidder="os:system").status_code == 422
    shop.wu.post(f"/campaigns/{shop.idle}/bidder", page, bidder="pacing")
    assert shop.live.market.campaigns.campaign(shop.idle).bidder == "pacing"


def test_the_bidder_of_a_campaign_whose_bidders_are_compared_stays(shop: SimpleNamespace):
    experiments = shop.live.market.experiments
    one = experiments.switch_back(shop.idle, block_ticks=4)
    try:
        answer = shop.wu.post(f"/campaigns/{shop.idle}/bidder", f"/campaigns/{shop.idle}/market", bidder="reasoner")
        assert answer.status_code == 409
        assert shop.live.market.campaigns.campaign(shop.idle).bidder == "pacing"
    finally:
        experiments.end(one.id)


# ---- experiments


def test_an_empty_list_says_what_to_do_next(shop: SimpleNamespace):
    assert "还没有投放计划" in shop.nothing[0]
    assert "还没有实验" in shop.nothing[0]


def test_a_running_holdout_shows_its_gain_its_interval_and_its_checks(shop: SimpleNamespace):
    text = shop.li.get(f"/experiments/{shop.held}").text
    estimate = shop.live.market.experiments.estimate(shop.held)
    assert estimate.control > 1
    assert Showing(Voice()).amount(estimate.incremental_gmv.mean) in text
    for words in ("按用户留存对照, 幽灵出价", "分流检查", "还需要", "现在看得清的最小增量", "A/A"):
        assert words in text, words
    assert f"{estimate.control:,} / {estimate.treated:,}" in text
    assert 'hx-trigger="every 30s"' in text
    part = shop.li.get(f"/experiments/{shop.held}", headers={"hx-request": "true"}).text
    assert "<html" not in part
    assert "分流检查" in part


def test_credit_stands_beside_cause_and_is_called_credit(shop: SimpleNamespace):
    text = shop.li.get(f"/experiments/{shop.held}/credit").text
    assert "归因分, 不是因果" in text
    found = [float(one.replace(",", "")) for one in re.findall(r'<td class="number">([\d,]+\.\d\d)</td>', text)]
    # a rule may credit an order that no ad was paid for, but never more than the merchant's shoppers ordered
    mine = np.array([item.merchant == "demo" for item in shop.live._stock.items], bool)
    shop.live.recorder.flush()
    orders = [one.data for _, one in shop.live.recorder.read() if isinstance(one.data, Ordered)]
    ordered = sum(int(np.asarray(one.value)[mine[np.asarray(one.item)]].sum()) for one in orders) / MICROS
    assert len(found) == 5
    assert all(0.0 <= one <= ordered + 0.01 for one in found)
    assert ordered > 0.0


def test_an_experiment_is_begun_listed_and_ended(shop: SimpleNamespace):
    answer = shop.wu.post("/experiments", "/experiments", campaign=shop.idle, design="holdout", share="25")
    assert answer.status_code == 200
    made = shop.live.market.experiments.of_campaign(shop.idle)
    assert (made.design, made.share, made.standing, made.running) == (Design.HOLDOUT, 0.25, True, True)
    assert "数据还不够" in answer.text
    listed = shop.wu.get("/experiments").text
    assert quote(made.id) in listed
    assert "每个计划都在实验中" in listed
    again = shop.wu.post("/experiments", f"/experiments/{made.id}", campaign=shop.idle, design="aa", share="10")
    assert again.status_code == 422
    assert made.id in again.text
    ended = shop.wu.post(f"/experiments/{made.id}/end", f"/experiments/{made.id}")
    assert "已结束" in ended.text
    assert not shop.live.market.experiments.get(made.id).running
    assert shop.wu.post(f"/experiments/{made.id}/end", "/experiments").status_code == 409


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"share": "0"}, "1% 到 90%"), ({"share": "95"}, "1% 到 90%"), ({"share": "-10"}, "1% 到 90%"),
        ({"share": "many"}, "须为数字"), ({"share": "nan"}, "须为数字"), ({"design": "switchback"}, "请选择实验方式"),
        ({"campaign": "nobody"}, "没有这个计划"), ({"campaign": ""}, "没有这个计划"),
    ],
)  # fmt: skip
def test_an_experiment_that_cannot_be_is_refused_in_words(shop: SimpleNamespace, changed: dict, said: str):
    before = len(shop.live.market.experiments.list("other"))
    fields = {"campaign": shop.idle, "design": "holdout", "share": "10", **changed}
    answer = shop.wu.post("/experiments", "/experiments", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert len(shop.live.market.experiments.list("other")) == before


def reading(low: float, high: float, *, steady: tuple[float, float] = (math.nan, math.nan), **more: Any) -> Reading:
    """Two days of an experiment that shows the middle of an interval."""
    mean = (low + high) / 2
    nothing = Interval(math.nan, math.nan, math.nan, 0)
    design = more.pop("design", Design.HOLDOUT)
    one = Experiment("x:x1", 0, "demo", design, ("x",), 0.5, 1, started_at=DAY, started_tick=0)
    estimate = Estimate(
        "x:x1", design, ("甲", "a"), Interval(mean, low, high, 9), nothing, error=more.pop("error", 10.0),
        always_valid=Interval(mean, *steady, 9), incremental_roi=nothing, spend=5.0, control=50, treated=50,
        sample_ratio_p=more.pop("p", 0.5), imbalance_p=more.pop("off", 0.5), detectable=28.0,
    )  # fmt: skip
    return Reading(one, "x", estimate, days=2.0)


def test_days_still_needed_follow_from_effect_and_error():
    # 2.8 errors of 10 for an effect of 14 are (2.8 × 10 / 14)² = 4 times the two days: six more
    assert reading(4.0, 24.0).days_needed == pytest.approx(6.0)
    assert reading(90.0, 110.0).days_needed == 0.0
    assert reading(-5.0, 5.0).days_needed is None  # no effect seen: no number of days
    assert reading(4.0, 24.0, error=math.nan).days_needed is None


@pytest.mark.parametrize(
    ("one", "tone", "words"),
    [
        (reading(math.nan, math.nan), "calm", "Too little data"),
        (reading(10.0, 20.0, p=0.0001), "bad", "not what was planned"),
        (reading(10.0, 20.0, off=0.0001), "bad", "not what was planned"),
        (reading(10.0, 20.0, steady=(5.0, 25.0)), "good", "added 15 [10, 20] CNY"),
        (reading(10.0, 20.0, steady=(-5.0, 35.0)), "warn", "added 15 [10, 20] CNY"),
        (reading(-10.0, 20.0), "warn", "added 5 [−10, 20] CNY"),
        (reading(-10.0, 20.0, design=Design.AA), "good", "holds 0"),
        (reading(10.0, 20.0, design=Design.AA), "warn", "misses 0"),
    ],
)
def test_the_verdict_says_no_more_than_the_figures(one: Reading, tone: str, words: str):
    found = verdict(one, "CNY", SHOW)
    assert found[0] == tone
    assert words in found[1]


def test_looking_every_day_is_warned_of_until_the_anytime_interval_has_left_zero():
    assert "looking every day" in verdict(reading(10.0, 20.0, steady=(-5.0, 35.0)), "CNY", SHOW)[2][0]
    assert verdict(reading(10.0, 20.0, steady=(5.0, 25.0)), "CNY", SHOW)[2] == []
