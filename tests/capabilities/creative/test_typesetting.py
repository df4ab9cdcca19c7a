"""Lines break where a reader expects it, and boxes stay apart and inside the safe area."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.glyphs import covered
from magnetar.capabilities.creative.layout import FORMS, LAYOUTS, header, safe
from magnetar.capabilities.creative.linebreak import NOT_FIRST, NOT_LAST, break_lines
from magnetar.capabilities.creative.palette import READABLE, WHITE, contrast, palette_for, tuned
from magnetar.capabilities.creative.planes import Box
from magnetar.capabilities.creative.typeface import BOLD, Typeface, find_typeface
from magnetar.capabilities.creative.typography import Style, set_text
from magnetar.kernel.errors import BadInput, ProviderUnavailable


def width(text: str) -> float:
    """Han characters are two wide, others one."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


@given(st.text(alphabet="的装饭够用一家人，。、（）《》%35Lkm abc", min_size=1, max_size=40), st.integers(6, 30))
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str, room: int):
    lines = break_lines(text, room, width, 8)
    for before, after in itertools.pairwise(lines or []):
        assert not after or after[0] not in NOT_FIRST or after[0] in "的"
        assert not before or before[-1] not in NOT_LAST
        assert width(before) <= room


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("8英寸盘面，一人份菜加饭刚好", 18, ["8英寸盘面", "一人份菜加饭刚好"]),
        ("舒适温度8~15℃春秋够用", 16, ["舒适温度", "8~15℃春秋够用"]),
        ("About 20 small bags", 12, ["About 20", "small bags"]),
        ("304内胆", 20, ["304内胆"]),
    ],
)
def test_lines_break_at_marks_and_words(text: str, room: int, lines: list[str]):
    assert break_lines(text, room, width, 3) == lines


def test_a_single_last_character_is_avoided():
    lines = break_lines("底仓自带防雨罩子", 14, width, 2)
    assert lines
    assert len(lines[-1]) > 2


def test_text_shrinks_to_its_box_and_then_ends_in_an_ellipsis(face: Typeface):
    box = Box(0, 0, 400, 120)
    short, long = (set_text(face, "双肩包" * n, box, Style(80, 30, 2, BOLD), WHITE) for n in (1, 40))
    assert (short.size, short.shortened) == (80, False)
    assert long.shortened
    assert long.lines[-1].endswith("…")
    assert long.box.within(box)


def test_a_character_without_a_glyph_is_named(face: Typeface):
    with pytest.raises(BadInput, match=r"U\+2A6A5"):
        set_text(face, "商品\U0002a6a5", Box(0, 0, 400, 120), Style(60, 30), WHITE)


def test_the_character_map_tells_what_the_font_has(face: Typeface):
    known = covered(face.path, face.index)
    assert {ord(letter) for letter in "商品¥A，"} <= known
    assert ord("🎒") not in known


def test_a_font_that_was_named_and_is_not_there_is_an_error(tmp_path: Path):
    (tmp_path / "no.ttf").write_bytes(b"not a font")
    with pytest.raises(BadInput, match="cannot be used as a font"):
        find_typeface(str(tmp_path / "no.ttf"))


def test_without_any_font_the_install_command_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    from magnetar.capabilities.creative import typeface

    monkeypatch.delenv("MAGNETAR_FONT", raising=False)
    monkeypatch.setattr(typeface, "SYSTEM", ())
    monkeypatch.setattr(typeface, "set_up_folder", lambda: tmp_path)
    monkeypatch.setattr(typeface.Path, "home", lambda: tmp_path)
    with pytest.raises(ProviderUnavailable, match="fetch_font"):
        find_typeface()


@pytest.mark.parametrize("look", list(LAYOUTS))
def test_boxes_of_a_look_stay_apart_and_inside_the_safe_area(look):  # pyright: ignore
    layout = LAYOUTS[look]
    texts = [
        box
        for box in (*header(FORMS["9:16"]), layout.headline, layout.caption, layout.chip, layout.price, layout.action)
        if box and box.height
    ]
    for one, other in itertools.combinations(texts, 2):
        assert not one.overlaps(other)
    assert all(safe(box) for box in texts)
    if look.value in ("band", "card", "tower"):
        assert not any(box.overlaps(layout.window) for box in texts)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("side", [270, 1080])
def test_the_label_is_a_twentieth_of_the_short_side_high(face: Typeface, language: str, side: int):
    size = label.font_size(language, side)
    done = set_text(face, label.TEXT[language], Box(0, 0, side, side), Style(size, size), WHITE)
    assert done.box.height >= label.SHARE * side


@pytest.mark.parametrize("category", ["家居餐厨 > 餐具", "Electronics > Audio", "完全未知的类目", ""])
@pytest.mark.parametrize("colour", [None, (250, 220, 40), (20, 60, 200), (255, 0, 255)])
def test_every_palette_can_be_read(category: str, colour):  # pyright: ignore
    palette = tuned(palette_for(category), colour)
    assert contrast(WHITE, palette.deep) >= READABLE
    assert contrast(palette.accent, WHITE) >= READABLE
    assert contrast(WHITE, palette.accent) >= READABLE
    assert contrast(palette.ink, palette.light) >= READABLE
