"""Several creatives of each product, with what they truly do to people: hidden, as all truth.

A creative moves the odds of a click by what its elements are worth to everybody, by what they are worth to people of
this taste and thrift, by a quality of its own, and by how often the same shopper has seen it. A product's other creatives
share some of the wear: a new one resets the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.science import LEVELS, SORTS, indicator, table_of
from magnetar.capabilities.shoppers import POSITIONS, Served
from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.chance import Chance, Floats, fold, uniform
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.bazaar.population import DIMENSIONS, SENSITIVITY, TASTE, People
from magnetar.vocabulary.campaigns import Creative, CreativeState
from magnetar.vocabulary.ids import CreativeId, MerchantId, ProductId

ELEMENT, BY_TASTE, BY_NOBODY, OWN = 0.12, 0.12, 0.09, 0.25
"""Spreads of click utility: a level's for everybody; a level's over shoppers, by taste and by what nothing shows; a
creative's own quality. Set before anything was fitted to them; the twin's analogue of films that differ by a factor of
two in click rate from the best to the worst of a dozen."""
THRIFT = 0.15
"""Utility of a level that says the price early, for each spread that a shopper is thriftier than the mean."""
FRESH = 0.4
"""Share of the spread of creatives' own quality by which a variant is better or worse than its parent beyond the change."""
SHARED = 0.4
"""Share of the wear that all creatives of a product cause together."""
_WEAR_SPREAD = 0.35
_HIDDEN = 4
"""Traits of shoppers that decide how elements move them and that nothing else shows."""
_WIDE = DIMENSIONS + 1 + _HIDDEN
_LOG2 = np.log2(1.0 + np.arange(256.0))
MOST = 1 << 29
"""Shoppers × creatives whose views are remembered, bytes."""


class CreativeTruth(NamedTuple):
    """What never changes of creatives."""

    base: Array
    """(creatives,) float32, click utility for everybody."""
    draw: Array
    """(creatives, _WIDE) float32, utility for each unit of taste, thrift and hidden trait."""
    wear: Array
    """(creatives,) float32, loss of utility for each doubling of the same shopper's views of it alone."""
    together: Array
    """(creatives,) float32, what is given back for views of the product, which wear it as a whole."""
    product: Array
    """(creatives,) int32, which product's creative it is, counted over products that have any."""
    item: Array
    """(creatives,) int32, row of the shelf."""
    elements: Array
    """(levels,), utility of each level for everybody."""
    leaning: Array
    """(levels, _WIDE), utility of each level for each unit of a trait."""


class CreativeWorld:
    """The creatives of one draw of the bazaar, and who has seen them."""

    def __init__(
        self,
        truth: CreativeTruth,
        records: tuple[Creative, ...],
        people: NDArray[np.float32],
        key: np.uint64,
        made: Chance,
    ) -> None:
        self.truth = truth
        self.records = records
        """In the order in which the platform numbers them."""
        self.people = people
        """(shoppers, _WIDE) float32, taste, thrift and hidden traits."""
        self.seen = np.zeros((len(people), len(records)), np.uint8)
        self.products = np.zeros((len(people), int(truth.product.max(initial=-1)) + 1), np.uint8)
        self._night = 0
        self._key = key
        self._made = made
        self._clicked: dict[tuple[int, int], int] = {}
        """Creative of each click by request and item, for the orders that follow."""

    def lift(self, night: int, pages: Served, patience: tuple[float, ...]) -> NDArray[np.float32]:
        """(pages, POSITIONS), what each creative adds to the click utility; views are counted. No rows where the platform
        shows no creatives."""
        for _ in range(night - self._night):
            for memory in (self.seen, self.products):
                memory -= memory >> 2
        self._night = night
        out = np.zeros((len(pages.creative), POSITIONS), np.float32)
        if len(out):
            _lift(
                self._key, np.array(patience), pages.request, pages.shopper, pages.scene, pages.item, pages.creative,
                self.truth, self.people, self.seen, self.products, out,
            )  # fmt: skip
        return out

    def remember(self, request: Array, item: Array, creative: Array) -> None:
        """What was clicked."""
        for one, what, how in zip(request.tolist(), item.tolist(), creative.tolist(), strict=True):
            self._clicked[one, what] = how

    def of(self, request: Array, item: Array) -> NDArray[np.int32]:
        """The creatives of the clicks that orders or returns follow."""
        found = (self._clicked.get(one, -1) for one in zip(request.tolist(), item.tolist(), strict=True))
        return np.fromiter(found, np.int32, len(request))

    def add(self, records: Sequence[Creative]) -> None:
        """What sellers have made since: variants, in the order in which the platform numbers them.

        A variant does what its elements do, and is as good beyond them as the film that it is a variant of, but for
        FRESH of the spread; nobody has seen it yet, and it wears as its parent does.

        Raises:
            ValueError: a creative that is no variant of one that is known.
        """
        where = {str(one.id): row for row, one in enumerate(self.records)}
        for one in records:
            if one.parent not in where:
                raise ValueError(f"creative {one.id!r} is a variant of {one.parent!r}, which is not known")
            old, truth = where[one.parent], self.truth
            made = indicator(table_of([one.elements, self.records[old].elements]))
            apart = made[0] - made[1]
            luck = self._made.of(one.id)
            base = truth.base[old] + apart @ truth.elements + FRESH * OWN * luck.normals(1)[0]
            self.truth = truth._replace(
                base=np.append(truth.base, np.float32(base)),
                draw=np.vstack([truth.draw, (truth.draw[old] + apart @ truth.leaning).astype(np.float32)]),
                **{name: np.append(column, column[old]) for name, column in _inherited(truth).items()},
            )
            where[str(one.id)] = len(self.records)
            self.records = (*self.records, one)
            self.seen = np.concatenate([self.seen, np.zeros((len(self.seen), 1), np.uint8)], axis=1)

    def utility(self, creative: int) -> Floats:
        """(shoppers,), what a creative adds to each shopper's click utility at first sight; for judges."""
        return self.truth.base[creative] + self.people @ self.truth.draw[creative]


