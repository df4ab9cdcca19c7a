"""What a film says against the record, and manifests that lie, break or are missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.creative.judging.marks import FIELDS, check_marks
from magnetar.capabilities.creative.judging.rules import check_told
from magnetar.capabilities.creative.judging.told import SCHEMA, Scene, Subtitle, Text, Told, Word, read_told
from magnetar.capabilities.creative.judging.words import check_words, invented
from magnetar.capabilities.creative.label import metadata
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.vocabulary.catalogue import Product


def told(*texts: Text, **other: Any) -> Told:
    plain: dict[str, Any] = {
        "schema": SCHEMA + "1", "product": "bag", "language": "zh", "seconds": 4.0, "frames": 100, "fps": 25.0,
        "scenes": (Scene(0.0, 4.0, texts=texts),), "width": 1080, "height": 1920,
    }  # fmt: skip
    return Told(**{**plain, **other})


def text(role: str, words: str, box: tuple[int, int, int, int] = (72, 400, 600, 470), **other: Any) -> Text:
    plain: dict[str, Any] = {"size": 66, "weight": 400, "origin": box[:2], "colour": (0, 0, 0), "behind": (255, 255, 255)}  # fmt: skip
    return Text(role, words, (words,), box=box, **{**plain, **other})


LABEL = text("label", "AI 生成", (72, 160, 300, 220), size=66)


def kinds(one: Told, product: Product | None = None) -> list[str]:
    return [found["kind"] for found in [*check_told(one, None), *check_words(one, product)]]


def test_what_the_record_holds_may_be_said(bag: Product):
    assert kinds(told(LABEL, text("headline", "35L，一到两天行程")), bag) == []
    assert kinds(told(LABEL, text("price", "¥239.00")), bag) == []


@pytest.mark.parametrize("said", ["45L", "35kg", "真皮", "走2000公里", "防水", "Waterproof"])
def test_what_the_record_does_not_hold_is_an_invented_fact(bag: Product, said: str):
    assert kinds(told(LABEL, text("headline", said)), bag) == ["fact"]


def test_another_price_is_a_defect_even_where_its_number_stands_in_the_record(bag: Product):
    assert kinds(told(LABEL, text("price", "¥35.00")), bag) == ["price"]
    assert kinds(told(LABEL, price="¥35.00"), bag) == ["price"]


def test_without_a_record_only_the_law_speaks():
    assert kinds(told(LABEL, text("headline", "45L 全网最低价"))) == ["forbidden word"]


def test_units_are_compared_by_meaning():
    assert invented("850 ml", "850毫升") == []
    assert invented("850克", "850毫升") == ["850 g"]
    assert invented("Runs 3 hours", "续航3小时") == []


@given(st.text(max_size=80))
def test_any_text_is_held_by_itself(words: str):
    assert invented(words, words.casefold()) == []


def test_rules_of_layout_hold_for_what_a_manifest_tells():
    assert kinds(told(LABEL, text("headline", "好", (72, 1600, 200, 1700)))) == ["unsafe area"]
    assert kinds(told(LABEL, text("headline", "好", (72, 200, 400, 300)))) == ["overlap"]
    assert kinds(told(LABEL, text("headline", "好", colour=(200, 200, 200)))) == ["contrast"]
    assert kinds(told(text("headline", "好"))) == ["label"]
    assert kinds(told(text("label", "AI 生成", (72, 160, 200, 190)))) == ["label"]
    assert kinds(told(LABEL, text("headline", "好", (72, 1600, 200, 1700)), width=1920, height=1080)) in ([], ["label"])


def test_a_letter_that_the_font_lacks_is_named(face: Typeface):
    [found] = check_told(told(LABEL, text("headline", "好ꀀ")), face)
    assert (found["kind"], "U+A000" in found["detail"]) == ("glyph", True)


def test_a_subtitle_more_than_a_frame_from_its_words_is_found():
    words = (Word("背板", 1.0, 1.4), Word("架空", 1.4, 1.9))
    near = Subtitle("背板架空", 0.97, 1.93, words)
    assert kinds(told(LABEL, subtitles=(near,))) == []
    for wrong in (Subtitle("背板架空", 0.90, 1.9, words), Subtitle("背板架空", 1.0, 2.0, words), Subtitle("背板不空", 1.0, 1.9, words)):  # fmt: skip
        assert kinds(told(LABEL, subtitles=(wrong,))) == ["subtitle"]
    assert kinds(told(LABEL, subtitles=(near, Subtitle("后", 1.2, 2.5)))) == ["subtitle"]


def test_the_metadata_object_must_be_whole():
    good = metadata("demo", "abc")
    assert check_marks({"AIGC": good}) == []
    content = json.loads(good)
    broken = [{}, {"AIGC": ""}, {"AIGC": "AI"}, {"AIGC": "[]"}, {"AIGC": "[" * 5000}]
    broken += [{"AIGC": json.dumps({k: v for k, v in content.items() if k != name})} for name in FIELDS]
    broken += [{"AIGC": json.dumps({**content, "Label": label})} for label in ("0", "2", 1, None)]
    broken += [{"AIGC": json.dumps({**content, "ProduceID": " "})}]
    for one in broken:
        assert [found["kind"] for found in check_marks(one)] == ["label metadata"], one


@pytest.mark.parametrize(
    "raw",
    [
        '{"schema": "magnetar/film-manifest/1"}',
        '{"schema": "magnetar/film-manifest/1", "frames": "many"}',
        '"magnetar/film-manifest/1',
        '{"a":' * 3000 + '"magnetar/film-manifest/1"',
    ],
)
def test_a_broken_manifest_says_what_is_wrong(tmp_path: Path, raw: str):
    (tmp_path / "film.json").write_text(raw)
    assert isinstance(read_told(tmp_path / "film.mp4"), str)


def test_a_manifest_of_others_is_none_of_ours(tmp_path: Path):
    assert read_told(tmp_path / "film.mp4") is None
    (tmp_path / "film.json").write_text('{"schema": "theirs"}')
    assert read_told(tmp_path / "film.mp4") is None


def test_a_manifest_may_lie_inside_the_file(tmp_path: Path):
    inside = msgspec.json.encode(told(LABEL)).decode()
    assert isinstance(read_told(tmp_path / "film.mp4", {"magnetar": inside}), Told)


def test_boxes_beyond_any_picture_are_refused(tmp_path: Path):
    huge = told(text("label", "AI", (0, 0, 10**9, 10**9)))
    (tmp_path / "film.json").write_bytes(msgspec.json.encode(huge))
    assert isinstance(read_told(tmp_path / "film.mp4"), str)
