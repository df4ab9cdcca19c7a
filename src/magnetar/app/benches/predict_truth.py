"""What is true of every impression, and the best that anybody could know of it: `bench predict` measures against both.

The bazaar's truth (`true_rates`) goes through a tick a second time, on a copy of its shoppers, and
writes down the probabilities that it draws from. The attainable oracle (`Oracle`) knows the law of
the world and its constants (base utilities, weights, spreads, the categories' centres) but of each
shopper and each item only what was seen of them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from magnetar.kernel.chance import fold, uniform, unit
from magnetar.kernel.compiled import Array, compiled, inlined
from magnetar.twin.bazaar import BazaarSettings
from magnetar.twin.bazaar.population import (
    APPEAL,
    CATEGORY,
    DIMENSIONS,
    ERRAND,
    FOLLOWS,
    KIND,
    LEADS_TO,
    LOG_PRICE,
    LOYALTY,
    MERCHANT,
    PURSE,
    QUALITY,
    SENSITIVITY,
    TASTE,
    VECTOR,
    WALLET,
    People,
    Truth,
)
from magnetar.twin.bazaar.shopping import _SINCE, FORGOTTEN, LEAST_LOYAL, MOST_LOYAL, look, wake

WIDE = DIMENSIONS + 1
"""What an item is like in the oracle's eyes: its vector and its creative's appeal."""
_LOG2 = np.log2(1.0 + np.arange(256.0))


class Views(NamedTuple):
    """Impressions that came on screen, a row each; columns of one tick."""

    page: Array
    place: Array
    click: Array
    """float64, probability of a click."""
    order: Array
    """float64, probability of an order after a click; 0 where nothing is sold."""
    clicked: Array
    """int8."""
    ordered: Array
    """int8: a click that ends in an order, whenever that is placed."""
    seen: Array
    """int64, how often the shopper had seen the item, as far as shoppers remember."""

    @classmethod
    def room(cls, rows: int) -> Views:
        """Space for so many."""
        page, place, seen = np.empty((3, rows), np.int64)
        click, order = np.empty((2, rows))
        clicked, ordered = np.empty((2, rows), np.int8)
        return cls(page, place, click, order, clicked, ordered, seen)

    def first(self, rows: int) -> Views:
        """The first rows."""
        return Views(*(column[:rows] for column in self))


@inlined
def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))


@compiled
def true_rates(
    luck: np.uint64,
    night: int,
    request: Array,
    shopper: Array,
    scene: Array,
    item: Array,
    depth: Array,
    price: Array,
    truth: Truth,
    people: People,
    bits: Array,
    click_base: Array,
    order_base: Array,
    weights: Array,
    promotion: float,
    coupon: float,
    out: Views,
) -> int:
    """Live through a tick's pages as `twin.bazaar.shopping.shop` does, with the probabilities written down.

    `people` is a copy taken before the market responded; afterwards it equals the market's own (a
    test holds that). Returns how many impressions came on screen.
    """
    goods, row = truth.goods, people.row
    taste_weight, liking_weight, wear, tail, errand = weights[0], weights[1], weights[2], weights[3], weights[5]
    discount = math.log(1.0 - coupon)
    count = 0
    for page in range(request.shape[0]):
        person, where = shopper[page], scene[page]
        wake(person, night, people)
        mine = fold(luck, request[page])
        out_for = int(row[person, ERRAND])
        if out_for >= 0:
            out_for = out_for % _SINCE if night - out_for // _SINCE < FORGOTTEN else -1
        pleased = 0
        for position in range(depth[page]):
            what = item[page, position]
            match = 0.0
            for axis in range(DIMENSIONS):
                match += np.float64(row[person, TASTE + axis]) * goods[what, VECTOR + axis]
            views = look(person, what, people.memory)
            seller = int(goods[what, MERCHANT])
            followed = seller >= 0 and (bits[person, FOLLOWS + (seller >> 5)] >> (seller & 31)) & 1
            utility = click_base[where] + taste_weight * match + goods[what, APPEAL] - wear * _LOG2[views]
            if followed:
                utility += 0.6
            sought = out_for == goods[what, KIND]
            if sought:
                utility += errand
            chance = fold(mine, what)
            click, order = _sigmoid(utility), 0.0
            kind = int(goods[what, CATEGORY])
            appetite = people.need[person, kind]
            if price[what] > 0.0:
                utility = order_base[where] + liking_weight * match + goods[what, QUALITY] + promotion
                utility -= row[person, SENSITIVITY] * (goods[what, LOG_PRICE] + discount)
                utility += 1.2 * math.log(0.02 + appetite) - row[person, PURSE] / row[person, WALLET]
                if followed:
                    utility += 0.4
                if sought:
                    utility += errand
                order = _sigmoid(utility)
            clicked = unit(chance) < click
            ordered = clicked and price[what] > 0.0 and uniform(chance, 2) < order
            out.page[count], out.place[count] = page, position
            out.click[count], out.order[count] = click, order
            out.clicked[count], out.ordered[count] = clicked, ordered
            out.seen[count] = views
            count += 1
            if clicked:
                pleased += 1
            if ordered or (clicked and price[what] <= 0.0):
                out_for = int(goods[what, LEADS_TO])
                row[person, ERRAND] = night * _SINCE + out_for
            if ordered:
                pieces = min(int((1.0 - uniform(chance, 3)) ** (-1.0 / tail)), 30)
                people.need[person, kind] = appetite * 0.25
                row[person, PURSE] += price[what] * (1.0 - coupon) * pieces
                if seller >= 0 and uniform(chance, 4) < 0.15:
                    bits[person, FOLLOWS + (seller >> 5)] |= np.int32(1) << np.int32(seller & 31)
        loyalty = row[person, LOYALTY] + 0.02 * (pleased - 0.45)
        row[person, LOYALTY] = min(MOST_LOYAL, max(LEAST_LOYAL, loyalty))
    return count


class Beliefs(NamedTuple):
    """Gaussian beliefs of the oracle."""

    taste: Array
    """(shoppers, DIMENSIONS)."""
    taste_cov: Array
    thing: Array
    """(items, WIDE): vector, appeal."""
    thing_cov: Array
    thrift: Array
    """(shoppers, 2), mean and variance of the price sensitivity."""
    worth: Array
    """(items, 2), mean and variance of quality beyond what appeal tells."""
    need: Array
    """(shoppers, categories), expected appetite."""
    purse: Array
    """(shoppers,), spent lately over the expected wallet."""
    night: Array
    """(shoppers,), nights slept."""


class Oracle:
    """Assumed-density filtering under the true law: Gaussian beliefs, one pass, a tick at a time.

    It is told how every click ended at once, which no platform is, and knows the constants of the
    world, which none does; so it bounds from above what is attainable, up to the approximation.
    Source: extended Kalman filter for logistic observations, as in Fahrmeir (1992), JASA 87(418).
    """

    def __init__(self, settings: BazaarSettings, truth: Truth, shoppers: int) -> None:
        goods = truth.goods
        items, categories = len(goods), len(truth.centre)
        kind = goods[:, CATEGORY].astype(np.int64)
        self._kind = kind
        self._log_price = goods[:, LOG_PRICE].astype(np.float64)
        spread = 0.55 / math.sqrt(DIMENSIONS)
        thing = np.zeros((items, WIDE))
        thing[:, :DIMENSIONS] = truth.centre[kind]
        thing_cov = np.zeros((items, WIDE, WIDE))
        for axis in range(DIMENSIONS):
            thing_cov[:, axis, axis] = spread**2
        thing_cov[:, DIMENSIONS, DIMENSIONS] = (0.99 * settings.appeal) ** 2
        # quality = slope × appeal + rest: both lean on what is shared
        self._slope = settings.quality * 0.6 * 0.7 / (0.98 * settings.appeal)
        rest = settings.quality**2 - self._slope**2 * 0.98 * settings.appeal**2
        mean_thrift = settings.price_sensitivity * math.exp(0.5 * (0.16 + 0.09))
        self.beliefs = Beliefs(
            np.zeros((shoppers, DIMENSIONS)),
            np.tile(np.eye(DIMENSIONS), (shoppers, 1, 1)),
            thing,
            thing_cov,
            np.tile([mean_thrift, mean_thrift**2 * math.expm1(0.25)], (shoppers, 1)),
            np.tile([0.0, rest], (items, 1)),
            np.full((shoppers, categories), 0.65),
            np.zeros(shoppers),
            np.zeros(shoppers, np.int64),
        )
        self._constants = np.array([settings.taste, settings.liking, settings.wear, settings.wallet_days, self._slope])
        self._click, self._order = np.array(settings.click), np.array(settings.order)

    def predict(
        self, night: int, shopper: Array, scene: Array, item: Array, seen: Array, lift: float
    ) -> tuple[Array, Array]:
        """(click, order) rates of impressions, from what is believed now."""
        out = np.empty((2, len(item)))
        _foresee(
            night, shopper, scene, item, seen, self._kind, self._log_price, self._click, self._order + lift,
            self._constants, self.beliefs, out,
        )  # fmt: skip
        return out[0], out[1]

    def learn(
        self, shopper: Array, scene: Array, item: Array, seen: Array, lift: float, price: Array, what: Views
    ) -> None:
        """Take in how a tick's impressions ended."""
        _take_in(
            shopper, scene, item, seen, what.clicked, what.ordered, self._kind, self._log_price, price,
            self._click, self._order + lift, self._constants, self.beliefs,
        )  # fmt: skip


