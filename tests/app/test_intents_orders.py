"""The intent graph of a shop that has imported orders and no clicks yet."""

import json
from pathlib import Path

import pytest

from magnetar.cli.main import run


@pytest.fixture(autouse=True)
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forty buyers take tea and then a pot; one line is a return, one has no buyer."""
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    lines = ["InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"]
    for n in range(40):
        lines.append(f"53{n:04d},10001,GREEN TEA,1,2011-01-{1 + n % 20:02d} 09:00:00,2.5,{17000 + n},France")
        lines.append(f"54{n:04d},10002,TEA POT,1,2011-02-{1 + n % 20:02d} 09:00:00,9.5,{17000 + n},France")
    lines.append("C550000,10001,GREEN TEA,-1,2011-03-01 09:00:00,2.5,17000,France")
    lines.append("550001,10001,GREEN TEA,1,2011-03-01 09:00:00,2.5,,France")
    file = tmp_path / "orders.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert run(["import", "orders", str(file)]) == 0
    return file


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    capsys.readouterr()
    assert run([*words, "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


def test_imported_orders_are_behaviour_without_a_click(capsys: pytest.CaptureFixture[str]) -> None:
    graph = told(capsys, "understand", "intents")
    assert (graph["events"], graph["shoppers"], graph["items"], graph["left_out"]) == (80, 40, 2, 2)


def test_a_buyer_is_found_by_the_shops_own_id_and_products_by_their_titles(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "explain", "17003", "10002")
    assert (found["events"], found["title"]) == (2, "TEA POT")
    assert run(["explain", "99999", "10002"]) == 2
    assert "17003" not in capsys.readouterr().err  # other buyers' ids are not given away


def test_what_somebody_bought_before_being_forgotten_counts_for_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["understand", "shopper", "17003", "--forget"]) == 0
    assert told(capsys, "understand", "intents")["shoppers"] == 39


def test_the_versions_of_program_and_graph_are_apart(capsys: pytest.CaptureFixture[str]) -> None:
    from magnetar import __version__

    graph = told(capsys, "understand", "intents")
    assert graph["version"] == __version__
    assert graph["graph_version"] not in ("", __version__)


def test_a_graph_mined_before_the_first_order_is_mined_anew(
    orders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "later"))
    assert told(capsys, "understand", "intents")["events"] == 0
    assert run(["import", "orders", str(orders)]) == 0
    assert told(capsys, "explain", "17003", "10002")["title"] == "TEA POT"
