"""UAX: fully automatic delivery as an explicit state machine, 素材理解 → 冷启动 → 稳投 → 破圈.

Pure decisions: results in, intentions with reasons out. Run once an hour; the bidder paces in between.
"""

from __future__ import annotations

from collections.abc import Callable

from magnetar.capabilities.autopilot.intentions import Intention, Kind, figures
from magnetar.capabilities.autopilot.ladder import POOLS, QUOTA_PRICE, climb
from magnetar.capabilities.autopilot.posterior import probability_on_target
from magnetar.capabilities.autopilot.reach import Reach, everybody
from magnetar.capabilities.autopilot.view import GroupView
from magnetar.vocabulary.campaigns import Phase

TOLERANCE = 1.2
"""Cost per conversion over target that still counts as kept, as the platform promises."""
EXPAND_ORDERS = 5
EXPAND_SURE = 0.7
"""An ad group with so many orders, and so sure of its target, reaches out (破圈)."""
HIGHEST = 3.0
"""Largest bid factor that UAX asks for."""
_STEP = 0.12
"""Smallest relative change of a bid factor that is worth an intention."""


def _to_everybody(view: GroupView) -> Reach | None:
    return everybody(view.group.audience)


def review(
    view: GroupView,
    matured: float,
    pacing: float,
    impression_price: float,
    wider: Callable[[GroupView], Reach | None] = _to_everybody,
) -> list[Intention]:
    """What should change for one ad group.

    Args:
        view: its results.
        matured: orders that its views should have brought by now, by the predictor.
        pacing: the campaign's multiplier; a cold start is not to be starved by it.
        impression_price: what a paid impression costs in the market, currency units.
        wider: whom the ad group could reach out to; None where nobody is left.
    """
    phase = view.group.phase
    if view.group.paused or phase is Phase.ENDED:
        return []
    allowed = TOLERANCE * view.target
    sure = probability_on_target(view.orders, view.predicted, matured, view.spend, allowed)
    expected = view.predicted * (2.0 + view.orders) / (2.0 + matured)
    cost = view.spend / expected if expected > 0 else 0.0
    headroom = allowed / cost if cost > 0 else 2.0
    evidence = figures(
        views=view.views,
        orders=view.orders,
        spend=view.spend,
        cost_expected=cost,
        cost_allowed=allowed,
        probability_on_target=sure,
    )
    if phase is Phase.UNDERSTANDING:
        return [_move(view, Phase.COLD_START, "素材已理解, 进入冷启动", "understood; cold start begins", evidence)]
    if phase is Phase.COLD_START:
        return [
            *_quota(view, impression_price, evidence),
            *_cold_start(view, sure, headroom, pacing, evidence),
        ]
    if phase is Phase.STABLE:
        return _stable(view, sure, cost, evidence, wider)
    return _expansion(view, sure, evidence)


def _quota(view: GroupView, impression_price: float, evidence: dict[str, float]) -> list[Intention]:
    """The first pool is guaranteed: its views are bought at the market's price, whatever is predicted."""
    wanted = round(QUOTA_PRICE * impression_price, 4) if view.views < POOLS[0] else 0.0
    if wanted == view.group.quota_bid or (wanted > 0.0 and view.group.quota_bid > 0.0):
        return []
    if wanted:
        reason = f"保量流量池: 先买满 {POOLS[0]} 次曝光", f"guaranteed pool: the first {POOLS[0]} views are bought"
    else:
        reason = "保量流量池已满, 按达标概率放量", "guaranteed pool filled; from here the posterior decides"
    return [Intention(Kind.QUOTA, view.group.campaign, view.group.id, wanted, *reason, evidence)]


def _cold_start(
    view: GroupView, sure: float, headroom: float, pacing: float, evidence: dict[str, float]
) -> list[Intention]:
    step = climb(views=view.views, orders=view.orders, probability=sure, headroom=headroom)
    pool = f"第 {step.pool + 1} 级流量池" if step.pool < len(POOLS) else "已走完流量池"
    if step.verdict == "done":
        return [
            _move(
                view,
                Phase.STABLE,
                f"冷启动完成: {view.orders} 单, 达标概率 {sure:.0%}",
                f"cold start done: {view.orders} orders, {sure:.0%} sure of the target",
                evidence,
            ),
            *_bid(view, step.level, "转入稳投的出价", "bid for steady delivery", evidence),
        ]
    if step.verdict == "stop":
        reason = f"{pool}: 达标概率仅 {sure:.0%}, 降价观察", f"only {sure:.0%} sure of the target; held at a low bid"
    elif step.verdict == "hold":
        reason = f"{pool}: 达标概率 {sure:.0%}, 收紧出价", f"{sure:.0%} sure of the target; bid tightened"
    else:
        reason = f"{pool}: 达标概率 {sure:.0%}, 加速探索", f"{sure:.0%} sure of the target; explored faster"
    factor = min(HIGHEST, step.level / max(pacing, 0.3)) if step.verdict != "stop" else step.level
    return _bid(view, factor, *reason, evidence)


def _stable(
    view: GroupView,
    sure: float,
    cost: float,
    evidence: dict[str, float],
    wider: Callable[[GroupView], Reach | None],
) -> list[Intention]:
    if view.orders >= EXPAND_ORDERS and sure > EXPAND_SURE and (further := wider(view)) is not None:
        return [
            _move(view, Phase.EXPANSION, "成本稳定低于目标, 开始破圈", "steadily below target; reaching out", evidence),
            _reach(view, further, evidence),
        ]
    if view.orders + view.predicted > 3 and sure < 0.03:
        return _bid(
            view, 0.5, f"达标概率仅 {sure:.0%}, 降价", f"only {sure:.0%} sure of the target; bid lowered", evidence
        )
    if view.group.bid_factor < 0.8 and sure > 0.4:
        return _bid(view, 1.0, "成本已回到目标内, 恢复出价", "back within target; bid restored", evidence)
    return []


def _expansion(view: GroupView, sure: float, evidence: dict[str, float]) -> list[Intention]:
    if sure < 0.3:
        return [
            _move(
                view, Phase.STABLE, "破圈后成本上升, 回到稳投", "cost rose while reaching out; back to steady", evidence
            )
        ]
    return []


def _reach(view: GroupView, further: Reach, evidence: dict[str, float]) -> Intention:
    return Intention(
        Kind.AUDIENCE, view.group.campaign, view.group.id, further.mask, further.reason, further.reason_en,
        {**evidence, **further.evidence},
    )  # fmt: skip


def _move(view: GroupView, phase: Phase, reason: str, reason_en: str, evidence: dict[str, float]) -> Intention:
    return Intention(Kind.PHASE, view.group.campaign, view.group.id, int(phase), reason, reason_en, evidence)


def _bid(view: GroupView, factor: float, reason: str, reason_en: str, evidence: dict[str, float]) -> list[Intention]:
    if abs(factor / view.group.bid_factor - 1.0) < _STEP:
        return []
    return [Intention(Kind.BID, view.group.campaign, view.group.id, round(factor, 3), reason, reason_en, evidence)]
