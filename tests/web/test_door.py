"""The hot door: who may come in, what is answered, what counts, and what nobody can forge."""

import asyncio
import json
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest

from magnetar.kernel.clock import DAY, HOUR, MINUTE, SteppedClock
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import Platform, assemble
from magnetar.platform.live import Ask, LivePlatform
from magnetar.platform.pages import Page
from magnetar.platform.steering import Steering
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money
from magnetar.web.server import Site

MORNING = 1_794_787_200 * 1_000_000 + 10 * HOUR
CATEGORIES = ("咖啡 > 豆", "家居 > 厨房", "母婴 > 出行", "美妆 > 护手")


def goods(merchant: str, count: int, first: int = 0) -> list[Product]:
    return [
        Product(
            ProductId(f"p{one:03d}"),
            MerchantId(merchant),
            f"{CATEGORIES[one % 4].split(' > ')[1]} {one}",
            Money.of(20 + 7 * (one % 13)),
            category=CATEGORIES[one % 4],
        )
        for one in range(first, first + count)
    ]


@dataclass
class Market:
    """Two merchants with products of the same ids, a campaign, and keys for both."""

    clock: SteppedClock
    platform: Platform
    live: LivePlatform
    site: Site
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def steering(self) -> Steering:
        return Steering(self.live)

    def advertise(self, daily_budget: float = 50.0, merchant: str = "demo", groups: int = 12) -> str:
        campaign = self.steering.create(
            merchant, name="spring", goal="target_roi", target=2.0, daily_budget=daily_budget
        )["id"]
        for one in range(groups):
            self.steering.add_group(merchant, campaign, product=f"p{one:03d}")
        self.live.open_now()
        return campaign

    async def send(self, method: str, path: str, body: Any = None, key: str = "demo", **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.site), base_url="http://door") as client:
            given = {"Authorization": f"Bearer {self.keys.get(key, key)}"} if key else {}
            if isinstance(body, bytes):
                return await client.request(method, path, content=body, headers={**given, **headers})
            return await client.request(method, path, json=body, headers={**given, **headers})

    def call(self, method: str, path: str, body: Any = None, key: str = "demo", **headers: str) -> httpx.Response:
        return asyncio.run(self.send(method, path, body, key, **headers))

    def page(self, shopper: str = "ann", key: str = "demo", **more: Any) -> dict[str, Any]:
        answer = self.call("POST", "/v1/decide", {"shopper": shopper, **more}, key)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def report(self, *events: dict[str, Any], key: str = "demo") -> dict[str, Any]:
        answer = self.call("POST", "/v1/events", {"events": list(events)}, key)
        assert answer.status_code == 200, answer.text
        return answer.json()

    @property
    def spent(self) -> int:
        return int(self.live.market.campaigns.delivery.spend.sum())


def open_market(home: Path, lasting: bool = False, clock: SteppedClock | None = None, products: int = 40) -> Market:
    engines = {} if lasting else {"store": "memory", "event_log": "memory"}
    clock = clock or SteppedClock(MORNING)
    platform = assemble(Settings(home=home, **engines), clock)
    keys = {}
    for merchant in ("demo", "rival"):
        platform.catalogue.put(merchant, goods(merchant, products))
        keys[merchant] = platform.accounts.issue_key(merchant).key
    live = LivePlatform(platform, shoppers=2_000, secret=b"" if lasting else b"the same in every market of memory")
    return Market(clock, platform, live, Site(live), keys)


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Market]:
    opened = open_market(tmp_path)
    yield opened
    opened.platform.close()


# ---- who may come in, and how they must ask


def test_without_a_key_the_door_stays_shut(market: Market):
    answer = market.call("POST", "/v1/decide", {}, key="")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "no_key")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("key", ["wrong", "mk_x_y", "x" * 500, "demo\u00e9"])
def test_a_wrong_key_opens_nothing(market: Market, key: str):
    answer = market.call("POST", "/v1/decide", {}, key="", Authorization=f"Bearer {key}".encode("latin-1"))
    assert answer.status_code == 401


