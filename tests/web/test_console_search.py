"""Search on the console and over HTTP: who sees whose products, both languages, hostile queries."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

pytest.importorskip("httpx")
from starlette.testclient import TestClient

from magnetar.capabilities.catalogue import CatalogueImported
from magnetar.capabilities.search.routes import router
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.surface.principal import Principal, Role
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money
from magnetar.web.console import console_app

PASSWORD = "a password of some length"
NASTY = '<script>alert("x")</script>'


def product(merchant: str, id: str, title: str, english: str, available: bool = True) -> Product:
    return Product(
        ProductId(id),
        MerchantId(merchant),
        title,
        Money.of(59),
        title_en=english,
        available=available,
        cost=Money.of(7),
    )


@pytest.fixture(scope="module")
def shop() -> Iterator[SimpleNamespace]:
    platform = assemble(Settings(store="memory", event_log="memory"))
    platform.catalogue.put(
        "demo",
        [
            product("demo", "d1", "折叠椅 露营", "Folding Chair"),
            product("demo", "d2", "保温杯 不锈钢", "Thermos Flask"),
            product("demo", "d3", "折叠床 午休", "Folding Bed", available=False),
            product("demo", "x/1 ?", NASTY + " 台灯", NASTY + " lamp"),
        ],
    )
    platform.catalogue.put("other", [product("other", "o1", "折叠桌 铝合金", "Folding Table")])
    platform.accounts.add_merchant("other")
    app = console_app(platform)
    yield SimpleNamespace(platform=platform, app=app)
    platform.close()


def visitor(shop: SimpleNamespace, name: str, merchant: str = "demo", language: str = "zh-CN") -> TestClient:
    http = TestClient(shop.app, base_url="http://console.test", headers={"accept-language": language})
    token = shop.platform.accounts.invite(name, "merchant", merchant).token
    import re

    form = re.search(r'name="form_token" value="([^"]+)"', http.get(f"/welcome/{token}").text)
    assert form
    http.post(f"/welcome/{token}", data={"form_token": form[1], "password": PASSWORD, "again": PASSWORD})
    return http


def test_hits_say_why_in_the_visitor_s_language(shop: SimpleNamespace):
    zh = visitor(shop, "li").get("/search", params={"q": "折叠椅"}).text
    assert "折叠椅 露营" in zh
    assert "标题" in zh
    en = visitor(shop, "lee", language="en-GB").get("/search", params={"q": "foldign chair"}).text
    assert "Folding Chair" in en
    assert "Searched for folding" in en


def test_words_from_outside_keep_their_direction_to_themselves(shop: SimpleNamespace):
    page = visitor(shop, "rtl").get("/search", params={"q": "foldign\u202e chair"})
    assert page.status_code == 200
    notice = page.text.split("notice warn")[1].split("</div>")[0]
    assert "folding" in notice
    assert "\u202e" not in notice
    assert 'name="q"' in page.text
    assert 'dir="auto"' in page.text
    assert "<bdi>d1</bdi>" in page.text


def test_a_merchant_finds_only_their_own_products(shop: SimpleNamespace):
    page = visitor(shop, "wang").get("/search", params={"q": "折叠桌"}).text
    assert "铝合金" not in page
    assert visitor(shop, "zhao").get("/search/keywords/o1").status_code == 404


def test_nothing_found_is_said_and_the_shop_is_offered_as_such(shop: SimpleNamespace):
    page = visitor(shop, "sun").get("/search", params={"q": "🙂🙂"})
    assert page.status_code == 200
    assert "不是搜索结果" in page.text


@pytest.mark.parametrize("query", [NASTY, "'; DROP TABLE products; --", "围" * 3_000, "\0", "{{ 7*7 }}"])
def test_hostile_queries_change_nothing_and_run_nothing(shop: SimpleNamespace, query: str):
    http = visitor(shop, f"n{abs(hash(query))}")
    page = http.get("/search", params={"q": query})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert http.get("/search/suggest", params={"q": query}).status_code == 200
    assert "<script>alert" not in http.get("/search/keywords/x%2F1%20%3F").text


def test_keywords_and_negatives_stand_on_their_page(shop: SimpleNamespace):
    page = visitor(shop, "qian").get("/search/keywords/d1").text
    assert "折叠椅" in page
    assert "二手" in page


def api(shop: SimpleNamespace, who: Principal) -> TestClient:
    from fastapi import FastAPI

    app = FastAPI()
    app.include_router(router(shop.platform.search, lambda: who))
    return TestClient(app)


def test_http_answers_a_merchant_s_own_and_the_site_s_without_what_cannot_be_bought(shop: SimpleNamespace):
    http = api(shop, Principal("key", Role.MERCHANT, MerchantId("demo")))
    own = http.get("/search", params={"q": "折叠"}).json()
    assert {one["id"] for one in own["hits"]} == {"d1", "d3"}
    assert own["hits"][0]["why"]
    site = http.get("/search/site", params={"q": "折叠"}).json()
    assert {one["id"] for one in site["hits"]} == {"d1", "o1"}
    assert "cost" not in site["hits"][0]
    assert http.get("/search/suggest", params={"q": "折"}).json()["suggestions"]
    assert http.get("/search/keywords/d1").json()["keywords"]


def test_an_import_is_found_at_once_and_a_removed_product_no_more(shop: SimpleNamespace):
    search, catalogue = shop.platform.search, shop.platform.catalogue
    assert not search.search("竖琴", "demo").hits
    catalogue.put("demo", [product("demo", "h1", "竖琴 入门", "Harp")])
    shop.platform.runtime.bus.publish(
        CatalogueImported(merchant="demo", format="own", rows=1, inserted=1, updated=0, unchanged=0, rejected=0)
    )
    assert [hit.id for hit in search.search("竖琴", "demo").hits] == ["h1"]
    assert [hit.id for hit in search.search("harp", "").hits] == ["h1"]


def test_what_was_chosen_is_what_is_offered_where_nothing_is_found(shop: SimpleNamespace):
    search = shop.platform.search
    for _ in range(3):
        search.note("demo", "午休床", "d2")
    assert search.search("", "demo").popular[0].id == "d2"
    keywords, _ = search.keywords("demo", "d2")
    assert any(one.text == "午休床" and one.source == "log" for one in keywords)
    search.note("demo", "x" * 500)  # too long to be kept
    search.note("demo", "🙂" * 3)
