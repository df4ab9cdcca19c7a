"""The bench of following up: arms share a market, the refit arm takes over by the gate, rows compare pair by pair."""

from typing import Any

import pytest

from magnetar.app.benches import following as bench
from magnetar.app.benches.following import Came
from magnetar.app.goods import goods_from, sample_shop
from magnetar.twin.rehearsal import Setting
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money


def small(world: str, seed: int, days: int) -> Setting:
    """A market that is lived through in a second."""
    goods = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")[:30]
    goal = Goal(GoalKind.TARGET_ROI, 3.0)
    return Setting(
        goods, MerchantId("demo"), Money.of(600), goal, days, ("none",), world, seed, shoppers=150, pages_per_day=1_200
    )


def test_arms_differ_in_what_they_follow_up_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bench, "settings_of", small)
    came = {arm: bench.lived(small("errands", 3, 1), 0, arm, 1) for arm in bench.ARMS}
    again = bench.lived(small("errands", 3, 1), 0, "transitions", 1)
    assert (again.clicks, again.gmv) == (came["transitions"].clicks, came["transitions"].gmv)
    assert came["none"].lift == 1.0
    assert len({one.clicks for one in came.values()}) > 1
    assert [len(came[arm].verdicts) for arm in bench.ARMS] == [0, 0, 0, 2]
    for one in came.values():
        assert 0 < one.organic_clicks <= one.clicks
        assert 0.0 < one.organic <= one.gmv


def test_rows_are_relative_changes_of_the_same_market(monkeypatch: pytest.MonkeyPatch):
    def made(days: int, seed: int, job: tuple[str, int]) -> dict[str, Came]:
        del days, seed
        gain = {"none": 0.8, "content": 1.0, "transitions": 1.1, "refit": 1.21 - 0.22 * job[1]}
        return {arm: Came(100.0 * gain[arm], 50.0 * gain[arm], 1_000, 500) for arm in bench.ARMS}

    def spread(work: Any, jobs: list[Any], workers: int) -> Any:
        del workers
        return ((place, work(job)) for place, job in enumerate(jobs))

    monkeypatch.setattr(bench, "_pair", made)
    monkeypatch.setattr(bench, "spread", spread)
    rows, found, losing = bench.bench(("errands",), 2, 1, 5, 1, False)
    by_name = {one["metric"]: one for one in rows}
    row = by_name["errands · 自然成交额 organic GMV: refit ⁄ transitions"]
    assert row["value"] == pytest.approx((0.1 - 0.1) / 2)
    assert row["met"] is False  # the interval holds 0
    assert by_name["errands · 自然成交额 organic GMV: transitions ⁄ content"]["value"] == pytest.approx(0.1)
    assert losing == ["errands 1: -10.0%"]
    assert found["markets"] == 2
