"""The other advertisers: six ways of buying, from careful to careless, each with its own budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.chance import Chance
from magnetar.twin.bazaar.settings import BazaarSettings
from magnetar.twin.world import ChangeBid, OwnResults
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Goal, GoalKind, Phase
from magnetar.vocabulary.ids import AdGroupId, CampaignId, MerchantId, ProductId
from magnetar.vocabulary.money import Money

STRATEGIES = ("roi", "cost", "manual", "volume", "evening", "careless")
"""roi, cost: leave it to the platform under a target. manual: fixed bids, looked at once a day.
volume: as many orders as the budget buys. evening: manual, bids in the evening only. careless:
fixed bids at a poor target."""

_GROUPS = 4


@dataclass(frozen=True, slots=True)
class Rivals:
    """All rivals of one market, and how they run their accounts."""

    campaigns: Sequence[tuple[Campaign, Sequence[AdGroup]]]
    strategy: dict[str, str]
    surge: float
    surge_day: int

    def manage(
        self, tick: int, first_tick: int, results: Callable[[], Sequence[OwnResults]], change: ChangeBid
    ) -> None:
        """Manual accounts look once a day; evening accounts switch on at 18:00 and off at midnight."""
        moment = tick % 48
        if moment in (0, 36):
            for campaign, groups in self.campaigns:
                if self.strategy[campaign.id] == "evening":
                    for group in groups:
                        change(group.id, 1.2 if moment == 36 else 0.05)
        day = (tick - first_tick) // 48
        if self.surge != 1.0 and moment == 0 and day == self.surge_day:
            for campaign, groups in self.campaigns:
                if self.strategy[campaign.id] != "evening":
                    for group in groups:
                        change(group.id, self.surge)
        if moment == 19 and tick > 48:
            target = {campaign.id: campaign.goal.target for campaign, _ in self.campaigns}
            for own in results():
                if self.strategy.get(own.group.campaign) != "manual" or own.spend <= 0.0:
                    continue
                roi = own.gmv / own.spend
                wanted = target[own.group.campaign]
                if roi < 0.7 * wanted and own.spend > 20.0:
                    change(own.group.id, max(0.4, own.group.bid_factor * 0.88))
                elif roi > 1.2 * wanted:
                    change(own.group.id, min(1.8, own.group.bid_factor * 1.1))


def draw_rivals(shelf: Shelf, settings: BazaarSettings, chance: Chance) -> Rivals:
    """Draw the accounts of all rivals over their own goods."""
    luck = chance.of("rivals")
    roi = np.exp(0.25 * luck.of("roi").normals(settings.rivals) + np.log(4.0))
    budget = settings.rival_budget * np.exp(0.6 * luck.of("budget").normals(settings.rivals))
    price = shelf.arrays.price
    campaigns: list[tuple[Campaign, Sequence[AdGroup]]] = []
    strategy: dict[str, str] = {}
    for place in range(settings.rivals):
        merchant = MerchantId(f"~rival-{place + 1}")
        rows = shelf.of_merchant(merchant)[:_GROUPS]
        way = STRATEGIES[place % len(STRATEGIES)]
        goal = Goal(GoalKind.TARGET_ROI, float(roi[place]))
        bidder = "pacing"
        if way == "cost":
            goal, bidder = Goal(GoalKind.TARGET_COST, float(price[rows].mean() / roi[place])), "pid"
        elif way == "volume":
            goal = Goal(GoalKind.MAX_CONVERSIONS)
        elif way in ("manual", "evening"):
            bidder = "fixed"
        elif way == "careless":
            goal, bidder = Goal(GoalKind.TARGET_ROI, float(roi[place]) * 0.7), "fixed"
        id = CampaignId(f"{merchant}-campaign")
        strategy[id] = way
        campaign = Campaign(id, merchant, f"{merchant} ({way})", goal, Money.of(round(float(budget[place]), 2)), bidder)
        groups = [
            AdGroup(AdGroupId(f"{merchant}-{row}"), id, ProductId(shelf.ids[row]), phase=Phase.STABLE)
            for row in rows.tolist()
        ]
        campaigns.append((campaign, groups))
    return Rivals(campaigns, strategy, settings.rival_surge, settings.shock_day)
