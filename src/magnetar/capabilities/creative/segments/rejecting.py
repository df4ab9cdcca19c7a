"""Films with defects do not stand among the finished ones: they go to a folder of their own, with what is wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from magnetar.capabilities.creative.encode import whole_or_nothing

FOLDER, ENDING = "rejected", ".defects.json"
SCHEMA = "magnetar/film-defects/1"


def place_of(film: Path) -> Path:
    """Where a film goes that has defects."""
    return film.parent / FOLDER / film.name


def known_bad(film: Path, digest: str) -> bool:
    """Whether this very film was rejected before."""
    try:
        told = json.loads(place_of(film).with_suffix(ENDING).read_text(encoding="utf-8"))
        return bool(told["film"] == digest)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def reject(film: Path, digest: str, defects: Sequence[dict[str, Any]]) -> Path:
    """Move a film and its manifest away, what is wrong with it beside them; where it lies now.

    Its defects are written first, so that a film cut off here is known for what it is.

    Raises:
        BadInput: the folder cannot be written.
    """
    target = place_of(film)
    about = {"schema": SCHEMA, "film": digest, "file": film.name, "defects": list(defects)}
    with whole_or_nothing(target.with_suffix(ENDING)) as part:
        part.write_bytes(msgspec.json.encode(about) + b"\n")
    for one in (film, film.with_suffix(".json")):
        if one.exists():
            os.replace(one, target.with_name(one.name))
    return target


def acquit(film: Path) -> None:
    """Forget what was rejected under a film's name: it has been made again, and is good."""
    target = place_of(film)
    for one in (target, target.with_suffix(".json"), target.with_suffix(ENDING)):
        one.unlink(missing_ok=True)
    if target.parent.is_dir() and not any(target.parent.iterdir()):
        target.parent.rmdir()
