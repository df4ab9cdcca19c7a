"""Numbers with their units in a text, as digits or as words of either language, each in one base unit.

两斤, 1 kg and 1000 克 are the same quantity; 半价, 七折 and 30 % off are told apart from plain numbers.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple


class Quantity(NamedTuple):
    """A number, what it counts, and the words that say so."""

    value: float
    """In the dimension's base unit."""
    dimension: str
    """length, weight … ; '' where no known unit follows."""
    words: str
    start: int
    end: int
    digits: bool
    """Whether it is written in digits; a word number without a unit is rarely a claim."""
    number: float
    """The number as it is written, before its unit."""


_ZH = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "双": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}  # fmt: skip
_ZH_TENS = {"十": 10, "百": 100, "千": 1000}
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_EN = {name: value for value, name in enumerate(_WORDS.split())} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12}  # fmt: skip
_EN_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_SMALL = "|".join(sorted(_EN, key=len, reverse=True))
_EN_NUMBER = rf"(?<![a-z])(?<!sub-)(?<!-)(?:half(?:\s+an?)?|a\s+dozen|an?\s+(?:hundred|thousand|million)|(?:{_SMALL})(?:[\s-]+(?:{_SMALL}))?(?:\s+(?:hundred|thousand|million))?)(?![a-z])"  # fmt: skip
_DIGITS = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+\s*[/⁄]\s*\d+|\d+(?:\.\d+)?|(?<![\d.])\.\d+"
_ZH_NUMBER = r"[零〇一二两俩三四五六七八九十百千万亿]+(?:点[零一二三四五六七八九]+)?|半"
_NUMBER = rf"(?P<digits>{_DIGITS})(?:\s*(?P<scale>[万亿千百]))?|(?P<zh>{_ZH_NUMBER})|(?P<en>{_EN_NUMBER})"

_UNITS: dict[str, tuple[str, float]] = {}


def _add(dimension: str, factor: float, names: str) -> None:
    for name in names.split("|"):
        _UNITS[name] = (dimension, factor)


for _factor, _names in (
    (1, "mm|毫米|millimeters|millimeter|millimetres"), (10, "cm|厘米|公分|centimeters|centimetres|centimeter"),
    (1000, "m|米|meters|metres|meter|metre"), (1e6, "km|公里|千米|kilometers|kilometres"),
    (25.4, '英寸|寸|inches|inch|in|"|″'), (304.8, "ft|feet|foot|英尺|尺"), (914.4, "yards|yard|yd"), (0.001, "微米|μm|um|microns|micron"),
):  # fmt: skip
    _add("length", _factor, _names)
for _factor, _names in (
    (1, "ml|毫升|cc|milliliters|millilitres"), (1000, "l|升|liters|litres|liter|litre"), (946.35, "quarts|quart|qt"),
    (3785.41, "gallons|gallon|gal"), (473.18, "pints|pint"), (29.574, "fl oz|fl. oz|fl.oz|fluid ounces|fluid ounce"),
):  # fmt: skip
    _add("volume", _factor, _names)
for _factor, _names in (
    (1, "g|克|grams|gram"), (1000, "kg|千克|公斤|kilograms|kilogram|kilos|kilo"), (500, "斤"), (50, "两"), (0.001, "mg|毫克"),
    (1e6, "吨|tons|tonnes"), (453.592, "lbs|lb|pounds|pound|磅"), (28.3495, "oz|ounces|ounce|盎司"),
):  # fmt: skip
    _add("weight", _factor, _names)
for _factor, _names in (
    (1, "秒钟|秒|seconds|second|secs|sec|s"), (60, "分钟|minutes|minute|mins|min"),
    (3600, "个小时|小时|个钟头|钟头|hours|hour|hrs|hr|h"), (86400, "天|日|days|day"), (604800, "周|个星期|星期|weeks|week"),
):  # fmt: skip
    _add("time", _factor, _names)
