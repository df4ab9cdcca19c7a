"""The commons: a small market in which shoppers share budgets, auctions and talk, made to judge estimators in.

Everything that breaks a plain comparison is there and can be sized: our campaign and its rivals spend
daily budgets that all shoppers draw on; a paid impression displaces organic sales of the same page;
a purchase today is one less tomorrow; shoppers of a region hear of each other's purchases. Arrivals
and luck are drawn once for a market, so two ways of running it differ in nothing else, and the
difference is the truth. It is far simpler than the bazaar (one slot, one item, no learning
platform) and a thousand times faster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from magnetar.capabilities.measurement.experiments.assignment import REGIONS
from magnetar.kernel.chance import Chance, Floats, Ints, exponential, fold, normal, uniform
from magnetar.kernel.compiled import Array, compiled

TICKS = 24
"""Ticks of a day."""
HOURS = (
    0.45, 0.30, 0.20, 0.15, 0.15, 0.25, 0.45, 0.70, 0.85, 0.95, 1.00, 1.10,
    1.30, 1.20, 1.00, 0.95, 1.00, 1.10, 1.35, 1.70, 2.05, 2.10, 1.75, 1.00,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CommonsSettings:
    """One market's size and strengths of interference."""

    shoppers: int = 4_000
    regions: int = REGIONS
    days: int = 14
    before: int = 7
    """Days of which the platform remembers covariates; no campaign runs then."""
    pages_a_day: float = 1.2
    """Mean pages of a shopper."""
    rivals: int = 5
    budget: float = 45.0
    """Our campaign's, a day; an order is worth 1 on average."""
    rival_budget: float = 22.0
    bid: float = 1.0
    """Our bid per unit of expected incremental value."""
    organic: float = 0.022
    """Probability that a page sells organically, for a mean shopper."""
    paid: float = 0.032
    """Probability that our paid impression sells."""
    displaced: float = 0.5
    """Share of the page's organic sales that our own impression takes."""
    crowded_out: float = 0.15
    """Share of the page's organic sales that a rival's impression takes."""
    sated: float = 0.5
    """What a purchase leaves of a shopper's need."""
    recovery: float = 0.1
    """How much of the missing need comes back a day: how long one day's sales are felt in the next ones."""
    talk: float = 0.0
    """Rise of a region's organic sales for each order per hundred of its shoppers, fading by a third a day."""
    activity_spread: float = 0.8
    affinity_spread: float = 0.6
    region_spread: float = 0.1
    """Log-normal spread of regions' base rates."""
    value_spread: float = 0.6
    """Log-normal spread of order values."""


class People(NamedTuple):
    """Who lives in the commons: hidden truth."""

    activity: Array
    organic: Array
    """(shoppers,), probability of an organic sale a page at full need."""
    paid: Array
    """(shoppers,), probability that our impression sells at full need."""
    predicted: Array
    """(shoppers,), what the platform takes the impression to be worth; a noisy view of `paid`."""
    region: Array
    unit: Array
    """(shoppers,) uint64, by which assignment knows them."""


class Pages(NamedTuple):
    """Pages in order of time, with all the luck that they will meet."""

    shopper: Array
    tick: Array
    """From the first tick of the days remembered."""
    rivals: Array
    """(pages, rivals), their bids where they have money left."""
    luck_organic: Array
    luck_paid: Array
    value: Array
    """Of an order on this page."""


class Way(NamedTuple):
    """A way of running the market: what each of two arms gets."""

    arm: Array
    """(shoppers,), 0 or 1."""
    tick_arm: Array
    """(ticks,), 0 or 1 where the hour decides for everybody, −1 where the shopper does."""
    factor: Array
    """(2,), on our bid; 0 withholds the campaign."""
    pool: Array
    """(2,), which budget an arm spends."""
    budget: Array
    """(2,), of each pool, a day."""
    hasty: Array
    """(2,) bool, whether an arm spends as fast as it can instead of over the day."""
    naive_value: Array
    """(2,) bool, whether an arm bids what sells through the ad instead of what would not have sold anyway."""
    ghost: int
    """1 where what is withheld is recorded."""


class State(NamedTuple):
    """What the days before leave."""

    need: Array
    talk: Array
    pages_before: Array
    gmv_before: Array


class Outcome(NamedTuple):
    """What came of a way."""

    gmv: Array
    """(shoppers,), all orders of the experiment's days."""
    gmv_since: Array
    """(shoppers,), orders from the first exposure on, real or ghost."""
    credited: Array
    """(shoppers,), orders that followed our impression: what last-touch attribution claims."""
    spend: Array
    views: Array
    """(shoppers,), impressions, real and ghost."""
    entered: Array
    """(shoppers,), day of the first exposure, −1 where there was none."""
    tick_gmv: Array
    tick_spend: Array
    looks: Array
    """(days, 2 arms, 3): exposed shoppers, Σ gmv_since and Σ gmv_since² by the end of each day."""


