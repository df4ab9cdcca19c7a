"""The intent graph: a merchant's needs and what goes with what, edge by edge with evidence, undo and audit; and why a shopper."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
from starlette.responses import Response
from starlette.routing import Route

from magnetar.app.intents import Known, history_of, item_of, kept_for, matcher_of, mined_for, seen_words
from magnetar.capabilities.understanding.intents import (
    IntentGraph,
    Level,
    Need,
    Relation,
    Standing,
    explain,
    graph_file,
)
from magnetar.capabilities.understanding.intents.explaining import as_json
from magnetar.kernel.clock import DAY
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.web.console.site import Site, Visit

AROUND, EDGES, NEEDS, SHOPPERS = 14, 40, 60, 30
"""Types drawn around a need, edges listed, needs listed, shoppers offered."""
STATUS = {
    "mined": ("数据发现", "Mined", "good"),
    "supported": ("假设, 数据支持", "Confirmed", "good"),
    "hypothesis": ("假设, 待验证", "Hypothesis", "busy"),
    "unverified": ("模型提议, 未验证", "Unverified", "busy"),
    "contradicted": ("数据不支持", "Refused by data", "bad"),
}
STANDING = {
    Standing.MINED: ("数据发现", "Mined", "good"),
    Standing.SUPPORTED: ("假设, 数据支持", "Confirmed", "good"),
    Standing.HYPOTHESIS: ("假设", "Hypothesis", "busy"),
}


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge as the page shows it."""

    id: str
    source: str
    target: str
    standing: Standing
    support: float
    expected: float
    lift: float
    low: float
    high: float
    direction: int
    lag_days: float
    removed: bool


def routes(site: Site) -> list[Route]:
    """Pages of this part."""
    turn = threading.Lock()
    held: dict[str, Known] = {}

    def known_of(merchant: str, anew: bool = False) -> Known:
        """The merchant's graph: in memory, on disk, or mined now."""
        with turn:
            if anew or merchant not in held:
                try:
                    held[merchant] = (
                        mined_for(site.platform, merchant=merchant) if anew else kept_for(site.platform, merchant)
                    )
                except (NotFound, BadInput):
                    held[merchant] = mined_for(site.platform, merchant=merchant)
                    anew = True
                if anew and held[merchant].graph.items:
                    held[merchant].graph.save(graph_file(site.runtime.settings.home, merchant))
            return held[merchant]

    def page(visit: Visit) -> Response:
        known = known_of(visit.merchant)
        graph = known.graph
        needs = sorted(graph.needs, key=lambda one: (_order(one), -len(one.types), one.id))
        asked = visit.request.query_params.get("need", "")
        chosen = next((one for one in needs if one.id == asked), needs[0] if needs else None)
        if asked and (chosen is None or chosen.id != asked):
            raise NotFound(f"没有这个需求 {asked[:40]!r}. · No such need {asked[:40]!r}.")
        edges = _edges(graph, chosen) if chosen else []
        return site.render(
            visit, "intents.html",
            graph=graph, needs=needs[:NEEDS], more=max(0, len(needs) - NEEDS), chosen=chosen, edges=edges[:EDGES],
            edges_in_all=len(edges), drawing=_drawing(graph, chosen, edges) if chosen else None,
            products=_products(graph, chosen) if chosen else [], states=STATUS, standing=STANDING, name=_name_of(visit),
            shoppers=known.told.shoppers[:SHOPPERS], audit=list(reversed(graph.audit))[:20],
            removed=[(edge, _edge_named(graph, edge)) for edge in sorted(graph.removed)],
        )  # fmt: skip

    def mine(visit: Visit) -> Response:
        graph = known_of(visit.merchant, anew=True).graph
        said = visit.voice(
            "已重新挖掘: {n} 条行为, {e} 条边成立", "Mined: {n} events, {e} edges stand",
            n=f"{graph.about['events']:,}", e=graph.about["edges_found"],
        )  # fmt: skip
        return site.go(visit, "/intents", said)

    def change(visit: Visit) -> Response:
        edge, action, reason = visit.text("edge", 400), visit.text("action", 20), visit.text("reason", 300)
        if action not in ("delete", "restore"):
            raise BadInput("动作只有 delete 和 restore. · The action is delete or restore.")
        known = known_of(visit.merchant)
        with turn:
            if held[visit.merchant] is not known:
                raise Refused("图谱刚刚变了, 请再试一次. · The graph has just changed; try again.")
            apply = known.graph.deleted if action == "delete" else known.graph.restored
            graph = apply(edge, who=visit.who.name, at=site.runtime.clock.now(), reason=reason)
            graph.save(graph_file(site.runtime.settings.home, visit.merchant))
            held[visit.merchant] = Known(graph, known.told)
        back = visit.text("need", 40)
        said = (
            visit.voice("已删除, 推荐不再走这条路", "Taken out; nothing is recommended over it")
            if action == "delete"
            else visit.voice("已恢复", "Put back")
        )
        return site.go(visit, f"/intents?need={quote(back)}" if back else "/intents", said)

    def shopper(visit: Visit) -> Response:
        known = known_of(visit.merchant)
        graph, asked = known.graph, visit.request.query_params
        who, product = asked.get("shopper", "")[:100], asked.get("product", "")[:100]
        if not who:
            return site.go(visit, "/intents")
        history = history_of(known, who, site.runtime.settings.home, visit.merchant)
        matcher = matcher_of(graph)
        offered, _ = matcher.recommend(history, 10)
        item = item_of(graph, product) if product else int(offered[0]) if len(offered) else -1
        found = as_json(graph, explain(matcher, history, item), history) if item >= 0 else None
        return site.render(
            visit, "intent_shopper.html",
            who=who, lately=seen_words(history, graph, 8), events=len(history), found=found, states=STATUS,
            offered=[(place, graph.items[one], graph.titles[one]) for place, one in enumerate(offered.tolist(), 1)],
        )  # fmt: skip

    return [
        site.page("/intents", page),
        site.page("/intents/mine", mine, methods=("POST",)),
        site.page("/intents/edge", change, methods=("POST",)),
        site.page("/intents/shopper", shopper),
    ]


