"""How many pages `Serving.decide` fills in a CPU-second: by batch size, ad groups and shoppers."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from magnetar.app.benches import numpy_page
from magnetar.app.benches.rows import conditions, cpu_time, per_cpu_second, row
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.autopilot import AGENTS
from magnetar.capabilities.measurement import mean_interval
from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.serving.snapshot import Drawn, Snapshot
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Chance
from magnetar.kernel.clock import MINUTE, SteppedClock
from magnetar.kernel.compiled import Array
from magnetar.platform.market import TICKS_PER_DAY, Marketplace
from magnetar.twin.bazaar import WORLDS, Bazaar
from magnetar.twin.rehearsal import WARM_UP_DAYS, Setting, Stage
from magnetar.twin.world import Day
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

GOAL = 300_000.0
"""Pages per CPU-second in batches."""
BATCHES = (1, 16, 256, 4096)
PAGES = 4096
"""Pages of one repetition; fewer where they are asked for one at a time."""
_NUMPY = "vectorised numpy, same batch, without budgets, caps and price landscape"


def bench(quick: bool, seed: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and conditions."""
    repeats = 12 if quick else 60
    file = sample_shop() / "catalogue.csv"
    products = goods_from(file, "demo", "CNY")
    platform = _noon(products, seed)
    requests = _requests(platform, PAGES, seed)
    speed = [_by_batch(platform, requests, batch, repeats) for batch in BATCHES]
    growth = _growth(products, seed, quick)
    _, first = np.unique(requests.shopper, return_index=True)  # each shopper once, so that no cap moves in the batch
    sample = requests.rows(np.sort(first))
    alike = _in_numpy(platform, sample, _shown(platform))
    served = copy.deepcopy(platform).decide(sample)
    return [*speed, *growth], conditions(
        [file],
        seeds=[seed],
        worlds=["default"],
        candidates=50,
        positions=10,
        paid_at_most=3,
        paid_positions_a_page=float((served.group >= 0).sum(axis=1).mean()),
        ad_groups=len(platform.campaigns.roster),
        shoppers=platform.serving.shoppers,
        pages_alike_in_numpy=numpy_page.agreement(alike, served.item, served.group),
        counts="CPU time of deciding and of recording what was decided in the memory log, tick edges left out; budgets ample, so that no candidate drops out",
    )


def _noon(products: tuple[Product, ...], seed: int) -> Marketplace:
    """A platform at 12:00 of a rehearsal's first day under UAX, with two days of learning behind it."""
    setting = Setting(products, MerchantId("demo"), Money.of(10_000), Goal(GoalKind.TARGET_ROI, 3.0), 7, (), seed=seed)
    stage = Stage(setting, 0)
    stage.warm_up()
    agent = AGENTS["uax"]()
    first = WARM_UP_DAYS * TICKS_PER_DAY
    agent.start(stage.platform, stage.brief(), first)
    for tick in range(first, first + 24):
        agent.act(stage.platform, tick)
        stage.step(tick)
    stage.platform.open_tick(first + 24)
    return _ample(stage.platform)


def _requests(platform: Marketplace, count: int, seed: int) -> PageRequests:
    """Any shopper, in the scenes' usual shares."""
    chance = Chance(seed).of("bench", "requests")
    scene = np.searchsorted(np.cumsum(WORLDS["default"].scenes), chance.of("scene").uniforms(count), side="right")
    wanted = chance.of("wanted").integers(len(platform.shelf.categories), count)
    return PageRequests(
        at=np.full(count, platform.bus.clock.now()),
        request=(chance.of("request").uniforms(count) * 2.0**62).astype(np.uint64),
        shopper=chance.of("shopper").integers(platform.serving.shoppers, count),
        scene=np.minimum(scene, 3),
        wanted=np.where(scene == 2, wanted, -1),
    )