@inlined
def _look_at(person: int, what: int, one: Beliefs) -> tuple[float, float]:
    """Mean and variance of taste · vector, both uncertain; without appeal."""
    mean = variance = 0.0
    for a in range(DIMENSIONS):
        mean += one.taste[person, a] * one.thing[what, a]
        for b in range(DIMENSIONS):
            variance += one.taste[person, a] * one.thing_cov[what, a, b] * one.taste[person, b]
            variance += one.thing[what, a] * one.taste_cov[person, a, b] * one.thing[what, b]
            variance += one.taste_cov[person, a, b] * one.thing_cov[what, a, b]
    return mean, variance


@inlined
def _click_belief(
    person: int, what: int, where: int, seen: int, base: Array, constants: Array, one: Beliefs
) -> tuple[float, float]:
    match, doubt = _look_at(person, what, one)
    mean = base[where] + constants[0] * match + one.thing[what, DIMENSIONS] - constants[2] * _LOG2[seen] + 0.024
    variance = constants[0] ** 2 * doubt + one.thing_cov[what, DIMENSIONS, DIMENSIONS]
    for a in range(DIMENSIONS):
        variance += 2.0 * constants[0] * one.taste[person, a] * one.thing_cov[what, a, DIMENSIONS]
    return mean, max(variance, 0.0)


