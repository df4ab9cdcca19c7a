"""Small worlds whose truth is known, to certify what claims to measure: shoppers' paths, logged policies, weekly sales."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.twin.credit.bandit import BANDIT_WORLDS, BanditMaker, BanditWorld, Logged
    from magnetar.twin.credit.paths import PathWorld, Walked
    from magnetar.twin.credit.sales import SALES_WORLDS, SalesWorld, Sold

__all__ = [
    "BANDIT_WORLDS",
    "SALES_WORLDS",
    "BanditMaker",
    "BanditWorld",
    "Logged",
    "PathWorld",
    "SalesWorld",
    "Sold",
    "Walked",
]

__getattr__ = lazily(
    __name__,
    {
        "bandit": ("BANDIT_WORLDS", "BanditMaker", "BanditWorld", "Logged"),
        "paths": ("PathWorld", "Walked"),
        "sales": ("SALES_WORLDS", "SalesWorld", "Sold"),
    },
)
