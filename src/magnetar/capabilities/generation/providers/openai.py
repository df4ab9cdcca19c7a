"""Any endpoint that speaks the OpenAI-compatible contract: language, embeddings, images, speech out and in.

DeepSeek, Qwen, KwaiYii, vLLM, llama.cpp's server and others answer it. Set `openai_url` (with its /v1), `openai_key`
and the model's name in magnetar.toml, or MAGNETAR_OPENAI_URL, MAGNETAR_OPENAI_KEY, MAGNETAR_OPENAI_MODEL.
"""

from __future__ import annotations

import base64
import io
import wave
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from magnetar.capabilities.generation.calling import Caller
from magnetar.capabilities.generation.ports import (
    Cost,
    Floats,
    Heard,
    Made,
    Mark,
    Message,
    PictureWanted,
    Progress,
    Speech,
    Written,
)
from magnetar.capabilities.generation.schemas import fits, parse
from magnetar.capabilities.generation.weighing import spread_marks
from magnetar.kernel.errors import BadInput, ProviderFailed, ProviderUnavailable
from magnetar.kernel.settings import Settings

_MENDS = 2
"""How often a model is asked again when its object does not fit the schema."""
MILLION = 1_000_000


def language(settings: Settings) -> OpenAILanguage:
    return OpenAILanguage(_caller(settings), _model(settings, "openai_model"), settings)


def embedder(settings: Settings) -> OpenAIEmbedder:
    return OpenAIEmbedder(_caller(settings), _model(settings, "openai_embedding_model"))


def images(settings: Settings) -> OpenAIImages:
    return OpenAIImages(_caller(settings), _model(settings, "openai_image_model"))


def voice(settings: Settings) -> OpenAIVoice:
    return OpenAIVoice(_caller(settings), _model(settings, "openai_voice_model"))


def listener(settings: Settings) -> OpenAIListener:
    return OpenAIListener(_caller(settings), _model(settings, "openai_listener_model"))


def _caller(settings: Settings) -> Caller:
    if not settings.openai_url:
        raise ProviderUnavailable(
            "No OpenAI-compatible endpoint is named. Set MAGNETAR_OPENAI_URL, such as http://127.0.0.1:8000/v1, "
            "and MAGNETAR_OPENAI_KEY where it asks for one."
        )
    key = settings.openai_key.get_secret_value()
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return Caller("the OpenAI-compatible endpoint", settings.openai_url, lambda: headers, timeout_s=120.0)


def _model(settings: Settings, name: str) -> str:
    if not (model := getattr(settings, name)):
        raise ProviderUnavailable(f"No model is named for it. Set MAGNETAR_{name.upper()}.")
    return model


class OpenAILanguage:
    """Chat completions, with `response_format` for schemas; an object that does not fit is asked for again."""

    name = "openai"

    def __init__(self, caller: Caller, model: str, settings: Settings) -> None:
        self._call, self._model = caller, model
        self._in, self._out = settings.openai_price_in, settings.openai_price_out
        self._currency = settings.openai_price_currency

    def write(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None, most_tokens: int = 512,
        temperature: float = 0.0, seed: int = 0,
    ) -> Written:  # fmt: skip
        if not messages:
            raise BadInput("A conversation needs at least one message, found none.")
        asked: list[dict[str, str]] = [{"role": one.role, "content": one.text} for one in messages]
        body: dict[str, Any] = {
            "model": self._model, "max_tokens": most_tokens, "temperature": temperature, "seed": seed,
        }  # fmt: skip
        if schema is not None:
            body["response_format"] = {
                "type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)},
            }  # fmt: skip
        taken_in = taken_out = 0
        wrong = ""
        for _ in range(1 + (_MENDS if schema is not None else 0)):
            told = self._call.json("POST", "/chat/completions", {**body, "messages": asked})
            try:
                text = str(told["choices"][0]["message"]["content"] or "")
            except (KeyError, IndexError, TypeError):
                raise ProviderFailed(
                    f"The endpoint's answer has no choices[0].message.content: {str(told)[:200]}"
                ) from None
            used = told.get("usage") or {}
            taken_in += int(used.get("prompt_tokens") or 0)
            taken_out += int(used.get("completion_tokens") or 0)
            cost = Cost(0.0, taken_in, taken_out, self._price(taken_in, taken_out), self._currency)
            if schema is None:
                return Written(text, None, self.name, self._model, cost)
            value, wrong = parse(text), "no JSON object"
            if value is not None and not (wrong := fits(value, schema)):
                return Written(text, value, self.name, self._model, cost)
            asked = [
                *asked,
                {"role": "assistant", "content": text[:4000]},
                {"role": "user", "content": f"That does not fit: {wrong}. Answer with one JSON object that fits."},
            ]
        raise ProviderFailed(f"The model {self._model!r} gave nothing that fits the schema: {wrong}.")

    def _price(self, taken_in: int, taken_out: int) -> int:
        return round(taken_in * self._in + taken_out * self._out)  # currency a million tokens = micros a token


