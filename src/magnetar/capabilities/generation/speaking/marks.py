"""When each piece of a text is heard, from how long each phoneme lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from magnetar.capabilities.generation.ports import Floats, Mark

_STEP_S = 0.005
_QUIET = 0.02
"""Of the loudest 5 ms of the sound; below it nothing is heard (34 dB down)."""


@dataclass(frozen=True, slots=True)
class Sounded:
    """A syllable, word or pause with its phonemes, as it is given to a synthesiser."""

    phonemes: str
    start: int
    """Characters of the text; start = end for what stands for none."""
    end: int


def marks_of(parts: Sequence[Sounded], frames: Sequence[float], frame_s: float, began_s: float = 0.0) -> list[Mark]:
    """Marks from frames per phoneme; parts of the same characters become one mark.

    Args:
        parts: in the order in which they are spoken.
        frames: of the silence before, of every phoneme of every part, and of the silence after.
        frame_s: seconds of a frame.
        began_s: when the first frame is heard.

    Raises:
        ValueError: there are not as many frames as phonemes.
    """
    wanted = sum(len(part.phonemes) for part in parts) + 2
    if len(frames) != wanted:
        raise ValueError(f"expected {wanted} lengths, found {len(frames)}")
    told: list[Mark] = []
    at = began_s + frames[0] * frame_s
    place = 1
    for part in parts:
        start, heard = at, []
        for letter in part.phonemes:
            heard.append((at, letter))
            at += frames[place] * frame_s
            place += 1
        if part.end <= part.start or at <= start:
            continue
        if told and (told[-1].start, told[-1].end) == (part.start, part.end):
            before = told.pop()
            told.append(Mark(before.start_s, at, part.start, part.end, (*before.phonemes, *heard)))
        else:
            told.append(Mark(start, at, part.start, part.end, tuple(heard)))
    return told


def shifted(mark: Mark, by_s: float) -> Mark:
    """The same mark, heard later."""
    return Mark(
        mark.start_s + by_s, mark.end_s + by_s, mark.start, mark.end,
        tuple((at + by_s, phoneme) for at, phoneme in mark.phonemes),
    )  # fmt: skip


def ended_where_quiet(marks: Sequence[Mark], sound: Floats, rate: int) -> list[Mark]:
    """Marks whose ends do not reach into silence.

    A synthesiser counts the pause behind a word to its last phoneme; the ear does not. Starts stay as they are.
    """
    step = max(1, round(_STEP_S * rate))
    steps = len(sound) // step
    if not steps:
        return list(marks)
    loud = np.sqrt(np.mean(np.square(np.asarray(sound[: steps * step], np.float64).reshape(steps, step)), axis=1))
    heard = loud > _QUIET * loud.max()
    told: list[Mark] = []
    for mark in marks:
        first, last = int(mark.start_s / _STEP_S), min(int(np.ceil(mark.end_s / _STEP_S)), steps)
        inside = np.flatnonzero(heard[first:last])
        end_s = (first + int(inside[-1]) + 1) * _STEP_S if len(inside) else mark.end_s
        told.append(replace(mark, end_s=min(mark.end_s, max(end_s, mark.start_s + _STEP_S))))
    return told
