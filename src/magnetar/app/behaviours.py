"""Behaviour from outside: order tables, baskets, histories, and the platform's own event log, as columns with names."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.capabilities.shoppers import Clicked, Ordered
from magnetar.capabilities.understanding.intents import Behaviour
from magnetar.kernel.chance import Ints
from magnetar.kernel.clock import SECOND
from magnetar.kernel.errors import BadInput
from magnetar.kernel.events import Envelope
from magnetar.platform.seats import ANONYMOUS, ShopperForgotten, ShoppersSeated

_COLUMNS = {
    "shopper": (
        "shopper",
        "shopper_id",
        "customerid",
        "customer_id",
        "customer",
        "user",
        "user_id",
        "userid",
        "session",
        "session_id",
        "买家",
        "用户",
    ),
    "item": ("item", "item_id", "product", "product_id", "stockcode", "sku", "asin", "商品编号", "商品"),
    "at": ("at", "time", "timestamp", "date", "datetime", "invoicedate", "ordered_at", "created_at", "时间"),
    "basket": ("basket", "basket_id", "invoiceno", "invoice", "order", "order_id", "订单号"),
    "title": ("title", "description", "name", "product_name", "item_title", "标题", "商品名称"),
    "category": ("category", "类目"),
    "event": ("event", "type", "kind", "action"),
    "quantity": ("quantity", "qty", "数量"),
    "price": ("unitprice", "price", "amount"),
}
_BUYS = frozenset(("buy", "bought", "order", "ordered", "purchase", "purchased", "transaction"))


@dataclass(frozen=True, slots=True)
class Told:
    """Behaviour with the names behind its numbers."""

    behaviour: Behaviour
    shoppers: list[str]
    items: list[str]
    titles: list[str]
    categories: list[str]
    left_out: int = 0
    """Rows that could not be used: returns, no shopper, no time."""

    def history(self, shopper: str) -> Ints | None:
        """Items of a shopper in time order; None for a shopper who is not known."""
        if shopper not in self.shoppers:
            return None
        return self.behaviour.item[self.behaviour.shopper == self.shoppers.index(shopper)]


def read_behaviour(path: str | Path) -> Told:
    """Read a file: a table with named columns, baskets of names one a line, or histories of numbers one a line.

    Raises:
        BadInput: it cannot be read, or holds no behaviour.
    """
    file = Path(path)
    try:
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise BadInput(
            f"读不了文件 cannot read {str(path)!r}: {error}. Name a CSV, a basket file or a file of histories."
        ) from None
    text = raw.decode("utf-8-sig", errors="replace")
    first = text.split("\n", 1)[0].strip()
    names = [
        cell.strip().lower().replace(" ", "") for cell in next(csv.reader([first], delimiter=_delimiter(first)), [])
    ]
    if _place(names, "item") is not None and (
        _place(names, "shopper") is not None or _place(names, "basket") is not None
    ):
        told = _table(text, names, _delimiter(first))
    elif "," in first and not re.fullmatch(r"[\d,\s.]+", first):
        told = _baskets(text)
    else:
        told = _histories(text)
    if not len(told.behaviour):
        raise BadInput(
            f"{str(path)!r} 里没有可用的行为 holds no behaviour ({told.left_out} rows left out). Expected: a table with columns "
            "shopper, item (and at, basket, title, event); or a basket a line, names by comma; or a shopper a line: id item item …"
        )
    return told


def _delimiter(line: str) -> str:
    return max(",\t;|", key=line.count)


def _place(names: Sequence[str], wanted: str) -> int | None:
    return next((names.index(one) for one in _COLUMNS[wanted] if one in names), None)


def _moment(text: str) -> int | None:
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        try:
            found = datetime.fromisoformat(text.replace("/", "-"))
        except ValueError:
            return None
        return int(found.replace(tzinfo=found.tzinfo or UTC).timestamp() * SECOND)
    if not 0 <= number < 4e18:
        return None
    return int(number * SECOND) if number < 1e11 else int(number * 1000) if number < 1e14 else int(number)


def _table(text: str, names: Sequence[str], delimiter: str) -> Told:
    place = {wanted: _place(names, wanted) for wanted in _COLUMNS}
    shoppers, items, baskets = {}, {}, {}
    titles: dict[int, Counter[str]] = {}
    categories: dict[int, str] = {}
    rows: list[tuple[int, int, int, int, bool]] = []
    left_out = 0

    def cell(row: Sequence[str], wanted: str) -> str:
        at = place[wanted]
        return row[at].strip() if at is not None and at < len(row) else ""

    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    next(reader, None)
    for number, row in enumerate(reader):
        item, basket = cell(row, "item"), cell(row, "basket")
        who = cell(row, "shopper") if place["shopper"] is not None else basket
        when = _moment(cell(row, "at")) if place["at"] is not None else number * SECOND
        back = basket[:1] in "Cc" and basket[1:].isdigit()
        if (
            not item
            or not who
            or when is None
            or back
            or cell(row, "quantity").startswith("-")
            or _nothing(cell(row, "price"))
        ):
            left_out += 1
            continue
        one = items.setdefault(item, len(items))
        if title := cell(row, "title"):
            titles.setdefault(one, Counter())[title] += 1
        categories.setdefault(one, cell(row, "category"))
        event = cell(row, "event").lower()
        rows.append(
            (shoppers.setdefault(who.removesuffix(".0"), len(shoppers)), one, when,
             baskets.setdefault(basket, len(baskets)), not event or event in _BUYS)
        )  # fmt: skip
    columns = np.array(rows, np.int64).reshape(-1, 5).T
    given = columns[3] if place["basket"] is not None else None
    behaviour = Behaviour.of(columns[0], columns[1], columns[2], given, columns[4].astype(bool))
    return Told(
        behaviour, list(shoppers), list(items),
        [titles[one].most_common(1)[0][0] if one in titles else "" for one in range(len(items))],
        [categories.get(one, "") for one in range(len(items))], left_out,
    )  # fmt: skip


def _nothing(price: str) -> bool:
    """Whether a price is given and is not more than 0."""
    try:
        return bool(price) and not float(price) > 0.0
    except ValueError:
        return False


def _baskets(text: str) -> Told:
    items: dict[str, int] = {}
    who, what = [], []
    for number, row in enumerate(csv.reader(io.StringIO(text))):
        for name in dict.fromkeys(cell.strip() for cell in row if cell.strip()):
            who.append(number)
            what.append(items.setdefault(name, len(items)))
    behaviour = Behaviour.of(who, what, np.zeros(len(who), np.int64), np.zeros(len(who), np.int64))
    shoppers = [str(number) for number in range(max(who, default=-1) + 1)]
    return Told(behaviour, shoppers, list(items), list(items), [""] * len(items))


def _histories(text: str) -> Told:
    shoppers: dict[str, int] = {}
    items: dict[str, int] = {}
    who, what = [], []
    for line in text.splitlines():
        head, *rest = line.replace(",", " ").split() or [""]
        for item in rest:
            who.append(shoppers.setdefault(head, len(shoppers)))
            what.append(items.setdefault(item, len(items)))
    return Told(Behaviour.of(who, what), list(shoppers), list(items), [""] * len(items), [""] * len(items))


def read_texts(path: str | Path, told: Told) -> Told:
    """Give items their titles from a table with columns item and title (a catalogue's id counts as item).

    Raises:
        BadInput: it cannot be read or has no such columns.
    """
    file = Path(path)
    try:
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise BadInput(
            f"读不了文件 cannot read {str(path)!r}: {error}. Name a CSV with columns item and title."
        ) from None
    text = raw.decode("utf-8-sig", errors="replace")
    delimiter = _delimiter(text.split("\n", 1)[0])
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    names = [cell.strip().lower().replace(" ", "") for cell in next(reader, [])]
    item, title, category = _place(names, "item"), _place(names, "title"), _place(names, "category")
    item = names.index("id") if item is None and "id" in names else item
    if item is None or title is None:
        raise BadInput(
            f"{str(path)!r} needs the columns item (or id) and title; found {', '.join(names[:8]) or 'nothing'}."
        )
    row_of = {name: row for row, name in enumerate(told.items)}
    titles, categories = list(told.titles), list(told.categories)
    for row in reader:
        place = row_of.get(row[item].strip()) if len(row) > max(item, title) else None
        if place is not None:
            titles[place] = row[title].strip()
            if category is not None and category < len(row):
                categories[place] = row[category].strip()
    return Told(told.behaviour, told.shoppers, told.items, titles, categories, told.left_out)


def from_log(
    log: Iterable[tuple[int, Envelope]], items: Sequence[str], titles: Sequence[str], categories: Sequence[str]
) -> Told:
    """What the platform's shoppers clicked and ordered.

    A shopper is named by the digest that the platform knows them by, in hexadecimal; without seats, by the row.
    Shoppers without an id share rows and are left out, and what somebody did before they were forgotten.
    """
    gone: dict[int, int] = {}
    names: dict[int, str] = {}
    numbers: dict[str, int] = {}
    who: list[int] = []
    columns: list[tuple[Any, Any, bool]] = []
    left_out, seated = 0, False
    for _, envelope in log:
        event: Any = envelope.data
        if isinstance(event, ShoppersSeated):
            seated = True
            for row, digest in zip(np.asarray(event.row).tolist(), np.asarray(event.digest).tolist(), strict=True):
                names[row] = f"{int(digest) & (2**64 - 1):016x}"
        elif isinstance(event, ShopperForgotten):
            name = f"{event.digest & (2**64 - 1):016x}"
            names = {row: who_sits for row, who_sits in names.items() if who_sits != name}
            if name in numbers:
                gone[numbers[name]] = len(who)
        elif isinstance(event, (Clicked, Ordered)):
            for row, item, at in zip(
                np.asarray(event.shopper).tolist(),
                np.asarray(event.item).tolist(),
                np.asarray(event.at).tolist(),
                strict=True,
            ):
                name = names.get(row) if seated and row >= ANONYMOUS else None if seated else str(row)
                if name is None or not 0 <= item < len(items):
                    left_out += 1
                    continue
                who.append(numbers.setdefault(name, len(numbers)))
                columns.append((item, at, isinstance(event, Ordered)))
    kept = [place for place, one in enumerate(who) if place >= gone.get(one, 0)]
    if len(kept) < len(who):
        who, columns = [who[place] for place in kept], [columns[place] for place in kept]
        left = sorted(set(who))
        place_of, known = {one: place for place, one in enumerate(left)}, list(numbers)
        who = [place_of[one] for one in who]
        numbers = {known[one]: place for place, one in enumerate(left)}
    item, at, bought = zip(*columns, strict=True) if columns else ((), (), ())
    behaviour = Behaviour.of(who, item, at, bought=bought)
    return Told(behaviour, list(numbers), list(items), list(titles), list(categories), left_out)
