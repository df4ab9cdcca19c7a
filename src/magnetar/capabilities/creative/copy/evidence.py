"""What a record offers to a writer: a name, clauses, specifications, scenes, seasons, each with the field it stands in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from magnetar.capabilities.creative.copy.reading import (
    cut,
    occasion,
    of_seller,
    scene,
    short_name,
    spaced,
    tells_something,
)
from magnetar.capabilities.creative.copy.record import words_in
from magnetar.capabilities.creative.script import (
    CAUTION,
    NAMES_EN,
    is_latin,
    shown_category,
    shown_title,
    split_title,
)
from magnetar.capabilities.creative.wording import clauses, lawful, sentences, shown_or_left
from magnetar.capabilities.understanding import Claim, Kind, ProductCard, Quote, sources_of
from magnetar.vocabulary.catalogue import Product

MOST_POINTS, MOST_FACTS, MOST_SENTENCES = 12, 10, 6
LONGEST = {"zh": 34, "en": 80}
KEYS_EN = {
    **NAMES_EN, "电池": "Battery", "续航": "Run time", "亮度": "Brightness", "电压": "Voltage", "防水": "Water rating", "充电": "Charging",
    "接口": "Ports", "长": "Length", "宽": "Width", "高": "Height", "高度": "Height", "宽度": "Width", "深度": "Depth", "线长": "Cable",
    "克重": "Weight", "尺码": "Sizes", "齿长": "Teeth", "噪音": "Noise", "转速": "Speed", "被套": "Cover", "水箱": "Tank", "内胆": "Lining",
    "填充": "Fill", "盖": "Lid", "颜色": "Colour", "温度": "Temperature", "储存": "Storage", "配料": "Ingredients", "材料": "Material",
}  # fmt: skip
_MATERIAL_KEYS = ("材质", "面料", "材料", "内胆", "填充", "涂层", "material", "fabric", "成分")
_SHADE_KEYS = ("颜色", "配色", "花色")
"""Attributes whose words have many shades: 燕麦色 is no plain beige; they are not translated."""
_WARNS = re.compile(
    rf"{CAUTION.pattern}|远离|小心|当心|防止|不适|不宜|先看|keep away|away from|unsuitable|beware", re.IGNORECASE
)
_WITHIN = re.compile(r"咖啡[因色渍]|茶[色渍]|车厘|猫眼|狗牙")
"""A scene's word that is a piece of another word."""
_UNTOLD = frozenset(
    [
        "参考",
        "测试",
        "备注",
        "提示",
        "说明",
        "注意",
        "货号",
        "型号",
        "条码",
        "编号",
        "类型",
        "备案",
        "批准文号",
        "许可证",
        "执行标准",
    ]
)
"""Attributes that are notes to a reader; as a headline they say nothing."""
_LEANS = re.compile(r"(?:It|Its|They|Their|Also|And|But|However|Moreover|Additionally|Furthermore)\b")
"""How a sentence begins that leans on the one before it."""
_BARE = frozenset(["有", "无", "是", "否", "支持", "不支持", "yes", "no", "true", "false"])
_STOPS = "。！？!?；;\n"
_NUISANCE_ZH = re.compile(r"^(?:也|就|都)?不(?:用|必|怕|会|再|太|容易)?+(?!锈|同|错|是|能|要|可|建|宜|得|了|粘|沾|到|过|少|足|止|仅|但|只|论|管|影响)([\u4e00-\u9fff]{2,7})$")  # fmt: skip
_NUISANCE_EN = re.compile(r"\b(?:no|without)\s+([a-z][a-z ]{2,22}?)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """Words of the record."""

    text: str
    field: str
    key: str = ""
    """An attribute's name, as it is shown."""
    put: str = ""
    """How the text is put on the screen, where that is not as it is written."""
    head: str = ""
    rest: str = ""
    nuisance: str = ""
    """What the words say one is rid of, as the record writes it."""
    material: bool = False

    @property
    def shown(self) -> str:
        return self.put or self.text


@dataclass(frozen=True, slots=True)
class Matter:
    """What may be told of a product in one language."""

    language: str
    brand: str
    name: str
    title_field: str
    extras: str
    leaf: str
    points: tuple[Said, ...]
    facts: tuple[Said, ...]
    sentences: tuple[Said, ...]
    scenes: tuple[Said, ...]
    seasons: tuple[Said, ...]
    occasions: tuple[Said, ...]
    about: dict[str, Said]
    """English value of each scene, audience, season and occasion that the record names, with its words."""
    notes: tuple[str, ...]


def gather(product: Product, card: ProductCard, language: str, points: Sequence[str] = ()) -> Matter:
    """Read a record for a language.

    Args:
        card: of the product; only what the record itself says is taken, no inferred and no flagged claim.
        points: selling points in the language where the record's own are in another one.

    Raises:
        BadInput: no title that can be shown.
        Refused: the title is written from right to left.
    """
    notes: list[str] = []
    sources = sources_of(product)
    title = shown_title(product, language, notes)
    brand = lawful(shown_or_left(product.brand, "brand", notes), "brand", notes)
    if language == "en" and not is_latin(brand):
        brand = ""
    name, extras = split_title(title, brand)
    field = "title_en" if language == "en" and product.title_en else "title"
    leaf = shown_category(product, language)
    full, name = name, short_name(name, leaf, language)
    if name == leaf and full != leaf:
        extras, field, leaf = [full, *extras], "category", ""
    extras = [extra for extra in extras if re.search(r"[^\W\d]", extra)]  # 30 of `Eggs, 30` says nothing
    given = [(text, f"points.{place}") for place, text in enumerate(points)] if points else []
    own = [(text, f"selling_points.{place}") for place, text in enumerate(product.selling_points)]
    told = [one for text, where in given or own if (one := _point(text, where, language, notes))]
    if not told:
        told = [
            Said(extra, f"{field}.{place}", head=extra)
            for place, extra in enumerate(extras)
            if re.search(r"\w", extra) and tells_something(extra) and extra != full
        ]
    return Matter(
        language, brand, name, field, " · ".join(extras[: 1 if field == "category" else 2]), leaf,
        tuple(dict.fromkeys(told))[:MOST_POINTS], tuple(_facts(product, language, notes))[:MOST_FACTS],
        tuple(_sentences(product, language, notes))[:MOST_SENTENCES],
        tuple(_named(card, Kind.SCENE, language, sources)), tuple(_seasons(product, card, language, sources)),
        tuple(_named(card, Kind.OCCASION, language, sources)),
        _about(card, language, sources), tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _point(text: str, field: str, language: str, notes: list[str]) -> Said | None:
    text = lawful(shown_or_left(text[:400], field, notes), field, notes).rstrip("。.；;！!")
    if not re.search(r"\w", text) or CAUTION.search(text) or (language == "en" and not is_latin(text)):
        return None
    if len(text) > LONGEST[language]:
        first = next((part for part in sentences(text) if len(part) <= LONGEST[language]), "")
        notes.append(
            f"{field}: of {len(text)} characters, "
            + ("its first short sentence is used" if first else "left out as too long")
        )
        if not first:
            return None
        text = first
    head, rest = cut(text, language)
    if not head:
        notes.append(f"{field}: left out, a list or a sentence within a sentence, too long for a headline")
        return None
    return Said(text, field, head=head, rest=rest, nuisance=_nuisance(text, language))


def _nuisance(text: str, language: str) -> str:
    rule = _NUISANCE_ZH if language == "zh" else _NUISANCE_EN
    for part in clauses(text):
        if match := rule.search(part):
            return match[1]
    return ""


def _facts(product: Product, language: str, notes: list[str]) -> list[Said]:
    """Attributes short enough to be shown, in the language, each with its name."""
    found: list[Said] = []
    for raw, value in product.attributes.items():
        field = f"attributes.{raw}"
        name, value = shown_or_left(raw, field, notes), shown_or_left(value, field, notes)
        if language == "en":
            name = KEYS_EN.get(name, name)
            value = value if is_latin(value) else "" if raw in _SHADE_KEYS else _in_english(value)
        if (
            not name
            or not value
            or name in _UNTOLD
            or value.lower() in _BARE
            or len(name) + len(value) > (16 if language == "zh" else 40)
            or not re.search(r"\w", value)
        ):
            continue
        if (language == "en") != (is_latin(name) and is_latin(value)) and (language == "en" or is_latin(name)):
            continue
        if language == "en" and name.islower() and name == raw:  # machine words such as `launch=new`
            name = name.replace("_", " ").capitalize() if raw.lower() in _MATERIAL_KEYS else ""
        if name and lawful(name + value, field, notes):
            put = spaced(value) if language == "en" else ""
            found.append(Said(value, field, key=name, put=put, material=raw.lower() in _MATERIAL_KEYS))
    return found


def _in_english(value: str) -> str:
    """A value of lexicon words only, in English: 陶瓷 is ceramic; '' where a part is not known."""
    parts = [part for part in re.split(r"[、，,/ ]+", value) if part]
    words = [
        part if is_latin(part) else next((en for _, en, words in words_in(part) if words == part), "") for part in parts
    ]
    return ", ".join(words) if parts and all(words) else ""


def _sentences(product: Product, language: str, notes: list[str]) -> list[Said]:
    """Sentences of the description that praise rather than warn."""
    found: list[Said] = []
    text = re.sub(r"<[^>]{0,200}>", " ", product.description[:4000])
    for place, sentence in enumerate(sentences(text)):
        one = sentence if len(sentence) <= LONGEST[language] else ""
        if not one or (language == "en") != is_latin(one) or CAUTION.search(one) or of_seller(one):
            continue
        if language == "en" and (
            len(one.split()) < 3 or not re.match(r"[A-Z\d]", one) or ":" in one or _LEANS.match(one)
        ):
            continue
        if said := _point(one, f"description.{place}", language, notes):
            found.append(said)
    return found


def _named(card: ProductCard, kind: Kind, language: str, sources: Mapping[str, str]) -> list[Said]:
    """What the record's own words name of a kind, each in the record's words (zh) or the lexicon's (en)."""
    found: list[Said] = []
    for claim in card.of(kind, inferred=False):
        quote = _quote(claim, language, sources)
        if quote is None or claim.warnings or quote.source == "category":
            continue
        words = quote.text if language == "zh" else claim.value_en
        if language == "zh" and (is_latin(words) or len(words) < 2):
            continue
        put = words
        if kind is Kind.SCENE:
            put = scene(words, language)
        elif kind is Kind.OCCASION and language == "en":
            put = occasion(words)
        if put:
            found.append(Said(words, quote.source, put=put))
    return found


def _seasons(product: Product, card: ProductCard, language: str, sources: Mapping[str, str]) -> list[Said]:
    """The seasons that the record names; where an attribute states them, no other sentence adds one."""
    found = _named(card, Kind.SEASON, language, sources)
    stated = {f"attributes.{name}" for name in product.attributes if "季节" in name or "season" in name.lower()}
    return [one for one in found if one.field in stated] if stated else found


def _quote(claim: Claim, language: str, sources: Mapping[str, str]) -> Quote | None:
    """The record's words for a claim, those in the language first.

    No review's and not a category's, which speaks of a shelf; and none of a sentence that warns: who is told to keep
    a candle away from children is not told that it is for them.
    """
    quotes = [
        one
        for one in claim.evidence
        if isinstance(one, Quote)
        and not one.source.startswith(("reviews", "category"))
        and not _WARNS.search(_sentence_of(one, sources.get(one.source, "")))
        and not _WITHIN.match(sources.get(one.source, "")[one.start : one.end + 1])
    ]
    quotes.sort(key=lambda one: is_latin(one.text) != (language == "en"))
    return quotes[0] if quotes else None


def _sentence_of(quote: Quote, text: str) -> str:
    """The sentence that a quote stands in; the quote itself where its place is not known."""
    if text[quote.start : quote.end] != quote.text:
        return quote.text
    first = max((text.rfind(mark, 0, quote.start) for mark in _STOPS), default=-1) + 1
    ends = [place for mark in _STOPS if (place := text.find(mark, quote.end)) >= 0]
    return text[first : min(ends, default=len(text))]


def _about(card: ProductCard, language: str, sources: Mapping[str, str]) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for kind in (Kind.SCENE, Kind.AUDIENCE, Kind.SEASON, Kind.OCCASION, Kind.FUNCTION):
        for claim in card.of(kind, inferred=False):
            quote = _quote(claim, language, sources)
            if quote is not None and not claim.warnings:
                found.setdefault(claim.value_en, Said(quote.text, quote.source))
    return found
