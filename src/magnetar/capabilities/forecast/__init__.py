"""What is to come, from the platform's own log: traffic of the day and what impressions will cost."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.forecast.landscape import BINS, Landscape, bin_of
    from magnetar.capabilities.forecast.traffic import TICKS_PER_DAY, Traffic

__all__ = ["BINS", "TICKS_PER_DAY", "Landscape", "Traffic", "bin_of"]

__getattr__ = lazily(
    __name__,
    {
        "landscape": (
            "BINS",
            "Landscape",
            "bin_of",
        ),
        "traffic": (
            "TICKS_PER_DAY",
            "Traffic",
        ),
    },
)
