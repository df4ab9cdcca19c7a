"""Outcomes: how soon conversions come, how often, what they bring, and how many orders are kept."""

import numpy as np
import pytest
from small_market import campaign, campaigns_on, clicked, failures, group, ordered, returned, shelf_of

from magnetar.capabilities.campaigns import Campaigns
from magnetar.capabilities.shoppers import Converted
from magnetar.capabilities.understanding import DelayLaw, Outcomes
from magnetar.capabilities.understanding.outcomes import ENOUGH, EXPECTED, RETURN_DELAY
from magnetar.capabilities.understanding.returns import EVERYTHING
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import DAY, HOUR, SteppedClock
from magnetar.vocabulary.campaigns import ConversionKind, Goal, GoalKind, Horizon

SHELF = shelf_of(("pot", "m0", "tea", 30.0), ("cup", "m0", "tea", 12.0), ("film", "", "tea", 0.0))
LEAD, PAYMENT = ConversionKind.LEAD, ConversionKind.PAYMENT


def platform(*goals: Goal) -> tuple[SteppedClock, Bus, Campaigns, Outcomes]:
    """A campaign for each goal, on the pot; ad groups are numbered like the goals."""
    clock = SteppedClock(DAY)
    bus = Bus(MemoryLog(), clock)
    campaigns = campaigns_on(SHELF, bus=bus)
    for place, goal in enumerate(goals):
        campaigns.add(campaign(f"c{place}", goal=goal))
        campaigns.add_group(group(f"g{place}", "pot", f"c{place}"))
    outcomes = Outcomes(bus, SHELF, campaigns)
    outcomes.refresh(clock.now())
    return clock, bus, campaigns, outcomes


def converted(count: int, kind: ConversionKind, ad: int = 0, item: int = 0, value: float = 0.0) -> Converted:
    """So many conversions at once, an hour after their clicks."""
    same = np.zeros(count, np.int64)
    return Converted(
        same + HOUR, same, same.astype(np.uint64), same, same, same + item, same + ad,
        np.full(count, int(kind), np.int8), same + round(value * 1e6),
    )  # fmt: skip


# ---- the law of delays


def test_before_anything_is_seen_the_law_is_its_prior():
    law = DelayLaw(4.0 * HOUR)
    assert law.mean == 4.0 * HOUR
    assert law.share(Horizon.OPEN) == 1.0
    assert law.share(Horizon.D7) == pytest.approx(1.0, abs=1e-6)
    assert law.share(Horizon.D1) == pytest.approx(1.0 - np.exp(-6.0), rel=1e-6)
    # a click has between 0 and 24 hours of its day left: 1 − (1 − e⁻⁶) / 6
    assert law.share(Horizon.D0) == pytest.approx(1.0 - (1.0 - np.exp(-6.0)) / 6.0, abs=0.02)


def after(days: int, mean_h: float, seed: int = 1) -> DelayLaw:
    """A law that watched 400 clicks and 20 conversions a tick for some days."""
    rng, law, under_way = np.random.default_rng(seed), DelayLaw(), np.zeros((0, 2))
    law.refresh(1)
    for tick in range(1, 48 * days):
        now = tick * HOUR // 2
        law.clicked(400)
        delay = rng.exponential(mean_h * HOUR, 20)
        made = now - rng.uniform(0, HOUR / 2, 20)
        under_way = np.vstack([under_way, np.column_stack([made + delay, delay])])
        here = under_way[:, 0] <= now
        law.landed(under_way[here, 1].astype(np.int64))
        under_way = under_way[~here]
        law.refresh(now)
    return law


@pytest.mark.parametrize("mean_h", [1.0, 12.0])
def test_the_law_of_a_fast_or_slow_market_is_found(mean_h: float):
    law, ratio = after(4, mean_h), 24 / mean_h
    assert law.share(Horizon.D1) == pytest.approx(1 - np.exp(-ratio), abs=0.03)
    assert law.share(Horizon.D0) == pytest.approx(1 - (1 - np.exp(-ratio)) / ratio, abs=0.03)


