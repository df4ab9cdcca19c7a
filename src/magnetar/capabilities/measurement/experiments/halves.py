"""A campaign divided in two: the present one with a part of its budget, and a variant that differs in one thing or more."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any

from magnetar.kernel.errors import BadInput, Refused
from magnetar.vocabulary.campaigns import Campaign
from magnetar.vocabulary.ids import CampaignId
from magnetar.vocabulary.money import Money

CHANGEABLE = ("bidder", "goal", "incremental", "whole_site", "frequency_cap")
"""Fields in which a variant may differ."""


def halves(before: Campaign, share: float, taken: Set[str], changes: Mapping[str, Any]) -> tuple[Money, Campaign]:
    """(the daily budget that stays with the present campaign, the variant with the rest).

    Args:
        share: of the budget that stays.
        taken: ids that campaigns hold already.
        changes: fields of the variant that differ, at least one.

    Raises:
        BadInput: nothing changes, or something that may not.
        Refused: the budget cannot be divided.
    """
    if not changes:
        raise BadInput("A budget split needs something to change in the variant, e.g. bidder='pid'.")
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise BadInput(
            f"A variant may differ in {', '.join(CHANGEABLE[:-1])} and {CHANGEABLE[-1]}; found {sorted(unknown)}."
        )
    money = before.daily_budget
    kept = int(money.micros * share)
    if kept < 1 or money.micros - kept < 1:
        raise Refused(f"Campaign {str(before.id)!r} has {money} a day, which cannot be divided by {share}. Add budget.")
    variant = replace(
        before,
        id=CampaignId(_free_id(before.id, taken)),
        name=f"{before.name} · B",
        daily_budget=Money(money.micros - kept, money.currency),
        **changes,
    )
    return Money(kept, money.currency), variant


def _free_id(campaign: str, taken: Set[str]) -> str:
    """An id for the variant that nobody holds."""
    number, name = 1, f"{campaign}~b"
    while name in taken:
        number += 1
        name = f"{campaign}~b{number}"
    return name
