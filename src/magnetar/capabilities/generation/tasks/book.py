"""The book of tasks: durable before it is acknowledged, and in one transaction with its credits.

Creates that come at the same time are entered together: one transaction, one posting, one wait for the disk.
Whoever asks twice under the same `external_task_id` gets the same task and pays once.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from magnetar.capabilities.generation.tasks.contract import PROCESSING, SUBMITTED, SUCCEED
from magnetar.capabilities.generation.tasks.credits import Credits
from magnetar.capabilities.generation.tasks.faults import Fault, bad
from magnetar.capabilities.generation.tasks.rows import COLUMNS, Ask, Audit, Standing, Task, to_task
from magnetar.kernel.clock import SECOND, Clock
from magnetar.kernel.database import Database, driver_of
from magnetar.kernel.errors import Refused
from magnetar.vocabulary.money import MICROS

MIGRATIONS = Path(__file__).parent / "migrations"

# text for the driver itself where a create goes
_KNOWN = f"SELECT {COLUMNS}, digest FROM generation_tasks WHERE merchant = ? AND external_id = ?"
_QUEUE = "SELECT waiting, working, allowance, rated_at FROM generation_queues WHERE merchant = ?"
_ENTER_QUEUE = (
    "INSERT INTO generation_queues (merchant, waiting, working, concurrency, served_at, allowance, rated_at) "
    "VALUES (?, ?, 0, ?, 0, ?, ?) "
    "ON CONFLICT (merchant) DO UPDATE SET waiting = waiting + excluded.waiting, concurrency = excluded.concurrency, "
    "allowance = excluded.allowance, rated_at = excluded.rated_at"
)
_INSERT = (
    "INSERT INTO generation_tasks (task_id, merchant, external_id, digest, kind, wanted, access_key, price, "
    "created_at, updated_at, ready_at, status, hold_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'submitted', ?)"
)
_ONE = sa.text(f"SELECT {COLUMNS} FROM generation_tasks WHERE task_id = :id AND merchant = :merchant")
_EXTERNAL = sa.text(f"SELECT {COLUMNS} FROM generation_tasks WHERE external_id = :id AND merchant = :merchant")
_LIST = sa.text(
    f"SELECT {COLUMNS} FROM generation_tasks WHERE merchant = :merchant AND kind = :kind "
    "ORDER BY id DESC LIMIT :most OFFSET :skip"
)
_NEWEST = sa.text(f"SELECT {COLUMNS} FROM generation_tasks WHERE merchant = :merchant ORDER BY id DESC LIMIT :most")


_UNANNOUNCED = sa.text(
    f"SELECT {COLUMNS} FROM generation_tasks WHERE announced = 0 AND settle_key IS NOT NULL ORDER BY id LIMIT :most"
)
_ANNOUNCED = sa.text("UPDATE generation_tasks SET announced = 1 WHERE id = :id")


class TaskBook:
    """Creates and looks; `TaskLeases` does the work's side."""

    def __init__(self, database: Database, credits: Credits, clock: Clock) -> None:
        database.migrate("generation", MIGRATIONS)
        self.database, self.credits, self.clock = database, credits, clock
        self._numbers = itertools.count(secrets.randbelow(1_000))

    def _fresh_id(self, now: int) -> str:
        """22 digits: when, a count, and three by chance for other processes."""
        return f"{now}{next(self._numbers) % 1_000:03d}{secrets.randbelow(1_000):03d}"

    def create(self, asks: Sequence[Ask]) -> list[Task | Fault]:
        """Enter tasks and hold their credits; when this returns they are on disk.

        Returns:
            For each ask, in order, its task (a known one where it was asked before), or why there is none.
        """
        try:
            with self.database.writing() as connection:
                return self._create(connection, asks)
        except BaseException:
            self.credits.forget_rows()
            raise

    def _create(self, connection: sa.Connection, asks: Sequence[Ask]) -> list[Task | Fault]:
        now = self.clock.now()
        driver = driver_of(connection)
        answers: list[Task | Fault] = []
        fresh: list[tuple[Any, ...]] = []
        named: dict[tuple[str, str], tuple[str, Task]] = {}
        free = self.credits.free(dict.fromkeys(ask.merchant for ask in asks))
        rows = {one: driver.execute(_QUEUE, (one,)).fetchone() or (0, 0, None, 0) for one in free}
        active = {merchant: row[0] + row[1] for merchant, row in rows.items()}
        allowed: dict[str, float | None] = {}
        held: dict[str, int] = {}
        counts: dict[str, tuple[int, int]] = {}
        for ask in asks:
            wanted, merchant = ask.wanted, ask.merchant
            text = msgspec.json.encode(wanted).decode()
            digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
            external = wanted.external_task_id or None
            if external is not None:
                known = named.get((merchant, external))
                if known is None:
                    row = driver.execute(_KNOWN, (merchant, external)).fetchone()
                    known = None if row is None else (row[-1], to_task(row))
                if known is not None:
                    answers.append(known[1] if known[0] == digest else _taken(external, known[1]))
                    continue
            left = free[merchant] - held.get(merchant, 0)
            if merchant not in allowed:
                allowed[merchant] = _allowance(rows[merchant], ask.rate, now)
            allowance = allowed[merchant]
            if active[merchant] >= ask.queue:
                answers.append(_full(ask.queue))
            elif ask.price > left:
                answers.append(_poor(ask.price, left))
            elif allowance is not None and allowance < 1.0:
                answers.append(too_fast(ask.rate))
            else:
                allowed[merchant] = None if allowance is None else allowance - 1.0
                task = Task(
                    0, self._fresh_id(now), merchant, external, wanted.kind, wanted, ask.access_key, SUBMITTED, "",
                    ask.price, now, now, 0, None, False, None,
                )  # fmt: skip
                answers.append(task)
                fresh.append(
                    (task.task_id, merchant, external, digest, wanted.kind, text, ask.access_key, ask.price, now, now, now)
                )  # fmt: skip
                held[merchant] = held.get(merchant, 0) + ask.price
                active[merchant] += 1
                counts[merchant] = counts.get(merchant, (0, 0))[0] + 1, ask.concurrency
                if external is not None:
                    named[merchant, external] = digest, task
        if fresh:
            key = f"generation:hold:{fresh[0][0]}:{len(fresh)}"
            self.credits.hold(key, held)
            driver.executemany(_INSERT, [(*one, key) for one in fresh])
            queues = [(one, more, most, allowed[one], now) for one, (more, most) in counts.items()]
            driver.executemany(_ENTER_QUEUE, queues)
        return answers

    def _standing(self, connection: sa.Connection, merchant: str) -> tuple[int, int]:
        row = driver_of(connection).execute(_QUEUE, (merchant,)).fetchone()
        return (0, 0) if row is None else (row[0], row[1])

    # ---- looking

    def find(self, merchant: str, id: str) -> Task | None:
        """A merchant's task by its number, else by its `external_task_id`; None where it has none such."""
        with self.database.reading() as connection:
            row = connection.execute(_ONE, {"merchant": merchant, "id": id}).first()
            row = row or connection.execute(_EXTERNAL, {"merchant": merchant, "id": id}).first()
        return None if row is None else to_task(row)

    def list(self, merchant: str, kind: str, page: int, size: int) -> list[Task]:
        """A page of a merchant's tasks of one kind, newest first; pages count from 1."""
        with self.database.reading() as connection:
            found = connection.execute(
                _LIST, {"merchant": merchant, "kind": kind, "most": size, "skip": (page - 1) * size}
            )
            return [to_task(row) for row in found]

    def newest(self, merchant: str, most: int = 100) -> list[Task]:
        """A merchant's newest tasks of every kind."""
        with self.database.reading() as connection:
            return [to_task(row) for row in connection.execute(_NEWEST, {"merchant": merchant, "most": most})]

    def standing(self, merchant: str) -> Standing:
        """How many of a merchant's tasks wait and are at work."""
        with self.database.reading() as connection:
            return Standing(*self._standing(connection, merchant))

    def unannounced(self, most: int = 500) -> list[Task]:
        """Tasks that have ended and that no event has told of yet."""
        with self.database.reading() as connection:
            return [to_task(row) for row in connection.execute(_UNANNOUNCED, {"most": most})]

    def announced(self, tasks: Sequence[Task]) -> None:
        """Events have told of these."""
        with self.database.writing() as connection:
            connection.execute(_ANNOUNCED, [{"id": task.id} for task in tasks])

    def audit(self) -> Audit:
        """Count everything again and hold it against the ledger."""
        faults: list[str] = []
        with self.database.reading() as connection:
            rows = connection.execute(
                sa.text("SELECT merchant, status, count(*), sum(price) FROM generation_tasks GROUP BY merchant, status")
            ).all()
            queues = {
                row[0]: (row[1], row[2])
                for row in connection.execute(
                    sa.text("SELECT merchant, waiting, working FROM generation_queues WHERE merchant <> ''")
                )
            }
            unheld = connection.execute(
                sa.text(
                    "SELECT count(*) FROM generation_tasks t WHERE NOT EXISTS "
                    "(SELECT 1 FROM ledger_postings p WHERE p.key = t.hold_key) OR (t.status IN ('succeed', 'failed')) <> "
                    "(t.settle_key IS NOT NULL AND EXISTS (SELECT 1 FROM ledger_postings p WHERE p.key = t.settle_key))"
                )
            ).scalar_one()
            balances = {
                merchant: self.credits.balance(merchant).held for merchant in {row[0] for row in rows} | set(queues)
            }
            spent_on_ledger = self.credits.ledger.balances([self.credits.spent_row])[0]
        if unheld:
            faults.append(f"{unheld} tasks whose postings do not fit their state")
        by_status: dict[str, int] = {}
        held: dict[str, int] = {}
        counted: dict[str, list[int]] = {}
        spent = 0
        for merchant, status, count, price in rows:
            by_status[status] = by_status.get(status, 0) + count
            if status in (SUBMITTED, PROCESSING):
                held[merchant] = held.get(merchant, 0) + price
                counted.setdefault(merchant, [0, 0])[status == PROCESSING] += count
            elif status == SUCCEED:
                spent += price
        for merchant, amount in balances.items():
            if round(amount * MICROS) != held.get(merchant, 0):
                faults.append(
                    f"{merchant}: {amount} credits are held, the tasks add up to {held.get(merchant, 0) / MICROS}"
                )
            if tuple(counted.get(merchant, (0, 0))) != queues.get(merchant, (0, 0)):
                faults.append(f"{merchant}: the queue says {queues.get(merchant)}, the tasks {counted.get(merchant)}")
        if spent != spent_on_ledger:
            faults.append(f"the ledger has {spent_on_ledger} micro-credits spent, the tasks {spent}")
        try:
            self.credits.ledger.verify()
        except Refused as error:
            faults.append(str(error))
        return Audit(sum(by_status.values()), by_status, sum(held.values()), spent, tuple(faults))


def _taken(external: str, task: Task) -> Fault:
    return bad(
        f"external_task_id {external[:60]!r} stands for task {task.task_id}, which asked for something else. "
        "Use another id for another task; the same call again is answered with the same task."
    )


def _full(most: int) -> Fault:
    return Fault(
        429,
        1303,
        f"排队已满 · {most} tasks wait or are at work already, the most of this membership; try again later",
        5,
    )


def _allowance(row: tuple[int, int, float | None, int], rate: float, now: int) -> float | None:
    """How many tasks a merchant may create now, by its row and in whichever process; None: any number."""
    if not math.isfinite(rate):
        return None
    left, since = row[2:]
    if left is None:
        return 2 * rate
    return min(2 * rate, left + max(now - since, 0) / SECOND * rate)


def too_fast(rate: float) -> Fault:
    """More creates than a membership makes."""
    return Fault(429, 1302, f"请求过快 · this membership makes {rate:g} tasks a second; slow down", 1)


def _poor(price: int, left: int) -> Fault:
    return Fault(
        402,
        1102,
        f"灵感值不足 · the task costs {price / MICROS:g} credits and {max(left, 0) / MICROS:g} are free. "
        "Buy credits or choose another membership; nothing was made or charged.",
    )
