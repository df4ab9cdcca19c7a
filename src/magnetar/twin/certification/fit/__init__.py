"""A twin fitted to a platform's own log and state: who comes, what they click, what they buy, how sellers bid.

Nothing in here knows a world. It reads events and the state of a `Marketplace`, as its operator could.
"""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.twin.certification.fit.evidence import Evidence, read_log
    from magnetar.twin.certification.fit.likeness import Likeness, fit
    from magnetar.twin.certification.fit.market import LikelyMarket

__all__ = ["Evidence", "LikelyMarket", "Likeness", "fit", "read_log"]

__getattr__ = lazily(
    __name__,
    {
        "evidence": ("Evidence", "read_log"),
        "likeness": ("Likeness", "fit"),
        "market": ("LikelyMarket",),
    },
)
