"""`studio library`, `studio score` and `studio refine`: fields, empty libraries, and refusals that say what to do."""

import json
from pathlib import Path
from typing import Any

import pytest

from magnetar.capabilities.creative.library import Figures, Library
from magnetar.cli.main import run
from magnetar.engines.sqlite import SqliteStore


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    return tmp_path


def manifest(folder: Path, name: str, **more: Any) -> Path:
    folder.mkdir(exist_ok=True)
    told = {
        "schema": "magnetar/film-manifest/1", "film": f"digest-{name}", "product": "cup", "merchant": "demo",
        "language": "zh", "seconds": 15.0, "width": 1080, "height": 1920, "price": "¥79",
        "scenes": [{"kind": "hook", "headline": "保温杯"}, {"kind": "offer", "headline": "现在下单"}],
        "music": {"tempo": 100}, **more,
    }  # fmt: skip
    path = folder / f"{name}.json"
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    path.with_suffix(".mp4").write_bytes(b"no film")
    return path


def said(*words: str, code: int = 0) -> dict[str, Any]:
    out = Path(words[-1])
    assert run([*words[:-1], "--json", str(out)]) == code
    if code:
        assert not out.exists()
        return {}
    return json.loads(out.read_text(encoding="utf-8"), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def counted(home: Path, figures: dict[str, Figures]) -> None:
    """As if the platform had shown them."""
    [base] = (home / "home").glob("*.db")
    Library(SqliteStore(base)).keep_figures("demo", figures)


def test_an_empty_library_is_no_error(home: Path):
    found = said("studio", "library", str(home / "a.json"))
    assert (found["schema"], found["merchant"], found["added"], found["creatives"]) == (
        "magnetar/studio-library/1", "demo", 0, [],
    )  # fmt: skip
    assert said("studio", "library", "--winners", str(home / "b.json"))["winners"] == []
    score = said("studio", "score", str(home / "c.json"))
    assert (score["learned_from"], score["creatives"]) == (0, [])


def test_films_are_taken_up_put_in_use_and_told_with_their_elements(home: Path):
    manifest(home / "films", "one")
    manifest(home / "films", "two", direction={"text_scale": 1.2}, parent="digest-one", changed="text:large")
    found = said("studio", "library", "--add", str(home / "films"), "--use", "digest-one", str(home / "a.json"))
    assert found["added"] == 2
    by = {one["id"]: one for one in found["creatives"]}
    assert (by["digest-one"]["state"], by["digest-two"]["state"]) == ("in_use", "draft")
    assert (by["digest-two"]["parent"], by["digest-two"]["changed"]) == ("digest-one", "text:large")
    assert (by["digest-one"]["parent"], by["digest-one"]["ctr"], by["digest-one"]["impressions"]) == (None, None, 0)
    assert by["digest-two"]["elements"]["text"] == "large"
    drafts = said("studio", "library", "--state", "draft", str(home / "b.json"))["creatives"]
    assert [one["id"] for one in drafts] == ["digest-two"]
    assert said("studio", "library", "--product", "pot", str(home / "c.json"))["creatives"] == []


def test_scores_are_the_same_before_anything_ran_and_follow_the_figures_after(home: Path):
    for name, scale in (("one", 1.0), ("two", 1.2), ("three", 1.2)):
        manifest(home / "films", name, direction={"text_scale": scale})
    said("studio", "library", "--add", str(home / "films"), str(home / "a.json"))
    before = said("studio", "score", str(home / "b.json"))
    assert before["learned_from"] == 0
    assert {round(one["factor"], 9) for one in before["creatives"]} == {1.0}
    assert {one["ctr"] for one in before["creatives"]} == {None}
    counted(home, {"digest-one": Figures(2000, 100.0, 60), "digest-two": Figures(2000, 100.0, 150)})
    after = said("studio", "score", str(home / "c.json"))
    assert after["learned_from"] == 2
    by = {one["id"]: one for one in after["creatives"]}
    assert [one["id"] for one in after["creatives"]] == ["digest-two", "digest-three", "digest-one"]
    assert (by["digest-two"]["ran"], by["digest-three"]["ran"]) == (True, False)
    for one in by.values():
        assert 0 < one["low"] < one["factor"] < one["high"]
        assert one["ctr_low"] < one["ctr"] < one["ctr_high"]
    wide = {id: one["high"] / one["low"] for id, one in by.items()}
    assert wide["digest-two"] < wide["digest-three"]
    named = said("studio", "score", str(home / "films" / "one.mp4"), str(home / "d.json"))
    assert [one["id"] for one in named["creatives"]] == ["digest-one"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["library", "--state", "burnt"], "draft, in_use, paused, retired, found 'burnt'"),
        (["library", "--use", "nobody"], "no creative 'nobody'"),
        (["library", "--pause", "😀"], "no creative"),
        (["library", "--retire", "x" * 10_000], "no creative"),
        (["library", "--add", "nowhere"], "no 'nowhere'"),
        (["score", "nowhere.mp4"], "no 'nowhere.mp4'"),
        (["refine", "--winner", "nobody"], "Name a folder"),
        (["refine", "--winner", "nobody", "--out", "films"], "no creative 'nobody'"),
        (["refine", "--out", "films"], "No creative has worked yet"),
        (["refine", "--out", "films", "--catalogue", "nowhere.csv"], "no 'nowhere.csv'"),
        (["refine", "--out", "films", "--variants", "0"], "variants"),
    ],
)
def test_bad_input_is_refused_with_what_was_found(words: list[str], told: str, capsys: pytest.CaptureFixture[str]):
    assert run(["studio", *words]) == 2
    assert told in capsys.readouterr().err


def test_a_folder_without_films_and_a_draft_that_cannot_pause_are_refused(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    (home / "empty").mkdir()
    assert run(["studio", "library", "--add", str(home / "empty")]) == 2
    assert "no manifest" in capsys.readouterr().err
    manifest(home / "films", "one")
    assert run(["studio", "library", "--add", str(home / "films"), "--pause", "digest-one"]) == 2
    assert "can become in_use, retired" in capsys.readouterr().err
