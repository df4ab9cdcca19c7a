"""Rehearsals: the same luck for every arm, money that adds up, and results that do not depend on how they were run."""

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Requested, Returned, Served, Viewed
from magnetar.kernel.bus import HandlingFailed
from magnetar.kernel.clock import DAY
from magnetar.twin import rehearsal
from magnetar.twin.bazaar.market import BazaarMarket
from magnetar.twin.rehearsal import AA, WARM_UP_DAYS, ArmResult, Setting, Stage, launch_schedule, rehearse, run_pair
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import MICROS, Money

FIRST = WARM_UP_DAYS * 48
PRODUCTS = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")
EVERY_ARM = ("none", "manual", "uax", "whole-site")


def setting(**changes) -> Setting:
    plain = Setting(
        PRODUCTS[:32],
        MerchantId("demo"),
        Money.of(300),
        Goal(GoalKind.TARGET_ROI, 3.0),
        1,
        EVERY_ARM,
        shoppers=200,
        pages_per_day=1_500,
    )
    return replace(plain, **changes)


def same(one: list[ArmResult], other: list[ArmResult]) -> bool:
    """Equal, where NaN is like NaN."""
    return repr(one) == repr(other)


@pytest.fixture(scope="module")
def warmed() -> Stage:
    """A market after its warm-up; fork it before anything happens."""
    stage = Stage(setting(), 0)
    stage.warm_up()
    return stage


