"""New shoppers, products and merchants in the twin: ours against content neighbours with Thompson sampling.

Every market lives a few days, is copied when its newcomers go on sale, and lives on once for each policy. The rivals
get as many natural views for newcomers as ours does: a factor on their score follows ours tick by tick.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from magnetar.app.benches.predict_watch import NEW_MERCHANTS, NEW_SHARE
from magnetar.app.benches.rows import conditions, row
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.measurement import Interval, ratio_interval
from magnetar.capabilities.recommendation.following import alike
from magnetar.capabilities.serving.snapshot import BOOST
from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Viewed
from magnetar.capabilities.understanding.affinity import BIAS, NATURE, VAGUE, WIDE
from magnetar.engines.spread import spread
from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.kernel.held_out import Seeds, seeds_of
from magnetar.platform.market import TICKS_PER_DAY
from magnetar.twin.rehearsal import Setting, Stage
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import MICROS, Money

POLICIES = ("ours", "content-kNN + Thompson", "learned natures by content-kNN + Thompson")
GROUPS = ("products", "merchants", "shoppers")
BEFORE, AFTER = 3, 3
"""Days before newcomers go on sale, and after."""
FEW = 5
"""Clicks below which a shopper is new."""
GAIN, LOSS = 0.20, -0.005
PRIOR_VIEWS = 100.0
"""Views that what its neighbours do counts for in a newcomer's rate."""
SLOW = 50.0
"""Views by which the follower of exposure is slowed."""


held_out = partial(seeds_of, "coldstart")


class Counts:
    """What newcomers were shown and did, by group; and what the platform sold."""

    def __init__(self, stage: Stage, late: np.ndarray[Any, Any], late_merchant: np.ndarray[Any, Any]) -> None:
        shelf = stage.market.shelf
        self.late, self.late_merchant = late, late_merchant
        self.views, self.clicks = np.zeros(len(shelf)), np.zeros(len(shelf))
        """(items,), on natural positions, from the market's first day on."""
        self._met = np.zeros(stage.market.shoppers)
        self.told = {name: np.zeros(3) for name in GROUPS}
        """Group → natural views, clicks and orders since newcomers are on sale."""
        self.gmv, self.open = 0.0, False
        bus = stage.platform.bus
        bus.subscribe(Viewed, self._viewed)
        bus.subscribe(Clicked, self._clicked)
        bus.subscribe(Ordered, self._ordered)

    def shown(self) -> float:
        """Natural views of newcomers' products."""
        return float(self.told["products"][0])

    def _add(self, what: int, shopper: Ints, item: Ints) -> None:
        if self.open:
            self.told["products"][what] += self.late[item].sum()
            self.told["merchants"][what] += self.late_merchant[item].sum()
            self.told["shoppers"][what] += (self._met[shopper] < FEW).sum()

    def _viewed(self, event: Viewed) -> None:
        pages = event.pages
        seen = (np.arange(POSITIONS) < event.depth[:, None]) & (pages.item >= 0) & (pages.group < 0)
        page, place = np.nonzero(seen)
        item = pages.item[page, place]
        self.views += np.bincount(item, minlength=len(self.views))
        self._add(0, pages.shopper[page], item)

    def _clicked(self, event: Clicked) -> None:
        natural = np.asarray(event.group) < 0
        item, shopper = np.asarray(event.item)[natural], np.asarray(event.shopper)[natural]
        self.clicks += np.bincount(item, minlength=len(self.clicks))
        self._add(1, shopper, item)
        np.add.at(self._met, shopper, 1.0)

    def _ordered(self, event: Ordered) -> None:
        if self.open:
            self.gmv += float(event.value.sum()) / MICROS
        natural = np.asarray(event.group) < 0
        self._add(2, np.asarray(event.shopper)[natural], np.asarray(event.item)[natural])


