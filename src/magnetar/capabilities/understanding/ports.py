"""What understanding needs from outside: somebody who deepens a card, somebody who reads a picture, somebody who hears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from magnetar.kernel.ports import Port


@dataclass(frozen=True, slots=True)
class Words:
    """What was said or shown in a film, from when to when, and where it was read."""

    start_s: float
    end_s: float
    text: str
    source: str
    """said or shown, a dot, and what told us: said.subtitles, shown.script …"""


class Deepener(Protocol):
    """Proposes claims that rules do not find; proposals are checked before they count (`deepening`)."""

    def propose(self, sources: Mapping[str, str], claims: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Proposals `{kind, value, value_en, source, quote}` for a record's texts, given the claims made so far."""
        ...


class SpeechReader(Protocol):
    """Tells what is said in a film."""

    def read(self, film: Path) -> Sequence[Words] | None:
        """What is said; None where this reader cannot tell for this film."""
        ...


class ScreenReader(Protocol):
    """Tells what is written on a film's pictures."""

    def read(self, film: Path) -> Sequence[Words] | None:
        """What is written; None where this reader cannot tell for this film."""
        ...


class NoDeepener:
    """Adds nothing: rules and neighbours alone make the card."""

    def propose(self, sources: Mapping[str, str], claims: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        return ()


_HERE = "magnetar.capabilities.understanding"
DEEPENERS = Port[Deepener]("deepener", {"none": f"{_HERE}.ports:NoDeepener"}, default="none")
SPEECH = Port[SpeechReader](
    "speech_reader", {"subtitles": f"{_HERE}.providers.subtitles:Subtitles"}, default="subtitles", extra="speech"
)
SCREEN = Port[ScreenReader](
    "screen_reader", {"script": f"{_HERE}.providers.script_beside:ScriptBeside"}, default="script", extra="ocr"
)
