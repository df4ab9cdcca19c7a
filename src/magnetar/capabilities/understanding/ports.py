"""What understanding needs from outside: somebody who deepens a card, somebody who reads a picture, somebody who hears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from magnetar.capabilities.generation import Language, Listener, Matrix, Viewer
from magnetar.kernel.ports import Port


@dataclass(frozen=True, slots=True)
class Words:
    """What was said or shown in a film, from when to when, and where it was read."""

    start_s: float
    end_s: float
    text: str
    source: str
    """said or shown, a dot, and what told us: said.subtitles, said.whisper, shown.script, shown.ocr …"""


class Models(Protocol):
    """The models that readers and deepeners may use, as `generation.Matrix` has them; None is none ready here."""

    @property
    def language(self) -> Language | None: ...

    @property
    def listener(self) -> Listener | None: ...

    @property
    def viewer(self) -> Viewer | None: ...


class MatrixModels:
    """The models of the matrix, made when asked for."""

    def __init__(self, matrix: Matrix) -> None:
        self._matrix = matrix

    @property
    def language(self) -> Language | None:
        return self._matrix.language

    @property
    def listener(self) -> Listener | None:
        return self._matrix.listener

    @property
    def viewer(self) -> Viewer | None:
        return self._matrix.viewer


class NoModels:
    """A machine without models."""

    language = listener = viewer = None


class Deepener(Protocol):
    """Proposes claims that rules do not find; proposals are checked before they count (`deepening`)."""

    def propose(self, sources: Mapping[str, str], claims: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Proposals `{kind, value, value_en, source, quote}` for a record's texts, given the claims made so far."""
        ...


class SpeechReader(Protocol):
    """Tells what is said in a film. Its maker takes the models that are here (`Models`)."""

    def read(self, film: Path, hints: Sequence[str] = ()) -> Sequence[Words] | None:
        """What is said; None where this reader cannot tell for this film. Hints are words that are likely."""
        ...


class ScreenReader(Protocol):
    """Tells what is written on a film's pictures. Its maker takes the models that are here (`Models`)."""

    def read(self, film: Path) -> Sequence[Words] | None:
        """What is written; None where this reader cannot tell for this film."""
        ...


class NoDeepener:
    """Adds nothing: rules and neighbours alone make the card."""

    def __init__(self, models: Models | None = None) -> None:
        del models

    def propose(self, sources: Mapping[str, str], claims: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        return ()


_HERE = "magnetar.capabilities.understanding"
DEEPENERS = Port[Deepener](
    "deepener",
    {"none": f"{_HERE}.ports:NoDeepener", "language": f"{_HERE}.providers.language:LanguageDeepener"},
    default="none",
    extra="language",
)
SPEECH = Port[SpeechReader](
    "speech_reader",
    {
        "auto": f"{_HERE}.providers.auto:AutoSpeech",
        "subtitles": f"{_HERE}.providers.subtitles:Subtitles",
        "whisper": f"{_HERE}.providers.hearing:Hearer",
    },
    default="auto",
    extra="speech",
)
SCREEN = Port[ScreenReader](
    "screen_reader",
    {
        "auto": f"{_HERE}.providers.auto:AutoScreen",
        "script": f"{_HERE}.providers.script_beside:ScriptBeside",
        "ocr": f"{_HERE}.providers.seeing:Seer",
    },
    default="auto",
    extra="ocr",
)
