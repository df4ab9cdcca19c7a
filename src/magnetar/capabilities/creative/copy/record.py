"""What a product's record says, made ready to hold texts against: its words, quantities, prices and claims."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from magnetar.capabilities.creative.copy.quantities import find_quantities, fold
from magnetar.capabilities.creative.copy.rules import GROUPS
from magnetar.capabilities.creative.facts import price_texts, record_texts
from magnetar.capabilities.understanding import Kind, find_words
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.money import MICROS

WORD_KINDS = (
    Kind.MATERIAL, Kind.FUNCTION, Kind.COLOUR, Kind.FLAVOUR, Kind.PATTERN, Kind.ORIGIN, Kind.SEASON, Kind.STYLE,
    Kind.AUDIENCE, Kind.SCENE, Kind.OCCASION,
)  # fmt: skip
"""Kinds of the lexicon whose words are claims."""
READ = 20_000
_DENIED_ZH = re.compile(r"(?:不是|不能|不会|不可|不具备?|并不|不含|没有|非|未|无|不|别|勿|而非|假|仿)[^\S\n]?$")
_DENIED_EN = re.compile(r"(?:\b(?:not|no|non|isn't|never|without|aren't|neither|nor|cannot be|can't be|not be|n't)|faux|imitation)[\s-]{1,2}$")  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff]")
_MARKS = r"，。！？；：、!?;:|·()（）【】\[\]\"'“”‘’—–~～"
_EDGES = re.compile(rf"[{_MARKS}]+|(?<!\d)[.,/]+|[.,/]+(?!\d)|(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])")
"""Where a clause ends: at marks, not at those within a number; at blanks beside a Chinese character."""
_LOOSE = re.compile(rf"[\s.,/{_MARKS}]+")
_LATIN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9'+&-]*")


@lru_cache(16_384)
def clauses_of(text: str) -> tuple[str, ...]:
    """A text's clauses in one way of writing, without marks.

    >>> clauses_of("8英寸盘面， 一人份 Good")
    ('8英寸盘面', '一人份', 'good')
    >>> clauses_of("Set of 4, 1/2 in. deep")
    ('set of 4', '1/2 in', 'deep')
    """
    return tuple(tidy for part in _EDGES.split(fold(text)) if part and (tidy := " ".join(part.split())))


def plain(text: str) -> str:
    """A text in one way of writing, without marks and spaces."""
    return _LOOSE.sub("", fold(text))


def is_chinese(text: str) -> bool:
    return bool(_HAN.search(text))


@lru_cache(16_384)
def groups_in(text: str) -> tuple[tuple[int, str], ...]:
    """(number of the group, the words) of every claim that a text makes and does not deny."""
    folded = fold(text[:READ])
    found: list[tuple[int, str]] = []
    for number, group in enumerate(GROUPS):
        for match in group.words.finditer(folded):
            if match.group().strip() and not _denied(folded, match.start()):
                found.append((number, match.group().strip(" -")))
                break
    return tuple(found)


def _denied(text: str, start: int) -> bool:
    before = text[max(0, start - 14) : start]
    return bool(_DENIED_ZH.search(before) or _DENIED_EN.search(before))


@lru_cache(16_384)
def words_in(text: str) -> tuple[tuple[Kind, str, str], ...]:
    """(kind, English value, the words) of every word of the lexicon that a text asserts."""
    return tuple((one.kind, one.en, text[one.start : one.end]) for one in find_words(text) if one.kind in WORD_KINDS)


@dataclass(frozen=True, slots=True)
class Record:
    """A record, ready to be asked."""

    product: Product
    texts: tuple[str, ...]
    runs: tuple[str, ...]
    """Each text's clauses joined by a bar, so that whole clauses can be found."""
    whole: str
    """Every text without marks and spaces."""
    quantities: frozenset[tuple[str, float]]
    written: frozenset[float]
    """Numbers as they are written, whatever their units."""
    groups: dict[int, tuple[frozenset[str], frozenset[str]]]
    """For each group the Chinese and the English words that the record uses."""
    values: frozenset[tuple[Kind, str]]
    latin: frozenset[str]
    price: float
    list_price: float | None

    def holds_clause(self, clause: str) -> bool:
        """Whether whole clauses of the record, one after another, are these words."""
        return any(f"|{clause}|" in run for run in self.runs)


def read_record(product: Product, more: Iterable[str] = ()) -> Record:
    """Make a record ready.

    Args:
        more: further texts of the merchant's own, such as selling points in English.
    """
    listed: list[str] = [text[:READ] for text in [*record_texts(product), *more] if text]
    listed += [f"{name} {value}" for name, value in product.attributes.items()]
    prices = frozenset(price_texts(product))
    quantities: set[tuple[str, float]] = set()
    written: set[float] = set()
    groups: dict[int, tuple[set[str], set[str]]] = {}
    values: set[tuple[Kind, str]] = set()
    latin: set[str] = set()
    for text in listed:
        if text not in prices:  # 22 that is the price is no 22 m
            quantities.update((one.dimension, one.value) for one in find_quantities(text))
        written.update(one.number for one in find_quantities(text))
        for number, _ in groups_in(text):
            zh, en = groups.setdefault(number, (set(), set()))
            folded = fold(text)
            for match in GROUPS[number].words.finditer(folded):
                if not _denied(folded, match.start()):
                    (zh if is_chinese(match.group()) else en).add(plain(match.group()))
        values.update((kind, value) for kind, value, _ in words_in(text))
        latin.update(word.lower() for word in _LATIN.findall(text))
    was = product.list_price
    return Record(
        product,
        tuple(listed),
        tuple("|" + "|".join(clauses_of(text)) + "|" for text in listed),
        "\n".join(plain(text) for text in listed),
        frozenset(quantities),
        frozenset(written),
        {number: (frozenset(zh), frozenset(en)) for number, (zh, en) in groups.items()},
        frozenset(values),
        frozenset(latin),
        float(Decimal(product.price.micros) / MICROS),
        float(Decimal(was.micros) / MICROS)
        if was is not None and was.currency == product.price.currency and product.price < was
        else None,
    )


def latin_words(text: str) -> Sequence[tuple[str, int]]:
    """Words in Latin letters, with where they begin."""
    return [(match.group(), match.start()) for match in _LATIN.finditer(text)]
