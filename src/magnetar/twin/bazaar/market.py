"""One draw of the bazaar, as a market that a platform can be put into."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Returned, Served
from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.chance import Chance
from magnetar.kernel.clock import HOUR, MINUTE
from magnetar.twin.bazaar.creatives import draw_creatives
from magnetar.twin.bazaar.leads import Leads
from magnetar.twin.bazaar.population import People, Truth, draw
from magnetar.twin.bazaar.rivals import Rivals, draw_rivals
from magnetar.twin.bazaar.settings import BazaarSettings
from magnetar.twin.bazaar.shopping import MOST_LOYAL, PATIENCE, Asked, Pending, Visits, ask, come, deliver, shop
from magnetar.twin.world import ChangeBid, Day, OwnResults, Responses
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Creative
from magnetar.vocabulary.catalogue import Product

PAGES_A_SESSION = 1.0 + 1.0 / (np.exp(0.62) - 1.0)
"""Mean of 1 + floor(exponential / 0.62)."""
TICK = 30 * MINUTE
_LENGTH = TICK - 5 * MINUTE
"""Visits begin so early in a tick that they also end in it."""


class Bazaar:
    """The world family as a plug-in."""

    def __init__(self, settings: BazaarSettings) -> None:
        self.settings = settings
        self.name = settings.name

    def open(self, products: Sequence[Product], seed: int, shoppers: int, pages_per_day: int, day: Day) -> BazaarMarket:
        chance = Chance(seed).of("bazaar")
        shelf, truth, people = draw(products, self.settings, shoppers, chance)
        rivals = draw_rivals(shelf, self.settings, chance)
        return BazaarMarket(self.settings, shelf, truth, people, rivals, chance, pages_per_day, day)


class BazaarMarket:
    """Shoppers and rivals of one seed, as the days pass."""

    def __init__(
        self,
        settings: BazaarSettings,
        shelf: Shelf,
        truth: Truth,
        people: People,
        rivals: Rivals,
        chance: Chance,
        pages_per_day: int,
        day: Day,
    ) -> None:
        self.settings = settings
        self.shelf = shelf
        self.shoppers = len(people.row)
        self.rivals: Sequence[tuple[Campaign, Sequence[AdGroup]]] = rivals.campaigns
        self._accounts = rivals
        self._truth = truth
        self.people = people
        self._day = day
        self._come, self._shop = chance.of("come").key, chance.of("shop").key
        self._leads = Leads(chance, shelf.arrays.price)
        several = settings.creatives
        self._creatives = draw_creatives(shelf, people, several, settings.wear, chance) if several else None
        self._pending, self._waiting = _pending(0), 0
        self._delivered = -1
        """The last tick for which everything that waits was looked at."""
        rhythm = np.repeat(np.array(settings.hours), 2)
        self._rhythm = rhythm / rhythm.sum()
        self._sessions = pages_per_day / PAGES_A_SESSION / truth.activity
        self._scene_edges = np.cumsum(settings.scenes)[:3]
        self._click_base, self._order_base = np.array(settings.click), np.array(settings.order)
        self._weights = np.array(
            [
                settings.taste,
                settings.liking,
                settings.wear,
                settings.quantity_tail,
                settings.order_delay_h * HOUR,
                settings.errand,
            ]
        )

    @property
    def creatives(self) -> Sequence[Creative]:
        """What the sellers have made, in the order in which a platform is to number them; none in most worlds."""
        return self._creatives.records if self._creatives else ()

    def take_up(self, made: Sequence[Creative]) -> None:
        """Variants that sellers made of their creatives since, in the order in which the platform numbers them.

        Raises:
            ValueError: nobody has creatives here, or one is no variant of those.
        """
        if self._creatives is None:
            raise ValueError("this market has no creatives")
        self._creatives.add(made)

    def _date(self, tick: int) -> tuple[int, int]:
        """(day of the rehearsal, weekday) of a tick; warm-up days are negative."""
        day = tick // self._day.ticks - self._day.warm_up
        return day, _weekday(self._day.start, day)

    def _start(self, tick: int) -> int:
        return self._day.start + (tick - self._day.warm_up * self._day.ticks) * TICK

    def _promotion(self, day: int) -> tuple[float, float]:
        """(order utility, coupon) of a day: a lift on the promotion day, waiting the day before."""
        settings = self.settings
        if settings.promotion_day < 0:
            return 0.0, 0.0
        if day == settings.promotion_day:
            return settings.promotion_lift, settings.coupon
        return (-0.5 * settings.promotion_lift, 0.0) if day == settings.promotion_day - 1 else (0.0, 0.0)

    def requests(self, tick: int) -> PageRequests:
        settings = self.settings
        day, weekday = self._date(tick)
        night, of_day = divmod(tick, self._day.ticks)
        rate = self._sessions * self._rhythm[of_day] * settings.weekdays[weekday]
        if day >= settings.shock_day and of_day >= self._day.ticks // 2:
            rate *= settings.noon_shock
        if 0 <= settings.promotion_day == day:  # −1 is no promotion, and also the last day of the warm-up
            rate *= 1.35
        start = self._start(tick)
        most = rate * self._truth.activity * MOST_LOYAL
        visits = Visits(*np.empty((3, int(most + 12.0 * math.sqrt(most)) + 50), np.int64))  # chance never asks for more
        count, total = come(self._come, tick, night, rate, start, _LENGTH, self._truth, self.people, visits)
        at, shopper, scene, wanted = np.empty((4, total), np.int64)
        asked = Asked(at, np.empty(total, np.uint64), shopper, scene, wanted)
        ask(self._come, tick, start, TICK, count, visits, self._scene_edges, self._truth, self.people, asked)
        return PageRequests(*asked)

    def respond(self, tick: int, pages: Served) -> Responses:
        lift, coupon = self._promotion(self._date(tick)[0])
        count = len(pages.request)
        start, at = self._start(tick), self._start(tick) + TICK // 2
        depth = np.empty(count, np.int64)
        clicks = np.empty((count * POSITIONS, 2), np.int32)
        before, night = self._waiting, tick // self._day.ticks
        shown_well = self._creatives.lift(night, pages, PATIENCE) if self._creatives else _NO_LIFT
        self._make_room(before + len(clicks))
        clicked, waiting = shop(
            self._shop,
            night,
            at,
            pages.request,
            pages.shopper,
            pages.scene,
            pages.item,
            pages.group,
            self.shelf.arrays.price,
            self._truth,
            self.people,
            self.people.row.view(np.int32),
            self._click_base,
            self._order_base,
            self._weights,
            lift,
            coupon,
            shown_well,
            depth,
            clicks,
            self._pending,
            before,
        )
        # what waited before this tick falls due with the tick's first pages, what was ordered since with its own
        first = before if self._delivered == tick else 0
        self._delivered = tick
        orders, returns = _pending(waiting - first), _pending(before - first)
        self._waiting, ordered, returned = deliver(
            self._shop, start + TICK, self._truth.goods, self._pending, first, waiting, orders, returns
        )
        page, position = clicks[:clicked, 0], clicks[:clicked, 1]
        clicks_made = Clicked(
            at=np.full(clicked, at),
            request=pages.request[page],
            position=position.astype(np.int64),
            shopper=pages.shopper[page],
            scene=pages.scene[page],
            item=pages.item[page, position],
            group=pages.group[page, position],
        )
        how: Callable[[Pending, int], NDArray[np.int32]] = _no_creatives
        if self._creatives and len(pages.creative):
            shown = pages.creative[page, position]
            clicks_made = msgspec.structs.replace(clicks_made, creative=shown)
            self._creatives.remember(clicks_made.request, clicks_made.item, shown)
            how = self._shown_by
        return Responses(
            depth=depth,
            clicked=clicks_made,
            ordered=Ordered(
                at=orders.due[:ordered],
                clicked_at=orders.clicked[:ordered],
                request=orders.request[:ordered],
                shopper=orders.shopper[:ordered],
                scene=orders.scene[:ordered],
                item=orders.item[:ordered],
                group=orders.group[:ordered],
                quantity=orders.quantity[:ordered],
                value=orders.value[:ordered],
                creative=how(orders, ordered),
            ),
            returned=Returned(
                at=returns.due[:returned],
                request=returns.request[:returned],
                shopper=returns.shopper[:returned],
                item=returns.item[:returned],
                group=returns.group[:returned],
                value=returns.value[:returned],
                creative=how(returns, returned),
            ),
            converted=self._leads.after(clicks_made, start + TICK),
        )

    def _shown_by(self, rows: Pending, count: int) -> NDArray[np.int32]:
        """The creatives that orders or returns go back to."""
        assert self._creatives is not None
        return self._creatives.of(rows.request[:count], rows.item[:count])

    def _make_room(self, rows: int) -> None:
        """Room for so many rows that wait."""
        if len(self._pending.due) < rows:
            larger = _pending(rows + rows // 2)
            for old, new in zip(self._pending, larger, strict=True):
                new[: self._waiting] = old[: self._waiting]
            self._pending = larger

    def manage(self, tick: int, results: Callable[[], Sequence[OwnResults]], change: ChangeBid) -> None:
        self._accounts.manage(tick, self._day.warm_up * self._day.ticks, results, change)


_NO_LIFT = np.zeros((0, POSITIONS), np.float32)


def _no_creatives(rows: Pending, count: int) -> NDArray[np.int32]:
    del rows, count
    return np.zeros(0, np.int32)


def _pending(room: int) -> Pending:
    kind, due, clicked, shopper, scene, item, group, quantity, value = np.empty((9, room), np.int64)
    request = np.empty(room, np.uint64)
    return Pending(kind, due, clicked, request, shopper, scene, item, group, quantity, value)


@lru_cache(maxsize=1024)
def _weekday(start: int, day: int) -> int:
    """Weekday of a day after another, Monday being 0."""
    first = datetime.datetime.fromtimestamp(start / 1e6, datetime.UTC).date()
    return (first + datetime.timedelta(days=day)).weekday()
