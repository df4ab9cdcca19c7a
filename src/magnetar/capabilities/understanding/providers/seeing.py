"""What is written on a film's pictures, read by the viewer of `generation` (PP-OCR) on a few pictures of each scene."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from magnetar.capabilities.understanding.frames import FILMS, Scene, look
from magnetar.capabilities.understanding.ports import Models, Words
from magnetar.kernel.errors import ProviderUnavailable

EVERY_S = 1.0
"""A scene is looked at in its middle; a longer one every so many seconds, for captions that pass quickly."""
MOST = 40
"""Pictures of a film that are read; of more, evenly spread ones are taken."""
SIDE = 960
"""The longer side of a picture as it is read."""
SURE, ALIKE = 0.6, 0.8
"""Least confidence of a line; likeness from which two readings are the same line."""
_LEVELS, _CHANGED = 24, 0.002
"""Share of points that changed by so many levels, of 255, from which a picture is read anew."""
Picture = NDArray[np.uint8]


class Seer:
    """Text on pictures; claims of it are `shown.ocr`."""

    def __init__(self, models: Models | None = None) -> None:
        """
        Raises:
            ProviderUnavailable: no viewer is ready here.
        """
        viewer = models.viewer if models else None
        if viewer is None:
            raise ProviderUnavailable(
                "没有文字识别 No reader of pictures is ready here. Get it with: pip install 'magnetar[ocr]'"
            )
        self._viewer = viewer

    def read(self, film: Path) -> Sequence[Words] | None:
        """Lines with the time that they are on screen; None where the film has no pictures."""
        try:
            seen = look(film)
            if seen is None or not seen.scenes:
                return None
            spans = spans_of(seen.scenes)
            lines: list[Line] = []
            before: Picture | None = None
            told: list[tuple[str, float]] = []
            for (start, end, _), picture in zip(spans, pictures_at(film, [at for _, _, at in spans]), strict=False):
                if before is None or changed(before, picture):
                    told = [(one.text, one.confidence) for one in self._viewer.read(picture) if one.confidence >= SURE]
                    before = picture
                for text, confidence in told:
                    note(lines, text, confidence, start, end)
        except (FFmpegError, ValueError):
            return None
        return [Words(one.start_s, one.end_s, one.text, "shown.ocr") for one in lines]


def changed(before: Picture, now: Picture) -> bool:
    """Whether a picture differs so much from another that its text may."""
    if before.shape != now.shape:
        return True
    apart = np.abs(before[::2, ::2].astype(np.int16) - now[::2, ::2]) > _LEVELS
    return float(apart.any(axis=2).mean()) >= _CHANGED


@dataclass(slots=True)
class Line:
    """A line that stays on screen for a while."""

    text: str
    confidence: float
    start_s: float
    end_s: float


def note(lines: list[Line], text: str, confidence: float, start_s: float, end_s: float) -> None:
    """Keep a reading: it prolongs the same line of the picture before, the surer reading standing, or begins a line."""
    plain = _plain(text)
    if not plain:
        return
    for one in reversed(lines):
        if one.end_s >= start_s - 1e-6 and Levenshtein.normalized_similarity(_plain(one.text), plain) >= ALIKE:
            if not _same_figures(one.text, text):
                continue  # ¥199 and ¥188 are two lines, however alike
            one.end_s = max(one.end_s, end_s)
            if confidence > one.confidence:
                one.text, one.confidence = text.strip(), confidence
            return
    lines.append(Line(text.strip(), confidence, start_s, end_s))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def _same_figures(one: str, other: str) -> bool:
    return [sign for sign in one if sign.isdigit()] == [sign for sign in other if sign.isdigit()]


def spans_of(scenes: Sequence[Scene], most: int = MOST) -> list[tuple[float, float, float]]:
    """(start_s, end_s, when to look): each scene in equal parts of about `EVERY_S`, looked at in their middles."""
    found: list[tuple[float, float, float]] = []
    for one in scenes:
        length = max(one.end_s - one.start_s, 0.0)
        parts = max(1, round(length / EVERY_S))
        edges = [one.start_s + length * place / parts for place in range(parts + 1)]
        found += [(start, end, (start + end) / 2) for start, end in pairwise(edges)]
    if len(found) <= most:
        return found
    kept = [found[place * len(found) // most] for place in range(most)]
    return [
        (start, after, at)
        for (start, _, at), after in zip(kept, [*(one[0] for one in kept[1:]), found[-1][1]], strict=True)
    ]


def pictures_at(film: Path, times: Sequence[float]) -> Iterator[Picture]:
    """RGB pictures of a film at rising times, at most `SIDE` on the longer side; fewer where the film ends sooner."""
    with av.open(str(film), options=FILMS) as box:
        track: Any = box.streams.video[0]
        track.thread_type = "AUTO"
        place = 0
        for frame in box.decode(track):
            if place >= len(times):
                return
            if float(frame.time or 0.0) + 1e-6 < times[place]:
                continue
            share = min(1.0, SIDE / max(frame.width, frame.height, 1))
            wide, tall = (max(8, round(side * share)) for side in (frame.width, frame.height))
            picture = frame.reformat(wide, tall, "rgb24").to_ndarray()
            while place < len(times) and float(frame.time or 0.0) + 1e-6 >= times[place]:
                place += 1
                yield picture
