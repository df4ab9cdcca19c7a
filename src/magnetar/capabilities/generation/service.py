"""The task service: create, look, cancel; what a worker does is in `tasks.working`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magnetar.capabilities.generation.events import GenerationFinished
from magnetar.capabilities.generation.tasks.book import TaskBook, too_fast
from magnetar.capabilities.generation.tasks.callbacks import Courier
from magnetar.capabilities.generation.tasks.checkpoints import Checkpoints
from magnetar.capabilities.generation.tasks.contract import SUCCEED, VIDEOS, Wanted, task_data
from magnetar.capabilities.generation.tasks.credits import Credits
from magnetar.capabilities.generation.tasks.faults import Fault
from magnetar.capabilities.generation.tasks.files import Files
from magnetar.capabilities.generation.tasks.keeping import Keeping, Sweeper
from magnetar.capabilities.generation.tasks.keys import AccessKey, AccessKeys, root_secret
from magnetar.capabilities.generation.tasks.leasing import TaskLeases
from magnetar.capabilities.generation.tasks.outside import Reach
from magnetar.capabilities.generation.tasks.pictures import Pictures
from magnetar.capabilities.generation.tasks.prices import Plan, Prices
from magnetar.capabilities.generation.tasks.rows import Ask, Task
from magnetar.capabilities.ledger import Ledger, load
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import MINUTE, SECOND, Clock
from magnetar.kernel.database import Database
from magnetar.kernel.store import Store

FOLDER = "generation"
KEEP_DAYS = 30.0
ROOM_BYTES = 20 << 30
"""Results of one merchant."""


@dataclass(slots=True)
class _Known:
    """A merchant's plan as it was looked up, and what it has left of its rate."""

    plan: Plan
    looked_up: int
    seen: int
    allowance: float


