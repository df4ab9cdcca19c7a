"""Needs: groups of product types that are met together more than chance allows, named by their most telling words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from magnetar.capabilities.understanding.intents.mining import Edges, Relation
from magnetar.kernel.chance import Floats, Ints

Status = Literal["mined", "supported", "hypothesis", "contradicted", "unverified"]
"""Where a need or an edge comes from, and what the data say: found in the data; proposed and confirmed; proposed, too
little data; proposed, the data speak against it; proposed by a language model, not in the data."""
SMALLEST = 2
NEIGHBOURS = 12
"""Strongest edges of a type that count when types are grouped."""
BELONGS = 0.2
"""A type also belongs to a need that holds this share of the weight of its edges."""
_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Need:
    """What somebody wants to get done, and the types of things that serve it."""

    id: str
    name: str
    """In Chinese where it was proposed; the words of its types where it was mined."""
    name_en: str
    types: tuple[int, ...]
    status: Status
    source: str
    """mining, lexicon or the name of a language provider."""
    triggers: tuple[str, ...] = ()
    """Words that say this need outright: a film's title, a query."""
    support: float = 0.0
    """Share of its pairs of types that stand in the data."""
    reason: str = ""


def groups_of(edges: Edges, types: int, resolution: float = 1.0) -> list[tuple[int, ...]]:
    """Types that belong together, the largest group first; a type may be in several.

    Groups maximise modularity by moving one type at a time, then whole groups (Louvain), over complements that stand,
    each weighted by the logarithm of the lower end of its lift.

    Source: Blondel et al. (2008), J. Stat. Mech. P10008.
    """
    stands = edges.kept & (edges.relation == Relation.COMPLEMENT)
    if not stands.any():
        return []
    source, target = edges.source[stands], edges.target[stands]
    weight = np.log(np.maximum(edges.low[stands], 1.0 + 1e-9))
    links = _strongest(source, target, weight, types)
    home = _louvain(links, types, resolution)
    shares: list[dict[int, float]] = []
    for node in range(types):
        inside: dict[int, float] = {}
        for other, value in links[node].items():
            inside[home[other]] = inside.get(home[other], 0.0) + value
        shares.append(inside)
    members: dict[int, list[int]] = {}
    for node, inside in enumerate(shares):
        total = sum(inside.values())
        for group, value in inside.items():
            if group == home[node] or value >= BELONGS * total:
                members.setdefault(group, []).append(node)
    found = [tuple(one) for one in members.values() if len(one) >= SMALLEST]
    return sorted(found, key=lambda one: (-len(one), one))


def _strongest(source: Ints, target: Ints, weight: Floats, types: int) -> list[dict[int, float]]:
    """Neighbours of each type with weights, both ways alike; each type's strongest edges only."""
    links: list[dict[int, float]] = [{} for _ in range(types)]
    order = np.lexsort((target, -weight, source))
    counted: Counter[int] = Counter()
    for row in order.tolist():
        one, other = int(source[row]), int(target[row])
        if one == other or counted[one] >= NEIGHBOURS:
            continue
        counted[one] += 1
        value = max(float(weight[row]), links[one].get(other, 0.0))
        links[one][other] = links[other][one] = value
    return links


def _louvain(links: list[dict[int, float]], count: int, resolution: float) -> list[int]:
    """The group of each node; nodes in order, so that the same links give the same groups."""
    home = list(range(count))
    graph, loops = [dict(one) for one in links], [0.0] * count
    while True:
        local = _moved(graph, loops, resolution)
        names = {old: new for new, old in enumerate(dict.fromkeys(local))}
        if len(names) == len(graph):
            return home
        home = [names[local[one]] for one in home]
        merged: list[dict[int, float]] = [{} for _ in names]
        merged_loops = [0.0] * len(names)
        for node, near in enumerate(graph):
            mine = names[local[node]]
            merged_loops[mine] += loops[node]
            for other, value in near.items():
                theirs = names[local[other]]
                if theirs == mine:
                    merged_loops[mine] += value / 2.0
                else:
                    merged[mine][theirs] = merged[mine].get(theirs, 0.0) + value
        graph, loops = merged, merged_loops


def _moved(graph: list[dict[int, float]], loops: list[float], resolution: float) -> list[int]:
    degree = [sum(near.values()) + 2.0 * loop for near, loop in zip(graph, loops, strict=True)]
    whole = sum(degree) or 1.0
    home, total = list(range(len(graph))), list(degree)
    for _ in range(_ROUNDS):
        moves = 0
        for node, near in enumerate(graph):
            mine = home[node]
            total[mine] -= degree[node]
            pull: dict[int, float] = {mine: 0.0}
            for other, value in near.items():
                pull[home[other]] = pull.get(home[other], 0.0) + value
            best = max(
                sorted(pull),
                key=lambda group: (pull[group] - resolution * total[group] * degree[node] / whole, group == mine),
            )
            total[best] += degree[node]
            home[node] = best
            moves += best != mine
        if not moves:
            break
    return home


def name_of(members: Sequence[int], names: Sequence[str], edges: Edges, most: int = 3) -> str:
    """The types that hold a need together, strongest first, joined: what a person reads as its name."""
    inside = set(members)
    weight: Counter[int] = Counter(dict.fromkeys(members, 0.0))  # pyright: ignore[reportArgumentType]
    kept = edges.kept & np.isin(edges.source, list(inside)) & np.isin(edges.target, list(inside))
    for one, value in zip(edges.source[kept].tolist(), np.log(np.maximum(edges.low[kept], 1.0)).tolist(), strict=True):
        weight[one] += value
    best = sorted(members, key=lambda one: (-weight[one], names[one]))[:most]
    return " + ".join(names[one] for one in best)


def mined_needs(edges: Edges, names: Sequence[str]) -> list[Need]:
    """The needs that the data show by themselves."""
    needs = []
    stood = {(int(a), int(b)) for a, b in zip(edges.source[edges.kept], edges.target[edges.kept], strict=True)}
    for number, members in enumerate(groups_of(edges, len(names))):
        pairs = len(members) * (len(members) - 1)
        inside = sum((a, b) in stood for a in members for b in members if a != b)
        name = name_of(members, names, edges)
        needs.append(Need(f"n{number:03d}", name, name, members, "mined", "mining", (), inside / max(pairs, 1)))
    return needs
