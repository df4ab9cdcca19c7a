"""The mix model: outcome = what sells anyway + Σ channels' returns × carried-over, saturated spend + noise.

Noise remembers its last value. The coefficient of a channel is its return on spend itself: its column is scaled so that it sums to the
channel's spend. What a series shows of a channel is not only its return: spend is raised when more is
sold anyway. So the series' coefficient is return + doubt, and only lift tests see the return alone:

  series:     slope_c = return_c + N(0, doubt²)
  lift test:  increment = return_c × (column summed over the test, with − without the spend) + N(0, error²)
  prior:      return_c ~ N(prior mean, prior sd²)

Doubt 0 believes the series as it stands. By default it is learned, from how far lift tests and series
disagree; without lift tests it stays what it is beforehand, and intervals are wide for that reason.

Sources: Jin et al. (2017), as in `shapes`; Zhang, Wurm, Wakim et al. (2023), Media Mix Model Calibration
With Bayesian Priors (return as the parameter); sampling in `sampling`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.measurement.intervals import Interval
from magnetar.capabilities.measurement.mmm.lift import LiftTest, check, seen
from magnetar.capabilities.measurement.mmm.sampling import sample
from magnetar.capabilities.measurement.mmm.series import Series, baseline
from magnetar.capabilities.measurement.mmm.shapes import DAILY_SHAPES, SHAPES, Shape, effect, usual
from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.kernel.errors import Refused

DOUBTS = tuple(itertools.product((-1.0, -0.5, -0.2, 0.0, 0.2, 0.5, 1.0), (0.05, 0.2, 0.5, 1.0)))
"""What the series shows beyond the returns, mean over channels and standard deviation between them; equally likely."""
MEMORIES = (0.0, 0.2, 0.4, 0.6, 0.8)
"""Correlation of a period's noise with the last one's; equally likely beforehand."""
CHAINS = 2


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a return on spend before any data."""

    mean: float = 1.0
    sd: float = 1.5
    doubt: float | None = None
    """Standard deviation of what the series shows beyond the return; None learns it, 0 trusts the series."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and math.isfinite(self.sd) and self.sd > 0):
            raise ValueError(f"a prior needs a finite mean and a positive sd, found {self.mean} ± {self.sd}")
        if self.doubt is not None and not (math.isfinite(self.doubt) and self.doubt >= 0):
            raise ValueError(f"doubt must not be negative, found {self.doubt}")


@dataclass(frozen=True, slots=True)
class Fit:
    """Draws from the posterior."""

    series: Series
    tests: tuple[LiftTest, ...]
    prior: Prior
    shapes: tuple[Shape, ...]
    unit: Floats
    """(channels,), mean spend of a period with spend."""
    roi: Floats
    """(draws, channels), outcome per unit of spend over the whole series; NaN for channels without spend."""
    slope: Floats
    """(draws, channels), what the series alone would say."""
    shape: Ints
    """(draws, channels), rows of `shapes`."""
    scale: Floats
    """(channels, shapes), largest effect of a period at a return of 1, in the outcome's unit."""
    noise: Floats
    """(draws,), standard deviation of the noise, in the outcome's unit."""
    memory: Floats
    """(draws,), correlation of a period's noise with the last one's."""
    fitted: Floats
    """(periods,), the mean of what the draws expect."""
    r_hat: Floats
    """(channels,), between and within chains; near 1 where they agree."""

    def interval(self, channel: int) -> Interval:
        """Median return of a channel with its 95 % credible interval; the mean is pulled up by the long tail above."""
        low, middle, high = np.quantile(self.roi[:, channel], [0.025, 0.5, 0.975])
        return Interval(float(middle), float(low), float(high), len(self.series))


