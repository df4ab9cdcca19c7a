"""What is asked of foundation models: language 快意, image 可图, video 可灵, speech in and out, vision, embedding.

Each port has real embedded providers and remote ones. `auto` takes the best that is ready on this machine; where
nothing is, `choose` gives None and the caller does its plainer work and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Progress = Callable[[float], None]
"""Told the share that is done, in [0, 1]; may raise to stop the work."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one call took."""

    cpu_seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    micros: int = 0
    """Money to a supplier, in micros of `currency`; 0 for work done here."""
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: str
    """system, user or assistant."""
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a language model wrote."""

    text: str
    value: Any = None
    """The parsed object where a schema was asked for."""
    provider: str = ""
    model: str = ""
    cost: Cost = Cost()


class Language(Protocol):
    """Writes text, or an object that fits a JSON schema. Nothing it writes is a fact."""

    name: str

    def write(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None, most_tokens: int = 512,
        temperature: float = 0.0, seed: int = 0,
    ) -> Written:  # fmt: skip
        """Answer a conversation.

        Raises:
            BadInput: the conversation is empty or too long for the model.
            ProviderFailed: no answer that fits, after retries.
        """
        ...


class Embedder(Protocol):
    """Gives texts places in a space where alike is near."""

    name: str

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Floats:
        """(texts, dimensions), rows of length one; a text of which nothing is known is zeros."""
        ...


@dataclass(frozen=True, slots=True)
class PictureWanted:
    """A picture to be made."""

    prompt: str
    negative: str = ""
    picture: bytes | None = None
    """A picture to start from."""
    garment: bytes | None = None
    """For try-on: what the person in `picture` is to wear."""
    count: int = 1
    width: int = 1024
    height: int = 1024
    seed: int = 0
    model: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A picture or a film that was made: a file's bytes or its path, and what it honestly is."""

    content: bytes | Path
    kind: str
    """MIME type."""
    provider: str
    what: str
    """What was done, in words: `pan and zoom over a still`, never more than it is."""
    seconds: float = 0.0
    cost: Cost = Cost()


class ImageMaker(Protocol):
    """Makes pictures."""

    name: str

    def make(self, wanted: PictureWanted, progress: Progress | None = None) -> list[Made]:
        """`wanted.count` pictures.

        Raises:
            BadInput: a picture that cannot be read, or sizes out of range.
            ProviderFailed: the supplier could not, after retries.
        """
        ...


@dataclass(frozen=True, slots=True)
class FilmWanted:
    """A clip to be made."""

    prompt: str
    negative: str = ""
    pictures: tuple[bytes, ...] = ()
    """Stills to start from, none for text to video."""
    tail: bytes | None = None
    """The picture to end on."""
    seconds: float = 5.0
    aspect: str = "9:16"
    mode: str = "std"
    sound: bool = False
    seed: int = 0
    model: str = ""
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])


class VideoMaker(Protocol):
    """Makes clips."""

    name: str

    def make(self, wanted: FilmWanted, out: Path, progress: Progress | None = None) -> Made:
        """One MP4 at `out`, whole or not at all. Raises as `ImageMaker.make`."""
        ...


@dataclass(frozen=True, slots=True)
class Mark:
    """When a piece of the text is heard."""

    start_s: float
    end_s: float
    start: int
    """First character of the text, as it was given."""
    end: int
    phonemes: tuple[tuple[float, str], ...] = ()
    """(start_s, phoneme), where they are known."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Spoken text."""

    samples: Floats
    """(n,), mono, in [-1, 1]."""
    rate: int
    marks: tuple[Mark, ...]
    """In order, not overlapping, words in English and characters or words in Chinese."""
    exact: bool
    """Whether the marks were measured or told by the synthesiser; estimated from the text's weight otherwise."""
    provider: str
    voice: str
    cost: Cost = Cost()


class Voice(Protocol):
    """Speaks."""

    name: str

    def voices(self, language: str) -> Sequence[str]: ...

    def speak(self, text: str, *, language: str = "zh", voice: str = "", speed: float = 1.0) -> Speech:
        """Say a text; numbers, prices and units as a person would.

        Raises:
            BadInput: nothing in it can be spoken, or no such voice.
        """
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said, from when to when."""

    start_s: float
    end_s: float
    text: str
    words: tuple[Mark, ...] = ()
    confidence: float = 0.0


class Listener(Protocol):
    """Hears speech."""

    name: str

    def listen(self, sound: Floats, rate: int, *, language: str = "", hints: Sequence[str] = ()) -> Sequence[Heard]:
        """Text with times; hints are words that are likely, such as product names."""
        ...


@dataclass(frozen=True, slots=True)
class TextSeen:
    """A line of text in a picture."""

    text: str
    box: tuple[float, float, float, float]
    """x, y, right, bottom as shares of the picture."""
    confidence: float


class Viewer(Protocol):
    """Reads the text in a picture."""

    name: str

    def read(self, picture: NDArray[np.uint8]) -> Sequence[TextSeen]:
        """The lines of text in a (height, width, 3) RGB picture."""
        ...


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a picture."""

    box: tuple[float, float, float, float]
    """x, y, right, bottom as shares of the picture, from brow to chin; may end outside it."""
    confidence: float


class PeopleFinder(Protocol):
    """Finds people in a picture; says where they are, never who."""

    name: str

    def faces(self, picture: NDArray[np.uint8]) -> Sequence[Face]:
        """The faces in a (height, width, 3) RGB picture, the largest first."""
        ...

    def person(self, picture: NDArray[np.uint8]) -> Floats:
        """(height, width): how far each point belongs to a person, in [0, 1]."""
        ...
