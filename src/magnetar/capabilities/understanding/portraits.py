"""Shopper understanding: a portrait from what a shopper did, as probabilities with the deeds that speak for them.

A portrait needs consent and forgets on demand (`portrait_book`). Nothing sensitive is thought: deeds with goods of the
subjects in `sensitive` are not even looked at. Old deeds fade with a half-life.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from scipy.special import betaincinv

from magnetar.capabilities.understanding.cards import ProductCard
from magnetar.capabilities.understanding.identities import BARGAIN, IDENTITIES, Identity
from magnetar.capabilities.understanding.price_standing import LOWER, UPPER, peers_of, percentile_of
from magnetar.capabilities.understanding.sensitive import sensitive_kind
from magnetar.kernel.chance import Floats
from magnetar.kernel.clock import DAY
from magnetar.vocabulary.catalogue import Product

BANDS = 3
"""Thirds of the price percentile within a category: affordable, mid-range, high-end."""
SHOWN = 12
"""Deeds that stand as evidence of one statement at most; the strongest ones."""


class Deed(StrEnum):
    """What a shopper did with a product."""

    VIEW = "view"
    CLICK = "click"
    FAVOURITE = "favourite"
    ORDER = "order"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Event:
    """A deed: when, what, with which product, at what price where it is known."""

    at: int
    """Microseconds since 1970."""
    deed: Deed
    product: str
    price: float | None = None

    def __post_init__(self) -> None:
        if self.price is not None and not (math.isfinite(self.price) and self.price >= 0):
            raise ValueError(f"a price is finite and not negative, found {self.price}")


@dataclass(frozen=True, slots=True)
class Goods:
    """What portraits know of a product."""

    category: str
    percentile: float
    """Of its price within its category, in [0, 1]; nan where it cannot be told."""
    cues: frozenset[str]
    """English values of its card."""
    marked_down: bool = False
    sensitive: str = ""


@dataclass(frozen=True, slots=True)
class Taste:
    """How portraits are drawn; found on validation data (`magnetar bench portraits --tuning`)."""

    half_life_days: float = 180.0
    band_strength: float = 8.0
    """Deeds' worth of trust in the price bands of everybody."""
    tempering: float = 0.7
    """Share of the evidence of a deed that counts, as deeds of one person are not independent."""
    recent_days: float = 45.0
    weights: Mapping[Deed, float] = field(
        default_factory=lambda: {
            Deed.ORDER: 1.0,
            Deed.FAVOURITE: 0.6,
            Deed.CLICK: 0.4,
            Deed.VIEW: 0.1,
            Deed.RETURN: 0.0,
        }
    )


@dataclass(frozen=True, slots=True)
class Belief:
    """A hypothesis with its probability and the deeds behind it."""

    name: str
    zh: str
    en: str
    probability: float
    deeds: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is thought of a shopper."""

    shopper: str
    at: int
    events: int
    """Deeds that were looked at."""
    left_out: int
    """Deeds with goods of a sensitive subject, or unknown goods."""
    identities: tuple[Belief, ...]
    """Most probable first; only those that some deed speaks for."""
    price: tuple[float, float, float]
    """Mean percentile of chosen prices within their categories, and its 80 % interval."""
    bands: tuple[float, float, float]
    """Probability that the next purchase is affordable, mid-range, high-end."""
    price_deeds: tuple[Event, ...]
    tastes: tuple[tuple[str, float, tuple[Event, ...]], ...]
    """Categories by their share of the faded deeds, with those deeds."""
    novelty: tuple[float, float, float]
    """Share of choices that led into a category new to the shopper, with its 80 % interval."""

    def as_json(self) -> dict[str, Any]:
        """The portrait for programs."""

        def deeds(some: Sequence[Event]) -> list[dict[str, Any]]:
            return [{"at": one.at, "deed": one.deed.value, "product": one.product, "price": one.price} for one in some]

        return {
            "shopper": self.shopper, "at": self.at, "events": self.events, "left_out": self.left_out,
            "identities": [
                {"name": one.name, "zh": one.zh, "en": one.en, "probability": one.probability, "evidence": deeds(one.deeds)}
                for one in self.identities
            ],
            "price": {"percentile": self.price[0], "low": self.price[1], "high": self.price[2],
                      "bands": {"affordable": self.bands[0], "middle": self.bands[1], "high_end": self.bands[2]},
                      "evidence": deeds(self.price_deeds)},
            "tastes": [{"category": name, "share": share, "evidence": deeds(some)} for name, share, some in self.tastes],
            "novelty": {"share": self.novelty[0], "low": self.novelty[1], "high": self.novelty[2]},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Population:
    """What is usual: how often each hypothesis' words stand on goods, and how everybody's prices fall into bands."""

    goods: Mapping[str, Goods]
    rates: Mapping[str, float]
    """By identity: share of the goods (or of all deeds) that carry one of its words."""
    bands: tuple[float, float, float] = (1 / 3, 1 / 3, 1 / 3)
    """Of what is bought; of goods where no purchase is known."""
    click_worth: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Share of the orders over share of the clicks, by band: dear things are looked at more than they are bought."""

    @classmethod
    def of(cls, goods: Mapping[str, Goods], events: Sequence[Event] = ()) -> Population:
        """From goods alone, or as shoppers really chose among them."""
        chosen = [goods[one.product] for one in events if one.product in goods] or list(goods.values())
        count = len(chosen)
        rates = {
            one.name: (sum(1 for each in chosen if _speaks(one, each)) + 0.5) / (count + 5.0) for one in (*IDENTITIES, BARGAIN)
        }  # fmt: skip
        bought = [goods[one.product] for one in events if one.product in goods and one.deed is Deed.ORDER]
        looked = [goods[one.product] for one in events if one.product in goods and one.deed in (Deed.CLICK, Deed.VIEW)]
        falls = _shares(bought or chosen)
        worth = click_worth(falls, _shares(looked)) if bought and looked else np.ones(BANDS)
        return cls(
            goods, rates, (float(falls[0]), float(falls[1]), float(falls[2])),
            (float(worth[0]), float(worth[1]), float(worth[2])),
        )  # fmt: skip


