"""What is found, and why: words, slips, the other language, conditions, ids; what comes, goes, and is not there at all."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.search import ENGINES, SearchEngine, Shopper
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money


def product(id: str, title: str, price: float = 50.0, **more: object) -> Product:
    return Product(ProductId(id), MerchantId("shop"), title, Money.of(price), **more)  # type: ignore[arg-type]


GOODS = [
    product("a1", "砾途折叠椅 露营 120kg", 99.0, title_en="Litu Folding Chair", brand="砾途", category="户外 > 桌椅"),
    product("a2", "砾途折叠桌 铝合金", 199.0, title_en="Litu Folding Table", brand="砾途", category="户外 > 桌椅"),
    product("b1", "暖舍保温杯 500ml 不锈钢", 59.0, title_en="Thermos Flask, 500 ml", category="餐厨 > 水具"),
    product("b2", "暖舍陶瓷马克杯 350ml", 29.0, title_en="Ceramic Mug, 350 ml", category="餐厨 > 水具"),
    product("c1", "绒朔羊毛围巾 灰色", 129.0, title_en="Wool Scarf, Grey", category="服饰 > 配饰"),
    product("c2", "绒朔羊毛围巾 红色", 129.0, title_en="Wool Scarf, Red", category="服饰 > 配饰"),
    product("d1", "折叠雨伞 防风", 39.0, category="日用 > 雨具"),
    product("e1", "无线鼠标 静音", 49.0, title_en="Wireless Mouse, Silent", category="数码 > 外设"),
]


@pytest.fixture(scope="module")
def engine() -> SearchEngine:
    return SearchEngine.open(GOODS)


def ids(engine: SearchEngine, query: str, /, **more: object) -> list[str]:
    return [hit.id for hit in engine.search(query, **more).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("折叠椅", "a1"),
        ("folding table", "a2"),
        ("ceramic 马克杯", "b2"),
        ("wirelss mouse", "e1"),  # a letter dropped
        ("flodign chair", "a1"),  # letters swapped
        ("灰色围斤", "c1"),  # another character of the same sound
        ("0.5升 保温杯", "b1"),  # another unit
        ("grey scarf", "c1"),
        ("红色围巾", "c2"),
        ("b2", "b2"),  # the product's own id
        ("skillet chair", "a1"),  # half of it is not sold here
    ],
)  # fmt: skip
def test_the_product_that_was_meant_comes_first(engine: SearchEngine, query: str, first: str):
    assert ids(engine, query)[0] == first


def test_a_price_bound_leaves_out_what_is_dearer(engine: SearchEngine):
    assert "a2" not in ids(engine, "折叠 100元以下")
    assert set(ids(engine, "折叠 100元以下")) >= {"a1", "d1"}


def test_where_no_price_fits_the_bound_is_set_aside_and_said_to_be(engine: SearchEngine):
    found = engine.search("围巾 10元以下")
    assert found.eased
    assert {hit.id for hit in found.hits} >= {"c1", "c2"}
    assert any(note.kind == "eased" for note in found.notes)


def test_every_hit_says_why_it_is_there(engine: SearchEngine):
    for query in ("折叠椅", "wirelss mouse", "grey 围巾 200元以下", "a1"):
        found = engine.search(query)
        assert found.hits
        assert all(hit.reasons and all(one.zh and one.en for one in hit.reasons) for hit in found.hits)


def test_a_correction_is_told(engine: SearchEngine):
    found = engine.search("wirelss mouse")
    assert ("wirelss", "wireless") in found.corrections
    assert found.hits[0].reasons[0].kind in ("spelling", "word")


@pytest.mark.parametrize("query", ["", "   ", "🙂🙂🙂", "!!!", "的 了 and the", "qqqqzzzzxxxx"])
def test_what_asks_for_nothing_finds_nothing_and_offers_the_shop_as_such(engine: SearchEngine, query: str):
    found = engine.search(query)
    assert found.hits == ()
    assert found.popular
    assert {note.kind for note in found.notes} & {"empty", "wordless", "nothing"}
    assert any(note.kind == "popular" for note in found.notes)


@pytest.mark.parametrize(
    "query", ["'; DROP TABLE products; --", "<script>alert(1)</script>", "围巾" * 5_000, "a" * 10_000, "%s %d {0} \\"]
)
@pytest.mark.parametrize("name", ENGINES)
def test_hostile_and_endless_queries_are_answered(engine: SearchEngine, query: str, name: str):
    found = engine.search(query, engine=name)
    assert len(found.hits) <= 10


@pytest.mark.parametrize("name", ENGINES)
def test_an_empty_catalogue_answers_with_nothing(name: str):
    found = SearchEngine.open([]).search("折叠椅", engine=name)
    assert (found.hits, found.popular) == ((), ())
    assert found.notes[0].kind == "nothing"


@pytest.mark.parametrize("name", ENGINES)
def test_a_catalogue_of_one_product_finds_it(name: str):
    assert ids(SearchEngine.open(GOODS[:1]), "折叠椅", engine=name) == ["a1"]


def test_a_product_with_no_word_at_all_disturbs_nobody():
    engine = SearchEngine.open([*GOODS, product("z", "🙂")])
    assert ids(engine, "折叠椅")[0] == "a1"
    assert "z" not in ids(engine, "折叠椅")


def test_a_new_product_is_found_at_once_changed_at_once_and_gone_at_once():
    engine = SearchEngine.open(GOODS)
    new = product("n1", "竹制蒸笼 两层", title_en="Bamboo Steamer")
    engine.put(new)
    for name in ("bm25", "pieces", "generated", "hybrid"):
        assert "n1" in ids(engine, "竹制蒸笼", engine=name), name
    engine.put(replace(new, title="钛合金炒锅", title_en="Titanium Wok"))
    assert ids(engine, "炒锅")[0] == "n1"
    assert "n1" not in ids(engine, "蒸笼")
    engine.drop(("shop", "n1"))
    assert "n1" not in ids(engine, "炒锅") + ids(engine, "钛合金", engine="generated")
    engine.drop(("shop", "n1"))  # gone already: nothing happens
    assert len(engine) == len(GOODS)


def test_coming_and_going_often_leaves_the_index_as_it_was():
    engine = SearchEngine.open(GOODS, taught=False)
    before = [engine.search(query).hits for query in ("折叠", "围巾", "mug")]
    for turn in range(150):
        engine.put(product("n1", f"折叠围巾 mug {turn}"))
        engine.drop(("shop", "n1"))
    after = [engine.search(query).hits for query in ("折叠", "围巾", "mug")]
    for one, other in zip(before, after, strict=True):
        assert [hit.id for hit in one] == [hit.id for hit in other]
        assert np.allclose([hit.score for hit in one], [hit.score for hit in other])


@settings(max_examples=40, deadline=None)
@given(query=st.text(max_size=60), name=st.sampled_from(ENGINES))
def test_whatever_is_asked_only_products_that_exist_are_answered(engine: SearchEngine, query: str, name: str):
    found = ids(engine, query, engine=name, limit=5)
    assert len(found) == len(set(found)) <= 5
    assert set(found) <= {one.id for one in GOODS}


def test_the_same_products_and_seed_give_the_same_answers(engine: SearchEngine):
    again = SearchEngine.open(GOODS)
    for query in ("折叠", "wool scarf", "保温怀"):
        assert again.search(query).hits == engine.search(query).hits


def test_an_unknown_shopper_gets_the_answer_of_nobody_in_particular(engine: SearchEngine):
    stranger = Shopper((("shop", "no such product"), ("elsewhere", "a1")))
    assert engine.search("折叠", shopper=stranger).hits == engine.search("折叠").hits


def test_a_known_shopper_draws_generated_products_towards_what_they_looked_at(engine: SearchEngine):
    def probability(shopper: Shopper | None) -> float:
        hits = engine.search("折叠", 10, engine="generated", shopper=shopper).hits
        return next(hit.score for hit in hits if hit.id == "d1")

    assert probability(Shopper((("shop", "d1"),) * 3)) > probability(None)


def test_generated_probabilities_are_those_of_one_product(engine: SearchEngine):
    scores = [hit.score for hit in engine.search("围巾", 100, engine="generated").hits]
    assert len(scores) == len(GOODS)
    assert sum(scores) == pytest.approx(1.0, abs=1e-4)
    assert scores == sorted(scores, reverse=True)


def test_semantic_ids_are_each_product_s_own(engine: SearchEngine):
    codes = {engine.semantic_id(("shop", one.id)) for one in GOODS}
    assert len(codes) == len(GOODS)
    assert engine.semantic_id(("shop", "nobody")) == ()


def test_english_finds_what_is_only_written_in_chinese():
    pairs = [
        product(f"p{n}", f"枫叶{zh}", title_en=f"Mapleleaf {en}")
        for n, (zh, en) in enumerate([("香薰", "diffuser"), ("门铃", "doorbell"), ("竖琴", "harp")] * 3)
    ]
    engine = SearchEngine.open([*pairs, product("only", "星河竖琴 初学")])
    assert "only" in ids(engine, "harp")


def test_an_unknown_engine_or_limit_is_refused(engine: SearchEngine):
    with pytest.raises(ValueError, match="choose one of: bm25"):
        engine.search("x", engine="magic")
    with pytest.raises(ValueError, match="at least 1"):
        engine.search("x", 0)


def test_what_is_not_allowed_is_not_shown(engine: SearchEngine):
    assert "a1" not in ids(engine, "折叠", allowed=lambda one: one.id != "a1")
