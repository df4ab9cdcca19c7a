"""Variants of a winner that change one element each."""

import numpy as np
import pytest

from magnetar.capabilities.creative.direction import SceneWish
from magnetar.capabilities.creative.science import SORTS, Evidence, fit, refine, table_of
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.campaigns import Creative
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import CreativeId, MerchantId, ProductId
from magnetar.vocabulary.money import Money

CUP = Product(ProductId("cup"), MerchantId("demo"), "保温杯", Money.of(79))
WINNER = Creative(
    CreativeId("w"), ProductId("cup"), "video", MerchantId("demo"), elements={"hook": "name", "tempo": "fast"}
)
SCENES = (SceneWish("hook", "保温杯"), SceneWish("point", "保温 12 小时"), SceneWish("offer", "现在下单"))


def test_each_variant_changes_one_element_and_keeps_the_rest():
    found = refine(WINNER, CUP, scenes=SCENES, most=99)
    base = {sort: WINNER.elements.get(sort, levels[0]) for sort, levels in SORTS.items()}
    for one in found:
        assert {sort for sort in SORTS if one.elements[sort] != base[sort]} == {one.sort}
        assert one.expected is None
    assert len({(one.sort, one.level) for one in found}) == len(found)
    priced = next(one for one in found if (one.sort, one.level) == ("hook", "price"))
    assert priced.direction.scenes[0].headline == "¥79"
    assert priced.direction.scenes[1:] == SCENES[1:]


def test_what_should_bring_most_comes_first():
    table = table_of([{"text": level} for level in ("normal", "small", "large")] * 40)
    told = np.full((120, 1), 100.0)
    clicks = told * np.array([1.0, 0.7, 1.4] * 40)[:, None]
    belief = fit(table, np.arange(120) // 3, Evidence(told, clicks))
    found = refine(WINNER, CUP, belief=belief, scenes=SCENES)
    assert (found[0].sort, found[0].level, found[0].direction.text_scale) == ("text", "large", 1.2)
    assert found[0].expected is not None
    assert found[0].expected.factor > 1.2
    assert found[-1].level == "small"


def test_a_winner_of_another_product_is_refused():
    with pytest.raises(BadInput, match="expected 'pot'"):
        refine(WINNER, Product(ProductId("pot"), MerchantId("demo"), "锅", Money.of(99)))


def test_without_scenes_no_opening_is_made_up():
    assert "hook" not in {one.sort for one in refine(WINNER, CUP)}
