"""Who lives in the bazaar: shoppers with latent tastes, goods with latent appeal. All of it is hidden truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.understanding import NOBODY, Shelf
from magnetar.kernel.chance import Chance, Floats, normal, uniform
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.bazaar.settings import BazaarSettings
from magnetar.vocabulary.catalogue import Product

DIMENSIONS = 6
_WITHIN = 0.55
"""Spread of items' vectors about their category's centre."""
ALL_SCENES, WATCHED_SCENES = 0b1111, 0b0011

TASTE, SENSITIVITY, WALLET, PURSE, LOYALTY, NIGHT, CAME, ERRAND, FOLLOWS = 0, 6, 7, 8, 9, 10, 11, 12, 13
"""Columns of a shopper: one line of the processor's cache, so that a page costs one trip to memory and not eight."""
_LINE = 16

SETS, WAYS = 16, 4
"""A shopper of a large market remembers 64 items: those seen last in each of 16 sets."""
REMEMBER_ALL = 1 << 29
"""Shoppers × items up to which every view is remembered, bytes."""

VECTOR, APPEAL, QUALITY, LOG_PRICE, MERCHANT, CATEGORY, RETURNS, KIND, LEADS_TO = 0, 6, 7, 8, 9, 10, 11, 12, 13
"""Columns of an item."""
KINDS = 6
"""Kinds of items in a category: plates and chopsticks are two of tableware."""


class People(NamedTuple):
    """Shoppers: what they are like, and what changes as the days pass."""

    row: Array
    """(shoppers, 16 or more) float32, columns as above.

    Taste; loss of order utility per unit of log-price; currency units spent before growing cautious;
    spent lately; factor on coming back; nights slept; tick of the last visit; the kind of item that they are
    out for and the night since which (see `shopping`), −1 where none; then, as bits of whole
    numbers, the merchants followed.
    """
    need: Array
    """(shoppers, categories) float32, appetite for a category in [0, 1]: falls with a purchase and recovers."""
    memory: Array
    """Views of each item, fading daily: (shoppers, items) uint8 where there is room for all; else (shoppers, SETS, WAYS)
    uint32 of the items seen last, item + 1 and views (lowest 8 bits)."""


