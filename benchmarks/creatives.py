"""What choosing creatives brings in the twin, and how well their volume, their elements and their fatigue are told.

    python benchmarks/creatives.py [--quick] [--pairs N] [--days N] [--seeds tuned|final|N,N] [--json FILE|-]

One pair is one market of the world `creatives`: six creatives of every product, whose truth is drawn and hidden. It
warms up for two days with each creative as likely, then is lived through once for each way of choosing, with the same
shoppers, rivals and luck:
  first       each product's oldest creative: as if it had one
  uniform     each as likely
  overall     the best for everybody, found while serving
  audience    the best for the shopper's cohort, found while serving
  rested      as audience, and what `find_fatigue` calls tired rests for three days
And an account of UAX whose products have two creatives in use and four drafts, lived through twice:
  left        nobody touches its creatives
  tended      UAX tries drafts, rests what tires, makes room, and has variants of winners made (rows, no pixels)
Judged on the clicks of all products on pages that come after the first of the days. From the uniform arm: volume of
creatives that the fit never saw (two of each six), effects of elements beside the twin's truth, fatigue.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # many threads for small matrices wait for each other on shared cores

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.autopilot import Kind, Uax
from magnetar.capabilities.autopilot.creatives import STATES
from magnetar.capabilities.creative.science import COLUMN, SORTS, Advice, Evidence, effects, fit
from magnetar.capabilities.measurement import Interval, mean_interval
from magnetar.capabilities.shoppers import Clicked, Ordered, Viewed
from magnetar.engines.spread import spread
from magnetar.kernel.chance import Floats
from magnetar.kernel.held_out import seeds_of
from magnetar.platform.creatives import Creatives
from magnetar.surface.report import cpu_seconds, progress, write_json
from magnetar.twin.bazaar.drafting import Drafting
from magnetar.twin.bazaar.market import BazaarMarket
from magnetar.twin.bazaar.population import APPEAL, DIMENSIONS, TASTE, VECTOR
from magnetar.twin.rehearsal import TICKS_PER_DAY, WARM_UP_DAYS, Setting, Stage
from magnetar.vocabulary.campaigns import CreativeState, Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import MICROS, Money

ARMS = ("first", "uniform", "overall", "rested", "audience")
HELD_OUT = 2
"""Of the six creatives of each product."""


@dataclass(slots=True)
class Came:
    """What one arm came to."""

    views: float = 0.0
    clicks: float = 0.0
    gmv: float = 0.0
    cpu: float = 0.0
    traits: Floats = field(default_factory=lambda: np.zeros(0))
    """Mean traits of those who looked, weighed by what a utility moves their clicks."""
    flat: float = 1.0
    """Change of the log of clicks for each unit of utility."""
    rested: int = 0


@dataclass(slots=True)
class Told:
    """What was told from the uniform arm, beside the truth."""

    volume: dict[str, float] = field(default_factory=dict[str, float])
    effects: list[tuple[str, float, float, float, float]] = field(default_factory=list)
    """Level, effect, low, high, truth."""
    slope: float = math.nan
    """Of the truth on what was told."""


def setting(seed: int, days: int) -> Setting:
    goods = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")
    return Setting(
        goods, MerchantId("demo"), Money.of(10_000), Goal(GoalKind.TARGET_ROI, 3.0), days, ("none",), world="creatives",
        seed=seed,
    )  # fmt: skip


def live(stage: Stage, arm: str, days: int) -> Came:
    """Live on under one way of choosing."""
    came, platform = Came(), stage.platform
    platform.creatives.policy = "audience" if arm == "rested" else arm
    platform.serving.rotation = None  # chosen anew from the first tick on
    first = WARM_UP_DAYS * TICKS_PER_DAY
    counting = False
    market = stage.market
    assert isinstance(market, BazaarMarket)
    assert market._creatives is not None
    people = market._creatives.people
    moved, weights, whole = np.zeros(people.shape[1]), 0.0, 0.0

    def on_viewed(event: Viewed) -> None:
        nonlocal moved, weights, whole
        on_screen = np.arange(event.pages.item.shape[1]) < np.asarray(event.depth)[:, None]
        on_screen &= event.pages.creative >= 0
        if arm == "uniform":
            page, place = np.nonzero(on_screen)
            who, what = event.pages.shopper[page], event.pages.item[page, place]
            rate = true_rate(market, who, event.pages.scene[page], what, event.pages.creative[page, place])
            weight = rate * (1.0 - rate)
            moved, weights, whole = (
                moved + weight @ people[who],
                weights + float(weight.sum()),
                whole + float(rate.sum()),
            )
        if counting:
            came.views += float(on_screen.sum())

    def on_clicked(event: Clicked) -> None:
        if counting:
            came.clicks += float((event.creative >= 0).sum())

    def on_ordered(event: Ordered) -> None:
        if counting:
            came.gmv += float(event.value.sum()) / MICROS

    platform.bus.subscribe(Viewed, on_viewed)
    platform.bus.subscribe(Clicked, on_clicked)
    platform.bus.subscribe(Ordered, on_ordered)
    began, resting = cpu_seconds(), dict[tuple[str, str], int]()
    for tick in range(first, first + days * TICKS_PER_DAY):
        counting = tick >= first + TICKS_PER_DAY
        if arm == "rested" and tick % TICKS_PER_DAY == 0:
            came.rested += rest(platform.creatives, tick // TICKS_PER_DAY, resting)
        stage.step(tick)
    came.cpu = cpu_seconds() - began
    came.traits, came.flat = moved / max(weights, 1e-12), weights / max(whole, 1e-12)
    return came


def rest(creatives: Creatives, day: int, resting: dict[tuple[str, str], int]) -> int:
    """Rest what is tired, and take up again what has rested for three days; how many went to rest."""
    library = creatives.library
    for (merchant, id), until in list(resting.items()):
        if until <= day:
            library.set_state(merchant, id, CreativeState.IN_USE)
            del resting[merchant, id]
    rows = np.flatnonzero(creatives.in_use)
    tired = [
        which for which, one in zip(rows.tolist(), creatives.fatigue(rows), strict=True) if one.advice is Advice.REST
    ]
    for which in tired:
        seat = creatives.rows[which]
        library.set_state(seat.merchant, seat.creative, CreativeState.PAUSED)
        resting[seat.merchant, seat.creative] = day + 3
    return len(tired)


def true_rate(
    market: BazaarMarket,
    who: NDArray[np.int64],
    scene: NDArray[np.int64],
    item: NDArray[np.int32],
    creative: NDArray[np.int32],
) -> Floats:
    """(views,), the true click rate of views, but for follows."""
    world, goods = market._creatives, market._truth.goods
    assert world is not None
    match = (market.people.row[who, TASTE : TASTE + DIMENSIONS] * goods[item, VECTOR : VECTOR + DIMENSIONS]).sum(axis=1)
    utility = (
        market._click_base[scene] + market.settings.taste * match + goods[item, APPEAL] + world.truth.base[creative]
    )
    utility = utility + (world.people[who] * world.truth.draw[creative]).sum(axis=1)
    views = np.maximum(market.people.memory[who, item].astype(np.float64) - 1.0, 0.0)
    alone = np.maximum(world.seen[who, creative].astype(np.float64) - 1.0, 0.0)
    whole = np.maximum(world.products[who, world.truth.product[creative]].astype(np.float64) - 1.0, 0.0)
    utility = utility - market.settings.wear * np.log2(1.0 + views)
    utility = (
        utility
        + world.truth.together[creative] * np.log2(1.0 + whole)
        - world.truth.wear[creative] * np.log2(1.0 + alone)
    )
    return 1.0 / (1.0 + np.exp(-utility.astype(np.float64)))


def true_rates(market: BazaarMarket, creatives: Creatives) -> Floats:
    """(rows,), each creative's true click rate in the feed at first sight, over those who have lately seen its product."""
    world = market._creatives
    assert world is not None
    people, goods = market.people.row[:, TASTE : TASTE + DIMENSIONS], market._truth.goods
    rates = np.empty(len(creatives))
    for place in range(len(creatives)):
        item = int(world.truth.item[place])
        utility = market.settings.click[0] + market.settings.taste * (
            people @ goods[item, VECTOR : VECTOR + DIMENSIONS]
        )
        utility = utility + goods[item, APPEAL] + world.utility(place)
        seen = market.people.memory[:, item].astype(np.float64) + 1e-3
        rates[place] = float((seen / (1.0 + np.exp(-utility))).sum() / seen.sum())
    return rates


def rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's, by average ranks."""
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])


def tell(stage: Stage, traits: Floats, flat: float) -> Told:
    """Judge predicted volume and effects by the truth."""
    creatives, market = stage.platform.creatives, stage.market
    assert isinstance(market, BazaarMarket)
    assert market._creatives is not None
    told = Told()
    truth = true_rates(market, creatives)
    count = market.settings.creatives
    place = np.arange(len(creatives)) % count
    known, fresh = np.flatnonzero(place < count - HELD_OUT), np.flatnonzero(place >= count - HELD_OUT)
    cells, item = creatives.cells, creatives.item
    ran = Evidence(cells["expected"][known], cells["clicks"][known], cells["doubt"][known], creatives.learn().traits)
    belief = fit(creatives.table[known], item[known], ran)
    foretold = belief.overall(creatives.table[fresh], product=item[fresh])
    factor = np.array([one.factor for one in foretold])
    items = len(stage.platform.shelf)
    views = np.bincount(item[known], creatives.totals["views"][known], items)
    clicks = np.bincount(item[known], creatives.totals["had"][known], items)
    base = (clicks + 2.0) / (views + 2.0 / 0.1)
    usual = np.bincount(item[known], truth[known], items) / np.maximum(np.bincount(item[known], minlength=items), 1)
    rate, mean = base[item[fresh]] * factor, base[item[fresh]]
    relative = np.log(truth[fresh] / usual[item[fresh]])
    top = max(1, len(fresh) // 10)
    best = set(np.argsort(-truth[fresh], kind="stable")[:top].tolist())

    def hits(score: Floats) -> float:
        return len(best & set(np.argsort(-score, kind="stable")[:top].tolist())) / top

    pairs = fresh.reshape(-1, HELD_OUT)
    better = (factor.reshape(-1, HELD_OUT)[:, 0] > factor.reshape(-1, HELD_OUT)[:, 1]) == (
        truth[pairs[:, 0]] > truth[pairs[:, 1]]
    )
    inside = [one.low <= math.exp(real) <= one.high for one, real in zip(foretold, relative, strict=True)]
    told.volume = {
        "rank": rank_correlation(rate, truth[fresh]), "rank_mean": rank_correlation(mean, truth[fresh]),
        "within": rank_correlation(factor, relative),
        "hits": hits(rate), "hits_mean": hits(mean), "better": float(better.mean()), "coverage": float(np.mean(inside)),
    }  # fmt: skip
    found = effects(creatives.table, item, creatives.totals["even_told"], creatives.totals["even_had"])
    world = market._creatives.truth
    level = world.elements + world.leaning @ traits
    told.slope = (
        float(
            np.polyfit(
                [one.effect for one in found],
                [
                    flat * float(level[COLUMN[one.sort, one.level]] - level[COLUMN[one.sort, SORTS[one.sort][0]]])
                    for one in found
                ],
                1,
            )[0]
        )
        if found
        else math.nan
    )
    told.effects = [
        (
            f"{one.sort}:{one.level}", one.effect, one.low, one.high,
            flat * float(level[COLUMN[one.sort, one.level]] - level[COLUMN[one.sort, SORTS[one.sort][0]]]),
        )
        for one in found
    ]  # fmt: skip
    return told


@dataclass(slots=True)
class Ran:
    """What UAX came to."""

    gmv: float
    spend: float
    clicks: float
    views: float
    tried: int
    rested: int
    variants: int


def run_uax(days: int, seed: int) -> dict[str, Ran]:
    """The account of UAX with its creatives left alone, and tended."""
    stage = Stage(setting(seed, days), 0)
    own, market = stage.setting.merchant, stage.market
    assert isinstance(market, BazaarMarket)
    drafts, seen = [], dict[str, int]()
    for one in stage.platform.creatives.library.creatives(own):
        seen[one.product] = seen.get(one.product, 0) + 1
        if seen[one.product] > 2:
            drafts.append(replace(one, state=CreativeState.DRAFT))
    kept = stage.platform.creatives.library
    kept._kept.put(own, [(one.id, one) for one in drafts])
    kept._changed()
    stage.warm_up()
    found: dict[str, Ran] = {}
    for arm in ("left", "tended"):
        here = stage.fork()
        platform, agent = here.platform, Uax()
        agent.tends = arm == "tended"
        assert isinstance(here.market, BazaarMarket)
        platform.refiner = Drafting(platform, here.market)
        seller = platform.shelf.merchants.index(own)
        mine = platform.shelf.arrays.merchant == seller
        clicks = views = 0.0

        def on_viewed(event: Viewed, mine: NDArray[np.bool_] = mine) -> None:
            nonlocal views
            on_screen = np.arange(event.pages.item.shape[1]) < np.asarray(event.depth)[:, None]
            views += float((mine[event.pages.item] & on_screen & (event.pages.item >= 0)).sum())

        def on_clicked(event: Clicked, mine: NDArray[np.bool_] = mine) -> None:
            nonlocal clicks
            clicks += float(mine[event.item].sum())

        platform.bus.subscribe(Viewed, on_viewed)
        platform.bus.subscribe(Clicked, on_clicked)
        first = WARM_UP_DAYS * TICKS_PER_DAY
        agent.start(platform, here.brief(), first)
        for tick in range(first, first + days * TICKS_PER_DAY):
            if tick in here.launch_ticks:
                platform.list_items(here.launches[here.launch_ticks == tick])
            agent.act(platform, tick)
            here.step(tick)
        organic, paid = (here.tally.net() / MICROS).tolist()
        moves = [one.intention.value for one in platform.desk.audit(own) if one.intention.kind is Kind.CREATIVE]
        found[arm] = Ran(
            organic + paid, float(here.tally.spend.sum()) / MICROS, clicks, views,
            moves.count(STATES.index(CreativeState.IN_USE)), moves.count(STATES.index(CreativeState.PAUSED)),
            sum(bool(one.parent) for one in platform.creatives.library.creatives(own)),
        )  # fmt: skip
    return found


def pair(days: int, seed: int) -> tuple[dict[str, Came], Told, dict[str, Ran]]:
    """All arms of one market."""
    stage = Stage(setting(seed, days), 0)
    stage.platform.creatives.policy = "uniform"
    stage.warm_up()
    came: dict[str, Came] = {}
    told = Told()
    for arm in ARMS:
        here = stage if arm == ARMS[-1] else stage.fork()
        came[arm] = live(here, arm, days)
        if arm == "uniform":
            told = tell(here, came[arm].traits, came[arm].flat)
    return came, told, run_uax(days, seed)


def bench(seeds: list[int], days: int, workers: int, quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and conditions."""
    found: list[tuple[dict[str, Came], Told, dict[str, Ran]]] = []
    for place, one in spread(partial(pair, days), seeds, workers):
        rate = {arm: came.clicks / came.views for arm, came in one[0].items()}
        progress(f"seed {seeds[place]}: " + ", ".join(f"{arm} {value:.4f}" for arm, value in rate.items()))
        found.append(one)
    rows: list[dict[str, Any]] = []
    ctr = {arm: np.array([came[arm].clicks / came[arm].views for came, _, _ in found]) for arm in ARMS}
    gmv = {arm: np.array([came[arm].gmv for came, _, _ in found]) for arm in ARMS}
    for arm, base in (
        ("audience", "first"),
        ("audience", "uniform"),
        ("audience", "overall"),
        ("overall", "first"),
        ("uniform", "first"),
        ("rested", "audience"),
    ):
        change = mean_interval(ctr[arm] / ctr[base] - 1.0)
        judged = arm == "audience" and base in ("first", "uniform") and not quick
        rows.append(
            row(f"点击率 CTR: {arm} ⁄ {base}", "share", change, baseline=(base, 0.0), goal=0.0 if judged else None,
                met=change.low > 0.0 if judged else None)
        )  # fmt: skip
        rows.append(
            row(f"成交额 GMV: {arm} ⁄ {base}", "share", mean_interval(gmv[arm] / gmv[base] - 1.0), baseline=(base, 0.0))
        )
    uax = {arm: [one[arm] for _, _, one in found] for arm in ("left", "tended")}
    for name, value in (
        ("成交额 GMV", lambda one: one.gmv),
        ("点击率 CTR", lambda one: one.clicks / one.views),
        ("消耗 spend", lambda one: one.spend),
    ):
        each = {arm: np.array([value(one) for one in ran]) for arm, ran in uax.items()}
        change = mean_interval(each["tended"] / each["left"] - 1.0)
        judged = name.endswith("CTR") and not quick
        rows.append(
            row(f"UAX 托管素材 {name}: tended ⁄ left", "share", change, baseline=("left", 0.0), goal=0.0 if judged else None,
                met=change.low > 0.0 if judged else None)
        )  # fmt: skip
    volume = {name: np.array([told.volume[name] for _, told, _ in found]) for name in found[0][1].volume}
    for name, key, base, goal in (
        ("预估跑量 held-out creatives, rank correlation", "rank", ("product's mean", float(volume["rank_mean"].mean())), None),
        ("同商品内 within a product, rank correlation", "within", ("product's mean, random", 0.0), 0.3),
        ("前一成命中 top tenth, share hit", "hits", ("product's mean", float(volume["hits_mean"].mean())), None),
        ("二选一 the better of two, share right", "better", ("product's mean, random", 0.5), None),
        ("80% 区间覆盖 interval holds the truth", "coverage", ("nominal", 0.8), None),
    ):  # fmt: skip
        interval = mean_interval(volume[key])
        ahead = mean_interval(volume[key] - volume[f"{key}_mean"]) if f"{key}_mean" in volume else None
        met = (interval.low > goal if goal is not None else ahead.low > 0.0 if ahead else None) if not quick else None
        rows.append(
            row(
                name,
                "of 1",
                interval,
                baseline=base,
                goal=goal if goal is not None else 0.0 if ahead else None,
                met=met,
            )
        )
    every = [one for _, told, _ in found for one in told.effects]
    if every:
        inside = np.array([low <= truth <= high for _, _, low, high, truth in every], np.float64)
        rows.append(
            row("元素效应 effects, 95% interval holds the truth", "of 1", share_of(inside), baseline=("nominal", 0.95))
        )
        value, truth = np.array([one[1] for one in every]), np.array([one[4] for one in every])
        rows.append(row("元素效应 effects, correlation with the truth", "of 1",
                        Interval(float(np.corrcoef(value, truth)[0, 1]), math.nan, math.nan, len(every))))  # fmt: skip
    return rows, conditions(
        [sample_shop() / "catalogue.csv"], worlds=["creatives"], seeds=seeds, days=days, warm_up=WARM_UP_DAYS,
        creatives_of_a_product=6, arms=list(ARMS),
        cpu_of_arms={arm: round(float(np.mean([came[arm].cpu for came, _, _ in found])), 1) for arm in ARMS},
        rested=round(float(np.mean([came["rested"].rested for came, _, _ in found]))),
        uax={name: round(float(np.mean([getattr(one, name) for one in uax["tended"]])), 1) for name in ("tried", "rested", "variants")},
        clicks=round(float(np.mean([came["uniform"].clicks for came, _, _ in found]))),
    )  # fmt: skip


def share_of(inside: NDArray[np.float64]) -> Interval:
    """A share with its Wilson interval, 95 %."""
    n, p, z = len(inside), float(inside.mean()), 1.959964
    middle, wide = (
        (p + z * z / (2 * n)) / (1 + z * z / n),
        z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)),
    )
    return Interval(p, middle - wide, middle + wide, n)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--pairs", type=int, default=0)
    parser.add_argument("--days", type=int, default=0)
    parser.add_argument("--seeds", default="final")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--json", default="")
    told = parser.parse_args()
    kept = seeds_of("creatives")
    pairs, days = told.pairs or (2 if told.quick else 8), told.days or (2 if told.quick else 4)
    if told.seeds == "tuned":
        seeds = [one * 1000 + place for one in kept.tuned for place in range(-(-pairs // len(kept.tuned)))][:pairs]
    elif told.seeds == "final":
        seeds = [kept.final * 1000 + place for place in range(pairs)]
    else:
        seeds = [int(one) for one in told.seeds.split(",")]
    rows, about = bench(seeds, days, told.workers, told.quick)
    for one in rows:
        progress("  ".join(shown(one)))
    write_json(told.json, "bench creatives", {"rows": rows, "conditions": about}, kept.final)
    missed = not_met(rows)
    if missed:
        progress("missed: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
