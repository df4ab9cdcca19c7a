"""Shopify product exports: several rows a handle, each a variant, an image, or both.

A variant becomes a product; its id is the SKU, or handle and options where there is none. What the first
row of a handle says (title, text, vendor) holds for all of its rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from magnetar.capabilities.catalogue.drafts import Draft
from magnetar.capabilities.catalogue.findings import Notes, Rejected
from magnetar.capabilities.catalogue.readers.delimited import Table

_WORDS = {
    "handle": "handle", "url handle": "handle", "title": "title",
    "body (html)": "body", "body html": "body", "description": "body",
    "vendor": "vendor", "product category": "category", "type": "type", "tags": "tags",
    "published": "published", "published on online store": "published", "status": "status",
    "variant sku": "sku", "sku": "sku", "variant price": "price", "price": "price",
    "variant compare at price": "compare", "compare-at price": "compare", "compare at price": "compare",
    "variant inventory qty": "stock", "inventory quantity": "stock",
    "variant inventory policy": "policy", "continue selling when out of stock": "policy",
    "variant inventory tracker": "tracker", "inventory tracker": "tracker",
    "variant barcode": "barcode", "barcode": "barcode", "cost per item": "cost",
    "image src": "image", "product image url": "image", "variant image": "variant image",
    "variant image url": "variant image", "google shopping / condition": "condition",
    **{f"option{n} {word}": f"option{n} {word}" for n in (1, 2, 3) for word in ("name", "value")},
}  # fmt: skip
NAMES = {
    "id": "Variant SKU", "title": "Title", "price": "Variant Price", "list_price": "Variant Compare At Price",
    "stock": "Variant Inventory Qty", "gtin": "Variant Barcode", "cost": "Cost per item", "images": "Image Src",
    "category": "Product Category", "description": "Body (HTML)", "brand": "Vendor", "availability": "Status",
}  # fmt: skip
_SLUG = re.compile(r"[^\w]+")
_NO = frozenset(("false", "no", "0"))
_GROUP_ROWS = 5_000
"""Shopify allows 2,048 variants and 250 images of a product."""


def read(table: Table, notes: Notes) -> Iterator[Draft | Rejected]:
    """The variants of each run of rows with one handle."""
    plan = [(place, _WORDS[name]) for place, name in enumerate(table.names) if name in _WORDS]
    for place, name in enumerate(table.names):
        if name and name not in _WORDS:
            notes.add("columns_ignored", 1, table.header[place])
    group: list[tuple[int, dict[str, str]]] = []
    unfit: list[Rejected] = []  # they wait for the group that they stand in
    for row in table.rows(notes):
        if len(unfit) >= _GROUP_ROWS or not group:
            yield from unfit
            unfit.clear()
        if isinstance(row, Rejected):
            unfit.append(row)
            continue
        line, cells = row
        record = {word: cells[place].strip() for place, word in plan if cells[place].strip()}
        if not record.get("handle"):
            unfit.append(Rejected(line, "Handle", "", "商品 handle a handle"))
            continue
        if group and (record["handle"] != group[0][1]["handle"] or len(group) >= _GROUP_ROWS):
            yield from _variants(group, notes)
            yield from unfit
            group, unfit = [], []
        group.append((line, record))
    if group:
        yield from _variants(group, notes)
    yield from unfit


def _variants(group: list[tuple[int, dict[str, str]]], notes: Notes) -> Iterator[Draft]:
    """One draft a variant; rows that only bring images belong to all of them."""
    first = group[0][1]
    images = [record["image"] for _, record in group if "image" in record]
    variants = [
        (line, record)
        for line, record in group
        if record is first or any(word in record for word in ("price", "sku", "option1 value", "option2 value"))
    ]
    for _ in range(len(group) - len(variants)):
        notes.add("merged")
    live = first.get("status", "active").lower() == "active" and first.get("published", "true").lower() not in _NO
    for line, record in variants:
        stock = record.get("stock", "")
        if re.fullmatch(r"-[0-9]{1,9}", stock):
            notes.add("oversold", line, f"库存为负, 记为 0 stock {stock} read as 0")
            stock = "0"
        endless = record.get("policy", "deny").lower() in ("continue", "true") or not (stock or "tracker" in record)
        options = {
            first.get(f"option{n} name", f"option{n}"): record[f"option{n} value"]
            for n in (1, 2, 3)
            if record.get(f"option{n} value", "Default Title") != "Default Title"
        }
        own = record.get("variant image")
        yield Draft(
            line,
            id=record.get("sku", "").lstrip("'") or _made_id(first["handle"], options),
            title=first.get("title", ""),
            price=record.get("price", ""),
            list_price="" if _no_sale(record) else record.get("compare", ""),
            category=first.get("category") or first.get("type", ""),
            description=first.get("body", ""),
            brand=first.get("vendor", ""),
            cost=record.get("cost", ""),
            stock=stock,
            available="yes" if live and (endless or stock != "0") else "no",
            condition=first.get("condition", ""),
            gtin=record.get("barcode", "").lstrip("'"),
            link=f"/products/{first['handle']}",
            images=[own, *(image for image in images if image != own)] if own else images,
            attributes=options,
            variant_of=first["handle"] if len(variants) > 1 else "",
        )


def _no_sale(record: dict[str, str]) -> bool:
    """Shops leave 0, or the price of a sale long over, in the compare-at column: neither is a sale."""
    try:
        return float(record.get("compare", "0")) <= float(record.get("price", "0"))
    except ValueError:
        return False  # the acceptance says what is wrong with it


def _made_id(handle: str, options: dict[str, str]) -> str:
    return "-".join([handle, *(_SLUG.sub("-", value.lower()).strip("-") for value in options.values())])
