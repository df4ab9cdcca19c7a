"""One world: a week of life, a twin fitted to its log, a forecast of a changed plan, and what then came."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Chance, Floats
from magnetar.platform.market import Marketplace
from magnetar.twin.arcade import Arcade
from magnetar.twin.certification.accounts import CampaignPlan, draw_accounts, draw_goods, draw_plan
from magnetar.twin.certification.fit import LikelyMarket, Likeness, fit, read_log
from magnetar.twin.certification.life import TICKS_PER_DAY, Life, open_platform, totals
from magnetar.twin.world import Day, World

START = 1_794_787_200 * 1_000_000  # 2026-11-16, a Monday
GOODS = 40
BUDGET_A_PAGE = 0.003
"""Median daily budget of an extra campaign for each page of a day, currency units."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is certified."""

    worlds: int
    runs: int
    """Forecast runs of the twin; one less than a multiple of ten, so that order statistics bound exactly 80 %."""
    ahead: int
    """Days foretold."""
    shoppers: int
    pages_per_day: int
    extra: int
    """Campaigns beside those that the world's own sellers run."""
    new: int
    """Campaigns that the plan starts."""
    logged: int = 7
    """Days of log that the twin is fitted to."""


@dataclass(frozen=True, slots=True)
class WorldResult:
    """Forecasts and outcomes of one world's campaigns; paused ones are left out."""

    world: int
    campaign: list[str]
    kind: list[str]
    """What the plan did to each: unchanged, budget, target or new."""
    forecast: Floats
    """(runs, campaigns, OUTCOMES)."""
    actual: Floats
    """(campaigns, OUTCOMES)."""
    yesterday: Floats
    """(campaigns, OUTCOMES), the last day's results times days and budget factor."""
    week: Floats
    """(campaigns, OUTCOMES), the same of the log's mean day."""
    budget: Floats
    """(campaigns,), for all days ahead, as the plan has it."""
    pages: int
    fitted: dict[str, float]
    """What the fit found, for the record."""


def seed_of(seed: int, world: int) -> int:
    """The seed of one world."""
    return int(Chance(seed).of("certify", world).integers(2**62, 1)[0])


def certify_world(seed: int, world: int, size: Size, generator: World | None = None) -> WorldResult:
    """Live, fit, forecast, live on, and compare."""
    chance = Chance(seed_of(seed, world))
    life = _begin(chance, size, generator or Arcade())
    platform = life.platform
    day_totals = [totals(platform)]
    for day in range(size.logged):
        life.days(day, 1)
        day_totals.append(totals(platform))
    plan = draw_plan(platform, BUDGET_A_PAGE * size.pages_per_day, chance.of("plan"), size.new)

    # from here to the forecast only the platform's log and state are used
    evidence = read_log(envelope for _, envelope in platform.bus.log.read())
    likeness = fit(evidence, platform.shelf, platform.serving.shoppers, size.ahead)
    forecast = forecast_plan(platform, likeness, plan, size, chance.of("forecast"))

    plan.apply(platform)
    before = totals(platform)
    life.days(size.logged, size.ahead)
    actual = totals(platform) - before
    campaigns = platform.campaigns.roster.campaigns
    kept = np.array([plan.kind_of(one.id) != "pause" for one in campaigns])
    factor = np.array([plan.factor_of(one.id) for one in campaigns])
    return WorldResult(
        world=world,
        campaign=[one.id for one, keep in zip(campaigns, kept, strict=True) if keep],
        kind=[plan.kind_of(one.id) for one, keep in zip(campaigns, kept, strict=True) if keep],
        forecast=forecast[:, kept],
        actual=actual[kept],
        yesterday=_repeated(day_totals[-1] - day_totals[-2], platform, factor, size.ahead)[kept],
        week=_repeated((day_totals[-1] - day_totals[0]) / size.logged, platform, factor, size.ahead)[kept],
        budget=np.array([one.daily_budget.amount * size.ahead for one in campaigns])[kept],
        pages=len(evidence.tick),
        fitted=_facts(likeness),
    )


def _begin(chance: Chance, size: Size, generator: World) -> Life:
    """Open the world and the platform in it, with everybody's campaigns."""
    seed = int(chance.of("world").integers(2**62, 1)[0])
    market = generator.open(
        draw_goods(chance.of("goods"), GOODS), seed, size.shoppers, size.pages_per_day, Day(START, TICKS_PER_DAY, 0)
    )
    platform = open_platform(market, START, seed)
    extra = draw_accounts(
        market.shelf, market.rivals, BUDGET_A_PAGE * size.pages_per_day, chance.of("accounts"), size.extra
    )
    managed = 0
    for place, (campaign, groups) in enumerate([*market.rivals, *extra]):
        platform.campaigns.add(campaign)
        for group in groups:
            platform.campaigns.add_group(group)
            managed += place < len(market.rivals)
    return Life(platform, market, START, managed)


def forecast_plan(platform: Marketplace, likeness: Likeness, plan: CampaignPlan, size: Size, chance: Chance) -> Floats:
    """(runs, campaigns, OUTCOMES): the plan lived through by copies of the platform inside draws of the twin."""
    found = []
    for run in range(size.runs):
        copied = copy.deepcopy(platform)
        plan.apply(copied)
        market = LikelyMarket(likeness, copied.shelf, chance.of("run", run), size.ahead)
        before = totals(copied)
        Life(copied, market, likeness.evidence.start, 0).days(likeness.evidence.days, size.ahead)
        found.append(totals(copied) - before)
    return np.array(found)


def _repeated(daily: Floats, platform: Marketplace, factor: Floats, ahead: int) -> Floats:
    """The naive forecast: a day's results again, times the budget's factor.

    A campaign that starts takes the others' spend for each unit of budget, and their conversions
    and GMV for each unit of spend.
    """
    campaigns = platform.campaigns.roster.campaigns
    budget = np.array([one.daily_budget.amount for one in campaigns])
    old = len(daily)
    out = np.zeros((len(campaigns), daily.shape[1]))
    out[:old] = daily * factor[:old, None] * ahead
    whole = daily.sum(axis=0)
    share = whole[0] / max(float((budget[:old] / np.where(factor[:old] > 0, factor[:old], 1.0)).sum()), 1e-9)
    out[old:, 0] = budget[old:] * share * ahead
    out[old:, 1:] = out[old:, :1] * whole[1:] / max(float(whole[0]), 1e-9)
    return out


def _facts(likeness: Likeness) -> dict[str, float]:
    def families(name: str) -> dict[str, float]:
        factors = getattr(likeness, name)
        return {
            f"{name}_{family.name}_strength": posterior.strength
            for family, posterior in zip(factors.families, factors.posteriors, strict=True)
            if family.learned
        } | {f"{name}_item_keep": factors["item"].keep, f"{name}_item_noise": factors["item"].noise}

    return families("clicks") | families("orders")
