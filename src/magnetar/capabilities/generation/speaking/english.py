"""English text as it is read aloud: prices, units, shares, ranges, years, telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Callable

from magnetar.capabilities.generation.speaking.pieces import PAUSES, Piece, plain_width, spelt_units

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ("", " thousand", " million", " billion", " trillion")
_N = r"\d+(?:,\d{3})*(?:\.\d+)?"
UNITS = {
    "kg": "kilogram", "g": "gram", "mg": "milligram", "ml": "milliliter", "l": "liter", "cm": "centimeter", "mm": "millimeter",
    "m": "meter", "km": "kilometer", "w": "watt", "kw": "kilowatt", "v": "volt", "mah": "milliamp hour", "wh": "watt hour", "hz": "hertz",
    "db": "decibel", "oz": "ounce", "lb": "pound", "lbs": "pound", "ft": "foot", "min": "minute", "h": "hour", "hr": "hour", "hrs": "hour",
    "gb": "gigabyte", "tb": "terabyte", "mb": "megabyte", "lm": "lumen", "°c": "degree Celsius", "℃": "degree Celsius", "°f": "degree Fahrenheit",
}  # fmt: skip
_IRREGULAR = {
    "foot": "feet",
    "hertz": "hertz",
    "degree Celsius": "degrees Celsius",
    "degree Fahrenheit": "degrees Fahrenheit",
}
CURRENCIES = {
    "$": ("dollar", "cent"),
    "€": ("euro", "cent"),
    "£": ("pound", "penny"),
    "¥": ("yuan", "fen"),
    "￥": ("yuan", "fen"),
}
_UNIT = spelt_units(UNITS)


def whole(text: str) -> str:
    """A whole number in words; past a thousand trillion digit by digit.

    >>> whole("29"), whole("1005"), whole("120000")
    ('twenty-nine', 'one thousand five', 'one hundred twenty thousand')
    """
    text = text.lstrip("0") or "0"
    if len(text) > 15:
        return digits(text)
    if text == "0":
        return _SMALL[0]
    said: list[str] = []
    groups = [text[max(0, end - 3) : end] for end in range(len(text), 0, -3)]
    for place in range(len(groups) - 1, -1, -1):
        if int(groups[place]):
            said.append(_hundreds(int(groups[place])) + _SCALES[place])
    return " ".join(said)


def _hundreds(value: int) -> str:
    head = f"{_SMALL[value // 100]} hundred" if value >= 100 else ""
    rest = value % 100
    if rest < 20:
        tail = _SMALL[rest] if rest else ""
    else:
        tail = _TENS[rest // 10] + (f"-{_SMALL[rest % 10]}" if rest % 10 else "")
    return " ".join(part for part in (head, tail) if part)


def digits(text: str) -> str:
    """Digit by digit.

    >>> digits("400-1")
    'four zero zero one'
    """
    return " ".join(_SMALL[int(one)] for one in text if one in "0123456789")


def number(text: str) -> str:
    """A number with an optional fraction.

    >>> number("1.50"), number("1,000")
    ('one point five', 'one thousand')
    """
    head, _, tail = text.replace(",", "").partition(".")
    tail = tail.rstrip("0")
    return whole(head or "0") + (f" point {digits(tail)}" if tail else "")


def _plural(word: str, amount: str) -> str:
    if amount in ("1", "one"):
        return word
    return _IRREGULAR.get(word, "pence" if word == "penny" else word if word in ("yuan", "fen") else word + "s")


def _money(found: re.Match[str]) -> str:
    coin, small = CURRENCIES[found["currency"]]
    head, _, tail = found["n"].replace(",", "").partition(".")
    cents = (tail + "00")[:2] if tail and len(tail) <= 2 else ""
    if tail and not cents:
        return f"{number(found['n'])} {_plural(coin, '')}"
    said = f"{whole(head)} {_plural(coin, head)}"
    return said + (f" and {whole(cents)} {_plural(small, cents.lstrip('0'))}" if cents.strip("0") else "")


def _between(found: re.Match[str]) -> str:
    tail = (
        " percent"
        if found["percent"]
        else f" {_plural(UNITS[found['unit'].lower()], found['b'])}"
        if found["unit"]
        else ""
    )
    return f"{number(found['a'])} to {number(found['b'])}{tail}"


def _measure(found: re.Match[str]) -> str:
    sign = "minus " if found["sign"] else ""
    return f"{sign}{number(found['n'])} {_plural(UNITS[found['unit'].lower()], found['n'])}"


def _year(found: re.Match[str]) -> str:
    head, tail = found["y"][:2], found["y"][2:]
    if tail == "00":
        return f"{whole(head)} hundred" if head != "20" else "two thousand"
    if head == "20" and tail[0] == "0":
        return f"two thousand {whole(tail)}"
    return f"{whole(head)} {'oh ' if tail[0] == '0' else ''}{whole(tail)}"


_ENDINGS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def _ordinal(found: re.Match[str]) -> str:
    head, dash, last = whole(found["n"]).rpartition("-")
    if not dash:
        head, dash, last = last.rpartition(" ")
    ending = _ENDINGS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return f"{head}{dash}{ending}"


_RULES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"(?<!\d)(?:\+?\d{1,2}[- ])?(?:\(\d{3}\) ?|\d{3}-)\d{3,4}-\d{4}(?!\d)", lambda found: digits(found.group())),
    (rf"(?P<currency>[$€£¥￥])\s*(?P<n>{_N})", _money),
    (rf"(?<![\d.A-Za-z-])(?P<a>{_N})\s*[-~–—]\s*(?P<b>{_N})(?:(?P<percent>%)|\s*(?P<unit>{_UNIT})(?![A-Za-z]))?", _between),
    (rf"(?P<n>{_N})\s*%", lambda found: f"{number(found['n'])} percent"),
    (rf"(?P<a>{_N})\s*[x×]\s*(?P<b>{_N})", lambda found: f"{number(found['a'])} by {number(found['b'])}"),
    (rf"(?<![A-Za-z\d])(?P<sign>-?)(?P<n>{_N})[ -]?(?P<unit>{_UNIT})(?![A-Za-z])", _measure),
    (rf"(?P<n>{_N})[ -]?in(?=\s*[,;)]|\s*$|\. |\.$)", lambda found: f"{number(found['n'])} {'inch' if found['n'] == '1' else 'inches'}"),
    (r"(?<![\d.,])(?P<y>(?:19|20)\d\d)(?![\d.,]*\d|\s*[A-Za-z]{1,3}\b(?<!in)(?<!on))", _year),
    (r"(?P<n>\d{1,15})(?:st|nd|rd|th)\b", _ordinal),
    (r"(?<![\d.,])\d{8,}(?![\d.])", lambda found: digits(found.group())),
    (rf"(?P<n>{_N})", lambda found: number(found["n"])),
    (r"[&＆]", lambda _: "and"),
    (r"\+", lambda _: "plus"),
    (r"%", lambda _: "percent"),
)  # fmt: skip
_NAMED = r"[(][?]P<[a-z]+>"
_WORD = r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:['’\-][A-Za-zÀ-ÖØ-öø-ÿ]+)*"
_WHOLE = re.compile(
    "|".join(f"(?P<r{index}>{re.sub(_NAMED, '(?:', rule)})" for index, (rule, _) in enumerate(_RULES))
    + f"|(?P<word>{_WORD})|(?P<pause>[{re.escape(''.join(PAUSES))}])"
)
_EACH = tuple(re.compile(rule) for rule, _ in _RULES)


def read_english(text: str) -> list[Piece]:
    """What is said of an English text, a piece for each word or figure; what cannot be said is left out.

    >>> " ".join(piece.spoken for piece in read_english("Only $29.99, 20% off"))
    'Only twenty-nine dollars and ninety-nine cents , twenty percent off'
    """
    flat = plain_width(text)
    pieces: list[Piece] = []
    place = 0
    while found := _WHOLE.search(flat, place):
        start, end = found.span()
        if found["word"]:
            pieces.append(Piece(found.group(), start, end, "en"))
        elif found["pause"]:
            pieces.append(Piece(PAUSES[found["pause"]], start, end, "pause"))
        else:
            index = next(one for one in range(len(_RULES)) if found[f"r{one}"] is not None)
            again = _EACH[index].match(flat, start)
            pieces.append(Piece(_RULES[index][1](again) if again else digits(found.group()), start, end, "en"))
        place = max(end, place + 1)
    return pieces