def _shares(chosen: Sequence[Goods]) -> Floats:
    """(BANDS,), one case each before anything is seen."""
    falls = np.ones(BANDS)
    for one in chosen:
        if math.isfinite(one.percentile):
            falls[band_of(one.percentile)] += 1.0
    return falls / falls.sum()


def click_worth(bought: Floats, looked: Floats) -> Floats:
    """(BANDS,), how many times more a band is bought than looked at, for shares that are not 0."""
    return bought / looked


def goods_of(products: Sequence[Product], cards: Mapping[str, ProductCard]) -> dict[str, Goods]:
    """What portraits know of a catalogue, from its records and cards."""
    found: dict[str, Goods] = {}
    prices: dict[str, Floats] = {}
    for one in products:
        group, peers = peers_of(one, products)
        if group not in prices:
            prices[group] = np.array([float(other.price.amount) for other in [*peers, one]])
        card = cards.get(str(one.id))
        cues = (
            frozenset(claim.value_en for claim in card.claims if claim.confidence >= 0.5) if card else frozenset[str]()
        )
        about = f"{one.title} {one.title_en} {one.category}"
        found[str(one.id)] = Goods(
            one.category, percentile_of(float(one.price.amount), prices[group]), cues,
            one.list_price is not None and one.list_price.micros > one.price.micros, sensitive_kind(about),
        )  # fmt: skip
    return found


def band_of(percentile: float) -> int:
    """0, 1 or 2: thirds."""
    return 0 if percentile < LOWER else 1 if percentile <= UPPER else 2


def draw_portrait(
    shopper: str, events: Sequence[Event], population: Population, now: int, taste: Taste | None = None
) -> Portrait:
    """A shopper's portrait at a moment; what lies after it is not looked at.

    Each hypothesis starts from its prior odds; every product that carries one of its words multiplies the odds, every
    other divides them a little, as in naive Bayes, faded by time, tempered, each product once. A return takes the order back.

    Args:
        events: in any order; an empty history gives the priors of everybody and no hypothesis.
    """
    taste = taste or Taste()
    past = sorted((one for one in events if one.at <= now), key=lambda one: (one.at, one.product, one.deed.value))
    known = [one for one in past if (goods := population.goods.get(one.product)) and not goods.sensitive]
    kept = _net_of_returns(known)
    weights = np.array([taste.weights[one.deed] * 0.5 ** ((now - one.at) / DAY / taste.half_life_days) for one in kept])
    goods = [population.goods[one.product] for one in kept]
    beliefs = _beliefs(kept, weights, goods, population, now, taste)
    price, bands, price_deeds = _prices(kept, weights, goods, population, taste)
    return Portrait(
        shopper, now, len(kept), len(past) - len(known), beliefs, price, bands, price_deeds, _tastes(kept, weights, goods),
        _novelty(kept, goods),
    )  # fmt: skip


def _net_of_returns(events: Sequence[Event]) -> list[Event]:
    """The deeds without returns and without the orders that came back."""
    kept: list[Event] = []
    for one in events:
        if one.deed is not Deed.RETURN:
            kept.append(one)
            continue
        for place in range(len(kept) - 1, -1, -1):
            if kept[place].product == one.product and kept[place].deed is Deed.ORDER:
                del kept[place]
                break
    return kept


def _speaks(identity: Identity, goods: Goods) -> bool:
    if identity.name == BARGAIN.name:
        return goods.marked_down or (math.isfinite(goods.percentile) and goods.percentile < LOWER)
    return bool(identity.cues & goods.cues)


