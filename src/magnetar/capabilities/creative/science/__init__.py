"""Creative science: what elements of creatives do, what a new one will do, which ones tire and which are alike."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.creative.science.cohorts import COHORTS, TRAITS, centres, cohorts_of, traits_of
    from magnetar.capabilities.creative.science.elements import Effect, effects
    from magnetar.capabilities.creative.science.fatigue import Advice, Fatigue, find_fatigue
    from magnetar.capabilities.creative.science.features import (
        COLUMN,
        LEVELS,
        NAMES,
        SORTS,
        columns_of,
        indicator,
        table_of,
    )
    from magnetar.capabilities.creative.science.refining import CHANGEABLE, Change, Refinement, changes, refine
    from magnetar.capabilities.creative.science.similarity import Groups, find_groups, print_of, shingle_signature
    from magnetar.capabilities.creative.science.volume import Belief, Evidence, Volume, fit

__all__ = [
    "CHANGEABLE",
    "COHORTS",
    "COLUMN",
    "LEVELS",
    "NAMES",
    "SORTS",
    "TRAITS",
    "Advice",
    "Belief",
    "Change",
    "Effect",
    "Evidence",
    "Fatigue",
    "Groups",
    "Refinement",
    "Volume",
    "centres",
    "changes",
    "cohorts_of",
    "columns_of",
    "effects",
    "find_fatigue",
    "find_groups",
    "fit",
    "indicator",
    "print_of",
    "refine",
    "shingle_signature",
    "table_of",
    "traits_of",
]

__getattr__ = lazily(
    __name__,
    {
        "cohorts": ("COHORTS", "TRAITS", "centres", "cohorts_of", "traits_of"),
        "elements": ("Effect", "effects"),
        "fatigue": ("Advice", "Fatigue", "find_fatigue"),
        "features": ("COLUMN", "LEVELS", "NAMES", "SORTS", "columns_of", "indicator", "table_of"),
        "refining": ("CHANGEABLE", "Change", "Refinement", "changes", "refine"),
        "similarity": ("Groups", "find_groups", "print_of", "shingle_signature"),
        "volume": ("Belief", "Evidence", "Volume", "fit"),
    },
)
