"""Sealing and asking the event log by command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from magnetar.cli.main import run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    return tmp_path


def imported(folder: Path) -> None:
    feed = folder / "feed.csv"
    feed.write_text("id,title,price,currency\na,杯子,19.90,CNY\nb,盘子,29.90,CNY\n", encoding="utf-8")
    assert run(["import", "catalogue", str(feed)]) == 0


def test_what_was_imported_can_be_asked_for_in_sql(home: Path):
    imported(home)
    assert run(["events", "seal", "--json", str(home / "seal.json")]) == 0
    assert json.loads((home / "seal.json").read_text())["tables"]["CatalogueImported"] == 1
    assert run(["events", "query", "SELECT count(*) AS n FROM CatalogueImported", "--json", str(home / "q.json")]) == 0
    assert json.loads((home / "q.json").read_text())["rows"] == [[1]]


def test_sealing_again_changes_nothing(home: Path):
    imported(home)
    for _ in range(2):
        assert run(["events", "seal", "--json", str(home / "seal.json")]) == 0
    assert json.loads((home / "seal.json").read_text())["tables"]["CatalogueImported"] == 1


def test_a_statement_that_would_write_is_refused(home: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["events", "query", "COPY (SELECT 1) TO '/tmp/x.csv'"]) == 2
    assert "SELECT" in capsys.readouterr().err
