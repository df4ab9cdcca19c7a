"""The other sellers of the arcade: half leave bidding to the platform, the others keep habits of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.chance import Chance
from magnetar.twin.world import ChangeBid, OwnResults
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Goal, GoalKind, Phase
from magnetar.vocabulary.ids import AdGroupId, CampaignId, MerchantId, ProductId
from magnetar.vocabulary.money import Money

HABITS = ("left", "ladder", "left", "windows", "left", "chaser", "left", "drifter", "left", "sprint")
"""left: to the platform, under a target. ladder: a little more each morning until it hurts, then down
a long way. windows: two stretches of the day only. chaser: four looks a day at whether the money
flows evenly. drifter: changes its mind twice a day. sprint: high bids from the morning on."""

OFF, MOST, LEAST = 0.05, 2.5, 0.15
_GROUPS = 3


@dataclass(slots=True)
class Sellers:
    """All sellers of one town, and how they run their accounts."""

    campaigns: Sequence[tuple[Campaign, Sequence[AdGroup]]]
    habit: dict[str, str]
    windows: dict[str, tuple[int, int]]
    chance: Chance
    factor: dict[str, float]
    """Bid factor of each ad group as its owner last set it."""
    before: dict[str, tuple[float, float]]
    """Spend and GMV of each ad group at the owner's last look."""

    def manage(self, tick: int, results: Callable[[], Sequence[OwnResults]], change: ChangeBid) -> None:
        """Each habit at its own hour."""
        moment = tick % 48
        for campaign, groups in self.campaigns:
            habit = self.habit[campaign.id]
            if habit == "windows":
                first, second = self.windows[campaign.id]
                if moment in (0, first, first + 6, second, second + 8):
                    on = first <= moment < first + 6 or second <= moment < second + 8
                    self._set(groups, lambda _, on=on: 1.3 if on else OFF, change)
            elif habit == "sprint" and moment in (0, 14):
                self._set(groups, lambda _, on=moment == 14: 1.8 if on else 0.4, change)
            elif habit == "drifter" and moment in (18, 40):
                step = float(np.exp(0.12 * self.chance.of("drift", campaign.id, tick).normals(1)[0]))
                self._set(groups, lambda old, step=step: old * step, change)
        if moment == 17 and tick >= 48:
            self._look("ladder", 1.0, results(), change)
        elif moment in (16, 24, 32, 40):
            self._look("chaser", (moment - 8) / 40.0, results(), change)

    def _look(self, habit: str, passed: float, results: Sequence[OwnResults], change: ChangeBid) -> None:
        of = {campaign.id: campaign for campaign, _ in self.campaigns}
        for own in results:
            campaign = of.get(own.group.campaign)
            if campaign is None or self.habit[campaign.id] != habit:
                continue
            spend, gmv = self.before.get(own.group.id, (0.0, 0.0))
            old = self.factor.get(own.group.id, own.group.bid_factor)
            if habit == "ladder":
                self.before[own.group.id] = own.spend, own.gmv
                fine = own.gmv - gmv >= 3.0 * (own.spend - spend)
                self._set([own.group], lambda _, new=old * (1.08 if fine else 0.8): new, change)
                continue
            share = campaign.daily_budget.amount / _GROUPS
            if passed < 0.25:  # the first look of a day
                self.before[own.group.id] = own.spend, own.gmv
                continue
            behind = (own.spend - spend) < 0.8 * share * passed
            self._set([own.group], lambda _, new=old * (1.12 if behind else 0.9): new, change)

    def _set(self, groups: Sequence[AdGroup], of: Callable[[float], float], change: ChangeBid) -> None:
        for group in groups:
            factor = min(MOST, max(OFF, of(self.factor.get(group.id, group.bid_factor))))
            if factor > OFF:
                factor = max(LEAST, factor)
            if factor != self.factor.get(group.id):
                self.factor[group.id] = factor
                change(group.id, factor)


def hire(shelf: Shelf, budget: float, currency: str, chance: Chance) -> Sellers:
    """Draw the accounts of all sellers; `budget` is the median for a day."""
    luck = chance.of("sellers")
    names = shelf.merchants[1:]
    roi = 2.0 + 3.5 * luck.of("roi").uniforms(len(names))
    money = budget * (1.0 - luck.of("budget").uniforms(len(names))) ** (-1.0 / 2.2) / 2.0 ** (1.0 / 2.2)  # Pareto
    kinds, hours = luck.of("kind").uniforms(len(names)), luck.of("hours").integers(10, len(names), 2)
    campaigns: list[tuple[Campaign, Sequence[AdGroup]]] = []
    habit: dict[str, str] = {}
    windows: dict[str, tuple[int, int]] = {}
    for place, name in enumerate(names):
        rows = shelf.of_merchant(name)[:_GROUPS]
        way = HABITS[place % len(HABITS)]
        goal, bidder = Goal(GoalKind.TARGET_ROI, float(roi[place])), "pacing" if way == "left" else "fixed"
        if way == "left" and kinds[place] < 0.3:
            goal, bidder = Goal(GoalKind.TARGET_COST, float(shelf.arrays.price[rows].mean() / roi[place])), "pid"
        elif way == "left" and kinds[place] < 0.5:
            goal = Goal(GoalKind.MAX_CONVERSIONS)
        elif way == "drifter":
            bidder = "pacing"
        id = CampaignId(f"{name}-main")
        habit[id] = way
        windows[id] = int(12 + hours[place, 0]), int(30 + hours[place, 1])
        amount = Money.of(round(max(float(money[place]), 5.0), 2), currency)
        campaigns.append(
            (
                Campaign(id, MerchantId(name), f"{name} ({way})", goal, amount, bidder),
                [
                    AdGroup(AdGroupId(f"{name}-{row}"), id, ProductId(shelf.ids[row]), phase=Phase.STABLE)
                    for row in rows.tolist()
                ],
            )
        )
    return Sellers(campaigns, habit, windows, luck.of("habits"), {}, {})