@inlined
def _order_belief(
    person: int, what: int, where: int, kind: Array, log_price: Array, base: Array, constants: Array, one: Beliefs
) -> tuple[float, float]:
    match, doubt = _look_at(person, what, one)
    slope = constants[4]
    mean = base[where] + constants[1] * match + slope * one.thing[what, DIMENSIONS] + one.worth[what, 0]
    mean += 1.2 * math.log(0.02 + one.need[person, kind[what]]) - one.purse[person] + 0.015
    mean -= one.thrift[person, 0] * log_price[what]
    variance = constants[1] ** 2 * doubt + slope**2 * one.thing_cov[what, DIMENSIONS, DIMENSIONS] + one.worth[what, 1]
    return mean, variance + log_price[what] ** 2 * one.thrift[person, 1]


@inlined
def _expected(mean: float, variance: float) -> float:
    """Mean of the logistic of a Gaussian, by five Gauss–Hermite nodes."""
    wide = math.sqrt(variance)
    total = 0.5333333333333333 * _sigmoid(mean)
    total += 0.2220759220056126 * (
        _sigmoid(mean + 1.355626179974266 * wide) + _sigmoid(mean - 1.355626179974266 * wide)
    )
    return total + 0.0112574113277207 * (
        _sigmoid(mean + 2.8569700138728056 * wide) + _sigmoid(mean - 2.8569700138728056 * wide)
    )


