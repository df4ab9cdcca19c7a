"""Makes a film: script, storyboard, scenes, sound, encoding, checks, manifest.

`render_film` needs no platform and can be called in a worker process.
"""

from __future__ import annotations

import hashlib
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
from magnetar.capabilities.creative.encode import PRESET, Writer, whole_or_nothing
from magnetar.capabilities.creative.judging.evidence import OUTLINE_HZ, outline, texts
from magnetar.capabilities.creative.layers import Studio
from magnetar.capabilities.creative.loudness import RATE, Sound, master
from magnetar.capabilities.creative.music import compose
from magnetar.capabilities.creative.palette import Palette, palette_for, tuned
from magnetar.capabilities.creative.picture import Picture, open_picture
from magnetar.capabilities.creative.placeholder import draw_placeholder
from magnetar.capabilities.creative.planes import bound_threads
from magnetar.capabilities.creative.script import Script, write_script
from magnetar.capabilities.creative.stage import Stage
from magnetar.capabilities.creative.storyboard import LENGTH_S, Storyboard, plan
from magnetar.capabilities.creative.typeface import Typeface, find_typeface
from magnetar.kernel.chance import Chance
from magnetar.vocabulary.catalogue import Product

WIDTH, HEIGHT, FPS = 1080, 1920, 25


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


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is decided before the first frame is painted."""

    script: Script
    board: Storyboard
    stage: Stage
    face: Typeface
    picture_used: str
    digest: str


def cpu() -> float:
    """CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def prepare(
    product: Product, pictures_root: Path | str | None, *, language: str = "zh", seed: int = 0,
    points: Sequence[str] | None = None, font: str = "", width: int = WIDTH, fps: int = FPS, length_s: float = LENGTH_S,
) -> Prepared:  # fmt: skip
    """Write the script, plan the scenes and build them.

    Raises:
        BadInput, Refused, ProviderUnavailable: as `render_film`.
    """
    bound_threads(1)
    face = find_typeface(font)
    script = write_script(product, language, points)
    digest = hashlib.sha256(repr((product, language, seed, points, __version__)).encode()).hexdigest()[:32]
    chance = Chance(seed).of("film", product.id, language)
    board = plan(script, chance, fps, length_s)
    picture, used, palette = look_of(product, pictures_root, script, face)
    height = width * HEIGHT // WIDTH // 2 * 2
    studio = Studio(script, face, palette, picture, width / WIDTH, width, height, fps, board.turn_frames)
    return Prepared(script, board, Stage(board, studio), face, used, digest)


def look_of(
    product: Product, pictures_root: Path | str | None, script: Script, face: Typeface
) -> tuple[Picture, str, Palette]:
    """The picture that a product's films show, its name in the record, and the colours that go with it."""
    picture, used = _picture(product, pictures_root, script, face)
    return picture, used, tuned(palette_for(product.category), picture.colour)


def _picture(product: Product, root: Path | str | None, script: Script, face: Typeface) -> tuple[Picture, str]:
    """The first picture of the record that can be opened, else our own drawing."""
    palette = palette_for(product.category)
    base = Path(root).resolve() if root is not None else None
    for name in product.images:
        if "://" in name:
            script.notes.append(f"images: {name[:80]!r} is not on this machine; films use local pictures")
            continue
        if base is None:
            script.notes.append(f"images: {name[:80]!r} not used, no folder of pictures was named")
            continue
        path = (base / name).resolve()
        if not path.is_relative_to(base):
            script.notes.append(f"images: {name[:80]!r} lies outside the folder of pictures")
            continue
        opened = open_picture(path, palette.light)
        if isinstance(opened, Picture):
            return opened, name
        script.notes.append(f"images: {name[:80]!r} {opened}")
    script.notes.append("picture: none usable, the film shows a drawing of its own")
    return draw_placeholder(palette, face, script.lines[0].headline), ""