def live(setting: Setting, pair: int) -> list[dict[str, Any]]:
    """One market, once for each policy."""
    stage = Stage(setting, pair)
    shelf = stage.market.shelf
    merchant = shelf.arrays.merchant
    luck = Chance(setting.seed).of("coldstart", pair)
    chosen = 1 + luck.of("merchants").order(len(shelf.merchants) - 1)[:NEW_MERCHANTS]
    late_merchant = np.isin(merchant, chosen)
    late = ((luck.of("new").uniforms(len(shelf)) < NEW_SHARE) & (merchant >= 0)) | late_merchant
    shelf.arrays.listed[:] = ~late
    counts = Counts(stage, late, late_merchant)
    for tick in range(BEFORE * TICKS_PER_DAY):
        stage.step(tick)
    found: list[dict[str, Any]] = []
    pace: list[float] = []
    for policy in POLICIES:
        copied, mine = _copied(stage, counts)
        rival = None if policy == POLICIES[0] else Rival(copied, mine, policy == POLICIES[2], pace, luck.of("thompson"))
        mine.open = True
        for tick in range(BEFORE * TICKS_PER_DAY, (BEFORE + AFTER) * TICKS_PER_DAY):
            if tick == BEFORE * TICKS_PER_DAY:
                copied.platform.list_items(np.flatnonzero(late))
            if rival is not None:
                rival.at(tick - BEFORE * TICKS_PER_DAY)
            copied.step(tick)
            if rival is None:
                pace.append(mine.shown())
        found.append({"policy": policy, "gmv": mine.gmv} | {name: mine.told[name].tolist() for name in GROUPS})
    return found


def _copied(stage: Stage, counts: Counts) -> tuple[Stage, Counts]:
    """The stage as it is, with counts that listen to the copy."""
    return copy.deepcopy((stage, counts))


class Rival:
    """Content neighbours and Thompson sampling in place of what ours knows and how it explores."""

    def __init__(self, stage: Stage, counts: Counts, natures: bool, pace: list[float], luck: Chance) -> None:
        self._stage, self._counts, self._natures, self._pace, self._luck = stage, counts, natures, pace, luck
        shelf, late = stage.market.shelf, counts.late
        warm = np.flatnonzero(~late)
        self._near = _nearest(shelf.vectors, np.flatnonzero(late), warm)
        self._factor, self._tick = 1.0, 0
        self._open = stage.platform.serving.open_tick
        stage.platform.serving.open_tick = self._open_tick  # pyright: ignore[reportAttributeAccessIssue]
        if not natures:  # what goes with what is likeness alone
            following = stage.platform.following
            following.refresh = lambda: None  # pyright: ignore[reportAttributeAccessIssue]
            near, _ = alike(shelf.vectors, shelf.arrays.category)
            following.next = np.ascontiguousarray(near[:, : following.next.shape[1]])

    def at(self, tick: int) -> None:
        """Follow the exposure that ours gave by this tick."""
        self._tick = tick
        if tick:
            ahead = (self._pace[tick - 1] + SLOW) / (self._counts.shown() + SLOW)
            self._factor = float(np.clip(self._factor * np.clip(ahead, 0.5, 2.0) ** 0.5, 0.02, 50.0))

    def _open_tick(self, tick: int, alpha: Floats, lease: Any) -> None:
        self._open(tick, alpha, lease)
        snapshot = self._stage.platform.serving._snapshot
        assert snapshot is not None
        facts, late = snapshot.facts, np.flatnonzero(self._counts.late)
        views, clicks = self._counts.views, self._counts.clicks
        overall = clicks.sum() / max(views.sum(), 1.0)
        rate = (clicks + overall * PRIOR_VIEWS) / (views + PRIOR_VIEWS)
        prior = rate[self._near].mean(axis=1)
        hits, tries = clicks[late] + prior * PRIOR_VIEWS, views[late] + PRIOR_VIEWS
        if self._natures:
            facts[late, NATURE : NATURE + WIDE] = facts[self._near, NATURE : NATURE + WIDE].mean(axis=1)
            facts[late, BIAS] = facts[self._near, BIAS].mean(axis=1) + np.log(hits / tries / prior)
        else:
            facts[:, NATURE : NATURE + WIDE] = 0.0
            facts[:, VAGUE] = 0.0
            mean = rate.copy()
            mean[late] = hits / tries
            facts[:, BIAS] = np.log(mean / overall) + np.log(overall / (1.0 - overall)) - snapshot.draws.scenes.mean()
        draw = self._luck.of(tick).normals(len(late))
        sampled = np.exp(draw / np.sqrt(hits) - 0.5 / hits)  # Thompson: a draw of the rate, log-normal as it is small
        facts[late, BOOST] = sampled * self._factor


