"""The voice of a film: what is said in each scene, spoken and kept, and laid over music that makes room for it."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.captions import Said, Word, letters
from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.capabilities.creative.facts import numbers
from magnetar.capabilities.creative.linebreak import atoms, trim
from magnetar.capabilities.creative.loudness import RATE, Sound, loudness
from magnetar.capabilities.creative.script import ACTIONS_EN, SOLD_OUT, Line, Script
from magnetar.capabilities.creative.wording import clauses
from magnetar.capabilities.generation import Mark, Speech, Voice, estimated_seconds
from magnetar.kernel.errors import BadInput

FASTEST = 1.25
"""A voice is never hurried beyond this to fit a length."""
LONGEST_S = 7.5
"""Of what one scene says; clauses beyond are left to the picture."""
VOICE_LUFS, MUSIC_LUFS, DUCK_DB = -20.0, -24.0, 12.0
"""Before mastering: the voice, the music between, and how far the music steps back under the voice."""
_ENDS = "？！?!。."
_ATTACK_S, _RELEASE_S, _GAP_S = 0.25, 0.5, 1.0
_KNEE_DB, _RATIO = -18.0, 3.0
_CREST_DB = 11.0
"""Peaks of the voice above its loudness."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A line that was spoken."""

    text: str
    sound: NDArray[np.float32]
    """(n,), mono, at 48 kHz."""
    words: tuple[Word, ...]
    exact: bool
    provider: str
    voice: str
    cpu_s: float = 0.0

    @property
    def seconds(self) -> float:
        return len(self.sound) / RATE

    def said(self, later_s: float) -> Said:
        """Its words, so much later."""
        moved = (Word(one.start_s + later_s, one.end_s + later_s, one.start, one.end) for one in self.words)
        return Said(self.text, tuple(moved))


def text_of(line: Line, script: Script, brief: bool = False) -> str:
    """What is said in a scene: the headline and its sentence; in the offer also the price and what to do.

    A price that the line names already is not said again. What is asked now is said before the list price, and never
    left out for it: where time is short the list price goes first, then the sentence, then the headline.

    Args:
        brief: the offer says only what it costs now and what to do.
    """
    parts = [line.headline]
    if line.caption and letters(line.caption) != letters(line.headline):
        parts = [line.caption] if letters(line.headline) in letters(line.caption) else [line.headline, line.caption]
    ways = list(_offered(line, parts, script, brief)) if line.kind == "offer" else [parts]
    comma, stop = ("，", "。") if script.language == "zh" else (", ", ".")
    texts = [_joined(way, script.language) for way in ways]
    text = next((text for text in texts if estimated_seconds(text + stop) <= LONGEST_S), texts[-1])
    if not letters(text):
        return ""
    text = _short(text, comma)
    if script.list_price and "".join(script.list_price) in text and not _names_price(text, script.price[1]):
        text = price_now(script)
    return text if text[-1] in _ENDS else text + stop


def _offered(line: Line, parts: list[str], script: Script, brief: bool) -> Iterator[list[str]]:
    """Ways to say an offer, the longest first."""
    todo = [script.action] if letters(script.action) not in letters("".join(parts)) else []
    now, was = price_now(script), _was(script)
    if _names_price(" ".join(parts), script.price[1]):
        yield [*parts, *todo]
        yield parts
    elif not brief:
        if was:
            yield [*parts, now, was, *todo]
        yield [*parts, now, *todo]
        yield [line.headline, now, *todo]
    yield [now, script.action]
    yield [now]