def _beliefs(
    events: Sequence[Event], weights: Floats, goods: Sequence[Goods], population: Population, now: int, taste: Taste
) -> tuple[Belief, ...]:
    found: list[Belief] = []
    for identity in (*IDENTITIES, BARGAIN):
        usual = min(max(population.rates.get(identity.name, 0.02), 1e-3), 0.5)
        expected = min(0.9, max(0.4, 4.0 * usual))  # how often such a shopper's choices carry the words
        best: dict[str, tuple[float, Event]] = {}
        against: dict[str, float] = {}
        for event, weight, one in zip(events, weights.tolist(), goods, strict=True):
            if _speaks(identity, one):
                if weight > best.get(event.product, (0.0, event))[0]:
                    best[event.product] = weight, event
            else:
                against[event.product] = max(against.get(event.product, 0.0), weight)
        if not best:
            continue
        for_it, not_it = math.log(expected / usual), math.log((1.0 - expected) / (1.0 - usual))
        odds = math.log(identity.prior / (1.0 - identity.prior))
        odds += taste.tempering * (for_it * sum(w for w, _ in best.values()) + not_it * sum(against.values()))
        strongest = sorted(best.values(), key=lambda pair: (-pair[0], -pair[1].at))
        since = min(event.at for _, event in strongest)
        recent = bool(identity.starter_zh) and now - since <= taste.recent_days * DAY
        probability = 1.0 / (1.0 + math.exp(-min(max(odds, -30.0), 30.0)))
        found.append(
            Belief(
                identity.name, identity.starter_zh if recent else identity.zh,
                identity.starter_en if recent else identity.en, probability, tuple(one for _, one in strongest[:SHOWN]),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-one.probability, one.name)))


def _prices(
    events: Sequence[Event], weights: Floats, goods: Sequence[Goods], population: Population, taste: Taste
) -> tuple[tuple[float, float, float], tuple[float, float, float], tuple[Event, ...]]:
    places = [place for place, one in enumerate(goods) if math.isfinite(one.percentile) and weights[place] > 0]
    chosen = np.array([goods[place].percentile for place in places])
    heavy = weights[places] if places else np.zeros(0)
    high = 1.0 + float((heavy * chosen).sum())
    low = 1.0 + float((heavy * (1.0 - chosen)).sum())
    interval = betaincinv(high, low, np.array([0.1, 0.9]))
    worth = np.array(population.click_worth)
    looked = np.array([events[place].deed in (Deed.CLICK, Deed.VIEW) for place in places], bool)
    bands_chosen = np.array([band_of(one) for one in chosen.tolist()], np.int64)
    counts = band_counts(chosen, np.where(looked, heavy * worth[bands_chosen], heavy) if places else heavy)
    bands = band_odds(counts, np.array(population.bands), taste.band_strength)
    strongest = sorted(places, key=lambda place: -weights[place])[:SHOWN]
    return (
        (high / (high + low), float(interval[0]), float(interval[1])),
        (float(bands[0]), float(bands[1]), float(bands[2])),
        tuple(events[place] for place in strongest),
    )


def band_counts(percentiles: Floats, weights: Floats) -> Floats:
    """(BANDS,), faded choices by price band."""
    bands = np.where(percentiles < LOWER, 0, np.where(percentiles <= UPPER, 1, 2)).astype(np.int64)
    return np.bincount(bands, weights, BANDS).astype(np.float64)


def band_odds(counts: Floats, usual: Floats, strength: float) -> Floats:
    """(…, BANDS), probability of the next purchase's band: Dirichlet–multinomial around what is usual.

    >>> band_odds(np.array([3.0, 0.0, 1.0]), np.array([0.5, 0.25, 0.25]), 4.0)
    array([0.625, 0.125, 0.25 ])
    """
    held = counts + strength * usual
    return held / held.sum(axis=-1, keepdims=True)


def _tastes(
    events: Sequence[Event], weights: Floats, goods: Sequence[Goods]
) -> tuple[tuple[str, float, tuple[Event, ...]], ...]:
    by: dict[str, list[tuple[float, Event]]] = defaultdict(list)
    for event, weight, one in zip(events, weights.tolist(), goods, strict=True):
        if one.category and weight > 0:
            by[one.category].append((weight, event))
    total = sum(weight for some in by.values() for weight, _ in some)
    found = [
        (name, sum(weight for weight, _ in some) / total, tuple(one for _, one in sorted(some, key=lambda pair: -pair[0])[:SHOWN]))
        for name, some in by.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-one[1], one[0]))[:8])


def _novelty(events: Sequence[Event], goods: Sequence[Goods]) -> tuple[float, float, float]:
    """Beta(1, 3) before anything is seen; the first choice of all tells nothing."""
    seen: set[str] = set()
    new, old = 1.0, 3.0
    for event, one in zip(events, goods, strict=True):
        if event.deed is Deed.VIEW or not one.category:
            continue
        if seen:
            new, old = new + (one.category not in seen), old + (one.category in seen)
        seen.add(one.category)
    interval = betaincinv(new, old, np.array([0.1, 0.9]))
    return new / (new + old), float(interval[0]), float(interval[1])
