"""What a film says against what the record knows: numbers with their units, prices, claims, forbidden words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from magnetar.capabilities.creative.facts import numbers, record_texts, show_price
from magnetar.capabilities.creative.judging.defects import Defect, defect
from magnetar.capabilities.creative.judging.told import Told
from magnetar.capabilities.creative.wording import forbidden_words
from magnetar.vocabulary.catalogue import Product

_UNITS = (
    ("ml", "毫升", "millilitre", "milliliter"),
    ("l", "升", "litre", "liter"),
    ("kg", "千克", "公斤", "kilo"),
    ("g", "克", "gram"),
    ("cm", "厘米", "公分"),
    ("mm", "毫米"),
    ("m", "米", "metre", "meter"),
    ("in", "英寸", "寸", "inch"),
    ("w", "瓦", "watt"),
    ("mah", "毫安时", "毫安"),
    ("h", "小时", "hour", "hours", "hr"),
    ("min", "分钟", "minute", "minutes"),
    ("d", "天", "day", "days"),
    ("%", "％"),
    ("℃", "°c", "摄氏度"),
)
"""Words for the same unit."""
_UNIT = {word: names[0] for names in _UNITS for word in names}
_MEASURE = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s*-?\s*("
    + "|".join(sorted((re.escape(word) for word in _UNIT), key=len, reverse=True))
    + r")(?![a-z])",
    re.IGNORECASE,
)
_CLAIMS = (
    ("纯棉", "全棉", "100% cotton", "pure cotton"), ("真皮", "genuine leather", "real leather"), ("真丝", "pure silk", "real silk"),
    ("羊绒", "cashmere"), ("有机", "organic"), ("防水", "waterproof"), ("抗菌", "抑菌", "antibacterial"), ("无糖", "零糖", "0糖", "sugar-free", "no sugar"),
    ("进口", "imported"), ("手工", "handmade", "hand-made"), ("纯天然", "all natural", "all-natural"), ("无添加", "no additives"), ("食品级", "food-grade", "food grade"),
    ("医用", "医疗级", "medical grade", "medical-grade"), ("孕妇可用", "safe in pregnancy"), ("终身保修", "lifetime warranty"), ("包邮", "free shipping"),
    ("七天无理由", "7天无理由", "free returns"), ("专利", "patented", "patent"), ("明星同款", "celebrity"), ("不锈钢", "stainless steel"), ("美白", "whitening"),
    ("祛斑", "祛痘", "acne"), ("减肥", "瘦身", "weight loss", "slimming"), ("降血压", "降血糖", "blood pressure", "blood sugar"), ("助眠", "sleep aid"),
    ("限时", "limited time"), ("仅剩", "only a few left"), ("赠品", "买一送一", "buy one get one", "free gift"), ("认证", "certified"), ("获奖", "award-winning"),
)  # fmt: skip
"""Claims that a buyer relies on, each with its other words; shown only where the record says one of them."""


def check_words(told: Told, product: Product | None, points: Sequence[str] = ()) -> list[Defect]:
    """Forbidden words; with the product, also numbers, measures, prices and claims that its record does not hold.

    Args:
        points: selling points of the record in the film's language.
    """
    found: list[Defect] = []
    seen: set[str] = set()
    known = "\n".join([*record_texts(product), *points]).casefold() if product else ""
    price = _prices(product) if product else set[str]()
    if told.fiction:
        return found
    for at, role, text in told.spoken_and_shown():
        if text in seen:
            continue
        seen.add(text)
        for word in dict.fromkeys(forbidden_words(text)):
            found.append(defect("forbidden word", at, f"{word!r} in {role} {text[:30]!r}"))
        if not product:
            continue
        if role in ("price", "list price"):
            if _bare(text) not in price:
                found.append(
                    defect("price", at, f"{role} {text!r}; the record says {' and '.join(sorted(price)) or 'none'}")
                )
            continue
        found += [defect("fact", at, f"{what} in {role} {text[:30]!r} is not in the record") for what in invented(text, known, price)]  # fmt: skip
    if product:
        for kind, text in (("price", told.price), ("list price", told.list_price or "")):
            if text and _bare(text) not in price and text not in seen:
                found.append(defect("price", 0.0, f"{kind} {text!r} is not the record's"))
    return found


def invented(text: str, known: str, prices: set[str] | None = None) -> list[str]:
    """Numbers, measures and claims of a text that the known text does not hold.

    >>> invented("850ml, 3小时保温, 真皮", "850毫升 保温3小时")
    ['真皮']
    >>> invented("850g", "850ml")
    ['850 g']
    """
    told = numbers(text) - numbers(known)
    allowed = {Decimal(re.sub(r"[^\d.]", "", one) or 0).normalize() + 0 for one in prices or ()}
    missing = [str(one) for one in sorted(told - allowed)]
    held = _measures(known)
    for amount, unit in sorted(_measures(text)):
        if (amount, unit) not in held and str(amount) not in missing and any(a == amount for a, _ in held):
            missing.append(f"{amount} {unit}")
    lower = text.casefold()
    for words in _CLAIMS:
        said = next((word for word in words if word in lower), None)
        if said and not any(word in known for word in words):
            missing.append(said)
    return missing


def _measures(text: str) -> set[tuple[Decimal, str]]:
    return {
        (Decimal(amount.replace(",", "")).normalize() + 0, _UNIT[unit.lower()])
        for amount, unit in _MEASURE.findall(text)
    }


def _prices(product: Product) -> set[str]:
    return {_bare("".join(show_price(money))) for money in (product.price, product.list_price) if money}


def _bare(text: str) -> str:
    return text.replace("\u2009", "").replace(" ", "")
