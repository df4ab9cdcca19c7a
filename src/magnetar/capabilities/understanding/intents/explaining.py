"""Why a shopper might want a product: the paths, their evidence, and where the product would stand without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from magnetar.capabilities.understanding.intents.graph import NO_NEED, IntentGraph, Level, Standing
from magnetar.capabilities.understanding.intents.matching import AGAIN, PRIOR, Matcher, Path, rank_of
from magnetar.capabilities.understanding.intents.mining import Relation
from magnetar.kernel.chance import Ints
from magnetar.kernel.clock import DAY

SHOWN = 8
"""Paths that are shown, the strongest."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to "why this product?" for one history."""

    item: int
    rank: int
    score: float
    paths: list[Path]
    needed: list[Path]
    """The paths without which it is not among the first ten, the prior perhaps among them; empty where it is not there."""
    rank_without_best: int
    """Its place where its strongest path is cut."""
    rank_without_needed: int
    """Its place where the needed paths are cut; as `rank` where there are none."""


def explain(matcher: Matcher, history: Sequence[int] | Ints, item: int, top: int = 10) -> Explanation:
    """Explain an item's place for a history.

    An empty history leaves the prior as the only path.

    Raises:
        ValueError: the graph has no item of that number.
    """
    if not 0 <= item < len(matcher.graph.items):
        raise ValueError(f"the graph has items 0 to {len(matcher.graph.items) - 1}, found {item}")
    scores = matcher.scores([history])[0]
    rank = rank_of(scores, item)
    paths = matcher.paths(history, item)
    strongest = [one for one in paths if one.edge != PRIOR][:1]
    needed = matcher.needed(history, item, top)
    return Explanation(
        item, rank, float(scores[item]), paths, needed,
        rank_of(matcher.without(history, strongest), item) if strongest else rank,
        rank_of(matcher.without(history, needed), item) if needed else rank,
    )  # fmt: skip


def evidence(graph: IntentGraph, path: Path) -> dict[str, Any]:
    """What stands behind a path, in figures."""
    if path.edge == PRIOR:
        return {"kind": "prior"}
    if path.edge == AGAIN:
        return {"kind": "again", "again_rate": float(graph.again[graph.kind[path.target]])}
    links, row = graph.links(path.level), path.edge
    found = {
        "kind": "types" if path.level is Level.TYPES else "items",
        "edge": graph.edge_id(path.level, row),
        "standing": Standing(int(links.standing[row])).name.lower(),
        "support": float(links.support[row]),
        "expected": float(links.expected[row]),
        "lift": float(links.lift[row]),
    }
    if links.high[row] > 0.0:
        found |= {"low": float(links.low[row]), "high": float(links.high[row])}
    if path.level is Level.TYPES and links.standing[row] != Standing.HYPOTHESIS:
        found |= {
            "p": float(links.p[row]),
            "after": int(links.after[row]), "before": int(links.before[row]), "direction": int(links.direction[row]),
            "lag_days": float(links.lag[row]) / DAY, "relation": Relation(int(links.relation[row])).name.lower(),
        }  # fmt: skip
    return found


def steps(graph: IntentGraph, path: Path, language: str = "zh") -> list[str]:
    """The names along a path: where it starts, the need, the type, the product."""
    title = graph.titles[path.target] or graph.items[path.target]
    zh = language == "zh"
    if path.edge == PRIOR:
        return ["大家都在买" if zh else "Popular with everybody", title]
    if path.edge == AGAIN:
        return [title, "常会再来" if zh else "People come back to it", title]
    if path.level is Level.ITEMS:
        start = graph.titles[path.source] or graph.items[path.source]
        return [start, *_need_name(graph, path.need, zh, "常接着要" if zh else "goes on to"), title]
    own = graph.types[int(graph.kind[path.target])]
    return [graph.types[path.source], *_need_name(graph, path.need, zh, "搭配" if zh else "goes with"), own, title]


def _need_name(graph: IntentGraph, need: int, zh: bool, otherwise: str) -> list[str]:
    if need == NO_NEED:
        return [otherwise]
    found = graph.needs[need]
    return [found.name if zh else found.name_en]


def as_json(graph: IntentGraph, found: Explanation, history: Sequence[int] | Ints) -> dict[str, Any]:
    """An explanation as the command writes it."""
    events = np.asarray(history, np.int64).ravel()
    needed = {one.key for one in found.needed}
    return {
        "product": graph.items[found.item],
        "title": graph.titles[found.item],
        "rank": found.rank,
        "score": found.score,
        "rank_without_best_path": found.rank_without_best,
        "rank_without_needed_paths": found.rank_without_needed,
        "paths": [
            {
                "share": one.share,
                "needed": one.key in needed,
                "steps": steps(graph, one),
                "steps_en": steps(graph, one, "en"),
                "need": None if one.need == NO_NEED else {
                    "id": graph.needs[one.need].id, "name": graph.needs[one.need].name,
                    "name_en": graph.needs[one.need].name_en, "status": graph.needs[one.need].status,
                },
                "events": [
                    {"place": place, "product": graph.items[int(events[place])], "title": graph.titles[int(events[place])]}
                    for place in one.events[-5:]
                ],
                "events_in_all": len(one.events),
                "evidence": evidence(graph, one),
            }
            for one in found.paths[:SHOWN]
        ],
        "paths_in_all": len(found.paths),
    }  # fmt: skip
