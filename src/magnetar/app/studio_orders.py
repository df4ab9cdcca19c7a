"""Films that a merchant orders: queued, made in a process of their own one at a time for each merchant, watched, stopped, kept.

What is whole when an order is stopped or fails stays on the shelf.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from magnetar.app.apart import kill, last_words, spawn
from magnetar.app.backlog import DONE, FAILED, INTERRUPTED, QUEUED, RUNNING, STOPPED, Backlog, told_by
from magnetar.app.film_shelf import POSTERS, Note, Shelf
from magnetar.app.studio_making import Making, Told
from magnetar.capabilities.creative import ASPECTS, Found, points_for
from magnetar.capabilities.creative.copy import Brief
from magnetar.capabilities.creative.direction import Direction
from magnetar.kernel.clock import Clock
from magnetar.kernel.errors import BadInput
from magnetar.kernel.store import Store

MOST = 100


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
    server: str = ""
    """The backlog that works on it; see `Backlog`."""
    attempts: int = 0

    @property
    def active(self) -> bool:
        return self.state in (QUEUED, RUNNING)


class StudioOrders(Backlog[Ordered]):
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
        super().__init__(store, clock, "studio_orders", Ordered)
        self._shelf, self._found, self._home = shelf, found, home
        self._workers, self._font, self.width = workers, font, width

    def start(self, merchant: str, by: str, wish: FilmWish) -> Ordered:
        """Queue an order.

        Raises:
            BadInput: the wish cannot be granted.
            NotFound: there is no such product.
            Refused: too many orders of the merchant wait.
        """
        wish = wish.checked()
        found = self._found(merchant, wish.product)
        self._admit(merchant)
        id = self._new_id(merchant, "s")
        return self._enqueue(Ordered(id, merchant, by, self._clock.now(), wish, found.product.title, of=wish.count))

    def _run(self, one: Ordered) -> None:
        wish, found = one.wish, self._found(one.merchant, one.wish.product)
        target = self._shelf.folder(one.merchant)
        folder = target / ".making" / one.id
        folder.mkdir(parents=True, exist_ok=True)
        order = Making(
            wish.kind, found.product, str(found.pictures), points_for(found, wish.brief.language), wish.brief, wish.direction,
            wish.count, wish.aspects, wish.seed, str(folder), str(self._home), self.width, self._workers, self._font,
        )  # fmt: skip
        process = spawn("magnetar.app.studio_making", msgspec.msgpack.encode(order))
        self._by(one, process)
        told: dict[str, Told] = {}
        error, code = "", 0
        try:
            for line in told_by(process, Told):
                if line.film:
                    told[line.film] = line
                error = line.error or error
                one = replace(
                    one, said=line.said or one.said, done=max(one.done, line.done), of=line.of or one.of,
                    notes=tuple(dict.fromkeys((*one.notes, *line.notes)))[:20],
                )  # fmt: skip
                if not self._tell(one):
                    break
            code = process.wait()
        finally:
            self._by(one, None)
            kill(process)
            films = self._adopt(one, folder, target, told)
            shutil.rmtree(folder, ignore_errors=True)
        if not error and code:
            error = last_words(process, code)
        now = self._clock.now()
        ended = replace(one, state=FAILED if error else DONE, error=error[:500], films=films, ended_at=now)
        if not self._tell(ended) and films and (latest := self._kept.get(one.merchant, one.id)) is not None:
            self._keep(replace(latest, films=films, done=len(films)))

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


__all__ = [
    "DONE", "FAILED", "INTERRUPTED", "MOST", "QUEUED", "RUNNING", "STOPPED", "FilmWish", "Ordered", "StudioOrders",
]  # fmt: skip
