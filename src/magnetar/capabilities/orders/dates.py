"""When an order was placed, from any of the ways in which exports write it.

3/4/2011 is March in some exports and April in others. One date of the file with a number above 12
decides it for all; see `decide_order`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from magnetar.capabilities.catalogue import Unfit

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?")
_TIME = r"(?:[ T,]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)? ?(AM|PM)?\s*(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?)?"
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?" + _TIME, re.IGNORECASE)
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4}|[0-9]{2})" + _TIME, re.IGNORECASE)
"""Written with dots, the day always comes first."""
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{4}|[0-9]{2})" + _TIME, re.IGNORECASE)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})" + _TIME, re.IGNORECASE)
_NAMED = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3})[a-z]*[ ,-]+([0-9]{4}|[0-9]{2})" + _TIME, re.IGNORECASE)
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_EXCEL_DAY_0 = datetime(1899, 12, 30)
_EXPECTED = "日期时间 a date such as 2011-12-09 12:50"
FIRST_YEAR, LAST_YEAR = 1980, 2100
ORDERS = ("dmy", "mdy")


def decide_order(texts: Iterable[str]) -> str:
    """'dmy' or 'mdy' from the first date that can be only one of them; '' where none can.

    >>> decide_order(["3/4/2011 9:00", "3/13/2011 9:00"]), decide_order(["2011-12-09"])
    ('mdy', '')
    """
    for text in texts:
        match = _YEAR_LAST.fullmatch(text.strip())
        if match:
            first, second = int(match[1]), int(match[2])
            if first > 12 >= second:
                return "dmy"
            if second > 12 >= first:
                return "mdy"
    return ""


def is_ambiguous(text: str) -> bool:
    """Whether the date has day and month in an order that it does not tell itself."""
    return _YEAR_LAST.fullmatch(text.strip()) is not None


@lru_cache(maxsize=8192)
def read_moment(text: str, order: str = "mdy") -> str:
    """The shop's local time, ISO 8601 to the second; an offset is left out, the clock time stays.

    Args:
        order: of day and month where the year comes last, 'dmy' or 'mdy'.

    Raises:
        Unfit: no such date.

    >>> read_moment("12/1/2010 8:26", "mdy"), read_moment("2010年12月1日 8:26")
    ('2010-12-01T08:26:00', '2010-12-01T08:26:00')
    """
    if _ISO.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Unfit("at", text, _EXPECTED) from None
    else:
        moment = _read(text.strip(), order)
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Unfit("at", text, _EXPECTED)
    return moment.isoformat(timespec="seconds")


def _read(text: str, order: str) -> datetime | None:
    try:
        if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
            return _built(int(match[1]), int(match[2]), int(match[3]), match.groups()[3:])
        if match := _DOTTED.fullmatch(text):
            return _built(_year(match[3]), int(match[2]), int(match[1]), match.groups()[3:])
        if match := _YEAR_LAST.fullmatch(text):
            day, month = (match[1], match[2]) if order == "dmy" else (match[2], match[1])
            return _built(_year(match[3]), int(month), int(day), match.groups()[3:])
        if (match := _NAMED.fullmatch(text)) and match[2].lower() in _MONTHS:
            return _built(_year(match[3]), _MONTHS.index(match[2].lower()) + 1, int(match[1]), match.groups()[3:])
        if _SERIAL.fullmatch(text):  # a date as Excel stores it
            return _EXCEL_DAY_0 + timedelta(seconds=round(float(text) * 86_400))
    except (ValueError, OverflowError):
        pass
    return None


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _built(year: int, month: int, day: int, clock: tuple[str | None, ...]) -> datetime:
    hour, minute, second = (int(part or 0) for part in clock[:3])
    half = (clock[3] or "").upper()
    if half and not 1 <= hour <= 12:
        raise ValueError(hour)
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    return datetime(year, month, day, hour, minute, second)