def _nearest(vectors: np.ndarray[Any, Any], rows: Ints, among: Ints, count: int = 10) -> Ints:
    """(rows, count), the items among others that are described most alike."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(length > 0.0, length, 1.0)
    return among[np.argsort(-(unit[rows] @ unit[among].T), axis=1, kind="stable")[:, :count]]


def bench(
    quick: bool, seed: int, held: Seeds, markets: int, world: str, tuning: bool, workers: int, say: Callable[[str], None]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:  # fmt: skip
    """Rows and conditions."""
    file = sample_shop() / "catalogue.csv"
    count = markets or (3 if quick else 20)
    seed = seed or (held.tuned[0] if tuning else held.final)
    setting = Setting(
        goods_from(file, "demo", "CNY"), MerchantId("demo"), Money.of(10_000), Goal(GoalKind.TARGET_ROI, 3.0),
        BEFORE + AFTER, (), world=world, seed=seed, shoppers=4_000 if quick else 8_000,
        pages_per_day=21_000 if quick else 42_000,
    )  # fmt: skip
    lived: dict[int, list[dict[str, Any]]] = {}
    for place, found in spread(partial(live, setting), range(count), workers):
        lived[place] = found
        say(f"市场 · markets {len(lived)}/{count}")
    rows = [one for place, policy in enumerate(POLICIES[1:], 1) for one in _against(lived, place, policy)]
    return rows, conditions(
        [file],
        seeds=[seed],
        worlds=[world],
        markets=count,
        shoppers=setting.shoppers,
        pages_a_day=setting.pages_per_day,
        days_after=AFTER,
        counts="natural positions; conversion is orders for each view; paired within a market, intervals over markets; "
        f"a shopper is new before {FEW} clicks",
    )


def _against(lived: dict[int, list[dict[str, Any]]], place: int, policy: str) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    judged = place == 1
    for what, name in ((2, "conversion"), (1, "click rate")):
        for group in GROUPS:
            over, under = (
                np.array([found[one][group][what] / max(found[one][group][0], 1.0) for found in lived.values()])
                for one in (0, place)
            )
            value = _less_one(ratio_interval(over, under))
            goal = GAIN if judged and what == 2 else None
            out.append(
                row(
                    f"{name} of new {group}, over {policy}", "share", value, baseline=(policy, 0.0), goal=goal,
                    met=bool(value.low >= goal) if goal is not None else None,
                )
            )  # fmt: skip
    views, theirs = (np.array([found[one]["products"][0] for found in lived.values()]) for one in (0, place))
    out.append(
        row(
            f"views of new products, over {policy}",
            "share",
            _less_one(ratio_interval(views, theirs)),
            baseline=(policy, 0.0),
        )
    )
    sold, theirs = (np.array([found[one]["gmv"] for found in lived.values()]) for one in (0, place))
    gmv = _less_one(ratio_interval(sold, theirs))
    out.append(
        row(
            f"GMV of the platform, over {policy}", "share", gmv, baseline=(policy, 0.0), goal=LOSS if judged else None,
            met=bool(gmv.low >= LOSS) if judged else None,
        )
    )  # fmt: skip
    return out


def _less_one(one: Interval) -> Interval:
    return Interval(one.mean - 1.0, one.low - 1.0, one.high - 1.0, one.n)
