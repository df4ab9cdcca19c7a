"""How figures, moments and the platform's words are shown, in either language."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from magnetar.app.rehearsals import DONE, FAILED, INTERRUPTED, QUEUED, RUNNING, STOPPED
from magnetar.capabilities.autopilot import Kind, Outcome, Record
from magnetar.capabilities.campaigns import CONVERSION_WORDS, EVERYBODY, HORIZON_WORDS
from magnetar.kernel.clock import MINUTE, SECOND
from magnetar.kernel.i18n import Voice
from magnetar.vocabulary.campaigns import Campaign, ConversionKind, Goal, GoalKind, Phase
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.money import MICROS
from magnetar.web.console.worlds import LABELS

NONE = "–"
SHOP_TIME = timezone(timedelta(hours=8))
"""Moments are shown in the time of the shop; China has one."""

PHASES = {
    Phase.UNDERSTANDING: ("素材理解", "Understanding"),
    Phase.COLD_START: ("冷启动", "Cold start"),
    Phase.STABLE: ("稳投", "Stable"),
    Phase.EXPANSION: ("破圈", "Expansion"),
    Phase.ENDED: ("已结束", "Ended"),
}
ARMS = {
    "none": ("不投放", "No ads"),
    "manual": ("人工投放", "By hand"),
    "manual-aa": ("人工投放 (A/A)", "By hand (A/A)"),
    "uax": ("UAX 全自动", "UAX automatic"),
    "whole-site": ("全站推广", "Whole site"),
}
METRICS = {
    "incremental_gmv": ("增量成交", "Incremental GMV"),
    "gmv_organic": ("自然成交", "Organic GMV"),
    "spend": ("花费", "Spend"),
    "cold_start_success": ("冷启动成功率", "Cold-start success"),
    "gmv": ("总成交", "GMV"),
}
STATES = {
    QUEUED: ("排队中", "Queued", "calm"),
    RUNNING: ("预演中", "Running", "busy"),
    DONE: ("已完成", "Done", "good"),
    STOPPED: ("已停止", "Stopped", "calm"),
    FAILED: ("失败", "Failed", "bad"),
    INTERRUPTED: ("已中断", "Interrupted", "warn"),
}
OUTCOMES = {
    Outcome.DONE: ("已执行", "Done", "good"),
    Outcome.REFUSED: ("被拒绝", "Refused", "bad"),
    Outcome.UNDONE: ("已撤销", "Undone", "calm"),
}
KINDS = {
    Kind.OPEN: ("新建广告组", "Open ad group"),
    Kind.PHASE: ("阶段", "Phase"),
    Kind.BID: ("出价", "Bid"),
    Kind.AUDIENCE: ("人群", "Audience"),
    Kind.PAUSE: ("暂停", "Pause"),
    Kind.RESUME: ("恢复", "Resume"),
    Kind.BUDGET: ("预算", "Budget"),
    Kind.QUOTA: ("保量", "Quota"),
}
EVIDENCE = {
    "views": ("曝光", "views", ",.0f"),
    "orders": ("订单", "orders", ",.0f"),
    "spend": ("花费", "spend", ",.2f"),
    "cost_expected": ("预计成本", "expected cost", ",.2f"),
    "cost_allowed": ("允许成本", "allowed cost", ",.2f"),
    "target": ("目标成本", "target cost", ",.2f"),
    "probability_on_target": ("达标概率", "on target", ".0%"),
}


_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def apart(text: str) -> str:
    """A text from outside within a sentence: marks that turn the direction are left out; right-to-left words are isolated.

    >>> apart("mug\u202e gpj.exe"), apart("كوب") == "\u2068كوب\u2069"
    ('mug gpj.exe', True)
    """
    plain = _MARKS.sub("", text)
    turned = any(unicodedata.bidirectional(one) in ("R", "AL", "AN") for one in plain)
    return f"\u2068{plain}\u2069" if turned else plain


class Showing:
    """Turns values into words for one visitor."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice

    def amount(self, value: float | None, digits: int = 0) -> str:
        """A number with its thousands marked; a dash where there is none."""
        return NONE if value is None or not math.isfinite(value) else f"{value:,.{digits}f}".replace("-", "−")

    def percent(self, value: float | None, digits: int = 0) -> str:
        return NONE if value is None or not math.isfinite(value) else f"{value:.{digits}%}".replace("-", "−")

    def interval(self, value: Mapping[str, Any] | None, digits: int = 0) -> str:
        """The interval alone, `[low, high]`; a dash where it is not defined."""
        if not value or value["low"] is None or not math.isfinite(value["low"]):
            return NONE
        return f"[{self.amount(value['low'], digits)}, {self.amount(value['high'], digits)}]"

    def money(self, money: Any, digits: int = 2) -> str:
        return NONE if money is None else f"{money.amount:,.{digits}f} {money.currency}"

    def moment(self, at: int) -> str:
        """Date and time to the minute."""
        return datetime.fromtimestamp(at / SECOND, UTC).astimezone(SHOP_TIME).strftime("%Y-%m-%d %H:%M") if at else NONE

    def span(self, start: int, end: int) -> str:
        """How long something took."""
        seconds = max(0, end - start) // SECOND
        return f"{seconds} s" if seconds < 120 else f"{seconds * SECOND // MINUTE} min"

    def phase(self, phase: Phase) -> str:
        return self.voice(*PHASES[phase])

    def arm(self, name: str) -> str:
        return self.voice(*ARMS.get(name, (name, name)))

    def metric(self, name: str) -> str:
        return self.voice(*METRICS.get(name, (name, name)))

    def world(self, name: str) -> str:
        return self.voice(*LABELS.get(name, (name, name)))

    def state(self, name: str) -> tuple[str, str]:
        """(words, tone)"""
        zh, en, tone = STATES.get(name, (name, name, "calm"))
        return self.voice(zh, en), tone

    def outcome(self, outcome: Outcome) -> tuple[str, str]:
        """(words, tone)"""
        zh, en, tone = OUTCOMES[outcome]
        return self.voice(zh, en), tone

    def kind(self, kind: Kind) -> str:
        return self.voice(*KINDS.get(kind, (kind.value, kind.value)))

    def goal(self, goal: Goal) -> str:
        """What is promised."""
        say, target = self.voice, goal.target
        orders = goal.conversion is ConversionKind.ORDER
        what = say(*CONVERSION_WORDS[goal.conversion])
        if goal.kind.by_value:
            until = say(*HORIZON_WORDS[goal.horizon])
            words = "ROI" if not until else say("{until} ROI", "ROI within {until}", until=until)
            if goal.kind is GoalKind.MAX_VALUE:
                words = say(
                    "尽量多{until}成交额", "as much value as possible{until}", until=until and say(until, f", {until}")
                )
            elif goal.kind is GoalKind.TARGET_ROI:
                words = f"{words} ≥ {target:g}"
            else:
                words = say(
                    "每次出价 {words} ≥ {target:g}", "{words} of every bid ≥ {target:g}", words=words, target=target
                )
            return words if orders else f"{words} · {what}"
        if goal.kind is GoalKind.TARGET_COST:
            if orders:
                return say("每单成本 ≤ {target:g}", "cost per order ≤ {target:g}", target=target)
            return say("{what}成本 ≤ {target:g}", "cost of {what} ≤ {target:g}", what=what, target=target)
        if goal.kind is GoalKind.COST_CAP:
            return say("{what}出价 ≤ {target:g}", "every bid for {what} ≤ {target:g}", what=what, target=target)
        if orders:
            return say("尽量多成交", "as many orders as possible")
        return say("尽量多{what}", "as many {what} as possible", what=what)

    def conversions(self, goal: Goal) -> str:
        """The name of what a campaign pays for."""
        return self.voice(*CONVERSION_WORDS[goal.conversion])

    def agent(self, campaign: Campaign) -> str:
        """How a campaign is run, told from its settings."""
        if campaign.id.startswith("c-"):
            return self.voice("自建", "Own")
        if campaign.whole_site:
            return self.arm("whole-site")
        return self.arm("uax" if campaign.incremental else "manual")

    def change(self, record: Record) -> str:
        """What an intention changed, from what to what."""
        kind, value, before = record.intention.kind, record.intention.value, record.before
        if kind is Kind.BID:
            return f"×{before:g} → ×{value:g}" if before is not None else f"×{value:g}"
        if kind is Kind.PHASE:
            after = self.phase(Phase(int(value)))
            return f"{self.phase(Phase(int(before)))} → {after}" if before is not None else after
        if kind is Kind.AUDIENCE:
            return f"{self._people(before)} → {self._people(value)}" if before is not None else self._people(value)
        if kind is Kind.BUDGET:
            after = f"{value / MICROS:,.2f}"
            return f"{before / MICROS:,.2f} → {after}" if before is not None else after
        return ""

    def _people(self, mask: float | int | bool) -> str:
        if int(mask) == EVERYBODY:
            return self.voice("全部人群", "everybody")
        return self.voice("{n} 个人群", "{n} segments", n=int(mask).bit_count())

    def product(self, titles: Mapping[str, Product], group: str) -> str:
        """The product's title behind an ad group's id, '' where it is not known."""
        words = group.split("-")
        product = next(
            (titles[name] for start in range(len(words)) if (name := "-".join(words[start:])) in titles), None
        )
        if product is None:
            return ""
        return product.title if self.voice.language == "zh" else product.title_en or product.title

    def evidence(self, record: Record) -> list[tuple[str, str]]:
        """The figures that a reason rests on, named."""
        named: list[tuple[str, str]] = []
        for name, value in record.intention.evidence.items():
            zh, en, form = EVIDENCE.get(name, (name, name, ",.2f"))
            named.append((self.voice(zh, en), format(value, form) if math.isfinite(value) else NONE))
        return named

    def reasons(self, record: Record) -> tuple[str, str]:
        """The reason in this language, then in the other."""
        one = record.intention
        pair = (one.reason, one.reason_en or one.reason)
        return pair if self.voice.language == "zh" else (pair[1], pair[0])