def _by_batch(platform: Marketplace, requests: PageRequests, batch: int, repeats: int) -> dict[str, Any]:
    count = min(len(requests), 512 * batch)
    pages = [requests.rows(slice(start, start + batch)) for start in range(0, count, batch)]
    shown = _shown(platform)
    few = pages[: max(1, len(pages) // 8)] if batch < 256 else pages  # numpy takes its time over small batches

    def compiled() -> tuple[int, float]:
        here = copy.deepcopy(platform)  # budgets and caps as they were
        return count, cpu_time(lambda: [here.decide(one) for one in pages])

    def numpy() -> tuple[int, float]:
        return sum(map(len, few)), cpu_time(lambda: [_in_numpy(platform, one, shown) for one in few])

    fast, plain = per_cpu_second(compiled, repeats), per_cpu_second(numpy, max(5, repeats // 3))
    goal = GOAL if batch == BATCHES[-1] else None
    name = "one page a call" if batch == 1 else f"batches of {batch}"
    return row(f"decide, {name}", "pages per CPU-second", fast, baseline=(_NUMPY, plain.mean), goal=goal, batch=batch)


def _in_numpy(platform: Marketplace, requests: PageRequests, shown: Array) -> numpy_page.Pages:
    serving, landscape = platform.serving, platform.landscape
    snapshot: Snapshot | None = serving._snapshot
    assert snapshot is not None
    drawn = Drawn(serving.lease, serving.shown.chains(0), landscape.value, landscape.cost)
    return numpy_page.decide(snapshot, drawn, shown, requests)


def _shown(platform: Marketplace) -> Array:
    """(shoppers, groups), impressions today, with every shopper's row brought up to date: numpy reads whole tables."""
    platform.predictor.bring_up_all()
    return platform.serving.shown.table(len(platform.campaigns.roster))


def _growth(products: tuple[Product, ...], seed: int, quick: bool) -> list[dict[str, Any]]:
    """The same with more ad groups, and with more shoppers, each beside the smallest."""
    repeats = 8 if quick else 30
    rows: list[dict[str, Any]] = []
    for name, sizes in (
        ("ad groups", [(28, 2_000), (112, 2_000), *([] if quick else [(448, 2_000)])]),
        ("shoppers", [(28, 2_000), (28, 20_000), *([] if quick else [(28, 100_000)])]),
    ):
        smallest: float | None = None
        first_edge: float | None = None
        for rivals, shoppers in sizes:
            platform = _young(products, rivals, shoppers, seed)
            requests = _requests(platform, PAGES, seed)
            speed = per_cpu_second(_deciding(platform, requests), repeats)
            smallest = smallest or speed.mean
            count = len(platform.campaigns.roster) if name == "ad groups" else shoppers
            rows.append(
                row(
                    f"decide, {count:,} {name}",
                    "pages per CPU-second",
                    speed,
                    baseline=(f"smallest number of {name}", smallest),
                )
            )
            edges = mean_interval(np.array([_edge_ms(platform) for _ in range(repeats)]))
            first_edge = first_edge or edges.mean
            base = (f"smallest number of {name}", first_edge)
            rows.append(row(f"tick edge, {count:,} {name}", "CPU ms", edges, baseline=base))
    return rows


def _edge_ms(platform: Marketplace) -> float:
    """CPU time of a tick edge without anything to learn: rates, bids, leases and lists."""
    here = copy.deepcopy(platform)
    return 1e3 * cpu_time(lambda: here.open_tick(here.tick + 1))


def _deciding(platform: Marketplace, requests: PageRequests) -> Callable[[], tuple[int, float]]:
    def work() -> tuple[int, float]:
        here = copy.deepcopy(platform)
        return len(requests), cpu_time(lambda: here.decide(requests))

    return work


def _young(products: tuple[Product, ...], rivals: int, shoppers: int, seed: int) -> Marketplace:
    """A platform of a few ticks' age, as large as asked for."""
    settings, start = replace(WORLDS["default"], rivals=rivals), 20_773 * TICKS_PER_DAY * 30 * MINUTE
    market = Bazaar(settings).open(products, seed, shoppers, 10_500, Day(start))
    clock = SteppedClock(start)
    platform = Marketplace.open(Bus(MemoryLog(keep=16), clock), MemoryStore(), market.shelf, shoppers, seed)
    for campaign, groups in market.rivals:
        platform.campaigns.add(campaign)
        for group in groups:
            platform.campaigns.add_group(group)
    for tick in range(20, 26):
        clock.step_to(start + tick * 30 * MINUTE)
        platform.open_tick(tick)
        served = platform.decide(market.requests(tick))
        did = market.respond(tick, served)
        platform.intake(served, did.depth, did.clicked, did.ordered, did.returned)
    platform.open_tick(26)
    return _ample(platform)


def _ample(platform: Marketplace) -> Marketplace:
    """Budgets that no batch exhausts."""
    platform.serving.lease[:] = 10**15
    return platform
