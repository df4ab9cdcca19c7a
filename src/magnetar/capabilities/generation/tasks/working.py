"""A worker: leases tasks, gives signs of life while it makes them, and hands in what became of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from magnetar.capabilities.generation.ports import Progress
from magnetar.capabilities.generation.service import TaskService
from magnetar.capabilities.generation.tasks.keeping import LOOK_EVERY_S
from magnetar.capabilities.generation.tasks.leasing import LASTS
from magnetar.capabilities.generation.tasks.making import Makers, make_task
from magnetar.capabilities.generation.tasks.rows import Done, Result, Task
from magnetar.kernel.clock import SECOND
from magnetar.kernel.errors import MagnetarError, ProviderFailed

IDLE_S = 0.25
"""How long a worker that found nothing waits before it looks again."""


class Stopped(Exception):
    """The task is wanted no more, or belongs to another worker now."""


class Worker:
    """Makes one task after another."""

    def __init__(
        self, service: TaskService, make: Callable[[Task, Progress], Result], *, lasts: int = LASTS, together: int = 1
    ) -> None:
        """`make` does one task; `together` tasks are leased and settled at a time."""
        self._service, self._make, self._lasts, self._together = service, make, lasts, together
        self._swept = service.clock.now()
        self.done = 0
        self.trouble = ""
        """Why the last look at the queue failed; empty where it did not."""

    @classmethod
    def of(cls, service: TaskService, makers: Makers) -> Worker:
        """A worker with providers."""

        def make(task: Task, progress: Progress) -> Result:
            return make_task(task, makers, service.pictures, service.files, progress)

        return cls(service, make)

    def work_once(self) -> int:
        """Lease what is next and do it; returns how many tasks that were."""
        tasks = self._service.leases.lease(self._together, self._lasts)
        outcomes = [self._attempt(task) for task in tasks]
        if outcomes:
            self.done += sum(self._service.leases.finish(outcomes))
        return len(outcomes)

    def run(self, stop: threading.Event, alive: Callable[[], bool] = lambda: True) -> int:
        """Work until told to stop; the task under way is finished first. Returns how many were done."""
        self._service.begin_work()
        waits, leases = IDLE_S, self._service.leases
        while not stop.is_set() and alive():
            try:
                tasks = leases.lease(self._together, self._lasts)
                while tasks:
                    outcomes = [self._attempt(task) for task in tasks]
                    more = 0 if stop.is_set() or not alive() else self._together
                    kept, tasks = leases.turn(outcomes, more, self._lasts)
                    self.done += sum(kept)
                self._sweep()
                waits, self.trouble = IDLE_S, ""
            except Exception as error:  # a full disk, a locked file: the leases bring the tasks back
                self.trouble = f"{type(error).__name__}: {error}"
                waits = min(waits * 2, 10.0)
            stop.wait(waits)
        return self.done

    def _sweep(self) -> None:
        """Between tasks, delete results whose time is over; one process an hour does."""
        now = self._service.clock.now()
        if now - self._swept >= LOOK_EVERY_S * SECOND:
            self._swept = now
            self._service.keeping.sweep_if_due()

    def _attempt(self, task: Task) -> Done:
        try:
            with self._alive(task) as progress:
                return Done(task, self._make(task, progress))
        except Stopped:
            return Done(task, None, "stopped")
        except ProviderFailed as error:
            return Done(task, None, str(error), retry=True)
        except MagnetarError as error:
            return Done(task, None, str(error))
        except Exception as error:  # a fault of ours or of a library: it may pass, and it must not stop the queue
            return Done(task, None, f"{type(error).__name__}: {str(error)[:200]}", retry=True)

    @contextmanager
    def _alive(self, task: Task) -> Any:
        """While the block runs, the lease is renewed; the progress it is given stops the work when it is not."""
        ended, wanted_no_more = threading.Event(), threading.Event()

        def beat() -> None:
            while not ended.wait(self._lasts / SECOND / 3):
                try:
                    if self._service.leases.beat(task, self._lasts) != "go on":
                        wanted_no_more.set()
                        return
                except Exception:  # a locked or full disk: tried again at the next beat, or the lease ends
                    continue

        def progress(_: float) -> None:
            if wanted_no_more.is_set():
                raise Stopped

        beating = threading.Thread(target=beat, name="beat", daemon=True)
        beating.start()
        try:
            yield progress
        finally:
            ended.set()
            beating.join()
