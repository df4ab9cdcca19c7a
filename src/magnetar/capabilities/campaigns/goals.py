"""The goals there are: every conversion kind with every way to bid for it that makes sense, and their names.

The table is made from the rules in `magnetar.vocabulary.campaigns`, not typed; a new conversion kind joins
it by being one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.campaigns import ConversionKind, Goal, GoalKind, Horizon, misfit

Named = TypeVar("Named", GoalKind, ConversionKind, Horizon)

CONVERSION_WORDS: dict[ConversionKind, tuple[str, str]] = {
    ConversionKind.ORDER: ("订单", "orders"),
    ConversionKind.CLICK: ("商品点击", "product clicks"),
    ConversionKind.FIRST_ORDER: ("新客首单", "first orders of new customers"),
    ConversionKind.KEPT_ORDER: ("净成交订单", "orders that are kept"),
    ConversionKind.CART: ("加购", "carts"),
    ConversionKind.COUPON: ("领券", "coupons taken"),
    ConversionKind.FOLLOW: ("关注", "follows"),
    ConversionKind.LIVE_ENTRY: ("进入直播间", "entries into live rooms"),
    ConversionKind.LIVE_WATCH: ("直播有效观看", "live views that count"),
    ConversionKind.GIFT: ("直播打赏", "live gifts"),
    ConversionKind.MESSAGE: ("私信咨询", "conversations"),
    ConversionKind.LEAD: ("表单线索", "leads"),
    ConversionKind.VALID_LEAD: ("有效线索", "valid leads"),
    ConversionKind.STORE_VISIT: ("到店", "store visits"),
    ConversionKind.REDEMPTION: ("团购核销", "vouchers redeemed"),
    ConversionKind.ACTIVATION: ("应用激活", "app activations"),
    ConversionKind.REGISTRATION: ("注册", "registrations"),
    ConversionKind.RETENTION: ("次日留存", "next-day retentions"),
    ConversionKind.PAYMENT: ("付费", "payments"),
    ConversionKind.AD_VIEW: ("激励广告观看", "rewarded ad views"),
}
GOAL_WORDS: dict[GoalKind, tuple[str, str]] = {
    GoalKind.TARGET_COST: ("目标成本", "target cost"),
    GoalKind.TARGET_ROI: ("目标 ROI", "target ROI"),
    GoalKind.MAX_CONVERSIONS: ("最大转化", "most conversions"),
    GoalKind.COST_CAP: ("成本上限", "cost cap"),
    GoalKind.ROI_FLOOR: ("ROI 下限", "ROI floor"),
    GoalKind.MAX_VALUE: ("最大成交额", "most value"),
}
HORIZON_WORDS: dict[Horizon, tuple[str, str]] = {
    Horizon.OPEN: ("", ""),
    Horizon.D0: ("当日", "same day"),
    Horizon.D1: ("首日", "24 hours"),
    Horizon.D7: ("七日", "7 days"),
}


@dataclass(frozen=True, slots=True)
class GoalRow:
    """One goal of the table."""

    id: str
    """As the API and the console name it: `target_roi:order:d7`."""
    kind: GoalKind
    conversion: ConversionKind
    horizon: Horizon

    @property
    def observed(self) -> bool:
        """Whether it runs on what the platform sees itself; the others need conversions reported to the door."""
        return self.conversion.observed

    @property
    def conversion_words(self) -> tuple[str, str]:
        """The name of what it pays for."""
        return CONVERSION_WORDS[self.conversion]

    @property
    def words(self) -> tuple[str, str]:
        """Its name in Chinese and English."""
        kind, conversion, horizon = (
            GOAL_WORDS[self.kind],
            CONVERSION_WORDS[self.conversion],
            HORIZON_WORDS[self.horizon],
        )
        return (
            " · ".join(part for part in (f"{horizon[0]}{kind[0]}", conversion[0]) if part),
            ", ".join(part for part in (kind[1], conversion[1], horizon[1]) if part),
        )

    def goal(self, target: float = 0.0, expected_rate: float = 0.0, expected_value: float = 0.0) -> Goal:
        """A goal of this row.

        Raises:
            BadInput: the numbers do not go with it.
        """
        try:
            return Goal(self.kind, target, self.conversion, self.horizon, expected_rate, expected_value)
        except ValueError as error:
            raise BadInput(f"{error}.") from None


def id_of(kind: GoalKind, conversion: ConversionKind, horizon: Horizon) -> str:
    """The name of a row."""
    words = [kind.name, conversion.name] + ([horizon.name] if horizon is not Horizon.OPEN else [])
    return ":".join(words).lower()


def _rows() -> dict[str, GoalRow]:
    rows = [
        GoalRow(id_of(kind, conversion, horizon), kind, conversion, horizon)
        for conversion, kind, horizon in product(ConversionKind, GoalKind, Horizon)
        if not misfit(kind, conversion, horizon)
    ]
    return {row.id: row for row in rows}


GOALS: dict[str, GoalRow] = _rows()
"""Every goal, those that the platform sees itself first."""


def goal_row(goal: Goal) -> GoalRow:
    """The row of a goal."""
    return GOALS[id_of(goal.kind, goal.conversion, goal.horizon)]


def goal_named(kind: str, conversion: str = "order", horizon: str = "open") -> GoalRow:
    """The row that a merchant names by its parts.

    Raises:
        BadInput: a part does not exist, or they do not go together.

    >>> goal_named("target_roi", "order", "d7").id
    'target_roi:order:d7'
    """
    chosen = (
        _named(GoalKind, kind, "goal", "出价方式"),
        _named(ConversionKind, conversion, "conversion", "转化"),
        _named(Horizon, horizon, "horizon", "周期"),
    )
    if problem := misfit(*chosen):
        raise BadInput(f"{problem}.")
    return GOALS[id_of(*chosen)]


def _named(names: type[Named], name: str, field: str, chinese: str) -> Named:
    try:
        return names[name.strip().upper()]
    except KeyError:
        known = ", ".join(one.name.lower() for one in names)
        raise BadInput(
            f"没有这种{chinese}: {name[:40]!r}. · {field} is one of: {known}; found {name[:40]!r}."
        ) from None
