"""`magnetar rehearse`: the contract's fields, the same bytes for the same seed, and refusals that name the option."""

import json
from pathlib import Path
from typing import Any

import pytest

from magnetar.cli.main import run

SMALL = ["--days", "1", "--shoppers", "60", "--pages", "200", "--workers", "1"]
SHOP = Path(__file__).parents[2] / "examples" / "shop" / "catalogue.csv"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """The header and the first dozen products of the sample shop."""
    file = tmp_path / "feed.csv"
    with SHOP.open(encoding="utf-8") as shop:
        file.write_text("".join(line for line, _ in zip(shop, range(13), strict=False)), encoding="utf-8")
    return file


def rehearsed(feed: Path, *more: str, pairs: int = 2) -> dict[str, Any]:
    out = feed.parent / "out.json"
    command = ["rehearse", "--catalogue", str(feed), "--budget", "50", "--pairs", str(pairs), *SMALL, *more]
    assert run([*command, "--json", str(out)]) == 0
    return json.loads(out.read_text(encoding="utf-8"), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def test_the_object_holds_what_the_contract_promises(feed: Path):
    found = rehearsed(feed, "--target-roi", "3", "--seed", "7")
    assert (found["schema"], found["command"], found["seed"]) == ("magnetar/rehearse/1", "rehearse", 7)
    assert isinstance(found["version"], str)
    assert found["seconds"] > 0
    assert found["cpu_seconds"] > 0
    assert (found["world"], found["pairs"], found["days"], found["currency"]) == ("default", 2, 1, "CNY")
    assert (found["budget"], found["goal"]) == (50.0, {"kind": "target_roi", "target": 3.0})
    assert (found["products"], found["shoppers"]) == (12, 60)
    assert [arm["name"] for arm in found["arms"]] == ["none", "manual", "uax", "whole-site"]
    for arm in found["arms"]:
        for name in ("spend", "gmv", "gmv_paid", "gmv_organic", "gmv_cannibalised"):
            assert number(arm[name]), name
        assert all(number(arm["incremental_gmv"][name]) for name in ("mean", "low", "high"))
        assert arm["incremental_roi"] is None or set(arm["incremental_roi"]) >= {"mean", "low", "high"}
        assert set(arm["cold_start_success"]) >= {"rate", "successes", "n"}
        for name in ("cost_compliance", "hourly_cost_cv"):
            assert arm[name] is None or number(arm[name])
        assert 0.0 <= arm["spend"] <= 50.0
        assert arm["gmv"] == pytest.approx(arm["gmv_paid"] + arm["gmv_organic"])
    for one in found["contrasts"]:
        assert {"a", "b", "metric", "mean", "low", "high", "n"} <= set(one)
    assert {(one["a"], one["b"]) for one in found["contrasts"]} == {
        ("uax", "manual"), ("whole-site", "manual"), ("whole-site", "uax"),
    }  # fmt: skip
    assert set(found["aa_check"]) >= {"metric", "mean", "low", "high", "passed"}


def test_the_arm_none_has_nothing_to_divide_by(feed: Path):
    [none, *_] = rehearsed(feed)["arms"]
    assert none["name"] == "none"
    assert none["spend"] == none["gmv_paid"] == none["gmv_cannibalised"] == 0.0
    assert none["incremental_gmv"] == {"mean": 0.0, "low": 0.0, "high": 0.0}
    assert none["incremental_roi"] is none["cost_compliance"] is none["hourly_cost_cv"] is None


def test_what_is_undefined_is_null(feed: Path):
    found = rehearsed(feed, pairs=1)  # one pair has no interval, one day no launch
    for arm in found["arms"]:
        assert arm["incremental_gmv"]["low"] is arm["incremental_gmv"]["high"] is None
        assert arm["cold_start_success"] == {"rate": None, "low": None, "high": None, "successes": 0, "n": 0}
    assert found["aa_check"]["low"] is None


def test_the_same_seed_gives_the_same_object_but_for_the_times(feed: Path):
    def timeless(found: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in found.items() if name not in ("seconds", "cpu_seconds")}

    first = timeless(rehearsed(feed, "--seed", "5"))
    assert timeless(rehearsed(feed, "--seed", "5")) == first
    assert timeless(rehearsed(feed, "--seed", "5", "--workers", "2")) == first
    assert timeless(rehearsed(feed, "--seed", "6"))["arms"] != first["arms"]


def test_an_object_on_stdout_stands_there_alone(feed: Path, capsys: pytest.CaptureFixture[str]):
    command = ["rehearse", "--catalogue", str(feed), "--budget", "50", "--pairs", "1", "--arms", "none", *SMALL]
    assert run([*command, "--json", "-"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["command"] == "rehearse"
    assert "none" in said.err  # progress and tables are for people


def test_none_joins_whatever_arms_are_asked_for(feed: Path, capsys: pytest.CaptureFixture[str]):
    found = rehearsed(feed, "--arms", "uax", pairs=1)
    assert [arm["name"] for arm in found["arms"]] == ["none", "uax"]
    assert found["contrasts"] == []
    assert found["aa_check"] is None
    assert "added arm none" in capsys.readouterr().err


@pytest.mark.parametrize("given", [["--arms", "uax,manual"], ["--arms", "manual", "--arms", " uax "]])
def test_arms_come_in_one_order_however_they_are_given(feed: Path, given: list[str]):
    found = rehearsed(feed, *given, pairs=1)
    assert [arm["name"] for arm in found["arms"]] == ["none", "manual", "uax"]
    assert {(one["a"], one["b"]) for one in found["contrasts"]} == {("uax", "manual")}
    assert found["aa_check"]["passed"] in (True, False, None)


@pytest.mark.parametrize(
    ("goal", "told"),
    [
        ([], {"kind": "target_roi", "target": 3.0}),
        (["--target-cost", "12.5"], {"kind": "target_cost", "target": 12.5}),
        (["--max-conversions"], {"kind": "max_conversions", "target": 0.0}),
    ],
)
def test_every_goal_can_be_rehearsed(feed: Path, goal: list[str], told: dict[str, Any]):
    assert rehearsed(feed, *goal, "--auction", "first-price", "--arms", "uax", pairs=1)["goal"] == told


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["--arms", "robots"], "--arms"),
        (["--arms", ","], "--arms"),
        (["--budget", "0"], "--budget"),
        (["--budget", "-5"], "--budget"),
        (["--budget", "0.0000001"], "--budget"),
        (["--budget", "nan"], "--budget"),
        (["--budget", "inf"], "--budget"),
        (["--budget", "1e30"], "--budget"),
        (["--budget", "plenty"], "--budget"),
        (["--days", "0"], "--days"),
        (["--days", "61"], "--days"),
        (["--pairs", "0"], "--pairs"),
        (["--shoppers", "1"], "--shoppers"),
        (["--pages", "1"], "--pages"),
        (["--workers", "-1"], "--workers"),
        (["--auction", "dutch"], "--auction"),
        (["--target-roi", "-1"], "target_roi"),
        (["--target-roi", "nan"], "target_roi"),
        (["--target-cost", "inf"], "target_cost"),
        (["--target-roi", "3", "--target-cost", "5"], "--target-roi"),
        (["--target-cost", "5", "--max-conversions"], "--max-conversions"),
        (["--world", "atlantis"], "atlantis"),
        (["--world", "no_such_module:World"], "no_such_module"),
        (["--catalogue", "/nowhere/goods.csv"], "goods.csv"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_bad_input_exits_2_and_names_the_option(
    feed: Path, given: list[str], named: str, capsys: pytest.CaptureFixture[str]
):
    assert run(["rehearse", "--catalogue", str(feed), "--pairs", "1", *SMALL, *given]) == 2
    said = capsys.readouterr()
    assert named in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_a_feed_without_a_usable_product_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "empty.csv"
    file.write_text("id,title,price\np1,,abc\n", encoding="utf-8")
    assert run(["rehearse", "--catalogue", str(file), "--pairs", "1", *SMALL]) == 2
    assert str(file) in capsys.readouterr().err


def test_a_result_that_cannot_be_written_exits_2(feed: Path, capsys: pytest.CaptureFixture[str]):
    command = ["rehearse", "--catalogue", str(feed), "--pairs", "1", "--arms", "none", *SMALL]
    assert run([*command, "--json", "/proc/nowhere/out.json"]) == 2
    assert "/proc/nowhere/out.json" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["rival-1-1", "content-1"])
def test_a_product_may_bear_any_name(feed: Path, name: str):
    header, first, *rest = feed.read_text(encoding="utf-8").splitlines(keepends=True)
    feed.write_text("".join([header, name + first[first.index(",") :], *rest]), encoding="utf-8")
    assert rehearsed(feed, "--arms", "none", pairs=1)["products"] == 12


@pytest.mark.parametrize("name", ["rival-1", "shop@home.example"])
def test_a_merchant_may_bear_any_name(feed: Path, name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAGNETAR_MERCHANT", name)
    found = rehearsed(feed, "--arms", "uax", pairs=1)
    assert found["arms"][0]["spend"] == 0.0
