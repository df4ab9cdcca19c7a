"""What films of the whole sample shop say: the price that is asked before the list price, specifications as one reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import pytest

from magnetar.capabilities.catalogue import Rejected, read_catalogue
from magnetar.capabilities.creative.copy import Brief, Copy, make_copy
from magnetar.capabilities.creative.english import english_points
from magnetar.capabilities.creative.goods import sample_shop
from magnetar.capabilities.creative.script import Line, Script, write_script
from magnetar.capabilities.creative.speaking import LONGEST_S, text_of
from magnetar.capabilities.generation import estimated_seconds
from magnetar.capabilities.understanding import make_card
from magnetar.vocabulary.catalogue import Product

LANGUAGES = ("zh", "en")


@lru_cache(1)
def goods() -> list[tuple[Product, tuple[str, ...]]]:
    shop = sample_shop()
    assert shop is not None
    file = shop / "catalogue.csv"
    read = [one for one in read_catalogue(file, merchant="m", currency="CNY") if not isinstance(one, Rejected)]
    assert len(read) == 200
    return [(one, english_points(file, str(one.id))) for one in read]


def copies(language: str, every: int = 1) -> Iterator[Copy]:
    for place in range(0, len(goods()), every):
        yield made(place, language)


@lru_cache(400)
def made(place: int, language: str) -> Copy:
    product, points = goods()[place]
    return make_copy(product, make_card(product), Brief(language=language), points=points if language == "en" else ())


def scripts(language: str) -> Iterator[Script]:
    for product, points in goods():
        yield write_script(product, language, points if language == "en" else None)


def check_price(line: Line, script: Script) -> None:
    now, was = "".join(script.price), "".join(script.list_price or ())
    for brief in (False, True):
        for said in (text_of(line, script, brief), text_of(replace(line, caption=""), script, brief)):
            assert estimated_seconds(said) <= LONGEST_S + 0.7  # the full stop
            if line.kind == "offer" or (was and was in said):
                assert now in said, said
            if was and was in said:
                assert said.index(now) < said.index(was), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_price_that_is_asked_is_always_said_and_first(language: str):
    for script in scripts(language):
        for line in script.lines:
            check_price(line, script)
        check_price(Line("offer", "看这里" * 40, script.lines[0].headline), script)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_studios_lines_say_the_price_that_is_asked_first(language: str):
    for copy in copies(language, 5):
        for part in (*copy.hooks, *copy.points, *copy.offers):
            script = Script(copy.product, language, copy.brand, (part.line,), copy.price, copy.list_price, part.action)
            check_price(part.line, script)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_has_no_doubled_marks_and_no_words_twice(language: str):
    for copy in copies(language, 5):
        for part in (*copy.hooks, *copy.points, *copy.offers):
            script = Script(copy.product, language, copy.brand, (part.line,), copy.price, copy.list_price, part.action)
            said = text_of(part.line, script)
            assert not re.search(r"[，。？！,.?!：:]\s*[，。？！,.?!：:]", said), said
            assert not re.search(r"(\b[a-z]{4,}\b|[\u4e00-\u9fff]{2,})[，,：: ]+\1\b", said.lower()), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_specification_is_told_by_its_name_and_its_value_in_one_line(language: str):
    for copy in copies(language, 5):
        for part in copy.points:
            if part.angle == "spec":
                said = part.line.headline.replace(" ", "").replace(":", "", 1)
                assert said == part.grounds[0].words.replace(" ", "")
                assert part.line.caption == ""


def test_who_warns_does_not_sell():
    for copy in copies("zh", 5):
        for part in (*copy.hooks, *copy.points):
            assert not re.search("过敏|慎食|会掉|色差|误差", " ".join(part.texts)), part.texts


def test_a_season_that_an_attribute_states_is_the_only_one():
    cream = next(one for one, _ in goods() if one.id == "p153")
    assert cream.attributes["季节"] == "秋冬"
    assert "夏天" in cream.description
    copy = make_copy(cream, make_card(cream), Brief())
    assert not [part.line.headline for part in copy.hooks if part.angle == "season"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_headlines_read_as_a_person_would_write_them(language: str):
    for copy in copies(language, 5):
        for part in (*copy.hooks, *copy.points, *copy.offers):
            for text in part.texts:
                assert not re.search(r"Here it is \d|\ba (?:anniversary|new year)|\bthe the\b|\babs\b", text), text
                assert not re.search(r"(?<![A-Za-z\d.])\d+(?:mm|cm|ml|mAh|kg)\b", text) or language == "zh", text
                assert not re.search(r"[有是]$|^不想用|^怕用", text) or "有" in text[:-1], text
            if language == "en" and "," in part.line.headline + part.line.caption:
                assert not re.search(r"^[A-Z]\w+ and \w+$", part.line.caption), part.texts  # the end of a list
            assert not copy.brand or f"{copy.brand} {copy.brand}" not in part.line.headline


def test_a_word_within_another_word_is_no_scene():
    tea = next(one for one, _ in goods() if one.id == "p197")
    assert "咖啡因" in tea.description
    copy = make_copy(tea, make_card(tea), Brief())
    assert not [part.line.headline for part in copy.hooks if "咖啡" in part.line.headline + part.line.chip]
