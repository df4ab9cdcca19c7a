"""Benchmarks measure what they say, against baselines that decide the same."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest

from magnetar.app.benches import decide, numpy_page
from magnetar.app.benches.autopilot import held_out
from magnetar.app.benches.rows import not_met, row
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.measurement import Interval
from magnetar.cli.main import run
from magnetar.kernel.errors import BadInput


def test_the_numpy_baseline_decides_the_same_pages():
    products = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")
    platform = decide._noon(products, 3)
    requests = decide._requests(platform, 2048, 3)
    _, first = np.unique(requests.shopper, return_index=True)  # once each: no frequency cap moves inside the batch
    requests = requests.rows(np.sort(first))
    plain = decide._in_numpy(platform, requests, decide._shown(platform))
    served = copy.deepcopy(platform).decide(requests)
    assert numpy_page.agreement(plain, served.item, served.group) == 1.0
    assert (plain.charge == served.charge).all()


def test_a_bench_writes_rows_and_conditions(tmp_path: Path):
    out = tmp_path / "out.json"
    assert run(["bench", "decide", "--quick", "--json", str(out)]) in (0, 1)  # a slow machine may miss the goal
    found = json.loads(out.read_text())
    assert found["schema"] == "magnetar/bench-decide/1"
    for one in found["rows"]:
        assert {"metric", "unit", "value", "low", "high", "n", "baseline", "goal", "met"} <= set(one)
        assert one["low"] <= one["value"] <= one["high"]
        assert one["baseline"]["value"] > 0
    assert set(found["conditions"]) >= {"data", "seeds", "worlds"}


def test_the_alias_names_the_same_bench(capsys: pytest.CaptureFixture[str]):
    assert run(["autopilot", "bench", "--help"]) == 0
    assert "magnetar bench autopilot" in capsys.readouterr().out


def test_only_a_missed_goal_is_not_met():
    rows = [
        row("fast enough", "pages/s", Interval(5.0, 4.0, 6.0, 3), goal=5.0),
        row("too slow", "pages/s", Interval(4.9, 4.0, 6.0, 3), goal=5.0),
        row("no goal", "pages/s", Interval(1.0, 0.0, 2.0, 3)),
    ]
    assert not_met(rows) == ["too slow"]


def test_a_final_world_that_was_tuned_on_is_refused(tmp_path: Path):
    file = tmp_path / "held-out.toml"
    file.write_text('tuned_on = ["default"]\nfinal = ["frugal", "default"]\nfinal_seed = 5\n')
    with pytest.raises(BadInput, match="default"):
        held_out(str(file))
    assert run(["bench", "autopilot", "--held-out", str(file)]) == 2


def test_the_held_out_worlds_are_those_that_were_written_down_before_tuning():
    held = held_out()
    assert held.tuned_on == ("default",)
    assert held.final == ("promotion", "frugal", "shocks")
