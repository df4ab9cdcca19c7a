"""Makes a film: script, voice, storyboard, scenes, sound, encoding, checks, manifest.

`render_film` needs no platform and can be called in a worker process.
"""

from __future__ import annotations

import json
import resource
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from magnetar import __version__
from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.checks import Expected, check_film
from magnetar.capabilities.creative.coded import settle
from magnetar.capabilities.creative.direction import Direction
from magnetar.capabilities.creative.encode import Writer, Written, whole_or_nothing
from magnetar.capabilities.creative.loudness import RATE, Sound
from magnetar.capabilities.creative.music import compose
from magnetar.capabilities.creative.preparing import FPS, Prepared, look_of, prepare
from magnetar.capabilities.creative.script import Script
from magnetar.capabilities.creative.speaking import laid
from magnetar.capabilities.creative.subtitled import frames_of
from magnetar.capabilities.creative.telling import manifest
from magnetar.capabilities.generation import Voice
from magnetar.vocabulary.catalogue import Product

__all__ = ["FPS", "HEIGHT", "WIDTH", "FilmReport", "Prepared", "look_of", "prepare", "render_film"]

WIDTH, HEIGHT = 1080, 1920


@dataclass(frozen=True, slots=True)
class FilmReport:
    """What was made, of what, and whether it passed its checks."""

    file: Path
    product_id: str
    language: str
    seed: int
    seconds: float
    frames: int
    cpu_seconds: float
    loudness_lufs: float
    true_peak_db: float
    defects: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    manifest: dict[str, Any] = field(repr=False, default_factory=dict[str, Any])

    @property
    def passed(self) -> bool:
        return not self.defects


def cpu() -> float:
    """CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def render_film(
    product: Product, pictures_root: Path | str | None, out: Path | str, *, language: str = "zh", seed: int = 0,
    points: Sequence[str] | None = None, font: str = "", threads: int = 1, width: int = 0, fps: int = FPS,
    length_s: float = 0.0, check: bool = True, every_frame: bool = False, script: Script | None = None,
    direction: Direction | None = None, voice: Voice | None = None, speech: Path | None = None,
    angle: str = "", audience: str = "",
) -> FilmReport:  # fmt: skip
    """Make one finished film of a product: 1080 × 1920, about 15 s, with sound, label and metadata.

    The same arguments give the same bytes. Beside the film stands `<name>.json`, its manifest.

    Args:
        pictures_root: folder that the record's picture names start from.
        out: the MP4 file; it appears whole or not at all.
        points: selling points in the film's language, where the record's own are in another one.
        font: a font file; by default MAGNETAR_FONT, then set-up's, then the system's.
        threads: of the encoder.
        width: of the picture in pixels, smaller for tests; 0 for the aspect's own.
        length_s: about how long it is; 0 for as long as its voice takes, or about 15 s. A direction's own length wins.
        check: open the film again and look for defects.
        every_frame: decode all of it for that, not only the key frames.
        script: what it says, for instance a `Pitch`'s; by default written from the record. Its language is the film's.
        direction: how it is to be made differently.
        voice: who speaks; None for music and captions only.
        speech: a folder where spoken lines are kept, so that no line is spoken twice.
        angle: the way to persuade, as a `Pitch` names it; stands in the manifest.
        audience: whom it speaks to, likewise.

    Raises:
        BadInput: unknown language, no title, a character that the font lacks, a voice's name that is not known, or an
            `out` that cannot be written.
        Refused: right-to-left writing, or a number or claim that the record does not hold.
        ProviderUnavailable: no font, or a voice was named and none is ready.
    """
    began = cpu()
    out = Path(out)
    made = prepare(
        product, pictures_root, language=language, seed=seed, points=points, font=font, width=width, fps=fps,
        length_s=length_s, script=script, direction=direction, voice=voice, speech=speech,
    )  # fmt: skip
    board, studio = made.board, made.stage.studio
    language = made.script.language
    sound = settle(with_voice(made, bed(made)))
    lufs, peak = sound.lufs, sound.peak_db
    metadata = {
        "title": made.script.lines[0].headline,
        label.KEY: label.metadata(product.merchant, made.digest),
        "comment": f"{label.TEXT[language]} · magnetar {__version__}",
    }
    with whole_or_nothing(out) as part:
        with Writer(
            part, studio.width, studio.height, fps, metadata, threads=threads, sound=sound, subtitles=_written(made)
        ) as writer:
            for _ in made.stage.play(writer.canvas):
                writer.write()
        rendered = cpu()
        expected = Expected(studio.width, studio.height, fps, board.frames)
        defects = check_film(part, expected, made.stage.scenes, every_frame) if check else []
    checked = cpu()
    told = manifest(made, product, language, seed, sound.sound, lufs, peak, defects)
    told |= {name: value for name, value in (("angle", angle), ("audience", audience)) if value}
    with whole_or_nothing(out.with_suffix(".json")) as part:
        part.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    spent = {
        "render": rendered - began,
        "check": checked - rendered,
        "voice": sum(one.cpu_s for one in made.spoken if one),
    }
    told = {**told, "cpu_seconds": {name: round(value, 3) for name, value in spent.items()}}
    return FilmReport(
        out, product.id, language, seed, board.seconds, board.frames, round(checked - began, 3), round(lufs, 2),
        round(peak, 2), tuple(defects), tuple(dict.fromkeys(made.script.notes)), told,
    )  # fmt: skip


def bed(made: Prepared) -> Sound:
    """The film's music, exactly as long as its pictures, before mastering."""
    board = made.board
    samples = round(board.frames * RATE / board.fps)
    raw = compose(board.tune, board.beats, board.cuts, made.chance)
    if raw.shape[1] < samples:
        raw = np.pad(raw, ((0, 0), (0, samples - raw.shape[1])))
    return np.ascontiguousarray(raw[:, :samples])


def with_voice(made: Prepared, music: Sound) -> Sound:
    """The voice of a film over its music, before mastering; the music alone where nobody speaks."""
    spoken = [(round(made.voice_start_s(place) * RATE), one) for place, one in enumerate(made.spoken) if one]
    return laid(music, spoken) if spoken else music


def _written(made: Prepared) -> Written | None:
    """The subtitles as a track that players can switch on; None without a voice."""
    fps = made.board.fps
    lines: list[tuple[int, int, str]] = []
    for shot, scene in zip(made.board.shots, made.stage.scenes, strict=True):
        for one in scene.captions:
            start, end = frames_of(one, shot, fps)
            lines.append((shot.start + start, shot.start + end, one.text))
    return Written(made.script.language, made.board.frames, tuple(lines)) if lines else None
