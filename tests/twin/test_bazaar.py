"""The bazaar's shoppers: who comes, what they remember, what a night does, and that nothing is lost on the way."""

from dataclasses import replace

import numpy as np
import pytest

from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.shoppers import POSITIONS, Served
from magnetar.twin import rehearsal
from magnetar.twin.bazaar import WORLDS, Bazaar, population
from magnetar.twin.bazaar.population import (
    CAME,
    ERRAND,
    KIND,
    LEADS_TO,
    LOYALTY,
    NIGHT,
    PURSE,
    SETS,
    WAYS,
    People,
    Truth,
    balance,
)
from magnetar.twin.bazaar.shopping import FORGOTTEN, RECOVERY, Visits, come, look, wake
from magnetar.twin.rehearsal import Setting, run_pair
from magnetar.twin.world import Day, Responses
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

PRODUCTS = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")[:24]
DAY = Day(1_794_787_200 * 1_000_000)
TICK = 30 * 60 * 1_000_000


def people_of(count: int, items: int = 3, categories: int = 2) -> People:
    row = np.zeros((count, 16), np.float32)
    row[:, LOYALTY], row[:, CAME] = 1.0, -1.0
    return People(row, np.ones((count, categories), np.float32), np.zeros((count, items), np.uint8))


# ---- who comes ----


@pytest.mark.parametrize(
    "weights", [[1.0], [1.0, 1.0], [0.5, 3.0, 1.5], [1e-9, 1.0, 1e3, 7.0, 7.0], list(range(1, 50))]
)
def test_a_draw_at_one_look_is_in_proportion_to_the_weights(weights: list[float]):
    weight = np.array(weights, np.float32)
    alias, share = np.empty(len(weight), np.int32), np.empty(len(weight), np.float32)
    assert balance(weight, alias, share) == pytest.approx(weight.sum())
    chosen = np.zeros(len(weight))
    np.add.at(chosen, np.arange(len(weight)), share / len(weight))
    np.add.at(chosen, alias, (1.0 - share) / len(weight))
    assert chosen == pytest.approx(weight / weight.sum(), abs=1e-6)


def test_a_shopper_comes_in_a_tick_by_rate_activity_and_loyalty_and_at_most_once():
    activity = np.array([0.2, 1.0, 4.0, 1.0], np.float32)
    alias, share = np.empty(4, np.int32), np.empty(4, np.float32)
    truth = Truth(
        np.zeros((1, 16), np.float32), np.zeros((2, 6), np.float32), alias, share, balance(activity, alias, share)
    )
    people, rate, ticks = people_of(4), 0.4, 20_000
    people.row[:, LOYALTY] = [1.0, 0.5, 1.3, 1.0]
    visits = Visits(*np.empty((3, 100), np.int64))
    times = np.zeros(4)
    for tick in range(ticks):
        count, pages = come(np.uint64(7), tick, 0, rate, 1_000, 500, truth, people, visits)
        who = visits.shopper[:count]
        assert len(set(who.tolist())) == count
        assert pages == visits.pages[:count].sum()
        assert ((visits.moment[:count] >= 1_000) & (visits.moment[:count] < 1_500)).all()
        assert (np.diff(visits.moment[:count]) >= 0).all()
        times[who] += 1
    expected = 1.0 - np.exp(-rate * activity * people.row[:, LOYALTY])
    error = np.sqrt(expected * (1.0 - expected) / ticks)
    assert (np.abs(times / ticks - expected) < 4.5 * error).all()


def test_nobody_comes_at_a_rate_of_nothing():
    market = Bazaar(replace(WORLDS["shocks"], noon_shock=0.0, shock_day=-9)).open(PRODUCTS, 1, 50, 500, DAY)
    assert len(market.requests(30)) == 0
    assert len(market.requests(10)) > 0


# ---- memory and nights ----


@pytest.mark.parametrize("memory", [np.zeros((1, 5), np.uint8), np.zeros((1, SETS, WAYS), np.uint32)])
def test_every_look_is_remembered_up_to_255(memory: np.ndarray):
    assert [look(0, 3, memory) for _ in range(4)] == [0, 1, 2, 3]
    assert [look(0, 4, memory) for _ in range(300)][-2:] == [255, 255]
    assert look(0, 3, memory) == 4