def test_a_young_platform_does_not_take_youth_for_speed():
    law = after(5, mean_h=40.0)
    seen = float(law.hits[:8].sum() / law.hits.sum())  # of what has arrived, so much came within a day
    assert seen > 0.5
    assert law.share(Horizon.D1) == pytest.approx(1 - np.exp(-24 / 40), abs=0.06)  # 0.451


def test_longer_horizons_hold_more():
    for law in (DelayLaw(), DelayLaw(100.0 * HOUR), after(3, 7.0)):
        shares = [law.share(one) for one in (Horizon.D0, Horizon.D1, Horizon.D7, Horizon.OPEN)]
        assert shares == sorted(shares)
        assert shares[0] >= 0.0
        assert shares[-1] == 1.0


def test_old_evidence_fades_and_the_law_is_carried_over():
    law = after(2, 12.0)
    hits = law.hits.sum()
    law.decay(0.5)
    assert law.hits.sum() == pytest.approx(0.5 * hits)
    copy = DelayLaw()
    copy.restore(law.state())
    assert [copy.share(one) for one in Horizon] == [law.share(one) for one in Horizon]
    for one in (law, copy):
        one.clicked(10)
        one.landed(np.array([HOUR, -5, 40 * DAY]))  # a clock that went back counts as at once, the very late not at all
        one.refresh(3 * DAY)
    assert copy.share(Horizon.D1) == law.share(Horizon.D1)
    assert copy.mean == law.mean


# ---- orders that are kept, and horizons


def test_orders_without_a_horizon_are_left_as_they_are():
    _, bus, campaigns, outcomes = platform(Goal(GoalKind.TARGET_ROI, 3.0), Goal(GoalKind.COST_CAP, 5.0))
    version = campaigns.roster.version
    bus.publish(ordered((1, 0, 0, 30_000_000)))
    outcomes.refresh(3 * DAY)
    assert campaigns.roster.worth.tolist() == [30.0, 1.0]
    assert campaigns.roster.version == version


def test_value_within_a_horizon_is_the_price_times_the_share_that_arrives():
    goals = [Goal(GoalKind.TARGET_ROI, 3.0, horizon=one) for one in (Horizon.OPEN, Horizon.D7, Horizon.D1, Horizon.D0)]
    *_, campaigns, outcomes = platform(*goals)
    worth = campaigns.roster.worth
    assert worth.tolist() == sorted(worth.tolist(), reverse=True)
    assert worth[2] == pytest.approx(30.0 * outcomes.orders.share(Horizon.D1))
    assert campaigns.roster.target.tolist() == pytest.approx((worth / 3.0).tolist())


def test_what_comes_back_is_not_kept():
    clock, bus, campaigns, outcomes = platform(
        Goal(GoalKind.TARGET_COST, 8.0, ConversionKind.KEPT_ORDER),
        Goal(GoalKind.TARGET_ROI, 2.0, ConversionKind.KEPT_ORDER),
    )
    assert outcomes.kept().tolist() == pytest.approx([1 - EVERYTHING] * 3)
    bus.publish(ordered(*((one, 0, -1, 30_000_000) for one in range(100))))
    bus.publish(ordered(*((one, 1, -1, 12_000_000) for one in range(100, 200))))
    bus.publish(returned(*((one, 0, -1, 30_000_000) for one in range(40))))
    clock.step_to(clock.now() + 20 * RETURN_DELAY)
    outcomes.refresh(clock.now())
    assert 0.6 < outcomes.kept()[0] < 0.65  # 0.6 of its own, drawn a little to what all keep
    assert 0.95 < outcomes.kept()[1] < 1.0
    kept = float(outcomes.kept()[0])
    assert campaigns.roster.worth.tolist() == pytest.approx([kept, 30.0 * kept])
    assert campaigns.roster.target.tolist() == pytest.approx([8.0 * kept, 15.0 * kept])
    bus.publish(returned(*((one, 0, -1, 30_000_000) for one in range(40, 400))))  # more than was ever sent
    outcomes.refresh(clock.now() + 1)
    assert outcomes.kept()[0] == 0.05


