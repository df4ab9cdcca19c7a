"""What is to come, from the platform's own log: traffic of the day and what impressions will cost."""

from magnetar.capabilities.forecast.landscape import BINS, Landscape, bin_of
from magnetar.capabilities.forecast.traffic import TICKS_PER_DAY, Traffic

__all__ = ["BINS", "TICKS_PER_DAY", "Landscape", "Traffic", "bin_of"]
