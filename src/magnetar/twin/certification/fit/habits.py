"""How sellers steer their own bids: fixed hours by the clock, other changes as they came on past days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from magnetar.kernel.chance import Chance
from magnetar.twin.certification.fit.evidence import BidChange, Evidence

_REGULAR = 0.6
"""Share of days on which the same factor at the same half-hour makes a rule."""
_LEAST, _MOST = 0.05, 3.0


@dataclass(slots=True)
class Habits:
    """What each campaign's owner does to its bids, by half-hour of the day."""

    by_clock: dict[int, list[tuple[str, float]]]
    """Half-hour → (ad group, factor) that its owner sets every day."""
    days: dict[str, list[dict[int, list[tuple[str, float]]]]]
    """Campaign → past days → half-hour → (ad group, ratio of new to old factor); one of them is lived again each day."""
    factor: dict[str, float] = field(default_factory=dict[str, float])
    """The factor of each ad group at the end of the log."""


def habits_of(evidence: Evidence) -> Habits:
    """Read habits from what was changed; the first day is left out, where it only sets things up."""
    owner: dict[str, str] = {}
    by_group: dict[str, list[BidChange]] = defaultdict(list)
    for change in evidence.changes:
        owner[change.group] = change.campaign
        by_group[change.group].append(change)
    by_clock: dict[int, list[tuple[str, float]]] = defaultdict(list)
    days: dict[str, list[dict[int, list[tuple[str, float]]]]] = {}
    factor: dict[str, float] = {}
    for group, changes in by_group.items():
        slots: dict[tuple[int, float], set[int]] = defaultdict(set)
        for change in changes:
            slots[change.tick % 48, round(change.factor, 6)].add(change.tick // 48)
        rules = {slot for slot, seen in slots.items() if len(seen) >= max(2.0, _REGULAR * evidence.days)}
        for moment, value in sorted(rules):
            by_clock[moment].append((group, value))
        past = days.setdefault(owner[group], [{} for _ in range(evidence.days)])
        old = changes[0].factor
        for change in changes:
            if (change.tick % 48, round(change.factor, 6)) not in rules and change.tick > 0:
                steps = past[min(change.tick // 48, evidence.days - 1)].setdefault(change.tick % 48, [])
                steps.append((group, change.factor / max(old, 1e-9)))
            old = change.factor
        factor[group] = old
    moving = {campaign: past for campaign, past in days.items() if any(past)}
    return Habits(dict(by_clock), moving, factor)


class Owners:
    """The owners of one forecast run, as its days pass."""

    def __init__(self, habits: Habits, chance: Chance) -> None:
        self._habits = habits
        self._chance = chance
        self._factor = dict(habits.factor)

    def act(self, tick: int) -> list[tuple[str, float]]:
        """What they change before a tick: ad groups and their new factors."""
        moment, day = tick % 48, tick // 48
        changed: list[tuple[str, float]] = list(self._habits.by_clock.get(moment, ()))
        for campaign, past in self._habits.days.items():
            # the first day is young: accounts are being set up
            draw = self._chance.of("owner", campaign, day).uniforms(1)[0]
            lived = past[min(1 + int(draw * (len(past) - 1)), len(past) - 1)]
            for group, ratio in lived.get(moment, ()):
                changed.append((group, min(_MOST, max(_LEAST, self._factor[group] * ratio))))
        for group, factor in changed:
            self._factor[group] = factor
        return changed
