"""Writing a film: H.264 and AAC in MP4, planes painted straight into the encoder's frame.

The file appears under its name when it is whole; an interrupted render leaves nothing.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np

from magnetar.capabilities.creative.coded import BITS as AUDIO_BITS
from magnetar.capabilities.creative.coded import OPTIONS, Coded
from magnetar.capabilities.creative.loudness import RATE
from magnetar.capabilities.creative.planes import BT709, Planes
from magnetar.kernel.errors import BadInput

PRESET, CRF = "superfast", 22
TUNED = "b-adapt=0:bframes=5:b-pyramid=none:scenecut=0:weightp=0"
"""Fixed frame types: slow cameras over stills need no search for them; a quarter of the cost, and no more bytes."""
_STYLE = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
"""What the text track's encoder takes its plain style from."""


@contextlib.contextmanager
def whole_or_nothing(target: Path) -> Iterator[Path]:
    """A path to write to, beside the target and renamed to it at the end; removed where anything goes wrong.

    Raises:
        BadInput: the folder cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.stem[:40]}-", suffix=target.suffix, dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise BadInput(
            f"Cannot write {str(target)!r}: {error.strerror}. Name a file in a folder you can write to."
        ) from None
    part = Path(name)
    try:
        yield part
        os.chmod(part, 0o644)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Written:
    """Subtitles as a track of their own, which players show on demand."""

    language: str
    frames: int
    """Of the film."""
    lines: tuple[tuple[int, int, str], ...]
    """(first frame, frame after the last, text), in order."""


class Writer:
    """A film being written: `canvas` is the encoder's own frame; paint it, then `write()`."""

    def __init__(
        self, path: Path, width: int, height: int, fps: int, metadata: Mapping[str, str], *, threads: int = 1,
        preset: str = PRESET, sound: Coded | None = None, subtitles: Written | None = None,
    ) -> None:  # fmt: skip
        self._box: Any = av.open(
            str(path), "w", format="mp4", options={"movflags": "+faststart+use_metadata_tags", "brand": "mp42"}
        )
        for name, value in metadata.items():
            self._box.metadata[name] = value
        self._video: Any = self._box.add_stream(
            "libx264", rate=fps,
            options={"preset": preset, "crf": str(CRF), "threads": str(threads), "g": str(fps * 2), "x264-params": TUNED},
        )  # fmt: skip
        self._video.width, self._video.height, self._video.pix_fmt = width, height, "yuv420p"
        context = self._video.codec_context
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = 1
        self._sound = sound
        if sound is not None:
            self._audio: Any = self._box.add_stream("aac", rate=RATE, options=dict(OPTIONS))
            self._audio.layout = "stereo"
            self._audio.bit_rate = AUDIO_BITS
        self._subtitles, self._fps = subtitles, fps
        if subtitles is not None:
            self._text: Any = self._box.add_stream("mov_text")
            self._text.codec_context.subtitle_header = _STYLE
            self._text.codec_context.time_base = Fraction(1, 1000)
            self._text.metadata["language"] = {"zh": "chi", "en": "eng"}[subtitles.language]
        self._path = path
        self._frame = av.VideoFrame(width, height, "yuv420p")
        self._frame.colorspace, self._frame.color_range = BT709, 1
        self.canvas = Planes(*(view_of(plane) for plane in self._frame.planes))
        self._count = 0

    def write(self) -> None:
        """Encode the canvas as the next frame."""
        self._frame.pts = self._count
        self._count += 1
        for packet in self._video.encode(self._frame):
            self._box.mux(packet)

    def _write_sound(self, sound: Coded) -> None:
        for packet in sound.packets:
            packet.stream, packet.time_base = self._audio, Fraction(1, RATE)
            self._box.mux(packet)

    def _write_subtitles(self, told: Written) -> None:
        """Samples without a gap: empty ones where nobody speaks (3GPP TS 26.245)."""
        at = 0
        for start, end, text in [*told.lines, (told.frames, told.frames, "")]:
            for first, last, words in ((at, start, ""), (start, end, text)):
                if last > first:
                    letters = words.encode()
                    packet: Any = av.Packet(len(letters).to_bytes(2, "big") + letters)
                    packet.stream, packet.time_base = self._text, Fraction(1, self._fps)
                    packet.pts = packet.dts = first
                    packet.duration = last - first
                    self._box.mux(packet)
            at = max(at, end)

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                for packet in self._video.encode():
                    self._box.mux(packet)
                if self._sound is not None:
                    self._write_sound(self._sound)
                if self._subtitles is not None:
                    self._write_subtitles(self._subtitles)
        finally:
            self._box.close()
        if kind is None and self._subtitles is not None:
            switch_off_text(self._path)


def switch_off_text(path: Path) -> None:
    """Mark text tracks as not enabled: their words are in the picture, so no player should show them unasked."""
    data = bytearray(path.read_bytes())
    moov = data.index(b"moov")
    track = data.find(b"trak", moov)
    while track >= 0:
        size = int.from_bytes(data[track - 4 : track], "big")
        body = bytes(data[track : track - 4 + size])
        if b"tx3g" in body:
            flags = track + body.index(b"tkhd") + 5
            data[flags : flags + 3] = b"\0\0\x02"
        track = data.find(b"trak", track - 4 + size)
        if track > moov + int.from_bytes(data[moov - 4 : moov], "big"):
            break
    path.write_bytes(data)


def view_of(plane: Any) -> Any:
    """The visible part of an encoder plane, writable."""
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


Paint = Callable[[Planes, int], None]
