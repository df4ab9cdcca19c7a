"""Writing a catalogue as our own table, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from magnetar.capabilities.catalogue.cleaning import FORMULA_STARTS, formula_like
from magnetar.capabilities.catalogue.readers.own import COLUMNS
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.money import MICROS, Money


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before whatever a spreadsheet would run as a formula.

    >>> safe_cell("=1+1"), safe_cell("mug"), safe_cell("'=quoted")
    ("'=1+1", 'mug', "''=quoted")
    """
    quoted = text[:1] == "'" and text[1:2] in (*FORMULA_STARTS, "'") and len(text) > 1
    return "'" + text if quoted or formula_like(text) else text


def write_catalogue(path: str | Path, products: Iterable[Product]) -> int:
    """Write the products; returns how many. Reading the file gives equal products.

    Raises:
        BadInput: the file cannot be written.
    """
    count = 0
    try:
        with open(path, "w", encoding="utf-8-sig", newline="") as file:  # with a BOM, for Excel
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for product in products:
                writer.writerow([safe_cell(text) for text in _cells(product)])
                count += 1
    except OSError as error:
        raise BadInput(
            f"无法写入 cannot write {str(path)!r}: {error.strerror}. Name a file in a folder you can write to."
        ) from None
    return count


def plain_amount(money: Money | None) -> str:
    """The amount with all its digits and no more, '' for none.

    >>> plain_amount(Money(12_500_000)), plain_amount(Money(1))
    ('12.50', '0.000001')
    """
    if money is None:
        return ""
    whole, part = divmod(money.micros, MICROS)
    return f"{whole}.{f'{part:06d}'.rstrip('0'):0<2}"


def _cells(product: Product) -> list[str]:
    cells = {
        "id": product.id,
        "title": product.title,
        "title_en": product.title_en,
        "category": product.category,
        "price": plain_amount(product.price),
        "currency": product.price.currency,
        "list_price": plain_amount(product.list_price),
        "cost": plain_amount(product.cost)
        + (f" {product.cost.currency}" if product.cost and product.cost.currency != product.price.currency else ""),
        "stock": "" if product.stock is None else str(product.stock),
        "brand": product.brand,
        "images": "|".join(_escaped(image, "|") for image in product.images),
        "attributes": ";".join(
            f"{_escaped(name, ';=')}={_escaped(value, ';=')}" for name, value in product.attributes.items()
        ),
        "selling_points": "|".join(_escaped(point, "|") for point in product.selling_points),
        "description": product.description,
        "link": product.link,
        "gtin": product.gtin,
        "condition": product.condition,
        "variant_of": product.variant_of,
        "available": "true" if product.available else "false",
    }
    return [cells[name] for name in COLUMNS]


def _escaped(text: str, marks: str) -> str:
    """A backslash before every mark that would end the item, and before the backslash itself."""
    return re.sub(rf"[\\{re.escape(marks)}；]" if ";" in marks else rf"[\\{re.escape(marks)}]", r"\\\g<0>", text)
