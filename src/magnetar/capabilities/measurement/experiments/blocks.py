"""A switchback's ledger: what was spent and sold in each tick, and which arm the tick belonged to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.measurement.experiments.designs import Experiment, block_arms
from magnetar.capabilities.shoppers import Ordered, Returned, Viewed
from magnetar.kernel.chance import Floats, Ints

_MANY = 1 << 16
"""Blocks whose arms are drawn at once."""


class Blocks:
    """One switchback, tick by tick. Orders count in the tick in which their click was made."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self._arms = block_arms(experiment.seed, experiment.id, _MANY)
        self._ticks: list[int] = []
        self._opened: list[int] = []
        self._spend: list[int] = []
        self._gmv: list[int] = []
        self._counted: dict[tuple[int, int], int] = {}

    def block(self, tick: int) -> int:
        """Which block a tick belongs to; the first begins with the tick after the one it was asked for in."""
        return (tick - self.experiment.started_tick - 1) // self.experiment.block_ticks

    def arm(self, tick: int) -> int:
        """The arm of a tick, 0 or 1."""
        return int(self._arms[self.block(tick) % _MANY])

    def open(self, tick: int, now: int) -> int:
        """A tick begins; returns its arm."""
        self._ticks.append(tick)
        self._opened.append(now)
        self._spend.append(0)
        self._gmv.append(0)
        return self.arm(tick)

    def on_viewed(self, event: Viewed, mine: NDArray[np.bool_]) -> None:
        """Add what the campaign, whose ad groups are `mine`, was charged."""
        if not self._ticks or not self.experiment.running:
            return
        group = event.pages.group
        seen = np.arange(group.shape[1]) < np.asarray(event.depth)[:, None]
        paid = seen & (group >= 0) & (group < len(mine))
        self._spend[-1] += int(event.pages.charge[paid & mine[np.where(paid, group, 0)]].sum()) if len(mine) else 0

    def on_ordered(self, event: Ordered, sold_by: NDArray[np.bool_]) -> None:
        """Add orders of the merchant's items to the ticks in which they were clicked."""
        end = np.iinfo(np.int64).max if self.experiment.running else self.experiment.ended_at
        clicked = np.asarray(event.clicked_at)
        place = np.searchsorted(np.array(self._opened, np.int64), clicked, side="right") - 1
        for row in np.flatnonzero(sold_by[event.item] & (place >= 0) & (clicked < end)).tolist():
            self._gmv[place[row]] += int(event.value[row])
            self._counted[int(event.request[row]), int(event.item[row])] = int(place[row])

    def on_returned(self, event: Returned) -> None:
        """Take off what came back of orders that were counted."""
        for request, item, value in zip(event.request.tolist(), event.item.tolist(), event.value.tolist(), strict=True):
            place = self._counted.pop((request, item), None)
            if place is not None:
                self._gmv[place] -= value

    def table(self) -> tuple[Ints, Ints, Floats, Floats]:
        """(ticks,) each: block, arm, GMV and spend in currency units; ticks of washouts are left out."""
        one = self.experiment
        tick = np.array(self._ticks, np.int64)
        passed = tick - one.started_tick - 1
        counts = passed % one.block_ticks >= one.washout_ticks
        counts &= passed >= 0
        if not one.running:
            counts &= tick <= one.ended_tick
        block = passed // one.block_ticks
        return (
            block[counts],
            self._arms[block[counts] % _MANY],
            np.array(self._gmv, np.float64)[counts] / 1e6,
            np.array(self._spend, np.float64)[counts] / 1e6,
        )

    def take_out(self) -> dict[str, NDArray[Any]]:
        """What was counted, as arrays."""
        orders = list(self._counted.items())
        return {
            "ticks": np.array(self._ticks, np.int64),
            "opened": np.array(self._opened, np.int64),
            "spend": np.array(self._spend, np.int64),
            "gmv": np.array(self._gmv, np.int64),
            "request": np.array([key[0] for key, _ in orders], np.uint64),
            "item": np.array([key[1] for key, _ in orders], np.int64),
            "place": np.array([place for _, place in orders], np.int64),
        }

    def put_in(self, found: dict[str, NDArray[Any]]) -> None:
        """The same again."""
        self._ticks, self._opened = found["ticks"].tolist(), found["opened"].tolist()
        self._spend, self._gmv = found["spend"].tolist(), found["gmv"].tolist()
        keys = zip(found["request"].tolist(), found["item"].tolist(), strict=True)
        self._counted = dict(zip(keys, found["place"].tolist(), strict=True))
