"""Attribution: how much credit a rule gives each channel for orders that followed its touches. Credit, not cause."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.measurement.attribution.credit import LABEL, RULES, Credit, attribute
    from magnetar.capabilities.measurement.attribution.journeys import Journeys, gather
    from magnetar.capabilities.measurement.attribution.markov import removal_effects
    from magnetar.capabilities.measurement.attribution.reading import read_journeys
    from magnetar.capabilities.measurement.attribution.report import as_json
    from magnetar.capabilities.measurement.attribution.shapley import shapley_credit, shapley_values

__all__ = [
    "LABEL",
    "RULES",
    "Credit",
    "Journeys",
    "as_json",
    "attribute",
    "gather",
    "read_journeys",
    "removal_effects",
    "shapley_credit",
    "shapley_values",
]

__getattr__ = lazily(
    __name__,
    {
        "credit": ("LABEL", "RULES", "Credit", "attribute"),
        "journeys": ("Journeys", "gather"),
        "markov": ("removal_effects",),
        "reading": ("read_journeys",),
        "report": ("as_json",),
        "shapley": ("shapley_credit", "shapley_values"),
    },
)
