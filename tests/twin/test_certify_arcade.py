"""The arcade: a market like any other to the platform, and another kind of one inside."""

import copy

import numpy as np
import pytest

from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.shoppers import Served
from magnetar.kernel.chance import Chance
from magnetar.twin.arcade import Arcade, ArcadeMarket
from magnetar.twin.arcade.character import CHAIN, FIRST, SCENE_OF, draw_character, pages_a_visit
from magnetar.twin.arcade.sellers import OFF
from magnetar.twin.certification.accounts import draw_goods
from magnetar.twin.rehearsal import Setting, run_pair
from magnetar.twin.world import Day, Market, World, load_world
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

START = 1_794_787_200 * 1_000_000
TICK = 30 * 60 * 1_000_000
PRODUCTS = draw_goods(Chance(1), 24)


def opened(seed: int = 1, shoppers: int = 400, pages: int = 6_000) -> ArcadeMarket:
    return Arcade().open(PRODUCTS, seed, shoppers, pages, Day(START, 48, 0))


def shown(requests: PageRequests, items: list[int], group: int = -1) -> Served:
    """The same page for everybody."""
    count = len(requests)
    item = np.full((count, 10), -1, np.int32)
    item[:, : len(items)] = items
    none = np.zeros((count, 10))
    return Served(
        0, requests.request, requests.shopper, requests.scene, item, np.where(item >= 0, group, -1), none, none, none, none
    )  # fmt: skip


def a_day(market: Market, items: list[int], group: int = -1) -> dict[str, np.ndarray]:
    """Columns of what one day's shoppers did with one page over and over."""
    depth, clicks, orders, pages = [], [], [], []
    for tick in range(48):
        requests = market.requests(tick)
        did = market.respond(tick, shown(requests, items, group))
        depth.append(did.depth)
        clicks.append(np.column_stack([did.clicked.request.astype(np.int64), did.clicked.item]))
        orders.append(np.column_stack([did.ordered.item, did.ordered.quantity, did.ordered.value]))
        pages.append(requests.shopper)
    return {
        "depth": np.concatenate(depth),
        "clicks": np.vstack(clicks),
        "orders": np.vstack(orders),
        "shopper": np.concatenate(pages),
    }


def test_it_is_a_world_by_name():
    world = load_world("arcade")
    assert isinstance(world, World)
    assert world.name == "arcade"


def test_a_shop_can_be_rehearsed_in_it():
    setting = Setting(
        PRODUCTS, MerchantId("own"), Money.of(100), Goal(GoalKind.TARGET_ROI, 3.0), 1, ("none", "uax"),
        world="arcade", shoppers=150, pages_per_day=900,
    )  # fmt: skip
    nothing, uax = run_pair(setting, 0)
    assert nothing.pages > 500
    assert nothing.spend == 0.0
    assert 0.0 < uax.spend <= 100.0
    assert nothing.orders > 0


def test_the_chain_is_one():
    assert CHAIN.sum(axis=1) == pytest.approx(1.0)
    assert SCENE_OF.sum(axis=1) == pytest.approx(1.0)
    assert FIRST.sum() == pytest.approx(1.0)
    fundamental = np.linalg.inv(np.eye(3) - CHAIN[:, :3])  # visits to each state before leaving (Kemeny & Snell 1960)
    assert pages_a_visit(FIRST) == pytest.approx((FIRST @ fundamental).sum(), rel=0.03)  # visits are cut at sixteen


def test_every_seed_is_another_town():
    one, other = (draw_character(Chance(seed)) for seed in (1, 2))
    assert one != other
    assert draw_character(Chance(1)) == one


def test_a_seed_is_one_market_and_another_seed_another():
    one, again, other = opened(), opened(), opened(2)
    asked, asked_again, asked_other = (market.requests(40) for market in (one, again, other))
    assert np.array_equal(one.shelf.arrays.price, again.shelf.arrays.price)
    assert np.array_equal(asked.request, asked_again.request)
    assert not set(asked.request.tolist()) & set(asked_other.request.tolist())


def test_requests_come_in_order_within_their_tick_and_searches_ask_for_something():
    market = opened()
    for tick in (0, 25, 41):
        requests = market.requests(tick)
        begin = START + tick * TICK
        assert (np.diff(requests.at) >= 0).all()
        assert ((requests.at >= begin) & (requests.at < begin + TICK)).all()
        assert len(set(requests.request.tolist())) == len(requests)
        assert ((requests.wanted >= 0) == (requests.scene == 2)).all()
        assert ((requests.shopper >= 0) & (requests.shopper < market.shoppers)).all()


def test_a_day_has_about_as_many_pages_as_asked_for_from_very_unequal_shoppers():
    did = [a_day(opened(seed), [0, 1]) for seed in range(1, 5)]
    assert np.mean([len(one["shopper"]) for one in did]) == pytest.approx(6_000, rel=0.15)
    pages = np.sort(np.bincount(did[0]["shopper"], minlength=400))[::-1]
    assert pages[:40].sum() > 0.25 * pages.sum()