def render_film(
    product: Product, pictures_root: Path | str | None, out: Path | str, *, language: str = "zh", seed: int = 0,
    points: Sequence[str] | None = None, font: str = "", threads: int = 1, width: int = WIDTH, fps: int = FPS,
    length_s: float = LENGTH_S, check: bool = True, every_frame: bool = False,
) -> FilmReport:  # fmt: skip
    """Make one finished film of a product: 1080 × 1920, about 15 s, with sound, label and metadata.

    The same arguments give the same bytes. Beside the film stands `<name>.json`, its manifest.

    Args:
        pictures_root: folder that the record's picture names start from.
        out: the MP4 file; it appears whole or not at all.
        points: selling points in the film's language, where the record's own are in another one.
        font: a font file; by default MAGNETAR_FONT, then set-up's, then the system's.
        threads: of the encoder.
        width: smaller for tests; the height follows at 9:16.
        check: open the film again and look for defects.
        every_frame: decode all of it for that, not only the key frames.

    Raises:
        BadInput: unknown language, no title, a character that the font lacks, or an `out` that cannot be written.
        Refused: right-to-left writing, or a number that the record does not hold.
        ProviderUnavailable: no font.
    """
    began = cpu()
    out = Path(out)
    made = prepare(
        product, pictures_root, language=language, seed=seed, points=points, font=font, width=width, fps=fps, length_s=length_s
    )  # fmt: skip
    board = made.board
    sound, lufs, peak = _sound(board, Chance(seed).of("film", product.id, language))
    metadata = {
        "title": made.script.lines[0].headline,
        label.KEY: label.metadata(product.merchant, made.digest),
        "comment": f"{label.TEXT[language]} · magnetar {__version__}",
    }
    with whole_or_nothing(out) as part:
        with Writer(
            part, width, width * HEIGHT // WIDTH // 2 * 2, fps, metadata, threads=threads, sound=sound
        ) as writer:
            for _ in made.stage.play(writer.canvas):
                writer.write()
        rendered = cpu()
        expected = Expected(width, width * HEIGHT // WIDTH // 2 * 2, fps, board.frames)
        defects = check_film(part, expected, made.stage.scenes, every_frame) if check else []
    checked = cpu()
    manifest = _manifest(made, product, language, seed, lufs, peak, defects)
    manifest["sound"] = {"outline_hz": OUTLINE_HZ, "outline": outline(sound)}
    with whole_or_nothing(out.with_suffix(".json")) as part:
        part.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    manifest = {
        **manifest,
        "cpu_seconds": {"render": round(rendered - began, 3), "check": round(checked - rendered, 3)},
    }
    return FilmReport(
        out, product.id, language, seed, board.seconds, board.frames, round(checked - began, 3), round(lufs, 2),
        round(peak, 2), tuple(defects), tuple(made.script.notes), manifest,
    )  # fmt: skip


def _sound(board: Storyboard, chance: Chance) -> tuple[Sound, float, float]:
    samples = round(board.frames * RATE / board.fps)
    raw = compose(board.tune, board.beats, board.cuts, chance)
    if raw.shape[1] < samples:
        raw = np.pad(raw, ((0, 0), (0, samples - raw.shape[1])))
    return master(np.ascontiguousarray(raw[:, :samples]))


def _manifest(
    made: Prepared, product: Product, language: str, seed: int, lufs: float, peak: float, defects: list[dict[str, Any]]
) -> dict[str, Any]:
    import av
    import cv2

    board = made.board
    return {
        "schema": "magnetar/film-manifest/1",
        "film": made.digest,
        "product": product.id,
        "merchant": product.merchant,
        "language": language,
        "seed": seed,
        "picture": made.picture_used or None,
        "seconds": round(board.seconds, 3),
        "frames": board.frames,
        "fps": board.fps,
        "width": made.stage.studio.width,
        "height": made.stage.studio.height,
        "turn_s": round(board.turn_frames / board.fps, 3),
        "scenes": [
            {
                "start_s": round(shot.start / board.fps, 3),
                "end_s": round((shot.start + shot.frames) / board.fps, 3),
                "kind": shot.line.kind,
                "look": shot.look.value,
                "camera": shot.way.value,
                "headline": shot.line.headline,
                "caption": shot.line.caption,
                "chip": shot.line.chip,
                "texts": texts(scene, board.fps),
            }
            for shot, scene in zip(board.shots, made.stage.scenes, strict=True)
        ],
        "price": "".join(made.script.price),
        "list_price": "".join(made.script.list_price) if made.script.list_price else None,
        "music": {
            "tempo": board.tune.tempo,
            "key": board.tune.key,
            "lufs": round(lufs, 2),
            "true_peak_db": round(peak, 2),
        },
        "label": {"text": label.TEXT[language], "metadata": json.loads(label.metadata(product.merchant, made.digest))},
        "font": {"name": made.face.name, "file": made.face.path.name},
        "versions": {"magnetar": __version__, "av": av.__version__, "opencv": cv2.__version__, "preset": PRESET},
        "notes": made.script.notes,
        "defects": defects,
    }
