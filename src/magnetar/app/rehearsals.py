"""Rehearsals that a merchant asks for: queued, run in a process of their own, watched, kept, taken up again.

One runs at a time, pair by pair; what is done is kept after each pair, so that a rehearsal that was
interrupted goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from magnetar.app.apart import kill, last_words, spawn
from magnetar.app.backlog import DONE, FAILED, INTERRUPTED, QUEUED, RUNNING, STOPPED, Backlog, told_by
from magnetar.app.rehearsing import ArmRow, Order, PairDone, result_of, row_of
from magnetar.kernel.clock import Clock
from magnetar.kernel.errors import BadInput, Refused
from magnetar.kernel.store import Store
from magnetar.twin.rehearsal import ArmResult, Setting
from magnetar.twin.verdict import verdict
from magnetar.vocabulary.campaigns import Goal
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

MOST_DAYS, MOST_PAIRS = 28, 200
ALL_ARMS = ("none", "manual", "uax", "whole-site")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be rehearsed."""

    budget: Money
    """For the whole time."""
    goal: Goal
    days: int
    pairs: int
    arms: tuple[str, ...] = ALL_ARMS
    world: str = "default"
    seed: int = 1
    shoppers: int = 2_000
    pages_per_day: int = 10_500

    def checked(self, worlds: Sequence[str]) -> Wish:
        """This wish, if it can be granted over HTTP.

        Raises:
            BadInput: a figure is out of bounds, or the world is not one of the named ones.
        """
        for zh, en, value, low, high in (
            ("天数", "Days", self.days, 1, MOST_DAYS),
            ("配对数", "Pairs", self.pairs, 2, MOST_PAIRS),
        ):
            if not low <= value <= high:
                raise BadInput(
                    f"{zh}应在 {low} 到 {high} 之间, 现为 {value}. · {en} lie in [{low}, {high}], found {value}."
                )
        if self.budget.micros // self.days <= 0:
            raise BadInput(
                f"预算须大于 0, 现为 {self.budget.amount:g}. · The budget must be above 0, found {self.budget.amount:g}."
            )
        if self.world not in worlds:
            raise BadInput(
                f"没有这个世界: {self.world!r}. · No world {self.world!r}. Choose one of: {', '.join(worlds)}."
            )
        unknown = [arm for arm in self.arms if arm not in ALL_ARMS]
        if unknown or not {"manual", "uax", "whole-site"} & set(self.arms):
            raise BadInput("请至少选一个投放方案. · Choose at least one way of advertising.")
        return replace(self, arms=tuple(arm for arm in ALL_ARMS if arm in self.arms or arm == "none"))


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A rehearsal as it is kept."""

    id: str
    merchant: str
    by: str
    made_at: int
    wish: Wish
    products: int
    state: str = QUEUED
    ended_at: int = 0
    results: list[ArmRow] = field(default_factory=list[ArmRow])
    error: str = ""
    server: str = ""
    """The backlog that works on it; see `Backlog`."""
    attempts: int = 0

    @property
    def pairs_done(self) -> int:
        return len({row["pair"] for row in self.results})

    @property
    def active(self) -> bool:
        return self.state in (QUEUED, RUNNING)

    def figures(self) -> dict[str, Any] | None:
        """The verdict on what is done so far; None where nothing is."""
        results = [result_of(row) for row in self.results]
        return verdict(results, self.wish.arms) if results else None


def keep_finished(
    store: Store,
    clock: Clock,
    merchant: str,
    by: str,
    wish: Wish,
    products: int,
    results: Sequence[ArmResult],
) -> Rehearsed:
    """Keep a rehearsal that was run elsewhere, such as by a command, so that the console shows it."""
    now = clock.now()
    rows = [row_of(result) for result in results]
    done = Rehearsed(f"r{now:016x}", merchant, by, now, wish, products, DONE, now, rows)
    store.collection("rehearsals", Rehearsed).put(merchant, [(done.id, done)])
    return done


class Rehearsals(Backlog[Rehearsed]):
    """Starts, watches and keeps rehearsals."""

    at_once = 1
    noun = "预演", "rehearsal"

    def __init__(
        self,
        store: Store,
        clock: Clock,
        products: Callable[[str], Sequence[Product]],
        worlds: Callable[[], dict[str, str]],
        workers: int = 0,
    ) -> None:
        """Args:
        products: what a merchant has to rehearse with.
        worlds: the worlds on offer, by name, each with the name that the twin knows it by.
        """
        super().__init__(store, clock, "rehearsals", Rehearsed)
        self._products, self._workers = products, workers
        self.worlds = worlds

    def start(self, merchant: str, by: str, wish: Wish) -> Rehearsed:
        """Queue a rehearsal.

        Raises:
            BadInput: the wish cannot be granted.
            Refused: the merchant has no products, or too many rehearsals wait.
        """
        wish = wish.checked(list(self.worlds()))
        products = self._products(merchant)
        if len(products) < 4:
            raise Refused(
                f"预演至少需要 4 件商品, 现有 {len(products)} 件; 请先导入商品. · "
                f"A rehearsal needs at least 4 products, found {len(products)}; import a catalogue first."
            )
        self._admit(merchant)
        id = self._new_id(merchant, "r")
        return self._enqueue(Rehearsed(id, merchant, by, self._clock.now(), wish, len(products)))

    def _run(self, one: Rehearsed) -> None:
        wish = one.wish
        setting = Setting(
            tuple(self._products(one.merchant)), MerchantId(one.merchant), wish.budget, wish.goal, wish.days, wish.arms,
            self.worlds()[wish.world], wish.seed, wish.shoppers, wish.pages_per_day,
        )  # fmt: skip
        done = {row["pair"] for row in one.results}
        order = Order(setting, [pair for pair in range(wish.pairs) if pair not in done], self._workers)
        if order.pairs:
            process = spawn("magnetar.app.rehearsing", msgspec.msgpack.encode(order))
            self._by(one, process)
            try:
                for line in told_by(process, PairDone):
                    one = replace(one, results=[*one.results, *line.results])
                    if not self._tell(one):
                        return
                code = process.wait()
            finally:
                self._by(one, None)
                kill(process)
            if self._held(one) is None:
                return
            if one.pairs_done < wish.pairs:
                raise RuntimeError(last_words(process, code))
        self._tell(replace(one, state=DONE, ended_at=self._clock.now()))


__all__ = [
    "ALL_ARMS", "DONE", "FAILED", "INTERRUPTED", "QUEUED", "RUNNING", "STOPPED", "Rehearsals", "Rehearsed", "Wish", "keep_finished",
]  # fmt: skip
