"""What goes with what a shopper has just looked into: candidates for the next page, learned click by click.

Behaviour names the partners of an item (what was clicked after it, counted as in `memory`), words and pictures name
them where behaviour is still silent, so that a product uploaded a moment ago has partners, too. A model's table may be
adopted in place of that likeness; counts go on beside it. How much better such candidates do than the predictor alone
expects is one number, learned from the platform's own pages, and counted for each table by itself.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.recommendation.memory import Table
from magnetar.capabilities.shoppers import POSITIONS, Clicked, Viewed
from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.bus import Bus
from magnetar.kernel.compiled import Array, compiled, inlined
from magnetar.kernel.events import Column, Event

RECENT = 2
"""Latest clicks of a shopper that are followed up."""
NEXT = 4
"""Partners of each."""
ALIKE = 8
"""Items whose words and pictures are nearest, kept of each item."""
ALIKE_WEIGHT = 2.0
"""Transitions that a perfect likeness counts for."""
DAMPING = 0.5
"""Exponent of an item's popularity, by which its counts are divided: not everything leads to best-sellers."""
DAILY_MEMORY = 0.97
PRIOR = 30.0
"""Expected clicks after which the lift speaks for itself."""
WIDE = 8
"""Partners of an item that a model may name."""
KEPT = 0.5
"""Share of what was learned about the lift that a new table begins with."""
LEAST = 30.0
"""Clicks expected under each of two tables without which they are not compared."""
CLEARLY = 3.0
"""Standard errors; they are looked at again and again, so two would not do."""
_BLOCK = 512


class PartnersAdopted(Event, frozen=True):
    """A table of partners took over, or gave way to an earlier one; it is read from the next refresh on."""

    version: int
    """0: no table, likeness in content."""
    before: int
    partners: Column
    """(items, WIDE) int32, best first, −1 where there are fewer; an item without any is left to likeness."""
    strengths: Column
    """(items, WIDE) float32, in clicks: what a partner counts for beside the transitions that are counted."""
    without: Column
    """(pairs, 2) int32, from and to: pairs that people took out, whatever behaviour says."""
    clicks: float
    """On what followed up under the table before."""
    expected: float
    """Of these, by the predictor alone."""