_add("months", 1, "个月|月|months|month")
_add("months", 12, "年|years|year|yrs|yr")
_add("watts", 1, "w|瓦|watts|watt")
_add("watts", 1000, "kw|千瓦")
_add("volts", 1, "v|伏|volts|volt")
_add("amps", 1, "安培|amps|amp")
_add("mAh", 1, "mah|毫安时|毫安")
_add("Wh", 1, "wh")
_add("temperature", 1, "℃|°c|摄氏度|度|degrees|degree|°")
_add("percent", 1, "%|percent|per cent|pct")
_add("percent", 10, "成")
_add("discount", 1, "折")
_add("times", 1, "倍|times|x|fold")
_add("light", 1, "流明|lumens|lumen|lm")
_add("sound", 1, "分贝|db|decibels")
_add("frequency", 1, "hz|赫兹")
_add("frequency", 1000, "khz")
_add("frequency", 1e6, "mhz")
_add("frequency", 1e9, "ghz")
_add("rotation", 1, "rpm|转")
_add("pressure", 1, "pa|帕")
_add("pressure", 1000, "kpa|千帕")
_add("memory", 1, "gb")
_add("memory", 1024, "tb")
_add("pixels", 1, "万像素|megapixels|megapixel|mp")
_add("people", 1, "人份|人|people|persons|servings|serving")
_add("layers", 1, "层|ply|layers|layer|tiers|tier")
_add("levels", 1, "档|挡|段|speeds|speed|levels|level|modes|settings")
_add("kinds", 1, "种|款|kinds|types|styles")
_add("colours", 1, "色|colours|colors|colour|color")
_add("cells", 1, "格|slots|compartments|compartment")
_add("ports", 1, "口|ports|port")
_add("uses", 1, "次|回|uses|washes|wash|cycles")
_add("money", 1, "元|块钱|块|圆|yuan|rmb|cny|dollars|dollar|bucks|usd|euros|eur|pounds sterling")
_add(
    "count",
    1,
    "件套|只装|个|只|双|片|件|支|套|包|盒|袋|卷|张|条|粒|瓶|罐|枚|根|本|提|把|副|头|组|册|抽|对|颗|听|台|箱|桶|杯|碗|盏",
)
_add("count", 1, "pcs|pieces|piece|pc|count|ct|packs|pack|pk|pairs|pair|sheets|rolls|bags|boxes|bottles|cups|sets|units|items")  # fmt: skip
_ENDS = "|".join(re.escape(one) for one in sorted(_UNITS, key=lambda name: (-len(name), name)))
_ONE = re.compile(
    rf"(?P<sign>[¥￥$€£₩]|rmb\s?|cny\s?|usd\s?)?\s*(?:{_NUMBER})(?:\s*-?\s*(?:多|余)?(?P<unit>{_ENDS})(?![a-z0-9]))?(?P<half>半)?",
    re.IGNORECASE,
)
_PER_CENT = re.compile(rf"百分之(?P<zh>{_ZH_NUMBER}|\d+(?:\.\d+)?)")
_PER_MILLE_WORDS = re.compile(r"半价|对折|half[\s-](?:price|off)", re.IGNORECASE)
_IDIOM_AFTER = re.compile(r"[百千万]+(?:$|[^\d])")
_ONES = ("length", "weight", "volume", "months", "time", "discount", "percent", "money", "times", "temperature")
"""Dimensions in which even a written 一 is a claim: 一斤, 一年, 一折; 一件, 一次 and the like are ways of speaking."""


def fold(text: str) -> str:
    """Full width narrow, capitals small, character for character where that is possible."""
    return "".join(unicodedata.normalize("NFKC", sign).lower() if len(unicodedata.normalize("NFKC", sign)) == 1 else sign.lower()[:1] or sign for sign in text)  # fmt: skip


def zh_value(text: str) -> float | None:
    """The value of a Chinese numeral; None where it is none.

    >>> [zh_value(one) for one in ("两", "十二", "三百零五", "一万二千", "半", "一点五", "百")]
    [2.0, 12.0, 305.0, 12000.0, 0.5, 1.5, 100.0]
    """
    if text == "半":
        return 0.5
    text, _, part = text.partition("点")
    if not part and len(text) > 1 and all(sign in _ZH for sign in text):
        return float("".join(str(_ZH[sign]) for sign in text))  # 二零二六, 三五: digits one after another
    total, section, digit = 0.0, 0.0, 0.0
    for sign in text:
        if sign in _ZH:
            digit = float(_ZH[sign])
        elif sign in _ZH_TENS:
            section += (digit or 1.0) * _ZH_TENS[sign]
            digit = 0.0
        elif sign in "万亿":
            total = (total + section + digit or 1.0) * (1e4 if sign == "万" else 1e8)
            section = digit = 0.0
        else:
            return None
    value = total + section + digit
    if part:
        value += sum(_ZH[sign] / 10.0 ** (place + 1) for place, sign in enumerate(part))
    return value


