"""What a creative is made of, as columns: for each sort of element one of a few levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

SORTS: dict[str, tuple[str, ...]] = {
    "hook": ("name", "price", "point", "question", "audience"),
    "price": ("last", "first", "none"),
    "look": ("band", "card", "tower", "mixed", "studio"),
    "tempo": ("slow", "fast"),
    "text": ("normal", "small", "large"),
    "voice": ("none", "spoken"),
    "length": ("middle", "short", "long"),
    "band": ("none", "brand", "price", "point"),
    "aspect": ("9:16", "3:4", "1:1", "16:9"),
    "angle": (
        "other", "point", "pain", "price", "deal", "spec", "scene", "audience", "material", "season", "gift", "choose",
        "detail", "direct",
    ),
}  # fmt: skip
"""Sorts of elements and their levels; the first level of each is what it is compared with, and what is taken where
nothing is said."""
NAMES: dict[str, tuple[str, str]] = {
    "hook": ("开场", "opening"), "price": ("价格位置", "place of the price"), "look": ("画面", "look"), "tempo": ("节奏", "tempo"),
    "text": ("字号", "size of letters"), "voice": ("配音", "voice"), "length": ("片长", "length"), "band": ("文字带", "text band"),
    "aspect": ("画幅", "aspect"), "angle": ("切入点", "angle"),
}  # fmt: skip
LEVELS: tuple[tuple[str, str], ...] = tuple((sort, level) for sort, levels in SORTS.items() for level in levels)
"""Every level with its sort, in the order of columns."""
COLUMN: dict[tuple[str, str], int] = {one: place for place, one in enumerate(LEVELS)}


def columns_of(elements: Mapping[str, str]) -> NDArray[np.int64]:
    """(sorts,), the column of each sort's level; a level that is not known counts as the sort's first.

    >>> [LEVELS[place] for place in columns_of({"hook": "price", "tempo": "?"})[:4]]
    [('hook', 'price'), ('price', 'last'), ('look', 'band'), ('tempo', 'slow')]
    """
    return np.array(
        [COLUMN.get((sort, elements.get(sort, "")), COLUMN[sort, levels[0]]) for sort, levels in SORTS.items()],
        np.int64,
    )


def table_of(many: Sequence[Mapping[str, str]]) -> NDArray[np.int64]:
    """(creatives, sorts), `columns_of` each."""
    return np.array([columns_of(one) for one in many], np.int64).reshape(-1, len(SORTS))


def indicator(table: NDArray[np.int64]) -> NDArray[np.float64]:
    """(creatives, levels), 1 where a creative has the level."""
    out = np.zeros((len(table), len(LEVELS)))
    out[np.arange(len(table))[:, None], table] = 1.0
    return out
