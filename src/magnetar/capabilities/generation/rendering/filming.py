"""Writing frames as H.264 in MP4; the file appears under its name when it is whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from PIL import Image

from magnetar.capabilities.generation.rendering.moves import Picture

PRESET, CRF = "superfast", 21
_BT709 = 1


def write_film(
    frames: Iterable[Picture], out: Path, width: int, height: int, fps: int, metadata: Mapping[str, str],
    plate: Image.Image | None = None, place: tuple[int, int] = (0, 0),
) -> int:  # fmt: skip
    """Encode RGB frames, the plate laid over each; returns how many there were."""
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{out.stem}-", suffix=".mp4", dir=out.parent)
    os.close(handle)
    part = Path(name)
    try:
        count = _write(frames, part, width, height, fps, metadata, plate, place)
        os.chmod(part, 0o644)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(part, out)
        return count
    finally:
        part.unlink(missing_ok=True)


def _write(
    frames: Iterable[Picture], path: Path, width: int, height: int, fps: int, metadata: Mapping[str, str],
    plate: Image.Image | None, place: tuple[int, int],
) -> int:  # fmt: skip
    options = {"movflags": "+faststart+use_metadata_tags", "brand": "mp42"}
    over = None if plate is None else _Over(plate, place)
    count = 0
    with av.open(str(path), "w", format="mp4", options=options) as box:
        for key, value in metadata.items():
            box.metadata[key] = value
        stream: Any = box.add_stream(
            "libx264", rate=fps, options={"preset": PRESET, "crf": str(CRF), "threads": "1", "g": str(fps * 2)}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = 1
        for picture in frames:
            if over is not None:
                over.lay(picture)
            frame: Any = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format="yuv420p", dst_colorspace=_BT709
            )
            frame.pts = count
            count += 1
            for packet in stream.encode(frame):
                box.mux(packet)
        for packet in stream.encode():
            box.mux(packet)
    return count


class _Over:
    """A plate with transparency, laid over frames in place."""

    def __init__(self, plate: Image.Image, place: tuple[int, int]) -> None:
        pixels = np.asarray(plate.convert("RGBA"))
        self._strength = pixels[..., 3:].astype(np.float32) / 255
        self._colour = pixels[..., :3].astype(np.float32) * self._strength
        self._place = place

    def lay(self, picture: Picture) -> None:
        x, y = self._place
        rows, columns = (
            min(self._colour.shape[0], picture.shape[0] - y),
            min(self._colour.shape[1], picture.shape[1] - x),
        )
        under = picture[y : y + rows, x : x + columns]
        strength, colour = self._strength[:rows, :columns], self._colour[:rows, :columns]
        under[:] = np.rint(under * (1 - strength) + colour)


def blend(first: Picture, second: Picture, share: float) -> Picture:
    """One frame fading into another."""
    return cv2.addWeighted(first, 1 - share, second, share, 0.0)  # pyright: ignore[reportReturnType]
