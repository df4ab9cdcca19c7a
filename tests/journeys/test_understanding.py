"""A journey through what the platform understands: card, search, intent graph, a shopper's path, model quality."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'magnetar[dev]'")
ROOT = Path(__file__).resolve().parents[2]


def _loaded(name: str, place: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


pictures: Any = _loaded("make_screenshots_understanding", ROOT / "docs" / "make_screenshots.py")
console: Any = _loaded("console_journeys", Path(__file__).with_name("test_console.py"))
page = console.page


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with pictures.running_shop(tmp_path_factory.mktemp("home")) as running:
        pictures.visit_for(running, 12, pages=64)
        yield running


def test_from_a_search_to_a_card_to_a_need_to_a_shopper_s_path(shop: Any, page: Any):
    page.set_default_timeout(60_000)  # the first search trains the engine
    pictures.enter(page, shop, "looker")
    page.goto(f"{shop.url}/search")
    page.fill("input[name=q]", "露营灯 100元以下")
    page.keyboard.press("Enter")
    page.wait_for_selector(".film-words >> text=露营灯")
    page.click("text=关键词与否词 >> nth=0")
    page.wait_for_selector("text=否词")
    page.goto(f"{shop.url}/catalogue/cards/p012")
    assert "条条有据" in page.inner_text("main")
    page.goto(f"{shop.url}/intents")
    assert page.locator("svg").count() >= 1
    page.fill("input[name=shopper]", "shopper-7")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=为他推荐")
    page.goto(f"{shop.url}/quality")
    assert "换模的闸门" in page.inner_text("main")
    page.set_viewport_size({"width": 390, "height": 844})
    for _, path in pictures.UNDERSTANDING:
        page.goto(shop.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert page.evaluate(
            "[...document.querySelectorAll('.film')].every(one => one.scrollWidth <= one.clientWidth)"
        ), path
