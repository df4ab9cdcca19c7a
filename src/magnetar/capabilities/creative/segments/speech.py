"""What is said in each take, and how long takes are so that it fits: said whole, else shorter, else left to the picture."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.captions import Said, Word, cut
from magnetar.capabilities.creative.loudness import RATE, loudness
from magnetar.capabilities.creative.script import Line as Shown
from magnetar.capabilities.creative.script import Script
from magnetar.capabilities.creative.segments.takes import Grid, Take
from magnetar.capabilities.creative.speaking import (
    FASTEST,
    VOICE_LUFS,
    Utterance,
    compressed,
    price_now,
    speak,
    text_of,
)
from magnetar.capabilities.creative.storyboard import LONGEST_SCENE_S
from magnetar.capabilities.generation import Voice
from magnetar.kernel.errors import BadInput

LEAD_S, REST_S = 0.13, 0.12
"""Before the first word and after the last: there only the music is heard, so that takes can be joined."""
_SHORTER = 0.7
"""What a shortened line is worth beside a whole one."""
_STEP = 0.05
"""Of speed, when a voice hurries."""
_WIDE = {"zh": 18, "en": 40}
"""Characters of a subtitle."""


@dataclass(frozen=True, slots=True)
class Line:
    """A take's speech, trimmed to its words."""

    key: str
    text: str
    sound: NDArray[np.float32]
    """(n,), mono, 48 kHz, at VOICE_LUFS."""
    words: tuple[Word, ...]
    speed: float
    shortened: bool
    exact: bool
    provider: str
    voice: str

    @property
    def seconds(self) -> float:
        return len(self.sound) / RATE


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said in the films of a commission."""

    beats: tuple[int, int, int]
    """Of a hook, a point and an offer."""
    lines: dict[Take, Line]
    unspoken: tuple[Take, ...]
    notes: tuple[str, ...]
    cpu_seconds: float
    """What the voice took; nothing for what was said before."""

    def subtitles(self, take: Take, at_s: float, language: str) -> list[dict[str, Any]]:
        """A take's subtitles, for a manifest."""
        line = self.lines.get(take)
        if line is None:
            return []
        moved = (Word(w.start_s + at_s + LEAD_S, w.end_s + at_s + LEAD_S, w.start, w.end) for w in line.words)
        return [
            {
                "text": one.text, "start_s": round(one.start_s, 3), "end_s": round(one.end_s, 3),
                "words": [{"text": text, "start_s": round(a, 3), "end_s": round(b, 3)} for a, b, text in one.words],
            }
            for one in cut(Said(line.text, tuple(moved)), lambda text: len(text) <= _WIDE[language])
        ]  # fmt: skip


def say(
    takes: Sequence[Take], scripts: Sequence[Script], grid: Grid, voice: Voice, name: str, language: str, kept: Path
) -> Spoken:
    """Say every take once, choose the beats, and fit each take's speech into them.

    Args:
        grid: its total is kept, and its points.
        kept: folder of what was said before.
    """
    notes: list[str] = []
    spent = [0.0]

    def said(text: str, speed: float) -> Utterance | None:
        try:
            one = speak(voice, text, language, name, speed, kept)
        except BadInput as error:
            notes.append(str(error))
            return None
        spent[0] += one.cpu_s
        return one

    whole: dict[Take, Utterance] = {}
    needs: dict[str, list[tuple[float, float]]] = {"hook": [], "point": [], "offer": []}
    for take in takes:
        texts = list(spoken_forms(take.line, scripts[take.script]))
        spans: list[float] = []
        for text in texts if take.kind == "offer" else texts[:1]:
            if (one := said(text, 1.0)) is not None:
                if text == texts[0]:
                    whole[take] = one
                spans.append(_span(one))
        if spans:
            needs[take.kind].append((spans[0], min(spans)))
    beats = beats_for(grid, needs)
    hook, point, offer = (one * 60 / grid.tempo - LEAD_S - REST_S for one in beats)
    slot: dict[str, float] = {"hook": hook, "point": point, "offer": offer}
    lines: dict[Take, Line] = {}
    for take in takes:
        for number, text in enumerate(spoken_forms(take.line, scripts[take.script])):
            if (one := _fitted(said, text, slot[take.kind], whole.get(take) if number == 0 else None)) is not None:
                lines[take] = _line(one[0], one[1], number > 0)
                break
    left = tuple(take for take in takes if take not in lines)
    if left:
        notes.append(
            f"配音: {len(takes)} 句里有 {len(left)} 句太长不念, 只在画面上, 如 {left[0].line.headline[:40]!r} · "
            f"voice: {len(left)} of {len(takes)} lines do not fit into their scenes and are left to the picture, "
            f"for instance {left[0].line.headline[:40]!r}"
        )
    return Spoken(beats, lines, left, tuple(dict.fromkeys(notes)), spent[0])


