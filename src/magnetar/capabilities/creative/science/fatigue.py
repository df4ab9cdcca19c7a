"""Fatigue (素材衰退): does a creative lose its clicks, and is it time to rest or to replace it."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Floats

TREND, LEVEL = 0.05, 0.4
"""Spreads expected of a creative's trend, log of the click rate a day, and of its level."""
LEAST_DAYS = 3
SURE = 0.9
FALLING = -0.01
"""A trend steeper than this is a decline."""
_ROUNDS = 8


class Advice(enum.StrEnum):
    """What to do with a creative."""

    KEEP = "keep"
    REST = "rest"
    """It has lost clicks, and the product has one that is better now; it may recover."""
    REPLACE = "replace"
    """It has lost clicks, and nothing better is in use: make a new one."""


@dataclass(frozen=True, slots=True)
class Fatigue:
    """What was found of one creative."""

    trend: float
    """Log of the factor on the click rate, a day."""
    low: float
    high: float
    """80 % interval."""
    probability: float
    """That it declines by more than FALLING a day."""
    lost: float
    """Share of the clicks of its first day that it has lost by now."""
    advice: Advice


def find_fatigue(expected: Floats, clicks: Floats, best: Floats, own: Floats) -> list[Fatigue]:
    """Judge creatives by their days.

    Clicks of a day are Poisson around expected × exp(level + trend × day), normal priors, by Newton steps. What the
    predictor expected of a day moves with season and price, so that a quiet day is no fatigue.

    Args:
        expected, clicks: (creatives, days), oldest first; a creative need not have run every day.
        best: (creatives,), the best log factor among the other creatives of the product that are in use, −inf where it
            is the only one.
        own: (creatives,), its own log factor now.

    >>> days = np.full((1, 8), 400.0)
    >>> falling = days * np.exp(-0.15 * np.arange(8))
    >>> find_fatigue(days, falling, np.array([0.0]), np.array([-0.8]))[0].advice.value
    'rest'
    """
    found: list[Fatigue] = []
    for told, had, other, mine in zip(expected, clicks, best, own, strict=True):
        ran = np.flatnonzero(told > 0)
        if len(ran) < LEAST_DAYS:
            found.append(Fatigue(0.0, -math.inf, math.inf, 0.0, 0.0, Advice.KEEP))
            continue
        day = (ran - ran[0]).astype(np.float64)
        trend, error = _trend(day, told[ran], had[ran])
        probability = 0.5 * math.erfc((trend - FALLING) / error / math.sqrt(2.0))
        lost = 1.0 - math.exp(min(trend * float(day[-1]), 0.0))
        advice = Advice.KEEP
        if probability > SURE and mine < 0.0:
            advice = Advice.REST if other > mine else Advice.REPLACE
        wide = 1.2816 * error
        found.append(Fatigue(trend, trend - wide, trend + wide, probability, lost, advice))
    return found


def _trend(day: Floats, expected: Floats, clicks: Floats) -> tuple[float, float]:
    """The trend and its standard error."""
    columns = np.stack([np.ones(len(day)), day], axis=1)
    prior = np.diag([LEVEL**-2, TREND**-2])
    beta = np.zeros(2)
    inner = prior
    for _ in range(_ROUNDS):
        rate = expected * np.exp(np.clip(columns @ beta, -3.0, 3.0))
        inner = prior + (columns * rate[:, None]).T @ columns
        beta = beta + np.linalg.solve(inner, columns.T @ (clicks - rate) - prior @ beta)
    return float(beta[1]), float(math.sqrt(np.linalg.inv(inner)[1, 1]))
