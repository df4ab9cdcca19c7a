"""The live shelf: the products of all merchants, each in a row that it keeps for good.

Events, tokens and audiences name rows and categories by number, so numbers are given once, kept in
the store, and outlive restarts and new imports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import column, select, table

from magnetar.capabilities.understanding import Shelf, TextVectors
from magnetar.kernel.database import Database
from magnetar.kernel.store import Store
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import OPERATOR

MOST_CATEGORIES = 63
"""An audience is a mask of 63 bits, one for each category; what comes later shares the last."""
ALL_SCENES = 0b1111
DIMENSIONS = 16
"""Of the vectors that say what a product is."""


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the shelf."""

    merchant: str
    product: str
    id: str
    """Its name on the shelf: the product's id, with the merchant before it where another merchant uses the same."""


@dataclass(frozen=True, slots=True)
class Category:
    """A numbered category."""

    name: str


class Stock:
    """Numbers items and categories, and lays them out as a shelf."""

    def __init__(self, store: Store, currency: str) -> None:
        self._currency = currency
        self._items = store.collection("live_items", Item)
        self._kept_categories = store.collection("live_categories", Category)
        self.items: list[Item] = [item for _, item in self._items.list(OPERATOR)]
        self.categories: list[str] = [one.name for _, one in self._kept_categories.list(OPERATOR)]
        self._row = {(item.merchant, item.product): row for row, item in enumerate(self.items)}
        self._ids = {item.id for item in self.items}
        self.products: list[Product | None] = []
        """Of each row; None where the product is gone."""
        self.other_currency = 0
        """Products that are kept and not on the shelf, because their price is in another currency."""

    def row_of(self, merchant: str, product: str) -> int | None:
        """The row of a merchant's product."""
        return self._row.get((merchant, product))

    def shelf(self, merchants: Iterable[str], products_of: Callable[[str], Iterable[Product]]) -> Shelf:
        """Everything that the merchants sell, new products in new rows; what is out of stock is not listed."""
        known = {name: row for row, name in enumerate(self.categories)}
        fresh: list[Item] = []
        found: dict[int, Product] = {}
        names = list(dict.fromkeys([*(item.merchant for item in self.items), *merchants]))
        self.other_currency = 0
        for merchant in names:
            for product in products_of(merchant):
                if product.price.currency != self._currency:
                    self.other_currency += 1
                    continue
                row = self._row.get((merchant, product.id))
                if row is None:
                    id = product.id if product.id not in self._ids else f"{merchant}/{product.id}"
                    row = len(self.items)
                    item = Item(merchant, product.id, id)
                    self.items.append(item)
                    fresh.append(item)
                    self._ids.add(id)
                    self._row[merchant, product.id] = row
                found[row] = product
                if product.top_category not in known and len(known) < MOST_CATEGORIES:
                    known[product.top_category] = len(known)
        first = len(self.items) - len(fresh)
        self._items.put(OPERATOR, [(f"{first + place:09d}", item) for place, item in enumerate(fresh)])
        added = list(known)[len(self.categories) :]
        start = len(self.categories)
        self._kept_categories.put(
            OPERATOR, [(f"{start + place:09d}", Category(name)) for place, name in enumerate(added)]
        )
        self.categories += added
        self.products = [found.get(row) for row in range(len(self.items))]
        number = {name: row for row, name in enumerate(names)}
        shelf = Shelf.of(
            ids=[item.id for item in self.items],
            merchants=names,
            merchant=np.array([number[item.merchant] for item in self.items], np.int64),
            categories=self.categories,
            category=np.array(
                [known.get(one.top_category, MOST_CATEGORIES - 1) if one else 0 for one in self.products], np.int64
            ),
            price=np.array([one.price.amount if one else 0.0 for one in self.products]),
            scenes=np.full(len(self.items), ALL_SCENES, np.uint8),
            vectors=_described(self.products),
        )
        shelf.arrays.listed[:] = [one is not None and one.available and one.stock != 0 for one in self.products]
        return shelf


def _described(products: Sequence[Product | None]) -> NDArray[np.float32]:
    """(items, dimensions), from each product's words; zeros where the product is gone."""
    texts = ["" if one is None else " ".join((one.title, one.title_en, one.category, one.brand)) for one in products]
    return TextVectors.fit(texts, DIMENSIONS, seed=1, least=2).encode(texts)


def owners_of_products(store: Store) -> list[str]:
    """Every merchant whose products the store keeps, where it can say so."""
    if not isinstance(store, Database):
        return []
    records = table("records", column("collection"), column("owner"))
    wanted = select(records.c.owner).where(records.c.collection == "products").distinct().order_by(records.c.owner)
    with store.reading() as connection:
        return [owner for (owner,) in connection.execute(wanted)]
