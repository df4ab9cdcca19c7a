"""Journeys through the console in a real browser: from a first link to a launched campaign and back."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from magnetar.app.goods import sample_shop
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.money import Money
from magnetar.web.console.static import FOLDER

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'magnetar[dev]'")
CHROMIUM = os.environ.get("CHROMIUM", "") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
if not CHROMIUM:
    pytest.skip("no chromium here: apt-get install chromium, or name one in CHROMIUM", allow_module_level=True)

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))
try:
    from make_screenshots import Shop, browser, enter, rehearse, running_shop, visit_for
finally:
    sys.path.pop(0)

SCRIPTS = FOLDER / "vendor" / "echarts.common.min.js"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    home = tmp_path_factory.mktemp("home")
    os.environ.setdefault("CHROMIUM", CHROMIUM)
    tiny_film(home / "films" / "demo" / "p001.mp4")
    with running_shop(home) as running:
        yield running


@pytest.fixture
def page(shop: Shop) -> Iterator[Any]:
    """A page that must not complain: errors and blocked content in its console fail the journey."""
    said: list[str] = []
    with browser() as one:
        one.set_default_timeout(15_000)
        one.on("pageerror", lambda error: said.append(str(error)))
        one.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        yield one
    assert [line for line in said if "404" not in line and "422" not in line] == []


def until(page: Any, expression: str) -> None:
    """Wait until it holds; asked anew each time, because the pages' policy forbids waiting inside them by eval."""
    for _ in range(150):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {expression}")


def tiny_film(path: Path) -> None:
    """A second of a moving stripe, where PyAV is installed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        import av
        import numpy as np
    except ImportError:
        return
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 90, 160, "yuv420p"
        for number in range(12):
            picture = np.zeros((160, 90, 3), np.uint8)
            picture[:, number * 7 : number * 7 + 10] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def test_a_merchant_imports_rehearses_launches_and_undoes(shop: Shop, page: Any):
    enter(page, shop, "journey", merchant="fresh")
    assert page.inner_text("h1") == "概览"
    page.click("main a.button:has-text('导入') >> nth=0")
    page.set_input_files("input[type=file]", sample_shop() / "catalogue.csv")
    page.click("form[action='/catalogue/import'] button.primary")
    page.wait_for_selector("#report")
    assert "每一行都读懂了" in page.inner_text("#report")

    page.goto(f"{shop.url}/rehearsals")
    page.fill("input[name=days]", "1")
    page.fill("input[name=pairs]", "2")
    page.fill("input[name=budget]", "800")
    page.click("form[action='/rehearsals'] button")
    page.wait_for_selector("progress")
    page.wait_for_selector("text=/已完成 [12] \\/ 2/", timeout=120_000)  # live, without a reload
    page.wait_for_selector(".badge.good:has-text('已完成')", timeout=120_000)
    assert page.locator(".verdict .sentence").count() == 1
    if SCRIPTS.is_file():
        assert page.locator(".canvas canvas").count() >= 3
    assert page.locator("figure.chart details table").count() >= 3

    page.click("table.arms tr:has-text('UAX') a.button")
    page.wait_for_selector("dialog[open], form[action$='/launch/uax']")
    assert "95% 区间" in page.inner_text("form[action$='/launch/uax']")
    page.click("text=确认投放")
    page.wait_for_url("**/campaigns/fresh-uax")
    assert "计划已投放" in page.inner_text("#toasts")
    assert page.locator(".decision").count() > 5

    page.click(".decision >> nth=0 >> text=撤销")
    page.wait_for_selector("form[action$='/undo']")
    page.click("form[action$='/undo'] button.danger")
    page.wait_for_selector("#toasts >> text=已撤销")
    assert page.locator(".decision.undone").count() == 1


def test_search_and_sorting_work_in_place(shop: Shop, page: Any):
    enter(page, shop, "seeker")
    page.goto(f"{shop.url}/catalogue")
    page.fill("input[type=search]", "马克杯")
    page.wait_for_selector("#table tbody tr:nth-child(1):has-text('马克杯')")
    until(page, "document.querySelectorAll('#table tbody tr').length < 10")
    page.fill("input[type=search]", "")
    until(page, "document.querySelectorAll('#table tbody tr').length === 25")
    page.click("thead >> text=价格")
    page.wait_for_selector("th[aria-sort=ascending]")
    assert "sort=price" in page.url


def test_the_language_and_the_look_switch(shop: Shop, page: Any):
    enter(page, shop, "switcher")
    page.click("text=English")
    page.wait_for_selector("h1:has-text('Overview')")
    page.goto(f"{shop.url}/catalogue")
    assert page.inner_text("h1") == "Catalogue"
    page.click("form.looks button[name=look]")
    page.wait_for_selector("html[data-look=light]")
    page.click("form.looks button[name=look]")
    page.wait_for_selector("html[data-look=dark]")
    assert page.evaluate("getComputedStyle(document.body).colorScheme || matchMedia('all').matches")
    page.click("text=中文")
    page.wait_for_selector("h1:has-text('商品')")


def test_a_merchant_does_not_see_another(shop: Shop, page: Any):
    enter(page, shop, "stranger", merchant="elsewhere")
    for path in ("/films/p001.mp4", "/campaigns/demo-uax", "/catalogue/pictures/p001"):
        answer = page.request.get(shop.url + path)
        assert answer.status == 404, path
    page.goto(f"{shop.url}/catalogue")
    assert "还没有商品" in page.inner_text("main")


def test_a_film_plays(shop: Shop, page: Any):
    pytest.importorskip("av", reason="no PyAV here to make a film with")
    enter(page, shop, "watcher")
    page.goto(f"{shop.url}/creatives")
    page.evaluate("document.querySelector('video').muted = true")
    page.click("button.play")
    until(page, "document.querySelector('video').currentTime > 0.3")


def test_a_wrong_password_is_told(shop: Shop, page: Any):
    page.goto(f"{shop.url}/sign-in")
    page.fill("input[name=name]", "nobody")
    page.fill("input[name=password]", "nothing at all")
    answer = page.request.get(f"{shop.url}/audit", max_redirects=0)
    assert answer.status == 303
    page.press("input[name=password]", "Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"


def test_no_page_is_wider_than_a_phone(shop: Shop):
    with browser(width=390, height=844) as page:
        enter(page, shop, "phone")
        for path in ("/", "/catalogue", "/rehearsals", "/campaigns", "/creatives", "/audit", "/accounts"):
            page.goto(shop.url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_everything_works_without_scripts(shop: Shop):
    """Tables stand in for charts, whole pages for parts."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_context(java_script_enabled=False, locale="zh-CN").new_page()
        enter(page, shop, "plain")
        page.goto(f"{shop.url}/catalogue")
        page.fill("input[type=search]", "马克杯")
        page.press("input[type=search]", "Enter")
        assert "马克杯" in page.inner_text("tbody tr")
        chromium.close()


