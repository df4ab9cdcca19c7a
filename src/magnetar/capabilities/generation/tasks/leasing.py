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

MOST_ATTEMPTS = 3
LASTS = 30 * SECOND
"""How long a lease is good without a sign of life."""
CANCELLED = "已取消 · cancelled by the caller; the credits were given back"

_ANYTHING = sa.text(
    "SELECT EXISTS (SELECT 1 FROM generation_queues WHERE waiting > 0 AND working < concurrency) "
    "OR EXISTS (SELECT 1 FROM generation_tasks WHERE status = 'processing' AND lease_until <= :now)"
)
_EXPIRED = sa.text(
    f"SELECT {COLUMNS} FROM generation_tasks WHERE status = 'processing' AND lease_until <= :now LIMIT 1000"
)
_TURNS = sa.text(
    "SELECT merchant, min(waiting, concurrency - working) FROM generation_queues "
    "WHERE waiting > 0 AND working < concurrency ORDER BY served_at, merchant LIMIT :most"
)
_NEXT = sa.text(
    f"SELECT {COLUMNS} FROM generation_tasks WHERE status = 'submitted' AND merchant = :merchant AND ready_at <= :now "
    "ORDER BY ready_at, id LIMIT :most"
)
_TAKE = sa.text(
    "UPDATE generation_tasks SET status = 'processing', lease = :lease, lease_until = :until, attempts = attempts + 1, "
    "updated_at = :now WHERE id = :id"
)
_SERVED = sa.text(
    "UPDATE generation_queues SET waiting = waiting - :taken, working = working + :taken, served_at = :now "
    "WHERE merchant = :merchant"
)
_BEAT = sa.text(
    "UPDATE generation_tasks SET lease_until = :until WHERE id = :id AND lease = :lease AND status = 'processing'"
)
_NOW = sa.text(f"SELECT {COLUMNS} FROM generation_tasks WHERE id = :id")
_SETTLE = sa.text(
    "UPDATE generation_tasks SET status = :status, message = :message, result = :result, settle_key = :settle_key, "
    "updated_at = :now, lease = NULL, lease_until = NULL WHERE id = :id"
)
_AGAIN = sa.text(
    "UPDATE generation_tasks SET status = 'submitted', message = :message, ready_at = :ready_at, updated_at = :now, "
    "lease = NULL, lease_until = NULL WHERE id = :id"
)
_QUEUE = sa.text(
    "UPDATE generation_queues SET waiting = waiting + :waiting, working = working + :working WHERE merchant = :merchant"
)
_CALL = sa.text(
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
            if not connection.execute(_ANYTHING, {"now": self._book.clock.now()}).scalar():
                return []
        with self._book.database.writing() as connection:
            now = self._book.clock.now()
            expired = [to_task(row) for row in connection.execute(_EXPIRED, {"now": now})]
            if expired:
                said = "the worker gave no sign of life"
                self._settle(connection, now, [Done(task, None, said, retry=True) for task in expired])
            taken: list[Task] = []
            turns = connection.execute(_TURNS, {"most": most}).all()
            for place, (merchant, room) in enumerate(turns):
                share = min(room, -(-(most - len(taken)) // (len(turns) - place)))
                rows = connection.execute(_NEXT, {"merchant": merchant, "now": now, "most": share}).all()
                tasks = [
                    replace(task, status=PROCESSING, lease=secrets.token_hex(8), attempts=task.attempts + 1)
                    for task in map(to_task, rows)
                ]
                if tasks:
                    taken += tasks
                    connection.execute(_SERVED, {"merchant": merchant, "taken": len(tasks), "now": now})
            if taken:
                connection.execute(
                    _TAKE, [{"id": one.id, "lease": one.lease, "until": now + lasts, "now": now} for one in taken]
                )
                self._tell(connection, now, taken)
            return taken

    def beat(self, task: Task, lasts: int = LASTS) -> str:
        """A sign of life: `go on`, `cancel` (the caller wants no more of it) or `lost` (it is another's now)."""
        with self._book.database.writing() as connection:
            until = self._book.clock.now() + lasts
            kept = connection.execute(_BEAT, {"id": task.id, "lease": task.lease, "until": until}).rowcount
            if not kept:
                return "lost"
            return "cancel" if to_task(connection.execute(_NOW, {"id": task.id}).one()).cancel else "go on"

    def finish(self, outcomes: Sequence[Done]) -> list[bool]:
        """Enter outcomes and settle their credits; False for each that came from a lease that was lost."""
        try:
            with self._book.database.writing() as connection:
                now = self._book.clock.now()
                mine: list[Done] = []
                kept: list[bool] = []
                for done in outcomes:
                    row = connection.execute(_NOW, {"id": done.task.id}).first()
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

    def cancel(self, merchant: str, task_id: str) -> Task | None:
        """Stop a task: at once where it waits, at the next sign of life where it is at work; None if unknown."""
        with self._book.database.writing() as connection:
            task = self._book.find(merchant, task_id)
            if task is None or task.done:
                return task
            if task.status == SUBMITTED:
                self._settle(connection, self._book.clock.now(), [Done(task, None, CANCELLED)])
            else:
                connection.execute(sa.text("UPDATE generation_tasks SET cancel = 1 WHERE id = :id"), {"id": task.id})
            return self._book.find(merchant, task_id)

    def _settle(self, connection: sa.Connection, now: int, outcomes: Sequence[Done]) -> None:
        """Enter what became of tasks whose rows were just read in this transaction."""
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
            ended.append({"id": task.id, "status": status, "message": text, "result": result, "now": now})
            told.append(replace(task, status=status))
        if ended:
            key = f"generation:settle:{told[0].task_id}:{len(told)}"
            self._book.credits.settle(key, spent, back)
            connection.execute(_SETTLE, [{**one, "settle_key": key} for one in ended])
        if again:
            connection.execute(_AGAIN, again)
        if moved:
            connection.execute(
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
            connection.execute(_CALL, due)