@dataclass(frozen=True, slots=True)
class Market:
    """One draw of the commons."""

    settings: CommonsSettings
    people: People
    pages: Pages
    state: State
    """At the first tick of the experiment."""

    def run(self, way: Way) -> Outcome:
        """Live through the days of the experiment in one way."""
        return _run(self.settings, self.people, self.pages, self.state, way, True)


def draw_market(settings: CommonsSettings, seed: int) -> Market:
    """A market of one seed."""
    chance, n = Chance(seed).of("commons"), settings.shoppers
    region = chance.of("region").integers(settings.regions, n)
    home = np.exp(settings.region_spread * chance.of("home").normals(settings.regions))[region]

    def spread(name: str, sigma: float) -> Floats:
        return np.exp(sigma * chance.of(name).normals(n) - 0.5 * sigma * sigma)

    affinity = spread("affinity", settings.affinity_spread) * home
    paid = np.minimum(settings.paid * spread("persuaded", 0.4) * affinity**0.5, 0.5)
    organic = np.minimum(settings.organic * affinity, 0.5)
    people = People(
        activity=spread("activity", settings.activity_spread),
        organic=organic,
        paid=paid,
        predicted=paid * spread("seen", 0.3),
        region=region,
        unit=(chance.of("unit").uniforms(n) * 2.0**62).astype(np.uint64) + np.uint64(1),
    )
    pages = _draw_pages(settings, people, chance)
    state = State(np.ones(n), np.zeros(settings.regions), np.zeros(n), np.zeros(n))
    before = _run(settings, people, pages, state, off(settings), False)
    seen = np.bincount(pages.shopper[pages.tick < settings.before * TICKS], minlength=n).astype(np.float64)
    return Market(settings, people, pages, state._replace(pages_before=seen, gmv_before=before.gmv))


def off(settings: CommonsSettings) -> Way:
    """Without our campaign."""
    return way(settings, factor=(0.0, 0.0))


def way(
    settings: CommonsSettings,
    *,
    arm: Ints | None = None,
    tick_arm: Ints | None = None,
    factor: tuple[float, float] = (1.0, 1.0),
    pool: tuple[int, int] = (0, 0),
    budget: tuple[float, float] | None = None,
    hasty: tuple[bool, bool] = (False, False),
    naive_value: tuple[bool, bool] = (False, False),
    ghost: bool = False,
) -> Way:
    """A way of running the market; everybody is in arm 1 unless said otherwise."""
    ticks = (settings.before + settings.days) * TICKS
    return Way(
        arm=np.ones(settings.shoppers, np.int64) if arm is None else np.asarray(arm, np.int64),
        tick_arm=np.full(ticks, -1, np.int64) if tick_arm is None else np.asarray(tick_arm, np.int64),
        factor=np.array(factor),
        pool=np.array(pool, np.int64),
        budget=np.array(budget if budget is not None else (settings.budget, 0.0)),
        hasty=np.array(hasty),
        naive_value=np.array(naive_value),
        ghost=int(ghost),
    )


def _draw_pages(settings: CommonsSettings, people: People, chance: Chance) -> Pages:
    ticks = (settings.before + settings.days) * TICKS
    rhythm = np.array(HOURS) / sum(HOURS) * settings.pages_a_day
    coming = 1.0 - np.exp(-rhythm[:, None] * people.activity)
    room = int(settings.shoppers * (settings.before + settings.days) * settings.pages_a_day * 1.5) + 1_000
    shopper, tick = np.empty(room, np.int64), np.empty(room, np.int64)
    count = _arrive(chance.of("come").key, ticks, coming, shopper, tick)
    bids = np.empty((count, settings.rivals))
    luck, worth = np.empty((count, 2)), np.empty(count)
    _draw_luck(chance.of("luck").key, settings.value_spread, bids, luck, worth)
    mean_value = settings.paid * settings.bid
    return Pages(shopper[:count], tick[:count], bids * mean_value, luck[:, 0].copy(), luck[:, 1].copy(), worth)


@compiled
def _arrive(luck: np.uint64, ticks: int, coming: Array, shopper: Array, tick: Array) -> int:
    count = 0
    for now in range(ticks):
        hour = fold(luck, now)
        likely = coming[now % 24]
        for person in range(likely.shape[0]):
            if uniform(hour, person) < likely[person]:
                if count == shopper.shape[0]:
                    return count
                shopper[count], tick[count] = person, now
                count += 1
    return count


@compiled
def _draw_luck(luck: np.uint64, spread: float, bids: Array, draws: Array, worth: Array) -> None:
    for page in range(worth.shape[0]):
        mine = fold(luck, page)
        for rival in range(bids.shape[1]):
            bids[page, rival] = 0.7 * exponential(mine, rival)
        draws[page, 0], draws[page, 1] = uniform(mine, 100), uniform(mine, 101)
        worth[page] = math.exp(spread * normal(mine, 102) - 0.5 * spread * spread)


