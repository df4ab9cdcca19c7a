"""Callbacks: a task's news sent to the address that its caller named; signed, tried again, at least once.

They wait in a table that the task's own transaction writes, and are made by threads of their own: a receiver that
hangs delays its own news only. The receiver checks `X-Magnetar-Signature: t=SECONDS,v1=HEX`, where HEX is
HMAC-SHA256 of `SECONDS.BODY` with the secret key of the pair that made the task, and refuses old seconds.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from magnetar.capabilities.generation.tasks.outside import Reach, call
from magnetar.capabilities.generation.tasks.rows import COLUMNS, Task, to_task
from magnetar.kernel.clock import HOUR, MINUTE, SECOND, Clock
from magnetar.kernel.database import Database
from magnetar.kernel.errors import BadInput, MagnetarError

HEADER = "X-Magnetar-Signature"
MOST_TRIES = 8
CLAIMED = MINUTE
"""While a call is under way nobody else makes it; a sender that dies frees it after so long."""
TOGETHER = 8
EACH_HOST = 2
"""Calls to one host at a time: a slow receiver holds no more of the threads than this."""

_DUE = sa.text(
    "SELECT task, url, status, tries FROM generation_callbacks WHERE state = 'due' AND next_at <= :now "
    "ORDER BY next_at LIMIT 64"
)
_CLAIM = sa.text(
    "UPDATE generation_callbacks SET next_at = :later, tries = tries + 1 "
    "WHERE task = :task AND state = 'due' AND status = :status AND tries = :tries"
)
_TASK = sa.text(f"SELECT {COLUMNS} FROM generation_tasks WHERE id = :id")
_END = sa.text(
    "UPDATE generation_callbacks SET state = :state, next_at = :next_at, said = :said "
    "WHERE task = :task AND status = :status AND tries = :tries"
)


def signature(secret: str, seconds: int, body: bytes) -> str:
    """The header's value.

    >>> signature("secret", 1, b"{}")[:12]
    't=1,v1=11227'
    """
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def is_signed(secret: str, header: str, body: bytes, now_s: int, oldest_s: int = 300) -> bool:
    """What a receiver checks."""
    stated = header.partition(",")[0].removeprefix("t=")
    if not stated.isascii() or not stated.isdigit() or abs(now_s - int(stated)) > oldest_s:
        return False
    return hmac.compare_digest(signature(secret, int(stated), body).encode(), header.encode())


@dataclass(frozen=True, slots=True)
class Due:
    """A call to be made."""

    task: int
    url: str
    status: str
    tries: int
    """This one included."""


class Courier:
    """Makes the calls that are due."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        secret_of: Callable[[str], str],
        body_of: Callable[[Task], dict[str, Any]],
        reach: Reach,
    ) -> None:
        self._database, self._clock, self._secret_of, self._body_of = database, clock, secret_of, body_of
        self._reach = reach
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._at_work: dict[str, int] = {}

    def claim(self) -> list[Due]:
        """Take what is due, a few for each host."""
        with self._database.reading() as connection:
            found = connection.execute(_DUE, {"now": self._clock.now()}).all()
        if not found:
            return []
        mine: list[Due] = []
        with self._database.writing() as connection:
            later = self._clock.now() + CLAIMED
            for task, url, status, tries in found:
                host = url.split("/", 3)[2]
                if self._at_work.get(host, 0) >= EACH_HOST or sum(self._at_work.values()) >= TOGETHER:
                    continue
                named = {"task": task, "status": status, "tries": tries}
                if connection.execute(_CLAIM, {**named, "later": later}).rowcount:
                    self._at_work[host] = self._at_work.get(host, 0) + 1
                    mine.append(Due(task, url, status, tries + 1))
        return mine

    def send(self, due: Due) -> bool:
        """Make one call and write down how it went."""
        with self._database.reading() as connection:
            row = connection.execute(_TASK, {"id": due.task}).first()
        if row is None:
            return False
        task = to_task(row)
        body = msgspec.json.encode(self._body_of(task))
        now = self._clock.now()
        headers = {
            "Content-Type": "application/json",
            HEADER: signature(self._secret_of(task.access_key), now // SECOND, body),
        }
        hopeless = False
        try:
            status = call("POST", due.url, self._reach, body=body, headers=headers).status
            said = "" if 200 <= status < 300 else f"answered {status}"
        except MagnetarError as error:
            said, hopeless = str(error), isinstance(error, BadInput)
        if not said:
            state, next_at = "told", now
        elif hopeless or due.tries >= MOST_TRIES:
            state, next_at = "given up", now
        else:
            state, next_at = "due", self._clock.now() + min(2 ** (2 * due.tries - 1) * SECOND, HOUR)
        with self._database.writing() as connection:
            named = {"task": due.task, "status": due.status, "tries": due.tries}
            connection.execute(_END, {**named, "state": state, "next_at": next_at, "said": said[:300]})
        return state == "told"

    # ---- in the background

    def start(self) -> None:
        """Begin to make calls, in threads of their own."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="callbacks", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End after the calls that are under way; what is still due is made after the next start."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(self._reach.within_s)

    def _run(self) -> None:
        done = threading.Lock()
        with ThreadPoolExecutor(TOGETHER, thread_name_prefix="callback") as pool:
            while not self._stop.wait(0.25):
                try:
                    with done:
                        claimed = self.claim()
                except Exception:  # a full disk, a locked file: looked at again in a moment
                    self._stop.wait(5.0)
                    continue
                for due in claimed:

                    def free(_: Future[bool], host: str = due.url.split("/", 3)[2]) -> None:
                        with done:
                            self._at_work[host] -= 1
                            if not self._at_work[host]:
                                del self._at_work[host]

                    pool.submit(self.send, due).add_done_callback(free)
