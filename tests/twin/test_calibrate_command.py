"""`magnetar twin calibrate` from the outside."""

from __future__ import annotations

import csv
import gzip
import json
import sys
import zlib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from shops import shop

from magnetar.cli.main import run
from magnetar.twin.calibration import load_calibration

ONLINE_RETAIL = Path(__file__).parents[3] / "shared/data/online-retail/online_retail.csv.gz"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def written(path: Path, **more) -> Path:
    with gzip.open(path, "wt", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(
            ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
        )
        for line in shop(11, **more):
            sign = -1 if line.returned else 1
            name = ("C" if line.returned else "") + str(500_000 + int("".join(filter(str.isdigit, line.order))))
            customer = str(10_000 + int(line.shopper[1:])) if line.shopper else ""
            stamp = line.at.replace("T", " ")
            out.writerow(
                [
                    name,
                    f"2{line.product[1:]:0>4}",
                    "MUG",
                    sign * line.quantity,
                    stamp,
                    line.price.amount,
                    customer,
                    "UK",
                ]
            )
    return path


def test_writes_the_contract_and_keeps_the_calibration(tmp_path, home, capsys):
    log = written(tmp_path / "log.csv.gz", days=120)
    assert run(["twin", "calibrate", "--orders", str(log), "--runs", "40", "--json", str(tmp_path / "out.json")]) == 0
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["command"] == "twin calibrate"
    assert found["split_date"] == "2022-04-12"  # 120 days from 3 January, the last three weeks held out
    assert {"name", "twin", "naive", "actual", "error_twin", "error_naive"} <= set(found["metrics"][0])
    assert found["parameters"]["last"] == "2022-04-11"
    assert load_calibration(home).last == found["last"]
    shown = capsys.readouterr().out
    assert "孪生胜 twin better" in shown
    assert "每日订单 · orders a day" in shown


def test_the_same_seed_writes_the_same_metrics(tmp_path):
    log = written(tmp_path / "log.csv.gz", days=90)
    results = []
    for name in ("first.json", "second.json"):
        assert (
            run(
                [
                    "twin",
                    "calibrate",
                    "--orders",
                    str(log),
                    "--runs",
                    "30",
                    "--seed",
                    "4",
                    "--json",
                    str(tmp_path / name),
                ]
            )
            == 0
        )
        results.append(json.loads((tmp_path / name).read_text())["metrics"])
    assert results[0] == results[1]


def test_json_on_stdout_is_alone_there(tmp_path, capsys):
    log = written(tmp_path / "log.csv.gz", days=90)
    assert run(["twin", "calibrate", "--orders", str(log), "--runs", "30", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 30


@pytest.mark.parametrize(
    ("days", "options", "message"),
    [
        (1, [], "spans 1 day"),
        (20, [], "calibration needs at least 35"),
        (60, ["--split", "soon"], "needs a date such as"),
        (60, ["--split", "2022-02-10", "--holdout-weeks", "1"], "give one of them"),
        (60, ["--currency", "pounds"], "no ISO 4217 code"),
    ],
)
def test_bad_input_exits_2_and_says_why(tmp_path, capsys, days, options, message):
    log = written(tmp_path / "log.csv.gz", days=days)
    assert run(["twin", "calibrate", "--orders", str(log), *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["", "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"]
)
def test_an_empty_file_exits_2(tmp_path, capsys, text):
    (tmp_path / "log.csv").write_text(text)
    assert run(["twin", "calibrate", "--orders", str(tmp_path / "log.csv")]) == 2
    assert capsys.readouterr().err.startswith("magnetar: ")


needs_the_log = pytest.mark.skipif(not ONLINE_RETAIL.exists(), reason=f"UCI Online Retail is not at {ONLINE_RETAIL}")


def judged(log: Path, out: Path) -> set[str]:
    """Calibrate; the metrics in which the twin beats the naive forecast, which are most."""
    assert run(["twin", "calibrate", "--orders", str(log), "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    assert found["split_date"] == "2011-10-01"
    assert found["wins"]["twin"] > found["wins"]["naive"]
    return {metric["name"] for metric in found["metrics"] if metric["winner"] == "twin"}


@needs_the_log
def test_beats_the_naive_forecast_on_most_rows_of_a_quarter_of_a_real_shop_s_customers(tmp_path):
    part = tmp_path / "part.csv.gz"
    with (
        gzip.open(ONLINE_RETAIL, "rt", encoding="utf-8", newline="") as whole,
        gzip.open(part, "wt", encoding="utf-8", newline="", compresslevel=1) as file,
    ):
        rows, out = csv.reader(whole), csv.writer(file)
        names = next(rows)
        out.writerow(names)
        customer, invoice = names.index("CustomerID"), names.index("InvoiceNo")
        out.writerows(row for row in rows if zlib.crc32((row[customer] or row[invoice]).encode()) % 4 == 0)
    assert {"orders_per_day", "orders_total", "net_revenue_per_day"} <= judged(part, tmp_path / "out.json")


@pytest.mark.slow
@needs_the_log
def test_beats_the_naive_forecast_on_most_rows_of_a_real_shop(tmp_path):
    # The figures, the losing rows and the cuts where the twin loses stand in docs/capabilities/twin-calibration.md.
    better = judged(ONLINE_RETAIL, tmp_path / "out.json")
    assert {"orders_per_day", "orders_total", "net_revenue_per_day", "net_revenue_total"} <= better
