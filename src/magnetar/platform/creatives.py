"""Creatives at work: which show each product this tick, and what each of them did.

Rows are given when a creative is first put in use and kept for good: tokens and events name creatives by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.autopilot.creatives import Candidate, Wanted
from magnetar.capabilities.autopilot.view import value_per_view
from magnetar.capabilities.creative.library import LEAST_CLICKS, Figures, Library
from magnetar.capabilities.creative.science import (
    COHORTS,
    SORTS,
    TRAITS,
    Belief,
    Evidence,
    Fatigue,
    Volume,
    centres,
    changes,
    cohorts_of,
    columns_of,
    find_fatigue,
    fit,
    table_of,
    traits_of,
)
from magnetar.capabilities.serving.rotation import Rotation, bases, explored, make_rotation, shares
from magnetar.capabilities.shoppers import Clicked, Ordered, Returned, Viewed
from magnetar.capabilities.understanding import WIDE, Predictor, Shelf
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.compiled import Array, compiled
from magnetar.kernel.store import Store
from magnetar.vocabulary.campaigns import Creative, CreativeState
from magnetar.vocabulary.ids import OPERATOR
from magnetar.vocabulary.money import MICROS

POLICIES = ("audience", "overall", "uniform", "first")
"""Per audience; the best for everybody; each as likely; always the oldest."""
EVERY = 8
"""Ticks between two remakings of the shares."""
EXPLORE = 0.05
"""Share of positions that are drawn evenly, so that effects can be told apart from who was shown what."""
LEAST = 0.01
"""Share that every creative keeps in every cohort."""
MEMORY = 0.95
"""Share of the evidence that is kept from one day to the next: creatives tire, and what they did long ago says little."""
DAYS = 28
"""Days of which each creative's course is kept."""
STEEPEST = 3.0
"""Largest factor on the odds of a click that a page believes of a creative, and one over the smallest."""
_CELLS = ("expected", "doubt", "clicks")
_KEPT = 12
"""Rotations that are remembered for views that come in late."""
_TOTALS = ("views", "told", "had", "orders", "gmv", "returned", "even_told", "even_had")


@dataclass(frozen=True, slots=True)
class Seat:
    """A creative's row."""

    merchant: str
    creative: str


