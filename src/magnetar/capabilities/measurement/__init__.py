"""What it brought: paired differences with intervals, and the merchant's money by source."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.measurement.intervals import (
        Interval,
        mean_interval,
        ratio_interval,
        share_interval,
        student_quantile,
    )
    from magnetar.capabilities.measurement.tally import Tally

__all__ = ["Interval", "Tally", "mean_interval", "ratio_interval", "share_interval", "student_quantile"]

__getattr__ = lazily(
    __name__,
    {
        "intervals": (
            "Interval",
            "mean_interval",
            "ratio_interval",
            "share_interval",
            "student_quantile",
        ),
        "tally": ("Tally",),
    },
)