class Truth(NamedTuple):
    """What never changes, and nobody on the platform may read."""

    goods: Array
    """(items, 16) float32, columns as above: vector; click utility of the creative; order utility of the
    product; log of price over the category's reference, 0 for content; seller; category;
    probability that an order comes back; kind; the kind that it leads to."""
    centre: Array
    """(categories, DIMENSIONS) float32; taste times this is what searches follow."""
    alias: Array
    """(shoppers,) int32, see `visitor`."""
    share: Array
    """(shoppers,) float32."""
    activity: float
    """Mean sessions a day of all shoppers together, relative."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Truth:
        return self


def draw(
    products: Sequence[Product], settings: BazaarSettings, shoppers: int, chance: Chance
) -> tuple[Shelf, Truth, People]:
    """Draw the goods of all sellers and the shoppers who meet them."""
    categories = sorted({product.top_category or "其他" for product in products})
    count, own = len(categories), len(products)
    row = {name: place for place, name in enumerate(categories)}
    own_category = np.array([row[product.top_category or "其他"] for product in products], np.int64)
    own_price = np.array([product.price.amount for product in products])
    reference = np.array([np.exp(np.log(own_price[own_category == place]).mean()) for place in range(count)])

    goods = settings.rivals * settings.rival_products
    luck = chance.of("goods")
    rival_category = luck.of("home").integers(count, settings.rivals).repeat(settings.rival_products)
    stray = luck.of("stray").uniforms(goods) < 0.3
    rival_category[stray] = luck.of("category").integers(count, goods)[stray]
    rival_price = np.round(
        reference[rival_category] * np.exp(settings.price_spread * luck.of("price").normals(goods)), 2
    ).clip(2.0)
    content_category = luck.of("content").integers(count, settings.contents)

    merchant = np.concatenate(
        [
            np.zeros(own, np.int64),
            1 + np.arange(settings.rivals).repeat(settings.rival_products),
            np.full(settings.contents, NOBODY),
        ]
    )
    category = np.concatenate([own_category, rival_category, content_category])
    price = np.concatenate([own_price, rival_price, np.zeros(settings.contents)])
    items = len(price)
    scenes = np.full(items, ALL_SCENES, np.uint8)
    scenes[own + goods :] = WATCHED_SCENES
    names = [product.id for product in products]  # those of others begin with ~, which no feed's do
    names += [
        f"~rival-{place // settings.rival_products + 1}-{place % settings.rival_products + 1}" for place in range(goods)
    ]
    names += [f"~content-{place + 1}" for place in range(settings.contents)]
    merchants = [products[0].merchant if products else "own"] + [
        f"~rival-{place + 1}" for place in range(settings.rivals)
    ]
    centre = chance.of("centre").normals(count, DIMENSIONS)
    own_way = _WITHIN * chance.of("vector").normals(items, DIMENSIONS)
    shelf = Shelf.of(
        ids=names,
        merchants=merchants,
        merchant=merchant,
        categories=categories,
        category=category,
        price=price,
        scenes=scenes,
        vectors=_described(centre[category], own_way, settings.clarity, chance.of("described")),
    )

    shared = chance.of("shared").normals(items)
    quality = settings.quality * (0.6 * shared + 0.8 * chance.of("quality").normals(items))
    facts = np.zeros((items, _LINE), np.float32)
    facts[:, VECTOR : VECTOR + DIMENSIONS] = (centre[category] + own_way) / np.sqrt(DIMENSIONS)
    facts[:, APPEAL] = settings.appeal * (0.7 * shared + 0.7 * chance.of("appeal").normals(items))
    facts[:, QUALITY] = quality
    facts[:, LOG_PRICE] = np.where(price > 0, np.log(np.maximum(price, 0.01) / reference[category]), 0.0)
    facts[:, MERCHANT], facts[:, CATEGORY] = merchant, category
    facts[:, RETURNS] = np.clip(
        settings.return_rate * np.exp(0.5 * chance.of("returns").normals(items) - 0.4 * quality), 0.0, 0.6
    )
    # kinds are not written anywhere: only what people do one after the other shows what leads to what
    kinds = count * KINDS
    facts[:, KIND] = category * KINDS + chance.of("kind").integers(KINDS, items)
    facts[:, LEADS_TO] = chance.of("leads").order(kinds)[facts[:, KIND].astype(np.int64)]
    people, activity = _people(
        settings, shoppers, items, count, len(merchants), float(np.log(reference).mean()), chance
    )
    alias, share = np.empty(shoppers, np.int32), np.empty(shoppers, np.float32)
    total = balance(activity, alias, share)
    return shelf, Truth(facts, (centre / np.sqrt(DIMENSIONS)).astype(np.float32), alias, share, total), people


def _described(centre: Floats, own_way: Floats, clarity: float, chance: Chance) -> NDArray[np.float32]:
    """(items, DIMENSIONS), what texts and pictures say of each item: where it truly lies, blurred and turned.

    `clarity` is the share of the variance within a category that can be seen. Appeal and quality cannot.
    """
    blur = _WITHIN * math.sqrt(1.0 / max(clarity, 1e-6) - 1.0) * chance.of("blur").normals(*own_way.shape)
    turn = np.linalg.qr(chance.of("turn").normals(DIMENSIONS, DIMENSIONS))[0]
    return ((centre + own_way + blur) @ turn / math.sqrt(DIMENSIONS)).astype(np.float32)


def _people(
    settings: BazaarSettings,
    shoppers: int,
    items: int,
    categories: int,
    merchants: int,
    log_reference: float,
    chance: Chance,
) -> tuple[People, Array]:
    """The shoppers, and how active each is."""
    luck = chance.of("people")
    words = math.ceil(merchants / 32)
    everything = shoppers * items <= REMEMBER_ALL
    people = People(
        np.zeros((shoppers, _LINE * math.ceil((FOLLOWS + words) / _LINE)), np.float32),
        np.empty((shoppers, categories), np.float32),
        np.zeros((shoppers, items), np.uint8) if everything else np.zeros((shoppers, SETS, WAYS), np.uint32),
    )
    activity = np.empty(shoppers, np.float32)
    _settle_in(
        luck.of("taste").key,
        luck.of("wealth").key,
        luck.of("activity").key,
        luck.of("thrift").key,
        chance.of("need").key,
        chance.of("follows").key,
        merchants,
        settings.activity_spread,
        settings.price_sensitivity,
        settings.wallet_days,
        log_reference,
        people,
        people.row.view(np.int32),
        activity,
    )
    return people, activity


@compiled
def _settle_in(
    taste: np.uint64,
    wealth: np.uint64,
    active: np.uint64,
    thrift: np.uint64,
    need: np.uint64,
    follows: np.uint64,
    merchants: int,
    spread: float,
    sensitivity: float,
    wallet_days: float,
    log_reference: float,
    people: People,
    bits: Array,
    activity: Array,
) -> None:
    categories = people.need.shape[1]
    for person in range(activity.shape[0]):
        for axis in range(DIMENSIONS):
            people.row[person, TASTE + axis] = normal(taste, person * DIMENSIONS + axis)
        rich = normal(wealth, person)
        activity[person] = math.exp(spread * normal(active, person) - 0.5 * spread * spread)
        people.row[person, SENSITIVITY] = sensitivity * math.exp(0.4 * normal(thrift, person) - 0.3 * rich)
        people.row[person, WALLET] = wallet_days * math.exp(log_reference + 0.6 * rich + 0.4)
        people.row[person, LOYALTY] = 1.0
        people.row[person, CAME] = -1.0
        people.row[person, ERRAND] = -1.0
        for kind in range(categories):
            people.need[person, kind] = 0.3 + 0.7 * uniform(need, person * categories + kind)
        for seller in range(merchants):
            if uniform(follows, person * merchants + seller) < 0.03:
                bits[person, FOLLOWS + (seller >> 5)] |= np.int32(1) << np.int32(seller & 31)


@compiled
def balance(weight: Array, alias: Array, share: Array) -> float:
    """Prepare draws in proportion to weights at one look each; returns the sum of the weights.

    Source: Walker (1977), ACM Transactions on Mathematical Software 3(3); set up as in Vose (1991).
    """
    count = weight.shape[0]
    total = 0.0
    for place in range(count):
        total += weight[place]
    waiting = np.empty(count, np.int32)  # the small from the left, the large from the right
    small, large = 0, count
    for place in range(count):
        share[place] = weight[place] * count / total
        alias[place] = place
        if share[place] < 1.0:
            waiting[small] = place
            small += 1
        else:
            large -= 1
            waiting[large] = place
    while small > 0 and large < count:
        small -= 1
        one, other = waiting[small], waiting[large]
        alias[one] = other
        share[other] -= np.float32(1.0) - share[one]
        if share[other] < 1.0:
            waiting[small] = other
            small += 1
            large += 1
    for place in range(small):
        share[waiting[place]] = 1.0
    for place in range(large, count):
        share[waiting[place]] = 1.0
    return total
