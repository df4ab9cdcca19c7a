"""Limits: what no intention may do, whoever has it."""

from __future__ import annotations

from dataclasses import dataclass

from magnetar.capabilities.autopilot.intentions import Intention, Kind
from magnetar.capabilities.campaigns import EVERYBODY
from magnetar.vocabulary.campaigns import AdGroup, Campaign, CreativeState, Phase


@dataclass(frozen=True, slots=True)
class Limits:
    """Set by the merchant; the defaults are careful."""

    bid_low: float = 0.1
    bid_high: float = 3.0
    quota_high: float = 2.0
    """Largest bid for an impression of a guaranteed pool, currency units."""
    budget_step: float = 0.2
    """Largest raise of a daily budget in one step, as a share of it."""
    budget_ceiling_micros: int = 0
    """Largest daily budget; 0 means today's is the ceiling."""


def refusal(intention: Intention, campaign: Campaign, group: AdGroup | None, limits: Limits) -> str:
    """Why an intention may not be carried out; '' where it may."""
    value = intention.value
    if intention.kind is Kind.BID and not limits.bid_low <= value <= limits.bid_high:
        return f"A bid factor lies in [{limits.bid_low}, {limits.bid_high}], found {value:.3g}."
    if intention.kind is Kind.QUOTA and not 0.0 <= value <= limits.quota_high:
        return f"A quota bid lies in [0, {limits.quota_high}], found {value:.3g}."
    if intention.kind is Kind.BUDGET:
        ceiling = limits.budget_ceiling_micros or campaign.daily_budget.micros
        step = int(campaign.daily_budget.micros * (1 + limits.budget_step))
        if not 0 < value <= min(ceiling, step):
            return f"A daily budget lies in (0, {min(ceiling, step) / 1e6:.2f}] now, found {value / 1e6:.2f}."
    if intention.kind is Kind.PHASE and value not in list(Phase):
        return f"There is no phase {value!r}."
    if intention.kind is Kind.AUDIENCE and not 0 < value <= EVERYBODY:
        return "An audience is a mask of segments and cannot be empty."
    if intention.kind is Kind.CREATIVE:
        known = intention.creative and value in range(len(CreativeState))
        return (
            "" if known else f"A creative and one of its states are needed, found {intention.creative!r} and {value!r}."
        )
    if intention.kind is not Kind.BUDGET and (group is None or group.campaign != campaign.id):
        return f"Campaign {campaign.id!r} has no ad group {intention.group!r}."
    return ""
