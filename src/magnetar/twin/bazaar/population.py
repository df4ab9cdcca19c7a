"""Who lives in the bazaar: shoppers with latent tastes, goods with latent appeal. All of it is hidden truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from magnetar.capabilities.understanding import NOBODY, Shelf
from magnetar.kernel.chance import Chance
from magnetar.kernel.compiled import Array
from magnetar.twin.bazaar.settings import BazaarSettings
from magnetar.vocabulary.catalogue import Product

DIMENSIONS = 6
ALL_SCENES, WATCHED_SCENES = 0b1111, 0b0011


class Truth(NamedTuple):
    """What nobody on the platform may read."""

    taste: Array
    """(shoppers, DIMENSIONS)."""
    activity: Array
    """(shoppers,), mean sessions a day, relative."""
    sensitivity: Array
    """(shoppers,), loss of order utility per unit of log-price."""
    wallet: Array
    """(shoppers,), currency units that a shopper spends before growing cautious."""
    vector: Array
    """(items, DIMENSIONS)."""
    appeal: Array
    """(items,), click utility of the creative."""
    quality: Array
    """(items,), order utility of the product."""
    log_price: Array
    """(items,), log of price over the category's reference; 0 for content."""
    returns: Array
    """(items,), probability that an order comes back."""
    leaning: Array
    """(shoppers, categories), how much each category attracts: what searches follow."""


def draw(products: Sequence[Product], settings: BazaarSettings, shoppers: int, chance: Chance) -> tuple[Shelf, Truth]:
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
    shelf = Shelf.of(
        ids=names,
        merchants=merchants,
        merchant=merchant,
        categories=categories,
        category=category,
        price=price,
        scenes=scenes,
    )

    centre = chance.of("centre").normals(count, DIMENSIONS)
    vector = (centre[category] + 0.55 * chance.of("vector").normals(items, DIMENSIONS)) / np.sqrt(DIMENSIONS)
    shared = chance.of("shared").normals(items)
    appeal = settings.appeal * (0.7 * shared + 0.7 * chance.of("appeal").normals(items))
    quality = settings.quality * (0.6 * shared + 0.8 * chance.of("quality").normals(items))
    log_price = np.where(price > 0, np.log(np.maximum(price, 0.01) / reference[category]), 0.0)
    people = chance.of("people")
    taste = people.of("taste").normals(shoppers, DIMENSIONS)
    wealth = people.of("wealth").normals(shoppers)
    truth = Truth(
        taste=taste,
        activity=np.exp(
            settings.activity_spread * people.of("activity").normals(shoppers) - 0.5 * settings.activity_spread**2
        ),
        sensitivity=settings.price_sensitivity * np.exp(0.4 * people.of("thrift").normals(shoppers) - 0.3 * wealth),
        wallet=settings.wallet_days * np.exp(np.log(reference).mean() + 0.6 * wealth + 0.4),
        vector=vector,
        appeal=appeal,
        quality=quality,
        log_price=log_price,
        returns=np.clip(
            settings.return_rate * np.exp(0.5 * chance.of("returns").normals(items) - 0.4 * quality), 0.0, 0.6
        ),
        leaning=taste @ centre.T / np.sqrt(DIMENSIONS),
    )
    return shelf, truth
