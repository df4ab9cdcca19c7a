"""Copy: from a product's card and a brief to angles, audiences and checked scripts; claims held against the record."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.creative.copy.angles import ANGLES, Angle
    from magnetar.capabilities.creative.copy.brief import Brief, read_brief
    from magnetar.capabilities.creative.copy.claims import Finding, check_claims
    from magnetar.capabilities.creative.copy.parts import Copy, Ground, Part, Pitch
    from magnetar.capabilities.creative.copy.rewording import Reworded, reword
    from magnetar.capabilities.creative.copy.writing import choose_scripts, make_copy, write_scripts

__all__ = [
    "ANGLES",
    "Angle",
    "Brief",
    "Copy",
    "Finding",
    "Ground",
    "Part",
    "Pitch",
    "Reworded",
    "check_claims",
    "choose_scripts",
    "make_copy",
    "read_brief",
    "reword",
    "write_scripts",
]

__getattr__ = lazily(
    __name__,
    {
        "angles": ("ANGLES", "Angle"),
        "brief": ("Brief", "read_brief"),
        "claims": ("Finding", "check_claims"),
        "parts": ("Copy", "Ground", "Part", "Pitch"),
        "rewording": ("Reworded", "reword"),
        "writing": ("choose_scripts", "make_copy", "write_scripts"),
    },
)
