"""Voices of Kokoro-82M (Mandarin, English) and of hibari (English, eight times cheaper), with exact times.

Both models give every phoneme a length in frames of 25 ms before they make sound; those lengths are asked for
(`_graphs`), so the marks are what the synthesiser was told to do, not a guess about its sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.capabilities.generation.models import store_of
from magnetar.capabilities.generation.ports import Cost, Floats, Mark, Speech
from magnetar.capabilities.generation.providers._graphs import open_session
from magnetar.capabilities.generation.providers._needs import need_packages
from magnetar.capabilities.generation.speaking.kokoro import SYMBOLS
from magnetar.capabilities.generation.speaking.marks import Sounded, ended_where_quiet, marks_of, shifted
from magnetar.capabilities.generation.speaking.pieces import LONGEST, Piece, speakable
from magnetar.capabilities.generation.workers import Worker
from magnetar.kernel.errors import BadInput

RATE = 24_000
FRAME = 600
"""Samples of a frame in which lengths are counted."""
HIBARI = "heart"
DEFAULTS = {"zh": "zf_xiaoxiao", "en": HIBARI}
MOST_PHONEMES = 400
"""Of one run of the model; its window is 510."""
QUIET_BEFORE, QUIET_AFTER = 2, 6
"""Frames of silence that stay around a sentence; the models give half a second."""
_OTHER_SCRIPTS = 0x400
"""From Cyrillic on; Latin letters with signs and Greek ones of formulas lie below."""
LEAST_SPEED, MOST_SPEED = 0.5, 2.0


class Work:
    """In the worker process."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._session: Any = None
        self._hibari: Any = None
        self._voices: dict[str, Any] = {}

    def english(self, words: list[str]) -> list[str]:
        """Phonemes of each word, in the context of the others."""
        g2p = self._english_model().g2p
        whole = g2p(" ".join(words)).split(" ")
        counts = [len(word.split()) for word in words]
        if len(whole) != sum(counts):
            whole = [g2p(one) for word in words for one in word.split()]
        told: list[str] = []
        for count in counts:
            told.append(" ".join(whole[:count]))
            whole = whole[count:]
        return told

    def speak(self, phonemes: str, voice: str, speed: float) -> dict[str, Any]:
        """Samples and the frames of the silence before, of each phoneme, and of the silence after."""
        if voice == HIBARI:
            model = self._english_model()
            samples = model.from_phonemes(phonemes, speed, seed=0)
            return {"samples": np.asarray(samples, np.float32), "frames": model.sess.frames}
        if self._session is None:
            self._session = open_session(self._folder / "kokoro-v1.0.int8.onnx", "/encoder/Clip_output_0")
        if voice not in self._voices:
            self._voices[voice] = np.fromfile(self._folder / f"{voice}.bin", "<f4").reshape(-1, 1, 256)
        ids = [SYMBOLS[letter] for letter in phonemes]
        feeds = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": self._voices[voice][min(len(ids), len(self._voices[voice]) - 1)],
            "speed": np.array([speed], np.float32),
        }
        samples, frames = self._session.run(None, feeds)
        return {"samples": np.asarray(samples, np.float32).ravel(), "frames": np.asarray(frames, np.float32).ravel()}

    def _english_model(self) -> Any:
        if self._hibari is None:
            from hibari import Hibari  # pyright: ignore[reportMissingImports]

            model: Any = Hibari()
            model.sess = _Told(open_session(Path(model.model_path), "/Clip_output_0"))
            self._hibari = model
        return self._hibari


class _Told:
    """A session that keeps the last output, the frames, to itself; hibari takes the others."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.frames: Floats = np.zeros(0, np.float32)

    def run(self, names: Any, feeds: dict[str, Any]) -> list[Any]:
        *outputs, frames = self._session.run(None, feeds)
        self.frames = np.asarray(frames, np.float32).ravel()
        return outputs


class KokoroVoice:
    """Speaks Chinese, also with English words inside, and English."""

    name = "kokoro"

    def __init__(self, worker: Worker, names: Sequence[str]) -> None:
        self._worker = worker
        self._names = tuple(names)

    def voices(self, language: str) -> Sequence[str]:
        """zf_ women, zm_ men; hibari's heart is the English default."""
        if language == "zh":
            return [name for name in self._names if name.startswith("z")]
        return [HIBARI, *(name for name in self._names if name.startswith("a"))] if language == "en" else []

    def speak(self, text: str, *, language: str = "zh", voice: str = "", speed: float = 1.0) -> Speech:
        """Say a text. Raises BadInput where nothing can be said, it is too long, or there is no such voice."""
        chosen = voice or DEFAULTS.get(language, "")
        check_wanted(text, language, chosen, self.voices(language), speed)
        pieces = read_text(text, language)
        english = [piece for piece in pieces if piece.language == "en"]
        cpu_s = 0.0
        said: dict[int, str] = {}
        if english:
            found, used = self._worker.call("english", words=[piece.spoken for piece in english])
            said = dict(zip((piece.start for piece in english), found, strict=True))
            cpu_s += used
        sounds: list[Floats] = []
        marks: list[Mark] = []
        at = 0
        for parts in _sentences(pieces, said):
            phonemes = "".join(part.phonemes for part in parts)
            answer, used = self._worker.call("speak", phonemes=phonemes, voice=chosen, speed=speed)
            cpu_s += used
            frames = [float(one) for one in answer["frames"]]
            first = max(0, round(frames[0]) - QUIET_BEFORE) * FRAME
            sound = answer["samples"][first:]
            last = round(sum(frames)) * FRAME - max(0, round(frames[-1]) - QUIET_AFTER) * FRAME - first
            sound = sound[:last]
            told = marks_of(parts, frames, FRAME / RATE, -first / RATE)
            marks += [shifted(mark, at / RATE) for mark in ended_where_quiet(told, sound, RATE)]
            sounds.append(sound)
            at += len(sound)
        if not sounds:
            raise BadInput(f"念不出来 Nothing in {text[:40]!r} can be spoken in {language}. Give words or numbers.")
        samples = np.clip(np.concatenate(sounds), -1.0, 1.0)
        return Speech(samples, RATE, tuple(marks), True, self.name, chosen, Cost(cpu_seconds=cpu_s))

    def close(self) -> None:
        """End the worker."""
        self._worker.close()


