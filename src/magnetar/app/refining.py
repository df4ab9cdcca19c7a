"""Variants of winners for the live autopilot (素材微调): ordered in the studio, taken up as drafts when their films are whole."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from magnetar.app.film_shelf import Film, Shelf
from magnetar.app.studio_orders import DONE, FilmWish, StudioOrders
from magnetar.capabilities.autopilot.creatives import Wanted
from magnetar.capabilities.creative import find
from magnetar.capabilities.creative.copy import Brief
from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.capabilities.creative.library import read_manifest
from magnetar.capabilities.creative.library.refits import scenes_of
from magnetar.capabilities.creative.science import refine
from magnetar.kernel.errors import MagnetarError, Refused
from magnetar.platform.live import LivePlatform
from magnetar.vocabulary.ids import OPERATOR


@dataclass(frozen=True, slots=True)
class Pending:
    """A variant that is being made."""

    merchant: str
    order: str
    parent: str
    changed: str


class Refining:
    """Has variants made that the autopilot asks for. Only films on the merchant's shelf have variants made here."""

    def __init__(self, studio: StudioOrders, shelf: Shelf, live: LivePlatform) -> None:
        self._studio, self._shelf, self._live = studio, shelf, live
        self._kept = live.platform.runtime.store.collection("refining", Pending)
        self.at_edge(live, 0)
        live.before_tick.insert(0, self.at_edge)  # before agents look at what there is

    def at_edge(self, live: LivePlatform, tick: int) -> None:
        """Be there for the marketplace of this tick, and take up what has been made."""
        del tick
        live.market.refiner = self
        for key, one in self._kept.list(OPERATOR):
            with contextlib.suppress(MagnetarError, OSError, ValueError):
                order = self._studio.get(one.merchant, one.order)
                if order.active:
                    continue
                for name in order.films if order.state == DONE else ():
                    self._take_up(one, name)
            self._kept.delete(OPERATOR, [key])

    def refine(self, merchant: str, wanted: Sequence[Wanted]) -> None:
        """Order films; those for which the studio has no room today are wanted again tomorrow."""
        films = {one.film: one for one in self._shelf.all(merchant)}
        waiting = {(one.parent, one.changed) for _, one in self._kept.list(OPERATOR) if one.merchant == merchant}
        for one in wanted:
            film = films.get(one.winner)
            if film is None or (one.winner, f"{one.sort}:{one.level}") in waiting:
                continue
            try:
                self._order(merchant, one, film)
            except Refused:
                break
            except MagnetarError:
                continue  # a product or a film that is gone has no variants

    def _order(self, merchant: str, wanted: Wanted, film: Film) -> None:
        platform, library = self._live.platform, self._live.market.creatives.library
        product = find(platform.catalogue, wanted.product, merchant, platform.runtime.settings.currency).product
        scenes = scenes_of(self._shelf.folder(merchant) / f"{film.name}.mp4", wanted.elements["price"])
        variants = refine(library.get(merchant, wanted.winner), product, scenes=scenes, most=10**6)
        made = next((one for one in variants if (one.sort, one.level) == (wanted.sort, wanted.level)), None)
        if made is None:
            return
        brief = Brief(language=film.language or "zh")
        wish = FilmWish("cut", product.id, brief, 1, (made.direction.aspect,), film=film.name, direction=made.direction)
        order = self._studio.start(merchant, "autopilot", wish)
        changed = f"{wanted.sort}:{wanted.level}"
        self._kept.put(OPERATOR, [(f"{merchant}\0{order.id}", Pending(merchant, order.id, wanted.winner, changed))])

    def _take_up(self, one: Pending, name: str) -> None:
        """Put a finished film into the library as a draft, if it has no defect and shows what was wished."""
        film = self._shelf.folder(one.merchant) / f"{name}.mp4"
        beside = film.with_suffix(".json")
        told: Any = json.loads(beside.read_text(encoding="utf-8"))
        if told.get("defects"):
            return
        with whole_or_nothing(beside) as part:
            note = self._shelf.get(one.merchant, name).note
            about = {**told, "direction": note.direction, "parent": one.parent, "changed": one.changed}
            part.write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        library = self._live.market.creatives.library
        parent = library.get(one.merchant, one.parent)
        now = self._live.platform.runtime.clock.now()
        record = read_manifest(film, merchant=one.merchant, category=parent.category, made_at=now)
        sort, _, level = one.changed.partition(":")
        if record.elements.get(sort) == level:
            library.add(one.merchant, [record])
