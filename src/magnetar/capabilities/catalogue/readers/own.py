"""Our own table: one row a product, lists with |, attributes as k=v;k=v; Chinese headers welcome.

Columns: id, title, title_en, category, price, currency, list_price, cost, stock, brand, images, attributes,
selling_points, description, link, gtin, condition, variant_of, available. Id, title and price must be there.
A backslash keeps a |, ; or = of the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from magnetar.capabilities.catalogue.drafts import Draft
from magnetar.capabilities.catalogue.findings import Notes, Rejected
from magnetar.capabilities.catalogue.readers.delimited import Table

COLUMNS = (
    "id", "title", "title_en", "category", "price", "currency", "list_price", "cost", "stock", "brand", "images",
    "attributes", "selling_points", "description", "link", "gtin", "condition", "variant_of", "available",
)  # fmt: skip
_CHINESE = {
    "id": "商品id 商品编号 商品编码 编号 货号 sku",
    "title": "商品名称 商品名 商品标题 标题 名称",
    "title_en": "英文标题 英文名称",
    "category": "类目 分类 品类 商品类目",
    "price": "价格 售价 现价 单价 商品价格",
    "currency": "币种 货币",
    "list_price": "原价 划线价 市场价 吊牌价",
    "cost": "成本 成本价 进价",
    "stock": "库存 库存数量 库存量",
    "brand": "品牌",
    "images": "图片 主图 商品图片 图片链接",
    "attributes": "属性 商品属性",
    "selling_points": "卖点 商品卖点",
    "description": "描述 详情 商品描述 商品详情",
    "link": "链接 商品链接",
    "gtin": "条码 条形码 国际条码",
    "condition": "成色 新旧",
    "variant_of": "所属商品 spu 款号",
    "available": "状态 是否在售 上架状态",
}
HEADERS = {
    **{name.replace("_", " "): name for name in COLUMNS},
    **{header: name for name, headers in _CHINESE.items() for header in headers.split()},
}
"""Header, as `column_name` reads it, to our column."""
NAMES = {"availability": "available"}


def unguarded(text: str) -> str:
    """The text as it was before an export guarded it against spreadsheets; see `export.safe_cell`."""
    return text[1:] if text[:1] == "'" and text[1:2] in _GUARDED else text


_GUARDED = frozenset("=+-@\t\r'")


def read(table: Table, notes: Notes) -> Iterator[Draft | Rejected]:
    """Rows of our own table."""
    plain: list[tuple[int, str]] = []
    lists: list[tuple[int, str, Callable[[str], list[str] | dict[str, str]]]] = []
    for place, header in enumerate(table.names):
        name = HEADERS.get(header)
        if name in _LISTS:
            lists.append((place, str(name), _LISTS[name]))
        elif name:
            plain.append((place, name))
        elif header:
            notes.add("columns_ignored", 1, header)
    for row in table.rows(notes):
        if isinstance(row, Rejected):
            yield row
            continue
        line, cells = row
        draft = Draft(line)
        for place, name in plain:
            if text := cells[place]:
                setattr(draft, name, unguarded(text) if text[0] == "'" else text)
        for place, name, items in lists:
            if text := cells[place]:
                setattr(draft, name, items(unguarded(text)))
        yield draft


def _list(text: str) -> list[str]:
    """The items between bars; a backslash keeps the next character as text.

    >>> _list("easy grip|dishwasher safe")
    ['easy grip', 'dishwasher safe']
    """
    return text.split("|") if "\\" not in text else [_plain(item) for item in _split(text, "|")]


def _attributes(text: str) -> dict[str, str]:
    """Pairs of k=v;k=v; a backslash keeps the next character as text.

    >>> _attributes("材质=陶瓷;容量=350 ml")
    {'材质': '陶瓷', '容量': '350 ml'}
    """
    if "\\" not in text:
        pairs = (part.partition("=") for part in text.replace("；", ";").split(";"))
        return {name.strip(): value.strip() for name, _, value in pairs if name and not name.isspace()}
    found: dict[str, str] = {}
    for pair in _split(text.replace("；", ";"), ";"):
        name, *value = _split(pair, "=")
        if name.strip():
            found[_plain(name).strip()] = _plain("=".join(value)).strip()
    return found


def _split(text: str, mark: str) -> list[str]:
    """Split at marks that no backslash stands before; backslashes are kept."""
    if "\\" not in text:
        return text.split(mark)
    return re.findall(rf"(?:^|{re.escape(mark)})((?:\\.|[^\\{re.escape(mark)}]|\\\Z)*)", text, re.DOTALL)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


_LISTS: dict[str | None, Callable[[str], list[str] | dict[str, str]]] = {
    "images": _list,
    "selling_points": _list,
    "attributes": _attributes,
}
