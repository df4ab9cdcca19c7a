"""The whole Online Retail log, checked against an independent count."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from magnetar.capabilities.catalogue import Rejected
from magnetar.capabilities.orders import OrdersReading, read_orders
from magnetar.vocabulary.orders import OrderLine

LOG = Path(__file__).parents[3] / ".." / "shared" / "data" / "online-retail" / "online_retail.csv.gz"


pytestmark = pytest.mark.skipif(not LOG.exists(), reason="needs ../shared/data/online-retail")


def test_every_row_of_the_first_weeks_is_accounted_for(tmp_path: Path):
    part = tmp_path / "first.csv.gz"
    with gzip.open(LOG, "rb") as whole, gzip.open(part, "wb", compresslevel=1) as file:
        file.writelines(islice(whole, 60_001))
    reading, rows = accounted_for(part)
    assert len(rows) == 60_000
    assert reading.counts.duplicates > 0
    assert reading.counts.returns > 0


@pytest.mark.slow
def test_every_row_is_accounted_for():
    reading, rows = accounted_for(LOG)
    assert len(rows) == 541_909
    assert reading.distinct("invoices") == 25_900
    assert reading.distinct("all_customers") == 4_372
    assert reading.counts.duplicates == 5_268


def accounted_for(log: Path) -> tuple[OrdersReading, list[dict[str, str]]]:
    """Read a log and compare every count with one taken row by row from the file."""
    with gzip.open(log, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    goods = [
        row for row in rows
        if float(row["UnitPrice"]) > 0 and row["InvoiceNo"][0] != "A"
        and (row["StockCode"][0].isdigit() or row["StockCode"].startswith(("DCGS", "PADS")))
    ]  # fmt: skip
    sales = [row for row in goods if row["InvoiceNo"][0] != "C"]
    backs = [row for row in goods if row["InvoiceNo"][0] == "C"]
    copies = Counter(tuple(row.values()) for row in rows)

    reading = read_orders(log)
    taken, value, back_value, rejected = 0, 0, 0, []
    for found in reading:
        if isinstance(found, OrderLine):
            taken += 1
            value += 0 if found.returned else found.value.micros
            back_value += found.value.micros if found.returned else 0
        else:
            rejected.append(found)

    assert reading.rows == len(rows)
    assert taken + len(rejected) == len(rows)
    assert (reading.counts.sales, reading.counts.returns) == (len(sales), len(backs))
    assert value == sum(round(float(row["UnitPrice"]) * 1_000_000) * int(row["Quantity"]) for row in sales)
    assert back_value == sum(round(float(row["UnitPrice"]) * 1_000_000) * -int(row["Quantity"]) for row in backs)
    assert reading.distinct("orders") == len({row["InvoiceNo"] for row in sales})
    assert reading.distinct("return_orders") == len({row["InvoiceNo"] for row in backs})
    assert reading.distinct("customers") == len({row["CustomerID"] for row in goods} - {""})
    assert reading.distinct("invoices") == len({row["InvoiceNo"] for row in rows})
    assert reading.distinct("all_customers") == len({row["CustomerID"] for row in rows} - {""})
    assert reading.counts.duplicates == sum(count - 1 for count in copies.values())
    assert reading.counts.no_customer == sum(not row["CustomerID"] for row in rows)
    assert reading.counts.zero_price == sum(float(row["UnitPrice"]) == 0 for row in rows)
    assert reading.counts.return_lines == sum(row["InvoiceNo"][0] == "C" for row in rows)
    assert reading.counts.first == min(row["InvoiceDate"] for row in goods).replace(" ", "T")
    assert reading.counts.last == max(row["InvoiceDate"] for row in goods).replace(" ", "T")
    assert all(isinstance(one, Rejected) and one.line > 1 and one.expected for one in rejected)
    return reading, rows
