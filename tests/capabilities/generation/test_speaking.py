"""Text made speakable: figures as a person says them, phonemes, and marks that lie inside the text and the sound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.generation.ports import Mark
from magnetar.capabilities.generation.speaking.chinese import read_chinese
from magnetar.capabilities.generation.speaking.chinese_numbers import number, whole
from magnetar.capabilities.generation.speaking.english import read_english
from magnetar.capabilities.generation.speaking.english import whole as english_whole
from magnetar.capabilities.generation.speaking.kokoro import SYMBOLS
from magnetar.capabilities.generation.speaking.marks import Sounded, ended_where_quiet, marks_of
from magnetar.capabilities.generation.speaking.pieces import Piece
from magnetar.capabilities.generation.speaking.pinyin import phonemes


def said(text: str) -> str:
    return "".join(f"<{one.spoken}>" if one.language == "en" else one.spoken for one in read_chinese(text))


def said_in_english(text: str) -> str:
    return " ".join(one.spoken for one in read_english(text))


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("129元", "一百二十九元"),
        ("￥1,299.50", "一千二百九十九点五元"),
        ("到手价¥129.00", "到手价一百二十九元"),
        ("$29.99", "二十九点九九美元"),
        ("价格12万, ¥3.5万", "价格十二万,三点五万元"),
        ("8小时", "八小时"),
        ("1.5L", "一点五升"),
        ("3-5天", "三到五天"),
        ("5~7个工作日", "五到七个工作日"),
        ("2%~5%", "百分之二到百分之五"),
        ("100%纯棉, 99.9%抑菌", "百分之百纯棉,百分之九十九点九抑菌"),
        ("电话13812345678", "电话幺三八幺二三四五六七八"),
        ("热线400-123-4567", "热线四零零幺二三四五六七"),
        ("订单202611220001", "订单二零二六幺幺二二零零零幺"),
        ("2026年11月2日", "二零二六年十一月二日"),
        ("2026-11-02", "二零二六年十一月二日"),
        ("20:30开播, 9:05结束", "二十点三十分开播,九点零五分结束"),
        ("8折, 8.5折, 85折", "八折,八五折,八五折"),
        ("2只装, 2小时, 2瓶", "两只装,两小时,两瓶"),
        ("第2件, 2月2日, 12个", "第二件,二月二日,十二个"),
        ("20x30cm", "二十乘三十厘米"),
        ("-18℃", "零下十八摄氏度"),
        ("零下-18℃", "零下十八摄氏度"),
        ("65W, 5000mAh, 2.4GHz", "六十五瓦,五千毫安时,二点四吉赫"),
        ("5g盐和5G手机", "五克盐和五<G>手机"),
        ("1/2杯", "二分之一杯"),
        ("USB3.0", "<USB>三点零"),
        ("３２０ｍｌ", "三百二十毫升"),
        ("Type-C快充", "<Type-C>快充"),
    ],
)
def test_chinese_figures_are_read_as_a_person_would(written: str, spoken: str):
    assert said(written) == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("$29.99", "twenty-nine dollars and ninety-nine cents"),
        ("$1", "one dollar"),
        ("£2.50", "two pounds and fifty pence"),
        ("20% off", "twenty percent off"),
        ("3-5 days", "three to five days"),
        ("1,000 ml", "one thousand milliliters"),
        ("1 kg", "one kilogram"),
        ("8 in, Set of 4", "eight inches , Set of four"),
        ("in 2026", "in twenty twenty-six"),
        ("21st", "twenty-first"),
        ("the 20th", "the twentieth"),
        ("400-123-4567", "four zero zero one two three four five six seven"),
        ("25x30", "twenty-five by thirty"),
        ("0.5 l", "zero point five liters"),
    ],
)
def test_english_figures_are_read_as_a_person_would(written: str, spoken: str):
    assert said_in_english(written) == spoken


@pytest.mark.parametrize(
    ("figures", "spoken"),
    [
        ("0", "零"), ("10", "十"), ("15", "十五"), ("20", "二十"), ("101", "一百零一"), ("110", "一百一十"), ("1001", "一千零一"),
        ("1010", "一千零一十"), ("10000", "一万"), ("10001", "一万零一"), ("100010", "十万零一十"), ("20300", "二万零三百"),
        ("100000000", "一亿"), ("100000001", "一亿零一"), ("1200000000", "十二亿"),
    ],
)  # fmt: skip
def test_whole_numbers_in_mandarin(figures: str, spoken: str):
    assert whole(figures) == spoken


VALUES = {**dict(zip("零一二三四五六七八九", range(10), strict=True)), "两": 2}


def value_of(text: str) -> int:
    """Read a Mandarin number back, by the rule that a unit multiplies what stands before it."""
    total, group, digit = 0, 0, 0
    for letter in text:
        if letter in VALUES:
            digit = VALUES[letter]
        elif letter in "十百千":
            group += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[letter]
            digit = 0
        else:
            total = (
                (total + group + digit) * {"万": 10**4, "亿": 10**8}[letter]
                if letter == "亿"
                else total + (group + digit) * 10**4
            )
            group = digit = 0
    return total + group + digit


@given(st.integers(0, 10**12 - 1))
def test_a_number_that_is_said_means_itself(value: int):
    assert value_of(whole(str(value))) == value


@given(st.integers(0, 10**12 - 1))
def test_an_english_number_has_one_word_for_every_nonzero_group(value: int):
    assert english_whole(str(value)).count("thousand") == (1 if value // 1000 % 1000 else 0)


def test_a_fraction_loses_only_its_last_zeros():
    assert number("0.050") == "零点零五"


@given(st.text(max_size=200))
def test_pieces_lie_in_order_inside_any_text_and_hold_no_figures(text: str):
    for pieces in (read_chinese(text), read_english(text)):
        ends = [0]
        for piece in pieces:
            assert ends[-1] <= piece.start < piece.end <= len(text)
            ends.append(piece.end)
            assert piece.spoken
            assert not any(letter in "0123456789" for letter in piece.spoken)


@given(st.text("0123456789.,-~%/:x¥$年月日折第mlLkgWG ℃元天+", max_size=40))
def test_any_heap_of_figures_is_read_without_figures(text: str):
    for pieces in (read_chinese(text), read_english(text)):
        assert not any(letter in "0123456789" for piece in pieces for letter in piece.spoken)


def test_emoji_alone_are_nothing_to_say():
    assert read_chinese("😀🎉🔥") == []
    assert read_english("😀🎉🔥") == []


def test_ten_thousand_characters_are_read():
    assert len(read_chinese("这款129元的杯子, " * 800)) == 800 * 4
    assert read_chinese("1" * 10_000)[0].spoken == "幺" * 10_000


def test_a_piece_stands_for_its_own_characters():
    [price, word] = read_chinese("¥129 起")
    assert (price.start, price.end, word.start, word.end) == (0, 4, 5, 6)


INITIALS = ["", *"bpmfdtnlgkhjqxrzcs", "zh", "ch", "sh"]
SYLLABLES = [
    "a",
    "ai",
    "an",
    "ang",
    "ao",
    "e",
    "ei",
    "en",
    "eng",
    "er",
    "ba",
    "bo",
    "bi",
    "bu",
    "biao",
    "bie",
    "bin",
    "bing",
    "ju",
    "jue",
    "juan",
    "jun",
    "jia",
    "jiong",
    "xiang",
    "xiong",
    "qing",
    "zhi",
    "chi",
    "shi",
    "ri",
    "zi",
    "ci",
    "si",
    "zhua",
    "zhuang",
    "chuai",
    "shuo",
    "rui",
    "run",
    "ruan",
    "yi",
    "ya",
    "ye",
    "yao",
    "you",
    "yan",
    "yin",
    "yang",
    "ying",
    "yong",
    "yu",
    "yue",
    "yuan",
    "yun",
    "wu",
    "wa",
    "wo",
    "wai",
    "wei",
    "wan",
    "wen",
    "wang",
    "weng",
    "lv",
    "lve",
    "nv",
    "nve",
    "liu",
    "lun",
    "lia",
    "dui",
    "dun",
    "diu",
    "gua",
    "guang",
    "kuo",
    "huai",
    "hong",
    "nong",
    "ne",
    "me",
    "de",
]


@pytest.mark.parametrize("tone", "12345")
def test_every_syllable_has_phonemes_that_the_model_knows(tone: str):
    for syllable in SYLLABLES:
        found = phonemes(syllable + tone)
        assert found, syllable
        assert all(letter in SYMBOLS for letter in found), (syllable, found)


@pytest.mark.parametrize(
    ("pinyin", "expected"),
    [("ma1", "ma→"), ("zhuang4", "ꭧwa↘ŋ"), ("qu4", "ʨʰy↘"), ("lü4", ""), ("lv4", "ly↘"), ("shui3", "ʂwei↓"), ("jun1", "ʨy→n"),
     ("yong4", "jʊ↘ŋ"), ("yue4", "ɥe↘"), ("de5", "tɤ"), ("", ""), ("xyz1", "")],
)  # fmt: skip
def test_syllables_by_hand(pinyin: str, expected: str):
    assert phonemes(pinyin) == expected


def test_tones_and_different_sounds_stay_apart():
    spelt = [phonemes(one + tone) for one, tone in itertools.product(SYLLABLES, "1234")]
    assert len(set(spelt)) == len(spelt)


def test_tone_sandhi_and_words():
    pytest.importorskip("pypinyin", reason="the extra speech is not installed")
    from magnetar.capabilities.generation.speaking.pinyin import syllables

    told = syllables(Piece("你好不是", 10, 14, "zh"))
    assert [one.pinyin for one in told] == ["ni2", "hao3", "bu2", "shi4"]
    assert [(one.start, one.end) for one in told] == [(10, 11), (11, 12), (12, 13), (13, 14)]
    figures = syllables(Piece("一百二十", 0, 3, "zh"))
    assert {(one.start, one.end) for one in figures} == {(0, 3)}


def test_marks_add_up_frames():
    parts = [Sounded("ab", 0, 1), Sounded(" ", 1, 1), Sounded("c", 1, 2), Sounded(".", 2, 2)]
    marks = marks_of(parts, [2, 3, 1, 1, 4, 2, 5], 0.5)
    assert [(one.start_s, one.end_s, one.start, one.end) for one in marks] == [(1.0, 3.0, 0, 1), (3.5, 5.5, 1, 2)]
    assert marks[0].phonemes == ((1.0, "a"), (2.5, "b"))


def test_syllables_of_one_figure_become_one_mark():
    marks = marks_of([Sounded("a", 0, 3), Sounded("b", 0, 3)], [0, 1, 1, 0], 1.0)
    assert [(one.start_s, one.end_s, len(one.phonemes)) for one in marks] == [(0.0, 2.0, 2)]


def test_frames_that_do_not_fit_are_an_error():
    with pytest.raises(ValueError, match="expected 3"):
        marks_of([Sounded("a", 0, 1)], [1, 1], 1.0)


def test_a_mark_ends_where_its_sound_ends():
    rate = 1_000
    sound = np.zeros(1_000, np.float32)
    sound[100:400] = 0.5
    [mark] = ended_where_quiet([Mark(0.1, 0.9, 0, 1)], sound, rate)
    assert (mark.start_s, mark.end_s) == (0.1, pytest.approx(0.4))
    [silent] = ended_where_quiet([Mark(0.6, 0.9, 0, 1)], sound, rate)
    assert silent.end_s == 0.9


def test_the_phoneme_numbers_are_the_ones_that_hibari_carries():
    hibari = pytest.importorskip("hibari", reason="the extra speech is not installed")
    import json
    from pathlib import Path

    assert json.loads((Path(hibari.__file__).parent / "assets" / "vocab.json").read_text()) == SYMBOLS


@pytest.mark.parametrize(
    ("heard", "hints", "expected"),
    [
        ("这款与荣福清博保暖", ["羽绒服", "轻薄"], "这款羽绒服轻薄保暖"),
        ("全国包油,便席炸纸杯", ["包邮", "榨汁杯"], "全国包邮,便席榨汁杯"),
        ("四百元", ["视频"], "四百元"),
        ("hello 129", ["羽绒服"], "hello 129"),
        ("羽绒服和与荣福", ["羽绒服"], "羽绒服和与荣福"),
        ("", ["羽绒服"], ""),
        ("好", [], "好"),
    ],
)
def test_misheard_words_of_the_catalogue_are_put_right_by_their_sound(heard: str, hints: list[str], expected: str):
    pytest.importorskip("pypinyin", reason="the extra speech is not installed")
    from magnetar.capabilities.generation.speaking.repair import repaired

    assert repaired(heard, hints) == expected
