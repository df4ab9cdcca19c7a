"""Talks with the creative agent over HTTP: what is said is worked on in a thread, one at a time for each merchant, and watched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from magnetar.capabilities.creative.agent.service import CreativeAgent
from magnetar.capabilities.creative.agent.talk import Answer
from magnetar.kernel.errors import MagnetarError, Refused
from magnetar.kernel.store import Store

AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer showed beside its words."""

    options: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    cases: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    scenes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    understood: list[str] = field(default_factory=list[str])
    defects: int = 0


@dataclass(frozen=True, slots=True)
class Working:
    """Something that was said and is being worked on."""

    talk: str
    words: str
    said: str = ""
    """How far it is."""


class StudioTalks:
    """Says things to the agent in the background."""

    def __init__(self, agent: Callable[[], CreativeAgent], store: Store) -> None:
        self._make, self._made = agent, None
        self._shown = store.collection("studio_answers", Shown)
        self._changed = threading.Condition()
        self._places = threading.Semaphore(AT_ONCE)
        self._version = 0
        self._working: dict[str, Working] = {}
        self._errors: dict[tuple[str, str], str] = {}

    @property
    def agent(self) -> CreativeAgent:
        """The agent, made on first use: it may load models."""
        with self._changed:
            if self._made is None:
                self._made = self._make()
            return self._made

    def say(self, merchant: str, talk: str, words: str) -> None:
        """Say something; the answer stands in the talk when it is ready.

        Raises:
            NotFound: there is no such talk.
            Refused: the agent is still at work for this merchant.
        """
        held = self.agent.get(merchant, talk)
        with self._changed:
            if merchant in self._working:
                raise Refused("Agent 还在忙, 请等它答完. · The agent is still at work; wait for its answer.")
            self._working[merchant] = Working(talk, words[:200])
        self._errors.pop((merchant, talk), None)
        number = len(held.turns)
        self._tell()
        threading.Thread(
            target=self._work, args=(merchant, talk, words, number), name="studio-talk", daemon=True
        ).start()

    def working(self, merchant: str, talk: str) -> Working | None:
        """What is worked on in a talk."""
        with self._changed:
            found = self._working.get(merchant)
        return found if found and found.talk == talk else None

    def error(self, merchant: str, talk: str) -> str:
        """Why the last thing said got no answer."""
        return self._errors.get((merchant, talk), "")

    def shown(self, merchant: str, talk: str, number: int) -> Shown:
        """What the answer of that number showed."""
        return self._shown.get(merchant, f"{talk}-{number:04d}") or Shown()

    def wait(self, version: int, timeout: float) -> int:
        """Wait until something has changed since a version; returns the present one."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, timeout)
            return self._version

    def _work(self, merchant: str, talk: str, words: str, number: int) -> None:
        def told(said: str) -> None:
            with self._changed:
                self._working[merchant] = Working(talk, words[:200], said)
            self._tell()

        try:
            with self._places:
                answer = self.agent.say(merchant, talk, words, told)
            self._shown.put(merchant, [(f"{talk}-{number:04d}", shown_of(answer))])
        except MagnetarError as error:
            self._errors[merchant, talk] = str(error)
        except Exception as error:  # whatever happens is shown where the answer would be
            self._errors[merchant, talk] = f"{type(error).__name__}: {error}"[:300]
        finally:
            with self._changed:
                self._working.pop(merchant, None)
            self._tell()

    def _tell(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()


def shown_of(answer: Answer) -> Shown:
    """An answer's proposals, cases and scenes as they are kept."""
    cases = [
        {"words": one.words, "impressions": one.impressions, "click_rate": one.click_rate, "own": one.own}
        for one in answer.cases
    ]
    return Shown(
        [pitch.as_json() for pitch in answer.options], cases, [dict(one) for one in answer.scenes], list(answer.understood),
        answer.film.defects if answer.film else 0,
    )  # fmt: skip
