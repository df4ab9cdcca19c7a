"""What it brought: experiments that respect interference, paired differences with intervals, and the merchant's money by source."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.measurement.attribution import Credit, Journeys, attribute, gather
    from magnetar.capabilities.measurement.experiments.assignment import GHOST, Splits, kept_from, no_splits
    from magnetar.capabilities.measurement.experiments.designs import Design, Experiment, Lever
    from magnetar.capabilities.measurement.experiments.estimates import Estimate
    from magnetar.capabilities.measurement.experiments.events import ExperimentEnded, ExperimentStarted, Withheld
    from magnetar.capabilities.measurement.experiments.service import Experiments
    from magnetar.capabilities.measurement.intervals import (
        Interval,
        mean_interval,
        ratio_interval,
        share_interval,
        student_quantile,
    )
    from magnetar.capabilities.measurement.tally import Tally

__all__ = [
    "GHOST", "Credit", "Design", "Estimate", "Experiment", "ExperimentEnded", "ExperimentStarted", "Experiments",
    "Interval", "Journeys", "Lever", "Splits", "Tally", "Withheld", "attribute", "gather", "kept_from", "mean_interval",
    "no_splits", "ratio_interval", "share_interval", "student_quantile",
]  # fmt: skip

__getattr__ = lazily(
    __name__,
    {
        "attribution": ("Credit", "Journeys", "attribute", "gather"),
        "experiments.assignment": ("GHOST", "Splits", "kept_from", "no_splits"),
        "experiments.designs": ("Design", "Experiment", "Lever"),
        "experiments.estimates": ("Estimate",),
        "experiments.events": ("ExperimentEnded", "ExperimentStarted", "Withheld"),
        "experiments.service": ("Experiments",),
        "intervals": ("Interval", "mean_interval", "ratio_interval", "share_interval", "student_quantile"),
        "tally": ("Tally",),
    },
)
