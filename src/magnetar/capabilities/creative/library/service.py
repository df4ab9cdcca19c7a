"""The library: creatives of each merchant by state, with figures, and the cases worth learning from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from magnetar.capabilities.creative.library.records import Figures, read_manifest
from magnetar.capabilities.creative.science import find_groups, print_of
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.kernel.store import Store
from magnetar.vocabulary.campaigns import Creative, CreativeState
from magnetar.vocabulary.ids import OPERATOR

LEAST_MERCHANTS = 5
"""Merchants whose figures a statement about the market joins, at least."""
LARGEST_SHARE = 0.5
"""No merchant has more than this of the impressions of such a statement: it would be that merchant's figure."""
LEAST_CLICKS = 30
"""Clicks before a creative is called a winner."""
_TRUST = 20.0
"""Clicks' worth of doubt that a creative does better than predicted."""
_MOVES: Mapping[CreativeState, tuple[CreativeState, ...]] = {
    CreativeState.DRAFT: (CreativeState.IN_USE, CreativeState.RETIRED),
    CreativeState.IN_USE: (CreativeState.PAUSED, CreativeState.RETIRED),
    CreativeState.PAUSED: (CreativeState.IN_USE, CreativeState.RETIRED),
    CreativeState.RETIRED: (CreativeState.IN_USE, CreativeState.PAUSED),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A creative with what it did."""

    creative: Creative
    figures: Figures


@dataclass(frozen=True, slots=True)
class Case:
    """Something that worked, with its numbers: one of the merchant's own creatives, or what the market shows."""

    sort: str
    """own or market."""
    category: str
    angle: str
    figures: Figures
    lift: float
    """Clicks over those predicted, shrunk towards 1."""
    merchants: int
    """Whose figures these are: 1 for an own case."""
    creative: Creative | None = None
    """None for the market: no merchant's film is shown to another."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What creatives of a category and angle did at several merchants together."""

    category: str
    angle: str
    merchants: int
    largest_share: float
    figures: Figures


@dataclass(frozen=True, slots=True)
class Version:
    """How often a library has changed."""

    number: int = 0


class Library:
    """Keeps creatives; every call names the merchant whose they are."""

    def __init__(self, store: Store) -> None:
        self._kept = store.collection("creatives", Creative)
        self._figures = store.collection("creative_figures", Figures)
        self._market = store.collection("creative_market", Aggregate)
        self._versions = store.collection("creative_versions", Version)

    @property
    def version(self) -> int:
        """Rises with every change of a record."""
        kept = self._versions.get(OPERATOR, "library")
        return kept.number if kept else 0

    # ---- keeping

    def register(
        self, place: Path | str, merchant: str, *, category: str = "", made_at: int = 0, prints: bool = True
    ) -> list[Creative]:
        """Take up a film, a manifest, or every manifest of a folder; what is known already stays in its state.

        Args:
            prints: look at key frames, to tell near-duplicates; a film that cannot be read is grouped by its words.

        Raises:
            BadInput: there is nothing to take up, or a named manifest cannot be read.
        """
        path = Path(place)
        if path.is_dir():
            found: list[Creative] = []
            for file in sorted(path.glob("*.json")):
                try:
                    found.append(read_manifest(file, merchant=merchant, category=category, made_at=made_at))
                except BadInput:
                    continue  # other files lie in folders, too
            if not found:
                raise BadInput(
                    f"{str(path)!r}: 没有本商家影片的清单 holds no manifest of a film of merchant {merchant!r}. "
                    f"Make films first: magnetar studio make."
                )
        else:
            found = [read_manifest(path, merchant=merchant, category=category, made_at=made_at)]
        if prints:
            found = [replace(one, prints=print_of(Path(one.file))) for one in found]
        return self.add(merchant, found)

    def add(self, merchant: str, creatives: Iterable[Creative]) -> list[Creative]:
        """Keep creatives; one that is kept already keeps its state, its group and when it was made.

        Raises:
            BadInput: a creative is another merchant's.
        """
        fresh = list(creatives)
        for one in fresh:
            if one.merchant != merchant:
                raise BadInput(f"creative {one.id!r} is of merchant {one.merchant!r}, expected {merchant!r}.")
        known = dict(self._kept.list(merchant))
        fresh = [
            replace(
                one,
                state=old.state,
                made_at=old.made_at,
                group=old.group,
                category=one.category or old.category,
                parent=one.parent or old.parent,
                changed=one.changed or old.changed,
            )
            if (old := known.get(one.id))
            else one
            for one in fresh
        ]
        new = [one for one in fresh if not one.group]
        if new:
            products = {one.product for one in new}
            beside = [one for one in known.values() if one.product in products and one.group]
            groups = find_groups([*beside, *new]).names
            of = dict(zip((one.id for one in new), groups[len(beside) :], strict=True))
            fresh = [one if one.group else replace(one, group=of[one.id]) for one in fresh]
        written = self._kept.put(merchant, [(one.id, one) for one in fresh])
        if written.inserted or written.updated:
            self._changed()
        return fresh

    def get(self, merchant: str, id: str) -> Creative:
        """One creative.

        Raises:
            NotFound: the merchant has none of that id.
        """
        found = self._kept.get(merchant, id)
        if found is None:
            raise NotFound(f"没有这个素材 There is no creative {id[:80]!r} of merchant {merchant!r}.")
        return found

    def set_state(self, merchant: str, id: str, state: CreativeState) -> CreativeState:
        """Move a creative to another state; returns the one before.

        Raises:
            NotFound: the merchant has none of that id.
            Refused: it cannot go there: what has run is no draft any more.
        """
        one = self.get(merchant, id)
        if one.state is state:
            return state
        if state not in _MOVES[one.state]:
            allowed = ", ".join(_MOVES[one.state])
            raise Refused(
                f"素材 Creative {id[:80]!r} is {one.state.value}; it can become {allowed}, not {state.value}."
            )
        self._kept.put(merchant, [(id, replace(one, state=state))])
        self._changed()
        return one.state

    def _changed(self) -> None:
        self._versions.put(OPERATOR, [("library", Version(self.version + 1))])

    # ---- looking

    def creatives(self, merchant: str, *, product: str = "", state: CreativeState | None = None) -> list[Creative]:
        """A merchant's creatives, by id."""
        return [
            one
            for _, one in self._kept.list(merchant)
            if (not product or one.product == product) and (state is None or one.state is state)
        ]

    def listed(self, merchant: str, *, product: str = "", state: CreativeState | None = None) -> list[Listed]:
        """The same with figures, most GMV first."""
        told = dict(self._figures.list(merchant))
        found = [
            Listed(one, told.get(one.id, Figures())) for one in self.creatives(merchant, product=product, state=state)
        ]
        return sorted(found, key=lambda one: (-one.figures.gmv, -one.figures.clicks, one.creative.id))

    def winners(self, merchant: str, category: str = "", most: int = 5) -> list[Case]:
        """What worked: the merchant's own best creatives in full, then what the market's angles did, each best first.

        Of the market only sums over at least LEAST_MERCHANTS merchants, none of whom has more than LARGEST_SHARE of the
        impressions: never another merchant's film or figures.
        """
        own = [
            Case("own", one.creative.category, one.creative.angle, one.figures, shrunk(one.figures), 1, one.creative)
            for one in self.listed(merchant)
            if one.figures.clicks >= LEAST_CLICKS and (not category or one.creative.category == category)
        ]
        market = [
            Case("market", one.category, one.angle, one.figures, shrunk(one.figures), one.merchants)
            for _, one in self._market.list(OPERATOR)
            if not category or one.category == category
        ]
        best: list[Case] = []
        for cases in (own, market):
            best += sorted((one for one in cases if one.lift > 1.0), key=lambda one: -one.lift)[:most]
        return best

    # ---- figures, from the platform

    def keep_figures(self, merchant: str, figures: Mapping[str, Figures]) -> None:
        """What a merchant's creatives did until now."""
        self._figures.put(merchant, figures.items())

    def keep_market(self, each: Sequence[tuple[str, Creative, Figures]]) -> None:
        """Replace what is known of the market by sums over merchants; what would give one of them away is left out."""
        sums: dict[tuple[str, str], dict[str, Figures]] = {}
        for merchant, creative, figures in each:
            if not figures.impressions or not creative.category or not creative.angle:
                continue
            cell = sums.setdefault((creative.category, creative.angle), {})
            cell[merchant] = cell.get(merchant, Figures()) + figures
        kept: list[tuple[str, Aggregate]] = []
        for (category, angle), by in sorted(sums.items()):
            whole = sum(by.values(), Figures())
            largest = max(one.impressions for one in by.values()) / whole.impressions
            if len(by) >= LEAST_MERCHANTS and largest <= LARGEST_SHARE:
                kept.append((f"{category}\0{angle}", Aggregate(category, angle, len(by), largest, whole)))
        gone = {key for key, _ in self._market.list(OPERATOR)} - {key for key, _ in kept}
        if gone:
            self._market.delete(OPERATOR, sorted(gone))
        self._market.put(OPERATOR, kept)


def shrunk(figures: Figures) -> float:
    """Clicks over those predicted, with doubt's worth of clicks at 1.

    >>> shrunk(Figures(1000, 20.0, 40))
    1.5
    """
    return (figures.clicks + _TRUST) / (figures.expected + _TRUST)


def plain(one: Listed) -> dict[str, Any]:
    """As JSON holds it."""
    creative, figures = one.creative, one.figures
    return {
        "id": creative.id, "product": creative.product, "file": creative.file, "language": creative.language,
        "category": creative.category, "angle": creative.angle, "audience": creative.audience,
        "elements": creative.elements, "opening": creative.opening, "looks": list(creative.looks),
        "group": creative.group, "state": creative.state.value, "made_at": creative.made_at,
        "parent": creative.parent or None, "changed": creative.changed or None,
        "impressions": figures.impressions, "clicks": figures.clicks, "ctr": figures.ctr, "lift": figures.lift,
        "orders": figures.orders, "gmv": figures.gmv, "returned": figures.returned,
    }  # fmt: skip
