"""Serving: `decide()` fills pages; tick edges prepare what it reads."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.auction import SECOND_PRICE
from magnetar.capabilities.campaigns import Campaigns
from magnetar.capabilities.forecast import Landscape
from magnetar.capabilities.measurement import Experiments, Withheld
from magnetar.capabilities.recommendation import Following
from magnetar.capabilities.serving.candidates import Pools, Rows, Value, organic_pools, paid_pools
from magnetar.capabilities.serving.caps import Shown
from magnetar.capabilities.serving.page import fill_pages
from magnetar.capabilities.serving.reasons import Reason
from magnetar.capabilities.serving.rotation import NOTHING, Rotation, choose
from magnetar.capabilities.serving.snapshot import BOOST, ORDER, PAID_SLOTS, TAKE, Drawn, Slates, Snapshot
from magnetar.capabilities.shoppers import POSITIONS, Requested, Served
from magnetar.capabilities.understanding import Predictor
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.vocabulary.campaigns import Phase

_NO_CREATIVES = np.zeros((0, 0), np.int32)
_NO_GHOSTS = np.zeros((1, 4), np.int64)
POOL_TICKS = 4
"""Organic lists and shopper segments are remade every so many ticks."""


@dataclass(frozen=True, slots=True)
class PageRequests:
    """Shoppers asking for pages, in arrival order; a column per field."""

    at: NDArray[np.int64]
    request: NDArray[np.uint64]
    shopper: NDArray[np.int64]
    scene: NDArray[np.int64]
    wanted: NDArray[np.int64]
    """Category asked for by a search, −1 where none."""
    found: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 0), np.int32))
    """(pages, answers), items that a search found, best first, −1 where less; no rows where nobody searched in words."""

    def __len__(self) -> int:
        return len(self.request)

    def rows(self, which: slice | Ints) -> PageRequests:
        """Some of the rows."""
        return PageRequests(
            self.at[which],
            self.request[which],
            self.shopper[which],
            self.scene[which],
            self.wanted[which],
            self.found[which] if len(self.found) else self.found,
        )


class Serving:
    """Fills pages for shoppers, within budgets and caps."""

    def __init__(
        self,
        bus: Bus,
        predictor: Predictor,
        campaigns: Campaigns,
        landscape: Landscape,
        experiments: Experiments,
        following: Following,
        shoppers: int,
        seed: int,
        reserve: float = 0.004,
        rule: int = SECOND_PRICE,
        value: Value | None = None,
    ) -> None:
        self._bus = bus
        self._predictor = predictor
        self._campaigns = campaigns
        self._landscape = landscape
        self._experiments = experiments
        self._following = following
        self.shoppers = shoppers
        self.reserve = reserve
        self.rule = rule
        self.value = value or Value()
        self._explore = Chance(seed).of("explore").key
        self.shown = Shown(shoppers)
        self.lease = np.zeros(0, np.int64)
        self.leased = np.zeros(0, np.int64)
        """(campaigns,) micros leased when the tick opened; `lease` is what is left of them."""
        self.tick = 0
        self.rotation: Rotation | None = None
        """Which creatives show products, set at tick edges; None where no product has one in use."""
        self._snapshot: Snapshot | None = None
        self._organic: tuple[Rows, Rows, Floats, Floats] | None = None

    def open_tick(self, tick: int, alpha: Floats, lease: NDArray[np.int64]) -> None:
        """Prepare a tick: the multipliers, leases and lists that its pages will read.

        `alpha` is (groups,), the bid per expected result; `lease` is (campaigns,), micros.
        """
        roster, predictor = self._campaigns.roster, self._predictor
        groups = len(roster)
        self._landscape.grow(groups)
        self._following.open_tick()
        if self._organic is None or tick % POOL_TICKS == 0:
            predictor.regroup()
            self._following.refresh()
            self._organic = *organic_pools(predictor, self.value), predictor.liking()
        lists, sizes, boost, liking = self._organic
        alpha = np.where(np.isfinite(alpha) & (alpha > 0.0), alpha, 0.0)
        paid, paid_sizes = paid_pools(roster, alpha, predictor, liking)
        reasons = np.full(groups, int(Reason.PAID), np.int64)
        reasons[roster.phase == int(Phase.COLD_START)] = int(Reason.PAID_COLD_START)
        reasons[roster.phase == int(Phase.EXPANSION)] = int(Reason.PAID_EXPANSION)
        self.tick = tick
        self.lease = lease.copy()
        self.leased = lease
        orders, shelf = predictor.orders, predictor.shelf.arrays
        group_split, splits = self._experiments.splits(tick)
        draws = predictor.draws
        facts = draws.items.copy()
        facts[:, ORDER] = np.where(shelf.price > 0.0, orders.items.mean, 0.0)
        facts[:, TAKE], facts[:, BOOST] = self.value.take * shelf.price, boost
        self._snapshot = Snapshot(
            shelf=shelf,
            tastes=predictor.tastes,
            recent=self._following.recent,
            partners=self._following.next,
            follow_lift=self._following.lift,
            pools=Pools(lists, sizes, paid, paid_sizes, boost),
            value=self.value,
            draws=draws,
            drives=predictor.drives,
            order_context=orders.contexts.mean,
            order_item=orders.items.mean,
            facts=facts,
            group_item=roster.item,
            group_campaign=roster.campaign,
            group_merchant=roster.merchant,
            group_split=group_split,
            splits=splits,
            alpha=alpha,
            per_click=roster.per_click,
            unit=roster.unit,
            quota=roster.quota,
            cap=roster.cap,
            incremental=roster.incremental,
            reach=predictor.reach,
            paid_reason=reasons,
            reserve=self.reserve if self._experiments.reserve is None else self._experiments.reserve,
            rule=self.rule,
            explore=self._explore,
            rotation=self.rotation or NOTHING,
        )

    def decide(self, requests: PageRequests) -> Served:
        """Fill the pages and record what was shown, at what price and why.

        Raises:
            ValueError: no tick is open, or a shopper, scene or category is out of range.
        """
        snapshot = self._snapshot
        if snapshot is None:
            raise ValueError("open a tick before deciding")
        count = len(requests)
        _check(requests, self.shoppers, len(self._predictor.shelf.categories), len(self._predictor.shelf))
        shape = (count, POSITIONS)
        ghost = np.zeros((1 + count * PAID_SLOTS, 4), np.int64) if len(snapshot.splits.key) else _NO_GHOSTS
        out = Slates(
            np.empty(shape, np.int32),
            np.empty(shape, np.int32),
            np.empty(shape, np.int64),
            np.empty(shape, np.float32),
            np.empty(shape, np.float32),
            np.empty(shape, np.int8),
            ghost,
        )
        landscape = self._landscape
        drawn = Drawn(self.lease, self.shown.chains(count), landscape.value, landscape.cost)
        fill_pages(
            requests.shopper,
            requests.scene,
            requests.wanted,
            requests.found,
            requests.request,
            snapshot,
            drawn,
            out,
        )
        landscape.pages += count
        creative = _NO_CREATIVES
        if snapshot.rotation.several:
            creative = np.empty(shape, np.int32)
            choose(requests.request, requests.shopper, out.item, snapshot.rotation, creative)
        served = Served(
            tick=self.tick,
            request=requests.request,
            shopper=requests.shopper,
            scene=requests.scene,
            item=out.item,
            group=out.group,
            charge=out.charge,
            click_rate=out.click_rate,
            order_rate=out.order_rate,
            reason=out.reason,
            creative=creative,
        )
        self._bus.publish(
            Requested(
                tick=self.tick,
                at=requests.at,
                request=requests.request,
                shopper=requests.shopper,
                scene=requests.scene,
                wanted=requests.wanted,
                found=requests.found,
            )
        )
        self._bus.publish(served)
        if ghost[0, 0]:
            page, position, group, price = ghost[1 : 1 + ghost[0, 0]].T
            self._bus.publish(
                Withheld(self.tick, requests.request[page], requests.shopper[page], group, position, price)
            )
        return served

    def explore_anew(self, seed: int) -> None:
        """Draw exploration from another seed from now on; for A/A comparisons."""
        self._explore = Chance(seed).of("explore").key

    def new_day(self) -> None:
        """Frequency caps start again."""
        self.shown.new_day()


def _check(requests: PageRequests, shoppers: int, categories: int, items: int) -> None:
    if not len(requests):
        return
    if len(requests.found) not in (0, len(requests)):
        raise ValueError(f"found has a row for each of {len(requests)} pages or none, found {len(requests.found)}")
    for name, column, low, high in (
        ("shopper", requests.shopper, 0, shoppers),
        ("scene", requests.scene, 0, 4),
        ("wanted category", requests.wanted, -1, categories),
        ("found item", requests.found, -1, items),
    ):
        if column.size and (column.min() < low or column.max() >= high):
            raise ValueError(f"{name} must lie in [{low}, {high}), found {column.min()} to {column.max()}")
