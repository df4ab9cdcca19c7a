"""What is asked at the door and chosen after it reaches search: counts, suggestions, keywords; never who asked."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from magnetar.capabilities.search import Heard
from magnetar.capabilities.search import service as searching
from magnetar.capabilities.search.service import AskedFor, worth_keeping
from magnetar.kernel.clock import MINUTE, SteppedClock
from magnetar.kernel.settings import Settings
from magnetar.platform.asked import LASTS
from magnetar.platform.assemble import assemble
from magnetar.platform.live import LivePlatform
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

START = 1_794_787_200 * 1_000_000


def product(merchant: str, id: str, title: str, english: str) -> Product:
    return Product(ProductId(id), MerchantId(merchant), title, Money.of(50), category="户外", stock=9, title_en=english)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[SimpleNamespace]:
    clock = SteppedClock(START)
    platform = assemble(Settings(home=tmp_path), clock)
    platform.catalogue.put(
        "demo",
        [product("demo", "a", "露营灯 充电", "Camping lantern"), product("demo", "b", "折叠椅 露营", "Folding chair"),
         product("demo", "c", "保温杯", "Thermos")],
    )  # fmt: skip
    live = LivePlatform(platform, 600)
    yield SimpleNamespace(
        platform=platform, live=live, clock=clock, asked=platform.runtime.store.collection("searches", AskedFor)
    )
    live.close()
    platform.close()


def ask(shop: SimpleNamespace, query: str, *people: str, click: str = "", wait: int = 0) -> None:
    """People search; each clicks the product of that id, if it is on their page."""
    for person in people:
        page = shop.live.decide(person, "search", query=query, site="site")
        shop.clock.step_to(shop.clock.now() + wait)
        for one in page.positions:
            if one.product == click:
                told = {"type": "clicked", "id": f"{person}-{query}", "page": page.page, "position": one.position}
                assert shop.live.events([told], site="site").accepted == 1


def edge(shop: SimpleNamespace) -> None:
    shop.clock.step_to((shop.clock.now() // (30 * MINUTE) + 1) * 30 * MINUTE)
    assert shop.live.open_ticks()


def counted(shop: SimpleNamespace, merchant: str = "demo") -> dict[str, tuple[int, dict[str, int]]]:
    return {key: (one.asked, one.chosen) for key, one in shop.asked.list(merchant)}


def test_queries_and_the_clicks_after_them_are_counted_at_the_tick_s_edge(shop: SimpleNamespace):
    ask(shop, "露营灯", "ann", "bob", "cid", click="a")
    ask(shop, "保温杯", "ann")
    assert counted(shop) == {}
    edge(shop)
    assert counted(shop) == {"露营灯": (3, {"a": 3}), "保温杯": (1, {})}
    assert counted(shop, "") == {"露营灯": (3, {}), "保温杯": (1, {})}


def test_suggestions_and_keywords_know_what_was_asked(shop: SimpleNamespace):
    ask(shop, "充电露营灯", "ann", "bob", "cid", click="a")
    edge(shop)
    assert "充电露营灯" in [one.text for one in shop.platform.search.suggest("充电", "demo")]
    assert "充电露营灯" in [one.text for one in shop.platform.search.suggest("充电", "")]
    found, _ = shop.platform.search.keywords("demo", "a")
    assert any(one.source == "log" and one.text == "充电露营灯" for one in found)


def test_one_person_counts_once_a_tick_and_a_product_once_a_page(shop: SimpleNamespace):
    for turn in range(5):
        page = shop.live.decide("ann", "search", query="露营灯", site="site")
        place = next(one.position for one in page.positions if one.product == "a")
        told = [{"type": "clicked", "id": f"{turn}-{n}", "page": page.page, "position": place} for n in range(3)]
        shop.live.events(told, site="site")
    edge(shop)
    assert counted(shop) == {"露营灯": (1, {"a": 5})}


def test_a_click_that_comes_too_late_is_not_counted_for_the_query(shop: SimpleNamespace):
    ask(shop, "露营灯", "ann", click="a", wait=LASTS + MINUTE)
    edge(shop)
    assert counted(shop) == {"露营灯": (1, {})}


@pytest.mark.parametrize(
    "query",
    ["围" * 150, "🙂🙂", "13800138000 露营灯", "a@b.cn 露营灯", "http://x 露营灯", "竖琴竖琴", " ", "露营灯\u202e"],
)
def test_what_is_long_empty_personal_or_finds_nothing_leaves_no_trace(shop: SimpleNamespace, query: str):
    ask(shop, query, "ann")
    edge(shop)
    assert counted(shop) == {}


def test_nothing_kept_names_a_shopper(shop: SimpleNamespace):
    ask(shop, "露营灯", "ann-the-shopper", click="a")
    edge(shop)
    kept = (shop.platform.runtime.settings.home / "magnetar.db").read_bytes()
    assert b"ann-the-shopper" not in kept


def test_queries_beyond_the_limit_push_out_the_least_asked(shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(searching, "MOST", 10)
    search = shop.platform.search
    search.note_many([Heard("demo", "露营灯", "", 9), *(Heard("demo", f"query {n}", "") for n in range(11))])
    kept = counted(shop)
    assert len(kept) <= 10
    assert kept["露营灯"] == (9, {})


def test_what_waits_is_counted_when_the_platform_closes(shop: SimpleNamespace):
    ask(shop, "保温杯", "ann")
    shop.live.close()
    assert counted(shop) == {"保温杯": (1, {})}


def test_a_query_is_counted_in_one_writing():
    assert worth_keeping("  Thermos   CUP ") == worth_keeping("thermos cup") == "thermos cup"
    assert worth_keeping("\0") == ""


def test_search_learns_from_what_was_chosen_and_answers_meanwhile(shop: SimpleNamespace):
    search = shop.platform.search
    before = search.engine("")
    search.note_many([Heard("demo", "夜里看书", "a", 40)])
    assert search.fresh == 40
    search.learn()
    assert search.fresh == 0
    assert search.engine("") is not before
    assert search.search("露营灯").hits[0].id == "a"
    assert search.engine("").clicks["demo", "a"] == 40


def test_answers_of_an_engine_that_gave_way_are_asked_anew(shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch):
    finder, search = shop.live.finder, shop.platform.search
    assert list(finder.of("露营灯"))  # words answer, and a lesson begins
    if search._worker is not None:
        search._worker.join(60.0)
    assert search.generation() == 1
    asked: list[str] = []
    whole = search.search
    monkeypatch.setattr(search, "search", lambda query, **more: (asked.append(query), whole(query, **more))[1])
    for _ in range(3):
        assert list(finder.of("露营灯"))
    assert asked == ["露营灯"]
    search.learn()
    finder.of("露营灯")
    assert asked == ["露营灯"] * 2


def test_what_is_clicked_in_turn_becomes_a_neighbour_in_keywords(shop: SimpleNamespace):
    for person in ("ann", "bob", "cid", "dan"):
        ask(shop, "露营灯", person, click="a")
        edge(shop)
        ask(shop, "折叠椅", person, click="b")
        edge(shop)
    edge(shop)
    assert dict(shop.platform.search.neighbours("demo", "a")).get("b", 0) >= 2
    found, _ = shop.platform.search.keywords("demo", "a")
    assert any(one.source == "neighbour" and "折叠椅" in one.reason.zh for one in found)
