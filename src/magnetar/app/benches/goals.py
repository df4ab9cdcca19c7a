"""Do campaigns get what they pay for? Each goal alone in the twin: is its target held, its cap kept, its kind sought?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from magnetar.app.benches.rows import conditions, row
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.campaigns import GOALS
from magnetar.capabilities.measurement import Interval, ratio_interval
from magnetar.capabilities.shoppers import Converted, Ordered
from magnetar.kernel.clock import DAY
from magnetar.platform.market import TICKS_PER_DAY
from magnetar.twin.rehearsal import WARM_UP_DAYS, Setting, Stage
from magnetar.vocabulary.campaigns import AdGroup, Campaign, ConversionKind, Goal, GoalKind, Horizon, Phase
from magnetar.vocabulary.ids import AdGroupId, CampaignId, MerchantId, ProductId
from magnetar.vocabulary.money import MICROS, Money

PAIRS, QUICK_PAIRS = 10, 3
DAYS = 3
AFTER, QUICK_AFTER = 3, 1
"""Days after the last impression in which late orders, leads and returns are waited for."""
GROUPS = 20
WORLD = "default"
LARGE, SMALL = 6_000.0, 600.0
"""Daily budgets: one that the target binds before, one that binds before any target."""
HOPED = 0.15
"""Leads per click that the merchant expects: about three times what is true."""
PROMISE = 1.2
"""Cost over target that still counts as kept, as the platform promises."""
HELD: dict[str, float] = {
    "target_cost:order": 20.0, "target_cost:click": 1.0, "target_cost:first_order": 20.0, "target_cost:kept_order": 20.0,
    "target_cost:lead": 15.0, "target_roi:order": 3.0, "target_roi:order:d0": 3.0, "target_roi:order:d7": 3.0,
    "target_roi:kept_order": 3.0,
}  # fmt: skip
CAPPED = {"cost_cap:order": 20.0, "cost_cap:click": 1.0, "cost_cap:lead": 15.0, "roi_floor:order": 3.0}
SOUGHT = ("max_conversions:click", "max_conversions:first_order", "max_conversions:lead")
QUICK = ("target_cost:order", "target_cost:click", "target_cost:first_order", "target_cost:lead")
PLAIN = "max_conversions:order"


@dataclass(slots=True)
class Got:
    """What one campaign of one market came to."""

    spend: float
    """Currency units."""
    worth: float
    """What its goal counts: conversions, or value within the horizon, currency units."""
    predicted: float
    """Results that the predictor expected of what came on screen."""
    results: int
    clicks: int
    firsts: int
    leads: int
    """By whatever campaign, of its own clicks."""
    highest: float
    """The highest bid for a unit of calibrated worth, over what the goal allows."""


def goal_of(id: str, target: float = 0.0) -> Goal:
    """The goal of a row, with the merchant's expectation where one is needed."""
    found = GOALS[id]
    return found.goal(target, 0.0 if found.observed else HOPED)


def live(stage: Stage, goal: Goal, daily_budget: float, after: int = AFTER) -> Got:
    """Run one campaign on the best-selling products for some days, by the bidder alone, and wait for what is late."""
    platform = stage.platform
    campaigns, shelf, predictor = platform.campaigns, platform.shelf, platform.predictor
    id, merchant = CampaignId("tried"), stage.setting.merchant
    campaigns.add(Campaign(id, merchant, "tried", goal, Money.of(daily_budget)))
    rows = shelf.of_merchant(merchant)
    rows = rows[shelf.arrays.listed[rows]]
    worth = predictor.clicks.items.mean[rows] * predictor.orders.items.mean[rows] * shelf.arrays.price[rows]
    for item in rows[np.argsort(-worth, kind="stable")[:GROUPS]].tolist():
        campaigns.add_group(AdGroup(AdGroupId(f"tried-{item}"), id, ProductId(shelf.ids[item]), phase=Phase.STABLE))
    groups = campaigns.rows_of(id)
    within, leads = 0, 0

    def count_leads(event: Converted) -> None:
        nonlocal leads
        leads += int((np.isin(event.group, groups) & (event.kind == ConversionKind.LEAD)).sum())

    def count(event: Ordered) -> None:
        nonlocal within
        mine = np.isin(event.group, groups)
        if goal.horizon is Horizon.D0:
            mine &= event.at // DAY == event.clicked_at // DAY
        elif goal.horizon is not Horizon.OPEN:
            mine &= event.at - event.clicked_at < (1 if goal.horizon is Horizon.D1 else 7) * DAY
        within += int(event.value[mine].sum())

    platform.bus.subscribe(Ordered, count)
    platform.bus.subscribe(Converted, count_leads)
    roster, delivery, highest = campaigns.roster, campaigns.delivery, 0.0
    first = WARM_UP_DAYS * TICKS_PER_DAY
    for tick in range(first, first + (DAYS + after) * TICKS_PER_DAY):
        if tick == first + DAYS * TICKS_PER_DAY:
            campaigns.change_campaign(id, paused=True)
        stage.step(tick)
        if goal.kind.capped and tick < first + DAYS * TICKS_PER_DAY:
            snapshot = platform.serving._snapshot
            assert snapshot is not None
            allowed = goal.price * roster.worth[groups] * platform.bidding.calibration[groups]
            highest = max(highest, float((snapshot.alpha[groups] / allowed).max()))
    value = within - (int(delivery.returned[groups].sum()) if goal.conversion is ConversionKind.KEPT_ORDER else 0)
    results = int(delivery.results()[groups].sum())
    return Got(
        spend=int(delivery.spend[groups].sum()) / MICROS,
        worth=value / MICROS if goal.kind.by_value else float(delivery.conversions()[groups].sum()),
        predicted=float(delivery.predicted[groups].sum()),
        results=results,
        clicks=int(delivery.clicks[groups].sum()),
        firsts=int(delivery.firsts[groups].sum()),
        leads=leads,
        highest=highest,
    )


