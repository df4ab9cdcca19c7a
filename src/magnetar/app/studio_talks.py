"""Talks with the creative agent over HTTP: what is said is a job of its own, films are made in a process of their own.

A saying that a server leaves behind is said again by the next one: the talk stands as it stood before it.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from magnetar.app.apart import kill, last_words, spawn
from magnetar.app.backlog import DONE, FAILED, INTERRUPTED, QUEUED, RUNNING, STOPPED, Backlog, told_by
from magnetar.app.film_shelf import Note, Shelf
from magnetar.app.studio_rendering import Rendered
from magnetar.capabilities.creative.agent.service import CreativeAgent, Order
from magnetar.capabilities.creative.agent.talk import Answer, MadeFilm
from magnetar.kernel.clock import Clock
from magnetar.kernel.errors import Refused
from magnetar.kernel.store import Store


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer showed beside its words."""

    options: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    cases: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    scenes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    understood: list[str] = field(default_factory=list[str])
    defects: int = 0
    offered: list[str] = field(default_factory=list[str])
    """Commands that the words may have meant."""


@dataclass(frozen=True, slots=True)
class Saying:
    """The last thing that was said in a talk."""

    id: str
    """The talk's."""
    merchant: str
    words: str
    number: int
    """How many turns the talk had before it."""
    state: str = QUEUED
    said: str = ""
    """How far it is."""
    error: str = ""
    ended_at: int = 0
    server: str = ""
    attempts: int = 0

    @property
    def active(self) -> bool:
        return self.state in (QUEUED, RUNNING)


class StudioTalks(Backlog[Saying]):
    """Says things to the agent in the background."""

    noun = "回答", "answer"

    def __init__(self, agent: Callable[[Any], CreativeAgent], store: Store, clock: Clock, shelf: Shelf) -> None:
        """
        Args:
            agent: makes the agent, given what renders its films.
            shelf: where the films lie; keeps how each was directed, for the storyboard's editor.
        """
        super().__init__(store, clock, "studio_sayings", Saying)
        self._make, self._made, self._shelf = agent, None, shelf
        self._agents = threading.Lock()
        self._shown = store.collection("studio_answers", Shown)

    @property
    def agent(self) -> CreativeAgent:
        """The agent, made on first use: it may load models."""
        with self._agents:
            if self._made is None:
                self._made = self._make(self._render)
            return self._made

    def say(self, merchant: str, talk: str, words: str) -> None:
        """Say something; the answer stands in the talk when it is ready.

        Raises:
            NotFound: there is no such talk.
            Refused: the agent is still at work for this merchant.
        """
        held = self.agent.get(merchant, talk)
        if any(one.active for one in self.list(merchant)):
            raise Refused("Agent 还在忙, 请等它答完. · The agent is still at work; wait for its answer.")
        self._enqueue(Saying(talk, merchant, words, len(held.turns)))

    def last(self, merchant: str, talk: str) -> Saying | None:
        """The last thing that was said in a talk over HTTP."""
        one = self._kept.get(merchant, talk)
        return None if one is None else self._honest(one)

    def working(self, merchant: str, talk: str) -> Saying | None:
        """What is worked on in a talk."""
        one = self.last(merchant, talk)
        return one if one is not None and one.active else None

    def error(self, merchant: str, talk: str) -> str:
        """Why the last thing said got no answer."""
        one = self.last(merchant, talk)
        if one is None:
            return ""
        if one.state == INTERRUPTED:
            return "服务曾经停止, 这句话还没有回答; 请再说一次. · The server stopped before it answered; say it again."
        return one.error if one.state == FAILED else ""

    def shown(self, merchant: str, talk: str, number: int) -> Shown:
        """What the answer of that number showed."""
        return self._shown.get(merchant, f"{talk}-{number:04d}") or Shown()

    def _run(self, one: Saying) -> None:
        if len(self.agent.get(one.merchant, one.id).turns) == one.number:  # else it was answered before a server went

            def told(said: str) -> None:
                self._tell(replace(one, said=said))

            answer = self.agent.say(one.merchant, one.id, one.words, told)
            self._shown.put(one.merchant, [(f"{one.id}-{one.number:04d}", shown_of(answer))])
        self._tell(replace(one, state=DONE, said="", ended_at=self._clock.now()))

    def _render(self, merchant: str, order: Order, told: Callable[[str], None]) -> MadeFilm:
        """Make a film in a process of its own, which ends when the saying is stopped.

        Raises:
            Refused: it cannot be made, or was stopped; says why.
        """
        process = spawn("magnetar.app.studio_rendering", msgspec.msgpack.encode(order))
        found: Rendered | None = None
        try:
            self._rendering(merchant, process)
            for line in told_by(process, Rendered):
                found = line
            code = process.wait()
        finally:
            self._rendering(merchant, None)
            kill(process)
        if found is not None and found.film is not None:
            note = Note(angle=order.angle, audience=order.audience, direction=order.direction.plain())
            self._shelf.note(merchant, Path(order.out).stem, note)
            return found.film
        if found is not None and found.error:
            raise Refused(found.error)
        if code < 0:
            raise Refused("制作已停止. · The making was stopped.")
        raise Refused(
            f"影片没有做成: {last_words(process, code)[:200]} · The film was not made: {last_words(process, code)[:200]}"
        )

    def _rendering(self, merchant: str, process: subprocess.Popen[bytes] | None) -> None:
        """Tie a render to what the merchant has said."""
        with self._changed:
            talk, _ = self._running.get(merchant, ("", None))
        one = self._kept.get(merchant, talk) if talk else None
        if one is not None:
            self._by(one, process)


def shown_of(answer: Answer) -> Shown:
    """An answer's proposals, cases and scenes as they are kept."""
    cases = [
        {"words": one.words, "impressions": one.impressions, "click_rate": one.click_rate, "own": one.own}
        for one in answer.cases
    ]
    return Shown(
        [pitch.as_json() for pitch in answer.options], cases, [dict(one) for one in answer.scenes], list(answer.understood),
        answer.film.defects if answer.film else 0, list(answer.offered),
    )  # fmt: skip


__all__ = ["STOPPED", "Saying", "Shown", "StudioTalks", "shown_of"]
