"""`magnetar understand`: cards, portraits with consent, audiences; clear errors, JSON for programs."""

import json
from pathlib import Path

import pytest

from magnetar.cli.main import run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    capsys.readouterr()
    assert run(["understand", *words, "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def deeds(home: Path) -> str:
    """Eight campers, eight cooks, of the sample shop's goods."""
    lines = ["shopper,product,at,event,price"]
    for n in range(8):
        lines += [
            f"camp{n},p{number:03d},2026-0{1 + n % 3}-0{1 + n}T10:00:00,order," for number in (49, 50 + n % 5, 57, 58)
        ]
        lines += [
            f"cook{n},p{number:03d},2026-0{1 + n % 3}-0{1 + n}T10:00:00,order,9.9" for number in (1, 2 + n % 5, 12, 16)
        ]
    (home / "deeds.csv").write_text("\n".join(lines), encoding="utf-8")
    return str(home / "deeds.csv")


def test_a_card_quotes_the_record(capsys: pytest.CaptureFixture[str]) -> None:
    card = told(capsys, "product", "p001")
    [material] = [one for one in card["claims"] if one["kind"] == "material"]  # type: ignore[union-attr, index]
    quote = material["evidence"][0]
    assert card["sources"][quote["source"]][quote["start"] : quote["end"]] == quote["text"] == "陶瓷"  # type: ignore[index]


def test_an_unknown_product_names_close_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["understand", "product", "p0001"]) == 2
    assert "p001" in capsys.readouterr().err


def test_no_portrait_without_consent_and_nothing_after_forgetting(
    capsys: pytest.CaptureFixture[str], deeds: str
) -> None:
    assert run(["understand", "shopper", "camp1", "--histories", deeds]) == 2
    assert "has not agreed" in capsys.readouterr().err
    portrait = told(capsys, "shopper", "camp1", "--histories", deeds, "--consent", "yes")
    assert portrait["events"] == 4
    assert told(capsys, "shopper", "camp1", "--histories", deeds)["kept"] == 4
    assert told(capsys, "shopper", "camp1", "--forget")["forgotten"] == 2
    assert run(["understand", "shopper", "camp1"]) == 2
    capsys.readouterr()
    fresh = told(capsys, "shopper", "camp1", "--consent", "yes")
    assert (fresh["events"], fresh["identities"]) == (0, [])


def test_audiences_come_with_reasons(capsys: pytest.CaptureFixture[str], deeds: str) -> None:
    found = told(capsys, "audience", "p057", "--histories", deeds)
    assert found["shoppers"] == 16
    assert found["buyers"] == 8
    assert found["audiences"]
    assert all(one["reasons"] and one["low"] <= one["response"] <= one["high"] for one in found["audiences"])  # type: ignore[union-attr, index]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["audience", "p001"], "Nothing is known of any shopper"),
        (["audience", "p001", "--new-share", "2"], "--new-share"),
        (["shopper", "s", "--consent", "maybe"], "yes or no"),
        (["shopper", "s", "--consent", "yes", "--histories", "none.csv"], "there is no file"),
        (["product", "p001", "--catalogue", "none.csv"], "there is no file"),
        (["product", "p001", "--reviews", "none.csv"], "there is no file"),
        (["material", "none.mp4"], "There is no file"),
    ],
)
def test_bad_input_is_said_clearly(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["understand", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_wrong_line_of_a_table_is_named(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (home / "bad.csv").write_text("shopper,product,at,event\ns,p001,2026-01-01,bought\n", encoding="utf-8")
    assert run(["understand", "shopper", "s", "--consent", "yes", "--histories", str(home / "bad.csv")]) == 2
    assert "line 2" in capsys.readouterr().err
