"""What moves an order beyond scene, item and price band: liking, what was bought lately, what was spent lately.

    order rate = scene × item × match(shopper, price band) × exp(weights · drivers)

The drivers of a click are reckoned from what was known at the tick's start; the weights are few, one Gaussian belief
for all shoppers, brought up to date at tick edges. A click weighs against them only as its order should have arrived
(see `Predictor`); what waits moves with the weights, so that a delay of orders does not correct the same miss twice.

Sources: logistic and Poisson Kalman filters, Fahrmeir (1992), JASA 87(418); a shrunken Poisson regression of items'
orders on what is known of them, as the regression priors of Agarwal & Chen (2009), KDD. The drivers are ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats, Ints, mix
from magnetar.kernel.clock import DAY
from magnetar.kernel.compiled import Array, compiled, inlined

LEVEL, LIKING, VAGUENESS, SATED, SPENT = 0, 1, 2, 3, 4
"""Drivers: everywhere 1; taste · nature of the click side; variance of the click's logit; orders of the category lately;
money spent lately, in usual orders."""
DRIVERS = 5
FADE = 0.75
"""Share of what was bought and spent lately that still counts a day later. Chosen on the tuned seeds."""
ON, MONEY, KINDS = 0, 1, 2
"""Columns of a shopper: the day the row is of; money; orders by category."""
PRIOR = np.array([0.3, 0.5, 0.5, 0.7, 0.5])
"""Standard deviations of the weights before anything was seen."""
DRIFT = np.array([0.03, 0.005, 0.005, 0.005, 0.005])
"""Standard deviations by which the weights may move in a day."""
MANY = 4.0
"""Usual orders, lately, beyond which more make no difference."""
LEAST, MOST_EVER = np.full(DRIVERS, -1.5), np.array([1.5, 1.5, 1.5, 0.0, 0.0])
"""Bounds of the weights; having bought or spent lately never raises the order rate, who buys often is a match."""
MOST = 0.1
"""Largest change at an edge, of a weight and of the logarithm of the mean rate."""
FAR = 1.5
"""Largest logarithm of a factor, either way."""
_NIGHTS = 64
_FADED = FADE ** np.arange(_NIGHTS + 1.0)
_RIDGE = 4.0
"""Expected orders' worth of trust that items do not differ by what is known of them."""


class Drives(NamedTuple):
    """What kernels read."""

    lately: Array
    """(shoppers, 2 + categories) float32, see the columns above."""
    weights: Array
    """(DRIVERS,)."""
    today: int


