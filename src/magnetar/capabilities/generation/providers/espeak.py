"""The plain voice: espeak-ng, Mandarin through pinyin and English, with exact times of words and phonemes.

espeak-ng is a GPL-3 program that the user installs; its library is loaded in a worker process of its own and tells
when each word begins. Its own Mandarin voice spells Chinese characters as English, so pinyin is given to it.
It sounds like a machine, costs next to nothing, and is said to be what it is.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Sequence
from typing import Any

import numpy as np

from magnetar.capabilities.generation.ports import Cost, Floats, Mark, Speech
from magnetar.capabilities.generation.providers._needs import need_packages
from magnetar.capabilities.generation.providers.kokoro import check_wanted, read_text
from magnetar.capabilities.generation.speaking.marks import ended_where_quiet, shifted
from magnetar.capabilities.generation.speaking.pieces import Piece
from magnetar.capabilities.generation.workers import Worker
from magnetar.kernel.errors import BadInput, ProviderUnavailable

VOICES = {"zh": ("cmn-latn-pinyin",), "en": ("en-us", "en-gb")}
WORDS_PER_MINUTE = 165
_SYNCHRONOUS, _PHONEMES, _IPA, _STAY = 2, 1, 2, 0x8000
_RATE, _UTF8, _CHARACTERS = 1, 1, 1
_WORD, _PHONEME, _END = 1, 7, 0
_JOIN_S = 0.04
"""Silence that stays where two languages meet inside a sentence."""
_STOPS = {"—": ",", "…": ".", ";": ",", ":": ","}


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int), ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int), ("sample", ctypes.c_int), ("user_data", ctypes.c_void_p), ("id", _Id),
    )  # fmt: skip


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Work:
    """In the worker process, the only place where the library is loaded."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("espeak-ng")
        if not name:
            raise ProviderUnavailable(_MISSING)
        self._library = ctypes.CDLL(name)
        self._rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEMES | _IPA | _STAY))
        if self._rate <= 0:
            raise ProviderUnavailable(f"espeak-ng is here and does not start (code {self._rate}). {_MISSING}")
        self._samples: list[Any] = []
        self._words: list[list[float]] = []
        self._sounds: list[list[Any]] = []
        self._callback = _CALLBACK(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, voice: str, rate: int) -> dict[str, Any]:
        """Samples, [second, character] of every word, and [second, phoneme]."""
        self._samples, self._words, self._sounds = [], [], []
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ProviderUnavailable(f"espeak-ng has no voice {voice!r}. {_MISSING}")
        self._library.espeak_SetParameter(_RATE, rate, 0)
        spoken = text.encode() + b"\0"
        self._library.espeak_Synth(spoken, len(spoken), 0, _CHARACTERS, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        samples = np.concatenate(self._samples) if self._samples else np.zeros(0, np.int16)
        return {
            "samples": samples.astype(np.float32) / 32_768, "rate": self._rate, "words": self._words,
            "phonemes": self._sounds,
        }  # fmt: skip

    def _take(self, wave: Any, count: int, events: Any) -> int:
        if count > 0 and wave:
            self._samples.append(np.ctypeslib.as_array(wave, (count,)).copy())
        place = 0
        while events[place].type != _END:
            event = events[place]
            at_s = event.sample / self._rate
            if event.type == _WORD:
                self._words.append([at_s, event.text_position - 1])
            elif event.type == _PHONEME and (letters := bytes(event.id.string).split(b"\0")[0]):
                self._sounds.append([at_s, letters.decode("utf-8", "replace")])
            place += 1
        return 0


class EspeakVoice:
    """Speaks Chinese and English plainly."""

    name = "espeak"

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def voices(self, language: str) -> Sequence[str]:
        """One Mandarin voice, two English ones."""
        return VOICES.get(language, ())

    def speak(self, text: str, *, language: str = "zh", voice: str = "", speed: float = 1.0) -> Speech:
        """Say a text. Raises BadInput where nothing can be said, it is too long, or there is no such voice."""
        chosen = voice or VOICES.get(language, ("",))[0]
        check_wanted(text, language, chosen, self.voices(language), speed)
        sounds: list[Floats] = []
        marks: list[Mark] = []
        rate, at, cpu_s = 22_050, 0, 0.0
        runs = _runs(read_text(text, language))
        for place, (tongue, pieces) in enumerate(runs):
            spoken, spans = _spoken(tongue, pieces)
            if not spans:
                continue
            name = chosen if tongue == language else VOICES[tongue][0]
            answer, used = self._worker.call("speak", text=spoken, voice=name, rate=round(WORDS_PER_MINUTE * speed))
            cpu_s += used
            rate = int(answer["rate"])
            sound = answer["samples"]
            if place + 1 < len(runs) and pieces[-1].language != "pause":
                sound = _without_tail(sound, rate)
            told = _marks(answer, spans, len(sound) / rate)
            marks += [shifted(mark, at / rate) for mark in ended_where_quiet(told, sound, rate)]
            sounds.append(sound)
            at += len(sound)
        if not at:
            raise BadInput(f"念不出来 Nothing in {text[:40]!r} can be spoken in {language}. Give words or numbers.")
        samples = np.concatenate(sounds)
        return Speech(samples, rate, tuple(marks), True, self.name, chosen, Cost(cpu_seconds=cpu_s))

    def close(self) -> None:
        """End the worker."""
        self._worker.close()


def _runs(pieces: Sequence[Piece]) -> list[tuple[str, list[Piece]]]:
    """Neighbours of one language together; a pause goes with what is before it."""
    told: list[tuple[str, list[Piece]]] = []
    for piece in pieces:
        if piece.language == "pause":
            if told:
                told[-1][1].append(piece)
        elif told and told[-1][0] == piece.language:
            told[-1][1].append(piece)
        else:
            told.append((piece.language, [piece]))
    return told


def _spoken(language: str, pieces: Sequence[Piece]) -> tuple[str, list[tuple[int, int, int]]]:
    """What is given to the library, and (its first character, first and last of the text) of every word in it."""
    from magnetar.capabilities.generation.speaking.pinyin import syllables

    spoken, spans = "", []
    for piece in pieces:
        if piece.language == "pause":
            spoken = spoken.rstrip() + _STOPS.get(piece.spoken, piece.spoken) + " "
        elif language == "en":
            spans.append((len(spoken), piece.start, piece.end))
            spoken += piece.spoken + " "
        else:
            word = -1
            for one in syllables(piece):
                if one.word != word:
                    spoken = spoken.rstrip() + " " if spoken else ""
                    spans.append((len(spoken), one.start, one.end))
                    word = one.word
                else:
                    spans[-1] = (spans[-1][0], spans[-1][1], one.end)
                spoken += one.pinyin
            spoken += " "
    return spoken.rstrip(), spans


def _marks(answer: dict[str, Any], spans: Sequence[tuple[int, int, int]], length_s: float) -> list[Mark]:
    """A mark for every stretch of the text, from the first of its words to the next stretch."""
    began: dict[int, float] = {}
    for at_s, place in answer["words"]:
        index = max((one for one, span in enumerate(spans) if span[0] <= place), default=None)
        if index is not None:
            began.setdefault(index, float(at_s))
    order = sorted(began)
    told: list[Mark] = []
    for position, index in enumerate(order):
        start_s = began[index]
        end_s = began[order[position + 1]] if position + 1 < len(order) else length_s
        _, start, end = spans[index]
        heard = tuple((float(at), str(letters)) for at, letters in answer["phonemes"] if start_s <= at < end_s)
        if end_s > start_s:
            if told and (told[-1].start, told[-1].end) == (start, end):
                before = told.pop()
                told.append(Mark(before.start_s, end_s, start, end, (*before.phonemes, *heard)))
            else:
                told.append(Mark(start_s, end_s, start, end, heard))
    return told


def _without_tail(sound: Floats, rate: int) -> Floats:
    loud = np.flatnonzero(np.abs(sound) > 0.005)
    return sound[: int(loud[-1]) + 1 + round(_JOIN_S * rate)] if len(loud) else sound


_MISSING = "Install it with: apt install espeak-ng, or brew install espeak-ng."


def make(settings: Any) -> EspeakVoice:
    """The voice, where espeak-ng is installed on this machine.

    Raises:
        ProviderUnavailable: it is not, or pypinyin is missing.
    """
    if not ctypes.util.find_library("espeak-ng"):
        raise ProviderUnavailable(f"没有安装 espeak-ng is not installed here. {_MISSING}")
    need_packages("espeak", "speech", "pypinyin")
    return EspeakVoice(Worker(f"{__name__}:Work", {}, memory_mb=1024, timeout_s=60))
