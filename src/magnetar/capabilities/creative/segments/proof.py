"""Whether a film is right because of what it was made of: segments proved once, films by their tables and sums.

A segment is decoded twice when it is made: with an empty band, and with the hardest band there is. Outside the band the
two must not differ in any pixel of any frame, and the band must still be there in the last one. A film is then read
back: every sample lies where the tables say, every byte is one of a proved segment, of a proved slice or of the track.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.encode import view_of
from magnetar.capabilities.creative.planes import Planes
from magnetar.capabilities.creative.segments.band import Band
from magnetar.capabilities.creative.segments.coding import Coded
from magnetar.capabilities.creative.segments.mp4 import MOVIE_RATE, Buffer, read_tables

_KEPT = 4.0
"""Mean error of the band in grey levels, against what was painted, that coding may leave."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What decoding a segment with two bands showed."""

    outside: int
    """Largest difference of any pixel outside the band, in any frame."""
    first: float
    """Mean error of the band against what was painted, in the first frame."""
    last: float
    frames: int

    @property
    def exact(self) -> bool:
        """Whether this segment's band may be exchanged."""
        return self.outside == 0 and self.first < _KEPT and self.last < _KEPT


def hardest(band: Band) -> Planes:
    """A band full of small squares: whatever refers to a pixel of it will show."""
    picture = band.empty()
    rows, columns = slice(band.area.y, band.area.bottom), slice(band.area.x, band.area.right)
    y, x = np.mgrid[: band.height, : band.width]
    picture.y[rows, columns] = np.where((y // 6 + x // 6) % 2, 235, 16)[rows, columns]
    return picture


def frames_of(coded: Coded, slice_: bytes | None = None) -> Iterator[Any]:
    """The frames of a segment in the order they are shown, with another slice in the band or its own.

    Raises:
        av.error.FFmpegError: it cannot be decoded.
    """
    context: Any = av.CodecContext.create("h264", "r")
    context.extradata = coded.config
    context.thread_count, context.options = 1, {"err_detect": "explode"}
    payload, place = memoryview(coded.payload), 0
    for number, size in enumerate(coded.sizes):
        data: Buffer = payload[place : place + int(size)]
        place += int(size)
        if number == 0 and slice_ is not None:
            data = slice_ + bytes(data[coded.band[1] :])
        yield from context.decode(av.Packet(bytes(data)))
    yield from context.decode(None)


def decoded(coded: Coded, slice_: bytes | None = None) -> list[NDArray[Any]]:
    """All frames of a segment as (rows · 3 / 2, columns), with another slice in the band or its own.

    Raises:
        av.error.FFmpegError: it cannot be decoded.
    """
    return [frame.to_ndarray() for frame in frames_of(coded, slice_)]


def prove(coded: Coded, band: Band, slice_: bytes, painted: Planes, height: int) -> Proof:
    """Decode a segment as it is and with a slice exchanged, side by side, and compare.

    Args:
        slice_: the hardest band's.
        painted: what that slice should show.
        height: of the whole picture.
    """
    worst = count = 0
    first = last = 255.0
    for one, two in zip_longest(frames_of(coded), frames_of(coded, slice_)):
        if one is None or two is None:
            return Proof(255, 255.0, 255.0, count)
        worst = max(worst, _outside(one, two, band.height, height))
        count += 1
        if count == 1:
            first = _band_error(two, band, painted)
        if count == coded.frames:
            last = _band_error(two, band, painted)
    return Proof(worst, first, last, count) if count == coded.frames else Proof(255, 255.0, 255.0, count)


def _band_error(frame: Any, band: Band, painted: Planes) -> float:
    """Mean difference of a frame's band from what was painted."""
    shown = view_of(frame.planes[0])[: band.height, : band.width]
    return float(np.abs(shown.astype(np.int16) - painted.y).mean())


def _outside(one: Any, two: Any, band: int, height: int) -> int:
    """The largest difference below the band in the three planes of two yuv420p frames."""
    worst = 0.0
    for number, (a, b) in enumerate(zip(one.planes, two.planes, strict=True)):
        part = slice(band, height) if number == 0 else slice(band // 2, height // 2)
        worst = max(worst, cv2.norm(view_of(a)[part], view_of(b)[part], cv2.NORM_INF))
    return round(worst)


def check_bytes(data: Buffer, pieces: Sequence[tuple[Buffer, int]], frames: int, fps: int) -> list[str]:
    """What is wrong with a film that was read back; empty where nothing is.

    Args:
        data: the whole file.
        pieces: what should lie in it, in order, each with the CRC-32 that it had when it was proved.
    """
    try:
        tables, (start, end) = read_tables(data)
    except ValueError as error:
        return [str(error)]
    wrong: list[str] = []
    view = memoryview(data)
    if end != len(view):
        wrong.append(f"{len(view) - end} bytes after the samples")
    place = start
    for piece, expected in pieces:
        if zlib.crc32(view[place : place + len(piece)]) != expected:
            wrong.append(f"the {len(piece)} bytes at {place} are not those that were proved")
        place += len(piece)
    if place != end:
        wrong.append(f"{end - start} bytes of samples, expected {place - start}")
    spans = sorted((int(o), int(s)) for t in tables for o, s in zip(t.offsets, t.sizes, strict=True))
    starts = np.array([o for o, _ in spans])
    ends = starts + np.array([s for _, s in spans])
    if starts[0] != start or ends[-1] != end or (starts[1:] != ends[:-1]).any():
        wrong.append("the sample table does not tile the samples")
    for table in tables:
        if table.shown != frames * MOVIE_RATE // fps:
            wrong.append(f"{table.kind} lasts {table.shown / MOVIE_RATE:.3f} s, expected {frames / fps:.3f} s")
        if table.kind == "vide":
            shown = np.sort(np.arange(len(table.shifts)) + table.shifts)
            if len(shown) != frames or (shown != np.arange(frames)).any():
                wrong.append(f"{len(shown)} frames do not follow one another, expected {frames}")
    return wrong
