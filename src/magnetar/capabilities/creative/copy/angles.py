"""Ways to persuade, each allowed only where the record holds what it speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from magnetar.capabilities.creative.copy.evidence import Matter, Said
from magnetar.capabilities.creative.copy.parts import Ground
from magnetar.capabilities.creative.script import stated


@dataclass(frozen=True, slots=True)
class Angle:
    """A way to persuade."""

    name: str
    zh: str
    en: str
    needs: str
    """What the record must hold for it."""


ANGLES = (
    Angle("point", "卖点", "selling point", "a selling point"),
    Angle("pain", "痛点", "pain point", "a selling point that says what one is rid of"),
    Angle("price", "价格", "price", "a price"),
    Angle("deal", "与标价比", "against its list price", "a list price above the price"),
    Angle("spec", "参数", "specification", "an attribute short enough to show"),
    Angle("scene", "场景", "scene", "a scene that the record names"),
    Angle("audience", "人群", "audience", "an audience whose cue the record names, or one that the brief names"),
    Angle("material", "材质", "material", "an attribute that states the material"),
    Angle("season", "应季", "season", "a season that the record names"),
    Angle("gift", "送礼与时机", "gift or occasion", "an occasion that the record names"),
    Angle("choose", "选购", "how to choose", "an attribute by which one chooses"),
    Angle("detail", "细节", "detail", "a sentence of the description that praises"),
    Angle("direct", "直说", "straight", "a title"),
)
_LEADS: Mapping[str, tuple[str, ...]] = {
    "sell": ("point", "pain", "deal", "price", "scene", "audience"),
    "introduce": ("direct", "detail", "material", "spec", "choose", "point"),
    "gift": ("gift", "audience", "scene", "detail", "material"),
    "season": ("season", "scene", "point", "pain"),
}

_CHOOSERS = frozenset(
    [
        "材质",
        "面料",
        "材料",
        "内胆",
        "填充",
        "容量",
        "尺寸",
        "直径",
        "口径",
        "长度",
        "厚度",
        "高度",
        "宽度",
        "重量",
        "克重",
        "功率",
        "承重",
        "续航",
        "噪音",
        "亮度",
        "转速",
        "电池",
        "防水",
        "度数",
        "密度",
        "material",
        "fabric",
        "lining",
        "fill",
        "capacity",
        "size",
        "diameter",
        "length",
        "thickness",
        "height",
        "width",
        "weight",
        "power",
        "load",
        "brightness",
        "speed",
        "battery",
        "noise",
    ]
) | {"run time", "water rating"}
"""Attributes by which one chooses; by how long it keeps, or what comes with it, one does not."""


def order_of(goal: str, price_first: bool) -> list[str]:
    """The angles' names, those that suit the goal first.

    >>> order_of("gift", False)[:3], order_of("sell", True)
    (['gift', 'audience', 'scene'], ['price', 'deal'])
    """
    if price_first:
        return ["price", "deal"]
    lead = _LEADS[goal]
    return [*lead, *(one.name for one in ANGLES if one.name not in lead)]


@dataclass(frozen=True, slots=True)
class Fill:
    """Words for a template's braces, and what they rest on."""

    words: Mapping[str, str]
    grounds: tuple[Ground, ...]


def fills(angle: str, matter: Matter, price: str, list_price: str) -> Iterator[Fill]:
    """Everything of the record that an angle can speak of; nothing where there is no evidence for it."""
    brand = "" if matter.brand in matter.name else matter.brand
    base = {"name": matter.name, "brand": brand, "extras": matter.extras, "leaf": matter.leaf, "price": price}
    name = Ground(matter.name, matter.title_field)

    def on(*grounds: Ground, **words: str) -> Fill:
        return Fill({**base, **words}, (name, *grounds))

    cost = Ground(price, "price")
    if angle == "direct":
        yield on()
    elif angle == "price":
        yield on(cost)
    elif angle == "deal" and list_price:
        yield on(cost, Ground(list_price, "list_price"), list=list_price)
    elif angle in ("point", "pain", "detail"):
        for one in matter.sentences if angle == "detail" else matter.points:
            if angle != "pain" or one.nuisance:
                yield on(
                    Ground(one.text, one.field), head=one.head, rest=one.rest, point=one.text, nuisance=one.nuisance
                )
    elif angle in ("spec", "material", "choose"):
        for one in matter.facts:
            if angle == "material" and (not one.material or one.text in matter.name):
                continue
            if angle == "choose" and one.key.lower() not in _CHOOSERS:
                continue
            key = one.key.lower() if angle == "choose" and matter.language == "en" else one.key
            shown = stated(one.key, one.shown, matter.language)
            yield on(Ground(f"{one.key} {one.text}", one.field), key=key, value=one.shown, stated=shown)
    elif angle in ("scene", "season", "gift"):
        listed: tuple[Said, ...] = {"scene": matter.scenes, "season": matter.seasons, "gift": matter.occasions}[angle]
        slot = "occasion" if angle == "gift" else angle
        for one in listed:
            yield on(Ground(one.text, one.field), **{slot: one.shown})