def test_shoppers_show_up_in_the_figures(shop: Shop, page: Any):
    enter(page, shop, "counter")
    address = rehearse(page, shop, 2, days=1)
    page.goto(f"{address}/launch/whole-site")
    page.click("main .primary")
    page.wait_for_url("**/campaigns/demo-whole-site")
    visit_for(shop, 3)
    page.reload()
    views = page.inner_text(".tile:has-text('曝光') .tile-value").split("/")[0].replace(",", "")
    assert int(views) > 0


def test_a_holdout_is_begun_read_and_ended_and_the_market_is_drawn(shop: Shop, page: Any):
    if "demo-manual" not in {one.id for one in shop.hosting.campaigns("demo")}:
        shop.hosting.launch("demo", "manual", Goal(GoalKind.TARGET_ROI, 2.0), Money.of(200), by="judge")
    enter(page, shop, "judge")
    page.goto(f"{shop.url}/campaigns/demo-manual/market")
    if page.locator("form.bidder button.primary").count():
        page.click("form.bidder button:has-text('换用出价推理')")
        page.wait_for_selector("form.bidder button:has-text('换回 pacing')")
    page.click(".tabs >> text=实验")
    page.select_option("select[name=campaign]", "demo-manual")
    page.fill("input[name=share]", "30")
    page.click("form[action='/experiments'] button")
    page.wait_for_selector("#toasts >> text=实验开始")
    for turn in range(8):  # whom the campaign reaches is a matter of luck, and an interval needs some in each arm
        visit_for(shop, 6, seed=5 + turn)
        found = shop.live.market.experiments.estimate("demo-manual:x1")
        if min(found.control, found.treated) >= 10:
            break
    page.reload()
    page.wait_for_selector("#credit tr.cause")  # fetched after the page
    assert "按用户留存对照, 幽灵出价" in page.inner_text("#experiment")
    if SCRIPTS.is_file():
        until(page, "document.querySelectorAll('.canvas canvas').length >= 1")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("text=结束实验")
    page.wait_for_selector("#toasts >> text=实验已结束")

    page.goto(f"{shop.url}/campaigns/demo-manual/market")
    if SCRIPTS.is_file():
        until(page, "document.querySelectorAll('.canvas canvas').length >= 4")
    assert page.locator("#reasons .decision").count() >= 1
    assert page.locator("figure.chart details table").count() >= 4
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/campaigns/demo-manual/market", "/experiments", "/experiments/demo-manual:x1"):
        page.goto(shop.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