def _joined(parts: Sequence[str], language: str) -> str:
    """Parts as one sentence; a question is not followed by a comma, and English that asks to act is a sentence.

    >>> _joined(["浴室用什么？", "地垫 · 防滑"], "zh"), _joined(["Bath mat.", "now ¥35.00", "Shop now"], "en")
    ('浴室用什么？地垫，防滑', 'Bath mat, now ¥35.00. Shop now')
    """
    comma = "，" if language == "zh" else ", "
    text = ""
    for part in (part.strip(" ，,。.;；") for part in parts):
        if not letters(part):
            continue
        if text:
            acts = language == "en" and part in (*ACTIONS_EN, SOLD_OUT["en"])
            text += (" " if language == "en" else "") if text[-1] in _ENDS else ". " if acts else comma
        text += part
    return re.sub(r"\s*[·|]\s*", comma, text)


def _names_price(text: str, figures: str) -> bool:
    return bool(numbers(text) & {Decimal(figures.replace(",", "")).normalize() + 0})


def price_now(script: Script) -> str:
    """What is asked now, as it is said."""
    return ("现价" if script.language == "zh" else "now ") + "".join(script.price)


def _was(script: Script) -> str:
    """The list price as what it is: that it was ever paid stands in no record."""
    if script.list_price is None:
        return ""
    return ("标价" if script.language == "zh" else "list price ") + "".join(script.list_price)


def _short(text: str, comma: str) -> str:
    """As many clauses as can be said in one scene; a single endless one is cut."""
    if estimated_seconds(text) <= LONGEST_S:
        return text
    kept: list[str] = []
    for clause in clauses(text):
        if estimated_seconds(comma.join([*kept, clause])) > LONGEST_S:
            break
        kept.append(clause)
    if kept:
        return comma.join(kept)
    pieces = atoms(text[:400])
    while len(pieces) > 1 and estimated_seconds("".join(pieces)) > LONGEST_S:
        pieces.pop()
    return trim("".join(pieces))


def speak(
    voice: Voice, text: str, language: str, name: str = "", speed: float = 1.0, kept: Path | None = None
) -> Utterance:
    """Say a text, or take what was said before.

    Args:
        kept: folder of what was said before.

    Raises:
        BadInput: it cannot be spoken.
    """
    file = kept / f"{_key(voice.name, name, language, speed, text)}.npz" if kept is not None else None
    speech = _load(file) if file is not None else None
    if speech is None:
        speech = voice.speak(text, language=language, voice=name, speed=speed)
        if file is not None:
            _keep(file, speech)
    words = tuple(Word(one.start_s, one.end_s, one.start, one.end) for one in speech.marks)
    if not words or not len(speech.samples) or not float(np.abs(speech.samples).max()) > 0:
        raise BadInput(f"念不出来 The voice {voice.name} says nothing for {text[:40]!r}.")
    return Utterance(
        text, resampled(speech.samples, speech.rate), words, speech.exact, speech.provider, speech.voice, speech.cost.cpu_seconds
    )  # fmt: skip


def _key(*asked: object) -> str:
    return hashlib.sha256(json.dumps(["speech/1", *map(str, asked)], ensure_ascii=False).encode()).hexdigest()


def _keep(file: Path, speech: Speech) -> None:
    marks = np.array([(one.start_s, one.end_s, one.start, one.end) for one in speech.marks], np.float64)
    about = json.dumps([speech.rate, speech.exact, speech.provider, speech.voice])
    with whole_or_nothing(file) as part, part.open("wb") as out:
        np.savez(out, samples=speech.samples.astype(np.float32), marks=marks.reshape(-1, 4), about=np.array(about))


