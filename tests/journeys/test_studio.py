"""A journey through the studio in a real browser: films ordered, found, edited, and talked about."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'magnetar[dev]'")


def _loaded(name: str, place: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


console: Any = _loaded("console_journeys_studio", Path(__file__).with_name("test_console.py"))
Shop, browser, enter, running_shop = console.Shop, console.browser, console.enter, console.running_shop

SMALL = 270
"""Pixels across, so that a film takes a second."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    os.environ.setdefault("CHROMIUM", console.CHROMIUM)
    with running_shop(tmp_path_factory.mktemp("home")) as running:
        running.site.studio.width = SMALL
        yield running


@pytest.fixture
def page(shop: Any) -> Iterator[Any]:
    """A page that must not complain, as in the console's journeys."""
    said: list[str] = []
    with browser() as one:
        one.set_default_timeout(20_000)
        one.on("pageerror", lambda error: said.append(str(error)))
        one.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        yield one
    assert [line for line in said if "404" not in line and "422" not in line] == []


@pytest.mark.slow
def test_from_a_product_to_films_edited_words_and_a_talk(shop: Any, page: Any):
    enter(page, shop, "maker")
    page.goto(f"{shop.url}/studio?product=p012")
    page.fill("input[name=count]", "2")
    page.fill("input[name=length_s]", "12")
    page.click("form[action='/studio'] button.primary")
    page.wait_for_selector("progress")
    page.wait_for_selector(".badge.good:has-text('已完成')", timeout=240_000)  # live, without a reload
    page.click("text=到素材库")
    assert page.locator("article.film").count() == 2
    page.click("article.film .play >> nth=0")
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('video').error") is None
    page.fill("input[type=search]", "没有这样的词")
    page.wait_for_selector("text=没有符合的影片")
    page.fill("input[type=search]", "")
    page.wait_for_selector("article.film")
    assert page.locator(".play").count() == 2  # films that came by htmx can be played as well

    page.click("a:has-text('改片') >> nth=0")
    points = page.locator("li.board-row.point input[name=headline]")
    first, second = points.nth(0).input_value(), points.nth(1).input_value()
    rows = page.locator("li.board-row.point")
    rows.nth(1).locator("img").drag_to(rows.nth(0).locator("img"), target_position={"x": 20, "y": 3})
    assert [points.nth(0).input_value(), points.nth(1).input_value()] == [second, first]
    page.locator("li.board-row.point").nth(0).locator("button[value^='down:']").click()
    page.wait_for_load_state()
    assert [points.nth(0).input_value(), points.nth(1).input_value()] == [first, second]
    points.nth(0).fill("全网最低价")
    page.click("button:has-text('出新版本')")
    page.wait_for_selector(".refusal")
    assert "全网最低" in page.inner_text(".refusal")
    points.nth(0).fill(second)
    points.nth(1).fill(first)
    page.uncheck("input[name=voice]")
    page.click("button:has-text('出新版本')")
    page.wait_for_selector(".badge.good:has-text('已完成')", timeout=240_000)
    page.click("text=打开新版本")
    assert points.nth(0).input_value() == second
    assert page.locator("ol.changes li").count() == 2  # two versions

    page.goto(f"{shop.url}/studio/agent")
    page.fill("textarea", "p012")
    page.click("form.say button")
    page.wait_for_selector(".pitch")
    assert page.locator(".pitch").count() == 3
    page.click(".pitch button >> nth=1")
    page.wait_for_selector(".talk video", timeout=240_000)
    page.click("aside button:has-text('发布')")
    page.wait_for_selector("#toasts >> text=已发布")
    page.goto(f"{shop.url}/creatives?state=published")
    assert page.locator("article.film").count() == 1
    page.click("article.film details.menu summary")
    page.click("article.film button:has-text('下架')")
    page.wait_for_selector("#toasts >> text=已下架")
    page.click(".changes button:has-text('撤销')")
    page.wait_for_selector("#toasts >> text=已撤销")


def test_pages_fit_a_phone(shop: Any):
    with browser("en-GB", 390, 844) as page:
        enter(page, shop, "phone")
        for path in ("/studio", "/creatives", "/studio/variants", "/studio/agent", "/studio/drama", "/generation"):
            page.goto(f"{shop.url}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
