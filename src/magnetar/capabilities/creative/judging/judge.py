"""Judges a film: reads it once, then asks every rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from av.error import FFmpegError

from magnetar.capabilities.creative import provenance
from magnetar.capabilities.creative.judging.container import Boxes, check_boxes, read_boxes
from magnetar.capabilities.creative.judging.defects import Defect, defect
from magnetar.capabilities.creative.judging.evidence import OUTLINE_HZ
from magnetar.capabilities.creative.judging.inpicture import Watch
from magnetar.capabilities.creative.judging.marks import check_marks
from magnetar.capabilities.creative.judging.media import Media, check_length, check_times, read_media
from magnetar.capabilities.creative.judging.picture import check_packets, check_pictures, cut_shift
from magnetar.capabilities.creative.judging.rules import check_told
from magnetar.capabilities.creative.judging.sound import check_sound
from magnetar.capabilities.creative.judging.sync import check_lengths, check_offset
from magnetar.capabilities.creative.judging.told import Told, read_told
from magnetar.capabilities.creative.judging.words import check_words
from magnetar.capabilities.creative.label import LEAST_S
from magnetar.capabilities.creative.loudness import RATE
from magnetar.capabilities.creative.typeface import Typeface, find_typeface
from magnetar.kernel.errors import BadInput, MagnetarError
from magnetar.vocabulary.catalogue import Product

_MEDIA = (b"\x1a\x45\xdf\xa3", b"RIFF", b"FLV\x01", b"\x00\x00\x01\xba", b"OggS", b"\x30\x26\xb2\x75")
"""How files of other film containers begin."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found, and how thoroughly was looked."""

    defects: tuple[Defect, ...]
    ours: bool
    every_frame: bool
    frames: int
    seconds: float
    notes: tuple[str, ...] = field(default=())


def judge_film(
    path: Path, *, ours: bool = False, every: bool = True, product: Product | None = None, points: Sequence[str] = (),
    font: str = "",
) -> Judged:  # fmt: skip
    """The defects of any film.

    A film with a manifest of ours beside it is judged by all rules; another one by those for label and metadata
    only when `ours` asks for it.

    Args:
        every: decode every frame, not only the first two seconds and the key frames.
        product: its record, which what is said is held against.
        points: the record's selling points in the film's language.

    Raises:
        BadInput: the file is no film at all.
    """
    boxes = _open(path)
    found = check_boxes(boxes)
    notes: list[str] = []
    told = read_told(path)
    if boxes.many:
        return Judged(tuple(found), ours or told is not None, every, 0, 0.0)
    face = _face(font, notes)
    watch = Watch(told if isinstance(told, Told) else None, face, ours or told is not None)
    try:
        media = read_media(path, every, watch.look, LEAST_S)
    except (FFmpegError, OSError, ValueError) as error:
        if not any(one["kind"] in ("truncated", "unreadable") for one in found):
            found.append(defect("unreadable", 0.0, str(error)))
        return Judged(tuple(found), ours or told is not None, every, 0, 0.0, tuple(notes))
    if told is None and isinstance(inside := read_told(path, media.metadata), Told):
        told = inside  # carried in the file's own metadata: read again with what it tells
        watch = Watch(told, face, True)
        media = read_media(path, every, watch.look, LEAST_S)
    ours = ours or told is not None
    found += media.defects
    notes += media.notes
    if any(one["kind"] == "no picture" for one in media.defects):
        return Judged(tuple(found), ours, every, 0, 0.0, tuple(notes))
    if not media.times:
        return Judged(
            (*found, defect("corrupt", 0.0, "not one picture can be read")), ours, every, 0, 0.0, tuple(notes)
        )
    if media.turned and ours:
        found.append(defect("aspect", 0.0, f"players turn the picture by {media.turned} degrees; ours stand upright as they are"))  # fmt: skip
    elif media.turned:
        notes.append(f"players turn the picture by {media.turned} degrees; it was judged as it is coded")
    if isinstance(told, str):
        found.append(defect("manifest", 0.0, f"cannot be read: {told[:120]}"))
    elif told is None and ours:
        found.append(defect("manifest", 0.0, f"no {path.with_suffix('.json').name} of ours beside the film"))
    known = told if isinstance(told, Told) else None
    found += _pictures(media, known, ours, every)
    found += check_length(media, boxes.seconds)
    found += _sound(media, known, ours, every)
    if ours:
        found += check_marks(media.metadata)
        found += watch.defects(media.fps)
    if known:
        found += check_told(known, face)
        found += check_words(known, product, points)
    checked = provenance.verify(path)
    if checked.note:
        notes.append(checked.note)
    if checked.wrong:
        found.append(defect("provenance", 0.0, checked.wrong))
    return Judged(tuple(found), ours, every, len(media.times), round(media.seconds, 3), tuple(notes))


