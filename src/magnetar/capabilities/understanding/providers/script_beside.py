"""What is written on a film of our own, read from the script that lies beside it (FILE.json, made by `magnetar film`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from magnetar.capabilities.understanding.ports import Models, Words

SCHEMA = "magnetar/film-manifest/"
MOST_BYTES = 4_000_000


class ScriptBeside:
    """Reads headline, caption, chip and price of each scene; nothing for a film that we did not make."""

    def __init__(self, models: Models | None = None) -> None:
        del models

    def read(self, film: Path) -> Sequence[Words] | None:
        script = film.with_suffix(".json")
        try:
            if not script.is_file() or script.stat().st_size > MOST_BYTES:
                return None
            told: Any = json.loads(script.read_bytes())
        except (ValueError, OSError):
            return None
        if not isinstance(told, dict) or not str(told.get("schema", "")).startswith(SCHEMA):  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            return None
        number: str = str(told.get("film", ""))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        if not number or number != film_number(film):
            return None  # the script of another film, or the film was changed since
        return list(_words(told))


def _words(told: Any) -> list[Words]:
    found: list[Words] = []
    for scene in told.get("scenes", []):
        start, end = float(scene["start_s"]), float(scene["end_s"])
        for part in ("headline", "caption", "chip"):
            if text := str(scene.get(part) or "").strip():
                found.append(Words(start, end, text, "shown.script"))
        if scene.get("kind") == "offer":
            found += [
                Words(start, end, str(told[name]), "shown.script") for name in ("price", "list_price") if told.get(name)
            ]
    return found


def film_number(film: Path) -> str:
    """The number in a film's AIGC metadata, '' where it carries none."""
    try:
        with av.open(str(film)) as box:
            label = json.loads(dict(box.metadata).get("AIGC", "{}"))
    except (FFmpegError, ValueError):
        return ""
    return str(label.get("ProduceID", "")) if isinstance(label, dict) else ""