def draw_creatives(shelf: Shelf, people: People, count: int, wear: float, chance: Chance) -> CreativeWorld:
    """So many creatives of every product, elements at random, and what they do.

    Raises:
        ValueError: more shoppers × creatives than views can be remembered of.
    """
    items = np.flatnonzero(shelf.arrays.merchant >= 0).repeat(count)
    creatives, shoppers = len(items), len(people.row)
    if shoppers * creatives > MOST:
        raise ValueError(f"shoppers × creatives is at most {MOST:,}, found {shoppers:,} × {creatives:,}")
    luck = chance.of("creatives")
    picks = luck.of("elements").uniforms(creatives, len(SORTS))
    elements = [
        {sort: levels[int(pick * len(levels))] for pick, (sort, levels) in zip(row, SORTS.items(), strict=True)}
        for row in picks
    ]
    made = indicator(table_of(elements))
    level = ELEMENT * luck.of("levels").normals(len(LEVELS))
    leaning = np.zeros((len(LEVELS), _WIDE))
    leaning[:, :DIMENSIONS] = BY_TASTE / np.sqrt(DIMENSIONS) * luck.of("taste").normals(len(LEVELS), DIMENSIONS)
    for place, one in enumerate(LEVELS):
        leaning[place, DIMENSIONS] = (
            THRIFT if one in (("hook", "price"), ("price", "first"), ("band", "price")) else 0.0
        )
    leaning[:, DIMENSIONS + 1 :] = BY_NOBODY / np.sqrt(_HIDDEN) * luck.of("hidden").normals(len(LEVELS), _HIDDEN)
    traits = np.zeros((shoppers, _WIDE), np.float32)
    traits[:, :DIMENSIONS] = people.row[:, TASTE : TASTE + DIMENSIONS]
    thrift = np.log(np.maximum(people.row[:, SENSITIVITY], 1e-6))
    traits[:, DIMENSIONS] = (thrift - thrift.mean()) / max(float(thrift.std()), 1e-6)
    traits[:, DIMENSIONS + 1 :] = luck.of("traits").normals(shoppers, _HIDDEN)
    own = wear * (1.0 - SHARED)
    truth = CreativeTruth(
        (made @ level + OWN * luck.of("own").normals(creatives)).astype(np.float32),
        (made @ leaning).astype(np.float32),
        (own * np.exp(_WEAR_SPREAD * luck.of("wear").normals(creatives))).astype(np.float32),
        np.full(creatives, own, np.float32),
        (np.arange(creatives) // count).astype(np.int32),
        items.astype(np.int32),
        level,
        leaning,
    )
    arrays = shelf.arrays
    records = tuple(
        Creative(
            CreativeId(f"~film-{row:06d}"), ProductId(shelf.ids[item]), "video",
            MerchantId(shelf.merchants[int(arrays.merchant[item])]), category=shelf.categories[int(arrays.category[item])],
            angle=elements[row]["angle"], elements=elements[row], state=CreativeState.IN_USE,
        )
        for row, item in enumerate(items.tolist())
    )  # fmt: skip
    return CreativeWorld(truth, records, traits, chance.of("shop").key, luck.of("variants"))


def _inherited(truth: CreativeTruth) -> dict[str, Array]:
    """What a variant has of the creative that it is a variant of."""
    return {"wear": truth.wear, "together": truth.together, "product": truth.product, "item": truth.item}


@compiled
def _lift(
    luck: np.uint64, patience: Array, request: Array, shopper: Array, scene: Array, item: Array, creative: Array,
    truth: CreativeTruth, people: Array, seen: Array, products: Array, out: Array,
) -> None:  # fmt: skip
    """As `shop` will scroll: only what comes on screen is seen and wears."""
    for page in range(item.shape[0]):
        person, stay = int(shopper[page]), patience[int(scene[page]) >> 1]
        left = 1.0 - uniform(fold(luck, request[page]), 1)
        for position in range(item.shape[1]):
            if item[page, position] < 0 or (position > 0 and left > stay**position):
                break
            one = int(creative[page, position])
            if one < 0:
                continue
            utility = truth.base[one]
            for axis in range(people.shape[1]):
                utility += people[person, axis] * truth.draw[one, axis]
            views, whole = int(seen[person, one]), int(products[person, truth.product[one]])
            utility += truth.together[one] * _LOG2[whole] - truth.wear[one] * _LOG2[views]
            seen[person, one] = min(views + 1, 255)
            products[person, truth.product[one]] = min(whole + 1, 255)
            out[page, position] = utility
