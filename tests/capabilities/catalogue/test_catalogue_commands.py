"""The commands as people and programs call them."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from magnetar.capabilities.catalogue import commands
from magnetar.capabilities.catalogue.wiring import connect
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock
from magnetar.kernel.errors import BadInput
from magnetar.kernel.runtime import Runtime
from magnetar.kernel.settings import Settings
from magnetar.surface.session import Session


@pytest.fixture
def call():
    clock = SteppedClock(1_800_000_000_000_000)
    catalogue = connect(Runtime(Settings(), clock, Bus(MemoryLog(), clock), MemoryStore()))
    session = Session(Settings, lambda _: SimpleNamespace(catalogue=catalogue, close=lambda: None))

    def run(function: Any, *arguments: object) -> Any:
        app = typer.Typer()
        app.command()(function)
        result = CliRunner().invoke(app, list(map(str, arguments)), obj=session)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_import_and_list_as_objects(call: Any, tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text("id,title,category,price,stock\n1,杯子,家>杯,12.5,3\n2,Jug,,x,\n")
    result = json.loads(call(commands.import_catalogue, path, "--json", "-").stdout)
    assert (result["command"], result["format"], result["encoding"]) == ("import catalogue", "magnetar-csv", "utf-8")
    assert (result["rows"], result["imported"], result["unchanged"]) == (2, 1, 0)
    assert [(one["line"], one["field"], one["found"]) for one in result["rejected"]] == [(3, "price", "x")]
    [product] = json.loads(call(commands.list_catalogue, "--json", "-").stdout)["products"]
    assert {name: product[name] for name in ("id", "title", "category", "price", "currency", "stock")} == {
        "id": "1", "title": "杯子", "category": "家 > 杯", "price": 12.5, "currency": "CNY", "stock": 3,
    }  # fmt: skip


def test_people_see_tables_without_terminal_sequences(call: Any, tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text("id,title,price\n1,\x1b[31m[bold]杯[/bold]\x1b[0m,5\n" + "2,x,\x1b[2Jbad\n" * 30)
    said = call(commands.import_catalogue, path).stdout
    assert "拒绝 rejected" in said
    assert "and 10 more" in said
    assert "\x1b" not in said
    assert "[bold]杯[/bold]" in call(commands.list_catalogue).stdout


def test_a_file_without_one_good_row_fails_and_still_writes_its_report(call: Any, tmp_path: Path):
    path, out = tmp_path / "feed.csv", tmp_path / "out.json"
    path.write_text("id,title,price\n1,Mug,x\n")
    with pytest.raises(BadInput, match="none of 1 rows"):
        call(commands.import_catalogue, path, "--json", out)
    assert json.loads(out.read_text())["rejected_total"] == 1
    path.write_text("id,title,price\n")
    with pytest.raises(BadInput, match="no rows to import"):
        call(commands.import_catalogue, path)


def test_export_reads_back(call: Any, tmp_path: Path):
    path, out = tmp_path / "feed.csv", tmp_path / "out.csv"
    path.write_text("id,title,price\n=1,+Mug,5\n")
    call(commands.import_catalogue, path)
    assert "exported 1" in call(commands.export_catalogue, out).stdout
    assert "'=1,'+Mug" in out.read_text(encoding="utf-8-sig")
    again = json.loads(call(commands.import_catalogue, out, "--json", "-").stdout)
    assert (again["imported"], again["unchanged"]) == (0, 1)