# ---- kinds that are reported


def lead(rate: float = 0.1, kind: ConversionKind = LEAD, **more: float) -> Goal:
    return Goal(GoalKind.TARGET_COST, 20.0, kind, expected_rate=rate, **more)


def test_a_kind_that_was_never_reported_is_what_the_merchant_expects():
    *_, campaigns, outcomes = platform(lead(0.1), lead(0.4))
    assert campaigns.roster.per_click.tolist() == pytest.approx([0.1, 0.4])
    assert outcomes.measured(LEAD, np.array([0, 1])) == (0.0, 0.0)


def test_reports_and_clicks_move_the_rate_from_the_expectation_to_what_is_seen():
    clock, bus, campaigns, outcomes = platform(lead(0.1))
    for _ in range(50):
        bus.publish(clicked(*([(0, 0)] * 20)))
    bus.publish(converted(200, LEAD))
    clock.step_to(clock.now() + 40 * HOUR)
    outcomes.refresh(clock.now())
    usual = (200 + EXPECTED) / (1000 + EXPECTED / 0.1)
    assert campaigns.roster.per_click[0] == pytest.approx((200 + EXPECTED) / (1000 + EXPECTED / usual), rel=1e-6)
    assert outcomes.measured(LEAD, np.array([0, 1]))[0] == pytest.approx(0.2, rel=1e-6)
    assert not failures(bus)


def test_fresh_clicks_do_not_look_like_failures():
    clock, bus, campaigns, outcomes = platform(lead(0.1))
    bus.publish(clicked(*([(0, 0)] * 500)))
    outcomes.refresh(clock.now())
    assert campaigns.roster.per_click[0] == pytest.approx(0.1)
    clock.step_to(clock.now() + HOUR)
    outcomes.refresh(clock.now())  # the mean delay is an hour: 1 − 1/e of them should have been heard of
    clicks = 500 * (1 - np.exp(-1.0))
    usual = EXPECTED / (clicks + EXPECTED / 0.1)
    assert campaigns.roster.per_click[0] == pytest.approx(EXPECTED / (clicks + EXPECTED / usual))


def test_a_product_starts_from_what_the_merchants_others_do():
    clock, bus, campaigns, outcomes = platform(lead(0.1))
    campaigns.add_group(group("cup-ad", "cup", "c0"))
    for _ in range(10):
        bus.publish(clicked(*([(0, 0)] * 100)))
    bus.publish(converted(300, LEAD))
    clock.step_to(clock.now() + 40 * HOUR)
    outcomes.refresh(clock.now())
    assert campaigns.roster.per_click[1] == pytest.approx((300 + EXPECTED) / (1000 + EXPECTED / 0.1), rel=1e-6)


def test_a_merchant_who_reports_nothing_is_bid_for_less_and_less():
    clock, bus, campaigns, outcomes = platform(lead(0.1))
    rates = []
    for _ in range(10):
        bus.publish(clicked(*([(0, 0)] * 100)))
        clock.step_to(clock.now() + DAY)
        outcomes.refresh(clock.now())
        rates.append(float(campaigns.roster.per_click[0]))
    assert rates == sorted(rates, reverse=True)
    assert 0.0 < rates[-1] < 0.005


def test_only_ad_groups_that_pay_for_a_kind_teach_it():
    clock, bus, campaigns, outcomes = platform(
        lead(0.1), Goal(GoalKind.TARGET_ROI, 3.0), lead(0.1, ConversionKind.FOLLOW)
    )
    bus.publish(clicked(*([(0, 1)] * 300), *([(0, -1)] * 300)))
    bus.publish(converted(50, LEAD, ad=1))
    bus.publish(converted(50, LEAD, ad=2))
    bus.publish(converted(50, LEAD, ad=-1))
    clock.step_to(clock.now() + 10 * DAY)
    outcomes.refresh(clock.now())
    assert campaigns.roster.per_click.tolist() == pytest.approx([0.1, 0.0, 0.1])


