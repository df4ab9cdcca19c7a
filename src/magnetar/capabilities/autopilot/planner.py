"""The plan: which products to promote, to whom, with what budget, and why, before money is spent."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.autopilot.reach import BY_RULE, Reach, ReachPolicy
from magnetar.capabilities.autopilot.view import Account, value_per_view
from magnetar.capabilities.campaigns import EVERYBODY
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Goal, Phase
from magnetar.vocabulary.ids import AdGroupId, CampaignId, MerchantId, ProductId
from magnetar.vocabulary.money import Money

UAX_GROUPS = 40
WHOLE_SITE_GROUPS = 64


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """One ad group of a plan, with what speaks for it."""

    group: AdGroup
    row: int
    """Item on the shelf."""
    category: str
    price: float
    value_per_mille: float
    """GMV that a thousand views should bring, currency units."""
    reason: str
    reason_en: str
    evidence: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign and its first ad groups."""

    campaign: Campaign
    groups: list[PlannedGroup]
    launches: list[int]
    """Items that will be launched later, each in an ad group of its own."""


def plan(
    account: Account,
    *,
    name: str,
    merchant: MerchantId,
    goal: Goal,
    daily_budget: Money,
    launches: NDArray[np.int64],
    groups: int = UAX_GROUPS,
    whole_site: bool = False,
    incremental: bool = False,
    bidder: str = "pacing",
    audience_share: float = 1.0,
    reach: ReachPolicy = BY_RULE,
) -> Plan:
    """Choose the products of a campaign by what a view of them should bring.

    素材理解: every product of the merchant that is on the shelf is scored by the predictor; the best
    become ad groups of a running campaign, the launches wait for their day.
    """
    shelf = account.predictor.shelf
    id = CampaignId(f"{merchant}-{name}")
    rows = shelf.of_merchant(merchant)
    rows = rows[shelf.arrays.listed[rows] & ~np.isin(rows, launches)]
    worth = value_per_view(account.predictor, rows)
    best = np.argsort(-worth, kind="stable")[:groups]
    planned = []
    for place in best.tolist():
        row, category = int(rows[place]), int(shelf.arrays.category[rows[place]])
        whom = Reach(EVERYBODY, "", "") if audience_share >= 1.0 else reach.core(account, row, audience_share)
        group = AdGroup(
            AdGroupId(f"{id}-{shelf.ids[row]}"), id, ProductId(shelf.ids[row]), audience=whom.mask, phase=Phase.STABLE
        )
        per_mille = 1000 * float(worth[place])
        planned.append(
            PlannedGroup(
                group,
                row,
                shelf.categories[category],
                float(shelf.arrays.price[row]),
                per_mille,
                "; ".join(
                    filter(None, (f"预计每千次曝光成交 {per_mille:.0f} 元, 排第 {len(planned) + 1}", whom.reason))
                ),
                "; ".join(
                    filter(
                        None, (f"should sell {per_mille:.0f} a thousand views, rank {len(planned) + 1}", whom.reason_en)
                    )
                ),
                whom.evidence,
            )
        )
    campaign = Campaign(id, merchant, name, goal, daily_budget, bidder, whole_site, incremental)
    return Plan(campaign, planned, launches.tolist())


def target_cost(goal: Goal, price: float) -> float:
    """What an order of a product may cost under a goal; infinite where the goal says nothing."""
    return goal.price * price if goal.kind.by_value and goal.price < float("inf") else goal.price
