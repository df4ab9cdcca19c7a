"""Certification: does a twin that was fitted to a platform's own log foresee what campaigns will do?"""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.twin.certification.seeds import Seeds, read_seeds
    from magnetar.twin.certification.worlds import FULL, QUICK, Size, certify

__all__ = ["FULL", "QUICK", "Seeds", "Size", "certify", "read_seeds"]

__getattr__ = lazily(
    __name__,
    {
        "worlds": ("FULL", "QUICK", "Size", "certify"),
        "seeds": ("Seeds", "read_seeds"),
    },
)
