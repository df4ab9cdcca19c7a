"""The task service, connected."""

from __future__ import annotations

from pathlib import Path

from magnetar.capabilities.generation.service import KEEP_DAYS, ROOM_BYTES, TaskService
from magnetar.capabilities.generation.tasks.outside import Reach
from magnetar.capabilities.ledger import Ledger
from magnetar.kernel.clock import Clock
from magnetar.kernel.database import database_of
from magnetar.kernel.store import Store


def connect_tasks(
    store: Store, ledger: Ledger, clock: Clock, home: Path, *, private_hosts: str = "", public_url: str = "",
    keep_days: float = KEEP_DAYS, room_bytes: int = ROOM_BYTES,
) -> TaskService:  # fmt: skip
    """The task service on a store that is a database, and on the ledger in the same one.

    Raises:
        Refused: the store keeps its records elsewhere; tasks need one transaction with their credits.
    """
    database = database_of(store)
    return TaskService(
        store, database, ledger, clock, home, reach=Reach.allowing(private_hosts), public_url=public_url,
        keep_days=keep_days, room_bytes=room_bytes,
    )  # fmt: skip
