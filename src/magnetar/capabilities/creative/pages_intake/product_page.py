"""A product from its page: a file, bytes or an address; what was found where, what was left out, and why."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from magnetar.capabilities.catalogue import Acceptance, Draft, Notes, Unfit, clean, without_markup
from magnetar.capabilities.creative.pages_intake.candidates import (
    PLACES,
    Candidate,
    from_json_ld,
    from_metas,
    from_microdata,
    from_sight,
    from_value,
    in_one_currency,
)
from magnetar.capabilities.creative.pages_intake.fetching import Fetcher
from magnetar.capabilities.creative.pages_intake.markup import Page, read_markup
from magnetar.capabilities.creative.picture import open_picture
from magnetar.capabilities.creative.script import is_latin
from magnetar.capabilities.creative.wording import sentences
from magnetar.kernel.errors import BadInput, MagnetarError
from magnetar.vocabulary.catalogue import Product

MOST_BYTES = 16 << 20
POINTS, POINT_CHARS, TITLE_CHARS, ATTRIBUTES = 12, 200, 200, 30
_CHARSETS = {
    **dict.fromkeys(("utf8", "usascii", "ascii"), "utf-8-sig"), **dict.fromkeys(("gb2312", "gbk", "gb18030", "cp936"), "gb18030"),
    **dict.fromkeys(("big5", "big5hkscs"), "big5hkscs"), **dict.fromkeys(("utf16", "utf16le"), "utf-16-le"), "utf16be": "utf-16-be",
    **dict.fromkeys(("shiftjis", "sjis"), "shift_jis"), "eucjp": "euc_jp", "euckr": "cp949",
    **dict.fromkeys(("iso88591", "latin1", "windows1252", "cp1252"), "cp1252"), "iso885915": "iso8859_15", "iso88592": "iso8859_2", "windows1250": "cp1250",
    "windows1251": "cp1251", "koi8r": "koi8_r",
}  # fmt: skip
"""Ways to write text that a page may name; Python knows others that are none (punycode, undefined, hex)."""
_PAPER = (245, 243, 240)
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "image/bmp": ".bmp", "image/avif": ".avif"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageProduct:
    """A product, the folder that its picture names start from, and how the page was read."""

    product: Product
    pictures: Path | None
    """None where no picture lies on this machine."""
    found: tuple[Candidate, ...]
    """The texts that were taken, each with its place."""
    notes: tuple[str, ...]
    source: str

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "id": str(self.product.id),
            "title": self.product.title,
            "found": [{"field": one.field, "place": one.place, "text": one.text[:120]} for one in self.found],
            "notes": list(self.notes),
        }


def product_from_page(
    source: Path | str | bytes, *, merchant: str = "demo", currency: str = "CNY", pictures: Path | None = None,
    fetcher: Fetcher | None = None, address: str = "",
) -> PageProduct:  # fmt: skip
    """Read a product page.

    Args:
        source: a file of HTML or JSON, its bytes, or an http(s) address.
        currency: of prices that name none.
        pictures: an existing folder that pictures of an address are fetched into; without it they stay addresses.
        fetcher: with limits of its own.
        address: where bytes or a file came from, so that relative picture names can be fetched.

    Raises:
        BadInput: not a page, too large, or no title or price on it; the message says what was found.
        Refused: an address that may not be asked.
        ProviderFailed: an address that gave no page.
    """
    content, name, charset, address, folder = _content(source, fetcher, address)
    text = _decoded(content, charset)
    notes: list[str] = []
    page = Page()
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        listed = list(_from_json(text, name, currency, notes))
    else:
        page = read_markup(text)
        if page.cut:
            notes.append("page: nested too deep, the rest is read flat")
        if page.hidden:
            notes.append(f"page: {page.hidden} hidden texts left out 页面隐藏的文字")
        listed = [*from_json_ld(page.json_ld, currency, notes), *from_microdata(page), *from_metas(page)]
        listed += from_sight(page, notes)
        if page.refresh:
            notes.append(f"page: 会自动跳转 it sends its readers on, which is not followed: {page.refresh[:120]!r}")
    base = urljoin(address, page.base) if address and page.base else address
    draft, taken = _merged(listed, base, notes)
    draft.link = draft.link or address
    draft.id = _id(draft, address or name, content)
    images, draft.images = draft.images, []
    product = _accepted(draft, merchant, currency, name, listed, notes)
    if is_latin(product.title) and not product.title_en:
        product = replace(product, title_en=product.title)
    kept, where = _pictures(images, address, folder, pictures, fetcher, notes)
    product = replace(product, images=kept)
    return PageProduct(product, where, tuple(taken), tuple(dict.fromkeys(notes)), name)


def _content(
    source: Path | str | bytes, fetcher: Fetcher | None, address: str
) -> tuple[bytes, str, str, str, Path | None]:
    """(bytes, name, charset, address, folder of the file)."""
    if isinstance(source, bytes):
        if len(source) > MOST_BYTES:
            raise BadInput(f"页面过大 The page has {len(source):,} bytes, at most {MOST_BYTES:,} are read.")
        return source, address or "page", "", address, None
    if isinstance(source, str) and re.match(r"(?i)[a-z][a-z0-9+.-]*://", source):
        fetched = (fetcher or Fetcher()).page(source)
        return fetched.content, fetched.address, fetched.charset, fetched.address, None
    path = Path(source)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise BadInput(f"--page: {str(path)!r} 不是文件 is not a file. Give a saved page or an http(s) address.")
        if size > MOST_BYTES:
            raise BadInput(f"--page: {str(path)!r} 过大 has {size:,} bytes, at most {MOST_BYTES:,} are read.")
        return path.read_bytes(), str(path), "", address, path.parent
    except (OSError, ValueError) as error:
        raise BadInput(
            f"--page: {str(source)[:120]!r} 读不了 cannot be read ({type(error).__name__}). Give a saved page or an http(s) address."
        ) from None


def _decoded(content: bytes, charset: str) -> str:
    """The text, by its mark, its header, its own statement, else UTF-8 or GB 18030, whichever reads without faults."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    if content[:2] in (b"<\0", b"\0<"):
        return content.decode("utf-16-le" if content[:1] == b"<" else "utf-16-be", "replace")
    stated = re.search(rb"""charset\s*=\s*["']?\s*([\w-]{2,20})""", content[:4096])
    for name in (charset, "utf-8", stated[1].decode("ascii", "replace") if stated else "", "gb18030"):
        codec = _CHARSETS.get(re.sub(r"[^a-z0-9]", "", name.lower()), "")
        try:
            if codec:
                return content.decode(codec)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")


