"""An estimate beside the truth of a log in which the target policy itself ran."""

from __future__ import annotations

import math

import numpy as np

from magnetar.capabilities.measurement.intervals import Interval
from magnetar.capabilities.measurement.off_policy.bootstrap import bootstrap_ratio
from magnetar.capabilities.measurement.off_policy.estimators import Estimate
from magnetar.kernel.chance import Chance, Floats


def relative_error(estimate: Estimate, on_policy: Floats, seed: int = 0) -> Interval:
    """estimate ⁄ mean on-policy reward − 1, with a percentile interval in which both logs are drawn again.

    Undefined (NaN) where the on-policy rewards sum to nothing; without an interval where the estimate was not drawn again.
    """
    mean = float(np.mean(on_policy)) if len(on_policy) else 0.0
    if mean == 0.0:
        return Interval(math.nan, math.nan, math.nan, len(on_policy))
    value = estimate.value.mean / mean - 1.0
    if not len(estimate.draws):
        return Interval(value, math.nan, math.nan, len(on_policy))
    chance = Chance(seed).of("off-policy", "on-policy")
    rows = np.arange(len(on_policy))
    truth = bootstrap_ratio(on_policy, np.ones(len(on_policy)), rows, len(estimate.draws), chance)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = estimate.draws / truth - 1.0
    known = ratios[np.isfinite(ratios)]
    if len(known) < len(ratios) // 2:
        return Interval(value, math.nan, math.nan, len(on_policy))
    low, high = np.quantile(known, [0.025, 0.975])
    return Interval(value, float(low), float(high), len(on_policy))
