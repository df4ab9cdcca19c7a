"""Conversions that are reported to the door: what is taken, what is refused, and the campaigns that pay for them."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from magnetar.vocabulary.campaigns import ConversionKind

_PLACE = Path(__file__).with_name("test_door.py")
_SPEC = importlib.util.spec_from_file_location("conversions_scene", _PLACE)
assert _SPEC is not None
assert _SPEC.loader is not None
scene: Any = importlib.util.module_from_spec(_SPEC)
sys.modules["conversions_scene"] = scene
_SPEC.loader.exec_module(scene)

LEADS = {
    "name": "线索", "goal": "target_cost", "conversion": "lead", "target": 30.0, "expected_rate": 0.2, "daily_budget": 500.0,
}  # fmt: skip


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Any]:
    opened = scene.open_market(tmp_path)
    yield opened
    opened.platform.close()


def campaign(market: Any, **more: Any) -> dict[str, Any]:
    """A campaign over the API, with ad groups on twelve products, that delivers now."""
    answer = market.call("POST", "/api/campaigns", {**LEADS, **more})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    for one in range(12):
        market.call("POST", f"/api/campaigns/{made['id']}/groups", {"product": f"p{one:03d}"})
    market.live.open_now()
    return made


def paid(market: Any, shopper: str = "ann") -> tuple[str, int]:
    """A page with a paid position: its token, and the position."""
    for turn in range(50):
        page = market.page(f"{shopper}{turn}")
        for one in page["positions"]:
            if one["paid"]:
                return page["page"], one["position"]
    raise AssertionError("nothing paid was shown on fifty pages")


def shown(market: Any, id: str) -> dict[str, Any]:
    return market.call("GET", f"/api/campaigns/{id}").json()


def test_a_lead_counts_for_the_campaign_that_pays_for_leads(market: Any):
    made = campaign(market)
    assert (made["conversion"], made["expected_rate"], made["learning"], made["conversions"]) == ("lead", 0.2, True, 0)
    token, position = paid(market)
    receipt = market.report(
        {"type": "viewed", "id": "v", "page": token, "depth": 10},
        {"type": "clicked", "id": "c", "page": token, "position": position},
        {"type": "converted", "id": "l", "page": token, "position": position, "kind": "lead"},
        {"type": "converted", "id": "l", "page": token, "position": position, "kind": "lead"},
        {"type": "converted", "id": "f", "page": token, "position": position, "kind": "follow"},
    )
    assert (receipt["accepted"], receipt["duplicates"], receipt["rejected"]) == (4, 1, [])
    after = shown(market, made["id"])
    assert (after["conversions"], after["orders"], after["value"]) == (1, 0, 0.0)
    assert after["cost_per_conversion"] == pytest.approx(after["spend"])
    assert sum(one["conversions"] for one in after["groups"]) == 1


def test_ten_leads_end_the_learning(market: Any):
    made = campaign(market)
    token, position = paid(market)
    for one in range(10):
        assert shown(market, made["id"])["learning"]
        market.report({"type": "converted", "id": f"l{one}", "page": token, "position": position, "kind": "lead"})
    assert not shown(market, made["id"])["learning"]


def test_a_payment_brings_what_is_said_or_else_the_price(market: Any):
    made = campaign(market, goal="target_roi", conversion="payment", horizon="d7", target=1.5)
    token, position = paid(market)
    report = {"type": "converted", "page": token, "position": position, "kind": "payment"}
    market.report({**report, "id": "a", "value": 12.5})
    assert shown(market, made["id"])["value"] == 12.5
    market.report({**report, "id": "b"})
    delivery, inside = market.live.market.campaigns.delivery, market.live.market
    item = inside.campaigns.roster.item[int(np.argmax(delivery.converted))]
    assert delivery.value.sum() == 12_500_000 + round(inside.shelf.arrays.price[item] * 1e6)
    assert delivery.converted.sum() == 2


@pytest.mark.parametrize(
    ("report", "code", "said"),
    [
        ({}, "bad_kind", "cart, coupon, follow"),
        ({"kind": "wish"}, "bad_kind", "found 'wish'"),
        ({"kind": "order"}, "bad_kind", "reported as ordered"),
        ({"kind": "click"}, "bad_kind", "reported as ordered and clicked"),
        ({"kind": "LEAD"}, "bad_kind", "found 'LEAD'"),
        ({"kind": "lead", "value": -1.0}, "bad_value", "value lies in"),
        ({"kind": "lead", "value": 1e9}, "bad_value", "value lies in"),
        ({"kind": "lead", "position": 10}, "bad_position", "position lies in"),
        ({"kind": "lead", "at": 4_000_000_000.0}, "in_future", "ahead"),
    ],
)
def test_what_cannot_be_a_conversion_is_refused_with_the_reason(market: Any, report: dict, code: str, said: str):
    campaign(market)
    token, position = paid(market)
    receipt = market.report({"type": "converted", "id": "x", "page": token, "position": position, **report})
    (rejected,) = receipt["rejected"]
    assert rejected["code"] == code
    assert said in rejected["message"]
    assert market.live.market.campaigns.delivery.converted.sum() == 0


def test_reported_leads_and_first_buyers_survive_a_restart(tmp_path: Path):
    opened = scene.open_market(tmp_path, lasting=True)
    made = campaign(opened)
    token, position = paid(opened)
    click = {"page": token, "position": position}
    opened.report({"type": "clicked", "id": "c", **click}, {"type": "ordered", "id": "o", **click})
    opened.clock.step_to(opened.clock.now() + scene.HOUR)
    opened.live.open_ticks()  # what follows is behind the last edge
    opened.report(*({"type": "converted", "id": f"l{one}", "kind": "lead", **click} for one in range(3)))
    before = shown(opened, made["id"])
    assert before["conversions"] == 3
    market = opened.live.market
    rate, buyers = market.outcomes.reported[ConversionKind.LEAD].hits.copy(), market.campaigns.buyers.pairs.copy()
    assert len(buyers) == 1
    opened.live.close()
    opened.platform.close()

    again = scene.open_market(tmp_path, lasting=True, clock=opened.clock)
    again.keys["demo"] = again.platform.accounts.issue_key("demo").key
    after, market = shown(again, made["id"]), again.live.market
    assert {name: after[name] for name in ("conversions", "learning", "conversion")} == {
        "conversions": 3, "learning": True, "conversion": "lead",
    }  # fmt: skip
    assert market.outcomes.reported[ConversionKind.LEAD].hits.tolist() == rate.tolist()
    assert market.campaigns.buyers.pairs.tolist() == buyers.tolist()
    assert np.isfinite(market.bidding.multiplier).all()
    again.platform.close()


# ---- campaigns over the API


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"goal": "cpa"}, "goal is one of: target_cost, target_roi, max_conversions, cost_cap"),
        ({"conversion": "wish"}, "conversion is one of: order, click"),
        ({"goal": "target_roi"}, "carries value"),
        ({"goal": "target_cost", "horizon": "d7"}, "leave it out"),
        ({"expected_rate": 0.0}, "needs expected_rate"),
        ({"target": 0.0}, "positive target"),
    ],
)
def test_a_goal_that_makes_no_sense_is_refused_in_both_languages(market: Any, wanted: dict, said: str):
    answer = market.call("POST", "/api/campaigns", {**LEADS, **wanted})
    assert answer.status_code == 400, answer.text
    detail = answer.json()["detail"]
    assert said in detail
    assert " · " in detail
    assert market.call("GET", "/api/campaigns").json() == {"campaigns": []}


def test_a_rate_that_was_measured_stands_in_for_the_expectation(market: Any):
    campaign(market)
    token, position = paid(market)
    click = {"page": token, "position": position}
    market.report(*({"type": "clicked", "id": f"c{one}", **click} for one in range(60)))
    market.report(*({"type": "converted", "id": f"l{one}", "kind": "lead", **click} for one in range(12)))
    market.clock.step_to(market.clock.now() + 6 * scene.HOUR)
    market.live.open_ticks()
    answer = market.call("POST", "/api/campaigns", {**LEADS, "expected_rate": 0.0})
    assert answer.status_code == 201, answer.text
    assert answer.json()["expected_rate"] == pytest.approx(0.2, rel=0.02)


def test_the_table_of_goals_is_there_for_programs(market: Any):
    goals = market.call("GET", "/api/campaigns/goals").json()["goals"]
    assert len(goals) >= 30
    assert sum(not one["reported"] for one in goals) >= 30
    assert goals[0] == {
        "id": "target_cost:order", "goal": "target_cost", "conversion": "order", "horizon": "open", "reported": False,
        "zh": "目标成本 · 订单", "en": "target cost, orders",
    }  # fmt: skip


def test_a_budget_lowered_below_what_is_spent_stops_the_pages_at_once(market: Any):
    made = campaign(market)
    token, _ = paid(market)
    market.report({"type": "viewed", "id": "v", "page": token, "depth": 10})
    assert market.spent > 0
    answer = market.call("PUT", f"/api/campaigns/{made['id']}/budget", {"daily_budget": 0.001})
    assert (answer.status_code, answer.json()["daily_budget"]) == (200, 0.001)
    for one in range(10):
        assert not any(place["paid"] for place in market.page(f"late{one}")["positions"])
    assert market.call("PUT", f"/api/campaigns/{made['id']}/budget", {"daily_budget": 0}).status_code == 422
    answer = market.call("PUT", f"/api/campaigns/{made['id']}/budget", {"daily_budget": 0.0000001})
    assert (answer.status_code, "above 0" in answer.json()["detail"]) == (409, True)
