"""Cohorts: shoppers whose tastes and thrift point the same way, for whom one creative is chosen (千人千面).

A cohort is a direction in the space of what is known of shoppers, drawn once and the same on every machine, so that
what was counted for it stays its own while more becomes known. Those of whom little is known are one cohort of theirs.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.compiled import Array, compiled

COHORTS = 33
"""The first is of those of whom little is known."""
TRAITS = 9
"""Eight of taste and one of thrift."""
_LEAST = 1.0
"""Squared length of traits, each about one wide, below which little is known."""
_DRAWN, _ROUNDS = 4096, 8
_SAMPLE = 4096


@functools.lru_cache(maxsize=1)
def directions() -> Floats:
    """(COHORTS − 1, TRAITS), unit vectors spread evenly over all directions.

    Lloyd's rounds on the sphere; rounded, so that no machine has others.
    """
    chance = Chance(0).of("cohorts")
    drawn = chance.of("people").normals(_DRAWN, TRAITS)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    found = drawn[: COHORTS - 1].copy()
    for _ in range(_ROUNDS):
        nearest = (drawn @ found.T).argmax(axis=1)
        for one in range(COHORTS - 1):
            found[one] = drawn[nearest == one].sum(axis=0)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
    return np.round(found, 3)


def traits_of(taste: NDArray[np.float32], bands: NDArray[np.float32]) -> NDArray[np.float32]:
    """(shoppers, TRAITS), what is known of shoppers: their tastes, and how much more they buy where things are dear.

    Each trait about one wide over those of whom anything is known; rows of zeros for the others.

    Args:
        taste: (shoppers, 8), mean tastes, zeros before anything was seen.
        bands: (shoppers, price bands), factors of the order rate, cheap first.
    """
    place = np.arange(bands.shape[1]) - 0.5 * (bands.shape[1] - 1)
    known = (taste != 0.0).any(axis=1)
    out = np.zeros((len(taste), TRAITS), np.float32)
    if not known.any():
        return out
    dear = np.log(np.maximum(bands, 1e-6)) @ place
    out[:, : TRAITS - 1] = taste[:, : TRAITS - 1]
    out[:, TRAITS - 1] = dear - dear[known].mean()
    rows = np.flatnonzero(known)
    wide = out[rows[:: -(-len(rows) // _SAMPLE)]].std(axis=0)
    out /= np.where(wide > 1e-6, wide, 1.0)
    out[~known] = 0.0
    return out


def cohorts_of(traits: NDArray[np.float32]) -> NDArray[np.int16]:
    """(shoppers,), the cohort of each."""
    out = np.zeros(len(traits), np.int16)
    _nearest(traits, directions().astype(np.float32), _LEAST, out)
    return out


@compiled
def _nearest(traits: Array, directions: Array, least: float, out: Array) -> None:
    for row in range(traits.shape[0]):
        length = np.float32(0.0)
        for axis in range(traits.shape[1]):
            length += traits[row, axis] * traits[row, axis]
        if length < least:
            continue
        best = np.float32(-1e30)
        for one in range(directions.shape[0]):
            near = np.float32(0.0)
            for axis in range(traits.shape[1]):
                near += traits[row, axis] * directions[one, axis]
            if near > best:
                best, out[row] = near, one + 1


def centres(traits: NDArray[np.float32], cohort: NDArray[np.int16]) -> Floats:
    """(COHORTS, TRAITS), mean traits of each cohort; its direction where nobody is in it."""
    people = np.bincount(cohort, minlength=COHORTS)
    out = np.zeros((COHORTS, TRAITS))
    for trait in range(TRAITS):
        out[:, trait] = np.bincount(cohort, traits[:, trait], COHORTS) / np.maximum(people, 1)
    empty = np.flatnonzero(people == 0)
    out[empty[empty > 0]] = directions()[empty[empty > 0] - 1]
    return out
