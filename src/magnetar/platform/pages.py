"""Pages as they leave the door: every position with its words in two languages, put together from pieces written in advance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from magnetar.capabilities.serving import Reason, explain
from magnetar.capabilities.shoppers import POSITIONS, Served
from magnetar.platform.stock import Stock
from magnetar.vocabulary.catalogue import Product

LABEL = ("广告", "Ad")


class Said(msgspec.Struct):
    """Words in two languages."""

    zh: str
    en: str


class Placed(msgspec.Struct):
    """One position of a page."""

    position: int
    product: str
    merchant: str
    title: str
    title_en: str
    price: float
    currency: str
    link: str
    image: str
    paid: bool
    label: Said | None
    """What must be shown beside a paid position."""
    reason: Said
    creative: str = ""
    """Id of the creative to show it with, where the merchant has one in use."""


class Page(msgspec.Struct):
    """A filled page."""

    request: str
    page: str | None
    """The token that reports of this page bring back; null on a page that cannot be reported on."""
    degraded: bool
    positions: list[Placed]


@dataclass(slots=True)
class Answers:
    """Filled pages, with what is needed to write them down."""

    requests: list[str]
    tokens: list[str]
    item: list[list[int]]
    group: list[list[int]]
    reason: list[list[int]]
    words: Words
    served: Served

    def json(self, row: int) -> bytes:
        """A page as the door sends it."""
        creatives = self.served.creative
        return self.words.page(
            self.requests[row], self.tokens[row], self.item[row], self.group[row], self.reason[row],
            creatives[row].tolist() if len(creatives) else (),
        )  # fmt: skip

    def page(self, row: int) -> Page:
        return msgspec.json.decode(self.json(row), type=Page)


class Words:
    """Every product and reason written down in advance, so that a page is put together from pieces."""

    def __init__(self, stock: Stock) -> None:
        self._products = [
            _product_json(item.product, item.merchant, one)
            for item, one in zip(stock.items, stock.products, strict=True)
        ]
        encode = msgspec.json.encode
        self._reasons: list[list[bytes]] = []
        for paid in (False, True):
            head = b',"paid":%s,"label":%s,"reason":' % (
                encode(paid), encode(Said(*LABEL) if paid else None),
            )  # fmt: skip
            self._reasons.append([head + encode(Said(explain(code), explain(code, "en"))) + b"}" for code in Reason])
        self.creatives: Sequence[str] = ()
        """The id of every creative's row."""
        self._places = [b'{"position":%d' % place for place in range(POSITIONS)]

    def page(
        self, request: str, token: str | None, items: Sequence[int], groups: Sequence[int], reasons: Sequence[int],
        creatives: Sequence[int] = (),
    ) -> bytes:  # fmt: skip
        products, (organic, paid), places = self._products, self._reasons, self._places
        parts = [
            places[place] + products[item] + (organic if groups[place] < 0 else paid)[reasons[place]]
            for place, item in enumerate(items)
            if item >= 0
        ]
        if creatives:
            shown = [row for row, item in zip(creatives, items, strict=True) if item >= 0]
            parts = [
                part[:-1] + b',"creative":%s}' % msgspec.json.encode(self.creatives[row]) if row >= 0 else part
                for part, row in zip(parts, shown, strict=True)
            ]
        return b'{"request":%s,"page":%s,"degraded":%s,"positions":[%s]}' % (
            msgspec.json.encode(request),
            b'"%s"' % token.encode() if token else b"null",
            b"false" if token else b"true",
            b",".join(parts),
        )


def _product_json(id: str, merchant: str, product: Product | None) -> bytes:
    shown: dict[str, Any] = {
        "product": id,
        "merchant": merchant,
        "title": product.title if product else "",
        "title_en": product.title_en if product else "",
        "price": product.price.amount if product else 0.0,
        "currency": product.price.currency if product else "",
        "link": product.link if product else "",
        "image": product.images[0] if product and product.images else "",
    }
    return b"," + msgspec.json.encode(shown)[1:-1]
