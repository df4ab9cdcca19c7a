"""The reasoner inside the platform: reads each campaign's signs at tick edges and keeps a record of reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.bidding.events import BidsReasoned
from magnetar.capabilities.bidding.reasoning import LIMIT, Cause, Counsel, Hypothesis, Rules, Signs
from magnetar.capabilities.bidding.state import GRID_SCALE
from magnetar.kernel.chance import Floats
from magnetar.vocabulary.money import MICROS

KEPT_TICKS = 144
"""Three days of reasons stay in memory; the log keeps all."""
MOVED = 0.02
"""Relative change of a multiplier from which it is recorded without any other cause."""
_FADE = 0.9
"""What is left a tick later of a price move that was read."""


@dataclass(frozen=True, slots=True)
class Reasoned:
    """One change of a campaign's multiplier, with its reason and the figures at the time."""

    tick: int
    before: float
    after: float
    reason: Hypothesis
    spent_micros: int
    left_micros: int


@dataclass(slots=True)
class _Memory:
    traffic: tuple[float, ...] = ()
    prices: tuple[float, ...] = ()
    budget: float = math.nan
    planned: float = math.nan
    believed: float = 0.0
    came: float = 0.0
    price_step: float = 0.0
    read: tuple[Hypothesis, ...] = ()
    history: list[Reasoned] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Edge:
    """What a tick edge shows of one campaign. Money in currency units."""

    count: int
    """Pages of the last tick."""
    expected_count: float
    price: float
    """Mean log price for an expected result, of the opportunities met in the last tick; NaN where none was."""
    matured: float
    """Results that should have come by now, since the campaign began."""
    came: float
    spent: float
    left: float
    budget: float


@dataclass(frozen=True, slots=True)
class Plans:
    """What keeping the old multiplier would have led to; columns over the watched campaigns."""

    cost: Floats
    """Currency for the rest of the day at the old multiplier; NaN where there was none."""
    new_cost: Floats
    """At the new one."""
    unit: Floats
    """Currency per unit of worth over the target, of window and rest of the day, at the old multiplier; NaN without a target."""

    @classmethod
    def at(
        cls,
        before: Floats,
        after: Floats,
        cost: Floats,
        worth: Floats,
        spent: Floats,
        earned: Floats,
        target: Floats,
        bound: NDArray[np.bool_],
    ) -> Plans:
        """Read both multipliers off the forecast curves, (campaigns, GRID)."""
        old_cost = np.array([np.interp(one, GRID_SCALE, curve) for one, curve in zip(before, cost, strict=True)])
        old_worth = np.array([np.interp(one, GRID_SCALE, curve) for one, curve in zip(before, worth, strict=True)])
        new_cost = np.array([np.interp(one, GRID_SCALE, curve) for one, curve in zip(after, cost, strict=True)])
        allowed = target * (earned + old_worth)
        unit = np.where(bound & (allowed > 0.0), (spent + old_cost) / np.maximum(allowed, 1e-12), np.nan)
        return cls(old_cost, new_cost, unit)

    def reason(self, place: int, left: float) -> Hypothesis:
        """Why a forecast that held still asks for another multiplier: the money that is left, or the target."""
        if self.new_cost[place] >= 0.9 * left or not math.isfinite(self.unit[place]):
            return Hypothesis(Cause.REPLANNED_BUDGET, 0.0, 1.0, float(self.cost[place]), left)
        return Hypothesis(Cause.REPLANNED_TARGET, 0.0, 1.0, 100.0 * float(self.unit[place]), 100.0)