def en_value(text: str) -> float:
    """The value of an English number word.

    >>> [en_value(one) for one in ("two", "twenty-five", "three hundred", "a dozen", "half an")]
    [2.0, 25.0, 300.0, 12.0, 0.5]
    """
    value = 0.0
    for word in re.split(r"[\s-]+", text.lower()):
        if word == "half":
            return 0.5
        if word in _EN_SCALES:
            value = (value or 1.0) * _EN_SCALES[word]
        elif word in _EN:
            value += _EN[word]
    return value


def _digits_value(text: str) -> float:
    text = text.replace(",", "").replace("，", "").replace("⁄", "/")
    if "/" in text:
        top, _, bottom = text.partition("/")
        return float(top) / float(bottom) if float(bottom) else 0.0
    return float(text[:40])


@lru_cache(4096)
def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Every number of a text, in order of place.

    >>> [(one.value, one.dimension) for one in find_quantities("两斤装，保温48小时，百分之八十，三折")]
    [(1000.0, 'weight'), (172800.0, 'time'), (80.0, 'percent'), (3.0, 'discount')]
    >>> [(one.value, one.dimension) for one in find_quantities("Set of four, ¥59.90, half price, two years")]
    [(4.0, ''), (59.9, 'money'), (5.0, 'discount'), (24.0, 'months')]
    """
    folded = fold(text)
    found: list[Quantity] = []
    taken: list[tuple[int, int]] = []

    def keep(value: float, dimension: str, start: int, end: int, digits: bool, number: float | None = None) -> None:
        written = value if number is None else number
        found.append(Quantity(value, dimension, text[start:end].strip(), start, end, digits, written))
        taken.append((start, end))

    for match in _PER_CENT.finditer(folded):
        word = match["zh"]
        value = 100.0 if word == "百" else float(word) if word[0].isdigit() else zh_value(word)
        keep(value or 0.0, "percent", *match.span(), True)
    for match in _PER_MILLE_WORDS.finditer(folded):
        keep(5.0, "discount", *match.span(), True)
    for match in _ONE.finditer(folded):
        start, end = match.span()
        if any(first < end and start < last for first, last in taken):
            continue
        digits = match["digits"] is not None
        if digits:
            value = _digits_value(match["digits"]) * {"百": 100, "千": 1e3, "万": 1e4, "亿": 1e8}.get(
                match["scale"] or "", 1
            )
        elif match["zh"]:
            word = match["zh"]
            if len(set(word) - set("百千万亿十")) == 0 and len(word) <= 2 and not (match["unit"] and "十" in word):
                continue  # 百搭, 千层, 十分: no number is meant
            value = zh_value(word) or 0.0
        else:
            value = en_value(match["en"])
        unit = match["unit"]
        if unit in ("in", "s", "h", "m", "l", "v", "w", "g", "x", "x") and not digits:
            unit = None
        if (
            unit == "in"
            and digits
            and folded[match.end() : match.end() + 1] not in ("", ",", ".", " ", "-", ")", "，", "。")
        ):
            unit = None
        if unit == "两" and folded[match.end() : match.end() + 1] in tuple("个只件人口层款端侧面用"):
            unit = None
        dimension, factor = _UNITS[unit] if unit else ("", 1.0)
        number = value
        value *= factor
        if match["half"] and dimension in ("months", "time", "weight"):
            value += factor / 2
        if dimension == "discount" and digits and value >= 10:
            value /= 10.0  # 85折
        if match["sign"]:
            dimension = "money"
        if not digits:
            if not dimension or (value == 1 and dimension not in _ONES):
                if match["en"] and not dimension:
                    keep(value, "", start, end, False)
                continue
            if match["zh"] == "半" and dimension not in (*_ONES, "people"):
                continue
        keep(value, dimension, start, end, digits, number)
    return tuple(sorted(found, key=lambda one: one.start))


def same(first: float, second: float) -> bool:
    """Whether two values are equal but for rounding between systems of units (8 in, 20.3 cm)."""
    return abs(first - second) <= 0.004 * max(abs(first), abs(second)) + 1e-9
