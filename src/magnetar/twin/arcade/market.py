"""One draw of the arcade, as a market that a platform can be put into."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

import numpy as np

from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.shoppers import Clicked, Ordered, Returned, Served
from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.chance import Chance
from magnetar.kernel.clock import MINUTE
from magnetar.kernel.compiled import Array
from magnetar.twin.arcade.character import CHAIN, FIRST, SCENE_OF, Character, draw_character, pages_a_visit
from magnetar.twin.arcade.folk import Folk, lay_out, settle
from magnetar.twin.arcade.sellers import Sellers, hire
from magnetar.twin.arcade.visiting import DULL, ENGAGED, LAPSED, Mind, choose, delays, wake, wander
from magnetar.twin.world import ChangeBid, Day, OwnResults, Responses
from magnetar.vocabulary.campaigns import AdGroup, Campaign
from magnetar.vocabulary.catalogue import Product

TICK = 30 * MINUTE
_SELLER_BUDGET = 0.006
"""Median daily budget of a seller for each page of a day, currency units, where goods cost 40."""
_BOOK = ("due", "returned", "clicked", "back", "request", "shopper", "scene", "item", "group", "quantity", "value")


class Arcade:
    """The world as a plug-in. Each seed is another town: its laws are drawn as well as its people."""

    name = "arcade"

    def open(self, products: Sequence[Product], seed: int, shoppers: int, pages_per_day: int, day: Day) -> ArcadeMarket:
        chance = Chance(seed).of("arcade")
        character = draw_character(chance)
        shelf, ratio = lay_out(products, chance)
        folk = settle(shelf, ratio, character, shoppers, chance)
        price = shelf.arrays.price[shelf.arrays.price > 0.0]
        level = float(np.median(price)) / 40.0 if len(price) else 1.0
        currency = products[0].price.currency if products else "CNY"
        sellers = hire(shelf, _SELLER_BUDGET * pages_per_day * level, currency, chance)
        return ArcadeMarket(character, shelf, folk, sellers, chance, pages_per_day, day)


class ArcadeMarket:
    """Shoppers and sellers of one seed, as the days pass."""

    def __init__(
        self,
        character: Character,
        shelf: Shelf,
        folk: Folk,
        sellers: Sellers,
        chance: Chance,
        pages_per_day: int,
        day: Day,
    ) -> None:
        self.shelf = shelf
        self.shoppers = len(folk.visits)
        self.rivals: Sequence[tuple[Campaign, Sequence[AdGroup]]] = sellers.campaigns
        self._character, self._folk, self._sellers, self._chance, self._day = character, folk, sellers, chance, day
        items = len(shelf)
        lapsed = chance.of("lapsed").uniforms(self.shoppers) < 0.10 / 0.35  # what the two-state chain tends to
        self.mind = Mind(
            engaged=np.where(lapsed, LAPSED, ENGAGED),
            carried=np.full(self.shoppers, -1),
            views=np.zeros((self.shoppers, items), np.uint8),
            rests=_resting(character, self.shoppers, len(shelf.categories), chance),
            spent=folk.allowance * 0.5 * chance.of("spent").uniforms(self.shoppers),
            fashion=np.zeros(items),
            sold=np.zeros((items, 2)),
        )
        self._luck = chance.of("luck").key
        self._sway = 0.0
        self._pages = np.zeros((0, 6), np.int64)
        self._requests = np.zeros(0, np.uint64)
        self._book: dict[str, Array] = {name: np.zeros(0, np.int64) for name in _BOOK}
        self._book["request"] = np.zeros(0, np.uint64)
        self._room = max(4096, pages_per_day // 3)
        self._rate = _rate(folk, lapsed, pages_per_day / pages_a_visit(FIRST))
        self._laws = np.array(
            [
                character.silence,
                character.likeness,
                character.second_look,
                character.taste,
                character.wear,
                character.order,
                character.loss,
                character.price,
                character.fame,
                character.rest_days,
                character.carried,
                character.coupon,
            ]
        )
        self._resolve = np.array(character.resolve)

    def _night(self, day: int) -> None:
        """A new day's fashions, and how many come out at all."""
        character, draws = self._character, self._chance.of("day", day)
        wake(
            self._luck,
            day,
            self.mind,
            character.fading,
            character.fashion,
            draws.of("fashion").normals(len(self.shelf)),
        )
        fresh = float(draws.of("sway").normals(1)[0])
        self._sway = 0.5 * self._sway + character.sway * 0.75**0.5 * fresh

    def requests(self, tick: int) -> PageRequests:
        ticks = self._day.ticks
        day = tick // ticks
        if tick % ticks == 0:
            self._night(day)
        start = self._day.start + (tick - self._day.warm_up * ticks) * TICK
        weekday = datetime.datetime.fromtimestamp(start / 1e6, datetime.UTC).weekday()
        rate = self._rate * float(np.exp(self._sway)) * (self._character.weekend if weekday >= 5 else 1.0)
        pages, request = np.empty((self._room, 6), np.int64), np.empty(self._room, np.uint64)
        count = wander(
            self._luck,
            tick,
            rate,
            self._folk,
            self.mind,
            np.cumsum(CHAIN, axis=1),
            np.cumsum(FIRST),
            np.cumsum(SCENE_OF, axis=1),
            start,
            TICK - 12 * MINUTE,
            pages,
            request,
        )
        pages[:count, 0] = np.minimum(pages[:count, 0], start + TICK - 1)
        order = np.argsort(pages[:count, 0], kind="stable")
        self._pages, self._requests = pages[order], request[order]
        at, shopper, scene, wanted = self._pages[:, :4].T
        return PageRequests(at.copy(), self._requests, shopper.copy(), scene.copy(), wanted.copy())

    def respond(self, tick: int, pages: Served) -> Responses:
        count = len(pages.request)
        row = _rows_of(pages.request, self._requests)
        known = np.ascontiguousarray(self._pages[row])
        depth = np.zeros(count, np.int64)
        picks, bought = np.empty((2 * count, 2), np.int64), np.empty((2 * count, 8), np.int64)
        clicks, orders = choose(
            self._luck,
            tick,
            known,
            pages.request,
            pages.item,
            pages.group,
            self.shelf.arrays.category,
            self.shelf.arrays.price,
            self._folk,
            self.mind,
            self._laws,
            self._resolve,
            depth,
            picks,
            bought,
        )
        page, position = picks[:clicks].T
        self._take(known, pages.request, bought[:orders])
        end = self._day.start + (tick + 1 - self._day.warm_up * self._day.ticks) * TICK
        return Responses(
            depth=depth,
            clicked=Clicked(
                at=known[page, 0],
                request=pages.request[page],
                position=position,
                shopper=pages.shopper[page],
                scene=pages.scene[page],
                item=pages.item[page, position],
                group=pages.group[page, position],
            ),
            ordered=self._due(end),
            returned=self._back(end),
        )

    def _take(self, known: Array, request: Array, bought: Array) -> None:
        """Write orders into the book, with their days of placing and of coming back."""
        page, _, item, group, shopper, scene, quantity, value = bought.T
        wait, back = np.zeros(len(bought), np.int64), np.zeros(len(bought), np.int64)
        delays(self._luck, request[page], item, wait, back)
        at = known[page, 0]
        keeps = self._keeps(request[page], item)
        fresh = {
            "due": at + wait,
            "returned": np.zeros(len(bought), np.int64),
            "clicked": at,
            "back": np.where(keeps, np.iinfo(np.int64).max, at + wait + back),
            "request": request[page],
            "shopper": shopper,
            "scene": scene,
            "item": item,
            "group": group,
            "quantity": quantity,
            "value": value * 10_000,
        }
        for name in _BOOK:
            self._book[name] = np.append(self._book[name], fresh[name])

    def _keeps(self, request: Array, item: Array) -> Array:
        """Whether each order is kept."""
        luck = self._chance.of("returns")
        draws = [luck.of(int(one), int(what)).uniforms(1)[0] for one, what in zip(request, item, strict=True)]
        return np.array(draws) >= self._folk.comes_back[item] if len(draws) else np.zeros(0, bool)

    def _due(self, end: int) -> Ordered:
        """Orders placed before a moment."""
        book = self._book
        row = np.flatnonzero((book["returned"] == 0) & (book["due"] < end))
        book["returned"][row] = 1  # placed; what stays in the book may still come back
        return Ordered(
            at=book["due"][row],
            clicked_at=book["clicked"][row],
            **{name: book[name][row] for name in ("request", "shopper", "scene", "item", "group", "quantity", "value")},
        )

    def _back(self, end: int) -> Returned:
        """Orders that came back before a moment; what can no longer come back leaves the book."""
        book = self._book
        back = (book["returned"] == 1) & (book["back"] < end)
        row = np.flatnonzero(back)
        event = Returned(
            at=book["back"][row],
            **{name: book[name][row] for name in ("request", "shopper", "item", "group", "value")},
        )
        done = back | ((book["returned"] == 1) & (book["back"] == np.iinfo(np.int64).max))
        self._book = {name: book[name][~done] for name in _BOOK}
        return event

    def manage(self, tick: int, results: Callable[[], Sequence[OwnResults]], change: ChangeBid) -> None:
        self._sellers.manage(tick, results, change)