def read_text(text: str, language: str) -> list[Piece]:
    """The pieces of a text in its language; signs and emoji are left out.

    Raises:
        BadInput: nothing in it can be spoken, or a script in it cannot: words are not dropped unsaid.
    """
    from magnetar.capabilities.generation.speaking.chinese import read_chinese
    from magnetar.capabilities.generation.speaking.english import read_english

    pieces = read_chinese(text) if language == "zh" else read_english(text)
    if not speakable(pieces):
        raise BadInput(f"念不出来 Nothing in {text[:40]!r} can be spoken in {language}. Give words or numbers.")
    covered = {place for piece in pieces for place in range(piece.start, piece.end)}
    unsaid = "".join(
        letter
        for place, letter in enumerate(text)
        if place not in covered and letter.isalpha() and ord(letter) >= _OTHER_SCRIPTS
    )
    if unsaid:
        hint = " Choose zh." if language == "en" and read_chinese(unsaid) else " Leave it out."
        raise BadInput(f"这些字不能用 {language} 念 The {language} voice cannot read {unsaid[:20]!r}.{hint}")
    return pieces


def check_wanted(text: str, language: str, voice: str, known: Sequence[str], speed: float) -> None:
    """Raises BadInput: the language, the voice, the speed or the length is not one that is known."""
    if language not in ("zh", "en"):
        raise BadInput(f"没有这种语言 No language {language!r}. Choose zh or en.")
    if voice not in known:
        raise BadInput(f"没有这个音色 No voice {voice!r} for {language}. Choose one of: {', '.join(known)}.")
    if len(text) > LONGEST:
        raise BadInput(f"At most {LONGEST:,} characters at a time, found {len(text):,}. Cut the text into sentences.")
    if not LEAST_SPEED <= speed <= MOST_SPEED:
        raise BadInput(f"Speed is {LEAST_SPEED} to {MOST_SPEED}, found {speed}.")


def _sounded(pieces: Sequence[Piece], english: dict[int, str]) -> list[Sounded]:
    """Phonemes of every piece, with a gap before each word."""
    from magnetar.capabilities.generation.speaking.pinyin import phonemes, syllables

    parts: list[Sounded] = []

    def gap(at: int) -> None:
        if parts and not parts[-1].phonemes.endswith(" "):
            parts.append(Sounded(" ", at, at))

    for piece in pieces:
        if piece.language == "pause":
            if parts and parts[-1].phonemes == " ":
                parts.pop()
            if parts and parts[-1].phonemes[:1] not in tuple(",.;:!?…—"):
                parts.append(Sounded(piece.spoken, piece.start, piece.start))
        elif piece.language == "en":
            letters = "".join(one for one in english.get(piece.start, "") if one in SYMBOLS).strip()
            if letters:
                gap(piece.start)
                parts.append(Sounded(letters, piece.start, piece.end))
        else:
            word = -1
            for one in syllables(piece):
                if one.word != word:
                    gap(one.start)
                    word = one.word
                parts.append(Sounded(phonemes(one.pinyin), one.start, one.end))
    return [part for part in parts if part.phonemes]


def _sentences(pieces: Sequence[Piece], english: dict[int, str]) -> list[list[Sounded]]:
    """Runs for the model: whole sentences, cut at a word where one is too long; each ends with a stop."""
    told: list[list[Sounded]] = [[]]
    length = 0
    for part in _sounded(pieces, english):
        full = length + len(part.phonemes) > MOST_PHONEMES
        if full or (told[-1] and told[-1][-1].phonemes in (".", "!", "?")):
            told.append([])
            length = 0
        if not told[-1] and part.phonemes in (" ", ",", ".", ";", ":", "…", "—", "!", "?"):
            continue
        told[-1].append(part)
        length += len(part.phonemes)
    for parts in told:
        if parts and parts[-1].phonemes in (",", ";", ":", " ", "—"):
            parts.pop()
        if parts and parts[-1].phonemes not in (".", "!", "?", "…"):
            parts.append(Sounded(".", parts[-1].end, parts[-1].end))
    return [parts for parts in told if any(part.end > part.start for part in parts)]


def make(settings: Any) -> KokoroVoice:
    """The voices, where their packages and their model are here.

    Raises:
        ProviderUnavailable: one is not.
    """
    need_packages("kokoro", "speech", "onnxruntime", "pypinyin", "hibari")
    store = store_of(settings)
    folder = store.need("kokoro")
    names = [Path(file.name).stem for file in store.model("kokoro").files if file.name.endswith(".bin")]
    return KokoroVoice(Worker(f"{__name__}:Work", {"folder": str(folder)}, memory_mb=4096, timeout_s=300), names)
