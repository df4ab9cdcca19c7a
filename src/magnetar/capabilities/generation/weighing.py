"""When each piece of a text is likely heard, where the synthesiser does not say: by weight over the voiced stretches."""

from __future__ import annotations

import re

import numpy as np

from magnetar.capabilities.generation.ports import Floats, Mark

FRAME_S = 0.01
QUIET = 0.03
"""Loudness of a frame, as a share of the loudest, below which nothing is said."""
_PIECE = re.compile(r"[A-Za-z']+|\d+|[\u3400-\u9fff]")
_PAUSE = {"，": 1.2, ",": 1.2, "、": 0.8, "。": 2.5, ".": 2.5, "！": 2.5, "!": 2.5, "？": 2.5, "?": 2.5, "；": 2.0, ";": 2.0, "：": 1.2, ":": 1.2}  # fmt: skip


def weight(piece: str) -> float:
    """How long a piece takes, in Chinese syllables.

    >>> weight("餐"), weight("Blender"), weight("299")
    (1.0, 2.0, 3.0)
    """
    if piece.isdigit():
        return float(len(piece))
    return max(1.0, len(re.findall(r"[aeiouy]+", piece.lower())) * 1.0) if piece.isascii() else 1.0


def estimated_seconds(text: str, syllables_a_second: float = 4.6) -> float:
    """How long a text takes to say, without saying it: 4.6 syllables a second is a brisk advertisement's pace."""
    heard = sum(weight(match.group()) for match in _PIECE.finditer(text))
    return (heard + sum(_PAUSE.get(letter, 0.0) for letter in text)) / syllables_a_second


def spread_marks(text: str, samples: Floats, rate: int) -> tuple[Mark, ...]:
    """Marks of a text over a sound that says it: each piece gets voiced time by its weight.

    Args:
        samples: (n,), mono.
    """
    pieces = [(match.start(), match.end(), weight(match.group())) for match in _PIECE.finditer(text)]
    voiced = _voiced(samples, rate)
    if not pieces or not len(voiced):
        return ()
    edges = np.concatenate([[0.0], np.cumsum([each for *_, each in pieces])])
    places = edges / edges[-1] * len(voiced)
    first = np.minimum(places[:-1].astype(int), len(voiced) - 1)
    last = np.minimum(np.maximum(np.ceil(places[1:]).astype(int) - 1, first), len(voiced) - 1)
    marks: list[Mark] = []
    for (start, end, _), head, tail in zip(pieces, first, last, strict=True):
        begins = max(float(voiced[head]) * FRAME_S, marks[-1].end_s if marks else 0.0)
        marks.append(Mark(begins, max(begins, float(voiced[tail] + 1) * FRAME_S), start, end))
    return tuple(marks)


def _voiced(samples: Floats, rate: int) -> np.ndarray:
    """Numbers of the 10 ms frames in which something is heard."""
    size = max(1, round(rate * FRAME_S))
    count = len(samples) // size
    if not count:
        return np.zeros(0, np.int64)
    loud = np.sqrt((samples[: count * size].reshape(count, size) ** 2).mean(axis=1))
    return np.flatnonzero(loud > QUIET * max(float(loud.max()), 1e-9))
