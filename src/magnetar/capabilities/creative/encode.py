"""Writing a film: H.264 and AAC in MP4, planes painted straight into the encoder's frame.

The file appears under its name when it is whole; an interrupted render leaves nothing.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np

from magnetar.capabilities.creative.loudness import RATE, Sound
from magnetar.capabilities.creative.planes import BT709, Planes
from magnetar.kernel.errors import BadInput

PRESET, CRF = "superfast", 22
AUDIO_BITS = 160_000
_AUDIO_STEP = 16_384


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


class Writer:
    """A film being written: `canvas` is the encoder's own frame; paint it, then `write()`."""

    def __init__(
        self, path: Path, width: int, height: int, fps: int, metadata: Mapping[str, str], *, threads: int = 1,
        preset: str = PRESET, sound: Sound | None = None,
    ) -> None:  # fmt: skip
        self._box: Any = av.open(
            str(path), "w", format="mp4", options={"movflags": "+faststart+use_metadata_tags", "brand": "mp42"}
        )
        for name, value in metadata.items():
            self._box.metadata[name] = value
        self._video: Any = self._box.add_stream(
            "libx264", rate=fps, options={"preset": preset, "crf": str(CRF), "threads": str(threads), "g": str(fps * 2)}
        )
        self._video.width, self._video.height, self._video.pix_fmt = width, height, "yuv420p"
        context = self._video.codec_context
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = 1
        self._sound = sound
        if sound is not None:
            self._audio: Any = self._box.add_stream("aac", rate=RATE, options={"aac_coder": "fast"})
            self._audio.layout = "stereo"
            self._audio.bit_rate = AUDIO_BITS
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

    def _write_sound(self, sound: Sound) -> None:
        for start in range(0, sound.shape[1], _AUDIO_STEP):
            part = np.ascontiguousarray(sound[:, start : start + _AUDIO_STEP])
            frame: Any = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = RATE, start
            for packet in self._audio.encode(frame):
                self._box.mux(packet)
        for packet in self._audio.encode():
            self._box.mux(packet)

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
        finally:
            self._box.close()


def view_of(plane: Any) -> Any:
    """The visible part of an encoder plane, writable."""
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


Paint = Callable[[Planes, int], None]
