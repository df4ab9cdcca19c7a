"""What a page says of its product, place by place: JSON-LD, microdata, Open Graph, then what the page shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from magnetar.capabilities.catalogue import Draft, Notes, product_drafts
from magnetar.capabilities.creative.pages_intake.markup import Page

PLACES = ("json-ld", "json", "microdata", "open graph", "page")
_MONEY = re.compile(
    r"(?:(?P<before>US\$|HK\$|[¥￥$€£]|CNY|RMB|USD|EUR|GBP)\s*)?(?P<amount>\d{1,3}(?:[,，]\d{3})+(?:\.\d{1,2})?|\d{1,8}(?:\.\d{1,2})?)\s*(?P<after>元|块|USD|EUR|CNY|€)?"
)
_RANGE = re.compile(
    r"\d\s*[元块]?\s*(?:[-–—~～至到]|to)\s*(?:[¥￥$€£]|US\$|HK\$)?\s*\d|\d\s*[元块]?\s*起|(?:from|as low as|starting(?: at)?|up to)\s*[¥￥$€£]?\s*\d",
    re.IGNORECASE,
)
_MONEYS = {
    "¥": "CNY",
    "￥": "CNY",
    "元": "CNY",
    "RMB": "CNY",
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "HK$": "HKD",
}
_WAS = re.compile(r"old|was|list|orig|before|regular|strike|del\b|market|compare|原价|划线|市场")
_NOW = re.compile(r"now|sale|current|final|special|promo|deal|现价|到手|特价")
_NOISE = re.compile(
    r"登录|注册|首页|购物车|收藏|分享|客服|退换|配送|关注|版权|隐私|条款|下载|©|cookie|login|sign in|cart|wishlist|privacy|terms|subscribe|newsletter|copyright|share|follow|shipping|returns",
    re.IGNORECASE,
)
_KEEP_ROW = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field's text and where it was read."""

    field: str
    """Of `Draft`; an attribute as attributes.NAME."""
    text: str
    place: str
    """One of `PLACES`."""


def in_one_currency(value: Any, currency: str, notes: list[str], depth: int = 0) -> Any:
    """The value with the offers of one currency where a product has offers in several: the one asked for, else none."""
    if depth > 40:
        return None
    if isinstance(value, list):
        return [in_one_currency(one, currency, notes, depth + 1) for one in value[:2000]]
    if not isinstance(value, dict):
        return value
    done = {name: in_one_currency(one, currency, notes, depth + 1) for name, one in list(value.items())[:2000]}
    offers = [one for one in done["offers"] if isinstance(one, dict)] if isinstance(done.get("offers"), list) else []
    named = {str(one.get("priceCurrency", "")).strip().upper() for one in offers} - {""}
    if len(named) > 1:
        wanted = [one for one in offers if str(one.get("priceCurrency", "")).strip().upper() == currency]
        notes.append(
            f"price: 几种货币的报价 offers in {', '.join(sorted(named))[:80]}, {f'those in {currency} are' if wanted else 'none is'} taken"
        )
        done["offers"] = wanted
    return done


def from_value(value: Any, place: str) -> Iterator[Candidate]:
    """A JSON value's product: schema.org's words, else plain field names such as title and price."""
    some = False
    for draft in product_drafts(value, 1, Notes()):
        yield from _of_draft(draft, place)
        some = True
        break
    if not some and place == "json":
        yield from _plain(value)


def from_json_ld(blocks: list[str], currency: str, notes: list[str]) -> Iterator[Candidate]:
    """The first product of the page's JSON-LD, and the path of its breadcrumbs."""
    done = False
    for number, block in enumerate(blocks):
        text = block.strip().removeprefix("<!--").removesuffix("-->").strip()
        text = text.removeprefix("//<![CDATA[").removesuffix("//]]>").removeprefix("<![CDATA[").removesuffix("]]>")
        try:
            value = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, strict=False)
            value = in_one_currency(value, currency, notes)
        except (ValueError, RecursionError) as error:
            notes.append(f"json-ld {number}: not readable ({type(error).__name__}), left out")
            continue
        if not done:
            found = list(from_value(value, "json-ld"))
            done = bool(found)
            yield from found
        if path := _breadcrumbs(value, 0):
            yield Candidate("category", path, "json-ld")


