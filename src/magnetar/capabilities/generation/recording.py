"""Models' answers as inputs: kept under what was asked, so that a replay is exact and asks nobody.

A kept answer is a JSON file beside its binary, both named by the SHA-256 of the question; nothing is unpickled.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from magnetar.capabilities.generation.ports import (
    Cost,
    Embedder,
    FilmWanted,
    Floats,
    ImageMaker,
    Language,
    Made,
    Message,
    PictureWanted,
    Progress,
    Speech,
    VideoMaker,
    Voice,
    Written,
)
from magnetar.kernel.errors import BadInput, NotFound

T = TypeVar("T")
MODES = ("live", "record", "replay")


class Answers:
    """Kept answers in a folder."""

    def __init__(self, folder: Path, mode: str) -> None:
        if mode not in MODES:
            raise BadInput(f"The setting `answers` takes {', '.join(MODES)}, found {mode!r}.")
        self._folder, self.mode = folder, mode

    def answer(self, port: str, asked: Any, ask: Callable[[], T], kind: type[T]) -> T:
        """What the provider says, or what it said.

        Raises:
            NotFound: in a replay, nothing was kept for this question.
        """
        if self.mode == "live":
            return ask()
        path = self._folder / port / f"{_digest(asked)}.json"
        if self.mode == "replay":
            try:
                return msgspec.json.decode(path.read_bytes(), type=kind, dec_hook=_plain_to_array)
            except FileNotFoundError:
                raise NotFound(
                    f"No kept answer for this question to {port!r} in {path.parent}. Record it first: MAGNETAR_ANSWERS=record."
                ) from None
            except (msgspec.MsgspecError, ValueError) as error:
                raise BadInput(f"The kept answer {path} is damaged ({error}). Delete it and record it again.") from None
        told = ask()
        _keep(path, msgspec.json.encode(told, enc_hook=_array_to_plain))
        return told

    def file(self, port: str, asked: Any, out: Path, ask: Callable[[], Made]) -> Made:
        """Like `answer` for a file that is made at a place."""
        if self.mode == "live":
            return ask()
        film = self._folder / port / f"{_digest(asked)}.bin"
        if self.mode == "record":
            made = ask()
            _keep(film, out.read_bytes())
            _keep(film.with_suffix(".json"), msgspec.json.encode(_kept(made)))
            return made
        if not film.is_file():
            raise NotFound(
                f"No kept film for this question in {film.parent}. Record it first: MAGNETAR_ANSWERS=record."
            )
        _keep(out, film.read_bytes())
        return msgspec.json.decode(film.with_suffix(".json").read_bytes(), type=_Kept).made(out)


class RecordedLanguage:
    def __init__(self, inner: Language, answers: Answers) -> None:
        self._inner, self._answers, self.name = inner, answers, inner.name

    def write(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None, most_tokens: int = 512,
        temperature: float = 0.0, seed: int = 0,
    ) -> Written:  # fmt: skip
        asked = [[asdict(one) for one in messages], schema, most_tokens, temperature, seed]
        more: dict[str, Any] = {"most_tokens": most_tokens, "temperature": temperature, "seed": seed}
        return self._answers.answer(
            "language", asked, lambda: self._inner.write(messages, schema=schema, **more), Written
        )


class RecordedEmbedder:
    def __init__(self, inner: Embedder, answers: Answers) -> None:
        self._inner, self._answers, self.name = inner, answers, inner.name

    @property
    def dimensions(self) -> int:
        return self._inner.dimensions

    def embed(self, texts: Sequence[str]) -> Floats:
        return self._answers.answer("embedder", list(texts), lambda: self._inner.embed(texts), np.ndarray)


class RecordedImages:
    def __init__(self, inner: ImageMaker, answers: Answers) -> None:
        self._inner, self._answers, self.name = inner, answers, inner.name

    def make(self, wanted: PictureWanted, progress: Progress | None = None) -> list[Made]:
        def ask() -> list[_Kept]:
            return [_kept(one) for one in self._inner.make(wanted, progress)]

        return [one.made() for one in self._answers.answer("image", _asked(wanted), ask, list[_Kept])]


class _Kept(msgspec.Struct):
    """What was made, as it is kept: a picture's bytes, or none where a file lies beside."""

    content: bytes
    kind: str
    provider: str
    what: str
    seconds: float
    cost: Cost

    def made(self, content: Path | None = None) -> Made:
        return Made(content or self.content, self.kind, self.provider, self.what, self.seconds, self.cost)


def _kept(made: Made) -> _Kept:
    content = made.content if isinstance(made.content, bytes) else b""
    return _Kept(content, made.kind, made.provider, made.what, made.seconds, made.cost)


class RecordedVideos:
    def __init__(self, inner: VideoMaker, answers: Answers) -> None:
        self._inner, self._answers, self.name = inner, answers, inner.name

    def make(self, wanted: FilmWanted, out: Path, progress: Progress | None = None) -> Made:
        return self._answers.file("video", _asked(wanted), out, lambda: self._inner.make(wanted, out, progress))


class RecordedVoice:
    def __init__(self, inner: Voice, answers: Answers) -> None:
        self._inner, self._answers, self.name = inner, answers, inner.name

    def voices(self, language: str) -> Sequence[str]:
        return self._inner.voices(language)

    def speak(self, text: str, *, language: str = "zh", voice: str = "", speed: float = 1.0) -> Speech:
        return self._answers.answer(
            "voice", [text, language, voice, speed],
            lambda: self._inner.speak(text, language=language, voice=voice, speed=speed), Speech,
        )  # fmt: skip


def _asked(wanted: Any) -> Any:
    """A request as plain values; pictures by their digest."""
    if isinstance(wanted, bytes):
        return hashlib.sha256(wanted).hexdigest()
    if is_dataclass(wanted):
        return {one.name: _asked(getattr(wanted, one.name)) for one in fields(wanted)}
    if isinstance(wanted, tuple):
        return [_asked(one) for one in wanted]
    return dict(wanted) if isinstance(wanted, Mapping) else wanted


def _digest(asked: Any) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _array_to_plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        kept = np.ascontiguousarray(value, np.float32)
        return {"shape": list(kept.shape), "float32": base64.b64encode(kept.tobytes()).decode()}
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"cannot keep a {type(value).__name__}")


def _plain_to_array(kind: type, value: Any) -> Any:
    if kind is np.ndarray or getattr(kind, "__origin__", None) is np.ndarray:
        return np.frombuffer(base64.b64decode(value["float32"]), np.float32).reshape(value["shape"]).copy()
    raise NotImplementedError(f"cannot read a {kind}")


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
        part.write(content)
    os.replace(part.name, path)
