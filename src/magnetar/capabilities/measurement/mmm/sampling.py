"""Draws from the posterior: shapes on their grid, coefficients integrated out, one channel at a time.

Given shapes, noise and doubt the model is linear and normal, so a channel's shape is drawn from its
exact conditional over the whole grid, with every coefficient integrated out. Coefficients, noise and
returns follow from their exact conditionals.

Source: Gibbs sampling over a grid, Ritter & Tanner (1992), JASA 87(419); the conjugate pieces are those
of Gelman et al., Bayesian Data Analysis, chapter 14.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from magnetar.kernel.chance import normal, uniform
from magnetar.kernel.compiled import Array, compiled, inlined

_DRAWS = 1 << 24
"""Draws of one sweep's stream that stay apart from the next one's."""


@compiled
def sample(
    grams: Array,
    seens: Array,
    wholes: Array,
    rows: int,
    base: int,
    precision: Array,
    mean: Array,
    slack: Array,
    doubts: Array,
    shapes: Array,
    warm: int,
    kept: int,
    key: Any,
) -> tuple[Any, Any, Any, Any, Any, Any]:
    """Draws of one chain.

    The columns of the regression are `base` columns, then a column for every channel and shape.

    Args:
        grams: (memories, columns, columns), X'X. seens: (memories, columns), X'y. wholes: (memories,), y'y, with y in
            standard deviations; of each, the last period × memory is taken off, so that what is left is independent.
        precision: (base,), prior precision of the baseline's coefficients, around 0.
        mean, slack: (channels, grid), mean and variance of a channel's return given the shape, from prior and lift tests.
        doubts: (grid of doubts, 2), mean and standard deviation of what the series shows beyond the returns.
        shapes: (channels, grid), logarithm of the prior × the evidence of the lift tests.

    Returns:
        Returns (kept, channels), series' coefficients (kept, channels), shapes (kept, channels), noise variance
        (kept,), baseline coefficients (kept, base), memory (kept,) as a row of `grams`.
    """  # fmt: skip
    channels, grid = mean.shape
    size = base + channels
    returns, slopes = np.empty((kept, channels)), np.empty((kept, channels))
    shape, noises, level = np.empty((kept, channels), np.int64), np.empty(kept), np.empty((kept, base))
    memories = np.empty(kept, np.int64)
    memory = int(uniform(key, channels + 1) * grams.shape[0])
    now = np.empty(channels, np.int64)
    for channel in range(channels):
        now[channel] = int(uniform(key, channel) * grid)
    doubt = doubts[int(uniform(key, channels) * doubts.shape[0])]
    noise = 0.3
    place = np.empty(size, np.int64)
    coefficient = np.empty(size)
    for sweep in range(warm + kept):
        at = (sweep + 1) * _DRAWS
        gram, seen = grams[memory], seens[memory]
        for channel in range(channels):
            _draw_shape(gram, seen, base, precision, mean, slack, shapes, noise, doubt, now, channel, key, at + channel)
        for one in range(base):
            place[one] = one
        for channel in range(channels):
            place[base + channel] = base + channel * grid + now[channel]
        if doubts.shape[0] > 1:
            chances = np.empty(doubts.shape[0])
            for one in range(doubts.shape[0]):
                _, _, chances[one] = _regress(gram, seen, base, precision, mean, slack, noise, doubts[one], now, place)
            doubt = doubts[_pick(chances, uniform(key, at + 1_000))]
        if grams.shape[0] > 1:
            chances = np.empty(grams.shape[0])
            for one in range(grams.shape[0]):
                _, _, chances[one] = _regress(
                    grams[one], seens[one], base, precision, mean, slack, noise, doubt, now, place
                )
                chances[one] -= 0.5 * wholes[one] / noise
            memory = _pick(chances, uniform(key, at + 1_001))
            gram, seen = grams[memory], seens[memory]
        lower, centre, _ = _regress(gram, seen, base, precision, mean, slack, noise, doubt, now, place)
        for one in range(size - 1, -1, -1):  # centre is L⁻¹r; the draw solves L'β = centre + z
            value = centre[one] + normal(key, at + 2_000 + one)
            for other in range(one + 1, size):
                value -= lower[other, one] * coefficient[other]
            coefficient[one] = value / lower[one, one]
        left = wholes[memory]
        for one in range(size):
            left -= 2.0 * coefficient[one] * seen[place[one]]
            for other in range(size):
                left += coefficient[one] * coefficient[other] * gram[place[one], place[other]]
        noise = (0.01 + 0.5 * max(left, 0.0)) / _gamma(1.0 + 0.5 * rows, key, at + 3_000)
        if sweep >= warm:
            row = sweep - warm
            noises[row], memories[row] = noise, memory
            for one in range(base):
                level[row, one] = coefficient[one]
            for channel in range(channels):
                middle, spread = mean[channel, now[channel]], slack[channel, now[channel]]
                slope = coefficient[base + channel]
                if doubt[1] > 0.0:
                    trust = spread / (spread + doubt[1] ** 2)
                    spread = spread * (1.0 - trust)
                    value = (
                        middle
                        + trust * (slope - doubt[0] - middle)
                        + np.sqrt(spread) * normal(key, at + 10_000 + channel)
                    )
                else:
                    value = slope - doubt[0]
                returns[row, channel], slopes[row, channel], shape[row, channel] = value, slope, now[channel]
    return returns, slopes, shape, noises, level, memories


@compiled
def _draw_shape(
    gram: Array, seen: Array, base: int, precision: Array, mean: Array, slack: Array, shapes: Array, noise: float,
    doubt: Array, now: Array, channel: int, key: Any, draw: int,
) -> Any:  # fmt: skip
    """Draw one channel's shape; the factor of all other columns is made once and serves the whole grid."""
    channels, grid = mean.shape
    others = base + channels - 1
    place, pull, weight = np.empty(others, np.int64), np.empty(others), np.empty(others)
    for one in range(base):
        place[one], weight[one], pull[one] = one, precision[one], 0.0
    row = base
    for other in range(channels):
        if other != channel:
            place[row] = base + other * grid + now[other]
            weight[row] = 1.0 / (slack[other, now[other]] + doubt[1] ** 2)
            pull[row] = (mean[other, now[other]] + doubt[0]) * weight[row]
            row += 1
    lower = np.empty((others, others))
    reach = np.empty(others)
    for one in range(others):
        for other in range(one + 1):
            value = gram[place[one], place[other]] / noise + (weight[one] if one == other else 0.0)
            for below in range(other):
                value -= lower[one, below] * lower[other, below]
            lower[one, other] = np.sqrt(max(value, 1e-12)) if one == other else value / lower[other, other]
        value = seen[place[one]] / noise + pull[one]
        for below in range(one):
            value -= lower[one, below] * reach[below]
        reach[one] = value / lower[one, one]
    first = base + channel * grid
    solved, own, drawn, chances = np.empty((others, grid)), np.empty(grid), np.empty(grid), np.empty(grid)
    for one in range(grid):
        spread = slack[channel, one] + doubt[1] ** 2
        own[one] = gram[first + one, first + one] / noise + 1.0 / spread
        drawn[one] = seen[first + one] / noise + (mean[channel, one] + doubt[0]) / spread
    for one in range(others):  # candidates innermost, side by side in memory
        row, solution = gram[place[one]], solved[one]
        for candidate in range(grid):
            solution[candidate] = row[first + candidate] / noise
        for below in range(one):
            factor, earlier = lower[one, below], solved[below]
            for candidate in range(grid):
                solution[candidate] -= factor * earlier[candidate]
        factor, far = 1.0 / lower[one, one], reach[one]
        for candidate in range(grid):
            solution[candidate] *= factor
            own[candidate] -= solution[candidate] * solution[candidate]
            drawn[candidate] -= solution[candidate] * far
    for one in range(grid):
        spread = slack[channel, one] + doubt[1] ** 2
        middle = mean[channel, one] + doubt[0]
        left = max(own[one], 1e-12)
        chances[one] = (
            0.5 * drawn[one] * drawn[one] / left
            - 0.5 * np.log(left * spread)
            - 0.5 * middle * middle / spread
            + shapes[channel, one]
        )
    now[channel] = _pick(chances, uniform(key, draw))


