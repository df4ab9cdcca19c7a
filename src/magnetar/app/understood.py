"""What the commands and pages of understanding share: goods from wherever they are, cards, portraits, audiences."""

from __future__ import annotations

import csv
import difflib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import betaincinv

from magnetar.app.goods import goods_from, sample_shop
from magnetar.app.histories import Histories, from_log, from_orders, histories_in
from magnetar.capabilities.understanding import (
    Audience,
    Deed,
    Event,
    Neighbourhood,
    Population,
    ProductCard,
    completed,
    draw_portrait,
    expand,
    goods_of,
    make_card,
    rank_cohorts,
)
from magnetar.capabilities.understanding.audiences import Reason, fits
from magnetar.capabilities.understanding.lookalike import by_likeness_and_activity, shopper_vectors
from magnetar.kernel.clock import DAY
from magnetar.kernel.errors import BadInput, NotFound
from magnetar.surface.session import Session
from magnetar.vocabulary.catalogue import Product

HALF_LIFE = 90 * DAY
LOOK_ALIKES = 0.1
"""Share of the shoppers that are taken as look-alikes."""
MOST_PORTRAITS = 20_000


def goods_for(session: Session, catalogue: str, merchant: str) -> list[Product]:
    """A feed's products, else the merchant's, else the sample shop's.

    Raises:
        BadInput: the feed cannot be read.
    """
    mine, currency = session.merchant(merchant), session.settings.currency
    if catalogue:
        if not Path(catalogue).is_file():
            raise BadInput(f"--catalogue: 没有文件 there is no file {catalogue!r}.")
        return list(goods_from(catalogue, mine, currency))
    kept = list(session.platform.catalogue.list(mine))
    return kept or list(goods_from(sample_shop() / "catalogue.csv", mine, currency))


def find(id: str, goods: Sequence[Product]) -> Product:
    """The product of that id.

    Raises:
        NotFound: there is none; the message names close ones.
    """
    for one in goods:
        if one.id == id:
            return one
    close = difflib.get_close_matches(id, [str(one.id) for one in goods], 4, 0.5)
    hint = f" 相近的 Close: {', '.join(close)}." if close else " See: magnetar catalogue list."
    raise NotFound(f"没有商品 No product {id[:60]!r} among {len(goods)}.{hint}")


def brands_of(goods: Sequence[Product]) -> list[str]:
    """Every brand once."""
    return sorted({one.brand for one in goods if one.brand})


def card_of(id: str, goods: Sequence[Product], reviews: Sequence[str] = (), infer: bool = True) -> ProductCard:
    """The card of one product; with `infer`, completed from its neighbours.

    Raises:
        NotFound: no such product.
    """
    wanted = find(id, goods)
    brands = brands_of(goods)
    card = make_card(wanted, goods, reviews, brands)
    if not infer:
        return card
    return completed(card, Neighbourhood.of([make_card(one, (), (), brands) for one in goods]))


def reviews_in(file: str) -> dict[str, list[str]]:
    """Reviews by product, from a CSV with product_id and body.

    Raises:
        BadInput: there is no such file, or a column is missing.
    """
    path = Path(file)
    if not path.is_file():
        raise BadInput(f"--reviews: 没有文件 there is no file {file!r}.")
    found: dict[str, list[str]] = defaultdict(list)
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as lines:
        rows = csv.DictReader(lines)
        if not {"product_id", "body"} <= set(rows.fieldnames or ()):
            raise BadInput(f"--reviews {file!r} needs the columns product_id and body, found {rows.fieldnames}.")
        for row in rows:
            found[row["product_id"]].append(row["body"] or "")
    return found


def population_of(goods: Sequence[Product], events: Sequence[Event] = ()) -> Population:
    """What is usual among these goods."""
    brands = brands_of(goods)
    cards = {str(one.id): make_card(one, (), (), brands) for one in goods}
    return Population.of(goods_of(goods, cards), events)


def events_of(session: Session, histories: str, shopper: str, merchant: str) -> list[Event]:
    """What one shopper did."""
    if histories:
        return histories_in(histories, merchant, session.settings.currency).get(shopper, [])
    from magnetar.platform.stock import Stock
    from magnetar.platform.tokens import Sealer, secret_in

    platform = session.platform
    runtime = platform.runtime
    lines = (one for one in platform.orders.lines(merchant) if one.shopper == shopper)
    items = Stock(runtime.store, session.settings.currency).items
    products = [one.product if one.merchant == merchant else None for one in items]
    digest = Sealer(secret_in(session.settings.home)).digest("shopper", merchant, shopper)
    return [*from_orders(lines).get(shopper, []), *from_log(runtime.bus.log.read(), products, digest)]


def forget_on_platform(session: Session, merchant: str, shopper: str) -> None:
    """Tell the event log that a shopper of the merchant's site is forgotten: when the platform opens, what it knew is gone.

    The log holds the keyed digest of the id, never the id.
    """
    from magnetar.platform.seats import ShopperForgotten
    from magnetar.platform.tokens import Sealer, secret_in

    runtime = session.platform.runtime
    digest = Sealer(secret_in(session.settings.home)).digest("shopper", merchant, shopper)
    runtime.bus.publish(ShopperForgotten(runtime.clock.now(), digest))