def bench(quick: bool, seed: int, tell: Callable[[str], None]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and conditions."""
    file = sample_shop() / "catalogue.csv"
    products = goods_from(file, "demo", "CNY")
    setting = Setting(
        products, MerchantId("demo"), Money.of(LARGE), Goal(GoalKind.TARGET_ROI, 3.0), DAYS, ("none",), WORLD, seed
    )
    held = {id: HELD[id] for id in (QUICK if quick else HELD)}
    capped = {id: CAPPED[id] for id in (("cost_cap:lead",) if quick else CAPPED)}
    sought = ("max_conversions:lead",) if quick else SOUGHT
    pairs, after = (QUICK_PAIRS, QUICK_AFTER) if quick else (PAIRS, AFTER)
    got: dict[str, list[Got]] = {}
    for pair in range(pairs):
        stage = Stage(setting, pair)
        stage.warm_up()
        for id, target in {**held, **capped, **dict.fromkeys((PLAIN, *sought), 0.0)}.items():
            got.setdefault(id, []).append(live(stage.fork(), goal_of(id, target), LARGE if target else SMALL, after))
        tell(f"市场 {pair + 1}/{pairs} · market {pair + 1} of {pairs}")
    rows = [_held(id, goal_of(id, target), got[id]) for id, target in held.items()]
    rows += [_capped(id, got[id]) for id in capped]
    rows += [_sought(id, got[id], got[PLAIN], quick) for id in sought]
    rows.append(_learned(got["target_cost:lead"]))
    found = conditions(
        [file], seeds=[seed], worlds=[WORLD], pairs=pairs, days=DAYS, ad_groups=GROUPS, daily_budgets=[LARGE, SMALL],
        leads_hoped_per_click=HOPED, bidder="pacing", autopilot="none",
    )  # fmt: skip
    return rows, found


def _column(got: list[Got], name: str) -> np.ndarray:
    return np.array([getattr(one, name) for one in got], np.float64)


def _held(id: str, goal: Goal, got: list[Got]) -> dict[str, Any]:
    over = ratio_interval(_column(got, "spend"), goal.price * _column(got, "worth"))
    spend = _column(got, "spend").mean()
    return row(
        f"{id}: spend over what its target allows", "of 1", over,
        goal=PROMISE, met=over.mean <= PROMISE, at_most=True, verdict=f"{spend:,.0f} CNY a market", target=goal.target,
    )  # fmt: skip


def _capped(id: str, got: list[Got]) -> dict[str, Any]:
    highest = float(_column(got, "highest").max())
    worst = Interval(highest, highest, highest, len(got) * DAYS * TICKS_PER_DAY)
    return row(
        f"{id}: highest bid for worth, over the cap", "of 1", worst,
        goal=1.0, met=highest <= 1.0 + 1e-9, at_most=True, verdict=f"{_column(got, 'spend').mean():,.0f} CNY a market",
    )  # fmt: skip


def _sought(id: str, got: list[Got], plain: list[Got], quick: bool) -> dict[str, Any]:
    name = {"click": "clicks", "first_order": "firsts", "lead": "leads"}[id.partition(":")[2]]
    own, other = _column(got, name) / _column(got, "spend"), _column(plain, name) / _column(plain, "spend")
    more = ratio_interval(own, other)
    said = f"{1000 * own.mean():,.1f} against {1000 * other.mean():,.1f} per 1,000 CNY"
    return row(
        f"{id}: {name} for the money, over a campaign for orders", "of 1", more,
        baseline=(PLAIN, 1.0), goal=1.0, met=(more.mean if quick else more.low) > 1.0, verdict=said,
    )  # fmt: skip


def _learned(got: list[Got]) -> dict[str, Any]:
    right = ratio_interval(_column(got, "results"), _column(got, "predicted"))
    hoped = ratio_interval(_column(got, "results"), HOPED * _column(got, "clicks"))
    return row(
        "target_cost:lead: leads over predicted", "of 1", right,
        baseline=("the merchant's expectation", hoped.mean), goal=1.0, met=0.8 <= right.mean <= 1.25,
        verdict="within 0.8 to 1.25",
    )  # fmt: skip
