"""Who comes and when: each shopper's own days, played again, at the level that the days to come should have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Chance, Floats, fold, mix, uniform
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.certification.fit.evidence import Evidence
from magnetar.twin.certification.fit.level import Level, expect

_APART = 0.15
"""How far traffic of days off may lie from that of other days, on the log scale."""
_RECENT = 0.9
"""What a day of distance leaves of the odds that a past day is played again."""


@dataclass(frozen=True, slots=True)
class Comings:
    """Past pages by shopper and day, and how many pages a day should have."""

    first: NDArray[np.int64]
    """(shoppers × days + 1,), where each shopper's day begins in `page`."""
    page: NDArray[np.int64]
    """(pages,), rows of the evidence by shopper, then day, then time."""
    level: Level
    """Logarithm of the pages of each day ahead."""
    shoppers: int
    days: int


def comings_of(evidence: Evidence, shoppers: int, weekend: Floats, ahead: Floats) -> Comings:
    """Learn traffic; `weekend` and `ahead` flag the days off of the log and of the days to come."""
    day = evidence.tick // 48
    cell = evidence.shopper * evidence.days + day
    order = np.argsort(cell, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=shoppers * evidence.days))])
    pages = np.bincount(day, minlength=evidence.days).astype(float)
    return Comings(
        first,
        order,
        expect(np.log(np.maximum(pages, 1.0)), 1.0 / np.sqrt(np.maximum(pages, 1.0)), weekend, ahead, _APART),
        shoppers,
        evidence.days,
    )


def replay(comings: Comings, ahead: int, chance: Chance) -> list[tuple[NDArray[np.int64], NDArray[np.uint64]]]:
    """Draw the pages of the days ahead: for each day, rows of the evidence and new request ids.

    Every shopper lives one of their own past days again, by odds that favour recent days and are
    drawn anew in every run (a Bayesian bootstrap, Rubin 1981), because a week does not say exactly
    how often somebody comes. The day's level then thins or doubles shoppers' days.
    """
    odds = -np.log(1.0 - chance.of("odds").uniforms(comings.shoppers, comings.days))
    odds *= _RECENT ** np.arange(comings.days - 1, -1, -1)
    odds = np.cumsum(odds, axis=1)
    odds /= odds[:, -1:]
    size = np.diff(comings.first).reshape(comings.shoppers, comings.days).astype(float)
    usual = float((size * np.diff(odds, axis=1, prepend=0.0)).sum())
    level = np.exp(comings.level.draw(chance.of("level")))
    found = []
    for one in range(ahead):
        factor = float(level[one]) / max(usual, 1.0)
        room = int(usual * factor * 1.6) + 4096
        page, request = np.empty(room, np.int64), np.empty(room, np.uint64)
        stream = chance.of("day", one)
        count = _live_again(stream.key, factor, odds, comings.first, comings.page, page, request)
        found.append((page[:count], request[:count]))
    return found


@compiled
def _live_again(
    stream: np.uint64, factor: float, odds: Array, first: Array, rows: Array, page: Array, request: Array
) -> int:
    count, days = 0, odds.shape[1]
    for shopper in range(odds.shape[0]):
        mine = fold(stream, shopper)
        times = int(factor) + (1 if uniform(mine, 0) < factor - int(factor) else 0)
        for turn in range(times):
            day = 0
            draw = uniform(mine, 1 + turn)
            while day < days - 1 and draw >= odds[shopper, day]:
                day += 1
            for place in range(first[shopper * days + day], first[shopper * days + day + 1]):
                if count == page.shape[0]:
                    return count
                page[count] = rows[place]
                request[count] = mix(fold(mine, 100 + turn) ^ np.uint64(place))
                count += 1
    return count