def _order(need: Need) -> int:
    return {"supported": 0, "mined": 1, "hypothesis": 2, "unverified": 3, "contradicted": 4}[need.status]


def _name_of(visit: Visit) -> Any:
    return lambda need: need.name if visit.voice.language == "zh" else need.name_en


def _edge_named(graph: IntentGraph, edge: str) -> str:
    try:
        level, row = graph.find(edge)
    except NotFound:
        return edge
    links = graph.links(level)
    names = graph.types if level is Level.TYPES else graph.titles
    return f"{names[int(links.source[row])]} → {names[int(links.target[row])]}"


def _edges(graph: IntentGraph, need: Need) -> list[Edge]:
    """Edges between the types of a need: what stands in the data first, the strongest first."""
    links = graph.type_links
    inside = (
        np.isin(links.source, need.types) & np.isin(links.target, need.types) & (links.relation == Relation.COMPLEMENT)
    )
    alive = graph.alive(Level.TYPES)
    rows = np.flatnonzero(inside)
    order = rows[
        np.lexsort(
            (links.target[rows], links.source[rows], -links.low[rows], links.standing[rows] == Standing.HYPOTHESIS)
        )
    ]
    return [
        Edge(
            graph.edge_id(Level.TYPES, row), graph.types[int(links.source[row])], graph.types[int(links.target[row])],
            Standing(int(links.standing[row])), float(links.support[row]), float(links.expected[row]), float(links.lift[row]),
            float(links.low[row]), float(links.high[row]), int(links.direction[row]), float(links.lag[row]) / DAY, not bool(alive[row]),
        )
        for row in order.tolist()
    ]  # fmt: skip


def _products(graph: IntentGraph, need: Need, most: int = 24) -> list[tuple[str, str, str]]:
    """(id, title, type) of the need's products, the most met first."""
    rows = np.flatnonzero(np.isin(graph.kind, need.types))
    order = rows[np.lexsort((rows, -graph.popularity[rows]))][:most]
    return [(graph.items[row], graph.titles[row], graph.types[int(graph.kind[row])]) for row in order.tolist()]


def _drawing(graph: IntentGraph, need: Need, edges: list[Edge]) -> dict[str, Any]:
    """The need in the middle of its types, with lines between types that go together: wider where the lift is higher."""
    weight: dict[str, float] = {graph.types[kind]: 0.0 for kind in need.types}
    for edge in edges:
        for end in (edge.source, edge.target):
            weight[end] += max(math.log(max(edge.low, 1.0)), 1e-3) if not edge.removed else 0.0
    shown = sorted(weight, key=lambda one: (-weight[one], one))[:AROUND]
    # neighbours on the circle are those that go together most
    order = [shown[0]] if shown else []
    pull = {(edge.source, edge.target): max(edge.low, 0.01) for edge in edges if not edge.removed}
    while len(order) < len(shown):
        rest = [one for one in shown if one not in order]
        order.append(max(rest, key=lambda one: (pull.get((order[-1], one), 0.0), -shown.index(one))))
    width, height = 760.0, 420.0
    places: dict[str, tuple[float, float]] = {}
    for number, name in enumerate(order):
        angle = 2.0 * math.pi * number / len(order) - math.pi / 2.0
        places[name] = width / 2.0 + 290.0 * math.cos(angle), height / 2.0 + 170.0 * math.sin(angle)
    top = max((edge.low for edge in edges), default=1.0)
    lines, drawn = [], set()
    for edge in edges:
        ends = tuple(sorted((edge.source, edge.target)))
        if edge.source in places and edge.target in places and ends not in drawn and not edge.removed:
            drawn.add(ends)
            (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
            guessed = edge.standing is Standing.HYPOTHESIS
            lines.append(
                {
                    "path": f"M{x1:.1f} {y1:.1f} Q{(x1 + x2 + width) / 4:.1f} {(y1 + y2 + height) / 4:.1f} {x2:.1f} {y2:.1f}",
                    "width": 1.0
                    if guessed
                    else round(
                        1.0 + 4.0 * math.log(max(edge.low, 1.0) + 1e-9) / max(math.log(max(top, 1.01)), 1e-9), 1
                    ),
                    "guessed": guessed,
                    "said": f"{edge.source} → {edge.target}"
                    + ("" if guessed else f"  ×{edge.lift:.1f} [{edge.low:.1f}, {edge.high:.1f}]"),
                }
            )
    nodes = [
        {"name": name, "short": name if len(name) <= 14 else name[:13] + "…", "x": round(x, 1), "y": round(y, 1)}
        for name, (x, y) in places.items()
    ]
    return {
        "width": int(width),
        "height": int(height),
        "lines": lines[:80],
        "nodes": nodes,
        "left_out": max(0, len(weight) - len(shown)),
    }
