"""Films that a merchant orders: queued, made in a process of their own one at a time for each merchant, watched, stopped, kept.

What is whole when an order is stopped or fails stays on the shelf.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from magnetar.app.apart import alive, kill, spawn
from magnetar.app.film_shelf import POSTERS, Note, Shelf
from magnetar.app.studio_making import Making, Told
from magnetar.capabilities.creative import ASPECTS, Found, points_for
from magnetar.capabilities.creative.copy import Brief
from magnetar.capabilities.creative.direction import Direction
from magnetar.kernel.clock import Clock
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.kernel.store import Store

QUEUED, RUNNING, DONE, STOPPED, FAILED, INTERRUPTED = "queued", "running", "done", "stopped", "failed", "interrupted"
MOST, MOST_WAITING, AT_ONCE = 100, 3, 2


@dataclass(frozen=True, slots=True)
class FilmWish:
    """What is to be made of a product."""

    kind: str
    """variants or cut."""
    product: str
    brief: Brief = field(default_factory=Brief)
    count: int = 1
    aspects: tuple[str, ...] = ("9:16",)
    seed: int = 0
    film: str = ""
    """The film that a cut is a new version of."""
    direction: Direction = field(default_factory=Direction)

    def checked(self) -> FilmWish:
        """This wish, if it can be granted over HTTP.

        Raises:
            BadInput: a figure is out of bounds.
        """
        if not 1 <= self.count <= MOST:
            raise BadInput(
                f"条数应在 1 到 {MOST} 之间, 现为 {self.count}. · From 1 to {MOST} films, found {self.count}."
            )
        if not self.aspects or set(self.aspects) - set(ASPECTS):
            raise BadInput(
                f"请选择画幅: {', '.join(ASPECTS)}. · Choose aspects among {', '.join(ASPECTS)}, found {', '.join(self.aspects)[:60]!r}."
            )
        if self.count < len(self.aspects):
            raise BadInput(
                f"每种画幅至少一条: 画幅 {len(self.aspects)} 种, 影片 {self.count} 条. · At least one film of each aspect: {len(self.aspects)} aspects, {self.count} films."
            )
        return self


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order as it is kept."""

    id: str
    merchant: str
    by: str
    made_at: int
    wish: FilmWish
    title: str
    state: str = QUEUED
    said: str = ""
    done: int = 0
    of: int = 0
    films: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""
    ended_at: int = 0
    process: int = 0
    """The server process that has it made."""

    @property
    def active(self) -> bool:
        return self.state in (QUEUED, RUNNING)


