"""Long work that merchants ask for: a row each, worked on one at a time for each merchant, watched, stopped, taken up again.

A row says which server process works on it. When that one is gone, however it went, the next server takes its work up
again; work that outlives no server for three times fails with that as its reason.
"""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from magnetar.app.apart import alive, here, kill
from magnetar.kernel.clock import Clock
from magnetar.kernel.errors import NotFound, Refused
from magnetar.kernel.store import Store

QUEUED, RUNNING, DONE, STOPPED, FAILED, INTERRUPTED = "queued", "running", "done", "stopped", "failed", "interrupted"
MOST_WAITING, TRIES = 3, 3
_OPEN: set[str] = set()
"""Backlogs of this process that are at work."""
_NUMBERS = itertools.count()


class Job(Protocol):
    """What every row has; a frozen dataclass."""

    @property
    def id(self) -> str: ...
    @property
    def merchant(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def server(self) -> str:
        """The backlog, by process, that works on it."""
        ...

    @property
    def attempts(self) -> int:
        """How often it was begun."""
        ...


J = TypeVar("J", bound=Job)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unended:
    """Where a row lies that has not ended."""

    merchant: str
    id: str


class Backlog(Generic[J]):
    """Keeps and works off one kind of jobs; a subclass says how one is done."""

    at_once = 2
    """Jobs of different merchants that are worked on side by side."""
    noun = "任务", "order"

    def __init__(self, store: Store, clock: Clock, name: str, kind: type[J]) -> None:
        """
        Args:
            name: of the collection that the rows lie in.
            kind: of the rows.
        """
        self._kept = store.collection(name, kind)
        self._unended = store.collection("backlog", Unended)
        self._store, self._rows, self._clock = store, name, clock
        self._server = f"{here()}/{next(_NUMBERS)}"
        _OPEN.add(self._server)
        self._changed = threading.Condition()
        self._version = 0
        self._waiting: deque[tuple[str, str]] = deque()
        self._running: dict[str, tuple[str, subprocess.Popen[bytes] | None]] = {}
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._keeping = threading.RLock()

    def _run(self, one: J) -> None:
        """Do a job that has begun, and keep how it ended."""
        raise NotImplementedError

    # ---- asking

    def _admit(self, merchant: str) -> None:
        """
        Raises:
            Refused: too many of the merchant's wait.
        """
        if sum(one.state in (QUEUED, RUNNING) for one in self.list(merchant)) >= MOST_WAITING:
            raise Refused(
                f"已有多个{self.noun[0]}在排队, 请等其中一个结束. · Several {self.noun[1]}s are waiting; let one of them end."
            )

    def _new_id(self, merchant: str, letter: str) -> str:
        """An id by the time of asking."""
        taken = {one.id for one in self.list(merchant)}
        now = self._clock.now()
        return next(name for number in itertools.count() if (name := f"{letter}{now + number:016d}") not in taken)

    def again(self, merchant: str, id: str) -> J:
        """Begin one anew that was interrupted, stopped or failed; what is made is not made twice.

        Raises:
            NotFound: the merchant has none of that id.
            Refused: it runs, or is done.
        """
        one = self.get(merchant, id)
        if one.state in (QUEUED, RUNNING, DONE):
            raise Refused(f"这个{self.noun[0]}无需继续. · There is nothing left to go on with.")
        return self._enqueue(_with(one, error="", ended_at=0, attempts=0))

    def stop(self, merchant: str, id: str) -> None:
        """Stop one that waits or runs; what is whole stays.

        Raises:
            NotFound: the merchant has none of that id.
        """
        with self._keeping:
            one = self.get(merchant, id)
            if one.state not in (QUEUED, RUNNING, INTERRUPTED):
                return
            self._keep(_with(one, state=STOPPED, ended_at=self._clock.now()))
        with self._changed:
            running = self._running.get(merchant)
        if running and running[0] == id and running[1]:
            kill(running[1])

    def resume(self) -> int:
        """Take up what servers that are gone have left; how many jobs that were.

        A job that was begun three times and never ended fails: it may be what ends the servers.
        """
        writing: Any = getattr(self._store, "writing", contextlib.nullcontext)
        left: list[J] = []
        with writing():  # of two servers that start together one takes a job
            for key, place in list(self._unended.list(self._rows)):
                one = self._kept.get(place.merchant, place.id)
                if one is None or one.state not in (QUEUED, RUNNING):
                    self._unended.delete(self._rows, [key])
                elif not self._lives(one):
                    taken = _with(one, state=QUEUED, server=self._server)
                    self._kept.put(one.merchant, [(one.id, taken)])
                    left.append(taken)
        for one in left:
            if one.attempts >= TRIES:
                said = f"服务中断了 {one.attempts} 次, 不再自动重试. · The server went down {one.attempts} times; not tried again by itself."
                self._keep(_with(one, state=FAILED, error=said, ended_at=self._clock.now()))
            else:
                self._enqueue(one)
        return len(left)

    def _enqueue(self, one: J) -> J:
        one = _with(one, state=QUEUED, server=self._server)
        self._keep(one)
        with self._changed:
            if len(self._threads) < self.at_once:
                thread = threading.Thread(target=self._work, name=self._rows, daemon=True)
                self._threads.append(thread)
                thread.start()
            self._waiting.append((one.merchant, one.id))
            self._changed.notify_all()
        return one

    # ---- looking

    def get(self, merchant: str, id: str) -> J:
        """A merchant's job.

        Raises:
            NotFound: it has none of that id.
        """
        one = self._kept.get(merchant, id)
        if one is None:
            raise NotFound(f"没有这个{self.noun[0]}: {id[:40]!r}. · No {self.noun[1]} {id[:40]!r}.")
        return self._honest(one)

    def list(self, merchant: str) -> list[J]:
        """A merchant's jobs, newest first."""
        return [self._honest(one) for _, one in self._kept.list(merchant)][::-1]

    def wait(self, version: int, timeout: float) -> int:
        """Wait until something has changed since a version; returns the present one."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, timeout)
            return self._version

    def _lives(self, one: J) -> bool:
        """Whether somebody works on it, or will."""
        process, _, number = one.server.rpartition("/")
        return bool(number) and (one.server in _OPEN if process == here() else alive(process))

    def _honest(self, one: J) -> J:
        """A job whose server is gone is not at work, whatever was kept."""
        return _with(one, state=INTERRUPTED) if one.state in (QUEUED, RUNNING) and not self._lives(one) else one

    # ---- working

    def _keep(self, one: J) -> None:
        key = f"{one.merchant}/{one.id}"
        if one.state == QUEUED:
            self._unended.put(self._rows, [(key, Unended(one.merchant, one.id))])
        self._kept.put(one.merchant, [(one.id, one)])
        if one.state in (DONE, STOPPED, FAILED):
            self._unended.delete(self._rows, [key])
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def _held(self, one: J) -> J | None:
        """The row as it is kept now, while it is to be worked on; None where it was stopped or this is closed."""
        if self._closed:
            return None
        latest = self._kept.get(one.merchant, one.id)
        return latest if latest is not None and latest.state == RUNNING else None

    def _tell(self, one: J) -> bool:
        """Keep how far a job is, or how it ended; False, and nothing is kept, where it was stopped or this is closed."""
        with self._keeping:
            if self._held(one) is None:
                return False
            self._keep(one)
            return True

    def _by(self, one: J, process: subprocess.Popen[bytes] | None) -> None:
        """Say which process does a job, so that stopping ends it."""
        with self._changed:
            self._running[one.merchant] = one.id, process
        if process is not None and self._held(one) is None:  # stopped between asking and beginning
            kill(process)

    def _next(self) -> tuple[str, str] | None:
        """The first job whose merchant has none at work."""
        with self._changed:
            while not self._closed:
                for place, (merchant, id) in enumerate(self._waiting):
                    if merchant not in self._running:
                        del self._waiting[place]
                        self._running[merchant] = id, None
                        return merchant, id
                self._changed.wait()
        return None

    def _work(self) -> None:
        while (taken := self._next()) is not None:
            merchant, id = taken
            try:
                one = self._kept.get(merchant, id)
                if one is not None and one.state == QUEUED:
                    one = _with(one, state=RUNNING, attempts=one.attempts + 1)
                    self._keep(one)
                    self._run(one)
            except Exception as error:  # whatever happens is shown where the result would be
                latest = self._kept.get(merchant, id)
                if latest is not None and latest.state in (QUEUED, RUNNING) and not self._closed:
                    self._keep(_with(latest, state=FAILED, error=str(error)[:500], ended_at=self._clock.now()))
            finally:
                with self._changed:
                    self._running.pop(merchant, None)
                    self._changed.notify_all()

    def close(self) -> None:
        """Stop working; what runs or waits is interrupted and is taken up by the next server."""
        with self._changed:
            self._closed = True
            _OPEN.discard(self._server)
            running = list(self._running.values())
            self._changed.notify_all()
        for _, process in running:
            if process:
                kill(process)


def told_by(process: subprocess.Popen[bytes], kind: type[T]) -> Iterator[T]:
    """The lines that a module says, as they come; what is no such line is passed over."""
    decoder = msgspec.json.Decoder(kind)
    lines: Iterable[bytes] = process.stdout or ()
    for line in lines:
        with contextlib.suppress(msgspec.DecodeError):
            yield decoder.decode(line)


def _with(one: J, **changes: Any) -> J:
    changed: Any = replace(one, **changes)  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownVariableType]
    return changed
