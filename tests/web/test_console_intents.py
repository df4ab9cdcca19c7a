"""The intent graph in the console: what is drawn, taken out and put back, who sees what, and why a shopper."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("httpx")

from magnetar.app.goods import sample_shop
from magnetar.kernel.clock import MINUTE, SteppedClock
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.live import Ask, LivePlatform
from magnetar.web.console import console_app


def _loaded(name: str, place: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


scene: Any = _loaded("console_scene_intents", Path(__file__).with_name("test_console.py"))


def _visits(live: LivePlatform, clock: SteppedClock, pages: int = 80) -> None:
    """Even shoppers click goods of even rows, odd ones those of odd rows."""
    for tick in range(3):
        clock.step_to(clock.now() + 30 * MINUTE)
        live.open_ticks()
        asks = [("demo", Ask(f"shopper-{number % 40}", "feed")) for number in range(pages)]
        answers = live.decide_many(asks)
        reports: list[dict[str, Any]] = []
        for row in range(pages):
            token = answers.tokens[row]
            reports.append({"type": "viewed", "id": f"v{tick}-{row}", "page": token, "depth": 10})
            for place, item in enumerate(answers.item[row][:10]):
                wanted = item % 2 == row % 2
                if item >= 0 and wanted:
                    reports.append(
                        {"type": "clicked", "id": f"c{tick}-{row}-{place}", "page": token, "position": place}
                    )
        for start in range(0, len(reports), 500):
            live.events(reports[start : start + 500], site="demo")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    clock = SteppedClock(1_795_132_800 * 1_000_000)
    platform = assemble(Settings(home=tmp_path_factory.mktemp("home")), clock)
    platform.catalogue.import_file(sample_shop() / "catalogue.csv", "demo")
    live = LivePlatform(platform, 500)
    app = console_app(platform, live)

    def visitor(name: str, merchant: str, language: str = "zh-CN") -> Any:
        one = scene.Visitor(app, language)
        link = platform.accounts.invite(name, "merchant", merchant).token
        assert one.post(f"/welcome/{link}", f"/welcome/{link}", password=scene.PASSWORD, again=scene.PASSWORD)
        return one

    made = SimpleNamespace(
        live=live,
        clock=clock,
        platform=platform,
        li=visitor("li", "demo"),
        wu=visitor("wu", "empty"),
        ann=visitor("ann", "demo", "en"),
    )
    made.before = made.li.get("/intents").text
    _visits(live, clock)
    made.mined = made.li.post("/intents/mine", "/intents")
    yield made
    app.state.site.close()
    live.close()
    platform.close()


def test_before_anybody_clicked_scenes_are_hypotheses(shop: SimpleNamespace):
    assert "露营过夜" in shop.before
    assert "假设, 待验证" in shop.before
    assert "还没有用户行为" in shop.before


def test_the_page_draws_the_need_with_its_types_in_both_languages(shop: SimpleNamespace):
    page = shop.li.get("/intents").text
    assert '<svg class="intent-graph"' in page
    assert '<g class="type">' in page
    english = shop.ann.get("/intents").text
    assert "Intent graph" in english
    assert "camping overnight" in english


def test_a_shopper_sees_the_way_to_each_recommendation(shop: SimpleNamespace):
    page = shop.li.get("/intents/shopper?shopper=shopper-2")
    assert page.status_code == 200
    assert "为什么推荐" in page.text
    assert " → " in page.text
    assert "rank" in shop.ann.get("/intents/shopper?shopper=shopper-2").text


def test_an_edge_taken_out_is_marked_audited_and_put_back(shop: SimpleNamespace):
    page = shop.li.get("/intents").text
    edge = page.split('name="edge" value="')[1].split('"')[0].replace("&gt;", ">")
    assert shop.li.post("/intents/edge", "/intents", edge=edge, action="delete").status_code in (200, 303)
    after = shop.li.get("/intents").text
    assert "已删除" in after
    assert 'id="audit"' in after
    assert shop.li.post("/intents/edge", "/intents", edge=edge, action="restore").status_code in (200, 303)
    again = shop.li.get("/intents").text
    assert 'class="gone"' not in again
    assert "恢复" in again


@pytest.mark.parametrize(
    "path",
    [
        "/intents?need=nothing",
        "/intents/shopper?shopper=nobody",
        "/intents/shopper?shopper=shopper-2&product=p999",
        f"/intents/shopper?shopper={quote('💥' * 300)}",
    ],
)
def test_what_does_not_exist_is_not_found(shop: SimpleNamespace, path: str):
    assert shop.li.get(path).status_code == 404


def test_an_edge_that_does_not_exist_or_another_action_is_refused(shop: SimpleNamespace):
    assert shop.li.post("/intents/edge", "/intents", edge="t:x>y", action="delete").status_code == 404
    assert shop.li.post("/intents/edge", "/intents", edge="t:x>y", action="burn").status_code == 422


def test_a_merchant_without_products_is_told_what_to_do_and_sees_nobody_elses(shop: SimpleNamespace):
    page = shop.wu.get("/intents").text
    assert "还没有商品" in page
    assert "帐篷" not in page
    assert shop.wu.get("/intents/shopper?shopper=shopper-2").status_code == 404
