"""Draws that a shop's model needs beyond the kernel's uniform and normal ones; each is a hash of its stream."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from magnetar.kernel.chance import Floats, fold, normal, uniform
from magnetar.kernel.compiled import compiled, inlined


@compiled
def gamma(stream: np.uint64, shape: float) -> float:
    """A gamma draw with scale 1; the mean is the shape, which is positive.

    Source:
        Marsaglia & Tsang (2000), ACM TOMS 26(3); shapes below 1 by their boost.
    """
    boost = 1.0
    if shape < 1.0:
        boost = (1.0 - uniform(stream, 1)) ** (1.0 / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    part = 2
    while True:
        x = normal(stream, part)
        v = (1.0 + c * x) ** 3
        u = 1.0 - uniform(stream, part + 1)
        part += 2
        if v > 0.0 and math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
            return boost * d * v


@compiled
def beta(stream: np.uint64, first: float, second: float) -> float:
    """A beta draw; its mean is first / (first + second)."""
    x = gamma(fold(stream, 1), first)
    y = gamma(fold(stream, 2), second)
    return x / (x + y) if x + y > 0.0 else first / (first + second)


@compiled
def poisson(stream: np.uint64, mean: float) -> int:
    """A Poisson draw, exact for every mean.

    Source:
        Ahrens & Dieter (1974), Computing 12: a gamma step while the mean is large, then products of uniforms.
    """
    found, level = 0, 0
    while mean > 16.0:
        level += 1
        here = fold(stream, level)
        steps = int(mean * 0.875)
        reached = gamma(fold(here, 1), float(steps))
        if reached > mean:
            kept = mean / reached
            for place in range(steps - 1):
                if uniform(here, 2 + place) < kept:
                    found += 1
            return found
        found += steps
        mean -= reached
    limit, product, place = math.exp(-mean), 1.0, 0
    last = fold(stream, 0)
    while True:
        product *= 1.0 - uniform(last, place)
        if product <= limit:
            return found + place
        place += 1


@inlined
def pick(cumulative: Floats, start: Any, end: Any, at: float) -> int:
    """Where a draw falls among cumulative weights: the first place in [start, end) whose sum exceeds `at`.

    `at` is in [0, 1) of the weight that lies between start and end.
    """
    below = cumulative[start - 1] if start > 0 else 0.0
    target = below + at * (cumulative[end - 1] - below)
    low, high = start, end - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] > target:
            high = middle
        else:
            low = middle + 1
    return low
