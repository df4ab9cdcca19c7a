"""`magnetar bench portraits`: do portraits foretell the price band of the next purchase, do look-alikes buy; by a split in time."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from magnetar.app.benches.rows import conditions, row
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.measurement import Interval, mean_interval
from magnetar.capabilities.shoppers import Clicked, Ordered
from magnetar.capabilities.understanding import (
    Deed,
    Event,
    Goods,
    Population,
    Taste,
    auc,
    by_cosine,
    by_likeness_and_activity,
    by_regression,
    draw_portrait,
    find_words,
    shopper_vectors,
    terms,
)
from magnetar.capabilities.understanding.identities import IDENTITIES
from magnetar.capabilities.understanding.portraits import BANDS, band_odds, click_worth
from magnetar.capabilities.understanding.price_standing import LOWER, UPPER
from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.kernel.clock import DAY
from magnetar.kernel.errors import BadInput
from magnetar.platform.market import TICKS_PER_DAY
from magnetar.twin.rehearsal import Setting, Stage
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

CUTS = {"tuning": "2011-06-01", "test": "2011-09-01"}
"""Portraits are drawn at the cut; everything was chosen at the earlier one."""
AHEAD_DAYS = 90.0
LEAST_GROUP = 20
HALF_LIVES, STRENGTHS = (30.0, 90.0, 180.0, 1e6), (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
PRODUCTS = 120


@dataclass(frozen=True, slots=True)
class Log:
    """Purchases as columns, in order of time."""

    at: Ints
    """Microseconds."""
    shopper: Ints
    product: Ints
    titles: Sequence[str]
    percentile: Floats
    """(products,), of the price within the product's group; nan where the group is small."""
    group: Sequence[str]
    basket: Ints
    shoppers: int


def online_retail(file: Path, cut: int) -> Log:
    """Named shoppers' purchases; prices are the medians before the cut, groups go by the last common word of a title."""
    rows: list[tuple[int, str, str, str]] = []
    titles: dict[str, Counter[str]] = {}
    prices: dict[str, list[float]] = {}
    with gzip.open(file, "rt", encoding="utf-8", errors="replace", newline="") as lines:
        for one in csv.DictReader(lines):
            if not one["CustomerID"] or one["InvoiceNo"].startswith("C") or float(one["Quantity"]) <= 0:
                continue
            price = float(one["UnitPrice"])
            if price <= 0:
                continue
            at = round(datetime.fromisoformat(one["InvoiceDate"]).replace(tzinfo=UTC).timestamp() * 1e6)
            rows.append((at, one["CustomerID"], one["StockCode"], one["InvoiceNo"]))
            titles.setdefault(one["StockCode"], Counter())[one["Description"].strip()] += 1
            if at < cut:
                prices.setdefault(one["StockCode"], []).append(price)
    rows.sort()
    codes = sorted(titles)
    place = {code: number for number, code in enumerate(codes)}
    who = {name: number for number, name in enumerate(sorted({one[1] for one in rows}))}
    baskets = {name: number for number, name in enumerate(sorted({one[3] for one in rows}))}
    words = [titles[code].most_common(1)[0][0] for code in codes]
    group = _groups(words)
    price = np.array([float(np.median(prices[code])) if code in prices else np.nan for code in codes])
    return Log(
        np.array([one[0] for one in rows], np.int64), np.array([who[one[1]] for one in rows], np.int64),
        np.array([place[one[2]] for one in rows], np.int64), words, _percentiles(price, group), group,
        np.array([baskets[one[3]] for one in rows], np.int64), len(who),
    )  # fmt: skip


def _groups(titles: Sequence[str]) -> list[str]:
    cut = [terms(one) for one in titles]
    seen = Counter(term for one in cut for term in set(one))
    return [next((term for term in reversed(one) if seen[term] >= LEAST_GROUP and term.isalpha()), "") for one in cut]


def _percentiles(price: Floats, group: Sequence[str]) -> Floats:
    found = np.full(len(price), np.nan)
    names = np.array(group)
    for name in set(group):
        rows = np.flatnonzero((names == name) & np.isfinite(price))
        if len(rows) >= LEAST_GROUP:
            mine = price[rows]
            found[rows] = ((mine[:, None] > mine).sum(1) + 0.5 * ((mine[:, None] == mine).sum(1) - 1)) / (len(rows) - 1)
    return found


def bands_of(percentile: Floats) -> Ints:
    """−1 where unknown."""
    return np.where(np.isfinite(percentile), np.where(percentile < LOWER, 0, np.where(percentile <= UPPER, 1, 2)), -1)


@dataclass(frozen=True, slots=True)
class Task:
    """What is known at a cut and what came: the first basket after it."""

    counts: Floats
    """(half-lives, shoppers, BANDS), faded."""
    usual: Floats
    shopper: Ints
    """(purchases to foretell,)."""
    band: Ints