@compiled
def _regress(
    gram: Array, seen: Array, base: int, precision: Array, mean: Array, slack: Array, noise: float, doubt: Array,
    now: Array, place: Array,
) -> tuple[Any, Any, Any]:  # fmt: skip
    """Cholesky factor L of the posterior precision, L⁻¹ of its pull, and the logarithm of the evidence but for constants."""
    size = place.shape[0]
    lower, reach = np.empty((size, size)), np.empty(size)
    evidence = 0.0
    for one in range(size):
        if one < base:
            weight, pull = precision[one], 0.0
        else:
            channel = one - base
            weight = 1.0 / (slack[channel, now[channel]] + doubt[1] ** 2)
            middle = mean[channel, now[channel]] + doubt[0]
            pull = middle * weight
            evidence += 0.5 * np.log(weight) - 0.5 * pull * middle
        for other in range(one + 1):
            value = gram[place[one], place[other]] / noise + (weight if one == other else 0.0)
            for below in range(other):
                value -= lower[one, below] * lower[other, below]
            lower[one, other] = np.sqrt(max(value, 1e-12)) if one == other else value / lower[other, other]
        value = seen[place[one]] / noise + pull
        for below in range(one):
            value -= lower[one, below] * reach[below]
        reach[one] = value / lower[one, one]
        evidence += 0.5 * reach[one] * reach[one] - np.log(lower[one, one])
    return lower, reach, evidence


@inlined
def _pick(chances: Array, luck: float) -> int:
    """A row by the exponential of its value."""
    most = chances.max()
    total = 0.0
    for row in range(chances.shape[0]):
        total += np.exp(chances[row] - most)
    wanted = luck * total
    for row in range(chances.shape[0]):
        wanted -= np.exp(chances[row] - most)
        if wanted < 0.0:
            return row
    return chances.shape[0] - 1


@inlined
def _gamma(shape: float, key: Any, draw: int) -> float:
    """A gamma draw with rate 1; shape at least 1. Source: Marsaglia & Tsang (2000), ACM TOMS 26(3)."""
    d = shape - 1.0 / 3.0
    c = 1.0 / np.sqrt(9.0 * d)
    for attempt in range(1_000):
        x = normal(key, draw + 2 * attempt)
        v = (1.0 + c * x) ** 3
        if v > 0.0 and np.log(1.0 - uniform(key, draw + 2 * attempt + 1)) < 0.5 * x * x + d - d * v + d * np.log(v):
            return d * v
    return d