def test_a_page_is_a_choice_of_at_most_two():
    did = a_day(opened(), list(range(10)))
    _, count = np.unique(did["clicks"][:, 0], return_counts=True)
    assert set(count.tolist()) == {1, 2}
    once, number = np.unique(did["clicks"], axis=0, return_counts=True)
    assert number.max() == 1
    assert len(once)


def test_company_takes_clicks_away():
    """The same first item among nine others is clicked less than beside one: goods on a page are substitutes."""
    beside_one, beside_nine = a_day(opened(), [0, 1]), a_day(opened(), list(range(10)))
    assert (beside_nine["clicks"][:, 1] == 0).sum() < 0.9 * (beside_one["clicks"][:, 1] == 0).sum()


def test_ads_are_disliked():
    natural, paid = a_day(opened(3), [0, 1, 2]), a_day(opened(3), [0, 1, 2], group=0)
    assert len(paid["clicks"]) < len(natural["clicks"])


def test_a_dear_price_hurts_more_than_a_cheap_one_pleases():
    def orders(ratio: float) -> int:
        sold = 0
        for seed in range(1, 6):
            market = opened(seed)
            market._folk.price[0] = ratio
            market._folk.worth[0] = 0.5
            sold += len(a_day(market, [0])["orders"])
        return sold

    cheap, even, dear = orders(0.6), orders(1.0), orders(1.0 / 0.6)
    assert cheap > even > dear
    assert np.log(even / dear) > 1.2 * np.log(cheap / even)


def test_orders_pay_whole_cents_for_whole_pieces_and_follow_their_clicks():
    market = opened(4)
    for tick in range(48):
        did = market.respond(tick, shown(market.requests(tick), [0, 1, 2]))
        ordered = did.ordered
        assert (ordered.at >= ordered.clicked_at).all()
        assert (ordered.at < START + (tick + 1) * TICK).all()
        assert (ordered.quantity >= 1).all()
        price = market.shelf.arrays.price[ordered.item] * ordered.quantity * 1e6
        assert ((ordered.value == np.round(price)) | (np.abs(ordered.value / price - 0.85) < 0.01)).all()
        assert (ordered.value % 10_000 == 0).all()
        assert not len(did.returned.item) or (did.returned.at > START).all()


def test_nothing_shown_is_nothing_done():
    did = a_day(opened(), [])
    assert (did["depth"] == 0).all()
    assert not len(did["clicks"]) + len(did["orders"])


def test_a_page_meets_the_same_luck_whoever_else_is_answered():
    market = opened()
    requests = market.requests(40)
    _, first = np.unique(requests.shopper, return_index=True)  # a shopper's next page knows of the one before
    everybody, half = requests.rows(np.sort(first)), requests.rows(np.sort(first)[::2])
    all_did = copy.deepcopy(market).respond(40, shown(everybody, [7, 8]))
    half_did = copy.deepcopy(market).respond(40, shown(half, [7, 8]))
    kept = np.isin(all_did.clicked.request, half.request)
    assert kept.any()
    assert np.array_equal(all_did.clicked.request[kept], half_did.clicked.request)
    assert np.array_equal(all_did.clicked.item[kept], half_did.clicked.item)
    assert np.array_equal(all_did.depth[::2], half_did.depth)


def test_a_page_that_nobody_asked_for_is_refused():
    market = opened()
    requests = market.requests(40)
    market.requests(41)
    with pytest.raises(ValueError, match="nobody asked for"):
        market.respond(41, shown(requests, [0]))


def test_a_town_without_shoppers_is_quiet():
    market = opened(shoppers=0, pages=100)
    requests = market.requests(0)
    assert len(requests) == 0
    assert len(market.respond(0, shown(requests, [0])).depth) == 0


def test_sellers_keep_their_habits():
    market = opened()
    habits = market._sellers.habit
    assert set(habits.values()) == {"left", "ladder", "windows", "chaser", "drifter", "sprint"}
    factor: dict[str, dict[int, float]] = {}
    for tick in range(96):
        market.manage(tick, list, lambda group, value, tick=tick: factor.setdefault(group, {}).update({tick: value}))
    for campaign, groups in market.rivals:
        set_at = factor.get(groups[0].id, {})
        if habits[campaign.id] == "left":
            assert set_at == {}
        elif habits[campaign.id] == "windows":
            assert set(set_at.values()) == {OFF, 1.3}
            assert sorted(tick % 48 for tick in set_at if tick >= 48) == sorted(
                tick for tick in set_at if 0 < tick < 48
            )
        elif habits[campaign.id] == "sprint":
            assert (set_at[0], set_at[14], set_at[48]) == (0.4, 1.8, 0.4)
    for campaign, groups in market.rivals:
        assert all(market.shelf.row_of[group.product] >= len(PRODUCTS) for group in groups)
        assert campaign.daily_budget.micros > 0
