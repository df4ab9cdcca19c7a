"""The intents bench and the readers of behaviour, on data made here; and that a bad file is named."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from magnetar.app.behaviours import read_behaviour, read_texts
from magnetar.app.benches.intents import Cases, bench, bootstrap, next_baskets, recalls, transitions
from magnetar.capabilities.understanding.intents import Behaviour
from magnetar.cli.main import run
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput

TRADES = (("blue tent", "camp lamp", "tin mug"), ("red plate", "wood chopsticks", "dish soap"))


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of orders: each shopper buys out of one trade, two goods at a time."""
    rng, start = np.random.default_rng(4), datetime(2025, 1, 1, tzinfo=UTC)
    lines = ["InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID"]
    invoice = 500
    for day in range(0, 200, 2):
        for _ in range(6):
            shopper, invoice = int(rng.integers(60)), invoice + 1
            for place in rng.choice(3, 2, replace=False):
                when = start + timedelta(days=day, minutes=invoice % 600)
                lines.append(
                    f"{invoice},s{shopper % 2}{place},{TRADES[shopper % 2][place]},1,{when:%Y-%m-%d %H:%M:%S},2.5,{shopper}.0"
                )
    lines += [
        "C900,s00,blue tent,-1,2025-02-01 10:00:00,2.5,3",
        "901,s00,blue tent,1,never,2.5,3",
        "902,s00,blue tent,1,2025-02-01,0,3",
    ]
    path = tmp_path_factory.mktemp("data") / "orders.csv.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


@pytest.fixture(scope="module")
def baskets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(4)
    path = tmp_path_factory.mktemp("data") / "baskets.csv"
    path.write_text("\n".join(",".join(rng.permutation(TRADES[number % 2])[:2].tolist()) for number in range(400)))
    return path


def test_an_order_table_is_read_and_returns_are_left_out(orders: Path):
    told = read_behaviour(orders)
    assert told.left_out == 3
    assert len(told.items) == 6
    assert sorted(told.titles) == sorted(TRADES[0] + TRADES[1])
    assert told.history("7") is not None
    assert told.history("nobody") is None


def test_baskets_and_histories_are_read(tmp_path: Path):
    file = tmp_path / "baskets.txt"
    file.write_text("milk,bread\nmilk\n")
    told = read_behaviour(file)
    assert (told.items, told.behaviour.basket.tolist()) == (["milk", "bread"], [0, 0, 1])
    file.write_text("u1 5 9 5\nu2 9\n\n")
    told = read_behaviour(file)
    assert told.history("u1") is not None
    assert told.behaviour.baskets == 4
    titles = tmp_path / "titles.csv"
    titles.write_text("id,title\n9,blue tent\nx,y\n")
    assert read_texts(titles, told).titles == ["", "blue tent"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"shopper,item\n", b"\xff\xfe\x00"])
def test_a_file_without_behaviour_says_what_is_expected(tmp_path: Path, content: bytes):
    file = tmp_path / "odd.csv"
    file.write_bytes(content)
    with pytest.raises(BadInput, match="Expected: a table with columns"):
        read_behaviour(file)