def _open(path: Path) -> Boxes:
    """The file's boxes.

    Raises:
        BadInput: it is no film.
    """
    expected = "Expected an MP4 file."
    try:
        if not path.is_file():
            raise BadInput(f"没有这个影片文件 There is no film {str(path)!r}. {expected}")
        boxes = read_boxes(path)
        with path.open("rb") as file:
            start = file.read(400)
    except OSError as error:
        raise BadInput(f"无法读取 Cannot read {str(path)!r}: {error.strerror}. {expected}") from None
    if not path.stat().st_size:
        raise BadInput(f"空文件，不是影片 {str(path)!r} is no film: it is empty (0 bytes). {expected}")
    if not boxes.names and not _other_container(start):
        raise BadInput(f"不是影片 {str(path)!r} is no film: it begins with {start[:8]!r}. {expected}")
    return boxes


def _other_container(start: bytes) -> bool:
    """Whether a file begins as films of other containers do; a transport stream says so every 188 bytes."""
    return start.startswith(_MEDIA) or (len(start) > 376 and start[0] == start[188] == start[376] == 0x47)


def _face(font: str, notes: list[str]) -> Typeface | None:
    try:
        return find_typeface(font)
    except MagnetarError as missing:
        notes.append(f"texts are not compared with the picture: {missing}")
        return None


def _pictures(media: Media, told: Told | None, ours: bool, every: bool) -> list[Defect]:
    found = check_times(media.times, media.fps)
    if told:
        width, height = told.width or media.width, told.height or media.height
        if (media.width, media.height) != (width, height):
            found.append(defect("size", 0.0, f"{media.width} x {media.height}, the manifest tells {width} x {height}"))
        if len(media.times) != told.frames:
            found.append(defect("frames", 0.0, f"{len(media.times)} frames, the manifest tells {told.frames}"))
        if abs(media.fps - told.fps) > 0.02:
            found.append(defect("timing", 0.0, f"{media.fps:.3f} frames a second, the manifest tells {told.fps:g}"))
    if every and media.ended_s is None and media.seen.times and len(media.seen.times) < len(media.times) - 1:
        found.append(defect("corrupt", 0.0, f"{len(media.seen.times)} of {len(media.times)} frames can be decoded"))
    if not every and media.fps:
        found += check_packets(media.times, media.sizes, media.width * media.height, media.fps)
    return found + check_pictures(media.seen, media.fps or 25.0, ours, every)


def _sound(media: Media, told: Told | None, ours: bool, every: bool) -> list[Defect]:
    heard = media.heard
    if heard is None:
        return [defect("no sound", 0.0, "the file has no audio stream")]
    start = media.times[0] if media.times else 0.0
    found = check_sound(heard)
    if ours and (heard.rate != RATE or heard.channels != 2):
        found.append(
            defect("sound rate", 0.0, f"{heard.rate} Hz, {heard.channels} channels; ours have {RATE} Hz and 2")
        )
    whole = media.ended_s is None
    found += check_lengths(heard, start, media.seconds if whole else heard.seconds, told is not None)
    if told and told.sound.outline:
        outline = told.sound.outline if whole else told.sound.outline[: int(heard.seconds * OUTLINE_HZ)]
        cuts = [scene.start_s for scene in told.scenes[1:]]
        late = cut_shift(media.seen, cuts, media.fps) if every and media.fps else None
        found += check_offset(heard, start, outline, late or 0.0)
    return found


def summary(judged: Judged) -> dict[str, Any]:
    """As an object for programs."""
    return {
        "defects": list(judged.defects), "ours": judged.ours, "every_frame": judged.every_frame,
        "frames": judged.frames, "film_seconds": judged.seconds, "notes": list(judged.notes),
    }  # fmt: skip
