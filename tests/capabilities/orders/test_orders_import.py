"""Order logs: what is a sale, what is a return, and what is neither."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from magnetar.capabilities.catalogue import Rejected
from magnetar.capabilities.catalogue.wiring import connect as connect_catalogue
from magnetar.capabilities.orders import OrdersImported, OrdersService, commands, read_orders
from magnetar.capabilities.orders.wiring import connect
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock
from magnetar.kernel.errors import BadInput
from magnetar.kernel.runtime import Runtime
from magnetar.kernel.settings import Settings
from magnetar.surface.session import Session
from magnetar.vocabulary.money import Money
from magnetar.vocabulary.orders import OrderLine

UCI = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LOG = UCI + (
    "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
    "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"  # 3: equal to line 2
    "536366,22633,WARMER,2,2010-12-01 08:28:00,1.85,,France\n"  # no customer
    "C536379,22633,WARMER,-1,2010-12-02 09:41:00,1.85,17850,France\n"  # a return
    "536370,POST,POSTAGE,3,2010-12-01 08:45:00,18,12583,France\n"
    "C536380,D,Discount,-1,2010-12-01 09:41:00,27.5,14527,France\n"
    "A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,11062.06,,United Kingdom\n"
    "A563186,B,Adjust bad debt,1,2011-08-12 14:51:00,-11062.06,,United Kingdom\n"
    "536414,22139,,56,2010-12-01 11:52:00,0,,United Kingdom\n"  # price 0
    "536589,21777,damages,-10,2010-12-01 16:50:00,0,,United Kingdom\n"  # written off
    "536600,21777,BOX,0,2010-12-01 16:50:00,1,,United Kingdom\n"
    "536601,21777,BOX,x,2010-12-01 16:50:00,1,,United Kingdom\n"
    "536602,21777,BOX,1,yesterday,1,,United Kingdom\n"
)


def written(folder: Path, text: str, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def opened() -> tuple[Runtime, OrdersService]:
    clock = SteppedClock(1_800_000_000_000_000)
    runtime = Runtime(Settings(), clock, Bus(MemoryLog(), clock), MemoryStore())
    return runtime, connect(runtime, connect_catalogue(runtime))


def test_each_line_is_a_sale_a_return_or_reported(tmp_path: Path):
    _, orders = opened()
    result = orders.import_file(written(tmp_path, LOG), "demo").as_json()
    assert result["format"] == "online-retail"
    assert (result["rows"], result["imported"], result["rejected_total"]) == (13, 4, 9)
    assert (result["orders"], result["returns"], result["customers"], result["duplicates"]) == (2, 1, 1, 1)
    assert (result["first"], result["last"]) == ("2010-12-01T08:26:00", "2010-12-02T09:41:00")
    assert result["currency"] == "GBP"
    assert result["in_file"] == {
        "invoices": 12, "customers": 3, "return_lines": 2, "no_customer": 8, "zero_price": 2, "write_offs": 1,
        "negative_price": 1, "non_product": 4,
        "non_product_kinds": {"adjustment": 2, "postage": 1, "discount": 1},
    }  # fmt: skip
    assert [(one["line"], one["field"]) for one in result["rejected"]] == [
        (6, "StockCode"), (7, "StockCode"), (8, "InvoiceNo"), (9, "InvoiceNo"), (10, "UnitPrice"), (11, "UnitPrice"),
        (12, "Quantity"), (13, "Quantity"), (14, "InvoiceDate"),
    ]  # fmt: skip


def test_equal_lines_are_kept_apart_by_their_place(tmp_path: Path):
    lines = [one for one in read_orders(written(tmp_path, LOG)) if isinstance(one, OrderLine)]
    assert [(line.order, line.place) for line in lines] == [("536365", 0), ("536365", 1), ("536366", 0), ("C536379", 0)]
    back = lines[3]
    assert (back.returned, back.quantity, back.price, back.value) == (
        True,
        1,
        Money.of("1.85", "GBP"),
        Money.of("1.85", "GBP"),
    )
    assert (lines[0].shopper, lines[2].shopper, back.shopper) == ("17850", None, "17850")


def test_importing_twice_changes_nothing(tmp_path: Path):
    runtime, orders = opened()
    events: list[OrdersImported] = []
    runtime.bus.subscribe(OrdersImported, events.append)
    path = written(tmp_path, LOG)
    first, second = orders.import_file(path, "demo"), orders.import_file(path, "demo")
    assert (first.imported, second.imported, second.unchanged) == (4, 0, 4)
    assert len(events) == 1
    assert orders.count("demo") == 4


def test_files_that_overlap_add_nothing_twice(tmp_path: Path):
    _, orders = opened()
    rows = LOG.removeprefix(UCI).splitlines(keepends=True)
    orders.import_file(written(tmp_path, UCI + "".join(rows[:3])), "demo")
    orders.import_file(written(tmp_path, UCI + "".join(reversed(rows))), "demo")
    assert [line.at for line in orders.lines("demo")] == ["2010-12-01T08:26:00"] * 2 + [
        "2010-12-01T08:28:00",
        "2010-12-02T09:41:00",
    ]
    assert len(list(orders.lines("demo", since="2010-12-02"))) == 1


def test_the_names_of_the_workbook_export_are_understood(tmp_path: Path):
    text = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n489434,85048,LIGHTS,12,12/1/2009 7:45,6.95,13085.0,United Kingdom\n"
    reading = read_orders(written(tmp_path, text))
    [line] = reading
    assert isinstance(line, OrderLine)
    assert (reading.format, line.at, line.shopper) == ("online-retail", "2009-12-01T07:45:00", "13085")


def test_day_and_month_are_told_apart_by_the_whole_file(tmp_path: Path):
    rows = "".join(f"{n},85048,LIGHTS,1,{day}/02/2011 10:00,1,1,UK\n" for n, day in enumerate(["03", "04", "25"]))
    lines = list(read_orders(written(tmp_path, UCI + rows)))
    assert [line.at[:10] for line in lines if isinstance(line, OrderLine)] == ["2011-02-03", "2011-02-04", "2011-02-25"]


def test_dates_that_cannot_be_told_apart_are_warned_about(tmp_path: Path):
    path = written(tmp_path, UCI + "1,85048,LIGHTS,1,3/4/2011 10:00,1,1,UK\n")
    [march], [april] = list(read_orders(path)), list(read_orders(path, dates="dmy"))
    assert isinstance(march, OrderLine)
    assert isinstance(april, OrderLine)
    assert (march.at[:7], april.at[:7]) == ("2011-03", "2011-04")
    assert "ambiguous_dates" in [warning["kind"] for warning in read_orders(path).notes.as_json()]
    with pytest.raises(BadInput, match="Choose dmy"):
        read_orders(path, dates="american")


def test_own_table(tmp_path: Path):
    text = "order,product,quantity,price,currency,at,shopper,returned,title,region\n" + (
        "o1,M,2,¥12.50,CNY,2026-01-02 03:04:05,s1,,马克杯,浙江\n"
        "o1,M,1,12.50,CNY,2026-01-05 03:04:05,s1,是,马克杯,浙江\n"
        "o2,M,-1,12.50,,2026-01-06,s2,,,\n"
        "o3,运费,1,5,,2026-01-06,s2,,,\n"
        "o4,M,1,5,,2026-01-06,s2,maybe,,\n"
    )
    found = list(read_orders(written(tmp_path, text)))
    lines = [one for one in found if isinstance(one, OrderLine)]
    assert [(line.product, line.returned, line.quantity, line.price.currency) for line in lines] == [
        ("M", False, 2, "CNY"), ("M", True, 1, "CNY"), ("M", True, 1, "CNY")
    ]  # fmt: skip
    assert [(one.line, one.field) for one in found if isinstance(one, Rejected)] == [(5, "product"), (6, "returned")]


def test_chinese_headers_in_gb18030(tmp_path: Path):
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(
        gzip.compress("订单号,商品编号,数量,单价,下单时间,买家\n8,A,1,12.5元,2026年1月2日 3:04,王\n".encode("gb18030"))
    )
    [line] = read_orders(path)
    assert isinstance(line, OrderLine)
    assert (line.order, line.price, line.at, line.shopper) == ("8", Money.of("12.5"), "2026-01-02T03:04:00", "王")


def test_products_outside_the_catalogue_are_counted(tmp_path: Path):
    runtime, orders = opened()
    path = written(tmp_path, LOG)
    assert orders.import_file(path, "demo").unknown_products is None
    connect_catalogue(runtime).import_file(written(tmp_path, "id,title,price\n85123A,Holder,3\n", "feed.csv"), "demo")
    assert orders.import_file(path, "demo").unknown_products == 1


def test_what_is_no_order_log_says_what_is_expected(tmp_path: Path):
    with pytest.raises(BadInput, match="has no column for order, product, quantity, at; found: id, title, price"):
        read_orders(written(tmp_path, "id,title,price\n1,2,3\n"))
    with pytest.raises(BadInput, match="no table of text"):
        read_orders(written(tmp_path, '{"a": 1}'))
    with pytest.raises(BadInput, match="Choose one of: online-retail"):
        read_orders(written(tmp_path, LOG), format="xlsx")


def test_the_command_writes_the_contract(tmp_path: Path):
    _, orders = opened()
    session = Session(Settings, lambda _: SimpleNamespace(orders=orders, close=lambda: None))
    app = typer.Typer()
    app.command()(commands.import_orders)
    path = str(written(tmp_path, LOG))
    said: Any = CliRunner().invoke(app, [path, "--json", "-"], obj=session)
    result = json.loads(said.stdout)
    assert {
        "format",
        "rows",
        "imported",
        "unchanged",
        "rejected",
        "orders",
        "returns",
        "customers",
        "first",
        "last",
    } <= set(result)
    told = CliRunner().invoke(app, [path], obj=session).stdout
    assert "非商品 no product" in told
    assert "行 line" in told


rows = st.tuples(st.sampled_from(["1", "2", "C3"]), st.sampled_from(["A", "B", "POST"]), st.integers(-2, 3), st.sampled_from(["1", "2.5", "0", "x"]))  # fmt: skip


@settings(deadline=None)
@given(st.lists(rows, min_size=1, max_size=15))
def test_any_log_imported_twice_changes_nothing_and_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, log: list[tuple[str, str, int, str]]
):
    text = UCI + "".join(
        f"{order},{code},T,{quantity},2011-01-01 10:00,{price},7,UK\n" for order, code, quantity, price in log
    )
    path = written(tmp_path_factory.mktemp("log"), text)
    _, orders = opened()
    first, second = orders.import_file(path, "demo"), orders.import_file(path, "demo")
    assert first.rows == len(log) == first.imported + first.rejected_total
    assert (second.imported, second.unchanged) == (0, first.imported)
    assert orders.count("demo") == first.imported == first.counts.sales + first.counts.returns
