"""Google Merchant feeds in XML: RSS 2.0 or Atom, with names in the g: namespace.

The parser is fed piece by piece and keeps one item at a time, so a feed of any length takes the
same memory. Entities and external references are refused, and nothing is ever fetched.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from magnetar.capabilities.catalogue.drafts import Draft
from magnetar.capabilities.catalogue.findings import Notes, Rejected, shorten
from magnetar.capabilities.catalogue.opening import Source
from magnetar.capabilities.catalogue.readers import merchant_feed
from magnetar.capabilities.catalogue.readers.delimited import column_name
from magnetar.kernel.errors import BadInput

NAMES = merchant_feed.NAMES
_ITEMS = frozenset(("item", "entry", "product"))
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DEPTH = 64
_VALUE_CHARS = 1 << 20
_KNOWN_UNUSED = frozenset(("updated", "published", "author", "shipping", "tax", "item", "guid", "pubdate"))


class _Items:
    """Collects the items of a feed as the parser walks through it."""

    def __init__(self) -> None:
        self.done: deque[tuple[int, list[tuple[str, str]]]] = deque()
        self.parser: Any = None
        self._item: list[tuple[str, str]] | None = None
        self._line = 0
        self._path: list[str] = []
        self._inner: list[tuple[str, str]] = []
        self._text: list[str] = []
        self._chars = 0

    @property
    def line(self) -> int:
        """The line on which the parser stands."""
        return self.parser.parser.CurrentLineNumber

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = column_name(tag.rpartition("}")[2])
        if self._item is None:
            if name in _ITEMS:
                self._item, self._line, self._path = [], self.line, []
            return
        if len(self._path) >= _DEPTH:
            raise BadInput(
                f"Line {self.line}: elements within elements, {_DEPTH} deep; no product feed is. Check the file."
            )
        self._path.append(name)
        self._text, self._chars = [], 0
        if name == "link" and attributes.get("href") and attributes.get("rel", "alternate") == "alternate":
            self._item.append(("link", attributes["href"]))
        if len(self._path) == 1:
            self._inner = []

    def data(self, data: str) -> None:
        if self._path and self._chars < _VALUE_CHARS:
            self._text.append(data)
            self._chars += len(data)

    def end(self, tag: str) -> None:
        if self._item is None:
            return
        if not self._path:
            self.done.append((self._line, self._item))
            self._item = None
            return
        name, text = self._path.pop(), "".join(self._text).strip()
        self._text, self._chars = [], 0
        if self._path:
            self._inner.append((name, text))
            return
        if name == "product detail":
            found = dict(self._inner)
            text = ":".join(
                found.get(f"{part} name" if part != "value" else "attribute value", "")
                for part in ("section", "attribute", "value")
            )
        if text or not self._inner:
            self._item.append((name, text))

    def close(self) -> None:
        pass


def read(source: Source, notes: Notes) -> Iterator[Draft | Rejected]:
    """The items of the feed; where it stops being XML, what came before is kept."""
    items = _Items()
    parser: Any = DefusedXMLParser(target=items)
    items.parser = parser
    with source.text() as stream:
        # XML knows its own encodings, but the bytes have been read by now: the parser gets text.
        while True:
            chunk = stream.read(1 << 16)
            if tidy := _ILLEGAL.sub(" ", chunk):
                if tidy != chunk:
                    notes.add(
                        "control_characters", None, "XML 中的非法字符已替换 characters that XML forbids became blanks"
                    )
                problem = _feed(parser, tidy)
            else:
                problem = _feed(parser, None) if not source.broken else None
            while items.done:
                line, pairs = items.done.popleft()
                yield _draft(line, pairs, notes)
            if problem:
                yield problem
                return
            if not chunk:
                return


def _feed(parser: Any, chunk: str | None) -> Rejected | None:
    """Give the parser text, or the end; what it cannot take is a finding.

    Raises:
        BadInput: the file declares entities or refers to others.
    """
    try:
        if chunk is None:
            parser.close()
        else:
            parser.feed(chunk)
    except DefusedXmlException as error:
        raise BadInput(
            f"XML 含实体或外部引用 the XML declares entities or refers to other files ({type(error).__name__}); "
            "a product feed needs neither. Remove the DOCTYPE and import again."
        ) from None
    except ParseError as error:
        line, column = error.position
        return Rejected(line, "xml", f"{shorten(error.msg)}", f"格式正确的 XML well-formed XML (column {column + 1})")
    return None


def _draft(line: int, pairs: list[tuple[str, str]], notes: Notes) -> Draft:
    draft = Draft(line)
    categories: dict[str, str] = {}
    for name, text in pairs:
        if not text:
            continue
        if name in ("image link", "additional image link"):
            draft.images.insert(0 if name == "image link" else len(draft.images), text)
        elif name == "product highlight":
            draft.selling_points.append(text)
        elif name == "product detail":
            if pair := merchant_feed.detail(text):
                draft.attributes[pair[0]] = pair[1]
        elif name in merchant_feed.ATTRIBUTES:
            draft.attributes[name] = text
        elif name in merchant_feed.CATEGORIES:
            categories.setdefault(name, text)
        elif name == "summary" or name == "content":  # Atom's words for a description
            draft.description = draft.description or text
        elif name in merchant_feed.FIELDS:
            field = merchant_feed.FIELDS[name]
            if not getattr(draft, field) or name == "id":
                setattr(draft, field, text)
        elif name not in _KNOWN_UNUSED:
            notes.add("columns_ignored", line, name)
    draft.category = next((categories[name] for name in merchant_feed.CATEGORIES if name in categories), "")
    return draft
