"""`magnetar bench recommend`: rows of every model beside the best baseline, from any file of histories."""

import json
from pathlib import Path

import numpy as np
import pytest

from magnetar.app.benches import recommend
from magnetar.app.benches.recommend import Order, bench, drawn, tables
from magnetar.capabilities.recommendation.histories import histories_of
from magnetar.cli.main import run

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
SMALL = "popularity,itemknn,transition"


def walks(shoppers: int = 300, items: int = 20, seed: int = 3) -> list[list[str]]:
    """Shoppers who mostly go on to the next item of a ring."""
    chance = np.random.default_rng(seed)
    step = np.where(chance.random((shoppers, 6)) < 0.7, 1, chance.integers(1, items, (shoppers, 6)))
    place = (chance.integers(0, items, (shoppers, 1)) + np.cumsum(step, axis=1)) % items
    return [[f"i{one}" for one in row] for row in place]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "histories.txt"
    path.write_text("".join(f"s{row} {' '.join(one)}\n" for row, one in enumerate(walks())))
    return path


def test_rows_hold_what_the_contract_names(data: Path, tmp_path: Path):
    out = tmp_path / "out.json"
    assert run(["recommend", "bench", "--data", str(data), "--models", SMALL, "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    assert found["schema"] == "magnetar/bench-recommend/1"
    assert len(found["rows"]) == 6
    for one in found["rows"]:
        assert {"model", "filtered", "recall@10", "ndcg@10", "low", "high", "cpu_seconds"} <= set(one)
        assert {"metric", "unit", "value", "low", "high", "n", "baseline", "goal", "met"} <= set(one)
        assert one["low"] <= one["ndcg@10"] <= one["high"]
        assert one["ndcg@5"] <= one["ndcg@10"] <= one["ndcg@20"]
    assert {"data", "histories_sha256", "seeds", "split", "fitted_to"} <= set(found["conditions"])


def test_others_are_held_against_the_best_baseline_by_paired_difference(data: Path):
    rows, _ = bench(Order(str(data), models=("popularity", "transition")))
    worse, best = (one for one in rows if one["filtered"])
    assert best["baseline"] is None
    assert "difference" not in best
    assert worse["baseline"] == {"name": "transition", "value": pytest.approx(best["value"])}
    assert worse["difference"]["mean"] == pytest.approx(worse["value"] - best["value"])
    assert worse["difference"]["high"] < 0.0


def test_the_same_seed_gives_the_same_figures(data: Path):
    first, second = (bench(Order(str(data), models=("itemknn", "transition"), seed=5))[0] for _ in range(2))
    times = ("cpu_seconds", "fit_cpu_seconds", "scoring_cpu_seconds")
    for one, other in zip(first, second, strict=True):
        assert {name: value for name, value in one.items() if name not in times} == {
            name: value for name, value in other.items() if name not in times
        }


def test_learning_from_validation_too_is_told_apart(data: Path):
    rows, _ = bench(Order(str(data), models=("transition",), refit=True))
    assert [(one["filtered"], one["fitted_to"]) for one in rows] == [
        (True, "train"), (False, "train"), (True, "train+valid"), (False, "train+valid"),
    ]  # fmt: skip
    assert len(tables(rows)) == 4


def test_a_goal_is_a_ratio_to_the_best_baseline_and_is_not_asked_of_a_quick_run(
    data: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(recommend, "GOALS", {"popularity": 1.05})
    rows, _ = bench(Order(str(data), models=("popularity", "transition")))
    [goal] = [one for one in rows if one.get("ratio")]
    assert (goal["goal"], goal["met"], goal["baseline"]) == (1.05, False, {"name": "transition", "value": 1.0})
    assert goal["low"] < goal["value"] < goal["high"] < 1.0
    quick, _ = bench(Order(str(data), models=("popularity", "transition"), quick=True))
    assert not [one for one in quick if one.get("ratio")]


def test_shoppers_of_a_quick_run_are_drawn_from_all_and_keep_their_histories():
    lists = [[f"i{row}", f"j{row}"] for row in range(50)]
    found = drawn(histories_of(lists, text=[f"word {row}" for row in range(100)]), 10, 1)
    assert len(found) == 10
    assert len(found.items) == 20
    assert max(int(name) for name in found.shoppers) > 15
    for row, name in enumerate(found.shoppers):
        assert [found.items[item] for item in found.of(row)] == lists[int(name)]
    assert found.text is not None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--models", "oracle"], "Choose from: popularity"),
        (["--split", "time"], "--split loo"),
        (["--seeds", "0"], "--seeds must lie in"),
        (["--json", "/nowhere/at/all.json"], "no folder"),
        (["--texts", "/nowhere.csv", "--models", "popularity"], "cannot open"),
    ],
)
def test_what_cannot_be_done_ends_with_exit_2(data: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]):  # fmt: skip
    assert run(["bench", "recommend", "--data", str(data), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_without_data_it_says_what_to_give(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(recommend, "SHARED", Path("/nowhere"))
    assert run(["bench", "recommend"]) == 2
    assert "--data FILE" in capsys.readouterr().err


def test_a_model_that_is_taught_by_an_absent_extra_ends_with_exit_3(data: Path, monkeypatch: pytest.MonkeyPatch):
    from magnetar.capabilities.recommendation import registry

    monkeypatch.setattr(registry.importlib.util, "find_spec", lambda name: None)
    assert run(["bench", "recommend", "--data", str(data), "--models", "sasrec"]) == 3
    assert run(["bench", "recommend", "--data", str(data)]) == 3
    assert run(["bench", "recommend", "--data", str(data), "--models", "popularity", "--json", "-"]) == 0


@pytest.mark.slow
def test_neighbours_on_a_public_set_reach_what_they_reached_elsewhere():
    """Amazon Beauty, train only, seen items left out; published for neural models: .0384 (TIGER) to .0531."""
    path = SHARED / "amazon-beauty" / "Beauty.txt.gz"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    rows, found = bench(Order(str(path), way="loo", models=("itemknn", "transition")))
    assert (found["shoppers"], found["items"], found["judged"]) == (22_363, 12_101, 22_363)
    best = next(one for one in rows if one["model"] == "transition" and one["filtered"])
    assert best["ndcg@10"] == pytest.approx(0.0517, abs=0.002)
    assert best["recall@10"] == pytest.approx(0.0827, abs=0.003)