def _run(settings: CommonsSettings, people: People, pages: Pages, state: State, how: Way, after: bool) -> Outcome:
    n = settings.shoppers
    first = settings.before * TICKS if after else 0
    last = (settings.before + settings.days if after else settings.before) * TICKS
    begin, end = np.searchsorted(pages.tick, [first, last]).tolist()
    days = (last - first) // TICKS
    out = Outcome(
        np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.full(n, -1, np.int64),
        np.zeros(last - first), np.zeros(last - first), np.zeros((days, 2, 3)),
    )  # fmt: skip
    need, talk = (state.need.copy(), state.talk.copy()) if after else (state.need, state.talk)
    crowd = np.bincount(people.region, minlength=settings.regions).astype(np.float64)
    share = np.cumsum(np.array(HOURS)) / sum(HOURS)
    _live(
        begin, end, first, pages, people, how, need, talk, crowd, share,
        settings.bid, settings.rival_budget, settings.displaced, settings.crowded_out, settings.sated, settings.recovery,
        settings.talk, out,
    )  # fmt: skip
    return out


@compiled
def _live(
    begin: int,
    end: int,
    first: int,
    pages: Pages,
    people: People,
    how: Way,
    need: Array,
    talk: Array,
    crowd: Array,
    share: Array,
    bid: float,
    rival_budget: float,
    displaced: float,
    crowded_out: float,
    sated: float,
    recovery: float,
    talking: float,
    out: Outcome,
) -> None:
    rivals = pages.rivals.shape[1]
    left = np.full(rivals, rival_budget)
    spent = np.zeros(2)
    pace = np.ones(2)
    at_open = np.zeros(2)
    now = first - 1
    for page in range(begin, end):
        tick = pages.tick[page]
        while now < tick:  # every hour turns, also one in which nobody came
            now += 1
            hour = now % 24
            if hour == 0:
                if now > first:
                    _close_day((now - first) // 24 - 1, how.arm, out)
                    for region in range(talk.shape[0]):
                        talk[region] *= 0.67
                    for person in range(need.shape[0]):
                        need[person] += recovery * (1.0 - need[person])
                left[:] = rival_budget
                spent[:] = 0.0
                pace[:] = 1.0
            for pool in range(2):
                if hour > 0 and how.budget[pool] > 0.0:
                    planned = how.budget[pool] * (share[hour - 1] - (share[hour - 2] if hour > 1 else 0.0))
                    went = spent[pool] - at_open[pool]
                    pace[pool] = min(3.0, max(0.1, pace[pool] * (1.08 if went < planned else 0.92)))
                at_open[pool] = spent[pool]

        person = pages.shopper[page]
        arm = how.tick_arm[tick] if how.tick_arm[tick] >= 0 else how.arm[person]
        pool = how.pool[arm]
        best, second, winner = 0.0, 0.0, -1
        for rival in range(rivals):
            theirs = pages.rivals[page, rival]
            theirs = theirs if theirs <= left[rival] else 0.0
            second = max(second, min(best, theirs))
            winner = rival if theirs > best else winner
            best = max(best, theirs)
        worth = people.predicted[person]
        if not how.naive_value[arm]:
            worth = max(0.0, worth - displaced * people.organic[person])
        withheld = how.factor[arm] == 0.0
        factor = how.factor[1] if withheld and how.ghost == 1 else how.factor[arm]
        ours = bid * factor * worth
        lease = how.budget[pool]
        if not how.hasty[arm]:
            ours *= pace[pool]
            lease *= share[tick % 24]
        wins = ours > best and ours > 0.0 and spent[pool] + best <= lease
        exposed = wins and not withheld
        if wins:
            out.views[person] += 1.0
            if out.entered[person] < 0:
                out.entered[person] = (tick - first) // 24
        organic = people.organic[person] * need[person] * (1.0 + talk[people.region[person]])
        if exposed:
            spent[pool] += best
            out.spend[person] += best
            out.tick_spend[tick - first] += best
            organic *= 1.0 - displaced
        elif winner >= 0:
            left[winner] -= second
            organic *= 1.0 - crowded_out
        bought = 0.0
        if exposed and pages.luck_paid[page] < people.paid[person] * need[person]:
            bought += pages.value[page]
            out.credited[person] += pages.value[page]
        if pages.luck_organic[page] < organic:
            bought += pages.value[page]
        if bought > 0.0:
            need[person] *= sated
            out.gmv[person] += bought
            out.tick_gmv[tick - first] += bought
            if out.entered[person] >= 0:
                out.gmv_since[person] += bought
            if talking > 0.0:
                home = people.region[person]
                talk[home] += talking * 100.0 / max(crowd[home], 1.0)
    if out.looks.shape[0]:
        _close_day(out.looks.shape[0] - 1, how.arm, out)


@compiled
def _close_day(day: int, arm: Array, out: Outcome) -> None:
    for person in range(arm.shape[0]):
        if out.entered[person] >= 0:
            bought = out.gmv_since[person]
            out.looks[day, arm[person], 0] += 1.0
            out.looks[day, arm[person], 1] += bought
            out.looks[day, arm[person], 2] += bought * bought
