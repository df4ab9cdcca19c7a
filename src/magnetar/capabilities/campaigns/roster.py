"""The roster: every ad group as a row of arrays, so that a tick reads columns and not objects."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats
from magnetar.vocabulary.campaigns import AdGroup, Campaign

EVERYBODY = (1 << 63) - 1


@dataclass(slots=True)
class Roster:
    """Ad groups in the order in which they were added; a row number is never used again."""

    groups: list[AdGroup] = field(default_factory=list[AdGroup])
    campaigns: list[Campaign] = field(default_factory=list[Campaign])
    item: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    campaign: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    merchant: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    goal: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    conversion: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """`ConversionKind` of the goal."""
    target: Floats = field(default_factory=lambda: np.empty(0))
    """Currency per result that the goal allows; infinite where it sets none.

    A result is what an impression is predicted to bring: an order where the goal's conversions are
    orders of some sort, else a conversion.
    """
    worth: Floats = field(default_factory=lambda: np.empty(0))
    """Of a result: conversions where the goal counts them, else currency units of value within its horizon."""
    per_click: Floats = field(default_factory=lambda: np.empty(0))
    """Results expected of a click where they are not orders; 0 where the order rate says."""
    unit: Floats = field(default_factory=lambda: np.empty(0))
    """Currency per result in which the price landscape counts: the product's price, made comparable where results are not orders."""
    audience: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    scenes: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    factor: Floats = field(default_factory=lambda: np.empty(0))
    quota: Floats = field(default_factory=lambda: np.empty(0))
    """Least bid for an impression, currency units."""
    active: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    cap: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    incremental: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    phase: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    version: int = 0
    """Grows with every change, so that what is derived from the roster knows when it is stale."""

    def __len__(self) -> int:
        return len(self.groups)

    def grow(self) -> int:
        """Make room for one more ad group; returns its row."""
        row = len(self.item)
        for name in (
            "item", "campaign", "merchant", "goal", "conversion", "target", "worth", "per_click", "unit", "audience", "scenes", "factor", "quota", "active", "cap", "incremental", "phase",
        ):  # fmt: skip
            column = getattr(self, name)
            setattr(self, name, np.append(column, np.zeros(1, column.dtype)))
        return row