def _load(file: Path) -> Speech | None:
    """What was kept; None where there is nothing, or nothing whole."""
    try:
        with np.load(file, allow_pickle=False) as held:
            rate, exact, provider, voice = json.loads(str(held["about"]))
            marks = tuple(Mark(float(a), float(b), int(c), int(d)) for a, b, c, d in held["marks"])
            return Speech(np.asarray(held["samples"], np.float32), int(rate), marks, bool(exact), provider, voice)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def resampled(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Sound at 48 kHz."""
    from scipy.signal import resample_poly

    if rate == RATE:
        return samples.astype(np.float32)
    common = int(np.gcd(rate, RATE))
    return np.asarray(resample_poly(samples.astype(np.float32), RATE // common, rate // common), np.float32)


def laid(music: Sound, spoken: Sequence[tuple[int, Utterance]]) -> Sound:
    """Voice over music.

    Args:
        music: (2, samples).
        spoken: (first sample, utterance).

    Returns:
        (2, samples), before mastering; the music is DUCK_DB lower while there is speech.
    """
    count = music.shape[1]
    line = np.zeros(count, np.float32)
    spans: list[tuple[int, int]] = []
    for at, one in spoken:
        part = one.sound[: max(0, count - at)]
        line[at : at + len(part)] += part
        spans.append((at + round(one.words[0].start_s * RATE), min(count, at + round(one.words[-1].end_s * RATE))))
    quieter = _at_level(music, MUSIC_LUFS) * ducking(spans, count)
    if not line.any():
        return quieter
    voiced = line[np.abs(line) > 0.02 * np.abs(line).max()]
    line = compressed(line * np.float32(10 ** (VOICE_LUFS / 20) / max(1e-9, float(np.sqrt((voiced**2).mean())))))
    line = held(_at_level(line[None], VOICE_LUFS)[0], 10 ** ((VOICE_LUFS + _CREST_DB) / 20))
    return quieter + _at_level(line[None], VOICE_LUFS)


def _at_level(sound: Sound, target: float) -> Sound:
    """Sound at a loudness; mono is measured as it is heard on both sides."""
    level = loudness(sound) + (10 * np.log10(2.0) if len(sound) == 1 else 0.0)
    return sound * np.float32(10 ** ((target - level) / 20)) if np.isfinite(level) else sound


def ducking(spans: Sequence[tuple[int, int]], samples: int) -> NDArray[np.float32]:
    """(samples,) gains of the music: smooth down before speech, smooth up after it, level through short pauses."""
    low = 10 ** (-DUCK_DB / 20)
    joined: list[list[int]] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] < _GAP_S * RATE:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    gains = np.ones(samples, np.float32)
    attack, release = round(_ATTACK_S * RATE), round(_RELEASE_S * RATE)
    down = (low + (1 - low) * (0.5 + 0.5 * np.cos(np.linspace(0, np.pi, attack)))).astype(np.float32)
    up = (low + (1 - low) * (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, release)))).astype(np.float32)
    for start, end in joined:
        gains[max(0, start) : end] = low
        head = gains[max(0, start - attack) : start]
        head[...] = np.minimum(head, down[attack - len(head) :])
        tail = gains[end : end + release]
        tail[...] = np.minimum(tail, up[: len(tail)])
    return gains


def held(line: NDArray[np.float32], most: float) -> NDArray[np.float32]:
    """A voice with its peaks turned down, 5 ms ahead and without a corner, so that none exceeds the most."""
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    ahead = RATE // 200
    peaks = maximum_filter1d(np.abs(line), 2 * ahead + 1, mode="constant")
    gains = np.minimum(1.0, most / np.maximum(peaks, most))
    return (line * uniform_filter1d(gains, ahead, mode="nearest")).astype(np.float32)


def compressed(line: NDArray[np.float32]) -> NDArray[np.float32]:
    """A voice with its loudest syllables held back three to one, so that mastering need not clip them."""
    from scipy.ndimage import gaussian_filter1d, minimum_filter1d

    block = RATE // 200
    count = len(line) // block
    if count < 8:
        return line
    power = (line[: count * block].reshape(count, block).astype(np.float64) ** 2).mean(axis=1)
    over = np.maximum(10 * np.log10(np.maximum(power, 1e-12)) - _KNEE_DB, 0.0)
    gain_db = gaussian_filter1d(minimum_filter1d(-over * (1 - 1 / _RATIO), 5), 3.0)
    middle = (np.arange(count) + 0.5) * block
    gains = np.interp(np.arange(len(line)), middle, gain_db)
    return (line * 10 ** (gains / 20)).astype(np.float32)