def _from_json(text: str, name: str, currency: str, notes: list[str]) -> list[Candidate]:
    try:
        value = json.loads(text.lstrip("\ufeff"), parse_float=str, parse_int=str, parse_constant=str, strict=False)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name[:120]}: JSON 不完整 is not valid JSON ({str(error)[:80]}).") from None
    return list(from_value(in_one_currency(value, currency, notes), "json"))


def _merged(listed: Iterable[Candidate], base: str, notes: list[str]) -> tuple[Draft, list[Candidate]]:
    """One draft: for each field the first place that has it, best place first; pictures of every place."""
    draft, taken = Draft(1), list[Candidate]()
    ordered = sorted(listed, key=lambda one: PLACES.index(one.place))
    points_from = ""
    for one in ordered:
        text = one.text.strip()
        if not text:
            continue
        if one.field == "images":
            where = urljoin(base, text) if base else text
            if where not in draft.images and len(draft.images) < 24:
                draft.images.append(where)
                taken.append(one)
        elif one.field == "selling_points":
            points_from = points_from or one.place
            room = one.place == points_from and len(draft.selling_points) < POINTS
            if room and (points := _short_points(text, notes)):
                draft.selling_points += [point for point in points if point not in draft.selling_points]
                taken.append(one)
        elif one.field.startswith("attributes."):
            name = clean(without_markup(one.field.partition(".")[2][:200]))[:40]
            if name and name not in draft.attributes and len(draft.attributes) < ATTRIBUTES:
                draft.attributes[name] = without_markup(text[:2000])[:200]
                taken.append(one)
        elif not getattr(draft, one.field):
            limit = {"title": TITLE_CHARS, "brand": 80, "category": 200, "description": 18_000}.get(one.field, 500)
            shown = without_markup(text[: 8 * limit], lines=one.field == "description")
            if len(shown) > limit:
                notes.append(f"{one.field}: of {len(shown)} characters, cut to {limit}")
                shown = shown[:limit]
            if not shown or (one.field == "title" and not re.search(r"\w", shown)):
                continue
            setattr(draft, one.field, shown)
            taken.append(one)
    return draft, taken


def _short_points(text: str, notes: list[str]) -> list[str]:
    """A selling point; a very long one by its short sentences."""
    text = without_markup(text[:40_000])
    if len(text) <= POINT_CHARS:
        return [text] if text else []
    short = [one for one in sentences(text) if len(one) <= POINT_CHARS][:4]
    notes.append(f"selling_points: one of {len(text)} characters, {len(short)} of its sentences are used")
    return short


