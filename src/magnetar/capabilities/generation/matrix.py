"""The model matrix of a platform: each port filled once, counted, and recorded where replay is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from magnetar.capabilities.generation import choosing
from magnetar.capabilities.generation.ports import (
    Cost,
    Embedder,
    FilmWanted,
    ImageMaker,
    Language,
    Listener,
    Made,
    Message,
    PeopleFinder,
    PictureWanted,
    Progress,
    Speech,
    VideoMaker,
    Viewer,
    Voice,
    Written,
)
from magnetar.capabilities.generation.recording import (
    Answers,
    RecordedEmbedder,
    RecordedImages,
    RecordedLanguage,
    RecordedVideos,
    RecordedVoice,
)
from magnetar.kernel.errors import UnknownProvider
from magnetar.kernel.settings import Settings


@dataclass(slots=True)
class Spent:
    """What a provider was asked for and what it took, since the matrix was made."""

    calls: int = 0
    failed: int = 0
    cpu_seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    micros: int = 0

    def add(self, cost: Cost) -> None:
        self.calls += 1
        self.cpu_seconds += cost.cpu_seconds
        self.tokens_in += cost.tokens_in
        self.tokens_out += cost.tokens_out
        self.micros += cost.micros


@dataclass(slots=True)
class Books:
    """Costs by (port, provider)."""

    spent: dict[tuple[str, str], Spent] = field(default_factory=dict[tuple[str, str], Spent])

    def counted(self, port: str, provider: str, ask: Callable[[], Any], cost: Callable[[Any], Cost]) -> Any:
        """Ask, and write down what it took; a failure counts too."""
        entry = self.spent.setdefault((port, provider), Spent())
        try:
            told = ask()
        except Exception:
            entry.calls += 1
            entry.failed += 1
            raise
        entry.add(cost(told))
        return told


class Matrix:
    """快意, 可图, 可灵 and their kin, as the settings choose them. None means: work plainly, and say so."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._answers = Answers(settings.home / "answers", settings.answers)
        self.books = Books()

    @cached_property
    def language(self) -> Language | None:
        inner: Language | None = choosing.choose(choosing.LANGUAGES, self._settings.language, self._settings)
        if inner is None:
            return None
        return _CountedLanguage(RecordedLanguage(inner, self._answers), self.books)

    @cached_property
    def embedder(self) -> Embedder | None:
        inner: Embedder | None = choosing.choose(choosing.EMBEDDERS, self._settings.embedder, self._settings)
        return None if inner is None else RecordedEmbedder(inner, self._answers)

    @cached_property
    def image(self) -> ImageMaker:
        inner: ImageMaker | None = choosing.choose(choosing.IMAGES, self._settings.image, self._settings)
        if inner is None:
            raise UnknownProvider("The setting `image` takes drawn, kling, openai or diffusers, found 'none'.")
        return _CountedImages(RecordedImages(inner, self._answers), self.books)

    @cached_property
    def video(self) -> VideoMaker:
        inner: VideoMaker | None = choosing.choose(choosing.VIDEOS, self._settings.video, self._settings)
        if inner is None:
            raise UnknownProvider("The setting `video` takes moving, kling or diffusers, found 'none'.")
        return _CountedVideos(RecordedVideos(inner, self._answers), self.books)

    @cached_property
    def voice(self) -> Voice | None:
        inner: Voice | None = choosing.choose(choosing.VOICES, self._settings.voice, self._settings)
        return None if inner is None else _CountedVoice(RecordedVoice(inner, self._answers), self.books)

    @cached_property
    def listener(self) -> Listener | None:
        return choosing.choose(choosing.LISTENERS, self._settings.listener, self._settings)

    @cached_property
    def viewer(self) -> Viewer | None:
        return choosing.choose(choosing.VIEWERS, self._settings.viewer, self._settings)

    @cached_property
    def people(self) -> PeopleFinder | None:
        return choosing.choose(choosing.PEOPLE, self._settings.people, self._settings)

    def ready(self) -> dict[str, str]:
        """Each port with the provider that fills it, `none` where nothing does."""
        ports = ("language", "embedder", "image", "video", "voice", "listener", "viewer", "people")
        return {port: getattr(getattr(self, port), "name", "none") for port in ports}


class _CountedLanguage:
    def __init__(self, inner: RecordedLanguage, books: Books) -> None:
        self._inner, self._books, self.name = inner, books, inner.name

    def write(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None, most_tokens: int = 512,
        temperature: float = 0.0, seed: int = 0,
    ) -> Written:  # fmt: skip
        def ask() -> Written:
            return self._inner.write(
                messages, schema=schema, most_tokens=most_tokens, temperature=temperature, seed=seed
            )

        return self._books.counted("language", self.name, ask, lambda told: told.cost)


class _CountedImages:
    def __init__(self, inner: RecordedImages, books: Books) -> None:
        self._inner, self._books, self.name = inner, books, inner.name

    def make(self, wanted: PictureWanted, progress: Progress | None = None) -> list[Made]:
        def cost(told: list[Made]) -> Cost:
            return Cost(sum(one.cost.cpu_seconds for one in told), micros=sum(one.cost.micros for one in told))

        return self._books.counted("image", self.name, lambda: self._inner.make(wanted, progress), cost)


class _CountedVideos:
    def __init__(self, inner: RecordedVideos, books: Books) -> None:
        self._inner, self._books, self.name = inner, books, inner.name

    def make(self, wanted: FilmWanted, out: Path, progress: Progress | None = None) -> Made:
        return self._books.counted(
            "video", self.name, lambda: self._inner.make(wanted, out, progress), lambda told: told.cost
        )


class _CountedVoice:
    def __init__(self, inner: RecordedVoice, books: Books) -> None:
        self._inner, self._books, self.name = inner, books, inner.name

    def voices(self, language: str) -> Sequence[str]:
        return self._inner.voices(language)

    def speak(self, text: str, *, language: str = "zh", voice: str = "", speed: float = 1.0) -> Speech:
        def ask() -> Speech:
            return self._inner.speak(text, language=language, voice=voice, speed=speed)

        return self._books.counted("voice", self.name, ask, lambda told: told.cost)