class OpenAIEmbedder:
    """Embeddings, a hundred texts a call."""

    name = "openai"
    _AT_ONCE = 100

    def __init__(self, caller: Caller, model: str) -> None:
        self._call, self._model = caller, model
        self._size = 0

    @property
    def dimensions(self) -> int:
        if not self._size:
            self.embed(["size"])
        return self._size

    def embed(self, texts: Sequence[str]) -> Floats:
        rows: list[Floats] = []
        for first in range(0, len(texts), self._AT_ONCE):
            part = [text or " " for text in texts[first : first + self._AT_ONCE]]
            told = self._call.json("POST", "/embeddings", {"model": self._model, "input": part})
            try:
                data = sorted(told["data"], key=lambda one: one["index"])
                block = np.asarray([one["embedding"] for one in data], np.float32)
            except (KeyError, TypeError, ValueError):
                raise ProviderFailed(f"The endpoint's answer holds no embeddings: {str(told)[:200]}") from None
            if block.ndim != 2 or len(block) != len(part) or (self._size and block.shape[1] != self._size):
                raise ProviderFailed(f"The endpoint gave {block.shape} numbers for {len(part)} texts.")
            self._size = block.shape[1]
            length = np.linalg.norm(block, axis=1, keepdims=True)
            block = np.divide(block, length, out=np.zeros_like(block), where=length > 0)
            block[[not text.strip() for text in texts[first : first + self._AT_ONCE]]] = 0.0
            rows.append(block)
        return np.concatenate(rows) if rows else np.zeros((0, self._size), np.float32)


class OpenAIImages:
    """Image generations, as base64 or by address."""

    name = "openai"

    def __init__(self, caller: Caller, model: str) -> None:
        self._call, self._model = caller, model

    def make(self, wanted: PictureWanted, progress: Progress | None = None) -> list[Made]:
        if wanted.garment is not None:
            raise ProviderUnavailable("This endpoint has no try-on. Use the provider 'kling' for it.")
        body = {
            "model": wanted.model or self._model, "prompt": wanted.prompt, "n": wanted.count,
            "size": f"{wanted.width}x{wanted.height}", "response_format": "b64_json",
        }  # fmt: skip
        told = self._call.json("POST", "/images/generations", body)
        made: list[Made] = []
        for one in told.get("data") or []:
            content = base64.b64decode(one["b64_json"]) if one.get("b64_json") else self._call.fetch(str(one["url"]))
            kind = "image/png" if content[:4] == b"\x89PNG" else "image/jpeg"
            made.append(Made(content, kind, self.name, f"generated by {wanted.model or self._model} from words"))
        if len(made) != wanted.count:
            raise ProviderFailed(f"The endpoint made {len(made)} pictures, {wanted.count} were asked for.")
        if progress:
            progress(1.0)
        return made


class OpenAIVoice:
    """Speech as WAV; this contract tells no times, so marks are spread by weight and say so."""

    name = "openai"
    _VOICES = ("alloy", "echo", "fable", "onyx", "nova", "shimmer")

    def __init__(self, caller: Caller, model: str) -> None:
        self._call, self._model = caller, model

    def voices(self, language: str) -> Sequence[str]:
        return self._VOICES

    def speak(self, text: str, *, language: str = "zh", voice: str = "", speed: float = 1.0) -> Speech:
        if not any(letter.isalnum() for letter in text):
            raise BadInput(f"Nothing in {text[:40]!r} can be spoken. Give words or figures.")
        chosen = voice or self._VOICES[0]
        body = {"model": self._model, "input": text, "voice": chosen, "speed": speed, "response_format": "wav"}
        samples, rate = read_wav(self._call.send("POST", "/audio/speech", body).content)
        return Speech(samples, rate, spread_marks(text, samples, rate), False, self.name, chosen)


class OpenAIListener:
    """Transcriptions with segment times."""

    name = "openai"

    def __init__(self, caller: Caller, model: str) -> None:
        self._call, self._model = caller, model

    def listen(self, sound: Floats, rate: int, *, language: str = "", hints: Sequence[str] = ()) -> Sequence[Heard]:
        fields = {"model": self._model, "response_format": "verbose_json", "prompt": " ".join(hints)[:800]}
        if language:
            fields["language"] = language
        file = {"file": ("sound.wav", write_wav(sound, rate), "audio/wav")}
        told = self._call.json("POST", "/audio/transcriptions", data=fields, files=file)
        segments = told.get("segments")
        if segments is None:
            text = str(told.get("text") or "").strip()
            return [Heard(0.0, len(sound) / rate, text)] if text else []
        return [
            Heard(
                float(one["start"]), float(one["end"]), str(one["text"]).strip(), _words(one),
                float(np.exp(min(0.0, float(one.get("avg_logprob") or 0.0)))),
            )
            for one in segments
        ]  # fmt: skip


def _words(segment: Mapping[str, Any]) -> tuple[Mark, ...]:
    text, found, place = str(segment["text"]).strip(), [], 0
    for word in segment.get("words") or ():
        bare = str(word["word"]).strip()
        start = text.find(bare, place)
        if bare and start >= 0:
            place = start + len(bare)
            found.append(Mark(float(word["start"]), float(word["end"]), start, place))
    return tuple(found)


def read_wav(content: bytes) -> tuple[Floats, int]:
    """((n,) mono in [-1, 1], samples a second) of a WAV file of 16-bit samples.

    Raises:
        ProviderFailed: it is none.
    """
    try:
        with wave.open(io.BytesIO(content)) as file:
            if file.getsampwidth() != 2:
                raise ProviderFailed(f"The sound has {8 * file.getsampwidth()} bits a sample; 16 are understood.")
            raw = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            return (raw.reshape(-1, file.getnchannels()).mean(axis=1) / 32768).astype(np.float32), file.getframerate()
    except (wave.Error, EOFError) as error:
        raise ProviderFailed(f"The endpoint's sound is no WAV file: {error}") from None


def write_wav(samples: Floats, rate: int) -> bytes:
    """A WAV file of 16-bit samples.

    >>> read_wav(write_wav(np.array([0.0, 0.5, -1.0], np.float32), 8000))[0].tolist()
    [0.0, 0.5, -1.0]
    """
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.clip(np.round(samples * 32768), -32768, 32767).astype("<i2").tobytes())
    return kept.getvalue()
