"""Which of a product's creatives shows it (千人千面): a draw in the shares that its shopper's cohort gives them.

The shares are worked out at tick edges and known exactly, so what was shown can be weighed afterwards. Within a tick
the choice is a pure function of request, item and cohort: it is known before pages are ranked and sold, so that click
rates are those of the very creative, and a batch gives what its rows give one at a time.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats, fold
from magnetar.kernel.compiled import Array, compiled, inlined

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(11)
_NODES, _WEIGHTS = np.ascontiguousarray(_NODES), np.ascontiguousarray(_WEIGHTS / _WEIGHTS.sum())
_STIR, _STIR_1, _STIR_2 = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_16, _13, _8, _UNIT = np.uint32(16), np.uint32(13), np.uint32(8), np.float32(2.0**-24)
_HOPELESS = 1e-3
"""Chance of being better than the one that looks best below which a creative is not integrated over."""


class Rotation(NamedTuple):
    """The creatives in use, as every row of a tick reads them."""

    first: Array
    """(items + 1,) int64: the creatives of an item are the entries from first[item] up to first[item + 1]; no rows where
    nothing has a creative."""
    creative: Array
    """(entries,) int32, row of each creative."""
    cell: Array
    """(entries × cohorts, 2) float32: an item's entries for one cohort lie together. The running sum of the shares beyond
    what is explored, and one over the factor on the odds of a click."""
    cohort: Array
    """(shoppers,) int16."""
    cohorts: int
    explore: float
    """Share of requests in which every creative of an item is as likely: what effects are judged on."""
    key: np.uint64

    @property
    def several(self) -> bool:
        """Whether there is anything to show at all."""
        return len(self.creative) > 0


NOTHING = Rotation(
    np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros((0, 2), np.float32), np.zeros(0, np.int16), 1, 0.0, np.uint64(0)
)  # fmt: skip
"""Where no product has a creative in use."""


def make_rotation(
    first: NDArray[np.int64],
    creative: NDArray[np.int32],
    share: Floats,
    cohort: NDArray[np.int16],
    explore: float,
    key: np.uint64,
    factor: Floats | None = None,
) -> Rotation:
    """A rotation from shares (entries, cohorts) that sum to 1 within each item.

    Args:
        cohort: (shoppers,), the cohort of each.
        factor: (entries, cohorts), what a creative does to the odds of a click beside what its product is clicked on
            average; 1 where nothing is known.

    Raises:
        ValueError: shares that are negative, not finite, or do not sum to 1; factors that are not positive.
    """
    cohorts = share.shape[1]
    factor = np.ones_like(share) if factor is None else factor
    if not (np.all(factor > 0) and np.all(np.isfinite(factor))):
        raise ValueError(f"factors must be positive and finite, found {factor.min()} to {factor.max()}")
    cell, total = np.empty((share.size, 2), np.float32), np.ones((len(first) - 1, cohorts))
    _lay_out(first, share, factor, explore, cell, total)
    if not (np.all(share >= 0) and np.all(np.abs(total - 1.0) < 1e-6)):
        item = int(np.abs(total - 1.0).max(axis=1).argmax())
        raise ValueError(f"shares of item {item} must be at least 0 and sum to 1, found {total[item]}")
    return Rotation(first, creative, cell, cohort, cohorts, explore, key)


@compiled
def _lay_out(first: Array, share: Array, factor: Array, explore: float, cell: Array, total: Array) -> None:
    cohorts = share.shape[1]
    for item in range(first.shape[0] - 1):
        begin, end = first[item], first[item + 1]
        for cohort in range(cohorts if end > begin else 0):
            edge, place = 0.0, begin * cohorts + cohort * (end - begin)
            for entry in range(begin, end):
                edge += share[entry, cohort]
                cell[place, 0] = explore + (1.0 - explore) * edge
                cell[place, 1] = 1.0 / factor[entry, cohort]
                place += 1
            total[item, cohort] = edge


@inlined
def luck_of(key: np.uint64, request: int) -> np.uint32:
    """A request's own luck with creatives."""
    return np.uint32(fold(key, request) >> np.uint64(32))


@inlined
def _draw(luck: np.uint32, item: int) -> np.float32:
    """In [0, 1); the finaliser of MurmurHash3 (Appleby 2011), since it is asked for every candidate of every page."""
    mixed = luck ^ np.uint32(np.uint32(item) * _STIR)
    mixed = np.uint32((mixed ^ (mixed >> _16)) * _STIR_1)
    mixed = np.uint32((mixed ^ (mixed >> _13)) * _STIR_2)
    mixed = mixed ^ (mixed >> _16)
    return np.float32(np.int32(mixed >> _8)) * _UNIT


