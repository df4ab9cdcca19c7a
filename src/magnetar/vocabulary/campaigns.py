"""What a merchant wants: goals, budgets, campaigns, ad groups and creatives."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from magnetar.vocabulary.ids import AdGroupId, CampaignId, CreativeId, MerchantId, ProductId
from magnetar.vocabulary.money import Money


class Scene(enum.IntEnum):
    """Where attention is."""

    FEED = 0
    LIVE = 1
    SEARCH = 2
    MALL = 3


class ConversionKind(enum.IntEnum):
    """The event that a campaign pays for. The first four the platform sees itself; the others are reported to it."""

    ORDER = 0
    """订单: an order, with its value."""
    CLICK = 1
    """商品点击: a click on the product."""
    FIRST_ORDER = 2
    """新客首单: an order of somebody who had ordered nothing from the merchant before."""
    KEPT_ORDER = 3
    """净成交订单: an order that does not come back."""
    CART = 4
    """加购: the product is put into the cart."""
    COUPON = 5
    """领券: a coupon is taken."""
    FOLLOW = 6
    """关注 (涨粉): the shopper follows the merchant's or the creator's account."""
    LIVE_ENTRY = 7
    """进入直播间: the shopper enters a live room."""
    LIVE_WATCH = 8
    """直播有效观看: the shopper stays in a live room for as long as the reporter counts as watching."""
    GIFT = 9
    """直播打赏: the shopper pays for a gift in a live room, with its value."""
    MESSAGE = 10
    """私信咨询: the shopper opens a conversation."""
    LEAD = 11
    """表单线索: the shopper leaves a way to be reached."""
    VALID_LEAD = 12
    """有效线索: a lead that the merchant reached and found to be real."""
    STORE_VISIT = 13
    """到店: the shopper comes to a shop."""
    REDEMPTION = 14
    """团购核销: a voucher is redeemed, with its value."""
    ACTIVATION = 15
    """应用激活: an app is opened for the first time."""
    REGISTRATION = 16
    """注册: an account is made."""
    RETENTION = 17
    """次日留存: the shopper is back on the day after the activation."""
    PAYMENT = 18
    """付费: the shopper pays in an app, a game or a short drama, with the value."""
    AD_VIEW = 19
    """激励广告观看 (IAA): the shopper watches an ad in the merchant's own app, with what it earned."""

    @property
    def observed(self) -> bool:
        """Whether the platform sees it without being told."""
        return self <= ConversionKind.KEPT_ORDER

    @property
    def of_orders(self) -> bool:
        """Whether it is an order of some sort."""
        return self in (ConversionKind.ORDER, ConversionKind.FIRST_ORDER, ConversionKind.KEPT_ORDER)

    @property
    def carries_value(self) -> bool:
        """Whether money comes with it, so that an ROI means something."""
        return self.of_orders or self in (
            ConversionKind.GIFT,
            ConversionKind.REDEMPTION,
            ConversionKind.PAYMENT,
            ConversionKind.AD_VIEW,
        )


class GoalKind(enum.IntEnum):
    """What a campaign promises to hold while it spends its budget (出价方式)."""

    TARGET_COST = 0
    """目标成本: cost per conversion at or below the target, on the whole."""
    TARGET_ROI = 1
    """目标 ROI: value per unit of spend at or above the target, on the whole."""
    MAX_CONVERSIONS = 2
    """最大转化: as many conversions as the budget buys."""
    COST_CAP = 3
    """成本上限: as many conversions as the budget buys, none of which is bid for above the cap."""
    ROI_FLOOR = 4
    """ROI 下限: as much value as the budget buys, none of which is bid for below this ROI."""
    MAX_VALUE = 5
    """最大成交额: as much value as the budget buys."""

    @property
    def by_value(self) -> bool:
        """Whether value counts, and not the number of conversions."""
        return self in (GoalKind.TARGET_ROI, GoalKind.ROI_FLOOR, GoalKind.MAX_VALUE)

    @property
    def bound(self) -> bool:
        """Whether the target holds for the sum of what is bought."""
        return self in (GoalKind.TARGET_COST, GoalKind.TARGET_ROI)

    @property
    def capped(self) -> bool:
        """Whether the target holds for every single bid."""
        return self in (GoalKind.COST_CAP, GoalKind.ROI_FLOOR)


