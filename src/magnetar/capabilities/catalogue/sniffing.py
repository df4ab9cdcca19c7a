"""Which format a file is in, told from what is in it, never from its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from magnetar.capabilities.catalogue.drafts import Draft
from magnetar.capabilities.catalogue.findings import Notes, Rejected, shorten
from magnetar.capabilities.catalogue.opening import Source
from magnetar.capabilities.catalogue.readers import google_xml, json_ld, merchant_feed, own, shopify
from magnetar.capabilities.catalogue.readers.delimited import Table, open_table
from magnetar.kernel.errors import BadInput

FORMATS = ("google-tsv", "google-xml", "meta-csv", "json-ld", "shopify-csv", "magnetar-csv")
EXPECTED = (
    "Google Merchant TSV / XML, Meta catalogue CSV, schema.org JSON-LD (.json or .html), Shopify product CSV, "
    "or our own CSV with the columns id,title,price,… (docs/capabilities/catalogue.md)"
)
_PAGE = re.compile(r"<(?:!doctype html|html|head|body|script|div)\b", re.IGNORECASE)
_FEED = re.compile(r"<(?:rss|feed|channel|rdf:RDF|items|products)\b", re.IGNORECASE)
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FEED_WORDS = frozenset(
    [
        "availability",
        "link",
        "image link",
        "google product category",
        "product type",
        "condition",
        "item group id",
        "sale price",
        "additional image link",
        "identifier exists",
        "shipping",
        "fb product category",
        "mpn",
    ]
)


@dataclass(frozen=True, slots=True)
class Format:
    """How to read a file, and what the format calls our fields."""

    name: str
    names: dict[str, str]
    read: Callable[[Notes], Iterator[Draft | Rejected]]


def recognise(source: Source, named: str = "") -> Format:
    """The format of the file.

    Args:
        named: a format that the caller insists on, or ''.

    Raises:
        BadInput: no such format, or the file is in none.
    """
    if named and named not in FORMATS:
        raise BadInput(f"No format {shorten(repr(named))}. Choose one of: {', '.join(FORMATS)}.")
    head = source.head.lstrip("\ufeff \t\r\n")
    kind = named or _kind(head)
    if kind == "google-xml":
        return Format(kind, google_xml.NAMES, lambda notes: google_xml.read(source, notes))
    if kind == "json-ld":
        return Format(kind, json_ld.NAMES, lambda notes: json_ld.read(source, notes))
    table = open_table(source)
    kind = named or _table_kind(table)
    if not kind and _BINARY.search(head, 0, 4096):
        raise _unknown(source, "二进制数据 binary data")
    if not kind:
        raise _unknown(source, f"这些列 these columns: {shorten(', '.join(table.header), 300)}")
    _must_have(source, table, kind)
    if kind == "shopify-csv":
        return Format(kind, shopify.NAMES, lambda notes: shopify.read(table, notes))
    if kind == "magnetar-csv":
        return Format(kind, own.NAMES, lambda notes: own.read(table, notes))
    return Format(kind, merchant_feed.NAMES, lambda notes: merchant_feed.read(table, notes))


def _kind(head: str) -> str:
    if head.startswith("<"):
        return "google-xml" if _FEED.search(head) or not _PAGE.search(head) else "json-ld"
    if head.startswith(("{", "[")):
        return "json-ld"
    return ""


def _table_kind(table: Table) -> str:
    names = set(table.names)
    if names & {"handle", "url handle"} and names & {"variant price", "variant sku", "option1 name", "option1 value"}:
        return "shopify-csv"
    ours = {own.HEADERS[name] for name in names if name in own.HEADERS}
    if not {"id", "title", "price"} & ours:
        return ""
    feed_only = len((names & _FEED_WORDS) - set(own.HEADERS))
    own_only = len({name for name in names if name in own.HEADERS and name not in merchant_feed.USED})
    if feed_only and feed_only >= own_only:
        return "google-tsv" if table.delimiter == "\t" else "meta-csv"
    return "magnetar-csv"


def _must_have(source: Source, table: Table, kind: str) -> None:
    if kind == "shopify-csv":
        have, need = set(table.names), ["title"]
        need += [] if have & {"handle", "url handle"} else ["handle"]
        need += [] if have & {"variant price", "price"} else ["variant price"]
    elif kind == "magnetar-csv":
        have, need = {own.HEADERS.get(name, "") for name in table.names}, ["id", "title", "price"]
    else:
        have, need = set(table.names), ["id", "title", "price"]
    missing = [name for name in need if name not in have]
    if missing:
        raise BadInput(
            f"{source.name} ({kind}) 缺少列 has no column {', '.join(missing)}; "
            f"found: {shorten(', '.join(table.header), 300)}. Add the column, or name another --format."
        )


def _unknown(source: Source, found: str) -> BadInput:
    return BadInput(f"无法识别的格式: {source.name} is in no known format; found {found}. Expected: {EXPECTED}.")