class Creatives:
    """The creatives of one marketplace: rows, evidence, and the rotation that serving reads."""

    def __init__(self, bus: Bus, store: Store, shelf: Shelf, predictor: Predictor, seed: int) -> None:
        self.library = Library(store)
        self._seats = store.collection("creative_rows", Seat)
        self._shelf = shelf
        self._predictor = predictor
        self._key = Chance(seed).of("creatives").key
        self.policy = "audience"
        self.explore = EXPLORE
        self.rows: list[Seat] = []
        self._row: dict[tuple[str, str], int] = {}
        self.records: list[Creative | None] = []
        self.item = np.zeros(0, np.int64)
        """(rows,), the item that each shows, −1 where it is on no shelf."""
        self.table = np.zeros((0, len(SORTS)), np.int64)
        self.in_use = np.zeros(0, np.bool_)
        self.cells = {name: np.zeros((0, COHORTS)) for name in _CELLS}
        """(rows, cohorts) each, fading."""
        self.lookers = np.zeros((COHORTS, TRAITS + 1))
        """Traits of those who looked, and how many clicks were expected of them; fading."""
        self.traits = np.zeros((len(predictor.liked), TRAITS), np.float32)
        self.cohort = np.zeros(len(predictor.liked), np.int16)
        """(shoppers,), as of the last remaking of the shares."""
        self.totals = {name: np.zeros(0) for name in _TOTALS}
        """(rows,) each, since the beginning; `even` ones on explored positions only."""
        self.course = np.zeros((0, DAYS, 2))
        """(rows, days, expected and clicks), the last column is today."""
        self.belief: Belief | None = None
        self._version = -1
        self._tick = -1
        self._rotations: list[tuple[int, Rotation]] = []
        """From which tick on which was read, latest last."""
        bus.subscribe(Viewed, self.on_viewed)
        bus.subscribe(Clicked, self.on_clicked)
        bus.subscribe(Ordered, self.on_ordered)
        bus.subscribe(Returned, self.on_returned)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def ids(self) -> list[str]:
        """The id of each row's creative."""
        return [one.creative for one in self.rows]

    # ---- rows

    def seat(self, creatives: Sequence[Creative]) -> None:
        """Give rows to creatives that have none, in order."""
        fresh = [one for one in creatives if (one.merchant, one.id) not in self._row]
        if not fresh:
            return
        first = len(self.rows)
        seats = [Seat(one.merchant, one.id) for one in fresh]
        self._seats.put(OPERATOR, [(f"{first + place:09d}", one) for place, one in enumerate(seats)])
        self._sit(seats, fresh)

    def _sit(self, seats: Sequence[Seat], records: Sequence[Creative | None]) -> None:
        for seat, record in zip(seats, records, strict=True):
            self._row[seat.merchant, seat.creative] = len(self.rows)
            self.rows.append(seat)
            self.records.append(record)
        more = len(seats)
        self.item = np.append(self.item, [self._item_of(one) for one in records]).astype(np.int64)
        self.table = np.vstack([self.table, *(columns_of(one.elements if one else {}) for one in records)])
        self.in_use = np.append(self.in_use, np.zeros(more, np.bool_))
        self.cells = {name: np.vstack([one, np.zeros((more, COHORTS))]) for name, one in self.cells.items()}
        self.totals = {name: np.append(one, np.zeros(more)) for name, one in self.totals.items()}
        self.course = np.concatenate([self.course, np.zeros((more, DAYS, 2))])

    def _item_of(self, creative: Creative | None) -> int:
        """The shelf's row of what a creative shows."""
        if creative is None:
            return -1
        for name in (f"{creative.merchant}/{creative.product}", creative.product):
            row = self._shelf.row_of.get(name)
            if row is not None:
                seller = int(self._shelf.arrays.merchant[row])
                if seller >= 0 and self._shelf.merchants[seller] == creative.merchant:
                    return row
        return -1

    def row_of(self, merchant: str, creative: str) -> int | None:
        """The row of a creative that was in use once."""
        return self._row.get((merchant, creative))

    def read_library(self) -> bool:
        """Take up what changed in the library; whether anything did."""
        version = self.library.version
        if version == self._version:
            return False
        kept = [seat for _, seat in self._seats.list(OPERATOR)]
        if len(kept) > len(self.rows):
            self._sit(kept[len(self.rows) :], [None] * (len(kept) - len(self.rows)))
        found: dict[tuple[str, str], Creative] = {}
        for merchant in self._shelf.merchants:
            mine = self.library.creatives(merchant)
            found |= {(merchant, one.id): one for one in mine}
        self.seat([one for one in found.values() if one.state is CreativeState.IN_USE])
        for row, seat in enumerate(self.rows):
            record = found.get((seat.merchant, seat.creative))
            if record is not None and record is not self.records[row]:
                self.records[row], self.item[row] = record, self._item_of(record)
                self.table[row] = columns_of(record.elements)
            self.in_use[row] = record is not None and record.state is CreativeState.IN_USE and self.item[row] >= 0
        self._version = version
        return True

    # ---- tick edges

    def open_tick(self, tick: int, before: Rotation | None) -> Rotation | None:
        """The rotation of a tick: the one before until shares are due to be made anew."""
        changed = self.read_library()
        if not changed and (not len(self.rows) or (before is not None and tick % EVERY and self._tick >= 0)):
            self._tick = tick
            return before if self.in_use.any() else None
        self._tick = tick
        if not self.in_use.any():
            return None
        self._regroup()
        entries = np.flatnonzero(self.in_use)
        entries = entries[np.argsort(self.item[entries], kind="stable")]
        first = np.searchsorted(self.item[entries], np.arange(len(self._shelf) + 1)).astype(np.int64)
        share, factor = self._shares(first, entries)
        made = make_rotation(
            first, entries.astype(np.int32), share, self.cohort, self._explored_share(), self._key, factor
        )
        self._rotations = [*self._rotations[-_KEPT:], (tick, made)]
        return made

    def _regroup(self) -> None:
        """Put shoppers into cohorts by what is known of them now."""
        predictor = self._predictor
        taste = predictor.affinity.shoppers[:, :WIDE]
        self.traits = traits_of(taste, predictor.orders.matches.mean)
        self.cohort = cohorts_of(self.traits)

    def _read_in(self, tick: int) -> Rotation | None:
        """The rotation that pages of a tick were filled with; None where nobody knows any more."""
        return next((made for since, made in reversed(self._rotations) if since <= tick), None)

    def _explored_share(self) -> float:
        return self.explore if self.policy in ("audience", "overall") else float(self.policy == "uniform")

    def _shares(self, first: NDArray[np.int64], entries: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """(entries, cohorts) each: shares, and factors on the odds of a click beside what the product was shown with."""
        shape = (len(entries), COHORTS)
        count, plain = np.diff(first)[self.item[entries]], np.ones(shape)
        if self.policy == "first":
            oldest = np.zeros(shape)
            oldest[first[:-1][np.diff(first) > 0]] = 1.0
            return oldest, plain
        if self.policy == "uniform":
            return plain / count[:, None], plain
        self.belief = belief = self.learn()
        mean, spread = belief.of(self.table[entries], entries, centres(self.traits, self.cohort))
        if self.policy == "overall":
            mean = np.repeat((mean @ belief.weight)[:, None], COHORTS, axis=1)
            spread = np.repeat((spread @ belief.weight)[:, None], COHORTS, axis=1)
        beside = mean - belief.reference[self.item[entries]][:, None]
        factor = np.clip(np.exp(beside), 1.0 / STEEPEST, STEEPEST)
        return shares(first, mean, spread, LEAST), factor

    def learn(self) -> Belief:
        """What is believed of elements and of every creative, as of now; products are items of the shelf."""
        product = np.where(self.item >= 0, self.item, len(self._shelf))
        whom = self.lookers[:, :TRAITS] / np.maximum(self.lookers[:, TRAITS:], 1e-9)
        return fit(
            self.table, product, Evidence(self.cells["expected"], self.cells["clicks"], self.cells["doubt"], whom)
        )

    def fatigue(self, rows: NDArray[np.int64]) -> list[Fatigue]:
        """How tired creatives are, beside the best other creative of their product that is in use."""
        if not len(rows):
            return []
        belief = self.learn()
        mean = belief.mean(self.table, np.arange(len(self.rows))) @ belief.weight
        best = np.full(len(rows), -np.inf)
        for place, row in enumerate(rows.tolist()):
            others = np.flatnonzero(self.in_use & (self.item == self.item[row]))
            others = others[others != row]
            if len(others):
                best[place] = mean[others].max()
        return find_fatigue(self.course[rows, :, 0], self.course[rows, :, 1], best, mean[rows])

    def candidates(self, merchant: str) -> list[Candidate]:
        """A merchant's creatives for the review of the autopilot."""
        records = [one for one in self.library.creatives(merchant) if one.state is not CreativeState.RETIRED]
        records = [one for one in records if self._item_of(one) >= 0]
        if not records:
            return []
        self.read_library()
        belief = self.learn()
        item = np.array([self._item_of(one) for one in records])
        worth = 1000.0 * value_per_view(self._predictor, item)
        row = [self._row.get((merchant, one.id)) for one in records]
        running = [place for place in row if place is not None and self.in_use[place]]
        tired = dict(zip(running, self.fatigue(np.array(running, np.int64)), strict=True))
        table, ran = table_of([one.elements for one in records]), np.array([place is not None for place in row])
        volumes: dict[int, Volume] = {}
        for some, known in (
            (np.flatnonzero(~ran), None),
            (np.flatnonzero(ran), np.array([place for place in row if place is not None])),
        ):
            if len(some):
                volumes |= zip(some.tolist(), belief.overall(table[some], known, item[some]), strict=True)
        return [
            Candidate(
                one.id, one.product, one.state, one.id if one.parent else one.group, volumes[number],
                value * volumes[number].factor, None if place is None else tired.get(place),
            )
            for number, (one, place, value) in enumerate(zip(records, row, worth.tolist(), strict=True))
        ]  # fmt: skip

    def variants(self, merchant: str) -> list[Wanted]:
        """Variants of a merchant's winners that nobody has made yet: of each product the creative in use that is believed
        to do best, if it was clicked often enough, with each element changed."""
        self.read_library()
        known = self.library.creatives(merchant)
        made = {(one.parent, one.changed) for one in known if one.parent}
        mine = [row for row in np.flatnonzero(self.in_use).tolist() if self.rows[row].merchant == merchant]
        if not mine:
            return []
        belief = self.learn()
        mean = belief.mean(self.table, np.arange(len(self.rows))) @ belief.weight
        found: list[Wanted] = []
        for item in dict.fromkeys(self.item[mine].tolist()):
            best = max((row for row in mine if self.item[row] == item), key=lambda row: mean[row])
            record = self.records[best]
            if record is None or self.totals["had"][best] < LEAST_CLICKS:
                continue
            worth = 1000.0 * float(value_per_view(self._predictor, np.array([item]))[0])
            for one in changes(record.elements, belief):
                if one.expected is not None and (record.id, one.name) not in made:
                    gain = worth * (one.expected.factor - 1.0)
                    found.append(
                        Wanted(record.id, record.product, one.sort, one.level, one.elements, one.expected, gain)
                    )
        return sorted(found, key=lambda one: (-one.worth, one.winner, one.sort, one.level))

    def new_day(self) -> None:
        """Evidence fades, a day of every creative's course begins, and figures are written down."""
        if not len(self.rows):
            return
        for one in (*self.cells.values(), self.lookers):
            one *= MEMORY
        self.course = np.roll(self.course, -1, axis=1)
        self.course[:, -1] = 0.0
        self.write_figures()

    # ---- what they did

    def on_viewed(self, event: Viewed) -> None:
        """A view is a chance to click, as large as the predictor thought."""
        pages = event.pages
        if not len(pages.creative):
            return
        rate, even = np.asarray(pages.click_rate, np.float64), np.zeros(pages.item.shape, np.bool_)
        rotation = self._read_in(pages.tick)
        if rotation is not None:
            before = np.empty_like(rate)
            bases(pages.request, pages.shopper, pages.item, rate, rotation, before, even)
            rate = before
        _count_views(
            pages.shopper, pages.creative, rate, np.asarray(event.depth), even, self.cohort, self.traits,
            self.cells["expected"], self.cells["doubt"], self.lookers, self.totals["views"], self.totals["told"],
            self.totals["even_told"], self.course,
        )  # fmt: skip

    def on_clicked(self, event: Clicked) -> None:
        if not len(event.creative):
            return
        which = np.flatnonzero(event.creative >= 0)
        row = event.creative[which]
        np.add.at(self.cells["clicks"], (row, self.cohort[event.shopper[which]].astype(np.int64)), 1.0)
        np.add.at(self.totals["had"], row, 1.0)
        np.add.at(self.course, (row, DAYS - 1, 1), 1.0)
        even = np.zeros(len(which), np.bool_)
        explored(event.request[which], event.item[which], self._key, self._explored_share(), even)
        np.add.at(self.totals["even_had"], row, even.astype(np.float64))

    def on_ordered(self, event: Ordered) -> None:
        if len(event.creative):
            which = np.flatnonzero(event.creative >= 0)
            np.add.at(self.totals["orders"], event.creative[which], 1.0)
            np.add.at(self.totals["gmv"], event.creative[which], event.value[which] / MICROS)

    def on_returned(self, event: Returned) -> None:
        if len(event.creative):
            which = np.flatnonzero(event.creative >= 0)
            np.add.at(self.totals["returned"], event.creative[which], event.value[which] / MICROS)

    def figures(self, row: int) -> Figures:
        """What a creative did until now."""
        told = {name: float(one[row]) for name, one in self.totals.items()}
        return Figures(
            int(told["views"]), told["told"], int(told["had"]), int(told["orders"]), told["gmv"], told["returned"]
        )

    def write_figures(self) -> None:
        """Write every creative's figures, and the market's sums, into the library."""
        ran = np.flatnonzero(self.totals["views"] > 0).tolist()
        by: dict[str, dict[str, Figures]] = {}
        market: list[tuple[str, Creative, Figures]] = []
        for row in ran:
            seat, record, figures = self.rows[row], self.records[row], self.figures(row)
            by.setdefault(seat.merchant, {})[seat.creative] = figures
            if record is not None:
                market.append((seat.merchant, record, figures))
        for merchant, those in by.items():
            self.library.keep_figures(merchant, those)
        self.library.keep_market(market)

    # ---- carried over a restart

    def take_out(self) -> dict[str, NDArray[Any]]:
        """Everything counted, as arrays."""
        counted = {f"cell.{name}": one for name, one in self.cells.items()}
        counted |= {"course": self.course, "lookers": self.lookers}
        return counted | {f"total.{name}": one for name, one in self.totals.items()}

    def put_in(self, carried: dict[str, NDArray[Any]]) -> None:
        """The same again, of the same rows or fewer."""
        self.read_library()
        for name, column in carried.items():
            sort, _, what = name.partition(".")
            if sort == "lookers":
                self.lookers[:] = column
                continue
            target = self.course if sort == "course" else (self.cells if sort == "cell" else self.totals).get(what)
            if target is None:
                continue
            rows = min(len(column), len(target))
            if column.shape[1:] == target.shape[1:]:
                target[:rows] = column[:rows]
            else:  # counted for other cohorts than there are now
                target[:rows, 0] = column[:rows].sum(axis=1)


@compiled
def _count_views(
    shopper: Array, creative: Array, rate: Array, depth: Array, even: Array, cohorts: Array, traits: Array,
    expected: Array, doubt: Array, lookers: Array, views: Array, told: Array, even_told: Array, course: Array,
) -> None:  # fmt: skip
    today, last = course.shape[1] - 1, lookers.shape[1] - 1
    for page in range(creative.shape[0]):
        person, whole = int(shopper[page]), 0.0
        cohort = int(cohorts[person])
        for position in range(min(int(depth[page]), creative.shape[1])):
            row = int(creative[page, position])
            if row < 0 or row >= views.shape[0]:
                continue
            chance = rate[page, position]
            expected[row, cohort] += chance
            doubt[row, cohort] += chance * (1.0 - chance)
            whole += chance
            views[row] += 1.0
            told[row] += chance
            course[row, today, 0] += chance
            if even[page, position]:
                even_told[row] += chance
        for trait in range(last):
            lookers[cohort, trait] += whole * traits[person, trait]
        lookers[cohort, last] += whole
