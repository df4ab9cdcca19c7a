"""The page of tables that pages follow up: for operators only, verdicts with figures, a way back that is written down."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("httpx")

from magnetar.app.goods import sample_shop
from magnetar.capabilities.recommendation.following import WIDE
from magnetar.kernel.clock import SteppedClock
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.live import LivePlatform
from magnetar.platform.refitting import Refitter
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


scene: Any = _loaded("console_scene_models", Path(__file__).with_name("test_console.py"))
pictures: Any = _loaded("make_screenshots_models", ROOT / "docs" / "make_screenshots.py")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A shop whose visitors came for some hours."""
    clock = SteppedClock(pictures.START)
    platform = assemble(Settings(home=tmp_path_factory.mktemp("home")), clock)
    platform.catalogue.import_file(sample_shop() / "catalogue.csv", "demo")
    live = LivePlatform(platform, 1_500)
    app = console_app(platform, live)

    def visitor(name: str, role: str, language: str = "zh-CN") -> Any:
        one = scene.Visitor(app, language)
        link = platform.accounts.invite(name, role, "demo" if role == "merchant" else "").token
        assert one.post(f"/welcome/{link}", f"/welcome/{link}", password=scene.PASSWORD, again=scene.PASSWORD)
        return one

    made = SimpleNamespace(platform=platform, live=live, clock=clock, app=app)
    made.li, made.op, made.eve = visitor("li", "merchant"), visitor("op", "operator"), visitor("eve", "operator", "en")
    made.before = made.op.get("/models").text
    pictures.visit_for(made, 6, pages=48)
    yield made
    live.close()
    platform.close()


def test_merchants_do_not_find_the_page(shop: SimpleNamespace):
    assert shop.li.get("/models").status_code == 404
    assert 'href="/models"' not in shop.li.get("/").text
    assert 'href="/models"' in shop.op.get("/").text


def test_before_any_refit_the_page_says_so_and_offers_no_way_back(shop: SimpleNamespace):
    assert "还没有重拟合过" in shop.before
    assert "/models/rollback" not in shop.before


def test_lessons_of_search_are_told_with_whose_they_are_and_how_they_compare(shop: SimpleNamespace):
    search = shop.platform.search
    if search._worker is not None:
        search._worker.join(60.0)  # the shoppers' own first query
    assert search.learn("demo") is not None
    again = search.learn("demo")
    assert again is not None
    assert again.made_up > 100
    zh, en = shop.op.get("/models").text, shop.eve.get("/models").text
    assert f"{again.found:.3f} ⁄ {again.before:.3f}" in zh
    assert "不差于在用的" in zh
    assert "not worse than the one in use" in en
    assert "the first engine" in en


def test_a_refit_is_begun_from_the_page_and_its_verdict_is_shown_in_both_languages(shop: SimpleNamespace):
    page = shop.op.post("/models/refit", "/models")
    assert page.status_code == 200
    assert "已开始重拟合" in page.text
    refitter = Refitter.of(shop.live)
    assert refitter._thread is not None
    refitter._thread.join(60)
    assert refitter.trouble == ""
    assert "不接手" in shop.op.get("/models").text
    page = shop.eve.get("/models").text
    assert "Not taken" in page
    assert "Foretold" in page


def test_rolling_back_is_written_down_with_who_and_why(shop: SimpleNamespace):
    refitter = Refitter.of(shop.live)
    items = len(shop.live.market.shelf)
    partners = np.full((items, WIDE), -1, np.int32)
    partners[1:, 0] = 0
    version = refitter.versions.next()
    refitter.versions.keep(version, shop.clock.now(), partners, np.where(partners >= 0, 5.0, 0.0).astype(np.float32))
    with shop.live._turn, shop.live._lock:
        refitter._adopt(version, 0, np.zeros((0, 2), np.int32))
    assert "回到第 0 版" in shop.op.get("/models").text
    assert shop.op.post("/models/rollback", "/models", reason="点击变少").status_code == 200
    page = shop.op.get("/models").text
    assert "点击变少" in page
    assert "op ·" in page
    assert refitter.versions.use.version == 0
