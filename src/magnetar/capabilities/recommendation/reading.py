"""Histories from files: a line for each shopper, or a table or JSON lines of events, told apart by how they look."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.capabilities.catalogue import Notes, Rejected, Source, open_source, open_table, shorten
from magnetar.capabilities.recommendation.histories import Histories
from magnetar.kernel.clock import SECOND
from magnetar.kernel.errors import BadInput

_SHOPPER = ("shopper", "user", "userid", "shopperid", "customer", "customerid", "session", "sessionid", "visitor", "visitorid",
            "buyer", "buyerid", "uid", "member", "memberid", "用户", "顾客", "买家", "会员", "用户id", "顾客id", "买家id", "会员id")  # fmt: skip
_ITEM = ("item", "itemid", "product", "productid", "sku", "skuid", "stockcode", "asin", "parentasin", "goods", "goodsid", "movieid",
         "article", "articleid", "商品", "商品id", "商品编号", "商品编码")  # fmt: skip
_TIME = ("time", "timestamp", "at", "date", "datetime", "invoicedate", "eventtime", "orderdate", "createdat", "unixtime",
         "时间", "日期", "下单时间", "成交时间")  # fmt: skip
_QUANTITY = ("quantity", "qty", "数量")
_ORDER = ("invoice", "invoiceno", "invoiceid")
_TEXT = ("description", "title", "name", "itemname", "productname", "text", "terms", "标题", "名称", "商品名称", "描述")
_LISTS = ("items", "history", "sequence", "events", "历史")
_GOODS = re.compile(r"[0-9]{5}")
"""How stock codes of goods begin in Online Retail; postage, fees and adjustments have others."""


@dataclass(slots=True)
class Found:
    """What a file held."""

    histories: Histories
    format: str
    """`lines`, `table` or `jsonl`."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Rows by the reason for which they do not count."""


def read_histories(path: str | Path, *, user_id: bool = True, texts: str | Path = "") -> Found:
    """Read a file of histories or of events, `.gz` too.

    Args:
        user_id: whether a line begins with its shopper's id; for files of one line a shopper.
        texts: a file of items and words; '' takes a table's own column of words, if it has one.

    Raises:
        BadInput: what was found, on which line, what is expected, what to do.
    """
    source = _opened(path)
    head = source.head.lstrip("\ufeff \r\n\t")
    if head[:1] == "[":
        raise BadInput(f"{source.name} 是 is one JSON array; expected is JSON lines, one object on each line.")
    if head[:1] == "{":
        found = _from_json(source)
    elif _header(source):
        found = _from_table(source)
    else:
        found = _from_lines(source, user_id)
    if texts:
        known = read_texts(texts)
        words = [known.get(item, "") for item in found.histories.items]
        if not any(words):
            raise BadInput(
                f"--texts {shorten(repr(str(texts)))}: 没有一个商品 none of its {len(known):,} items is among the "
                f"{len(words):,} of {source.name}. Both must name items by the same ids."
            )
        found.left_out["items without words"] = sum(not one for one in words)
        old = found.histories
        found.histories = Histories(old.items, old.shoppers, old.start, old.item, old.at, words)
    return found


def read_texts(path: str | Path) -> dict[str, str]:
    """Words by item id: JSON lines or one JSON object, or a table whose item column is named or comes first.

    Raises:
        BadInput: it cannot be read as either.
    """
    source = _opened(path)
    out: dict[str, str] = {}
    if source.head.lstrip("\ufeff \r\n\t")[:1] == "{":
        first = source.head.split("\n", 1)[0].strip()
        if not (first.startswith("{") and first.endswith("}")) or source.size <= len(first):
            with source.text() as stream:
                try:
                    whole = json.load(stream)
                except ValueError as error:
                    raise BadInput(
                        f"{source.name} 不是完整的 JSON is no whole JSON object ({shorten(error)})."
                    ) from None
            return {str(item): _words(one) for item, one in whole.items()}
        for line, one in _objects(source):
            keys = {_plain(name): name for name in one}
            item = next((keys[name] for name in (*_ITEM, "id") if name in keys), None)
            if item is None:
                raise BadInput(f"{source.name} 第 line {line} 行: no item id. Expected a field such as 'item' or 'id'.")
            out[str(one[item])] = _words({name: value for name, value in one.items() if name != item})
        return out
    table = open_table(source)
    names = [_plain(name) for name in table.header]
    place = next((names.index(name) for name in (*_ITEM, "id") if name in names), 0)
    for _, row in _rows(table, source):
        words = " ".join(cell for column, cell in enumerate(row) if column != place)
        out.setdefault(row[place].strip(), words.strip())
    return out


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return " ".join(filter(None, map(_words, value.values())))
    if isinstance(value, list):
        return " ".join(filter(None, map(_words, value)))
    return ""


