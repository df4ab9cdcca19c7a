"""The task service on this platform's engines: beside a live platform, or alone in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from magnetar.capabilities.generation.choosing import IMAGES, VIDEOS, choose
from magnetar.capabilities.generation.service import TaskService
from magnetar.capabilities.generation.tasks.making import Makers
from magnetar.capabilities.generation.tasks.working import Worker
from magnetar.capabilities.generation.wiring import connect_tasks
from magnetar.capabilities.ledger.ports import LEDGERS, Ledger
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import Clock, SystemClock
from magnetar.kernel.database import Database
from magnetar.kernel.errors import BadInput, Refused
from magnetar.kernel.runtime import Runtime
from magnetar.kernel.settings import Settings


def tasks_beside(runtime: Runtime, ledger: Ledger) -> TaskService | None:
    """The task service of a live platform; None where its store is no database."""
    if not isinstance(runtime.store, Database):
        return None
    return _connected(runtime.settings, runtime, ledger)


@contextmanager
def tasks_alone(settings: Settings, clock: Clock | None = None) -> Iterator[TaskService]:
    """The task service without the platform's event log, which one process at a time may hold.

    Raises:
        Refused: the settings' store is no database.
        BadInput: MAGNETAR_HOME cannot be written.
    """
    from magnetar.platform.assemble import STORES

    if settings.store == "memory":
        raise Refused("Tasks need a relational store. Set MAGNETAR_STORE=sqlite.")
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"Cannot use {str(settings.home)!r} for MAGNETAR_HOME: {error.strerror}.") from None
    from magnetar.engines.memory import MemoryLog

    clock = clock or SystemClock()
    store = STORES.make(settings.store, settings.home / "magnetar.db")
    try:
        runtime = Runtime(settings, clock, Bus(MemoryLog(), clock), store)
        ledger, _ = LEDGERS.make("sql", runtime)
        yield _connected(settings, runtime, ledger)
    finally:
        store.close()


def _connected(settings: Settings, runtime: Runtime, ledger: Ledger) -> TaskService:
    return connect_tasks(
        runtime.store, ledger, runtime.clock, settings.home,
        private_hosts=settings.generation_private_hosts, public_url=settings.generation_public_url,
        keep_days=settings.generation_keep_days, room_bytes=round(settings.generation_room_gb * (1 << 30)),
    )  # fmt: skip


def worker(service: TaskService, settings: Settings) -> Worker:
    """A worker with the providers that the settings name."""
    images = choose(IMAGES, settings.image, settings)
    videos = choose(VIDEOS, settings.video, settings)
    return Worker.of(service, Makers(images, videos))
