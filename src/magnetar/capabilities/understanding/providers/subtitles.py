"""What is said in a film, read from its subtitles: a file beside it or a text track inside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from magnetar.capabilities.understanding.frames import FILMS
from magnetar.capabilities.understanding.ports import Models, Words

ENDINGS = (".srt", ".vtt", ".ass", ".ssa")
MOST_BYTES, MOST_LINES = 4_000_000, 20_000
_TIME = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})")
_TAG = re.compile(r"<[^>]{0,200}>|\{[^}]{0,200}\}")


class Subtitles:
    """Reads FILE.srt, .vtt or .ass beside a film, also FILE.zh.srt; else the film's own text track."""

    def __init__(self, models: Models | None = None) -> None:
        del models

    def read(self, film: Path, hints: Sequence[str] = ()) -> Sequence[Words] | None:
        for ending in ENDINGS:
            for path in (film.with_suffix(ending), *sorted(film.parent.glob(f"{_safe(film.stem)}.*{ending}"))):
                if path.is_file() and path.stat().st_size <= MOST_BYTES:
                    return parse(path.read_bytes().decode("utf-8-sig", errors="replace"), ending)
        return _track(film)


def _safe(stem: str) -> str:
    """The stem with the signs that a glob would interpret taken literally."""
    return re.sub(r"([\[\]*?])", r"[\1]", stem)


def parse(text: str, ending: str) -> list[Words]:
    """The lines of a subtitle file; what cannot be read as a line with times is passed over.

    >>> parse("1\\n00:00:01,000 --> 00:00:02,500\\n<b>只要</b>99元\\n", ".srt")
    [Words(start_s=1.0, end_s=2.5, text='只要99元', source='said.subtitles')]
    """
    found: list[Words] = []
    if ending in (".ass", ".ssa"):
        for line in text.splitlines():
            parts = line.split(",", 9)
            if line.startswith("Dialogue:") and len(parts) == 10:
                _keep(found, parts[1], parts[2], parts[9].replace(r"\N", " "))
    else:
        for block in re.split(r"\n\s*\n", text.replace("\r", "")):
            lines = block.strip().splitlines()
            place = next((at for at, line in enumerate(lines) if "-->" in line), None)
            if place is not None:
                start, _, end = lines[place].partition("-->")
                _keep(found, start, end, " ".join(lines[place + 1 :]))
    return found


def _keep(found: list[Words], start: str, end: str, text: str) -> None:
    begins, ends = _seconds(start), _seconds(end)
    plain = _TAG.sub("", text).strip()
    if begins is not None and ends is not None and ends > begins and plain and len(found) < MOST_LINES:
        found.append(Words(begins, ends, plain, "said.subtitles"))


def _seconds(text: str) -> float | None:
    match = _TIME.search(text)
    if match is None:
        return None
    hours, minutes, seconds, part = match.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(part) / 10 ** len(part)


def _track(film: Path) -> list[Words] | None:
    """The film's first text track; None where it has none."""
    found: list[Words] = []
    try:
        with av.open(str(film), options=FILMS) as box:
            tracks: Any = box.streams.subtitles
            if not tracks:
                return None
            for packet in box.demux(tracks[0]):
                start, length = packet.pts, packet.duration
                if start is None or not length:
                    continue
                base = float(packet.time_base)
                text = " ".join(_TAG.sub("", _rect(one)) for one in packet.decode() for one in _rects(one)).strip()
                if text and len(found) < MOST_LINES:
                    found.append(Words(start * base, (start + length) * base, text, "said.track"))
    except FFmpegError:
        return None
    return found


def _rects(decoded: Any) -> Any:
    return getattr(decoded, "rects", None) or [decoded]


def _rect(one: Any) -> str:
    """A decoded line: its dialogue text, without the fields before it."""
    text = getattr(one, "dialogue", None) or getattr(one, "ass", b"") or getattr(one, "text", b"")
    plain = text.decode("utf-8", errors="replace") if isinstance(text, bytes) else str(text)
    parts = plain.split(",", 8)
    return (parts[8] if len(parts) == 9 and parts[0].isdigit() else plain).replace(r"\N", " ")
