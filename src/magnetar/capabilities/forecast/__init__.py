"""What is to come, from the platform's own log: traffic of the day and what impressions will cost."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.forecast.clearing import Clearing
    from magnetar.capabilities.forecast.landscape import BINS, Landscape, bin_of
    from magnetar.capabilities.forecast.traffic import TICKS_PER_DAY, Traffic
    from magnetar.capabilities.forecast.volume import Volume

__all__ = ["BINS", "TICKS_PER_DAY", "Clearing", "Landscape", "Traffic", "Volume", "bin_of"]

__getattr__ = lazily(
    __name__,
    {
        "clearing": ("Clearing",),
        "landscape": (
            "BINS",
            "Landscape",
            "bin_of",
        ),
        "traffic": (
            "TICKS_PER_DAY",
            "Traffic",
        ),
        "volume": ("Volume",),
    },
)
