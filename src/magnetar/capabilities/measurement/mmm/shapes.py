"""How spend becomes effect: it carries over to later periods (adstock), and each further yuan brings less (saturation).

Source: Jin, Wang, Sun, Chan & Koehler (2017), Bayesian Methods for Media Mix Modeling with Carryover and
Shape Effects.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np

from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled


class Shape(NamedTuple):
    """One way in which a channel may work."""

    carry: float
    """Share of an effect that is left a period later, in [0, 1)."""
    half: float
    """Spend at half of the largest effect, in means of the periods with spend."""
    slope: float
    """Hill exponent: 1 is concave from the first yuan, above it is S-shaped."""


_HALVES, _SLOPES = (0.4, 0.7, 1.1, 1.7, 2.6, 4.0), (1.0, 1.3, 1.6, 2.0)
SHAPES = tuple(Shape(*one) for one in itertools.product((0.0, 0.12, 0.25, 0.37, 0.5, 0.62, 0.75), _HALVES, _SLOPES))
"""The grid over which the posterior of a weekly series is taken; equally likely beforehand."""
DAILY_SHAPES = tuple(Shape(*one) for one in itertools.product((0.0, 0.3, 0.5, 0.65, 0.8, 0.88, 0.94), _HALVES, _SLOPES))
"""The same for a daily series."""


def adstock(spend: Floats, carry: float) -> Floats:
    """(periods,), what works in each period: (1 − carry) × the sum of all spend so far, each fading by `carry` a period.

    Steady spend is its own adstock, in time.

    >>> adstock(np.array([8.0, 0.0, 0.0]), 0.5)
    array([4., 2., 1.])

    Raises:
        ValueError: carry is not in [0, 1).
    """
    if not 0.0 <= carry < 1.0:
        raise ValueError(f"carry lies in [0, 1), found {carry}")
    return _adstock(np.asarray(spend, np.float64), carry)


def saturate(level: Floats, half: float, slope: float) -> Floats:
    """Share of the largest effect at each level, level^slope ⁄ (level^slope + half^slope).

    >>> saturate(np.array([0.0, 2.0, 6.0]), half=2.0, slope=1.0)
    array([0.  , 0.5 , 0.75])

    Raises:
        ValueError: half or slope is not positive, or a level is negative.
    """
    level = np.asarray(level, np.float64)
    if not (half > 0 and slope > 0):
        raise ValueError(f"half and slope must be positive, found {half} and {slope}")
    if level.size and not level.min() >= 0:
        raise ValueError(f"levels must not be negative, found {level.min()}")
    raised = (level / half) ** slope
    return raised / (1.0 + raised)


def usual(spend: Floats) -> float:
    """The mean over periods with spend, 0 where there is none: the unit of `Shape.half`."""
    spent = spend[spend > 0]
    return float(spent.mean()) if len(spent) else 0.0


def effect(spend: Floats, shape: Shape, unit: float) -> Floats:
    """(periods,), share of the largest effect, with `half` in `unit`s."""
    return saturate(adstock(spend, shape.carry), shape.half * unit, shape.slope)


@compiled
def _adstock(spend: Array, carry: float) -> Any:
    out = np.empty(spend.shape[0])
    level = 0.0
    for period in range(spend.shape[0]):
        level = carry * level + (1.0 - carry) * spend[period]
        out[period] = level
    return out