class Watch:
    """Signs and reasons of every campaign that the reasoner bids for."""

    def __init__(self, counsel: Counsel | None = None) -> None:
        self._counsel = counsel or Rules()
        self._of: dict[int, _Memory] = {}

    def read(self, tick: int, campaign: int, edge: Edge) -> float:
        """Read one campaign's signs; returns the log step by which its price forecast should move now."""
        memory = self._of.setdefault(campaign, _Memory())
        known = edge.count > 0 and edge.expected_count > 0.0
        off = math.log(edge.count / edge.expected_count) if known else math.nan
        memory.traffic = (*memory.traffic[-7:], off)
        before = [one for one in memory.prices if math.isfinite(one)]
        move, spread = math.nan, math.nan
        if len(before) >= 3 and math.isfinite(edge.price):
            move = edge.price - sum(before) / len(before)
            steps = [abs(a - b) for a, b in zip(before[1:], before[:-1], strict=True)]
            spread = max(1.25 * sum(steps) / len(steps), 0.05)
        memory.prices = (*memory.prices[-7:], edge.price)
        change = 0.0 if math.isnan(memory.budget) else edge.budget - memory.budget
        memory.budget = edge.budget
        signs = Signs(
            tick=tick,
            count=edge.count,
            expected_count=edge.expected_count,
            traffic=memory.traffic,
            price_move=move,
            price_spread=spread,
            believed=edge.matured - memory.believed,
            came=edge.came - memory.came,
            spent=edge.spent,
            planned=memory.planned,
            left=edge.left,
            budget_change=change,
        )
        memory.read = self._counsel.read(signs)
        memory.price_step *= _FADE
        for one in memory.read:
            if one.cause in (Cause.DEARER, Cause.CHEAPER):
                memory.price_step += min(max(one.step, -LIMIT), LIMIT)
                memory.prices = (edge.price,)
            elif one.cause in (Cause.FEWER, Cause.MORE):
                memory.traffic = ()
            elif one.cause in (Cause.OVERRATED, Cause.UNDERRATED):
                memory.believed, memory.came = edge.matured, edge.came
        return memory.price_step

    def decided(
        self,
        tick: int,
        campaigns: NDArray[np.int64],
        before: Floats,
        after: Floats,
        planned: Floats,
        spent: NDArray[np.int64],
        left: NDArray[np.int64],
        plans: Plans,
    ) -> BidsReasoned | None:
        """Record what came of it; the event to publish, or None where nothing moved.

        Args:
            tick: the tick that opens.
            campaigns: (campaigns,), rows of the roster.
            before: (campaigns,), multipliers of the last tick, NaN where there was none.
            after: (campaigns,), multipliers now.
            planned: (campaigns,), currency to be spent today by the end of the tick.
            spent: (campaigns,), micros today.
            left: (campaigns,), micros of the day's budget.
            plans: what keeping the old multipliers would have led to.
        """
        rows: list[tuple[int, Reasoned]] = []
        for place, campaign in enumerate(campaigns.tolist()):
            memory = self._of.setdefault(campaign, _Memory())
            memory.planned = float(planned[place])
            reason = (
                memory.read[0]
                if memory.read
                else Hypothesis(Cause.STEADY, 0.0, 0.0, float(spent[place]) / MICROS, float(spent[place]) / MICROS)
            )
            was, now = float(before[place]), float(after[place])
            moved = not math.isfinite(was) or abs(now - was) > MOVED * max(abs(was), 1e-9)
            if not moved and reason.cause is Cause.STEADY:
                continue
            if reason.cause is Cause.STEADY:
                reason = (
                    plans.reason(place, int(left[place]) / MICROS)
                    if math.isfinite(was)
                    else Hypothesis(Cause.STARTED, 0.0, 0.0, now, int(left[place]) / MICROS)
                )
            made = Reasoned(tick, was, now, reason, int(spent[place]), int(left[place]))
            memory.history = [one for one in memory.history if one.tick > tick - KEPT_TICKS]
            memory.history.append(made)
            rows.append((campaign, made))
        if not rows:
            return None
        return BidsReasoned(
            tick=tick,
            campaign=np.array([campaign for campaign, _ in rows], np.int64),
            before=np.array([one.before for _, one in rows]),
            after=np.array([one.after for _, one in rows]),
            cause=np.array([int(one.reason.cause) for _, one in rows], np.int64),
            seen=np.array([one.reason.seen for _, one in rows]),
            expected=np.array([one.reason.expected for _, one in rows]),
            spent=np.array([one.spent_micros for _, one in rows], np.int64),
            left=np.array([one.left_micros for _, one in rows], np.int64),
        )

    def history(self, campaign: int) -> Sequence[Reasoned]:
        """Reasons of one campaign, oldest first."""
        return self._of[campaign].history if campaign in self._of else ()

    def new_day(self) -> None:
        """Plans of yesterday hold no more."""
        for memory in self._of.values():
            memory.planned = math.nan


def audit(event: BidsReasoned, spent_micros: NDArray[np.int64]) -> list[str]:
    """Problems of an event's reasons against what was really spent, (campaigns of the roster,) micros; empty when sound.

    Every row must state the spend that the ledger knows, name a cause, and give finite figures; a
    multiplier may only move in the direction that no stated cause forbids, which a change of more than
    a factor of 16 in one tick breaks in any case.
    """
    problems: list[str] = []
    for row, campaign in enumerate(event.campaign.tolist()):
        if int(event.spent[row]) != int(spent_micros[campaign]):
            problems.append(
                f"campaign {campaign} in tick {event.tick}: the reason says {int(event.spent[row])} micros were spent, "
                f"the ledger says {int(spent_micros[campaign])}"
            )
        if int(event.cause[row]) not in set(Cause):
            problems.append(f"campaign {campaign} in tick {event.tick}: no cause {int(event.cause[row])}")
        if not math.isfinite(event.after[row]) or event.after[row] < 0.0:
            problems.append(f"campaign {campaign} in tick {event.tick}: multiplier {event.after[row]!r}")
    return problems
