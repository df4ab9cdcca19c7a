"""Who lives in the arcade and what is sold there. All of it is hidden truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from magnetar.capabilities.understanding import NOBODY, Shelf
from magnetar.kernel.chance import Chance
from magnetar.kernel.compiled import Array
from magnetar.twin.arcade.character import Character
from magnetar.vocabulary.catalogue import Product

CLASSES = 5
SELLERS, GOODS_EACH, CONTENTS = 26, 12, 110
EVERYWHERE, WATCHED = 0b1111, 0b0011


class Folk(NamedTuple):
    """What nobody on the platform may read."""

    kind: Array
    """(shoppers,), latent class."""
    visits: Array
    """(shoppers,), mean visits on a day when engaged, relative."""
    rhythm: Array
    """(classes, 48), share of a day's visits in each half-hour."""
    liking: Array
    """(shoppers, categories), utility of a category."""
    means: Array
    """(shoppers,), factor on the reference price that a shopper has in mind."""
    allowance: Array
    """(shoppers,), currency units to spend in a week."""
    bulk: Array
    """(shoppers,), chance of taking one more piece."""
    shy: Array
    """(shoppers,), dislike of ads."""
    appeal: Array
    """(items,), utility of the creative."""
    worth: Array
    """(items,), log-hazard of the product."""
    price: Array
    """(items,), price over the category's reference; 0 for content."""
    comes_back: Array
    """(items,), chance that an order is returned."""


def lay_out(products: Sequence[Product], chance: Chance) -> tuple[Shelf, Array]:
    """The shelf of a town, and each item's price over its category's reference.

    Sellers keep to two categories each and to a price level of their own.
    """
    categories = sorted({product.top_category or "其他" for product in products})
    count, own = len(categories), len(products)
    row = {name: place for place, name in enumerate(categories)}
    own_category = np.array([row[product.top_category or "其他"] for product in products], np.int64)
    own_price = np.array([product.price.amount for product in products])
    reference = np.array([float(np.median(own_price[own_category == place])) for place in range(count)])

    goods = SELLERS * GOODS_EACH
    pair = chance.of("home").integers(count, SELLERS, 2)
    second = chance.of("which").uniforms(SELLERS, GOODS_EACH) < 0.35
    theirs = np.where(second, pair[:, 1:], pair[:, :1]).ravel()
    level = np.exp(0.3 * chance.of("level").normals(SELLERS)).repeat(GOODS_EACH)
    triangle = chance.of("low").uniforms(goods) + chance.of("high").uniforms(goods)  # 0.6 … 1.6, mode 1.1
    price = np.round(np.maximum(reference[theirs] * level * (0.6 + 0.5 * triangle), 1.5), 1)
    seen = chance.of("content").integers(count, CONTENTS)
    shelf = Shelf.of(
        ids=[product.id for product in products]
        + [f"~stall-{place // GOODS_EACH + 1}-{place % GOODS_EACH + 1}" for place in range(goods)]
        + [f"~show-{place + 1}" for place in range(CONTENTS)],
        merchants=[products[0].merchant if products else "own"] + [f"~stall-{place + 1}" for place in range(SELLERS)],
        merchant=np.concatenate(
            [np.zeros(own, np.int64), 1 + np.arange(SELLERS).repeat(GOODS_EACH), np.full(CONTENTS, NOBODY)]
        ),
        categories=categories,
        category=np.concatenate([own_category, theirs, seen]),
        price=np.concatenate([own_price, price, np.zeros(CONTENTS)]).astype(np.float64),
        scenes=np.concatenate([np.full(own + goods, EVERYWHERE), np.full(CONTENTS, WATCHED)]).astype(np.uint8),
    )
    ratio = np.where(shelf.arrays.price > 0.0, shelf.arrays.price / reference[shelf.arrays.category], 0.0)
    return shelf, ratio


def settle(shelf: Shelf, ratio: Array, character: Character, shoppers: int, chance: Chance) -> Folk:
    """Draw the shoppers and the hidden side of the goods."""
    people, goods = chance.of("people"), chance.of("goods")
    kind = np.searchsorted(
        np.cumsum([0.34, 0.24, 0.18, 0.14, 0.10])[:-1], people.of("kind").uniforms(shoppers), side="right"
    )
    categories, items = len(shelf.categories), len(shelf)
    # a class likes few things much (exponential, not normal), a person shares them and has whims of its own
    shared = chance.of("class liking").uniforms(CLASSES, categories)
    shared = -np.log(1.0 - shared) - 1.0
    whim = people.of("whim").uniforms(shoppers, categories) - 0.5
    whim = -0.5 * np.sign(whim) * np.log(np.maximum(1.0 - 2.0 * np.abs(whim), 1e-9))  # Laplace
    # Lomax: (1 − u)^(−1/tail) − 1, cut at sixty times the mean so that nobody is a crowd
    activity = (1.0 - people.of("visits").uniforms(shoppers)) ** (-1.0 / character.tail) - 1.0
    activity = np.minimum(0.05 + activity, 60.0 * float(activity.mean()) if shoppers else 0.0)
    hour = np.arange(48) / 2.0
    peak = 6.0 + 17.0 * chance.of("peak").uniforms(CLASSES, 2)
    width = 1.2 + 2.5 * chance.of("width").uniforms(CLASSES, 2)
    away = np.abs(hour - peak[:, :, None])
    away = np.minimum(away, 24.0 - away)
    rhythm = 0.08 + np.exp(-0.5 * (away / width[:, :, None]) ** 2).sum(axis=1)
    spread = np.array([0.7, 0.9, 1.0, 1.15, 1.5])[kind]
    means = spread * np.exp(0.2 * people.of("means").normals(shoppers))
    price = shelf.arrays.price[shelf.arrays.price > 0]
    middle = float(np.median(price)) if len(price) else 1.0
    return Folk(
        kind=kind,
        visits=activity,
        rhythm=rhythm / rhythm.sum(axis=1, keepdims=True),
        liking=shared[kind] + whim,
        means=means,
        allowance=middle * (3.0 + 9.0 * people.of("allowance").uniforms(shoppers)) * means,
        bulk=np.where(kind == 3, 0.45, 0.08),
        shy=character.aversion * 2.0 * people.of("shy").uniforms(shoppers),
        appeal=character.appeal * goods.of("appeal").normals(items),
        worth=character.worth * goods.of("worth").normals(items),
        price=ratio,
        comes_back=np.clip(character.returns * 2.0 * goods.of("returns").uniforms(items), 0.0, 0.5),
    )
