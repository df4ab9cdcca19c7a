"""New shoppers, products and merchants: exposure is followed, counts add up, the seeds are those written down."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from magnetar.app.benches.coldstart import GROUPS, POLICIES, _against, _nearest, held_out, live
from magnetar.app.goods import goods_from, sample_shop
from magnetar.kernel.errors import BadInput
from magnetar.twin.rehearsal import Setting
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

SETTING = Setting(
    goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")[:40], MerchantId("demo"), Money.of(100),
    Goal(GoalKind.TARGET_ROI, 3.0), 6, (), shoppers=300, pages_per_day=2_500,
)  # fmt: skip


@pytest.fixture(scope="module")
def lived() -> list[dict]:
    return live(SETTING, 0)


def test_every_policy_lives_the_same_market_and_newcomers_are_seen_about_as_often(lived: list[dict]):
    assert [one["policy"] for one in lived] == list(POLICIES)
    views = [one["products"][0] for one in lived]
    assert min(views) > 300
    assert max(views) / min(views) < 1.4
    for one in lived:
        for group in GROUPS:
            seen, clicked, ordered = one[group]
            assert seen >= clicked >= 0 <= ordered
        assert one["merchants"][0] <= one["products"][0]


def test_another_market_is_another_market(lived: list[dict]):
    assert live(replace(SETTING, seed=2), 0)[0]["gmv"] != lived[0]["gmv"]


def test_rows_compare_conversion_per_view_at_the_markets_together():
    ours = {"policy": POLICIES[0], "gmv": 110.0, **{name: [100.0, 10.0, 3.0] for name in GROUPS}}
    theirs = {"policy": POLICIES[1], "gmv": 100.0, **{name: [200.0, 10.0, 4.0] for name in GROUPS}}
    rows = {one["metric"]: one for one in _against({0: [ours, theirs], 1: [ours, theirs]}, 1, POLICIES[1])}
    conversion = rows[f"conversion of new products, over {POLICIES[1]}"]
    assert conversion["value"] == pytest.approx(0.03 / 0.02 - 1.0)
    assert conversion["met"] is True
    assert rows[f"GMV of the platform, over {POLICIES[1]}"]["value"] == pytest.approx(0.1)
    assert rows[f"views of new products, over {POLICIES[1]}"]["value"] == pytest.approx(-0.5)


def test_neighbours_are_among_those_on_sale():
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 1, 1, 0]]
    near = _nearest(vectors, np.array([0]), np.array([1, 2, 3]), 2)
    assert near[0][0] == 1
    assert 0 not in near


def test_seeds_are_read_from_the_file_and_a_bad_one_is_refused(tmp_path: Path):
    assert held_out().final not in held_out().tuned
    wrong = tmp_path / "held-out.toml"
    wrong.write_text("[coldstart]\ntuned_seeds = [1]\n")
    with pytest.raises(BadInput, match="final_seed"):
        held_out(str(wrong))
