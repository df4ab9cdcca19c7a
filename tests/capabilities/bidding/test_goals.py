"""Every goal in one formulation: what it bids, what it may not bid, and what a changed budget does to it."""

from dataclasses import replace

import numpy as np
import pytest
from small_market import (
    TICK,
    advertise_everything,
    campaign,
    campaigns_on,
    crowded_shelf,
    failures,
    group,
    look,
    open_market,
    pages_for,
    returned,
    shelf_of,
)

from magnetar.capabilities.bidding.terms import Terms
from magnetar.capabilities.campaigns import GOALS, GoalRow
from magnetar.capabilities.shoppers import POSITIONS, Clicked, Converted, Ordered, Served
from magnetar.kernel.chance import Chance
from magnetar.kernel.clock import MINUTE
from magnetar.kernel.errors import Refused
from magnetar.platform.market import Marketplace
from magnetar.vocabulary.campaigns import ConversionKind, Goal, GoalKind, Horizon
from magnetar.vocabulary.money import MICROS, Money

ROWS = [pytest.param(row, id=row.id) for row in GOALS.values()]
TARGET = {GoalKind.TARGET_ROI: 3.0, GoalKind.ROI_FLOOR: 3.0}


def goal_of(row: GoalRow, scale: float = 1.0, rate: float = 0.08, value: float = 4.0) -> Goal:
    """A plausible goal of a row, in a currency that is `scale` times as small."""
    reported = not row.observed
    target = TARGET.get(row.kind, 7.0 * scale)
    return row.goal(target, rate if reported else 0.0, value * scale if reported else 0.0)


def day(market: Marketplace, ticks: range, pages: int = 40) -> list[Served]:
    """Ticks in which shoppers look, click and order."""
    served = []
    for tick in ticks:
        market.bus.clock.step_to(tick * TICK)
        market.open_tick(tick)
        slates = market.decide(pages_for(market, pages, seed=tick))
        look(market, slates)
        served.append(slates)
    return served


def alpha(market: Marketplace) -> np.ndarray:
    """(groups,), bids per expected result in this tick."""
    snapshot = market.serving._snapshot
    assert snapshot is not None
    return snapshot.alpha


# ---- the whole table


