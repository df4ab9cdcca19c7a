"""The benchmark of goals measures campaigns that really ran."""

import pytest

from magnetar.app.benches import goals
from magnetar.capabilities.campaigns import GOALS


def test_every_goal_that_is_tried_is_in_the_table():
    tried = {*goals.HELD, *goals.CAPPED, *goals.SOUGHT, goals.PLAIN, *goals.QUICK}
    assert tried <= set(GOALS)
    assert {id.partition(":")[0] for id in tried} >= {
        "target_cost", "target_roi", "cost_cap", "roi_floor", "max_conversions",
    }  # fmt: skip


def one(**more: float) -> goals.Got:
    figures = {
        "spend": 100.0, "worth": 10.0, "predicted": 9.0, "results": 10, "clicks": 100, "firsts": 2, "leads": 10, "highest": 1.0,
    }  # fmt: skip
    return goals.Got(**{**figures, **more})  # type: ignore[arg-type]


def test_a_target_that_is_missed_by_more_than_the_promise_is_not_met():
    goal = goals.goal_of("target_cost:order", 10.0)
    held = goals._held("target_cost:order", goal, [one(), one()])
    assert (held["value"], held["met"]) == (1.0, True)
    missed = goals._held("target_cost:order", goal, [one(spend=130.0), one(spend=130.0)])
    assert (missed["value"], missed["met"]) == (1.3, False)


def test_one_bid_above_the_cap_is_not_met():
    assert goals._capped("cost_cap:order", [one(), one()])["met"]
    assert not goals._capped("cost_cap:order", [one(), one(highest=1.001)])["met"]


def test_a_kind_that_is_not_sought_is_not_met():
    more = goals._sought("max_conversions:lead", [one(leads=20), one(leads=22)], [one(), one()], quick=True)
    assert (more["value"], more["met"]) == (2.1, True)
    same = goals._sought("max_conversions:lead", [one(leads=9), one(leads=11)], [one(), one()], quick=False)
    assert (same["value"], same["met"]) == (1.0, False)


def test_a_rate_that_was_not_learned_is_not_met():
    learned = goals._learned([one(), one()])
    assert learned["value"] == pytest.approx(10 / 9)
    assert learned["baseline"]["value"] == pytest.approx(10 / 15)
    assert learned["met"]
    assert not goals._learned([one(predicted=15.0), one(predicted=15.0)])["met"]


@pytest.mark.slow
def test_a_lead_campaign_runs_and_is_measured(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(goals, "QUICK", ("target_cost:lead",))
    monkeypatch.setattr(goals, "QUICK_PAIRS", 2)
    monkeypatch.setattr(goals, "DAYS", 1)
    told: list[str] = []
    rows, found = goals.bench(True, 5, told.append)
    assert len(told) == 2
    assert found["worlds"] == ["default"]
    assert [row["metric"].partition(":")[0] for row in rows] == [
        "target_cost",
        "cost_cap",
        "max_conversions",
        "target_cost",
    ]
    assert all(row["value"] > 0 for row in rows)
    assert rows[1]["value"] == pytest.approx(1.0, abs=1e-9)
