"""Finding the words of merchandise in a text of either language, with the place where each stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import rjieba

from magnetar.capabilities.understanding.claims import Kind
from magnetar.capabilities.understanding.merchandise import TABLES

READ = 20_000
"""Characters of one text that are read; what follows is left out."""


class Folded(NamedTuple):
    """A text written in one way, character for place: full width narrow, capitals small."""

    text: str
    at: list[int]
    """(len(text) + 1,), where each character stands in the original."""


class Found(NamedTuple):
    """A word of the lexicon in a text, in places of the original text."""

    kind: Kind
    zh: str
    en: str
    start: int
    end: int


class _Value(NamedTuple):
    kind: Kind
    zh: str
    en: str


def fold(text: str) -> Folded:
    """The first `READ` characters in one way of writing, with where each came from.

    >>> fold("ＡＢ½").text
    'ab1⁄2'
    """
    out: list[str] = []
    at: list[int] = []
    for place, sign in enumerate(text[:READ]):
        for one in sign.lower() if sign < "\x80" else unicodedata.normalize("NFKC", sign).lower():
            out.append(one)
            at.append(place)
    at.append(min(len(text), READ))
    return Folded("".join(out), at)


_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_NO_ZH = re.compile(
    r"(?:不含|不添加|无添加|没有|不是|不适合|不适用于?|禁止|谢绝|拒绝|非|未|零|无|不|仿|免|0添加)[\s]?$"
)
_NO_EN = re.compile(r"(?:\b(?:no|not|non|without|never|isn't|aren't|imitation|free of|free from|not for|not suitable for)|\bnot (?:made of|a))[\s\-]{1,2}$")  # fmt: skip
_FREE = re.compile(r"^[\s\-]?free\b")
_NOUN = re.compile(r"^[只条件个双片张根块台辆点天年月家期种款层格档]")


def _tables() -> tuple[dict[str, list[_Value]], dict[str, list[_Value]]]:
    zh: dict[str, list[_Value]] = {}
    en: dict[str, list[_Value]] = {}
    for kind, table in TABLES.items():
        for line in table.strip().splitlines():
            left, _, right = line.partition(" / ")
            names, words = left.split(), [one.strip() for one in right.split(",")]
            value = _Value(kind, names[0], words[0])
            for name in names:
                (zh if _HAN.search(name) else en).setdefault(name.lower(), []).append(value)
            for word in words:
                if value not in en.setdefault(word.lower(), []):
                    en[word.lower()].append(value)
    return zh, en


@lru_cache(1)
def _compiled() -> tuple[dict[str, list[_Value]], dict[str, list[_Value]], re.Pattern[str], re.Pattern[str]]:
    zh, en = _tables()
    longest = sorted(zh, key=lambda name: (-len(name), name))
    chinese = re.compile("|".join(map(re.escape, longest)))
    longest = sorted(en, key=lambda name: (-len(name), name))
    english = re.compile(r"(?<![a-z0-9])(?:" + "|".join(map(re.escape, longest)) + r")(?![a-z0-9])")
    return zh, en, chinese, english


def denied(text: str, start: int, end: int) -> bool:
    """Whether the words from start to end are said not to hold: 不含…, non-…, …-free."""
    before = text[max(0, start - 18) : start]
    return bool(_NO_ZH.search(before) or _NO_EN.search(before) or _FREE.match(text[end : end + 6]))


def find_words(text: str) -> list[Found]:
    """Every word of the lexicon that a text asserts, longest first where words overlap, in order of place.

    A single Chinese character counts only where jieba cuts it out as a word or it ends one (雾蓝 ends in 蓝);
    what is denied (不含酒精, non-stick is no stick) is left out.

    >>> [(one.kind.value, one.en) for one in find_words("304不锈钢保温杯, 不含塑料")]
    [('material', 'stainless steel'), ('function', 'keeps hot')]
    """
    folded, at = fold(text)
    zh, en, chinese, english = _compiled()
    found: list[Found] = []
    ends: set[tuple[int, int]] | None = None
    for match in chinese.finditer(folded):
        name, (start, end) = match.group(), match.span()
        if denied(folded, start, end):
            continue
        values = zh[name]
        if len(name) == 1:
            if ends is None:
                ends = {(first, last) for _, first, last in rjieba.tokenize(folded, "default", True)}
            short = any(last == end and start - first <= 1 for first, last in ends)
            if not short or (values[0].kind is Kind.MATERIAL and (start, end) not in ends):
                continue
        for value in values:
            found.append(Found(value.kind, value.zh, value.en, at[start], at[end - 1] + 1))
    for match in english.finditer(folded):
        start, end = match.span()
        if denied(folded, start, end):
            continue
        for value in en[match.group()]:
            found.append(Found(value.kind, value.zh, value.en, at[start], at[end - 1] + 1))
    return sorted(found, key=lambda one: (one.start, one.end))


def named(kind: Kind, text: str) -> set[str]:
    """The English names of a kind's values that a text holds."""
    return {one.en for one in find_words(text) if one.kind is kind}


def vocabulary(kind: Kind) -> Iterator[tuple[str, str]]:
    """(Chinese, English) of every value of a kind."""
    for line in TABLES.get(kind, "").strip().splitlines():
        left, _, right = line.partition(" / ")
        yield left.split()[0], right.split(",")[0].strip()
