"""A market small enough to reason about: a shelf, campaigns on it, and shoppers who do as they are told."""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.campaigns import Campaigns
from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Returned, Served, Viewed
from magnetar.capabilities.understanding import NOBODY, Shelf
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.kernel.bus import Bus, HandlingFailed
from magnetar.kernel.clock import SteppedClock
from magnetar.kernel.store import Store
from magnetar.platform.market import Marketplace
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Goal, GoalKind
from magnetar.vocabulary.ids import AdGroupId, CampaignId, MerchantId, ProductId
from magnetar.vocabulary.money import MICROS, Money

ROI_3 = Goal(GoalKind.TARGET_ROI, 3.0)
TICK = 30 * 60 * 1_000_000


def shelf_of(*rows: tuple[str, str, str, float], scenes: int = 0b1111) -> Shelf:
    """A shelf from (id, merchant or '', category, price)."""
    merchants = list(dict.fromkeys(merchant for _, merchant, _, _ in rows if merchant))
    categories = list(dict.fromkeys(category for _, _, category, _ in rows))
    return Shelf.of(
        ids=[id for id, _, _, _ in rows],
        merchants=merchants,
        merchant=np.array([merchants.index(one) if one else NOBODY for _, one, _, _ in rows], np.int64),
        categories=categories,
        category=np.array([categories.index(one) for _, _, one, _ in rows], np.int64),
        price=np.array([price for _, _, _, price in rows], np.float64),
        scenes=np.full(len(rows), scenes, np.uint8),
    )


def crowded_shelf(merchants: int = 8, goods: int = 6, contents: int = 20, categories: int = 5) -> Shelf:
    """Merchants m0, m1 …, each with goods m0-0, m0-1 … over all categories, and content that sells nothing."""
    rows = [
        (
            f"m{seller}-{place}",
            f"m{seller}",
            f"c{(seller + place) % categories}",
            15.0 + 9.0 * ((7 * place + seller) % 11),
        )
        for seller in range(merchants)
        for place in range(goods)
    ]
    rows += [(f"content-{place}", "", f"c{place % categories}", 0.0) for place in range(contents)]
    return shelf_of(*rows)


def open_market(shelf: Shelf, shoppers: int = 40, seed: int = 5, store: Store | None = None) -> Marketplace:
    """A marketplace in memory, at midnight."""
    bus = Bus(MemoryLog(), SteppedClock())
    return Marketplace.open(bus, store or MemoryStore(), shelf, shoppers, seed)


def campaigns_on(shelf: Shelf, store: Store | None = None, bus: Bus | None = None) -> Campaigns:
    """The campaigns capability alone."""
    rows = {name: row for row, name in enumerate(shelf.merchants)}
    bus = bus or Bus(MemoryLog(), SteppedClock())
    arrays = shelf.arrays
    return Campaigns(bus, store or MemoryStore(), shelf.row_of, rows, arrays.price, arrays.merchant)


def campaign(id: str = "spring", merchant: str = "m0", budget: float = 100.0, goal: Goal = ROI_3, **more) -> Campaign:
    return Campaign(CampaignId(id), MerchantId(merchant), id, goal, Money.of(budget), **more)


def group(id: str, product: str, campaign: str = "spring", **more) -> AdGroup:
    return AdGroup(AdGroupId(id), CampaignId(campaign), ProductId(product), **more)


def advertise_everything(market: Marketplace, budget: float = 100.0, **more) -> None:
    """Every merchant promotes all of its goods."""
    shelf = market.shelf
    for merchant in shelf.merchants:
        market.campaigns.add(campaign(f"{merchant}-all", merchant, budget, **more))
        for row in shelf.of_merchant(merchant).tolist():
            market.campaigns.add_group(group(f"ad-{shelf.ids[row]}", shelf.ids[row], f"{merchant}-all"))


def pages_for(market: Marketplace, count: int, seed: int = 1, scene: int | None = None) -> PageRequests:
    """Requests by anybody, anywhere; searches ask for some category."""
    rng = np.random.default_rng(seed)
    where = rng.integers(0, 4, count) if scene is None else np.full(count, scene)
    return PageRequests(
        at=np.arange(count) + market.bus.clock.now(),
        request=rng.integers(0, 2**63, count).astype(np.uint64),
        shopper=rng.integers(0, market.serving.shoppers, count),
        scene=where,
        wanted=np.where(where == 2, rng.integers(0, len(market.shelf.categories), count), -1),
    )