def test_what_a_payment_brings_is_learned_and_counts_within_its_horizon():
    def goal(horizon: Horizon, expected: float) -> Goal:
        return Goal(GoalKind.TARGET_ROI, 2.0, PAYMENT, horizon, 0.1, expected)

    clock, bus, campaigns, outcomes = platform(goal(Horizon.OPEN, 0.0), goal(Horizon.OPEN, 6.0), goal(Horizon.D0, 6.0))
    early = outcomes.reported[PAYMENT].law.share(Horizon.D0)
    assert campaigns.roster.worth.tolist() == pytest.approx([30.0, 6.0, 6.0 * early])  # the price, or what is expected
    bus.publish(converted(96, PAYMENT, ad=1, value=10.0))
    clock.step_to(clock.now() + HOUR)
    outcomes.refresh(clock.now())
    learned = (96 * 10.0 + EXPECTED * 6.0) / (96 + EXPECTED)
    assert campaigns.roster.worth[1] == pytest.approx(learned)
    assert campaigns.roster.worth[2] == pytest.approx(learned * outcomes.reported[PAYMENT].law.share(Horizon.D0))
    assert outcomes.measured(PAYMENT, np.array([0])) == (1.0, 10.0)  # more payments than clicks: never above 1


def test_too_few_reports_measure_nothing():
    _, bus, _, outcomes = platform(lead(0.1))
    bus.publish(clicked(*([(0, 0)] * 100)))
    bus.publish(converted(ENOUGH - 1, LEAD))
    outcomes.refresh(9 * DAY)
    assert outcomes.measured(LEAD, np.array([0])) == (0.0, 0.0)
    bus.publish(converted(1, LEAD))
    assert outcomes.measured(LEAD, np.array([0]))[0] == pytest.approx(0.1)
    assert outcomes.measured(LEAD, np.array([1])) == (0.0, 0.0)


def test_each_goal_waits_for_its_own_kind():
    *_, outcomes = platform(
        Goal(GoalKind.TARGET_ROI, 3.0), Goal(GoalKind.TARGET_COST, 1.0, ConversionKind.CLICK), lead(0.1)
    )
    assert outcomes.delays(4.0 * HOUR).tolist() == [4.0 * HOUR, 0.0, HOUR]


def test_a_night_fades_and_a_restart_takes_up_what_was_learned():
    clock, bus, campaigns, outcomes = platform(lead(0.1), Goal(GoalKind.TARGET_ROI, 3.0, ConversionKind.KEPT_ORDER))
    bus.publish(clicked(*([(0, 0)] * 200)))
    bus.publish(converted(60, LEAD))
    bus.publish(ordered(*((one, 0, 1, 30_000_000) for one in range(20)), at=5 * HOUR))
    bus.publish(returned((3, 0, 1, 30_000_000)))
    clock.step_to(clock.now() + HOUR)
    outcomes.refresh(clock.now())
    outcomes.new_day()
    _, _, again, restored = platform(*(one.goal for one in campaigns.roster.campaigns))
    restored.restore({name: column.copy() for name, column in outcomes.state().items()})
    for one in (outcomes, restored):
        one.refresh(clock.now() + 3 * HOUR)
    assert again.roster.per_click.tolist() == campaigns.roster.per_click.tolist()
    assert again.roster.worth.tolist() == campaigns.roster.worth.tolist()
    assert restored.measured(LEAD, np.array([0])) == outcomes.measured(LEAD, np.array([0]))
    before = campaigns.roster.per_click[0]
    for _ in range(400):
        outcomes.new_day()
    outcomes.refresh(clock.now() + 4 * HOUR)
    assert 0.08 < campaigns.roster.per_click[0] < 0.12 < before  # all forgotten but the last clicks
