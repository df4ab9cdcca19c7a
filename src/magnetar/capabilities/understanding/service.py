"""The predictor: click and order rates kept up to date from the platform's own events."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Viewed
from magnetar.capabilities.understanding.affinity import (
    BIAS,
    Affinity,
    Draws,
    bring_up,
    click_beliefs,
    learn_clicks,
)
from magnetar.capabilities.understanding.counting import mature, rates_of, take_clicks, take_orders, take_views
from magnetar.capabilities.understanding.lateness import Lateness
from magnetar.capabilities.understanding.needs import (
    Drives,
    Needs,
)
from magnetar.capabilities.understanding.rates import Factor, Matches, Rates
from magnetar.capabilities.understanding.shelf import BAND_EDGES, Shelf
from magnetar.capabilities.understanding.tastes import (
    DAILY_MEMORY,
    FAVOURITES,
    Tastes,
    liking,
    meet,
    rank,
)
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.compiled import Array

SCENES = 4
EIGHTY = 1.2815515655446004
"""Deviations of a Gaussian on either side that hold four in five."""
NEWCOMER_REFRESHES = 4
"""Refreshes between two looks at what categories do."""
CATEGORY_STRENGTH = 30.0
"""Expected hits after which a category speaks for itself."""


@dataclass(frozen=True, slots=True)
class Strengths:
    """How much is needed to move each factor from what it starts from, in expected hits."""

    click_item: float = 4.0
    click_match: float = 3.0
    order_item: float = 2.0
    order_match: float = 2.0
    category: float = CATEGORY_STRENGTH
    """Of a category against everything."""
    factors: bool = False
    """Click rates from three factors alone, as they were before tastes were learned; for comparison."""
    needs: bool = True
    """Order rates moved by liking and by what was bought and spent lately; without, they are three factors."""


class Predictor:
    """Predicted click rate per view and order rate per click, with their uncertainty.

    Orders come late: a click loads the order rate only as the share of orders that should have
    arrived by now grows (exponential delay, its mean learned, see `Lateness`), so that fresh clicks
    do not look like failures.
    """

    def __init__(self, bus: Bus, shelf: Shelf, shoppers: int, strengths: Strengths | None = None) -> None:
        items, groups, bands = len(shelf), max(len(shelf.categories), 1), len(BAND_EDGES) + 1
        self.shelf = shelf
        self.strengths = own = strengths or Strengths()
        self.clicks = Rates.of(items, shoppers, groups, (SCENES,), 0.05, own.click_item, own.click_match)
        self.orders = Rates.of(items, shoppers, bands, (SCENES,), 0.05, own.order_item, own.order_match)
        self._pending = np.zeros_like(self.orders.items.load), np.zeros_like(self.orders.contexts.load)
        self._waiting = np.zeros_like(self.orders.matches.load)
        self.liked = np.zeros((shoppers, FAVOURITES), np.int16)
        """(shoppers, FAVOURITES), each shopper's best categories when last met; the first is the segment."""
        self._met = np.zeros(shoppers, np.int32)
        self._edge = self._today = self._grouped = 0
        self.affinity = Affinity.of(shoppers, shelf.arrays.category, groups, SCENES, 0.05, shelf.vectors)
        self.needs = Needs.of(shoppers, groups)
        self._log_price = _log_prices(shelf)
        self._waited = np.zeros(64)
        self._day_of, self._last_of = np.zeros(64, np.int32), np.zeros(16, np.int32)
        self.reach = 0.9 ** np.arange(POSITIONS) * np.ones((SCENES, 1))
        """(scenes, POSITIONS), share of pages on which a position comes on screen."""
        self._depths = np.zeros((SCENES, POSITIONS + 1))
        self.lateness = Lateness()
        self._matured_at, self._edge_delay = bus.clock.now(), self.mean_delay
        self._refreshes = 0
        bus.subscribe(Viewed, self.on_viewed)
        bus.subscribe(Clicked, self.on_clicked)
        bus.subscribe(Ordered, self.on_ordered)

    def adopt(self, strengths: Strengths) -> None:
        """Go on with other strengths: what was counted stays, what it is taken to mean changes from the next edge on."""
        self.strengths = strengths
        self.clicks.items.strength, self.clicks.matches.strength = strengths.click_item, strengths.click_match
        self.orders.items.strength, self.orders.matches.strength = strengths.order_item, strengths.order_match

    @property
    def mean_delay(self) -> float:
        """Mean time from click to order, microseconds, as of the last tick edge."""
        return self.lateness.mean

    @property
    def tastes(self) -> Tastes:
        """What is known of shoppers, for kernels."""
        clicks, orders = self.clicks.matches, self.orders.matches
        return Tastes(
            clicks.mean, clicks.hits, clicks.load, clicks.prior, clicks.strength,
            orders.mean, orders.hits, orders.load, orders.prior, orders.strength, self._waiting,
            self.liked, self._met, self._waited, self._day_of, self._last_of,
            self._edge, self._today, self._grouped,
        )  # fmt: skip

    @property
    def draws(self) -> Draws:
        """Who is drawn to what, for kernels."""
        return self.affinity.draws(self._day_of, self._edge, self._today)

    @property
    def drives(self) -> Drives:
        """What moves orders, for kernels."""
        return self.needs.drives(self._today)

    @property
    def _needy(self) -> bool:
        return self.strengths.needs and not self.strengths.factors

    def rates(self, shopper: Ints, scene: Ints, item: Ints) -> tuple[Floats, Floats]:
        """(click rate per view, order rate per click) of rows, as of the tick's start; what is not sold is not ordered."""
        out = np.empty((2, len(item)))
        clicks, orders, arrays, draws = self.clicks, self.orders, self.shelf.arrays, self.draws
        meet(shopper, 0, len(shopper), self.tastes)
        if not self.strengths.factors:
            bring_up(shopper, 0, len(shopper), draws)
        rates_of(
            shopper, scene, item, arrays.category, arrays.band, arrays.price, self.tastes, draws, self.drives,
            not self.strengths.factors, clicks.items.mean, clicks.contexts.mean, orders.items.mean,
            orders.contexts.mean, out,
        )  # fmt: skip
        return out[0], out[1]

    def doubt(self, shopper: Ints, scene: Ints, item: Ints) -> tuple[Floats, Floats, Floats]:
        """(low, high, sigma): 80 % interval of the click rate, and deviation of the orders expected of a view.

        `sigma` is what bidders take beside `value`, the click rate times the order rate; both rates are taken to err
        independently, the order rate as a Gamma factor of its item with the hits it has.
        """
        draws, out = self.draws, np.empty((2, len(item)))
        bring_up(shopper, 0, len(shopper), draws)
        click_beliefs(shopper, scene, item, draws, out)
        mean, spread = out[0], np.sqrt(np.maximum(out[1], 0.0))
        low, high = (1.0 / (1.0 + np.exp(-(mean + side * EIGHTY * spread))) for side in (-1.0, 1.0))
        click, order = self.rates(shopper, scene, item)
        relative = np.square((1.0 - click) * spread) + np.square(self.orders.item_spread()[item])
        return low, high, click * order * np.sqrt(relative)

    def bring_up_all(self) -> None:
        """Bring every shopper's row up to date, also of those who were not met; for whoever reads the whole table."""
        shoppers = len(self._met)
        meet(np.arange(shoppers), 0, shoppers, self.tastes)
        bring_up(np.arange(shoppers), 0, shoppers, self.draws)

    def regroup(self) -> None:
        """Put shoppers into segments anew, each when next met."""
        self._grouped = self._edge

    def liking(self) -> Floats:
        """(segments, categories), mean match of each segment's shoppers with each category."""
        return liking(self.tastes)

    def forget(self, row: int) -> None:
        """All that is known of one shopper: the row is somebody else's now."""
        for matches in (self.clicks.matches, self.orders.matches):
            matches.forget(row)
        self._waiting[row] = 0.0
        self._met[row] = self._edge
        rank(self.clicks.matches.mean, row, self.liked)
        self.affinity.forget(row, self._edge)
        self.needs.forget(row)

    def take_over(self, old: Predictor) -> None:
        """What another predictor has learned of the same items, shoppers and scenes, which are the first of ours."""
        for before, after in ((old.clicks, self.clicks), (old.orders, self.orders)):
            for name in ("items", "matches", "contexts"):
                one: Factor | Matches = getattr(before, name)
                other: Factor | Matches = getattr(after, name)
                for column in ("mean", "hits", "load", "prior"):
                    _copy(getattr(one, column), getattr(other, column))
            if len(before.matches.prior) == 1:
                after.matches.prior[:, : before.matches.prior.shape[1]] = before.matches.prior
        for source, target in (*zip(old._pending, self._pending, strict=True), (old._waiting, self._waiting)):
            _copy(source, target)
        _copy(old.liked, self.liked)
        _copy(old._met, self._met)
        self._met[len(old._met) :] = old._edge
        self._edge, self._today, self._grouped = old._edge, old._today, old._grouped
        self._waited, self._day_of, self._last_of = old._waited.copy(), old._day_of.copy(), old._last_of.copy()
        self.affinity.take_over(old.affinity)
        self.needs.take_over(old.needs)
        self.reach[:], self._depths[:] = old.reach, old._depths
        self.lateness.take_over(old.lateness)
        self._matured_at = old._matured_at
        self._edge_delay = old._edge_delay

    def on_viewed(self, event: Viewed) -> None:
        """Everything on screen was a chance to click."""
        pages = event.pages
        rates = self.clicks
        take_views(
            pages.shopper,
            pages.scene,
            pages.item,
            event.depth,
            self.shelf.arrays.category,
            self.tastes,
            rates.items.mean,
            rates.items.load,
            rates.contexts.mean,
            rates.contexts.load,
            self._depths,
            self.draws,
        )

    def on_clicked(self, event: Clicked) -> None:
        """A click is a hit for the click rate and a chance to order."""
        clicks, orders, arrays = self.clicks, self.orders, self.shelf.arrays
        pending_items, pending_contexts = self._pending
        draws, needs = self.draws, self.needs
        bring_up(event.shopper, 0, len(event.shopper), draws)
        take_clicks(
            event.request,
            np.maximum(event.at - self._matured_at, 0),
            1.0 / self._edge_delay,
            event.shopper,
            event.scene,
            event.item,
            arrays.category,
            arrays.band,
            arrays.price,
            self.tastes,
            clicks.items.hits,
            clicks.contexts.hits,
            orders.items.mean,
            pending_items,
            orders.contexts.mean,
            pending_contexts,
            draws,
            self.drives,
            needs.known,
            needs.drivers,
            needs.waiting,
            needs.aged,
            needs.doubt,
            self.lateness.fresh,
        )
        learn_clicks(event.shopper, event.scene, event.item, draws)

    def on_ordered(self, event: Ordered) -> None:
        """An order is a hit for the order rate and one more known delay."""
        orders, arrays = self.orders, self.shelf.arrays
        take_orders(
            event.shopper,
            event.scene,
            event.item,
            arrays.band,
            self.tastes,
            orders.items.hits,
            orders.contexts.hits,
        )
        self.needs.ordered(event.request, event.item, event.shopper, arrays.category[event.item], event.value)
        self.lateness.landed(np.maximum(event.at - event.clicked_at, 0).astype(np.float64))

    def refresh(self, now: int) -> None:
        """Bring items and scenes up to date, and from now on shoppers as they are met; at a tick edge."""
        elapsed = now - self._matured_at
        self._matured_at = now
        waited = max(elapsed, 0) / self._edge_delay
        again = self.lateness.refresh(elapsed)
        self._edge_delay = self.mean_delay
        orders = self.orders
        for waiting, factor in zip(self._pending, (orders.items, orders.contexts), strict=True):
            mature(waiting, factor.load, 1.0 - math.exp(-waited), again)
        if self._needy:
            self.needs.refresh(1.0 - math.exp(-waited), elapsed, self._today, again)
        self._edge += 1
        if self._edge == len(self._waited):
            self._waited, self._day_of = np.tile(self._waited, 2), np.tile(self._day_of, 2)
        self._waited[self._edge] = self._waited[self._edge - 1] + waited
        self._day_of[self._edge] = self._today
        self.affinity.refresh(self._refreshes % NEWCOMER_REFRESHES == 0)
        if self._refreshes % NEWCOMER_REFRESHES == 0:
            self._expect_of_newcomers()
        self._refreshes += 1
        self.clicks.refresh()
        orders.refresh()

        seen = self._depths[:, ::-1].cumsum(axis=1)[:, ::-1]  # pages on which at least so many positions were seen
        known = seen[:, 0] > 100.0
        self.reach[known] = seen[known, 1:] / seen[known, :1]

    def _expect_of_newcomers(self) -> None:
        """An item starts from what its category does, so that a newcomer is not taken for average of everything."""
        category = self.shelf.arrays.category
        count = max(len(self.shelf.categories), 1)
        sold = self.shelf.arrays.price > 0
        for factor in (self.clicks.items, self.orders.items):
            hits = np.bincount(category[sold], factor.hits[sold], count)
            load = np.bincount(category[sold], factor.load[sold], count)
            overall = (hits.sum() + 1.0) / (load.sum() + 1.0)
            prior = (hits + self.strengths.category * overall) / (load + self.strengths.category)
            factor.prior[sold] = prior[category[sold]]
        if self._needy and sold.any():
            orders, appeal = self.orders.items, self.affinity.items[sold, BIAS].astype(np.float64)
            usual = np.bincount(category[sold], appeal, count) / np.maximum(
                np.bincount(category[sold], minlength=count), 1
            )
            seen = np.stack([appeal - usual[category[sold]], self._log_price[sold]], axis=1)
            orders.prior[sold] = self.needs.conclude(
                orders.prior[sold], seen, orders.hits[sold], orders.load[sold], orders.strength
            )

    def new_day(self) -> None:
        """Forget a little; call it at the edge that begins a day, before `refresh`."""
        self.clicks.decay(DAILY_MEMORY)
        self.orders.decay(DAILY_MEMORY)
        self.affinity.decay()
        if self._today == len(self._last_of):
            self._last_of = np.tile(self._last_of, 2)
        self._last_of[self._today] = self._edge
        self._today += 1


def _log_prices(shelf: Shelf) -> Floats:
    """(items,), log of the price over its category's geometric mean; 0 where nothing is sold."""
    arrays, out = shelf.arrays, np.zeros(len(shelf))
    sold = arrays.price > 0.0
    logs, kind = np.log(arrays.price[sold]), arrays.category[sold]
    count = np.maximum(np.bincount(kind, minlength=max(len(shelf.categories), 1)), 1)
    out[sold] = logs - (np.bincount(kind, logs, len(count)) / count)[kind]
    return out


def _copy(source: Array, target: Array) -> None:
    """Into the first rows and columns."""
    target[tuple(slice(0, length) for length in source.shape)] = source
