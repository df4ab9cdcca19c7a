"""A task as it is kept, and as a page or a client sees it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from magnetar.capabilities.generation.tasks.contract import FAILED, PROCESSING, SUBMITTED, SUCCEED, Wanted


class Output(msgspec.Struct, frozen=True):
    """A file that a task made."""

    name: str
    """Its name below the task's folder."""
    kind: str
    seconds: float = 0.0
    bytes: int = 0


class Result(msgspec.Struct, frozen=True):
    """What became of a task that succeeded."""

    outputs: tuple[Output, ...]
    provider: str
    what: str
    cpu_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the table."""

    id: int
    task_id: str
    merchant: str
    external_id: str | None
    kind: str
    wanted: Wanted
    access_key: str
    status: str
    message: str
    price: int
    """Micro-credits."""
    created_at: int
    updated_at: int
    attempts: int
    lease: str | None
    cancel: bool
    result: Result | None
    expired_at: int | None = None
    """When its result was deleted."""

    @property
    def done(self) -> bool:
        return self.status in (SUCCEED, FAILED)

    @property
    def shown_status(self) -> str:
        """A task that waits for another try is told as processing: to a client time does not run backwards."""
        return PROCESSING if self.status == SUBMITTED and self.attempts else self.status


@dataclass(frozen=True, slots=True)
class Ask:
    """A checked call that is to become a task."""

    merchant: str
    access_key: str
    wanted: Wanted
    price: int
    queue: int
    """Most tasks of this merchant that may wait or be at work."""
    concurrency: int
    rate: float = math.inf
    """Creates of this merchant a second, on average and over all processes; twice as many at once."""


COLUMNS = "id, task_id, merchant, external_id, kind, wanted, access_key, status, message, price, created_at, updated_at, attempts, lease, cancel, result, expired_at"
_WANTED = msgspec.json.Decoder(Wanted).decode
_RESULT = msgspec.json.Decoder(Result).decode


def to_task(row: Sequence[Any]) -> Task:
    """A task from a row of COLUMNS."""
    id, task_id, merchant, external, kind, wanted, access_key, status, message, price, made, changed, tries = row[:13]
    lease, cancel, result, expired = row[13:17]
    return Task(
        id, task_id, merchant, external, kind, _WANTED(wanted), access_key, status, message, price, made, changed, tries,
        lease, bool(cancel), None if result is None else _RESULT(result), expired,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """How one attempt ended."""

    task: Task
    result: Result | None = None
    message: str = ""
    retry: bool = False
    """A failure that may pass: tried again until the limit."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A merchant's queue."""

    waiting: int
    working: int


@dataclass(frozen=True, slots=True)
class Audit:
    """The table held against the ledger."""

    tasks: int
    by_status: Mapping[str, int]
    held: int
    """Micro-credits of tasks that are not settled."""
    spent: int
    faults: tuple[str, ...]