def fit(
    series: Series,
    tests: Sequence[LiftTest] = (),
    prior: Prior | None = None,
    *,
    draws: int = 1_000,
    warm: int = 250,
    seed: int = 0,
    shapes: Sequence[Shape] | None = None,
) -> Fit:
    """Fit the model.

    Args:
        draws: kept in each of two chains, after `warm` sweeps.

    Raises:
        Refused: too few periods for what is asked, or an outcome that never changes.
        ValueError: a lift test does not fit the series.
    """
    prior = prior or Prior()
    shapes = tuple(shapes or (SHAPES if series.per_year < 100 else DAILY_SHAPES))
    check(tests, series)
    base, reach = baseline(series)
    spending = np.flatnonzero(series.spend.sum(axis=0) > 0)
    needed = base.shape[1] + 3 * len(spending)
    if len(series) < max(needed, 20):
        raise Refused(
            f"期数太少 · {len(series)} periods are too few for {len(spending)} channels and {base.shape[1]} columns of what "
            f"sells anyway; at least {max(needed, 20)} are needed. Add periods, or merge channels."
        )
    spread = float(series.outcome.std())
    if not spread > 1e-12 * max(1.0, abs(float(series.outcome.mean()))):
        raise Refused("销量从不变化 · The outcome never changes, so nothing can be learned from it.")
    if not len(spending):
        raise Refused("没有任何花费 · No channel has spent anything.")
    count, grid = len(series.channels), len(shapes)
    unit = np.array([usual(column) for column in series.spend.T])
    scale = np.full((count, grid), np.nan)
    columns = np.empty((len(spending), grid, len(series)))
    mean, slack, chance = (np.empty((len(spending), grid)) for _ in range(3))
    for row, channel in enumerate(spending.tolist()):
        spend = series.spend[:, channel]
        mine = [test for test in tests if test.channel == series.channels[channel]]
        for place, shape in enumerate(shapes):
            works = effect(spend, shape, unit[channel])
            scale[channel, place] = spend.sum() / works.sum()
            columns[row, place] = works * scale[channel, place] / spread
            moments = _after_tests(mine, spend, shape, float(unit[channel]), float(scale[channel, place]), prior)
            mean[row, place], slack[row, place], chance[row, place] = moments
    design = np.concatenate([base, columns.reshape(-1, len(series)).T], axis=1)
    outcome = series.outcome / spread
    grams, seens, wholes = _without_memory(design, outcome)
    doubts = np.array(DOUBTS if prior.doubt is None else [(0.0, prior.doubt)])
    chains = [
        sample(
            grams, seens, wholes, len(series) - 1, base.shape[1], 1.0 / reach**2, mean, slack, doubts,
            chance, warm, draws, Chance(seed).of("mmm", chain).key,
        )
        for chain in range(CHAINS)
    ]  # fmt: skip
    returns, slopes, places, noises, levels, memories = (np.concatenate(parts) for parts in zip(*chains, strict=True))
    roi, slope = np.full((len(returns), count), np.nan), np.full((len(returns), count), np.nan)
    where = np.zeros((len(returns), count), np.int64)
    roi[:, spending], slope[:, spending], where[:, spending] = returns, slopes, places
    fitted = base @ levels.mean(axis=0)
    for row in range(len(spending)):
        weight = np.bincount(places[:, row], slopes[:, row], grid) / len(returns)
        fitted = fitted + weight @ columns[row]
    r_hat = np.full(count, np.nan)
    r_hat[spending] = _r_hat(np.stack([chain[0] for chain in chains]))
    return Fit(
        series, tuple(tests), prior, shapes, unit, roi, slope, where, scale, np.sqrt(noises) * spread,
        np.array(MEMORIES)[memories], fitted * spread, r_hat,
    )  # fmt: skip


def _without_memory(design: Floats, outcome: Floats) -> tuple[Floats, Floats, Floats]:
    """X'X, X'y and y'y for each memory, after that share of the last period is taken off (Cochrane & Orcutt 1949)."""
    grams, seens, wholes = [], [], []
    for memory in MEMORIES:
        x, y = design[1:] - memory * design[:-1], outcome[1:] - memory * outcome[:-1]
        grams.append(x.T @ x)
        seens.append(x.T @ y)
        wholes.append(float(y @ y))
    return np.stack(grams), np.stack(seens), np.array(wholes)


def _after_tests(
    tests: Sequence[LiftTest], spend: Floats, shape: Shape, unit: float, scale: float, prior: Prior
) -> tuple[float, float, float]:
    """Mean and variance of a return given a shape and the lift tests, and the logarithm of the tests' evidence for the shape."""
    precision, pull = 1.0 / prior.sd**2, prior.mean / prior.sd**2
    for test in tests:
        column = seen(test, spend, shape, unit) * scale
        precision += (column / test.error) ** 2
        pull += column * test.increment / test.error**2
    mean = pull / precision
    evidence = -0.5 * math.log(precision * prior.sd**2) + 0.5 * (precision * mean**2 - (prior.mean / prior.sd) ** 2)
    return mean, 1.0 / precision, evidence


def _r_hat(chains: Floats) -> Floats:
    """(channels,), split R̂ of (chains, draws, channels). Source: Gelman et al., Bayesian Data Analysis, section 11.4."""
    half = chains.shape[1] // 2
    if half < 2:
        return np.full(chains.shape[2], np.nan)
    parts = np.concatenate([chains[:, :half], chains[:, half : 2 * half]])
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = parts.mean(axis=1).var(axis=0, ddof=1)
    return np.sqrt((half - 1) / half + between / np.maximum(within, 1e-300))
