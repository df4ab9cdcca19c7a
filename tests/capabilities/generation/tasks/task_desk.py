"""A task service on a database of its own, a clock that is stepped, and a client that speaks HTTP to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from magnetar.capabilities.generation.routes import TaskApi
from magnetar.capabilities.generation.service import TaskService
from magnetar.capabilities.generation.tasks.keys import Pair
from magnetar.capabilities.generation.tasks.making import Makers
from magnetar.capabilities.generation.tasks.rows import Task
from magnetar.capabilities.generation.tasks.tokens import make_token
from magnetar.capabilities.generation.tasks.working import Worker
from magnetar.capabilities.ledger.providers.sql import SqlLedger
from magnetar.engines.sqlite import SqliteStore
from magnetar.kernel.clock import SECOND, SteppedClock

NOON = 1_800_000_000 * SECOND


@dataclass
class Desk:
    """One service, seen by one merchant's client."""

    service: TaskService
    api: TaskApi
    clock: SteppedClock
    pair: Pair
    home: Path

    def wait(self, seconds: float) -> None:
        self.clock.step_to(self.clock.now() + round(seconds * SECOND))

    def token(self) -> str:
        return make_token(self.pair.access_key, self.pair.secret_key, self.clock.now() // SECOND)

    def call(self, method: str, path: str, body: Any = None, token: str | None = None, **more: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self.api)
            async with httpx.AsyncClient(transport=transport, base_url="http://tasks.test") as client:
                headers = {"Authorization": f"Bearer {self.token() if token is None else token}"}
                return await client.request(method, path, json=body, headers={**headers, **more})

        return asyncio.run(once())

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.call("POST", path, body)

    def made(self, path: str, **body: Any) -> str:
        """The number of a task that was made."""
        answer = self.post(path, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["task_id"]

    def get(self, path: str) -> dict[str, Any]:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def work(self, makers: Makers | None = None, **given: Any) -> int:
        """Do one task."""
        worker = Worker(self.service, **given) if given else Worker.of(self.service, makers or Makers(None, None))
        return worker.work_once()

    def task(self, id: str) -> Task:
        found = self.service.book.find(self.pair.merchant, id)
        assert found is not None
        return found

    def credits(self) -> tuple[float, float]:
        balance = self.service.credits.balance(self.pair.merchant)
        return balance.free, balance.held

    def agrees(self) -> bool:
        """Whether tasks and ledger agree."""
        return not self.service.book.audit().faults


def open_desk(home: Path, clock: SteppedClock, merchant: str = "demo", **more: Any) -> tuple[Desk, SqliteStore]:
    store = SqliteStore(home / "magnetar.db")
    service = TaskService(store, store, SqlLedger(store, clock), clock, home, **more)
    return Desk(service, TaskApi(service), clock, service.keys.issue(merchant), home), store
