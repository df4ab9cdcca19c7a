"""What an experiment shows: the recommended estimator of its design, with all that is needed to judge it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.measurement.experiments.blocks import Blocks
from magnetar.capabilities.measurement.experiments.clusters import clustered
from magnetar.capabilities.measurement.experiments.designs import Design, Experiment
from magnetar.capabilities.measurement.experiments.effects import Effect, cuped, per_spend
from magnetar.capabilities.measurement.experiments.panel import Totals
from magnetar.capabilities.measurement.experiments.sequential import (
    always_valid,
    detectable,
    imbalance_p,
    sample_ratio_p,
)
from magnetar.capabilities.measurement.experiments.switchbacks import paired_blocks
from magnetar.capabilities.measurement.intervals import Interval
from magnetar.kernel.chance import Floats

UNEVEN = 0.001
"""Below this the arms are not what was planned, and the estimate is not to be read."""

_METHODS = {
    Design.HOLDOUT: ("按用户留存对照, 幽灵出价", "holdout by shopper, ghost bids"),
    Design.REGIONS: ("按地区留存对照, 聚类稳健", "holdout by region, jackknife over regions"),
    Design.BUDGET_SPLIT: ("预算与用户对半拆分", "budget and shoppers split"),
    Design.SWITCHBACK: ("时段轮换", "switchback"),
    Design.AB: ("普通 A/B, 未处理干扰", "plain A/B, blind to interference"),
    Design.AA: ("A/A 检验", "A/A check"),
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """One experiment's answer. Money in currency units."""

    experiment: str
    design: Design
    method: tuple[str, str]
    """In Chinese and in English: by what the figure was come by."""
    incremental_gmv: Interval
    """What the treated arm sold more in all than it would have sold like the control."""
    per_unit: Interval
    """The same for one shopper, or for one tick under a switchback."""
    error: float
    """Standard error of `incremental_gmv`."""
    always_valid: Interval
    """As `incremental_gmv`, but it may be looked at every day; stop when it leaves 0. Undefined on the first day."""
    incremental_roi: Interval
    """Per currency unit spent on the treated; under a budget split and a switchback of bidders NaN."""
    spend: float
    control: int
    """Shoppers, or blocks, in the control arm."""
    treated: int
    sample_ratio_p: float
    """How likely arms of these sizes are; NaN where their sizes are exact by design."""
    imbalance_p: float
    """How likely the arms differ as much in what was known before; NaN for regions and blocks."""
    detectable: float
    """The incremental GMV that this much data tells from 0 four times in five."""

    @property
    def readable(self) -> bool:
        """Whether the arms are what was planned, in size and in what was known before."""
        return not (self.sample_ratio_p < UNEVEN or self.imbalance_p < UNEVEN)


def estimate_units(experiment: Experiment, units: Totals) -> Estimate:
    """From shoppers, by the design's recommended estimator."""
    arm = units.arm
    control, treated = int((arm == 0).sum()), int((arm == 1).sum())
    before = covariates(units)
    if experiment.design is Design.REGIONS:
        effect = clustered(arm, units.region, units.gmv, before)
        uneven = (math.nan, math.nan)  # regions differ in size; their number is exact by design
    else:
        effect = cuped(arm, units.gmv, before)
        uneven = sample_ratio_p(control, treated, experiment.share), imbalance_p(arm, before)
    # under a budget split the question is what everybody would buy; else what the campaign brought to those it reached
    many = control + treated if experiment.design is Design.BUDGET_SPLIT else treated
    spends = experiment.design in (Design.HOLDOUT, Design.REGIONS, Design.AB)
    return _estimate(
        experiment,
        effect,
        float(many),
        per_spend(arm, units.gmv, units.spend).interval() if spends else _undefined(len(arm)),
        float(units.spend.sum()),
        (control, treated),
        uneven,
    )


def estimate_blocks(experiment: Experiment, blocks: Blocks) -> Estimate:
    """From a switchback's ticks."""
    block, arm, gmv, spend = blocks.table()
    counted = [len(np.unique(block[arm == one])) for one in (0, 1)]
    effect = paired_blocks(block, arm, gmv)
    ticks = float((arm == 1).sum())
    return _estimate(
        experiment,
        effect,
        ticks,
        _undefined(effect.n),
        float(spend.sum()),
        (counted[0], counted[1]),
        (math.nan, math.nan),
    )


def covariates(units: Totals) -> Floats:
    """(units, 2), how active shoppers were and how much they bought before they entered, on a log scale."""
    return np.stack([np.log1p(units.pages_before), np.log1p(units.gmv_before)], axis=1)


def _undefined(n: int) -> Interval:
    return Interval(float("nan"), float("nan"), float("nan"), n)


def _estimate(
    experiment: Experiment,
    effect: Effect,
    many: float,
    roi: Interval,
    spend: float,
    arms: tuple[int, int],
    uneven: tuple[float, float],
) -> Estimate:
    total = Effect(effect.value * many, effect.error * many, effect.freedom, effect.n)
    planned = experiment.planned_error
    steady = always_valid(total, planned) if planned > 0.0 else Interval(total.value, math.nan, math.nan, total.n)
    return Estimate(
        experiment=experiment.id,
        design=experiment.design,
        method=_METHODS[experiment.design],
        incremental_gmv=total.interval(),
        per_unit=effect.interval(),
        error=total.error,
        always_valid=steady,
        incremental_roi=roi,
        spend=spend,
        control=arms[0],
        treated=arms[1],
        sample_ratio_p=uneven[0],
        imbalance_p=uneven[1],
        detectable=detectable(total.error),
    )