def _resting(character: Character, shoppers: int, categories: int, chance: Chance) -> Array:
    """(shoppers, categories), until when a category rests, as though life had gone on before."""
    bought = chance.of("rest").uniforms(shoppers, categories) < 0.2
    days = -character.rest_days * np.log(1.0 - chance.of("rest days").uniforms(shoppers, categories))
    return np.where(bought, (48.0 * days).astype(np.int64), 0)


def _rate(folk: Folk, lapsed: Array, visits: float) -> float:
    """The rate at which these shoppers make so many visits on an ordinary day; at most one in a half-hour each."""
    mean = folk.visits[:, None] * folk.rhythm[folk.kind] * np.where(lapsed, DULL, 1.0)[:, None]
    rate = visits / max(float(mean.sum()), 1e-12)
    for _ in range(12):
        rate *= visits / max(float(-np.expm1(-rate * mean).sum()), 1e-12)
    return min(rate, 1e6)


def _rows_of(request: Array, known: Array) -> Array:
    """Where each page stands among those that were asked for in this tick."""
    if len(request) == len(known) and np.array_equal(request, known):
        return np.arange(len(known))
    order = np.argsort(known)
    place = np.searchsorted(known[order], request)
    if len(known) == 0 or place.max(initial=0) >= len(known) or not np.array_equal(known[order][place], request):
        raise ValueError("a page was answered that nobody asked for in this tick")
    return order[place]
