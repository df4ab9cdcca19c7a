"""One draw of the bazaar, as a market that a platform can be put into."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

import numpy as np

from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Returned, Served
from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.chance import Chance
from magnetar.kernel.clock import HOUR, MINUTE
from magnetar.twin.bazaar.leads import Leads
from magnetar.twin.bazaar.population import Truth, draw
from magnetar.twin.bazaar.rivals import Rivals, draw_rivals
from magnetar.twin.bazaar.settings import BazaarSettings
from magnetar.twin.bazaar.shopping import PENDING, Pending, State, come, deliver, shop, sleep
from magnetar.twin.world import ChangeBid, Day, OwnResults, Responses
from magnetar.vocabulary.campaigns import AdGroup, Campaign
from magnetar.vocabulary.catalogue import Product

PAGES_A_SESSION = 1.0 + 1.0 / (np.exp(0.62) - 1.0)
"""Mean of 1 + floor(exponential / 0.62)."""
TICK = 30 * MINUTE


class Bazaar:
    """The world family as a plug-in."""

    def __init__(self, settings: BazaarSettings) -> None:
        self.settings = settings
        self.name = settings.name

    def open(self, products: Sequence[Product], seed: int, shoppers: int, pages_per_day: int, day: Day) -> BazaarMarket:
        chance = Chance(seed).of("bazaar")
        shelf, truth = draw(products, self.settings, shoppers, chance)
        return BazaarMarket(
            self.settings, shelf, truth, draw_rivals(shelf, self.settings, chance), chance, pages_per_day, day
        )


class BazaarMarket:
    """Shoppers and rivals of one seed, as the days pass."""

    def __init__(
        self,
        settings: BazaarSettings,
        shelf: Shelf,
        truth: Truth,
        rivals: Rivals,
        chance: Chance,
        pages_per_day: int,
        day: Day,
    ) -> None:
        self.settings = settings
        self.shelf = shelf
        self.shoppers = len(truth.activity)
        self.rivals: Sequence[tuple[Campaign, Sequence[AdGroup]]] = rivals.campaigns
        self._accounts = rivals
        self._truth = truth
        self._day = day
        self._come, self._shop = chance.of("come").key, chance.of("shop").key
        items, categories = len(shelf), len(shelf.categories)
        self.state = State(
            seen=np.zeros((self.shoppers, items), np.uint8),
            need=0.3 + 0.7 * chance.of("need").uniforms(self.shoppers, categories),
            purse=np.zeros(self.shoppers),
            loyalty=np.ones(self.shoppers),
            follows=chance.of("follows").uniforms(self.shoppers, len(shelf.merchants)) < 0.03,
        )
        self._leads = Leads(chance, shelf.arrays.price)
        self._pending = _pending(PENDING)
        self._due = _pending(PENDING)
        self._room = max(4096, pages_per_day // 4)
        rhythm = np.repeat(np.array(settings.hours), 2)
        self._rhythm = rhythm / rhythm.sum()
        self._sessions = pages_per_day / PAGES_A_SESSION / float(truth.activity.sum())
        self._scene_edges = np.cumsum(settings.scenes)[:3]
        self._click_base, self._order_base = np.array(settings.click), np.array(settings.order)
        self._weights = np.array(
            [settings.taste, settings.liking, settings.wear, settings.quantity_tail, settings.order_delay_h * HOUR]
        )

    def _date(self, tick: int) -> tuple[int, int]:
        """(day of the rehearsal, weekday) of a tick; warm-up days are negative."""
        day = tick // self._day.ticks
        start = datetime.datetime.fromtimestamp(self._day.start / 1e6, datetime.UTC).date()
        return day - self._day.warm_up, (start + datetime.timedelta(days=day - self._day.warm_up)).weekday()

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
        if tick and tick % self._day.ticks == 0:
            sleep(self.state, 0.18)
        rate = self._sessions * self._rhythm[tick % self._day.ticks] * settings.weekdays[weekday]
        if day >= settings.shock_day and tick % self._day.ticks >= self._day.ticks // 2:
            rate *= settings.noon_shock
        if 0 <= settings.promotion_day == day:  # −1 is no promotion, and also the last day of the warm-up
            rate *= 1.35
        room = self._room
        shopper, scene, wanted = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
        request, at = np.empty(room, np.uint64), np.empty(room, np.int64)
        count = come(
            self._come,
            tick,
            rate,
            self._truth.activity,
            self.state.loyalty,
            self._scene_edges,
            self._truth.leaning,
            self.state.need,
            self._day.start + (tick - self._day.warm_up * self._day.ticks) * TICK,
            TICK - 5 * MINUTE,
            shopper,
            scene,
            wanted,
            request,
            at,
        )
        order = np.argsort(at[:count], kind="stable")
        return PageRequests(at[order], request[order], shopper[order], scene[order], wanted[order])

    def respond(self, tick: int, pages: Served) -> Responses:
        lift, coupon = self._promotion(self._date(tick)[0])
        arrays = self.shelf.arrays
        count = len(pages.request)
        start = self._day.start + (tick - self._day.warm_up * self._day.ticks) * TICK
        depth = np.zeros(count, np.int64)
        clicks = np.empty((count * POSITIONS, 2), np.int64)
        at = np.full(count, start + TICK // 2)
        clicked = shop(
            self._shop,
            pages.request,
            pages.shopper,
            pages.scene,
            at,
            pages.item,
            pages.group,
            self._truth,
            self.state,
            arrays.merchant,
            arrays.category,
            arrays.price,
            self._click_base,
            self._order_base,
            self._weights,
            lift,
            coupon,
            depth,
            clicks,
            self._pending,
        )
        deliver(self._shop, start + TICK, self._truth.returns, self._pending, self._due)
        page, position = clicks[:clicked, 0], clicks[:clicked, 1]
        clicks_made = Clicked(
            at=at[page],
            request=pages.request[page],
            position=position,
            shopper=pages.shopper[page],
            scene=pages.scene[page],
            item=pages.item[page, position],
            group=pages.group[page, position],
        )
        leads = self._leads.after(clicks_made, start + TICK)
        return Responses(depth, clicks_made, self._ordered(), self._returned(), leads)

    def _ordered(self) -> Ordered:
        due = self._due
        row = np.flatnonzero(due.kind[: due.count[0]] == 0)
        return Ordered(
            at=due.due[row],
            clicked_at=due.clicked[row],
            request=due.request[row],
            shopper=due.shopper[row],
            scene=due.scene[row],
            item=due.item[row],
            group=due.group[row],
            quantity=due.quantity[row],
            value=due.value[row],
        )

    def _returned(self) -> Returned:
        due = self._due
        row = np.flatnonzero(due.kind[: due.count[0]] == 1)
        return Returned(
            at=due.due[row],
            request=due.request[row],
            shopper=due.shopper[row],
            item=due.item[row],
            group=due.group[row],
            value=due.value[row],
        )

    def manage(self, tick: int, results: Callable[[], Sequence[OwnResults]], change: ChangeBid) -> None:
        self._accounts.manage(tick, self._day.warm_up * self._day.ticks, results, change)


def _pending(room: int) -> Pending:
    kind, due, clicked, shopper, scene, item, group, quantity, value = np.empty((9, room), np.int64)
    request = np.empty(room, np.uint64)
    return Pending(kind, due, clicked, request, shopper, scene, item, group, quantity, value, np.zeros(1, np.int64))
