"""Bootstrap of a ratio of sums over independent rows or clusters."""

from __future__ import annotations

from typing import Any

import numpy as np

from magnetar.kernel.chance import Chance, Floats, Ints, uniform
from magnetar.kernel.compiled import Array, compiled


def bootstrap_ratio(over: Floats, under: Floats, cluster: Ints, draws: int, chance: Chance) -> Floats:
    """(draws,), Σ over ⁄ Σ under of samples drawn with replacement, a whole cluster at a time.

    Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 6.
    """
    _, place = np.unique(cluster, return_inverse=True)
    sums = np.stack([np.bincount(place, over), np.bincount(place, under)], axis=1).astype(np.float64)
    out = np.empty(draws)
    _draw(sums, chance.key, out)
    return out


@compiled
def _draw(sums: Array, key: Any, out: Array) -> None:
    count = sums.shape[0]
    for draw in range(out.shape[0]):
        over, under = 0.0, 0.0
        for place in range(count):
            row = int(uniform(key, draw * count + place) * count)
            over += sums[row, 0]
            under += sums[row, 1]
        out[draw] = over / under if under != 0.0 else np.nan
