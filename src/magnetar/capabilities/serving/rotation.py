"""Which of a product's creatives shows it (千人千面): a draw in the shares that its shopper's cohort gives them.

The shares are worked out at tick edges and known exactly, so what was shown can be weighed afterwards. Within a tick
the choice is a pure function of request, position, item and cohort: a batch gives what its rows give one at a time.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats, fold, uniform
from magnetar.kernel.compiled import Array, compiled

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_NODES, _WEIGHTS = np.ascontiguousarray(_NODES), np.ascontiguousarray(_WEIGHTS / _WEIGHTS.sum())
EXPLORED = 1 << 20
"""Part of a request's key that says whether a position is explored; positions are smaller."""


class Rotation(NamedTuple):
    """The creatives in use, as every row of a tick reads them."""

    first: Array
    """(items + 1,) int64: the creatives of an item are the entries from first[item] up to first[item + 1]."""
    creative: Array
    """(entries,) int32, row of each creative."""
    edge: Array
    """(entries, cohorts) float32, running sum of the shares within the item."""
    explore: float
    """Share of positions on which every creative of the item is as likely: what effects are judged on."""
    key: np.uint64

    @property
    def several(self) -> bool:
        """Whether there is anything to show at all."""
        return len(self.creative) > 0


def make_rotation(
    first: NDArray[np.int64], creative: NDArray[np.int32], share: Floats, explore: float, key: np.uint64
) -> Rotation:
    """A rotation from shares (entries, cohorts) that sum to 1 within each item.

    Raises:
        ValueError: shares that are negative, not finite, or do not sum to 1.
    """
    edge = np.zeros(share.shape)
    for item in np.flatnonzero(np.diff(first)).tolist():
        begin, end = int(first[item]), int(first[item + 1])
        edge[begin:end] = np.cumsum(share[begin:end], axis=0)
        if not (np.all(share[begin:end] >= 0) and np.allclose(edge[end - 1], 1.0, atol=1e-6)):
            raise ValueError(f"shares of item {item} must be at least 0 and sum to 1, found {edge[end - 1]}")
        edge[end - 1] = 2.0  # rounding must not leave a gap at the end
    return Rotation(first, creative, edge.astype(np.float32), explore, key)


@compiled
def choose(request: Array, shopper: Array, item: Array, liked: Array, rotation: Rotation, out: Array) -> None:
    """The creative of every position.

    Args:
        request: (pages,) uint64; so is shopper.
        item: (pages, positions), −1 where the page is shorter.
        liked: (shoppers, …), the first column is the shopper's cohort.
        out: (pages, positions) int32, set to the creative's row, −1 where the item has none.
    """
    first, creative, edge = rotation.first, rotation.creative, rotation.edge
    for row in range(item.shape[0]):
        luck = fold(rotation.key, request[row])
        cohort = int(liked[shopper[row], 0])
        for position in range(item.shape[1]):
            what = int(item[row, position])
            if what < 0:
                out[row, position] = -1
                continue
            begin, end = first[what], first[what + 1]
            if end - begin < 2:
                out[row, position] = creative[begin] if end > begin else -1
                continue
            draw = uniform(luck, position)
            place = begin
            if uniform(luck, EXPLORED + position) < rotation.explore:
                place += min(int(draw * (end - begin)), end - begin - 1)
            else:
                while draw >= edge[place, cohort]:
                    place += 1
            out[row, position] = creative[place]


@compiled
def explored(request: Array, positions: int, key: np.uint64, explore: float, out: Array) -> None:
    """Which positions of pages were explored, (pages, positions) bool: known again from the request alone."""
    for row in range(request.shape[0]):
        luck = fold(key, request[row])
        for position in range(positions):
            out[row, position] = uniform(luck, EXPLORED + position) < explore


def shares(first: NDArray[np.int64], mean: Floats, spread: Floats, least: float = 0.0) -> Floats:
    """(entries, cohorts), the probability that each creative is its item's best for a cohort (Thompson's shares).

    Beliefs are normal and independent; the integral over a creative's own value is by Gauss–Hermite quadrature. Nothing
    is drawn, so shares are known exactly.

    Args:
        mean: (entries, cohorts), of the log of the click rate's factor; so is spread, positive.
        least: share that even the worst keeps, at most 1 over the number of creatives.

    Source:
        Thompson (1933), Biometrika 25; probability matching.
    """
    out = np.ones(mean.shape)
    _match(first, mean, spread, least, _NODES, _WEIGHTS, out)
    return out


@compiled
def _match(first: Array, mean: Array, spread: Array, least: float, nodes: Array, weights: Array, out: Array) -> None:
    root = math.sqrt(0.5)
    for item in range(first.shape[0] - 1):
        begin, end = first[item], first[item + 1]
        count = end - begin
        if count < 2:
            continue
        floor = min(least, 1.0 / count)
        for cohort in range(mean.shape[1]):
            whole = 0.0
            for one in range(begin, end):
                best = 0.0
                for node in range(nodes.shape[0]):
                    value = mean[one, cohort] + spread[one, cohort] * nodes[node]
                    chance = weights[node]
                    for other in range(begin, end):
                        if other != one:
                            chance *= 0.5 * math.erfc(root * (mean[other, cohort] - value) / spread[other, cohort])
                    best += chance
                out[one, cohort] = best
                whole += best
            for one in range(begin, end):
                out[one, cohort] = floor + (1.0 - count * floor) * out[one, cohort] / whole
