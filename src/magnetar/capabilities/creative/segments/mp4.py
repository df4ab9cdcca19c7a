"""An MP4 file as head and pieces: the head is computed, the pieces are written as they lie in memory.

Nothing is encoded or copied here, which is what makes a recombined film cheap. Only what our films need is written:
one H.264 and one AAC track, one chunk of each per segment, a track of subtitles where somebody speaks, edit lists for
reordering and priming, text under keys.

Source: ISO/IEC 14496-12 (boxes), 14496-14 (esds), 14496-15 (avcC); 3GPP TS 26.245 (tx3g); QuickTime's `mdta` keys for
the metadata.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Buffer = bytes | memoryview
Counts = NDArray[np.int64]

MOVIE_RATE = 48_000
"""Ticks a second of the whole film; frames and samples both fall on it."""
TICKS = 512
"""Ticks of the video's clock in one frame."""
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_PIECES = 512
"""Buffers in one write; systems allow 1,024."""
_MOST_LETTERS = 4_096
"""Bytes of one subtitle."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive samples of one track."""

    pieces: tuple[Buffer, ...]
    sizes: Counts
    """(samples,), bytes of each; they sum to the pieces' length."""


@dataclass(frozen=True, slots=True)
class Video:
    """The picture track."""

    width: int
    height: int
    fps: int
    config: bytes
    """The avcC record: parameter sets of all segments."""
    chunks: Sequence[Chunk]
    """One per segment; each begins with a key frame."""
    shifts: Counts
    """(frames,), place shown minus place decoded, in frames."""


@dataclass(frozen=True, slots=True)
class Audio:
    """The sound track."""

    config: bytes
    """AudioSpecificConfig."""
    rate: int
    priming: int
    """Samples that the decoder puts out before the sound begins."""
    samples: int
    chunks: Sequence[Chunk]


