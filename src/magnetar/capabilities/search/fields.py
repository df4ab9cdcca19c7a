"""A product's record as weighted texts: what the index reads, and what each part counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from magnetar.capabilities.understanding import plain, terms
from magnetar.vocabulary.catalogue import Product

FIELDS = ("title", "title_en", "category", "brand", "attributes", "points", "description")
WEIGHTS = {
    "title": 1.0,
    "title_en": 1.0,
    "category": 0.6,
    "brand": 0.8,
    "attributes": 0.7,
    "points": 0.4,
    "description": 0.2,
}
USUAL = {
    "title": 9.0,
    "title_en": 9.0,
    "category": 4.0,
    "brand": 2.0,
    "attributes": 14.0,
    "points": 24.0,
    "description": 40.0,
}
"""Terms of a field that is neither long nor short. Constant, so that one product's index entry depends on no other."""
B = 0.3
"""How much a long field is held against its terms; low, because titles are short."""

NAMES = {
    "title": ("标题", "title"),
    "title_en": ("英文标题", "English title"),
    "category": ("类目", "category"),
    "brand": ("品牌", "brand"),
    "attributes": ("属性", "attributes"),
    "points": ("卖点", "selling points"),
    "description": ("描述", "description"),
}
_LATIN = re.compile(r"[a-z]{2,}")
_HAN = re.compile(r"[\u3400-\u9fff]+")


def texts_of(product: Product) -> dict[str, str]:
    """The product's fields as texts; empty ones left out."""
    found = {
        "title": product.title,
        "title_en": product.title_en,
        "category": product.category.replace(" > ", " "),
        "brand": product.brand,
        "attributes": " ".join(f"{name} {value}" for name, value in product.attributes.items()),
        "points": " ".join(product.selling_points),
        "description": product.description,
    }
    return {name: text for name, text in found.items() if text}


def weigh(texts: Mapping[str, str]) -> tuple[dict[str, float], dict[str, int]]:
    """Each term's weighted frequency, and in which fields it stands (bit n: `FIELDS[n]`).

    The frequency is Σ weight × count ⁄ (1 − b + b × length ⁄ usual length) over the fields.
    Source: Robertson, Zaragoza & Taylor (2004), CIKM, simple BM25 extension to multiple weighted fields.
    """
    weights: dict[str, float] = {}
    masks: dict[str, int] = {}
    for place, name in enumerate(FIELDS):
        if name not in texts:
            continue
        cut = terms(texts[name])
        scale = WEIGHTS[name] / (1.0 - B + B * len(cut) / USUAL[name]) if cut else 0.0
        for term, count in Counter(cut).items():
            weights[term] = weights.get(term, 0.0) + scale * count
            masks[term] = masks.get(term, 0) | 1 << place
    return weights, masks


def fields_of(mask: int) -> tuple[str, ...]:
    """The names of the fields in a mask."""
    return tuple(name for place, name in enumerate(FIELDS) if mask >> place & 1)


def grams(text: str) -> list[str]:
    """Pieces that survive a slip: pairs of neighbouring Chinese characters, three letters of a bounded Latin word.

    >>> grams("保温杯 mug")
    ['保温', '温杯', '#mu', 'mug', 'ug#']
    """
    found: list[str] = []
    small = plain(text)
    for run in _HAN.findall(small):
        found += [run[place : place + 2] for place in range(len(run) - 1)] or [run]
    for word in _LATIN.findall(small):
        bounded = f"#{word}#"
        found += [bounded[place : place + 3] for place in range(len(bounded) - 2)]
    return found


def words_of(text: str) -> tuple[list[str], list[str]]:
    """(runs of Chinese characters, Latin words of two letters or more), as they are written but small."""
    small = plain(text)
    return _HAN.findall(small), _LATIN.findall(small)
