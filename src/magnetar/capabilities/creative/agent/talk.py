"""What a talk with the creative agent holds: the plan, its earlier states, the films; and what the agent can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from magnetar.capabilities.creative.copy import Brief, Pitch
from magnetar.capabilities.creative.direction import Direction
from magnetar.capabilities.creative.script import Script
from magnetar.kernel.errors import Refused
from magnetar.vocabulary.catalogue import Product

OPTIONS = 3
"""Proposals that are shown at a time."""


@dataclass(frozen=True, slots=True)
class Case:
    """What worked, with its figures: one of the merchant's own, or what many merchants' have in common."""

    words: str
    impressions: int
    click_rate: float
    own: bool
    product: str = ""
    angle: str = ""


@dataclass(frozen=True, slots=True)
class MadeFilm:
    """A film that a step made."""

    file: str
    film: str
    seconds: float
    cpu_seconds: float
    defects: int
    voice: str = ""


class Tools(Protocol):
    """What the agent can do; the service fills it, a test may fill it with less."""

    def find(self, words: str) -> Sequence[Product]:
        """Products that the words may mean, best first; one where it is sure."""
        ...

    def propose(self, product: str, brief: Brief, first: int, count: int) -> Sequence[Pitch]:
        """Scripts number `first` and on, for a brief."""
        ...

    def cases(self, product: str, count: int) -> Sequence[Case]: ...

    def make(self, product: str, pitch: Pitch, direction: Direction, language: str, version: int) -> MadeFilm:
        """Make a film of a proposal; as `render_film`."""
        ...

    def publish(self, product: str, film: MadeFilm) -> str:
        """Put the film to use; says where, in words."""
        ...

    def voices(self, language: str) -> Sequence[str]:
        """Names of the voices that are ready."""
        ...

    def offers(self, text: str) -> Sequence[str]:
        """Commands that words of no rule may mean, best first; empty where nobody can tell."""
        ...

    def reword(self, text: str) -> Sequence[str]:
        """The same wish in words that the rules know, by a language model; empty where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides the film; undo returns to an earlier one."""

    brief: Brief = field(default_factory=Brief)
    direction: Direction = field(default_factory=Direction)
    first: int = 0
    """Number of the first proposal that is shown."""
    chosen: int = 0
    """Which of the shown proposals is meant, from 1; 0 for none yet."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A dialogue so far."""

    product: str = ""
    title: str = ""
    plan: Plan = field(default_factory=Plan)
    before: tuple[Plan, ...] = ()
    after: tuple[Plan, ...] = ()
    """Plans that were undone, the last one last."""
    film: MadeFilm | None = None
    version: int = 0
    """How many films were made."""
    stale: bool = True
    """Whether the plan has changed since the last film."""
    published: str = ""
    """Where the present film was published."""
    films: tuple[MadeFilm, ...] = ()
    """All films of the last making, where there were several; the last is `film`."""
    candidates: tuple[str, ...] = ()
    """Products that were asked about, while none is chosen."""
    waiting: tuple[str, ...] = ()
    """What was said before a product was chosen."""
    offered: tuple[str, ...] = ()
    """Commands that were offered for words that no rule understood; a number or a yes takes one."""
    tongue: str = ""
    """zh or en: what the merchant last spoke; '' before any word."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the agent says and shows."""

    text: str
    options: tuple[Pitch, ...] = ()
    cases: tuple[Case, ...] = ()
    film: MadeFilm | None = None
    understood: tuple[str, ...] = ()
    missed: str = ""
    """Words that nothing was made of."""
    asks: str = ""
    """product, choose or nothing: what the agent waits for."""
    scenes: tuple[dict[str, Any], ...] = ()
    films: tuple[MadeFilm, ...] = ()
    """All films that the step made, where there were several."""
    offered: tuple[str, ...] = ()
    """Commands that the words may have meant."""


def script_of(plan: Plan, product: str, tools: Tools) -> Script:
    """The script of the chosen proposal; raises as `pitch_of`."""
    return pitch_of(plan, product, tools).script


def pitch_of(plan: Plan, product: str, tools: Tools) -> Pitch:
    """The chosen proposal.

    Raises:
        Refused: there is no such proposal.
    """
    pitches = tools.propose(product, plan.brief, plan.first, max(OPTIONS, plan.chosen))
    if not pitches:
        raise Refused(
            "商品档案里的内容不够写脚本 The record holds too little for a script. Give the product selling points."
        )
    return pitches[min(plan.chosen or 1, len(pitches)) - 1]