def test_a_revoked_key_opens_nothing(market: Market):
    market.platform.accounts.revoke_key("demo", market.platform.accounts.keys("demo")[0].prefix)
    assert market.call("POST", "/v1/decide", {}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/v1/decide", None, {}, 405),
        ("POST", "/v1/health", {}, {}, 405),
        ("POST", "/v1/nothing", {}, {}, 404),
        ("POST", "/v1/decide", b"{}", {}, 415),
        ("POST", "/v1/decide", b"{}", {"Content-Type": "text/plain"}, 415),
        ("POST", "/v1/decide", b"{", {"Content-Type": "application/json"}, 400),
        ("POST", "/v1/decide", b"\xff", {"Content-Type": "application/json"}, 400),
        ("POST", "/v1/decide", b"[" * 10_000, {"Content-Type": "application/json"}, 400),
        ("POST", "/v1/decide", b"", {"Content-Type": "application/json"}, 400),
        ("POST", "/v1/decide", {"scene": "moon"}, {}, 400),
        ("POST", "/v1/decide", {"scene": 3}, {}, 400),
        ("POST", "/v1/decide", {"shopper": "s" * 201}, {}, 400),
        ("POST", "/v1/decide", {"category": "火箭"}, {}, 400),
        ("POST", "/v1/decide", {"shopper": "s" * 20_000}, {}, 413),
        ("POST", "/v1/events", {"events": 3}, {}, 400),
        ("POST", "/v1/events", {}, {}, 400),
        ("POST", "/v1/events", {"events": [{}] * 1001}, {}, 413),
    ],
)
def test_a_call_that_is_not_understood_is_told_why(market: Market, method, path, body, headers, status):
    answer = market.call(method, path, body, **headers)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message"}


def test_nothing_that_is_sent_breaks_the_door(market: Market):
    market.advertise()
    token = market.page()["page"]
    rng = random.Random(2)
    values: list[Any] = [
        None,
        True,
        -1,
        3,
        1e308,
        2**70,
        "",
        "feed",
        "咖啡",
        "\ud83d",
        token,
        [],
        {},
        [{}],
        {"a": [1]},
        "x" * 300,
    ]
    names = ["shopper", "scene", "query", "category", "request", "type", "id", "page", "depth", "position", "quantity", "value", "at", "clicked_at"]  # fmt: skip
    kinds = ["viewed", "clicked", "ordered", "returned"]

    async def all_of_it() -> None:
        for turn in range(300):
            body: Any = {name: rng.choice(values) for name in rng.sample(names, rng.randrange(len(names)))}
            if turn % 2:
                event = {"type": rng.choice(kinds), "id": f"f{turn}", "page": token, **body}
                body = {"events": [event if rng.random() < 0.9 else rng.choice(values), body]}
            raw = json.dumps(body).encode()
            if rng.random() < 0.2:
                raw = bytes(rng.choice(raw) if rng.random() < 0.9 else rng.randrange(256) for _ in raw)
            path = rng.choice(["/v1/decide", "/v1/events"])
            answer = await market.send("POST", path, raw, **{"Content-Type": "application/json"})
            assert answer.status_code in (200, 400), (path, raw, answer.text)
            answer.json()

    asyncio.run(all_of_it())
    assert market.call("GET", "/v1/health").json()["status"] == "ok"
    assert market.call("GET", "/v1/health").json()["degraded_pages"] == 0


