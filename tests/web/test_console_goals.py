"""Goals in the console: the form of a campaign of one's own, and rehearsals of every way to bid for orders."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("httpx")

from magnetar.app.goods import sample_shop
from magnetar.capabilities.campaigns import GOALS
from magnetar.kernel.i18n import Voice
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.vocabulary.campaigns import ConversionKind, Goal, GoalKind, Horizon
from magnetar.web.console import console_app
from magnetar.web.console.showing import Showing

_PLACE = Path(__file__).with_name("test_console.py")
_SPEC = importlib.util.spec_from_file_location("console_scene", _PLACE)
assert _SPEC is not None
assert _SPEC.loader is not None
scene: Any = importlib.util.module_from_spec(_SPEC)
sys.modules["console_scene"] = scene
_SPEC.loader.exec_module(scene)

WANTED = {
    "name": "春季上新", "goal": "target_cost:order", "target": "12", "budget": "300", "expected_rate": "", "expected_value": "",
    "incremental": "1",
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    platform = assemble(Settings(home=tmp_path_factory.mktemp("home")))
    platform.catalogue.import_file(sample_shop() / "catalogue.csv", "demo")
    app = console_app(platform)
    li = scene.Visitor(app)
    link = platform.accounts.invite("li", "merchant", "demo").token
    assert (
        li.post(f"/welcome/{link}", f"/welcome/{link}", password=scene.PASSWORD, again=scene.PASSWORD).status_code
        == 200
    )
    yield SimpleNamespace(li=li, site=app.state.site)
    app.state.site.close()
    platform.close()


def products(shop: SimpleNamespace) -> list[str]:
    return re.findall(r'name="products" value="([^"]+)"', shop.li.get("/campaigns/new").text)


def test_the_form_offers_every_goal_in_chinese_and_those_that_run_by_themselves_first(shop: SimpleNamespace):
    page = shop.li.get("/campaigns/new").text
    options = re.findall(r'<option value="([^"]+)"', page)
    assert options == list(GOALS)
    groups = re.findall(r'<optgroup label="([^"]+)"', page)
    assert groups[:4] == ["订单", "商品点击", "新客首单", "净成交订单"]
    assert all(group.endswith("(需要回传)") for group in groups[4:])
    assert "七日目标 ROI · 订单" in page
    english = shop.li.get("/campaigns/new", headers={"accept-language": "en"}).text
    assert "target ROI, orders, 7 days" in english
    assert "leads (to be reported)" in english


def test_a_dozen_products_are_chosen_and_at_most_sixty_offered(shop: SimpleNamespace):
    page = shop.li.get("/campaigns/new").text
    assert 12 < len(products(shop)) <= 60
    assert len(re.findall(r'name="products" value="[^"]+" checked', page)) == 12


@pytest.mark.parametrize(
    ("fields", "goal", "shown"),
    [
        ({}, Goal(GoalKind.TARGET_COST, 12.0), "每单成本 ≤ 12"),
        ({"goal": "target_roi:kept_order:d7", "target": "2.5"}, Goal(GoalKind.TARGET_ROI, 2.5, ConversionKind.KEPT_ORDER, Horizon.D7), "七日 ROI ≥ 2.5 · 净成交订单"),
        ({"goal": "cost_cap:click", "target": "0.8"}, Goal(GoalKind.COST_CAP, 0.8, ConversionKind.CLICK), "商品点击出价 ≤ 0.8"),
        ({"goal": "max_conversions:first_order", "target": ""}, Goal(GoalKind.MAX_CONVERSIONS, 0.0, ConversionKind.FIRST_ORDER), "尽量多新客首单"),
        ({"goal": "target_cost:lead", "target": "30", "expected_rate": "4"}, Goal(GoalKind.TARGET_COST, 30.0, ConversionKind.LEAD, expected_rate=0.04), "表单线索成本 ≤ 30"),
        ({"goal": "roi_floor:payment:d1", "target": "1.2", "expected_rate": "10", "expected_value": "68"}, Goal(GoalKind.ROI_FLOOR, 1.2, ConversionKind.PAYMENT, Horizon.D1, 0.1, 68.0), "每次出价 首日 ROI ≥ 1.2 · 付费"),
    ],
)  # fmt: skip
def test_a_campaign_of_ones_own_runs_with_the_goal_that_was_chosen(
    shop: SimpleNamespace, fields: dict, goal: Goal, shown: str
):
    answer = shop.li.post("/campaigns/new", "/campaigns/new", **{**WANTED, **fields}, products=products(shop)[:3])
    assert answer.status_code == 200, answer.text
    id = answer.url.path.removeprefix("/campaigns/")
    assert shown in answer.text
    assert "春季上新" in answer.text
    market = shop.site.hosting.market
    assert market.campaigns.campaign(id).goal == goal
    rows = market.campaigns.rows_of(id)
    assert len(rows) == 3
    assert (market.serving._snapshot.alpha[rows] > 0.0).all()  # it bids at once
    assert np.isfinite(market.serving._snapshot.alpha).all()
    assert shown in shop.li.get("/campaigns").text
    if goal.conversion is not ConversionKind.ORDER:
        assert "学习中: 还不到 10 个转化" in answer.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "请填写计划名称"),
        ({"goal": "target_roi:lead"}, "请选择优化目标"),
        ({"goal": ""}, "请选择优化目标"),
        ({"target": "0"}, "需要大于 0 的目标值"),
        ({"target": "many"}, "目标值须为数字"),
        ({"budget": "0"}, "日预算须大于 0"),
        ({"goal": "target_cost:lead", "expected_rate": ""}, "需要预计转化率"),
        ({"goal": "target_cost:lead", "expected_rate": "150"}, "需要预计转化率"),
        ({"products": []}, "请至少选一个商品"),
        ({"products": ["nobody's"]}, "没有这个商品"),
    ],
)
def test_a_form_that_makes_no_sense_comes_back_with_the_reason_and_makes_nothing(
    shop: SimpleNamespace, fields: dict, said: str
):
    before = len(shop.site.hosting.campaigns("demo"))
    given = {**WANTED, "name": "改一改再来", "products": products(shop)[:2], **fields}
    answer = shop.li.post("/campaigns/new", "/campaigns/new", **given)
    assert answer.status_code == 422
    assert said in answer.text
    if "name" not in fields:
        assert 'value="改一改再来"' in answer.text
    assert len(shop.site.hosting.campaigns("demo")) == before


@pytest.mark.parametrize("goal", ["target_cost:order", "max_value:order", "cost_cap:order"])
def test_a_rehearsal_takes_every_way_to_bid_for_orders(shop: SimpleNamespace, goal: str):
    answer = shop.li.post(
        "/rehearsals", "/rehearsals",
        budget="100", goal=goal, target="20", days="1", pairs="2", world="default", seed="3", arms=["manual"],
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    made = shop.site.rehearsals.list("demo")[0]
    assert made.wish.goal == GOALS[goal].goal(20.0 if goal != "max_value:order" else 0.0)
    shop.site.rehearsals.stop("demo", made.id)


def test_a_rehearsal_of_what_the_twin_cannot_judge_is_refused(shop: SimpleNamespace):
    answer = shop.li.post(
        "/rehearsals", "/rehearsals",
        budget="100", goal="target_cost:lead", target="20", days="1", pairs="2", world="default", seed="3", arms=["uax"],
    )  # fmt: skip
    assert answer.status_code == 422
    assert "预演不支持这个目标" in answer.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_goal_is_said_in_one_language(language: str):
    show = Showing(Voice(language))
    said = [show.goal(row.goal(2.0, expected_rate=0.0 if row.observed else 0.1)) for row in GOALS.values()]
    assert len(set(said)) == len(GOALS)
    for words in said:
        assert bool(re.search(r"[\u4e00-\u9fff]", words)) == (language == "zh") or words in ("ROI ≥ 2", "ROI")
        assert "{" not in words
