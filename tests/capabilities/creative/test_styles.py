"""Style words: readable colours for every category, other weights of letters, and nothing changed where no style is asked for."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from magnetar.capabilities.creative.direction import Direction, read_direction
from magnetar.capabilities.creative.palette import READABLE, WHITE, contrast, palette_for
from magnetar.capabilities.creative.styles import STYLES, styled
from magnetar.capabilities.creative.typeface import Typeface, find_typeface
from magnetar.kernel.errors import BadInput, ProviderUnavailable

CATEGORIES = ("厨房", "户外", "数码", "母婴", "美妆", "", "never heard of")


@pytest.mark.parametrize("style", STYLES)
def test_text_is_readable_in_every_style_on_every_category(style: str):
    for category in CATEGORIES:
        found = styled(palette_for(category), style)
        assert contrast(found.deep, WHITE) >= READABLE
        assert min(contrast(found.accent, ground) for ground in (WHITE, found.light)) >= READABLE
        assert contrast(found.ink, found.light) >= 7.0


def test_no_two_styles_look_alike():
    looks = [(one.deep, one.accent, one.light) for one in STYLES.values()]
    assert all(one != other for one, other in itertools.combinations(looks, 2))


def test_an_unknown_style_is_refused_and_none_leaves_the_colours():
    assert styled(palette_for("厨房"), "") == palette_for("厨房")
    assert read_direction({"style": "tech"}).style == "tech"
    with pytest.raises(BadInput, match="style"):
        Direction(style="baroque")


def test_a_style_sets_letters_in_another_weight():
    try:
        face: Typeface = find_typeface()
    except ProviderUnavailable as error:
        pytest.skip(str(error)[:80])
    if not face.variable:
        pytest.skip("the font has one weight")
    masks: list[Any] = [replace(face, heavier=by).sized(80).getmask("新") for by in (-300, 0, 200)]
    ink = [sum(mask) for mask in masks]
    assert ink[0] < ink[1] < ink[2]
