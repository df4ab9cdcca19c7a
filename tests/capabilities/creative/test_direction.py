"""What may be wished of a film, and what may not."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.creative.direction import Direction, SceneWish, directed, read_direction, wishes
from magnetar.capabilities.creative.script import Line, Script
from magnetar.kernel.errors import BadInput, MagnetarError, Refused
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.money import Money


@pytest.fixture
def script() -> Script:
    product = Product("p1", "m1", "青釉餐盘", price=Money.of("59.90"))  # pyright: ignore
    lines = (Line("hook", "青釉餐盘"), Line("point", "微波炉能进"), Line("point", "4只装"), Line("offer", "青釉餐盘"))
    return Script(product, "zh", "釉野", lines, ("¥", "59.90"), None, "立即购买", [])


def test_no_direction_changes_nothing(script):
    assert directed(script, Direction()).lines == script.lines


def test_price_first_puts_the_offer_after_the_hook(script):
    kinds = [line.kind for line in directed(script, Direction(price_first=True)).lines]
    assert kinds == ["hook", "offer", "point", "point"]


def test_scenes_by_hand_replace_the_script(script):
    scenes = (SceneWish("hook", "青釉餐盘"), SceneWish("offer", "今日价"))
    assert [line.headline for line in directed(script, Direction(scenes)).lines] == ["青釉餐盘", "今日价"]


def test_forbidden_words_by_hand_are_refused(script):
    with pytest.raises(Refused, match="最"):
        directed(script, Direction((SceneWish("hook", "最好的餐盘"), SceneWish("offer", "价格"))))


def test_a_direction_comes_back_from_its_plain_form(script):
    wanted = Direction(wishes(script), text_scale=1.2, pace="fast", voice="none", aspect="1:1", length_s=20.0)
    told = wanted.plain()
    assert read_direction({**told, "scenes": list(told["scenes"])}) == wanted


@pytest.mark.parametrize(
    "told",
    [
        {"size": 2},
        {"text_scale": 9},
        {"text_scale": True},
        {"aspect": "2:1"},
        {"scenes": "hook"},
        {"scenes": [{"kind": "hook"}]},
        {"scenes": [{"kind": "point", "headline": "x"}]},
        {"scenes": [{"kind": "hook", "headline": "x", "seconds": 99}, {"kind": "offer", "headline": "y"}]},
        {"scenes": [{"kind": "hook", "headline": "x" * 61}, {"kind": "offer", "headline": "y"}]},
        {"price_first": "yes"},
    ],
)
def test_what_cannot_be_wished_is_refused_with_words(told):
    with pytest.raises(BadInput, match=r"takes|no such|first|has a headline"):
        read_direction(told)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["scenes", "text_scale", "pace", "tune", "voice", "x"]), ANYTHING))
def test_any_plain_fields_are_a_direction_or_an_error_for_people(told):
    with contextlib.suppress(MagnetarError):
        assert isinstance(read_direction(told), Direction)