class TaskService:
    """Tasks of every merchant, on one database with the ledger."""

    def __init__(
        self, store: Store, database: Database, ledger: Ledger, clock: Clock, home: Path, *, reach: Reach | None = None,
        public_url: str = "", keep_days: float = KEEP_DAYS, room_bytes: int = ROOM_BYTES,
    ) -> None:  # fmt: skip
        root = root_secret(home)
        folder = home / FOLDER
        self.clock, self.public_url = clock, public_url.rstrip("/")
        self.reach = reach or Reach()
        self.prices = Prices.read(home)
        self.credits = Credits(ledger, store, clock)
        self.keys = AccessKeys(store, clock, root)
        self.book = TaskBook(database, self.credits, clock)
        self.leases = TaskLeases(self.book)
        self.pictures = Pictures(folder / "inputs", self.reach)
        self.files = Files(folder / "files", root, clock)
        self.courier = Courier(database, clock, self.keys.secret_of, self.told, self.reach)
        self.keeping = Keeping(database, clock, self.files, folder / "inputs", days=keep_days, room_bytes=room_bytes)
        self._sweeper = Sweeper(self.keeping)
        self._checkpoints = Checkpoints(database)
        self._known: dict[str, _Known] = {}

    def start(self) -> None:
        """What goes on beside the answers: callbacks, copying the database's log, deleting old results."""
        load()
        self._checkpoints.start()
        self.courier.start()
        self._sweeper.start()

    def begin_work(self) -> None:
        """Before a worker's first task: the copying of the log is left to the server, should there be one."""
        load()
        self._checkpoints.leave()

    def stop(self) -> None:
        """End it; what is due stays due."""
        self.courier.stop()
        self._sweeper.stop()
        self._checkpoints.stop()

    # ---- creating

    def admit(self, merchant: str) -> Plan:
        """Count a create against the merchant's rate; its plan.

        Raises:
            Fault: 429, too many in too short a time.
        """
        now = self.clock.now()
        known = self._known.get(merchant)
        if known is None or now - known.looked_up > MINUTE:
            self.credits.grant_month(merchant)
            plan = self.credits.plan_of(merchant)
            left = 2 * plan.rate if known is None else min(known.allowance, 2 * plan.rate)
            known = _Known(plan, now, now if known is None else known.seen, left)
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[merchant] = known
        rate = known.plan.rate
        known.allowance = min(2 * rate, known.allowance + (now - known.seen) / SECOND * rate)
        known.seen = now
        if known.allowance < 1.0:
            raise too_fast(rate)
        known.allowance -= 1.0
        return known.plan

    def needs_admission(self, merchant: str) -> bool:
        """Whether `admit` will read the database now."""
        known = self._known.get(merchant)
        return known is None or self.clock.now() - known.looked_up > MINUTE

    def ask(self, key: AccessKey, plan: Plan, wanted: Wanted) -> Ask:
        """A checked call with its price and limits."""
        price = self.prices.of(wanted.kind, wanted.model, wanted.mode, wanted.seconds, wanted.count, wanted.sound)
        return Ask(key.merchant, key.access_key, wanted, price, plan.queue, plan.concurrency, plan.rate)

    def create(self, asks: Sequence[Ask]) -> list[Task | Fault]:
        """Enter tasks; they are on disk when this returns."""
        return self.book.create(asks)

    # ---- telling

    def told(self, task: Task, base: str = "") -> dict[str, Any]:
        """A task in the contract's words."""
        result: dict[str, Any] | None = None
        message = task.message
        if task.expired_at is not None:
            message = self.gone(task)
        elif task.status == SUCCEED and task.result is not None:
            base = self.public_url or base
            made = [
                (at, one, base + self.files.address(task.task_id, one.name))
                for at, one in enumerate(task.result.outputs)
            ]
            if task.kind in VIDEOS:
                videos = [
                    {"id": f"{task.task_id}-{at}", "url": url, "duration": f"{one.seconds:g}"} for at, one, url in made
                ]
                result = {"videos": videos}
            else:
                result = {"images": [{"index": at, "url": url} for at, _, url in made]}
            message = task.result.what
            if task.wanted.unused:
                message += f"; not used: {', '.join(task.wanted.unused)}"
        data = task_data(
            task.task_id, task.shown_status, message, task.external_id or "", task.created_at, task.updated_at, result
        )
        return data if task.expired_at is None else {**data, "expired_at": task.expired_at // 1000}

    def gone(self, task: Task) -> str:
        """What is said of a result that was deleted."""
        kept = f"{self.keeping.days:g} days" if self.keeping.days else "as long as there is room"
        return (
            "结果已过期并删除; 请换一个 external_task_id 重新创建任务 · "
            f"the result was deleted: results are kept {kept}. Create a new task under another external_task_id"
        )

    def find(self, merchant: str, kind: str, id: str) -> Task:
        """A merchant's task of one kind, by its number or its `external_task_id`.

        Raises:
            Fault: 404.
        """
        task = self.book.find(merchant, id) if 0 < len(id) <= 128 else None
        if task is None or task.kind != kind:
            raise Fault(404, 1203, f"任务不存在 · there is no task {id[:60]!r} at this path")
        return task

    def announce(self, bus: Bus) -> int:
        """Publish an event for each task that ended since the last time; by its number, so that none counts twice."""
        tasks = self.book.unannounced()
        for task in tasks:
            told = GenerationFinished(
                task_id=task.task_id, merchant=task.merchant, kind=task.kind, model=task.wanted.model, status=task.status,
                price_micros=task.price, made_by="" if task.result is None else task.result.provider,
                took_us=task.updated_at - task.created_at,
            )  # fmt: skip
            bus.publish(told, id=f"generation:{task.task_id}")
        if tasks:
            self.book.announced(tasks)
        return len(tasks)

    def cancel(self, merchant: str, kind: str, id: str) -> Task:
        """Stop a task that has not ended.

        Raises:
            Fault: 404.
        """
        task = self.find(merchant, kind, id)
        return self.leases.cancel(merchant, task.task_id) or task