def test_every_goal_bids_something_finite_at_every_tick():
    market = open_market(crowded_shelf(merchants=6, goods=len(GOALS) // 6))
    goods = iter(range(len(GOALS)))
    for row in GOALS.values():  # each on a product of its own, all in one market
        item = next(goods)
        merchant = market.shelf.merchants[market.shelf.arrays.merchant[item]]
        market.campaigns.add(campaign(row.id, merchant, 20.0, goal_of(row)))
        market.campaigns.add_group(group(f"ad-{row.id}", market.shelf.ids[item], row.id))
    for tick in range(6):
        day(market, range(tick, tick + 1), pages=200)
        bids = alpha(market)
        assert bids.shape == (len(GOALS),)
        assert np.isfinite(bids).all()
        assert (bids >= 0.0).all()
    assert (bids > 0.0).all()
    assert int((market.campaigns.delivery.spend > 0).sum()) > len(GOALS) // 2
    assert not failures(market.bus)


@pytest.mark.parametrize("row", ROWS)
def test_in_a_currency_a_hundred_times_smaller_every_bid_is_a_hundred_times_larger(row: GoalRow):
    def terms(scale: float) -> Terms:
        shelf = shelf_of(("pot", "m0", "tea", 30.0 * scale), ("cup", "m0", "tea", 12.0 * scale))
        campaigns = campaigns_on(shelf)
        campaigns.add(campaign(goal=goal_of(row, scale)))
        campaigns.add_group(group("a", "pot"))
        campaigns.add_group(group("b", "cup", bid_factor=0.5))
        return Terms.of(campaigns.roster)

    one, hundred = terms(1.0), terms(100.0)
    assert (one.bid > 0.0).all()
    assert hundred.bid == pytest.approx(100.0 * one.bid)
    assert hundred.ratio == pytest.approx(one.ratio)
    assert (hundred.bound.tolist(), hundred.cap.tolist()) == (one.bound.tolist(), one.cap.tolist())


@pytest.mark.parametrize("row", [param for param in ROWS if param.values[0].kind is GoalKind.TARGET_ROI])
def test_for_one_product_a_target_roi_is_a_target_cost(row: GoalRow):
    """The value of a conversion over the ROI; with a horizon, of what arrives within it."""

    def bids(goal: Goal) -> tuple[float, float, float]:
        market = open_market(shelf_of(("pot", "m0", "tea", 30.0)))
        market.campaigns.add(campaign(goal=goal))
        market.campaigns.add_group(group("a", "pot"))
        market.open_tick(0)
        roster = market.campaigns.roster
        return float(alpha(market)[0]), float(roster.target[0]), float(roster.worth[0])

    roi = goal_of(row)
    bid, allowed, _ = bids(roi)
    value = 30.0 if row.observed else 4.0
    share = (
        bids(replace(roi, kind=GoalKind.MAX_VALUE))[2]
        / bids(replace(roi, kind=GoalKind.MAX_VALUE, horizon=Horizon.OPEN))[2]
    )
    cost = Goal(GoalKind.TARGET_COST, share * value / 3.0, row.conversion, expected_rate=roi.expected_rate)
    assert bids(cost)[:2] == pytest.approx((bid, allowed))
    assert 0.0 < share <= 1.0


def test_a_target_roi_and_its_target_cost_live_the_same_day():
    def charges(goal: Goal) -> np.ndarray:
        market = open_market(crowded_shelf())
        advertise_everything(market, budget=3.0, goal=Goal(GoalKind.TARGET_ROI, 4.0))
        price = float(market.shelf.arrays.price[0])
        market.campaigns.add(
            campaign("own", "m0", 3.0, goal if goal.kind.by_value else replace(goal, target=price / 3.0))
        )
        market.campaigns.add_group(group("own-ad", "m0-0", "own"))
        own = market.campaigns.group_row("own-ad")
        return np.array([slates.charge[slates.group == own].sum() for slates in day(market, range(30))])

    roi, cost = charges(Goal(GoalKind.TARGET_ROI, 3.0)), charges(Goal(GoalKind.TARGET_COST, 1.0))
    assert roi.sum() > 0
    assert cost == pytest.approx(roi, rel=0.01, abs=50)  # micros: rounding of charges


def test_a_longer_horizon_never_bids_less():
    market = open_market(shelf_of(*((f"pot{one}", "m0", "tea", 30.0) for one in range(4))))
    horizons = (Horizon.D0, Horizon.D1, Horizon.D7, Horizon.OPEN)
    for place, one in enumerate(horizons):
        market.campaigns.add(campaign(one.name, goal=Goal(GoalKind.TARGET_ROI, 3.0, horizon=one)))
        market.campaigns.add_group(group(f"ad-{one.name}", f"pot{place}", one.name))
    for tick in range(12):
        late = np.full(6, tick * TICK)  # orders come five hours after their clicks
        same = late * 0
        market.bus.clock.step_to(tick * TICK)
        market.bus.publish(Clicked(late, same.astype(np.uint64), same, same, same, same, same - 1))
        early = late - 5 * 60 * MINUTE
        market.bus.publish(
            Ordered(late, early, same.astype(np.uint64), same, same, same, same - 1, same + 1, same + 30_000_000)
        )
        market.open_tick(tick)
        bids = alpha(market)
        assert bids.tolist() == sorted(bids.tolist())
        assert bids[3] == pytest.approx(10.0)
    assert bids[0] < 0.9 * bids[3]


# ---- caps


@pytest.mark.parametrize(
    ("goal", "free"),
    [
        (Goal(GoalKind.COST_CAP, 2.0), GoalKind.MAX_CONVERSIONS),
        (Goal(GoalKind.ROI_FLOOR, 15.0), GoalKind.MAX_VALUE),
        (Goal(GoalKind.COST_CAP, 0.1, ConversionKind.CLICK), GoalKind.MAX_CONVERSIONS),
        (Goal(GoalKind.COST_CAP, 2.0, ConversionKind.FOLLOW, expected_rate=0.05), GoalKind.MAX_CONVERSIONS),
    ],
)
def test_no_bid_is_above_its_cap_however_much_budget_is_left(goal: Goal, free: GoalKind):
    def paid(goal: Goal) -> tuple[float, int]:
        """Largest price per expected worth that was paid, over what the cap allows; and impressions won."""
        market = open_market(crowded_shelf())
        advertise_everything(market, budget=30.0)
        market.campaigns.add(campaign("own", "m0", 5_000.0, goal))
        for item in market.shelf.of_merchant("m0").tolist():
            market.campaigns.add_group(
                group(f"own-{item}", market.shelf.ids[item], "own", bid_factor=3.0, quota_bid=0.8)
            )
        rows = market.campaigns.rows_of("own")
        roster, worst, won = market.campaigns.roster, 0.0, 0
        for tick in range(24):
            (slates,) = day(market, range(tick, tick + 1), pages=60)
            per_result = roster.worth * market.bidding.calibration
            assert (alpha(market)[rows] <= goal.price * per_result[rows] * (1 + 1e-9)).all() or not goal.kind.capped
            page, place = np.nonzero(np.isin(slates.group, rows))
            results = slates.click_rate[page, place].astype(float) * slates.order_rate[page, place]
            worth = results * per_result[slates.group[page, place]]
            if len(page):
                cap = 2.0 if not goal.kind.capped else goal.price
                worst = max(worst, float((slates.charge[page, place] / MICROS / (cap * worth)).max()))
            won += len(page)
        return worst, won

    worst, won = paid(goal)
    assert worst <= 1.0 + 1e-5  # rates travel as float32
    if goal.conversion.observed:  # nobody follows here, so without a cap little is bid for follows either
        assert paid(replace(goal, kind=free, target=0.0))[1] > won  # the cap is what held it back


# ---- conversions that are reported


def report(market: Marketplace, slates: Served, kind: ConversionKind, rate: float, seed: int = 5) -> Converted:
    """Everything on screen is looked at; a third is clicked, and of the clicks a hidden rate converts, in an hour or so."""
    chance = Chance(seed).of("shopper", int(market.tick))
    draws = chance.uniforms(slates.item.size * 2).reshape(2, *slates.item.shape)
    page, place = np.nonzero((slates.item >= 0) & (draws[0] < 0.3))
    item, ad = slates.item[page, place].astype(np.int64), slates.group[page, place].astype(np.int64)
    now = np.full(len(page), market.bus.clock.now())
    request, shopper, scene = slates.request[page], slates.shopper[page], slates.scene[page]
    nothing = returned()
    none = np.zeros(0, np.int64)
    market.intake(
        slates,
        np.full(len(slates.request), POSITIONS),
        Clicked(now, request, place, shopper, scene, item, ad),
        Ordered(none, none, none.astype(np.uint64), none, none, none, none, none, none),
        nothing,
    )
    went = draws[1][page, place] < rate
    late = now[went] + 40 * MINUTE
    return Converted(
        late, now[went], request[went], shopper[went], scene[went], item[went], ad[went],
        np.full(int(went.sum()), int(kind), np.int8), np.zeros(int(went.sum()), np.int64),
    )  # fmt: skip


@pytest.mark.parametrize(("hoped", "true"), [(0.05, 0.2), (0.4, 0.1)])
def test_a_lead_campaign_learns_its_rate_from_reported_leads_and_holds_its_target(hoped: float, true: float):
    market = open_market(crowded_shelf(merchants=4, goods=6), shoppers=120)
    advertise_everything(market, budget=20.0)
    goal = Goal(GoalKind.TARGET_COST, 2.0, ConversionKind.LEAD, expected_rate=hoped)
    market.campaigns.add(campaign("leads", "m0", 60.0, goal, frequency_cap=200))
    for item in market.shelf.of_merchant("m0")[:3].tolist():
        market.campaigns.add_group(group(f"lead-{item}", market.shelf.ids[item], "leads"))
    rows, due = market.campaigns.rows_of("leads"), []
    for tick in range(3 * 48):
        market.bus.clock.step_to(tick * TICK)
        if tick >= 2:
            market.bus.publish(due[tick - 2])
        market.open_tick(tick)
        slates = market.decide(pages_for(market, 80, seed=tick))
        due.append(report(market, slates, ConversionKind.LEAD, true))
    delivery, roster = market.campaigns.delivery, market.campaigns.roster
    assert not failures(market.bus)
    leads, clicks = delivery.conversions()[rows].sum(), delivery.clicks[rows].sum()
    assert leads > 60
    assert leads == pytest.approx(true * clicks, rel=0.2)
    often = rows[delivery.clicks[rows] >= 150]  # a product that few clicked is still close to what was hoped
    assert roster.per_click[often] == pytest.approx(true, rel=0.35)
    assert np.average(roster.per_click[rows], weights=delivery.clicks[rows]) == pytest.approx(true, rel=0.15)
    cost = delivery.spend[rows].sum() / MICROS / leads
    assert cost <= 1.2 * 2.0
    assert (delivery.orders[rows] == 0).all()


def test_more_leads_reported_raise_the_bid_for_a_view_and_fewer_lower_it():
    def bid(true: float) -> float:
        """For a view, after a day of reports."""
        market = open_market(crowded_shelf(merchants=2, goods=3))
        goal = Goal(GoalKind.COST_CAP, 2.0, ConversionKind.LEAD, expected_rate=0.1)
        market.campaigns.add(campaign("leads", "m0", 1_000.0, goal, frequency_cap=250))
        market.campaigns.add_group(group("lead", "m0-0", "leads"))
        due = None
        for tick in range(30):
            market.bus.clock.step_to(tick * TICK)
            if due is not None:
                market.bus.publish(due)
            market.open_tick(tick)
            due = report(market, market.decide(pages_for(market, 60, seed=tick)), ConversionKind.LEAD, true)
        return float(alpha(market)[0] * market.campaigns.roster.per_click[0])

    few, expected, many = bid(0.02), bid(0.1), bid(0.3)
    assert few < 0.6 * expected
    assert many > 1.8 * expected
    assert bid(0.0) < few


# ---- first orders


def test_who_has_bought_from_the_merchant_is_not_shown_a_campaign_for_first_orders():
    market = open_market(crowded_shelf(merchants=3, goods=6), shoppers=12)
    goal = Goal(GoalKind.TARGET_COST, 9.0, ConversionKind.FIRST_ORDER)
    market.campaigns.add(campaign("first", "m0", 500.0, goal, frequency_cap=200))
    market.campaigns.add(
        campaign("all", "m0", 500.0, replace(goal, conversion=ConversionKind.ORDER), frequency_cap=200)
    )
    for one in range(6):
        market.campaigns.add_group(group(f"first-{one}", f"m0-{one}", "first"))
        market.campaigns.add_group(group(f"all-{one}", f"m0-{one}", "all"))
    first, rest = market.campaigns.rows_of("first"), market.campaigns.rows_of("all")
    to_buyers = 0
    for tick in range(60):  # over a midnight, when the caps start again
        market.bus.clock.step_to(tick * TICK)
        market.open_tick(tick)
        buyers = market.campaigns.buyers.of(0)
        slates = market.decide(pages_for(market, 20, seed=tick))
        theirs = slates.group[np.isin(slates.shopper, buyers)]
        assert not np.isin(theirs, first).any()
        to_buyers += int(np.isin(theirs, rest).sum())
        look(market, slates, clicks=0.1, buys=0.05)
    assert to_buyers > 0
    assert 3 <= len(market.campaigns.buyers.of(0)) <= 12
    delivery = market.campaigns.delivery
    assert delivery.conversions()[first].sum() == delivery.firsts[first].sum() > 0


# ---- budgets changed mid-day


def spent(market: Marketplace) -> int:
    """Micros reserved today, reported or not."""
    return int(market.budgets.spent_today[0] + market.serving.leased[0] - market.serving.lease[0])


def spender(budget: float) -> Marketplace:
    """One campaign that spends as fast as it may."""
    market = open_market(crowded_shelf(), shoppers=60)
    market.campaigns.add(
        campaign("own", "m0", budget, Goal(GoalKind.MAX_CONVERSIONS), bidder="fixed", frequency_cap=250)
    )
    for item in market.shelf.of_merchant("m0").tolist():
        market.campaigns.add_group(group(f"own-{item}", market.shelf.ids[item], "own", bid_factor=3.0))
    return market


@pytest.mark.parametrize("bidder", ["fixed", "pacing", "pid"])
def test_a_raised_budget_is_spent_from_the_next_tick_on(bidder: str):
    market = spender(10.0)
    market.campaigns.change_campaign("own", bidder=bidder)
    day(market, range(20), pages=60)
    before = spent(market)
    assert 0 < before <= 10_000_000
    market.set_budget("own", Money.of(30))
    day(market, range(20, 21), pages=0)
    assert market.budgets.remaining()[0] == 30_000_000 - before
    day(market, range(21, 48), pages=60)
    assert before < spent(market) <= 30_000_000


def test_a_lowered_budget_holds_at_once():
    market = spender(40.0)
    day(market, range(4), pages=20)
    before = spent(market)
    lowered = Money(before + 3_000_000)
    market.set_budget("own", lowered)
    assert market.serving.lease[0] <= 3_000_000
    for _ in range(3):  # still in the same tick
        look(market, market.decide(pages_for(market, 60, seed=99)))
        assert spent(market) <= lowered.micros
    day(market, range(4, 40), pages=60)
    assert before < spent(market) <= lowered.micros
    assert market.campaigns.delivery.spend.sum() <= lowered.micros


def test_a_budget_below_what_is_spent_stops_at_once_and_until_midnight():
    market = spender(40.0)
    day(market, range(6), pages=90)
    before = spent(market)
    assert before > 1_000_000
    market.set_budget("own", Money.of(1))
    assert market.serving.lease[0] == 0
    assert (market.decide(pages_for(market, 60, seed=99)).group < 0).all()
    for tick in range(6, 48):
        (slates,) = day(market, range(tick, tick + 1), pages=20)
        assert (slates.group < 0).all()
        assert market.serving.lease[0] == 0 == market.budgets.remaining()[0]  # never below nothing
        assert np.isfinite(market.bidding.multiplier).all()
    assert spent(market) == before
    day(market, range(48, 52), pages=40)
    assert 0 < spent(market) <= 1_000_000  # the next day has its own


def test_a_budget_may_go_down_up_and_down_within_one_tick():
    market = spender(40.0)
    day(market, range(3), pages=20)
    before = spent(market)
    for micros in (before + 5_000_000, before + 2_000_000, before + 9_000_000, before + 1_500_000):
        market.set_budget("own", Money(micros))
        assert 0 <= market.serving.lease[0] <= micros - before
        assert spent(market) == before  # a cut of the lease is not taken for spending
    assert market.serving.lease[0] == 1_500_000
    look(market, market.decide(pages_for(market, 60, seed=99)))
    assert before < spent(market) <= before + 1_500_000


def test_a_budget_of_nothing_is_refused_and_changes_nothing():
    market = spender(40.0)
    day(market, range(2), pages=20)
    lease = market.serving.lease.copy()
    for micros in (0, -1):
        with pytest.raises(Refused, match="above 0"):
            market.set_budget("own", Money(micros))
    assert market.serving.lease.tolist() == lease.tolist()


def test_a_budget_set_before_the_first_tick_is_the_first_lease():
    market = spender(40.0)
    market.set_budget("own", Money.of(20))
    day(market, range(1), pages=1)
    assert market.serving.leased[0] == 20_000_000
