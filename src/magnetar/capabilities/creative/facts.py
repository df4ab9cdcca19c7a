"""Facts only from the record: every number on the screen must stand in the product's own data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from magnetar.kernel.errors import Refused
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.money import MICROS, Money

_NUMBER = re.compile(r"\d[\d,，]*(?:\.\d+)?")
_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$", "TWD": "NT$", "KRW": "₩", "SGD": "S$", "AUD": "A$", "CAD": "C$"}  # fmt: skip
_WHOLE = ("JPY", "KRW")


def numbers(text: str) -> set[Decimal]:
    """The numbers written in a text.

    >>> sorted(map(str, numbers("¥1,299.00, 8英寸 × 4")))
    ['1299', '4', '8']
    """
    found: set[Decimal] = set()
    for match in _NUMBER.finditer(text):
        parts = match.group().replace("，", ",").rstrip(",")
        grouped = re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", parts)
        for part in [parts.replace(",", "")] if grouped else parts.split(","):
            if part:
                found.add(Decimal(part).normalize() + 0)
    return found


def record_texts(product: Product) -> list[str]:
    """Every text of the record that a film may quote."""
    texts = [product.title, product.title_en, product.brand, product.category, product.description]
    texts += [*product.selling_points, *product.attributes.keys(), *product.attributes.values()]
    return [*texts, *price_texts(product)]


def price_texts(product: Product) -> list[str]:
    """The record's prices as plain decimals."""
    return [str(Decimal(money.micros) / MICROS) for money in (product.price, product.list_price) if money]


def check_numbers(shown: Iterable[str], product: Product) -> None:
    """Check that no number is shown which the record does not hold.

    Raises:
        Refused: naming the number and the text.
    """
    known = set[Decimal]().union(*(numbers(text) for text in record_texts(product)))
    for text in shown:
        if invented := numbers(text) - known:
            listed = ", ".join(map(str, sorted(invented)))
            raise Refused(
                f"商品档案里没有的数字 {listed} is not in the record of product {product.id!r}, found in {text!r}. "
                "Films show facts of the record only; correct the text or the record."
            )


def show_price(money: Money) -> tuple[str, str]:
    """A price as symbol and figures.

    >>> show_price(Money.of("1299000")), show_price(Money.of("0.01")), show_price(Money.of("12.345", "USD"))
    (('¥', '1,299,000.00'), ('¥', '0.01'), ('$', '12.345'))
    """
    amount = Decimal(money.micros) / MICROS
    places = 0 if money.currency in _WHOLE else 2
    exponent = amount.normalize().as_tuple().exponent
    places = max(places, -exponent if isinstance(exponent, int) else 0)
    return _SYMBOLS.get(money.currency, f"{money.currency} "), f"{amount:,.{places}f}"