def spoken_forms(line: Shown, script: Script) -> Iterator[str]:
    """What may be said of a line, the longest first.

    An offer never loses its price: its shortest forms are price and action, then the price alone. Another line never
    names the list price without what is asked now.
    """
    found = [text_of(line, script), text_of(replace(line, caption=""), script)]
    if line.kind == "offer":
        found.append(text_of(replace(line, caption=""), script, brief=True))
        found.append(text_of(Shown("hook", price_now(script)), script))
    yield from dict.fromkeys(text for text in found if text)


def _span(one: Utterance) -> float:
    return one.words[-1].end_s - one.words[0].start_s


def _fitted(said: Any, text: str, room: float, first: Utterance | None) -> tuple[Utterance, float] | None:
    """A text said no faster than needed and no faster than may be."""
    one: Utterance | None = first or said(text, 1.0)
    speed = 1.0
    while one is not None and _span(one) > room:
        speed = max(speed + _STEP, np.ceil(speed * _span(one) / room / _STEP) * _STEP)
        if speed > FASTEST + 1e-9:
            return None
        one = said(text, round(float(speed), 2))
    return (one, round(float(speed), 2)) if one is not None else None


def _line(one: Utterance, speed: float, shortened: bool) -> Line:
    start, end = one.words[0].start_s, one.words[-1].end_s
    sound = one.sound[max(0, round(start * RATE)) : round(end * RATE)].copy()
    fade = min(len(sound) // 4, RATE // 200)
    sound[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
    sound[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    sound = levelled(compressed(levelled(sound)))
    words = tuple(Word(word.start_s - start, word.end_s - start, word.start, word.end) for word in one.words)
    key = hashlib.sha256(repr((one.text, one.provider, one.voice, speed)).encode() + sound.tobytes()).hexdigest()
    return Line(key, one.text, sound, words, speed, shortened, one.exact, one.provider, one.voice)


def levelled(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """A voice at VOICE_LUFS, as it is heard on both sides; short ones are measured between silence."""
    room = max(0, RATE // 2 - len(sound))
    both = np.repeat(np.pad(sound, (0, room))[None], 2, axis=0)
    level = loudness(both)
    return sound * np.float32(10 ** ((VOICE_LUFS - level) / 20)) if np.isfinite(level) else sound


def beats_for(grid: Grid, needs: dict[str, list[tuple[float, float]]]) -> tuple[int, int, int]:
    """Beats of a hook, a point and an offer that let most be said, in a film as long as before.

    Args:
        needs: seconds that each take's line needs, whole and in its shortest form, by kind.

    >>> beats_for(Grid(25, 100, 6, 4, 7, 3), {"hook": [(2.0, 2.0)], "point": [(2.7, 2.7)], "offer": [(6.0, 2.0)]})
    (5, 5, 5)
    """
    beat_s = 60 / grid.tempo
    longest = int(LONGEST_SCENE_S / beat_s + 1e-9)
    films = {"hook": 1, "point": grid.points, "offer": 1}
    least = -(-grid.hook * 6 // 10), -(-grid.offer * 6 // 10)
    best: tuple[tuple[float, float, int], tuple[int, int, int]] | None = None
    for point in range(1, longest + 1) if grid.points else (grid.point,):
        for hook in range(least[0], longest + 1):
            offer = grid.beats - hook - grid.points * point
            if not least[1] <= offer <= max(longest, grid.offer):
                continue
            room = {"hook": hook * beat_s, "point": point * beat_s, "offer": offer * beat_s}
            score = [0.0, 0.0]
            for kind, spans in needs.items():
                for place, faster in enumerate((FASTEST, 1.0)):
                    most = (room[kind] - LEAD_S - REST_S) * faster
                    fit = sum(1.0 if span <= most else _SHORTER if short <= most else 0.0 for span, short in spans)
                    score[place] += films[kind] * fit / max(1, len(spans))
            away = abs(hook - grid.hook) + abs(point - grid.point) + abs(offer - grid.offer)
            ranked = ((round(score[0], 6), round(score[1], 6), -away), (hook, point, offer))
            best = max(best, ranked) if best else ranked
    return best[1] if best else (grid.hook, grid.point, grid.offer)
