"""Where a viewer is asked to pay, by the merchant's plan; and what a film that tells it may say."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from magnetar.capabilities.creative.drama.script import Script
from magnetar.kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class PayPlan:
    """How episodes are unlocked."""

    free: int
    """Episodes that cost nothing, from the first."""
    coins: int
    """Price of each later one in the platform's coins; 0 where coins do not unlock."""
    ads: int
    """Advertisements that unlock one instead; 0 for none."""


def pay_plan(episodes: int, free: int = -1, coins: int = 60, ads: int = 1) -> PayPlan:
    """A plan; by default the first tenth is free, and at least one episode.

    Raises:
        BadInput: more free episodes than there are, or nothing that unlocks the others.
    """
    free = max(1, round(episodes / 10)) if free < 0 else free
    if free > episodes:
        raise BadInput(f"免费集数超过总集数 {free} free episodes of {episodes}. Give at most {episodes} to --free.")
    if not (0 <= coins <= 10_000 and 0 <= ads <= 20):
        raise BadInput(f"付费方案超出范围 coins lie in [0, 10,000] and ads in [0, 20], found {coins} and {ads}.")
    if free < episodes and not (coins or ads):
        raise BadInput(
            "付费集没有解锁方式 the paid episodes cannot be unlocked. Give --coins, --ads, or --free all of them."
        )
    return PayPlan(free, coins, ads)


def paywall(script: Script, plan: PayPlan, hooks: dict[int, str]) -> dict[str, Any]:
    """The plan for a platform: for each break between two episodes, what unlocks the next and what makes it wanted.

    Args:
        hooks: episode → the words on its last card.
    """
    indices = [episode.index for episode in script.episodes]
    ways: list[dict[str, Any]] = []
    if plan.coins:
        ways.append({"kind": "coins", "amount": plan.coins})
    if plan.ads:
        ways.append({"kind": "ads", "count": plan.ads})
    points = [
        {"after_episode": before, "before_episode": after, "hook": hooks.get(before, ""), "unlock": ways}
        for place, (before, after) in enumerate(itertools.pairwise(indices), 1)
        if place >= plan.free
    ]
    return {
        "schema": "magnetar/drama-pay-plan/1", "title": script.title, "free_episodes": indices[: plan.free],
        "paid_episodes": indices[plan.free :], "first_paywall_after": indices[plan.free - 1] if 0 < plan.free < len(indices) else None,
        "points": points,
    }  # fmt: skip