def task(
    at: Ints,
    shopper: Ints,
    band: Ints,
    basket: Ints,
    shoppers: int,
    cut: int,
    half_lives: Sequence[float],
    ahead: float,
) -> Task:
    """Of shoppers with a known purchase before the cut who come back within `ahead` microseconds."""
    before = (at < cut) & (band >= 0)
    counts = np.zeros((len(half_lives), shoppers, BANDS))
    for number, days in enumerate(half_lives):
        np.add.at(counts[number], (shopper[before], band[before]), 0.5 ** ((cut - at[before]) / DAY / days))
    usual = np.bincount(band[before], minlength=BANDS) + 1.0
    usual = usual / usual.sum()
    first = np.full(shoppers, -1, np.int64)
    after = np.flatnonzero((at >= cut) & (at < cut + ahead))
    for place in after[::-1].tolist():
        first[shopper[place]] = basket[place]
    mine = after[(basket[after] == first[shopper[after]]) & (band[after] >= 0) & (counts[0, shopper[after]].sum(1) > 0)]
    return Task(counts, usual, shopper[mine], band[mine])


def losses(odds: Floats, one: Task) -> Floats:
    """(shoppers who came,), mean log loss over their lines; `odds` (shoppers, BANDS)."""
    loss = -np.log(np.maximum(odds[one.shopper, one.band], 1e-12))
    who, where = np.unique(one.shopper, return_inverse=True)
    return np.bincount(where, loss) / np.bincount(where, minlength=len(who))


def calibration(odds: Floats, one: Task, bins: int = 10) -> float:
    """Expected calibration error over all bands: mean |foretold − came| in equal-width bins, weighted by cases."""
    told = odds[one.shopper].ravel()
    came = (np.arange(BANDS) == one.band[:, None]).ravel().astype(float)
    cell = np.minimum((told * bins).astype(np.int64), bins - 1)
    count = np.bincount(cell, minlength=bins)
    gap = np.abs(np.bincount(cell, told, bins) - np.bincount(cell, came, bins))
    return float(gap.sum() / count.sum())


def judge(name: str, one: Task, taste: Taste, place: int) -> list[dict[str, Any]]:
    """Rows of one task; the marginal and the shopper's own shares stand beside."""
    ours = band_odds(one.counts[place], one.usual, taste.band_strength)
    marginal = np.broadcast_to(one.usual, ours.shape)
    own = (one.counts[-1] + 1.0) / (one.counts[-1].sum(1, keepdims=True) + BANDS)
    gain = losses(marginal, one) - losses(ours, one)
    return [
        row(f"{name}: log loss of the next basket's price bands", "of 1", mean_interval(losses(ours, one)),
            baseline=("everybody's shares", float(losses(marginal, one).mean())), at_most=True),
        row(f"{name}: gain over everybody's shares", "of 1", mean_interval(gain), goal=0.0, met=bool(mean_interval(gain).low > 0)),
        row(f"{name}: gain over the shopper's own shares + 1", "of 1", mean_interval(losses(own, one) - losses(ours, one))),
        row(f"{name}: calibration error", "of 1", Interval(calibration(ours, one), np.nan, np.nan, len(one.band)),
            baseline=("the shopper's own shares + 1", calibration(own, one)), at_most=True),
    ]  # fmt: skip


