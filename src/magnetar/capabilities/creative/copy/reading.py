"""How a record's words read on a screen: units with their blanks, lists in one piece, occasions with an article."""

from __future__ import annotations

import re

from magnetar.capabilities.creative.script import capital, is_latin
from magnetar.capabilities.creative.wording import clauses

LONGEST_HEAD = {"zh": 34, "en": 64}
"""Characters of a sentence that is told in one piece as a headline."""
LONGEST_NAME = {"zh": 20, "en": 48}
_UNITS = (
    "mm|cm|km|m|mg|kg|g|ml|mL|l|L|kWh|kW|Wh|W|mAh|Ah|V|A|kHz|MHz|GHz|Hz|dB|lm|rpm|kPa|Pa|MB|GB|TB|oz|lbs?|in|ft|℃|°C"
)
_UNIT = re.compile(rf"(?<![A-Za-z\d.])(\d[\d.,]*)({_UNITS})(?![A-Za-z])")
_TIMES = re.compile(r"(?<=[\dA-Za-z])\s*×\s*(?=\d)|(?<=\d)[xX*](?=\d)")
_LISTED = re.compile(r"^(?:and|or|plus|which|who|is|are|was|were|has|have)\b|(?:\band\b|\bor\b|&)", re.IGNORECASE)
_SELLER = re.compile(
    r"\b(?:we|our|us|company|founded|headquarter\w*|manufacturer|warehouse|invoice|item number|model number|sku|upc|asin|part number"
    r"|(?:set|package|kit|box|pack) includes?|includes?:|has been|dimensions?:|click|seller|customers?|feedback|specialists?)\b"
    r"|本店|我们|公司|厂家|客服|亲们|店铺|下单|拍下|联系|物流|好评|收藏",
    re.IGNORECASE,
)
_WITH_ARTICLE = ("gift", "wedding", "party", "birthday", "anniversary", "housewarming")
_SCENES_EN = {"industrial": "workshop", "laboratory": "lab"}
_TOO_WIDE = frozenset(["home", "家用", "家里", "居家", "家居", "日常"])
"""Scenes that every product has; as a headline they say nothing."""
_SHELF = re.compile(r"[及与/]|其他|其它|用品|制品|作品|组合|配件|大类|食品$")
"""A category that names a shelf rather than a thing."""
_BREAKS = re.compile(
    r"\s+(?:with|for|w/|featuring|including|compatible)\s+|\s*[(（&;]\s*|\s+[-–—]\s+|,\s*", re.IGNORECASE
)
_COUNTED = re.compile(
    r"(?i)^[\W\d]|^(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|set of|pack of|lot of|box of|pair of|\d+)\b"
)
_ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\w)", re.IGNORECASE)


def spaced(value: str) -> str:
    """A figure in English: a blank before its unit and around a cross.

    >>> [spaced(one) for one in ("60g×4", "180×120×86cm", "80-200℃", "IPX4", "M-3XL", "2500mAh×3")]
    ['60 g × 4', '180 × 120 × 86 cm', '80-200 ℃', 'IPX4', 'M-3XL', '2500 mAh × 3']
    """
    if not re.search(r"\d", value):
        return value
    return re.sub(r"(?<=[A-Za-z℃])\(", " (", _UNIT.sub(r"\1 \2", _TIMES.sub(" × ", value)))


def cut(text: str, language: str) -> tuple[str, str]:
    """A sentence as a headline and what follows it; ('', '') for one that cannot be cut and is too long to stay whole.

    A list is not cut at its first comma, nor is a sentence within a sentence.

    >>> cut("8 × 4 m, shades a table", "en"), cut("Walnut, cashew, almond and cranberry", "en")
    (('8 × 4 m', 'Shades a table'), ('Walnut, cashew, almond and cranberry', ''))
    >>> cut("The company, which was set up in a small town long ago, is in Kansas City and sells fittings", "en")
    ('', '')
    """
    first, *rest = clauses(text) or [text]
    if language == "en" and rest and (len(rest) > 1 or _LISTED.search(rest[0]) or len(first.split()) < 2 <= len(rest)):
        return (capital(text), "") if len(text) <= LONGEST_HEAD["en"] else ("", "")
    mark = "，" if language == "zh" else ", "
    while rest and len(first) < (3 if language == "zh" else 6):
        first += mark + rest.pop(0)
    return capital(first), capital(mark.join(rest))


def of_seller(text: str) -> bool:
    """Whether a sentence speaks of the shop or the page rather than of the product."""
    return bool(_SELLER.search(text))


def tells_something(text: str) -> bool:
    """Whether a part of a title is more than a number or a code.

    >>> [tells_something(one) for one in ("30", "Q3", "M", "A6L", "35L", "Hex Nipple", "深烘")]
    [False, False, False, False, True, True, True]
    """
    if re.fullmatch(r"[A-Za-z]{0,4}[-\d./]*[A-Za-z]{0,3}\d*", text) is None:
        return True
    return spaced(text) != text


def occasion(value: str) -> str:
    """An occasion as it stands in an English sentence.

    >>> [occasion(one) for one in ("gift", "anniversary", "mother's day", "new year", "back to school")]
    ['a gift', 'an anniversary', "Mother's Day", 'New Year', 'back to school']
    """
    if value in _WITH_ARTICLE:
        return f"{'an' if value[0] in 'aeiou' else 'a'} {value}"
    if value == "back to school":
        return value
    return " ".join(word[:1].upper() + word[1:] for word in value.split())


def scene(value: str, language: str) -> str:
    """A scene as a headline says it; '' for one that says nothing."""
    if value.lower() in _TOO_WIDE:
        return ""
    return _SCENES_EN.get(value, value) if language == "en" else value


def counted(name: str) -> bool:
    """Whether an English name begins with a number, so that no article goes before it.

    >>> counted("Five Steel Balls"), counted('3/4" Brush'), counted("Wool Sweater")
    (True, True, False)
    """
    return bool(_COUNTED.search(name))


def short_name(name: str, leaf: str, language: str) -> str:
    """A name that fits a headline: an English one up to a break, a Chinese one by the product's own category.

    >>> short_name("Blank Microscope Slides with Frosted Edges and Ground Corners, 72", "", "en")
    'Blank Microscope Slides'
    >>> short_name("纯棉短袖夏季宽松圆领情侣装半袖上衣打底衫男女同款百搭", "T恤", "zh")
    'T恤'
    >>> short_name("The Walnut Board", "", "en")
    'Walnut Board'
    """
    if language == "en":
        name = _ARTICLE.sub("", name)
        name = name[:1].upper() + name[1:]
    if len(name) <= LONGEST_NAME[language]:
        return name
    if language == "zh":
        return leaf if leaf and not is_latin(leaf) and not _SHELF.search(leaf) else name
    ends = [found.start() for found in _BREAKS.finditer(name) if 12 <= found.start() <= LONGEST_NAME["en"]]
    return name[: ends[-1]].rstrip(" ,-–") if ends else name