class Following:
    """Partners of every item, the latest clicks of every shopper, and what following up is worth."""

    def __init__(self, bus: Bus, shelf: Shelf, shoppers: int) -> None:
        items = len(shelf)
        self._bus = bus
        self._after = Table(items)
        self._taken = np.zeros(items, np.float32)
        self._alike, self._likeness = alike(shelf.vectors, shelf.arrays.category)
        self._fresh: list[tuple[NDArray[np.int64], NDArray[np.int32]]] = []
        """Clicks of the tick that is open."""
        self.recent = np.full((shoppers, RECENT), -1, np.int32)
        """(shoppers, RECENT), items clicked last before the tick, newest first, −1 where there are fewer."""
        self.next = np.full((items, NEXT), -1, np.int32)
        """(items, NEXT), partners of each item, best first, −1 where there are fewer."""
        self._done = np.full(2, PRIOR)
        """Clicks that followed up, and those expected."""
        self.lift = 1.0
        """Clicks on natural candidates that follow up, over what the predictor expects of them."""
        self.table = PartnersAdopted(
            0, 0, np.zeros((0, WIDE), np.int32), np.zeros((0, WIDE), np.float32), np.zeros((0, 2), np.int32), 0.0, 0.0
        )
        """What was adopted last."""
        self.version = 0
        """Of the table that `next` was named with."""
        self.counts: dict[int, NDArray[np.float64]] = {0: np.zeros(2)}
        """Version → clicks on natural candidates that followed up, and those the predictor alone expected."""
        bus.subscribe(Viewed, self.on_viewed)
        bus.subscribe(Clicked, self.on_clicked)
        bus.subscribe(PartnersAdopted, self.on_adopted)
        self.refresh()

    def on_viewed(self, event: Viewed) -> None:
        """Natural positions that follow up the shopper's latest clicks were a chance to show what that is worth."""
        pages, before = event.pages, self._done[1]
        _expect(
            pages.shopper, pages.item, pages.group, pages.click_rate, event.depth, self.recent, self.next, self.lift,
            self._done,
        )  # fmt: skip
        self.counts[self.version][1] += self._done[1] - before

    def on_clicked(self, event: Clicked) -> None:
        """Clicks follow up the ones before them; then they are the latest."""
        if not len(event.item):
            return
        shopper, item = np.asarray(event.shopper, np.int64), np.asarray(event.item, np.int32)
        followed = _followed(shopper, item, np.asarray(event.group), self.recent, self.next)
        self._done[0] += followed
        self.counts[self.version][0] += followed
        self._fresh.append((shopper, item))

    def adopt(
        self,
        partners: NDArray[np.int32],
        strengths: NDArray[np.float32],
        version: int,
        without: NDArray[np.int32] | None = None,
    ) -> None:
        """Take over a table that a model named, at a tick edge; told to the log, so that a replay learns it there, too.

        Args:
            partners: (items, WIDE), rows of items, best first, −1 where there are fewer; items beyond the table and those
                without partners are left to likeness.
            strengths: (items, WIDE), clicks that each counts for, ≥ 0.
            version: 0 only for no table.
            without: (pairs, 2), from and to, pairs that are never to stand together.

        Raises:
            ValueError: the table does not fit the shelf.
        """
        items = len(self.next)
        without = np.zeros((0, 2), np.int32) if without is None else without
        if partners.shape != strengths.shape or partners.shape[1:] != (WIDE,) or len(partners) > items:
            raise ValueError(f"a table has shape (at most {items}, {WIDE}), found {partners.shape}, {strengths.shape}")
        if partners.size and not (partners.min() >= -1 and partners.max() < items):
            raise ValueError(f"partners lie in [-1, {items}), found {partners.min()} to {partners.max()}")
        if not (np.isfinite(strengths) & (strengths >= 0.0)).all():
            raise ValueError("strengths are finite and not negative")
        if without.shape[1:] != (2,) or (without.size and not (without.min() >= 0 and without.max() < items)):
            raise ValueError(f"pairs to leave out have shape (pairs, 2) and lie in [0, {items}), found {without.shape}")
        if version < 0 or (version == 0 and partners.size):
            raise ValueError(f"a table has a version above 0, found {version}")
        clicks, expected = self.counts[self.version].tolist()
        self._bus.publish(
            PartnersAdopted(
                version, self.version, partners.astype(np.int32), strengths.astype(np.float32),
                without.astype(np.int32), clicks, expected,
            )
        )  # fmt: skip

    def on_adopted(self, event: PartnersAdopted) -> None:
        """The table is read from the next refresh on."""
        self.table = event
        if event.before in self.counts and self.counts[event.before][1] < event.expected:
            self.counts[event.before] = np.array([event.clicks, event.expected])  # more than a short replay knows
        self.counts.setdefault(event.before, np.array([event.clicks, event.expected]))

    def open_tick(self) -> None:
        """From now on the latest clicks are those of the ticks before: pages of one tick all read the same."""
        for shopper, item in self._fresh:
            before, after, weight = _transitions(shopper, item, self.recent)
            self._after.add(before, after, weight)
            self._taken += np.bincount(item, minlength=len(self._taken)).astype(np.float32)
        self._fresh.clear()

    def refresh(self) -> None:
        """Name every item's partners anew and say what following up is worth; at a tick edge."""
        if self.table.version != self.version:
            self.version = self.table.version
            self.counts[self.version] = np.zeros(2)
            self._done[:] = PRIOR + KEPT * (self._done - PRIOR)
        self.lift = float(self._done[0] / self._done[1])
        self.next = named(self._after, self._taken, *self._beside(), self.table.without)

    def _beside(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """(items, any) what speaks for partners beside the counts, and how much: the table, or likeness where it is silent."""
        near, weight = self._alike, np.float32(ALIKE_WEIGHT) * self._likeness
        known = len(self.table.partners)
        if not known:
            return near, weight
        partners, strengths = np.full_like(near, -1), np.zeros_like(weight)
        partners[:known], strengths[:known] = self.table.partners, self.table.strengths
        silent = partners.max(axis=1) < 0
        partners[silent], strengths[silent] = near[silent], weight[silent]
        later = np.where(near >= known, near, -1)  # uploaded since: the table cannot know them
        later[silent] = -1
        return np.concatenate([partners, later], axis=1), np.concatenate([strengths, weight], axis=1)

    def new_day(self) -> None:
        """Forget a little."""
        self._after.weight *= np.float32(DAILY_MEMORY)
        self._taken *= np.float32(DAILY_MEMORY)
        self._done[:] = PRIOR + DAILY_MEMORY * (self._done - PRIOR)

    def forget(self, row: int) -> None:
        """The row is somebody else's now."""
        self.recent[row] = -1
        self._fresh = [
            (shopper[shopper != row], item[shopper != row]) if (shopper == row).any() else (shopper, item)
            for shopper, item in self._fresh
        ]

    def take_over(self, old: Following) -> None:
        """What another has learned of the same items and shoppers, which are the first of ours."""
        old.open_tick()
        self._after = Table.of(**old._after.arrays())
        self._after.grow(len(self.next))
        self._taken[: len(old._taken)] = old._taken
        self.recent[: len(old.recent)] = old.recent
        self._done[:] = old._done
        self.table, self.version = old.table, old.version
        self.counts = {version: one.copy() for version, one in old.counts.items()}
        self.refresh()


def named(
    after: Table,
    taken: NDArray[np.float32],
    beside: NDArray[np.int32],
    weight: NDArray[np.float32],
    without: NDArray[np.int32],
) -> NDArray[np.int32]:
    """(items, NEXT), the partners of each item by counted transitions and what stands beside them, best first.

    Args:
        taken: (items,), clicks of each.
        beside: (items, any), items that something else speaks for, −1 where less; `weight`, transitions that it counts for.
        without: (pairs, 2), from and to, never named.
    """
    items = len(taken)
    out = np.full((items, NEXT), -1, np.int32)  # a new array: the tick that is open goes on reading the old one
    order = np.argsort(without[:, 0], kind="stable")
    first = np.searchsorted(without[order, 0], np.arange(items + 1))
    _name(
        after.start, after.size, after.partner, after.weight, taken, beside, weight, first,
        np.ascontiguousarray(without[order, 1]), out,
    )  # fmt: skip
    return out


def counted(shopper: NDArray[np.int64], item: NDArray[np.int32], recent: NDArray[np.int32], into: Table) -> None:
    """Count clicks, in order within a shopper, as transitions from each shopper's latest; `recent` is brought up to date."""
    into.add(*_transitions(shopper, item, recent))


def clearly_below(now: NDArray[np.float64], before: NDArray[np.float64]) -> bool:
    """Whether (clicks, expected) of one table are worth clearly less than of another, as ratios of Poisson counts.

    Source: the difference of the logs of two ratios has variance 1 ⁄ clicks + 1 ⁄ clicks before.
    """
    if min(now[1], before[1]) < LEAST or before[0] < 1.0:
        return False
    clicks = max(float(now[0]), 0.5)
    change = math.log(clicks / now[1]) - math.log(before[0] / before[1])
    return change < -CLEARLY * math.sqrt(1.0 / clicks + 1.0 / float(before[0]))


def alike(vectors: NDArray[np.float32], category: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """(items, ALIKE) nearest items by cosine and their cosines, best first; −1 and 0 where nothing is near.

    Compared within a category, so that the cost stays far below that of all pairs.
    """
    items = len(vectors)
    nearest, cosines = np.full((items, ALIKE), -1, np.int32), np.zeros((items, ALIKE), np.float32)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(length > 0.0, length, 1.0)
    for one in np.unique(category):
        mine = np.flatnonzero((category == one) & (length[:, 0] > 0.0))
        kept = min(ALIKE, len(mine) - 1)
        if kept < 1:
            continue
        for start in range(0, len(mine), _BLOCK):
            rows = mine[start : start + _BLOCK]
            cosine = unit[rows] @ unit[mine].T
            cosine[np.arange(len(rows)), start + np.arange(len(rows))] = -2.0
            order = np.argsort(-cosine, axis=1, kind="stable")[:, :kept]
            nearest[rows, :kept] = mine[order]
            cosines[rows, :kept] = np.maximum(np.take_along_axis(cosine, order, axis=1), 0.0)
    return nearest, cosines


@inlined
def follows(item: int, person: int, recent: Array, partners: Array) -> bool:
    """Whether an item is a partner of one that the shopper clicked lately, and not one of these itself."""
    for turn in range(RECENT):
        if recent[person, turn] == item:
            return False
    for turn in range(RECENT):
        before = recent[person, turn]
        if before >= 0:
            for place in range(NEXT):
                if partners[before, place] == item:
                    return True
    return False


@compiled
def _expect(
    shopper: Array, item: Array, group: Array, click: Array, depth: Array, recent: Array, partners: Array, lift: float,
    done: Array,
) -> None:  # fmt: skip
    for page in range(shopper.shape[0]):
        person = shopper[page]
        if recent[person, 0] < 0:
            continue
        for position in range(min(int(depth[page]), POSITIONS)):
            what = item[page, position]
            if what >= 0 and group[page, position] < 0 and follows(what, person, recent, partners):
                done[1] += click[page, position] / lift


@compiled
def _followed(shopper: Array, item: Array, group: Array, recent: Array, partners: Array) -> int:
    count = 0
    for row in range(shopper.shape[0]):
        if group[row] < 0 and follows(item[row], shopper[row], recent, partners):
            count += 1
    return count


@compiled
def _transitions(shopper: Array, item: Array, recent: Array) -> tuple[Array, Array, Array]:
    """What each click came after, nearest most; the shoppers' latest clicks are brought up to date."""
    room = shopper.shape[0] * RECENT
    before, after, weight = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.float32)
    used = 0
    for row in range(shopper.shape[0]):
        person, what = shopper[row], item[row]
        at = RECENT - 1
        for turn in range(RECENT):
            if recent[person, turn] == what:
                at = turn
            elif recent[person, turn] >= 0:
                before[used], after[used] = recent[person, turn], what
                weight[used] = np.float32(1.0) / np.float32(turn + 1)
                used += 1
        for turn in range(at, 0, -1):
            recent[person, turn] = recent[person, turn - 1]
        recent[person, 0] = what
    return before[:used], after[:used], weight[:used]


@compiled
def _name(
    start: Array, size: Array, partner: Array, weight: Array, taken: Array, near: Array, beside: Array, first: Array,
    without: Array, out: Array,
) -> None:  # fmt: skip
    """The strongest partners of every item, by behaviour and what stands beside it together, over popularity."""
    strength, damped = np.zeros(out.shape[0], np.float32), np.empty(out.shape[0], np.float32)
    for item in range(out.shape[0]):
        damped[item] = np.float32((1.0 + taken[item]) ** DAMPING)
    for item in range(out.shape[0]):
        best = np.zeros(NEXT, np.float32)
        count = 0
        low, high = start[item], start[item] + size[item]
        for place in range(low, high):
            strength[partner[place]] += weight[place]
        for place in range(near.shape[1]):
            if near[item, place] >= 0:
                strength[near[item, place]] += beside[item, place]
        for place in range(first[item], first[item + 1]):
            strength[without[place]] = 0.0
        for turn in range(size[item] + near.shape[1]):
            one = partner[low + turn] if turn < size[item] else near[item, turn - size[item]]
            if one < 0 or strength[one] <= 0.0 or one == item:
                continue
            score = strength[one] / damped[one]
            strength[one] = 0.0
            if count < NEXT or score > best[NEXT - 1]:
                place = min(count, NEXT - 1)
                while place > 0 and best[place - 1] < score:
                    best[place], out[item, place] = best[place - 1], out[item, place - 1]
                    place -= 1
                best[place], out[item, place] = score, one
                count = min(count + 1, NEXT)
        strength[item] = 0.0
