"""Is this row a product? One set of rules for every format."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from magnetar.capabilities.catalogue.cleaning import clean, formula_like, is_tidy, web_address, without_markup
from magnetar.capabilities.catalogue.drafts import Draft
from magnetar.capabilities.catalogue.findings import Notes, Unfit
from magnetar.capabilities.catalogue.offer_words import read_availability, read_condition
from magnetar.capabilities.catalogue.prices import read_price
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

ID_CHARS = 50
TITLE_CHARS = 500
TEXT_CHARS = 500
"""Brand, category step path, attribute values and selling points."""
DESCRIPTION_CHARS = 20_000
IMAGES = 50
ATTRIBUTES = 100
SELLING_POINTS = 50

_WHOLE = re.compile(r"[+]?[0-9]{1,15}(?:\.0*)?")
_STEP = re.compile(r"\s*(?:>|›|»)\s*")


class Acceptance:
    """Turns drafts into products of one merchant.

    Args:
        currency: of prices that name none.
        at: the moment for which sale prices are read, ISO 8601 with an offset; '' takes every sale as running.
    """

    def __init__(self, merchant: str, currency: str, notes: Notes, at: str = "") -> None:
        self._merchant = MerchantId(merchant)
        self._currency = currency
        self._notes = notes
        self._at = _moment(at) if at else None

    def product(self, draft: Draft) -> Product:
        """The product that the draft describes.

        Raises:
            Unfit: the first thing that keeps it from being one.
        """
        id = draft.id if is_tidy(draft.id) else clean(draft.id)
        if not id or len(id) > ID_CHARS or "<" in id or ">" in id:
            raise Unfit(
                "id", draft.id, f"1 到 {ID_CHARS} 个字符的编号 an id of 1 to {ID_CHARS} characters, without < or >"
            )
        if formula_like(id):
            self._notes.add("formula_like", draft.line, f"id 像公式 looks like a spreadsheet formula: {id}")
        title = self._text(draft, "title", draft.title, TITLE_CHARS)
        if not title:
            raise Unfit("title", draft.title, "商品名 a title")
        price, list_price = self._prices(draft)
        stock = self._stock(draft)
        available = self._available(draft, stock)
        condition = self._condition(draft.condition)
        return Product(
            id=ProductId(id),
            merchant=self._merchant,
            title=title,
            price=price,
            category=self._category(draft),
            title_en=self._text(draft, "title_en", draft.title_en, TITLE_CHARS) if draft.title_en else "",
            description=self._description(draft),
            brand=self._text(draft, "brand", draft.brand, TEXT_CHARS) if draft.brand else "",
            list_price=list_price,
            cost=read_price(draft.cost.strip(), price.currency, "cost") if draft.cost else None,
            stock=stock,
            available=available,
            condition=condition,
            gtin=self._text(draft, "gtin", draft.gtin.lstrip("'"), ID_CHARS) if draft.gtin else "",
            link=self._link(draft.link),
            images=self._images(draft),
            variant_of=self._text(draft, "variant_of", draft.variant_of, ID_CHARS) if draft.variant_of else "",
            attributes=self._attributes(draft) if draft.attributes else {},
            selling_points=self._points(draft) if draft.selling_points else (),
        )

    def _text(self, draft: Draft, field: str, text: str, chars: int) -> str:
        if is_tidy(text) and len(text) <= chars:
            return text
        shown = without_markup(text)
        if len(shown) > chars:
            raise Unfit(field, text, f"至多 {chars} 个字符 at most {chars} characters")
        if shown != text and ("\x1b" in text or "\x00" in text):
            self._notes.add("control_characters", draft.line, f"{field}: 已去除控制字符 control characters removed")
        if field != "attributes" and (formula_like(shown) or formula_like(text)):
            self._notes.add("formula_like", draft.line, f"{field} 像公式 looks like a spreadsheet formula: {shown}")
        return shown

    def _prices(self, draft: Draft) -> tuple[Money, Money | None]:
        """What a shopper pays now, and the price before the sale."""
        price = read_price(draft.price.strip(), self._currency, "price", draft.currency)
        if draft.sale_price and self._sale_runs(draft):
            sale = read_price(draft.sale_price.strip(), price.currency, "sale_price", draft.currency)
            _same_currency("sale_price", draft.sale_price, sale, price)
            if price < sale:
                raise Unfit("sale_price", draft.sale_price, f"不高于 price 的促销价 a sale price of at most {price}")
            return sale, price if sale < price else None
        if draft.list_price:
            before = read_price(draft.list_price.strip(), price.currency, "list_price", draft.currency)
            _same_currency("list_price", draft.list_price, before, price)
            if before < price:
                raise Unfit("list_price", draft.list_price, f"不低于 price 的原价 a list price of at least {price}")
            return price, before if price < before else None
        return price, None

    def _sale_runs(self, draft: Draft) -> bool:
        """Whether the moment of this import lies within the sale's dates."""
        if self._at is None or not draft.sale_dates:
            return True
        ends = [_moment(part.strip()) for part in draft.sale_dates.split("/")]
        if len(ends) != 2 or ends[0] is None or ends[1] is None:
            raise Unfit("sale_price_effective_date", draft.sale_dates, "起/止 ISO 8601 日期 start/end in ISO 8601")
        return ends[0] <= self._at <= ends[1]

    def _stock(self, draft: Draft) -> int | None:
        if not draft.stock:
            return None
        text = draft.stock.strip().replace(",", "")
        if not _WHOLE.fullmatch(text):
            raise Unfit("stock", draft.stock, "不小于 0 的整数 a whole number of at least 0")
        return int(text.split(".")[0])

    def _available(self, draft: Draft, stock: int | None) -> bool:
        if not draft.available:
            return stock != 0
        known = read_availability(draft.available)
        if known is None:
            raise Unfit(
                "availability", draft.available, "in_stock, out_of_stock, preorder, backorder (有货 / 缺货 / 预售)"
            )
        return known

    def _condition(self, text: str) -> str:
        if not text or text == "new":
            return "new"
        known = read_condition(text)
        if known is None:
            raise Unfit("condition", text, "new, refurbished, used (全新 / 翻新 / 二手)")
        return known

    def _category(self, draft: Draft) -> str:
        if not draft.category:
            return ""
        return _path(self._text(draft, "category", draft.category, TEXT_CHARS))

    def _description(self, draft: Draft) -> str:
        if not draft.description:
            return ""
        if is_tidy(draft.description) and len(draft.description) <= DESCRIPTION_CHARS:
            return draft.description
        text = without_markup(draft.description, lines=True)
        if len(text) > DESCRIPTION_CHARS:
            self._notes.add("description_cut", draft.line, f"描述截至 cut to {DESCRIPTION_CHARS} characters")
            text = text[:DESCRIPTION_CHARS]
        if formula_like(text):
            self._notes.add("formula_like", draft.line, f"description 像公式 looks like a formula: {text[:60]}")
        return text

    def _link(self, text: str) -> str:
        if not text:
            return ""
        address = web_address(text)
        if address is None:
            raise Unfit("link", text, "http(s) 网址或相对路径 an http(s) address or a relative path")
        return address

    def _images(self, draft: Draft) -> tuple[str, ...]:
        addresses: dict[str, None] = {}
        for text in draft.images:
            if not text.strip():
                continue
            address = web_address(text, below=True)
            if address is None:
                raise Unfit(
                    "images",
                    text,
                    "http(s) 网址或目录内的相对路径 an http(s) address or a path below the feed's folder",
                )
            addresses[address] = None
        if len(addresses) > IMAGES:
            self._notes.add("images_cut", draft.line, f"仅保留前 {IMAGES} 张 only the first {IMAGES} images are kept")
        return tuple(addresses)[:IMAGES]

    def _attributes(self, draft: Draft) -> dict[str, str]:
        kept: dict[str, str] = {}
        for name, value in draft.attributes.items():
            name, value = (
                name if is_tidy(name) else without_markup(name),
                self._text(draft, "attributes", value, DESCRIPTION_CHARS),
            )
            if not name or not value:
                continue
            if len(kept) == ATTRIBUTES:
                self._notes.add(
                    "attributes_cut", draft.line, f"仅保留前 {ATTRIBUTES} 项 only the first {ATTRIBUTES} are kept"
                )
                break
            kept[name[:TEXT_CHARS]] = value
        return kept

    def _points(self, draft: Draft) -> tuple[str, ...]:
        points = [self._text(draft, "selling_points", point, DESCRIPTION_CHARS) for point in draft.selling_points]
        points = [point for point in points if point]
        if len(points) > SELLING_POINTS:
            self._notes.add("selling_points_cut", draft.line, f"only the first {SELLING_POINTS} are kept")
        return tuple(points[:SELLING_POINTS])


def _same_currency(field: str, found: str, one: Money, other: Money) -> None:
    if one.currency != other.currency:
        raise Unfit(field, found, f"与 price 同币种 the currency of the price, {other.currency}")


@lru_cache(maxsize=4096)
def _path(category: str) -> str:
    return " > ".join(filter(None, _STEP.split(category)))


@lru_cache(maxsize=256)
def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