def test_a_missing_or_broken_file_is_named(tmp_path: Path):
    with pytest.raises(BadInput, match="cannot read"):
        read_behaviour(tmp_path / "none.csv")
    (tmp_path / "bad.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(BadInput, match="cannot read"):
        read_behaviour(tmp_path / "bad.csv.gz")


def test_recall_of_complements_leaves_out_types_that_were_bought():
    # items 0 and 1 are of one type; the shopper has 0, next come 1 and 2
    cases = Cases(Behaviour.of([0], [0]), [np.array([0])], [np.array([1, 2])])
    found = recalls(np.array([[0.0, 3.0, 1.0] + [2.0] * 10]), cases, np.array([0, 0, 1] + [2] * 10))
    assert found.whole.tolist() == [0.5]
    assert found.fresh.tolist() == [0.0]
    assert np.isnan(
        recalls(
            np.ones((1, 2)), Cases(Behaviour.of([0], [0]), [np.array([0])], [np.array([1])]), np.array([0, 0])
        ).fresh[0]
    )


def test_the_next_basket_is_the_first_after_the_cut():
    told = Behaviour.of([0, 0, 0, 1], [1, 2, 3, 4], [10, 20, 30, 25], [0, 1, 2, 0])
    cases = next_baskets(told, 15, 100)
    assert [one.tolist() for one in cases.histories] == [[1]]
    assert [one.tolist() for one in cases.targets] == [[2]]


def test_transitions_count_what_followed_by_distance():
    # 0 then 1 then 2, once: 1 follows at distance 1, 2 at distance 2
    cases = Cases(Behaviour.of([0, 0, 0], [0, 1, 2]), [np.array([0])], [np.array([1])])
    assert transitions(cases, 3, 0.9, 0.0).tolist() == [[0.0, 1.0, 0.5]]


def test_an_interval_over_groups_is_wider_than_over_cases():
    values = np.repeat([0.0, 1.0], 50)
    alone, grouped = bootstrap(values, Chance(1)), bootstrap(values, Chance(1), np.repeat(np.arange(4), 25).tolist())
    assert grouped.high - grouped.low > alone.high - alone.low
    assert alone.mean == 0.5
    assert np.isnan(bootstrap(np.zeros(0), Chance(1)).mean)


def test_the_bench_judges_files_of_the_same_shape(orders: Path, baskets: Path, tmp_path: Path):
    found = tmp_path / "found.json"
    code = run(
        [
            "bench",
            "intents",
            "--quick",
            "--intentions",
            "none",
            "--orders",
            str(orders),
            "--baskets",
            str(baskets),
            "--json",
            str(found),
        ]
    )
    rows = json.loads(found.read_text())["rows"]
    assert code in (0, 1)
    assert {"metric", "unit", "value", "low", "high", "n", "baseline", "goal", "met"} <= set(rows[0])
    by_name = {one["metric"]: one for one in rows}
    assert by_name["basket: above most popular"]["value"] >= 0.0
    assert by_name["next basket: Recall@10"]["value"] == 1.0  # six items, ten places


def test_the_bench_without_data_says_which_files_it_takes():
    with pytest.raises(BadInput, match="no file"):
        bench(True, 1, {"orders": "/nowhere.csv"})
    with pytest.raises(BadInput, match="--intentions, --orders or --baskets"):
        bench(True, 1, dict.fromkeys(("intentions", "orders", "baskets"), "none"))


def test_a_file_that_holds_no_questions_is_refused(tmp_path: Path):
    file = tmp_path / "q.jsonl"
    file.write_text("{}\n")
    with pytest.raises(BadInput, match="item_a_name"):
        bench(True, 1, {"intentions": str(file), "orders": "none", "baskets": "none"})


def test_commands_mine_keep_and_explain(orders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    out = tmp_path / "graph.json"
    assert run(["understand", "intents", "--data", str(orders), "--json", str(out)]) == 0
    made = json.loads(out.read_text())
    assert made["edges_found"] > 0
    assert made["placebo_edges"] <= made["edges_found"] * 0.1
    assert Path(made["file"]).is_file()
    assert run(["explain", "7", "s11", "--data", str(orders), "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    assert found["rank"] >= 1
    assert sum(one["share"] for one in found["paths"]) <= 1.0 + 1e-9
    assert run(["explain", "7", "nothing", "--data", str(orders)]) == 2
    assert run(["explain", "nobody", "s11", "--data", str(orders)]) == 2


def test_the_platform_without_behaviour_has_hypotheses_and_no_shopper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    out = tmp_path / "graph.json"
    assert run(["understand", "intents", "--json", str(out)]) == 0
    made = json.loads(out.read_text())
    assert made["events"] == 0
    assert "hypothesis" in made["needs_by_status"]
    assert run(["explain", "somebody", "p001"]) == 2