def _id(draft: Draft, name: str, content: bytes) -> str:
    """The page's own number of the product, else the end of its address, else a hash of the page."""
    for text in (
        draft.id,
        unquote(urlsplit(name).path.rstrip("/").rpartition("/")[2]).rpartition(".html")[0] or Path(name[-200:]).stem,
    ):
        tidy = re.sub(r"[^\w.-]", "-", clean(text)).strip("-.")[:50]
        if re.search(r"\w", tidy):
            return tidy
    return hashlib.sha256(content).hexdigest()[:12]


def _accepted(
    draft: Draft, merchant: str, currency: str, name: str, listed: list[Candidate], notes: list[str]
) -> Product:
    """The product; a field that does not fit is left out with a note, a missing title or price ends it."""
    if not draft.title or not draft.price:
        missing = "标题 title" if not draft.title else "价格 price"
        seen = ", ".join(
            dict.fromkeys(
                f"{one.field} ({one.place})"
                for one in listed
                if one.field in ("title", "price", "images", "description")
            )
        )
        why = "".join(f" ({note[:160]})" for note in notes if note.startswith(("price", "page")))[:400]
        raise BadInput(
            f"{name[:120]}: 页面上没有{missing.split()[0]}. · {name[:120]}: no {missing.split()[1]} was found on the page, found: {seen or 'nothing'}{why}. "
            "Give a page with JSON-LD, Open Graph or a marked price, or import the product from a feed."
        )
    remarks = Notes()
    acceptance = Acceptance(merchant, currency, remarks)
    for _ in range(16):
        try:
            return acceptance.product(draft)
        except Unfit as unfit:
            field = {"availability": "available", "sale_price_effective_date": "sale_dates"}.get(
                unfit.field, unfit.field
            )
            if field in ("price", "title", "id", "currency"):
                others = [
                    one.text for one in listed if one.field == field and one.text.strip() != getattr(draft, field)
                ]
                if field == "currency":
                    draft.currency = ""
                elif others and field == "price":
                    notes.append(f"price: {draft.price[:40]!r} is no price, the next place is taken")
                    draft.price = others[0].strip()
                    listed = [one for one in listed if one.text != others[0]]
                else:
                    raise BadInput(
                        f"{name[:120]}: {unfit.field}: found {str(unfit.found)[:80]!r}, expected {unfit.expected}."
                    ) from None
                continue
            notes.append(f"{field}: {str(unfit.found)[:60]!r} left out, expected {unfit.expected}")
            setattr(draft, field, {} if field == "attributes" else [] if field in ("selling_points", "images") else "")
    raise BadInput(f"{name[:120]}: 读不出商品. · {name[:120]}: no product could be read from the page.")


def _plain_file(path: Path) -> bool:
    """Whether there is a file to open: a pipe would wait for ever, a device gives what never ends."""
    try:
        return path.is_file()
    except OSError:
        return False


def _pictures(
    images: list[str], address: str, folder: Path | None, into: Path | None, fetcher: Fetcher | None, notes: list[str]
) -> tuple[tuple[str, ...], Path | None]:
    """Names of pictures that open, and their folder; addresses as they are where nothing may be fetched."""
    kept: list[str] = []
    remote: list[str] = []
    for name in images:
        if re.match(r"(?i)https?://", name):
            remote.append(name)
        elif "://" in name or name.startswith(("data:", "//")):
            notes.append(f"images: {name[:60]!r} left out, only http(s) addresses and files beside the page")
        elif folder is not None and not address:
            path = (folder / unquote(name.partition("?")[0]).replace("\0", "")[:400]).resolve()
            if not path.is_relative_to(folder.resolve()):
                notes.append(f"images: {name[:60]!r} lies outside the page's folder, left out")
            elif not _plain_file(path):
                notes.append(f"images: {name[:60]!r} no such file")
            elif isinstance(opened := open_picture(path, _PAPER), str):
                notes.append(f"images: {name[:60]!r} {opened}")
            else:
                kept.append(str(path.relative_to(folder.resolve())))
    if kept:
        return tuple(kept), folder
    if into is None or not remote:
        if remote:
            notes.append("images: addresses are not fetched, no folder for pictures was named")
        return tuple(remote[:8]), None
    fetcher = fetcher or Fetcher()
    for number, name in enumerate(remote[: fetcher.limits.pictures]):
        try:
            fetched = fetcher.picture(name)
        except MagnetarError as error:
            notes.append(f"images: {str(error)[:160]}")
            continue
        path = into / f"page-{number + 1}{_ENDINGS.get(fetched.kind, '.img')}"
        path.write_bytes(fetched.content)
        if isinstance(opened := open_picture(path, _PAPER), str):
            notes.append(f"images: {name[:60]!r} {opened}")
            path.unlink()
        else:
            kept.append(path.name)
    return tuple(kept), into if kept else None