def _opened(path: str | Path) -> Source:
    source = open_source(path)
    if source.broken:
        raise BadInput(f"{source.name} 不完整 ends early ({shorten(source.broken)}). Fetch or pack it again.")
    return source


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-:]", "", name.strip().strip("\ufeff")).lower()


def _separator(first: str) -> str | None:
    return next((one for one in ",\t;|" if one in first), None)


def _header(source: Source) -> bool:
    first = source.head.lstrip("\ufeff").split("\n", 1)[0]
    names = [_plain(name.strip('"')) for name in first.split(_separator(first))]
    return any(name in _SHOPPER for name in names) and any(name in _ITEM for name in names)


# ---- one line for each shopper


def _from_lines(source: Source, user_id: bool) -> Found:
    separator = "," if "," in source.head.split("\n", 1)[0] else None
    widths, tabs = set[int](), set[int]()
    known: dict[str, int] = {}
    shoppers: dict[str, int] = {}
    start, events, empty = [0], list[int](), 0
    twice: tuple[str, int] | None = None
    with source.text() as stream:
        dropped: list[tuple[int, str]] = []
        for number, line in enumerate(source.lines(stream, dropped), 1):
            if dropped:
                raise BadInput(
                    f"{source.name} 第 line {number} 行 is longer than {source.limits.line_chars:,} characters; "
                    "expected is one shopper's ids on each line."
                )
            if number == 1:
                line = line.lstrip("\ufeff")
            words = line.split(separator)
            if separator:
                words = [word.strip() for word in words]
            words = [word for word in words if word]
            if not words:
                continue
            widths.add(len(words))
            tabs.add(line.count("\t"))
            name = words.pop(0) if user_id else f"{number}"
            if name in shoppers and not twice:
                twice = (name, number)
            shoppers.setdefault(name, number)
            empty += not words
            events += [known.setdefault(word, len(known)) for word in words]
            start.append(len(events))
    if len(widths) == 1 and len(start) > 3 and (separator or min(tabs) > 1):
        raise BadInput(
            f"{source.name}: every line has {widths.pop()} cells, as a table of events does, and its header names no "
            f"shopper and item ({shorten(repr(source.head.split(chr(10), 1)[0]), 120)}). Name its columns: "
            "shopper,item,time[,quantity]."
        )
    if twice:
        raise BadInput(
            f"{source.name} 第 line {twice[1]} 行: 顾客 shopper {shorten(repr(twice[0]))} came before, on line "
            f"{shoppers[twice[0]]}; expected is one line for each shopper, beginning with an id of its own. "
            "Add --no-user-id where lines begin with an item."
        )
    if not events:
        raise BadInput(f"{source.name} holds no item; expected is one line for each shopper: an id, then item ids.")
    found = Histories(list(known), list(shoppers), np.array(start, np.int64), np.array(events, np.int32))
    return Found(found, "lines", {"shoppers without items": empty} if empty else {})


# ---- events


@dataclass(slots=True)
class _Events:
    """Rows under way, gathered by shopper at the end."""

    shopper: list[int] = field(default_factory=list)
    item: list[int] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    shoppers: dict[str, int] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, why: str) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + 1

    def add(self, shopper: str, item: str, at: int | None, text: str = "") -> None:
        row = self.items.setdefault(item, len(self.items))
        if row == len(self.text):
            self.text.append(text)
        elif text and not self.text[row]:
            self.text[row] = text
        self.shopper.append(self.shoppers.setdefault(shopper, len(self.shoppers)))
        self.item.append(row)
        if at is not None:
            self.at.append(at)

    def found(self, source: Source, format: str) -> Found:
        if not self.item:
            why = ", ".join(f"{name}: {count:,}" for name, count in self.left_out.items())
            raise BadInput(f"{source.name} holds no event{f' ({why} left out)' if why else ''}.")
        shopper, item = np.array(self.shopper, np.int64), np.array(self.item, np.int32)
        at = np.array(self.at, np.int64) if self.at else None
        order = np.lexsort(
            (shopper,) if at is None else (at, shopper)
        )  # stable: the file's order where times are equal
        start = np.concatenate([[0], np.cumsum(np.bincount(shopper, minlength=len(self.shoppers)))]).astype(np.int64)
        return Found(
            Histories(
                list(self.items),
                list(self.shoppers),
                start,
                item[order],
                None if at is None else at[order],
                self.text if any(self.text) else None,
            ),
            format,
            self.left_out,
        )