@dataclass(slots=True)
class Needs:
    """The belief in the weights, what shoppers did lately, and clicks whose orders may still come."""

    lately: NDArray[np.float32]
    weights: Floats
    covariance: Floats
    hits: Floats
    """(DRIVERS,), sum of the drivers of clicks that were ordered from, since the last edge."""
    waiting: Floats
    """(DRIVERS,), expected sum of those that are still to come."""
    aged: Floats
    """(DRIVERS,), the same, each click for more than it counts by as much as it would have matured since the last edge."""
    doubt: Floats
    """(DRIVERS, DRIVERS), the information that will come with them."""
    known: NDArray[np.uint64]
    """(room,), names of clicks that drivers are kept of; the place is the name's lowest bits."""
    drivers: NDArray[np.float32]
    """(room, DRIVERS)."""
    bought: list[tuple[NDArray[np.int64], ...]]
    """(request, item, shopper, category, micros) of orders since the last edge, which is when they are counted, in an
    order of their own: in whatever batches they came."""
    money: Floats
    """(2,), micros and orders in all, of which the mean is a usual order."""
    slopes: Floats
    """(2,), of items' order factors over appeal and price."""

    @classmethod
    def of(cls, shoppers: int, categories: int) -> Needs:
        """Before anything was seen."""
        room = 1 << min(18, max(10, math.ceil(math.log2(8 * max(shoppers, 1)))))
        return cls(
            np.zeros((shoppers, KINDS + categories), np.float32),
            np.zeros(DRIVERS),
            np.diag(np.square(PRIOR)),
            np.zeros(DRIVERS),
            np.zeros(DRIVERS),
            np.zeros(DRIVERS),
            np.zeros((DRIVERS, DRIVERS)),
            np.zeros(room, np.uint64),
            np.zeros((room, DRIVERS), np.float32),
            [],
            np.zeros(2),
            np.zeros(2),
        )

    def drives(self, today: int) -> Drives:
        """What kernels read."""
        return Drives(self.lately, self.weights, today)

    def ordered(
        self, request: NDArray[np.uint64], item: Ints, shopper: Ints, category: Ints, micros: Ints
    ) -> None:  # fmt: skip
        """Orders; shoppers are fuller and poorer from the next edge on."""
        self.bought.append((request.astype(np.int64), item.copy(), shopper.copy(), category.copy(), micros.copy()))
        self.money += (micros.sum(), len(micros))

    def refresh(self, share: float, elapsed: int, today: int, again: float = 1.0) -> None:
        """Let a share of what waits mature and bring the weights up to date; at a tick edge.

        What is left is reckoned `again` by this factor: the delay of orders is not what it was taken for.
        """
        if self.bought:
            columns = [np.concatenate(one) for one in zip(*self.bought, strict=True)]
            request, item, shopper, category, micros = (one[np.lexsort(columns)] for one in columns)
            self.bought.clear()
            count_drivers(request, item, self.known, self.drivers, self.waiting, self.hits)
            usual = self.money[0] / max(self.money[1], 1.0)
            _remember(shopper, category, micros / max(usual, 1.0), today, self.lately)
        left = self.aged * (1.0 - share) * again
        moved = self.waiting - left
        self.waiting, self.aged = left, left.copy()
        information = self.doubt * share
        self.doubt = (self.doubt - information) * again
        covariance = np.linalg.inv(np.linalg.inv(self.covariance) + information)
        step = np.clip(covariance @ (self.hits - moved), -MOST, MOST)
        whole = abs(float(step @ self.waiting)) / max(self.waiting[LEVEL], 1e-9)
        step *= MOST / max(MOST, whole)
        step = np.clip(self.weights + step, LEAST, MOST_EVER) - self.weights
        self.weights += step
        shift = self.doubt @ step
        self.waiting += shift
        self.aged += shift
        covariance = 0.5 * (covariance + covariance.T) + np.diag(np.square(DRIFT)) * (max(elapsed, 0) / DAY)
        known = np.minimum(1.0, PRIOR / np.sqrt(np.diag(covariance)))
        self.covariance = covariance * known * known[:, None]
        self.hits[:] = 0.0

    def conclude(self, usual: Floats, seen: Floats, hits: Floats, load: Floats, strength: float) -> Floats:
        """(items,), what items start from: what is `usual` of their kind, moved by what is `seen` of them, (items, 2).

        Three Newton steps of a Poisson regression in which items differ beyond it by a Gamma factor of `strength`.
        """
        for _ in range(3):
            expected = np.maximum(load * usual * np.exp(np.clip(seen @ self.slopes, -FAR, FAR)), 1e-12)
            trust = 1.0 / (1.0 + expected / strength)
            slope = seen.T @ ((hits - expected) * trust) - _RIDGE * self.slopes
            curve = (seen * (expected * trust)[:, None]).T @ seen + _RIDGE * np.eye(2)
            self.slopes = np.clip(self.slopes + np.linalg.solve(curve, slope), -3.0, 3.0)
        return usual * np.exp(np.clip(seen @ self.slopes, -FAR, FAR))

    def forget(self, row: int) -> None:
        """What one shopper did lately."""
        self.lately[row] = 0.0
        for place, columns in enumerate(self.bought):
            self.bought[place] = tuple(one[columns[2] != row] for one in columns)

    def take_over(self, old: Needs) -> None:
        """What another has learned; its shoppers and categories are the first of ours."""
        self.lately[: old.lately.shape[0], : old.lately.shape[1]] = old.lately
        for name in ("weights", "covariance", "hits", "waiting", "aged", "doubt", "money", "slopes"):
            getattr(self, name)[:] = getattr(old, name)
        self.bought = [tuple(column.copy() for column in rows) for rows in old.bought]
        self.known, self.drivers = old.known.copy(), old.drivers.copy()


