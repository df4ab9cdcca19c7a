"""Campaigns: goals, budgets, ad groups, and what each of them has delivered so far."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.campaigns.delivery import Delivery
    from magnetar.capabilities.campaigns.goals import (
        CONVERSION_WORDS,
        GOAL_WORDS,
        GOALS,
        HORIZON_WORDS,
        GoalRow,
        goal_named,
        goal_row,
    )
    from magnetar.capabilities.campaigns.roster import EVERYBODY, Roster
    from magnetar.capabilities.campaigns.service import AdGroupChanged, Campaigns

__all__ = [
    "CONVERSION_WORDS",
    "EVERYBODY",
    "GOALS",
    "GOAL_WORDS",
    "HORIZON_WORDS",
    "AdGroupChanged",
    "Campaigns",
    "Delivery",
    "GoalRow",
    "Roster",
    "goal_named",
    "goal_row",
]

__getattr__ = lazily(
    __name__,
    {
        "delivery": ("Delivery",),
        "goals": (
            "CONVERSION_WORDS",
            "GOALS",
            "GOAL_WORDS",
            "HORIZON_WORDS",
            "GoalRow",
            "goal_named",
            "goal_row",
        ),
        "roster": (
            "EVERYBODY",
            "Roster",
        ),
        "service": (
            "AdGroupChanged",
            "Campaigns",
        ),
    },
)
