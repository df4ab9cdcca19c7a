"""A rehearsal: the same market lived through several times, once for each way of running the account.

A pair is one seed. Its market warms up once, then platform and market together are copied for each
arm, so that arms share shoppers, rivals, history and luck, and differ only in what the account's
agent does. Every decision is the platform's own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from magnetar.capabilities.auction import SECOND_PRICE
from magnetar.capabilities.autopilot import AGENTS, Brief, Plan, target_cost
from magnetar.capabilities.measurement import Tally
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.engines.spread import spread
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Chance
from magnetar.kernel.clock import DAY, MINUTE, SteppedClock
from magnetar.platform.market import TICKS_PER_DAY, Marketplace
from magnetar.twin.world import Day, Market, OwnResults, load_world
from magnetar.vocabulary.campaigns import Creative, Goal
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import MICROS, Money

TICK = 30 * MINUTE
WARM_UP_DAYS = 2
SUCCESS_ORDERS = 10
SUCCESS_TICKS = 144
"""72 hours: a launch succeeds with ten conversions by then, at up to SUCCESS_COST × its target cost."""
SUCCESS_COST = 1.2
LAUNCHES = 8
BATCH = 16_384
"""Pages that are decided, looked at and learned from together: a busier tick comes in several batches, which stay in
the processor's cache. Decisions read the snapshot of the tick's start, so they are the same in whatever cuts."""
AA = "manual-aa"
"""The second manual arm: same shoppers, other exploration draws."""
_LOG_KEEP = 64
"""Envelopes: more would only take memory away from the processor's cache."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is rehearsed."""

    products: tuple[Product, ...]
    merchant: MerchantId
    budget: Money
    """For the whole time."""
    goal: Goal
    days: int
    arms: tuple[str, ...]
    world: str = "default"
    seed: int = 1
    shoppers: int = 2_000
    pages_per_day: int = 10_500
    rule: int = SECOND_PRICE
    start: int = 1_794_787_200 * 1_000_000  # 2026-11-16, a Monday

    @property
    def daily_budget(self) -> Money:
        return Money(self.budget.micros // self.days, self.budget.currency)


@dataclass(frozen=True, slots=True)
class ArmResult:
    """What one arm of one pair came to. Money in currency units."""

    pair: int
    arm: str
    pages: int
    """Asked for in the days of the rehearsal."""
    spend: float
    gmv: float
    gmv_paid: float
    gmv_organic: float
    orders: int
    launches: int
    successes: int
    days_on_target: int
    days_spending: int
    hourly_cost_cv: float
    intentions: int


def launch_schedule(setting: Setting) -> tuple[np.ndarray, np.ndarray]:
    """Which items are launched, and when: the catalogue's last rows, three a day from the first morning on.

    Only launches whose 72 hours fit into the rehearsal take place; a small catalogue keeps at least
    three quarters of its products on the shelf from the start.
    """
    count = min(LAUNCHES, len(setting.products) // 4)
    first = WARM_UP_DAYS * TICKS_PER_DAY + 16
    tick = first + (np.arange(count) // 3) * TICKS_PER_DAY
    fits = tick + SUCCESS_TICKS <= (WARM_UP_DAYS + setting.days) * TICKS_PER_DAY
    rows = len(setting.products) - count + np.arange(count)
    return rows[fits], tick[fits]


def enter(platform: Marketplace, creatives: Sequence[Creative]) -> None:
    """Put a market's creatives into the library, and give them rows in their order, which the market goes by."""
    by: dict[str, list[Creative]] = {}
    for one in creatives:
        by.setdefault(one.merchant, []).append(replace(one, group=one.id))
    for merchant, those in by.items():
        platform.creatives.library.add(merchant, those)
    platform.creatives.seat(creatives)


def seed_of(setting: Setting, pair: int) -> int:
    """The seed of a pair's market."""
    return int(Chance(setting.seed).of("pair", pair).integers(2**62, 1)[0])


class Stage:
    """A platform inside a market, and the loop that joins them by the front door."""

    def __init__(self, setting: Setting, pair: int) -> None:
        self.setting = setting
        seed = seed_of(setting, pair)
        day = Day(setting.start, TICKS_PER_DAY, WARM_UP_DAYS)
        self.market: Market = load_world(setting.world).open(
            setting.products, seed, setting.shoppers, setting.pages_per_day, day
        )
        self.clock = SteppedClock(setting.start - WARM_UP_DAYS * DAY)
        bus = Bus(MemoryLog(keep=_LOG_KEEP), self.clock)
        self.platform = Marketplace.open(
            bus, MemoryStore(), self.market.shelf, self.market.shoppers, seed, setting.rule
        )
        roster, shelf = self.platform.campaigns.roster, self.market.shelf
        ticks = setting.days * TICKS_PER_DAY
        self.tally = Tally(bus, roster, shelf.arrays.merchant, shelf.merchants.index(setting.merchant), ticks)
        for campaign, groups in self.market.rivals:
            self.platform.campaigns.add(campaign)
            for group in groups:
                self.platform.campaigns.add_group(group)
        enter(self.platform, getattr(self.market, "creatives", ()))
        self._rival_groups = len(roster)
        self.pages = 0
        self.launches, self.launch_ticks = launch_schedule(setting)
        shelf.arrays.listed[self.launches] = False

    def step(self, tick: int) -> None:
        """One tick: the market acts, the platform prepares, serves, and takes in what came of it."""
        self.clock.step_to(self.setting.start + (tick - WARM_UP_DAYS * TICKS_PER_DAY) * TICK)
        self.tally.at(tick - WARM_UP_DAYS * TICKS_PER_DAY)
        platform = self.platform
        self.market.manage(tick, self._rival_results, self._change_rival)
        platform.open_tick(tick)
        requests = self.market.requests(tick)
        if tick >= WARM_UP_DAYS * TICKS_PER_DAY:
            self.pages += len(requests)
        for first in range(0, max(len(requests), 1), BATCH):
            served = platform.decide(requests.rows(slice(first, first + BATCH)) if len(requests) > BATCH else requests)
            did = self.market.respond(tick, served)
            platform.intake(served, did.depth, did.clicked, did.ordered, did.returned, did.converted)

    def _rival_results(self) -> Sequence[OwnResults]:
        roster, delivery = self.platform.campaigns.roster, self.platform.campaigns.delivery
        return [
            OwnResults(
                roster.groups[row], delivery.spend[row] / MICROS, delivery.gmv[row] / MICROS, int(delivery.orders[row])
            )
            for row in range(self._rival_groups)
        ]

    def _change_rival(self, group: str, factor: float) -> None:
        self.platform.campaigns.change_group(group, bid_factor=factor)

    def warm_up(self) -> None:
        for tick in range(WARM_UP_DAYS * TICKS_PER_DAY):
            self.step(tick)

    def fork(self) -> Stage:
        """A copy of everything, as if the world had split."""
        return copy.deepcopy(self)

    def brief(self) -> Brief:
        """What the merchant hands over."""
        setting = self.setting
        return Brief(setting.merchant, setting.daily_budget, setting.goal, self.launches, self.launch_ticks)

    def play(self, pair: int, arm: str) -> ArmResult:
        """Live through the rehearsal with one agent in charge."""
        setting, platform = self.setting, self.platform
        agent = AGENTS["manual" if arm == AA else arm]()
        if arm == AA:
            platform.serving.explore_anew(seed_of(setting, pair) ^ 1)
        first = WARM_UP_DAYS * TICKS_PER_DAY
        successes = 0
        for tick in range(first, first + setting.days * TICKS_PER_DAY):
            self.clock.step_to(setting.start + (tick - first) * TICK)
            if tick == first:
                agent.start(platform, self.brief(), tick)
            if tick in self.launch_ticks:
                platform.list_items(self.launches[self.launch_ticks == tick])
            agent.act(platform, tick)
            for item in self.launches[self.launch_ticks + SUCCESS_TICKS == tick].tolist():
                successes += self._launch_succeeded(item)
            self.step(tick)
        for item in self.launches[self.launch_ticks + SUCCESS_TICKS == first + setting.days * TICKS_PER_DAY].tolist():
            successes += self._launch_succeeded(item)
        return self._result(pair, arm, successes)

    def _launch_succeeded(self, item: int) -> bool:
        """Ten conversions by now at up to 1.2 × target cost, in the ad group that launched the item."""
        roster, delivery = self.platform.campaigns.roster, self.platform.campaigns.delivery
        own = np.flatnonzero(roster.item[self._rival_groups :] == item) + self._rival_groups
        if not len(own):
            return False
        row = int(own[0])
        orders = int(delivery.orders[row])
        if orders < SUCCESS_ORDERS:
            return False
        cost = delivery.spend[row] / MICROS / orders
        return cost <= SUCCESS_COST * target_cost(self.setting.goal, self.setting.products[item].price.amount)

    def _result(self, pair: int, arm: str, successes: int) -> ArmResult:
        tally, setting = self.tally, self.setting
        days = setting.days
        spend = tally.spend.reshape(days, TICKS_PER_DAY).sum(axis=1) / MICROS
        paid = tally.gmv[1].reshape(days, TICKS_PER_DAY).sum(axis=1) / MICROS
        orders = tally.orders[1].reshape(days, TICKS_PER_DAY).sum(axis=1)
        on_target = _days_on_target(setting.goal, spend, paid, orders)
        organic, attributed = (tally.net() / MICROS).tolist()
        hourly_spend = tally.spend.reshape(-1, 2).sum(axis=1) / MICROS
        hourly_orders = tally.expected.reshape(-1, 2).sum(axis=1)
        busy = (hourly_spend > 0) & (hourly_orders > 0.05)
        cost = hourly_spend[busy] / hourly_orders[busy]
        return ArmResult(
            pair=pair,
            arm=arm,
            pages=self.pages,
            spend=float(spend.sum()),
            gmv=organic + attributed,
            gmv_paid=attributed,
            gmv_organic=organic,
            orders=int(tally.orders.sum()),
            launches=0 if arm == "none" else len(self.launches),
            successes=int(successes),
            days_on_target=int(on_target.sum()),
            days_spending=int((spend > 0).sum()),
            hourly_cost_cv=float(cost.std() / cost.mean()) if len(cost) > 1 else float("nan"),
            intentions=len(self.platform.desk.audit(setting.merchant)),
        )


def _days_on_target(goal: Goal, spend: np.ndarray, gmv: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """(days,), whether a day's cost was at most SUCCESS_COST × target, by what was ordered that day."""
    if goal.price == float("inf"):
        return spend > 0
    return (spend > 0) & (spend <= SUCCESS_COST * goal.price * (gmv if goal.kind.by_value else orders))


def run_pair(setting: Setting, pair: int) -> list[ArmResult]:
    """All arms of one pair."""
    warmed = Stage(setting, pair)
    warmed.warm_up()
    arms = list(setting.arms) + ([AA] if "manual" in setting.arms else [])
    return [(warmed if arm == arms[-1] else warmed.fork()).play(pair, arm) for arm in arms]


def rehearse(
    setting: Setting, pairs: int, workers: int = 0, on_pair: Callable[[list[ArmResult]], None] | None = None
) -> list[ArmResult]:
    """Every arm of every pair, in the order of pairs whatever order they ended in."""
    done: dict[int, list[ArmResult]] = {}
    for pair, results in spread(partial(run_pair, setting), range(pairs), workers):
        done[pair] = results
        if on_pair is not None:
            on_pair(results)
    return [result for pair in sorted(done) for result in done[pair]]


def preview(setting: Setting) -> Plan:
    """The plan that UAX would start from in the first pair's market, before any money is spent."""
    stage = Stage(setting, 0)
    stage.warm_up()
    agent = AGENTS["uax"]()
    made = agent.start(stage.platform, stage.brief(), WARM_UP_DAYS * TICKS_PER_DAY)
    assert made is not None
    return made
