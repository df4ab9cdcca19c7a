"""An MP4 file as a list of boxes, read without a decoder: is it whole, does its index come first?

Source: ISO/IEC 14496-12, section 4.2 (object structure).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from magnetar.capabilities.creative.judging.defects import Defect, defect

_TOP = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"moof", b"mfra", b"sidx", b"styp", b"meta", b"pdin", b"prft", b"emsg", b"udta", b"pnot")  # fmt: skip
_MOST_BOXES = 20_000


@dataclass(frozen=True, slots=True)
class Boxes:
    """The top level of a file."""

    names: tuple[str, ...]
    starts: tuple[int, ...]
    short: int
    """Bytes that the last box announces and the file does not hold."""
    strange: bool
    """Something that is no box stands at the top level."""
    brands: tuple[str, ...] = ()
    seconds: float | None = None
    """How long the movie header says that the film is; None where it does not."""
    many: bool = False
    """More boxes stand at the top level than are read."""

    @property
    def is_mp4(self) -> bool:
        return "ftyp" in self.names[:3] or ("moov" in self.names and "mdat" in self.names)


def read_boxes(path: Path) -> Boxes:
    """The boxes at the top of a file; none where it is no MP4.

    Raises:
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    names: list[str] = []
    starts: list[int] = []
    brands: list[str] = []
    place, short, strange = 0, 0, False
    seconds: float | None = None
    with path.open("rb") as file:
        while place + 8 <= size and len(names) < _MOST_BOXES:
            file.seek(place)
            length, name = struct.unpack(">I4s", file.read(8))
            head = 8
            if length == 1:
                raw = file.read(8)
                length, head = (struct.unpack(">Q", raw)[0] if len(raw) == 8 else 0), 16
            elif length == 0:
                length = size - place
            if name not in _TOP or length < head:
                strange = True
                break
            if name == b"ftyp":
                raw = file.read(min(length - head, 256))
                brands = [raw[at : at + 4].decode("latin-1") for at in (0, *range(8, len(raw) - 3, 4))]
            if name == b"moov" and seconds is None:
                seconds = _header_seconds(file, place + head, min(place + length, size))
            names.append(name.decode("latin-1"))
            starts.append(place)
            place += length
    if place > size:
        short = place - size
    return Boxes(tuple(names), tuple(starts), short, strange, tuple(brands), seconds, len(names) >= _MOST_BOXES)


def _header_seconds(file: BinaryIO, place: int, end: int) -> float | None:
    """The duration in `mvhd` (8.2.2); it stands among the first boxes of `moov`."""
    for _ in range(16):
        if place + 8 > end:
            return None
        file.seek(place)
        length, name = struct.unpack(">I4s", file.read(8))
        if name == b"mvhd":
            raw = file.read(32)
            if len(raw) < 32:
                return None
            rate, lasts = struct.unpack(">IQ", raw[20:32]) if raw[0] == 1 else struct.unpack(">II", raw[12:20])
            unknown = lasts in (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
            return None if unknown or not rate else lasts / rate
        if length < 8:
            return None
        place += length
    return None


def check_boxes(boxes: Boxes) -> list[Defect]:
    """Whether the file is whole and starts at once."""
    if not boxes.is_mp4:
        return [defect("container", 0.0, "not an MP4 file; phones and platforms take MP4")]
    if boxes.many:
        return [defect("unreadable", 0.0, f"more than {_MOST_BOXES:,} boxes at the top level: no film has so many")]
    found: list[Defect] = []
    if boxes.short:
        found.append(defect("truncated", 0.0, f"the {boxes.names[-1]} box lacks {boxes.short:,} bytes"))
    if boxes.strange:
        found.append(defect("corrupt", 0.0, "bytes at the top level that are no MP4 box"))
    if "moov" not in boxes.names:
        kind = "truncated" if boxes.short or "mdat" in boxes.names else "unreadable"
        found.append(defect(kind, 0.0, "no moov box: the index of the film is missing"))
    elif "mdat" in boxes.names and boxes.names.index("mdat") < boxes.names.index("moov") and "moof" not in boxes.names:
        found.append(defect("fast start", 0.0, "the moov box stands behind mdat; re-mux with movflags +faststart"))
    return found
