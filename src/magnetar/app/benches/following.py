"""What following up the latest clicks is worth in the twin: by content, by transitions, and with the nightly refit."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from magnetar.app.benches.rows import conditions, row
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.measurement import mean_interval
from magnetar.capabilities.recommendation.memory import Table
from magnetar.capabilities.shoppers import Clicked, Ordered
from magnetar.engines.spread import spread
from magnetar.platform.fitting import Fitter, Heard, listen
from magnetar.platform.market import TICKS_PER_DAY, Marketplace
from magnetar.twin.rehearsal import WARM_UP_DAYS, Setting, Stage
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import MICROS, Money

ARMS = ("none", "content", "transitions", "refit")
WORLDS = ("errands", "default")
NIGHT = 8
"""Ticks after midnight at which the table is fitted anew."""


class Deaf(Table):
    """Counts nothing."""

    __slots__ = ()

    def add(self, sources: Any, goals: Any, weights: Any) -> None:
        """Nothing."""


@dataclass(slots=True)
class Came:
    """What a market came to from the first judged day on."""

    gmv: float = 0.0
    organic: float = 0.0
    """Of orders from natural positions."""
    clicks: int = 0
    organic_clicks: int = 0
    lift: float = 0.0
    verdicts: list[dict[str, Any]] = field(default_factory=list)


def lived(setting: Setting, pair: int, arm: str, days: int) -> Came:
    """One market under one way of following up; counted after `WARM_UP_DAYS`."""
    stage = Stage(setting, pair)
    market, came = stage.platform, Came()
    following, first = market.following, WARM_UP_DAYS * TICKS_PER_DAY
    if arm == "none":
        following.next[:] = -1
        following.refresh = lambda: None
    if arm == "content":
        following._after = Deaf(len(following.next))
    counting = False

    def on_ordered(event: Ordered) -> None:
        if counting:
            natural = np.asarray(event.group) < 0
            came.gmv += float(event.value.sum()) / MICROS
            came.organic += float(event.value[natural].sum()) / MICROS

    def on_clicked(event: Clicked) -> None:
        if counting:
            came.clicks += len(event.item)
            came.organic_clicks += int((np.asarray(event.group) < 0).sum())

    market.bus.subscribe(Ordered, on_ordered)
    market.bus.subscribe(Clicked, on_clicked)
    heard = listen(market.bus)
    fitter, until = Fitter(market.shelf), 0
    for tick in range((WARM_UP_DAYS + days) * TICKS_PER_DAY):
        counting = tick >= first
        if arm == "refit" and tick % TICKS_PER_DAY == NIGHT and tick > TICKS_PER_DAY:
            until = night(market, fitter, heard, until, came)
        stage.step(tick)
    came.lift = following.lift
    return came


def night(market: Marketplace, fitter: Fitter, heard: Heard, until: int, came: Came) -> int:
    """Fit, judge, and take over where the new table is not worse; returns up to when the table in use knows."""
    now, table = market.bus.clock.now(), market.following.table
    found = fitter.fit(heard.deeds(len(market.shelf)), (table.partners, table.strengths), until, now)
    if found.verdict.takes_over:
        market.following.adopt(found.partners, found.strengths, len(came.verdicts) + 1, fitter.without)
        until = now
    came.verdicts.append({
        "takes_over": found.verdict.takes_over, "gain": found.verdict.gain, "low": found.verdict.low,
        "cases": found.verdict.cases, "hit": found.hit, "before": found.hit_before, "mix": found.mix,
    })  # fmt: skip
    return until


def settings_of(world: str, seed: int, days: int) -> Setting:
    """The sample shop in a world."""
    goods = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")
    return Setting(
        goods, MerchantId("demo"), Money.of(10_000), Goal(GoalKind.TARGET_ROI, 3.0), days, ("none",), world=world, seed=seed
    )  # fmt: skip


def _pair(days: int, seed: int, job: tuple[str, int]) -> dict[str, Came]:
    world, pair = job
    return {arm: lived(settings_of(world, seed, days), pair, arm, days) for arm in ARMS}


MEASURES = ("organic", "gmv", "organic_clicks", "clicks")
NAMES = {
    "organic": "自然成交额 organic GMV",
    "gmv": "全部成交额 GMV",
    "organic_clicks": "自然点击 organic clicks",
    "clicks": "全部点击 clicks",
}
COMPARED = (("refit", "transitions"), ("refit", "content"), ("transitions", "content"), ("content", "none"))


def bench(
    worlds: tuple[str, ...], markets: int, days: int, seed: int, workers: int, quick: bool
) -> tuple[list[dict[str, Any]], dict[str, Any], list[str]]:
    """Rows, conditions, and the markets in which the nightly refit lost organic GMV to transitions alone."""
    jobs = [(world, pair) for world in worlds for pair in range(markets)]
    came = {jobs[place]: one for place, one in spread(partial(_pair, days, seed), jobs, workers)}
    rows, losing = [], []
    for world in worlds:
        mine = [came[world, pair] for pair in range(markets)]
        for measure in MEASURES:
            for arm, base in COMPARED:
                change = np.array([getattr(one[arm], measure) / getattr(one[base], measure) - 1.0 for one in mine])
                judged = world == "errands" and measure == "organic" and arm == "refit" and not quick
                found = mean_interval(change)
                rows.append(
                    row(
                        f"{world} · {NAMES[measure]}: {arm} ⁄ {base}", "share", found,
                        baseline=(base, 0.0), goal=0.0 if judged else None, met=found.low > 0.0 if judged else None,
                    )
                )  # fmt: skip
                if measure == "organic" and (arm, base) == ("refit", "transitions"):
                    losing += [
                        f"{world} {pair}: {lost:+.1%}" for pair, lost in enumerate(change.tolist()) if lost < 0.0
                    ]
        verdicts = [one for market in mine for one in market["refit"].verdicts]
        if verdicts:
            for name, key in (("新表 new table", "hit"), ("在用表 table in use", "before")):
                hits = np.array([one[key] for one in verdicts])
                rows.append(row(f"{world} · 次日点击命中 clicks foretold: {name}", "of 1", mean_interval(hits)))
            taken = np.array([float(one["takes_over"]) for one in verdicts])
            rows.append(row(f"{world} · 接手 nights that took over", "of 1", mean_interval(taken)))
    found = conditions(
        [sample_shop() / "catalogue.csv"], worlds=list(worlds), markets=markets, days=days, warm_up=WARM_UP_DAYS,
        organic_gmv={f"{world} {pair}": {arm: round(one.organic) for arm, one in came[world, pair].items()} for world, pair in jobs},
    )  # fmt: skip
    return rows, found, losing
