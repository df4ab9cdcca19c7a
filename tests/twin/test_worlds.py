"""Worlds: the named ones run, somebody else's runs, and what is no world is refused with a hint."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.shoppers import Clicked, Ordered, Requested, Returned, Served
from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.errors import BadInput
from magnetar.twin import rehearsal
from magnetar.twin.bazaar import WORLDS, Bazaar
from magnetar.twin.bazaar.settings import BazaarSettings
from magnetar.twin.rehearsal import WARM_UP_DAYS, Setting, run_pair
from magnetar.twin.world import Day, Market, Responses, World, load_world
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

PRODUCTS = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")[:16]
START = 1_794_787_200 * 1_000_000
TICK = 30 * 60 * 1_000_000


def a_day_in(world: str) -> Setting:
    return Setting(
        PRODUCTS,
        MerchantId("demo"),
        Money.of(100),
        Goal(GoalKind.TARGET_ROI, 3.0),
        1,
        ("none", "uax"),
        world=world,
        shoppers=80,
        pages_per_day=500,
    )


def opened(settings: BazaarSettings, seed: int = 1, pages: int = 3_000) -> Market:
    return Bazaar(settings).open(PRODUCTS, seed, 300, pages, Day(START))


def nothing_shown(requests: PageRequests) -> Served:
    shape = (len(requests), 10)
    return Served(
        0,
        requests.request,
        requests.shopper,
        requests.scene,
        *(np.full(shape, -1) for _ in range(2)),
        *(np.zeros(shape) for _ in range(4)),
    )


def pages_by_tick(market: Market, days: int) -> np.ndarray:
    """(days, ticks), how many pages are asked for."""
    counts = []
    for tick in range(days * 48):
        requests = market.requests(tick)
        market.respond(tick, nothing_shown(requests))
        counts.append(len(requests))
    return np.array(counts).reshape(days, 48)


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_every_named_world_lives_through_a_day(name: str):
    assert load_world(name).name == name
    nothing, uax = run_pair(a_day_in(name), 0)
    assert nothing.pages > 350  # of the 500 a day that were asked for
    assert nothing.spend == 0.0
    assert 0.0 <= uax.spend <= 100.0


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_a_market_has_enough_rivals_of_many_kinds_on_goods_of_their_own(name: str):
    market = opened(WORLDS[name])
    shelf = market.shelf
    assert shelf.ids[: len(PRODUCTS)] == [product.id for product in PRODUCTS]
    assert len(market.rivals) >= 24
    kinds = {campaign.goal.kind for campaign, _ in market.rivals}
    assert kinds == {GoalKind.TARGET_COST, GoalKind.TARGET_ROI, GoalKind.MAX_CONVERSIONS}
    assert len({campaign.bidder for campaign, _ in market.rivals}) == 3
    assert len({campaign.daily_budget for campaign, _ in market.rivals}) > 20
    for campaign, groups in market.rivals:
        for group in groups:
            owner = shelf.arrays.merchant[shelf.row_of[group.product]]
            assert shelf.merchants[owner] == campaign.merchant != "demo"


def test_a_seed_is_one_market_and_another_seed_another():
    one, again, other = opened(WORLDS["default"]), opened(WORLDS["default"]), opened(WORLDS["default"], seed=2)
    asked, asked_again, asked_other = (market.requests(40) for market in (one, again, other))
    assert np.array_equal(one.shelf.arrays.price, again.shelf.arrays.price)
    assert np.array_equal(asked.request, asked_again.request)
    assert np.array_equal(asked.shopper, asked_again.shopper)
    assert not np.array_equal(one.shelf.arrays.price, other.shelf.arrays.price)
    assert not set(asked.request.tolist()) & set(asked_other.request.tolist())


def test_requests_come_in_order_within_their_tick_and_searches_ask_for_something():
    market = opened(WORLDS["default"])
    for tick in (0, 20, 41):
        requests = market.requests(tick)
        begin = START + (tick - WARM_UP_DAYS * 48) * TICK
        assert (np.diff(requests.at) >= 0).all()
        assert ((requests.at >= begin) & (requests.at < begin + TICK)).all()
        assert len(set(requests.request.tolist())) == len(requests)
        assert ((requests.wanted >= 0) == (requests.scene == 2)).all()
        assert requests.wanted.max(initial=-1) < len(market.shelf.categories)
        assert ((requests.shopper >= 0) & (requests.shopper < market.shoppers)).all()


def test_the_pages_of_a_day_are_about_as_many_as_were_asked_for_and_follow_the_hours(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rehearsal, "_LOG_KEEP", None)
    stage = rehearsal.Stage(replace(a_day_in("default"), shoppers=400, pages_per_day=6_000), 0)
    stage.warm_up()
    asked = [envelope.data for _, envelope in stage.platform.bus.log.read() if isinstance(envelope.data, Requested)]
    days = np.array([len(one.request) for one in asked]).reshape(2, 48)
    assert days.sum(axis=1) == pytest.approx([6_000, 6_000], rel=0.12)  # loyalty and weekdays move it
    assert days[:, 38:46].sum() > 4 * days[:, 4:12].sum()  # the evening against the small hours


def test_the_shock_world_loses_its_afternoons_from_the_third_day_on():
    calm = replace(WORLDS["shocks"], noon_shock=1.0)
    with_shock, without = (pages_by_tick(opened(one), 5) for one in (WORLDS["shocks"], calm))
    day = WARM_UP_DAYS + WORLDS["shocks"].shock_day
    assert np.array_equal(with_shock[:day], without[:day])
    assert np.array_equal(with_shock[day, :24], without[day, :24])
    assert with_shock[day, 24:].sum() == pytest.approx(0.6 * without[day, 24:].sum(), rel=0.15)


def test_the_promotion_world_has_more_visitors_on_its_day():
    plain = replace(WORLDS["promotion"], promotion_day=-1)
    promoted, calm = (pages_by_tick(opened(one), 7) for one in (WORLDS["promotion"], plain))
    day = WARM_UP_DAYS + WORLDS["promotion"].promotion_day
    assert promoted[day].sum() == pytest.approx(1.35 * calm[day].sum(), rel=0.1)
    assert np.array_equal(promoted[:day], calm[:day])  # also in the warm-up, whose last day is numbered −1


# ---- somebody else's world ----

GOODS, RIVALS = 6, 2


class Village:
    """A hamlet of a dozen shoppers who look at three places and buy every fourth thing that they see."""

    name = "village"

    def open(self, products, seed, shoppers, pages_per_day, day):
        return VillageMarket(products, seed, shoppers, pages_per_day, day)


class VillageMarket:
    def __init__(self, products, seed, shoppers, pages_per_day, day):
        self.shoppers, self.rivals, self._seed, self._day = shoppers, [], seed, day
        self._a_tick = max(1, pages_per_day // 48)
        count = len(products)
        self.shelf = Shelf.of(
            ids=[product.id for product in products],
            merchants=[products[0].merchant],
            merchant=np.zeros(count, np.int64),
            categories=["everything"],
            category=np.zeros(count, np.int64),
            price=np.array([product.price.amount for product in products]),
            scenes=np.full(count, 0b1111, np.uint8),
        )

    def requests(self, tick):
        number = tick * self._a_tick + np.arange(self._a_tick)
        at = np.full(self._a_tick, self._day.start + (tick - 96) * TICK)
        request = (number + self._seed % 1000 * 10**9).astype(np.uint64)
        return PageRequests(at, request, number % self.shoppers, number % 4, np.where(number % 4 == 2, 0, -1))

    def respond(self, tick, pages):
        depth = np.full(len(pages.request), 3)
        page, place = np.nonzero((pages.item >= 0) & (np.arange(10) < 3))
        item = pages.item[page, place]
        bought = (pages.request[page].astype(np.int64) + item) % 4 == 0
        page, place, item = page[bought], place[bought], item[bought]
        now = np.full(len(page), self._day.start + (tick - 96) * TICK)
        request, shopper, scene = pages.request[page], pages.shopper[page], pages.scene[page]
        ad = pages.group[page, place]
        value = np.round(self.shelf.arrays.price[item] * 1e6).astype(np.int64)
        none = np.zeros(0, np.int64)
        return Responses(
            depth,
            Clicked(now, request, place, shopper, scene, item, ad),
            Ordered(now, now, request, shopper, scene, item, ad, np.ones(len(page), np.int64), value),
            Returned(none, none.astype(np.uint64), none, none, none, none),
        )

    def manage(self, tick, results, change):
        assert results() == []


def test_a_world_of_somebody_elses_making_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "hamlet.py").write_text(Path(__file__).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for name in (f"{tmp_path}/hamlet.py:Village", "hamlet:Village"):
        world = load_world(name)
        assert isinstance(world, World)
        assert world.name == "village"
    nothing, uax = run_pair(a_day_in("hamlet:Village"), 0)
    assert nothing.pages == uax.pages == 48 * 10
    assert nothing.orders > 100
    assert uax.gmv_paid > 0.0
    # three places a page are looked at, and each thing seen is bought by the same rule: nothing can be gained
    assert uax.orders == pytest.approx(nothing.orders, rel=0.25)


def test_a_world_may_be_an_object_as_well_as_a_class(tmp_path: Path):
    (tmp_path / "lone_world.py").write_text(
        "class Kind:\n    name = 'lone'\n    def open(self, *_):\n        return None\nkept = Kind()\n",
        encoding="utf-8",
    )
    assert load_world(f"{tmp_path}/lone_world.py:kept").name == "lone"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("atlantis", "Choose one of: default"),
        ("", "Choose one of: default"),
        ("no_such_module:World", "no_such_module"),
        ("/nowhere/world.py:World", "path/to/file.py:World"),
        ("math:World", "World"),
        ("math:pi", "is no world"),
    ],
)
def test_what_is_no_world_is_refused_with_a_hint(name: str, hint: str):
    with pytest.raises(BadInput, match=hint):
        load_world(name)
