"""Product cards: what a product is, for whom, when and where, and how its price feels; every claim with its evidence.

Rules and a lexicon read the record; nothing in it is executed or obeyed. What the record leaves out may be taken
from products that resemble it (`neighbours`), said to be so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import rjieba

from magnetar.capabilities.understanding.cautions import Flag, find_flags
from magnetar.capabilities.understanding.claims import Claim, Kind, Quote, check_quotes
from magnetar.capabilities.understanding.lexicon import READ, find_words
from magnetar.capabilities.understanding.measures import WRITTEN, find_measures
from magnetar.capabilities.understanding.merchandise import KEYS
from magnetar.capabilities.understanding.price_standing import WORDS as FEELS
from magnetar.capabilities.understanding.price_standing import PriceFeel, price_feel
from magnetar.vocabulary.catalogue import Product

REVIEWS = 50
_REVIEW_TRUST, _READ_TRUST, _GUESS = 0.5, 0.9, 0.6
_OWN_WORDS = (Kind.SCENE, Kind.AUDIENCE, Kind.OCCASION, Kind.SEASON)
"""Kinds of which reviews may speak; what a thing is made of is for its maker to say."""
_NAMED = (Kind.MATERIAL, Kind.COLOUR, Kind.FLAVOUR, Kind.PATTERN, Kind.STYLE, Kind.ORIGIN, Kind.BRAND, Kind.MODEL)
"""Kinds whose structured attribute is taken as it is written where the lexicon does not know it."""
_MODEL = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{3,17}(?![A-Za-z0-9])|(?<![\w.-])\d{5,12}(?![\w.-])"
)
_HEAD = re.compile(r",|\s-\s|\(|\[|\bfor\b|\bwith\b|\||/", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_BRAND = re.compile(r"^[A-Z][\w'&.-]{1,20}(?:\s[A-Z][\w'&.-]{1,20})?")


@dataclass(frozen=True, slots=True)
class ProductCard:
    """What is understood of a product."""

    product: str
    title: str
    sources: Mapping[str, str]
    """The texts that were read, by name; quotes point into them."""
    claims: tuple[Claim, ...]
    price: PriceFeel | None
    flags: tuple[Flag, ...]

    def __post_init__(self) -> None:
        check_quotes(self.claims, self.sources)

    def of(self, kind: Kind, *, inferred: bool = True) -> tuple[Claim, ...]:
        """The claims of one kind."""
        return tuple(one for one in self.claims if one.kind is kind and (inferred or not one.inferred))

    def values(self, kind: Kind, *, inferred: bool = True) -> set[str]:
        """The English values of one kind."""
        return {one.value_en for one in self.of(kind, inferred=inferred)}

    def text(self) -> str:
        """The card as one text to be embedded: the title and what was found, no selling words."""
        kept = [
            one for one in self.claims if one.kind not in (Kind.PRICE_FEEL, Kind.SELLING_POINT) and not one.inferred
        ]
        return " ".join([self.title, *(f"{one.value} {one.value_en}" for one in kept)])

    def as_json(self) -> dict[str, Any]:
        """The card for programs."""
        return {
            "product": self.product,
            "title": self.title,
            "claims": [one.as_json() for one in self.claims],
            "price_feel": self.price.as_json() if self.price else None,
            "flags": [one._asdict() for one in self.flags],
            "sources": dict(self.sources),
        }


def sources_of(product: Product, reviews: Sequence[str] = ()) -> dict[str, str]:
    """The texts of a record by name, empty ones left out, each at most `READ` characters."""
    texts = {
        "title": product.title, "title_en": product.title_en, "category": product.category, "brand": product.brand,
        "description": product.description,
    }  # fmt: skip
    texts |= {f"selling_points.{place}": point for place, point in enumerate(product.selling_points)}
    texts |= {f"attributes.{key}": value for key, value in product.attributes.items()}
    texts |= {f"reviews.{place}": review for place, review in enumerate(reviews[:REVIEWS])}
    return {name: text[:READ] for name, text in texts.items() if text.strip()}


def make_card(
    product: Product, catalogue: Sequence[Product] = (), reviews: Sequence[str] = (), brands: Iterable[str] = ()
) -> ProductCard:
    """Read a product's record.

    Args:
        product: the record.
        catalogue: what the price is compared with; the product itself may be among them.
        reviews: texts of shoppers; they may speak of scenes, people, seasons and occasions only.
        brands: names that a title may begin with, where the record names no brand.

    Returns:
        the card; an empty record gives a card without claims.
    """
    sources = sources_of(product, reviews)
    flags = [flag for name, text in sources.items() for flag in find_flags(name, text)]
    found: dict[tuple[Kind, str], Claim] = {}

    def keep(kind: Kind, zh: str, en: str, quotes: Sequence[Quote], confidence: float) -> None:
        key = (kind, en.lower())
        hit = {flag.reason for flag in flags for one in quotes if _touch(flag, one)}
        before = found.get(key)
        if before is None:
            found[key] = Claim(kind, zh, en, tuple(quotes), confidence, warnings=tuple(sorted(hit)))
        else:
            evidence = before.evidence + tuple(one for one in quotes if one not in before.evidence)
            found[key] = replace(before, evidence=evidence[:6], confidence=max(before.confidence, confidence),
                                 warnings=tuple(sorted({*before.warnings, *hit})))  # fmt: skip

    for name, text in sources.items():
        field, _, key = name.partition(".")
        expected = KEYS.get(key.strip().lower()) if field == "attributes" else None
        trust = {"attributes": 1.0, "reviews": _REVIEW_TRUST}.get(field, _READ_TRUST)
        _read_text(name, text, field, expected, trust, keep)
        if field == "selling_points":
            keep(Kind.SELLING_POINT, text, text, [Quote(name, 0, len(text), text)], 1.0)
    _entity(sources, keep)
    _brand_and_model(sources, brands, keep)
    feel = price_feel(product, catalogue)
    claims = list(found.values())
    if feel is not None:
        claims.append(Claim(Kind.PRICE_FEEL, *FEELS[feel.feel], (feel.statement(),), 0.9))
    order = list(Kind)
    claims.sort(key=lambda one: (order.index(one.kind), -one.confidence))
    return ProductCard(str(product.id), product.title, sources, tuple(claims), feel, tuple(flags))


def _touch(flag: Flag, quote: Quote) -> bool:
    return flag.source == quote.source and flag.start < quote.end and quote.start < flag.end


def _read_text(name: str, text: str, field: str, expected: Kind | None, trust: float, keep: Any) -> None:
    """Words and quantities of one text; a structured attribute's own kind wins over what its words could mean."""
    words = [] if field == "brand" else find_words(text)
    for one in words:
        if field == "reviews" and one.kind not in _OWN_WORDS:
            continue
        if expected is not None and one.kind is not expected and any(other.kind is expected for other in words):
            continue
        keep(one.kind, one.zh, one.en, [Quote(name, one.start, one.end, text[one.start : one.end])], trust)
    if field in ("reviews", "brand", "category"):
        return
    for one in find_measures(text):
        quote = Quote(name, one.start, one.end, text[one.start : one.end])
        if one.kind is Kind.QUANTITY and (
            field == "description" or (field == "selling_points" and quote.text[0] in WRITTEN)
        ):
            continue  # 一张擦得净: a way of speaking, not a number of pieces
        keep(one.kind, quote.text, one.name, [quote], trust)
    if expected in _NAMED and not any(one.kind is expected for one in words) and len(text) <= 60:
        keep(expected, text, text, [Quote(name, 0, len(text), text)], trust)


