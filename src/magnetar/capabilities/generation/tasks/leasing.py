"""The work's side of the book: tasks are leased, kept alive, finished, tried again, or given up.

A lease is a token with an end. Whoever lost it can finish nothing: the row says whose turn it is, so that a worker
that comes back from the dead neither charges twice nor overwrites another's result.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import sqlalchemy as sa

from magnetar.capabilities.generation.tasks.book import TaskBook
from magnetar.capabilities.generation.tasks.contract import FAILED, PROCESSING, SUBMITTED, SUCCEED
from magnetar.capabilities.generation.tasks.rows import COLUMNS, Done, Task, to_task
from magnetar.kernel.clock import MINUTE, SECOND
from magnetar.kernel.database import driver_of

MOST_ATTEMPTS = 3
LASTS = 30 * SECOND
"""How long a lease is good without a sign of life."""
CANCELLED = "已取消 · cancelled by the caller; the credits were given back"

_ANYTHING = (
    "SELECT EXISTS (SELECT 1 FROM generation_queues WHERE waiting > 0 AND working < concurrency) "
    "OR EXISTS (SELECT 1 FROM generation_tasks WHERE status = 'processing' AND lease_until <= :now)"
)
_EXPIRED = f"SELECT {COLUMNS} FROM generation_tasks WHERE status = 'processing' AND lease_until <= :now LIMIT 1000"
_TURNS = (
    "SELECT merchant, min(waiting, concurrency - working) FROM generation_queues "
    "WHERE waiting > 0 AND working < concurrency ORDER BY served_at, merchant LIMIT :most"
)
_NEXT = (
    f"SELECT {COLUMNS} FROM generation_tasks WHERE status = 'submitted' AND merchant = :merchant AND ready_at <= :now "
    "ORDER BY ready_at, id LIMIT :most"
)
_TAKE = (
    "UPDATE generation_tasks SET status = 'processing', lease = :lease, lease_until = :until, attempts = attempts + 1, "
    "updated_at = :now WHERE id = :id"
)
_SERVED = (
    "UPDATE generation_queues SET waiting = waiting - :taken, working = working + :taken, served_at = :now "
    "WHERE merchant = :merchant"
)
_BEAT = "UPDATE generation_tasks SET lease_until = :until WHERE id = :id AND lease = :lease AND status = 'processing'"
_NOW = f"SELECT {COLUMNS} FROM generation_tasks WHERE id = :id"
_SETTLE = (
    "UPDATE generation_tasks SET status = :status, message = :message, result = :result, bytes = :bytes, settle_key = :settle_key, "
    "updated_at = :now, lease = NULL, lease_until = NULL WHERE id = :id"
)
_AGAIN = (
    "UPDATE generation_tasks SET status = 'submitted', message = :message, ready_at = :ready_at, updated_at = :now, "
    "lease = NULL, lease_until = NULL WHERE id = :id"
)
_QUEUE = (
    "UPDATE generation_queues SET waiting = waiting + :waiting, working = working + :working WHERE merchant = :merchant"
)
_CALL = (
    "INSERT INTO generation_callbacks (task, url, status, next_at, tries, state) VALUES (:task, :url, :status, :now, 0, 'due') "
    "ON CONFLICT (task) DO UPDATE SET status = excluded.status, next_at = excluded.next_at, tries = 0, state = 'due'"
)


class TaskLeases:
    """Gives tasks to workers and takes their outcomes."""

    def __init__(self, book: TaskBook, most_attempts: int = MOST_ATTEMPTS) -> None:
        self._book, self._most = book, most_attempts

    def lease(self, most: int = 1, lasts: int = LASTS) -> list[Task]:
        """Take up to so many tasks, one merchant after the other, each within what it may have at work."""
        with self._book.database.reading() as connection:  # idle workers keep nobody from writing
            [anything] = driver_of(connection).execute(_ANYTHING, {"now": self._book.clock.now()}).fetchone()
            if not anything:
                return []
        with self._book.database.writing() as connection:
            now, driver = self._book.clock.now(), driver_of(connection)
            expired = [to_task(row) for row in driver.execute(_EXPIRED, {"now": now})]
            if expired:
                said = "the worker gave no sign of life"
                self._settle(connection, now, [Done(task, None, said, retry=True) for task in expired])
            taken: list[Task] = []
            turns = driver.execute(_TURNS, {"most": most}).fetchall()
            for place, (merchant, room) in enumerate(turns):
                share = min(room, -(-(most - len(taken)) // (len(turns) - place)))
                rows = driver.execute(_NEXT, {"merchant": merchant, "now": now, "most": share}).fetchall()
                tasks = [
                    replace(task, status=PROCESSING, lease=secrets.token_hex(8), attempts=task.attempts + 1)
                    for task in map(to_task, rows)
                ]
                if tasks:
                    taken += tasks
                    driver.execute(_SERVED, {"merchant": merchant, "taken": len(tasks), "now": now})
            if taken:
                driver.executemany(
                    _TAKE, [{"id": one.id, "lease": one.lease, "until": now + lasts, "now": now} for one in taken]
                )
                self._tell(connection, now, taken)
            return taken

    def beat(self, task: Task, lasts: int = LASTS) -> str:
        """A sign of life: `go on`, `cancel` (the caller wants no more of it) or `lost` (it is another's now)."""
        with self._book.database.writing() as connection:
            until, driver = self._book.clock.now() + lasts, driver_of(connection)
            kept = driver.execute(_BEAT, {"id": task.id, "lease": task.lease, "until": until}).rowcount
            if not kept:
                return "lost"
            return "cancel" if to_task(driver.execute(_NOW, {"id": task.id}).fetchone()).cancel else "go on"

    def finish(self, outcomes: Sequence[Done]) -> list[bool]:
        """Enter outcomes and settle their credits; False for each that came from a lease that was lost."""
        try:
            with self._book.database.writing() as connection:
                now, driver = self._book.clock.now(), driver_of(connection)
                mine: list[Done] = []
                kept: list[bool] = []
                for done in outcomes:
                    row = driver.execute(_NOW, {"id": done.task.id}).fetchone()
                    task = None if row is None else to_task(row)
                    good = task is not None and task.status == PROCESSING and task.lease == done.task.lease
                    good = good and all(one.task.id != done.task.id for one in mine)
                    kept.append(good)
                    if good and task is not None:
                        mine.append(replace(done, task=task))
                self._settle(connection, now, mine)
                return kept
        except BaseException:
            self._book.credits.forget_rows()
            raise

    def turn(self, outcomes: Sequence[Done], most: int = 1, lasts: int = LASTS) -> tuple[list[bool], list[Task]]:
        """`finish`, then `lease` up to so many (none where `most` is 0), in one transaction and one wait for the disk."""
        try:
            with self._book.database.writing():
                return self.finish(outcomes), self.lease(most, lasts) if most > 0 else []
        except BaseException:
            self._book.credits.forget_rows()
            raise

    def cancel(self, merchant: str, task_id: str) -> Task | None:
        """Stop a task: at once where it waits, at the next sign of life where it is at work; None if unknown."""
        with self._book.database.writing() as connection:
            task = self._book.find(merchant, task_id)
            if task is None or task.done:
                return task
            if task.status == SUBMITTED:
                self._settle(connection, self._book.clock.now(), [Done(task, None, CANCELLED)])
            else:
                driver_of(connection).execute("UPDATE generation_tasks SET cancel = 1 WHERE id = ?", (task.id,))
            return self._book.find(merchant, task_id)

    def _settle(self, connection: sa.Connection, now: int, outcomes: Sequence[Done]) -> None:
        """Enter what became of tasks whose rows were just read in this transaction."""
        driver = driver_of(connection)
        ended: list[dict[str, Any]] = []
        again: list[dict[str, Any]] = []
        spent: dict[str, int] = {}
        back: dict[str, int] = {}
        moved: dict[str, list[int]] = {}
        told: list[Task] = []
        for done in outcomes:
            task = done.task
            counts = moved.setdefault(task.merchant, [0, 0])
            counts[task.status == PROCESSING] -= 1
            message = done.message[:1_000]
            if done.result is None and done.retry and task.attempts < self._most and not task.cancel:
                wait = min(2 ** (task.attempts - 1) * SECOND, MINUTE)
                again.append({"id": task.id, "message": message, "ready_at": now + wait, "now": now})
                counts[0] += 1
                continue
            good = done.result is not None and not task.cancel
            sums = spent if good else back
            sums[task.merchant] = sums.get(task.merchant, 0) + task.price
            if not good and done.retry and not task.cancel:
                message = f"{message} (tried {task.attempts} times; the credits were given back)"
            result = msgspec.json.encode(done.result).decode() if good else None
            status = SUCCEED if good else FAILED
            text = CANCELLED if task.cancel else message
            size = sum(one.bytes for one in done.result.outputs) if done.result is not None and good else 0
            ended.append(
                {"id": task.id, "status": status, "message": text, "result": result, "bytes": size, "now": now}
            )
            told.append(replace(task, status=status))
        if ended:
            key = f"generation:settle:{told[0].task_id}:{len(told)}"
            self._book.credits.settle(key, spent, back)
            driver.executemany(_SETTLE, [{**one, "settle_key": key} for one in ended])
        if again:
            driver.executemany(_AGAIN, again)
        if moved:
            driver.executemany(
                _QUEUE, [{"merchant": one, "waiting": by[0], "working": by[1]} for one, by in moved.items()]
            )
        self._tell(connection, now, told)

    def _tell(self, connection: sa.Connection, now: int, tasks: Iterable[Task]) -> None:
        """Put down that callbacks are due; in the same transaction, so that none is forgotten."""
        due = [
            {"task": one.id, "url": one.wanted.callback_url, "status": one.status, "now": now}
            for one in tasks
            if one.wanted.callback_url
        ]
        if due:
            driver_of(connection).executemany(_CALL, due)
