"""What a query asks besides its words: a price, a measure, a colour, a size, a material's grade, something left out.

`304不锈钢 1.5米 100元以下` asks for a term, a length of 150 cm and a price of at most 100.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from magnetar.capabilities.understanding import plain
from magnetar.vocabulary.catalogue import Product

Quantity = tuple[str, float]
"""(dimension, value in the dimension's base unit)."""

_UNITS: dict[str, tuple[str, float]] = {
    "mm": ("length", 0.1), "毫米": ("length", 0.1), "cm": ("length", 1.0), "厘米": ("length", 1.0), "公分": ("length", 1.0),
    "m": ("length", 100.0), "米": ("length", 100.0), "meter": ("length", 100.0), "metre": ("length", 100.0),
    "英寸": ("length", 2.54), "寸": ("length", 2.54), "inch": ("length", 2.54), "inches": ("length", 2.54), "in": ("length", 2.54),
    '"': ("length", 2.54), "ft": ("length", 30.48), "feet": ("length", 30.48), "foot": ("length", 30.48),
    "ml": ("volume", 1.0), "毫升": ("volume", 1.0), "l": ("volume", 1000.0), "升": ("volume", 1000.0), "liter": ("volume", 1000.0),
    "litre": ("volume", 1000.0), "oz": ("ounces", 1.0), "ounce": ("ounces", 1.0), "gallon": ("volume", 3785.41),
    "mg": ("mass", 0.001), "g": ("mass", 1.0), "克": ("mass", 1.0), "kg": ("mass", 1000.0), "千克": ("mass", 1000.0),
    "公斤": ("mass", 1000.0), "斤": ("mass", 500.0), "lb": ("mass", 453.592), "lbs": ("mass", 453.592), "pound": ("mass", 453.592),
    "w": ("power", 1.0), "瓦": ("power", 1.0), "kw": ("power", 1000.0), "v": ("voltage", 1.0), "伏": ("voltage", 1.0),
    "mah": ("charge", 1.0), "毫安": ("charge", 1.0), "ah": ("charge", 1000.0), "wh": ("energy", 1.0), "度电": ("energy", 1000.0),
    "hz": ("frequency", 1.0), "赫兹": ("frequency", 1.0), "gb": ("storage", 1.0), "tb": ("storage", 1024.0),
    "只": ("count", 1.0), "个": ("count", 1.0), "件": ("count", 1.0), "条": ("count", 1.0), "双": ("count", 1.0), "片": ("count", 1.0),
    "支": ("count", 1.0), "包": ("count", 1.0), "枚": ("count", 1.0), "张": ("count", 1.0), "瓶": ("count", 1.0), "盒": ("count", 1.0),
    "卷": ("count", 1.0), "本": ("count", 1.0), "块": ("count", 1.0), "袋": ("count", 1.0), "根": ("count", 1.0), "pack": ("count", 1.0),
    "packs": ("count", 1.0), "pcs": ("count", 1.0), "piece": ("count", 1.0), "pieces": ("count", 1.0), "count": ("count", 1.0),
    "ct": ("count", 1.0), "pairs": ("count", 1.0), "pair": ("count", 1.0), "pages": ("count", 1.0), "页": ("count", 1.0),
    "色": ("count", 1.0), "shades": ("count", 1.0), "人": ("people", 1.0), "person": ("people", 1.0), "people": ("people", 1.0),
    "℃": ("temperature", 1.0), "度": ("temperature", 1.0), "°c": ("temperature", 1.0),
}  # fmt: skip
_UNIT_WORDS = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_MEASURE = re.compile(rf"(\d+(?:\.\d+)?)\s*-?\s*({_UNIT_WORDS})(?![a-z])")
_TIMES = re.compile(
    r"(\d+(?:\.\d+)?)\s*[x×*]\s*(\d+(?:\.\d+)?)(?:\s*[x×*]\s*(\d+(?:\.\d+)?))?\s*(cm|mm|m|厘米|毫米|米|in|inch)"
)
_SET = re.compile(r"(?:set|pack) of (\d+)")
_MONEY = r"(?:元|块钱|块|rmb|cny|yuan|usd|dollars?|bucks)"
_SIGN = r"[¥￥$]?\s*"
_FIGURE = r"(\d{1,9}(?:\.\d{1,2})?)"
_NOT_A_MEASURE = rf"(?!\d|\s*-?\s*(?:{'|'.join(sorted((re.escape(one) for one in _UNITS if one != '块'), key=len, reverse=True))})(?![a-z]))"
_RANGE = re.compile(rf"{_SIGN}{_FIGURE}\s*{_MONEY}?\s*(?:-|~|–|—|到|至|to)\s*{_SIGN}{_FIGURE}\s*{_MONEY}")
_AT_MOST = (
    re.compile(rf"{_SIGN}{_FIGURE}\s*{_MONEY}?\s*(?:钱)?\s*(?:以下|以内|之内|封顶|or less|and under)"),
    re.compile(
        rf"(?:不超过|不高于|不到|低于|少于|小于|最多|under|below|less than|cheaper than|up to|at most|max|<=?|≤)\s*{_SIGN}{_FIGURE}{_NOT_A_MEASURE}\s*{_MONEY}?"
    ),
)
_AT_LEAST = (
    re.compile(rf"{_SIGN}{_FIGURE}\s*{_MONEY}\s*(?:以上|起)"),
    re.compile(
        rf"(?:不低于|不少于|高于|超过|大于|至少|over|above|more than|at least|>=?|≥)\s*{_SIGN}{_FIGURE}{_NOT_A_MEASURE}\s*{_MONEY}?"
    ),
)
_ABOUT = (
    re.compile(rf"{_SIGN}{_FIGURE}\s*{_MONEY}\s*(?:左右|上下)"),
    re.compile(rf"(?:around|about|大约|大概)\s*{_SIGN}{_FIGURE}\s*{_MONEY}"),
)
_COLOURS = (
    "黑 黑色 black|白 白色 米白 white|灰 灰色 浅灰 深灰 grey gray|红 红色 酒红 大红 red burgundy|蓝 蓝色 藏蓝 天蓝 雾蓝 浅蓝 深蓝 blue navy|"
    "绿 绿色 墨绿 军绿 青绿 green|黄 黄色 姜黄 yellow|紫 紫色 purple violet|粉 粉色 粉红 pink|棕 棕色 咖色 褐色 驼色 brown camel|"
    "橙 橙色 橘色 orange|银 银色 silver|金 金色 gold golden|米色 杏色 beige cream|透明 transparent clear"
)
_COLOUR_OF = {
    word: number for number, group in enumerate(_COLOURS.split("|")) for word in group.split() if len(word) > 1
}
_COLOUR_SIGN = {
    group.split()[0]: number for number, group in enumerate(_COLOURS.split("|")) if len(group.split()[0]) == 1
}
_COLOUR_WORD = re.compile(
    "|".join(
        sorted((re.escape(one) if ord(one[0]) > 127 else rf"\b{one}\b" for one in _COLOUR_OF), key=len, reverse=True)
    )
)
_LETTERS = ("xs", "s", "m", "l", "xl", "xxl", "xxxl")
_SIZE = re.compile(r"(?<![a-z0-9])(\d?xl|xxl|xxxl|xs|[sml]码|size (?:[sml]|x{0,3}l|xs))(?![a-z])|(\d{2}(?:\.5)?)码")
_SIZE_KEYS = ("尺码", "鞋码", "尺寸", "size")
_COLOUR_KEYS = ("颜色", "色", "colour", "color")
_WITHOUT = re.compile(r"(?:without|excluding|不要|不含|不带|非)\s*([a-z]+|[\u3400-\u9fff]{1,4})")
_CHAT = re.compile(
    r"推荐|哪个好|哪款好|怎么样|好不好|多少钱|价格|好用的|便宜的|想买|我要|求购|购买|送人|送礼|有没有|求|帮我找|\bbuy\b|\bbest\b|\bcheap\b|\bplease\b|"
    r"\bi want\b|\blooking for\b|\bfor gift\b|\bgifts?\b|^买|^找"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A query taken apart."""

    words: str
    """What is left to be found by words; measures stay in, because they stand in titles as well."""
    low: float = 0.0
    high: float = math.inf
    """Price bounds in currency units."""
    measures: tuple[Quantity, ...] = ()
    colours: tuple[int, ...] = ()
    sizes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    """The parts of the query that were understood as conditions."""

    @property
    def priced(self) -> bool:
        return self.low > 0.0 or self.high < math.inf

    def admits(self, price: float) -> bool:
        """Whether a price lies within the bounds."""
        return self.low <= price <= self.high


@dataclass(frozen=True, slots=True)
class Facts:
    """What a product's record says in figures."""

    price: float
    measures: frozenset[Quantity]
    colours: frozenset[int]
    sizes: frozenset[str]


def is_unit(word: str) -> bool:
    """Whether a word is a unit of measure, which says nothing without its figure."""
    return word in _UNITS


def take_apart(query: str) -> Wish:
    """Find the conditions in a query.

    >>> wish = take_apart("保温杯 500ml 100元以下")
    >>> wish.words, wish.high, wish.measures
    ('保温杯 500ml', 100.0, (('volume', 500.0),))
    """
    rest, said = plain(query), list[str]()
    low, high = 0.0, math.inf

    def cut(pattern: re.Pattern[str]) -> re.Match[str] | None:
        nonlocal rest
        found = pattern.search(rest)
        if found:
            said.append(found.group().strip())
            rest = f"{rest[: found.start()]} {rest[found.end() :]}"
        return found

    found = cut(_RANGE)
    if found:
        low, high = sorted((float(found.group(1)), float(found.group(2))))
    for pattern in _AT_MOST:
        found = cut(pattern)
        if found:
            high = min(high, float(found.group(1)))
    for pattern in _AT_LEAST:
        found = cut(pattern)
        if found:
            low = max(low, float(found.group(1)))
    for pattern in _ABOUT:
        found = cut(pattern)
        if found:
            low, high = max(low, 0.7 * float(found.group(1))), min(high, 1.3 * float(found.group(1)))
    if low > high:
        low, high = 0.0, math.inf  # contradictory bounds say nothing
    without: list[str] = []
    while True:
        found = _WITHOUT.search(rest)
        if not found or len(without) == 4:
            break
        without.append(found.group(1))
        said.append(found.group())
        rest = f"{rest[: found.start()]} {rest[found.end() :]}"
    measures = _measures(rest)
    said += [found.group().strip() for found in _MEASURE.finditer(rest)]
    colours = tuple(dict.fromkeys(_COLOUR_OF[one.group()] for one in _COLOUR_WORD.finditer(rest)))
    sizes = tuple(dict.fromkeys(_size(one) for one in _SIZE.finditer(rest)))
    words = re.sub(r"^[\s的]+|(?<=\s)的", "", re.sub(r"\s+", " ", _CHAT.sub(" ", rest))).strip()
    return Wish(words or rest.strip(), low, high, tuple(measures), colours, sizes, tuple(without), tuple(said))


def facts_of(product: Product, texts: Mapping[str, str]) -> Facts:
    """Read a product's figures off its title, attributes and selling points."""
    joined = plain(" ; ".join(texts.get(name, "") for name in ("title", "title_en", "attributes", "points")))
    colours = {_COLOUR_OF[one.group()] for one in _COLOUR_WORD.finditer(joined)}
    sizes: set[str] = set()
    for name, value in product.attributes.items():
        key, small = plain(name), plain(value)
        if any(one in key for one in _COLOUR_KEYS):
            colours |= {_COLOUR_SIGN[one] for one in small if one in _COLOUR_SIGN}
        if any(one in key for one in _SIZE_KEYS):
            sizes |= set(_span(small))
    title = product.title.split()
    colours |= {_COLOUR_SIGN[one] for one in title if one in _COLOUR_SIGN}
    return Facts(product.price.amount, frozenset(_measures(joined)), frozenset(colours), frozenset(sizes))


def satisfied(wish: Wish, facts: Facts) -> float:
    """The share of a wish's measures, colours and sizes that a product has; 0 where none is asked for.

    A measure holds within 2 %, so that 8 inches are 20.3 cm.
    """
    asked = len(wish.measures) + len(wish.colours) + len(wish.sizes)
    if not asked:
        return 0.0
    met = sum(any(_same(one, other) for other in facts.measures) for one in wish.measures)
    met += sum(one in facts.colours for one in wish.colours) + sum(one in facts.sizes for one in wish.sizes)
    return met / asked


def _same(one: Quantity, other: Quantity) -> bool:
    return one[0] == other[0] and abs(one[1] - other[1]) <= 0.02 * max(one[1], other[1])


def _measures(text: str) -> list[Quantity]:
    found: dict[Quantity, None] = {}
    for one in _TIMES.finditer(text):
        dimension, scale = _UNITS[one.group(4)]
        for figure in one.groups()[:3]:
            if figure:
                found[dimension, round(float(figure) * scale, 4)] = None
    for one in _MEASURE.finditer(text):
        dimension, scale = _UNITS[one.group(2)]
        found[dimension, round(float(one.group(1)) * scale, 4)] = None
    for one in _SET.finditer(text):
        found["count", float(one.group(1))] = None
    return list(found)


def _size(found: re.Match[str]) -> str:
    if found.group(2):
        return found.group(2)
    small = found.group(1).replace("码", "").replace("size ", "")
    return {"2xl": "xxl", "3xl": "xxxl", "1xl": "xl"}.get(small, small)


def _span(text: str) -> Iterable[str]:
    """Sizes of `m-2xl`, `36-43` and lists."""
    text = text.replace("2xl", "xxl").replace("3xl", "xxxl")
    for one in re.finditer(r"(x{0,3}[sml])\s*[-~到至]\s*(x{0,3}[sml])", text):
        first, last = one.groups()
        if first in _LETTERS and last in _LETTERS:
            yield from _LETTERS[_LETTERS.index(first) : _LETTERS.index(last) + 1]
    for one in re.finditer(r"(\d{2})\s*[-~到至]\s*(\d{2})(?!\d|cm|mm)", text):
        yield from (str(number) for number in range(int(one.group(1)), int(one.group(2)) + 1))
    yield from re.findall(r"(?<![a-z])(?:x{0,3}[sml])(?![a-z])", text)
