"""The words of the Google Merchant specification, which Meta catalogues share; and both as tables."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator

from magnetar.capabilities.catalogue.drafts import Draft
from magnetar.capabilities.catalogue.findings import Notes, Rejected
from magnetar.capabilities.catalogue.readers.delimited import Table

FIELDS = {
    "id": "id",
    "title": "title",
    "description": "description",
    "link": "link",
    "price": "price",
    "sale price": "sale_price",
    "sale price effective date": "sale_dates",
    "availability": "available",
    "condition": "condition",
    "brand": "brand",
    "gtin": "gtin",
    "ean": "gtin",
    "item group id": "variant_of",
    "cost of goods sold": "cost",
    "quantity": "stock",
    "inventory": "stock",
    "quantity to sell on facebook": "stock",
    "sell on google quantity": "stock",
    "currency": "currency",
}
CATEGORIES = ("product type", "google product category", "fb product category")
"""The merchant's own path says more than the taxonomy's number; the first that is given counts."""
ATTRIBUTES = (
    "color", "size", "material", "pattern", "gender", "age group", "size type", "size system", "mpn", "style",
    "energy efficiency class", "unit pricing measure", "multipack", "product length", "product width",
    "product height", "product weight",
)  # fmt: skip
IMAGES = ("image link", "additional image link")
NAMES = {"variant_of": "item_group_id", "images": "image_link", "stock": "quantity"}
"""What the specification calls our fields, for findings."""
USED = frozenset((*FIELDS, *CATEGORIES, *ATTRIBUTES, *IMAGES, "product highlight", "product detail"))


def comma_list(text: str) -> list[str]:
    """The items of a cell that lists them with commas, quoted where an item holds one itself.

    >>> comma_list('dishwasher safe,"holds 350 ml, warm"')
    ['dishwasher safe', 'holds 350 ml, warm']
    """
    if not text:
        return []
    if "," not in text and '"' not in text:
        return [text.strip()]
    try:
        return [
            item.strip()
            for item in next(csv.reader([text.replace("\r", " ").replace("\n", " ")], skipinitialspace=True))
        ]
    except (csv.Error, StopIteration):
        return [text.strip()]


def image_list(text: str) -> list[str]:
    """Addresses separated by commas; a comma within an address stays.

    >>> image_list("https://a.example/1.jpg,https://a.example/2,3.jpg")
    ['https://a.example/1.jpg', 'https://a.example/2,3.jpg']
    """
    if "," not in text:
        return [text]
    joined: list[str] = []
    for part in comma_list(text):
        if joined and not part.lower().startswith(("http:", "https:", "/")) and joined[-1].lower().startswith("http"):
            joined[-1] += "," + part
        else:
            joined.append(part)
    return joined


def detail(text: str) -> tuple[str, str] | None:
    """Name and value of a `section:name:value` triple."""
    parts = [part.strip() for part in text.split(":", 2)]
    if len(parts) < 2 or not parts[-2]:
        return None
    return parts[-2], parts[-1]


Column = tuple[int, Callable[[Draft, str], None]]


def columns(names: list[str], notes: Notes) -> list[Column]:
    """What to do with each column; those that say nothing about a product are noted."""
    plan: list[Column] = []
    for place, name in enumerate(names):
        if name in FIELDS:
            plan.append((place, _set(FIELDS[name])))
        elif name in ATTRIBUTES:
            plan.append((place, _attribute(name)))
        elif name == "image link":
            plan.insert(0, (place, lambda draft, text: draft.images.insert(0, text)))
        elif name == "additional image link":
            plan.append((place, lambda draft, text: draft.images.extend(image_list(text))))
        elif name == "product highlight":
            plan.append((place, lambda draft, text: draft.selling_points.extend(comma_list(text))))
        elif name == "product detail":
            plan.append((place, _details))
        elif name and name not in CATEGORIES:
            notes.add("columns_ignored", 1, name)
    for name in reversed(CATEGORIES):  # the most telling is written last, over the others
        if name in names:
            plan.append((names.index(name), _set("category")))
    return plan


def _set(field: str) -> Callable[[Draft, str], None]:
    def put(draft: Draft, text: str) -> None:
        setattr(draft, field, text)

    return put


def _attribute(name: str) -> Callable[[Draft, str], None]:
    def put(draft: Draft, text: str) -> None:
        draft.attributes[name] = text

    return put


def _details(draft: Draft, text: str) -> None:
    for item in comma_list(text):
        pair = detail(item)
        if pair:
            draft.attributes[pair[0]] = pair[1]


def read(table: Table, notes: Notes) -> Iterator[Draft | Rejected]:
    """Rows of a Google Merchant TSV or a Meta catalogue CSV."""
    plan = columns(table.names, notes)
    for row in table.rows(notes):
        if isinstance(row, Rejected):
            yield row
            continue
        line, cells = row
        draft = Draft(line)
        for place, put in plan:
            if text := cells[place]:
                put(draft, text)
        yield draft
