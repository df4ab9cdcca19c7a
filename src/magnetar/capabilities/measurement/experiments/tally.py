"""The tally: who took part in which experiment and what became of it, counted from the platform's events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.measurement.experiments.designs import Experiment
from magnetar.capabilities.measurement.experiments.events import Withheld
from magnetar.capabilities.measurement.experiments.layout import Layout, nothing_runs
from magnetar.capabilities.measurement.experiments.panel import (
    Records,
    Totals,
    columns,
    make_records,
    records_of,
    take_ghosts,
    take_views,
    totals,
    with_room,
)
from magnetar.capabilities.shoppers import POSITIONS, Ordered, Returned, Viewed

KEEP_A_DAY = 0.93
"""What a day leaves of the covariates: a half-life of about ten days."""
WAITING = 200_000
"""Ghosts that wait for their page to be reported on screen; the oldest give way."""


class Tally:
    """The records of all experiments whose units are shoppers or regions."""

    def __init__(self, shoppers: int) -> None:
        self.who = np.zeros((shoppers, 2), np.uint64)
        """(shoppers, 2), see `Splits.who`."""
        self.who[:, 0] = np.arange(1, shoppers + 1)
        self.layout = nothing_runs(shoppers)
        self._records: Records = make_records(64)
        self._pages, self._spent = np.zeros(shoppers), np.zeros(shoppers)
        """(shoppers,), what was known of each when the tick opened: pages, and currency units spent, fading."""
        self._pages_now, self._spent_now = np.zeros(shoppers), np.zeros(shoppers)
        """(shoppers,), the same since then."""
        self._counted: dict[tuple[int, int], list[int]] = {}
        """Records that an order, by request and item, was counted in."""
        self._waiting: dict[int, list[tuple[int, int]]] = {}
        """Request → (shopper, ad group) of what was withheld on it."""

    @property
    def unit(self) -> NDArray[np.uint64]:
        """(shoppers,), who holds each row; 0 where that is not known."""
        return self.who[:, 0]

    def of(self, number: int) -> Totals:
        """What became of the shoppers of one experiment, a row each."""
        return totals(self._records, number)

    def arrange(self, layout: Layout) -> None:
        """Count by another layout from now on; who took part already keeps their record."""
        found = columns(self._records)
        for lane, number in enumerate(layout.lanes.number.tolist()):
            mine = np.flatnonzero(found["experiment"] == number)
            mine = mine[self.unit[found["person"][mine]] == found["unit"][mine]]
            layout.lanes.slot[lane, found["person"][mine]] = mine
        self.layout = layout

    def open_tick(self) -> None:
        """What the last tick showed of shoppers is known from now on."""
        for known, fresh in ((self._pages, self._pages_now), (self._spent, self._spent_now)):
            known += fresh
            fresh[:] = 0.0

    def new_day(self) -> None:
        """Covariates fade."""
        self._pages *= KEEP_A_DAY
        self._spent *= KEEP_A_DAY

    def seat(self, row: int, unit: int) -> None:
        """A row stands for somebody else from now on."""
        self.unit[row] = unit or 1  # 0 is nobody in particular
        self.layout.lanes.slot[:, row] = -1
        for column in (self._pages, self._spent, self._pages_now, self._spent_now):
            column[row] = 0.0

    # ---- what happened

    def viewed(self, event: Viewed, now: int) -> None:
        """Arrivals, exposures, charges; ghosts whose page came on screen count now."""
        pages, layout = event.pages, self.layout
        if len(layout.lanes.number):
            self._records = with_room(self._records, len(event.depth) * (len(layout.lanes.number) + POSITIONS))
            take_views(
                pages.shopper, pages.group, pages.charge, event.depth, now,
                layout.group_lane, layout.lanes, layout.splits, self._records, self._pages, self._spent,
            )  # fmt: skip
        np.add.at(self._pages_now, pages.shopper, 1.0)
        if self._waiting:
            seen = [ghost for request in pages.request.tolist() for ghost in self._waiting.pop(request, ())]
            if seen:
                shopper, group = np.array(seen, np.int64).T
                take_ghosts(
                    np.ascontiguousarray(shopper), np.ascontiguousarray(group), now,
                    layout.group_lane, layout.lanes, layout.splits, self._records, self._pages, self._spent,
                )  # fmt: skip

    def withheld(self, event: Withheld) -> None:
        """Ghosts wait until their page is reported, as impressions do."""
        for request, shopper, group in zip(
            event.request.tolist(), event.shopper.tolist(), event.group.tolist(), strict=True
        ):
            self._waiting.setdefault(request, []).append((shopper, group))
        while len(self._waiting) > WAITING:
            del self._waiting[next(iter(self._waiting))]

    def spent(self, event: Ordered) -> None:
        """Orders are a covariate of experiments to come."""
        np.add.at(self._spent_now, event.shopper, event.value / 1e6)

    def ordered(self, event: Ordered, sellers: Sequence[int], lanes: Sequence[tuple[Experiment, int]]) -> None:
        """Orders count for every experiment of the merchant that the shopper had entered when the click was made.

        Args:
            sellers: (orders,), whose each item is, by number.
            lanes: the experiment of each lane, and its merchant's number.
        """
        slots, records = self.layout.lanes.slot, self._records
        for row, seller in enumerate(sellers):
            for lane, (one, merchant) in enumerate(lanes):
                if merchant != seller:
                    continue
                slot = int(slots[lane, event.shopper[row]])
                clicked = int(event.clicked_at[row])
                if slot < 0 or clicked < records.since[slot] or (not one.running and clicked >= one.ended_at):
                    continue
                records.gmv[slot] += int(event.value[row])
                records.orders[slot] += 1
                self._counted.setdefault((int(event.request[row]), int(event.item[row])), []).append(slot)

    def returned(self, event: Returned) -> None:
        """What came back is taken off wherever it was counted."""
        for request, item, value in zip(event.request.tolist(), event.item.tolist(), event.value.tolist(), strict=True):
            for slot in self._counted.pop((request, item), ()):
                self._records.gmv[slot] -= value

    # ---- over restarts

    def take_out(self) -> dict[str, NDArray[Any]]:
        """What was counted, as arrays."""
        out: dict[str, NDArray[Any]] = dict(columns(self._records))
        out |= {"unit_of": self.unit, "pages": self._pages, "spent": self._spent}
        orders = [(request, item, slot) for (request, item), slots in self._counted.items() for slot in slots]
        out["orders_request"] = np.array([one[0] for one in orders], np.uint64)
        out["orders_item"] = np.array([one[1] for one in orders], np.int64)
        out["orders_slot"] = np.array([one[2] for one in orders], np.int64)
        return out

    def put_in(self, found: dict[str, NDArray[Any]]) -> None:
        """The same again; `arrange` what runs afterwards."""
        self._records = records_of(found)
        for name, mine in (("unit_of", self.unit), ("pages", self._pages), ("spent", self._spent)):
            length = min(len(mine), len(found[name]))
            mine[:length] = found[name][:length]
        self._counted = {}
        for request, item, slot in zip(
            found["orders_request"].tolist(), found["orders_item"].tolist(), found["orders_slot"].tolist(), strict=True
        ):
            self._counted.setdefault((request, item), []).append(slot)
