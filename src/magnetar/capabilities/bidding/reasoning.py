"""The slow half of the bidding reasoner: what is happening in a market, why, and what follows for the forecast.

A fast controller plans on its forecast. The reasoner reads the signs that the forecast may no longer
hold and names the likeliest cause; a counsel may ask for a bounded step of the forecast, after which
the controller plans again. It never sets a bid. Each hypothesis carries the figures it stands on, so that it can be
checked against the ledger, and a sentence for the merchant.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Protocol

RUN = 4
"""Ticks that a change of traffic must last to be taken for more than a burst."""
LIMIT = math.log(2.0)
"""Largest step of one hypothesis, on the logarithmic scale."""


class Cause(enum.IntEnum):
    """What a hypothesis says is happening."""

    STEADY = 0
    """The forecast holds."""
    FEWER = 1
    """Less traffic than the day's rhythm says."""
    MORE = 2
    """More traffic."""
    DEARER = 3
    """Rivals bid higher, or new ones have come."""
    CHEAPER = 4
    """Rivals bid lower, have run out of budget or have left."""
    OVERRATED = 5
    """Fewer conversions come than were predicted."""
    UNDERRATED = 6
    """More conversions come than were predicted."""
    BUDGET_RAISED = 7
    BUDGET_CUT = 8
    AHEAD = 9
    """Spent faster than planned."""
    BEHIND = 10
    """Spent slower than planned."""
    REPLANNED_BUDGET = 11
    """The forecast holds; the money that is left asks for another bid."""
    REPLANNED_TARGET = 12
    """The forecast holds; the target asks for another bid."""
    STARTED = 13
    """The campaign's first bid."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What a tick showed, against what was expected of it."""

    tick: int
    count: int
    """Impressions met in the last tick."""
    expected_count: float
    """NaN where nothing was expected yet."""
    traffic: tuple[float, ...]
    """Log of met over expected in the last ticks, newest last; NaN where nothing was expected."""
    price_move: float
    """Log change of the entry price against the ticks before; NaN where unknown."""
    price_spread: float
    """Usual log-spread of that change."""
    believed: float
    """Conversions predicted of the recent impressions on screen."""
    came: float
    """Conversions that came of them."""
    spent: float
    """Today, currency."""
    planned: float
    """Planned to be spent by now, currency; NaN where there was no plan."""
    left: float
    """Of the day's budget, currency."""
    budget_change: float
    """Currency that the budget was raised (positive) or cut (negative) since the last tick, for no spend of ours."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One likely cause, how far the forecast moves for it, and the figures it stands on."""

    cause: Cause
    step: float
    """Log change of the forecast that the counsel asks for, of traffic, price or calibration; 0 moves nothing."""
    strength: float
    """How unusual the signs are, in spreads."""
    seen: float
    expected: float

    @property
    def direction(self) -> int:
        """Which way bids tend: 1 up, −1 down, 0 unchanged."""
        return _DIRECTION[self.cause]

    def sentence(self, chinese: bool = True) -> str:
        """For the merchant."""
        return _SENTENCES[self.cause][0 if chinese else 1].format(seen=self.seen, expected=self.expected)


class Counsel(Protocol):
    """Reads signs and proposes hypotheses; by rules, or a language model that may give a direction only."""

    def read(self, signs: Signs) -> tuple[Hypothesis, ...]:
        """Likeliest causes, strongest first; never empty."""
        ...


class Rules:
    """The default counsel: thresholds on how unusual a sign is. It names causes and asks for no step.

    Steps were tried: reading a price move as lasting, or as given back by rivals whose budgets are finite;
    forgetting older traffic or conversions. On shocked days of the twin they brought −0.2 % [−0.5, 0.0] and on
    plain ones −0.6 % to 0.0: the controller's forecast, which pools the day and doubts itself, knows as much.
    """

    def __init__(self, unusual: float = 4.0, move: float = 0.2, traffic: float = 0.35, chance: float = 3.2) -> None:
        """Thresholds.

        Args:
            unusual: a price move counts from so many spreads on
            move: and from this log step on.
            traffic: mean log deviation of four ticks from which it counts.
            chance: spreads by which conversions must miss their prediction.
        """
        self.unusual = unusual
        self.move = move
        self.traffic = traffic
        self.chance = chance

    def read(self, signs: Signs) -> tuple[Hypothesis, ...]:
        found = [*self._traffic(signs), *self._price(signs), *self._calibration(signs), *self._money(signs)]
        found.sort(key=lambda one: -one.strength)
        return tuple(found) or (Hypothesis(Cause.STEADY, 0.0, 0.0, signs.spent, signs.planned),)

    def _traffic(self, signs: Signs) -> list[Hypothesis]:
        """Four ticks off in one direction: fewer may be a burst, so many are a level."""
        off = signs.traffic[-RUN:]
        if len(off) < RUN or not all(math.isfinite(one) for one in off):
            return []
        mean = sum(off) / RUN
        if min(mean * one for one in off) <= 0.0 or abs(mean) < self.traffic:
            return []
        cause = Cause.MORE if mean > 0.0 else Cause.FEWER
        return [Hypothesis(cause, 0.0, abs(mean) / self.traffic, float(signs.count), signs.expected_count)]

    def _price(self, signs: Signs) -> list[Hypothesis]:
        move = signs.price_move
        if not (math.isfinite(move) and math.isfinite(signs.price_spread)):
            return []
        strength = abs(move) / max(signs.price_spread, 0.05)
        if strength < self.unusual or abs(move) < self.move:
            return []
        cause = Cause.DEARER if move > 0.0 else Cause.CHEAPER
        return [Hypothesis(cause, 0.0, strength, math.exp(min(max(move, -20.0), 20.0)), 1.0)]

    def _calibration(self, signs: Signs) -> list[Hypothesis]:
        """A Poisson count against its mean, by the square-root transform: √came has a spread of about a half."""
        if not (4.0 <= signs.believed < math.inf and 0.0 <= signs.came < math.inf):
            return []
        strength = 2.0 * (math.sqrt(signs.came + 0.375) - math.sqrt(signs.believed))
        if abs(strength) < self.chance:
            return []
        cause = Cause.UNDERRATED if strength > 0.0 else Cause.OVERRATED
        return [Hypothesis(cause, 0.0, abs(strength), signs.came, signs.believed)]

    def _money(self, signs: Signs) -> list[Hypothesis]:
        found: list[Hypothesis] = []
        total = signs.spent + signs.left
        if not (math.isfinite(total) and math.isfinite(signs.budget_change)):
            return found
        if abs(signs.budget_change) > 0.005 * max(total, 1e-9):
            cause = Cause.BUDGET_RAISED if signs.budget_change > 0.0 else Cause.BUDGET_CUT
            found.append(Hypothesis(cause, 0.0, 10.0, total, total - signs.budget_change))
        if math.isfinite(signs.planned) and total > 0.0:
            off = (signs.spent - signs.planned) / total
            if abs(off) > 0.05:
                cause = Cause.AHEAD if off > 0.0 else Cause.BEHIND
                found.append(Hypothesis(cause, 0.0, abs(off) / 0.05, signs.spent, signs.planned))
        return found


