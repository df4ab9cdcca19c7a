"""The manual arm: a competent operator's playbook, documented so that it can be argued with.

Before the start: the best-selling dozen of the last days in one campaign under the same target and
budget, each ad group to the segments that like its category; bids by the platform's standard (PID)
product. New products get an ad group of their own on launch day, a fifth above the standard bid.
Three times a day (10:00, 15:00, 21:00) every ad group is looked at:

- spent 2.5 targets without an order: pause it;
- spent 3 targets and costs over 1.3 × target: bid 15 % lower;
- two orders or more at under 0.8 × target: bid 15 % higher, up to 1.6;
- a new product with under 300 views after half a day: bid 20 % higher, up to 1.8.

Every morning at 9:30 the best ad group is copied: two more products of its category are started.
"""

from __future__ import annotations

from magnetar.capabilities.autopilot.intentions import Intention, Kind, figures
from magnetar.capabilities.autopilot.view import GroupView

GROUPS = 12
AUDIENCE_SHARE = 0.6
LAUNCH_FACTOR = 1.2
CHECKS = (20, 30, 42)
"""Ticks of the day at which the operator looks."""
COPY_AT = 19
COPIES = 2


def review(view: GroupView, *, launched_ticks: int | None) -> list[Intention]:
    """What the operator changes on looking at one ad group; `launched_ticks` is its age if it is a launch."""
    if view.group.paused:
        return []
    target, factor = view.target, view.group.bid_factor
    evidence = figures(views=view.views, orders=view.orders, spend=view.spend, target=target)
    if view.orders == 0 and view.spend >= 2.5 * target:
        reason = "花费达到 2.5 倍目标成本仍无成交, 暂停", "2.5 targets spent without an order; paused"
        return [Intention(Kind.PAUSE, view.group.campaign, view.group.id, True, *reason, evidence)]
    cost = view.spend / view.orders if view.orders else 0.0
    if view.orders and view.spend >= 3 * target and cost > 1.3 * target:
        return [
            _bid(
                view,
                max(0.4, factor * 0.85),
                "成本高于目标 1.3 倍, 降价 15%",
                "cost over 1.3 targets; bid down 15 %",
                evidence,
            )
        ]
    if view.orders >= 2 and cost < 0.8 * target and factor < 1.6:
        return [
            _bid(
                view,
                min(1.6, factor * 1.15),
                "成本低于目标 0.8 倍, 提价 15%",
                "cost under 0.8 targets; bid up 15 %",
                evidence,
            )
        ]
    if launched_ticks is not None and launched_ticks >= 24 and view.views < 300 and factor < 1.8:
        return [
            _bid(
                view,
                min(1.8, factor * 1.2),
                "新品半天曝光不足 300, 提价 20%",
                "few views after half a day; bid up 20 %",
                evidence,
            )
        ]
    return []


def _bid(view: GroupView, factor: float, reason: str, reason_en: str, evidence: dict[str, float]) -> Intention:
    return Intention(Kind.BID, view.group.campaign, view.group.id, round(factor, 3), reason, reason_en, evidence)
