"""Light MMM: what each channel's spend brought, from weekly or daily totals and lift tests, and where the next yuan goes."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.measurement.mmm.budget import Advice, advise, response
    from magnetar.capabilities.measurement.mmm.identification import Finding, findings
    from magnetar.capabilities.measurement.mmm.lift import LiftTest
    from magnetar.capabilities.measurement.mmm.model import Fit, Prior, fit
    from magnetar.capabilities.measurement.mmm.reading import read_lift_tests, read_series
    from magnetar.capabilities.measurement.mmm.report import as_json
    from magnetar.capabilities.measurement.mmm.series import Series
    from magnetar.capabilities.measurement.mmm.shapes import SHAPES, adstock, saturate

__all__ = [
    "SHAPES",
    "Advice",
    "Finding",
    "Fit",
    "LiftTest",
    "Prior",
    "Series",
    "adstock",
    "advise",
    "as_json",
    "findings",
    "fit",
    "read_lift_tests",
    "read_series",
    "response",
    "saturate",
]

__getattr__ = lazily(
    __name__,
    {
        "budget": ("Advice", "advise", "response"),
        "identification": ("Finding", "findings"),
        "lift": ("LiftTest",),
        "model": ("Fit", "Prior", "fit"),
        "reading": ("read_lift_tests", "read_series"),
        "report": ("as_json",),
        "series": ("Series",),
        "shapes": ("SHAPES", "adstock", "saturate"),
    },
)