def _breadcrumbs(value: Any, depth: int) -> str:
    if depth > 6:
        return ""
    if isinstance(value, list):
        return next((path for one in value[:50] if (path := _breadcrumbs(one, depth + 1))), "")
    if not isinstance(value, dict):
        return ""
    if "BreadcrumbList" in str(value.get("@type", "")) and isinstance(value.get("itemListElement"), list):
        names: list[str] = []
        for one in value["itemListElement"][:12]:
            item: Any = one.get("item") if isinstance(one, dict) else None
            name = one.get("name") if isinstance(one, dict) else None
            name = name or (item.get("name") if isinstance(item, dict) else None)
            if isinstance(name, str):
                names.append(name)
        names = [name for name in names[:-1] if name.strip().lower() not in ("home", "首页", "shop", "all", "商城")]
        return " > ".join(names)
    return _breadcrumbs(value.get("@graph"), depth + 1)


def _of_draft(draft: Draft, place: str) -> Iterator[Candidate]:
    for name in ("id", "title", "price", "list_price", "currency", "category", "description", "brand", "stock", "available", "condition", "gtin", "link"):  # fmt: skip
        if text := getattr(draft, name):
            yield Candidate(name, text, place)
    for image in draft.images:
        yield Candidate("images", image, place)
    for name, text in draft.attributes.items():
        yield Candidate(f"attributes.{name}", text, place)
    for text in draft.selling_points:
        yield Candidate("selling_points", text, place)


def _plain(value: Any) -> Iterator[Candidate]:
    """A plain object with names that shops use."""
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, dict)), None)
    if isinstance(value, dict) and isinstance(value.get("product"), dict):
        value = value["product"]
    if not isinstance(value, dict):
        return
    names = {
        "id": ("id", "sku", "product_id"), "title": ("title", "name", "商品名", "标题"), "title_en": ("title_en",),
        "price": ("price", "sale_price", "价格", "现价"), "list_price": ("list_price", "original_price", "compare_at_price", "原价"),
        "currency": ("currency",), "category": ("category", "类目"), "description": ("description", "body_html", "描述"),
        "brand": ("brand", "vendor", "品牌"), "stock": ("stock", "inventory"), "link": ("link", "url"), "images": ("images", "image", "图片"),
        "selling_points": ("selling_points", "features", "bullets", "卖点"), "attributes": ("attributes", "specs", "properties", "参数"),
    }  # fmt: skip
    for field, keys in names.items():
        found: Any = next((value[key] for key in keys if value.get(key) not in (None, "", [])), None)
        if isinstance(found, (str, int, float)) and not isinstance(found, bool):
            parts = str(found).split("|") if field in ("images", "selling_points") else [str(found)]
            for part in parts:
                yield Candidate(field, part, "json")
        elif isinstance(found, list):
            for one in found[:60]:
                text = (
                    one
                    if isinstance(one, str)
                    else one.get("src") or one.get("url") or one.get("text")
                    if isinstance(one, dict)
                    else None
                )
                if isinstance(text, str):
                    yield Candidate(field, text, "json")
        elif isinstance(found, dict) and field == "attributes":
            for name, text in list(found.items())[:60]:
                if isinstance(text, (str, int, float)):
                    yield Candidate(f"attributes.{name}", str(text), "json")


def from_microdata(page: Page) -> Iterator[Candidate]:
    """schema.org in itemprop attributes."""
    names = {
        "name": "title", "sku": "id", "productid": "id", "price": "price", "pricecurrency": "currency", "description": "description",
        "brand": "brand", "image": "images", "availability": "available", "itemcondition": "condition", "category": "category",
        "gtin13": "gtin", "gtin": "gtin", "url": "link",
    }  # fmt: skip
    known = [
        one
        for one in page.itemprops
        if one[0] in ("product", "offer", "aggregateoffer", "brand", "organization", "productgroup")
    ]
    if not any(kind == "product" for kind, _, _ in known):
        return
    for kind, prop, text in known:
        if kind in ("brand", "organization"):
            if prop == "name":
                yield Candidate("brand", text, "microdata")
        elif prop in names and not (kind == "offer" and prop in ("name", "url", "description")):
            yield Candidate(names[prop], text, "microdata")
        elif kind == "product" and prop in ("color", "material", "size", "model", "weight", "width", "height", "depth"):
            yield Candidate(f"attributes.{prop}", text, "microdata")


