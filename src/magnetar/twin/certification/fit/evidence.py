"""The platform's own log as columns: pages, clicks, orders, and what sellers changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns import AdGroupChanged
from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Requested, Viewed
from magnetar.kernel.clock import MINUTE
from magnetar.kernel.errors import BadInput
from magnetar.kernel.events import Envelope

TICKS_PER_DAY = 48
TICK = 30 * MINUTE


@dataclass(frozen=True, slots=True)
class BidChange:
    """A seller set the bid factor of an ad group."""

    group: str
    campaign: str
    tick: int
    factor: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What happened in whole days. Pages are in the order in which they were served."""

    start: int
    """Microseconds; the beginning of tick 0."""
    days: int
    tick: NDArray[np.int64]
    """(pages,)."""
    at: NDArray[np.int64]
    """(pages,), microseconds after the beginning of the tick."""
    shopper: NDArray[np.int64]
    scene: NDArray[np.int64]
    wanted: NDArray[np.int64]
    depth: NDArray[np.int64]
    item: NDArray[np.int32]
    """(pages, POSITIONS), −1 where empty."""
    group: NDArray[np.int32]
    told: NDArray[np.float32]
    """(pages, POSITIONS), click rate that the platform told itself."""
    clicked: NDArray[np.uint8]
    """(pages, POSITIONS), 1 where clicked, 2 where an order followed."""
    order_page: NDArray[np.int64]
    """(orders,), the page that an order goes back to."""
    order_position: NDArray[np.int64]
    order_delay: NDArray[np.int64]
    """(orders,), microseconds from click to order."""
    order_quantity: NDArray[np.int64]
    order_value: NDArray[np.int64]
    """(orders,), micros."""
    changes: tuple[BidChange, ...]

    @property
    def end(self) -> int:
        """Microseconds; the first moment that the log does not cover."""
        return self.start + self.days * TICKS_PER_DAY * TICK

    @property
    def moment(self) -> NDArray[np.int64]:
        """(pages,), microseconds, when each page was asked for."""
        return self.start + self.tick * TICK + self.at


def read_log(log: Iterable[Envelope]) -> Evidence:
    """Bring a log into columns.

    Raises:
        BadInput: the log holds less than two whole days of pages.
    """
    asked: list[Requested] = []
    viewed: list[Viewed] = []
    clicks: list[Clicked] = []
    orders: list[Ordered] = []
    changes: list[tuple[int, AdGroupChanged]] = []
    for envelope in log:
        event = envelope.data
        if isinstance(event, Requested):
            asked.append(event)
        elif isinstance(event, Viewed):
            viewed.append(event)
        elif isinstance(event, Clicked):
            clicks.append(event)
        elif isinstance(event, Ordered):
            orders.append(event)
        elif isinstance(event, AdGroupChanged):
            changes.append((envelope.time, event))
    days = (max((one.tick for one in asked), default=-1) + 1) // TICKS_PER_DAY
    pages = sum(len(one.request) for one in asked)
    if days < 2 or not pages:
        raise BadInput(
            f"A twin is fitted to at least two whole days of pages; this log has {pages} pages in {days} days. "
            "Let the platform run for longer."
        )
    first = next(one for one in asked if len(one.request))
    start = int(first.at[0]) // TICK * TICK - first.tick * TICK
    request = np.concatenate([one.request for one in asked])
    tick = np.concatenate([np.full(len(one.request), one.tick) for one in asked])
    depth = np.zeros(pages, np.int64)
    item = np.full((pages, POSITIONS), -1, np.int32)
    group = np.full((pages, POSITIONS), -1, np.int32)
    told = np.zeros((pages, POSITIONS), np.float32)
    place = _Places(request)
    for one in viewed:
        row = place.of(one.pages.request)
        known = row >= 0
        depth[row[known]], item[row[known]], group[row[known]] = (
            one.depth[known],
            one.pages.item[known],
            one.pages.group[known],
        )
        told[row[known]] = one.pages.click_rate[known]
    clicked = np.zeros((pages, POSITIONS), np.uint8)
    for one in clicks:
        row = place.of(one.request)
        known = row >= 0
        clicked[row[known], one.position[known]] = 1
    page, position, delay, quantity, value = _orders(orders, place, item, clicked)
    return Evidence(
        start=start,
        days=days,
        tick=tick,
        at=np.concatenate([one.at for one in asked]) - (start + tick * TICK),
        shopper=np.concatenate([one.shopper for one in asked]).astype(np.int64),
        scene=np.concatenate([one.scene for one in asked]).astype(np.int64),
        wanted=np.concatenate([one.wanted for one in asked]).astype(np.int64),
        depth=depth,
        item=item,
        group=group,
        told=told,
        clicked=clicked,
        order_page=page,
        order_position=position,
        order_delay=delay,
        order_quantity=quantity,
        order_value=value,
        changes=tuple(
            BidChange(one.group, one.campaign, int((time - start) // TICK), float(one.changes["bid_factor"]))
            for time, one in changes
            if "bid_factor" in one.changes
        ),
    )


class _Places:
    """Finds pages by request."""

    def __init__(self, request: NDArray[np.uint64]) -> None:
        self._order = np.argsort(request, kind="stable")
        self._sorted = request[self._order]

    def of(self, request: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Rows, −1 where a request is not known."""
        place = np.minimum(np.searchsorted(self._sorted, request), len(self._sorted) - 1)
        return np.where(self._sorted[place] == request, self._order[place], -1)


def _orders(
    orders: list[Ordered], place: _Places, item: NDArray[np.int32], clicked: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], ...]:
    """Each order's page, position, delay, quantity and value; marks its click."""
    if not orders:
        return tuple(np.zeros(0, np.int64) for _ in range(5))

    def column(name: str) -> NDArray[np.int64]:
        return np.concatenate([np.asarray(getattr(one, name)) for one in orders])

    page = place.of(np.concatenate([one.request for one in orders]))
    found = (item[page] == column("item")[:, None]) & (clicked[page] > 0)
    position = found.argmax(axis=1)
    kept = (page >= 0) & found.any(axis=1)  # an order of a click before the log began belongs to nothing here
    clicked[page[kept], position[kept]] = 2
    delay = np.maximum(column("at") - column("clicked_at"), 0)
    return tuple(one[kept].astype(np.int64) for one in (page, position, delay, column("quantity"), column("value")))
