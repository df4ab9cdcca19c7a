"""Assignment: which shoppers are kept from which campaign, decided by a hash of who they are and of the experiment.

Nothing is stored per shopper: the same shopper meets the same arm in every page, process and
restart, and a page alone decides what it decides in a batch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Chance, Floats, fold, uniform
from magnetar.kernel.compiled import Array, compiled, inlined

REGIONS = 60
"""Regions that shoppers are divided into where the site names none; divides evenly into halves, thirds, fifths and tenths."""
_REGION_STREAM = np.uint64(0x5D588B656C078965)
NOT_IN_IT = -1.0
"""The draw of somebody who cannot be told apart, and is in no experiment."""


LOW, HIGH, BY_REGION, GHOST = range(4)
"""Columns of a split's rule."""


class Splits(NamedTuple):
    """What a page reads of the experiments that run; a row for each split. Few arrays, because each call pays for each."""

    key: Array
    """(splits,) uint64, the experiment's stream."""
    rule: Array
    """(splits, 4): shoppers whose draw lies in [LOW, HIGH) are kept from the campaign; whether a shopper's region is
    drawn instead of the shopper; whether what the campaign would have won is recorded."""
    place: Array
    """(splits, REGIONS), the draw of each region."""
    who: Array
    """(shoppers, 2) uint64: who a shopper is, 0 where that is not known; and the site's region, counted from 1,
    0 where one follows from who they are."""


def no_splits() -> Splits:
    """Nobody is kept from anything."""
    return Splits(np.zeros(0, np.uint64), np.zeros((0, 4)), np.zeros((0, REGIONS)), np.zeros((0, 2), np.uint64))


@inlined
def region_of(unit: np.uint64, named: np.uint64) -> np.int64:
    """The region of a shopper: the site's where it names one, else a stable one of REGIONS by who they are."""
    if named > np.uint64(0):
        return np.int64(np.int64(named) - 1) % REGIONS
    return np.int64(uniform(_REGION_STREAM, unit) * REGIONS)  # pyright: ignore[reportArgumentType]


@inlined
def draw_of(splits: Splits, split: int, person: int) -> float:
    """A shopper's place in [0, 1) in one experiment, or NOT_IN_IT."""
    unit = splits.who[person, 0]
    if unit == np.uint64(0):
        return NOT_IN_IT
    if splits.rule[split, BY_REGION] > 0.0:
        return splits.place[split, region_of(unit, splits.who[person, 1])]
    return uniform(splits.key[split], unit)


@inlined
def kept_from(splits: Splits, split: int, person: int) -> bool:
    """Whether a shopper is kept from the campaign of a split."""
    draw = draw_of(splits, split, person)
    return splits.rule[split, LOW] <= draw and draw < splits.rule[split, HIGH]


def stream_of(seed: int, experiment: str) -> np.uint64:
    """The stream that an experiment's draws come from."""
    return fold(Chance(seed).of("experiment", experiment).key, np.uint64(0))  # pyright: ignore[reportArgumentType]


def region_places(seed: int, experiment: str) -> Floats:
    """(REGIONS,), each region's draw: regions in random order, evenly spread over [0, 1), so that a share is exact."""
    place = np.empty(REGIONS)
    place[Chance(seed).of("experiment", experiment, "regions").order(REGIONS)] = (np.arange(REGIONS) + 0.5) / REGIONS
    return place


def draws(splits: Splits, split: int) -> Floats:
    """(shoppers,), everybody's draw in one experiment; NOT_IN_IT for those who are in none."""
    out = np.empty(len(splits.who))
    _draws(splits, split, out)
    return out


def regions(who: NDArray[np.uint64]) -> NDArray[np.int64]:
    """(shoppers,), everybody's region, from `Splits.who`."""
    out = np.empty(len(who), np.int64)
    _regions(who, out)
    return out


@compiled
def _draws(splits: Splits, split: int, out: Array) -> None:
    for person in range(out.shape[0]):
        out[person] = draw_of(splits, split, person)


@compiled
def _regions(who: Array, out: Array) -> None:
    for person in range(out.shape[0]):
        out[person] = region_of(who[person, 0], who[person, 1])
