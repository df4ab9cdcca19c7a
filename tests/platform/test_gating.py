"""The predictor's gate in a live market: opened by a setting or an operator, kept over restarts, off by default."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from magnetar.capabilities.catalogue import CatalogueImported
from magnetar.capabilities.understanding import gate as judging
from magnetar.capabilities.understanding.gate import PredictorPromoted, PredictorRolledBack, Standing
from magnetar.kernel.clock import DAY, MINUTE, SteppedClock
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.gating import DEFAULT, SETTINGS
from magnetar.platform.live import Ask, LivePlatform
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

START = 1_794_787_200 * 1_000_000


def product(id: str) -> Product:
    return Product(ProductId(id), MerchantId("demo"), f"thing {id}", Money.of(20), category="toys", stock=9)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Callable[..., SimpleNamespace]]:
    """Opens the same home again and again, the clock going on."""
    clock, shops = SteppedClock(START), []

    def opened(**settings: bool) -> SimpleNamespace:
        for one in shops:
            one.live.close()
            one.platform.close()
        shops.clear()
        platform = assemble(Settings(home=tmp_path, **settings), clock)  # pyright: ignore
        if not platform.catalogue.count("demo"):
            platform.catalogue.put("demo", [product(str(n)) for n in range(6)])
        shops.append(SimpleNamespace(platform=platform, live=LivePlatform(platform, 600), clock=clock))
        return shops[0]

    yield opened
    for one in shops:
        one.live.close()
        one.platform.close()


def half_hours(shop: SimpleNamespace, count: int) -> None:
    """Some people look and click, tick by tick."""
    for _ in range(count):
        shop.clock.step_to(shop.clock.now() + 30 * MINUTE)
        shop.live.open_ticks()
        answers = shop.live.decide_many([("site", Ask(f"p{n}")) for n in range(5)])
        told = []
        for row, token in enumerate(answers.tokens):
            told.append({"type": "viewed", "id": f"v{shop.clock.now()}{row}", "page": token, "depth": 4})
            told.append({"type": "clicked", "id": f"c{shop.clock.now()}{row}", "page": token, "position": row % 4})
        shop.live.events(told, site="site")


def events(shop: SimpleNamespace, kind: type) -> list:
    shop.live.recorder.flush()
    return [one.data for _, one in shop.live.recorder.read() if isinstance(one.data, kind)]


def test_it_is_closed_unless_somebody_opens_it(home: Callable[..., SimpleNamespace]):
    shop = home()
    half_hours(shop, 2)
    assert shop.live.gating.gate is None
    assert shop.live.gating.standings() == []
    assert home(gate=True).live.gating.gate is not None


def test_an_operator_s_choice_outlives_the_process_and_the_setting(home: Callable[..., SimpleNamespace]):
    shop = home()
    shop.live.gating.choose(shop.live, True)
    assert home().live.gating.open
    shop = home()
    shop.live.gating.choose(shop.live, False)
    assert not home(gate=True).live.gating.open


def test_candidates_are_judged_by_the_half_hour_and_change_no_page(home: Callable[..., SimpleNamespace]):
    shop = home(gate=True)
    half_hours(shop, 6)
    told = shop.live.gating.standings()
    assert {one.name for one in told} == set(SETTINGS) - {DEFAULT}
    assert [one.ticks for one in told] == [6, 6]
    served = shop.live.market.predictor.strengths
    assert served == SETTINGS[DEFAULT]


def test_closed_again_nothing_of_it_listens(home: Callable[..., SimpleNamespace]):
    shop = home()
    before = {kind: len(some) for kind, some in shop.live.market.bus._handlers.items()}
    shop.live.gating.choose(shop.live, True)
    assert any(len(some) > before.get(kind, 0) for kind, some in shop.live.market.bus._handlers.items())
    shop.live.gating.choose(shop.live, False)
    assert {kind: len(some) for kind, some in shop.live.market.bus._handlers.items() if some} == before


def test_the_better_one_takes_over_at_midnight_is_told_kept_and_comes_back(
    home: Callable[..., SimpleNamespace], monkeypatch: pytest.MonkeyPatch
):
    shop = home(gate=True)
    half_hours(shop, 2)
    better = Standing("slow-orders", 0.05, 0.001, 60)
    monkeypatch.setattr(judging.Gate, "standings", lambda gate: [better])
    shop.clock.step_to(START + DAY)
    shop.live.open_ticks()
    [event] = events(shop, PredictorPromoted)
    assert (event.name, event.before) == ("slow-orders", DEFAULT)
    assert shop.live.market.predictor.strengths == SETTINGS["slow-orders"]
    shop = home(gate=True)
    assert shop.live.gating.name == "slow-orders"
    assert shop.live.market.predictor.strengths == SETTINGS["slow-orders"]
    half_hours(shop, 1)
    monkeypatch.setattr(judging.Gate, "standings", lambda gate: [replace(better, name=DEFAULT)])
    shop.clock.step_to(START + 2 * DAY)
    shop.live.open_ticks()
    assert shop.live.market.predictor.strengths == SETTINGS[DEFAULT]
    assert [one.name for one in events(shop, PredictorRolledBack)] == [DEFAULT]


def test_a_new_shelf_keeps_what_was_counted(home: Callable[..., SimpleNamespace]):
    shop = home(gate=True)
    half_hours(shop, 4)
    shop.platform.catalogue.put("demo", [product("new")])
    shop.platform.runtime.bus.publish(
        CatalogueImported(merchant="demo", format="own", rows=1, inserted=1, updated=0, unchanged=0, rejected=0)
    )
    half_hours(shop, 2)
    assert len(shop.live.market.shelf) == 7
    assert [one.ticks for one in shop.live.gating.standings()] == [6, 6]


def test_trouble_in_the_gate_closes_it_and_stops_nothing(
    home: Callable[..., SimpleNamespace], monkeypatch: pytest.MonkeyPatch
):
    shop = home(gate=True)

    def fails(gate: judging.Gate, now: int) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(judging.Gate, "refresh", fails)
    half_hours(shop, 2)
    assert shop.live.gating.gate is None
    assert shop.live.trouble == ""
