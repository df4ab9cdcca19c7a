"""The control plane: a merchant's own things and nobody else's, problems that explain themselves, nothing done twice."""

import importlib.util
import itertools
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_PLACE = Path(__file__).with_name("test_door.py")
_SPEC = importlib.util.spec_from_file_location("door_scene", _PLACE)
assert _SPEC is not None
assert _SPEC.loader is not None
scene: Any = importlib.util.module_from_spec(_SPEC)
sys.modules["door_scene"] = scene
_SPEC.loader.exec_module(scene)

WANTED = {"name": "spring", "goal": "target_roi", "target": 3.0, "daily_budget": 100.0}


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Any]:
    opened = scene.open_market(tmp_path)
    invitation = opened.platform.accounts.invite("root", "operator")
    opened.keys["operator"] = opened.platform.accounts.accept(invitation.token, "a long enough password")
    yield opened
    opened.platform.close()


def make(market: Any, key: str = "demo", **more: Any) -> dict[str, Any]:
    answer = market.call("POST", "/api/campaigns", {**WANTED, **more}, key)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_me_says_who_the_key_stands_for(market: Any):
    assert market.call("GET", "/api/me").json()["merchant"] == "demo"
    assert market.call("GET", "/api/me", key="operator").json() == {
        "name": "root",
        "role": "operator",
        "merchant": None,
    }
    answer = market.call("GET", "/api/me", key="nothing")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_every_route_wants_a_key(market: Any):
    document = market.call("GET", "/api/openapi.json", key="").json()
    routes = [(method, path) for path, methods in document["paths"].items() for method in methods]
    assert len(routes) >= 18
    for method, path in routes:
        answer = market.call(method.upper(), "/api" + path.replace("{", "").replace("}", ""), {}, key="")
        assert answer.status_code == 401, (method, path, answer.text)


def test_products_are_listed_page_by_page_and_imported(market: Any):
    feed = "id,title,price,stock\na-1,登月靴,88,3\nbroken,头盔,free,1\n"
    report = market.call("POST", "/api/products/import", feed.encode()).json()
    assert (report["imported"], report["rejected_total"]) == (1, 1)
    assert market.call("POST", "/api/products/import", feed.encode()).json()["unchanged"] == 1
    assert market.call("GET", "/api/products/a-1").json()["price"] == 88
    found, after = [], ""
    while after is not None:
        page = market.call("GET", f"/api/products?limit=17&after={after}").json()
        found += [one["id"] for one in page["products"]]
        after = page["after"]
    assert (len(found), len(set(found)), page["total"]) == (41, 41, 41)
    assert market.call("POST", "/api/products/import", b"\0\1\2").status_code == 400


def test_orders_are_imported(market: Any):
    log = "order_id,product_id,quantity,price,time\n1,p001,2,27,2026-11-01 10:00:00\n"
    answer = market.call("POST", "/api/orders/import", log.encode())
    assert answer.status_code == 200, answer.text
    assert answer.json()["imported"] == 1
    assert market.call("GET", "/api/orders").json() == {"lines": 1}


def test_a_campaign_lives_its_life(market: Any):
    made = make(market)
    path = f"/api/campaigns/{made['id']}"
    group = market.call("POST", f"{path}/groups", {"product": "p001", "scenes": ["feed"]})
    assert group.status_code == 201
    market.live.open_now()
    assert market.call("GET", path).json()["groups"][0]["product"] == "p001"
    assert market.call("POST", f"{path}/pause").json()["paused"]
    assert not market.call("POST", f"{path}/resume").json()["paused"]
    assert market.call("PUT", f"{path}/budget", {"daily_budget": 150}).json()["daily_budget"] == 150
    changed = market.call("PATCH", f"{path}/groups/{group.json()['id']}", {"paused": True, "bid_factor": 1.5})
    assert (changed.json()["paused"], changed.json()["bid_factor"]) == (True, 1.5)
    assert [one["id"] for one in market.call("GET", "/api/campaigns").json()["campaigns"]] == [made["id"]]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"daily_budget": 0}, 422),
        ({"daily_budget": -1}, 422),
        ({"daily_budget": 1e300}, 422),
        ({"daily_budget": "much"}, 422),
        ({"name": ""}, 422),
        ({"target": -1}, 422),
        ({"target": 0}, 400),
        ({"goal": "fame"}, 400),
        ({"frequency_cap": 0}, 422),
        ({"unknown": 1}, 422),
    ],
)
def test_a_campaign_that_cannot_be_is_refused_as_a_problem(market: Any, wrong: dict[str, Any], status: int):
    answer = market.call("POST", "/api/campaigns", {**WANTED, **wrong})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(answer.json())
    assert not market.call("GET", "/api/campaigns").json()["campaigns"]


