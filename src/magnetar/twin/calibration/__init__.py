"""Fit a shop to its order log, play its next weeks, and say honestly how close that came."""

from magnetar.twin.calibration.calibrated import Calibration, calibration_of, load_calibration
from magnetar.twin.calibration.columns import OrderLog, collect
from magnetar.twin.calibration.judgement import Judgement, assess, calibrate_on
from magnetar.twin.calibration.score import Metric

__all__ = [
    "Calibration",
    "Judgement",
    "Metric",
    "OrderLog",
    "assess",
    "calibrate_on",
    "calibration_of",
    "collect",
    "load_calibration",
]
