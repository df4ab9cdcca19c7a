"""The examples run and say what they promise; somebody else's world can judge us."""

import importlib
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from magnetar.cli.main import run
from magnetar.twin.rehearsal import Setting, run_pair
from magnetar.twin.world import Day, World, load_world
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OWN_WORLD = f"{EXAMPLES / 'own_world.py'}:World"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch):
    def load(name: str) -> ModuleType:
        monkeypatch.syspath_prepend(str(EXAMPLES))
        return importlib.import_module(name)

    return load


def goods(count: int) -> tuple[Product, ...]:
    return tuple(
        Product(ProductId(f"p{row}"), MerchantId("demo"), f"thing {row}", Money.of(20 + row), f"kind {row % 4}")
        for row in range(count)
    )


def test_the_first_campaign_ends_in_a_verdict(example, capsys):
    example("first_campaign").main(days=1, pairs=2)
    shown = capsys.readouterr().out
    assert "1. The catalogue: 200 products of 200 rows" in shown
    assert "UAX less manual" in shown


def test_a_day_in_the_twin_shows_the_day_and_one_page(example, capsys):
    example("a_day_in_the_twin").main(pages_per_day=600, shoppers=100)
    shown = capsys.readouterr().out
    assert "  24:00" in shown
    assert "Paid: won its slot" in shown


def test_an_own_bidder_joins_by_name_and_keeps_its_budget(example, capsys):
    module = example("own_bidder")
    stage = module.Stage(
        Setting(
            goods(40), MerchantId("demo"), Money.of(5), Goal(GoalKind.TARGET_ROI, 3.0), 1, ("none",), pages_per_day=600
        ),
        0,
    )
    stage.warm_up()
    spend, _, _ = module.a_day(stage, "evenly")
    assert 0 < spend <= 5
    module.main(pages_per_day=600)
    assert "evenly" in capsys.readouterr().out


def test_somebody_elses_world_judges_us_from_the_command_line(tmp_path: Path):
    out = tmp_path / "out.json"
    words = ["rehearse", "--world", OWN_WORLD, "--pairs", "2", "--days", "1", "--pages", "500", "--shoppers", "80"]
    assert run([*words, "--workers", "1", "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    assert found["world"] == "independent rates"
    assert [arm["name"] for arm in found["arms"]] == ["none", "manual", "uax", "whole-site"]


def test_the_own_world_meets_the_same_luck_twice():
    setting = Setting(
        goods(24), MerchantId("demo"), Money.of(50), Goal(GoalKind.TARGET_ROI, 3.0), 1, ("none", "uax"),
        world=OWN_WORLD, shoppers=60, pages_per_day=600,
    )  # fmt: skip
    assert repr(run_pair(setting, 3)) == repr(run_pair(setting, 3))  # as text: an undefined figure is NaN


def test_a_draw_of_the_own_world_depends_on_what_it_is_for_and_not_on_who_else_drew(example):
    luck = example("own_world").luck
    requests = np.arange(1000).astype(np.uint64)
    together = luck(7, 4, requests)
    alone = np.array([luck(7, 4, one)[0] for one in requests])
    assert (together == alone).all()
    assert abs(together.mean() - 0.5) < 0.04  # four standard errors of a thousand uniform draws


def test_the_own_world_is_a_world():
    world = load_world(OWN_WORLD)
    assert isinstance(world, World)
    market = world.open(goods(8), 1, 50, 480, Day(0))
    assert [market.shelf.ids[row] for row in range(8)] == [f"p{row}" for row in range(8)]
    assert len(market.requests(0)) > 0
