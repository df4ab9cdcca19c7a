"""Chinese text as it is read aloud: prices, units, shares, dates, ranges, telephone numbers, English words inside."""

from __future__ import annotations

import re
from collections.abc import Callable

from magnetar.capabilities.generation.speaking.chinese_numbers import DIGITS, digits, number, whole
from magnetar.capabilities.generation.speaking.pieces import PAUSES, Piece, plain_width, spelt_units

_N = r"\d+(?:,\d{3})*(?:\.\d+)?"
UNITS = {
    "kg": "千克", "g": "克", "mg": "毫克", "ml": "毫升", "l": "升", "cm": "厘米", "mm": "毫米", "m": "米", "km": "千米",
    "w": "瓦", "kw": "千瓦", "v": "伏", "mah": "毫安时", "wh": "瓦时", "kwh": "千瓦时", "hz": "赫兹", "khz": "千赫", "mhz": "兆赫",
    "ghz": "吉赫", "db": "分贝", "kcal": "千卡", "kj": "千焦", "kpa": "千帕", "pa": "帕", "min": "分钟", "h": "小时", "s": "秒", "ms": "毫秒",
    "℃": "摄氏度", "°c": "摄氏度", "°": "度", "㎡": "平方米", "m²": "平方米", "m³": "立方米", "㎝": "厘米", "㎜": "毫米", "㎏": "千克",
    "㎖": "毫升", "gb": "吉字节", "tb": "太字节", "mb": "兆字节", "fps": "帧每秒", "rpm": "转每分", "oz": "盎司", "lb": "磅", "lm": "流明",
}  # fmt: skip
CURRENCIES = {"¥": "元", "￥": "元", "$": "美元", "€": "欧元", "£": "英镑", "RMB": "元", "CNY": "元", "USD": "美元"}
_COUNTED = (
    "个只件条张片块台双套份瓶盒包袋支根把杯碗位人次种款家天周年层度遍倍颗粒米升瓦元里斤两吨秒"
    "小平立毫厘千公分"  # first characters of units: 小时, 平方米, 毫升, 千克, 公里, 分钟
)
"""Before these a lone 2 is liang; months, days of a month and ordinals are not here."""
_UNIT = spelt_units(UNITS)
_CURRENCY = "|".join(map(re.escape, CURRENCIES))


def _counted(text: str, following: str) -> str:
    return number(text, liang=following[:1] != "" and following[0] in _COUNTED)


def _unit(name: str) -> str:
    return UNITS[name.lower()]


def _measure(found: re.Match[str]) -> str:
    cold = _unit(found["unit"]) == "摄氏度"
    said = found.string[: found.start()].endswith("零下")
    sign = ("零下" if cold else "负") if found["sign"] and not (cold and said) else ""
    return sign + number(found["n"], liang=True) + _unit(found["unit"])


def _between(found: re.Match[str]) -> str:
    unit = found["unit"]
    first, second = found["a"], found["b"]
    after = _unit(unit) if unit else found.string[found.end() : found.end() + 1]
    if found["percent"]:
        return f"百分之{number(first)}到百分之{number(second)}"
    return f"{number(first)}到{_counted(second, after)}" + (after if unit else "")


def _percent(found: re.Match[str]) -> str:
    return f"百分之{'负' if found['sign'] else ''}{'百' if found['n'] == '100' else number(found['n'])}"


def _times(found: re.Match[str]) -> str:
    said = "乘".join(number(one) for one in re.split(r"\s*[x×*X]\s*", found["sides"]))
    return said + (_unit(found["unit"]) if found["unit"] else "")


def _money(found: re.Match[str]) -> str:
    return number(found["n"], liang=True) + found["scale"] + CURRENCIES[found["currency"]]


def _date(found: re.Match[str]) -> str:
    return f"{digits(found['y'])}年{whole(found['mo'])}月{whole(found['d'])}日"


def _clock(found: re.Match[str]) -> str:
    minute = found["mi"]
    tail = "" if minute == "00" else ("零" if minute[0] == "0" else "") + whole(minute) + "分"
    second = f"{whole(found['se'])}秒" if found["se"] else ""
    return f"{number(found['ho'], liang=True)}点{tail}{second}"


def _discount(found: re.Match[str]) -> str:
    return "".join(DIGITS[int(one)] for one in found["n"] if one != ".") + "折"