class StudioOrders:
    """Takes, watches and keeps orders."""

    def __init__(
        self, store: Store, clock: Clock, shelf: Shelf, found: Callable[[str, str], Found], home: Path, *,
        workers: int = 0, font: str = "", width: int = 0,
    ) -> None:  # fmt: skip
        """
        Args:
            found: a merchant's product with its pictures.
            width: of the films in pixels, smaller for tests; 0 for the aspect's own.
        """
        self._kept = store.collection("studio_orders", Ordered)
        self._clock, self._shelf, self._found, self._home = clock, shelf, found, home
        self._workers, self._font, self.width = workers, font, width
        self._changed = threading.Condition()
        self._version = 0
        self._waiting: deque[tuple[str, str]] = deque()
        self._running: dict[str, tuple[str, subprocess.Popen[bytes] | None]] = {}
        self._threads: list[threading.Thread] = []
        self._closed = False

    # ---- asking

    def start(self, merchant: str, by: str, wish: FilmWish) -> Ordered:
        """Queue an order.

        Raises:
            BadInput: the wish cannot be granted.
            NotFound: there is no such product.
            Refused: too many orders of the merchant wait.
        """
        wish = wish.checked()
        found = self._found(merchant, wish.product)
        if sum(one.active for one in self.list(merchant)) >= MOST_WAITING:
            raise Refused("已有多个任务在排队, 请等其中一个结束. · Several orders are waiting; let one of them end.")
        now = self._clock.now()
        taken = {one.id for one in self.list(merchant)}
        id = next(name for number in range(len(taken) + 1) if (name := f"s{now + number:016d}") not in taken)
        title = found.product.title
        one = Ordered(id, merchant, by, now, wish, title, of=wish.count, process=os.getpid())
        return self._enqueue(one)

    def again(self, merchant: str, id: str) -> Ordered:
        """Make an order anew that was interrupted, stopped or failed; segments that are made are not made twice.

        Raises:
            NotFound: the merchant has no such order.
            Refused: it runs, or is done.
        """
        one = self.get(merchant, id)
        if one.active or one.state == DONE:
            raise Refused("这个任务无需继续. · There is nothing left to go on with.")
        return self._enqueue(replace(one, state=QUEUED, error="", said="", ended_at=0, process=os.getpid()))

    def stop(self, merchant: str, id: str) -> None:
        """Stop an order that waits or runs; films that are whole stay.

        Raises:
            NotFound: the merchant has no such order.
        """
        one = self.get(merchant, id)
        if one.active:
            self._keep(replace(one, state=STOPPED, ended_at=self._clock.now()))
            with self._changed:
                running = self._running.get(merchant)
            if running and running[0] == id and running[1]:
                kill(running[1])

    def _enqueue(self, one: Ordered) -> Ordered:
        self._keep(one)
        with self._changed:
            if len(self._threads) < AT_ONCE:
                thread = threading.Thread(target=self._work, name="studio", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._waiting.append((one.merchant, one.id))
            self._changed.notify_all()
        return one

    # ---- looking

    def get(self, merchant: str, id: str) -> Ordered:
        """A merchant's order.

        Raises:
            NotFound: it has none of that id.
        """
        one = self._kept.get(merchant, id)
        if one is None:
            raise NotFound(f"没有这个任务: {id[:40]!r}. · No order {id[:40]!r}.")
        return _honest(one)

    def list(self, merchant: str) -> list[Ordered]:
        """A merchant's orders, newest first."""
        return [_honest(one) for _, one in self._kept.list(merchant)][::-1]

    def wait(self, version: int, timeout: float) -> int:
        """Wait until something has changed since a version; returns the present one."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, timeout)
            return self._version

    # ---- working

    def _keep(self, one: Ordered) -> None:
        self._kept.put(one.merchant, [(one.id, one)])
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def _next(self) -> tuple[str, str] | None:
        """The first order whose merchant has none at work."""
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
                    self._run(one)
            except Exception as error:  # whatever happens is shown where the films would be
                latest = self._kept.get(merchant, id)
                if latest is not None and latest.state != STOPPED:
                    self._keep(replace(latest, state=FAILED, error=str(error)[:500], ended_at=self._clock.now()))
            finally:
                with self._changed:
                    self._running.pop(merchant, None)
                    self._changed.notify_all()

    def _run(self, one: Ordered) -> None:
        one = replace(one, state=RUNNING)
        self._keep(one)
        wish, found = one.wish, self._found(one.merchant, one.wish.product)
        target = self._shelf.folder(one.merchant)
        folder = target / ".making" / one.id
        folder.mkdir(parents=True, exist_ok=True)
        order = Making(
            wish.kind, found.product, str(found.pictures), points_for(found, wish.brief.language), wish.brief, wish.direction,
            wish.count, wish.aspects, wish.seed, str(folder), str(self._home), self.width, self._workers, self._font,
        )  # fmt: skip
        process = spawn("magnetar.app.studio_making", msgspec.msgpack.encode(order))
        with self._changed:
            self._running[one.merchant] = one.id, process
        told: dict[str, Told] = {}
        error = ""
        try:
            for line in _lines(process):
                latest = self._kept.get(one.merchant, one.id)
                if latest is None or latest.state != RUNNING:
                    break
                if line.film:
                    told[line.film] = line
                error = line.error or error
                one = replace(
                    one, said=line.said or one.said, done=max(one.done, line.done), of=line.of or one.of,
                    notes=tuple(dict.fromkeys((*one.notes, *line.notes)))[:20],
                )  # fmt: skip
                self._keep(one)
            code = process.wait()
        finally:
            kill(process)
            films = self._adopt(one, folder, target, told)
            shutil.rmtree(folder, ignore_errors=True)
        latest = self._kept.get(one.merchant, one.id)
        if latest is None or latest.state != RUNNING:
            if latest is not None and films:
                self._keep(replace(latest, films=films, done=len(films)))
            return
        if not error and code:
            said = process.stderr.read().decode(errors="replace").strip() if process.stderr else ""
            error = said.splitlines()[-1] if said else f"the process ended with {code}"
        now = self._clock.now()
        self._keep(replace(one, state=FAILED if error else DONE, error=error[:500], films=films, ended_at=now))

    def _adopt(self, one: Ordered, folder: Path, target: Path, told: dict[str, Told]) -> tuple[str, ...]:
        """Put the films that are whole on the shelf; their names there."""
        names: list[str] = []
        for path in sorted(folder.glob("*.mp4")):
            if not path.with_suffix(".json").is_file():
                continue
            name = self._name(one, path.stem, target)
            for ending in (".json", *POSTERS, ".mp4"):
                if path.with_suffix(ending).is_file():
                    path.with_suffix(ending).replace(target / f"{name}{ending}")
            about = told.get(path.stem, Told())
            wish = one.wish
            note = Note(
                angle=about.angle, audience=about.audience, order=one.id, parent=wish.film,
                direction=wish.direction.plain() if wish.kind == "cut" else {},
            )  # fmt: skip
            if wish.film:
                parent = self._shelf.get(one.merchant, wish.film).note
                note = replace(note, angle=parent.angle, audience=parent.audience)
            self._shelf.note(one.merchant, name, note)
            names.append(name)
        return tuple(names)

    def _name(self, one: Ordered, stem: str, target: Path) -> str:
        if one.wish.kind == "cut":
            root = one.wish.film.rsplit("-v", 1)
            stem = root[0] if len(root) == 2 and root[1].isdigit() else one.wish.film
            number = 2
            while any((folder / f"{stem}-v{number}.mp4").exists() for folder in (target, target / ".deleted")):
                number += 1
            return f"{stem}-v{number}"
        head, _, number = stem.rpartition("-")
        name = f"{head}-{one.id[-6:]}-{number}"
        others = (target / f"{name}.mp4").exists() and self._shelf.get(one.merchant, name).note.order != one.id
        return f"{head}-{one.id}-{number}" if others else name  # made again, an order's films take their own places

    def close(self) -> None:
        """Stop working; what runs is interrupted."""
        with self._changed:
            self._closed = True
            running = list(self._running.values())
            self._changed.notify_all()
        for _, process in running:
            if process:
                kill(process)


def _lines(process: subprocess.Popen[bytes]) -> Iterable[Told]:
    assert process.stdout is not None
    decoder = msgspec.json.Decoder(Told)
    for line in process.stdout:
        with contextlib.suppress(msgspec.DecodeError):
            yield decoder.decode(line)


def _honest(one: Ordered) -> Ordered:
    """An order whose server is gone is not at work, whatever was kept."""
    if one.active and one.process != os.getpid() and not alive(one.process):
        return replace(one, state=INTERRUPTED)
    return one
