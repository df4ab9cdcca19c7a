"""The intent graph: items, their types, the needs that types serve, and edges with evidence; saved, versioned, audited."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.understanding.intents.needs import Need
from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.errors import BadInput, NotFound

SCHEMA = "magnetar/intent-graph/1"
NO_NEED = -1


class Standing(IntEnum):
    """What the data say of an edge."""

    MINED = 0
    SUPPORTED = 1
    HYPOTHESIS = 2


class Level(IntEnum):
    """What an edge joins."""

    TYPES = 0
    ITEMS = 1


@dataclass(frozen=True, slots=True)
class Links:
    """Edges of one level as columns."""

    source: Ints
    target: Ints
    weight: Floats
    """What one full event at the source adds to the target."""
    need: Ints
    """(edges,) the need that it serves, `NO_NEED` where only the pair itself is known."""
    standing: NDArray[np.int8]
    relation: NDArray[np.int8]
    support: Floats
    expected: Floats
    lift: Floats
    low: Floats
    high: Floats
    p: Floats
    after: Floats
    before: Floats
    direction: NDArray[np.int8]
    lag: Floats

    def __len__(self) -> int:
        return len(self.source)

    @classmethod
    def none(cls) -> Links:
        return cls.of([], [], [], [])

    @classmethod
    def of(cls, source: Any, target: Any, weight: Any, need: Any, **more: Any) -> Links:
        """Edges with what is known of them; the rest is 0."""
        count = len(source)
        whole = {"source", "target", "need"}
        small = {"standing", "relation", "direction"}
        given = {"source": source, "target": target, "weight": weight, "need": need, **more}
        columns: list[Any] = [
            np.asarray(
                given.get(one.name, np.zeros(count)),
                np.int64 if one.name in whole else np.int8 if one.name in small else np.float64,
            )
            for one in fields(cls)
        ]
        return cls(*columns)

    def pick(self, rows: Any) -> Links:
        columns: list[Any] = [getattr(self, one.name)[rows] for one in fields(self)]
        return Links(*columns)


class Change(msgspec.Struct, frozen=True):
    """Somebody took an edge out, or put it back."""

    at: int
    who: str
    action: str
    """delete or restore."""
    edge: str
    reason: str


@dataclass(frozen=True, slots=True)
class IntentGraph:
    """What goes with what, for whom it was mined, and on what evidence."""

    items: list[str]
    titles: list[str]
    kind: Ints
    """(items,) type of each, −1 where the title has no word."""
    types: list[str]
    often: Floats
    """(types,) baskets that hold each."""
    popularity: Floats
    """(items,) events, the newest counting most."""
    trend: Floats
    """(items,) how much more it comes now than over the whole time; 1 where it comes as always."""
    again: Floats
    """(types,) chance that somebody who met the type meets it again in the next basket."""
    needs: list[Need]
    type_links: Links
    item_links: Links
    about: dict[str, Any]
    """What it was mined from: events, shoppers, tests, placebo edges, rate."""
    removed: frozenset[str] = frozenset()
    """Ids of edges that were taken out."""
    audit: tuple[Change, ...] = ()

    @property
    def version(self) -> str:
        """Changes with what was mined and with every edge taken out or put back."""
        digest = hashlib.sha256(msgspec.json.encode([self.items, self.types, sorted(self.removed)]))
        for links in (self.type_links, self.item_links):
            digest.update(links.source.tobytes() + links.target.tobytes() + links.weight.tobytes())
        return digest.hexdigest()[:12]

    def links(self, level: Level) -> Links:
        return self.type_links if level is Level.TYPES else self.item_links

    def edge_id(self, level: Level, row: int) -> str:
        """`t:source>target` of types, `i:source>target` of items, by name.

        Names stand percent-encoded where they hold `>` or `%`.
        """
        links = self.links(level)
        names = self.types if level is Level.TYPES else self.items
        source, target = (_safe(names[int(column[row])]) for column in (links.source, links.target))
        return f"{'t' if level is Level.TYPES else 'i'}:{source}>{target}"

    def find(self, edge: str) -> tuple[Level, int]:
        """The level and the row of an edge.

        Raises:
            NotFound: the graph has no such edge.
        """
        head, _, rest = edge.partition(":")
        source, _, target = rest.partition(">")
        level = {"t": Level.TYPES, "i": Level.ITEMS}.get(head)
        if level is not None:
            names = self.types if level is Level.TYPES else self.items
            try:
                one, other = names.index(_unsafe(source)), names.index(_unsafe(target))
            except ValueError:
                one = other = -1
            links = self.links(level)
            rows = np.flatnonzero((links.source == one) & (links.target == other))
            if len(rows):
                return level, int(rows[0])
        raise NotFound(
            f"图谱里没有这条边 {edge[:60]!r}; 先用 magnetar understand intents 查看. · "
            f"The graph has no edge {edge[:60]!r}; it is written t:SOURCE>TARGET for types, i:SOURCE>TARGET for items."
        )

    def alive(self, level: Level) -> NDArray[np.bool_]:
        """(edges,) whether each still counts."""
        links = self.links(level)
        found = np.ones(len(links), bool)
        for edge in self.removed:
            if edge.startswith("t:" if level is Level.TYPES else "i:"):
                try:
                    found[self.find(edge)[1]] = False
                except NotFound:  # mined anew since, and not there any more
                    continue
        return found

    def deleted(self, edge: str, *, who: str, at: int, reason: str = "") -> IntentGraph:
        """The graph without an edge: nothing is recommended over it from now on.

        Raises:
            NotFound: there is no such edge.
        """
        self.find(edge)
        change = Change(at, who[:80], "delete", edge, reason[:300])
        return replace(self, removed=self.removed | {edge}, audit=(*self.audit, change))

    def restored(self, edge: str, *, who: str, at: int, reason: str = "") -> IntentGraph:
        """The graph with an edge put back.

        Raises:
            NotFound: it was not taken out.
        """
        if edge not in self.removed:
            raise NotFound(f"这条边没有被删除 {edge[:60]!r}. · The edge {edge[:60]!r} was not taken out.")
        change = Change(at, who[:80], "restore", edge, reason[:300])
        return replace(self, removed=self.removed - {edge}, audit=(*self.audit, change))

    def carried_from(self, old: IntentGraph) -> IntentGraph:
        """This graph, mined anew, with what people took out of the old one."""
        return replace(self, removed=old.removed, audit=old.audit)

    # ---- on disk

    def save(self, path: Path) -> None:
        """Write the graph, all or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {name: getattr(self, name) for name in ("kind", "often", "popularity", "trend", "again")}
        for prefix, links in (("t_", self.type_links), ("i_", self.item_links)):
            arrays |= {prefix + one.name: getattr(links, one.name) for one in fields(links)}
        head = {
            "schema": SCHEMA, "items": self.items, "titles": self.titles, "types": self.types, "about": self.about,
            "needs": [{one.name: getattr(need, one.name) for one in fields(need)} for need in self.needs],
            "removed": sorted(self.removed), "audit": list(self.audit),
        }  # fmt: skip
        out = io.BytesIO()
        np.savez_compressed(out, head=np.frombuffer(msgspec.json.encode(head), np.uint8), **arrays)  # pyright: ignore
        beside = path.with_name(f"{path.name}.{os.getpid()}.part")
        beside.write_bytes(out.getvalue())
        beside.replace(path)

    @classmethod
    def load(cls, path: Path) -> IntentGraph:
        """Read a graph.

        Raises:
            NotFound: there is no file.
            BadInput: it is no graph of this version.
        """
        if not path.is_file():
            raise NotFound(
                f"还没有意图图谱 ({path}); 先运行 magnetar understand intents. · No intent graph yet; run: magnetar understand intents"
            )
        try:
            with np.load(path, allow_pickle=False) as found:
                head = msgspec.json.decode(found["head"].tobytes())
                if head.get("schema") != SCHEMA:
                    raise ValueError(f"schema {head.get('schema')!r}")
                needs = [_need(one) for one in head["needs"]]
                type_links, item_links = (_links(found, prefix) for prefix in ("t_", "i_"))
                kind, often, popularity, trend, again = (
                    found[name] for name in ("kind", "often", "popularity", "trend", "again")
                )
            return cls(
                head["items"], head["titles"], kind, head["types"], often, popularity, trend, again, needs, type_links, item_links,
                head["about"], frozenset(head["removed"]), tuple(msgspec.convert(one, Change) for one in head["audit"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, zipfile.BadZipFile, msgspec.MsgspecError, EOFError) as error:
            raise BadInput(
                f"{str(path)!r} is no intent graph that this version reads ({error}). Mine it again: magnetar understand intents"
            ) from None


def _links(found: Any, prefix: str) -> Links:
    columns: list[Any] = [found[prefix + one.name] for one in fields(Links)]
    return Links(*columns)


def _need(found: dict[str, Any]) -> Need:
    return Need(**{**found, "types": tuple(found["types"]), "triggers": tuple(found["triggers"])})


def _safe(name: str) -> str:
    return name.replace("%", "%25").replace(">", "%3E")


def _unsafe(name: str) -> str:
    return name.replace("%3E", ">").replace("%25", "%")


def graph_file(home: Path, owner: str = "") -> Path:
    """Where a merchant's graph lies, or the platform's own."""
    name = "".join(one if one.isalnum() or one in "-_" else f"%{ord(one):x}" for one in owner)
    return home / "intents" / (f"{name}.npz" if name else "graph.npz")


def titles_or_ids(items: Sequence[str], titles: Sequence[str]) -> list[str]:
    """What to call each item."""
    return [title or item for item, title in zip(items, titles, strict=True)]
