"""Opening a film as a stranger: every packet, every frame or the key frames, all of the sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import av.logging
import numpy as np
from av.error import FFmpegError

from magnetar.capabilities.creative.judging.defects import Defect, defect
from magnetar.capabilities.creative.judging.picture import Pictures
from magnetar.capabilities.creative.judging.sound import Heard
from magnetar.capabilities.creative.loudness import RATE

PLAYED = ("h264", "hevc")
PLAYED_FORMATS = ("yuv420p", "yuvj420p")
PLAYED_SOUND = ("aac", "mp3")
NARROWEST = 9 / 21.5
_MOST_S = 3600.0
Look = Callable[[int, Any], None]
"""Called with a frame's number and the frame."""


@dataclass(slots=True)
class Media:
    """A film, read."""

    width: int = 0
    height: int = 0
    fps: float = 0.0
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    times: list[float] = field(default_factory=list[float])
    """Of the pictures' packets, seconds, in the order of showing."""
    sizes: list[int] = field(default_factory=list[int])
    """Of the same packets, bytes."""
    seen: Pictures = field(default_factory=Pictures)
    heard: Heard | None = None
    defects: list[Defect] = field(default_factory=list[Defect])
    whole: bool = True
    """Every frame was decoded."""

    @property
    def seconds(self) -> float:
        return len(self.times) / self.fps if self.fps else 0.0


def read_media(path: Path, every: bool, look: Look | None = None, until_s: float = 0.0) -> Media:
    """Read a film.

    Args:
        every: decode every frame; otherwise key frames and what comes before `until_s`.
        look: sees each decoded frame.

    Raises:
        FFmpegError, OSError: it cannot be opened.
    """
    made = Media(whole=every)
    level = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture(local=True) as said, av.open(str(path)) as box:
            made.metadata = dict(box.metadata)
            if not box.streams.video:
                made.defects.append(defect("no picture", 0.0, "the file has no video stream"))
                return made
            _read(box, made, every, look, until_s)
            grave = [text.strip() for number, _, text in said if number <= av.logging.ERROR]
        if grave and not any(one["kind"] == "corrupt" for one in made.defects):
            made.defects.append(defect("corrupt", 0.0, f"the decoder says: {grave[0][:80]}"))
    finally:
        av.logging.set_level(level)
    return made


def _read(box: Any, made: Media, every: bool, look: Look | None, until_s: float) -> None:
    video = box.streams.video[0]
    sound = box.streams.audio[0] if box.streams.audio else None
    made.width, made.height = video.width, video.height
    made.defects += _formats(video, sound)
    rate = video.average_rate or video.guessed_rate
    made.fps = float(rate) if rate else 0.0
    video.thread_type = "NONE"
    if not every and until_s <= 0:
        video.codec_context.skip_frame = "NONKEY"
    order: list[tuple[float, int]] = []
    parts: list[Any] = []
    resampler = av.AudioResampler("fltp", sound.layout.name, RATE) if sound and sound.rate else None
    sound_start: float | None = None
    broken: list[float] = []
    count = 0
    streams = [one for one in (video, sound) if one is not None]
    for packet in _packets(box, streams, broken):
        at = float(packet.pts * packet.time_base) if packet.pts is not None else 0.0
        if packet.stream is video and packet.pts is not None:
            order.append((at, packet.size))
            if at > until_s and not every:
                video.codec_context.skip_frame = "NONKEY"
        if packet.is_corrupt:
            broken.append(at)
        try:
            frames = packet.decode()
        except FFmpegError:
            broken.append(at)
            continue
        for frame in frames:
            time = float(frame.time or 0.0)
            if frame.is_corrupt:
                broken.append(time)
            if packet.stream is video:
                if (frame.width, frame.height) != (made.width, made.height):
                    made.defects.append(defect("size", time, f"changes to {frame.width} x {frame.height} on the way"))
                    made.width, made.height = frame.width, frame.height
                luma = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)
                if frame.format.components[0].bits == 8 and frame.format.is_planar:
                    made.seen.add(luma[: frame.height, : frame.width], time)
                if look:
                    look(count, frame)
                count += 1
            elif resampler and time <= _MOST_S:
                if sound_start is None:
                    sound_start = time
                frame.pts = None
                parts += [one.to_ndarray() for one in resampler.resample(frame)]
    if resampler and parts:
        parts += [one.to_ndarray() for one in resampler.resample(None)]
    order.sort()
    made.times, made.sizes = [at for at, _ in order], [size for _, size in order]
    if broken:
        made.defects.append(defect("corrupt", min(broken), f"{len(broken)} packets or frames are damaged"))
    if sound is not None:
        joined = np.concatenate(parts, axis=1).astype(np.float32) if parts else np.zeros((1, 0), np.float32)
        made.heard = Heard(joined, sound_start or 0.0, int(sound.rate or 0), int(sound.channels or 0))


def _packets(box: Any, streams: list[Any], broken: list[float]) -> Any:
    packets = box.demux(streams)
    last = 0.0
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except FFmpegError:
            broken.append(last)
            return
        if packet.pts is not None:
            last = float(packet.pts * packet.time_base)
        yield packet


def _formats(video: Any, sound: Any) -> list[Defect]:
    found: list[Defect] = []
    context = video.codec_context
    if context.name not in PLAYED:
        found.append(defect("codec", 0.0, f"picture in {context.name}; phones play {' and '.join(PLAYED)}"))
    elif context.pix_fmt not in PLAYED_FORMATS and (context.name, context.pix_fmt) != ("hevc", "yuv420p10le"):
        found.append(defect("pixel format", 0.0, f"{context.pix_fmt}; phones play {PLAYED_FORMATS[0]}"))
    width, height = video.width, video.height
    if width % 2 or height % 2:
        found.append(defect("size", 0.0, f"{width} x {height}: an odd size"))
    square = video.sample_aspect_ratio
    if square and square != 1:
        found.append(defect("aspect", 0.0, f"pixels are {square} wide, not square"))
    elif not NARROWEST <= width / max(height, 1) <= 1 / NARROWEST:
        found.append(defect("aspect", 0.0, f"{width} x {height} is a shape that no screen has"))
    if sound is not None and sound.codec_context.name not in PLAYED_SOUND:
        found.append(
            defect("codec", 0.0, f"sound in {sound.codec_context.name}; phones play {' and '.join(PLAYED_SOUND)}")
        )
    return found


def check_times(times: list[float], fps: float) -> list[Defect]:
    """Time stamps come evenly, one frame after the other."""
    if len(times) < 2 or not fps:
        return [] if fps else [defect("timing", 0.0, "no frame rate can be told")]
    steps = np.diff(times)
    usual = float(np.median(steps))
    wrong = np.abs(steps - usual) > max(0.0015, 0.02 * usual)
    if not wrong.any():
        return []
    place = int(np.argmax(np.abs(steps - usual)))
    how = "gap" if steps[place] > usual else "the same or a nearer time stamp"
    return [
        defect(
            "timing",
            times[place],
            f"{how}: {steps[place]:.4f} s after a frame, usually {usual:.4f} ({int(wrong.sum())} times)",
        )
    ]