def moment(text: str) -> int:
    """Microseconds of a day."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1e6)


def _bands(log: Log, taste: Taste, cut: int, tuning: bool) -> list[dict[str, Any]]:
    band = bands_of(log.percentile)[log.product]
    lives = [taste.half_life_days, *HALF_LIVES]
    one = task(log.at, log.shopper, band, log.basket, log.shoppers, cut, lives, round(AHEAD_DAYS * DAY))
    rows = judge("Online Retail", one, taste, 0)
    if tuning:
        rows += [
            row(f"tuning: half-life {days:g} d, strength {strength:g}", "of 1", mean_interval(losses(band_odds(one.counts[place + 1], one.usual, strength), one)))
            for place, days in enumerate(HALF_LIVES) for strength in STRENGTHS
        ]  # fmt: skip
    return rows


def product_vectors(log: Log, cut: int, dimensions: int = 48, seed: int = 1) -> Floats:
    """(products, dimensions), from who bought what before the cut: SVD of (log counts, shoppers of length 1)."""
    before = log.at < cut
    table = sparse.csr_array(
        (np.ones(int(before.sum())), (log.shopper[before], log.product[before])), shape=(log.shoppers, len(log.titles))
    )
    table.data = np.ones_like(table.data)
    table = sparse.csr_array(table)
    table.sum_duplicates()
    table.data = 1.0 + np.log(table.data)
    scale = 1.0 / np.maximum(np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel()), 1e-12)
    table = sparse.diags_array(scale) @ table
    start = Chance(seed).of("lookalike").normals(min(table.shape))
    _, values, right = svds(table, k=dimensions, v0=start)
    found = np.asarray(right).T * np.sqrt(np.asarray(values))
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return found / np.where(length > 1e-9, length, 1.0)


def _look_alikes(log: Log, cut: int, quick: bool, seed: int) -> list[dict[str, Any]]:
    """Future buyers of a product among those who had not bought it, ranked by likeness to its past buyers."""
    before, after = log.at < cut, (log.at >= cut) & (log.at < cut + round(AHEAD_DAYS * DAY))
    active = np.bincount(log.shopper[before], minlength=log.shoppers) > 0
    variety = np.zeros(log.shoppers)
    pairs = np.unique(np.stack([log.shopper[before], log.product[before]]), axis=1)
    np.add.at(variety, pairs[0], 1.0)
    vectors = product_vectors(log, cut, seed=seed)
    found: dict[str, list[float]] = {"cosine": [], "logistic": [], "with activity": [], "activity": []}
    fade = 0.5 ** ((cut - log.at[before]) / DAY / 90.0)
    recent = np.bincount(log.shopper[before], fade, log.shoppers).astype(np.float64)
    eligible = _eligible(log, before, after)
    chosen = [
        eligible[place]
        for place in Chance(seed).of("products").order(len(eligible))[: 30 if quick else PRODUCTS].tolist()
    ]
    for product in chosen:
        tells = log.product[before] != product
        people = shopper_vectors(
            log.shopper[before][tells], log.product[before][tells], fade[tells], vectors, log.shoppers
        )
        seeds, buyers = np.zeros(log.shoppers, bool), np.zeros(log.shoppers, bool)
        seeds[log.shopper[before & (log.product == product)]] = True
        buyers[log.shopper[after & (log.product == product)]] = True
        candidates = active & ~seeds
        told = {
            "cosine": by_cosine(people, seeds & active),
            "logistic": by_regression(people[active], seeds[active], seed=seed),
            "with activity": by_likeness_and_activity(people[active], seeds[active], recent[active], seed=seed),
            "activity": variety,
        }
        for name, scores in told.items():
            every = scores if len(scores) == log.shoppers else np.zeros(log.shoppers)
            if len(scores) != log.shoppers:
                every[active] = scores
            found[name].append(auc(every[candidates], buyers[candidates]))
    base = np.array(found["activity"])
    rows = [
        row(f"look-alikes, {name}: AUC of future buyers", "of 1", mean_interval(np.array(found[name])), baseline=("number of products bought", float(base.mean())))
        for name in ("cosine", "logistic", "with activity")
    ]  # fmt: skip
    gain = mean_interval(np.array(found["with activity"]) - base)
    rows.append(
        row("look-alikes: gain over the number of products bought", "of 1", gain, goal=0.0, met=bool(gain.low > 0))
    )
    return rows


def _eligible(log: Log, before: Any, after: Any) -> list[int]:
    """Products with 30 buyers before and 10 new ones after."""
    past = [set[int]() for _ in log.titles]
    for who, what in zip(log.shopper[before].tolist(), log.product[before].tolist(), strict=True):
        past[what].add(who)
    known = set(np.unique(log.shopper[before]).tolist())
    new = [set[int]() for _ in log.titles]
    for who, what in zip(log.shopper[after].tolist(), log.product[after].tolist(), strict=True):
        if who in known and who not in past[what]:
            new[what].add(who)
    return [place for place in range(len(log.titles)) if len(past[place]) >= 30 and len(new[place]) >= 10]


def _identities(log: Log, cut: int, quick: bool, seed: int, taste: Taste) -> list[dict[str, Any]]:
    """Whether those of whom a hypothesis is believed go on to buy goods with its words, beside the share so far."""
    goods = {
        str(place): Goods(
            log.group[place], float(log.percentile[place]), frozenset(one.en for one in find_words(title))
        )
        for place, title in enumerate(log.titles)
    }
    events: list[list[Event]] = [[] for _ in range(log.shoppers)]
    future: list[list[int]] = [[] for _ in range(log.shoppers)]
    for at, who, what in zip(log.at.tolist(), log.shopper.tolist(), log.product.tolist(), strict=True):
        if at < cut:
            events[who].append(Event(at, Deed.ORDER, str(what)))
        elif at < cut + AHEAD_DAYS * DAY:
            future[who].append(what)
    came = [who for who in range(log.shoppers) if events[who] and len(future[who]) >= 5]
    order = Chance(seed).of("identities").order(len(came))
    came = [came[place] for place in order[: 300 if quick else 1200].tolist()]
    population = Population.of(goods, [one for some in events for one in some])
    portraits = [draw_portrait(str(who), events[who], population, cut, taste) for who in came]
    ours: list[float] = []
    plain: list[float] = []
    for identity in IDENTITIES:
        marked = np.array([bool(identity.cues & goods[str(what)].cues) for what in range(len(log.titles))])
        share = np.array([marked[future[who]].mean() for who in came])
        keen = share > 2.0 * population.rates[identity.name]
        if not 20 <= keen.sum() <= len(came) - 20:
            continue
        told = [next((b.probability for b in one.identities if b.name == identity.name), 0.0) for one in portraits]
        so_far = [marked[[int(one.product) for one in events[who]]].mean() for who in came]
        ours.append(auc(np.array(told), keen))
        plain.append(auc(np.array(so_far), keen))
    if not ours:
        return []
    told_row = mean_interval(np.array(ours))
    return [
        row("identities: AUC of those who then buy twice the usual share of such goods", "of 1", told_row, goal=0.5,
            met=bool(told_row.low > 0.5), baseline=("share of such goods so far", float(np.mean(plain))), shoppers=len(came)),
    ]  # fmt: skip


def _twin(quick: bool, seed: int, taste: Taste) -> list[dict[str, Any]]:
    """The same in the bazaar: clicks and orders of some days, then the orders of the next."""
    goods = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")
    days = 3 if quick else 8
    setting = Setting(
        goods, MerchantId("demo"), Money.of(1_000), Goal(GoalKind.TARGET_ROI, 3.0), days, (), seed=seed,
        shoppers=1_500, pages_per_day=30_000,
    )  # fmt: skip
    stage = Stage(setting, 0)
    found: list[tuple[Any, Any, Any, float]] = []
    weights = taste.weights
    stage.platform.bus.subscribe(
        Clicked, lambda event: found.append((event.at, event.shopper, event.item, weights[Deed.CLICK]))
    )
    stage.platform.bus.subscribe(
        Ordered, lambda event: found.append((event.at, event.shopper, event.item, weights[Deed.ORDER]))
    )
    for tick in range(days * TICKS_PER_DAY):
        stage.step(tick)
    at, shopper, item = (
        np.concatenate([np.asarray(one[place]).astype(np.int64) for one in found]) for place in range(3)
    )
    weight = np.concatenate([np.full(len(one[0]), one[3]) for one in found])
    arrays = stage.market.shelf.arrays
    names = [str(one) for one in arrays.category]
    priced = np.where(arrays.price > 0, arrays.price, np.nan)
    band = bands_of(_percentiles(priced, names))[item]
    order = np.argsort(at, kind="stable")
    at, shopper, item, weight, band = at[order], shopper[order], item[order], weight[order], band[order]
    cut = int(at.min() + 0.7 * (at.max() - at.min()))
    ordered = weight == weights[Deed.ORDER]
    basket = np.arange(len(at))
    later = (at < cut) | ordered
    one = task(at[later], shopper[later], band[later], basket[later], stage.market.shoppers, cut, [1e6], 1e18)
    counts = np.zeros((1, stage.market.shoppers, BANDS))
    before = (at < cut) & (band >= 0)
    usual = np.bincount(band[before & ordered], minlength=BANDS) + 1.0
    looked = np.bincount(band[before & ~ordered], minlength=BANDS) + 1.0
    usual, looked = usual / usual.sum(), looked / looked.sum()
    weight = np.where(ordered, weight, weight * click_worth(usual, looked)[np.maximum(band, 0)])
    np.add.at(counts[0], (shopper[before], band[before]), weight[before])
    return judge("twin", Task(counts, usual, one.shopper, one.band), taste, 0)


def bench(quick: bool, seed: int, data: str, tuning: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and conditions; `tuning` looks at the earlier cut, which may be looked at.

    Args:
        data: a folder with online-retail; '' judges in the twin alone.

    Raises:
        BadInput: the folder has no online-retail/online_retail.csv.gz.
    """
    taste = Taste()
    rows, files = [], [sample_shop() / "catalogue.csv"]
    if data:
        file = Path(data) / "online-retail" / "online_retail.csv.gz"
        if not file.is_file():
            raise BadInput(f"--data: 没有 there is no {str(file)!r}.")
        cut = moment(CUTS["tuning" if tuning else "test"])
        log = online_retail(file, cut)
        rows += (
            _bands(log, taste, cut, tuning)
            + _look_alikes(log, cut, quick, seed)
            + _identities(log, cut, quick, seed, taste)
        )
        files.append(file)
    rows += _twin(quick, seed, taste)
    return rows, conditions(files, seed=seed, cut=CUTS["tuning" if tuning else "test"], ahead_days=AHEAD_DAYS)
