"""A world of somebody else's making, to judge Magnetar with: no tastes, no memory, independent rates.

Every product has one click rate and one order rate in each scene, drawn independently; shoppers are all alike;
twelve rivals pay a fixed price for an order and never look. Nothing here is like the bazaar that the autopilot was
tuned in. Run it:

    magnetar rehearse --world examples/own_world.py:World --pairs 2 --days 2
"""

import numpy as np

from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.shoppers import Clicked, Ordered, Returned
from magnetar.capabilities.understanding import Shelf
from magnetar.twin.world import Responses
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Goal, GoalKind, Phase
from magnetar.vocabulary.money import Money

RIVALS, GOODS_EACH, SCENES = 12, 12, 4
TICK = 30 * 60 * 1_000_000  # microseconds
COME, SCENE, SEARCH, DEPTH, CLICK, ORDER, RETURN = range(7)  # what a draw is for
RHYTHM = 1.0 + 0.8 * np.sin(2 * np.pi * (np.arange(48) - 30) / 48)  # quiet at 9:00, busy at 21:00
RETURNED = ("request", "shopper", "item", "group", "value")


def luck(seed, *parts):
    """Draws in [0, 1): a hash of what each is for (SplitMix64), so that the same event meets the same luck in every arm."""
    state = np.array([seed], np.uint64)
    for part in parts:
        state = (state ^ np.asarray(part).astype(np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    return (state >> np.uint64(11)) * 2.0**-53


class World:
    """What `--world` names: something that a market can be drawn from."""

    name = "independent rates"

    def open(self, products, seed, shoppers, pages_per_day, day):
        return Market(products, seed % 2**63, shoppers, pages_per_day, day)


class Market:
    """One draw of the world. `shelf`, `shoppers` and `rivals` are public; the rates are nobody's business."""

    def __init__(self, products, seed, shoppers, pages_per_day, day):
        self.seed, self.shoppers, self.pages_per_day, self.day = seed, shoppers, pages_per_day, day
        rng = np.random.default_rng(seed)  # for what is drawn once
        own, theirs = len(products), RIVALS * GOODS_EACH
        categories = sorted({one.top_category or "other" for one in products})
        price = np.array([one.price.amount for one in products])
        self.shelf = Shelf.of(
            ids=[one.id for one in products] + [f"theirs-{row}" for row in range(theirs)],
            merchants=[products[0].merchant, *(f"rival-{row}" for row in range(RIVALS))],
            merchant=np.append(np.zeros(own, int), 1 + np.repeat(np.arange(RIVALS), GOODS_EACH)),
            categories=categories,
            category=np.append([categories.index(one.top_category or "other") for one in products],
                               rng.integers(len(categories), size=theirs)),
            price=np.append(price, np.round(rng.choice(price, theirs) * rng.uniform(0.8, 1.2, theirs), 2)),
            scenes=np.full(own + theirs, 0b1111),
        )  # fmt: skip
        self.rivals = [self.rival(number, products[0].price.currency) for number in range(RIVALS)]
        self._click_rate = np.clip(rng.normal(0.05, 0.015, (own + theirs, SCENES)), 0.005, 0.3)
        worth = np.clip(rng.normal(2.5, 0.8, (own + theirs, SCENES)), 0.2, None)  # of a click, whatever the price
        self._order_rate = np.clip(worth / self.shelf.arrays.price[:, None], 0.0, 0.4)
        self._coming_back = {}  # tick → goods that arrive back in it

    def rival(self, number, currency):
        """A campaign that pays a fifth of the mean price for an order, over four products."""
        rows = self.shelf.of_merchant(f"rival-{number}")
        goal = Goal(GoalKind.TARGET_COST, float(self.shelf.arrays.price[rows].mean()) / 5)
        id = f"rival-{number}-campaign"
        campaign = Campaign(id, f"rival-{number}", "fixed price", goal, Money.of(1_500, currency), bidder="fixed")
        return campaign, [AdGroup(f"{id}-{row}", id, self.shelf.ids[row], phase=Phase.STABLE) for row in rows[:4]]

    def requests(self, tick):
        """Who opens a page: anybody, at a rate that follows the hour."""
        count = int(self.pages_per_day / 48 * RHYTHM[tick % 48])
        request = (np.arange(count) + tick * 10_000_000).astype(np.uint64)  # unique for all time
        scene = (luck(self.seed, SCENE, request) * SCENES).astype(int)
        category = (luck(self.seed, SEARCH, request) * len(self.shelf.categories)).astype(int)
        start = self.day.start + (tick - self.day.warm_up * self.day.ticks) * TICK
        return PageRequests(
            at=start + np.arange(count) * (TICK // 2) // max(count, 1),  # in arrival order
            request=request,
            shopper=(luck(self.seed, COME, request) * self.shoppers).astype(int),
            scene=scene,
            wanted=np.where(scene == 2, category, -1),  # scene 2 is search
        )

    def respond(self, tick, pages):
        """How far each shopper scrolls, what they click, and what they order and send back."""
        depth = 1 + (luck(self.seed, DEPTH, pages.request) * 10).astype(int)
        seen = (np.arange(10) < depth[:, None]) & (pages.item >= 0)
        page, position = np.nonzero(seen)
        item, scene, request = pages.item[page, position], pages.scene[page], pages.request[page]
        clicked = luck(self.seed, CLICK, request, item) < self._click_rate[item, scene]
        ordered = clicked & (luck(self.seed, ORDER, request, item) < self._order_rate[item, scene])
        end = self.day.start + (tick + 1 - self.day.warm_up * self.day.ticks) * TICK

        def columns(rows):
            place = page[rows], position[rows]
            return {
                "request": request[rows],
                "shopper": pages.shopper[page[rows]],
                "item": item[rows],
                "group": pages.group[place],
            }

        def moments(rows, at):
            return np.full(int(rows.sum()), at)

        ordered_now = Ordered(
            at=moments(ordered, end - 1),
            clicked_at=moments(ordered, end - TICK // 2),
            scene=scene[ordered],
            quantity=moments(ordered, 1),
            value=np.round(self.shelf.arrays.price[item[ordered]] * 1e6).astype(np.int64),  # micros
            **columns(ordered),
        )
        back = luck(self.seed, RETURN, ordered_now.request, ordered_now.item) < 0.05
        self._coming_back[tick + 48] = {name: getattr(ordered_now, name)[back] for name in RETURNED}
        due = self._coming_back.pop(tick, dict.fromkeys(RETURNED, np.empty(0, np.int64)))
        return Responses(
            depth=depth,
            clicked=Clicked(
                at=moments(clicked, end - TICK // 2),
                position=position[clicked],
                scene=scene[clicked],
                **columns(clicked),
            ),
            ordered=ordered_now,
            returned=Returned(at=np.full(len(due["value"]), end - 1), **due),
        )

    def manage(self, tick, results, change):
        """These rivals never look at their campaigns."""