def _entity(sources: Mapping[str, str], keep: Any) -> None:
    """What it is: the last step of the category path; the noun that heads an English title; the last Chinese noun."""
    if path := sources.get("category", ""):
        leaf = path.rsplit(" > ", 1)[-1].strip()
        if leaf:
            start = path.rindex(leaf)
            keep(Kind.ENTITY, leaf, leaf, [Quote("category", start, start + len(leaf), leaf)], 1.0)
    for name in ("title_en", "title"):
        text = sources.get(name, "")
        head = _HEAD.split(text, maxsplit=1)[0]
        words = [one for one in _WORD.finditer(head) if not any(sign.isdigit() for sign in one.group())]
        if len(words) >= 2 and not re.search(r"[\u3400-\u9fff]", text):
            start, end = words[-2].start(), words[-1].end()
            keep(Kind.ENTITY, text[start:end], text[start:end], [Quote(name, start, end, text[start:end])], _GUESS)
            return
    text = sources.get("title", "")
    if path or not text:
        return
    place = 0
    last: tuple[str, int] | None = None
    for word, tag in rjieba.tag(text):
        start = text.find(word, place)
        place = max(place, start + len(word))
        if tag.startswith("n") and len(word) >= 2 and start >= 0:
            last = word, start
    if last:
        word, start = last
        keep(Kind.ENTITY, word, word, [Quote("title", start, start + len(word), word)], _GUESS)


def _brand_and_model(sources: Mapping[str, str], brands: Iterable[str], keep: Any) -> None:
    if brand := sources.get("brand", "").strip():
        start = sources["brand"].index(brand)
        quotes = [Quote("brand", start, start + len(brand), brand)]
        for name in ("title", "title_en"):
            at = sources.get(name, "").find(brand)
            if at >= 0:
                quotes.append(Quote(name, at, at + len(brand), brand))
        keep(Kind.BRAND, brand, brand, quotes, 1.0)
    elif title := sources.get("title") or sources.get("title_en", ""):
        source = "title" if "title" in sources else "title_en"
        known = [one for one in brands if one and title.lower().startswith(one.lower())]
        match = _BRAND.match(title)
        if known:
            end = max(map(len, known))
            keep(Kind.BRAND, title[:end], title[:end], [Quote(source, 0, end, title[:end])], _READ_TRUST)
        elif match and len(title.split()) >= 3:
            word, both = match.group().split()[0], match.group()
            rest = " ".join(text for name, text in sources.items() if name != source).lower()
            if both != word and both.lower() in rest:
                word = both  # John Deere: two words that stand together elsewhere too
            if not find_words(word):
                keep(Kind.BRAND, word, word, [Quote(source, 0, len(word), word)], _GUESS)
    for name in ("title", "title_en"):
        text = sources.get(name, "")
        taken = find_measures(text)
        for match in _MODEL.finditer(text):
            start, end = match.span()
            if not any(one.start < end and start < one.end for one in taken):
                keep(Kind.MODEL, match.group(), match.group(), [Quote(name, start, end, match.group())], _GUESS)
