"""Tables of partners that were in use, what became of each night's, and how one gives way to another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.recommendation.following import WIDE, PartnersAdopted
from magnetar.kernel.errors import Refused
from magnetar.kernel.events import Event
from magnetar.kernel.store import Store
from magnetar.platform.carrying import packed, unpacked
from magnetar.vocabulary.ids import OPERATOR

KEPT = 5
"""Tables kept, the latest."""
TOLD = 60
"""Verdicts and changes kept, the latest."""


class PartnersJudged(Event, frozen=True):
    """A new table of partners was held against the one in use, on what neither was fitted on."""

    at: int
    version: int
    before: int
    takes_over: bool
    hit: float
    """Share of the judged clicks that the new table foretold."""
    hit_before: float
    gain: float
    low: float
    allowed: float
    cases: int
    """Shoppers who were judged."""
    clicks: int
    """That it was fitted on."""
    shoppers: int
    mix: str
    reason: str


class PartnersRolledBack(Event, frozen=True):
    """A table gave way to the one before it."""

    at: int
    version: int
    """In use from now on."""
    before: int
    who: str
    lift: float
    """Of the table that gave way."""
    lift_before: float
    """Of the one that it had replaced."""
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A table by version."""

    version: int
    at: int
    """When it was fitted, microseconds: it knows what came before."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Use:
    """From where in the event log which version was in use."""

    version: int
    offset: int
    before: int
    """The version that it is compared with and rolled back to."""
    data: bytes = b""
    """Pairs that people took out."""


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict or a change, for people."""

    at: int
    what: str
    """judged or rolled back."""
    figures: dict[str, Any] = field(default_factory=dict[str, Any])


class Versions:
    """The book of tables in a platform's store."""

    def __init__(self, store: Store) -> None:
        self._kept = store.collection("partner_tables", Kept)
        self._uses = store.collection("partner_uses", Use)
        self._said = store.collection("partner_verdicts", Said)

    def uses(self) -> list[Use]:
        """Every change that is still kept, the oldest first."""
        return [use for _, use in self._uses.list(OPERATOR)]

    @property
    def use(self) -> Use:
        """What is in use; version 0 where nothing ever took over."""
        found = self.uses()
        return found[-1] if found else Use(0, 0, 0)

    def fitted_at(self, version: int) -> int:
        """Up to when a table knows what came; 0 for no table."""
        found = self._kept.get(OPERATOR, _key(version))
        return found.at if found else 0

    def next(self) -> int:
        """A number that no table had yet."""
        taken = [one.version for _, one in self._kept.list(OPERATOR)] + [one.version for one in self.uses()]
        told = [int(one.figures.get("version", 0)) for one in self.told()]
        return max([0, *taken, *told]) + 1

    def keep(self, version: int, at: int, partners: NDArray[np.int32], strengths: NDArray[np.float32]) -> None:
        """Write a table down; tables neither in use nor next to it go, the oldest first."""
        data = packed({"partners": partners, "strengths": strengths})
        self._kept.put(OPERATOR, [(_key(version), Kept(version, at, data))])
        use = self.use
        old = [key for key, one in self._kept.list(OPERATOR) if one.version not in (version, use.version, use.before)]
        self._kept.delete(OPERATOR, old[: max(0, len(old) + 3 - KEPT)])

    def table(self, version: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """A table that was kept.

        Raises:
            Refused: it is not kept any more.
        """
        if version == 0:
            return np.zeros((0, WIDE), np.int32), np.zeros((0, WIDE), np.float32)
        found = self._kept.get(OPERATOR, _key(version))
        if found is None:
            raise Refused(f"第 {version} 版搭配表已不在. · Version {version} of the table is not kept any more.")
        arrays = unpacked(found.data)
        return arrays["partners"], arrays["strengths"]

    def take(self, version: int, before: int, offset: int, without: NDArray[np.int32]) -> None:
        """Note that a version is in use from an offset of the event log on."""
        self._uses.put(OPERATOR, [(_key(offset), Use(version, offset, before, packed({"without": without})))])
        old = [key for key, _ in self._uses.list(OPERATOR)][:-TOLD]
        self._uses.delete(OPERATOR, old)

    def in_use_at(self, offset: int) -> PartnersAdopted | None:
        """The table that was in use where the log has this offset, as the event that brought it; None for no table."""
        earlier = [use for use in self.uses() if use.offset < offset]
        if not earlier:
            return None
        use = earlier[-1]
        try:
            partners, strengths = self.table(use.version)
        except Refused:  # long ago: replayed without it
            return None
        return PartnersAdopted(use.version, 0, partners, strengths, unpacked(use.data)["without"], 0.0, 0.0)

    def say(self, event: PartnersJudged | PartnersRolledBack) -> None:
        """Write down what people are to see."""
        figures = {name: getattr(event, name) for name in event.__struct_fields__ if name != "at"}
        what = "judged" if isinstance(event, PartnersJudged) else "rolled back"
        last = [key for key, _ in self._said.list(OPERATOR)][-1:]
        number = int(last[0]) + 1 if last else 0
        self._said.put(OPERATOR, [(f"{number:012d}", Said(event.at, what, figures))])
        self._said.delete(OPERATOR, [key for key, _ in self._said.list(OPERATOR)][:-TOLD])

    def told(self) -> list[Said]:
        """Verdicts and changes, the latest first."""
        return [said for _, said in self._said.list(OPERATOR)][::-1]


def _key(number: int) -> str:
    return f"{number:012d}"
