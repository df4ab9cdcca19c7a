"""An agreed script as plain values: who says what, where, in which episode, with the line of the file that holds it.

Nothing is rewritten: a line's text is the file's text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a line of the script is."""

    HEADING = "heading"
    """A scene begins."""
    NARRATION = "narration"
    DIALOGUE = "dialogue"
    ACTION = "action"
    """A stage direction."""
    HOOK = "hook"
    """The author's words for the card at the end of the episode."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the script."""

    number: int
    """Of the file's line, from 1."""
    kind: Kind
    text: str
    """As it is written, without the speaker and the mood."""
    speaker: str = ""
    mood: str = ""
    """What stands in brackets behind the speaker, such as 冷笑 or quietly."""
    voice_over: bool = False
    """Heard, not seen speaking (OS, VO, 画外音, 内心)."""

    @property
    def spoken(self) -> bool:
        return self.kind in (Kind.NARRATION, Kind.DIALOGUE)


@dataclass(frozen=True, slots=True)
class Declared:
    """A role, a prop or a place as the script declares it."""

    name: str
    looks: str
    number: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens at one place without a jump in time."""

    heading: Line
    place: str
    time: str
    """day, night, dusk or dawn."""
    weather: str
    """rain, snow or ''."""
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode."""

    index: int
    """As numbered in the script."""
    title: str
    number: int
    scenes: tuple[Scene, ...]
    hook: Line | None = None

    def lines(self) -> Iterator[Line]:
        """Every line that must be told, in order."""
        for scene in self.scenes:
            yield scene.heading
            yield from scene.lines
        if self.hook:
            yield self.hook


@dataclass(frozen=True, slots=True)
class Script:
    """The whole drama."""

    title: str
    language: str
    roles: tuple[Declared, ...]
    props: tuple[Declared, ...]
    places: tuple[Declared, ...]
    episodes: tuple[Episode, ...]
    notes: tuple[str, ...] = ()

    def lines(self) -> Iterator[Line]:
        for episode in self.episodes:
            yield from episode.lines()