def test_a_body_without_a_length_is_limited_too(market: Market):
    async def pieces():
        for _ in range(40):
            yield b"x" * 1000

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(market.site), base_url="http://door") as client:
            headers = {"Authorization": f"Bearer {market.keys['demo']}", "Content-Type": "application/json"}
            return await client.post("/v1/decide", content=pieces(), headers=headers)

    assert asyncio.run(send()).status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for(market: Market):
    said: list[dict[str, Any]] = []

    async def say(message: dict[str, Any]) -> None:
        said.append(message)

    async def send_slowly() -> None:
        head = [(b"authorization", f"Bearer {market.keys['demo']}".encode()), (b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/v1/decide", "headers": head}
        door = market.site.door
        call = asyncio.create_task(door(scope, asyncio.Event().wait, say))  # type: ignore[arg-type]
        while not door._reading:
            await asyncio.sleep(0.001)
        door._reading = dict.fromkeys(door._reading, -1e9)
        door.reap()
        await call

    asyncio.run(send_slowly())
    assert said[0]["status"] == 408


def test_a_key_that_calls_too_often_is_asked_to_wait(tmp_path: Path):
    market = open_market(tmp_path)
    market.site = Site(market.live, rate=2.0)
    answers = [market.call("POST", "/v1/decide", {}).status_code for _ in range(6)]
    assert answers[:4] == [200] * 4
    assert answers[4:] == [429] * 2
    assert market.call("POST", "/v1/decide", {}, key="rival").status_code == 200
    market.platform.close()


def test_health_tells_strangers_only_whether_all_is_well(market: Market):
    assert market.call("GET", "/v1/health", key="").json() == {"status": "ok"}
    assert market.call("GET", "/v1/health").json()["products"] == 80


# ---- pages


def test_a_page_says_what_stands_where_and_why(market: Market):
    market.advertise()
    page = market.page(scene="feed")
    assert [one["position"] for one in page["positions"]] == list(range(len(page["positions"])))
    paid = [one for one in page["positions"] if one["paid"]]
    assert paid
    assert all(one["label"] == {"zh": "广告", "en": "Ad"} for one in paid)
    assert all(one["merchant"] == "demo" for one in paid)
    assert all(one["reason"]["zh"] and one["reason"]["en"] for one in page["positions"])
    assert len({(one["merchant"], one["product"]) for one in page["positions"]}) == len(page["positions"])


def test_a_query_brings_its_category_first(market: Market):
    shown = [one for _ in range(20) for one in market.page(scene="search", query="厨房 3")["positions"]]
    kitchen = [one for one in shown if one["title"].startswith("厨房")]
    assert len(kitchen) >= len(shown) / 2  # of twenty pages together: each explores by its own request id


def test_what_a_search_finds_stands_first_and_says_so(market: Market):
    pages = [market.page(shopper=f"s{one}", scene="search", query="厨房") for one in range(10)]
    natural = [[one for one in page["positions"] if not one["paid"]] for page in pages]
    answered = [one for page in natural for one in page if "answers what was searched for" in one["reason"]["en"]]
    assert sum(page[0]["title"].startswith("厨房") for page in natural) >= 9
    assert answered
    assert all(one["title"].startswith("厨房") for one in answered)


@pytest.mark.parametrize("query", ["🙂🙂", "   ", "'; DROP TABLE products; --", "<script>", "\u0000", "词" * 200])
def test_a_strange_query_is_answered_with_a_page(market: Market, query: str):
    assert len(market.page(scene="search", query=query)["positions"]) == 10


def test_over_http_the_same_is_decided_as_in_process(tmp_path: Path):
    one, other = open_market(tmp_path / "one"), open_market(tmp_path / "other")
    for market in (one, other):
        market.advertise()
    rng = random.Random(5)
    asks = [
        Ask(
            f"s{rng.randrange(30)}" if rng.random() < 0.8 else "", rng.choice(["feed", "live", "mall"]), request=f"r{n}"
        )
        for n in range(60)
    ]

    async def all_at_once() -> list[httpx.Response]:
        await one.send("GET", "/v1/health")  # the key is known from here on, so that none waits for it
        return await asyncio.gather(*(one.send("POST", "/v1/decide", msgspec.to_builtins(ask)) for ask in asks))

    over_http = [msgspec.convert(answer.json(), Page) for answer in asyncio.run(all_at_once())]
    in_process = [other.live.decide(ask.shopper, ask.scene, request=ask.request, site="demo") for ask in asks]
    for first, second in zip(over_http, in_process, strict=True):
        assert (first.request, first.positions) == (second.request, second.positions)
    assert np.array_equal(one.live.market.serving.lease, other.live.market.serving.lease)


def test_strangers_share_rows_and_are_never_capped_for_each_other(market: Market):
    market.advertise(groups=3)
    first = sum(any(one["paid"] for one in market.page(shopper="")["positions"]) for _ in range(20))
    assert first == 20


def test_a_frequency_cap_holds_for_a_known_shopper(market: Market):
    market.advertise(groups=1)
    paid = sum(any(one["paid"] for one in market.page(shopper="ann")["positions"]) for _ in range(10))
    assert paid == 4


def test_when_deciding_fails_the_page_is_organic_and_says_so(market: Market, monkeypatch: pytest.MonkeyPatch):
    market.advertise()

    def broken(_: Any) -> Any:
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr(market.live.market.serving, "decide", broken)
    page = market.page()
    assert page["degraded"]
    assert page["page"] is None
    assert page["positions"]
    assert not any(one["paid"] for one in page["positions"])
    assert market.call("GET", "/v1/health").json()["status"] == "degraded"
    monkeypatch.undo()
    assert not market.page()["degraded"]
    assert market.call("GET", "/v1/health").json()["status"] == "ok"


def test_a_failure_outside_a_decision_is_said_in_json(market: Market, monkeypatch: pytest.MonkeyPatch):
    def broken(_: str) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(type(market.platform.accounts), "principal_of_key", lambda *_: broken(""))
    answer = market.call("POST", "/v1/decide", {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "failed")


def test_shoppers_of_two_sites_with_the_same_id_are_two(market: Market):
    market.page("ann", key="demo")
    market.page("ann", key="rival")
    assert len(market.live.seats) == 2


def test_an_id_from_outside_is_kept_nowhere(tmp_path: Path):
    market = open_market(tmp_path, lasting=True)
    page = market.page("ann.smith@example.org", request="order-form-77")
    market.report({"type": "viewed", "id": "v", "page": page["page"], "depth": 3})
    market.live.close()
    market.platform.close()
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"ann.smith" not in everything
    assert (tmp_path / "door.secret").stat().st_mode & 0o777 == 0o600


# ---- reports


def test_a_view_is_charged_once_and_learned(market: Market):
    market.advertise()
    page = market.page()
    seen = {"type": "viewed", "id": "v1", "page": page["page"], "depth": 10}
    assert market.report(seen) == {"accepted": 1, "duplicates": 0, "uncharged": 0, "rejected": []}
    spent = market.spent
    assert spent > 0
    assert market.report(seen)["duplicates"] == 1
    assert market.report({**seen, "id": "v2"})["accepted"] == 1
    assert market.spent == spent


def test_scrolling_on_charges_only_what_is_new(market: Market):
    market.advertise()
    pages = [market.page(f"s{one}") for one in range(30)]
    once = open_views(market, pages, [10])
    assert (
        once == open_views(market, [market.page(f"t{one}") for one in range(30)], [2, 5, 5, 10]) or market.spent > once
    )


def open_views(market: Market, pages: list[dict[str, Any]], depths: list[int]) -> int:
    before = int(market.live.market.campaigns.delivery.views.sum())
    for turn, depth in enumerate(depths):
        market.report(
            *(
                {"type": "viewed", "id": f"{one['request']}:{turn}", "page": one["page"], "depth": depth}
                for one in pages
            )
        )
    paid = sum(one["paid"] for page in pages for one in page["positions"])
    assert int(market.live.market.campaigns.delivery.views.sum()) - before == paid
    return market.spent


def test_clicks_orders_and_returns_reach_their_ad_group(market: Market):
    market.advertise()
    page = market.page()
    [place, *_] = [one["position"] for one in page["positions"] if one["paid"]]
    price = page["positions"][place]["price"]
    act = {"page": page["page"], "position": place}
    answer = market.report(
        {"type": "viewed", "id": "a", "page": page["page"], "depth": 10},
        {"type": "clicked", "id": "a", **act},
        {"type": "ordered", "id": "a", "quantity": 2, **act},
        {"type": "ordered", "id": "b", "value": 12.5, **act},
        {"type": "returned", "id": "a", "value": 12.5, **act},
    )
    assert answer["accepted"] == 5
    delivery = market.live.market.campaigns.delivery
    assert (delivery.clicks.sum(), delivery.orders.sum(), delivery.returns.sum()) == (1, 2, 1)
    assert delivery.gmv.sum() == round((2 * price + 12.5) * 1e6)
    assert delivery.returned.sum() == 12_500_000


def test_every_bad_report_is_named_and_the_good_ones_count(market: Market):
    page = market.page()["page"]
    good = {"type": "viewed", "id": "g", "page": page, "depth": 1}
    now = MORNING / 1e6
    bad = [
        ("malformed", {"type": "danced", "id": "1", "page": page}),
        ("malformed", {"type": "viewed", "id": "1"}),
        ("malformed", 7),
        ("bad_id", {**good, "id": ""}),
        ("bad_id", {**good, "id": "i" * 129}),
        ("bad_page", {**good, "id": "2", "page": "nonsense"}),
        ("bad_page", {**good, "id": "3", "page": page[:-1]}),
        ("bad_depth", {**good, "id": "4", "depth": 11}),
        ("bad_depth", {**good, "id": "5", "depth": -1}),
        ("bad_position", {"type": "clicked", "id": "6", "page": page}),
        ("bad_position", {"type": "clicked", "id": "7", "page": page, "position": 10}),
        ("bad_quantity", {"type": "ordered", "id": "8", "page": page, "position": 0, "quantity": 0}),
        ("bad_value", {"type": "ordered", "id": "9", "page": page, "position": 0, "value": -1}),
        ("bad_value", {"type": "ordered", "id": "10", "page": page, "position": 0, "value": 1e300}),
        ("too_late", {**good, "id": "11", "at": now - 8 * 86400}),
        ("in_future", {**good, "id": "12", "at": now + 3600}),
        ("bad_time", {**good, "id": "13", "at": -5}),
    ]
    answer = market.report(good, *(one for _, one in bad))
    assert answer["accepted"] == 1
    assert [(one["index"], one["code"]) for one in answer["rejected"]] == [
        (place, code) for place, (code, _) in enumerate(bad, 1)
    ]


def test_no_changed_token_is_taken(market: Market):
    market.advertise()
    token = market.page()["page"]
    rng = random.Random(11)
    letters = string.ascii_letters + string.digits + "-_"
    changed: list[str] = []
    while len(changed) < 400:
        place = rng.randrange(len(token) - 1)  # the last letter holds bits that mean nothing
        other = token[:place] + rng.choice(letters) + token[place + 1 :]
        if other != token:
            changed.append(other)
    for start in range(0, 400, 200):
        answer = market.report(
            *(
                {"type": "viewed", "id": f"t{start + n}", "page": one, "depth": 10}
                for n, one in enumerate(changed[start : start + 200])
            )
        )
        assert answer["accepted"] == 0
        assert {one["code"] for one in answer["rejected"]} == {"bad_page"}
    assert market.spent == 0


def test_a_token_of_one_site_is_nothing_to_another(market: Market):
    market.advertise()
    token = market.page(key="demo")["page"]
    answer = market.report({"type": "viewed", "id": "v", "page": token, "depth": 9}, key="rival")
    assert [one["code"] for one in answer["rejected"]] == ["bad_page"]
    assert market.spent == 0


def test_the_same_id_of_two_sites_is_two_reports(market: Market):
    for key in ("demo", "rival"):
        page = market.page(key=key)
        assert market.report({"type": "viewed", "id": "v", "page": page["page"], "depth": 9}, key=key)["accepted"] == 1


def test_a_view_told_after_its_half_hour_is_learned_and_not_charged(market: Market):
    market.advertise()
    page = market.page()
    market.clock.step_to(MORNING + 31 * MINUTE)
    assert market.live.open_ticks()
    answer = market.report({"type": "viewed", "id": "v", "page": page["page"], "depth": 10})
    assert (answer["accepted"], answer["uncharged"]) == (1, 1)
    assert market.spent == 0
    assert market.live.market.campaigns.delivery.views.sum() > 0


def test_reports_are_taken_for_seven_days(market: Market):
    pages = [market.page() for _ in range(2)]
    market.clock.step_to(MORNING + 7 * DAY - MINUTE)
    market.live.open_ticks()
    assert market.report({"type": "viewed", "id": "v", "page": pages[0]["page"], "depth": 3})["accepted"] == 1
    market.clock.step_to(MORNING + 7 * DAY + MINUTE)
    late = market.report({"type": "viewed", "id": "w", "page": pages[1]["page"], "depth": 3})
    assert [one["code"] for one in late["rejected"]] == ["too_late"]


def test_what_cannot_be_recorded_is_not_acknowledged_and_may_be_sent_again(
    market: Market, monkeypatch: pytest.MonkeyPatch
):
    market.advertise()
    page = market.page()
    seen = {"type": "viewed", "id": "v", "page": page["page"], "depth": 10}

    def full(_: Any) -> list[bool]:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(market.live.recorder._log, "append", full)
        answer = market.call("POST", "/v1/events", {"events": [seen]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_recorded")
        assert market.spent == 0
    assert market.report(seen)["accepted"] == 1
    assert market.spent > 0


# ---- money


def test_no_budget_is_overspent_however_many_ask_at_once(market: Market):
    budget = 0.3
    campaign = market.advertise(daily_budget=budget)

    async def one(number: int) -> None:
        answer = await market.send(
            "POST", "/v1/decide", {"shopper": f"s{number % 97}"}, "demo" if number % 2 else "rival"
        )
        page = answer.json()
        event = {"type": "viewed", "id": f"v{number}", "page": page["page"], "depth": 10}
        await market.send("POST", "/v1/events", {"events": [event, event]}, "demo" if number % 2 else "rival")

    async def many(first: int) -> None:
        await asyncio.gather(*(one(first + number) for number in range(80)))

    for half_hour in range(4):
        asyncio.run(many(half_hour * 80))
        market.clock.step_to(market.clock.now() + 30 * MINUTE)
        market.live.open_ticks()
    spent = market.steering.get("demo", campaign)["spend"]
    assert 0 < spent <= budget
    assert market.live.ledger.balance("merchant:demo:balance").amount == -spent


def test_a_new_day_brings_a_new_budget_also_after_a_pause_of_days(market: Market):
    market.advertise(daily_budget=50.0)
    for number in range(40):
        page = market.page(f"a{number}")
        act = {"id": f"v{number}", "page": page["page"]}
        market.report({"type": "viewed", "depth": 2, **act}, {"type": "clicked", "position": 1, **act})
    first = market.spent
    market.clock.step_to(MORNING + 3 * DAY)
    market.live.open_ticks()
    book = market.live.ledger.budgets
    assert market.live.ledger.balance("merchant:demo:balance").micros == -first
    assert (book.remaining().tolist(), book.spent_today.tolist()) == ([50_000_000], [0])
    assert any(one["paid"] for one in market.page("b")["positions"])


def test_pausing_stops_a_campaign_at_once(market: Market):
    campaign = market.advertise()
    assert any(one["paid"] for one in market.page("a")["positions"])
    market.steering.pause("demo", campaign)
    assert not any(one["paid"] for one in market.page("b")["positions"])


def test_a_lower_budget_holds_at_once(market: Market):
    campaign = market.advertise(daily_budget=50.0)
    market.steering.budget("demo", campaign, 0.06)
    for number in range(60):
        page = market.page(f"a{number}")
        market.report({"type": "viewed", "id": f"v{number}", "page": page["page"], "depth": 10})
    assert 0 < market.spent <= 60_000


def test_an_agent_that_fails_does_not_stop_the_clock(market: Market):
    def fail(*_: Any) -> None:
        raise RuntimeError("no idea")

    market.live.before_tick.append(fail)
    market.clock.step_to(MORNING + 30 * MINUTE)
    assert market.live.open_ticks()
    [failed] = [one.data for _, one in market.live.recorder.read() if one.type == "HandlingFailed"]
    assert failed.error == "RuntimeError: no idea"


# ---- new products, restarts


def test_products_imported_meanwhile_are_on_the_shelf_from_the_next_half_hour(market: Market):
    campaign = market.advertise()
    page = market.page()
    for number in range(30):
        seen = market.page(f"s{number}")
        market.report({"type": "viewed", "id": f"v{number}", "page": seen["page"], "depth": 10})
    old = market.live.market
    feed = "id,title,price,category\nnew-1,新品 登月靴,88,宇航 > 鞋\nnew-2,新品 头盔,99,宇航 > 头\n"
    assert market.call("POST", "/api/products/import", feed.encode()).json()["imported"] == 2
    market.clock.step_to(MORNING + 30 * MINUTE)
    market.live.open_ticks()
    new = market.live.market
    assert new is not old
    assert np.array_equal(new.predictor.clicks.items.load[:80], old.predictor.clicks.items.load)
    assert np.array_equal(new.campaigns.delivery.spend, old.campaigns.delivery.spend)
    assert [one["merchant"] for one in market.page(scene="search", category="宇航")["positions"]].count("demo") >= 2
    assert market.report({"type": "clicked", "id": "c", "page": page["page"], "position": 1})["accepted"] == 1
    market.steering.add_group("demo", campaign, product="new-1")


def test_a_restart_takes_up_what_was_learned_and_spent(tmp_path: Path):
    market = open_market(tmp_path, lasting=True)
    market.advertise()
    pages = [market.page(f"s{number}") for number in range(40)]
    reports = [{"type": "viewed", "id": f"v{n}", "page": one["page"], "depth": 10} for n, one in enumerate(pages)]
    clicks = [{"type": "clicked", "id": f"c{n}", "page": one["page"], "position": 1} for n, one in enumerate(pages[:9])]
    market.report(*reports[:20])
    market.clock.step_to(MORNING + 30 * MINUTE)
    market.live.open_ticks()
    market.page("s3")
    market.report(*reports[20:], *clicks)
    before = market.live.market
    market.live.recorder.flush()
    market.platform.close()  # nothing else is told: as if the process had died here

    again = open_market(tmp_path, lasting=True, clock=market.clock)
    after = again.live.market
    for name in ("views", "clicks", "orders", "spend", "gmv", "predicted"):
        assert np.array_equal(getattr(before.campaigns.delivery, name), getattr(after.campaigns.delivery, name)), name
    assert np.array_equal(before.predictor.clicks.items.hits, after.predictor.clicks.items.hits)
    assert np.array_equal(before.predictor.clicks.matches.load, after.predictor.clicks.matches.load)
    shown, again_shown = (one.serving.shown.table(len(one.campaigns.roster)) for one in (before, after))
    assert shown[256:].any()
    assert np.array_equal(shown[256:], again_shown[256:])
    assert len(again.live.seats) == 40
    again.keys = market.keys
    assert again.report(*reports, *clicks)["duplicates"] == 49
    assert again.live.ledger.balance("merchant:demo:balance").micros == -again.spent
    late = again.report({"type": "viewed", "id": "x", "page": pages[0]["page"], "depth": 10})
    assert late["accepted"] == 1
    assert again.live.ledger.balance("merchant:demo:balance").micros == -again.spent
    again.platform.close()


@pytest.mark.parametrize("later", [0, 30 * MINUTE, 2 * DAY])
def test_dying_between_the_ledger_and_the_record_of_an_edge_charges_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: int
):
    market = open_market(tmp_path, lasting=True)
    market.advertise()
    for number in range(20):
        page = market.page(f"s{number}")
        act = {"id": f"v{number}", "page": page["page"]}
        market.report({"type": "viewed", "depth": 10, **act}, {"type": "clicked", "position": 1, **act})
    spent = market.spent
    assert spent > 0
    market.clock.step_to(MORNING + 30 * MINUTE)

    def died(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(market.live._edges, "put", died)
    with pytest.raises(KeyboardInterrupt):
        market.live.open_ticks()
    market.platform.close()

    market.clock.step_to(market.clock.now() + later)
    again = open_market(tmp_path, lasting=True, clock=market.clock)
    book, ledger = again.live.ledger.budgets, again.live.ledger
    assert (again.spent, ledger.balance("merchant:demo:balance").micros) == (spent, -spent)
    assert book.remaining().tolist() == [50_000_000 - (0 if later > DAY else spent)]
    again.clock.step_to(again.clock.now() + HOUR)
    again.live.open_ticks()
    page = again.page("late")
    again.report({"type": "viewed", "id": "late", "page": page["page"], "depth": 10})
    again.clock.step_to(again.clock.now() + HOUR)
    again.live.open_ticks()
    assert ledger.balance("merchant:demo:balance").micros == -again.spent
    assert again.live.ledger.ledger.verify() >= 1
    again.platform.close()


def test_who_was_away_longest_gives_up_the_row(tmp_path: Path):
    engines = {"store": "memory", "event_log": "memory"}
    platform = assemble(Settings(home=tmp_path, **engines), SteppedClock(MORNING))
    platform.catalogue.put("demo", goods("demo", 10))
    live = LivePlatform(platform, shoppers=256 + 3)
    for shopper in "abcad":
        live.decide(shopper)
    assert len(live.seats) == 3
    rows = {one: live.seats.known(live.sealer.digest("shopper", "", one)) for one in "abcd"}
    assert rows["b"] is None
    assert rows["d"] == 257
    platform.close()


def test_the_log_reads_back_as_json(market: Market):
    market.report({"type": "viewed", "id": "v", "page": market.page()["page"], "depth": 2})
    market.live.recorder.flush()
    kinds = {envelope.type for _, envelope in market.live.recorder.read()}
    assert {"Requested", "Served", "ShoppersSeated", "Viewed", "ReportsTaken", "TickOpened"} <= kinds
    assert json.loads(json.dumps(sorted(kinds)))
