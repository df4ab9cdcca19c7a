"""When what is seen: scenes on the beat of the music, each with a look, a camera and a way in."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from math import ceil

from magnetar.capabilities.creative.captions import Said
from magnetar.capabilities.creative.motion import Way
from magnetar.capabilities.creative.music import Tune, choose_tune
from magnetar.capabilities.creative.script import Line, Script
from magnetar.kernel.chance import Chance

LENGTH_S = 15.0
LONGEST_SCENE_S = 5.0
TURN_S = 0.3
"""How long one scene takes to give way to the next."""
_PACES = {"": 1.0, "slow": 1.25, "fast": 0.8}
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
    said: Said | None = None
    """What a voice says and the subtitles write; None leaves the caption standing."""


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


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a film and its scenes are to be."""

    length_s: float = 0.0
    """About how long the film is; 0 leaves it to the script: as long as its voice takes, or about 15 s."""
    pace: str = ""
    """slow or fast."""
    tune: int = 0
    """Another number, another tune."""
    wished_s: tuple[float, ...] = ()
    """Seconds of each scene, 0 where it does not matter; empty where none does."""
    needed_s: tuple[float, ...] = ()
    """Seconds that each scene's voice takes with the pauses around it; empty without a voice."""


def plan(script: Script, chance: Chance, fps: int, timing: Timing) -> Storyboard:
    """Lay a script out in time.

    Every scene gets a whole number of beats: by its weight, as wished, and never fewer than its voice needs. A script
    of few lines makes a shorter film rather than a slow one.
    """
    tune = choose_tune(chance, timing.pace, timing.tune)
    spans = _spans(script, tune.beat_s, timing)
    beats = sum(spans)
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


def _spans(script: Script, beat_s: float, timing: Timing) -> list[int]:
    """Beats of each scene."""
    many = len(script.lines)
    weights = [_SHARES[line.kind] for line in script.lines]
    wished = timing.wished_s or (0.0,) * many
    length_s = timing.length_s or LENGTH_S * _PACES[timing.pace]
    beats = max(many, round(min(length_s, LONGEST_SCENE_S * many) / beat_s))
    if timing.needed_s:
        least = [max(2, ceil(needed / beat_s - 1e-9)) for needed in timing.needed_s]
        spans = [max(need, round(want / beat_s)) for need, want in zip(least, wished, strict=True)]
        loose = [place for place, want in enumerate(wished) if not want]
        while timing.length_s and loose and sum(spans) < beats:
            spans[min(loose, key=lambda place: (spans[place] + 1) / weights[place])] += 1
        return spans
    spans = _share_out(beats, weights)
    if any(wished):
        fixed = {place: max(1, round(want / beat_s)) for place, want in enumerate(wished) if want}
        loose = [place for place in range(many) if place not in fixed]
        left = sum(spans[place] for place in loose)
        if timing.length_s and loose:
            left = max(len(loose), beats - sum(fixed.values()))
        rest = dict(zip(loose, _share_out(left, [weights[place] for place in loose]) if loose else [], strict=True))
        spans = [{**rest, **fixed}[place] for place in range(many)]
    return spans


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
