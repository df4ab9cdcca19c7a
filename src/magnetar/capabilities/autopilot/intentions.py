"""Intentions: what the autopilot wants to change, why, and what it rests on.

An intention is checked against limits before it is carried out, kept with its outcome, and can be
undone. A person's request, a playbook and a model all pass here.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field


class Kind(enum.StrEnum):
    """What an intention changes."""

    OPEN = "open"
    """Start an ad group."""
    PHASE = "phase"
    """Move an ad group to another phase."""
    BID = "bid"
    """Set an ad group's bid factor."""
    QUOTA = "quota"
    """Set the least bid for an impression while a guaranteed pool is filled."""
    AUDIENCE = "audience"
    """Widen or narrow whom an ad group may reach."""
    PAUSE = "pause"
    RESUME = "resume"
    BUDGET = "budget"
    """Set a campaign's daily budget, micros."""
    CREATIVE = "creative"
    """Move a creative to another state."""


@dataclass(frozen=True, slots=True)
class Intention:
    """One change that is wanted."""

    kind: Kind
    campaign: str
    group: str
    """Empty where the campaign itself is meant."""
    value: float | int | bool
    """The value wanted: a bid factor, a phase, an audience mask, micros."""
    reason: str
    """In Chinese, for the merchant."""
    reason_en: str
    evidence: dict[str, float] = field(default_factory=dict[str, float])
    """The figures that the reason rests on."""
    creative: str = ""
    """Id of the creative that is meant, where one is."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(f"an intention wants a finite value, found {self.value!r}")


def figures(**values: float) -> dict[str, float]:
    """Evidence from figures; one that is not defined, such as the target of a goal without one, is left out."""
    return {name: value for name, value in values.items() if math.isfinite(value)}


class Outcome(enum.StrEnum):
    """What became of an intention."""

    DONE = "done"
    REFUSED = "refused"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Record:
    """An intention with its outcome: a line of the audit."""

    id: str
    tick: int
    at: int
    intention: Intention
    outcome: Outcome
    before: float | int | bool | None = None
    """What undo restores."""
    refusal: str = ""