@inlined
def pick(
    luck: np.uint32, item: int, cohort: int, first: Array, cell: Array, cohorts: int, explore: float
) -> tuple[int, np.float32]:
    """The entry that shows an item in one request, −1 where it has none, and one over its factor on the odds.

    Where creatives are drawn evenly the factor is 1: they are ranked as their product is, so that what they are shown
    for does not depend on what is thought of them.
    """
    begin = first[item]
    count = first[item + 1] - begin
    if count < 1:
        return -1, np.float32(1.0)
    draw = _draw(luck, item)
    if draw < explore:
        return int(begin + min(int(draw / explore * count), count - 1)), np.float32(1.0)
    start, place = begin * cohorts + cohort * count, np.int64(0)
    for entry in range(count - 1):  # counted rather than looked for: a branch that cannot be foreseen costs more
        place += np.int64(draw >= cell[start + entry, 0])
    return int(begin + place), cell[start + place, 1]


@inlined
def moved(rate: float, over: float) -> float:
    """A click rate with its odds divided; the same bits where the divisor is 1.

    >>> moved(0.2, 0.5)
    0.3333333333333333
    """
    return rate if over == 1.0 else rate / (rate + (1.0 - rate) * over)


@compiled
def choose(request: Array, shopper: Array, item: Array, rotation: Rotation, out: Array) -> None:
    """The creative of every position.

    Args:
        request: (pages,) uint64; so is shopper.
        item: (pages, positions), −1 where the page is shorter.
        out: (pages, positions) int32, set to the creative's row, −1 where the item has none.
    """
    first, creative, cell, cohort = rotation.first, rotation.creative, rotation.cell, rotation.cohort
    cohorts, explore = rotation.cohorts, rotation.explore
    for row in range(item.shape[0]):
        luck, whom = luck_of(rotation.key, request[row]), int(cohort[shopper[row]])
        for position in range(item.shape[1]):
            what, entry = int(item[row, position]), -1
            if what >= 0:
                entry, _ = pick(luck, what, whom, first, cell, cohorts, explore)
            out[row, position] = creative[entry] if entry >= 0 else -1


@compiled
def bases(
    request: Array, shopper: Array, item: Array, rate: Array, rotation: Rotation, out: Array, even: Array
) -> None:
    """What the click rates of pages were before their creatives' factors, (pages, positions), and which were drawn evenly.

    Known again from the request alone.
    """
    first, cell, cohort = rotation.first, rotation.cell, rotation.cohort
    cohorts, explore = rotation.cohorts, rotation.explore
    for row in range(item.shape[0]):
        luck, whom = luck_of(rotation.key, request[row]), int(cohort[shopper[row]])
        for position in range(item.shape[1]):
            what = int(item[row, position])
            out[row, position] = rate[row, position]
            even[row, position] = False
            if what >= 0:
                _, over = pick(luck, what, whom, first, cell, cohorts, explore)
                out[row, position] = moved(rate[row, position], 1.0 / float(over))
                even[row, position] = _draw(luck, what) < explore


@compiled
def explored(request: Array, item: Array, key: np.uint64, explore: float, out: Array) -> None:
    """Which requests drew the creatives of an item evenly, (rows,) bool: known again from the request alone."""
    for row in range(request.shape[0]):
        out[row] = _draw(luck_of(key, request[row]), int(item[row])) < explore


def shares(first: NDArray[np.int64], mean: Floats, spread: Floats, least: float = 0.0) -> Floats:
    """(entries, cohorts), the probability that each creative is its item's best for a cohort (Thompson's shares).

    Beliefs are normal and independent; the integral over a creative's own value is by Gauss–Hermite quadrature. Nothing
    is drawn, so shares are known exactly.

    Args:
        mean: (entries, cohorts), of the log of the odds' factor; so is spread, positive.
        least: share that even the worst keeps, at most 1 over the number of creatives.

    Source:
        Thompson (1933), Biometrika 25; probability matching.
    """
    out = np.ones(mean.shape)
    _match(first, mean, spread, least, _NODES, _WEIGHTS, out)
    return out


@inlined
def _below(value: float) -> float:
    """The normal distribution function to 2e-4, Page (1977), Applied Statistics 26(1)."""
    return 1.0 / (1.0 + math.exp(-value * (1.59577 + 0.07135 * value * value)))


@compiled
def _match(first: Array, mean: Array, spread: Array, least: float, nodes: Array, weights: Array, out: Array) -> None:
    for item in range(first.shape[0] - 1):
        begin, end = first[item], first[item + 1]
        count = end - begin
        if count < 2:
            continue
        floor = min(least, 1.0 / count)
        for cohort in range(mean.shape[1]):
            whole, top = 0.0, begin
            for one in range(begin, end):
                if mean[one, cohort] > mean[top, cohort]:
                    top = one
            for one in range(begin, end):
                best = 0.0
                apart = math.sqrt(spread[one, cohort] ** 2 + spread[top, cohort] ** 2)
                ahead = _below((mean[one, cohort] - mean[top, cohort]) / apart)
                for node in range(nodes.shape[0] if ahead > _HOPELESS else 0):
                    value = mean[one, cohort] + spread[one, cohort] * nodes[node]
                    chance = weights[node]
                    for other in range(begin, end):
                        if other != one:
                            chance *= _below((value - mean[other, cohort]) / spread[other, cohort])
                    best += chance
                out[one, cohort] = best
                whole += best
            for one in range(begin, end):
                out[one, cohort] = floor + (1.0 - count * floor) * out[one, cohort] / whole
