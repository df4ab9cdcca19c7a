"""Behaviour as columns: who met what, when, together with what, and whether it was bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from magnetar.kernel.chance import Chance, Ints
from magnetar.kernel.clock import MINUTE

VISIT_GAP = 30 * MINUTE
"""A pause after which a new basket begins, where the source names none."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Events in time order by shopper; each event lies in one basket (or visit), a shopper's own."""

    shopper: Ints
    item: Ints
    at: Ints
    """(events,) microseconds."""
    basket: Ints
    """(events,), counted from 0 without gaps, in the order of the events."""
    bought: NDArray[np.bool_]
    """(events,), False where it was only looked at."""

    def __len__(self) -> int:
        return len(self.item)

    @property
    def baskets(self) -> int:
        return int(self.basket[-1]) + 1 if len(self.basket) else 0

    @classmethod
    def of(
        cls,
        shopper: ArrayLike,
        item: ArrayLike,
        at: ArrayLike | None = None,
        basket: ArrayLike | None = None,
        bought: ArrayLike | None = None,
    ) -> Behaviour:
        """Put events in order.

        Args:
            shopper, item: (events,) numbers from 0; an event with a negative one is left out.
            at: microseconds; the order of the events where it is not given.
            basket: any number that a shopper's basket has for itself; without it, a pause of `VISIT_GAP` ends a basket.
            bought: whether it was bought; everything where it is not given.

        Raises:
            ValueError: the columns differ in length.
        """
        who, what = np.asarray(shopper, np.int64).ravel(), np.asarray(item, np.int64).ravel()
        when = np.arange(len(who)) * (VISIT_GAP + 1) if at is None else np.asarray(at, np.int64).ravel()
        buys = np.ones(len(who), bool) if bought is None else np.asarray(bought, bool).ravel()
        given = None if basket is None else np.asarray(basket, np.int64).ravel()
        sizes = {len(who), len(what), len(when), len(buys), len(who) if given is None else len(given)}
        if len(sizes) > 1:
            raise ValueError(f"behaviour needs columns of one length, found {sorted(sizes)}")
        keep = (who >= 0) & (what >= 0)
        order = np.flatnonzero(keep)[np.lexsort((when[keep], who[keep]))]
        who, what, when, buys = who[order], what[order], when[order], buys[order]
        new = np.ones(len(who), bool)
        if given is None:
            new[1:] = (np.diff(who) != 0) | (np.diff(when) > VISIT_GAP)
            return cls(who, what, when, np.cumsum(new) - 1, buys)
        given = given[order]
        if len(who):  # a basket's events stand together even where two baskets overlap in time
            _, first, group = np.unique(np.stack([who, given], 1), axis=0, return_index=True, return_inverse=True)
            again = np.lexsort((np.arange(len(who)), first[group.ravel()], who))
            who, what, when, buys, given = who[again], what[again], when[again], buys[again], given[again]
        new[1:] = (np.diff(who) != 0) | (np.diff(given) != 0)
        return cls(who, what, when, np.cumsum(new) - 1, buys)

    def only(self, keep: NDArray[np.bool_]) -> Behaviour:
        """Some of the events, baskets counted anew."""
        return Behaviour.of(self.shopper[keep], self.item[keep], self.at[keep], self.basket[keep], self.bought[keep])

    def seen_as(self, kind_of: Ints) -> Behaviour:
        """The same events over kinds: what is of no kind (−1) is left out.

        Args:
            kind_of: (items,) kind of each item.
        """
        return Behaviour.of(self.shopper, kind_of[self.item], self.at, self.basket, self.bought)

    def shuffled(self, chance: Chance, strata: int = 8) -> Behaviour:
        """A placebo: items change places among the events of the same stretch of time.

        Sizes of baskets, how often each item comes, and its season stay; what goes with what is lost.
        """
        stratum = stretches(self, strata)
        draws = chance.of("placebo").uniforms(len(self))
        shuffled = np.lexsort((draws, self.bought, stratum))
        home = np.lexsort((np.arange(len(self)), self.bought, stratum))
        item = np.empty_like(self.item)
        item[home] = self.item[shuffled]
        return Behaviour(self.shopper, item, self.at, self.basket, self.bought)


def stretches(behaviour: Behaviour, strata: int) -> Ints:
    """(events,), the stretch of time that an event lies in: as many events in each, whole baskets.

    >>> stretches(Behaviour.of([0, 0, 1, 1], [0, 1, 0, 1], [1, 2, 3, 4], [0, 0, 1, 1]), 2)
    array([0, 0, 1, 1])
    """
    if not len(behaviour):
        return np.zeros(0, np.int64)
    first = np.full(behaviour.baskets, np.iinfo(np.int64).max)
    np.minimum.at(first, behaviour.basket, behaviour.at)
    size = np.bincount(behaviour.basket)
    order = np.argsort(first, kind="stable")
    place = np.empty(len(order), np.int64)
    before = np.cumsum(size[order]) - size[order]
    place[order] = before * strata // len(behaviour)
    return place[behaviour.basket]