@pytest.fixture
def whole_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs that keep everything."""
    monkeypatch.setattr(rehearsal, "_LOG_KEEP", None)


def events(stage: Stage, kind: type) -> list:
    return [envelope.data for _, envelope in stage.platform.bus.log.read() if isinstance(envelope.data, kind)]


# ---- the same seed, the same result ----


def test_the_same_seed_gives_the_same_results_and_another_seed_others():
    wanted = setting()
    first = run_pair(wanted, 0)
    assert [one.arm for one in first] == [*EVERY_ARM, AA]
    assert same(first, run_pair(wanted, 0))
    assert not same(first, run_pair(replace(wanted, seed=2), 0))
    assert not same(first, run_pair(wanted, 1))


def test_results_do_not_depend_on_the_number_of_workers():
    wanted = setting(arms=("none", "uax"), shoppers=100, pages_per_day=600)
    told: list[int] = []
    alone = rehearse(wanted, pairs=3, workers=1)
    together = rehearse(wanted, pairs=3, workers=2, on_pair=lambda results: told.append(results[0].pair))
    assert same(alone, together)
    assert [one.pair for one in together] == [0, 0, 1, 1, 2, 2]
    assert sorted(told) == [0, 1, 2]


def test_an_arm_does_not_depend_on_the_other_arms():
    every = {one.arm: one for one in run_pair(setting(), 0)}
    fewer = {one.arm: one for one in run_pair(setting(arms=("none", "uax")), 0)}
    assert set(fewer) == {"none", "uax"}
    assert all(same([fewer[arm]], [every[arm]]) for arm in fewer)


def test_a_fork_leaves_the_original_where_it_was(warmed: Stage):
    before = copy.deepcopy(warmed.platform.campaigns.delivery.spend)
    fork = warmed.fork()
    fork.play(0, "uax")
    assert (warmed.platform.campaigns.delivery.spend == before).all()
    assert warmed.clock.now() < fork.clock.now()
    assert warmed.tally.spend.sum() == 0
    assert fork.tally.spend.sum() > 0


# ---- arms share their luck ----


def first_tick(warmed: Stage, arm: str) -> tuple[Requested, Served]:
    stage = warmed.fork()
    stage.setting = replace(stage.setting, days=1)
    start = len(stage.platform.bus.log)
    stage.play(0, arm)
    told = {type(one.data): one.data for _, one in reversed(list(stage.platform.bus.log.read(start)))}
    return told[Requested], told[Served]


def test_arms_share_shoppers_and_requests_until_they_act(whole_log: None):
    stage = Stage(setting(), 0)
    stage.warm_up()
    asked = {arm: first_tick(stage, arm) for arm in (*EVERY_ARM, AA)}
    requests, _ = asked["none"]
    assert requests.tick == FIRST
    assert len(requests.request) > 5
    for other, _ in asked.values():
        for name in ("at", "request", "shopper", "scene", "wanted"):
            assert np.array_equal(getattr(requests, name), getattr(other, name))
    assert not np.array_equal(asked["manual"][1].item, asked[AA][1].item)  # other exploration draws, from the start


def test_the_same_impression_meets_the_same_luck_whatever_stands_around_it(warmed: Stage):
    one, other = warmed.fork(), warmed.fork()
    for stage in (one, other):
        stage.platform.open_tick(FIRST)
    requests = one.market.requests(FIRST)
    assert np.array_equal(requests.request, other.market.requests(FIRST).request)
    pages = one.platform.decide(requests)
    turned = copy.copy(pages)
    order = [1, 0, *range(2, POSITIONS)]
    turned = Served(
        pages.tick,
        pages.request,
        pages.shopper,
        pages.scene,
        *(
            getattr(pages, name)[:, order].copy()
            for name in ("item", "group", "charge", "click_rate", "order_rate", "reason")
        ),
    )
    did, did_turned = one.market.respond(FIRST, pages), other.market.respond(FIRST, turned)
    assert np.array_equal(did.depth, did_turned.depth)
    deep = set(pages.request[(did.depth >= 2) & (pages.item[:, 0] >= 0) & (pages.item[:, 1] >= 0)].tolist())
    assert deep

    # who orders may follow the seller from then on, which moves what they make of the next item of that seller
    follow = set(did.ordered.shopper.tolist()) | set(did_turned.ordered.shopper.tolist())
    for stage in (one, other):  # orders under way
        assert isinstance(stage.market, BazaarMarket)
        follow |= set(stage.market._pending.shopper[: stage.market._waiting].tolist())

    def of(clicks: Clicked) -> set[tuple[int, int]]:
        all_three = zip(clicks.request.tolist(), clicks.item.tolist(), clicks.shopper.tolist(), strict=True)
        return {(request, item) for request, item, person in all_three if request in deep and person not in follow}

    assert of(did.clicked) == of(did_turned.clicked) != set()


# ---- money ----


def test_the_arm_none_spends_nothing(warmed: Stage):
    stage = warmed.fork()
    result = stage.play(0, "none")
    assert (result.spend, result.gmv_paid, result.intentions, result.days_spending) == (0.0, 0.0, 0, 0)
    assert result.launches == result.successes == 0
    assert np.isnan(result.hourly_cost_cv)
    assert result.pages > 1_000  # a day of it; the warm-up does not count


@pytest.mark.parametrize("arm", [*EVERY_ARM, AA])
def test_nobody_spends_more_than_the_days_budget(arm: str, monkeypatch: pytest.MonkeyPatch):
    stage = Stage(setting(budget=Money.of(20), days=2), 0)  # ten a day: little enough to run dry
    campaigns = stage.platform.campaigns
    spent: list[np.ndarray] = []
    budgets: list[np.ndarray] = []
    step = stage.step

    def watched(tick: int) -> None:
        if tick % 48 == 0:
            spent.append(campaigns.delivery.spend.copy())
        step(tick)
        count = len(campaigns.roster.campaigns)
        of_day = campaigns.delivery.spend.copy()
        of_day[: len(spent[-1])] -= spent[-1]
        total = np.zeros(count, np.int64)
        np.add.at(total, campaigns.roster.campaign, of_day)
        budget = np.array([one.daily_budget.micros for one in campaigns.roster.campaigns])
        assert (total <= budget).all()
        if tick % 48 == 47:
            budgets.append(total / budget)

    monkeypatch.setattr(stage, "step", watched)
    stage.warm_up()
    result = stage.play(0, arm)
    assert len(budgets) == 4
    assert max(share[:28].max() for share in budgets) > 0.05  # rivals buy, too
    if arm != "none":
        assert 0.0 < result.spend <= 20.0


def test_no_micro_is_lost_between_a_page_and_the_books(whole_log: None):
    stage = Stage(setting(), 0)
    stage.warm_up()
    stage.play(0, "uax")
    campaigns = stage.platform.campaigns
    roster = campaigns.roster
    charged = [0] * len(roster)  # Python's integers: exact whatever their size
    ours = 0
    start = FIRST
    for seen in events(stage, Viewed):
        pages = seen.pages
        for page in np.flatnonzero((pages.group >= 0).any(axis=1)).tolist():
            for position in range(int(seen.depth[page])):
                who = int(pages.group[page, position])
                if who >= 0:
                    micros = int(pages.charge[page, position])
                    charged[who] += micros
                    if pages.tick >= start and roster.merchant[who] == 0:
                        ours += micros
    assert campaigns.delivery.spend.tolist() == charged
    assert int(stage.tally.spend.sum()) == ours > 0
    stage.platform.open_tick(FIRST + 48)  # settles the last tick
    ledger = stage.platform.budgets.ledger
    merchants = {one.merchant for one in roster.campaigns}
    paid = {
        merchant: sum(
            charged[row] for row in range(len(roster)) if roster.campaigns[roster.campaign[row]].merchant == merchant
        )
        for merchant in merchants
    }
    for merchant, micros in paid.items():
        assert ledger.balance(f"merchant:{merchant}:balance").micros == -micros
    assert ledger.balance("platform:revenue").micros == sum(charged)


def test_gmv_is_paid_and_organic_orders_less_their_returns(whole_log: None):
    stage = Stage(setting(products=PRODUCTS, days=4, shoppers=500, pages_per_day=5_000, budget=Money.of(2_000)), 0)
    stage.warm_up()
    result = stage.play(0, "manual")
    own = len(stage.setting.products)
    begin = stage.setting.start
    sums = {"paid": 0, "organic": 0}
    count = 0
    counted: set[tuple[int, int]] = set()
    for order in events(stage, Ordered):
        mine = (order.item < own) & (order.at >= begin)
        count += int(mine.sum())
        for row in np.flatnonzero(mine).tolist():
            sums["paid" if order.group[row] >= 0 else "organic"] += int(order.value[row])
            counted.add((int(order.request[row]), int(order.item[row])))
    came_back = 0
    for back in events(stage, Returned):
        for row in np.flatnonzero(back.item < own).tolist():
            if (int(back.request[row]), int(back.item[row])) in counted:
                came_back += 1
                sums["paid" if back.group[row] >= 0 else "organic"] -= int(back.value[row])
    assert count > 40
    assert came_back > 0
    assert min(sums.values()) > 0
    assert result.orders == count
    assert result.gmv_paid == pytest.approx(sums["paid"] / MICROS, abs=1e-6)
    assert result.gmv_organic == pytest.approx(sums["organic"] / MICROS, abs=1e-6)
    assert result.gmv == pytest.approx(result.gmv_paid + result.gmv_organic, abs=1e-6)


def test_shoppers_pay_whole_cents_for_what_they_clicked(whole_log: None):
    stage = Stage(setting(world="promotion", days=5, arms=("none",)), 0)  # with coupons on the last day
    stage.warm_up()
    stage.play(0, "none")
    price = stage.market.shelf.arrays.price
    clicked: set[tuple[int, int]] = set()
    for clicks in events(stage, Clicked):
        clicked.update(zip(clicks.request.tolist(), clicks.item.tolist(), strict=True))
    orders = events(stage, Ordered)
    value = np.concatenate([order.value for order in orders])
    item = np.concatenate([order.item for order in orders])
    quantity = np.concatenate([order.quantity for order in orders])
    request = np.concatenate([order.request for order in orders])
    assert len(value) > 200
    assert value.dtype == np.int64
    assert (value % 10_000 == 0).all()
    full = np.round(price[item] * quantity * 100) * 10_000
    reduced = np.round(price[item] * (1 - 0.12) * quantity * 100) * 10_000
    assert (np.minimum(np.abs(value - full), np.abs(value - reduced)) <= 10_000).all()
    assert (value < full - 10_000).any()  # coupons were used
    assert all((one, two) in clicked for one, two in zip(request.tolist(), item.tolist(), strict=True))
    assert len(set(zip(request.tolist(), item.tolist(), strict=True))) == len(request)
    for order in orders:
        assert (order.at > order.clicked_at).all()


# ---- launches ----


def test_launches_come_three_a_day_and_only_if_their_72_hours_fit():
    rows, ticks = launch_schedule(setting(days=7))
    assert rows.tolist() == [24, 25, 26, 27, 28, 29, 30, 31]  # the catalogue's last rows
    assert (ticks - FIRST).tolist() == [16, 16, 16, 64, 64, 64, 112, 112]
    rows, ticks = launch_schedule(setting(days=4))
    assert (ticks - FIRST).tolist() == [16, 16, 16]
    assert len(launch_schedule(setting(days=3))[0]) == 0
    assert len(launch_schedule(setting(days=7, products=PRODUCTS[:11]))[0]) == 2
    assert len(launch_schedule(setting(days=7, products=PRODUCTS[:3]))[0]) == 0


def test_a_launch_is_hidden_until_its_tick(whole_log: None):
    stage = Stage(setting(days=5), 0)
    launched = dict(zip(stage.launches.tolist(), stage.launch_ticks.tolist(), strict=True))
    assert len(launched) == 6
    stage.warm_up()
    result = stage.play(0, "uax")
    first_shown: dict[int, int] = {}
    for pages in events(stage, Served):
        for item in np.intersect1d(pages.item, stage.launches).tolist():
            first_shown.setdefault(item, pages.tick)
    assert first_shown  # some are found at all
    for item, tick in first_shown.items():
        assert tick >= launched[item]
    assert result.launches == 6
    assert 0 <= result.successes <= 6


@pytest.mark.parametrize(
    ("orders", "spend", "succeeded"),
    [(9, 1.0, False), (10, 1.0, True), (10, 119.9, True), (10, 120.1, False), (20, 200.0, True)],
)
def test_a_launch_succeeds_with_ten_orders_at_up_to_a_fifth_over_its_target(
    warmed: Stage, orders: int, spend: float, succeeded: bool
):
    stage = warmed.fork()
    stage.setting = replace(stage.setting, goal=Goal(GoalKind.TARGET_COST, 10.0))
    platform = stage.platform
    agent = rehearsal.AGENTS["uax"]()
    agent.start(platform, stage.brief(), FIRST)
    row = stage._rival_groups
    item = int(platform.campaigns.roster.item[row])
    platform.campaigns.delivery.orders[row] = orders
    platform.campaigns.delivery.spend[row] = round(spend * MICROS)
    assert stage._launch_succeeded(item) == succeeded


# ---- days on target ----


def test_days_on_target_by_hand():
    spend, gmv, orders = np.array([0.0, 10.0, 10.0, 10.0]), np.array([50.0, 25.0, 24.9, 100.0]), np.array([1, 1, 0, 5])
    judge: Callable = rehearsal._days_on_target
    # 1.2 × 25 / 3 = 10 exactly; a day without spend keeps no promise
    assert judge(Goal(GoalKind.TARGET_ROI, 3.0), spend, gmv, orders).tolist() == [False, True, False, True]
    assert judge(Goal(GoalKind.TARGET_COST, 9.0), spend, gmv, orders).tolist() == [False, True, False, True]
    assert judge(Goal(GoalKind.MAX_CONVERSIONS), spend, gmv, orders).tolist() == [False, True, True, True]


# ---- all goes well ----


@pytest.mark.parametrize(
    "goal", [Goal(GoalKind.TARGET_ROI, 3.0), Goal(GoalKind.TARGET_COST, 25.0), Goal(GoalKind.MAX_CONVERSIONS)]
)
def test_no_handler_fails_under_any_goal(goal: Goal, whole_log: None):
    stage = Stage(setting(goal=goal, rule=1), 0)
    stage.warm_up()
    result = stage.play(0, "uax")
    assert not events(stage, HandlingFailed)
    assert result.spend <= 300.0
    assert result.intentions > 0


def test_time_moves_by_half_hours_to_the_end(whole_log: None):
    stage = Stage(setting(), 0)
    stage.warm_up()
    stage.play(0, "none")
    start = stage.setting.start - WARM_UP_DAYS * DAY
    asked = events(stage, Requested)
    assert [one.tick for one in asked] == list(range(FIRST + 48))
    for one in asked:
        begin = start + one.tick * rehearsal.TICK
        assert (np.diff(one.at) >= 0).all()
        assert ((one.at >= begin) & (one.at < begin + rehearsal.TICK)).all()


def test_a_catalogue_of_one_product_can_be_rehearsed():
    results = run_pair(setting(products=PRODUCTS[:1], shoppers=60, pages_per_day=200), 0)
    assert [one.arm for one in results] == [*EVERY_ARM, AA]
    assert all(one.spend <= 300.0 for one in results)


def test_each_campaign_is_charged_in_its_own_currency():
    products = tuple(replace(one, price=Money(one.price.micros, "USD")) for one in PRODUCTS[:32])
    stage = Stage(setting(products=products, budget=Money.of(300, "USD"), merchant=MerchantId("demo")), 0)
    stage.warm_up()
    result = stage.play(0, "uax")
    stage.platform.open_tick(FIRST + 48)
    balance = stage.platform.budgets.ledger.balance
    assert balance("merchant:demo:balance@USD") == Money(-int(stage.tally.spend.sum()), "USD") < Money(0, "USD")
    assert balance("platform:revenue@USD").amount == pytest.approx(result.spend)
    assert balance("merchant:demo:balance@CNY") == Money(0)