_DIRECTION = {
    Cause.STEADY: 0,
    Cause.FEWER: 1,
    Cause.MORE: -1,
    Cause.DEARER: -1,
    Cause.CHEAPER: 1,
    Cause.OVERRATED: -1,
    Cause.UNDERRATED: 1,
    Cause.BUDGET_RAISED: 1,
    Cause.BUDGET_CUT: -1,
    Cause.AHEAD: -1,
    Cause.BEHIND: 1,
    Cause.REPLANNED_BUDGET: 0,
    Cause.REPLANNED_TARGET: 0,
    Cause.STARTED: 0,
}
_SENTENCES = {
    Cause.STEADY: (
        "一切按计划: 已花 {seen:.2f}, 计划 {expected:.2f}",
        "As planned: spent {seen:.2f}, planned {expected:.2f}",
    ),
    Cause.FEWER: (
        "流量低于节奏: 上一时段 {seen:.0f} 次, 预计 {expected:.0f} 次",
        "Less traffic than the day's rhythm: {seen:.0f} impressions, {expected:.0f} expected",
    ),
    Cause.MORE: (
        "流量高于节奏: 上一时段 {seen:.0f} 次, 预计 {expected:.0f} 次",
        "More traffic than the day's rhythm: {seen:.0f} impressions, {expected:.0f} expected",
    ),
    Cause.DEARER: (
        "竞争变贵: 入场价是此前的 {seen:.2f} 倍",
        "Dearer: the entry price is {seen:.2f} × what it was",
    ),
    Cause.CHEAPER: (
        "竞争变便宜: 入场价是此前的 {seen:.2f} 倍",
        "Cheaper: the entry price is {seen:.2f} × what it was",
    ),
    Cause.OVERRATED: (
        "转化少于预估: 来了 {seen:.0f} 单, 预估 {expected:.1f} 单",
        "Fewer conversions than predicted: {seen:.0f} came, {expected:.1f} predicted",
    ),
    Cause.UNDERRATED: (
        "转化多于预估: 来了 {seen:.0f} 单, 预估 {expected:.1f} 单",
        "More conversions than predicted: {seen:.0f} came, {expected:.1f} predicted",
    ),
    Cause.BUDGET_RAISED: (
        "预算已上调: 现为 {seen:.2f}, 原为 {expected:.2f}",
        "The budget was raised to {seen:.2f} from {expected:.2f}",
    ),
    Cause.BUDGET_CUT: (
        "预算已下调: 现为 {seen:.2f}, 原为 {expected:.2f}",
        "The budget was cut to {seen:.2f} from {expected:.2f}",
    ),
    Cause.AHEAD: (
        "花得比计划快: 已花 {seen:.2f}, 计划 {expected:.2f}",
        "Ahead of plan: spent {seen:.2f}, planned {expected:.2f}",
    ),
    Cause.BEHIND: (
        "花得比计划慢: 已花 {seen:.2f}, 计划 {expected:.2f}",
        "Behind plan: spent {seen:.2f}, planned {expected:.2f}",
    ),
    Cause.REPLANNED_BUDGET: (
        "按预算重新规划: 照原出价余下时间要花 {seen:.2f}, 预算还剩 {expected:.2f}",
        "Planned again for the budget: at the old bid the rest of the day would cost {seen:.2f}, {expected:.2f} is left",
    ),
    Cause.REPLANNED_TARGET: (
        "按目标重新规划: 照原出价单位成本将是目标的 {seen:.0f} %",
        "Planned again for the target: at the old bid a unit would cost {seen:.0f} % of its target",
    ),
    Cause.STARTED: (
        "开始投放: 倍数 {seen:.2f}, 今日预算还剩 {expected:.2f}",
        "Started: multiplier {seen:.2f}, {expected:.2f} left of today's budget",
    ),
}
