"""Promotional cuts: the strongest stretches of the drama, 10 to 15 s with a closing card that says from where to watch.

A promotion is an advertisement: a stretch with words that advertising law forbids is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from magnetar.capabilities.creative.copy.advertising_law import unlawful
from magnetar.capabilities.creative.drama.board import Board, Shot
from magnetar.capabilities.creative.drama.money import PayPlan
from magnetar.capabilities.creative.drama.script import Script

LEAST_S, MOST_S, CARD_S, MOST = 10.0, 15.0, 2.6, 3
_WEIGHTS = {"shocked": 3.0, "angry": 2.6, "sad": 2.0, "firm": 1.6, "happy": 1.2, "doubt": 1.0, "calm": 0.6}


@dataclass(frozen=True, slots=True)
class Promo:
    """Shots in a row of one episode, then the card."""

    episode: int
    shots: tuple[Shot, ...]
    card: Shot
    strength: float


def strength(shot: Shot) -> float:
    """How much a shot makes one want to see more: moods, close views, questions, words that are said to a face."""
    score = max((_WEIGHTS.get(one.mood, 0.6) for one in shot.cast), default=0.2)
    text = shot.cue.text if shot.cue else ""
    score += (
        0.8 * (shot.size == "close")
        + 0.7 * ("？" in text or "?" in text)
        + 0.5 * ("！" in text or "!" in text or "…" in text)
    )
    return score * {"talk": 1.0, "act": 0.7, "tell": 0.6}.get(shot.kind, 0.1)


def choose(
    script: Script, boards: Sequence[Board], seconds: Mapping[str, float], plan: PayPlan, most: int = MOST
) -> tuple[list[Promo], list[str]]:
    """The promotional cuts, strongest first, none sharing a shot; and notes on what could not be used.

    Args:
        seconds: length of each shot by id.
    """
    notes: list[str] = []
    lawful: dict[str, bool] = {}
    for board in boards:
        for shot in board.shots:
            found = unlawful(shot.cue.text) if shot.cue else []
            lawful[shot.id] = not found
            if found:
                notes.append(f"promos: shot {shot.id} is not used, {found[0][0].zh} {found[0][1]!r} · {found[0][0].en}")
    title = script.title
    if found := unlawful(title):
        notes.append(f"promos: the title is left out, {found[0][0].zh} {found[0][1]!r} · {found[0][0].en}")
        title = ""
    windows: list[tuple[float, int, int, int]] = []
    for place, board in enumerate(boards):
        shots = board.shots
        for start in range(len(shots)):
            total = 0.0
            for end in range(start, len(shots)):
                shot = shots[end]
                if shot.kind == "card" or not lawful[shot.id]:
                    break
                total += seconds[shot.id]
                if total > MOST_S - CARD_S:
                    break
                if total >= LEAST_S - CARD_S:
                    power = sum(strength(one) * seconds[one.id] for one in shots[start : end + 1]) / total
                    power += 0.5 * (shots[end].kind == "talk") - 0.6 * (shots[start].kind == "establish")
                    windows.append((power, place, start, end + 1))
    windows.sort(key=lambda one: (-one[0], one[1], one[2]))
    chosen: list[Promo] = []
    used: set[str] = set()
    for spread in (True, False):  # first from different episodes
        for power, place, start, end in windows:
            shots = boards[place].shots[start:end]
            if len(chosen) >= most or any(shot.id in used for shot in shots):
                continue
            if spread and any(one.episode == boards[place].episode for one in chosen):
                continue
            used.update(shot.id for shot in shots)
            chosen.append(
                Promo(boards[place].episode, shots, closing(script, title, boards[place], plan), round(power, 3))
            )
    if len(chosen) < 2:
        notes.append(
            f"promos: only {len(chosen)} of at least two; the script has too few lawful shots in a row for {LEAST_S:.0f} s"
        )
    return chosen, notes


def closing(script: Script, title: str, board: Board, plan: PayPlan) -> Shot:
    """The card: the title, from which episode, and what is free by the pay plan."""
    first, count = script.episodes[0].index, len(script.episodes)
    if script.language == "zh":
        foot = f"第{first}集起 · 全{count}集" + (f" · 前{plan.free}集免费" if plan.free < count else " · 全集免费")
        title = f"《{title}》" if title else ""
    else:
        first_ones = "the first" if plan.free == 1 else f"the first {plan.free}"
        free = f"{first_ones} free" if plan.free < count else "all free"
        foot = f"From Episode {first} · {count} episodes · {free}"
    last = board.shots[-1]
    return Shot(
        "",
        board.episode,
        "promo",
        "wide",
        None,
        last.place,
        last.time,
        last.weather,
        (),
        (),
        "",
        False,
        "in",
        CARD_S,
        (title, foot),
    )
