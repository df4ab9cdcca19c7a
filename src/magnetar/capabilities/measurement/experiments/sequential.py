"""Looking early without fooling oneself: intervals that hold at every look, and checks to make at each."""

from __future__ import annotations

import math

import numpy as np

from magnetar.capabilities.measurement.experiments.effects import Effect, difference
from magnetar.capabilities.measurement.intervals import Interval
from magnetar.kernel.chance import Floats, Ints


def always_valid(total: Effect, planned_error: float, alpha: float = 0.05) -> Interval:
    """An interval that holds the truth at all looks together with probability 1 − alpha.

    A total effect (treated units × mean difference) grows order by order: as the experiment runs it moves like
    Brownian motion whose clock is the square of its standard error, so a normal mixture bounds it at all times at
    once. Stop when the interval leaves 0. A mean of a fixed number of units has no such clock: give a total.

    Args:
        total: what an estimator says by now, as a total.
        planned_error: the standard error at which the interval should be tightest, chosen before the first look
            and kept; choosing it anew at every look would break the promise.
        alpha: chance of ever being wrong.

    Source: Robbins (1970), Annals of Mathematical Statistics 41(5), for the mixture; Waudby-Smith, Arbour, Sinha,
    Kennedy & Ramdas (2024), Annals of Statistics 52(6), for its use with estimated errors; the mixture's scale
    after Howard, Ramdas, McAuliffe & Sekhon (2021), Annals of Statistics 49(2), section 3.5.

    >>> one = always_valid(Effect(300.0, 100.0, 1000.0, 1000), planned_error=100.0)
    >>> round(one.low), round(one.high)
    (-4, 604)
    """
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha lies in (0, 1), found {alpha!r}")
    if not planned_error > 0.0:
        raise ValueError(f"the planned error must be above 0, found {planned_error!r}")
    if not math.isfinite(total.error) or total.error <= 0.0:
        return Interval(total.value, math.nan, math.nan, total.n)
    clock = total.error**2
    scale = planned_error**2 / (-2.0 * math.log(alpha) + math.log(1.0 - 2.0 * math.log(alpha)))
    together = clock + scale
    half = math.sqrt(together * (math.log(together / scale) - 2.0 * math.log(alpha)))
    return Interval(total.value, total.value - half, total.value + half, total.n)


def sample_ratio_p(control: int, treated: int, share: float) -> float:
    """How likely a split at least this uneven is, if the control arm's share is what was planned.

    Below 0.001 something is wrong with the assignment or the counting, and the estimate is not to be read
    (Fabijan et al. 2019, KDD). NaN where nobody took part.

    Args:
        control: units counted in the control arm.
        treated: units counted in the other.
        share: planned share of the control arm, in (0, 1).

    >>> round(sample_ratio_p(460, 540, 0.5), 3)
    0.011
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"the control arm's share lies in (0, 1), found {share!r}")
    count = control + treated
    if control < 0 or treated < 0:
        raise ValueError(f"counts are at least 0, found {control} and {treated}")
    if count == 0:
        return math.nan
    return math.erfc(abs(control - count * share) / math.sqrt(2.0 * count * share * (1.0 - share)))


def imbalance_p(arm: Ints, before: Floats) -> float:
    """How likely covariates that were fixed before are at least this uneven between the arms.

    The largest of the covariates' differences, each in units of its error, with Bonferroni's correction. Below
    0.001 something that should have been known before was touched by the experiment, and adjusting for it misleads.
    NaN where an arm has fewer than two units or nothing varies.

    Args:
        arm: (units,), 0 or 1.
        before: (units, covariates).
    """
    found = [difference(arm, column) for column in np.asarray(before, np.float64).T]
    sizes = [abs(one.value) / one.error for one in found if one.error > 0.0]
    if not sizes:
        return math.nan
    return min(1.0, len(sizes) * math.erfc(max(sizes) / math.sqrt(2.0)))


_POWER = 0.8416212335729143
"""The 0.8 quantile of the standard normal."""
_SIDED = 1.959963984540054


def detectable(error: float) -> float:
    """The effect that a 95 % interval would tell from 0 four times in five, at this standard error."""
    return (_SIDED + _POWER) * error


def units_needed(effect: float, spread: float, share: float) -> int:
    """Units of both arms together for four chances in five to see an effect.

    Args:
        effect: mean difference to be seen, other than 0.
        spread: standard deviation of the outcome of a unit.
        share: of the control arm, in (0, 1).

    Source: the usual normal power calculation, e.g. Imbens & Rubin (2015), chapter 6.

    >>> units_needed(effect=1.0, spread=10.0, share=0.5)
    3140
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"the control arm's share lies in (0, 1), found {share!r}")
    if effect == 0 or not math.isfinite(effect) or not spread >= 0.0:
        raise ValueError(
            f"an effect other than 0 and a spread of at least 0 are needed, found {effect!r} and {spread!r}"
        )
    return math.ceil(((_SIDED + _POWER) * spread / effect) ** 2 / (share * (1.0 - share)))
