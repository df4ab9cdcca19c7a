"""Numbers as they are said in Mandarin."""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"
_PHONE = "零幺二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
LONGEST = 16
"""Digits of a number that is still said as one; longer ones are read digit by digit."""


def digits(text: str, *, phone: bool = False) -> str:
    """Digit by digit; in telephone numbers 1 is yao.

    >>> digits("2026"), digits("138", phone=True)
    ('二零二六', '幺三八')
    """
    table = _PHONE if phone else DIGITS
    return "".join(table[int(one)] for one in text if one in "0123456789")


def whole(text: str, *, liang: bool = False) -> str:
    """A whole number; `liang` says a lone 2 as it stands before what is counted.

    >>> whole("129"), whole("10"), whole("1005"), whole("12000"), whole("2", liang=True), whole("100000000")
    ('一百二十九', '十', '一千零五', '一万二千', '两', '一亿')
    """
    text = text.lstrip("0") or "0"
    if len(text) > LONGEST:
        return digits(text)
    if text == "0":
        return DIGITS[0]
    if liang and text == "2":
        return "两"
    groups = [text[max(0, end - 4) : end] for end in range(len(text), 0, -4)]
    said = ""
    gap = False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place].zfill(4)
        if group == "0000":
            gap = bool(said)
            continue
        if said and (gap or group[0] == "0"):
            said += "零"
        said += _group(group) + _GROUPS[place]
        gap = False
    return said[1:] if said.startswith("一十") else said


def _group(group: str) -> str:
    said, gap = "", False
    for place, digit in enumerate(group):
        if digit == "0":
            gap = bool(said)
            continue
        said += ("零" if gap else "") + DIGITS[int(digit)] + _UNITS[3 - place]
        gap = False
    return said


def number(text: str, *, liang: bool = False) -> str:
    """A number with an optional fraction and thousands commas.

    >>> number("1.5"), number("1,299.00"), number("0.80"), number("-18")
    ('一点五', '一千二百九十九', '零点八', '负十八')
    """
    text = text.replace(",", "")
    sign = "负" if text.startswith("-") else ""
    head, _, tail = text.lstrip("+-").partition(".")
    tail = tail.rstrip("0")
    return sign + whole(head or "0", liang=liang and not tail) + ("点" + digits(tail) if tail else "")