def test_no_merchant_sees_or_touches_anothers(market: Any):
    """Every route, every method, with every id of the other merchant that there is: never a 2xx, never a trace."""
    mine = make(market)
    group = market.call("POST", f"/api/campaigns/{mine['id']}/groups", {"product": "p002"}).json()
    before = market.call("GET", f"/api/campaigns/{mine['id']}").json()
    rng = random.Random(3)
    ids = [mine["id"], group["id"], f"{mine['id']}:000001", "p002", "demo"]
    document = market.call("GET", "/api/openapi.json", key="").json()
    bodies: list[Any] = [
        {},
        WANTED,
        {"daily_budget": 1.0},
        {"paused": True},
        {"product": "p003"},
        {"amount": 5, "currency": "CNY"},
    ]
    tried = 0
    for path, methods in document["paths"].items():
        for method, merchant in itertools.product(methods, ("", "?merchant=demo")):
            if path == "/me" or ("{" not in path and not merchant):
                continue
            for _ in range(3):
                filled = "/api" + path
                for name in ("{id}", "{group}"):
                    filled = filled.replace(name, rng.choice(ids))
                if filled in ("/api/products/p002", "/api/search/keywords/p002") and not merchant:
                    continue  # both sell a p002
                answer = market.call(
                    method.upper(), filled + merchant, rng.choice(bodies), "rival", **{"Idempotency-Key": "k"}
                )
                tried += 1
                assert answer.status_code in (400, 403, 404, 409, 422), (method, filled + merchant, answer.text)
                assert "spring" not in answer.text
    assert tried > 60
    assert market.call("GET", f"/api/campaigns/{mine['id']}").json() == before
    assert market.call("GET", "/api/campaigns", key="rival").json() == {"campaigns": []}
    missing = market.call("GET", "/api/campaigns/c-000000000000", key="rival").json()["detail"]
    hidden = market.call("GET", f"/api/campaigns/{mine['id']}", key="rival").json()["detail"]
    assert hidden.replace(mine["id"], "X") == missing.replace("c-000000000000", "X")


def test_nobody_promotes_anothers_product(market: Any):
    market.platform.catalogue.put("rival", scene.goods("rival", 1, first=900))
    market.live._stale = True
    market.clock.step_to(market.clock.now() + scene.HOUR)
    market.live.open_ticks()
    made = make(market)
    assert market.call("POST", f"/api/campaigns/{made['id']}/groups", {"product": "p900"}).status_code == 404


def test_an_operator_acts_for_the_merchant_that_is_named(market: Any):
    assert market.call("GET", "/api/campaigns", key="operator").status_code == 404
    made = market.call("POST", "/api/campaigns?merchant=rival", WANTED, "operator").json()
    assert made["merchant"] == "rival"
    assert market.call("GET", f"/api/campaigns/{made['id']}", key="rival").status_code == 200


def test_only_operators_bring_money_in_and_each_key_once(market: Any):
    path, money = "/api/ledger/credit?merchant=demo", {"amount": 12.5, "currency": "CNY"}
    once = {"Idempotency-Key": "payment-1"}
    assert market.call("POST", path, money, "demo", **once).status_code == 403
    assert market.call("POST", path, money, "operator").status_code == 422
    for _ in range(3):
        assert market.call("POST", path, money, "operator", **once).json()["balance"] == 12.5
    assert market.call("GET", "/api/ledger/balance").json()["balance"] == 12.5
    assert len(market.call("GET", "/api/ledger/entries").json()["entries"]) == 1
    other = market.call("POST", path, {**money, "amount": 13}, "operator", **once)
    assert other.status_code == 422
    assert "another call" in other.json()["detail"]


def test_the_same_idempotency_key_makes_one_campaign(market: Any):
    once = {"Idempotency-Key": "spring"}
    first = market.call("POST", "/api/campaigns", WANTED, **once)
    again = market.call("POST", "/api/campaigns", WANTED, **once)
    assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (201, first.json(), "true")
    assert market.call("POST", "/api/campaigns", WANTED, "rival", **once).json()["merchant"] == "rival"
    assert len(market.call("GET", "/api/campaigns").json()["campaigns"]) == 1


def test_the_audit_lists_what_was_done_and_undoes_it(market: Any):
    from magnetar.capabilities.autopilot import Intention, Kind

    made = make(market)
    group = market.call("POST", f"/api/campaigns/{made['id']}/groups", {"product": "p002"}).json()
    intention = Intention(
        Kind.BID, made["id"], group["id"], 1.4, "转化好于目标", "converts better than asked", {"roi": 4.0}
    )
    market.live.market.desk.settle([intention], 1)
    [record] = market.call("GET", "/api/audit").json()["records"]
    assert (record["outcome"], record["value"], record["before"]) == ("done", 1.4, 1.0)
    path = f"/api/audit/{record['id']}/undo"
    assert market.call("POST", path, key="rival").status_code == 404
    assert market.call("POST", path).json()["outcome"] == "undone"
    assert market.call("GET", f"/api/campaigns/{made['id']}").json()["groups"][0]["bid_factor"] == 1.0
    assert market.call("POST", path).status_code == 409


def test_a_large_body_is_refused(market: Any):
    assert market.call("POST", "/api/campaigns", {**WANTED, "name": "x" * (2 << 20)}).status_code == 413
