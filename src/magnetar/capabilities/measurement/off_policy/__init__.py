"""Off-policy evaluation: what another policy would have earned, from the log of the one that ran."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.measurement.off_policy.beside import relative_error
    from magnetar.capabilities.measurement.off_policy.bootstrap import bootstrap_ratio
    from magnetar.capabilities.measurement.off_policy.estimators import ESTIMATORS, RECOMMENDED, Estimate, evaluate
    from magnetar.capabilities.measurement.off_policy.logs import BanditLog, pooled_propensity
    from magnetar.capabilities.measurement.off_policy.overlap import Overlap, assess
    from magnetar.capabilities.measurement.off_policy.reading import LoggedTable, read_log, read_target
    from magnetar.capabilities.measurement.off_policy.rewards import cross_fitted
    from magnetar.capabilities.measurement.off_policy.slates import SLATE_ESTIMATORS, SlateLog, evaluate_slates

__all__ = [
    "ESTIMATORS",
    "RECOMMENDED",
    "SLATE_ESTIMATORS",
    "BanditLog",
    "Estimate",
    "LoggedTable",
    "Overlap",
    "SlateLog",
    "assess",
    "bootstrap_ratio",
    "cross_fitted",
    "evaluate",
    "evaluate_slates",
    "pooled_propensity",
    "read_log",
    "read_target",
    "relative_error",
]

__getattr__ = lazily(
    __name__,
    {
        "beside": ("relative_error",),
        "bootstrap": ("bootstrap_ratio",),
        "estimators": ("ESTIMATORS", "RECOMMENDED", "Estimate", "evaluate"),
        "logs": ("BanditLog", "pooled_propensity"),
        "overlap": ("Overlap", "assess"),
        "reading": ("LoggedTable", "read_log", "read_target"),
        "rewards": ("cross_fitted",),
        "slates": ("SLATE_ESTIMATORS", "SlateLog", "evaluate_slates"),
    },
)
