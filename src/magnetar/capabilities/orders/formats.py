"""Which columns an order log has, and what each of them says."""

from __future__ import annotations

from dataclasses import dataclass

from magnetar.capabilities.catalogue import Source, Table, open_table, shorten
from magnetar.kernel.errors import BadInput

FORMATS = ("online-retail", "magnetar-csv")
COLUMNS = ("order", "product", "quantity", "price", "currency", "at", "shopper", "returned", "title", "region")
"""Of our own table."""
NEEDED = ("order", "product", "quantity", "price", "at")
_UCI = {
    "order": ("invoiceno", "invoice"),
    "product": ("stockcode",),
    "title": ("description",),
    "quantity": ("quantity",),
    "at": ("invoicedate",),
    "price": ("unitprice", "price"),
    "shopper": ("customerid",),
    "region": ("country",),
}
_OWN = {
    "order": ("order", "orderid", "订单", "订单号", "订单编号"),
    "product": ("product", "productid", "sku", "商品", "商品编号", "商品id", "货号"),
    "quantity": ("quantity", "qty", "数量", "件数"),
    "price": ("price", "unitprice", "单价", "价格", "成交价"),
    "currency": ("currency", "币种"),
    "at": ("at", "time", "orderedat", "下单时间", "时间", "日期", "付款时间"),
    "shopper": ("shopper", "shopperid", "customer", "customerid", "买家", "用户", "买家id", "用户id"),
    "returned": ("returned", "退货", "是否退货"),
    "title": ("title", "商品名称", "标题", "商品标题"),
    "region": ("region", "country", "地区", "省份", "国家"),
}
_WORDS = {"online-retail": _UCI, "magnetar-csv": _OWN}
CURRENCIES = {"online-retail": "GBP"}
"""The Online Retail set states no currency in the file; its description says sterling."""
EXPECTED = (
    "the Online Retail columns InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country "
    f"or our own {','.join(COLUMNS)} (docs/capabilities/orders.md)"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field stands in a row, and what the file calls it."""

    format: str
    table: Table
    places: dict[str, int]

    def name(self, field: str) -> str:
        """The file's own name of the field."""
        return self.table.header[self.places[field]].strip("\ufeff \t") if field in self.places else field

    @property
    def ignored(self) -> list[str]:
        """Columns that say nothing that is kept."""
        used = set(self.places.values())
        return [name for place, name in enumerate(self.table.header) if place not in used and name.strip()]


def recognise(source: Source, named: str = "") -> Layout:
    """The layout of an order log, told from its header.

    Raises:
        BadInput: no such format, or not the columns of one.
    """
    if named and named not in FORMATS:
        raise BadInput(f"No format {shorten(repr(named))}. Choose one of: {', '.join(FORMATS)}.")
    if source.head.lstrip("\ufeff \t\r\n").startswith(("<", "{", "[")):
        raise BadInput(f"无法识别的格式: {source.name} is no table of text. Expected: {EXPECTED}.")
    table = open_table(source)
    best: Layout | None = None
    for kind in (named,) if named else FORMATS:
        layout = Layout(kind, table, _places(table, _WORDS[kind]))
        if all(field in layout.places for field in NEEDED):
            return layout
        if best is None or len(layout.places) > len(best.places):
            best = layout
    missing = ", ".join(field for field in NEEDED if best is None or field not in best.places)
    raise BadInput(
        f"无法识别的格式: {source.name} has no column for {missing}; found: {shorten(', '.join(table.header), 300)}. "
        f"Expected: {EXPECTED}."
    )


def _places(table: Table, words: dict[str, tuple[str, ...]]) -> dict[str, int]:
    names = [name.replace(" ", "") for name in table.names]
    return {
        field: next(names.index(word) for word in spellings if word in names)
        for field, spellings in words.items()
        if any(word in names for word in spellings)
    }