@compiled
def _foresee(
    night: int,
    shopper: Array,
    scene: Array,
    item: Array,
    seen: Array,
    kind: Array,
    log_price: Array,
    click_base: Array,
    order_base: Array,
    constants: Array,
    one: Beliefs,
    out: Array,
) -> None:
    for row in range(item.shape[0]):
        person, what, where = shopper[row], item[row], scene[row]
        for _ in range(night - one.night[person]):
            one.purse[person] *= 0.75
            for category in range(one.need.shape[1]):
                one.need[person, category] += 0.18 * (1.0 - one.need[person, category])
        one.night[person] = night
        mean, variance = _click_belief(person, what, where, seen[row], click_base, constants, one)
        out[0, row] = _expected(mean, variance)
        mean, variance = _order_belief(person, what, where, kind, log_price, order_base, constants, one)
        out[1, row] = _expected(mean, variance)


@compiled
def _take_in(
    shopper: Array,
    scene: Array,
    item: Array,
    seen: Array,
    clicked: Array,
    ordered: Array,
    kind: Array,
    log_price: Array,
    price: Array,
    click_base: Array,
    order_base: Array,
    constants: Array,
    one: Beliefs,
) -> None:
    gain, lever = np.empty(WIDE), np.empty(WIDE)
    for row in range(item.shape[0]):
        person, what, where = shopper[row], item[row], scene[row]
        mean, variance = _click_belief(person, what, where, seen[row], click_base, constants, one)
        _learn_one(
            person, what, float(clicked[row]), _expected(mean, variance), variance, constants[0], 1.0, gain, lever, one
        )
        if not clicked[row] or price[what] <= 0.0:
            continue
        mean, variance = _order_belief(person, what, where, kind, log_price, order_base, constants, one)
        rate = _expected(mean, variance)
        slack = rate * (1.0 - rate) / (1.0 + rate * (1.0 - rate) * variance)
        surprise = (ordered[row] - rate) / (1.0 + rate * (1.0 - rate) * variance)
        held = one.worth[what, 1]
        one.worth[what, 0] += held * surprise
        one.worth[what, 1] -= held * held * slack
        held = one.thrift[person, 1] * log_price[what]
        one.thrift[person, 0] -= held * surprise
        one.thrift[person, 1] -= held * held * slack
        _learn_one(person, what, float(ordered[row]), rate, variance, constants[1], constants[4], gain, lever, one)
        if ordered[row]:
            one.need[person, kind[what]] *= 0.25
            one.purse[person] += 1.33 / (constants[3] * 1.5)


@inlined
def _learn_one(
    person: int,
    what: int,
    outcome: float,
    rate: float,
    variance: float,
    weight: float,
    tilt: float,
    gain: Array,
    lever: Array,
    one: Beliefs,
) -> None:
    """One logistic observation of weight × taste · vector + tilt × appeal, of both sides at once."""
    slack = rate * (1.0 - rate) / (1.0 + rate * (1.0 - rate) * variance)
    surprise = (outcome - rate) / (1.0 + rate * (1.0 - rate) * variance)
    for a in range(DIMENSIONS):
        lever[a] = weight * one.taste[person, a]
    lever[DIMENSIONS] = tilt
    for a in range(DIMENSIONS):  # the shopper, by the item as it was
        gain[a] = 0.0
        for b in range(DIMENSIONS):
            gain[a] += weight * one.taste_cov[person, a, b] * one.thing[what, b]
    for a in range(DIMENSIONS):
        one.taste[person, a] += gain[a] * surprise
        for b in range(DIMENSIONS):
            one.taste_cov[person, a, b] -= gain[a] * gain[b] * slack
    for a in range(WIDE):
        gain[a] = 0.0
        for b in range(WIDE):
            gain[a] += one.thing_cov[what, a, b] * lever[b]
    for a in range(WIDE):
        one.thing[what, a] += gain[a] * surprise
        for b in range(WIDE):
            one.thing_cov[what, a, b] -= gain[a] * gain[b] * slack