_RULES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)", lambda found: digits(found.group(), phone=True)),
    (r"(?<!\d)(?:400|800)-?\d{3}-?\d{4}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)", lambda found: digits(found.group(), phone=True)),
    (r"(?<!\d)(?P<y>(?:19|20)\d\d)[-/.](?P<mo>1[0-2]|0?[1-9])[-/.](?P<d>3[01]|[12]\d|0?[1-9])(?!\d)", _date),
    (r"(?<!\d)(?P<y>\d{4})(?=\s*年)", lambda found: digits(found["y"])),
    (r"(?<![\d:])(?P<ho>[01]?\d|2[0-4])[:：](?P<mi>[0-5]\d)(?:[:：](?P<se>[0-5]\d))?(?!\d)", _clock),
    (rf"(?P<currency>{_CURRENCY})\s*(?P<n>{_N})(?P<scale>[万亿]?)(?:\s*元)?", _money),
    (rf"(?P<n>{_N})(?P<scale>[万亿]?)\s*(?P<currency>RMB|CNY|USD|€|£|\$)(?![A-Za-z])", _money),
    (rf"(?<![\d.A-Za-z-])(?P<a>{_N})(?:%)?\s*[-~～–—至]\s*(?P<b>{_N})(?:(?P<percent>%)|\s*(?P<unit>{_UNIT})(?![A-Za-z]))?", _between),
    (rf"(?P<sign>-?)(?P<n>{_N})\s*[%％]", _percent),
    (rf"(?<![A-Za-z])(?P<sides>{_N}(?:\s*[x×*X]\s*{_N})+)\s*(?:(?P<unit>{_UNIT})(?![A-Za-z]))?", _times),
    (r"(?P<n>[1-9](?:\.[1-9])?|[1-9]{2})折", _discount),
    (rf"(?<![A-Za-z\d])(?P<sign>-?)(?P<n>{_N})\s*(?P<unit>{_UNIT})(?![A-Za-z])", _measure),
    (r"(?<![\d/])(?P<a>[1-9]\d?)/(?P<b>[1-9]\d?)(?![\d/])", lambda found: f"{whole(found['b'])}分之{whole(found['a'])}"),
    (r"(?<=[A-Za-z])(?P<a>\d+)\.(?P<b>\d+)(?![\d.])", lambda found: f"{whole(found['a'])}点{digits(found['b'])}"),
    (r"(?<=第)(?P<n>\d+)", lambda found: whole(found["n"])),
    (r"(?<=\d)\s*\+\s*(?=\d)", lambda _: "加"),
    (r"(?<![\d.,])\d{8,}(?![\d.])", lambda found: digits(found.group(), phone=True)),
    (r"(?<![\dA-Za-z,.])-(?P<n>\d+(?:\.\d+)?)", lambda found: "负" + number(found["n"])),
    (rf"(?P<n>{_N})", lambda found: _counted(found["n"], found.string[found.end() : found.end() + 1])),
    (r"[&＆]", lambda _: "和"),
    (r"[=＝]", lambda _: "等于"),
)  # fmt: skip
_HANZI = r"[\u3400-\u4dbf\u4e00-\u9fff〇]"
_LATIN = r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:['’\-][A-Za-zÀ-ÖØ-öø-ÿ]+)*"
_NAMED = r"[(][?]P<[a-z]+>"
_WHOLE = re.compile(
    "|".join(f"(?P<r{index}>{re.sub(_NAMED, '(?:', rule)})" for index, (rule, _) in enumerate(_RULES))
    + f"|(?P<hanzi>{_HANZI}+)|(?P<latin>{_LATIN})|(?P<pause>[{re.escape(''.join(PAUSES))}])"
)
_EACH = tuple(re.compile(rule) for rule, _ in _RULES)


def read_chinese(text: str) -> list[Piece]:
    """What is said of a Chinese text, in order; what cannot be said, such as emoji, is left out.

    >>> "".join(piece.spoken for piece in read_chinese("到手价¥129.00，续航8小时"))
    '到手价一百二十九元,续航八小时'
    >>> [(piece.spoken, piece.language) for piece in read_chinese("1.5L大容量 Type-C快充")]
    [('一点五升', 'zh'), ('大容量', 'zh'), ('Type-C', 'en'), ('快充', 'zh')]
    """
    flat = plain_width(text)
    pieces: list[Piece] = []
    place = 0
    while found := _WHOLE.search(flat, place):
        start, end = found.span()
        if found["hanzi"]:
            pieces.append(Piece(text[start:end], start, end, "zh"))
        elif found["latin"]:
            pieces.append(Piece(flat[start:end], start, end, "en"))
        elif found["pause"]:
            pieces.append(Piece(PAUSES[found["pause"]], start, end, "pause"))
        else:
            index = next(one for one in range(len(_RULES)) if found[f"r{one}"] is not None)
            again = _EACH[index].match(flat, start)
            said = _RULES[index][1](again) if again else digits(found.group())
            if said:
                pieces.append(Piece(said, start, end, "zh"))
        place = max(end, place + 1)
    return pieces