def test_a_short_memory_keeps_what_was_seen_last_and_forgets_the_oldest_of_its_set():
    memory = np.zeros((1, 1, 4), np.uint32)  # one set of four
    for item in (10, 11, 12, 13, 10, 14):
        look(0, item, memory)
    assert ((memory[0, 0] >> 8).astype(int) - 1).tolist() == [14, 10, 13, 12]  # 11 was seen longest ago
    assert look(0, 12, memory) == 1
    assert look(0, 11, memory) == 0


def test_three_nights_at_once_are_three_nights():
    at_once, one_by_one = people_of(1), people_of(1)
    for people in (at_once, one_by_one):
        people.row[0, PURSE], people.row[0, LOYALTY] = 64.0, 0.4
        people.need[0] = [0.0, 0.5]
        people.memory[0] = [3, 8, 255]
    wake(0, 3, at_once)
    for night in (1, 2, 3):
        wake(0, night, one_by_one)
    wake(0, 3, one_by_one)  # once is enough
    for one, other in zip(at_once, one_by_one, strict=True):
        assert np.array_equal(one, other)
    assert at_once.row[0, PURSE] == 27.0
    assert at_once.row[0, LOYALTY] == pytest.approx(1.0 - 0.6 * 0.9**3)
    assert at_once.need[0] == pytest.approx([1.0 - (1.0 - RECOVERY) ** 3, 1.0 - 0.5 * (1.0 - RECOVERY) ** 3])
    assert at_once.memory[0].tolist() == [3, 4, 108]  # 8, 6, 5, 4 and 255, 192, 144, 108
    assert at_once.row[0, NIGHT] == 3.0


def test_a_short_memory_fades_as_a_long_one_does():
    people = people_of(1)._replace(memory=np.zeros((1, 1, 4), np.uint32))
    for _ in range(8):
        look(0, 2, people.memory)
    wake(0, 2, people)
    assert look(0, 2, people.memory) == 5