def histories_of(session: Session, histories: str, merchant: str) -> Histories:
    """What everybody did: a table, an order log, or the merchant's imported orders.

    Raises:
        BadInput: nothing is known of anybody.
    """
    if histories:
        found = histories_in(histories, merchant, session.settings.currency)
    else:
        found = from_orders(session.platform.orders.lines(merchant))
    if not found:
        raise BadInput(
            "没有任何用户行为 Nothing is known of any shopper. Import orders (magnetar import orders FILE) or give --histories FILE."
        )
    return found


def audiences_of(
    id: str, goods: Sequence[Product], histories: Histories, new_share: float, furthest: float, seed: int
) -> dict[str, Any]:
    """Ranked audiences of a product as the command and the page show them.

    Portraits drawn here are of groups: no single one leaves the function, cohorts under five people are not named.
    """
    wanted = find(id, goods)
    brands = brands_of(goods)
    cards = {str(one.id): make_card(one, (), (), brands) for one in goods}
    card = completed(make_card(wanted, goods, (), brands), around := Neighbourhood.of(list(cards.values())))
    known = goods_of(goods, cards)
    row_of = {name: row for row, name in enumerate(cards)}
    shoppers = sorted(histories)[:MOST_PORTRAITS]
    now = max((one.at for name in shoppers for one in histories[name]), default=0)
    deeds = [(row, one) for row, name in enumerate(shoppers) for one in histories[name] if one.product in row_of]
    population = Population.of(known, [one for _, one in deeds])
    portraits = [draw_portrait(name, histories[name], population, now) for name in shoppers]
    place = np.array([row for row, _ in deeds], np.int64)
    what = np.array([row_of[one.product] for _, one in deeds], np.int64)
    age = np.array([0.5 ** ((now - one.at) / HALF_LIFE) for _, one in deeds])
    texts = np.asarray(around.vectors, np.float64)
    group = wanted.category
    ordered = np.zeros(len(shoppers), bool)
    same = np.zeros(len(shoppers), bool)
    for row, one in deeds:
        if one.deed is Deed.ORDER:
            ordered[row] |= one.product == id
            same[row] |= known[one.product].category == group
    found = rank_cohorts(card, portraits, same)
    notes: list[str] = []
    seeds, give_away = (
        (ordered, {id}) if ordered.sum() >= 5 else (same, {n for n, one in known.items() if one.category == group})
    )
    tells = np.array(
        [one.product not in give_away for _, one in deeds], bool
    )  # a seed is not known by the deed that made it one
    vectors = shopper_vectors(place[tells], what[tells], age[tells], texts, len(shoppers))
    activity = np.bincount(place[tells], age[tells], len(shoppers)).astype(np.float64)
    likes = _look_alikes(vectors, seeds, activity, seed)
    if likes is not None:
        found.append(likes)
    else:
        notes.append("种子不足 5 人, 没有做相似人群 · fewer than five seeds: no look-alikes")
    fit = np.array([fits(card, one)[0] for one in portraits])
    found.sort(key=lambda one: (-one.response, one.name))
    core = ordered | same
    wider = expand(found, core, vectors, new_share=new_share, furthest=furthest)
    return {
        "product": id, "title": wanted.title, "shoppers": len(shoppers), "buyers": int(ordered.sum()),
        "buyers_of_category": int(same.sum()), "mean_fit": float(fit.mean()) if len(fit) else None,
        "audiences": [one.as_json() for one in found], "expansion": wider.as_json() if wider else None, "notes": notes,
    }  # fmt: skip


def _look_alikes(vectors: Any, seeds: Any, activity: Any, seed: int) -> Audience | None:
    """Those most like the seeds, and how many of them proved to be seeds when these were hidden in turn (five folds)."""
    from magnetar.kernel.chance import Chance

    many = int(seeds.sum())
    if many < 5 or many == len(seeds):
        return None
    fold = Chance(seed).of("folds").integers(5, len(seeds))
    hidden = np.full(len(seeds), -np.inf)
    for part in range(5):
        learned = seeds & (fold != part)
        if learned.any():
            scores = by_likeness_and_activity(vectors, learned, activity, seed=seed)
            hidden[fold == part] = scores[fold == part]
    scores = by_likeness_and_activity(vectors, seeds, activity, seed=seed)
    count = max(1, round(LOOK_ALIKES * len(seeds)))
    top = np.argsort(-hidden, kind="stable")[:count]
    hits = float(seeds[top].sum())
    low, high = betaincinv(hits + 0.5, count - hits + 0.5, np.array([0.1, 0.9]))
    rest = np.where(seeds, -np.inf, scores)
    members = np.zeros(len(seeds), bool)
    members[np.argsort(-rest, kind="stable")[: min(count, len(seeds) - many)]] = True
    base = many / len(seeds)
    reason = Reason(
        f"与 {many} 位种子买家相似; 轮流隐去种子时, 前 {count} 人里 {hits:.0f} 人确是种子, 随机为 {base * count:.1f} 人",
        f"resemble {many} buyers; with seeds hidden in turn, {hits:.0f} of the top {count} were seeds, {base * count:.1f} by chance",
        {"seeds": many, "top": count, "hits": hits, "base": base},
    )
    return Audience("look_alike", "相似人群", "look-alikes of buyers", "look_alike", int(members.sum()), (hits + 0.5) / (count + 1.0),
                    float(low), float(high), (reason,), members=members)  # fmt: skip
