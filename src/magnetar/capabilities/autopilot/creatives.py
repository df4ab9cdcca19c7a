"""素材优选: which creatives of a product are put in use, and which rest, by what they should bring and how they tire.

Pure decisions: candidates in, intentions with reasons out. Once a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from magnetar.capabilities.autopilot.intentions import Intention, Kind, figures
from magnetar.capabilities.creative import Advice, Fatigue, Volume
from magnetar.vocabulary.campaigns import CreativeState

IN_USE = 6
"""Creatives of one product that are shown in turn, at most: more would each be seen too seldom to be judged."""
REFINED_A_DAY = 6
"""Variants of winners that are ordered for an account in a day, at most; the next review may try them."""
NEW_A_DAY = 2
"""Drafts of one product that are tried in a day, at most."""
REVIEW_AT = 18
"""Tick of the day: nine in the morning."""
STATES = tuple(CreativeState)
"""An intention's value is a state's place in here."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A creative as the review sees it."""

    id: str
    product: str
    state: CreativeState
    group: str
    """Near-duplicates share it."""
    volume: Volume
    """Factor on its product's click rate, predicted before it runs, corrected since."""
    value_per_mille: float
    """GMV that a thousand views should bring, currency units."""
    fatigue: Fatigue | None = None
    """None where it does not run."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A variant of a winner that should be made (素材微调)."""

    winner: str
    product: str
    sort: str
    level: str
    """The one element that changes, and to what."""
    elements: dict[str, str]
    expected: Volume
    """Factor on the winner's click rate."""
    worth: float
    """GMV that a thousand views should bring beyond the winner's, currency units."""


class CreativeBook(Protocol):
    """Where an account's creatives are looked up."""

    def candidates(self, merchant: str) -> list[Candidate]:
        """A merchant's creatives that may be shown or are."""
        ...

    def variants(self, merchant: str) -> list[Wanted]:
        """Variants of a merchant's winners that nobody has made yet, those first that should bring most."""
        ...


class Refiner(Protocol):
    """Who makes variants; they come into the library as drafts, at once or later."""

    def refine(self, merchant: str, wanted: Sequence[Wanted]) -> None:
        """Make these."""
        ...


def choose_variants(wanted: Sequence[Wanted], most: int = REFINED_A_DAY) -> list[Wanted]:
    """Which variants are made today: of each product the one that should bring most, where it should bring anything."""
    best: dict[str, Wanted] = {}
    for one in wanted:
        if one.worth > 0.0 and (one.product not in best or one.worth > best[one.product].worth):
            best[one.product] = one
    return sorted(best.values(), key=lambda one: (-one.worth, one.winner))[:most]


def review(candidates: Sequence[Candidate], campaign: str) -> list[Intention]:
    """What should change: tired creatives rest, the best untried take their places.

    A creative rests where its decline is sure and its product has a better one in use; one in use is never the last to go.
    Where all places are taken, one that is surely worse than the best gives way to a draft that promises more. Of
    near-duplicates one is in use.
    """
    wanted: list[Intention] = []
    for product in dict.fromkeys(one.product for one in candidates):
        mine = [one for one in candidates if one.product == product]
        running = [one for one in mine if one.state is CreativeState.IN_USE]
        tired = [one for one in running if one.fatigue and one.fatigue.advice is Advice.REST][
            : max(0, len(running) - 1)
        ]
        for one in tired:
            assert one.fatigue is not None
            lost, sure = one.fatigue.lost, one.fatigue.probability
            wanted.append(
                _move(
                    one, campaign, CreativeState.PAUSED,
                    f"素材衰退: 点击率较首日下降 {lost:.0%} (把握 {sure:.0%}), 同商品有更好的素材在用, 先休息",
                    f"tired: clicks {lost:.0%} below its first day ({sure:.0%} sure), a better one is in use; it rests",
                    lost=lost, trend_a_day=one.fatigue.trend, probability=sure,
                )
            )  # fmt: skip
        gone = {one.id for one in tired}
        taken = {one.group or one.id for one in running if one.id not in gone}
        drafts = sorted(
            (one for one in mine if one.state is CreativeState.DRAFT), key=lambda one: (-one.volume.factor, one.id)
        )
        left = [one for one in running if one.id not in gone]
        places, today = IN_USE - len(left), NEW_A_DAY
        for one in drafts:
            if (one.group or one.id) in taken:
                continue
            if not today:
                break
            if places <= 0:
                last = _makes_room(left, one)
                if last is None:
                    break
                left.remove(last)
                wanted.append(_yield(last, one, campaign))
                places += 1
            taken.add(one.group or one.id)
            places, today = places - 1, today - 1
            found = one.volume
            wanted.append(
                _move(
                    one, campaign, CreativeState.IN_USE,
                    f"素材优选: 预估点击率为商品平均的 {found.factor:.2f} 倍 ({found.low:.2f}–{found.high:.2f}), "
                    f"每千次曝光成交 {one.value_per_mille:.0f}",
                    f"chosen: should be clicked {found.factor:.2f} times as often as its product ({found.low:.2f}–{found.high:.2f}), "
                    f"{one.value_per_mille:.0f} of sales a thousand views",
                    factor=found.factor, low=found.low, high=found.high, value_per_mille=one.value_per_mille,
                )
            )  # fmt: skip
    return wanted


def _makes_room(running: Sequence[Candidate], draft: Candidate) -> Candidate | None:
    """The creative in use that gives its place to a draft: surely worse than the best, and below what the draft promises."""
    if not running:
        return None
    best = max(one.volume.factor for one in running)
    worst = min(running, key=lambda one: (one.volume.factor, one.id))
    sure = worst.volume.high < best and worst.volume.factor < draft.volume.factor
    return worst if sure else None


def _yield(one: Candidate, draft: Candidate, campaign: str) -> Intention:
    mine, its = one.volume.factor, draft.volume.factor
    return _move(
        one, campaign, CreativeState.PAUSED,
        f"素材汰换: 点击率为商品平均的 {mine:.2f} 倍, 低于在用最优; 让位给预估 {its:.2f} 倍的新素材",
        f"gives way: clicked {mine:.2f} times as often as its product, surely below the best; a new one should reach {its:.2f}",
        factor=mine, high=one.volume.high, draft=its,
    )  # fmt: skip


def _move(
    one: Candidate, campaign: str, state: CreativeState, reason: str, reason_en: str, **evidence: float
) -> Intention:
    return Intention(
        Kind.CREATIVE, campaign, "", STATES.index(state), reason, reason_en, figures(**evidence), creative=one.id
    )
