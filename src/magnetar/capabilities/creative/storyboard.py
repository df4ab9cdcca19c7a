"""When what is seen: scenes on the beat of the music, each with a look, a camera and a way in."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from magnetar.capabilities.creative.motion import Way
from magnetar.capabilities.creative.music import Tune, choose_tune
from magnetar.capabilities.creative.script import Line, Script
from magnetar.kernel.chance import Chance

LENGTH_S = 15.0
LONGEST_SCENE_S = 5.0
TURN_S = 0.3
"""How long one scene takes to give way to the next."""
_SHARES = {"hook": 1.15, "point": 1.0, "offer": 1.35}


class Look(enum.Enum):
    """How a scene is laid out; see layout.py."""

    STUDIO = "studio"
    BAND = "band"
    CARD = "card"
    TOWER = "tower"
    OFFER = "offer"


class Turn(enum.Enum):
    """How a scene comes in."""

    CUT = "cut"
    UP = "up"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Shot:
    """One scene."""

    line: Line
    look: Look
    way: Way
    turn: Turn
    start: int
    """First frame."""
    frames: int
    closer: float
    """How near the camera begins."""


@dataclass(frozen=True, slots=True)
class Storyboard:
    """A film in scenes."""

    shots: tuple[Shot, ...]
    fps: int
    frames: int
    turn_frames: int
    tune: Tune
    beats: int
    cuts: tuple[int, ...]

    @property
    def seconds(self) -> float:
        return self.frames / self.fps


def plan(script: Script, chance: Chance, fps: int, length_s: float = LENGTH_S) -> Storyboard:
    """Lay a script out in time.

    Every scene gets a whole number of beats, by its weight; a script of few lines makes a shorter film rather
    than a slow one.
    """
    tune = choose_tune(chance)
    length_s = min(length_s, LONGEST_SCENE_S * len(script.lines))
    beats = max(len(script.lines), round(length_s / tune.beat_s))
    spans = _share_out(beats, [_SHARES[line.kind] for line in script.lines])
    cuts = [sum(spans[:number]) for number in range(1, len(spans))]
    starts = [round(beat * tune.beat_s * fps) for beat in (0, *cuts, beats)]
    draws = chance.of("camera").uniforms(len(script.lines), 2)
    looks = _looks(script, float(chance.of("looks").uniforms(1)[0]))
    shots: list[Shot] = []
    for number, (line, look) in enumerate(zip(script.lines, looks, strict=True)):
        shots.append(
            Shot(
                line,
                look,
                _camera(look, draws[number, 0]),
                _way_in(number, look, draws[number, 1]),
                starts[number],
                starts[number + 1] - starts[number],
                1.0 if look in (Look.STUDIO, Look.OFFER, Look.CARD) else 1.0 + 0.1 * float(draws[number, 1]),
            )
        )
    shortest = min(shot.frames for shot in shots)
    return Storyboard(
        tuple(shots), fps, starts[-1], max(2, min(round(TURN_S * fps), shortest // 3)), tune, beats, tuple(cuts)
    )


def _share_out(total: int, weights: list[float]) -> list[int]:
    """Whole numbers that sum to the total, as near to the weights as can be, none below one."""
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [max(1, int(value)) for value in exact]
    order = sorted(range(len(parts)), key=lambda n: parts[n] - exact[n])
    turn = 0
    while sum(parts) < total:
        parts[order[turn % len(parts)]] += 1
        turn += 1
    while sum(parts) > total:
        parts[parts.index(max(parts))] -= 1
    return parts


def _looks(script: Script, draw: float) -> list[Look]:
    ring = [Look.BAND, Look.CARD, Look.TOWER]
    first = int(draw * 3)
    looks: list[Look] = []
    for number, line in enumerate(script.lines):
        if line.kind == "point":
            looks.append(ring[(first + number - 1) % 3])
        else:
            looks.append(Look.STUDIO if line.kind == "hook" else Look.OFFER)
    return looks


def _camera(look: Look, draw: float) -> Way:
    if look is Look.BAND:
        return Way.LEFT if draw < 0.5 else Way.RIGHT
    if look is Look.TOWER:
        return Way.UP if draw < 0.5 else Way.DOWN
    return Way.AWAY if look is Look.CARD else Way.CLOSER


def _way_in(number: int, look: Look, draw: float) -> Turn:
    if number == 0:
        return Turn.CUT
    if look is Look.OFFER or number == 1:
        return Turn.UP
    return Turn.LEFT if draw < 0.5 else Turn.RIGHT