@dataclass(frozen=True, slots=True)
class Text:
    """The subtitles, as a track that players show on demand."""

    language: str
    """Three letters, ISO 639-2."""
    fps: int
    chunk: Chunk
    """One sample for each stretch of frames, those without words too."""
    lengths: Counts
    """(samples,), frames that each stands."""


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box with its length in front."""
    return struct.pack(">I4s", 8 + sum(map(len, parts)), kind) + b"".join(parts)


def compose(
    video: Video | None, audio: Audio | None, metadata: Mapping[str, str], text: Text | None = None
) -> tuple[bytes, list[Buffer]]:
    """The file's head (ftyp, moov, mdat's header) and the pieces that follow it: subtitles, then segment by segment."""
    chunks: list[tuple[int, Chunk]] = [(2, text.chunk)] if text else []
    for number in range(max(len(video.chunks) if video else 0, len(audio.chunks) if audio else 0)):
        for track, source in ((0, video), (1, audio)):
            if source is not None and number < len(source.chunks) and len(source.chunks[number].sizes):
                chunks.append((track, source.chunks[number]))
    lengths = [int(chunk.sizes.sum()) for _, chunk in chunks]
    places = np.concatenate(([0], np.cumsum(lengths)))
    kind = box(b"ftyp", b"mp42", struct.pack(">I", 512), b"mp42isomavc1")
    told = _metadata(metadata)

    def moov(start: int) -> bytes:
        offsets = [
            [start + int(place) for place, (t, _) in zip(places, chunks, strict=False) if t == n] for n in (0, 1, 2)
        ]
        tracks = [_video_track(video, offsets[0])] if video else []
        tracks += [_audio_track(audio, offsets[1], len(tracks) + 1)] if audio else []
        tracks += [_text_track(text, offsets[2], len(tracks) + 1, video)] if text else []
        shown = max(_video_length(video) if video else 0, audio.samples * MOVIE_RATE // audio.rate if audio else 0)
        head = struct.pack(">5I", 0, 0, 0, MOVIE_RATE, shown) + struct.pack(">IHH8x", 0x10000, 0x0100, 0)
        return box(b"moov", box(b"mvhd", head, _MATRIX, bytes(24), struct.pack(">I", len(tracks) + 1)), *tracks, told)

    start = len(kind) + len(moov(0)) + 8
    total = int(places[-1])
    if start + total >= 1 << 32:
        raise ValueError(f"a film must stay below 4 GiB, found {start + total} bytes")
    pieces = [piece for _, chunk in chunks for piece in chunk.pieces]
    return kind + moov(start) + struct.pack(">I4s", 8 + total, b"mdat"), pieces


def write(path: Path, head: bytes, pieces: Sequence[Buffer]) -> int:
    """Write a composed film; returns its length in bytes."""
    everything: list[Buffer] = [head, *pieces]
    total = sum(map(len, everything))
    with path.open("wb", buffering=0) as file:
        done = 0
        for start in range(0, len(everything), _PIECES):
            done += os.writev(file.fileno(), everything[start : start + _PIECES])
    if done != total:
        raise OSError(f"only {done} of {total} bytes were written to {str(path)!r}")
    return total


def _video_length(video: Video) -> int:
    return len(video.shifts) * MOVIE_RATE // video.fps


def _video_track(video: Video, offsets: list[int]) -> bytes:
    frames = len(video.shifts)
    delay = max(0, -int(video.shifts.min(initial=0)))
    late = np.empty((frames, 2), ">u4")
    late[:, 0], late[:, 1] = 1, (video.shifts + delay) * TICKS
    counts = [len(chunk.sizes) for chunk in video.chunks]
    keys = np.cumsum([1, *counts[:-1]]).astype(">u4")
    entry = box(
        b"avc1",
        struct.pack(">6xH16x2H2I4xH32x2H", 1, video.width, video.height, 0x480000, 0x480000, 1, 24, 0xFFFF),
        box(b"avcC", video.config),
        box(b"colr", b"nclx", struct.pack(">3HB", 1, 1, 1, 0)),
        box(b"pasp", struct.pack(">2I", 1, 1)),
    )
    table = box(
        b"stbl",
        box(b"stsd", struct.pack(">2I", 0, 1), entry),
        box(b"stts", struct.pack(">4I", 0, 1, frames, TICKS)),
        box(b"stss", struct.pack(">2I", 0, len(keys)), keys.tobytes()),
        box(b"ctts", struct.pack(">2I", 0, frames), late.tobytes()),
        *_samples(video.chunks, offsets),
    )
    return _track(
        1, _video_length(video), delay * TICKS, video.fps * TICKS, frames * TICKS, b"vide", b"VideoHandler\0",
        box(b"vmhd", struct.pack(">I8x", 1)), table, video.width, video.height,
    )  # fmt: skip


def _audio_track(audio: Audio, offsets: list[int], number: int) -> bytes:
    packets = sum(len(chunk.sizes) for chunk in audio.chunks)
    decoder = _descriptor(4, struct.pack(">BB3x2I", 0x40, 0x15, 0, 0) + _descriptor(5, audio.config))
    whole = _descriptor(3, struct.pack(">HB", number, 0) + decoder + _descriptor(6, b"\x02"))
    entry = box(
        b"mp4a",
        struct.pack(">6xH8x2H4xI", 1, 2, 16, audio.rate << 16),
        box(b"esds", bytes(4), whole),
    )
    table = box(
        b"stbl",
        box(b"stsd", struct.pack(">2I", 0, 1), entry),
        box(b"stts", struct.pack(">4I", 0, 1, packets, 1024)),
        *_samples(audio.chunks, offsets),
    )
    return _track(
        number, audio.samples * MOVIE_RATE // audio.rate, audio.priming, audio.rate, packets * 1024, b"soun",
        b"SoundHandler\0", box(b"smhd", bytes(8)), table,
    )  # fmt: skip


def subtitle_samples(lines: Sequence[tuple[int, int, str]], frames: int) -> tuple[Chunk, Counts]:
    """Lines as samples without a gap between them, empty ones where nobody speaks; and how many frames each stands.

    Args:
        lines: (first frame, frame after the last, text), in order; one that begins before the last has ended begins then.
        frames: of the film.
    """
    samples: list[bytes] = []
    lengths: list[int] = []
    at = 0
    for start, end, words in [*lines, (frames, frames, "")]:
        start, end = min(max(start, at), frames), min(end, frames)
        for first, last, shown in ((at, start, ""), (start, end, words)):
            if last > first:
                letters = shown.encode()[:_MOST_LETTERS]
                samples.append(struct.pack(">H", len(letters)) + letters)
                lengths.append(last - first)
        at = max(at, end)
    sizes = np.array([len(one) for one in samples], np.int64)
    return Chunk((b"".join(samples),), sizes), np.array(lengths, np.int64)


def _text_track(text: Text, offsets: list[int], number: int, video: Video | None) -> bytes:
    """Not enabled: what is said stands on the picture too, so no player shows it unasked."""
    frames = int(text.lengths.sum())
    steps = np.ones((len(text.lengths), 2), ">u4")
    steps[:, 1] = text.lengths
    font = b"Sans-Serif"
    style = struct.pack(">3H2B4B", 0, 0, 1, 0, 18, 255, 255, 255, 255)
    entry = box(
        b"tx3g",
        struct.pack(">6xHI2b4B4h", 1, 0, 1, -1, 0, 0, 0, 0, 0, 0, 0, 0),
        style,
        box(b"ftab", struct.pack(">2HB", 1, 1, len(font)), font),
    )
    table = box(
        b"stbl",
        box(b"stsd", struct.pack(">2I", 0, 1), entry),
        box(b"stts", struct.pack(">2I", 0, len(steps)), steps.tobytes()),
        *_samples([text.chunk], offsets),
    )
    width, height = (video.width, video.height // 6) if video else (0, 0)
    return _track(
        number, frames * MOVIE_RATE // text.fps, 0, text.fps, frames, b"sbtl", b"SubtitleHandler\0", box(b"nmhd", bytes(4)),
        table, width, height, enabled=False, language=text.language,
    )  # fmt: skip


def _language(code: str) -> int:
    """Three letters in fifteen bits.

    >>> hex(_language("und"))
    '0x55c4'
    """
    one, two, three = (ord(letter) - 0x60 for letter in code)
    return one << 10 | two << 5 | three


def _samples(chunks: Sequence[Chunk], offsets: list[int]) -> tuple[bytes, bytes, bytes]:
    chunks = [chunk for chunk in chunks if len(chunk.sizes)]  # a chunk without samples is not allowed
    sizes = np.concatenate([chunk.sizes for chunk in chunks]).astype(">u4")
    runs = np.ones((len(chunks), 3), ">u4")
    runs[:, 0] = np.arange(1, len(chunks) + 1)
    runs[:, 1] = [len(chunk.sizes) for chunk in chunks]
    return (
        box(b"stsc", struct.pack(">2I", 0, len(runs)), runs.tobytes()),
        box(b"stsz", struct.pack(">3I", 0, 0, len(sizes)), sizes.tobytes()),
        box(b"stco", struct.pack(">2I", 0, len(offsets)), np.array(offsets, ">u4").tobytes()),
    )


def _track(
    number: int, shown: int, first: int, rate: int, length: int, kind: bytes, name: bytes, header: bytes, table: bytes,
    width: int = 0, height: int = 0, *, enabled: bool = True, language: str = "und",
) -> bytes:  # fmt: skip
    return box(
        b"trak",
        box(
            b"tkhd",
            struct.pack(">6I8x4H", 3 if enabled else 2, 0, 0, number, 0, shown, 0, 0, 0x0100 if kind == b"soun" else 0, 0),
            _MATRIX,
            struct.pack(">2I", width << 16, height << 16),
        ),
        box(b"edts", box(b"elst", struct.pack(">5I", 0, 1, shown, first, 0x10000))),
        box(
            b"mdia",
            box(b"mdhd", struct.pack(">5I2H", 0, 0, 0, rate, length, _language(language), 0)),
            box(b"hdlr", struct.pack(">2I4s12x", 0, 0, kind), name),
            box(b"minf", header, box(b"dinf", box(b"dref", struct.pack(">2I", 0, 1), box(b"url ", struct.pack(">I", 1)))), table),
        ),
    )  # fmt: skip


def _descriptor(tag: int, content: bytes) -> bytes:
    size = len(content)
    return bytes([tag, 0x80 | size >> 21, 0x80 | size >> 14 & 0x7F, 0x80 | size >> 7 & 0x7F, size & 0x7F]) + content


def _metadata(metadata: Mapping[str, str]) -> bytes:
    if not metadata:
        return b""
    keys = [box(b"mdta", name.encode()) for name in metadata]
    values = [
        struct.pack(">2I", 8 + 16 + len(text), number) + box(b"data", struct.pack(">2I", 1, 0), text)
        for number, text in enumerate((value.encode() for value in metadata.values()), 1)
    ]
    return box(
        b"meta",
        bytes(4),
        box(b"hdlr", struct.pack(">2I4s12x", 0, 0, b"mdta"), b"\0"),
        box(b"keys", struct.pack(">2I", 0, len(keys)), *keys),
        box(b"ilst", *values),
    )


# reading back


_INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf"}


@dataclass(frozen=True, slots=True)
class Table:
    """What a track of a file says of its samples."""

    kind: str
    sizes: Counts
    offsets: Counts
    """(samples,), where each begins in the file."""
    shifts: Counts
    keys: Counts
    """Places of key frames, from 0; empty where all are."""
    length: int
    rate: int
    config: bytes
    shown: int
    """Ticks of MOVIE_RATE that the edit list shows."""


def read_tables(data: Buffer) -> tuple[list[Table], tuple[int, int]]:
    """The tracks of a file of ours, and where its samples lie (first byte, byte after the last).

    Raises:
        ValueError: the boxes do not fit into one another, or a table is missing.
    """
    view = memoryview(data)
    tracks: list[Table] = []
    middle = (0, 0)
    for kind, start, end in _boxes(view, 0, len(view)):
        if kind == b"mdat":
            middle = (start, end)
        if kind == b"moov":
            tracks = [_table(view, a, b) for name, a, b in _boxes(view, start, end) if name == b"trak"]
    if not tracks or middle == (0, 0):
        raise ValueError("not a film of ours: moov or mdat is missing")
    return tracks, middle


def _boxes(view: memoryview, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start < end:
        if end - start < 8:
            raise ValueError(f"{end - start} stray bytes at {start}")
        size, kind = struct.unpack_from(">I4s", view, start)
        if size < 8 or start + size > end:
            raise ValueError(f"box {kind!r} of {size} bytes at {start} does not fit")
        yield kind, start + 8, start + size
        start += size


def _table(view: memoryview, start: int, end: int) -> Table:
    found: dict[bytes, memoryview] = {}

    def collect(a: int, b: int) -> None:
        for kind, first, last in _boxes(view, a, b):
            if kind in _INSIDE:
                collect(first, last)
            else:
                found[kind] = view[first:last]

    collect(start, end)
    try:
        sizes = np.frombuffer(found[b"stsz"], ">u4", offset=12).astype(np.int64)
        chunks = np.frombuffer(found[b"stco"], ">u4", offset=8).astype(np.int64)
        counts = np.frombuffer(found[b"stsc"], ">u4", offset=8).reshape(-1, 3)[:, 1].astype(np.int64)
        if len(counts) != len(chunks) or counts.sum() != len(sizes):
            raise ValueError("the chunk table does not cover the samples")
        ends = np.cumsum(sizes) - sizes
        firsts = np.cumsum(counts) - counts
        offsets = ends - np.repeat(ends[firsts] if len(sizes) else ends, counts) + np.repeat(chunks, counts)
        late = np.frombuffer(found[b"ctts"], ">u4", offset=8).reshape(-1, 2)[:, 1] if b"ctts" in found else None
        first = struct.unpack_from(">I", found[b"elst"], 12)[0]
        shifts = (late.astype(np.int64) - first) // TICKS if late is not None else np.zeros(len(sizes), np.int64)
        keys = (
            np.frombuffer(found[b"stss"], ">u4", offset=8).astype(np.int64) - 1
            if b"stss" in found
            else np.empty(0, np.int64)
        )
        entry = found[b"stsd"]
        mark = bytes(entry).find(b"avcC")
        config = bytes(entry[mark + 4 : mark + struct.unpack_from(">I", entry, mark - 4)[0] - 4]) if mark > 0 else b""
        return Table(
            bytes(found[b"hdlr"][8:12]).decode(), sizes, offsets, shifts, keys, int(struct.unpack_from(">I", found[b"mdhd"], 16)[0]),
            int(struct.unpack_from(">I", found[b"mdhd"], 12)[0]), config, int(struct.unpack_from(">I", found[b"elst"], 8)[0]),
        )  # fmt: skip
    except (KeyError, struct.error) as error:
        raise ValueError(f"a table is missing or cut off: {error}") from None