def look(market: Marketplace, pages: Served, depth: int = POSITIONS, clicks: float = 0.3, buys: float = 0.3) -> Ordered:
    """Shoppers look that far, click some of what they see and order some of that, by a hash of the request."""
    rows, places = np.nonzero((pages.item >= 0) & (np.arange(POSITIONS) < depth))
    luck = (pages.request[rows].astype(np.int64) + 7919 * places) % 1000 / 1000.0
    clicked = luck < clicks
    rows, places, luck = rows[clicked], places[clicked], luck[clicked]
    item, ad = pages.item[rows, places], pages.group[rows, places]
    now = np.full(len(rows), market.bus.clock.now())
    price = market.shelf.arrays.price[item]
    bought = (luck < clicks * buys) & (price > 0)
    ordered = Ordered(
        at=now[bought],
        clicked_at=now[bought],
        request=pages.request[rows][bought],
        shopper=pages.shopper[rows][bought],
        scene=pages.scene[rows][bought],
        item=item[bought],
        group=ad[bought],
        quantity=np.ones(int(bought.sum()), np.int64),
        value=np.round(price[bought] * MICROS).astype(np.int64),
    )
    market.intake(
        pages,
        np.full(len(pages.request), depth),
        Clicked(now, pages.request[rows], places, pages.shopper[rows], pages.scene[rows], item, ad),
        ordered,
        returned(),
    )
    return ordered


def returned(*rows: tuple[int, int, int, int], at: int = 0) -> Returned:
    """Returns from (request, item, ad group, micros)."""
    request, item, ad, value = np.array(rows, np.int64).reshape(-1, 4).T
    count = np.full(len(rows), at)
    return Returned(at=count, request=request.astype(np.uint64), shopper=count * 0, item=item, group=ad, value=value)


def ordered(*rows: tuple[int, int, int, int], at: int = 0) -> Ordered:
    """Orders from (request, item, ad group, micros)."""
    request, item, ad, value = np.array(rows, np.int64).reshape(-1, 4).T
    same = np.zeros(len(rows), np.int64)
    return Ordered(
        at=same + at,
        clicked_at=same,
        request=request.astype(np.uint64),
        shopper=same,
        scene=same,
        item=item,
        group=ad,
        quantity=same + 1,
        value=value,
    )


def clicked(*rows: tuple[int, int], shopper: int = 0, scene: int = 0) -> Clicked:
    """Clicks from (item, ad group), all by one shopper."""
    item, ad = np.array(rows, np.int64).reshape(-1, 2).T
    same = np.zeros(len(rows), np.int64)
    return Clicked(same, same.astype(np.uint64), same, same + shopper, same + scene, item, ad)


def page(
    *positions: tuple[int, int, int], shopper: int = 0, scene: int = 0, rates: tuple[float, float] = (0.0, 0.0)
) -> Served:
    """One page from (item, ad group, micros charged) for each of its first positions."""
    item, ad = np.full((1, POSITIONS), -1, np.int32), np.full((1, POSITIONS), -1, np.int32)
    charge = np.zeros((1, POSITIONS), np.int64)
    for place, (what, who, micros) in enumerate(positions):
        item[0, place], ad[0, place], charge[0, place] = what, who, micros
    return Served(
        tick=0,
        request=np.zeros(1, np.uint64),
        shopper=np.array([shopper]),
        scene=np.array([scene]),
        item=item,
        group=ad,
        charge=charge,
        click_rate=np.full((1, POSITIONS), rates[0], np.float32),
        order_rate=np.full((1, POSITIONS), rates[1], np.float32),
        reason=np.zeros((1, POSITIONS), np.int8),
    )


def viewed(pages: Served, depth: int) -> Viewed:
    return Viewed(pages=pages, depth=np.full(len(pages.request), depth))


def failures(bus: Bus) -> list[HandlingFailed]:
    """Handlers that raised; a scene that goes well leaves none."""
    return [envelope.data for _, envelope in bus.log.read() if isinstance(envelope.data, HandlingFailed)]
