"""Reading an order log: a file in, order lines and rejected rows out, a batch in memory at a time.

Equal lines of one order are kept, each with its place: a till that scans the same mug twice writes
two equal lines, and an order's total is right only with both. Nothing in a log tells such a line
from one entered by mistake, so how many there are is reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path

from magnetar.capabilities.catalogue import (
    Limits,
    Notes,
    Rejected,
    Source,
    Tally,
    Unfit,
    clean,
    digest,
    formula_like,
    open_source,
    read_amount,
    shorten,
)
from magnetar.capabilities.orders.counting import Counts, Distinct
from magnetar.capabilities.orders.dates import ORDERS, decide_order, is_ambiguous, read_moment
from magnetar.capabilities.orders.formats import CURRENCIES, recognise
from magnetar.capabilities.orders.sorting_out import is_adjustment, is_credit, not_goods
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.ids import MerchantId, OrderId, ProductId, ShopperId
from magnetar.vocabulary.orders import OrderLine

BATCH = 2_000
ID_CHARS = 50
TITLE_CHARS = 500
_QUANTITY = re.compile(r"[+-]?[0-9]{1,9}(?:\.0*)?")
_FLOAT_ID = re.compile(r"[0-9]+\.0")
_TRUE = frozenset(["true", "yes", "y", "1", "return", "returned", "是", "退", "退货", "已退货"])
_FALSE = frozenset(["false", "no", "n", "0", "否"])


def read_orders(
    path: str | Path,
    *,
    merchant: str = "demo",
    format: str = "",
    currency: str = "",
    home_currency: str = "CNY",
    dates: str = "",
    limits: Limits | None = None,
) -> OrdersReading:
    """Open an order log; iterate over what comes back for each row: an `OrderLine` or a `Rejected`, in file order.

    Args:
        format: one of `formats.FORMATS`; '' tells it from the header.
        currency: of prices that name none; '' is GBP for Online Retail and the home currency otherwise.
        dates: 'dmy' or 'mdy' where day and month come in an order of their own; '' decides on the whole file.

    Raises:
        BadInput: the file cannot be read as an order log at all.
    """
    if dates and dates not in ORDERS:
        raise BadInput(f"--dates {dates[:20]!r} is unknown. Choose dmy (31/12/2011) or mdy (12/31/2011).")
    return OrdersReading(
        open_source(path, limits),
        merchant=merchant,
        format=format,
        currency=currency,
        home_currency=home_currency,
        dates=dates,
    )


class OrdersReading(Iterator["OrderLine | Rejected"]):
    """One pass over an order log. What it has learnt so far stands in its attributes."""

    def __init__(
        self, source: Source, *, merchant: str, format: str, currency: str, home_currency: str, dates: str
    ) -> None:
        self.notes = Notes()
        self.counts = Counts()
        self.encoding = source.encoding
        self.rows = 0
        self.currencies: Counter[str] = Counter()
        self._source = source
        self._layout = recognise(source, format)
        self.format = self._layout.format
        self._online_retail = self.format == "online-retail"
        self._merchant = MerchantId(merchant)
        self._currency = currency or CURRENCIES.get(self.format, home_currency)
        if not currency and self.format in CURRENCIES:
            self.notes.add(
                "currency_assumed", None, f"文件未写币种, 按 {self._currency} 读 read as; --currency says otherwise"
            )
        self._dates = dates or self._decide_dates()
        self._cells = [self._layout.places.get(name, -1) for name in _FIELDS]
        self._lines = Tally()
        self._names = {
            name: Distinct() for name in ("orders", "return_orders", "customers", "invoices", "all_customers")
        }
        for name in self._layout.ignored:
            self.notes.add("columns_ignored", 1, name)
        if source.undecodable:
            self.notes.add(
                "undecodable", None, f"{source.undecodable} 个字符无法按 {source.encoding} 解码 replaced by �"
            )
        self._found = self._batches()

    def distinct(self, name: str) -> int:
        """How many different `orders`, `return_orders` and `customers` were taken; `invoices`, `all_customers` were read."""
        return self._names[name].count

    def __next__(self) -> OrderLine | Rejected:
        return next(self._found)

    def _decide_dates(self) -> str:
        """Which of day and month comes first, on the evidence of the whole file if need be."""
        place = self._layout.places["at"]

        def texts() -> Iterator[str]:
            for row in self._layout.table.rows(Notes()):
                if not isinstance(row, Rejected):
                    yield row[1][place]

        first = next((text for text in texts() if text.strip()), "")
        if not is_ambiguous(first):
            return "mdy"
        decided = decide_order(texts())
        if not decided:
            self.notes.add(
                "ambiguous_dates", None, f"{first!r}: 按月/日读 read as month/day; --dates dmy reads day/month"
            )
        return decided or "mdy"

    def _batches(self) -> Iterator[OrderLine | Rejected]:
        rows = self._layout.table.rows(self.notes)
        line = 0
        while batch := list(islice(rows, BATCH)):
            judged: list[OrderLine | Rejected] = []
            keys: list[str] = []
            lines: list[int] = []
            places: list[int] = []
            for row in batch:
                if isinstance(row, Rejected):
                    judged.append(row)
                    continue
                line, cells = row
                places.append(len(judged))
                lines.append(line)
                try:
                    found = self._read(line, cells)
                except Unfit as finding:
                    found = finding.at(line, self._layout.name(finding.field))
                keys.append("\x1f".join(cells) if isinstance(found, Rejected) else key_of(found))
                judged.append(found)
            self._place(judged, places, keys, lines)
            self.rows += len(judged)
            yield from judged
        if self._source.broken:
            self.rows += 1
            yield Rejected(line, "file", self._source.broken, "完整的压缩文件 compressed data that do not end early")
        if len(self.currencies) > 1:
            self.notes.add(
                "mixed_currencies", None, ", ".join(f"{code} {n}" for code, n in self.currencies.most_common())
            )

    def _place(self, judged: list[OrderLine | Rejected], places: list[int], keys: list[str], lines: list[int]) -> None:
        """Give equal lines their places."""
        counts, _ = self._lines.place(keys, lines)
        for place, count in zip(places, counts, strict=True):
            if count:
                self.counts.duplicates += 1
                found = judged[place]
                if isinstance(found, OrderLine):
                    judged[place] = replace(found, place=count)

    def _read(self, line: int, cells: list[str]) -> OrderLine | Rejected:
        """One row.

        Raises:
            Unfit: a field is not what it should be, or the row records no sale and no return.
        """
        order, product, title, region, shopper, raw_quantity, raw_price, currency, at_text, flag = [
            cells[place] if place >= 0 else "" for place in self._cells
        ]
        counts = self.counts
        order, product, shopper = _id("order", order), _id("product", product), _shopper(shopper)
        self._names["invoices"].add(order)
        if shopper:
            self._names["all_customers"].add(shopper)
        else:
            counts.no_customer += 1
        quantity = _quantity(raw_quantity)
        at = read_moment(at_text, self._dates)
        price = read_amount(raw_price.strip(), self._currency, "price", currency)
        credit = self._online_retail and is_credit(order)
        returned = credit or quantity < 0 or _flag(flag)
        counts.return_lines += credit or (returned and price.micros > 0)
        counts.zero_price += price.micros == 0
        counts.negative_price += price.micros < 0
        if self._online_retail and is_adjustment(order):
            counts.non_product["adjustment"] += 1
            raise Unfit("order", order, "销售或退货 a sale or a return; A… adjusts the books")
        if kind := not_goods(product, self._online_retail):
            counts.non_product[kind] += 1
            raise Unfit("product", f"{product} ({kind})", "商品编号 a product; this is none")
        if quantity == 0:
            raise Unfit("quantity", raw_quantity, "非 0 的整数 a whole number other than 0")
        if price.micros < 0:
            raise Unfit("price", raw_price, "大于 0 的价格 a price above 0")
        if price.micros == 0:
            if quantity < 0 and not credit:
                counts.write_offs += 1
                raise Unfit(
                    "price", f"{raw_price}, quantity {quantity}", "大于 0 的价格 a price above 0; stock written off"
                )
            raise Unfit("price", raw_price, "大于 0 的价格 a price above 0; a gift or a stock count is no sale")
        self._count(order, shopper, returned, at)
        self.currencies[price.currency] += 1
        return OrderLine(
            order=OrderId(order),
            merchant=self._merchant,
            product=ProductId(product),
            quantity=abs(quantity),
            price=price,
            at=at,
            shopper=ShopperId(shopper) if shopper else None,
            returned=returned,
            title=self._title(line, title) if title else "",
            region=_text(region) if region else "",
        )

    def _count(self, order: str, shopper: str, returned: bool, at: str) -> None:
        counts = self.counts
        if returned:
            counts.returns += 1
            self._names["return_orders"].add(order)
        else:
            counts.sales += 1
            self._names["orders"].add(order)
        if shopper:
            self._names["customers"].add(shopper)
        if not counts.first or at < counts.first:
            counts.first = at
        if at > counts.last:
            counts.last = at

    def _title(self, line: int, title: str) -> str:
        text = _text(title)
        if formula_like(text):
            self.notes.add("formula_like", line, f"title 像公式 looks like a spreadsheet formula: {text}")
        return text


_FIELDS = ("order", "product", "title", "region", "shopper", "quantity", "price", "currency", "at", "returned")


def key_of(line: OrderLine) -> str:
    """What the line is stored under: in order of time, the same however often it is imported."""
    rest = f"{line.quantity}\x1f{line.price.micros}\x1f{line.price.currency}\x1f{line.shopper}\x1f{line.returned}\x1f{line.title}\x1f{line.region}"
    return f"{line.at}/{line.order}/{line.product}/{digest(rest):016x}/{line.place}"


def _id(field: str, text: str) -> str:
    shown = clean(text)
    if not shown or len(shown) > ID_CHARS:
        raise Unfit(field, text, f"1 到 {ID_CHARS} 个字符的编号 an id of 1 to {ID_CHARS} characters")
    return shown[:-2] if shown.endswith(".0") and _FLOAT_ID.fullmatch(shown) else shown


def _shopper(text: str) -> str:
    return _id("shopper", text) if text and clean(text) else ""


@lru_cache(maxsize=4096)
def _quantity(text: str) -> int:
    tidy = text.strip()
    if not _QUANTITY.fullmatch(tidy):
        raise Unfit("quantity", text, "整数件数 a whole number of pieces")
    return int(tidy.split(".")[0])


@lru_cache(maxsize=64)
def _flag(text: str) -> bool:
    word = text.strip().lower()
    if word and word not in _TRUE and word not in _FALSE:
        raise Unfit("returned", text, "true 或 or false")
    return word in _TRUE


@lru_cache(maxsize=16_384)
def _text(text: str) -> str:
    return shorten(clean(text), TITLE_CHARS)
