"""The parts of search: conditions, spelling, the dictionary, BM25 by hand, the gate, suggestions, keywords, negatives."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.search import Bridge, Match, Phrases, SearchEngine, exclude, expand, suggest, take_apart
from magnetar.capabilities.search.constraints import facts_of, satisfied
from magnetar.capabilities.search.fields import texts_of
from magnetar.capabilities.search.fusion import SIGNS, USUAL, learn
from magnetar.capabilities.search.homophones import ALIKE
from magnetar.capabilities.search.lexical import Inverted
from magnetar.capabilities.search.spelling import Spelling
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money


def product(id: str, title: str, price: float = 50.0, **more: object) -> Product:
    return Product(ProductId(id), MerchantId("shop"), title, Money.of(price), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "low", "high"),
    [
        ("保温杯 100元以下", 0, 100),
        ("mug under 20", 0, 20),
        ("mug under $20", 0, 20),
        ("50-100元 围巾", 50, 100),
        ("围巾 200元以上", 200, math.inf),
        ("不超过30块的本子", 0, 30),
        ("100元左右 背包", 70, 130),
        ("over 50 scarf", 50, math.inf),
        ("cable under 5m", 0, math.inf),  # a length, not a price
        ("围巾 200元以上 100元以下", 0, math.inf),  # contradictory: says nothing
        ("304不锈钢", 0, math.inf),
    ],
)
def test_prices_are_read(query: str, low: float, high: float):
    wish = take_apart(query)
    assert (wish.low, wish.high) == (pytest.approx(low), pytest.approx(high))


def test_measures_are_the_same_in_any_unit():
    made = product("1", "围裙", attributes={"长度": "1.5m", "容量": "0.5L", "直径": "20.3cm"})
    facts = facts_of(made, texts_of(made))
    for query in ("150cm", "1.5米", "1500mm", "500ml", "500毫升", "8英寸", "8 inch"):
        assert satisfied(take_apart(query), facts) == 1.0, query
    assert satisfied(take_apart("160cm"), facts) == 0.0
    assert satisfied(take_apart("150cm 900ml"), facts) == 0.5


def test_colours_and_sizes_are_read_off_attributes():
    made = product("1", "开衫", attributes={"颜色": "灰", "尺码": "M-2XL"})
    facts = facts_of(made, texts_of(made))
    assert satisfied(take_apart("灰色开衫"), facts) == satisfied(take_apart("grey cardigan xl"), facts) == 1.0
    assert satisfied(take_apart("红色开衫"), facts) == 0.0


@given(st.text(max_size=200))
def test_any_text_can_be_taken_apart(query: str):
    wish = take_apart(query)
    assert wish.low <= wish.high


def test_bm25_is_what_the_formula_says():
    index = Inverted(k1=0.5)
    index.put(0, {"chair": 1.0, "fold": 2.0})
    index.put(1, {"chair": 1.0})
    index.put(2, {"lamp": 1.0})
    slots, scores = index.scores([[("chair", 1.0)], [("fold", 1.0)]])
    chair = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    fold = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5)) * 2.0 * 1.5 / 2.5
    assert slots.tolist() == [0, 1]
    assert scores == pytest.approx([chair + fold, chair], rel=1e-5)


def test_a_concept_counts_its_best_stand_in_and_not_the_sum():
    index = Inverted()
    index.put(0, {"sofa": 1.0, "couch": 1.0})
    index.put(1, {"sofa": 1.0})
    index.put(2, {"lamp": 1.0})
    _, scores = index.scores([[("sofa", 1.0), ("couch", 0.4)]])
    assert scores[0] == pytest.approx(max(index.idf("sofa"), 0.4 * index.idf("couch")), rel=1e-5)


def test_dropped_products_answer_no_more_and_count_no_more():
    index = Inverted()
    for slot in range(200):
        index.put(slot, {"chair": 1.0, f"w{slot}": 1.0})
    for slot in range(150):
        index.drop(slot)
    slots, _ = index.scores([[("chair", 1.0)]])
    assert slots.tolist() == list(range(150, 200))
    assert (index.terms["chair"], "w3" in index, "w180" in index) == (50, False, True)
    with pytest.raises(ValueError, match="taken"):
        index.put(160, {"x": 1.0})


def test_a_slip_leads_to_the_word_and_a_known_word_is_left_alone():
    spelling = Spelling()
    spelling.put({"title": "folding chair 保温杯 不锈钢"})
    assert spelling.latin("foldign")[0][0] == "folding"
    assert spelling.latin("chair") == []
    assert spelling.latin("zz") == []
    meant = dict(spelling.han("不绣钢"))
    assert meant["不绣钢"][0] == ("不锈钢", 0.9)
    spelling.drop({"title": "folding chair 保温杯 不锈钢"})
    assert (spelling.latin("foldign"), spelling.han("不绣钢")) == ([], [])


def test_words_that_were_split_or_run_together_are_mended():
    spelling = Spelling()
    spelling.put({"title": "waterproof phone case"})
    assert spelling.joined(["water", "proof"]) == [(0, "waterproof")]
    assert spelling.split("phonecase") == ["phone", "case"]


def test_sounding_alike_is_mutual_and_no_character_sounds_like_itself():
    for one, others in ALIKE.items():
        assert one not in others
        assert all(one in ALIKE[other] for other in others)


def test_the_dictionary_learns_which_word_goes_with_which():
    titles = [
        ("红 苹果", "red apple"),
        ("红 围巾", "red scarf"),
        ("绿 苹果", "green apple"),
        ("绿 围巾", "green scarf"),
    ]
    bridge = Bridge.learn(titles)
    assert bridge.across("苹果")[0][0] == "appl"
    assert bridge.across("scarf")[0][0] == "围巾"
    assert bridge.across("unknown") == ()
    assert Bridge.learn([]).words == {}


def test_the_gate_learns_the_sign_that_tells():
    rng = np.random.default_rng(3)
    asked = []
    for _ in range(60):
        signs = rng.uniform(0, 1, (8, len(SIGNS)))
        signs[0, SIGNS.index("dense")] = 1.0
        signs[1:, SIGNS.index("dense")] *= 0.5
        asked.append((signs, 0))
    gate = learn(asked, pull=0.0)
    assert gate.weights[SIGNS.index("dense")] == max(gate.weights)
    assert gate.weights[SIGNS.index("unwanted")] == USUAL.weights[SIGNS.index("unwanted")]
    assert learn([]) == USUAL


SHOP = [
    product("chair", "砾途折叠椅 露营", brand="砾途", category="户外 > 桌椅", title_en="Litu Folding Chair"),
    product("stool", "远山折叠凳 便携", brand="远山", category="户外 > 桌椅"),
    product("fan", "微风折叠风扇 静音", brand="微风", category="家电 > 风扇"),
    product("coat", "绒朔男士羽绒服 黑色", brand="绒朔", category="服饰 > 羽绒服"),
]


@pytest.fixture(scope="module")
def shop() -> SearchEngine:
    return SearchEngine.open(SHOP, taught=False)


def test_suggestions_begin_with_what_was_typed_and_the_popular_come_first(shop: SearchEngine):
    phrases = Phrases.gather(SHOP, {"折叠床": 9, "折叠梯": 2})
    found = [one.text for one in suggest(phrases, "折叠", shop.spelling)]
    assert found[0] == "折叠床"
    begins = [text.startswith("折叠") for text in found]
    assert begins == sorted(begins, reverse=True)
    assert "折叠梯" not in found  # asked too seldom to be shown to others
    assert suggest(phrases, "", shop.spelling, 3)


def test_a_misspelt_prefix_is_corrected_and_says_so(shop: SearchEngine):
    [one, *_] = suggest(Phrases.gather(SHOP), "foldign", shop.spelling)
    assert one.kind == "corrected"
    assert "folding" in one.text.lower()
    assert suggest(Phrases.gather([]), "x", Spelling()) == []


def keywords_of(shop: SearchEngine, one: Product, **more: object):
    return expand(one, lambda query: shop.place(query, ("shop", one.id)), shop.bridge, **more)  # type: ignore[arg-type]


def test_keywords_come_from_the_product_the_log_and_its_neighbours_each_with_its_reason(shop: SearchEngine):
    found = {one.text: one for one in keywords_of(shop, SHOP[0], log={"露营凳子": (20, 5)}, neighbours=[(SHOP[2], 7)])}
    assert found["折叠椅"].match is Match.PHRASE
    assert found["砾途 折叠椅"].match is Match.EXACT
    assert (found["露营凳子"].match, found["露营凳子"].source) == (Match.EXACT, "log")
    assert any(one.source == "neighbour" for one in found.values())
    assert all(one.reason.zh and one.reason.en and 0.0 <= one.score <= 1.0 for one in found.values())
    assert "kg" not in found


def test_the_more_a_query_is_asked_and_chosen_the_better_the_keyword(shop: SearchEngine):
    few = {one.text: one.score for one in keywords_of(shop, SHOP[0])}
    many = {one.text: one.score for one in keywords_of(shop, SHOP[0], log={"折叠椅": (100, 30)})}
    assert many["折叠椅"] > few["折叠椅"]


def test_negatives_name_other_categories_that_share_a_word_rivals_other_people_and_no_purchase():
    found = {one.text: one.kind for one in exclude(SHOP[0], SHOP)}
    assert any("风扇" in text and kind == "other_category" for text, kind in found.items())
    assert found["远山"] == "rival_brand"
    assert found["二手"] == "not_buying"
    assert {one.text: one.kind for one in exclude(SHOP[3], SHOP)}["女士"] == "other_people"
    assert "砾途" not in found


def test_a_product_alone_or_without_words_still_has_an_answer():
    bare = product("x", "🙂")
    assert expand(bare, lambda query: (0, 0), Bridge()) == []
    assert {one.kind for one in exclude(bare, [bare])} == {"not_buying"}
