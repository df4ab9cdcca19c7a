"""The page of model quality: empty at first, then by day, for merchants without others' numbers, in both languages."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("httpx")

from magnetar.app.goods import sample_shop
from magnetar.capabilities.understanding.gate import PredictorPromoted, PredictorRolledBack
from magnetar.kernel.clock import SteppedClock
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.live import LivePlatform
from magnetar.web.console import console_app

ROOT = Path(__file__).resolve().parents[2]


def _loaded(name: str, place: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


scene: Any = _loaded("console_scene_quality", Path(__file__).with_name("test_console.py"))
pictures: Any = _loaded("make_screenshots_quality", ROOT / "docs" / "make_screenshots.py")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A shop whose visitors came for a day and a bit."""
    clock = SteppedClock(pictures.START + 40 * 30 * 60 * 1_000_000)
    platform = assemble(Settings(home=tmp_path_factory.mktemp("home")), clock)
    platform.catalogue.import_file(sample_shop() / "catalogue.csv", "demo")
    live = LivePlatform(platform, 500)
    app = console_app(platform, live)

    def visitor(name: str, role: str, language: str = "zh-CN") -> Any:
        one = scene.Visitor(app, language)
        link = platform.accounts.invite(name, role, "demo" if role == "merchant" else "").token
        assert one.post(f"/welcome/{link}", f"/welcome/{link}", password=scene.PASSWORD, again=scene.PASSWORD)
        return one

    made = SimpleNamespace(platform=platform, live=live, clock=clock, app=app)
    made.li, made.ann, made.op = visitor("li", "merchant"), visitor("ann", "merchant", "en"), visitor("op", "operator")
    made.before = made.li.get("/quality").text
    pictures.visit_for(made, 14, pages=64)
    yield made
    live.close()
    platform.close()


def test_before_anything_is_shown_the_page_says_so(shop: SimpleNamespace):
    assert "还没有展示" in shop.before


def test_each_day_has_its_ranking_level_and_surprise_and_a_diagram(shop: SimpleNamespace):
    page = shop.li.get("/quality")
    assert page.status_code == 200
    assert "点击可靠性" in page.text
    assert "订单未到齐" in page.text
    assert page.text.count('class="chart"') >= 3
    assert "还没有换过" in page.text


def test_the_page_speaks_english_too(shop: SimpleNamespace):
    page = shop.ann.get("/quality").text
    assert "Reliability of clicks" in page
    assert "Predicted ÷ came" in page


def test_how_much_was_shown_in_all_is_for_the_operator(shop: SimpleNamespace):
    assert "次数" not in shop.li.get("/quality").text
    assert "次数" in shop.op.get("/quality").text


def test_a_second_visit_reads_on_and_counts_nothing_twice(shop: SimpleNamespace):
    assert shop.li.get("/quality").text.count("<tr>") == shop.li.get("/quality").text.count("<tr>")
    counts = [one for one in shop.op.get("/quality").text.split() if "number" in one]
    assert counts == [one for one in shop.op.get("/quality").text.split() if "number" in one]


def test_what_the_gate_let_through_and_took_back_is_listed(shop: SimpleNamespace):
    bus = shop.live.market.bus
    bus.publish(PredictorPromoted(shop.clock.now(), "keen", "default", 0.012, 0.002))
    bus.publish(PredictorRolledBack(shop.clock.now(), "default", "keen", 0.006, 0.001))
    page = shop.li.get("/quality").text
    assert "上线" in page
    assert "回滚" in page
    assert "1.20% ± 0.20%" in page


def test_an_operator_opens_and_closes_the_gate_and_nobody_else_can(shop: SimpleNamespace):
    assert "打开闸门" in shop.op.get("/quality").text
    assert "打开闸门" not in shop.li.get("/quality").text
    assert shop.li.post("/quality/gate", "/catalogue/import", open="1").status_code == 404
    assert shop.live.gating.gate is None
    shop.op.post("/quality/gate", "/quality", open="1")
    assert shop.live.gating.gate is not None
    page = shop.op.get("/quality").text
    assert "slow-orders" in page
    assert "证据不足" in page
    shop.op.post("/quality/gate", "/quality", open="0")
    assert shop.live.gating.gate is None


def test_strangers_are_sent_to_sign_in(shop: SimpleNamespace):
    page = scene.Visitor(shop.app).get("/quality", follow_redirects=False)
    assert page.status_code in (302, 303, 307)
