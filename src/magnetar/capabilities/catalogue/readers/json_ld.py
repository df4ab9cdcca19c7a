"""schema.org products in JSON-LD: a JSON file, or the script elements of an HTML page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, cast

from magnetar.capabilities.catalogue.drafts import Draft
from magnetar.capabilities.catalogue.findings import Notes, Rejected
from magnetar.capabilities.catalogue.opening import Source
from magnetar.capabilities.catalogue.readers.json_text import values
from magnetar.capabilities.catalogue.readers.schema_org import product_drafts

NAMES = {
    "id": "sku", "title": "name", "price": "offers.price", "currency": "priceCurrency",
    "availability": "offers.availability", "condition": "itemCondition", "images": "image", "link": "url",
    "list_price": "priceSpecification.price", "stock": "inventoryLevel", "category": "category",
}  # fmt: skip
_OPEN = re.compile(r"<script\b", re.IGNORECASE)
_CLOSE = re.compile(r"</script", re.IGNORECASE)
_LD = re.compile(r"""type\s*=\s*["']?application/ld\+json""", re.IGNORECASE)


def read(source: Source, notes: Notes) -> Iterator[Draft | Rejected]:
    """Every product of the file."""
    with source.text() as stream:
        if source.head.lstrip("\ufeff \t\r\n").startswith("<"):
            page = stream.read(source.limits.json_chars)
            for line, block in scripts(page):
                yield from _products(io.StringIO(block), source.limits.json_chars, line - 1, notes)
            if stream.read(1):
                yield Rejected(
                    page.count("\n") + 1,
                    "page",
                    "more",
                    f"网页至多 a page of at most {source.limits.json_chars:,} characters",
                )
            return
        yield from _products(stream, source.limits.json_chars, 0, notes)


def scripts(page: str) -> Iterator[tuple[int, str]]:
    """The JSON-LD blocks of a page, each with the line on which its text begins."""
    at = counted = 0
    line = 1
    while start := _OPEN.search(page, at):
        opened = page.find(">", start.end())
        close = _CLOSE.search(page, opened) if opened >= 0 else None
        if close is None:
            return
        closed = close.start()
        if _LD.search(page[start.end() : min(opened, start.end() + 2000)]):
            line += page.count("\n", counted, opened)
            counted = opened
            block = page[opened + 1 : closed].strip()
            for wrap, end in (("<!--", "-->"), ("//<![CDATA[", "//]]>"), ("<![CDATA[", "]]>")):
                block = block.removeprefix(wrap).removesuffix(end)
            lead = page[opened + 1 : closed]
            yield line + lead[: len(lead) - len(lead.lstrip())].count("\n"), block
        at = closed + 8


def _products(stream: Any, limit: int, offset: int, notes: Notes) -> Iterator[Draft | Rejected]:
    for found in values(stream, limit):
        if isinstance(found, Rejected):
            yield Rejected(found.line + offset, found.field, found.found, found.expected)
            continue
        line, value = found
        some = False
        if isinstance(value, (dict, list)):
            for draft in product_drafts(cast(Any, value), line + offset, notes):
                some = True
                yield draft
        if not some:
            if isinstance(value, dict) and value.get("@type") and "Product" not in str(cast(Any, value)["@type"]):
                notes.add("other_types", line + offset, str(cast(Any, value)["@type"]))  # breadcrumbs, shops, reviews
            else:
                yield Rejected(line + offset, "@type", _type(cast(Any, value)), "schema.org Product 或 or ProductGroup")


def _type(value: Any) -> str:
    return str(value.get("@type", ", ".join(map(str, list(value)[:6])))) if isinstance(value, dict) else str(value)[:60]
