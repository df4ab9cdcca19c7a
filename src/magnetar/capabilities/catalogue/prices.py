"""Prices as feeds write them, read into exact money.

One dot is a decimal point, as in the Google and Meta specifications; one comma before exactly three
digits separates thousands, any other single comma is a decimal comma.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from magnetar.capabilities.catalogue.findings import Unfit
from magnetar.vocabulary.money import Money

_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR
LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
ISO_4217 = frozenset(_CODES.split())
_SIGNS = {
    "cn¥": "CNY", "rmb": "CNY", "人民币": "CNY", "元": "CNY", "圆": "CNY", "yuan": "CNY", "jp¥": "JPY", "円": "JPY",
    "us$": "USD", "hk$": "HKD", "nt$": "TWD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "s$": "SGD",
    "r$": "BRL", "mx$": "MXN", "£": "GBP", "€": "EUR", "₹": "INR", "₩": "KRW", "₽": "RUB", "฿": "THB", "₫": "VND",
    "₱": "PHP", "₺": "TRY", "₴": "UAH", "zł": "PLN", "港元": "HKD", "美元": "USD", "欧元": "EUR", "英镑": "GBP",
    "日元": "JPY",
}  # fmt: skip
_DOLLARS = frozenset(("USD", "AUD", "CAD", "HKD", "NZD", "SGD", "TWD", "MXN"))
_PLAIN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,6}))?(?: ([A-Z]{3}))?")
_RANGE = re.compile(r"[0-9]\s*(?:-|–|—|~|～|至|到|\bto\b|…|\.\.+)\s*\D{0,4}[0-9]", re.IGNORECASE)
_AROUND = re.compile(r"([^0-9.,+\-]*)([+-]?)\s*([^0-9.,+\-]*)([0-9][0-9.,' ]*|[.,][0-9]+)(.*)", re.DOTALL)
_ABOVE_0 = "一个大于 0 的价格 a price above 0, such as 12.50 or 12.50 USD"
_GROUPS = {
    mark: re.compile(rf"[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{2,3}})*{re.escape(mark)}[0-9]{{3}}") for mark in ",.' "
}


def read_price(text: str, currency: str, field: str = "price", stated: str = "") -> Money:
    """The price that the text states, above zero.

    Args:
        currency: the currency where neither the text nor the row names one.
        field: the name that a finding should use.
        stated: the currency that the row names in a column of its own, or ''.

    Raises:
        Unfit: not one finite price above 0, an unknown currency, or two currencies at once.

    >>> read_price("¥1,299.00", "CNY"), read_price("1.299,00 EUR", "CNY")
    (Money(micros=1299000000, currency='CNY'), Money(micros=1299000000, currency='EUR'))
    """
    money = read_amount(text, currency, field, stated)
    if money.micros <= 0:
        raise Unfit(field, text, _ABOVE_0)
    return money


def read_amount(text: str, currency: str, field: str = "price", stated: str = "") -> Money:
    """Like `read_price`, zero and negative amounts included."""
    if stated:
        code = _currency(stated.strip(), currency)
        if code is None:
            raise Unfit("currency", stated, "ISO 4217 货币代码 a currency code such as CNY")
        money, named = _amount(text, code, field)
        if named and money.currency != code:
            raise Unfit(field, text, f"币种与 currency 一致 a price in {code}, as the currency column says")
        return money
    return _amount(text, currency, field)[0]


@lru_cache(maxsize=16_384)
def _amount(text: str, currency: str, field: str) -> tuple[Money, bool]:
    """The amount, and whether the text itself names its currency."""
    plain = _PLAIN.fullmatch(text)
    if plain:
        whole, part, code = plain.groups()
        micros = int(whole) * 1_000_000 + int((part or "").ljust(6, "0"))
        if code and code not in ISO_4217:
            raise Unfit(field, text, "ISO 4217 货币代码 a known currency code such as CNY")
        return Money(micros, code or currency), bool(code)
    if len(text) > 60:
        raise Unfit(field, text, _ABOVE_0)
    tidy = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    if _RANGE.search(tidy):
        raise Unfit(field, text, "单一价格, 不是区间 one price, not a range")
    parts = _AROUND.fullmatch(tidy)
    if parts is None:
        raise Unfit(field, text, _ABOVE_0)
    before, sign, between, number, after = (part.strip() for part in parts.groups())
    named = [_currency(mark, currency) for mark in (before, between, after) if mark]
    if None in named or len(set(named)) > 1:
        raise Unfit(field, text, _ABOVE_0)
    digits = _decimal(number)
    if digits is None:
        raise Unfit(field, text, _ABOVE_0)
    try:
        money = Money.of(("-" if sign == "-" else "") + digits, named[0] if named and named[0] else currency)
    except ValueError:
        raise Unfit(field, text, _ABOVE_0) from None
    return money, bool(named)


def _currency(mark: str, currency: str) -> str | None:
    """The currency that a sign or code stands for; None where it stands for none."""
    if mark == "¥":
        return "JPY" if currency == "JPY" else "CNY"
    if mark == "$":
        return currency if currency in _DOLLARS else "USD"
    known = _SIGNS.get(mark.lower())
    return known or (mark.upper() if mark.upper() in ISO_4217 else None)


def _decimal(number: str) -> str | None:
    """Digits with a decimal point, from any of the usual ways to group thousands."""
    number = number.replace("’", "'").replace("\xa0", " ").strip()
    point = max(number.rfind("."), number.rfind(","))
    if point < 0:
        whole, part = number, ""
    else:
        mark, tail = number[point], number[point + 1 :]
        only = ("." if mark == "," else ",") not in number
        if only and (number.count(mark) > 1 or (mark == "," and len(tail) == 3 and number[:point] not in ("", "0"))):
            whole, part = number, ""
        else:
            whole, part = number[:point], tail
    if part and not part.isdecimal():
        return None
    marks = set(whole) - set("0123456789")
    if marks:
        if len(marks) > 1 or not _GROUPS[marks.pop()].fullmatch(whole):
            return None
        whole = "".join(character for character in whole if character.isdecimal())
    return f"{whole or '0'}.{part or '0'}"
