"""The cut of a film: its scenes, words and sounds in time, as its manifest tells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magnetar.kernel.errors import BadInput, NotFound

MANIFEST = "magnetar/film-manifest/1"
_MOST_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of the film between two cuts."""

    start_s: float
    end_s: float
    kind: str
    """hook, point or offer."""
    headline: str
    caption: str = ""
    chip: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class Subtitle:
    """Words on the screen while they are said, or while their scene lasts."""

    start_s: float
    end_s: float
    text: str
    words: tuple[tuple[float, float, str], ...] = ()
    """(start_s, end_s, piece), where a voice says them."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A film with its scenes and subtitles."""

    film: Path
    title: str
    product: str
    fps: int
    width: int
    height: int
    frames: int
    scenes: tuple[Scene, ...]
    subtitles: tuple[Subtitle, ...]
    spoken: bool

    @property
    def seconds(self) -> float:
        return self.frames / self.fps


def read_cut(film: Path) -> Cut:
    """The cut of a film from the manifest beside it.

    Raises:
        NotFound: there is no film, or no manifest beside it.
        BadInput: the manifest is damaged or of another kind.
    """
    if not film.is_file():
        raise NotFound(f"没有这个影片. No film at {str(film)!r}.")
    beside = film.with_suffix(".json")
    if not beside.is_file():
        raise NotFound(
            f"影片旁没有清单文件. {beside.name!r} does not lie beside the film: only films made here can be handed to editors."
        )
    try:
        if beside.stat().st_size > _MOST_BYTES:
            raise ValueError("larger than 4 MiB")
        told = json.loads(beside.read_text(encoding="utf-8"))
        if not isinstance(told, dict):
            raise ValueError("no object")
        return cut_of(told, film)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"清单文件无法读取. The manifest {str(beside)!r} cannot be read: {error}. Make the film again."
        ) from None


def cut_of(manifest: Mapping[str, Any], film: Path) -> Cut:
    """The cut that a manifest tells.

    Raises:
        ValueError, KeyError, TypeError: it is damaged.
    """
    if manifest.get("schema") != MANIFEST:
        raise ValueError(f"expected schema {MANIFEST!r}, found {manifest.get('schema')!r}")
    scenes = tuple(
        Scene(
            float(one["start_s"]), float(one["end_s"]), str(one["kind"]), str(one["headline"]),
            str(one.get("caption") or ""), str(one.get("chip") or ""), str(one.get("look") or ""),
        )
        for one in manifest["scenes"]
    )  # fmt: skip
    if not scenes or any(one.end_s <= one.start_s for one in scenes):
        raise ValueError("its scenes have no length")
    told: Sequence[Mapping[str, Any]] = manifest.get("subtitles") or ()
    spoken = bool(told)
    subtitles = tuple(
        Subtitle(
            float(one["start_s"]), float(one["end_s"]), str(one["text"]),
            tuple((float(word["start_s"]), float(word["end_s"]), str(word["text"])) for word in one.get("words") or ()),
        )
        for one in told
    ) or tuple(
        Subtitle(one.start_s, one.end_s, "\n".join(text for text in (one.headline, one.caption) if text)) for one in scenes
    )  # fmt: skip
    return Cut(
        film, scenes[0].headline, str(manifest["product"]), int(manifest["fps"]), int(manifest.get("width") or 1080),
        int(manifest.get("height") or 1920), int(manifest["frames"]), scenes, subtitles, spoken,
    )  # fmt: skip
