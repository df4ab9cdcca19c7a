"""`recommend fit` and `recommend serve --once`, as they are called."""

import json

import pytest

from magnetar.capabilities.recommendation.flywheel import Shelf
from magnetar.cli.main import run


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    lines = [f"u{at} " + " ".join(f"p{(at + step) % 9}" for step in range(5)) for at in range(60)]
    (tmp_path / "data.txt").write_text("\n".join(lines) + "\n")
    return tmp_path


def fitted(home, *more: str) -> dict:
    out = home / "out.json"
    code = run(["recommend", "fit", "--data", str(home / "data.txt"), "--no-learn", "--json", str(out), *more])
    assert code == 0
    return json.loads(out.read_text())


def test_a_model_is_fitted_judged_kept_and_served(home):
    first = fitted(home)
    assert (first["model_version"], first["takes_over"]) == (1, True)
    assert {row["model"] for row in first["rows"]} == {"onerec", "transition"}
    out = home / "once.json"
    assert run(["recommend", "serve", "--once", "p3,p4,none", "--k", "2", "--json", str(out)]) == 0
    said = json.loads(out.read_text())
    assert (said["items"][0]["item"], said["unknown"]) == ("p5", ["none"])


def test_the_same_data_again_is_not_worse_although_the_old_one_has_counted_what_is_judged(home):
    fitted(home)
    second = fitted(home)
    assert (second["model_version"], second["takes_over"]) == (2, True)
    assert fitted(home, "--rollback")["model_version"] == 1
    shelf = Shelf(home / "home", "default")
    assert (shelf.current, shelf.previous) == (1, 2)


def test_what_is_missing_is_said(home, capsys):
    assert run(["recommend", "serve", "--once", "p1", "--model", "nobody"]) == 2
    assert "magnetar recommend fit" in capsys.readouterr().err
    assert run(["recommend", "fit", "--data", str(home / "none.txt")]) == 2
    assert run(["recommend", "serve", "--port", "0"]) == 2
