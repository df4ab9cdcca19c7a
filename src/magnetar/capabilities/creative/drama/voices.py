"""Who speaks how: a voice, a pace and a pitch for each role, the same in every episode; and what was said, kept."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample

from magnetar.capabilities.creative.drama.bible import Bible, Role
from magnetar.capabilities.creative.loudness import RATE
from magnetar.capabilities.creative.segments.cache import Cache
from magnetar.capabilities.generation import Voice
from magnetar.kernel.errors import BadInput

LEVEL_DB = -20.0
_PACE = {("espeak", "zh"): 1.3, ("espeak", "en"): 1.06}
"""How much faster than its own a voice speaks; films are told briskly."""
FEMALE, MALE = ("zf", "af", "bf", "nova", "shimmer", "alloy"), ("zm", "am", "bm", "onyx", "echo", "fable")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a role is heard."""

    voice: str
    """The provider's; '' for its default."""
    speed: float = 1.0
    pitch: float = 1.0
    """Times the voice's own; formants move with it, which tells roles of one voice apart."""
    side: float = 0.0
    """From −1, left, to 1, right."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text as it is heard."""

    samples: NDArray[np.float32]
    """(n,) at 48 kHz, at one level for all voices."""
    marks: tuple[tuple[float, float, int, int], ...]
    """(start_s, end_s, first character, one after the last)."""
    exact: bool

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE

    def mouths(self, start: int, frames: int, fps: int) -> NDArray[np.int64]:
        """(frames,) how far a mouth is open, 0 to 2, when the words begin at frame `start`."""
        hop = RATE // fps
        level = np.zeros(frames)
        for frame in range(frames):
            part = self.samples[max(0, (frame - start) * hop) : max(0, (frame - start + 1) * hop)]
            level[frame] = float(np.sqrt(np.mean(part.astype(np.float64) ** 2))) if len(part) else 0.0
        top = max(float(np.quantile(level, 0.9)), 1e-4)
        return np.where(level > 0.62 * top, 2, np.where(level > 0.18 * top, 1, 0)).astype(np.int64)


def cast_voices(bible: Bible, voice: Voice, language: str, only: str = "") -> dict[str, Manner]:
    """A manner for each role's id, and for the narrator under ''; no two alike.

    Args:
        only: one voice for everybody, told apart by pace and pitch.

    Raises:
        BadInput: no voice of that name speaks the language.
    """
    names = list(voice.voices(language))
    if only and only not in names:
        raise BadInput(f"--voice {only!r}: {voice.name} 没有这个音色 has no such voice for {language!r}. Choose one of: {', '.join(names[:40])}.")  # fmt: skip
    names = [only] if only else names
    women = [name for name in names if name.lower().startswith(FEMALE)]
    men = [name for name in names if name.lower().startswith(MALE)]
    told = bool(women and men)
    pace = _PACE.get((voice.name, language), 1.0)
    manners = {"": Manner(only, pace, 1.0, 0.0)}
    counts = {True: 0, False: 0}
    for role in bible.roles:
        number = counts[role.female]
        counts[role.female] += 1
        own = (women if role.female else men) if told else names[:1]  # what a voice is, its name does not tell
        side = (-0.22, 0.22)[len(manners) % 2]
        name = own[number % len(own)] if own else ""
        manners[role.id] = Manner(
            name,
            round(pace * _speed(role), 3),
            _pitch(role, number // max(1, len(own)), told),
            side,
        )
    return manners


def _speed(role: Role) -> float:
    return 0.9 if role.age >= 58 else 1.08 if role.age < 20 else 1.02


def _pitch(role: Role, number: int, told: bool) -> float:
    base = 1.0 if told else 1.28 if role.female else 0.94
    base *= 1.14 if role.age < 14 else 0.93 if role.age >= 58 else 1.0
    return round(base * (1.0, 1.07, 0.94, 1.13, 0.9)[number % 5], 3)


class Speaker:
    """Says lines, each once."""

    def __init__(self, voice: Voice, cache: Cache, language: str, manners: Mapping[str, Manner]) -> None:
        self._voice, self._cache, self.language, self.manners = voice, cache, language, dict(manners)
        self.name = voice.name
        self.cpu_seconds, self.micros, self.calls, self.reused = 0.0, 0, 0, 0

    def key(self, text: str, role: str) -> str:
        """The name under which a line is kept."""
        return hashlib.sha256(
            repr(("voice/2", self.name, self.language, self.manners[role], text)).encode()
        ).hexdigest()

    def say(self, text: str, role: str) -> Said | None:
        """A text as a role says it; None where nothing in it can be said."""
        if not any(letter.isalnum() for letter in text):
            return None
        key = self.key(text, role)
        kept = self._cache.get(key, "npz")
        if kept is not None and (said := _read(kept)) is not None:
            self.reused += 1
            return said
        manner = self.manners[role]
        try:
            speech = self._voice.speak(
                text, language=self.language, voice=manner.voice, speed=round(manner.speed / manner.pitch, 3)
            )
        except BadInput:
            return None
        self.calls += 1
        self.cpu_seconds += speech.cost.cpu_seconds
        self.micros += speech.cost.micros
        trimmed, lead = _trim(np.asarray(speech.samples, np.float32), speech.rate)
        length = max(1, round(len(trimmed) * RATE / (speech.rate * manner.pitch)))
        samples = np.asarray(resample(trimmed, length), np.float32)
        loud = samples[np.abs(samples) > 0.02 * max(1e-6, float(np.abs(samples).max()))]
        power = float(np.sqrt(np.mean(loud.astype(np.float64) ** 2))) if len(loud) else 0.0
        samples *= np.float32(10 ** (LEVEL_DB / 20) / max(power, 1e-6))
        edge = min(240, length // 2)
        samples[:edge] *= np.linspace(0, 1, edge, dtype=np.float32)
        samples[length - edge :] *= np.linspace(1, 0, edge, dtype=np.float32)
        end = length / RATE
        marks = tuple(
            (min(max(0.0, (mark.start_s - lead) / manner.pitch), end), min(max(0.0, (mark.end_s - lead) / manner.pitch), end), mark.start, mark.end)
            for mark in speech.marks
        )  # fmt: skip
        said = Said(samples, tuple(mark for mark in marks if mark[1] > mark[0]), speech.exact)
        self._cache.put(key, _write(said), "npz")
        return said


def _trim(samples: NDArray[np.float32], rate: int) -> tuple[NDArray[np.float32], float]:
    """The sound without the silence at its ends, and the seconds left out at its start."""
    loud = np.flatnonzero(np.abs(samples) > 0.01 * max(1e-6, float(np.abs(samples).max(initial=0.0))))
    if not len(loud):
        return samples, 0.0
    first = max(0, int(loud[0]) - round(0.02 * rate))
    last = min(len(samples), int(loud[-1]) + 1 + round(0.04 * rate))
    return samples[first:last], first / rate


def _write(said: Said) -> bytes:
    held = io.BytesIO()
    about = json.dumps({"marks": said.marks, "exact": said.exact}).encode()
    np.savez_compressed(held, samples=said.samples.astype(np.float16), about=np.frombuffer(about, np.uint8))
    return held.getvalue()


def _read(kept: bytes) -> Said | None:
    try:
        with np.load(io.BytesIO(kept), allow_pickle=False) as told:
            about: dict[str, Any] = json.loads(told["about"].tobytes())
            return Said(
                told["samples"].astype(np.float32),
                tuple((float(a), float(b), int(c), int(d)) for a, b, c, d in about["marks"]),
                bool(about["exact"]),
            )
    except (ValueError, KeyError, OSError, EOFError):
        return None
