"""`recommend refit` and `recommend rollback` from the command line."""

import json
from pathlib import Path

import pytest

from magnetar.app.goods import sample_shop
from magnetar.cli.main import run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    assert run(["import", "catalogue", str(sample_shop() / "catalogue.csv")]) == 0
    return tmp_path


def test_a_refit_before_anybody_came_says_so_and_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]):
    out = home / "verdict.json"
    assert run(["recommend", "refit", "--json", str(out)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["command"] == "recommend refit"
    assert found["takes_over"] is False
    assert found["cases"] == 0
    assert found["table"] == 1
    assert found["before"] == 0
    assert "不接手" in capsys.readouterr().out


def test_there_is_nothing_to_roll_back_to_at_first(home: Path, capsys: pytest.CaptureFixture[str]):
    del home
    assert run(["recommend", "rollback"]) != 0
    assert "nothing to return to" in capsys.readouterr().err
