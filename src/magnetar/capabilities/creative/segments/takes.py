"""What a product's films are recombined from: takes of hooks, points and offers, on one grid of beats.

A take is a scene that can stand beside any other: its length depends on its kind alone, its frames on itself alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from magnetar.capabilities.creative.motion import Way
from magnetar.capabilities.creative.script import Line, Script
from magnetar.capabilities.creative.storyboard import LONGEST_SCENE_S, Look, Shot, Turn
from magnetar.kernel.chance import Chance

TEMPI = (100, 125)
"""Beats a minute whose beat is a whole number of frames at 25 frames/s, so that every cut falls on a beat exactly."""
POINTS = 3
LOOKS = (Look.BAND, Look.CARD, Look.TOWER)
_HOOKS = 6


@dataclass(frozen=True, slots=True)
class Grid:
    """How long each kind of scene is, in beats."""

    fps: int
    tempo: int
    hook: int
    point: int
    offer: int
    points: int

    @property
    def beat_frames(self) -> int:
        return 60 * self.fps // self.tempo

    def frames(self, kind: str) -> int:
        """Frames of a scene of a kind."""
        return self.beat_frames * {"hook": self.hook, "point": self.point, "offer": self.offer}[kind]

    @property
    def beats(self) -> int:
        return self.hook + self.points * self.point + self.offer

    @property
    def cuts(self) -> tuple[int, ...]:
        """Beats at which scenes change."""
        return tuple(self.hook + number * self.point for number in range(self.points + 1))

    @property
    def total(self) -> int:
        """Frames of a film."""
        return self.beats * self.beat_frames


def make_grid(fps: int, tempo: int, points: int, length_s: float) -> Grid:
    """Share a film's beats out over a hook, so many points and an offer.

    Raises:
        ValueError: a beat is no whole number of frames.

    >>> make_grid(25, 100, 3, 15.0)
    Grid(fps=25, tempo=100, hook=6, point=4, offer=7, points=3)
    """
    if 60 * fps % tempo:
        raise ValueError(f"a beat at {tempo} a minute is no whole number of frames at {fps} frames/s")
    length_s = min(length_s, LONGEST_SCENE_S * (points + 2))
    beats = max(points + 2, int(length_s * tempo / 60 + 1e-9))
    each = beats / (1.15 + points + 1.35)
    point = max(1, int(each))
    hook = min(-int(-each * 1.15 // 1), beats - points * point - 1)
    return Grid(fps, tempo, hook, point, beats - hook - points * point, points)


@dataclass(frozen=True, slots=True)
class Take:
    """One scene."""

    kind: str
    line: Line
    look: Look
    way: Way
    closer: float
    script: int
    """Which of the scripts it speaks for (price, action, brand)."""
    picture: int = 0
    """Which of the product's pictures it shows, counted round."""

    def shot(self, frames: int) -> Shot:
        """The take as a scene to build."""
        return Shot(self.line, self.look, self.way, Turn.CUT, 0, frames, self.closer)


@dataclass(frozen=True, slots=True)
class Pool:
    """All takes of a product's films."""

    hooks: tuple[Take, ...]
    points: tuple[Take, ...]
    offers: tuple[Take, ...]

    @property
    def lines(self) -> int:
        """Different points."""
        return len({take.line.headline for take in self.points})


def gather(scripts: Sequence[Script], chance: Chance, *, every_look: bool) -> Pool:
    """The takes that scripts of one product give.

    Hooks: each script's own; the price; a point said first, where enough others remain. A point comes in every look,
    or in one.

    Args:
        every_look: three takes of each point instead of one.
    """
    points: dict[str, tuple[int, Line]] = {}
    chips: set[str] = set()
    hooks: dict[tuple[str, str], tuple[int, Line]] = {}
    offers: dict[tuple[str, str], tuple[int, Line]] = {}
    for number, script in enumerate(scripts):
        for line in script.lines:
            if line.kind == "hook":
                hooks.setdefault((line.headline, line.caption), (number, line))
            elif line.kind == "offer":
                offers.setdefault((line.headline, script.action), (number, line))
            elif line.headline not in points:
                shown = line if line.chip not in chips else replace(line, chip="")
                chips.add(line.chip)
                points[line.headline] = (number, shown)
    names = list(hooks.values())
    _, name = names[0]
    price = "".join(scripts[0].price)
    hooks.setdefault((price, name.headline), (0, Line("hook", price, name.headline, name.chip)))
    if len(points) > POINTS:
        for number, line in points.values():
            hooks.setdefault((line.headline, name.headline), (number, Line("hook", line.headline, name.headline)))
    draws = chance.of("takes").uniforms(len(points) * len(LOOKS) + 1, 2)
    first = int(draws[-1, 0] * 3)
    made: list[Take] = []
    for row, (number, line) in enumerate(points.values()):
        for turn in range(3 if every_look else 1):
            look = LOOKS[(first + row + turn) % 3]
            across, near = draws[row * 3 + turn]
            made.append(
                Take(
                    "point",
                    line,
                    look,
                    way_of(look, across),
                    1.0 if look is Look.CARD else 1.0 + 0.1 * near,
                    number,
                    row + turn + 1,
                )
            )
    return Pool(
        tuple(Take("hook", line, Look.STUDIO, Way.CLOSER, 1.0, n, row) for row, (n, line) in enumerate(list(hooks.values())[:_HOOKS])),
        tuple(made),
        tuple(Take("offer", line, Look.OFFER, way, 1.0, n) for n, line in offers.values() for way in (Way.CLOSER, Way.AWAY)),
    )  # fmt: skip


def way_of(look: Look, draw: float) -> Way:
    """A camera that suits a look."""
    if look is Look.CARD:
        return Way.AWAY
    if look is Look.BAND:
        return Way.LEFT if draw < 0.5 else Way.RIGHT
    return Way.UP if draw < 0.5 else Way.DOWN