def _from_table(source: Source) -> Found:
    table = open_table(source)
    names = [_plain(name) for name in table.header]

    def column(known: tuple[str, ...]) -> int:
        return next((names.index(name) for name in known if name in names), -1)

    shopper, item, time = column(_SHOPPER), column(_ITEM), column(_TIME)
    quantity, order, text = column(_QUANTITY), column(_ORDER), column(_TEXT)
    retail = "stockcode" in names and order >= 0
    events = _Events()
    for line, row in _rows(table, source):
        who, what = row[shopper].strip(), row[item].strip()
        if not who or not what:
            events.leave_out("no shopper or item")
            continue
        if order >= 0 and row[order][:1] in "Cc":
            events.leave_out("returns")
            continue
        if quantity >= 0 and row[quantity].strip():
            try:
                many = float(row[quantity])
            except ValueError:
                raise _unfit(source, line, table.header[quantity], row[quantity], "a number") from None
            if not many > 0:
                events.leave_out("returns")
                continue
        if retail:
            who, what = who.removesuffix(".0"), what.upper()
            if not _GOODS.match(what):
                events.leave_out("no goods")
                continue
        at = None
        if time >= 0:
            at = read_moment(row[time].strip())
            if at is None:
                raise _unfit(
                    source,
                    line,
                    table.header[time],
                    row[time],
                    "a moment such as 2026-11-22 09:30:00, or seconds since 1970",
                )
        events.add(who, what, at, row[text].strip() if text >= 0 else "")
    return events.found(source, "table")


def _from_json(source: Source) -> Found:
    events = _Events()
    timed = None
    for line, one in _objects(source):
        keys = {_plain(name): name for name in one}

        def value(known: tuple[str, ...], one: dict[str, Any] = one, keys: dict[str, str] = keys) -> Any:
            return next((one[keys[name]] for name in known if name in keys), None)

        who, what, when, many = value(_SHOPPER), value(_ITEM), value(_TIME), value(_QUANTITY)
        past = value(_LISTS)
        if past is not None and not isinstance(past, list):
            raise _unfit(source, line, "history", str(past), "a list of item ids")
        if who is None or (what is None and past is None):
            raise BadInput(
                f"{source.name} 第 line {line} 行: found the fields {', '.join(map(shorten, one))}; expected are a shopper "
                "(shopper, user, session) and an item or a list of items (item, product; items, history)."
            )
        if isinstance(many, int | float) and not many > 0:
            events.leave_out("returns")
            continue
        at = None if when is None else read_moment(str(when))
        if when is not None and at is None:
            raise _unfit(source, line, "time", str(when), "a moment such as 2026-11-22 09:30:00, or seconds since 1970")
        if timed is None:
            timed = at is not None
        if timed != (at is not None):
            raise _unfit(source, line, "time", str(when), "a time in every row or in none")
        if past is not None and str(who) not in events.shoppers:  # later rows of the same shopper repeat the past
            for item in past:
                events.add(str(who), str(item), at)
        if what is not None:
            events.add(str(who), str(what), at, _words(value(_TEXT)))
    return events.found(source, "jsonl")


def _objects(source: Source) -> Iterator[tuple[int, dict[str, Any]]]:
    with source.text() as stream:
        for line, text in enumerate(source.lines(stream, []), 1):
            if not text.strip():
                continue
            try:
                one = json.loads(text.lstrip("\ufeff"))
            except ValueError:
                one = None
            if not isinstance(one, dict):
                raise BadInput(
                    f"{source.name} 第 line {line} 行: found {shorten(repr(text.strip()))}; expected one JSON object "
                    "on each line."
                )
            yield line, one


def _rows(table: Any, source: Source) -> Iterator[tuple[int, list[str]]]:
    for found in table.rows(Notes()):
        if isinstance(found, Rejected):
            raise BadInput(f"{source.name} 第 line {found.line} 行: found {found.found}; expected {found.expected}.")
        yield found


def _unfit(source: Source, line: int, name: str, found: str, expected: str) -> BadInput:
    return BadInput(
        f"{source.name} 第 line {line} 行, {shorten(name)}: found {shorten(repr(found))}; expected {expected}."
    )


@lru_cache(maxsize=1 << 16)
def read_moment(text: str) -> int | None:
    """Microseconds since 1970 from ISO 8601 (UTC where no offset is given) or from seconds, milli- or microseconds.

    >>> read_moment("1970-01-01 00:00:02"), read_moment("1.5"), read_moment("1396860669277"), read_moment("soon")
    (2000000, 1500000, 1396860669277000, None)
    """
    try:
        number = float(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text.replace("/", "-"))
        except ValueError:
            return None
        since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
        return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
    if not math.isfinite(number) or not 0 <= number < 1e16:
        return None
    return round(number * (SECOND if number < 1e11 else 1_000 if number < 1e14 else 1))
