"""The agents that run campaigns: UAX, whole-site promotion, and the manual playbook they are measured against."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.autopilot.agents import AGENTS, Agent, Brief, Manual, Nobody, Uax, WholeSite
    from magnetar.capabilities.autopilot.desk import Desk
    from magnetar.capabilities.autopilot.intentions import Intention, Kind, Outcome, Record
    from magnetar.capabilities.autopilot.limits import Limits
    from magnetar.capabilities.autopilot.planner import Plan, PlannedGroup, target_cost
    from magnetar.capabilities.autopilot.reach import POLICIES, Reach, ReachPolicy

__all__ = [
    "AGENTS",
    "POLICIES",
    "Agent",
    "Brief",
    "Desk",
    "Intention",
    "Kind",
    "Limits",
    "Manual",
    "Nobody",
    "Outcome",
    "Plan",
    "PlannedGroup",
    "Reach",
    "ReachPolicy",
    "Record",
    "Uax",
    "WholeSite",
    "target_cost",
]

__getattr__ = lazily(
    __name__,
    {
        "agents": (
            "AGENTS",
            "Agent",
            "Brief",
            "Manual",
            "Nobody",
            "Uax",
            "WholeSite",
        ),
        "desk": ("Desk",),
        "intentions": (
            "Intention",
            "Kind",
            "Outcome",
            "Record",
        ),
        "limits": ("Limits",),
        "planner": (
            "Plan",
            "PlannedGroup",
            "target_cost",
        ),
        "reach": (
            "POLICIES",
            "Reach",
            "ReachPolicy",
        ),
    },
)