@compiled
def _remember(shopper: Array, category: Array, money: Array, today: int, lately: Array) -> None:
    for row in range(shopper.shape[0]):
        person = shopper[row]
        keep = np.float32(_FADED[min(_NIGHTS, today - int(lately[person, ON]))])
        for column in range(MONEY, lately.shape[1]):
            lately[person, column] *= keep
        lately[person, ON] = today
        lately[person, MONEY] += np.float32(money[row])
        lately[person, KINDS + category[row]] += np.float32(1.0)


@inlined
def fading(person: int, drives: Drives) -> float:
    """What is left today of what a shopper's row says."""
    return _FADED[min(_NIGHTS, drives.today - int(drives.lately[person, ON]))]


@inlined
def purse(person: int, left: float, drives: Drives) -> float:
    """Factor of the order rate for everything: its level, and what the shopper spent lately."""
    return math.exp(drives.weights[LEVEL] + drives.weights[SPENT] * min(MANY, left * drives.lately[person, MONEY]))


@inlined
def appetite(person: int, kind: int, left: float, drives: Drives) -> float:
    """Factor of the order rate for a category."""
    had = drives.lately[person, KINDS + kind]
    return math.exp(drives.weights[SATED] * min(MANY, left * had)) if had > 0.0 else 1.0


@inlined
def fancy(pull: float, variance: float, drives: Drives) -> float:
    """Factor of the order rate for an item, by how much it is to the shopper's taste."""
    tilt = drives.weights[LIKING] * pull + drives.weights[VAGUENESS] * variance
    return math.exp(min(FAR, max(-FAR, tilt)))


@inlined
def name_of(request: np.uint64, item: int) -> np.uint64:
    """One number for a click."""
    return mix(request ^ mix(np.uint64(item)))


@inlined
def keep_drivers(
    request: np.uint64, item: int, person: int, kind: int, pull: float, variance: float, rate: float,
    older: float, drives: Drives, known: Array, drivers: Array, waiting: Array, aged: Array, doubt: Array,
) -> None:  # fmt: skip
    """A click's drivers wait for its order."""
    left = fading(person, drives)
    name = name_of(request, item)
    place = int(name & np.uint64(known.shape[0] - 1))
    known[place] = name
    drivers[place, LEVEL], drivers[place, LIKING], drivers[place, VAGUENESS] = 1.0, pull, variance
    drivers[place, SATED] = min(MANY, left * drives.lately[person, KINDS + kind])
    drivers[place, SPENT] = min(MANY, left * drives.lately[person, MONEY])
    for a in range(DRIVERS):
        waiting[a] += rate * drivers[place, a]
        aged[a] += older * rate * drivers[place, a]
        for b in range(DRIVERS):
            doubt[a, b] += rate * drivers[place, a] * drivers[place, b]


@compiled
def count_drivers(request: Array, item: Array, known: Array, drivers: Array, waiting: Array, hits: Array) -> None:
    """Orders add the drivers of their clicks; of a click that is not kept, those that waiting clicks have on average."""
    for row in range(item.shape[0]):
        name = name_of(np.uint64(request[row]), int(item[row]))
        place = int(name & np.uint64(known.shape[0] - 1))
        for a in range(DRIVERS):
            if known[place] == name:
                hits[a] += drivers[place, a]
            elif waiting[LEVEL] > 0.0:
                hits[a] += waiting[a] / waiting[LEVEL]
