"""Attribution by command, from a table and from the platform's own events."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from magnetar.app.journeys import journeys_in
from magnetar.capabilities.campaigns import AdGroupChanged
from magnetar.capabilities.measurement.attribution import attribute
from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Returned, Served, Viewed
from magnetar.cli.main import run
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import DAY, HOUR, SteppedClock
from magnetar.kernel.errors import BadInput
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.live import LivePlatform
from magnetar.platform.seats import ANONYMOUS, ShopperForgotten, ShoppersSeated
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

ITEMS = ["pot", "lamp", "film"]
MINE = np.array([True, False, False])
POT, LAMP = 0, 1
ANN = ANONYMOUS + 1
FEED, LIVE = 0, 1


def click(shopper: int, hour: int, *, scene: int = FEED, item: int = POT, group: int = -1) -> Clicked:
    one = [np.array([value]) for value in (hour * HOUR, hour, 0, shopper, scene, item, group)]
    return Clicked(*one)


def order(shopper: int, hour: int, micros: int, *, request: int = 1, item: int = POT) -> Ordered:
    one = [np.array([value]) for value in (hour * HOUR, hour * HOUR, request, shopper, FEED, item, -1, 1, micros)]
    return Ordered(*one)


def back(request: int, micros: int, *, item: int = POT) -> Returned:
    return Returned(*[np.array([value]) for value in (0, request, 0, item, -1, micros)])


def seat(row: int, digest: int) -> ShoppersSeated:
    return ShoppersSeated(0, np.array([row]), np.array([digest], np.uint64))


def log_of(*events, at: int = 0) -> MemoryLog:
    bus = Bus(MemoryLog(), SteppedClock(at))
    for event in events:
        bus.publish(event)
    return bus.log  # pyright: ignore[reportReturnType]


def credit(log: MemoryLog, rule: str = "linear", **more) -> dict[str, int]:
    found = journeys_in(log.read(), ITEMS, MINE, lookback=DAY, **more)
    one = attribute(found, rule)
    return dict(zip(one.channels, one.micros.tolist(), strict=True)) | {"": one.unattributed}


def test_clicks_on_ones_own_goods_lead_to_orders_of_them():
    log = log_of(
        click(ANN, 1, group=0),
        click(ANN, 2, scene=LIVE),
        click(ANN, 2, item=LAMP),
        order(ANN, 3, 900),
        order(ANN, 3, 50, item=LAMP),
    )
    assert credit(log) == {
        "organic/live": 450, "paid/feed": 450, "": 0,
    }  # fmt: skip


def test_channels_can_be_campaigns_ad_groups_and_items():
    groups = [AdGroupChanged("spring", "a", {}, added=True), AdGroupChanged("spring", "b", {}, added=True)]
    log = log_of(
        *groups,
        AdGroupChanged("spring", "a", {"paused": True}),
        click(ANN, 1, group=0),
        click(ANN, 2, group=1),
        order(ANN, 3, 900),
    )
    assert credit(log, by=("campaign",)) == {"spring": 900, "": 0}
    assert credit(log, by=("group",)) == {"a": 450, "b": 450, "": 0}
    assert credit(log, by=("item", "paid")) == {"pot/paid": 900, "": 0}


def test_what_came_back_is_taken_off_its_order():
    log = log_of(
        click(ANN, 1),
        order(ANN, 2, 900, request=5),
        order(ANN, 2, 300, request=6),
        back(5, 900),
        back(6, 70, item=LAMP),
    )
    assert credit(log) == {"organic/feed": 300, "": 0}


def test_impressions_on_screen_are_touches_when_asked_for():
    pages = Served(
        0, np.array([9], np.uint64), np.array([ANN]), np.array([LIVE]),
        np.array([[LAMP, POT, POT] + [-1] * (POSITIONS - 3)]), np.full((1, POSITIONS), 4), *[np.zeros((1, POSITIONS))] * 4,
    )  # fmt: skip
    log = log_of(Viewed(pages, np.array([2])), order(ANN, 3, 900), at=HOUR)
    assert credit(log, touches="impressions") == {"paid/live": 900, "": 0}
    assert credit(log) == {"": 900}
    found = journeys_in(log.read(), ITEMS, MINE, lookback=DAY, touches="impressions")
    assert (len(found.at), found.at[0]) == (1, HOUR)  # the lamp is another's, the third position stayed off screen


def test_a_row_that_another_shopper_took_over_starts_anew():
    log = log_of(
        seat(ANN, 77), click(ANN, 1), seat(ANN, 88), order(ANN, 2, 900), seat(ANN + 1, 77), order(ANN + 1, 3, 40)
    )
    assert credit(log) == {"organic/feed": 40, "": 900}


def test_shoppers_without_an_id_have_no_journey():
    log = log_of(seat(ANN, 77), click(3, 1), order(3, 2, 900))
    assert credit(log) == {"": 900}


def test_what_a_forgotten_shopper_did_is_nobodys_and_who_comes_back_begins_anew():
    high = 77 | 1 << 63
    log = log_of(
        seat(ANN, high),
        seat(ANN + 1, 88),
        click(ANN, 1),
        order(ANN, 2, 900),
        click(ANN + 1, 2),
        ShopperForgotten(0, high),
        order(ANN, 3, 60),  # a page from before, reported late
        order(ANN + 1, 3, 40),
        seat(ANN, high),
        order(ANN, 4, 5),
        click(ANN, 5, scene=LIVE),
        order(ANN, 6, 7),
    )
    assert credit(log) == {"organic/feed": 40, "organic/live": 7, "": 965}
    found = journeys_in(log.read(), ITEMS, MINE, lookback=DAY)
    assert len(found.at) == 2


def test_forgetting_a_digest_forgets_no_row_of_a_log_without_seats():
    log = log_of(click(ANN, 1), ShopperForgotten(0, ANN), order(ANN, 2, 900))
    assert credit(log) == {"organic/feed": 900, "": 0}


def test_a_part_that_does_not_exist_is_refused():
    with pytest.raises(BadInput, match=r"--by takes parts among paid, scene.*found 'creative'"):
        journeys_in([], ITEMS, MINE, lookback=DAY, by=("creative",))
    with pytest.raises(BadInput, match="--touches is one of clicks, impressions"):
        journeys_in([], ITEMS, MINE, lookback=DAY, touches="orders")


def test_the_command_says_that_credit_is_not_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    table = tmp_path / "events.csv"
    table.write_text("shopper,at,event,channel,value\nann,1,click,[feed],\nann,2,order,,19.9\n")
    out = tmp_path / "out.json"
    assert run(["measure", "attribution", "--events", str(table), "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    assert found["label"].endswith("credit, not cause")
    assert all(
        one["credits"] == [{"channel": "[feed]", "credited": 19.9, "orders": 1.0, "share": 1.0}]
        for one in found["rules"]
    )
    shown = capsys.readouterr().out
    assert "credit, not cause" in shown
    assert "[feed]" in shown


def test_a_running_platform_s_own_log_is_attributed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    home = tmp_path / "home"
    monkeypatch.setenv("MAGNETAR_HOME", str(home))
    clock = SteppedClock(1_794_787_200 * 1_000_000 + 10 * HOUR)
    platform = assemble(Settings(home=home), clock)
    product = Product(ProductId("pot"), MerchantId("demo"), "壶", Money.of(50), category="家居")
    platform.catalogue.put("demo", [product])
    live = LivePlatform(platform)
    for number, name in enumerate(("ann", "bob", "ann")):
        page = live.decide(name, "feed", site="demo")
        place = next(one.position for one in page.positions if one.product == "pot")
        told = [{"type": "clicked", "id": f"c{number}", "page": page.page, "position": place}]
        if number == 2:
            told.append({"type": "ordered", "id": "o", "page": page.page, "position": place, "quantity": 2})
        assert live.events(told, site="demo").rejected == []
        clock.step_to(clock.now() + HOUR)
    live.close()
    platform.close()
    out = tmp_path / "out.json"
    assert run(["measure", "attribution", "--by", "scene,item", "--rules", "linear,shapley", "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    assert (found["touches"], found["orders"], found["orders_touched"], found["lost_journeys"]) == (3, 1, 1, 1)
    for one in found["rules"]:
        assert one["credits"] == [{"channel": "feed/pot", "credited": 100.0, "orders": 1.0, "share": 1.0}]
    assert run(["measure", "attribution", "--merchant", "somebody"]) == 2
    assert "of merchant 'somebody'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rules", "best"], "--rules takes last-touch"),
        (["--lookback", "0"], "--lookback is a number of days"),
        (["--lookback", "nan"], "--lookback is a number of days"),
        ([], "the event log holds no clicks and no orders of merchant 'demo'"),
        (["--events", "nowhere.csv"], "cannot open"),
    ],
)
def test_what_cannot_be_attributed_says_why(arguments, message, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    assert run(["measure", "attribution", *arguments]) == 2
    assert message in capsys.readouterr().err
