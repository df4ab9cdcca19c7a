"""Effects from units that were randomised one by one: pure functions on arrays.

A unit is a shopper. `arm` is (units,), 0 control and 1 treated; `outcome` is (units,), any unit of
measure, e.g. currency a shopper; covariates were known before the unit entered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.measurement.intervals import Interval, student_quantile
from magnetar.kernel.chance import Floats, Ints

Arms = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Effect:
    """An estimated effect with its standard error; NaN where it is not defined."""

    value: float
    error: float
    freedom: float
    """Degrees of freedom of the Student interval."""
    n: int
    """Units, clusters or pairs of blocks that it rests on."""

    def interval(self, scale: float = 1.0) -> Interval:
        """The 95 % interval of `scale` times the effect."""
        value = self.value * scale
        if not math.isfinite(self.error) or self.freedom < 1:
            return Interval(value, math.nan, math.nan, self.n)
        half = student_quantile(max(1, int(self.freedom))) * self.error * abs(scale)
        return Interval(value, value - half, value + half, self.n)


NOTHING = Effect(math.nan, math.nan, math.nan, 0)


def _two_arms(arm: Ints, outcome: Floats) -> tuple[Floats, Floats] | None:
    """Outcomes of control and treated; None where an arm has fewer than two units.

    Raises:
        ValueError: the columns differ in length, an arm is neither 0 nor 1, or an outcome is not finite.
    """
    arm, outcome = np.asarray(arm), np.asarray(outcome, np.float64)
    if arm.shape != outcome.shape or arm.ndim != 1:
        raise ValueError(f"arm and outcome must be columns of one length, found {arm.shape} and {outcome.shape}")
    if len(arm) and not np.isin(arm, (0, 1)).all():
        raise ValueError(f"an arm is 0 or 1, found {np.unique(arm)[:5].tolist()}")
    if not np.isfinite(outcome).all():
        raise ValueError(f"outcomes must be finite, found {int((~np.isfinite(outcome)).sum())} that are not")
    control, treated = outcome[arm == 0], outcome[arm == 1]
    return None if len(control) < 2 or len(treated) < 2 else (control, treated)


def _squared_error(values: Floats, lost: float = 0.0) -> tuple[float, float]:
    """Squared error of a mean, and for how many degrees of freedom it counts.

    Of normal values it is n − 1; of values with heavier tails, as purchases have, the variance is known less well:
    2 ⁄ (excess kurtosis ⁄ n + 2 ⁄ (n − 1)), from the variance of a sample variance (Cramér 1946, section 27.4).
    """
    count = len(values)
    centred = values - values.mean()
    largest = float(np.abs(centred).max())
    if largest <= 0.0:
        return 0.0, float(count - 1)
    scaled = (centred / largest) ** 2
    squares = float(scaled.sum())
    kurtosis = count * float(scaled @ scaled) / squares**2
    freedom = 2.0 / (max(kurtosis - 3.0, 0.0) / count + 2.0 / (count - 1))
    return squares * largest**2 / max(count - 1 - lost, 1.0) / count, freedom


def _together(*arms: tuple[float, float]) -> tuple[float, float]:
    """Error of a difference of means, and its degrees of freedom after Welch and Satterthwaite."""
    total = sum(square for square, _ in arms)
    spread = sum(square**2 / freedom for square, freedom in arms)
    freedom = total**2 / spread if spread > 0.0 else sum(freedom for _, freedom in arms)
    return math.sqrt(total), float(freedom)


def difference(arm: Ints, outcome: Floats) -> Effect:
    """Mean outcome of the treated less that of the control.

    Source: Neyman (1923); degrees of freedom after Welch (1947), Biometrika 34, with tails taken into account.

    >>> difference(np.array([0, 0, 1, 1]), np.array([1.0, 3.0, 4.0, 6.0])).value
    3.0
    """
    arms = _two_arms(arm, outcome)
    if arms is None:
        return NOTHING
    control, treated = arms
    error, freedom = _together(_squared_error(control), _squared_error(treated))
    return Effect(float(treated.mean() - control.mean()), error, freedom, len(arm))


def cuped(arm: Ints, outcome: Floats, before: Floats) -> Effect:
    """The difference, with what covariates from before the experiment explain taken out.

    One slope per covariate, pooled within arms: the outcome less slope × (covariate − its mean) has the same
    expectation in each arm and less noise. A covariate that explains nothing costs one degree of freedom.

    Args:
        arm: (units,).
        outcome: (units,).
        before: (units,) or (units, covariates); columns that do not vary are ignored.

    Source: Deng, Xu, Kohavi & Walker (2013), WSDM.
    """
    arms = _two_arms(arm, outcome)
    if arms is None:
        return NOTHING
    arm, outcome = np.asarray(arm), np.asarray(outcome, np.float64)
    x = np.asarray(before, np.float64).reshape(len(arm), -1)
    if not np.isfinite(x).all():
        raise ValueError(
            "covariates must be finite; fill what is missing with a constant and add a column that says so"
        )
    x = x[:, x.std(axis=0) > 1e-12 * (1.0 + np.abs(x).max(axis=0, initial=0.0))]
    if not x.shape[1] or len(arm) <= x.shape[1] + 4:
        return difference(arm, outcome)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    within, left = x.copy(), outcome.copy()
    for one in (0, 1):
        within[arm == one] -= x[arm == one].mean(axis=0)
        left[arm == one] -= outcome[arm == one].mean()
    slope = np.linalg.lstsq(within, left, rcond=None)[0]
    residual = outcome - x @ slope
    control, treated = residual[arm == 0], residual[arm == 1]
    lost = x.shape[1] / 2  # the slopes' degrees of freedom, shared between the arms
    first, second = _squared_error(control, lost), _squared_error(treated, lost)
    error, freedom = _together(first, second)
    # by how much the adjustment itself may be off: chance differences of the covariates between the arms
    gap = x[arm == 1].mean(axis=0) - x[arm == 0].mean(axis=0)
    noise = (first[0] * len(control) ** 2 + second[0] * len(treated) ** 2) / len(arm)
    slopes = float(gap @ np.linalg.pinv(within.T @ within) @ gap) * noise
    return Effect(float(treated.mean() - control.mean()), math.sqrt(error**2 + slopes), freedom, len(arm))


def stratified(arm: Ints, outcome: Floats, stratum: Ints) -> Effect:
    """The difference within strata known beforehand, each weighed by its share of all units.

    Strata that lack two units in an arm are merged into one; where that lacks them too, they are left out.

    Source: Miratrix, Sekhon & Yu (2013), JRSS B 75(2), post-stratification.
    """
    arms = _two_arms(arm, outcome)
    if arms is None:
        return NOTHING
    arm, outcome = np.asarray(arm), np.asarray(outcome, np.float64)
    _, place = np.unique(np.asarray(stratum), return_inverse=True)
    count = int(place.max()) + 1
    cells = np.zeros((2, count))
    for one in (0, 1):
        cells[one] = np.bincount(place[arm == one], minlength=count)
    thin: NDArray[np.bool_] = np.min(cells, axis=0) < 2
    if thin.any():
        place = np.where(thin[place], count, place)
    value, weight_used = 0.0, 0
    parts: list[tuple[float, float]] = []
    for one in np.unique(place):
        inside = place == one
        control, treated = outcome[inside & (arm == 0)], outcome[inside & (arm == 1)]
        if len(control) < 2 or len(treated) < 2:
            continue
        weight = int(inside.sum())
        value += weight * float(treated.mean() - control.mean())
        parts += [(weight**2 * square, freedom) for square, freedom in map(_squared_error, (control, treated))]
        weight_used += weight
    if not weight_used:
        return NOTHING
    error, freedom = _together(*parts)
    return Effect(value / weight_used, error / weight_used, freedom, weight_used)


def ratio(arm: Ints, over: Floats, under: Floats) -> Effect:
    """Difference of two ratios of sums, e.g. GMV per impression, by the delta method.

    Each arm's ratio is Σ over ⁄ Σ under; its squared error is the variance of (over − ratio × under) ⁄ mean
    under, by the number of units; a unit that makes up much of `under` counts as the jackknife would count it.
    Undefined where an arm's `under` does not sum to more than nothing.

    Source: Deng, Knoblich & Lu (2018), KDD, section 2.
    """
    arm, over, under = np.asarray(arm), np.asarray(over, np.float64), np.asarray(under, np.float64)
    if _two_arms(arm, over) is None or _two_arms(arm, under) is None:
        return NOTHING
    value: list[float] = []
    squares: list[tuple[float, float]] = []
    for one in (0, 1):
        top, bottom = over[arm == one], under[arm == one]
        whole = float(bottom.sum())
        if whole <= 0.0:
            return NOTHING
        value.append(float(top.sum()) / whole)
        left = np.maximum(1.0 - bottom / whole, 1e-3)  # what a unit's own weight hides of its deviation
        squares.append(_squared_error((top - value[-1] * bottom) / left / bottom.mean()))
    error, freedom = _together(*squares)
    return Effect(value[1] - value[0], error, freedom, len(arm))


def per_spend(arm: Ints, outcome: Floats, spend: Floats) -> Effect:
    """What the treated bought more than the control, per unit of what was spent on them: incremental ROI.

    (mean outcome of treated − of control) ⁄ mean spend of treated, by the delta method; spend and outcome of a
    shopper go together, which the error takes into account.
    """
    arms = _two_arms(arm, outcome)
    arm, spend = np.asarray(arm), np.asarray(spend, np.float64)
    if arms is None or spend[arm == 1].sum() <= 0.0:
        return NOTHING
    control, treated = arms
    paid = spend[arm == 1]
    value = float((treated.mean() - control.mean()) / paid.mean())
    error, freedom = _together(_squared_error(control), _squared_error(treated - value * paid))
    return Effect(value, error / float(paid.mean()), freedom, len(arm))
