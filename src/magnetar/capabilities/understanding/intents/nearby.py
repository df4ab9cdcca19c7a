"""The graph as a table to draw candidates from: for each item, what goes with it, how strongly, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.understanding.intents.flows import strongest
from magnetar.capabilities.understanding.intents.graph import IntentGraph, Level, Standing
from magnetar.capabilities.understanding.intents.matching import Blend, Matcher
from magnetar.capabilities.understanding.intents.matrices import Sparse, csr, scaled_by

WIDE = 8
"""Items of a type that a path over types offers as a neighbour."""


class Why(IntEnum):
    """Why an item stands beside another."""

    NOTHING = 0
    FOLLOWS = 1
    """Shoppers take it after, or with, this very item."""
    NEED = 2
    """Its type goes with this item's type in the data."""
    HYPOTHESIS = 3
    """Its type is thought to go with this item's type; too little data."""


WORDS = {
    Why.NOTHING: ("", ""),
    Why.FOLLOWS: ("看过或买过这件的人, 接着要它", "Shoppers of this one go on to it"),
    Why.NEED: ("同一需求: 常在一起", "The same need: they go together"),
    Why.HYPOTHESIS: ("可能的搭配, 待数据验证", "May go together; not yet in the data"),
}


@dataclass(frozen=True, slots=True)
class Near:
    """Neighbours of every item, the strongest first; rows of an item without neighbours hold −1, 0 and NOTHING."""

    items: NDArray[np.int32]
    """(items, k)."""
    weights: NDArray[np.float32]
    """(items, k), at most 1."""
    why: NDArray[np.int8]
    """(items, k), `Why`."""


def neighbours(graph: IntentGraph, k: int = 20, blend: Blend | None = None) -> Near:
    """What goes with each item, from what followed it and over the needs that its type serves.

    The weight is what one event at the item adds to the neighbour's score, over the largest of the row.

    Raises:
        ValueError: k is not positive.
    """
    if k <= 0:
        raise ValueError(f"k must be positive, found {k}")
    matcher = Matcher(graph, blend)
    count = len(graph.items)
    trend = scaled_by(graph.trend)
    follows = csr(matcher.blend.items * (matcher.item_edges @ trend))
    within = strongest(matcher.within, WIDE)
    over = [
        csr(matcher.blend.types * (matcher.kind_of @ edges @ within @ trend))
        for edges in (_type_edges(graph, guessed=False), _type_edges(graph, guessed=True))
    ]
    whole = csr(follows + over[0] + over[1])
    whole.setdiag(0)
    whole.eliminate_zeros()
    best = strongest(whole, k)
    items = np.full((count, k), -1, np.int32)
    weights, why = np.zeros((count, k), np.float32), np.zeros((count, k), np.int8)
    rows = np.repeat(np.arange(count), np.diff(best.indptr))
    place = np.arange(best.nnz) - best.indptr[rows]
    order = np.lexsort((best.indices, -best.data, rows))
    target = best.indices[order]
    parts = (
        np.stack([np.asarray(one[rows, target]).ravel() for one in (follows, *over)]) if best.nnz else np.zeros((3, 0))
    )
    items[rows, place] = target
    why[rows, place] = parts.argmax(axis=0) + 1
    top = np.zeros(count)
    np.maximum.at(top, rows, best.data[order])
    weights[rows, place] = best.data[order] / np.where(top > 0.0, top, 1.0)[rows]
    return Near(items, weights, why)


def _type_edges(graph: IntentGraph, *, guessed: bool) -> Sparse:
    links, alive = graph.type_links, graph.alive(Level.TYPES)
    keep = alive & ((links.standing == Standing.HYPOTHESIS) == guessed)
    size = len(graph.types)
    return csr((links.weight[keep], (links.source[keep], links.target[keep])), shape=(size, size))