def test_a_large_market_remembers_little_and_lives(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(population, "REMEMBER_ALL", 0)
    market = Bazaar(WORLDS["default"]).open(PRODUCTS, 1, 100, 1_000, DAY)
    assert market.people.memory.shape == (100, SETS, WAYS)
    nothing, _ = run_pair(a_day(("none", "uax")), 0)
    assert nothing.pages > 500


# ---- nothing is lost, and cuts do not matter ----


def shown_to_all(market, tick: int, pages: int) -> Served:
    """Pages full of things for sale, for anybody."""
    own = len(PRODUCTS)
    rng = np.random.default_rng(tick)
    shape = (pages, POSITIONS)
    item = np.argsort(rng.random((pages, own)), axis=1)[:, :POSITIONS].astype(np.int32)
    return Served(
        tick,
        rng.integers(0, 2**63, pages).astype(np.uint64),
        rng.integers(0, market.shoppers, pages),
        rng.integers(0, 4, pages),
        item,
        np.full(shape, -1, np.int32),
        np.zeros(shape, np.int64),
        *(np.zeros(shape, np.float32) for _ in range(2)),
        np.zeros(shape, np.int8),
    )


def nothing_shown(tick: int) -> Served:
    none = np.zeros(0, np.int64)
    places = np.zeros((0, POSITIONS), np.int64)
    return Served(tick, none.astype(np.uint64), none, none, *([places] * 6))


EAGER = replace(WORLDS["default"], click=(9.0,) * 4, order=(60.0,) * 4)
"""Everybody clicks and orders whatever comes on screen."""


def test_no_order_is_lost_however_many_are_under_way():
    market = Bazaar(EAGER).open(PRODUCTS, 1, 3_000, 10_000, DAY)
    did = market.respond(0, shown_to_all(market, 0, 8_000))
    viewed = int(did.depth.sum())
    assert len(did.clicked.item) > 0.99 * viewed > 45_000
    ordered, returned = len(did.ordered.item), 0
    for tick in range(1, 48 * 9):
        did = market.respond(tick, nothing_shown(tick))
        ordered += len(did.ordered.item)
        returned += len(did.returned.item)
        start = DAY.start + (tick - 96) * TICK
        assert ((did.ordered.at >= start) & (did.ordered.at < start + TICK)).all()
        assert ((did.returned.at >= start) & (did.returned.at < start + TICK)).all()
    assert ordered > 0.98 * viewed
    assert 0.03 < returned / ordered < 0.3


def told(responses: list[Responses], name: str) -> set[tuple[int, ...]]:
    found: set[tuple[int, ...]] = set()
    for one in responses:
        event = getattr(one, name)
        found |= set(zip(event.request.tolist(), event.item.tolist(), event.at.tolist(), strict=True))
    return found


def test_pages_answered_in_several_batches_get_the_same_answers():
    whole, parts = (Bazaar(EAGER).open(PRODUCTS, 1, 300, 3_000, DAY) for _ in range(2))
    for tick in range(3):
        pages = shown_to_all(whole, tick, 400)
        at_once = [whole.respond(tick, pages)]
        bit_by_bit = []
        for rows in (slice(0, 150), slice(150, 151), slice(151, 151), slice(151, 400)):
            columns = [getattr(pages, name)[rows] for name in pages.__struct_fields__ if name != "tick"]
            bit_by_bit.append(parts.respond(tick, Served(tick, *columns)))
        assert np.array_equal(at_once[0].depth, np.concatenate([one.depth for one in bit_by_bit]))
        for name in ("clicked", "ordered", "returned", "converted"):
            assert told(at_once, name) == told(bit_by_bit, name), name
        assert len(told(at_once, "ordered")) > 5
    for one, other in zip(whole.people, parts.people, strict=True):
        assert np.array_equal(one, other)


def a_day(arms: tuple[str, ...]) -> Setting:
    return Setting(
        PRODUCTS,
        MerchantId("demo"),
        Money.of(100),
        Goal(GoalKind.TARGET_ROI, 3.0),
        1,
        arms,
        shoppers=80,
        pages_per_day=900,
    )


def test_a_rehearsal_in_small_batches_comes_to_the_same_to_the_last_bit(monkeypatch: pytest.MonkeyPatch):
    whole = run_pair(a_day(("none", "uax")), 0)
    monkeypatch.setattr(rehearsal, "BATCH", 7)
    assert repr(run_pair(a_day(("none", "uax")), 0)) == repr(whole)
    assert whole[1].spend > 0.0


def test_what_is_asked_for_is_in_order_of_time_and_of_visits():
    market = Bazaar(WORLDS["default"]).open(PRODUCTS, 3, 500, 40_000, DAY)
    asked = market.requests(40)
    assert len(asked) > 500
    assert (np.diff(asked.at) >= 0).all()
    pages_of: dict[int, list[int]] = {}
    for shopper, at in zip(asked.shopper.tolist(), asked.at.tolist(), strict=True):
        pages_of.setdefault(shopper, []).append(at)
    assert all(set(np.diff(at)) <= {20_000_000} for at in pages_of.values())  # one visit each, twenty seconds a page
    assert max(map(len, pages_of.values())) <= 12


# ---- what leads to what ----


def test_who_is_out_for_something_takes_that_and_it_leads_to_the_next_until_it_is_forgotten():
    single = replace(WORLDS["errands"], click=(-30.0,) * 4, order=(-30.0,) * 4, errand=60.0, wear=0.0)

    def clicked_on(night: int) -> set[int]:
        market = Bazaar(single).open(PRODUCTS, 1, 40, 3_000, DAY)
        market.people.row[:, ERRAND] = 5.0  # kind 5, since night 0
        shown = shown_to_all(market, 48 * night, 200)
        kinds = market._truth.goods[:, KIND]
        rows = market.respond(48 * night, shown).clicked
        first = {int(who): int(kinds[what]) for who, what in zip(rows.shopper[::-1], rows.item[::-1], strict=True)}
        return set(first.values())

    assert clicked_on(0) == clicked_on(FORGOTTEN - 1) == {5}
    assert clicked_on(FORGOTTEN) == set()


def test_every_kind_leads_to_one_other_and_content_begins_errands_too():
    market = Bazaar(WORLDS["errands"]).open(PRODUCTS, 1, 10, 100, DAY)
    goods = market._truth.goods
    leads = {(int(kind), int(to)) for kind, to in zip(goods[:, KIND], goods[:, LEADS_TO], strict=True)}
    assert len({kind for kind, _ in leads}) == len(leads) == len({to for _, to in leads})
