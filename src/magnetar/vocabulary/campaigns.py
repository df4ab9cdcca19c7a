"""What a merchant wants: goals, budgets, campaigns, ad groups and creatives."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from magnetar.vocabulary.ids import AdGroupId, CampaignId, CreativeId, MerchantId, ProductId
from magnetar.vocabulary.money import Money


class Scene(enum.IntEnum):
    """Where attention is."""

    FEED = 0
    LIVE = 1
    SEARCH = 2
    MALL = 3


class GoalKind(enum.IntEnum):
    """What a campaign promises to hold while it spends its budget."""

    TARGET_COST = 0
    """Cost per conversion at or below the target."""
    TARGET_ROI = 1
    """GMV per unit of spend at or above the target."""
    MAX_CONVERSIONS = 2
    """As many conversions as the budget buys."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a campaign optimises, with its target: currency per conversion, or GMV over spend."""

    kind: GoalKind
    target: float = 0.0

    def __post_init__(self) -> None:
        if self.kind is not GoalKind.MAX_CONVERSIONS and not 0 < self.target < float("inf"):
            raise ValueError(f"{self.kind.name.lower()} needs a positive target, found {self.target!r}")


class Phase(enum.IntEnum):
    """The life of an ad group under automatic delivery."""

    UNDERSTANDING = 0
    """素材理解: what is promoted is read and scored before money is spent."""
    COLD_START = 1
    """冷启动: staged pools of impressions, each gated on the posterior."""
    STABLE = 2
    """稳投: the controller holds cost and pace."""
    EXPANSION = 3
    """破圈: a wider audience, paid for by what the core earns."""
    ENDED = 4
    """Stopped: by the gate, the merchant or the clock."""


@dataclass(frozen=True, slots=True)
class Creative:
    """An image, video or text made to persuade."""

    id: CreativeId
    product: ProductId
    kind: str = "image"


@dataclass(frozen=True, slots=True)
class AdGroup:
    """The part of a campaign with one product, one audience and one bid."""

    id: AdGroupId
    campaign: CampaignId
    product: ProductId
    audience: int = (1 << 63) - 1
    """Bit mask over shopper segments; every bit set means everybody."""
    scenes: int = 0b1111
    """Bit mask over `Scene`."""
    phase: Phase = Phase.UNDERSTANDING
    paused: bool = False
    bid_factor: float = 1.0
    """Factor on the controller's bid: above 1 while cold-starting, below 1 to hold back."""
    quota_bid: float = 0.0
    """Least bid for an impression, currency units, while a guaranteed pool of views is being filled."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A goal, a budget and a time."""

    id: CampaignId
    merchant: MerchantId
    name: str
    goal: Goal
    daily_budget: Money
    bidder: str = "pacing"
    """Which bidding provider sets its multiplier."""
    whole_site: bool = False
    """The target counts what organic sales gain or lose, too."""
    incremental: bool = False
    """Bids count only what organic traffic would not have sold anyway."""
    paused: bool = False
    frequency_cap: int = 4
    """Impressions of one ad group to one shopper a day."""
