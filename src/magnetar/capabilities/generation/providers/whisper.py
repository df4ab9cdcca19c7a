"""Speech recognition by whisper-base (faster-whisper): Chinese and English with word times, CPU factor about 0.4.

It writes traditional characters now and then, which are turned into simplified ones, and it mishears product words
unless they are given as hints: hints are put before the sound as a sentence, and what still sounds like one becomes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Any

import numpy as np

from magnetar.capabilities.generation.models import store_of
from magnetar.capabilities.generation.ports import Floats, Heard, Mark
from magnetar.capabilities.generation.providers._needs import need_packages
from magnetar.capabilities.generation.speaking.repair import repaired
from magnetar.capabilities.generation.workers import Worker
from magnetar.kernel.errors import BadInput

RATE = 16_000
LONGEST_S = 3_600.0
_OPENING = "今天介绍{hints}，欢迎下单购买。"
"""Hints are put into a sentence like those that follow; bare lists of words and `hotwords` make whisper-base loop."""
MOST_HINTS = 40
LANGUAGES = ("", "zh", "en")


class Work:
    """In the worker process."""

    def __init__(self, folder: str) -> None:
        from faster_whisper import WhisperModel  # pyright: ignore[reportMissingImports]

        self._model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)

    def listen(self, sound: Floats, language: str, hints: list[str]) -> list[dict[str, Any]]:
        opening = (
            (_OPENING if language == "zh" else "Today we show {hints}.").format(hints=", ".join(hints)) if hints else ""
        )
        segments, told = self._model.transcribe(
            sound, language=language or None, beam_size=5, initial_prompt=opening or None, word_timestamps=True,
            condition_on_previous_text=False, vad_filter=len(sound) > 10 * RATE, temperature=[0.0, 0.4],
            no_repeat_ngram_size=5, hallucination_silence_threshold=1.0,  # else it may write subtitles' credits for ever
        )  # fmt: skip
        return [
            {
                "start": one.start, "end": one.end, "language": told.language, "confidence": float(np.exp(one.avg_logprob)),
                "words": [[word.word, word.start, word.end] for word in one.words or ()],
            }
            for one in segments
        ]  # fmt: skip


class WhisperListener:
    """What was said, with times."""

    name = "whisper"

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._simple: Any = None

    def listen(self, sound: Floats, rate: int, *, language: str = "", hints: Sequence[str] = ()) -> Sequence[Heard]:
        """Text with times.

        Raises:
            BadInput: no mono sound of 8 to 192 kHz, longer than an hour, or a language it does not know.
        """
        if sound.ndim != 1 or not 8_000 <= rate <= 192_000 or language not in LANGUAGES:
            raise BadInput(
                f"Speech is one row of samples at 8,000 to 192,000 Hz in zh or en, found {sound.shape} at {rate} in {language!r}."
            )
        if len(sound) > LONGEST_S * rate:
            raise BadInput(f"At most {LONGEST_S:.0f} s at a time, found {len(sound) / rate:.0f} s. Cut it first.")
        if not len(sound) or not np.isfinite(sound).all() or float(np.abs(sound).max()) < 1e-4:
            return ()
        heard, _ = self._worker.call(
            "listen", sound=_resampled(sound, rate), language=language, hints=list(dict.fromkeys(hints))[:MOST_HINTS],
            timeout_s=60 + 4 * len(sound) / rate,
        )  # fmt: skip
        ends_s = _sound_ends_s(sound, rate)
        for one in heard:  # what it writes behind the last sound nobody said
            one["words"] = [word for word in one["words"] if word[1] < ends_s and word[2] > word[1]]
        return [found for one in heard if (found := self._heard(one, hints)).text]

    def _heard(self, segment: dict[str, Any], hints: Sequence[str]) -> Heard:
        text, marks = "", []
        for word, start, end in segment["words"]:
            said = self._simplified(word) if segment["language"] == "zh" else word
            if not text:
                said = said.lstrip()
            core = said.strip()
            at = len(text) + len(said) - len(said.lstrip())
            text += said
            if core:
                marks.append(Mark(float(start), float(end), at, at + len(core)))
        if segment["language"] == "zh":
            text = repaired(text, hints)
        return Heard(float(segment["start"]), float(segment["end"]), text.rstrip(), tuple(marks), segment["confidence"])

    def _simplified(self, text: str) -> str:
        if self._simple is None:
            from opencc_purepy import OpenCC  # pyright: ignore[reportMissingImports]

            self._simple = OpenCC("t2s")
        return self._simple.convert(text)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()


def _sound_ends_s(sound: Floats, rate: int) -> float:
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return float(loud[-1]) / rate


def _resampled(sound: Floats, rate: int) -> Floats:
    if rate == RATE:
        return np.asarray(sound, np.float32)
    from scipy.signal import resample_poly

    common = gcd(rate, RATE)
    return np.asarray(resample_poly(sound, RATE // common, rate // common), np.float32)


def make(settings: Any) -> WhisperListener:
    """The listener, where its packages and its model are here.

    Raises:
        ProviderUnavailable: one is not.
    """
    need_packages("whisper", "speech", "faster_whisper", "opencc_purepy", "pypinyin")
    folder = store_of(settings).need("whisper-base")
    return WhisperListener(Worker(f"{__name__}:Work", {"folder": str(folder)}, memory_mb=4096, timeout_s=600))