def from_metas(page: Page) -> Iterator[Candidate]:
    """Open Graph and its relatives."""
    names = {
        "og:title": "title", "og:description": "description", "og:image": "images", "og:image:secure_url": "images",
        "product:price:amount": "price", "og:price:amount": "price", "product:price:currency": "currency",
        "og:price:currency": "currency", "product:brand": "brand", "og:brand": "brand", "product:availability": "available",
        "product:condition": "condition", "product:category": "category", "product:retailer_item_id": "id", "og:url": "link",
        "product:original_price:amount": "list_price", "twitter:title": "title", "twitter:image": "images",
    }  # fmt: skip
    for name, text in page.metas:
        if name in names and text.strip():
            yield Candidate(names[name], text, "open graph")
    sale = next((text for name, text in page.metas if name == "product:sale_price:amount"), "")
    if sale:
        yield Candidate("sale_price", sale, "open graph")
    for name, text in page.metas:
        if name == "description" and text.strip():
            yield Candidate("description", text, "page")


def from_sight(page: Page, notes: list[str]) -> Iterator[Candidate]:
    """What a reader of the page would take: its first heading, prices in marked elements, lists and tables."""
    heading = next((text for tag, text in page.headings if tag == "h1"), "")
    if heading:
        yield Candidate("title", heading, "page")
    if page.title:
        yield Candidate("title", re.split(r"\s[|–—_-]\s|_|｜", page.title)[0], "page")
    yield from _prices(page, notes)
    for name, text in page.rows[:80]:
        name, low = name.strip(" :："), name.strip(" :：").lower()
        if low in ("品牌", "brand"):
            yield Candidate("brand", text, "page")
        elif 0 < len(name) <= 24 and 0 < len(text) <= 80 and _KEEP_ROW.search(text) and not _NOISE.search(name + text):
            yield Candidate(f"attributes.{name}", text, "page")
    told = 0
    for text in page.items:
        if 4 <= len(text) <= 120 and not _NOISE.search(text) and re.search(r"\w", text):
            pair = re.fullmatch(r"([^:：]{1,12})\s*[:：]\s*(.{1,60})", text)
            if pair:
                yield Candidate(f"attributes.{pair[1].strip()}", pair[2].strip(), "page")
            elif told < 12:
                told += 1
                yield Candidate("selling_points", text, "page")
    long = [text for text in page.paragraphs if len(text) >= 12 and not _NOISE.search(text)]
    if long:
        yield Candidate("description", "\n".join(long[:6]), "page")
    for address in page.pictures[:30]:
        if not re.search(r"logo|icon|sprite|avatar|pixel|blank|\.svg|\.gif", address, re.IGNORECASE):
            yield Candidate("images", address, "page")


def _prices(page: Page, notes: list[str]) -> Iterator[Candidate]:
    """The price that the page asks and its list price; none where the page shows a range or two currencies."""
    now: list[tuple[int, str]] = []
    was: list[str] = []
    signs: dict[str, str] = {}
    for mark, text in page.priced:
        found = [match for match in _MONEY.finditer(text) if match["before"] or match["after"] or "price" in mark]
        if len(found) > 1 or _RANGE.search(text):
            notes.append(f"price: 价格是区间或不止一个 a range or several prices, left out: {text[:60]!r}")
        if len(found) != 1 or _RANGE.search(text):
            continue
        sign = (found[0]["before"] or found[0]["after"] or "").replace("块", "元")
        shown = (
            f"{found[0]['amount']} {sign}"
            if sign.isalpha() and sign.isascii()
            else f"{sign if sign != '元' else '¥'}{found[0]['amount']}"
        )
        if _WAS.search(mark) or re.search(r"原价|划线|was|list price", text, re.IGNORECASE):
            was.append(shown)
        else:
            now.append((0 if _NOW.search(mark) else 1, shown))
            if sign:
                signs.setdefault(_MONEYS.get(sign.upper(), sign.upper()), shown)
    if len(signs) > 1:
        notes.append(
            f"price: 页面上有几种货币 prices in several currencies, none is taken: {', '.join(signs.values())}"
        )
        return
    if now:
        yield Candidate("price", min(now, key=lambda one: one[0])[1], "page")
        if was:
            yield Candidate("list_price", was[0], "page")
        return
    for text in [text for _, text in page.headings] + page.paragraphs[:40] + page.items[:60]:
        if match := re.search(
            r"(?:现价|售价|价格|到手价|price)\s*[:：]?\s*(?:(?P<sign>[¥￥$€£])\s*)?(?P<amount>\d{1,8}(?:\.\d{1,2})?)",
            text,
            re.IGNORECASE,
        ):
            if _RANGE.search(text, match.start()):
                notes.append(f"price: 价格是区间 a range, left out: {text[match.start() : match.start() + 60]!r}")
                return
            yield Candidate("price", f"{match['sign'] or ''}{match['amount']}", "page")
            return