class Horizon(enum.IntEnum):
    """Until when after the click the value of a conversion counts."""

    OPEN = 0
    """不限: whenever it arrives."""
    D0 = 1
    """当日: until the midnight after the click."""
    D1 = 2
    """首日 (24 小时): within 24 hours."""
    D7 = 3
    """七日: within 7 times 24 hours."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a campaign optimises: a conversion kind, what is held, and the target: currency per conversion, or value over spend."""

    kind: GoalKind
    target: float = 0.0
    conversion: ConversionKind = ConversionKind.ORDER
    horizon: Horizon = Horizon.OPEN
    """Goals that count value only."""
    expected_rate: float = 0.0
    """Conversions per click that the merchant expects, in (0, 1]; for kinds that are reported."""
    expected_value: float = 0.0
    """Currency per conversion that the merchant expects; 0 stands for the product's price. Kinds that are reported."""

    def __post_init__(self) -> None:
        problem = misfit(self.kind, self.conversion, self.horizon) or _wrong_number(self)
        if problem:
            raise ValueError(problem)

    @property
    def price(self) -> float:
        """Currency per unit of worth (a conversion, or a unit of value) that it allows; infinite where it sets nothing."""
        if not (self.kind.bound or self.kind.capped):
            return float("inf")
        return 1.0 / self.target if self.kind.by_value else self.target


def misfit(kind: GoalKind, conversion: ConversionKind, horizon: Horizon) -> str:
    """Why the parts of a goal do not go together, in Chinese and English; empty where they do."""
    mode, event, until = kind.name.lower(), conversion.name.lower(), horizon.name.lower()
    if kind.by_value and not conversion.carries_value:
        paid = ", ".join(one.name.lower() for one in ConversionKind if one.carries_value)
        return (
            f"{mode} 需要带金额的转化 ({paid}), 现为 {event}. · "
            f"{mode} needs a conversion that carries value ({paid}), found {event}; or choose a cost goal"
        )
    if horizon is not Horizon.OPEN and not kind.by_value:
        return (
            f"周期 {until} 只用于按金额优化的目标, 现为 {mode}. · "
            f"a horizon ({until}) goes with goals that count value, found {mode}; leave it out"
        )
    return ""


def _wrong_number(goal: Goal) -> str:
    mode, event = goal.kind.name.lower(), goal.conversion.name.lower()
    if (goal.kind.bound or goal.kind.capped) and not 0 < goal.target < float("inf"):
        return (
            f"{mode} 需要大于 0 的目标值, 现为 {goal.target!r}. · {mode} needs a positive target, found {goal.target!r}"
        )
    if not goal.conversion.observed and not 0 < goal.expected_rate <= 1:
        return (
            f"{event} 由商家回传, 需要预计转化率 expected_rate (每次点击, 大于 0 且不超过 1), 现为 {goal.expected_rate!r}. · "
            f"{event} is reported by the merchant and needs expected_rate, conversions per click in (0, 1], "
            f"found {goal.expected_rate!r}"
        )
    if not 0 <= goal.expected_value < float("inf"):
        return (
            f"预计金额 expected_value 不能为负, 现为 {goal.expected_value!r}. · "
            f"expected_value is at least 0 and finite, found {goal.expected_value!r}"
        )
    return ""


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


NO_MERCHANT = MerchantId("")
"""Nobody in particular."""


class CreativeState(enum.StrEnum):
    """Whether a creative may be shown."""

    DRAFT = "draft"
    """待用: made, never shown."""
    IN_USE = "in_use"
    """在用: shown in turn with the product's others."""
    PAUSED = "paused"
    """暂停: rested; it may come back."""
    RETIRED = "retired"
    """下线: not shown any more."""


@dataclass(frozen=True, slots=True)
class Creative:
    """An image, video or text made to persuade."""

    id: CreativeId
    """Digest of what it was made of."""
    product: ProductId
    kind: str = "image"
    merchant: MerchantId = NO_MERCHANT
    file: str = ""
    language: str = "zh"
    category: str = ""
    """Top category of the product."""
    angle: str = ""
    """What it argues with: a name of `ANGLES`, '' where nobody said."""
    audience: str = ""
    """Whom it speaks to, '' for everybody."""
    elements: dict[str, str] = field(default_factory=dict[str, str])
    """What it is made of: a level for each sort, see `creative.science`."""
    opening: str = ""
    """Its first words on screen."""
    texts: tuple[str, ...] = ()
    """Words on screen, scene by scene."""
    looks: tuple[str, ...] = ()
    """Looks of its scenes, in order."""
    prints: tuple[int, ...] = ()
    """Perceptual hashes of its key frames, 64 bits each."""
    group: str = ""
    """Creatives of one group are near-duplicates; the id of the group's first."""
    made_at: int = 0
    """Microseconds since the Unix epoch."""
    state: CreativeState = CreativeState.DRAFT
    parent: str = ""
    """Id of the creative that it is a fine-tuned variant of (素材微调)."""
    changed: str = ""
    """The one element that differs from the parent's, as `sort:level`."""


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
