"""Segments of the event log: files of blocks, each block one commit, checked by length and CRC.

A block is written only when the one before it is on disk. So a bad block with a good one after it was
acknowledged once and is damage; a bad block at the very end was never acknowledged and is cut off.
A log that is closed in order ends with an empty block, which vouches for everything before it.
"""

from __future__ import annotations

import fcntl
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from magnetar.kernel.errors import MagnetarError

_HEADER = struct.Struct("<4sIIQI")
"""Magic, bytes of the body, envelopes, offset of the first envelope, CRC-32."""
_CHECKED = struct.Struct("<IIQQ")
"""What the CRC covers besides the body: length, envelopes, offset, position in the file."""
_LENGTH = struct.Struct("<I")
_MAGIC = b"MGL1"
BODY_BYTES = 1 << 30
"""A block's body is at most so long."""


class LogDamaged(MagnetarError):
    """An event log holds bytes that it never wrote, before its end."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One file; its name is the offset of its first envelope."""

    path: Path
    first: int


@dataclass(frozen=True, slots=True)
class Block:
    """Where one commit stands."""

    position: int
    first: int
    count: int
    body_bytes: int
    crc: int

    @property
    def end(self) -> int:
        """Where the next block begins."""
        return self.position + _HEADER.size + self.body_bytes


def find_segments(folder: Path) -> list[Segment]:
    """The segments of a log, oldest first."""
    return [Segment(path, int(path.stem)) for path in sorted(folder.glob("[0-9]" * 20 + ".log"))]


def segment_path(folder: Path, first: int) -> Path:
    return folder / f"{first:020d}.log"


def make_block(encoded: Sequence[bytes], first: int, position: int) -> bytes:
    """The bytes of a block.

    Raises:
        ValueError: the envelopes are longer than a block may be.
    """
    parts: list[bytes] = []
    for each in encoded:
        parts.append(_LENGTH.pack(len(each)))
        parts.append(each)
    body = b"".join(parts)
    if len(body) > BODY_BYTES:
        raise ValueError(f"one append holds at most {BODY_BYTES:,} bytes, found {len(body):,}; append in smaller parts")
    crc = zlib.crc32(body, zlib.crc32(_CHECKED.pack(len(body), len(encoded), first, position)))
    return _HEADER.pack(_MAGIC, len(body), len(encoded), first, crc) + body


def read_block(file: BinaryIO, position: int, size: int) -> tuple[Block, bytes] | None:
    """The block at a position of a file of that size, or None where there is no whole, sound one."""
    block = _read_header(file, position, size)
    if block is None:
        return None
    body = file.read(block.body_bytes)
    checked = _CHECKED.pack(block.body_bytes, block.count, block.first, position)
    return (block, body) if zlib.crc32(body, zlib.crc32(checked)) == block.crc else None


def _read_header(file: BinaryIO, position: int, size: int) -> Block | None:
    file.seek(position)
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    magic, length, count, first, crc = _HEADER.unpack(header)
    block = Block(position, first, count, length, crc)
    return block if magic == _MAGIC and block.end <= size else None


def split_body(body: bytes, count: int) -> Iterator[memoryview]:
    """The envelopes of a block, each as its own bytes."""
    view, place = memoryview(body), 0
    for _ in range(count):
        (length,) = _LENGTH.unpack_from(view, place)
        place += _LENGTH.size + length
        yield view[place - length : place]


def walk(
    segment: Segment, size: int, end: int, start: int = 0, block: Block | None = None
) -> Iterator[tuple[Block, bytes]]:
    """The blocks of a segment that hold envelopes from an offset on; earlier ones are passed over by their headers.

    Args:
        size: bytes of the file that count.
        end: the offset that these bytes reach.
        block: a block known to stand before the offset, to begin at.

    Raises:
        LogDamaged: a block is not sound, or does not follow from the one before it.
    """
    position, expected = (block.position, block.first) if block else (0, segment.first)
    with segment.path.open("rb") as file:
        while position < size:
            header = _read_header(file, position, size)
            if header is None or header.first != expected:
                raise damage(segment, position)
            position, expected = header.end, header.first + header.count
            if expected > start:
                found = read_block(file, header.position, size)
                if found is None:
                    raise damage(segment, header.position)
                yield found
    if expected != end:
        raise missing(expected, end, segment.path)


def sound_blocks(segment: Segment) -> Iterator[Block]:
    """The blocks of the last segment; what follows them was never acknowledged.

    Raises:
        LogDamaged: a bad block stands before a good one.
    """
    size = segment.path.stat().st_size
    position, expected = 0, segment.first
    with segment.path.open("rb") as file:
        while position < size:
            found = read_block(file, position, size)
            if found is None or found[0].first != expected:
                if _sound_block_after(file, position + 1, size):
                    raise damage(segment, position)
                return
            yield found[0]
            position, expected = found[0].end, expected + found[0].count


def _sound_block_after(file: BinaryIO, position: int, size: int) -> bool:
    """Whether a whole block stands anywhere from a position on; its CRC covers where it stands."""
    chunk = 1 << 20
    while position < size:
        file.seek(position)
        piece = file.read(chunk + len(_MAGIC) - 1)
        place = piece.find(_MAGIC)
        while place >= 0:
            if read_block(file, position + place, size):
                return True
            place = piece.find(_MAGIC, place + 1)
        position += chunk
    return False


def damage(segment: Segment, position: int) -> LogDamaged:
    return LogDamaged(
        f"The event log is damaged in {segment.path} at byte {position:,}: a block is not as it was written, "
        "and acknowledged ones follow. Restore the file from a copy; nothing was changed."
    )


def missing(first: int, end: int, place: Path) -> LogDamaged:
    return LogDamaged(
        f"The event log lacks envelopes {first:,} to {end - 1:,} in {place}: a file was cut short or is missing. "
        "Restore it from a copy; nothing was changed."
    )


def sync_file(descriptor: int) -> None:
    """Return once everything written is on disk."""
    full: int | None = getattr(fcntl, "F_FULLFSYNC", None)  # macOS: fsync stops at the drive's cache
    if full is not None:
        fcntl.fcntl(descriptor, full)
    else:
        getattr(os, "fdatasync", os.fsync)(descriptor)


def sync_folder(folder: Path) -> None:
    """Return once names made or removed in a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
