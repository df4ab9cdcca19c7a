"""What the merchants of a certified world do: the goods of one of them, everybody's campaigns, and a plan that changes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.chance import Chance
from magnetar.platform.market import Marketplace
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Goal, GoalKind, Phase
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import AdGroupId, CampaignId, MerchantId, ProductId
from magnetar.vocabulary.money import Money

OWN = MerchantId("own")
CATEGORIES = 8
Account = tuple[Campaign, Sequence[AdGroup]]


@dataclass(frozen=True, slots=True)
class Change:
    """What the plan does to a running campaign."""

    campaign: CampaignId
    kind: str
    """budget, target or pause."""
    factor: float = 0.0


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """What changes on the first morning of the forecast."""

    changes: tuple[Change, ...]
    new: tuple[Account, ...]

    def apply(self, platform: Marketplace) -> None:
        """Carry it out through the platform's own calls."""
        for change in self.changes:
            campaign = platform.campaigns.campaign(change.campaign)
            if change.kind == "pause":
                platform.campaigns.change_campaign(change.campaign, paused=True)
            elif change.kind == "budget":
                money = Money(round(campaign.daily_budget.micros * change.factor), campaign.daily_budget.currency)
                platform.campaigns.change_campaign(change.campaign, daily_budget=money)
            else:
                goal = Goal(campaign.goal.kind, campaign.goal.target * change.factor)
                platform.campaigns.change_campaign(change.campaign, goal=goal)
        for campaign, groups in self.new:
            platform.campaigns.add(campaign)
            for group in groups:
                platform.campaigns.add_group(group)

    def factor_of(self, campaign: str) -> float:
        """By how much a campaign's budget changes; 0 where it is paused."""
        for change in self.changes:
            if change.campaign == campaign:
                return 0.0 if change.kind == "pause" else change.factor if change.kind == "budget" else 1.0
        return 1.0

    def kind_of(self, campaign: str) -> str:
        """What happens to a campaign: budget, target, pause, new or unchanged."""
        if any(one.id == campaign for one, _ in self.new):
            return "new"
        return next((change.kind for change in self.changes if change.campaign == campaign), "unchanged")


def draw_goods(chance: Chance, count: int) -> tuple[Product, ...]:
    """The goods of the merchant whose catalogue the world is opened with."""
    level = np.exp(np.log(45.0) + 0.6 * chance.of("level").normals(CATEGORIES))
    price = level[np.arange(count) % CATEGORIES] * np.exp(0.35 * chance.of("price").normals(count))
    return tuple(
        Product(
            ProductId(f"own-{place + 1}"),
            OWN,
            f"own {place + 1}",
            Money.of(round(float(price[place]), 1)),
            f"category {place % CATEGORIES + 1}",
        )
        for place in range(count)
    )


def draw_accounts(shelf: Shelf, running: Sequence[Account], budget: float, chance: Chance, count: int) -> list[Account]:
    """More campaigns beside those that run: goals, targets, budgets, bidders, sizes and scenes all vary.

    Every fourth belongs to the merchant of the catalogue, the others to sellers drawn at random;
    their products are not advertised elsewhere. `budget` is the median for a day.
    """
    taken = {group.product for _, groups in running for group in groups}
    accounts: list[Account] = []
    for place in range(count):
        luck = chance.of("account", place)
        merchant = _merchant(shelf, place % 4 == 0, luck)
        account = _account(shelf, merchant, f"{merchant}-extra-{place + 1}", budget, taken, luck)
        if account is not None:
            accounts.append(account)
            taken |= {group.product for group in account[1]}
    return accounts


def _merchant(shelf: Shelf, own: bool, chance: Chance) -> str:
    """The merchant of the catalogue, or another one."""
    others = len(shelf.merchants) - 1
    return shelf.merchants[0 if own or not others else 1 + int(chance.of("who").integers(others, 1)[0])]


def _account(
    shelf: Shelf, merchant: str, id: str, budget: float, taken: set[ProductId], chance: Chance
) -> Account | None:
    """One campaign on free products of a merchant; None where there are none."""
    free = [row for row in shelf.of_merchant(merchant).tolist() if ProductId(shelf.ids[row]) not in taken]
    if not free:
        return None
    size, kind, target, money, scene, bidder = chance.of("terms").uniforms(6).tolist()
    rows = [free[place] for place in chance.of("which").order(len(free))[: 1 + int(4 * size)].tolist()]
    roi = 1.8 * 3.0**target
    if kind < 0.55:
        goal = Goal(GoalKind.TARGET_ROI, roi)
    elif kind < 0.8:
        goal = Goal(GoalKind.TARGET_COST, float(shelf.arrays.price[rows].mean()) / roi)
    else:
        goal = Goal(GoalKind.MAX_CONVERSIONS)
    campaign = Campaign(
        CampaignId(id),
        MerchantId(merchant),
        id,
        goal,
        Money.of(round(budget * 0.35 * 8.0**money, 2)),
        "pacing" if bidder < 0.75 else "pid",
        frequency_cap=2 + int(4 * size),
    )
    mask = 0b1111 if scene < 0.6 else 0b1100 if scene < 0.75 else 0b0011 if scene < 0.9 else 0b1011
    groups = [
        AdGroup(AdGroupId(f"{id}-{row}"), campaign.id, ProductId(shelf.ids[row]), scenes=mask, phase=Phase.STABLE)
        for row in rows
    ]
    return campaign, groups


def draw_plan(platform: Marketplace, budget: float, chance: Chance, new: int) -> CampaignPlan:
    """A plan that moves about half of the campaigns and starts some on products that were never advertised."""
    changes: list[Change] = []
    roster = platform.campaigns.roster
    for place, campaign in enumerate(roster.campaigns):
        draw, side = chance.of("change", place).uniforms(2).tolist()
        bound = campaign.goal.kind is not GoalKind.MAX_CONVERSIONS
        if draw < 0.07:
            changes.append(Change(campaign.id, "pause"))
        elif draw < 0.30:
            changes.append(Change(campaign.id, "budget", 0.5 if side < 0.5 else 2.0))
        elif draw < 0.53 and bound:
            changes.append(Change(campaign.id, "target", 0.8 if side < 0.5 else 1.25))
    shelf = platform.shelf
    taken = {group.product for group in roster.groups}
    fresh: list[Account] = []
    for place in range(new):
        luck = chance.of("new", place)
        merchant = _merchant(shelf, place % 2 == 0, luck)
        account = _account(shelf, merchant, f"{merchant}-new-{place + 1}", budget, taken, luck)
        if account is not None:
            campaign, groups = account
            fresh.append((replace(campaign, name=f"{campaign.name} (new)"), groups))
            taken |= {group.product for group in groups}
    return CampaignPlan(tuple(changes), tuple(fresh))
