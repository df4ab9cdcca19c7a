"""Quantities with units in a text: how long, how much, how heavy, how strong, how many."""

from __future__ import annotations

import re
from typing import NamedTuple

from magnetar.capabilities.understanding.claims import Kind
from magnetar.capabilities.understanding.lexicon import fold


class Measure(NamedTuple):
    """A quantity in its base unit, and where it stands in the original text."""

    kind: Kind
    value: float
    unit: str
    """mm, ml, g, W, V, A, mAh, Wh, or pcs."""
    start: int
    end: int

    @property
    def name(self) -> str:
        """The quantity as values are compared: three figures and the base unit."""
        return f"{float(f'{self.value:.3g}'):g} {self.unit}"


_UNITS: dict[str, tuple[Kind, float, str]] = {}


def _add(kind: Kind, base: str, **names: float) -> None:
    for name, factor in names.items():
        _UNITS[name.replace("_", " ")] = (kind, factor, base)


_add(Kind.SIZE, "mm", mm=1, 毫米=1, cm=10, 厘米=10, 公分=10, m=1000, 米=1000, 英寸=25.4, inch=25.4, inches=25.4, 寸=25.4,
     ft=304.8, feet=304.8, foot=304.8, 英尺=304.8, yard=914.4, yards=914.4, yd=914.4, millimeters=1, centimeters=10,
     meters=1000, meter=1000, metres=1000)  # fmt: skip
_UNITS['"'] = _UNITS["in"] = (Kind.SIZE, 25.4, "mm")
_add(Kind.CAPACITY, "ml", ml=1, 毫升=1, cc=1, l=1000, 升=1000, liter=1000, liters=1000, litre=1000, litres=1000,
     quart=946.35, quarts=946.35, qt=946.35, gallon=3785.41, gallons=3785.41, gal=3785.41, pint=473.18, pints=473.18,
     milliliters=1, cup=236.59, cups=236.59)  # fmt: skip
for _name in ("fl oz", "fl. oz", "fl.oz", "fluid ounce", "fluid ounces", "fluid_ounces"):
    _UNITS[_name] = (Kind.CAPACITY, 29.574, "ml")
_add(Kind.WEIGHT, "g", g=1, 克=1, kg=1000, 千克=1000, 公斤=1000, 斤=500, mg=0.001, 毫克=0.001, 吨=1e6, lb=453.592, lbs=453.592,
     pound=453.592, pounds=453.592, oz=28.3495, ounce=28.3495, ounces=28.3495, grams=1, gram=1, kilograms=1000,
     kilogram=1000)  # fmt: skip
_add(Kind.POWER, "W", w=1, 瓦=1, kw=1000, 千瓦=1000, watt=1, watts=1)
_add(Kind.POWER, "V", v=1, 伏=1, volt=1, volts=1)
_add(Kind.POWER, "A", amp=1, amps=1, amperes=1)
_add(Kind.POWER, "mAh", mah=1, 毫安时=1, 毫安=1)
_add(Kind.POWER, "Wh", wh=1)
_COUNTED = "只 双 片 个 件 支 套 包 盒 袋 卷 张 条 粒 瓶 罐 枚 块 根 本 提 把 副 头 组 册 抽 对 颗 听"
for _name in _COUNTED.split():
    _UNITS[_name] = (Kind.QUANTITY, 1, "pcs")
for _name in ("pcs", "pieces", "piece", "count", "ct", "pack", "packs", "pk", "pairs", "pair", "sheets", "rolls", "bags", "boxes", "bottles", "pc"):  # fmt: skip
    _UNITS[_name] = (Kind.QUANTITY, 1, "pcs")

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\s*[-\s]\s*\d+/\d+|\d+\s\d+⁄\d+|\d+[/⁄]\d+|\d+(?:\.\d+)?|\.\d+)"
_ENDS = "|".join(re.escape(one) for one in sorted(_UNITS, key=lambda name: (-len(name), name)))
_ONE = re.compile(rf"({_NUMBER})\s*-?\s*({_ENDS})(?![a-z])")
_CROSS = re.compile(rf"({_NUMBER})((?:\s*[a-z\"]{{0,2}}\s*[x×*]\s*{_NUMBER}){{1,2}})\s*(cm|mm|m|厘米|毫米|米|英寸|in|inches|inch|ft|\")(?![a-z])")  # fmt: skip
_SET = re.compile(r"(?:set|pack|case|box|bag|lot|pkg|package)\s+of\s+(\d{1,4})|(\d{1,4})\s*[- ]\s*(?:pack|count|piece|pk|pc|pcs)\b|(?<![\d.])(\d{1,4})\s*/\s*(?:pack|case|box|bag|pk)\b")  # fmt: skip
WRITTEN = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_WRITTEN = re.compile(rf"([一两二三四五六七八九十])(件套|{'|'.join(_COUNTED.split())})(?![用装])")
_MADE = re.compile(r"(\d{1,3})件套")


def _number(text: str) -> float:
    """A number as labels write it: 1,000; 1/2; 1-1/4; 21⁄2 is not one."""
    text = text.replace(",", "").replace("⁄", "/").strip()
    whole = 0.0
    if "/" in text:
        *front, part = re.split(r"\s*-\s*|\s+", text)
        whole = float(front[0]) if front and front[0] else 0.0
        top, _, bottom = part.partition("/")
        return whole + (float(top) / float(bottom) if float(bottom) else 0.0)
    return float(text)


def find_measures(text: str) -> list[Measure]:
    """Quantities with a unit, in order of place; 10 × 20 cm gives both sides, zero and nonsense give none.

    >>> [one.name for one in find_measures("1-1/4 inch screws, 500-Pack; 45*70cm 1.5L")]
    ['31.8 mm', '500 pcs', '450 mm', '700 mm', '1500 ml']
    """
    folded, at = fold(text)
    found: list[Measure] = []
    taken: list[tuple[int, int]] = []

    def keep(kind: Kind, value: float, unit: str, start: int, end: int) -> None:
        if 0.0 < value < 1e9:
            found.append(Measure(kind, value, unit, at[start], at[end - 1] + 1))

    for match in _CROSS.finditer(folded):
        kind, factor, base = _UNITS[match.group(3)]
        taken.append(match.span())
        for part in [match.group(1), *re.findall(_NUMBER, match.group(2))]:
            keep(kind, _number(part) * factor, base, *match.span())
    for match in _SET.finditer(folded):
        taken.append(match.span())
        keep(Kind.QUANTITY, float(match.group(1) or match.group(2) or match.group(3)), "pcs", *match.span())
    for match in _MADE.finditer(folded):
        taken.append(match.span())
        keep(Kind.QUANTITY, float(match.group(1)), "pcs", *match.span())
    for match in _ONE.finditer(folded):
        start, end = match.span()
        if any(start < last and first < end for first, last in taken):
            continue
        if start and (folded[start - 1].isdigit() or folded[start - 1] in "./"):
            continue
        kind, factor, base = _UNITS[match.group(2)]
        if base == "g" and match.group(1) in ("2.4", "3", "4", "5") and text[at[end - 1]] == "G":
            continue  # 2.4G and 5G are radio
        keep(kind, _number(match.group(1)) * factor, base, start, end)
    for match in _WRITTEN.finditer(folded):
        keep(Kind.QUANTITY, float(WRITTEN[match.group(1)]), "pcs", *match.span())
    return sorted(found, key=lambda one: (one.start, one.end))
