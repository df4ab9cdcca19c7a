"""Rehearsals that a merchant asks for: queued, run in a process of their own, watched, kept, taken up again.

One runs at a time, pair by pair; what is done is kept after each pair, so that a rehearsal that was
interrupted goes on from there.
"""

from __future__ import annotations

import os
import queue
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from magnetar.app.apart import alive, kill, spawn
from magnetar.app.rehearsing import ArmRow, Order, PairDone, result_of, row_of
from magnetar.kernel.clock import Clock
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.kernel.store import Store
from magnetar.twin.rehearsal import ArmResult, Setting
from magnetar.twin.verdict import verdict
from magnetar.vocabulary.campaigns import Goal
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

QUEUED, RUNNING, DONE, STOPPED, FAILED, INTERRUPTED = "queued", "running", "done", "stopped", "failed", "interrupted"
MOST_DAYS, MOST_PAIRS, MOST_WAITING = 28, 200, 3
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
    process: int = 0
    """The server process that runs it."""

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


class Rehearsals:
    """Starts, watches and keeps rehearsals."""

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
        self._kept = store.collection("rehearsals", Rehearsed)
        self._clock, self._products, self._workers = clock, products, workers
        self.worlds = worlds
        self._waiting: queue.Queue[tuple[str, str] | None] = queue.Queue()
        self._changed = threading.Condition()
        self._version = 0
        self._thread: threading.Thread | None = None
        self._running: tuple[str, subprocess.Popen[bytes]] | None = None

    # ---- asking

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
        if sum(one.active for one in self.list(merchant)) >= MOST_WAITING:
            raise Refused(
                "已有多个预演在排队, 请等其中一个结束. · Several rehearsals are waiting; let one of them end."
            )
        now = self._clock.now()
        made = Rehearsed(f"r{now:016d}", merchant, by, now, wish, len(products), process=os.getpid())
        return self._enqueue(made)

    def again(self, merchant: str, id: str) -> Rehearsed:
        """Go on with one that was interrupted, stopped or failed; pairs that are done are kept.

        Raises:
            NotFound: the merchant has no such rehearsal.
            Refused: it runs, or is done.
        """
        one = self.get(merchant, id)
        if one.active or one.state == DONE:
            raise Refused("这个预演无需继续. · There is nothing left to go on with.")
        return self._enqueue(replace(one, state=QUEUED, error="", ended_at=0, process=os.getpid()))

    def stop(self, merchant: str, id: str) -> None:
        """Stop one that waits or runs; pairs that are done are kept.

        Raises:
            NotFound: the merchant has no such rehearsal.
        """
        one = self.get(merchant, id)
        if one.active:
            self._keep(replace(one, state=STOPPED, ended_at=self._clock.now()))
            running = self._running
            if running and running[0] == id:
                kill(running[1])

    def _enqueue(self, one: Rehearsed) -> Rehearsed:
        self._keep(one)
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="rehearsals", daemon=True)
                self._thread.start()
        self._waiting.put((one.merchant, one.id))
        return one

    # ---- looking

    def get(self, merchant: str, id: str) -> Rehearsed:
        """A merchant's rehearsal.

        Raises:
            NotFound: it has none of that id.
        """
        one = self._kept.get(merchant, id)
        if one is None:
            raise NotFound(f"没有这个预演: {id[:40]!r}. · No rehearsal {id[:40]!r}.")
        return self._honest(one)

    def list(self, merchant: str) -> list[Rehearsed]:
        """A merchant's rehearsals, newest first."""
        return [self._honest(one) for _, one in self._kept.list(merchant)][::-1]

    def wait(self, version: int, timeout: float) -> int:
        """Wait until something has changed since a version; returns the present one."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, timeout)
            return self._version

    def _honest(self, one: Rehearsed) -> Rehearsed:
        """A rehearsal whose server is gone does not run, whatever was kept."""
        if one.active and one.process != os.getpid() and not alive(one.process):
            return replace(one, state=INTERRUPTED)
        return one

    # ---- working

    def _keep(self, one: Rehearsed) -> None:
        self._kept.put(one.merchant, [(one.id, one)])
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def _work(self) -> None:
        while (next_one := self._waiting.get()) is not None:
            merchant, id = next_one
            one = self._kept.get(merchant, id)
            if one is None or one.state != QUEUED:
                continue
            try:
                self._run(replace(one, state=RUNNING))
            except Exception as error:  # whatever happens is shown where the result would be
                latest = self._kept.get(merchant, id) or one
                if latest.state != STOPPED:
                    self._keep(replace(latest, state=FAILED, error=str(error)[:500], ended_at=self._clock.now()))

    def _run(self, one: Rehearsed) -> None:
        self._keep(one)
        wish = one.wish
        setting = Setting(
            tuple(self._products(one.merchant)), MerchantId(one.merchant), wish.budget, wish.goal, wish.days, wish.arms,
            self.worlds()[wish.world], wish.seed, wish.shoppers, wish.pages_per_day,
        )  # fmt: skip
        done = {row["pair"] for row in one.results}
        order = Order(setting, [pair for pair in range(wish.pairs) if pair not in done], self._workers)
        decoder = msgspec.json.Decoder(PairDone)
        if order.pairs:
            process = spawn("magnetar.app.rehearsing", msgspec.msgpack.encode(order))
            self._running = one.id, process
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    latest = self._kept.get(one.merchant, one.id)
                    if latest is None or latest.state != RUNNING:
                        return
                    one = replace(one, results=[*one.results, *decoder.decode(line).results])
                    self._keep(one)
                code = process.wait()
            finally:
                self._running = None
                kill(process)
            latest = self._kept.get(one.merchant, one.id)
            if latest is None or latest.state != RUNNING:
                return
            if one.pairs_done < wish.pairs:
                said = process.stderr.read().decode(errors="replace").strip() if process.stderr else ""
                raise RuntimeError(said.splitlines()[-1] if said else f"the process ended with {code}")
        self._keep(replace(one, state=DONE, ended_at=self._clock.now()))

    def close(self) -> None:
        """Stop working; what runs is interrupted and can be taken up again."""
        running = self._running
        if running:
            kill(running[1])
