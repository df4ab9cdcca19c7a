"""Price feel: where a price stands among comparable goods, by the unit where the quantity is known, and how sure that is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from magnetar.capabilities.understanding.claims import Kind, Statement
from magnetar.capabilities.understanding.measures import find_measures
from magnetar.kernel.chance import Floats
from magnetar.vocabulary.catalogue import Product

FEWEST = 5
"""Peers below which nothing is said of a price."""
ENOUGH = 8
"""Peers that a category needs to be taken as it is; with fewer, the category above it is."""
LOWER, UPPER = 1 / 3, 2 / 3
SHARED = 0.6
"""Share of the peers whose quantity must be known for prices to be compared by the unit."""
NET = ("净含量", "净重", "net_weight", "net weight", "net_content", "net content", "unit_pricing_measure")
"""Attributes that state how much is sold."""
_UNITS = (("g", Kind.WEIGHT, 100.0, "100 g"), ("ml", Kind.CAPACITY, 100.0, "100 ml"), ("pcs", Kind.QUANTITY, 1.0, "件 · piece"))  # fmt: skip


class Feel(StrEnum):
    """Three bands of a percentile."""

    AFFORDABLE = "affordable"
    MIDDLE = "middle"
    HIGH_END = "high_end"


WORDS = {
    Feel.AFFORDABLE: ("亲民", "affordable"),
    Feel.MIDDLE: ("适中", "mid-range"),
    Feel.HIGH_END: ("高端", "high-end"),
}


@dataclass(frozen=True, slots=True)
class PriceFeel:
    """Where a price stands among its peers."""

    feel: Feel
    percentile: float
    """Share of the peers that cost less, ties half, in [0, 1]."""
    low: float
    high: float
    """80 % interval of that share, were the peers a sample of all such goods (Wilson)."""
    peers: int
    group: str
    """Category path of the peers, '' for the whole catalogue."""
    unit: str
    """'' where whole prices are compared."""
    price: float
    """In the unit, currency units."""
    prices: tuple[float, ...]
    """The peers' prices in the unit, cheapest first."""
    currency: str

    def statement(self) -> Statement:
        """The evidence in words: how many peers it is cheaper than."""
        cheaper = 1.0 - self.percentile
        by, by_en = (f" (按每 {self.unit.split(' · ')[0]} 计)", f" (per {self.unit.split(' · ')[-1]})") if self.unit else ("", "")  # fmt: skip
        where, where_en = self.group or "全部商品", self.group or "the whole catalogue"
        return Statement(
            f"比 {where} 里 {self.peers} 个同类的 {cheaper:.0%} 更便宜{by}",
            f"cheaper than {cheaper:.0%} of {self.peers} peers in {where_en}{by_en}",
            self.peers,
            {"percentile": self.percentile, "low": self.low, "high": self.high, "peers": self.peers, "unit": self.unit},
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "feel": self.feel.value, "percentile": self.percentile, "low": self.low, "high": self.high,
            "peers": self.peers, "group": self.group, "unit": self.unit, "price": self.price, "currency": self.currency,
        }  # fmt: skip


def band(percentile: float) -> Feel:
    """Thirds."""
    return Feel.AFFORDABLE if percentile < LOWER else Feel.MIDDLE if percentile <= UPPER else Feel.HIGH_END


def percentile_of(price: float, others: Floats) -> float:
    """Share of the others that cost less, ties count half; nan without others.

    >>> percentile_of(5.0, np.array([1.0, 5.0, 9.0, 9.0]))
    0.375
    """
    if not len(others):
        return math.nan
    return float((np.sum(others < price) + 0.5 * np.sum(others == price)) / len(others))


def wilson(share: float, n: int, z: float = 1.2816) -> tuple[float, float]:
    """Interval of a share seen in n cases; z 1.28 gives 80 %. Source: Wilson (1927), JASA 22."""
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def amount(product: Product) -> dict[str, float]:
    """How much of it is sold at its price, by base unit: the pieces, and the net content where the record states one.

    A weight or a volume elsewhere (a table of 5 kg, a mug of 350 ml) is a property and no amount.
    """
    found: dict[str, float] = {}
    net = [value for key, value in product.attributes.items() if key.strip().lower() in NET]
    for unit, kind, _, _ in _UNITS:
        texts = (
            net if kind is not Kind.QUANTITY else [product.title, product.attributes.get("数量", ""), product.title_en]
        )
        measures = (one for text in texts for one in find_measures(text))
        value = next((one.value for one in measures if one.kind is kind and one.unit == unit), None)
        if value is not None:
            found[unit] = value
    return found


def peers_of(product: Product, catalogue: Sequence[Product]) -> tuple[str, list[Product]]:
    """The narrowest category path with `ENOUGH` other products of the same currency, and those products."""
    same = [one for one in catalogue if one.id != product.id and one.price.currency == product.price.currency]
    steps = product.category.split(" > ") if product.category else []
    for depth in range(len(steps), 0, -1):
        path = " > ".join(steps[:depth])
        found = [one for one in same if one.category == path or one.category.startswith(path + " > ")]
        if len(found) >= ENOUGH:
            return path, found
    return "", same


def price_feel(product: Product, catalogue: Sequence[Product]) -> PriceFeel | None:
    """Where a product's price stands; None where fewer than `FEWEST` peers or no price are known."""
    group, peers = peers_of(product, catalogue)
    if len(peers) < FEWEST or product.price.micros <= 0:
        return None
    mine, theirs = amount(product), [amount(one) for one in peers]
    known = Counter(unit for one in theirs for unit in one)
    name = ""
    price = float(product.price.amount)
    prices = [float(one.price.amount) for one in peers]
    for unit, _, per, words in _UNITS:
        if unit in mine and known[unit] >= max(FEWEST, SHARED * len(peers)) and group:
            name = words
            price = float(product.price.amount) / mine[unit] * per
            prices = [
                float(one.price.amount) / has[unit] * per for one, has in zip(peers, theirs, strict=True) if unit in has
            ]
            break
    others = np.sort(np.array(prices))
    share = percentile_of(price, others)
    low, high = wilson(share, len(others))
    return PriceFeel(
        band(share), share, low, high, len(others), group, name, price, tuple(others.tolist()),
        product.price.currency,
    )  # fmt: skip
